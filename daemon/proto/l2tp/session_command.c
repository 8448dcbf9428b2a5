// SPDX-License-Identifier: GPL-2.0-or-later
/* What the driver does with calls: it opens, answers and closes them. */
#include <errno.h>
#include <string.h>

#include "proto/l2tp/internal.h"

static int open_allowed(const struct l2tp_tunnel *t, enum l2tp_call_kind kind)
{
	if (kind != L2TP_CALL_LAC_INCOMING && kind != L2TP_CALL_LNS_OUTGOING)
		return -EINVAL;
	if (t->r.down)
		return -ENOTCONN;
	if (l2tp_sessions_full(t))
		return -ENOSPC;
	/*
	 * section 6.9: an OCRQ only to who said that it can place calls;
	 * version 3 has no such word
	 */
	if (kind == L2TP_CALL_LNS_OUTGOING && t->r.version != 3 &&
	    t->r.state == L2TP_TUNNEL_ESTABLISHED && !t->r.peer_info.bearer)
		return -EOPNOTSUPP;
	return 0;
}

struct l2tp_session *l2tp_session_open(struct l2tp_tunnel *t, uint64_t now,
				       enum l2tp_call_kind kind,
				       const struct l2tp_call_params *p,
				       int *err)
{
	struct l2tp_endpoint *ep = t->ep;
	struct l2tp_call_params with_serial = *p;
	struct l2tp_session *s;

	l2tp_begin(ep);
	*err = open_allowed(t, kind);
	if (*err)
		return NULL;
	if (!with_serial.call_serial)
		with_serial.call_serial = ++ep->next_serial;
	s = l2tp_session_new(t, now, kind);
	if (s && t->r.version == 3) {
		s->r.circuit_active = p->circuit_active;
		while (!s->r.tie_breaker)
			ep->env.random(ep->env.ctx, &s->r.tie_breaker,
				       sizeof(s->r.tie_breaker));
	}
	*err = s ? l2tp_params_pack(&s->own, &with_serial) : -ENOMEM;
	if (*err) {
		if (s)
			l2tp_session_discard(s);
		return NULL;
	}
	l2tp_session_event(s, now, L2TP_SESSION_EV_LOCAL_OPEN, NULL);
	l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_LOCAL_CALL, NULL);
	l2tp_tunnel_done(t, now);
	return s;
}

/* The parameters of an answer take the place of those of the request. */
static int set_params(struct l2tp_session *s, const struct l2tp_call_params *p)
{
	if (!p)
		return 0;
	/* l2tp_session_set_circuit may have been there before */
	if (p->circuit_active)
		s->r.circuit_active = true;
	return l2tp_params_pack(&s->own, p);
}

void l2tp_session_accept(struct l2tp_session *s, uint64_t now,
			 const struct l2tp_call_params *p)
{
	static const enum l2tp_session_event acceptable[] = {
		[L2TP_CALL_LAC_INCOMING] = L2TP_SESSION_EV_ICRP_OK,
		[L2TP_CALL_LNS_INCOMING] = L2TP_SESSION_EV_ICRQ_OK,
		[L2TP_CALL_LNS_OUTGOING] = L2TP_SESSION_EV_OCRP_OK,
		[L2TP_CALL_LAC_OUTGOING] = L2TP_SESSION_EV_OCRQ_OK,
	};
	struct l2tp_tunnel *t = s->tunnel;
	struct l2tp_cause cause;
	int err;

	l2tp_begin(t->ep);
	if (!s->r.pending)
		return;
	err = set_params(s, p);
	s->r.pending = false;
	if (err) {
		l2tp_cause_set(&cause, L2TP_CDN_ERROR, L2TP_ERROR_RESOURCES,
			       "%s", strerrordesc_np(-err));
		l2tp_session_event(s, now, L2TP_SESSION_EV_LOCAL_CLOSE, &cause);
	} else {
		l2tp_session_event(s, now, acceptable[s->r.kind], NULL);
		if (s->r.held_occn)
			l2tp_session_event(s, now, L2TP_SESSION_EV_OCCN_OK,
					   NULL);
	}
	l2tp_tunnel_done(t, now);
}

void l2tp_session_connected(struct l2tp_session *s, uint64_t now,
			    const struct l2tp_call_params *p)
{
	struct l2tp_tunnel *t = s->tunnel;

	l2tp_begin(t->ep);
	if (s->gone || s->r.kind != L2TP_CALL_LAC_OUTGOING)
		return;
	if (!set_params(s, p))
		l2tp_session_event(s, now, L2TP_SESSION_EV_BEARER_ANSWER, NULL);
	l2tp_tunnel_done(t, now);
}

void l2tp_session_close(struct l2tp_session *s, uint64_t now,
			const struct l2tp_cause *cause)
{
	static const enum l2tp_session_event not_acceptable[] = {
		[L2TP_CALL_LAC_INCOMING] = L2TP_SESSION_EV_ICRP_BAD,
		[L2TP_CALL_LNS_INCOMING] = L2TP_SESSION_EV_ICRQ_BAD,
		[L2TP_CALL_LNS_OUTGOING] = L2TP_SESSION_EV_OCRP_BAD,
		[L2TP_CALL_LAC_OUTGOING] = L2TP_SESSION_EV_OCRQ_BAD,
	};
	struct l2tp_cause admin = { .result = L2TP_CDN_ADMINISTRATIVE };
	struct l2tp_tunnel *t = s->tunnel;

	l2tp_begin(t->ep);
	if (s->gone)
		return;
	l2tp_session_event(s, now,
			   s->r.pending ? not_acceptable[s->r.kind] :
					  L2TP_SESSION_EV_LOCAL_CLOSE,
			   cause ? cause : &admin);
	l2tp_tunnel_done(t, now);
}

static bool may_tell(const struct l2tp_session *s, enum l2tp_call_kind a,
		     enum l2tp_call_kind b)
{
	return s->r.state == L2TP_SESSION_ESTABLISHED &&
	       (s->r.kind == a || s->r.kind == b);
}

void l2tp_session_send_wen(struct l2tp_session *s, uint64_t now,
			   const struct l2tp_wen *wen)
{
	struct l2tp_tunnel *t = s->tunnel;

	l2tp_begin(t->ep);
	/* section 6.13: from the LAC to the LNS */
	if (!may_tell(s, L2TP_CALL_LAC_INCOMING, L2TP_CALL_LAC_OUTGOING))
		return;
	l2tp_session_queue_wen(s, wen);
	l2tp_tunnel_done(t, now);
}

void l2tp_session_send_sli(struct l2tp_session *s, uint64_t now,
			   const struct l2tp_sli *sli)
{
	struct l2tp_tunnel *t = s->tunnel;

	l2tp_begin(t->ep);
	/* section 6.14: from the LNS to the LAC; version 3 has no ACCM */
	if (t->r.version == 3 ||
	    !may_tell(s, L2TP_CALL_LNS_INCOMING, L2TP_CALL_LNS_OUTGOING))
		return;
	l2tp_session_queue_sli(s, sli);
	l2tp_tunnel_done(t, now);
}

void l2tp_session_set_circuit(struct l2tp_session *s, uint64_t now, bool active)
{
	struct l2tp_tunnel *t = s->tunnel;

	l2tp_begin(t->ep);
	if (s->gone || t->r.version != 3)
		return;
	s->r.circuit_active = active;
	l2tp_session_tell_circuit(s);
	l2tp_tunnel_done(t, now);
}
