// SPDX-License-Identifier: GPL-2.0-or-later
/* Two protocol cores and the network between them in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "sim.h"

enum event_type { EVENT_PACKET, EVENT_TIMER, EVENT_EXPIRY, EVENT_CALL };

struct sim_event {
	uint64_t when, sequence;
	enum event_type type;
	struct sim_node *node;
	struct sim_tunnel *tunnel;
	void (*fn)(void *arg);
	void *arg;
	struct addr from;
	uint8_t *pkt;
	size_t len;
};

#define check(s, what)                                \
	do {                                          \
		if (!(what))                          \
			broken((s), __LINE__, #what); \
	} while (0)

static void broken(const struct sim *s, int line, const char *what)
{
	fail_msg("seed %llu, at %llu ms (sim.c:%d): %s",
		 (unsigned long long)s->seed, (unsigned long long)s->now, line,
		 what);
}

/* ---- numbers ---- */

uint64_t sim_random(struct sim *s)
{
	uint64_t z = s->random_state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint32_t sim_below(struct sim *s, uint32_t n)
{
	return (uint32_t)(sim_random(s) % n);
}

bool sim_chance(struct sim *s, unsigned int permille)
{
	return sim_below(s, 1000) < permille;
}

static void node_random(void *ctx, void *buf, size_t len)
{
	uint8_t *p = buf;
	struct sim *s = ctx;

	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)sim_random(s);
}

/* ---- events: a heap by time, then by the order of their making ---- */

static bool before(const struct sim_event *a, const struct sim_event *b)
{
	return a->when != b->when ? a->when < b->when :
				    a->sequence < b->sequence;
}

static void push(struct sim *s, struct sim_event e)
{
	size_t i = s->heap_count++;

	if (s->heap_count > s->heap_size) {
		s->heap_size = s->heap_size ? s->heap_size * 2 : 256;
		s->heap = realloc(s->heap, s->heap_size * sizeof(*s->heap));
		assert_non_null(s->heap);
	}
	e.sequence = s->sequence++;
	for (; i && before(&e, &s->heap[(i - 1) / 2]); i = (i - 1) / 2)
		s->heap[i] = s->heap[(i - 1) / 2];
	s->heap[i] = e;
}

static struct sim_event pop(struct sim *s)
{
	struct sim_event top = s->heap[0], e = s->heap[--s->heap_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < s->heap_count) {
		if (child + 1 < s->heap_count &&
		    before(&s->heap[child + 1], &s->heap[child]))
			child++;
		if (!before(&s->heap[child], &e))
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	s->heap[i] = e;
	return top;
}

void sim_at(struct sim *s, uint64_t when, void (*fn)(void *arg), void *arg)
{
	push(s, (struct sim_event){
			.when = when,
			.type = EVENT_CALL,
			.fn = fn,
			.arg = arg,
		});
}

/* ---- the network ---- */

static void deliver_later(struct sim_node *to, const struct addr *from,
			  const uint8_t *pkt, size_t len)
{
	struct sim *s = to->sim;
	struct sim_event e = {
		.when = s->now + s->net.delay_min +
			sim_below(s, s->net.delay_max - s->net.delay_min + 1),
		.type = EVENT_PACKET,
		.node = to,
		.from = *from,
		.len = len,
	};

	e.pkt = malloc(len);
	assert_non_null(e.pkt);
	memcpy(e.pkt, pkt, len);
	if (sim_chance(s, s->net.damage))
		e.pkt[sim_below(s, (uint32_t)len)] ^=
			(uint8_t)(1u << sim_below(s, 8));
	push(s, e);
}

static void transmit(struct sim_node *n, const struct l2tp_effect *fx)
{
	struct sim *s = n->sim;
	struct sim_node *to = &s->node[n == &s->node[0]];

	bool known = addr_equal(&fx->peer, &to->addr);

	check(s, known || s->strangers);
	check(s, fx->len >= L2TP_ZLB_LEN);
	n->sent++;
	if (n->policy.send && !n->policy.send(n, fx->data, fx->len))
		return;
	if (n->gone || to->gone || !known)
		return;
	if (!sim_chance(s, s->net.loss))
		deliver_later(to, &n->addr, fx->data, fx->len);
	if (sim_chance(s, s->net.duplicates))
		deliver_later(to, &n->addr, fx->data, fx->len);
}

/* ---- the driver ---- */

static struct sim_tunnel *new_tunnel(struct sim_node *n, struct l2tp_tunnel *t,
				     bool initiator)
{
	struct sim_tunnel *st = calloc(1, sizeof(*st));

	assert_non_null(st);
	st->node = n;
	st->t = t;
	st->initiator = initiator;
	st->id = l2tp_tunnel_id(t);
	st->next = n->tunnels;
	n->tunnels = st;
	l2tp_tunnel_set_user(t, st);
	check(n->sim, st->id);
	return st;
}

static struct sim_session *new_session(struct sim_tunnel *t,
				       struct l2tp_session *s)
{
	struct sim_session *ss = calloc(1, sizeof(*ss));

	assert_non_null(ss);
	ss->tunnel = t;
	ss->s = s;
	ss->kind = l2tp_session_kind(s);
	ss->id = l2tp_session_id(s);
	ss->next = t->node->sessions;
	t->node->sessions = ss;
	t->sessions++;
	l2tp_session_set_user(s, ss);
	check(t->node->sim, ss->id);
	return ss;
}

static void tunnel_request(struct sim_node *n, struct l2tp_tunnel *t)
{
	struct sim_tunnel *st = new_tunnel(n, t, false);

	if (n->policy.tunnel_request)
		n->policy.tunnel_request(st);
	else
		l2tp_tunnel_accept(t, n->sim->now, &n->config);
}

static struct sim_tunnel *tunnel_of(struct sim_node *n,
				    const struct l2tp_effect *fx)
{
	struct sim_tunnel *t = l2tp_tunnel_user(fx->tunnel);

	check(n->sim, t && t->t == fx->tunnel && !t->freed);
	return t;
}

static void tunnel_up(struct sim_node *n, struct sim_tunnel *t)
{
	check(n->sim, !t->up && !t->down);
	t->up = true;
	t->id = l2tp_tunnel_id(t->t);
	t->peer_id = l2tp_tunnel_peer_id(t->t);
	check(n->sim, t->peer_id);
	if (n->policy.tunnel_up)
		n->policy.tunnel_up(t);
}

static void tunnel_down(struct sim_node *n, struct sim_tunnel *t,
			const struct l2tp_effect *fx)
{
	check(n->sim, !t->down && !t->sessions);
	t->down = true;
	t->cause = fx->cause;
	t->by_peer = fx->by_peer;
}

static void tunnel_free(struct sim_node *n, struct sim_tunnel *t)
{
	struct sim_tunnel **at = &n->tunnels;

	check(n->sim, t->down != t->answered);
	t->freed = true;
	t->t = NULL;
	if (!t->answered)
		return;
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	t->next = n->answered;
	n->answered = t;
}

static void tunnel_answered(struct sim_node *n, struct sim_tunnel *t)
{
	check(n->sim, !t->initiator && !t->up && !t->down && !t->answered);
	t->answered = true;
}

static void session_ask(struct sim_node *n, struct sim_session *ss, bool answer)
{
	void (*fn)(struct sim_session *) = answer ? n->policy.session_answer :
						    n->policy.session_request;

	check(n->sim, !ss->asked && !ss->down && !ss->up);
	ss->asked = true;
	ss->peer_id = l2tp_session_peer_id(ss->s);
	check(n->sim, ss->peer_id);
	if (fn) {
		fn(ss);
		return;
	}
	l2tp_session_accept(ss->s, n->sim->now, NULL);
	if (!answer && ss->kind == L2TP_CALL_LAC_OUTGOING)
		l2tp_session_connected(ss->s, n->sim->now, NULL);
}

static struct sim_session *session_of(struct sim_node *n,
				      const struct l2tp_effect *fx)
{
	struct sim_session *ss = l2tp_session_user(fx->session);

	check(n->sim, ss && ss->s == fx->session && !ss->freed);
	check(n->sim, ss->tunnel->t == fx->tunnel);
	return ss;
}

static void session_up(struct sim_node *n, struct sim_session *ss)
{
	check(n->sim, ss->asked && !ss->up && !ss->down && ss->tunnel->up);
	ss->up = true;
	if (n->policy.session_up)
		n->policy.session_up(ss);
}

static void session_down(struct sim_node *n, struct sim_session *ss,
			 const struct l2tp_effect *fx)
{
	check(n->sim, !ss->down && !ss->tunnel->down);
	ss->down = true;
	ss->cause = fx->cause;
	ss->by_peer = fx->by_peer;
	ss->tunnel->sessions--;
	if (n->policy.session_down)
		n->policy.session_down(ss);
}

static void session_free(struct sim_node *n, struct sim_session *ss)
{
	check(n->sim, ss->down);
	ss->freed = true;
	ss->s = NULL;
}

static void session_wen(struct sim_node *n, struct sim_session *ss,
			const struct l2tp_wen *wen)
{
	check(n->sim, ss->up && !ss->down);
	ss->wen = *wen;
	ss->wens++;
}

static void session_sli(struct sim_node *n, struct sim_session *ss,
			const struct l2tp_sli *sli)
{
	check(n->sim, ss->up && !ss->down);
	ss->sli = *sli;
	ss->slis++;
}

static void take_effects(struct sim_node *n)
{
	struct l2tp_effect fx;

	while (l2tp_effect_next(n->ep, &fx)) {
		if (n->sim->trace)
			fprintf(stderr,
				"%8llu %s effect %d tunnel %u session %u "
				"%s%s\n",
				(unsigned long long)n->sim->now, n->name,
				(int)fx.type,
				fx.tunnel ? l2tp_tunnel_id(fx.tunnel) : 0,
				fx.session ? l2tp_session_id(fx.session) : 0,
				fx.text, fx.cause.text);
		switch (fx.type) {
		case L2TP_EFFECT_SEND:
			transmit(n, &fx);
			break;
		case L2TP_EFFECT_TUNNEL_REQUEST:
			check(n->sim, !l2tp_tunnel_user(fx.tunnel));
			tunnel_request(n, fx.tunnel);
			break;
		case L2TP_EFFECT_TUNNEL_ANSWERED:
			tunnel_answered(n, tunnel_of(n, &fx));
			break;
		case L2TP_EFFECT_TUNNEL_UP:
			tunnel_up(n, tunnel_of(n, &fx));
			break;
		case L2TP_EFFECT_TUNNEL_ALIVE:
			tunnel_of(n, &fx)->signs++;
			break;
		case L2TP_EFFECT_TUNNEL_DOWN:
			tunnel_down(n, tunnel_of(n, &fx), &fx);
			break;
		case L2TP_EFFECT_TUNNEL_FREE:
			tunnel_free(n, tunnel_of(n, &fx));
			break;
		case L2TP_EFFECT_SESSION_REQUEST:
			check(n->sim, !l2tp_session_user(fx.session));
			session_ask(n,
				    new_session(l2tp_tunnel_user(fx.tunnel),
						fx.session),
				    false);
			break;
		case L2TP_EFFECT_SESSION_ANSWER:
			session_ask(n, session_of(n, &fx), true);
			break;
		case L2TP_EFFECT_SESSION_UP:
			session_up(n, session_of(n, &fx));
			break;
		case L2TP_EFFECT_SESSION_DOWN:
			session_down(n, session_of(n, &fx), &fx);
			break;
		case L2TP_EFFECT_SESSION_FREE:
			session_free(n, session_of(n, &fx));
			break;
		case L2TP_EFFECT_WEN:
			session_wen(n, session_of(n, &fx), &fx.u.wen);
			break;
		case L2TP_EFFECT_SLI:
			session_sli(n, session_of(n, &fx), &fx.u.sli);
			break;
		case L2TP_EFFECT_LOG:
			n->logs++;
			n->infos += fx.level <= LOG_INFO;
			memcpy(n->log, fx.text, sizeof(n->log));
			break;
		}
	}
}

static void take_deadlines(struct sim_node *n)
{
	struct l2tp_tunnel *t;

	while ((t = l2tp_deadline_changed(n->ep))) {
		uint64_t when = l2tp_tunnel_deadline(t);

		if (when == L2TP_NEVER)
			continue;
		push(n->sim,
		     (struct sim_event){
			     .when = when > n->sim->now ? when : n->sim->now,
			     .type = EVENT_TIMER,
			     .node = n,
			     .tunnel = l2tp_tunnel_user(t),
		     });
	}
}

static void take_own_deadline(struct sim_node *n)
{
	uint64_t when = l2tp_endpoint_deadline(n->ep);

	if (when == n->deadline)
		return;
	n->deadline = when;
	if (when != L2TP_NEVER)
		push(n->sim, (struct sim_event){
				     .when = when,
				     .type = EVENT_EXPIRY,
				     .node = n,
			     });
}

void sim_settle(struct sim_node *n)
{
	take_effects(n);
	take_deadlines(n);
	take_own_deadline(n);
}

struct sim_tunnel *sim_tunnel_open(struct sim_node *n,
				   const struct l2tp_tunnel_config *cfg)
{
	const struct addr *peer = &n->sim->node[n == &n->sim->node[0]].addr;
	struct l2tp_tunnel *t;
	struct sim_tunnel *st;
	int err;

	t = l2tp_tunnel_open(n->ep, n->sim->now, cfg ? cfg : &n->config,
			     &n->addr, peer, 7, 0, &err);
	check(n->sim, t && !err);
	st = new_tunnel(n, t, true);
	sim_settle(n);
	return st;
}

struct sim_session *sim_session_open(struct sim_tunnel *t,
				     enum l2tp_call_kind kind,
				     const struct l2tp_call_params *p, int *err)
{
	static const struct l2tp_call_params none;
	struct l2tp_session *s;
	struct sim_session *ss = NULL;

	s = l2tp_session_open(t->t, t->node->sim->now, kind, p ? p : &none,
			      err);
	check(t->node->sim, !s == !!*err);
	if (s) {
		ss = new_session(t, s);
		ss->circuit = p && p->circuit_active;
	}
	sim_settle(t->node);
	return ss;
}

void sim_inject(struct sim_node *to, const struct addr *from, const void *pkt,
		size_t len)
{
	/* a copy of its own size, so that a read beyond it is seen */
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	if (len)
		memcpy(copy, pkt, len);
	l2tp_endpoint_input(to->ep, to->sim->now, &to->addr, from, 7, copy,
			    len);
	free(copy);
	sim_settle(to);
}

/* ---- time ---- */

static void happen(struct sim *s, struct sim_event *e)
{
	switch (e->type) {
	case EVENT_PACKET:
		if (!e->node->gone)
			sim_inject(e->node, &e->from, e->pkt, e->len);
		free(e->pkt);
		break;
	case EVENT_TIMER:
		/* one that was moved meanwhile has another event */
		if (!e->tunnel->t ||
		    l2tp_tunnel_deadline(e->tunnel->t) > s->now)
			break;
		l2tp_tunnel_timeout(e->tunnel->t, s->now);
		sim_settle(e->node);
		break;
	case EVENT_EXPIRY:
		l2tp_endpoint_timeout(e->node->ep, s->now);
		sim_settle(e->node);
		break;
	case EVENT_CALL:
		e->fn(e->arg);
		break;
	}
}

void sim_run(struct sim *s, uint64_t until)
{
	while (s->heap_count && s->heap[0].when <= until) {
		struct sim_event e = pop(s);

		s->now = e.when;
		happen(s, &e);
	}
	if (s->now < until)
		s->now = until;
}

/* A timer of what is gone meanwhile. */
static bool is_over(const struct sim_event *e)
{
	return (e->type == EVENT_TIMER && !e->tunnel->t) ||
	       (e->type == EVENT_EXPIRY &&
		l2tp_endpoint_deadline(e->node->ep) == L2TP_NEVER);
}

void sim_drain(struct sim *s, uint64_t limit)
{
	uint64_t end = s->now + limit;

	while (s->heap_count) {
		struct sim_event e = pop(s);

		if (e.when > end && !is_over(&e))
			broken(s, __LINE__, "does not come to rest");
		s->now = e.when;
		happen(s, &e);
	}
}

/* ---- checks ---- */

void sim_check_empty(struct sim *s)
{
	for (int i = 0; i < 2; i++) {
		struct l2tp_endpoint_counters c;

		l2tp_endpoint_counters(s->node[i].ep, &c);
		check(s, !c.tunnels && !c.half_open && !c.sessions);
		check(s, !l2tp_tunnel_next(s->node[i].ep, 0));
		for (struct sim_tunnel *t = s->node[i].tunnels; t; t = t->next)
			check(s, t->freed);
		for (struct sim_session *ss = s->node[i].sessions; ss;
		     ss = ss->next)
			check(s, ss->freed);
	}
}

static struct sim_tunnel *other_tunnel(const struct sim_tunnel *t)
{
	struct sim *s = t->node->sim;
	struct sim_tunnel *o = s->node[t->node == &s->node[0]].tunnels;

	while (o && !(o->up && !o->down && o->id == t->peer_id &&
		      o->peer_id == t->id &&
		      l2tp_tunnel_version(o->t) == l2tp_tunnel_version(t->t)))
		o = o->next;
	return o;
}

/* What one end said last of its circuit is what the other has heard. */
static bool same_circuit(const struct sim_session *ss,
			 const struct sim_session *other)
{
	return l2tp_tunnel_version(ss->tunnel->t) != 3 ||
	       l2tp_session_peer_params(ss->s)->circuit_active ==
		       other->circuit;
}

static bool other_session_up(const struct sim_session *ss,
			     const struct sim_tunnel *there)
{
	static const enum l2tp_call_kind counterpart[] = {
		[L2TP_CALL_LAC_INCOMING] = L2TP_CALL_LNS_INCOMING,
		[L2TP_CALL_LNS_INCOMING] = L2TP_CALL_LAC_INCOMING,
		[L2TP_CALL_LNS_OUTGOING] = L2TP_CALL_LAC_OUTGOING,
		[L2TP_CALL_LAC_OUTGOING] = L2TP_CALL_LNS_OUTGOING,
	};
	const struct sim_session *o;

	for (o = there->node->sessions; o; o = o->next)
		if (o->tunnel == there && o->up && !o->down &&
		    o->id == ss->peer_id && o->peer_id == ss->id &&
		    o->kind == counterpart[ss->kind] && same_circuit(ss, o))
			return true;
	return false;
}

void sim_check_agreement(struct sim *s)
{
	for (int i = 0; i < 2; i++) {
		for (struct sim_tunnel *t = s->node[i].tunnels; t;
		     t = t->next) {
			/* nothing half done */
			check(s, t->up || t->down);
			check(s, t->down || other_tunnel(t));
		}
		for (struct sim_session *ss = s->node[i].sessions; ss;
		     ss = ss->next) {
			check(s, ss->up || ss->down);
			if (s->trace && !ss->down &&
			    !other_session_up(ss, other_tunnel(ss->tunnel)))
				fprintf(stderr,
					"%s: tunnel %u session %u to %u alone "
					"is up\n",
					s->node[i].name, ss->tunnel->id, ss->id,
					ss->peer_id);
			check(s, ss->down ||
					 other_session_up(
						 ss, other_tunnel(ss->tunnel)));
		}
	}
}

static void new_core(struct sim_node *n)
{
	struct l2tp_env env = { .ctx = n->sim, .random = node_random };

	n->ep = l2tp_endpoint_new(&env, NULL);
	assert_non_null(n->ep);
	n->deadline = L2TP_NEVER;
}

void sim_restart(struct sim_node *n)
{
	l2tp_endpoint_free(n->ep);
	for (struct sim_session *ss = n->sessions; ss; ss = ss->next) {
		ss->s = NULL;
		ss->down = ss->freed = true;
	}
	for (struct sim_tunnel *t = n->tunnels; t; t = t->next) {
		t->t = NULL;
		t->down = t->freed = true;
	}
	new_core(n);
}

void sim_init(struct sim *s, uint64_t seed)
{
	memset(s, 0, sizeof(*s));
	s->seed = s->random_state = seed;
	s->now = 1000000;
	s->net = (struct sim_network){ .delay_min = 5, .delay_max = 5 };
	for (int i = 0; i < 2; i++) {
		struct sim_node *n = &s->node[i];

		n->sim = s;
		n->name = i ? "B" : "A";
		n->addr = (struct addr){
			.family = AF_INET,
			.port = 1701,
			.ip = { 192, 0, 2, (uint8_t)(i + 1) },
		};
		n->config = (struct l2tp_tunnel_config){
			.bearer = 3,
			.router_id = (uint32_t)i + 1,
			.pseudowires = { L2TP_PW_PPP, L2TP_PW_ETHERNET },
		};
		strcpy(n->config.hostname, i ? "b.example" : "a.example");
		new_core(n);
	}
}

static void free_tunnels(struct sim_tunnel *t)
{
	while (t) {
		struct sim_tunnel *next = t->next;

		free(t->extra);
		free(t);
		t = next;
	}
}

void sim_fini(struct sim *s)
{
	for (int i = 0; i < 2; i++) {
		struct sim_node *n = &s->node[i];

		l2tp_endpoint_free(n->ep);
		while (n->sessions) {
			struct sim_session *ss = n->sessions;

			n->sessions = ss->next;
			free(ss->extra);
			free(ss);
		}
		free_tunnels(n->tunnels);
		free_tunnels(n->answered);
	}
	while (s->heap_count) {
		struct sim_event e = pop(s);

		if (e.type == EVENT_PACKET)
			free(e.pkt);
	}
	free(s->heap);
}
