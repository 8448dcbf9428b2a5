/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine asks about tunnels: their sockets, the kernel's tunnels over
 * them, IPsec's protection of them, and the ways to their peers.
 */
#ifndef L2TPD_MONITOR_HELD_TUNNEL_H
#define L2TPD_MONITOR_HELD_TUNNEL_H

#include "ipc/channel.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "monitor/held.h"
#include "monitor/ipsec_policy.h"
#include "monitor/own_addr.h"
#include "monitor/request.h"

struct held_tunnels {
	/* Borrowed, and set before held_tunnels_init: */
	struct held *held;
	const struct config *config;
	struct dataplane *dp;
	struct channel *engine; /* told of an address of ours that is lost */
	/* Its own: */
	struct own_addrs *own_addrs;
	struct ipsec_policies ipsec;
};

/* of a struct held_tunnels */
extern const struct request_row held_tunnel_rows[];

/* 0 or -ENOMEM */
int held_tunnels_init(struct held_tunnels *h, struct loop *loop);
/* Takes all out of the kernel and closes their sockets; no session is left. */
void held_tunnels_clear(struct held_tunnels *h);
void held_tunnels_fini(struct held_tunnels *h); /* after held_tunnels_clear */

#endif
