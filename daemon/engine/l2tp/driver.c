/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the protocol core's effects to whom they concern. */
#include "engine/internal.h"

#include "lib/log.h"

static void take(struct engine *e, const struct l2tp_effect *x)
{
	struct tunnel *t = x->tunnel ? l2tp_tunnel_user(x->tunnel) : NULL;
	struct call *c = x->session ? l2tp_session_user(x->session) : NULL;

	switch (x->type) {
	case L2TP_EFFECT_SEND:
		net_send(e, x);
		return;
	case L2TP_EFFECT_LOG:
		if (engine_may_log(e))
			log_write(x->level, "%s", x->text);
		return;
	case L2TP_EFFECT_TUNNEL_REQUEST:
		tunnel_on_request(e, x->tunnel);
		return;
	case L2TP_EFFECT_TUNNEL_UP:
		if (t)
			tunnel_on_up(t);
		return;
	case L2TP_EFFECT_TUNNEL_DOWN:
		if (t)
			tunnel_on_down(t, x);
		return;
	case L2TP_EFFECT_TUNNEL_FREE:
		if (t)
			tunnel_on_free(t);
		return;
	case L2TP_EFFECT_SESSION_REQUEST:
		if (t)
			call_on_request(t, x->session);
		return;
	case L2TP_EFFECT_SESSION_ANSWER:
		if (c)
			call_on_answer(c);
		return;
	case L2TP_EFFECT_SESSION_UP:
		if (c)
			call_on_up(c);
		return;
	case L2TP_EFFECT_SESSION_DOWN:
		if (c)
			call_on_down(c, x);
		return;
	case L2TP_EFFECT_SESSION_FREE:
		if (c)
			call_on_free(c);
		return;
	case L2TP_EFFECT_WEN:
		if (c)
			log_debug("tunnel %u session %u: WEN: CRC %u framing %u overruns %u/%u timeouts %u "
				  "alignment %u",
				  t ? t->id : 0, c->id, x->u.wen.crc, x->u.wen.framing,
				  x->u.wen.hardware_overruns, x->u.wen.buffer_overruns,
				  x->u.wen.timeouts, x->u.wen.alignment);
		return;
	case L2TP_EFFECT_SLI:
		if (c && x->u.sli.circuit)
			pw_peer_circuit(c, x->u.sli.active);
		else if (c)
			log_debug("tunnel %u session %u: SLI: send ACCM %08x, receive ACCM %08x",
				  t ? t->id : 0, c->id, x->u.sli.send_accm, x->u.sli.recv_accm);
		return;
	}
}

bool effects_take(struct engine *e)
{
	struct l2tp_effect x;
	bool any = false;

	while (l2tp_effect_next(e->core, &x)) {
		take(e, &x);
		any = true;
	}
	return any;
}
