/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Network phase (RFC 1661 section 3.6): which protocols there are, and that
 * none carries anything before what must be encrypted is.
 */
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

static void open_networks(struct ppp_link *l)
{
	open_one(l, PPP_FSM_IPCP);
	open_one(l, PPP_FSM_IPV6CP);
}

static void no_network(struct ppp_link *l, const char *why)
{
	ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_NO_NETWORK, why);
}

void ppp_network_begin(struct ppp_link *l)
{
	bool required = l->mppe_mode == PPP_MPPE_REQUIRED;

	choose(l);
	if (required && !l->fsm[PPP_FSM_CCP].used) {
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_MPPE,
				"authentication gave no keys for it");
		return;
	}
	if (!l->fsm[PPP_FSM_IPCP].used && !l->fsm[PPP_FSM_IPV6CP].used) {
		no_network(l, l->config->ipv4 ?
				      ": there is no address for the peer" :
				      ": the configuration has none");
		return;
	}
	open_one(l, PPP_FSM_CCP);
	if (!required)
		open_networks(l);
}

void ppp_network_end(struct ppp_link *l)
{
	for (int i = PPP_FSM_IPCP; i < PPP_FSM_COUNT; i++) {
		ppp_fsm_event(l, (enum ppp_fsm_id)i, PPP_EV_DOWN);
		l->fsm[i].used = false;
	}
}
