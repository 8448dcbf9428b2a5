// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a peer's messages mean for the control connection: RFC 2661 sections
 * 4.4.3, 5.1, 7.2, RFC 3931 sections 4.7.3, 5.4.3, 7.2.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "proto/l2tp/internal.h"

/* Those of ours that the peer has too. */
static void note_pseudowires(struct l2tp_tunnel *t,
			     const struct l2tp_message *m)
{
	const size_t max =
		sizeof(t->cfg.pseudowires) / sizeof(t->cfg.pseudowires[0]);
	size_t n = 0;

	for (size_t i = 0; i < max && t->cfg.pseudowires[i]; i++)
		if (l2tp_has_pseudowire(m, t->cfg.pseudowires[i]))
			t->r.peer_info.pseudowires[n++] = t->cfg.pseudowires[i];
}

uint32_t l2tp_peer_id_of(const struct l2tp_message *m, uint8_t version)
{
	return version == 3 ? l2tp_u32(m, L2TP_AVP_ASSIGNED_CONNECTION_ID) :
			      l2tp_u16(m, L2TP_AVP_ASSIGNED_TUNNEL_ID);
}

void l2tp_tunnel_note_peer(struct l2tp_tunnel *t, const struct l2tp_message *m)
{
	struct l2tp_tunnel_peer_info *info = &t->r.peer_info;

	*info = (struct l2tp_tunnel_peer_info){
		.authenticated = info->authenticated,
		.digest = info->digest,
		.old_secret = info->old_secret,
		.offers_v2 = info->offers_v2,
		.offers_v3 = info->offers_v3,
	};
	l2tp_name(m, L2TP_AVP_HOST_NAME, info->hostname,
		  sizeof(info->hostname));
	l2tp_text(m, L2TP_AVP_VENDOR_NAME, info->vendor_name,
		  sizeof(info->vendor_name));
	info->firmware = l2tp_u16(m, L2TP_AVP_FIRMWARE_REVISION);
	info->protocol_version = l2tp_u16(m, L2TP_AVP_PROTOCOL_VERSION);
	info->receive_window = l2tp_u16(m, L2TP_AVP_RECEIVE_WINDOW_SIZE);
	info->framing = l2tp_u32(m, L2TP_AVP_FRAMING_CAPABILITIES);
	info->bearer = l2tp_u32(m, L2TP_AVP_BEARER_CAPABILITIES);
	info->router_id = l2tp_u32(m, L2TP_AVP_ROUTER_ID);
	note_pseudowires(t, m);
	/* section 4.4.3: absent is 4, which the transport begins with */
	if (info->receive_window)
		reliable_set_peer_window(&t->rel, info->receive_window);
}

static bool not_authorized(struct l2tp_cause *cause, const char *why)
{
	l2tp_cause_set(cause, L2TP_STOPCCN_NOT_AUTHORIZED, 0, "%s", why);
	return false;
}

/* Section 5.1.1, as the one who asked: the response in the message in hand. */
static bool check_response(struct l2tp_tunnel *t, enum l2tp_message_type type,
			   struct l2tp_cause *cause)
{
	const struct l2tp_message *m = &t->ep->msg;

	if (!t->r.challenged)
		return true;
	if (!l2tp_has(m, L2TP_AVP_CHALLENGE_RESPONSE))
		return not_authorized(cause, "no Challenge Response, but a "
					     "challenge was sent");
	if (!l2tp_secret_proves(t, type,
				m->avp[L2TP_AVP_CHALLENGE_RESPONSE].value))
		return not_authorized(cause, "wrong Challenge Response: is it "
					     "the same secret?");
	return true;
}

/* And as the one who is asked. */
static bool check_challenge(const struct l2tp_tunnel *t,
			    struct l2tp_cause *cause)
{
	if (l2tp_has(&t->ep->msg, L2TP_AVP_CHALLENGE) &&
	    !secret_is_set(&t->cfg.secret))
		return not_authorized(cause, "a Challenge came, but there is "
					     "no secret for this peer");
	return true;
}

/* The configuration's version, or the higher of those that the peer offers. */
static bool choose_version(struct l2tp_tunnel *t, struct l2tp_cause *cause)
{
	const struct l2tp_tunnel_peer_info *info = &t->r.peer_info;
	uint8_t version = t->cfg.version  ? t->cfg.version :
			  info->offers_v3 ? 3 :
					    2;

	if (version == 3 ? info->offers_v3 : info->offers_v2) {
		t->r.version = version;
		return true;
	}
	l2tp_cause_set(cause, L2TP_STOPCCN_VERSION, L2TP_PROTOCOL_VERSION,
		       "this peer is to use version %u", version);
	return false;
}

/*
 * RFC 3931 section 5.4.1: the digest before anything else in the message
 * counts.
 */
static bool check_request_v3(struct l2tp_tunnel *t, const struct l2tp_header *h,
			     struct l2tp_cause *cause)
{
	struct l2tp_endpoint *ep = t->ep;

	/*
	 * once without what is hidden: whether it authenticates
	 * says what unhides
	 */
	l2tp_message_decode(&ep->msg, h, NULL, &ep->scratch, &ep->fault);
	t->r.peer_id = l2tp_peer_id_of(&ep->msg, 3);
	if (l2tp_auth_start(t, l2tp_has(&ep->msg, L2TP_AVP_NONCE))) {
		l2tp_cause_set(cause, L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES,
			       "out of memory");
		return false;
	}
	if ((t->cfg.challenge || t->cfg.hide) && !secret_is_set(&t->cfg.secret))
		return not_authorized(cause, "no secret to authenticate this "
					     "peer with");
	return l2tp_auth_check_request(t, t->request, t->request_len, cause);
}

/*
 * More may be half open than there is room for once they are established, and
 * some room is not for anybody.
 */
static bool has_place(const struct l2tp_tunnel *t, struct l2tp_cause *cause)
{
	const struct l2tp_limits *limits = &t->ep->limits;
	uint32_t most = limits->tunnels - (t->named ? 0 : limits->reserved);

	if (!limits->tunnels || t->ep->tunnel_count <= most)
		return true;
	l2tp_cause_set(cause, L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES,
		       "too many tunnels");
	return false;
}

/* Of one that is refused, nothing of ours is measured against it. */
static bool check_request(struct l2tp_tunnel *t, uint64_t now,
			  const struct l2tp_header *h, bool refused,
			  struct l2tp_cause *cause)
{
	struct l2tp_endpoint *ep = t->ep;

	if (!choose_version(t, cause) || (!refused && !has_place(t, cause)) ||
	    (t->r.version == 3 && !check_request_v3(t, h, cause)))
		return false;
	l2tp_secret_choose(t);
	if (l2tp_secret_decode(t, h) > L2TP_IGNORE_AVP) {
		*cause = ep->fault.cause;
		return false;
	}
	t->r.peer_id = l2tp_peer_id_of(&ep->msg, t->r.version);
	l2tp_tunnel_note_peer(t, &ep->msg);
	/* with version 2's header alone it was compared when it came */
	if (t->r.peer_info.offers_v3 && !refused && !t->resumed &&
	    !l2tp_tunnel_tie_resolve(ep, now, &t->r.peer, &ep->msg)) {
		l2tp_cause_set(cause, L2TP_STOPCCN_EXISTS, 0,
			       "our own request won the tie");
		return false;
	}
	if (t->r.version == 3)
		return true;
	if ((t->cfg.challenge || t->cfg.hide) && !secret_is_set(&t->cfg.secret))
		return not_authorized(cause, "no secret to authenticate this "
					     "peer with");
	return check_challenge(t, cause);
}

void l2tp_tunnel_decide(struct l2tp_tunnel *t, uint64_t now,
			const struct l2tp_cause *refusal)
{
	struct l2tp_cause cause = { 0 };
	struct l2tp_header h;
	bool ok;

	/* it was one when it came */
	ok = !l2tp_header_decode(&h, t->request, t->request_len) &&
	     check_request(t, now, &h, refusal, &cause);
	t->r.pending = false;
	if (refusal && (ok || cause.result))
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SCCRQ_BAD, refusal);
	else if (ok)
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SCCRQ_OK, NULL);
	else if (cause.result)
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SCCRQ_BAD, &cause);
	else /* RFC 3931 section 5.4.1: a wrong digest gets no answer */
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SILENCE, &cause);
}

static void input_sccrp(struct l2tp_tunnel *t, const struct input *in)
{
	struct l2tp_message *m = &t->ep->msg;
	struct l2tp_cause cause;

	/* out of sequence: nothing in it counts */
	if (t->r.state != L2TP_TUNNEL_WAIT_CTL_REPLY) {
		l2tp_tunnel_event(t, in->now, L2TP_TUNNEL_EV_SCCRP_OK, NULL);
		return;
	}
	if (!addr_is_set(&t->r.local) || addr_is_any(&t->r.local))
		t->r.local = *in->local;
	t->r.peer_id = l2tp_peer_id_of(m, t->r.version);
	l2tp_tunnel_note_peer(t, m);
	if (t->r.version == 3) {
		/* its digest was looked at before it came here */
		l2tp_tunnel_event(t, in->now, L2TP_TUNNEL_EV_SCCRP_OK, NULL);
		return;
	}
	if (check_response(t, L2TP_SCCRP, &cause) && check_challenge(t, &cause))
		l2tp_tunnel_event(t, in->now, L2TP_TUNNEL_EV_SCCRP_OK, NULL);
	else
		l2tp_tunnel_event(t, in->now, L2TP_TUNNEL_EV_SCCRP_BAD, &cause);
}

static void input_scccn(struct l2tp_tunnel *t, uint64_t now)
{
	struct l2tp_cause cause;

	if (t->r.state != L2TP_TUNNEL_WAIT_CTL_CONN ||
	    (has_place(t, &cause) && check_response(t, L2TP_SCCCN, &cause)))
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SCCCN_OK, NULL);
	else
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SCCCN_BAD, &cause);
}

static void input_stopccn(struct l2tp_tunnel *t, uint64_t now)
{
	struct l2tp_cause cause;

	l2tp_cause_decode(&t->ep->msg, &cause);
	/*
	 * A refused SCCRQ: the acknowledgement has to find the peer's tunnel.
	 */
	if (!t->r.peer_id)
		t->r.peer_id = l2tp_peer_id_of(&t->ep->msg, t->r.version);
	l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_STOPCCN, &cause);
	/*
	 * section 5.7: nothing of ours matters to it, but its copies are
	 * acknowledged
	 */
	reliable_drop_all(&t->rel);
	t->rel.s.ack_now = true;
	t->r.linger_at = now + reliable_full_cycle(&t->rel.cfg);
}

/* A message that the decoder found to clear the tunnel. */
static void input_fault(struct l2tp_tunnel *t, uint64_t now)
{
	const struct l2tp_cause *cause = &t->ep->fault.cause;

	switch (t->ep->msg.type) {
	case L2TP_SCCRP:
		/* so that the StopCCN finds the peer's tunnel */
		if (t->r.state == L2TP_TUNNEL_WAIT_CTL_REPLY)
			t->r.peer_id =
				l2tp_peer_id_of(&t->ep->msg, t->r.version);
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SCCRP_BAD, cause);
		break;
	case L2TP_SCCCN:
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SCCCN_BAD, cause);
		break;
	case L2TP_SCCRQ:
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SCCRQ_BAD, cause);
		break;
	case L2TP_ZLB:
	case L2TP_STOPCCN:
	case L2TP_HELLO:
	case L2TP_OCRQ:
	case L2TP_OCRP:
	case L2TP_OCCN:
	case L2TP_ICRQ:
	case L2TP_ICRP:
	case L2TP_ICCN:
	case L2TP_CDN:
	case L2TP_WEN:
	case L2TP_SLI:
	case L2TP_ACK:
	case L2TP_MESSAGE_UNKNOWN:
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_FAULT, cause);
		break;
	}
}

static void input_call(struct l2tp_tunnel *t, uint64_t now,
		       const struct l2tp_header *h, enum l2tp_severity severity)
{
	if (l2tp_tunnel_transition(t->r.state, L2TP_TUNNEL_EV_CALL).action ==
	    L2TP_TUNNEL_ACT_DELIVER)
		l2tp_session_input(t, now, h, severity);
	else
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_CALL, NULL);
}

/*
 * Some peers send an AVP that we do not know with each call: it is told
 * once for each tunnel, unless somebody debugs. Two texts may share a bit.
 */
static int ignored_level(struct l2tp_tunnel *t, const char *text)
{
	uint32_t bit =
		1u << hash_fnv32(HASH_FNV32_START, text, strlen(text)) % 32;
	bool is_told = t->ignored & bit;

	t->ignored |= bit;
	return is_told ? LOG_DEBUG : LOG_INFO;
}

/* The session that the message in hand is for; NULL: none, or none of ours. */
static struct l2tp_session *session_of(struct l2tp_tunnel *t,
				       const struct l2tp_header *h)
{
	uint32_t id = t->r.version == 3 ? l2tp_u32(&t->ep->msg,
						   L2TP_AVP_REMOTE_SESSION_ID) :
					  h->session_id;

	return id ? l2tp_session_find(t, id) : NULL;
}

static void log_fault(struct l2tp_tunnel *t, const struct l2tp_header *h,
		      enum l2tp_severity severity)
{
	const char *text = t->ep->fault.cause.text;
	static const char *const cost[] = {
		[L2TP_IGNORE_AVP] = "AVP ignored",
		[L2TP_DROP_MESSAGE] = "message ignored",
		[L2TP_CLOSE_SESSION] = "session closed",
		[L2TP_CLOSE_TUNNEL] = "tunnel closed",
	};

	effect_log(&t->ep->effects, t, session_of(t, h),
		   severity >= L2TP_CLOSE_SESSION ? LOG_WARNING :
		   severity == L2TP_IGNORE_AVP	  ? ignored_level(t, text) :
						    LOG_INFO,
		   "%s: %s", cost[severity], text);
}

/* Our StopCCN is under way, or the peer's has come. */
static void input_when_down(struct l2tp_tunnel *t, const struct input *in)
{
	const struct l2tp_message *m = &t->ep->msg;

	/* both sides closed at once: then there is no more to wait for */
	if (m->type == L2TP_STOPCCN)
		input_stopccn(t, in->now);
	/*
	 * the SCCRQ was taken back before its answer came: the StopCCN can name
	 * the tunnel now
	 */
	if (m->type == L2TP_SCCRP && t->r.initiator && !t->r.peer_id) {
		t->r.peer_id = l2tp_peer_id_of(m, t->r.version);
		reliable_readdress(&t->rel, t->r.version, t->r.peer_id);
	}
}

/* One message, in its place in the order. */
static void deliver(struct l2tp_tunnel *t, const struct input *in,
		    const struct l2tp_header *h)
{
	struct l2tp_endpoint *ep = t->ep;
	enum l2tp_severity severity;

	severity = l2tp_secret_decode(t, h);
	if (t->r.down) {
		input_when_down(t, in);
		return;
	}
	if (severity != L2TP_OK)
		log_fault(t, h, severity);
	if (severity == L2TP_DROP_MESSAGE)
		return;
	if (severity == L2TP_CLOSE_TUNNEL) {
		input_fault(t, in->now);
		return;
	}
	switch (ep->msg.type) {
	case L2TP_SCCRQ:
		l2tp_tunnel_event(t, in->now, L2TP_TUNNEL_EV_SCCRQ_OK, NULL);
		break;
	case L2TP_SCCRP:
		input_sccrp(t, in);
		break;
	case L2TP_SCCCN:
		input_scccn(t, in->now);
		break;
	case L2TP_STOPCCN:
		input_stopccn(t, in->now);
		break;
	case L2TP_HELLO:
		l2tp_tunnel_event(t, in->now, L2TP_TUNNEL_EV_HELLO, NULL);
		break;
	case L2TP_OCRQ:
	case L2TP_OCRP:
	case L2TP_OCCN:
	case L2TP_ICRQ:
	case L2TP_ICRP:
	case L2TP_ICCN:
	case L2TP_CDN:
	case L2TP_WEN:
	case L2TP_SLI:
		input_call(t, in->now, h, severity);
		break;
	case L2TP_ZLB:
	case L2TP_ACK:
	case L2TP_MESSAGE_UNKNOWN:
		/* takes no number; and one that is unknown was dropped above */
		break;
	}
}

/* Whether the answer to our SCCRQ may come from there; over IP it may not. */
static bool may_answer_from(const struct l2tp_tunnel *t,
			    const struct addr *peer)
{
	if (!t->r.peer.port || !peer->port)
		return false;
	switch (t->cfg.answer_from) {
	case L2TP_ANSWER_FROM_ADDRESS:
		return addr_equal_ip(&t->r.peer, peer);
	case L2TP_ANSWER_FROM_ANYWHERE:
		return t->r.peer.family == peer->family;
	case L2TP_ANSWER_FROM_PORT:
		return false;
	}
	return false;
}

/*
 * A tunnel is one peer's, whom its answer to our SCCRQ makes known: what names
 * our tunnel, acknowledges the SCCRQ and is the first to come.
 */
static bool from_peer(const struct l2tp_tunnel *t, const struct input *in)
{
	enum l2tp_message_type type;

	if (addr_equal(&t->r.peer, in->peer))
		return true;
	if (!t->r.initiator || t->r.state != L2TP_TUNNEL_WAIT_CTL_REPLY ||
	    !in->h.payload_len || in->h.ns != t->rel.s.nr ||
	    in->h.nr != t->rel.s.ns || !may_answer_from(t, in->peer))
		return false;
	type = l2tp_peek_type(in->pkt, in->h.length);
	return type == L2TP_SCCRP || type == L2TP_STOPCCN;
}

/*
 * And, where there is a secret, has it: what comes from elsewhere without it
 * must not end what the real peer is about to answer. Version 3's digest was
 * looked at before.
 */
static bool has_secret(struct l2tp_tunnel *t, const struct input *in)
{
	struct l2tp_endpoint *ep = t->ep;
	struct l2tp_cause cause;

	(void)l2tp_secret_decode(t, &in->h);
	return in->h.version == 3 || ep->msg.type != L2TP_SCCRP ||
	       check_response(t, L2TP_SCCRP, &cause);
}

/* Where the answer comes from is the peer from now on. */
static void follow_peer(struct l2tp_tunnel *t, const struct addr *peer)
{
	char was[ADDR_STRLEN], is[ADDR_STRLEN];

	effect_log(&t->ep->effects, t, NULL, LOG_INFO, "%s answers from %s",
		   addr_format_port(&t->r.peer, was),
		   addr_format_port(peer, is));
	t->r.peer = *peer;
	if (!t->link[PEER_OPENING].in)
		return;
	l2tp_peer_unlink(t->ep, PEER_OPENING, t);
	/* without memory a tie with it would not be seen, and no more */
	(void)l2tp_peer_link(t->ep, PEER_OPENING, t, l2tp_ip_hash(t->ep, peer));
}

/*
 * RFC 3931 section 4.7.3: the peer answers our SCCRQ of both versions as
 * one of version 2.
 */
static void fall_back(struct l2tp_tunnel *t)
{
	t->r.version = 2;
	t->r.fallback = false;
	l2tp_auth_free(t);
	l2tp_secret_choose(t);
}

/*
 * Whether version 2 may say it on a tunnel whose SCCRQ was of both: that the
 * SCCRQ arrived, or the answer to it. Nothing else, as none of it is signed.
 */
static bool answers_v2(const struct l2tp_tunnel *t, const struct input *in)
{
	enum l2tp_message_type type = l2tp_peek_type(in->pkt, in->h.length);

	return !in->h.payload_len ||
	       (in->h.ns == t->rel.s.nr &&
		(type == L2TP_SCCRP || type == L2TP_STOPCCN));
}

/* Whether the message is of the tunnel's version. */
static bool right_version(const struct l2tp_tunnel *t, const struct input *in)
{
	if (in->h.version == t->r.version)
		return true;
	if (in->h.version != 2)
		return false;
	/* a copy of the SCCRQ that both versions are good for */
	if (!t->r.initiator)
		return t->r.peer_info.offers_v2 &&
		       l2tp_peek_type(in->pkt, in->h.length) == L2TP_SCCRQ;
	return t->r.fallback && t->r.state == L2TP_TUNNEL_WAIT_CTL_REPLY &&
	       answers_v2(t, in);
}

/* The answer to the SCCRQ of both versions decides, once it may count. */
static void settle_version(struct l2tp_tunnel *t, const struct input *in)
{
	if (!t->r.fallback || !in->h.payload_len)
		return;
	if (in->h.version == 2)
		fall_back(t);
	else if (in->h.ns == t->rel.s.nr &&
		 l2tp_peek_type(in->pkt, in->h.length) == L2TP_SCCRP)
		t->r.fallback = false;
}

static bool acknowledges_only(const struct input *in)
{
	return !in->h.payload_len ||
	       (in->h.version == 3 &&
		l2tp_peek_type(in->pkt, in->h.length) == L2TP_ACK);
}

static enum reliable_verdict receive(struct l2tp_tunnel *t,
				     const struct input *in)
{
	uint16_t una = t->rel.s.una;
	bool probing = t->rel.s.probing;
	enum reliable_verdict v =
		reliable_receive(&t->rel, in->now, in->h.ns, in->h.nr,
				 acknowledges_only(in), in->pkt, in->len);

	/*
	 * what says nothing new may be somebody's copy of what the peer said
	 * once: no sign of life
	 */
	if (v == RELIABLE_DELIVER || v == RELIABLE_HELD || t->rel.s.una != una)
		t->r.last_heard_ms = in->now;
	if (probing && !t->rel.s.probing && !t->r.down)
		effect_push(&t->ep->effects, L2TP_EFFECT_TUNNEL_ALIVE, t, NULL);
	return v;
}

void l2tp_tunnel_input(struct l2tp_tunnel *t, const struct input *in)
{
	struct l2tp_endpoint *ep = t->ep;
	struct l2tp_header h;
	struct l2tp_buf *b;

	if (!from_peer(t, in)) {
		ep->counters.wrong_address++;
		return;
	}
	/* an answer is waiting for the driver: this one comes again */
	if (t->answer)
		return;
	if (!right_version(t, in)) {
		ep->counters.wrong_version++;
		return;
	}
	/* version 2's answer to an SCCRQ of both versions is not signed */
	if (!(t->r.fallback && in->h.version == 2) && !l2tp_auth_check(t, in))
		return;
	if (!addr_equal(&t->r.peer, in->peer)) {
		if (!has_secret(t, in)) {
			ep->counters.wrong_address++;
			return;
		}
		follow_peer(t, in->peer);
	}
	settle_version(t, in);
	switch (receive(t, in)) {
	case RELIABLE_DELIVER:
		deliver(t, in, &in->h);
		while ((b = reliable_release(&t->rel, in->now))) {
			if (!l2tp_header_decode(&h, b->data, b->len))
				deliver(t, in, &h);
			l2tp_buf_put(&ep->bufs, b);
		}
		break;
	case RELIABLE_DUPLICATE:
		/* the SCCRQ again: our SCCRP was lost */
		if (t->r.state == L2TP_TUNNEL_WAIT_CTL_CONN && !t->rel.s.una)
			reliable_resend(&t->rel);
		break;
	case RELIABLE_ZLB:
	case RELIABLE_HELD:
	case RELIABLE_DROPPED:
		break;
	}
	l2tp_tunnel_done(t, in->now);
}
