/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels whose ends move: our address, which the host has lost, and the peer's,
 * whose name means another one. The tunnel of a peer that we call is closed and
 * dialled again by the new one; of one that only calls us it is the peer's to open anew.
 */
#include "engine/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

static bool we_call(const struct peer *p)
{
	return !p->lcce || p->lcce->initiate;
}

/* ---- our address ---- */

static void on_source(void *arg, int result, struct ipc_message *m)
{
	struct tunnel *t = arg;
	const struct monitor_socket_reply *r = m && !result ? ipc_body(m, struct monitor_socket_reply) : NULL;
	char was[ADDR_STRLEN], is[ADDR_STRLEN], what[160];
	struct l2tp_cause cause;

	if (r && t->core && !t->down && t->peer && !addr_equal_ip(&r->local, l2tp_tunnel_local(t->core))) {
		addr_format(l2tp_tunnel_local(t->core), was);
		addr_format(&r->local, is);
		cause = cause_make(L2TP_STOPCCN_CLEAR, 0, "our address %s is gone, the way is from %s now", was, is);
		log_notice("%s: %s", tunnel_describe(t, what, sizeof(what)), cause.text);
		tunnel_drop(t, &cause);
	}
	engine_settle(t->engine);
	tunnel_put(t);
}

/* Without another way the tunnel stays: the address may come back before the peer misses it. */
static void ask_source(struct tunnel *t)
{
	struct monitor_source body = { .local = t->peer->source, .peer = *l2tp_tunnel_peer(t->core) };

	body.local.family = body.peer.family;
	if (channel_request(&t->engine->monitor, MONITOR_SOURCE, &body, sizeof(body), NULL, 0, on_source, t) == 0)
		tunnel_get(t);
}

void follow_address_gone(struct engine *e, const struct addr *ours)
{
	for (struct tunnel *t = e->tunnels; t; t = t->next)
		if (t->core && !t->down && !t->closing && t->peer && t->peer->tunnel == t && we_call(t->peer) &&
		    addr_equal_ip(l2tp_tunnel_local(t->core), ours))
			ask_source(t);
}

/* ---- the peer's ---- */

static bool has_name(const struct peer *p)
{
	struct addr a;

	return p->server[0] && addr_parse(&a, p->server) != 0;
}

static bool is_one_of(const struct addr *a, const struct aaa_resolve_reply *r)
{
	for (unsigned int i = 0; i < r->count; i++)
		if (addr_equal_ip(a, &r->address[i]))
			return true;
	return false;
}

static void move(struct peer *p, const struct aaa_resolve_reply *r)
{
	char was[ADDR_STRLEN], is[ADDR_STRLEN];
	struct l2tp_cause cause;

	addr_format(l2tp_tunnel_peer(p->tunnel->core), was);
	addr_format(&r->address[0], is);
	cause = cause_make(L2TP_STOPCCN_CLEAR, 0, "%.80s is no longer at %s but at %s", p->server, was, is);
	log_notice("%s \"%s\": %s", peer_kind(p), p->name, cause.text);
	p->address_next = 0;
	tunnel_close(p->tunnel, &cause);
}

static void on_looked_up(void *arg, int result, struct ipc_message *m)
{
	struct peer *p = arg;
	const struct aaa_resolve_reply *r = m && !result ? ipc_body(m, struct aaa_resolve_reply) : NULL;
	struct tunnel *t = p->tunnel;

	p->looking_up = false;
	/* A dialling peer resolves by itself. What cannot be resolved for a while has not moved. */
	if (!p->removed && r && r->count && r->count <= AAA_RESOLVE_MAX &&
	    (p->state == PEER_UP || p->state == PEER_IDLE)) {
		peer_set_addresses(p, r);
		/* Where a peer calls from need not be what its name means. */
		if (t && t->core && !t->down && !t->closing && !t->holds_peer &&
		    !is_one_of(l2tp_tunnel_peer(t->core), r))
			move(p, r);
	}
	follow_name(p);
	peer_release(p);
	engine_settle(p->engine);
}

static void look_up(struct peer *p)
{
	struct aaa_resolve body = { .family = p->source.family };

	snprintf(body.name, sizeof(body.name), "%s", p->server);
	p->looking_up = channel_request(&p->engine->aaa, AAA_RESOLVE, &body, sizeof(body), NULL, 0, on_looked_up,
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
	engine_settle(p->engine);
}

/* The redial of one that we call resolves it; one that calls us must be known when it does. */
void follow_name(struct peer *p)
{
	bool wanted = p->resolve_ms && has_name(p) && !p->removed && !p->engine->stopping &&
		      (p->state == PEER_UP || !we_call(p));

	if (!wanted)
		loop_timer_stop(&p->resolve_timer);
	else if (!p->looking_up)
		loop_timer_set(p->engine->loop, &p->resolve_timer,
			       engine_now(p->engine) + (p->address_n ? with_jitter(p->resolve_ms) : 0), on_interval);
}
