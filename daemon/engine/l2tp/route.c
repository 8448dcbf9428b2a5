/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop guard: by which interface packets to the peer leave, once a
 * session has one.
 */
#include "engine/l2tp/route.h"

#include <string.h>

#include "engine/engine.h"
#include "engine/l2tp/session.h"
#include "ipc/monitor.h"
#include "lib/log.h"

static void close_loop(struct session *s)
{
	struct cause cause = cause_make(CAUSE_ADMINISTRATIVE,
					"the route to the peer leads "
					"into the tunnel itself");
	char peer[ADDR_STRLEN], what[WHOSE_MAX];

	addr_format(l2tp_tunnel_peer(s->tunnel->core), peer);
	log_error("%s: the route to the peer %s leads into its own %s: add a "
		  "route to %s by another interface",
		  s->link.transport->describe(&s->link, what, sizeof(what)),
		  peer, s->link.ifname, peer);
	link_close(&s->link, &cause);
}

static void on_route(void *arg, int result, struct ipc_message *m)
{
	struct session *s = arg;
	const struct monitor_route *r = m ? ipc_body(m, struct monitor_route) :
					    NULL;
	struct link *l = &s->link;

	if (!result && r && l->phase == PPP_UP && s->core && l->ifname[0] &&
	    strncmp(r->ifname, l->ifname, IFNAMSIZ) == 0) {
		close_loop(s);
		turn_settle(&l->engine->turn);
	}
	link_release(l);
}

void route_check(struct session *s)
{
	struct addr peer;

	if (!s->tunnel->core)
		return;
	peer = *l2tp_tunnel_peer(s->tunnel->core);
	if (channel_request(&s->link.engine->monitor, MONITOR_ROUTE, &peer,
			    sizeof(peer), NULL, 0, on_route, s) == 0)
		link_hold(&s->link);
}
