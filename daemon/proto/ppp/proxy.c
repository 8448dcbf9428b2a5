/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LCP and authentication that one box has begun and another goes on with: the
 * proxy AVPs of RFC 2661 section 4.4.5, taken and given.
 */
#include "proto/ppp/proxy.h"

#include <stdio.h>
#include <string.h>

/* ---- given ---- */

static struct ppp_blob blob(struct ppp_link *l, const void *data, size_t len)
{
	return (struct ppp_blob){
		.data = ppp_effect_copy(l->core, data, len),
		.len = (uint16_t)len,
	};
}

static struct ppp_blob written(struct ppp_link *l,
			       const struct ppp_lcp_values *v)
{
	uint8_t options[PPP_OPTIONS_MAX];
	struct wbuf w = wbuf_init(options, sizeof(options));

	ppp_lcp_values_write(v, &w);
	return blob(l, options, w.len);
}

/* As the peer sent it; or, when that is not kept any more, what it said. */
static struct ppp_blob received(struct ppp_link *l, const struct ppp_block *b)
{
	return b && b->set ? blob(l, b->data, b->len) :
			     written(l, &l->lcp.peers);
}

static uint8_t auth_type(uint8_t method)
{
	switch (method) {
	case PPP_METHOD_PAP:
		return PPP_PROXY_AUTH_PAP;
	case PPP_METHOD_CHAP_MD5:
	case PPP_METHOD_MSCHAPV2:
		return PPP_PROXY_AUTH_CHAP;
	case PPP_METHOD_MSCHAPV1:
		return PPP_PROXY_AUTH_MSCHAPV1;
	default:
		return PPP_PROXY_AUTH_NONE;
	}
}

void ppp_proxy_give(struct ppp_link *l, struct ppp_proxy *out)
{
	const struct ppp_negotiation *n = l->nego;
	const struct ppp_proof *p = l->proof;

	*out = (struct ppp_proxy){
		.first_received = received(l, n ? &n->first : NULL),
		.last_sent = written(l, &l->lcp.ours),
		.last_received = received(l, n ? &n->last : NULL),
		.auth_type = PPP_PROXY_AUTH_NONE,
	};
	if (!p || l->asks.method == PPP_METHOD_EAP)
		return;
	out->auth_type = auth_type(l->asks.method);
	out->id = p->id;
	out->name = blob(l, ppp_proof_user(p), p->user_len);
	if (p->challenge_len)
		out->challenge =
			blob(l, ppp_proof_challenge(p), p->challenge_len);
	out->response = blob(l, ppp_proof_response(p), p->response_len);
}

void ppp_proxy_yield(struct ppp_link *l)
{
	struct ppp_effect *e = ppp_effect_add(l, PPP_EFFECT_YIELDED);

	ppp_proxy_give(l, &e->u.proxy);
	l->over = true;
}

/* ---- taken ---- */

static bool say(char words[PPP_WORDS_MAX], const char *what, const char *theirs,
		const char *ours)
{
	snprintf(words, PPP_WORDS_MAX, "its %s is %s, ours %s", what, theirs,
		 ours);
	return false;
}

static bool numbers_suit(const char *what, unsigned int theirs,
			 unsigned int ours, bool suit,
			 char words[PPP_WORDS_MAX])
{
	char a[16], b[16];

	snprintf(a, sizeof(a), "%u", theirs);
	snprintf(b, sizeof(b), "%u", ours);
	return suit || say(words, what, a, b);
}

static bool method_suits(const struct ppp_link *l, uint8_t method,
			 char words[PPP_WORDS_MAX])
{
	const struct ppp_config *c = l->config;
	bool suits = method == PPP_METHOD_NONE;

	if (c->method_n)
		suits = memchr(c->methods, method, c->method_n) != NULL;
	return suits || say(words, "authentication", ppp_method_name(method),
			    ppp_method_name(c->method_n ? c->methods[0] : 0));
}

static bool same_discriminator(const struct ppp_discriminator *a,
			       const struct ppp_discriminator *b)
{
	return a->class == b->class && a->len == b->len &&
	       !memcmp(a->address, b->address, a->len);
}

/*
 * Peers tell bundles apart by what the first link said (RFC 1990 section
 * 5.1.3), so that another discriminator than ours is no good for one.
 */
static bool ours_suit(const struct ppp_link *l, const struct ppp_lcp_values *v,
		      char words[PPP_WORDS_MAX])
{
	const struct ppp_config *c = l->config;

	return numbers_suit("MRU", v->mru, l->mru, v->mru <= l->mru, words) &&
	       method_suits(l, v->method, words) &&
	       numbers_suit("MRRU", v->mrru, c->mrru, v->mrru == c->mrru,
			    words) &&
	       (!c->mrru || v->short_sequence == c->short_sequence ||
		say(words, "sequence number format",
		    v->short_sequence ? "short" : "long",
		    c->short_sequence ? "short" : "long")) &&
	       (!c->mrru ||
		same_discriminator(&v->discriminator, &c->discriminator) ||
		say(words, "endpoint discriminator", "the LAC's", "another"));
}

/* What the peer asked for is checked as if it asked us. */
static bool peers_suit(struct ppp_link *l, const struct ppp_blob *b,
		       char words[PPP_WORDS_MAX])
{
	uint8_t row;

	if (!ppp_options_check(l, PPP_FSM_LCP, b->data, b->len)) {
		snprintf(words, PPP_WORDS_MAX, "its options are malformed");
		return false;
	}
	if (l->core->reply_code == PPP_CODE_CONF_ACK)
		return true;
	row = l->fsm[PPP_FSM_LCP].refused;
	snprintf(words, PPP_WORDS_MAX, "the peer's %s is not taken here",
		 ppp_lcp.options[row].name);
	return false;
}

static bool complete(const struct ppp_proxy *p, char words[PPP_WORDS_MAX])
{
	if (p->last_sent.data && p->last_received.data)
		return true;
	snprintf(words, PPP_WORDS_MAX, "it sent no LCP options");
	return false;
}

bool ppp_proxy_take(struct ppp_link *l, const struct ppp_proxy *p,
		    char words[PPP_WORDS_MAX])
{
	struct ppp_lcp_values ours;
	struct ppp_negotiation *n;

	if (!complete(p, words) || !ppp_negotiation_get(l))
		return false;
	n = l->nego;
	if (!ppp_lcp_values_read(&ours, p->last_sent.data, p->last_sent.len)) {
		snprintf(words, PPP_WORDS_MAX,
			 "it sent options that are not known here");
		return false;
	}
	n->lcp.ours = ours;
	if (!ours_suit(l, &ours, words) ||
	    !peers_suit(l, &p->last_received, words))
		return false;
	ppp_lcp_take(l, p);
	return true;
}
