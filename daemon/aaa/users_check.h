/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Users files whose users have no address, of profiles that have none for
 * them.
 */
#ifndef L2TPD_AAA_USERS_CHECK_H
#define L2TPD_AAA_USERS_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "aaa/users.h"
#include "lib/config.h"

/* Whether callers of this profile depend on their address in its users-file. */
bool users_check_counts(const struct config *c, const struct config_ppp *p);
/*
 * Of such a profile: 0, or with a sentence in text 1 when some of its users
 * have no address, and -ENOENT when nobody has one, nor can get one by RADIUS.
 */
int users_check(const struct users *u, const struct config_ppp *p, char *text,
		size_t size);
/*
 * The same of all profiles, from the files, for l2tpd -n: sentences go to
 * standard error. 0, also with warnings, or -ENOENT.
 */
int users_check_files(const struct config *c);

#endif
