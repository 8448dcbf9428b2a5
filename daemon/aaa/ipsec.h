/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strongSwan's charon, asked for the engine: what protects a tunnel, that its
 * SAs be made, and to tell when they come and go.
 */
#ifndef L2TPD_AAA_IPSEC_H
#define L2TPD_AAA_IPSEC_H

#include "aaa/engine.h"
#include "ipc/aaa.h"
#include "ipc/channel.h"
#include "lib/loop.h"

struct ipsec;

/*
 * NULL: out of memory. charon is not asked for anything before the engine asks.
 */
struct ipsec *ipsec_new(struct loop *loop, struct channel *monitor,
			struct aaa_engine *engine);
void ipsec_free(struct ipsec *i); /* nobody is told */

/* What it asked is given up, and what it watched is not watched any more. */
void ipsec_engine_gone(struct ipsec *i);

/* AAA_IPSEC_*: answers a request, now or later. */
void ipsec_request(struct ipsec *i, struct ipc_message *m);

#endif
