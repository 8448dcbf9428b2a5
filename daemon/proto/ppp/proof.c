/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all methods of authentication share: the peer's proof and the question
 * about it, the verdict, and the question for our own secret.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/ppp/internal.h"

/* ---- the peer proves ---- */

static struct ppp_proof *new_proof(const struct ppp_link *l, const char *user,
				   size_t user_len, const uint8_t *response,
				   size_t len)
{
	const struct ppp_negotiation *n = l->nego;
	size_t size = user_len + 1 + n->challenge_len + len;
	struct ppp_proof *p = malloc(sizeof(*p) + size);
	struct wbuf w;

	if (!p)
		return NULL;
	*p = (struct ppp_proof){
		.user_len = (uint16_t)user_len,
		.challenge_len = n->challenge_len,
		.response_len = (uint16_t)len,
		.id = l->asks.id,
	};
	w = wbuf_init(p->data, size);
	wbuf_bytes(&w, user, user_len);
	wbuf_u8(&w, 0);
	wbuf_bytes(&w, n->challenge, n->challenge_len);
	wbuf_bytes(&w, response, len);
	return p;
}

static void ask(struct ppp_link *l, const uint8_t *response, size_t len)
{
	const struct ppp_proof *p = l->proof;
	struct ppp_core *c = l->core;
	struct ppp_effect *e = ppp_effect_add(l, PPP_EFFECT_AUTH);
	struct ppp_auth_question *q = &e->u.auth;

	l->asks.ticket = ++c->tickets;
	q->ticket = l->asks.ticket;
	q->method = l->asks.method;
	q->id = p->id;
	q->user = (const char *)ppp_effect_copy(c, ppp_proof_user(p),
						p->user_len);
	q->challenge =
		ppp_effect_copy(c, ppp_proof_challenge(p), p->challenge_len);
	q->challenge_len = p->challenge_len;
	q->response = ppp_effect_copy(c, response, len);
	q->response_len = (uint16_t)len;
}

bool ppp_proof_ask(struct ppp_link *l, const char *user, size_t user_len,
		   const uint8_t *response, size_t len)
{
	struct ppp_proof *p;

	if (memchr(user, 0, user_len)) {
		ppp_proof_malformed(l);
		return false;
	}
	/* what EAP says is of no use to anybody later, and may be long */
	p = new_proof(l, user, user_len, response,
		      l->asks.method == PPP_METHOD_EAP ? 0 : len);
	if (!p)
		return false;
	ppp_proof_free(l);
	l->proof = p;
	l->asks.state = PPP_AUTH_ASKING;
	l->asks.deadline = l->asks.limit = PPP_NEVER;
	if (l->yield)
		ppp_proxy_yield(l);
	else
		ask(l, response, len);
	return true;
}

void ppp_proof_answer(struct ppp_link *l, uint16_t protocol, uint8_t id,
		      uint8_t code, const void *data, size_t len)
{
	struct ppp_verdict_sent *v = malloc(sizeof(*v) + len);

	free(l->verdict);
	l->verdict = v;
	if (v) {
		*v = (struct ppp_verdict_sent){
			.id = id,
			.code = code,
			.len = (uint16_t)len,
		};
		if (len)
			memcpy(v->data, data, len);
	}
	ppp_send_packet(l, protocol, code, id, data, len);
}

void ppp_proof_answer_again(struct ppp_link *l, uint16_t protocol, uint8_t id)
{
	const struct ppp_verdict_sent *v = l->verdict;

	if (v)
		ppp_send_packet(l, protocol, v->code, id, v->data, v->len);
}

static void take_addresses(struct ppp_link *l, const struct ppp_auth_answer *a)
{
	static const uint8_t none[8];
	struct ppp_ipv4_info *v = &l->given4;

	*v = l->call4;
	v->local = a->local_ipv4 ? a->local_ipv4 : v->local;
	v->remote = a->remote_ipv4 ? a->remote_ipv4 : v->remote;
	if (a->dns[0] || a->dns[1])
		memcpy(v->dns, a->dns, sizeof(v->dns));
	if (a->wins[0] || a->wins[1])
		memcpy(v->wins, a->wins, sizeof(v->wins));
	l->given6 = l->call6;
	if (memcmp(a->remote_ifid, none, sizeof(none)) != 0)
		memcpy(l->given6.remote, a->remote_ifid, sizeof(none));
}

/*
 * RFC 2548 sections 2.4.4 (1 allowed, 2 required) and 2.4.5 (bits 2 and 4):
 * more may be asked for than is configured, and nothing allowed that is not.
 */
static void take_mppe(struct ppp_link *l, const struct ppp_auth_answer *a)
{
	l->mppe_mode = l->config->mppe;
	l->mppe_bits = l->config->mppe_bits;
	if (a->mppe_policy == 2 && l->mppe_mode == PPP_MPPE_OFF)
		l->mppe_bits = PPP_MPPE_40 | PPP_MPPE_128;
	if (a->mppe_policy == 2)
		l->mppe_mode = PPP_MPPE_REQUIRED;
	if (a->mppe_types & 6)
		l->mppe_bits &= (a->mppe_types & 2 ? PPP_MPPE_40 : 0) |
				(a->mppe_types & 4 ? PPP_MPPE_128 : 0);
}

static bool has_keys(uint8_t method)
{
	return method == PPP_METHOD_MSCHAPV1 || method == PPP_METHOD_MSCHAPV2;
}

/* Where both sides prove, the keys are those of the caller's proof. */
static bool keys_are_of_ours(const struct ppp_link *l)
{
	return has_keys(l->proves.method) &&
	       (l->caller || !has_keys(l->asks.method));
}

/*
 * The keys of the first proof stay: a verdict on another one may be lost or
 * overtaken by CCP's packets, and the two sides would have different ones.
 */
static void take_proof_keys(struct ppp_link *l, const struct ppp_auth_answer *a)
{
	if (keys_are_of_ours(l))
		return;
	l->have_keys = a->have_mppe_keys;
	memcpy(l->keys[0], a->mppe_send_key, sizeof(l->keys[0]));
	memcpy(l->keys[1], a->mppe_recv_key, sizeof(l->keys[1]));
}

const char *ppp_proof_words(const struct ppp_auth_answer *a, const char *usual)
{
	if (a->message)
		return a->message;
	return a->unknown ? "authentication is not available" : usual;
}

/* Of MS-CHAP's form (RFC 2759 section 6) the message is for people. */
static void tell_why(struct ppp_link *l, const struct ppp_auth_answer *a,
		     const char *text)
{
	const char *m = strstr(text, " M=");

	if (!a->message && !a->unknown)
		return;
	if (strncmp(text, "E=", 2) != 0)
		ppp_end_tell(l, text);
	else if (m)
		ppp_end_tell(l, m + 3);
}

static void refuse(struct ppp_link *l, const struct ppp_auth_answer *a,
		   const char *words)
{
	const char *user = l->proof ? ppp_proof_user(l->proof) : "";
	char text[PPP_WORDS_MAX - 64] = "\"";
	size_t n;

	ppp_text_clean(text + 1, sizeof(text) - 2, user, strlen(user));
	n = strlen(text);
	text[n] = '"';
	text[n + 1] = '\0';
	l->asks.state = PPP_AUTH_FAILED;
	ppp_end_because(l,
			a->unknown ? PPP_REASON_UNDECIDED : PPP_REASON_REFUSED,
			text);
	tell_why(l, a, words);
	ppp_fsm_event(l, PPP_FSM_LCP, PPP_EV_CLOSE);
}

/* By PAP it is the peer that begins, and it does so once. */
static uint64_t next_time(const struct ppp_link *l)
{
	if (!l->config->rechallenge || l->asks.method == PPP_METHOD_PAP)
		return PPP_NEVER;
	return ppp_after(l, l->config->rechallenge);
}

/* A password is not kept; and what was found again later changes nothing. */
void ppp_proof_decided(struct ppp_link *l, const struct ppp_auth_answer *a,
		       const char *text)
{
	if (l->proof && l->asks.method == PPP_METHOD_PAP)
		explicit_bzero(l->proof->data + l->proof->user_len + 1 +
				       l->proof->challenge_len,
			       l->proof->response_len);
	if (!a->ok) {
		refuse(l, a, text);
		return;
	}
	l->asks.state = PPP_AUTH_DONE;
	l->asks.deadline = next_time(l);
	if (!l->authenticated) {
		take_addresses(l, a);
		take_proof_keys(l, a);
		take_mppe(l, a);
		l->core->upper->proven(l);
	}
}

void ppp_proof_malformed(struct ppp_link *l)
{
	l->asks.state = PPP_AUTH_FAILED;
	ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_MALFORMED,
			ppp_method_name(l->asks.method));
}

void ppp_proof_missing(struct ppp_link *l)
{
	l->asks.state = PPP_AUTH_FAILED;
	ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_UNPROVEN,
			ppp_method_name(l->asks.method));
}

/* ---- we prove ---- */

void ppp_secret_ask(struct ppp_link *l, const char *remote)
{
	struct ppp_core *c = l->core;
	struct ppp_effect *e = ppp_effect_add(l, PPP_EFFECT_SECRET);
	const char *user = ppp_our_name(l);

	l->proves.ticket = ++c->tickets;
	l->proves.state = PPP_AUTH_ASKING;
	l->proves.deadline = PPP_NEVER;
	e->u.secret.ticket = l->proves.ticket;
	e->u.secret.method = l->proves.method;
	e->u.secret.user = (const char *)ppp_effect_copy(c, user, strlen(user));
	e->u.secret.remote =
		(const char *)ppp_effect_copy(c, remote, strlen(remote));
}

static void take_keys(struct ppp_link *l)
{
	if (!keys_are_of_ours(l) || l->authenticated)
		return;
	memcpy(l->keys, l->nego->keys, sizeof(l->keys));
	l->have_keys = true;
}

void ppp_secret_taken(struct ppp_link *l)
{
	take_keys(l);
	l->proves.state = PPP_AUTH_DONE;
	l->proves.deadline = l->proves.limit = PPP_NEVER;
	if (!l->authenticated)
		l->core->upper->proven(l);
}

void ppp_secret_refused(struct ppp_link *l, const uint8_t *text, size_t len)
{
	const uint8_t *m = len ? memmem(text, len, " M=", 3) : NULL;
	char words[PPP_WORDS_MAX - 64];

	/* of MS-CHAP's form the message alone is for people */
	if (m && len >= 2 && !memcmp(text, "E=", 2)) {
		len -= (size_t)(m + 3 - text);
		text = m + 3;
	}
	ppp_text_clean(words, sizeof(words), text, len);
	l->proves.state = PPP_AUTH_FAILED;
	ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_OURS_REFUSED,
			words[0] ? words : "without a word");
}
