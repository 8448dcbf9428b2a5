/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Password Authentication Protocol, RFC 1334 section 2: both sides. */
#include <stdlib.h>
#include <string.h>

#include "proto/ppp/internal.h"

enum { REQUEST = 1, ACK, NAK };

/* ---- the peer proves ---- */

/* The peer speaks first. */
static void begin(struct ppp_link *l)
{
	l->asks.deadline = PPP_NEVER;
}

static void again(struct ppp_link *l)
{
	ppp_proof_missing(l);
}

static void send_verdict(struct ppp_link *l, uint8_t code, const char *text)
{
	uint8_t data[PPP_WORDS_MAX];
	struct wbuf w = wbuf_init(data, sizeof(data));
	size_t len = strlen(text) < 255 ? strlen(text) : 255;

	wbuf_u8(&w, (uint8_t)len);
	wbuf_bytes(&w, text, len);
	ppp_proof_answer(l, PPP_PROTO_PAP, l->proof->id, code, data, w.len);
}

static void decide(struct ppp_link *l, const struct ppp_auth_answer *a)
{
	const char *text =
		ppp_proof_words(a, a->ok ? "Login ok" : "Login incorrect");

	send_verdict(l, a->ok ? ACK : NAK, text);
	ppp_proof_decided(l, a, text);
}

/* One that comes after the verdict gets the same one again. */
static void request(struct ppp_link *l, uint8_t id, struct rbuf *r)
{
	uint8_t user_len = rbuf_u8(r);
	const uint8_t *user = rbuf_take(r, user_len);
	uint8_t len = rbuf_u8(r);
	const uint8_t *password = rbuf_take(r, len);

	if (l->asks.method != PPP_METHOD_PAP || r->failed)
		return;
	if (l->asks.state != PPP_AUTH_WAITING) {
		if (l->asks.state != PPP_AUTH_ASKING)
			ppp_proof_answer_again(l, PPP_PROTO_PAP, id);
		return;
	}
	l->asks.id = id;
	l->nego->challenge_len = 0;
	ppp_proof_ask(l, (const char *)user, user_len, password, len);
}

/* ---- we prove ---- */

static void prove(struct ppp_link *l)
{
	ppp_secret_ask(l, l->remote ? l->remote : "");
}

static void send_request(struct ppp_link *l, bool first)
{
	const struct secret *s = l->nego->sent;
	const char *user = ppp_our_name(l);
	uint8_t data[2 * (1 + SECRET_MAX)];
	struct wbuf w = wbuf_init(data, sizeof(data));
	size_t len = strlen(user) < 255 ? strlen(user) : 255;

	wbuf_u8(&w, (uint8_t)len);
	wbuf_bytes(&w, user, len);
	wbuf_u8(&w, (uint8_t)s->len);
	wbuf_bytes(&w, s->data, s->len);
	l->proves.id = (uint8_t)(l->proves.id + first);
	l->proves.deadline = ppp_after(l, ppp_restart_ms(l));
	ppp_send_packet(l, PPP_PROTO_PAP, REQUEST, l->proves.id, data, w.len);
	explicit_bzero(data, sizeof(data));
}

static void secret(struct ppp_link *l, const uint8_t *text, size_t len)
{
	ppp_secret_free(&l->nego->sent);
	l->nego->sent = calloc(1, sizeof(*l->nego->sent));
	if (!l->nego->sent || secret_set(l->nego->sent, text, len)) {
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_NO_SECRET,
				ppp_our_name(l));
		return;
	}
	l->proves.state = PPP_AUTH_SENT;
	l->proves.tries = 1;
	send_request(l, true);
}

static void prove_again(struct ppp_link *l)
{
	if (l->proves.state != PPP_AUTH_SENT ||
	    l->proves.tries++ >= ppp_max_configure(l)) {
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_OURS_UNDECIDED,
				"PAP");
		return;
	}
	send_request(l, false);
}

static void verdict(struct ppp_link *l, uint8_t code, uint8_t id,
		    struct rbuf *r)
{
	size_t len = rbuf_u8(r);
	const uint8_t *text;

	if (l->proves.method != PPP_METHOD_PAP || id != l->proves.id ||
	    l->proves.state != PPP_AUTH_SENT)
		return;
	/* a text that is cut, or not there at all, is no reason to wait on */
	len = len < rbuf_left(r) ? len : rbuf_left(r);
	text = rbuf_take(r, len);
	ppp_secret_free(&l->nego->sent);
	if (code == ACK)
		ppp_secret_taken(l);
	else
		ppp_secret_refused(l, text, text ? len : 0);
}

static void receive(struct ppp_link *l, const uint8_t *p, size_t len)
{
	struct ppp_packet rx;
	struct rbuf r;

	if (!ppp_packet_read(&rx, p, len))
		return;
	r = rbuf_init(rx.data, rx.len);
	if (rx.code == REQUEST)
		request(l, rx.id, &r);
	else if (rx.code == ACK || rx.code == NAK)
		verdict(l, rx.code, rx.id, &r);
}

const struct ppp_auth_ops ppp_pap = {
	.protocol = PPP_PROTO_PAP,
	.begin = begin,
	.again = again,
	.decide = decide,
	.prove = prove,
	.prove_again = prove_again,
	.secret = secret,
	.receive = receive,
};
