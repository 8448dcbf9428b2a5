// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calling side: opens the tunnels, then makes calls in them, a number of
 * them under way at any time, and clears each when it is up (churn) or leaves
 * it up (hold).
 */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct lac_call {
	uint64_t start_ns;
	bool up, counted; /* counted: among those under way */
	struct lac_call *next_free;
};

struct lac {
	struct load_tunnel **tunnel; /* NULL: gone */
	unsigned int opened, opening;
	unsigned int next_tunnel; /* that gets the next call */
	struct lac_call *calls, *free;
	unsigned int started, under_way;
	bool closing;
	struct results *r;
	uint64_t progress_ns;  /* when something last came to an end */
	uint64_t last_call_ns; /* when a call last did */
};

static void progress(struct lac *c)
{
	c->progress_ns = load_now_ns();
}

static void call_over(struct lac *c, struct lac_call *call)
{
	if (!call->counted)
		return;
	call->counted = false;
	c->under_way--;
	c->last_call_ns = load_now_ns();
}

static void call_up(struct load *l, struct lac *c, struct lac_call *call,
		    const struct l2tp_effect *e)
{
	call->up = true;
	c->r->latency_us[c->r->latencies++] =
		(uint32_t)((load_now_ns() - call->start_ns) / 1000);
	c->r->calls_up++;
	progress(c);
	if (l->o->churn)
		load_defer(l, e->type, e->tunnel, e->session);
	else
		call_over(c, call);
}

static void tunnel_over(struct lac *c, const struct load_tunnel *lt)
{
	for (unsigned int i = 0; i < c->opened; i++)
		if (c->tunnel[i] == lt)
			c->tunnel[i] = NULL;
	progress(c);
}

static void lac_effect(struct load *l, const struct l2tp_effect *e)
{
	struct lac *c = l->state;
	struct load_tunnel *lt = l2tp_tunnel_user(e->tunnel);
	struct lac_call *call = e->session ? l2tp_session_user(e->session) :
					     NULL;

	switch (e->type) {
	case L2TP_EFFECT_TUNNEL_UP:
		lt->established = true;
		c->opening--;
		c->r->tunnels_up++;
		progress(c);
		break;
	case L2TP_EFFECT_TUNNEL_DOWN:
		lt->closing = true;
		c->opening -= !lt->established;
		if (!c->closing)
			failures_add(&c->r->failures, "tunnel", &e->cause,
				     e->by_peer, L2TP_STOPCCN);
		break;
	case L2TP_EFFECT_TUNNEL_FREE:
		if (lt)
			tunnel_over(c, lt);
		break;
	case L2TP_EFFECT_SESSION_ANSWER:
		load_defer(l, e->type, e->tunnel, e->session);
		break;
	case L2TP_EFFECT_SESSION_UP:
		if (call)
			call_up(l, c, call, e);
		break;
	case L2TP_EFFECT_SESSION_DOWN:
		if (call && !c->closing &&
		    (!call->up || !l->o->churn || e->by_peer))
			failures_add(&c->r->failures, "call", &e->cause,
				     e->by_peer, L2TP_CDN);
		break;
	case L2TP_EFFECT_SESSION_FREE:
		if (!call)
			break;
		call_over(c, call);
		c->r->calls_done += call->up;
		call->next_free = c->free;
		c->free = call;
		progress(c);
		break;
	case L2TP_EFFECT_SEND:
	case L2TP_EFFECT_LOG:
	case L2TP_EFFECT_TUNNEL_REQUEST:
	case L2TP_EFFECT_TUNNEL_ANSWERED:
	case L2TP_EFFECT_SESSION_REQUEST:
	case L2TP_EFFECT_TUNNEL_ALIVE:
	case L2TP_EFFECT_WEN:
	case L2TP_EFFECT_SLI:
		break;
	}
}

static void lac_act(struct load *l, const struct load_deferred *d, uint64_t now)
{
	static const struct l2tp_cause cleared = {
		.result = L2TP_CDN_ADMINISTRATIVE,
	};

	(void)l;
	if (d->type == L2TP_EFFECT_SESSION_UP)
		l2tp_session_close(d->session, now, &cleared);
	else
		l2tp_session_accept(d->session, now, NULL);
}

static const struct load_role lac_role = {
	.effect = lac_effect,
	.act = lac_act,
};

/* ---- tunnels ---- */

static int open_tunnel(struct load *l, struct lac *c)
{
	const struct load_options *o = l->o;
	uint64_t now = load_now_ns() / 1000000;
	struct l2tp_tunnel *t;
	int socket = (int)(c->opened % o->sockets), ret;

	if ((unsigned int)socket == l->net.count) {
		struct addr any = { .family = o->address.family };

		ret = net_open(&l->net, &any, &o->address);
		if (ret < 0) {
			fprintf(stderr,
				"l2tp-load: cannot open socket %d: %s\n",
				socket, strerror(-ret));
			return ret;
		}
	}
	t = l2tp_tunnel_open(l->ep, now, &o->tunnel,
			     &l->net.sockets[socket].local, &o->address, socket,
			     0, &ret);
	if (!t) {
		fprintf(stderr, "l2tp-load: cannot open a tunnel: %s\n",
			strerror(-ret));
		return ret;
	}
	c->tunnel[c->opened++] = load_tunnel_new(t);
	c->opening++;
	load_drain(l, now);
	return 0;
}

static bool stuck(const struct load *l, const struct lac *c)
{
	return load_now_ns() - c->progress_ns > l->o->timeout_s * 1000000000ull;
}

static int open_tunnels(struct load *l, struct lac *c)
{
	uint64_t start = load_now_ns();
	int ret = 0;

	progress(c);
	while (!ret && (c->opened < l->o->tunnels || c->opening)) {
		while (!ret && c->opened < l->o->tunnels &&
		       c->opening < l->o->opening)
			ret = open_tunnel(l, c);
		if (!ret)
			ret = load_turn(l, 100);
		if (stuck(l, c))
			break;
	}
	c->r->tunnels_s = (double)(load_now_ns() - start) / 1e9;
	return ret;
}

/* ---- calls ---- */

static struct load_tunnel *next_tunnel(struct lac *c)
{
	for (unsigned int i = 0; i < c->opened; i++) {
		struct load_tunnel *lt =
			c->tunnel[c->next_tunnel++ % c->opened];

		if (lt && lt->established && !lt->closing)
			return lt;
	}
	return NULL;
}

/* 0, or -errno when there is no tunnel for it. */
static int start_call(struct load *l, struct lac *c)
{
	struct load_tunnel *lt = next_tunnel(c);
	uint64_t now_ns = load_now_ns();
	struct lac_call *call = c->free;
	struct l2tp_session *s;
	int ret = -ENOTCONN;

	if (!lt)
		return ret;
	s = l2tp_session_open(lt->t, now_ns / 1000000, L2TP_CALL_LAC_INCOMING,
			      &(struct l2tp_call_params){
				      .tx_connect_speed = 100000000,
			      },
			      &ret);
	if (!s)
		return ret;
	c->free = call->next_free;
	*call = (struct lac_call){ .start_ns = now_ns, .counted = true };
	l2tp_session_set_user(s, call);
	c->started++;
	c->under_way++;
	load_drain(l, now_ns / 1000000);
	return 0;
}

static bool may_start(const struct load *l, const struct lac *c, uint64_t start)
{
	const struct load_options *o = l->o;

	if (c->started == o->calls || c->under_way >= o->concurrency)
		return false;
	return !o->rate ||
	       c->started < (double)(load_now_ns() - start) / 1e9 * o->rate;
}

/* True while a tunnel has messages that the peer has not acknowledged. */
static bool unsettled(struct lac *c)
{
	struct l2tp_tunnel_counters n;

	for (unsigned int i = 0; i < c->opened; i++) {
		if (!c->tunnel[i])
			continue;
		l2tp_tunnel_counters(c->tunnel[i]->t, &n);
		if (n.unacknowledged || n.queued)
			return true;
	}
	return false;
}

/*
 * The time that counts ends with the last call. The last acknowledgements may
 * take their full delay, which is long beside 1,000 calls; they are waited for
 * all the same, so that the peer's CPU time is whole.
 */
static int make_calls(struct load *l, struct lac *c)
{
	uint64_t start = load_now_ns();
	int ret = 0;

	progress(c);
	c->last_call_ns = start;
	while (!ret &&
	       (c->started < l->o->calls || c->under_way || unsettled(c))) {
		while (!ret && may_start(l, c, start))
			ret = start_call(l, c);
		if (!ret)
			ret = load_turn(l,
					l->o->rate && c->started < l->o->calls ?
						1 :
						100);
		if (stuck(l, c))
			break;
	}
	c->r->calls_s = (double)(c->last_call_ns - start) / 1e9;
	if (ret == -ENOTCONN)
		fputs("l2tp-load: no tunnel is left for the calls\n", stderr);
	else if (ret)
		fprintf(stderr, "l2tp-load: the calls ended: %s\n",
			strerror(-ret));
	if (c->under_way)
		fprintf(stderr,
			"l2tp-load: %u calls have had no answer for %u s\n",
			c->under_way, l->o->timeout_s);
	return ret;
}

static int hold(struct load *l)
{
	uint64_t until = load_now_ns() + l->o->hold_s * 1000000000ull;
	int ret = 0;

	while (!ret && load_now_ns() < until)
		ret = load_turn(l, 100);
	return ret;
}

static void close_tunnels(struct load *l, struct lac *c)
{
	uint64_t now = load_now_ns() / 1000000;
	struct l2tp_tunnel_counters n;

	c->closing = true;
	for (unsigned int i = 0; i < c->opened; i++) {
		if (!c->tunnel[i])
			continue;
		l2tp_tunnel_counters(c->tunnel[i]->t, &n);
		c->r->retransmitted += n.retransmitted;
		l2tp_tunnel_close(c->tunnel[i]->t, now, NULL);
		load_drain(l, now);
		/* Not all at once: the peer's socket would overflow. */
		if (i % 64 == 63 && load_turn(l, 0))
			break;
	}
	/*
	 * Once the StopCCNs are acknowledged, waiting the cycle of section 5.7
	 * would show nothing.
	 */
	progress(c);
	while (unsettled(c) && !load_turn(l, 100) && !stuck(l, c))
		;
}

static int lac_alloc(struct lac *c, struct results *r,
		     const struct load_options *o)
{
	c->r = r;
	c->tunnel = calloc(o->tunnels, sizeof(struct load_tunnel *));
	c->calls = calloc(o->calls, sizeof(*c->calls));
	r->latency_us = calloc(o->calls, sizeof(*r->latency_us));
	if (!c->tunnel || !c->calls || !r->latency_us)
		return -ENOMEM;
	for (unsigned int i = o->calls; i-- > 0;) {
		c->calls[i].next_free = c->free;
		c->free = &c->calls[i];
	}
	return 0;
}

int lac_run(const struct load_options *o)
{
	struct results r = { 0 };
	struct lac c = { 0 };
	struct load l;
	int ret;

	ret = load_init(&l, o, &lac_role, o->sockets);
	if (ret || lac_alloc(&c, &r, o)) {
		fputs("l2tp-load: out of memory\n", stderr);
		return 1;
	}
	l.state = &c;
	results_usage(&r, o, POINT_START);
	ret = open_tunnels(&l, &c);
	results_usage(&r, o, POINT_TUNNELS);
	if (!ret && o->calls)
		ret = make_calls(&l, &c);
	results_usage(&r, o, POINT_CALLS);
	if (!ret)
		ret = hold(&l);
	results_usage(&r, o, POINT_HELD);
	close_tunnels(&l, &c);
	r.log_lines = l.log_lines;
	r.packets_in = l.net.received;
	r.packets_out = l.net.sent;
	r.send_errors = l.net.send_errors;
	results_print(&r, o);
	load_fini(&l);
	free(c.tunnel);
	free(c.calls);
	free(r.latency_us);
	return ret || r.failures.total || r.tunnels_up < o->tunnels ||
	       r.calls_up < o->calls;
}
