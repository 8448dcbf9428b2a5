// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The messages of the control connection, RFC 2661 and RFC 3931
 * sections 6.1 to 6.5.
 */
#include "proto/l2tp/internal.h"

void l2tp_tunnel_encode_begin(struct l2tp_tunnel *t, struct l2tp_encoder *e,
			      enum l2tp_message_type type, uint32_t session_id)
{
	const struct secret *secret = l2tp_hiding_secret(t);
	struct l2tp_endpoint *ep = t->ep;
	bool hide = t->cfg.hide && secret && secret_is_set(secret);

	if (hide) {
		ep->hiding.secret = secret;
		ep->env.random(ep->env.ctx, ep->hiding.random_vector,
			       sizeof(ep->hiding.random_vector));
	}
	if (t->r.version == 3)
		l2tp_encode_begin_v3(e, ep->tx, sizeof(ep->tx), type,
				     t->r.peer_id,
				     t->auth ? t->auth->digest :
					       L2TP_DIGEST_NONE,
				     hide ? &ep->hiding : NULL);
	else
		l2tp_encode_begin(e, ep->tx, sizeof(ep->tx), type,
				  (uint16_t)t->r.peer_id, (uint16_t)session_id,
				  hide ? &ep->hiding : NULL);
}

int l2tp_tunnel_queue(struct l2tp_tunnel *t, struct l2tp_encoder *e)
{
	int len = l2tp_encode_end(e);

	return len < 0 ? len :
			 reliable_queue(&t->rel, e->out.data, (size_t)len);
}

static size_t list_pseudowires(const struct l2tp_tunnel_config *c, uint8_t *out)
{
	struct wbuf w = wbuf_init(out, sizeof(c->pseudowires));

	for (size_t i = 0;
	     i < sizeof(c->pseudowires) / sizeof(c->pseudowires[0]) &&
	     c->pseudowires[i];
	     i++)
		wbuf_u16(&w, c->pseudowires[i]);
	return w.len;
}

/*
 * What makes an SCCRQ or SCCRP one of version 3; mandatory is false where a
 * peer of version 2 is to ignore it.
 */
static void encode_v3(struct l2tp_tunnel *t, struct l2tp_encoder *e,
		      bool mandatory)
{
	const struct l2tp_tunnel_config *c = &t->cfg;
	uint8_t list[sizeof(c->pseudowires)];
	uint8_t value[4];
	struct wbuf w = wbuf_init(value, sizeof(value));

	wbuf_u32(&w, c->router_id);
	l2tp_encode_avp_m(e, L2TP_AVP_ROUTER_ID, mandatory, value,
			  sizeof(value));
	w = wbuf_init(value, sizeof(value));
	wbuf_u32(&w, t->r.id);
	l2tp_encode_avp_m(e, L2TP_AVP_ASSIGNED_CONNECTION_ID, mandatory, value,
			  sizeof(value));
	l2tp_encode_avp_m(e, L2TP_AVP_PW_CAPABILITIES, mandatory, list,
			  list_pseudowires(c, list));
	if (!t->auth->nonces)
		return;
	l2tp_encode_avp_m(e, L2TP_AVP_NONCE, mandatory, t->auth->nonce.data,
			  t->auth->nonce.len);
	t->auth->nonce_sent = true;
}

/* SCCRQ and SCCRP of version 3. */
static void encode_common_v3(struct l2tp_tunnel *t, struct l2tp_encoder *e)
{
	const struct l2tp_tunnel_config *c = &t->cfg;

	if (t->r.tied)
		l2tp_encode_u64(e, L2TP_AVP_TIE_BREAKER, t->r.tie_breaker);
	l2tp_encode_text(e, L2TP_AVP_HOST_NAME, c->hostname);
	if (*c->vendor_name)
		l2tp_encode_text(e, L2TP_AVP_VENDOR_NAME, c->vendor_name);
	l2tp_encode_u16(e, L2TP_AVP_RECEIVE_WINDOW_SIZE, c->receive_window);
	encode_v3(t, e, true);
}

/*
 * What SCCRQ and SCCRP have in common, in the order of the attributes' numbers.
 */
static void encode_common(struct l2tp_tunnel *t, struct l2tp_encoder *e)
{
	const struct l2tp_tunnel_config *c = &t->cfg;
	struct l2tp_endpoint *ep = t->ep;

	l2tp_encode_u16(e, L2TP_AVP_PROTOCOL_VERSION, L2TP_PROTOCOL_VERSION);
	l2tp_encode_u32(e, L2TP_AVP_FRAMING_CAPABILITIES, c->framing);
	if (c->bearer)
		l2tp_encode_u32(e, L2TP_AVP_BEARER_CAPABILITIES, c->bearer);
	if (t->r.tied)
		l2tp_encode_u64(e, L2TP_AVP_TIE_BREAKER, t->r.tie_breaker);
	if (c->firmware)
		l2tp_encode_u16(e, L2TP_AVP_FIRMWARE_REVISION, c->firmware);
	l2tp_encode_text(e, L2TP_AVP_HOST_NAME, c->hostname);
	if (*c->vendor_name)
		l2tp_encode_text(e, L2TP_AVP_VENDOR_NAME, c->vendor_name);
	l2tp_encode_u16(e, L2TP_AVP_ASSIGNED_TUNNEL_ID, (uint16_t)t->r.id);
	l2tp_encode_u16(e, L2TP_AVP_RECEIVE_WINDOW_SIZE, c->receive_window);
	if (c->challenge) {
		/* one that was half open has sent it before */
		if (!t->resumed)
			ep->env.random(ep->env.ctx, t->r.challenge,
				       sizeof(t->r.challenge));
		t->r.challenged = true;
		l2tp_encode_avp(e, L2TP_AVP_CHALLENGE, t->r.challenge,
				sizeof(t->r.challenge));
	}
}

/*
 * Section 5.1.1: the answer to the challenge of the message in
 * hand, if it has one.
 */
static int encode_response(struct l2tp_tunnel *t, struct l2tp_encoder *e,
			   enum l2tp_message_type type)
{
	const struct l2tp_message *m = &t->ep->msg;
	const struct l2tp_avp_view *challenge = &m->avp[L2TP_AVP_CHALLENGE];
	uint8_t response[16];
	int err;

	if (!l2tp_has(m, L2TP_AVP_CHALLENGE))
		return 0;
	err = l2tp_challenge_response(response, type, &t->cfg.secret,
				      challenge->value, challenge->len);
	if (!err)
		l2tp_encode_avp(e, L2TP_AVP_CHALLENGE_RESPONSE, response,
				sizeof(response));
	return err;
}

/*
 * Section 4.7.3: version 2's header and AVPs, and those of version 3 without
 * the M bit. Nothing is hidden.
 */
static int send_sccrq_for_both(struct l2tp_tunnel *t)
{
	struct l2tp_endpoint *ep = t->ep;
	struct l2tp_encoder e;

	l2tp_encode_begin(&e, ep->tx, sizeof(ep->tx), L2TP_SCCRQ, 0, 0, NULL);
	l2tp_encode_digest(&e, t->auth->digest, false);
	encode_common(t, &e);
	encode_v3(t, &e, false);
	return l2tp_tunnel_queue(t, &e);
}

int l2tp_tunnel_send_sccrq(struct l2tp_tunnel *t)
{
	struct l2tp_encoder e;

	if (t->cfg.tie_breaker) {
		t->r.tied = true;
		t->ep->env.random(t->ep->env.ctx, &t->r.tie_breaker,
				  sizeof(t->r.tie_breaker));
	}
	if (t->r.fallback)
		return send_sccrq_for_both(t);
	l2tp_tunnel_encode_begin(t, &e, L2TP_SCCRQ, 0);
	if (t->r.version == 3)
		encode_common_v3(t, &e);
	else
		encode_common(t, &e);
	return l2tp_tunnel_queue(t, &e);
}

int l2tp_tunnel_send_sccrp(struct l2tp_tunnel *t)
{
	struct l2tp_encoder e;
	int err;

	if (t->r.version == 3 && t->auth->nonces)
		t->auth->nonce_sent = true;
	l2tp_tunnel_encode_begin(t, &e, L2TP_SCCRP, 0);
	if (t->r.version == 3) {
		encode_common_v3(t, &e);
		return l2tp_tunnel_queue(t, &e);
	}
	encode_common(t, &e);
	err = encode_response(t, &e, L2TP_SCCRP);
	return err ? err : l2tp_tunnel_queue(t, &e);
}

int l2tp_tunnel_send_scccn(struct l2tp_tunnel *t)
{
	struct l2tp_encoder e;
	int err;

	l2tp_tunnel_encode_begin(t, &e, L2TP_SCCCN, 0);
	err = t->r.version == 3 ? 0 : encode_response(t, &e, L2TP_SCCCN);
	return err ? err : l2tp_tunnel_queue(t, &e);
}

static void encode_id(struct l2tp_encoder *e, uint8_t version, uint32_t id)
{
	if (version == 3)
		l2tp_encode_u32(e, L2TP_AVP_ASSIGNED_CONNECTION_ID, id);
	else
		l2tp_encode_u16(e, L2TP_AVP_ASSIGNED_TUNNEL_ID, (uint16_t)id);
}

int l2tp_tunnel_send_stopccn(struct l2tp_tunnel *t,
			     const struct l2tp_cause *cause)
{
	struct l2tp_encoder e;

	l2tp_tunnel_encode_begin(t, &e, L2TP_STOPCCN, 0);
	encode_id(&e, t->r.version, t->r.id);
	l2tp_encode_cause(&e, cause);
	return l2tp_tunnel_queue(t, &e);
}

int l2tp_tunnel_send_hello(struct l2tp_tunnel *t)
{
	struct l2tp_encoder e;

	l2tp_tunnel_encode_begin(t, &e, L2TP_HELLO, 0);
	return l2tp_tunnel_queue(t, &e);
}

void l2tp_refuse(struct l2tp_endpoint *ep, const struct input *in,
		 uint32_t peer_id, const struct l2tp_cause *cause)
{
	struct l2tp_encoder e;
	int len;

	ep->counters.refused++;
	/* without the peer's id it could not tell what the StopCCN is for */
	if (!peer_id || ep->limits.silent)
		return;
	if (in->h.version == 3)
		l2tp_encode_begin_v3(&e, ep->tx, sizeof(ep->tx), L2TP_STOPCCN,
				     peer_id, L2TP_DIGEST_NONE, NULL);
	else
		l2tp_encode_begin(&e, ep->tx, sizeof(ep->tx), L2TP_STOPCCN,
				  (uint16_t)peer_id, 0, NULL);
	/*
	 * an id that no tunnel has: it must not be 0, and nothing
	 * is to come to it
	 */
	encode_id(&e, in->h.version,
		  l2tp_random_id(ep, &ep->tunnels, in->h.version));
	l2tp_encode_cause(&e, cause);
	len = l2tp_encode_end(&e);
	if (len < 0)
		return;
	l2tp_encode_sequence(ep->tx, 0, (uint16_t)(in->h.ns + 1));
	effect_send_raw(&ep->effects, in->local, in->peer, in->socket, ep->tx,
			(size_t)len);
}
