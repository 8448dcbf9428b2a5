/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core wants done, after each call of it. */
#include "engine/ppp/internal.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "engine/loglimit.h"
#include "lib/log.h"

/* ---- time ---- */

static void on_deadline(struct loop_timer *t)
{
	struct builtin *b = container_of(t, struct builtin, timer);
	struct engine *e = builtin_engine(b);

	ppp_link_timeout(b->core, engine_now(e));
	builtin_settle(e);
	turn_settle(&e->turn);
}

static void set_timer(struct builtin *b)
{
	uint64_t at = ppp_link_deadline(b->core);

	if (at == PPP_NEVER || b->over)
		loop_timer_stop(&b->timer);
	else
		loop_timer_set(builtin_engine(b)->loop, &b->timer, at,
			       on_deadline);
}

/* ---- each ---- */

static void lcp_up(struct builtin *b, const struct ppp_lcp_info *i)
{
	b->peer_mru = i->peers.mru;
}

static void authenticated(struct builtin *b, const char *peer)
{
	free(b->peer_name);
	b->peer_name = peer[0] ? strdup(peer) : NULL;
	builtin_want_unit(b);
}

static void ipv4_up(struct builtin *b, const struct ppp_ipv4_info *i)
{
	struct builtin_ends ends = {
		.local_ipv4 = i->local,
		.remote_ipv4 = i->remote,
	};

	if (b->caller)
		memcpy(ends.dns, i->dns, sizeof(ends.dns));
	builtin_net_up(b, &b->ipv4, &ends);
}

static void ipv6_up(struct builtin *b, const struct ppp_ipv6_info *i)
{
	struct builtin_ends ends = { 0 };

	memcpy(ends.local_ifid, i->local, sizeof(i->local));
	memcpy(ends.remote_ifid, i->remote, sizeof(i->remote));
	builtin_net_up(b, &b->ipv6, &ends);
}

/* A peer may cause many lines, but for those of debugging. */
static void log_it(const struct builtin *b, int level, const char *text)
{
	char what[WHOSE_MAX];

	if (log_enabled(level) &&
	    (level >= LOG_DEBUG || link_may_log(b->link, LOG_OF_CALL, level)))
		log_write(level, "%s: %s",
			  link_describe(b->link, what, sizeof(what)), text);
}

static void take(struct builtin *b, const struct ppp_effect *x)
{
	switch (x->type) {
	case PPP_EFFECT_SEND:
		builtin_send(b, x->protocol, x->data, x->len);
		return;
	case PPP_EFFECT_DEADLINE:
		set_timer(b);
		return;
	case PPP_EFFECT_AUTH:
		builtin_ask_auth(b, &x->u.auth);
		return;
	case PPP_EFFECT_SECRET:
		builtin_ask_secret(b, &x->u.secret);
		return;
	case PPP_EFFECT_LCP_UP:
		lcp_up(b, &x->u.lcp);
		return;
	case PPP_EFFECT_AUTHENTICATED:
		authenticated(b, x->text);
		return;
	case PPP_EFFECT_IPV4_UP:
		ipv4_up(b, &x->u.ipv4);
		return;
	case PPP_EFFECT_IPV4_DOWN:
		builtin_net_down(b, &b->ipv4);
		return;
	case PPP_EFFECT_IPV6_UP:
		ipv6_up(b, &x->u.ipv6);
		return;
	case PPP_EFFECT_IPV6_DOWN:
		builtin_net_down(b, &b->ipv6);
		return;
	case PPP_EFFECT_MPPE_KEY:
		builtin_mppe_key(b, &x->u.mppe_key);
		return;
	case PPP_EFFECT_MPPE_UP:
		builtin_mppe_up(b, &x->u.mppe);
		return;
	case PPP_EFFECT_MPPE_DOWN:
		builtin_mppe_down(b);
		return;
	case PPP_EFFECT_LOG:
		log_it(b, x->level, x->text);
		return;
	case PPP_EFFECT_ENDED:
		builtin_upper(b)->over(b, &x->u.ended);
		return;
	case PPP_EFFECT_LCP_DOWN: /* what depended on it says so itself */
	case PPP_EFFECT_YIELDED:  /* nobody asks for that yet */
		return;
	}
}

void builtin_settle(struct engine *e)
{
	struct ppp_effect x;

	while (ppp_effect_next(e->builtins->core, &x))
		take(ppp_link_user(x.link), &x);
}
