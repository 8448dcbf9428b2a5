/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link and its phases (RFC 1661 section 3): what the driver calls, what LCP,
 * authentication and the network protocols tell, and when it is time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "proto/ppp/internal.h"

static void tell_end(struct ppp_link *l)
{
	struct ppp_ended *end;

	if (l->over)
		return;
	ppp_end_because(l, PPP_REASON_LOST, "the link ended");
	l->over = true;
	l->phase = PPP_PHASE_DEAD;
	end = &ppp_effect_add(l, PPP_EFFECT_ENDED)->u.ended;
	end->reason = l->reason;
	end->cause = l->cause;
	end->by_peer = l->by_peer;
	end->words =
		(const char *)ppp_effect_copy(l->core, l->words ? l->words : "",
					      strlen(l->words ? l->words : ""));
}

/* ---- what is told from below ---- */

/* A peer that had said good-bye and then agreed after all is here. */
static void forget_reason(struct ppp_link *l)
{
	l->reason = PPP_REASON_NONE;
	free(l->words);
	free(l->told);
	l->words = l->told = NULL;
}

static void lcp_up(struct ppp_link *l)
{
	forget_reason(l);
	l->lcp_up = true;
	if (!l->unproven)
		l->unproven = l->core->now;
	l->phase = PPP_PHASE_AUTHENTICATE;
	ppp_effect_add(l, PPP_EFFECT_LCP_UP)->u.lcp = l->lcp;
	ppp_echo_begin(l);
	if (l->yield && !l->lcp.ours.method)
		ppp_proxy_yield(l);
	else
		ppp_auth_begin(l, l->core->proxy);
}

static void lcp_down(struct ppp_link *l)
{
	l->phase = l->reason ? PPP_PHASE_TERMINATE : PPP_PHASE_ESTABLISH;
	ppp_echo_end(l);
	ppp_network_end(l);
	ppp_auth_end(l);
	if (l->lcp_up)
		ppp_effect_add(l, PPP_EFFECT_LCP_DOWN);
	l->lcp_up = false;
}

static void lcp_finished(struct ppp_link *l)
{
	tell_end(l);
}

static void proven(struct ppp_link *l)
{
	const char *user = l->proof ? ppp_proof_user(l->proof) : "";
	struct ppp_effect *e;

	if (!ppp_auth_is_done(l) || l->authenticated)
		return;
	if (!l->proof) {
		l->mppe_mode = l->config->mppe;
		l->mppe_bits = l->config->mppe_bits;
	}
	l->authenticated = true;
	l->unproven = 0;
	l->phase = PPP_PHASE_NETWORK;
	e = ppp_effect_add(l, PPP_EFFECT_AUTHENTICATED);
	e->text = (const char *)ppp_effect_copy(l->core, user, strlen(user));
	ppp_network_begin(l);
}

static void network_up(struct ppp_link *l, enum ppp_fsm_id id)
{
	if (id == PPP_FSM_CCP)
		ppp_network_go_on(l);
}

static enum ppp_fsm_id fsm_of(const struct ppp_link *l, uint16_t protocol)
{
	int i;

	for (i = 0; i < PPP_FSM_COUNT; i++)
		if (l->core->protocols[i]->number == protocol)
			break;
	return (enum ppp_fsm_id)i;
}

/* The peer has not got this protocol (RFC 1661 section 5.7). */
static void rejected(struct ppp_link *l, uint16_t protocol)
{
	enum ppp_fsm_id id = fsm_of(l, protocol);

	if (id == PPP_FSM_LCP)
		ppp_end_because(l, PPP_REASON_CODE_REJECTED, "LCP");
	else if (id < PPP_FSM_COUNT)
		ppp_end_note(l, "the peer does not know %s",
			     l->core->protocols[id]->name);
	if (id < PPP_FSM_COUNT)
		ppp_fsm_event(l, id, PPP_EV_RXJ_MINUS);
	else if (ppp_auth_uses(l, protocol))
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_METHOD,
				"it does not know the protocol agreed on");
}

static const struct ppp_upper upper = {
	.lcp_up = lcp_up,
	.lcp_down = lcp_down,
	.lcp_finished = lcp_finished,
	.network_up = network_up,
	.network_finished = ppp_network_finished,
	.proven = proven,
	.rejected = rejected,
};

/* ---- a call of the driver ---- */

static bool enter(struct ppp_link *l, uint64_t now)
{
	ppp_effect_reset(l->core);
	l->core->now = now;
	return !l->over;
}

static bool is_negotiating(const struct ppp_link *l)
{
	for (int i = 0; i < PPP_FSM_COUNT; i++)
		if (ppp_fsm_negotiates(&l->fsm[i]) ||
		    (l->nego && l->nego->early[i]))
			return true;
	return l->asks.state == PPP_AUTH_WAITING ||
	       l->asks.state == PPP_AUTH_ASKING ||
	       l->proves.state == PPP_AUTH_WAITING ||
	       l->proves.state == PPP_AUTH_ASKING ||
	       l->proves.state == PPP_AUTH_SENT;
}

/* What is up, or waits for nothing, needs the smaller part only. */
static void leave(struct ppp_link *l)
{
	uint64_t deadline = ppp_link_deadline(l);

	if (!is_negotiating(l) || l->over) {
		ppp_negotiation_put(l);
		for (int i = 0; i < PPP_FSM_COUNT; i++)
			l->fsm[i].begun = false;
	}
	if (deadline != l->told_deadline && !l->over)
		ppp_effect_add(l, PPP_EFFECT_DEADLINE);
	l->told_deadline = deadline;
}

/* ---- the driver's side ---- */

struct ppp_core *ppp_core_new(const struct ppp_env *env)
{
	struct ppp_core *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->env = *env;
	c->upper = &upper;
	c->protocols[PPP_FSM_LCP] = &ppp_lcp;
	c->protocols[PPP_FSM_IPCP] = &ppp_ipcp;
	c->protocols[PPP_FSM_IPV6CP] = &ppp_ipv6cp;
	c->protocols[PPP_FSM_CCP] = &ppp_ccp;
	return c;
}

void ppp_core_free(struct ppp_core *core)
{
	if (!core)
		return;
	ppp_effect_fini(core);
	free(core);
}

static void take_call(struct ppp_link *l, const struct ppp_call *call)
{
	l->caller = call->caller;
	l->passive = call->passive;
	l->yield = call->yield;
	l->mru = call->mru ? call->mru : 1500;
	l->call4 = (struct ppp_ipv4_info){
		.local = call->local_ipv4,
		.remote = call->remote_ipv4,
		.dns = { call->dns[0], call->dns[1] },
		.wins = { call->wins[0], call->wins[1] },
	};
	memcpy(l->call6.local, call->local_ifid, 8);
	memcpy(l->call6.remote, call->remote_ifid, 8);
	l->given4 = l->call4;
	l->given6 = l->call6;
	l->name = call->user ? strdup(call->user) : NULL;
	l->remote = call->remote ? strdup(call->remote) : NULL;
}

struct ppp_link *ppp_link_new(struct ppp_core *core,
			      const struct ppp_config *config,
			      const struct ppp_call *call, void *user)
{
	struct ppp_link *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->core = core;
	l->config = config;
	l->user = user;
	take_call(l, call);
	ppp_fsm_init(l);
	l->reset_deadline = l->echo.deadline = l->told_deadline = PPP_NEVER;
	l->asks.deadline = l->asks.limit = PPP_NEVER;
	l->proves.deadline = l->proves.limit = PPP_NEVER;
	if ((call->user && !l->name) || (call->remote && !l->remote)) {
		ppp_link_free(l);
		return NULL;
	}
	return l;
}

void ppp_link_free(struct ppp_link *l)
{
	if (!l)
		return;
	ppp_negotiation_put(l);
	ppp_proof_free(l);
	ppp_reply_free(l);
	free(l->name);
	free(l->remote);
	free(l->words);
	free(l->told);
	free(l->failed);
	explicit_bzero(l->keys, sizeof(l->keys));
	free(l);
}

void *ppp_link_user(const struct ppp_link *l)
{
	return l->user;
}

static void begin_lcp(struct ppp_link *l)
{
	struct ppp_fsm *f = &l->fsm[PPP_FSM_LCP];

	l->phase = PPP_PHASE_ESTABLISH;
	f->used = true;
	ppp_fsm_event(l, PPP_FSM_LCP, PPP_EV_OPEN);
	if (!l->passive) {
		ppp_fsm_event(l, PPP_FSM_LCP, PPP_EV_UP);
		return;
	}
	f->state = PPP_STOPPED;
	f->deadline = ppp_after(l, ppp_restart_ms(l) * ppp_max_configure(l));
}

void ppp_link_start(struct ppp_link *l, uint64_t now)
{
	if (!enter(l, now) || l->phase != PPP_PHASE_DEAD)
		return;
	begin_lcp(l);
	leave(l);
}

static void take_proxy(struct ppp_link *l, const struct ppp_proxy *proxy)
{
	char words[PPP_WORDS_MAX] = "";
	bool taken;

	l->core->proxy = proxy;
	l->phase = PPP_PHASE_ESTABLISH;
	l->fsm[PPP_FSM_LCP].used = true;
	taken = ppp_proxy_take(l, proxy, words);
	l->core->proxy = NULL;
	if (taken)
		return;
	if (l->config->proxy_strict) {
		ppp_end_because(l, PPP_REASON_PROXY, words);
		tell_end(l);
		return;
	}
	ppp_log(l, LOG_INFO,
		"the LAC's LCP does not suit, so it is negotiated anew: %s",
		words);
	ppp_negotiation_put(l);
	begin_lcp(l);
}

void ppp_link_start_proxy(struct ppp_link *l, uint64_t now,
			  const struct ppp_proxy *proxy)
{
	if (!enter(l, now) || l->phase != PPP_PHASE_DEAD)
		return;
	take_proxy(l, proxy);
	leave(l);
}

/* ---- frames ---- */

/* Any of the forms of RFC 1662 section 3.2 and RFC 1661 section 6.5. */
static uint16_t take_protocol(struct rbuf *r)
{
	uint8_t first;

	if (rbuf_left(r) >= 2 && r->p[0] == 0xff && r->p[1] == 0x03)
		rbuf_take(r, 2);
	first = rbuf_u8(r);
	if (first & 1)
		return first;
	return (uint16_t)(first << 8 | rbuf_u8(r));
}

/* Network layers are the kernel's: what comes here came too early or late. */
static bool is_data(uint16_t protocol)
{
	return protocol == PPP_PROTO_IPV4 || protocol == PPP_PROTO_IPV6 ||
	       protocol == PPP_PROTO_MP;
}

static void input_network(struct ppp_link *l, uint16_t protocol,
			  const uint8_t *p, size_t len)
{
	enum ppp_fsm_id id = fsm_of(l, protocol);

	if (protocol == PPP_PROTO_COMP)
		ppp_ccp_undecrypted(l);
	else if (is_data(protocol) || l->phase != PPP_PHASE_NETWORK)
		return;
	else if (id < PPP_FSM_COUNT && ppp_network_has(l, id))
		ppp_network_input(l, id, p, len);
	else
		ppp_lcp_protocol_reject(l, protocol, p, len);
}

static void input(struct ppp_link *l, uint16_t protocol, const uint8_t *p,
		  size_t len)
{
	bool opened = ppp_fsm_opened(l, PPP_FSM_LCP);

	if (protocol == PPP_PROTO_LCP)
		ppp_fsm_input(l, PPP_FSM_LCP, p, len);
	else if (opened && !ppp_auth_input(l, protocol, p, len))
		input_network(l, protocol, p, len);
}

void ppp_link_input(struct ppp_link *l, uint64_t now, const uint8_t *frame,
		    size_t len)
{
	struct rbuf r = rbuf_init(frame, len);
	uint16_t protocol = take_protocol(&r);

	if (!enter(l, now))
		return;
	if (!r.failed && l->phase != PPP_PHASE_DEAD)
		input(l, protocol, r.p, rbuf_left(&r));
	leave(l);
}

/* ---- answers ---- */

void ppp_link_authenticate(struct ppp_link *l, uint64_t now, uint32_t ticket,
			   const struct ppp_auth_answer *answer)
{
	if (!enter(l, now))
		return;
	ppp_auth_answer(l, ticket, answer);
	leave(l);
}

void ppp_link_tell_secret(struct ppp_link *l, uint64_t now, uint32_t ticket,
			  const uint8_t *secret, size_t len)
{
	if (!enter(l, now))
		return;
	ppp_auth_secret(l, ticket, secret, len);
	leave(l);
}

/* ---- commands ---- */

static void close_lcp(struct ppp_link *l)
{
	ppp_fsm_event(l, PPP_FSM_LCP, PPP_EV_CLOSE);
	/* there is nobody to take leave of */
	if (l->fsm[PPP_FSM_LCP].state <= PPP_CLOSED)
		tell_end(l);
}

void ppp_link_stop(struct ppp_link *l, uint64_t now, enum ppp_cause cause,
		   const char *words)
{
	if (!enter(l, now))
		return;
	if (l->reason == PPP_REASON_NONE) {
		ppp_end_because(l, PPP_REASON_STOPPED,
				words && words[0] ? words : "it was stopped");
		l->cause = (uint8_t)cause;
		free(l->told);
		l->told = words ? strdup(words) : NULL;
	}
	close_lcp(l);
	leave(l);
}

void ppp_link_lost(struct ppp_link *l, uint64_t now, const char *words)
{
	if (!enter(l, now))
		return;
	ppp_end_because(l, PPP_REASON_LOST,
			words && words[0] ? words : "the line is gone");
	if (l->lcp_up)
		lcp_down(l);
	tell_end(l);
	leave(l);
}

int ppp_link_hand_over(struct ppp_link *l, uint64_t now, struct ppp_proxy *out)
{
	if (!enter(l, now) || !ppp_fsm_opened(l, PPP_FSM_LCP))
		return -EAGAIN;
	ppp_proxy_give(l, out);
	l->over = true;
	leave(l);
	return 0;
}

/* The Open event of [r]: down, and up again (RFC 1661 section 4.3). */
void ppp_link_renegotiate(struct ppp_link *l, uint64_t now, uint16_t protocol)
{
	enum ppp_fsm_id id = fsm_of(l, protocol);

	if (!enter(l, now) || id == PPP_FSM_COUNT)
		return;
	if (ppp_fsm_opened(l, id)) {
		ppp_fsm_event(l, id, PPP_EV_DOWN);
		ppp_fsm_event(l, id, PPP_EV_UP);
	}
	leave(l);
}

void ppp_link_note_traffic(struct ppp_link *l, uint64_t now)
{
	if (!enter(l, now))
		return;
	if (l->echo.deadline != PPP_NEVER)
		ppp_echo_begin(l);
	leave(l);
}

void ppp_link_mppe_failed(struct ppp_link *l, uint64_t now)
{
	if (!enter(l, now) || !l->mppe_up)
		return;
	if (l->mppe_mode == PPP_MPPE_REQUIRED)
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_MPPE_BROKEN, "");
	else
		ppp_fsm_event(l, PPP_FSM_CCP, PPP_EV_CLOSE);
	leave(l);
}

/* ---- time ---- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t ppp_link_deadline(const struct ppp_link *l)
{
	uint64_t t = earlier(l->echo.deadline, l->reset_deadline);

	if (l->over)
		return PPP_NEVER;
	for (int i = 0; i < PPP_FSM_COUNT; i++)
		t = earlier(t, l->fsm[i].deadline);
	return earlier(t, ppp_auth_deadline(l));
}

static void run_timers(struct ppp_link *l, uint64_t now)
{
	for (int i = 0; i < PPP_FSM_COUNT && !l->over; i++)
		if (l->fsm[i].deadline <= now)
			ppp_fsm_timeout(l, (enum ppp_fsm_id)i);
	if (!l->over && l->echo.deadline <= now)
		ppp_echo_timeout(l);
	if (!l->over && l->reset_deadline <= now)
		ppp_ccp_reset_timeout(l);
	if (!l->over && ppp_auth_deadline(l) <= now)
		ppp_auth_timeout(l);
}

void ppp_link_timeout(struct ppp_link *l, uint64_t now)
{
	if (!enter(l, now))
		return;
	run_timers(l, now);
	leave(l);
}
