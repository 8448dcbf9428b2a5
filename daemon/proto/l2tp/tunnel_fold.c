// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who sends an SCCRQ may have made up its address. Until the answer to our
 * SCCRP comes from there, a tunnel is folded into a half_open: the SCCRQ, and
 * what our SCCRP can be made of again.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/l2tp/internal.h"

/* Places are for those whom the ids are enough for as well. */
static uint32_t limit_of(const struct l2tp_endpoint *ep)
{
	uint32_t tunnels = ep->tunnels.count < UINT16_MAX ? ep->tunnels.count :
							    UINT16_MAX;
	uint32_t ids = (UINT16_MAX - tunnels) / 2 + 1;

	return ep->limits.half_open && ep->limits.half_open < ids ?
		       ep->limits.half_open :
		       ids;
}

/* Small enough to be kept for anybody; 0 or -ENOMEM. */
static int keep(struct l2tp_tunnel *t)
{
	struct half_open h = {
		.due_ms = t->r.setup_at,
		.id = t->r.id,
		.peer_id = t->request_id,
		.socket = t->socket,
		.local = t->r.local,
		.peer = t->r.peer,
		.queue = (uint16_t)(t->cfg.group * 2 + t->known),
		.len = t->request_len,
	};

	if (t->auth)
		memcpy(h.proof, t->auth->nonce.data, sizeof(h.proof));
	else
		memcpy(h.proof, t->r.challenge, sizeof(h.proof));
	return half_open_add(&t->ep->half_opens, &h, t->request,
			     limit_of(t->ep));
}

static void let_go(struct l2tp_tunnel *t)
{
	effect_push(&t->ep->effects, L2TP_EFFECT_TUNNEL_ANSWERED, t, NULL);
	l2tp_tunnel_release(t);
}

void l2tp_tunnel_fold(struct l2tp_tunnel *t, uint64_t now)
{
	struct l2tp_cause cause;

	if (!t->resumed && keep(t)) {
		l2tp_cause_set(&cause, 0, 0, "out of memory");
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SILENCE, &cause);
		return;
	}
	l2tp_tunnel_done(t, now);
	let_go(t);
}

static void forget(struct l2tp_tunnel *t)
{
	struct half_open *h = half_open_get(&t->ep->half_opens, t->r.id);

	if (h)
		half_open_remove(&t->ep->half_opens, h);
}

static void take_answer(struct l2tp_tunnel *t, uint64_t now)
{
	uint8_t *answer = t->answer;
	struct addr local = t->r.local, peer = t->r.peer;
	struct input in = {
		.now = now,
		.local = &local,
		.peer = &peer,
		.socket = t->socket,
		.pkt = answer,
		.len = t->answer_len,
	};

	t->answer = NULL;
	if (!l2tp_header_decode(&in.h, answer, in.len))
		l2tp_tunnel_input(t, &in);
	free(answer);
}

void l2tp_tunnel_resume(struct l2tp_tunnel *t, uint64_t now)
{
	while (reliable_transmit(&t->rel, now))
		;
	take_answer(t, now);
	/* refused by us: it stays half open, and refused is the same again */
	if (t->gone)
		return;
	if (t->r.state == L2TP_TUNNEL_ESTABLISHED || t->r.down)
		forget(t);
	/* the peer ended it */
	if (t->r.down)
		l2tp_tunnel_release(t);
	/* nothing that counts was said: the right answer may yet come */
	if (!t->gone && t->r.state != L2TP_TUNNEL_ESTABLISHED)
		let_go(t);
}
