// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control Message Authentication of a control connection: keys, nonces, and what
 * is checked of each message before anything in it counts. RFC 3931 sections 4.3, 5.4.1.
 */
#include <errno.h>
#include <stdlib.h>

#include "proto/l2tp/internal.h"

#define NONCE_LEN 16	/* "at least 16 octets is recommended" */

enum l2tp_message_type l2tp_peek_type(const uint8_t *pkt, size_t len)
{
	struct rbuf r = rbuf_init(pkt, len);
	uint16_t vendor, attribute, type;

	rbuf_take(&r, L2TP_ZLB_LEN + 2);
	vendor = rbuf_u16(&r);
	attribute = rbuf_u16(&r);
	type = rbuf_u16(&r);
	if (r.failed || vendor || attribute)
		return L2TP_ZLB;
	return type < L2TP_MESSAGE_UNKNOWN ? type : L2TP_MESSAGE_UNKNOWN;
}

static int derive_keys(struct l2tp_auth *a, const struct l2tp_tunnel_config *c)
{
	/* without authentication it is the empty secret that checks integrity (section 4.3) */
	static const struct secret none;
	int err = l2tp_signing_key(&a->key, a->nonces ? &c->secret : &none);

	if (!err && a->nonces)
		err = l2tp_hiding_key(&a->hiding_key, &c->secret);
	if (!err && a->nonces && secret_is_set(&c->old_secret))
		err = l2tp_signing_key(&a->old_key, &c->old_secret);
	return err;
}

int l2tp_auth_start(struct l2tp_tunnel *t, bool asked)
{
	const struct l2tp_tunnel_config *c = &t->cfg;
	struct l2tp_auth *a;
	int err;

	l2tp_auth_free(t);
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->nonces = (c->challenge || asked) && secret_is_set(&c->secret);
	err = derive_keys(a, c);
	if (err) {
		free(a);
		return err;
	}
	if (a->nonces) {
		a->digest = c->digest;
		a->nonce.len = NONCE_LEN;
		t->ep->env.random(t->ep->env.ctx, a->nonce.data, NONCE_LEN);
	} else if (!t->r.peer.port) {
		/* section 4.1.1.2: over IP there is no checksum, so that a digest SHOULD always be there */
		a->digest = L2TP_DIGEST_MD5;
	}
	t->auth = a;
	return 0;
}

void l2tp_auth_free(struct l2tp_tunnel *t)
{
	struct l2tp_auth *a = t->auth;

	if (!a)
		return;
	secret_clear(&a->key);
	secret_clear(&a->old_key);
	secret_clear(&a->hiding_key);
	free(a);
	t->auth = NULL;
}

const struct secret *l2tp_hiding_secret(const struct l2tp_tunnel *t)
{
	if (!t->auth)
		return &t->cfg.secret;
	return t->auth->nonces ? &t->auth->hiding_key : NULL;
}

void l2tp_auth_sign(struct l2tp_tunnel *t, uint8_t *pkt, size_t len)
{
	struct l2tp_auth *a = t->auth;
	bool first = l2tp_peek_type(pkt, len) == L2TP_SCCRQ;

	if (!a || a->digest == L2TP_DIGEST_NONE)
		return;
	/* not supported cannot be: the keys were made by the same code */
	if (a->nonces && !first)
		(void)l2tp_digest_sign(pkt, len, &a->key, a->nonce_sent ? &a->nonce : NULL, &a->peer_nonce);
	else
		(void)l2tp_digest_sign(pkt, len, &a->key, NULL, NULL);
}

/* With either secret. */
static int verify(struct l2tp_tunnel *t, const uint8_t *pkt, size_t len, const struct l2tp_nonce *sender,
		  const struct l2tp_nonce *receiver)
{
	struct l2tp_auth *a = t->auth;
	enum l2tp_digest type = L2TP_DIGEST_NONE;
	int err = l2tp_digest_verify(pkt, len, &a->key, sender, receiver, &type);

	if (err == -EBADMSG && secret_is_set(&a->old_key))
		err = l2tp_digest_verify(pkt, len, &a->old_key, sender, receiver, &type);
	if (!err && a->nonces) {
		t->r.peer_info.authenticated = true;
		t->r.peer_info.digest = type;
	}
	return err;
}

static bool refuse(struct l2tp_tunnel *t, enum l2tp_message_type type, const char *why)
{
	t->ep->counters.bad_digest++;
	effect_log(&t->ep->effects, t, NULL, LOG_WARNING, "tunnel %u: %s dropped: %s", t->r.id,
		   l2tp_message_name(type), why);
	return false;
}

static bool judge(struct l2tp_tunnel *t, enum l2tp_message_type type, int err)
{
	if (!err || (err == -ENOENT && !t->auth->nonces))
		return true;
	if (err == -ENOENT)
		return refuse(t, type, "it has no Message Digest: the peer does not authenticate, or has no secret");
	return refuse(t, type, "its Message Digest is wrong: is it the same secret?");
}

/* The peer's nonce comes in the very message that it signs. */
static bool check_reply(struct l2tp_tunnel *t, const struct input *in)
{
	struct l2tp_endpoint *ep = t->ep;
	struct l2tp_auth *a = t->auth;
	struct l2tp_nonce nonce;
	int err;

	l2tp_message_decode(&ep->msg, &in->h, NULL, &ep->scratch, &ep->fault);
	err = l2tp_nonce_decode(&ep->msg, &nonce);
	if (err == -EMSGSIZE)
		return refuse(t, L2TP_SCCRP, "its nonce is longer than 64 octets");
	if (err)
		return refuse(t, L2TP_SCCRP, "it has no nonce: the peer does not authenticate");
	err = verify(t, in->pkt, in->h.length, &nonce, &a->nonce);
	if (!err)
		a->peer_nonce = nonce;
	return judge(t, L2TP_SCCRP, err);
}

bool l2tp_auth_check(struct l2tp_tunnel *t, const struct input *in)
{
	enum l2tp_message_type type = in->h.payload_len ? l2tp_peek_type(in->pkt, in->len) : L2TP_ZLB;
	struct l2tp_auth *a = t->auth;

	if (!a)
		return true;
	if (!a->nonces)
		return judge(t, type, l2tp_digest_verify(in->pkt, in->h.length, &a->key, NULL, NULL, NULL));
	/* section 6.15: only without authentication */
	if (!in->h.payload_len)
		return refuse(t, L2TP_ZLB, "messages without a body are not allowed when messages are authenticated");
	/* a copy of the one that began the tunnel: acknowledged again, no more */
	if (type == L2TP_SCCRQ && !t->r.initiator)
		return judge(t, type, verify(t, in->pkt, in->h.length, NULL, NULL));
	if (type == L2TP_SCCRP && t->r.initiator && !a->peer_nonce.len)
		return check_reply(t, in);
	/* an acknowledgement or a refusal of our SCCRQ comes before the peer's nonce */
	return judge(t, type, verify(t, in->pkt, in->h.length, a->peer_nonce.len ? &a->peer_nonce : NULL,
				     &a->nonce));
}

bool l2tp_auth_check_request(struct l2tp_tunnel *t, const uint8_t *pkt, size_t len, struct l2tp_cause *cause)
{
	const struct l2tp_message *m = &t->ep->msg;
	struct l2tp_auth *a = t->auth;
	struct l2tp_nonce nonce = { 0 };
	int err = l2tp_nonce_decode(m, &nonce);

	l2tp_cause_set(cause, 0, 0, "the SCCRQ's Message Digest is wrong: is it the same secret?");
	if (!a->nonces) {
		if (err != -ENOENT) {
			l2tp_cause_set(cause, L2TP_STOPCCN_NOT_AUTHORIZED, 0,
				       "authentication is asked for, but there is no secret for this peer");
			return false;
		}
		err = l2tp_digest_verify(pkt, len, &a->key, NULL, NULL, NULL);
		if (err == -EBADMSG)
			t->ep->counters.bad_digest++;
		return err != -EBADMSG;
	}
	if (err || !l2tp_has(m, L2TP_AVP_MESSAGE_DIGEST)) {
		l2tp_cause_set(cause, L2TP_STOPCCN_NOT_AUTHORIZED, 0, err == -EMSGSIZE ?
			       "the nonce is longer than 64 octets" :
			       "no nonce and Message Digest, but authentication is required");
		return false;
	}
	a->peer_nonce = nonce;
	err = verify(t, pkt, len, NULL, NULL);
	if (err)
		t->ep->counters.bad_digest++;
	return !err;
}
