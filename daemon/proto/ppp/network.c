/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Network phase (RFC 1661 section 3.6): which protocols there are. Where
 * there may be encryption none of them begins before CCP has decided.
 */
#include <stdio.h>
#include <stdlib.h>

#include "proto/ppp/internal.h"

bool ppp_network_has(const struct ppp_link *l, enum ppp_fsm_id id)
{
	return l->fsm[id].used;
}

static void choose(struct ppp_link *l)
{
	l->fsm[PPP_FSM_IPCP].used = l->config->ipv4 &&
				    (l->caller || l->given4.remote);
	l->fsm[PPP_FSM_IPV6CP].used = l->config->ipv6;
	l->fsm[PPP_FSM_CCP].used = ppp_mppe_possible(l);
}

static void open_one(struct ppp_link *l, enum ppp_fsm_id id)
{
	if (!l->fsm[id].used)
		return;
	ppp_fsm_event(l, id, PPP_EV_OPEN);
	ppp_fsm_event(l, id, PPP_EV_UP);
}

/*
 * A peer need not wait for encryption before it asks for addresses. What it
 * asks while we wait is kept, so that it need not ask again, which takes 3 s.
 */
void ppp_network_input(struct ppp_link *l, enum ppp_fsm_id id, const uint8_t *p,
		       size_t len)
{
	if (l->fsm[id].state > PPP_STARTING) {
		ppp_fsm_input(l, id, p, len);
		return;
	}
	if (!l->nego || !len || len > PPP_BLOCK_MAX ||
	    p[0] != PPP_CODE_CONF_REQ)
		return;
	ppp_kept_free(&l->nego->early[id]);
	l->nego->early[id] = ppp_kept_new(p, len);
}

static void go_on(struct ppp_link *l, enum ppp_fsm_id id)
{
	struct ppp_kept *early;

	if (l->fsm[id].state > PPP_STARTING)
		return;
	open_one(l, id);
	if (!l->nego)
		return;
	early = l->nego->early[id];
	l->nego->early[id] = NULL;
	if (early)
		ppp_fsm_input(l, id, early->data, early->len);
	ppp_kept_free(&early);
}

void ppp_network_go_on(struct ppp_link *l)
{
	go_on(l, PPP_FSM_IPCP);
	go_on(l, PPP_FSM_IPV6CP);
}

/* ---- the end of one ---- */

static void no_network(struct ppp_link *l, const char *why)
{
	char text[PPP_WORDS_MAX];

	snprintf(text, sizeof(text), ": %s", why);
	ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_NO_NETWORK, text);
}

static void no_mppe(struct ppp_link *l, const char *why)
{
	ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_MPPE, why);
}

static bool lives(const struct ppp_link *l, enum ppp_fsm_id id)
{
	return l->fsm[id].used && l->fsm[id].state != PPP_CLOSED &&
	       l->fsm[id].state != PPP_STOPPED;
}

void ppp_network_finished(struct ppp_link *l, enum ppp_fsm_id id)
{
	const char *why = l->failed ? l->failed : "the peer has none";

	if (l->phase != PPP_PHASE_NETWORK)
		return;
	if (id == PPP_FSM_CCP && l->mppe_mode == PPP_MPPE_REQUIRED)
		no_mppe(l, why);
	else if (id == PPP_FSM_CCP)
		ppp_network_go_on(l);
	else if (id != PPP_FSM_CCP && !lives(l, PPP_FSM_IPCP) &&
		 !lives(l, PPP_FSM_IPV6CP))
		no_network(l, why);
}

/* ---- all ---- */

static bool is_mschap(uint8_t method)
{
	return method == PPP_METHOD_MSCHAPV1 || method == PPP_METHOD_MSCHAPV2;
}

static const char *why_no_keys(const struct ppp_link *l)
{
	if (l->have_keys)
		return "no key length is left that is allowed";
	return is_mschap(l->asks.method) || is_mschap(l->proves.method) ?
		       "authentication gave none" :
		       "they come from MS-CHAP only, and that was not how the "
		       "caller authenticated itself";
}

void ppp_network_begin(struct ppp_link *l)
{
	bool required = l->mppe_mode == PPP_MPPE_REQUIRED;

	free(l->failed);
	l->failed = NULL;
	choose(l);
	if (required && !l->fsm[PPP_FSM_CCP].used) {
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_MPPE_KEYS,
				why_no_keys(l));
		return;
	}
	if (!l->fsm[PPP_FSM_IPCP].used && !l->fsm[PPP_FSM_IPV6CP].used) {
		no_network(l, l->config->ipv4 ?
				      "there is no address for the peer" :
				      "the configuration has none");
		return;
	}
	if (l->fsm[PPP_FSM_CCP].used)
		open_one(l, PPP_FSM_CCP);
	else
		ppp_network_go_on(l);
}

void ppp_network_end(struct ppp_link *l)
{
	for (int i = PPP_FSM_IPCP; i < PPP_FSM_COUNT; i++) {
		ppp_fsm_event(l, (enum ppp_fsm_id)i, PPP_EV_DOWN);
		l->fsm[i].used = false;
	}
}
