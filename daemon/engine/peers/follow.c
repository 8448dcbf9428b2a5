/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the two ends of a tunnel are still where they were. */
#include "engine/peers/follow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/tunnel.h"
#include "engine/peers/peer.h"
#include "engine/random.h"
#include "ipc/monitor.h"
#include "lib/log.h"

/* ---- our address ---- */

static void on_source(void *arg, int result, struct ipc_message *m)
{
	struct tunnel *t = arg;
	const struct monitor_socket_reply *r =
		m && !result ? ipc_body(m, struct monitor_socket_reply) : NULL;
	char was[ADDR_STRLEN], is[ADDR_STRLEN], what[WHOSE_MAX];
	struct cause cause;

	if (r && tunnel_is_usable(t) && peer_of(t) &&
	    !addr_equal_ip(&r->local, l2tp_tunnel_local(t->core))) {
		addr_format(l2tp_tunnel_local(t->core), was);
		addr_format(&r->local, is);
		cause = cause_make(CAUSE_ADMINISTRATIVE,
				   "our address %s is gone, the way is from %s "
				   "now",
				   was, is);
		log_notice("%s: %s", tunnel_describe(t, what, sizeof(what)),
			   cause.text);
		tunnel_drop(t, &cause);
	}
	turn_settle(&t->engine->turn);
	tunnel_put(t);
}

/*
 * Without another way the tunnel stays: the address may come back before the
 * peer misses it.
 */
static void ask_source(struct tunnel *t)
{
	struct monitor_source body = {
		.local = peer_of(t)->source,
		.peer = *l2tp_tunnel_peer(t->core),
	};

	body.local.family = body.peer.family;
	if (channel_request(&t->engine->monitor, MONITOR_SOURCE, &body,
			    sizeof(body), NULL, 0, on_source, t) == 0)
		tunnel_get(t);
}

void follow_address_gone(struct engine *e, const struct addr *ours)
{
	for (struct peer *p = e->peers->first; p; p = p->next) {
		struct tunnel *t = p->tunnel;

		if (t && tunnel_is_usable(t) && !t->closing &&
		    peer_is_called(p) &&
		    addr_equal_ip(l2tp_tunnel_local(t->core), ours))
			ask_source(t);
	}
}

/* ---- the peer's ---- */

static bool has_name(const struct peer *p)
{
	struct addr a;

	return p->server[0] && addr_parse(&a, p->server) != 0;
}

static void move(struct peer *p, const struct aaa_resolve_reply *r)
{
	char was[ADDR_STRLEN], is[ADDR_STRLEN];
	struct cause cause;

	addr_format(&p->called, was);
	addr_format(&r->address[0], is);
	cause = cause_make(CAUSE_ADMINISTRATIVE,
			   "%.80s is no longer at %s but at %s", p->server, was,
			   is);
	log_notice("%s \"%s\": %s", peer_kind(p), p->name, cause.text);
	p->address_next = 0;
	tunnel_close(p->tunnel, &cause);
}

static void on_looked_up(void *arg, int result, struct ipc_message *m)
{
	struct peer *p = arg;
	const struct aaa_resolve_reply *r =
		m && !result ? ipc_body(m, struct aaa_resolve_reply) : NULL;
	struct tunnel *t = p->tunnel;

	p->looking_up = false;
	/*
	 * A dialling peer resolves by itself. What cannot be resolved for a
	 * while has not moved.
	 */
	if (!p->removed && r && r->count && r->count <= AAA_RESOLVE_MAX &&
	    (p->state == PEER_UP || p->state == PEER_IDLE)) {
		peer_set_addresses(p, r);
		/* Where a peer calls from need not be what its name means. */
		if (t && tunnel_is_usable(t) && !t->closing &&
		    l2tp_tunnel_is_initiator(t->core) &&
		    !peer_has_address(p, &p->called))
			move(p, r);
	}
	follow_name(p);
	peer_release(p);
	turn_settle(&p->engine->turn);
}

static void look_up(struct peer *p)
{
	struct aaa_resolve body = { .family = p->source.family };

	snprintf(body.name, sizeof(body.name), "%s", p->server);
	p->looking_up = channel_request(&p->engine->aaa, AAA_RESOLVE, &body,
					sizeof(body), NULL, 0, on_looked_up,
					p) == 0;
	if (p->looking_up)
		peer_hold(p);
	else
		follow_name(p);
}

static void on_interval(struct loop_timer *timer)
{
	struct peer *p = container_of(timer, struct peer, resolve_timer);

	look_up(p);
	turn_settle(&p->engine->turn);
}

/*
 * The redial of one that we call resolves it; one that calls us must be known
 * when it does.
 */
void follow_name(struct peer *p)
{
	bool wanted = p->resolve_ms && has_name(p) && !p->removed &&
		      !p->engine->stopping &&
		      (p->state == PEER_UP || !peer_is_called(p));

	if (!wanted)
		loop_timer_stop(&p->resolve_timer);
	else if (!p->looking_up)
		loop_timer_set(p->engine->loop, &p->resolve_timer,
			       engine_now(p->engine) +
				       (p->address_n ?
						random_jitter(p->resolve_ms) :
						0),
			       on_interval);
}
