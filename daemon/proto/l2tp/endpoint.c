// SPDX-License-Identifier: GPL-2.0-or-later
/* The endpoint: all tunnels of a driver, and the way of a packet to one. */
#include <stdlib.h>

#include "proto/l2tp/internal.h"

struct l2tp_endpoint *l2tp_endpoint_new(const struct l2tp_env *env,
					const struct l2tp_limits *limits)
{
	struct l2tp_endpoint *ep = calloc(1, sizeof(*ep));

	if (!ep)
		return NULL;
	ep->env = *env;
	l2tp_endpoint_set_limits(ep, limits);
	ep->env.random(ep->env.ctx, &ep->seed, sizeof(ep->seed));
	ep->half_opens.seed = ep->seed;
	ep->tunnels.seed = ep->sessions_v3.seed = (uint32_t)ep->seed;
	ep->next_serial = (uint32_t)(ep->seed >> 32);
	return ep;
}

void l2tp_endpoint_set_limits(struct l2tp_endpoint *ep,
			      const struct l2tp_limits *limits)
{
	ep->limits = limits ? *limits : (struct l2tp_limits){ 0 };
}

void l2tp_endpoint_free(struct l2tp_endpoint *ep)
{
	struct l2tp_effect e;
	struct l2tp_session *s;
	struct l2tp_tunnel *t;

	if (!ep)
		return;
	/* what is gone already is only known by the effects that say so */
	while (l2tp_effect_next(ep, &e))
		;
	l2tp_begin(ep);
	while ((t = idmap_next(&ep->tunnels, 0))) {
		while ((s = idmap_next(&t->sessions, 0))) {
			idmap_remove(&t->sessions, s->r.id);
			l2tp_session_free(s);
		}
		idmap_remove(&ep->tunnels, t->r.id);
		l2tp_tunnel_free(t);
	}
	for (int i = 0; i < PEER_TABLES; i++)
		free(ep->by_peer[i].bucket);
	idmap_fini(&ep->sessions_v3);
	half_open_fini(&ep->half_opens);
	effect_queue_fini(&ep->effects);
	l2tp_buf_pool_fini(&ep->bufs);
	free(ep);
}

/*
 * Without those that were refused: they keep their place until the StopCCN is
 * acknowledged, or its retransmissions are over.
 */
static uint32_t being_opened(const struct l2tp_endpoint *ep)
{
	uint32_t n = 0;

	for (const struct l2tp_tunnel *t = ep->half_head; t; t = t->half_next)
		n += !t->r.down;
	return n;
}

void l2tp_endpoint_counters(const struct l2tp_endpoint *ep,
			    struct l2tp_endpoint_counters *out)
{
	*out = ep->counters;
	out->tunnels = ep->tunnel_count;
	out->half_open = being_opened(ep) + ep->half_opens.count;
	out->displaced += ep->half_opens.displaced;
	out->sessions = ep->session_count;
}

uint64_t l2tp_endpoint_deadline(const struct l2tp_endpoint *ep)
{
	return half_open_deadline(&ep->half_opens);
}

void l2tp_endpoint_timeout(struct l2tp_endpoint *ep, uint64_t now)
{
	half_open_expire(&ep->half_opens, now);
}

/* ---- packets ---- */

void l2tp_endpoint_input(struct l2tp_endpoint *ep, uint64_t now,
			 const struct addr *local, const struct addr *peer,
			 int socket, const uint8_t *pkt, size_t len)
{
	struct input in = {
		.now = now,
		.local = local,
		.peer = peer,
		.socket = socket,
		.pkt = pkt,
		.len = len,
	};
	struct half_open *h;
	struct l2tp_tunnel *t;

	l2tp_begin(ep);
	/* directly over IP there is version 3 only (RFC 3931 section 4.1.1) */
	if (l2tp_header_decode(&in.h, pkt, len) ||
	    (in.h.version != 3 && !peer->port)) {
		ep->counters.malformed++;
		return;
	}
	if (!in.h.control) {
		ep->counters.data++;
		return;
	}
	if (!in.h.tunnel_id) {
		l2tp_input_unknown(ep, &in);
		return;
	}
	t = idmap_get(&ep->tunnels, in.h.tunnel_id);
	h = t ? NULL : half_open_get(&ep->half_opens, in.h.tunnel_id);
	if (t)
		l2tp_tunnel_input(t, &in);
	else if (h)
		l2tp_input_half_open(ep, &in, h);
	else
		ep->counters.stray++;
}

uint32_t l2tp_tunnel_free_id(struct l2tp_endpoint *ep, uint8_t version)
{
	return l2tp_random_id(ep, &ep->tunnels, version);
}

struct l2tp_tunnel *l2tp_tunnel_find(struct l2tp_endpoint *ep,
				     uint32_t tunnel_id)
{
	struct l2tp_tunnel *t = idmap_get(&ep->tunnels, tunnel_id);

	return t && !t->r.down ? t : NULL;
}

struct l2tp_tunnel *l2tp_tunnel_next(struct l2tp_endpoint *ep,
				     uint64_t after_id_plus_one)
{
	struct l2tp_tunnel *t = idmap_next(&ep->tunnels, after_id_plus_one);

	while (t && t->r.down)
		t = idmap_next(&ep->tunnels, t->r.id + UINT64_C(1));
	return t;
}

struct l2tp_tunnel *l2tp_deadline_changed(struct l2tp_endpoint *ep)
{
	struct l2tp_tunnel *t;

	while ((t = ep->changed_head)) {
		uint64_t deadline = l2tp_tunnel_deadline(t);

		ep->changed_head = t->changed_next;
		t->changed = false;
		if (deadline == t->reported)
			continue;
		t->reported = deadline;
		return t;
	}
	return NULL;
}
