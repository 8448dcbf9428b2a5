// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a peer's messages mean for its calls: RFC 2661 sections 4.4.4, 7.4, 7.5,
 * RFC 3931 sections 5.4.4, 7.3, 7.4.
 */

#include "proto/l2tp/internal.h"

/*
 * A peer that does not acknowledge what we send gets no more answers than
 * this; its retransmissions end the tunnel soon.
 */
#define REFUSE_QUEUE 1024

/* The events of a message: acceptable, and not. */
struct message_events {
	enum l2tp_session_event ok, bad;
};

static const struct message_events message_events[] = {
	[L2TP_ICRQ] = { L2TP_SESSION_EV_ICRQ_OK, L2TP_SESSION_EV_ICRQ_BAD },
	[L2TP_ICRP] = { L2TP_SESSION_EV_ICRP_OK, L2TP_SESSION_EV_ICRP_BAD },
	[L2TP_ICCN] = { L2TP_SESSION_EV_ICCN_OK, L2TP_SESSION_EV_ICCN_BAD },
	[L2TP_OCRQ] = { L2TP_SESSION_EV_OCRQ_OK, L2TP_SESSION_EV_OCRQ_BAD },
	[L2TP_OCRP] = { L2TP_SESSION_EV_OCRP_OK, L2TP_SESSION_EV_OCRP_BAD },
	[L2TP_OCCN] = { L2TP_SESSION_EV_OCCN_OK, L2TP_SESSION_EV_OCCN_BAD },
	[L2TP_WEN] = { L2TP_SESSION_EV_WEN, L2TP_SESSION_EV_FAULT },
	[L2TP_SLI] = { L2TP_SESSION_EV_SLI, L2TP_SESSION_EV_FAULT },
	[L2TP_CDN] = { L2TP_SESSION_EV_CDN, L2TP_SESSION_EV_CDN },
};

/* Adds what the message in hand says to what is known of the call. */
static bool note_params(struct l2tp_session *s)
{
	struct l2tp_endpoint *ep = s->tunnel->ep;

	l2tp_params_unpack(&ep->params, s->peers);
	l2tp_params_decode(&ep->params.p, &ep->msg);
	return !l2tp_params_pack(&s->peers, &ep->params.p);
}

static void out_of_memory(struct l2tp_cause *cause)
{
	l2tp_cause_set(cause, L2TP_CDN_ERROR, L2TP_ERROR_RESOURCES,
		       "out of memory");
}

/*
 * The sender's id of the session, by the message in hand; 0: it is not in it.
 */
static uint32_t sender_id(const struct l2tp_tunnel *t)
{
	const struct l2tp_message *m = &t->ep->msg;

	return t->r.version == 3 ? l2tp_u32(m, L2TP_AVP_LOCAL_SESSION_ID) :
				   l2tp_u16(m, L2TP_AVP_ASSIGNED_SESSION_ID);
}

/* Ours, as the peer knows it. */
static uint32_t receiver_id(const struct l2tp_tunnel *t,
			    const struct l2tp_header *h)
{
	return t->r.version == 3 ?
		       l2tp_u32(&t->ep->msg, L2TP_AVP_REMOTE_SESSION_ID) :
		       h->session_id;
}

/* Bits of which none is among those that we said we support (section 4.4.3). */
static bool unsupported(const struct l2tp_message *m, enum l2tp_avp_id id,
			uint32_t ours)
{
	uint32_t asked = l2tp_u32(m, id);

	return l2tp_has(m, id) && asked && !(asked & ours);
}

/* Whether a request can be put to the driver at all; else why not. */
static bool offered_pseudowire(const struct l2tp_tunnel *t, uint16_t type)
{
	for (size_t i = 0;
	     i < sizeof(t->cfg.pseudowires) / sizeof(t->cfg.pseudowires[0]);
	     i++)
		if (t->cfg.pseudowires[i] && t->cfg.pseudowires[i] == type)
			return true;
	return false;
}

/*
 * RFC 3931 section 5.4.4: whether we can send data as the peer
 * wants to have it.
 */
static bool sublayer_acceptable(uint16_t sublayer, uint16_t sequencing,
				struct l2tp_cause *cause)
{
	if (sequencing && sublayer != 1)
		l2tp_cause_set(cause, L2TP_CDN_SEQUENCING, 0,
			       "sequencing needs the L2-Specific Sublayer");
	else if (sublayer > 1)
		l2tp_cause_set(cause, L2TP_CDN_NO_FACILITIES_EVER, 0,
			       "L2-Specific Sublayer %u is unknown", sublayer);
	else
		return true;
	return false;
}

/* RFC 3931 section 5.4.4. */
static bool request_acceptable_v3(struct l2tp_tunnel *t,
				  struct l2tp_cause *cause)
{
	const struct l2tp_message *m = &t->ep->msg;

	if (!offered_pseudowire(t, l2tp_u16(m, L2TP_AVP_PSEUDOWIRE_TYPE)))
		l2tp_cause_set(cause, L2TP_CDN_PW_TYPE, 0,
			       "pseudowire type %u was not advertised",
			       l2tp_u16(m, L2TP_AVP_PSEUDOWIRE_TYPE));
	/* Cut, it would name another circuit. */
	else if (m->avp[L2TP_AVP_REMOTE_END_ID].len > L2TP_END_ID_MAX)
		l2tp_cause_set(cause, L2TP_CDN_ERROR, L2TP_ERROR_VALUE,
			       "the Remote End ID is longer than %u octets",
			       L2TP_END_ID_MAX);
	else
		return sublayer_acceptable(l2tp_u16(m, L2TP_AVP_L2_SUBLAYER),
					   l2tp_u16(m,
						    L2TP_AVP_DATA_SEQUENCING),
					   cause);
	return false;
}

static bool request_acceptable(struct l2tp_tunnel *t, uint32_t peer_id,
			       struct l2tp_cause *cause)
{
	const struct l2tp_endpoint *ep = t->ep;
	const struct l2tp_message *m = &ep->msg;

	if (l2tp_sessions_full(t))
		l2tp_cause_set(cause, L2TP_CDN_NO_FACILITIES, 0,
			       "too many sessions");
	else if (idmap_get(&t->sessions_by_peer, peer_id))
		l2tp_cause_set(cause, L2TP_CDN_ERROR, L2TP_ERROR_SESSION_ID,
			       "session id %u is in use", peer_id);
	else if (t->r.version == 3)
		return request_acceptable_v3(t, cause);
	else if (m->type == L2TP_OCRQ && !t->cfg.bearer)
		l2tp_cause_set(cause, L2TP_CDN_NO_FACILITIES_EVER, 0,
			       "no calls are placed here");
	else if (m->type == L2TP_OCRQ &&
		 (unsupported(m, L2TP_AVP_BEARER_TYPE, t->cfg.bearer) ||
		  unsupported(m, L2TP_AVP_FRAMING_TYPE, t->cfg.framing)))
		l2tp_cause_set(cause, L2TP_CDN_NO_FACILITIES_EVER, 0,
			       "bearer or framing type was not advertised");
	else
		return true;
	return false;
}

/*
 * The request in hand against ours for the same circuit: false, with the CDN's
 * cause, when it lost.
 */
static bool resolve_tie(struct l2tp_tunnel *t, uint64_t now,
			struct l2tp_cause *cause)
{
	const struct l2tp_message *m = &t->ep->msg;
	struct l2tp_session *s;
	bool theirs, win, lose;
	struct l2tp_cause lost;
	uint64_t value;

	if (t->r.version != 3 || !l2tp_has(m, L2TP_AVP_REMOTE_END_ID))
		return true;
	s = l2tp_tie_find(t);
	if (!s)
		return true;
	theirs = l2tp_has(m, L2TP_AVP_TIE_BREAKER);
	value = theirs ? l2tp_u64(m, L2TP_AVP_TIE_BREAKER) : 0;
	/* equal ones, or none on either side: both sessions go */
	win = theirs ? s->r.tie_breaker && s->r.tie_breaker <= value : true;
	lose = s->r.tie_breaker ? theirs && value <= s->r.tie_breaker : true;
	l2tp_cause_set(cause, L2TP_CDN_TIE, 0,
		       "our own request for this circuit won the tie");
	l2tp_cause_set(&lost, L2TP_CDN_TIE, 0,
		       "the peer's request for the same circuit won the tie");
	l2tp_session_event(s, now,
			   lose ? L2TP_SESSION_EV_TIE_LOSE :
				  L2TP_SESSION_EV_TIE_WIN,
			   &lost);
	return !win;
}

static void input_request(struct l2tp_tunnel *t, uint64_t now,
			  enum l2tp_severity severity)
{
	struct l2tp_endpoint *ep = t->ep;
	uint32_t peer_id = sender_id(t);
	enum l2tp_call_kind kind = ep->msg.type == L2TP_ICRQ ?
					   L2TP_CALL_LNS_INCOMING :
					   L2TP_CALL_LAC_OUTGOING;
	struct l2tp_session *s = NULL;
	struct l2tp_cause cause;
	bool ok = severity < L2TP_CLOSE_SESSION;

	if (!ok)
		cause = ep->fault.cause;
	if (ok)
		ok = request_acceptable(t, peer_id, &cause) &&
		     resolve_tie(t, now, &cause);
	if (ok) {
		s = l2tp_session_new(t, now, kind);
		ok = s && note_params(s) &&
		     !idmap_put(&t->sessions_by_peer, peer_id, s);
		if (!ok)
			out_of_memory(&cause);
	}
	if (!s) {
		/*
		 * the id is one that no session has, which is all the
		 * peer needs of it
		 */
		if (peer_id && t->rel.s.queued < REFUSE_QUEUE)
			l2tp_session_refuse(t, peer_id, l2tp_session_next_id(t),
					    &cause);
		return;
	}
	s->r.peer_id = peer_id;
	s->r.pending = true;
	effect_push(&ep->effects, L2TP_EFFECT_SESSION_REQUEST, t, s);
	if (ok)
		s->in_by_peer = true;
	else
		l2tp_session_event(s, now, L2TP_SESSION_EV_FAULT, &cause);
}

/*
 * ICRP, OCRP: the peer's id is known; the driver decides before the
 * machine goes on.
 */
static void input_reply(struct l2tp_session *s, uint64_t now,
			enum l2tp_session_event ok)
{
	struct l2tp_endpoint *ep = s->tunnel->ep;
	struct l2tp_cause cause;

	if (s->r.state != L2TP_SESSION_WAIT_REPLY || s->r.pending) {
		l2tp_session_event(s, now,
				   s->r.pending ? L2TP_SESSION_EV_FAULT : ok,
				   NULL);
		return;
	}
	s->r.peer_id = sender_id(s->tunnel);
	if (!note_params(s)) {
		out_of_memory(&cause);
		l2tp_session_event(s, now, L2TP_SESSION_EV_FAULT, &cause);
		return;
	}
	if (!sublayer_acceptable(ep->params.p.sublayer, ep->params.p.sequencing,
				 &cause)) {
		l2tp_session_event(s, now, L2TP_SESSION_EV_FAULT, &cause);
		return;
	}
	s->r.pending = true;
	l2tp_tie_forget(s);
	effect_push(&ep->effects, L2TP_EFFECT_SESSION_ANSWER, s->tunnel, s);
}

/* ICCN, OCCN. */
static void input_connected(struct l2tp_session *s, uint64_t now,
			    struct message_events ev)
{
	struct l2tp_endpoint *ep = s->tunnel->ep;
	struct l2tp_cause cause;

	if (unsupported(&ep->msg, L2TP_AVP_FRAMING_TYPE,
			s->tunnel->cfg.framing)) {
		l2tp_cause_set(&cause, L2TP_CDN_ERROR, L2TP_ERROR_VALUE,
			       "framing type %u was not advertised",
			       l2tp_u32(&ep->msg, L2TP_AVP_FRAMING_TYPE));
		l2tp_session_event(s, now, ev.bad, &cause);
		return;
	}
	if (!note_params(s) || l2tp_proxy_new(&s->proxy, &ep->msg)) {
		out_of_memory(&cause);
		l2tp_session_event(s, now, ev.bad, &cause);
		return;
	}
	if (!sublayer_acceptable(ep->params.p.sublayer, ep->params.p.sequencing,
				 &cause)) {
		l2tp_session_event(s, now, ev.bad, &cause);
		return;
	}
	/*
	 * The driver has yet to take the OCRP, which came just before: the
	 * OCCN waits with it.
	 */
	if (s->r.pending && ev.ok == L2TP_SESSION_EV_OCCN_OK &&
	    !s->r.held_occn) {
		s->r.held_occn = true;
		return;
	}
	l2tp_session_event(s, now, ev.ok, NULL);
}

/*
 * RFC 3931 section 5.4.5: either end says it, in an SLI or in the
 * message that connects.
 */
static void tell_circuit(struct l2tp_session *s)
{
	struct l2tp_endpoint *ep = s->tunnel->ep;
	struct l2tp_sli sli = { .circuit = true };

	if (!l2tp_has(&ep->msg, L2TP_AVP_CIRCUIT_STATUS))
		return;
	sli.active = l2tp_u16(&ep->msg, L2TP_AVP_CIRCUIT_STATUS) & 1;
	(void)note_params(s);
	/*
	 * before that, the driver finds it in the peer's parameters when the
	 * session is up
	 */
	if (s->r.state == L2TP_SESSION_ESTABLISHED)
		effect_push_sli(&ep->effects, s, &sli);
}

/*
 * A message to no session of ours, judged by the idle state of who would
 * receive it so.
 */
static void input_stray(struct l2tp_tunnel *t, const struct l2tp_header *h)
{
	const struct l2tp_message *m = &t->ep->msg;
	uint32_t peer_id = sender_id(t), our_id = receiver_id(t, h);
	enum l2tp_call_kind kind = m->type >= L2TP_ICRQ &&
						   m->type <= L2TP_ICCN ?
					   L2TP_CALL_LNS_INCOMING :
					   L2TP_CALL_LAC_OUTGOING;
	struct l2tp_session_cell cell;
	struct l2tp_cause cause;

	if (m->type == L2TP_OCCN)
		kind = L2TP_CALL_LNS_OUTGOING;
	cell = l2tp_session_transition(kind, L2TP_SESSION_IDLE,
				       message_events[m->type].ok);
	if (cell.action != L2TP_SESSION_ACT_SEND_CDN || !peer_id || !our_id ||
	    t->rel.s.queued >= REFUSE_QUEUE)
		return;
	l2tp_cause_set(&cause, L2TP_CDN_ERROR, L2TP_ERROR_SESSION_ID,
		       "no session %u", our_id);
	l2tp_session_refuse(t, peer_id, our_id, &cause);
}

/*
 * Version 3's messages name both ends; one that the peer has by another id is
 * not the session.
 */
static struct l2tp_session *find_ours(struct l2tp_tunnel *t, uint32_t our_id)
{
	struct l2tp_session *s = idmap_get(&t->sessions, our_id);
	uint32_t theirs = sender_id(t);

	if (s && t->r.version == 3 && s->r.peer_id && theirs &&
	    theirs != s->r.peer_id)
		return NULL;
	return s;
}

static struct l2tp_session *find(struct l2tp_tunnel *t,
				 const struct l2tp_header *h)
{
	enum l2tp_message_type type = t->ep->msg.type;
	uint32_t our_id = receiver_id(t, h);

	if (our_id)
		return find_ours(t, our_id);
	/*
	 * Section 4.4.4: the peer had not seen our id yet when it sent the CDN;
	 * in version 3 it may have sent a WEN or an SLI (RFC 3931 section
	 * 5.4.4).
	 */
	if (sender_id(t) &&
	    (type == L2TP_CDN ||
	     (t->r.version == 3 && (type == L2TP_WEN || type == L2TP_SLI))))
		return idmap_get(&t->sessions_by_peer, sender_id(t));
	return NULL;
}

static void input_cdn(struct l2tp_session *s, uint64_t now)
{
	struct l2tp_cause cause;

	l2tp_cause_decode(&s->tunnel->ep->msg, &cause);
	l2tp_session_event(s, now, L2TP_SESSION_EV_CDN, &cause);
}

static void input_known(struct l2tp_session *s, uint64_t now)
{
	enum l2tp_message_type type = s->tunnel->ep->msg.type;
	struct message_events ev = message_events[type];

	if (type == L2TP_ICRP || type == L2TP_OCRP)
		input_reply(s, now, ev.ok);
	else if (type == L2TP_ICCN || type == L2TP_OCCN)
		input_connected(s, now, ev);
	else if (type == L2TP_CDN)
		input_cdn(s, now);
	else if (type == L2TP_SLI && s->tunnel->r.version == 3)
		tell_circuit(s);
	else
		l2tp_session_event(s, now, ev.ok, NULL);
}

void l2tp_session_input(struct l2tp_tunnel *t, uint64_t now,
			const struct l2tp_header *h,
			enum l2tp_severity severity)
{
	struct l2tp_endpoint *ep = t->ep;
	enum l2tp_message_type type = ep->msg.type;
	struct l2tp_session *s = find(t, h);

	if (!s && (type == L2TP_ICRQ || type == L2TP_OCRQ))
		input_request(t, now, severity);
	else if (!s)
		input_stray(t, h);
	else if (severity >= L2TP_CLOSE_SESSION)
		l2tp_session_event(s, now, message_events[type].bad,
				   &ep->fault.cause);
	else
		input_known(s, now);
}
