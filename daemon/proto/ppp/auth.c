/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Authenticate phase (RFC 1661 section 3.5): whoever LCP says has to prove
 * who it is does, by the method that LCP says.
 */
#include <string.h>

#include "proto/ppp/internal.h"

#define TIMEOUT_DEFAULT 30000

static const struct ppp_auth_ops *const methods[PPP_METHODS] = {
	[PPP_METHOD_PAP] = &ppp_pap,	   [PPP_METHOD_CHAP_MD5] = &ppp_chap,
	[PPP_METHOD_MSCHAPV1] = &ppp_chap, [PPP_METHOD_MSCHAPV2] = &ppp_chap,
	[PPP_METHOD_EAP] = &ppp_eap,
};

/* Whoever negotiates LCP anew instead of proving gains no time by it. */
static uint64_t limit_of(const struct ppp_link *l)
{
	uint64_t since = l->unproven ? l->unproven : l->core->now;

	return since + (l->config->auth_timeout ? l->config->auth_timeout :
						  TIMEOUT_DEFAULT);
}

/* ---- a LAC has the peer's proof already ---- */

static bool proxy_fits(const struct ppp_link *l, const struct ppp_proxy *p)
{
	switch (l->asks.method) {
	case PPP_METHOD_PAP:
		return p->auth_type == PPP_PROXY_AUTH_PAP;
	case PPP_METHOD_CHAP_MD5:
		return p->auth_type == PPP_PROXY_AUTH_CHAP &&
		       p->response.len == 16;
	case PPP_METHOD_MSCHAPV1:
		return p->auth_type == PPP_PROXY_AUTH_MSCHAPV1 &&
		       p->response.len == PPP_MS_RESPONSE &&
		       p->challenge.len == 8;
	case PPP_METHOD_MSCHAPV2:
		return p->auth_type == PPP_PROXY_AUTH_CHAP &&
		       p->response.len == PPP_MS_RESPONSE &&
		       p->challenge.len == 16;
	default:
		return false;
	}
}

static bool take_proof(struct ppp_link *l, const struct ppp_proxy *p)
{
	struct ppp_negotiation *n = l->nego;

	if (!p || !proxy_fits(l, p) || !p->name.data || !p->response.data ||
	    p->name.len >= PPP_WORDS_MAX ||
	    p->challenge.len > sizeof(n->challenge))
		return false;
	n->challenge_len = (uint8_t)p->challenge.len;
	if (n->challenge_len)
		memcpy(n->challenge, p->challenge.data, n->challenge_len);
	l->asks.id = p->id;
	ppp_proof_ask(l, (const char *)p->name.data, p->name.len,
		      p->response.data, p->response.len);
	return true;
}

/* ---- both directions ---- */

static void begin_asking(struct ppp_link *l, const struct ppp_proxy *proxy)
{
	l->asks.method = l->lcp.ours.method;
	l->asks.retries = 0;
	if (!l->asks.method)
		return;
	l->asks.state = PPP_AUTH_WAITING;
	l->asks.limit = limit_of(l);
	if (!take_proof(l, proxy))
		methods[l->asks.method]->begin(l);
}

static void begin_proving(struct ppp_link *l)
{
	l->proves.method = l->lcp.peers.method;
	if (!l->proves.method)
		return;
	l->proves.state = PPP_AUTH_WAITING;
	l->proves.limit = limit_of(l);
	methods[l->proves.method]->prove(l);
}

void ppp_auth_begin(struct ppp_link *l, const struct ppp_proxy *proxy)
{
	ppp_auth_end(l);
	if (!ppp_negotiation_get(l)) {
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_MEMORY, "");
		return;
	}
	begin_asking(l, proxy);
	if (!l->over)
		begin_proving(l);
	if (!l->over && ppp_auth_is_done(l))
		l->core->upper->proven(l);
}

static void clear(struct ppp_auth *a)
{
	*a = (struct ppp_auth){
		.id = a->id,
		.deadline = PPP_NEVER,
		.limit = PPP_NEVER,
	};
}

void ppp_auth_end(struct ppp_link *l)
{
	clear(&l->asks);
	clear(&l->proves);
	l->authenticated = false;
	l->have_keys = false;
	explicit_bzero(l->keys, sizeof(l->keys));
	ppp_proof_free(l);
	ppp_reply_free(l);
}

static bool is_done(const struct ppp_auth *a)
{
	return !a->method || a->state == PPP_AUTH_DONE;
}

bool ppp_auth_is_done(const struct ppp_link *l)
{
	return is_done(&l->asks) && is_done(&l->proves);
}

static bool is_of(const struct ppp_auth *a, uint16_t protocol)
{
	return a->method && methods[a->method]->protocol == protocol;
}

bool ppp_auth_uses(const struct ppp_link *l, uint16_t protocol)
{
	return is_of(&l->asks, protocol) || is_of(&l->proves, protocol);
}

/* False: nobody is to prove anything by this protocol. */
bool ppp_auth_input(struct ppp_link *l, uint16_t protocol, const uint8_t *p,
		    size_t len)
{
	if (is_of(&l->asks, protocol))
		methods[l->asks.method]->receive(l, p, len);
	else if (is_of(&l->proves, protocol))
		methods[l->proves.method]->receive(l, p, len);
	else
		return false;
	return true;
}

/* ---- time ---- */

static void asks_timeout(struct ppp_link *l)
{
	if (l->asks.limit <= l->core->now) {
		ppp_proof_missing(l);
		return;
	}
	if (l->asks.state != PPP_AUTH_DONE) {
		methods[l->asks.method]->again(l);
		return;
	}
	/* not before it is seen that the peer knows the last verdict */
	if (!l->ipv4_up && !l->ipv6_up) {
		l->asks.deadline = ppp_after(l, ppp_restart_ms(l));
		return;
	}
	/* RFC 1994 section 2: once more, at an interval */
	if (!ppp_negotiation_get(l))
		return;
	l->asks.state = PPP_AUTH_WAITING;
	l->asks.limit = limit_of(l);
	methods[l->asks.method]->begin(l);
}

static uint64_t first_of(const struct ppp_auth *a)
{
	return a->deadline < a->limit ? a->deadline : a->limit;
}

void ppp_auth_timeout(struct ppp_link *l)
{
	if (first_of(&l->asks) <= l->core->now)
		asks_timeout(l);
	if (l->proves.limit <= l->core->now)
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_OURS_UNDECIDED,
				ppp_method_name(l->proves.method));
	else if (l->proves.deadline <= l->core->now)
		methods[l->proves.method]->prove_again(l);
}

uint64_t ppp_auth_deadline(const struct ppp_link *l)
{
	uint64_t a = first_of(&l->asks), b = first_of(&l->proves);

	return a < b ? a : b;
}

/* ---- answers of the driver ---- */

void ppp_auth_answer(struct ppp_link *l, uint32_t ticket,
		     const struct ppp_auth_answer *a)
{
	if (l->asks.state == PPP_AUTH_ASKING && l->asks.ticket == ticket)
		methods[l->asks.method]->decide(l, a);
}

void ppp_auth_secret(struct ppp_link *l, uint32_t ticket, const uint8_t *secret,
		     size_t len)
{
	if (l->proves.state != PPP_AUTH_ASKING || l->proves.ticket != ticket)
		return;
	if (!secret)
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_NO_SECRET,
				l->name ? l->name : "us");
	else
		methods[l->proves.method]->secret(l, secret, len);
}
