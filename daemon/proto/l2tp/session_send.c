// SPDX-License-Identifier: GPL-2.0-or-later
/* The messages of calls, RFC 2661 and RFC 3931 sections 6.6 to 6.14. */
#include <errno.h>

#include "lib/buf.h"
#include "proto/l2tp/internal.h"

/*
 * Section 4.4.4: only bits that the peer supports, all of them when
 * nothing is asked for.
 */
static uint32_t offered(uint32_t wanted, uint32_t capabilities)
{
	return wanted ? wanted & capabilities : capabilities;
}

static int encode_ocrq(struct l2tp_session *s, struct l2tp_encoder *e,
		       struct l2tp_call_params *p)
{
	const struct l2tp_tunnel_peer_info *peer = &s->tunnel->r.peer_info;

	p->bearer_type =
		offered(p->has_bearer_type ? p->bearer_type : 0, peer->bearer);
	p->framing_type = offered(p->framing_type, peer->framing);
	if (!p->bearer_type || !p->framing_type)
		return -EOPNOTSUPP;
	/* no limit; some read it as signed */
	if (!p->maximum_bps)
		p->maximum_bps = INT32_MAX;
	l2tp_encode_u16(e, L2TP_AVP_ASSIGNED_SESSION_ID, (uint16_t)s->r.id);
	l2tp_params_encode_request(e, p, true);
	return 0;
}

/*
 * RFC 3931 section 5.4.4: both ids are in every message, that of the receiver
 * as 0 until it is known.
 */
static void encode_begin(struct l2tp_tunnel *t, struct l2tp_encoder *e,
			 enum l2tp_message_type type, uint32_t peer_id,
			 uint32_t our_id)
{
	l2tp_tunnel_encode_begin(t, e, type, peer_id);
	if (t->r.version != 3)
		return;
	l2tp_encode_u32(e, L2TP_AVP_LOCAL_SESSION_ID, our_id);
	l2tp_encode_u32(e, L2TP_AVP_REMOTE_SESSION_ID, peer_id);
}

/*
 * RFC 3931 section 5.4.4: only a type that the peer advertised
 * may be asked for.
 */
static bool peer_has_pseudowire(const struct l2tp_tunnel *t, uint16_t type)
{
	const struct l2tp_tunnel_peer_info *info = &t->r.peer_info;

	for (size_t i = 0;
	     i < sizeof(info->pseudowires) / sizeof(info->pseudowires[0]); i++)
		if (info->pseudowires[i] && info->pseudowires[i] == type)
			return true;
	return false;
}

static int send_v3(struct l2tp_session *s, enum l2tp_message_type type)
{
	struct l2tp_tunnel *t = s->tunnel;
	struct l2tp_params_view *v = &t->ep->params;
	struct l2tp_encoder e;
	int err;

	l2tp_params_unpack(v, s->own);
	if ((type == L2TP_ICRQ || type == L2TP_OCRQ) &&
	    !peer_has_pseudowire(t, v->p.pseudowire ? v->p.pseudowire :
						      L2TP_PW_PPP))
		return -EOPNOTSUPP;
	v->p.circuit_active = s->r.circuit_active;
	v->p.has_tie_breaker = s->r.tie_breaker != 0;
	v->p.tie_breaker = s->r.tie_breaker;
	encode_begin(t, &e, type, s->r.peer_id, s->r.id);
	l2tp_params_encode_v3(&e, &v->p, type);
	err = l2tp_tunnel_queue(t, &e);
	if (!err)
		s->r.circuit_told = s->r.circuit_active;
	return err;
}

int l2tp_session_send(struct l2tp_session *s, enum l2tp_message_type type)
{
	struct l2tp_tunnel *t = s->tunnel;
	struct l2tp_params_view *v = &t->ep->params;
	struct l2tp_encoder e;
	int err = 0;

	if (t->r.version == 3)
		return send_v3(s, type);
	l2tp_params_unpack(v, s->own);
	/*
	 * asked for before the tunnel fell back to version 2,
	 * which has no other
	 */
	if (v->p.pseudowire && v->p.pseudowire != L2TP_PW_PPP)
		return -EOPNOTSUPP;
	l2tp_tunnel_encode_begin(t, &e, type, s->r.peer_id);
	switch (type) {
	case L2TP_ICRQ:
		l2tp_encode_u16(&e, L2TP_AVP_ASSIGNED_SESSION_ID,
				(uint16_t)s->r.id);
		l2tp_params_encode_request(&e, &v->p, false);
		break;
	case L2TP_OCRQ:
		err = encode_ocrq(s, &e, &v->p);
		break;
	case L2TP_ICRP:
		l2tp_encode_u16(&e, L2TP_AVP_ASSIGNED_SESSION_ID,
				(uint16_t)s->r.id);
		break;
	case L2TP_OCRP:
		l2tp_encode_u16(&e, L2TP_AVP_ASSIGNED_SESSION_ID,
				(uint16_t)s->r.id);
		l2tp_params_encode_reply(&e, &v->p);
		break;
	case L2TP_ICCN:
	case L2TP_OCCN:
		/* synchronous, unless the peer knows the other only */
		if (!v->p.framing_type)
			v->p.framing_type = t->r.peer_info.framing == 2 ? 2 : 1;
		l2tp_params_encode_connected(&e, &v->p, type == L2TP_OCCN);
		break;
	case L2TP_ZLB:
	case L2TP_SCCRQ:
	case L2TP_SCCRP:
	case L2TP_SCCCN:
	case L2TP_STOPCCN:
	case L2TP_HELLO:
	case L2TP_CDN:
	case L2TP_WEN:
	case L2TP_SLI:
	case L2TP_ACK:
	case L2TP_MESSAGE_UNKNOWN:
		err = -EINVAL;
		break;
	}
	return err ? err : l2tp_tunnel_queue(t, &e);
}

static int send_cdn(struct l2tp_tunnel *t, uint32_t peer_id, uint32_t our_id,
		    const struct l2tp_cause *cause)
{
	struct l2tp_encoder e;

	encode_begin(t, &e, L2TP_CDN, peer_id, our_id);
	if (t->r.version != 3)
		l2tp_encode_u16(&e, L2TP_AVP_ASSIGNED_SESSION_ID,
				(uint16_t)our_id);
	l2tp_encode_cause(&e, cause);
	return l2tp_tunnel_queue(t, &e);
}

int l2tp_session_send_cdn(struct l2tp_session *s,
			  const struct l2tp_cause *cause)
{
	return send_cdn(s->tunnel, s->r.peer_id, s->r.id, cause);
}

void l2tp_session_refuse(struct l2tp_tunnel *t, uint32_t peer_id,
			 uint32_t our_id, const struct l2tp_cause *cause)
{
	/*
	 * without room it is as if the request had been lost; the peer
	 * gives up on its own
	 */
	(void)send_cdn(t, peer_id, our_id, cause);
	t->ep->counters.calls_refused++;
}

void l2tp_session_queue_wen(struct l2tp_session *s, const struct l2tp_wen *wen)
{
	uint8_t value[26];
	struct wbuf w = wbuf_init(value, sizeof(value));
	struct l2tp_encoder e;

	wbuf_u16(&w, 0);
	wbuf_u32(&w, wen->crc);
	wbuf_u32(&w, wen->framing);
	wbuf_u32(&w, wen->hardware_overruns);
	wbuf_u32(&w, wen->buffer_overruns);
	wbuf_u32(&w, wen->timeouts);
	wbuf_u32(&w, wen->alignment);
	encode_begin(s->tunnel, &e, L2TP_WEN, s->r.peer_id, s->r.id);
	l2tp_encode_avp(&e, L2TP_AVP_CALL_ERRORS, value, sizeof(value));
	/* cumulative: the next one makes up for one that found no room */
	(void)l2tp_tunnel_queue(s->tunnel, &e);
}

void l2tp_session_queue_sli(struct l2tp_session *s, const struct l2tp_sli *sli)
{
	uint8_t value[10];
	struct wbuf w = wbuf_init(value, sizeof(value));
	struct l2tp_encoder e;

	wbuf_u16(&w, 0);
	wbuf_u32(&w, sli->send_accm);
	wbuf_u32(&w, sli->recv_accm);
	l2tp_tunnel_encode_begin(s->tunnel, &e, L2TP_SLI, s->r.peer_id);
	l2tp_encode_avp(&e, L2TP_AVP_ACCM, value, sizeof(value));
	(void)l2tp_tunnel_queue(s->tunnel, &e);
}

void l2tp_session_tell_circuit(struct l2tp_session *s)
{
	struct l2tp_tunnel *t = s->tunnel;
	struct l2tp_encoder e;

	/*
	 * an ICRP and an ICCN that are still to come have it; the recipient may
	 * tell once its ICRP is out
	 */
	if (t->r.version != 3 || s->r.circuit_told == s->r.circuit_active ||
	    (s->r.state != L2TP_SESSION_ESTABLISHED &&
	     s->r.state != L2TP_SESSION_WAIT_CONNECT))
		return;
	encode_begin(t, &e, L2TP_SLI, s->r.peer_id, s->r.id);
	l2tp_encode_u16(&e, L2TP_AVP_CIRCUIT_STATUS, s->r.circuit_active);
	/* without room for it the tunnel is about to end by silence */
	if (!l2tp_tunnel_queue(t, &e))
		s->r.circuit_told = s->r.circuit_active;
}
