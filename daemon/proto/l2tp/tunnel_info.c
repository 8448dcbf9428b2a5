// SPDX-License-Identifier: GPL-2.0-or-later
/* What a driver may ask of a tunnel. */
#include "proto/l2tp/internal.h"

void *l2tp_tunnel_user(const struct l2tp_tunnel *t)
{
	return t->user;
}

void l2tp_tunnel_set_user(struct l2tp_tunnel *t, void *user)
{
	t->user = user;
}

uint32_t l2tp_tunnel_id(const struct l2tp_tunnel *t)
{
	return t->r.id;
}

uint32_t l2tp_tunnel_peer_id(const struct l2tp_tunnel *t)
{
	return t->r.peer_id;
}

uint8_t l2tp_tunnel_version(const struct l2tp_tunnel *t)
{
	return t->r.version;
}

const struct addr *l2tp_tunnel_local(const struct l2tp_tunnel *t)
{
	return &t->r.local;
}

const struct addr *l2tp_tunnel_peer(const struct l2tp_tunnel *t)
{
	return &t->r.peer;
}

bool l2tp_tunnel_is_probed(const struct l2tp_tunnel *t)
{
	return t->rel.s.probing;
}

bool l2tp_tunnel_hides(const struct l2tp_tunnel *t)
{
	return t->cfg.hide;
}

bool l2tp_tunnel_is_initiator(const struct l2tp_tunnel *t)
{
	return t->r.initiator;
}

const char *l2tp_tunnel_hint(const struct l2tp_tunnel *t)
{
	return t->hint ? t->hint : "";
}

const char *l2tp_tunnel_state_str(const struct l2tp_tunnel *t)
{
	return l2tp_tunnel_state_name(t->r.state);
}

bool l2tp_tunnel_is_established(const struct l2tp_tunnel *t)
{
	return t->r.state == L2TP_TUNNEL_ESTABLISHED;
}

const struct l2tp_tunnel_peer_info *
l2tp_tunnel_peer_info(const struct l2tp_tunnel *t)
{
	return &t->r.peer_info;
}

void l2tp_tunnel_counters(const struct l2tp_tunnel *t,
			  struct l2tp_tunnel_counters *out)
{
	const struct reliable_counters *c = &t->rel.c;
	const struct reliable_state *s = &t->rel.s;

	*out = (struct l2tp_tunnel_counters){
		.sent = c->sent,
		.received = c->received,
		.retransmitted = c->retransmitted,
		.duplicates = c->duplicates,
		.out_of_order = c->out_of_order,
		.dropped = c->dropped,
		.zlb_sent = c->zlb_sent,
		.zlb_received = c->zlb_received,
		.ns = s->ns,
		.nr = s->nr,
		.congestion_window = s->cwnd,
		.slow_start_threshold = s->ssthresh,
		.unacknowledged = (uint16_t)(s->ns - s->una),
		.queued = s->queued,
		.sessions = t->sessions.count,
		.hellos_sent = t->r.hellos_sent,
		.opened_ms = t->r.opened_ms,
		.established_ms = t->r.established_ms,
		.last_heard_ms = t->r.last_heard_ms,
	};
}
