/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be seen of a link. */
#include <string.h>

#include "proto/ppp/internal.h"

bool ppp_link_mppe_keys(const struct ppp_link *l, uint8_t send_key[16],
			uint8_t recv_key[16])
{
	if (!l->have_keys)
		return false;
	memcpy(send_key, l->keys[0], 16);
	memcpy(recv_key, l->keys[1], 16);
	return true;
}

const char *ppp_link_phase_name(enum ppp_link_phase phase)
{
	static const char *const names[] = {
		[PPP_PHASE_DEAD] = "Dead",
		[PPP_PHASE_ESTABLISH] = "Establish",
		[PPP_PHASE_AUTHENTICATE] = "Authenticate",
		[PPP_PHASE_NETWORK] = "Network",
		[PPP_PHASE_TERMINATE] = "Terminate",
	};

	return names[phase];
}

static size_t text_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static size_t kept_size(const struct ppp_kept *k)
{
	return k ? sizeof(*k) + k->len : 0;
}

static size_t memory_of(const struct ppp_link *l)
{
	const struct ppp_negotiation *n = l->nego;
	const struct ppp_proof *p = l->proof;
	size_t size = sizeof(*l) + text_size(l->name) + text_size(l->remote) +
		      text_size(l->words) + text_size(l->told) +
		      text_size(l->failed);

	if (n)
		size += sizeof(*n) + (n->sent ? sizeof(*n->sent) : 0) +
			kept_size(n->eap) + kept_size(n->early[PPP_FSM_IPCP]) +
			kept_size(n->early[PPP_FSM_IPV6CP]);
	if (p)
		size += sizeof(*p) + p->user_len + 1u + p->challenge_len +
			p->response_len;
	if (l->reply)
		size += sizeof(*l->reply);
	if (l->verdict)
		size += sizeof(*l->verdict) + l->verdict->len;
	return size;
}

static const char *state_name(const struct ppp_link *l, enum ppp_fsm_id id)
{
	return ppp_fsm_state_name(l->fsm[id].state);
}

void ppp_link_info(const struct ppp_link *l, struct ppp_info *out)
{
	const struct ppp_echo *e = &l->echo;

	*out = (struct ppp_info){
		.phase = l->phase,
		.lcp = state_name(l, PPP_FSM_LCP),
		.ipcp = state_name(l, PPP_FSM_IPCP),
		.ipv6cp = state_name(l, PPP_FSM_IPV6CP),
		.ccp = state_name(l, PPP_FSM_CCP),
		.lcp_up = l->lcp_up,
		.ipv4_up = l->ipv4_up,
		.ipv6_up = l->ipv6_up,
		.mppe_up = l->mppe_up,
		.lcp_options = l->lcp,
		.ipv4 = l->ipv4,
		.ipv6 = l->ipv6,
		.mppe = l->mppe,
		.peer_name = l->authenticated && l->proof ?
				     ppp_proof_user(l->proof) :
				     "",
		.echo_sent = e->sent,
		.echo_answered = e->answered,
		.echo_last = e->last,
		.echo_least = e->least,
		.echo_average = e->answered ? (uint32_t)(e->sum / e->answered) :
					      0,
		.memory = memory_of(l),
	};
}
