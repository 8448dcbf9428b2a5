/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EAP as authenticator, passed through (RFC 3748, RFC 3579): the identity is
 * asked for here, all else comes from whoever is asked about it.
 */
#include <string.h>

#include "proto/ppp/internal.h"

enum { REQUEST = 1, RESPONSE, SUCCESS, FAILURE };
#define TYPE_IDENTITY 1

static void send_request(struct ppp_link *l)
{
	const struct ppp_kept *k = l->nego->eap;

	l->asks.deadline = ppp_after(l, ppp_restart_ms(l));
	ppp_send_frame(l, PPP_PROTO_EAP, k->data, k->len);
}

/* A Request goes out until it is answered. False: out of memory. */
static bool keep_request(struct ppp_link *l, const uint8_t *p, size_t len)
{
	struct ppp_kept *k = ppp_kept_new(p, len);

	ppp_kept_free(&l->nego->eap);
	l->nego->eap = k;
	if (!k)
		return false;
	l->asks.id = p[1];
	l->asks.tries = 1;
	l->asks.state = PPP_AUTH_WAITING;
	send_request(l);
	return true;
}

static void begin(struct ppp_link *l)
{
	uint8_t request[] = { REQUEST, ++l->asks.id, 0, 5, TYPE_IDENTITY };

	l->nego->eap_identified = false;
	l->nego->challenge_len = 0;
	if (!keep_request(l, request, sizeof(request)))
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_MEMORY, "");
}

static void again(struct ppp_link *l)
{
	if (l->asks.tries++ >= ppp_max_configure(l))
		ppp_proof_missing(l);
	else
		send_request(l);
}

/* The user is who the first Response says, through all that follow. */
static void ask(struct ppp_link *l, const uint8_t *p, size_t len)
{
	char user[PPP_WORDS_MAX];
	size_t n = len - 5;

	if (l->nego->eap_identified && l->proof) {
		n = l->proof->user_len;
		memcpy(user, ppp_proof_user(l->proof), n);
	} else if (n >= sizeof(user)) {
		ppp_proof_malformed(l);
		return;
	} else {
		memcpy(user, p + 5, n);
	}
	l->nego->eap_identified = true;
	ppp_proof_ask(l, user, n, p, len);
}

/* RFC 3748 section 4.1: a Response of another identifier is discarded. */
static void response(struct ppp_link *l, const uint8_t *p, size_t len)
{
	if (l->verdict && l->asks.state == PPP_AUTH_DONE &&
	    l->verdict->id == p[1]) {
		ppp_proof_answer_again(l, PPP_PROTO_EAP, p[1]);
		return;
	}
	if (l->asks.state != PPP_AUTH_WAITING || p[1] != l->asks.id || len < 5)
		return;
	if (!l->nego->eap_identified && p[4] != TYPE_IDENTITY)
		return;
	ppp_kept_free(&l->nego->eap);
	ask(l, p, len);
}

static bool is_packet(const struct ppp_auth_answer *a, uint8_t code)
{
	return a->eap && a->eap_len >= PPP_HEADER && a->eap[0] == code &&
	       a->eap_len <= PPP_FRAME_MAX - 2;
}

static void decide(struct ppp_link *l, const struct ppp_auth_answer *a)
{
	uint8_t code = a->ok ? SUCCESS : FAILURE;
	struct ppp_auth_answer refused = { .unknown = true };

	if (a->more && is_packet(a, REQUEST)) {
		l->asks.limit = ppp_after(l, l->config->auth_timeout ?
						     l->config->auth_timeout :
						     30000);
		if (keep_request(l, a->eap, a->eap_len))
			return;
	}
	if (a->more)
		a = &refused;
	if (is_packet(a, code))
		ppp_proof_answer(l, PPP_PROTO_EAP, a->eap[1], code,
				 a->eap + PPP_HEADER, a->eap_len - PPP_HEADER);
	else
		ppp_proof_answer(l, PPP_PROTO_EAP, l->proof->id,
				 a->more ? FAILURE : code, NULL, 0);
	ppp_proof_decided(l, a, ppp_proof_words(a, ""));
}

static void receive(struct ppp_link *l, const uint8_t *p, size_t len)
{
	struct ppp_packet rx;

	if (ppp_packet_read(&rx, p, len) && rx.code == RESPONSE &&
	    l->asks.method == PPP_METHOD_EAP)
		response(l, rx.whole, rx.whole_len);
}

const struct ppp_auth_ops ppp_eap = {
	.protocol = PPP_PROTO_EAP,
	.begin = begin,
	.again = again,
	.decide = decide,
	.receive = receive,
};
