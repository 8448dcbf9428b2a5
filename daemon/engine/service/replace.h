/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A caller that comes back while its call before is still held, as after a
 * power cut: with on-duplicate = replace that call goes, and the new one waits
 * for what it held.
 */
#ifndef L2TPD_ENGINE_SERVICE_REPLACE_H
#define L2TPD_ENGINE_SERVICE_REPLACE_H

#include "engine/turn.h"

struct aaa_auth_reply;
struct link;
struct subscriber;

/* Who waits for a call to end. */
struct replace_heir {
	struct replace_heir *next;
	struct turn_work work;
	/* It has ended, and what it held is free. */
	void (*go_on)(struct replace_heir *h);
};

/*
 * The call that keeps l's caller out, err being what it was refused with
 * (-EUSERS, -EADDRINUSE), and that is the same caller's by the profile's
 * same-caller. NULL: there is none, or the profile denies.
 */
struct subscriber *replace_find(struct link *l,
				const struct aaa_auth_reply *from, int err);
/* Ends rival for l's caller; h hears of it once, later. */
void replace_begin(struct subscriber *rival, struct link *l,
		   struct replace_heir *h);
/* The subscriber has ended: who waits for it goes on when the turn settles. */
void replace_ended(struct subscriber *s);

#endif
