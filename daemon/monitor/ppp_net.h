/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PPP interfaces of sessions in the network around them: their MTU is what
 * the way to the peer lets through, and follows it; calls of ours have default
 * routes, and servers that stay reached (default_route.h); and TCP's segments
 * fit (netlink/mss.h), where a profile says so.
 */
#ifndef L2TPD_MONITOR_PPP_NET_H
#define L2TPD_MONITOR_PPP_NET_H

#include "ipc/channel.h"
#include "ipc/ppp.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "monitor/request.h"

struct announce;
struct held;
struct held_session;
struct ppp_nets;
struct units;

/* of a struct ppp_nets, or of NULL: there is none */
extern const struct request_row ppp_net_rows[];

/*
 * All is borrowed; engine and announce are told of each MTU that changes. NULL
 * without memory or rtnetlink; says why.
 */
struct ppp_nets *ppp_nets_new(struct loop *loop, const struct held *held,
			      const struct config *config,
			      struct channel *engine, struct units *units,
			      struct announce *announce);
void ppp_nets_free(struct ppp_nets *n); /* NULL is allowed */

/*
 * A pppd is about to begin: p gets the sizes of the profile, or those that fit
 * the way. A profile's that does not fit is warned of, and of a call of ours it
 * is noted what leads to the server. n may be NULL: there is a profile only.
 */
void ppp_net_begin(struct ppp_nets *n, struct held_session *s,
		   struct ppp_call_params *p);
/* The session or its PPP ended. n may be NULL. */
void ppp_net_forget(struct ppp_nets *n, struct held_session *s);

#endif
