/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The passwords of sessions that l2tpctl added: in memory only, by
 * lac and session.
 */
#ifndef L2TPD_AAA_REMEMBER_H
#define L2TPD_AAA_REMEMBER_H

#include "lib/config.h"
#include "lib/secret.h"

#define REMEMBER_CHAINS 256

struct remembered;

/* Zeroed is empty. */
struct remember {
	struct remembered *chains[REMEMBER_CHAINS];
};

void remember_fini(struct remember *r);
/* Replaces what was there; 0 or -ENOMEM. */
int remember_set(struct remember *r, const char *lac, const char *session,
		 const struct secret *secret);
void remember_forget(struct remember *r, const char *lac, const char *session);
const struct secret *remember_get(const struct remember *r, const char *lac,
				  const char *session);

#endif
