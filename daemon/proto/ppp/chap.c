/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Challenge Handshake Authentication Protocol with MD5 (RFC 1994), MS-CHAP
 * (RFC 2433) and MS-CHAPv2 (RFC 2759): both sides.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "proto/ppp/chap_response.h"

enum { CHALLENGE = 1, RESPONSE, SUCCESS, FAILURE };

#define RETRY_TIME 60000 /* somebody types a password */

static bool is_chap(uint8_t method)
{
	return method == PPP_METHOD_CHAP_MD5 || method == PPP_METHOD_MSCHAPV1 ||
	       method == PPP_METHOD_MSCHAPV2;
}

/* A value and a name: Challenge and Response (RFC 1994 section 4.1). */
static void send_value(struct ppp_link *l, uint8_t code, uint8_t id,
		       const uint8_t *value, uint8_t len, const char *name)
{
	uint8_t data[1 + 255 + PPP_WORDS_MAX];
	struct wbuf w = wbuf_init(data, sizeof(data));
	size_t name_len = strlen(name);

	wbuf_u8(&w, len);
	wbuf_bytes(&w, value, len);
	wbuf_bytes(&w, name,
		   name_len < PPP_WORDS_MAX ? name_len : PPP_WORDS_MAX);
	ppp_send_packet(l, PPP_PROTO_CHAP, code, id, data, w.len);
}

/* ---- the peer proves ---- */

static void challenge_peer(struct ppp_link *l)
{
	l->asks.deadline = ppp_after(l, ppp_restart_ms(l));
	send_value(l, CHALLENGE, l->asks.id, l->nego->challenge,
		   l->nego->challenge_len,
		   l->config->name ? l->config->name : "");
}

static void begin(struct ppp_link *l)
{
	struct ppp_negotiation *n = l->nego;

	n->challenge_len = l->asks.method == PPP_METHOD_MSCHAPV1 ? 8 : 16;
	ppp_random(l, n->challenge, n->challenge_len);
	l->asks.id++;
	l->asks.tries = 1;
	challenge_peer(l);
}

static void again(struct ppp_link *l)
{
	if (l->asks.tries++ >= ppp_max_configure(l))
		ppp_proof_missing(l);
	else
		challenge_peer(l);
}

static void response(struct ppp_link *l, uint8_t id, struct rbuf *r)
{
	size_t want = l->asks.method == PPP_METHOD_CHAP_MD5 ? 16 :
							      PPP_MS_RESPONSE;
	uint8_t len = rbuf_u8(r);
	const uint8_t *value = rbuf_take(r, len);
	size_t name_len = rbuf_left(r);

	if (!is_chap(l->asks.method) || r->failed)
		return;
	if (l->verdict && l->verdict->id == id &&
	    l->asks.state != PPP_AUTH_ASKING) {
		ppp_proof_answer_again(l, PPP_PROTO_CHAP, id);
		return;
	}
	if (l->asks.state != PPP_AUTH_WAITING || id != l->asks.id)
		return;
	if (len != want || name_len >= PPP_WORDS_MAX)
		ppp_proof_malformed(l);
	else
		ppp_proof_ask(l, (const char *)r->p, name_len, value, len);
}

/*
 * MS-CHAP's form (RFC 2433 and 2759, section 6 each). What is no word on the
 * password is 649, no permission to dial in, since at 691 a caller is asked for
 * another password. Version 1 has no place for words.
 */
static void shape(const struct ppp_link *l, const struct ppp_auth_answer *a,
		  const char *words, struct wbuf *w)
{
	const struct ppp_proof *p = l->proof;
	const uint8_t *challenge = ppp_proof_challenge(p);
	bool v2 = l->asks.method == PPP_METHOD_MSCHAPV2;

	wbuf_printf(w, "E=%d R=0 C=", a->message || a->unknown ? 649 : 691);
	for (unsigned int i = 0; i < p->challenge_len; i++)
		wbuf_printf(w, "%02X", challenge[i]);
	wbuf_printf(w, " V=%d", v2 ? 3 : 2);
	if (v2 && words[0])
		wbuf_printf(w, " M=%.180s", words);
}

static void failure_text(const struct ppp_link *l,
			 const struct ppp_auth_answer *a,
			 char text[PPP_WORDS_MAX])
{
	const char *words = ppp_proof_words(a, "Access denied");
	struct wbuf w = wbuf_init(text, PPP_WORDS_MAX);

	if (l->asks.method == PPP_METHOD_CHAP_MD5 || !strncmp(words, "E=", 2))
		wbuf_printf(&w, "%s", words);
	else
		shape(l, a, words, &w);
}

/* The challenge of a Failure, for the next Response: "C=" and its digits. */
static void next_challenge(struct ppp_link *l, const char *text)
{
	const char *c = strstr(text, " C=");
	struct ppp_negotiation *n = l->nego;
	uint8_t value[PPP_CHALLENGE_MAX];
	unsigned int i;

	for (i = 0; c && i < n->challenge_len; i++) {
		unsigned int octet;

		if (!isxdigit((unsigned char)c[3 + 2 * i]) ||
		    !isxdigit((unsigned char)c[4 + 2 * i]))
			return;
		sscanf(c + 3 + 2 * i, "%2x", &octet);
		value[i] = (uint8_t)octet;
	}
	if (c)
		memcpy(n->challenge, value, n->challenge_len);
}

/*
 * RFC 2433 section 8 and RFC 2759 section 6: R=1 lets the peer try again with
 * the next identifier, and nothing is sent again meanwhile. False: it has had
 * its tries, or there is no more; "R=1" is then "R=0".
 */
static bool may_retry(struct ppp_link *l, char *text)
{
	char *r = strstr(text, " R=1"), *m = strstr(text, " M=");

	if (!r || (m && m < r) || l->asks.method == PPP_METHOD_CHAP_MD5)
		return false;
	if (++l->asks.retries < PPP_RETRIES_MAX)
		return true;
	r[3] = '0';
	return false;
}

static void refuse(struct ppp_link *l, const struct ppp_auth_answer *a)
{
	char text[PPP_WORDS_MAX];
	bool retry;

	failure_text(l, a, text);
	retry = may_retry(l, text);
	ppp_proof_answer(l, PPP_PROTO_CHAP, l->proof->id, FAILURE, text,
			 strlen(text));
	if (!retry) {
		ppp_proof_decided(l, a, text);
		return;
	}
	next_challenge(l, text);
	l->asks.id = (uint8_t)(l->proof->id + 1);
	l->asks.state = PPP_AUTH_WAITING;
	l->asks.deadline = PPP_NEVER;
	l->asks.limit = ppp_after(l, RETRY_TIME);
}

static void decide(struct ppp_link *l, const struct ppp_auth_answer *a)
{
	const char *text = a->message ? a->message : "Access granted";

	if (!a->ok) {
		refuse(l, a);
		return;
	}
	ppp_proof_answer(l, PPP_PROTO_CHAP, l->proof->id, SUCCESS, text,
			 strlen(text));
	ppp_proof_decided(l, a, text);
}

/* ---- we prove ---- */

static void prove(struct ppp_link *l)
{
	l->proves.deadline = PPP_NEVER;
}

static void send_response(struct ppp_link *l)
{
	if (l->proves.state == PPP_AUTH_SENT)
		l->proves.deadline = ppp_after(l, ppp_restart_ms(l));
	send_value(l, RESPONSE, l->proves.id, l->reply->value, l->reply->len,
		   ppp_our_name(l));
}

/* The verdict was lost, or our Response (RFC 1994 section 4.2). */
static void prove_again(struct ppp_link *l)
{
	if (l->proves.tries++ < ppp_max_configure(l))
		send_response(l);
	else
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_OURS_UNDECIDED,
				ppp_method_name(l->proves.method));
}

static uint64_t hash_of(uint8_t id, const uint8_t *value, size_t len)
{
	return hash_fnv64(hash_fnv64(HASH_FNV64_START, &id, 1), value, len);
}

static bool keep_challenge(struct ppp_link *l, uint8_t id, const uint8_t *value,
			   uint8_t len, const struct rbuf *name)
{
	struct ppp_negotiation *n;

	if (!ppp_negotiation_get(l))
		return false;
	n = l->nego;
	n->peer_challenge_len = len;
	memcpy(n->peer_challenge, value, len);
	ppp_text_clean(n->remote, sizeof(n->remote), name->p, rbuf_left(name));
	l->proves.id = id;
	return true;
}

static bool is_good_challenge(const struct ppp_link *l, uint8_t len)
{
	if (l->proves.method == PPP_METHOD_CHAP_MD5)
		return len > 0;
	return len == (l->proves.method == PPP_METHOD_MSCHAPV1 ? 8 : 16);
}

/* Whether it is the one that we were asked already, and what of it. */
static bool is_known_challenge(struct ppp_link *l, uint8_t id,
			       const uint8_t *value, uint8_t len)
{
	const struct ppp_negotiation *n = l->nego;

	if (l->proves.state == PPP_AUTH_ASKING)
		return id == l->proves.id && len == n->peer_challenge_len &&
		       !memcmp(value, n->peer_challenge, len);
	if (!l->reply || l->reply->challenge != hash_of(id, value, len))
		return false;
	send_response(l);
	return true;
}

/* A Challenge counts at any time, even when we have proven (section 4.1). */
static void challenge(struct ppp_link *l, uint8_t id, struct rbuf *r)
{
	uint8_t len = rbuf_u8(r);
	const uint8_t *value = rbuf_take(r, len);

	if (!is_chap(l->proves.method) || r->failed ||
	    !is_good_challenge(l, len) || l->proves.state == PPP_AUTH_FAILED)
		return;
	if (is_known_challenge(l, id, value, len) ||
	    !keep_challenge(l, id, value, len, r))
		return;
	ppp_secret_ask(l, l->nego->remote[0] ? l->nego->remote :
			  l->remote	     ? l->remote :
					       "");
}

static void secret(struct ppp_link *l, const uint8_t *text, size_t len)
{
	const struct ppp_negotiation *n = l->nego;
	struct ppp_reply *reply = calloc(1, sizeof(*reply));

	ppp_reply_free(l);
	l->reply = reply;
	if (reply)
		reply->len = (uint8_t)ppp_chap_respond(l, text, len, reply);
	if (!reply || !reply->len) {
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_NO_DIGEST,
				ppp_method_name(l->proves.method));
		return;
	}
	reply->challenge =
		hash_of(l->proves.id, n->peer_challenge, n->peer_challenge_len);
	l->proves.state = PPP_AUTH_SENT;
	l->proves.tries = 1;
	send_response(l);
}

static bool awaits(const struct ppp_link *l, uint8_t id)
{
	return is_chap(l->proves.method) && l->proves.state == PPP_AUTH_SENT &&
	       id == l->proves.id;
}

/* RFC 2759 section 5: the peer has to prove that it knows the password too. */
static void success(struct ppp_link *l, uint8_t id, const struct rbuf *r)
{
	const char *expected = l->reply ? l->reply->expected : "";
	size_t len = strlen(expected);

	if (!awaits(l, id))
		return;
	if (rbuf_left(r) < len || !secret_equal(r->p, expected, len)) {
		l->proves.state = PPP_AUTH_FAILED;
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_PEER_UNPROVEN,
				ppp_our_name(l));
		return;
	}
	ppp_secret_taken(l);
}

static void failure(struct ppp_link *l, uint8_t id, const struct rbuf *r)
{
	if (awaits(l, id))
		ppp_secret_refused(l, r->p, rbuf_left(r));
}

static void receive(struct ppp_link *l, const uint8_t *p, size_t len)
{
	struct ppp_packet rx;
	struct rbuf r;

	if (!ppp_packet_read(&rx, p, len))
		return;
	r = rbuf_init(rx.data, rx.len);
	if (rx.code == CHALLENGE)
		challenge(l, rx.id, &r);
	else if (rx.code == RESPONSE)
		response(l, rx.id, &r);
	else if (rx.code == SUCCESS)
		success(l, rx.id, &r);
	else if (rx.code == FAILURE)
		failure(l, rx.id, &r);
}

const struct ppp_auth_ops ppp_chap = {
	.protocol = PPP_PROTO_CHAP,
	.begin = begin,
	.again = again,
	.decide = decide,
	.prove = prove,
	.prove_again = prove_again,
	.secret = secret,
	.receive = receive,
};
