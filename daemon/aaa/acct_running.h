/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sessions that were said to have begun and not yet to have ended, each by
 * its last record. An engine that dies says no more: their ends are said here.
 */
#ifndef L2TPD_AAA_ACCT_RUNNING_H
#define L2TPD_AAA_ACCT_RUNNING_H

#include <stdint.h>

#include "ipc/aaa.h"
#include "lib/table.h"

/* Zeroed is empty. */
struct acct_running {
	struct table sessions;	/* hash of the Acct-Session-Id -> its record */
	struct table by_ifname; /* while counters come; hash -> the same */
};

void acct_running_fini(struct acct_running *r);
/*
 * A record that was said: a session begins, goes on or ends. 0 or -ENOMEM: its
 * end is only known when the engine says it.
 */
int acct_running_note(struct acct_running *r, const struct aaa_acct *q);
/* What the kernel had counted on their interfaces; the engine is dead. */
void acct_running_counted(struct acct_running *r, const struct aaa_counted *c);
/*
 * Makes a stop of each, without a serial, and forgets it; when: the engine's
 * end, seconds since 1970. Returns how many.
 */
size_t acct_running_end(struct acct_running *r, uint64_t when,
			void (*stop)(void *ctx, struct aaa_acct *q), void *ctx);

#endif
