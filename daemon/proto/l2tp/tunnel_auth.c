// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control Message Authentication of a control connection: keys, nonces, and
 * what is checked of each message before anything in it counts. RFC 3931
 * sections 4.3, 5.4.1.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l2tp/internal.h"

#define NONCE_LEN    16	   /* "at least 16 octets is recommended" */
#define LOG_AGAIN_MS 10000 /* forged messages must not fill the log */

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
	/*
	 * without authentication it is the empty secret that checks integrity
	 * (section 4.3)
	 */
	static const struct secret none;
	int err = l2tp_signing_key(&a->key, a->nonces ? &c->secret : &none);

	if (!err && a->nonces)
		err = l2tp_hiding_key(&a->hiding_key, &c->secret);
	if (!err && a->nonces && secret_is_set(&c->old_secret)) {
		err = l2tp_signing_key(&a->old_key, &c->old_secret);
		if (!err)
			err = l2tp_hiding_key(&a->old_hiding_key,
					      &c->old_secret);
	}
	return err;
}

static int start(struct l2tp_tunnel *t, bool nonces)
{
	const struct l2tp_tunnel_config *c = &t->cfg;
	struct l2tp_auth *a;
	int err;

	l2tp_auth_free(t);
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->nonces = nonces;
	err = derive_keys(a, c);
	if (err) {
		free(a);
		return err;
	}
	if (a->nonces) {
		a->digest = c->digest;
		a->nonce.len = NONCE_LEN;
		if (t->resumed)
			memcpy(a->nonce.data, t->r.challenge, NONCE_LEN);
		else
			t->ep->env.random(t->ep->env.ctx, a->nonce.data,
					  NONCE_LEN);
	} else if (!t->r.peer.port) {
		/*
		 * section 4.1.1.2: over IP there is no checksum, so that a
		 * digest SHOULD always be there
		 */
		a->digest = L2TP_DIGEST_MD5;
	}
	t->auth = a;
	return 0;
}

int l2tp_auth_start(struct l2tp_tunnel *t, bool asked)
{
	return start(t, (t->cfg.challenge || asked) &&
				secret_is_set(&t->cfg.secret));
}

void l2tp_auth_free(struct l2tp_tunnel *t)
{
	struct l2tp_auth *a = t->auth;

	if (!a)
		return;
	secret_clear(&a->key);
	secret_clear(&a->old_key);
	secret_clear(&a->hiding_key);
	secret_clear(&a->old_hiding_key);
	free(a);
	t->auth = NULL;
}

const struct secret *l2tp_hiding_secret(const struct l2tp_tunnel *t)
{
	if (!t->auth)
		return &t->cfg.secret;
	return t->auth->nonces ? &t->auth->hiding_key : NULL;
}

/* A secret that signs hides as well. */
const struct secret *l2tp_unhiding_secret(const struct l2tp_tunnel *t)
{
	return t->auth && t->auth->with_old ? &t->auth->old_hiding_key :
					      l2tp_hiding_secret(t);
}

void l2tp_auth_sign(struct l2tp_tunnel *t, uint8_t *pkt, size_t len)
{
	struct l2tp_auth *a = t->auth;
	bool first = l2tp_peek_type(pkt, len) == L2TP_SCCRQ;

	if (!a || a->digest == L2TP_DIGEST_NONE)
		return;
	/* not supported cannot be: the keys were made by the same code */
	if (a->nonces && !first)
		(void)l2tp_digest_sign(pkt, len, &a->key,
				       a->nonce_sent ? &a->nonce : NULL,
				       &a->peer_nonce);
	else
		(void)l2tp_digest_sign(pkt, len, &a->key, NULL, NULL);
}

/* With either secret. */
static int verify(struct l2tp_tunnel *t, const uint8_t *pkt, size_t len,
		  const struct l2tp_nonce *sender,
		  const struct l2tp_nonce *receiver)
{
	struct l2tp_auth *a = t->auth;
	enum l2tp_digest type = L2TP_DIGEST_NONE;
	int err =
		l2tp_digest_verify(pkt, len, &a->key, sender, receiver, &type);
	bool old = err == -EBADMSG && secret_is_set(&a->old_key);

	if (old)
		err = l2tp_digest_verify(pkt, len, &a->old_key, sender,
					 receiver, &type);
	if (!err) {
		a->with_old = old;
		t->r.peer_info.old_secret = old;
		t->r.peer_info.authenticated = true;
		t->r.peer_info.digest = type;
	}
	return err;
}

static bool refuse(struct l2tp_tunnel *t, const struct input *in,
		   enum l2tp_message_type type, const char *why)
{
	t->ep->counters.bad_digest++;
	if (in->now < t->auth->log_at)
		return false;
	t->auth->log_at = in->now + LOG_AGAIN_MS;
	effect_log(&t->ep->effects, t, NULL, LOG_WARNING, "%s dropped: %s",
		   l2tp_message_name(type), why);
	return false;
}

/*
 * Whoever refuses us may not know our secret, or not know yet that it is ours:
 * its StopCCN counts for nothing, but the operator is told of it.
 */
static bool refuse_stopccn(struct l2tp_tunnel *t, const struct input *in)
{
	struct l2tp_endpoint *ep = t->ep;
	char said[L2TP_CAUSE_TEXT + 64], why[sizeof(said) + 96];
	struct l2tp_cause cause;

	if (l2tp_message_decode(&ep->msg, &in->h, NULL, &ep->scratch,
				&ep->fault) > L2TP_IGNORE_AVP)
		return refuse(t, in, L2TP_STOPCCN,
			      "it has no Message Digest, and cannot be read");
	l2tp_cause_decode(&ep->msg, &cause);
	l2tp_cause_format(&cause, L2TP_STOPCCN, said, sizeof(said));
	snprintf(why, sizeof(why), "refused, without proof: %s", said);
	free(t->hint);
	t->hint = strdup(why);
	snprintf(why, sizeof(why),
		 "it has no Message Digest, so that it counts for nothing; it "
		 "says: %s",
		 said);
	return refuse(t, in, L2TP_STOPCCN, why);
}

static bool judge(struct l2tp_tunnel *t, const struct input *in,
		  enum l2tp_message_type type, int err)
{
	if (!err || (err == -ENOENT && !t->auth->nonces))
		return true;
	if (err == -ENOENT && type == L2TP_STOPCCN && t->r.initiator &&
	    t->r.state == L2TP_TUNNEL_WAIT_CTL_REPLY)
		return refuse_stopccn(t, in);
	if (err == -ENOENT)
		return refuse(t, in, type,
			      "it has no Message Digest: the peer does not "
			      "authenticate, or has no secret");
	return refuse(t, in, type,
		      "its Message Digest is wrong: is it the same secret?");
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
		return refuse(t, in, L2TP_SCCRP,
			      "its nonce is longer than 64 octets");
	if (err)
		return refuse(t, in, L2TP_SCCRP,
			      "it has no nonce: the peer does not "
			      "authenticate");
	err = verify(t, in->pkt, in->h.length, &nonce, &a->nonce);
	if (!err)
		a->peer_nonce = nonce;
	return judge(t, in, L2TP_SCCRP, err);
}

/*
 * An acknowledgement or a refusal of our SCCRQ comes before the peer's nonce,
 * and the peer's StopCCN, to no id of ours, before it has our nonce.
 */
static int verify_any(struct l2tp_tunnel *t, const struct input *in)
{
	struct l2tp_auth *a = t->auth;
	bool early = !t->r.initiator && !in->h.tunnel_id;

	return verify(t, in->pkt, in->h.length,
		      a->peer_nonce.len ? &a->peer_nonce : NULL,
		      early ? NULL : &a->nonce);
}

bool l2tp_auth_check(struct l2tp_tunnel *t, const struct input *in)
{
	enum l2tp_message_type type =
		in->h.payload_len ? l2tp_peek_type(in->pkt, in->h.length) :
				    L2TP_ZLB;
	struct l2tp_auth *a = t->auth;

	/*
	 * nothing that is signed can be judged before the driver has chosen the
	 * secret; it comes again
	 */
	if (!a)
		return !t->r.pending || !t->r.signs || type == L2TP_SCCRQ;
	if (!a->nonces)
		return judge(t, in, type,
			     l2tp_digest_verify(in->pkt, in->h.length, &a->key,
						NULL, NULL, NULL));
	/* section 6.15: only without authentication */
	if (!in->h.payload_len)
		return refuse(t, in, L2TP_ZLB,
			      "messages without a body are not allowed when "
			      "messages are authenticated");
	/*
	 * a copy of the one that began the tunnel: acknowledged again, no more
	 */
	if (type == L2TP_SCCRQ && !t->r.initiator)
		return judge(t, in, type,
			     verify(t, in->pkt, in->h.length, NULL, NULL));
	if (type == L2TP_SCCRP && t->r.initiator && !a->peer_nonce.len)
		return check_reply(t, in);
	return judge(t, in, type, verify_any(t, in));
}

/*
 * An SCCRQ of our own that somebody sends back to us: our answer to it would be
 * the very one that the tunnel waits for.
 */
static bool is_own_nonce(const struct l2tp_endpoint *ep,
			 const struct l2tp_nonce *nonce)
{
	const struct tunnel_hash *h = &ep->by_peer[PEER_OPENING];

	for (uint32_t i = 0; i < h->size; i++)
		for (const struct l2tp_tunnel *t = h->bucket[i]; t;
		     t = t->link[PEER_OPENING].next)
			if (t->auth && t->auth->nonce.len &&
			    t->auth->nonce.len == nonce->len &&
			    !memcmp(t->auth->nonce.data, nonce->data,
				    nonce->len))
				return true;
	return false;
}

static bool drop_request(struct l2tp_tunnel *t, struct l2tp_cause *cause,
			 const char *why)
{
	t->ep->counters.bad_digest++;
	l2tp_cause_set(cause, 0, 0, "%s", why);
	return false;
}

#define WRONG_DIGEST \
	"the SCCRQ's Message Digest is wrong: is it the same secret?"

static bool check_unsigned(struct l2tp_tunnel *t, const uint8_t *pkt,
			   size_t len, struct l2tp_cause *cause)
{
	if (l2tp_has(&t->ep->msg, L2TP_AVP_NONCE)) {
		l2tp_cause_set(cause, L2TP_STOPCCN_NOT_AUTHORIZED, 0,
			       "authentication is asked for, but there is no "
			       "secret for this peer");
		return false;
	}
	if (l2tp_digest_verify(pkt, len, &t->auth->key, NULL, NULL, NULL) ==
	    -EBADMSG)
		return drop_request(t, cause, WRONG_DIGEST);
	return true;
}

bool l2tp_auth_check_request(struct l2tp_tunnel *t, const uint8_t *pkt,
			     size_t len, struct l2tp_cause *cause)
{
	const struct l2tp_message *m = &t->ep->msg;
	struct l2tp_nonce nonce = { 0 };
	int err = l2tp_nonce_decode(m, &nonce);

	if (!t->auth->nonces)
		return check_unsigned(t, pkt, len, cause);
	if (err || !l2tp_has(m, L2TP_AVP_MESSAGE_DIGEST)) {
		l2tp_cause_set(cause, L2TP_STOPCCN_NOT_AUTHORIZED, 0,
			       err == -EMSGSIZE ?
				       "the nonce is longer than 64 octets" :
				       "no nonce and Message Digest, but "
				       "authentication is required");
		/*
		 * who does not authenticate would take the digest of our
		 * StopCCN for a wrong one
		 */
		(void)start(t, false);
		return false;
	}
	t->auth->peer_nonce = nonce;
	if (verify(t, pkt, len, NULL, NULL))
		return drop_request(t, cause, WRONG_DIGEST);
	if (is_own_nonce(t->ep, &nonce))
		return drop_request(t, cause, "our own SCCRQ came back to us");
	return true;
}
