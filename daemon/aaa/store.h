/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The users files of all profiles. Each is opened again by the monitor before
 * a use when it was last looked at more than a second ago, and parsed again
 * when it has changed: a new password counts within a second, a file that
 * does not change costs a message to the monitor and an fstat.
 */
#ifndef L2TPD_AAA_STORE_H
#define L2TPD_AAA_STORE_H

#include "aaa/users.h"
#include "ipc/channel.h"
#include "lib/config.h"
#include "lib/loop.h"

struct store;

/* config outlives the store. NULL: out of memory. */
struct store *store_new(struct loop *loop, struct channel *monitor,
			const struct config *config);
/* the channel is closed: nobody waits any more */
void store_free(struct store *s);

/*
 * users: NULL when the profile has none, or they could not be read
 * (which is logged).
 */
typedef void store_ready(void *arg, const struct users *users);
/* Calls ready once: at once, or when the monitor has answered. */
void store_get(struct store *s, const char *profile, store_ready *ready,
	       void *arg);

#endif
