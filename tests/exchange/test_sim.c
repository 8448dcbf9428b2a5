// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Thousands of seeded runs of two cores over a bad network: tunnels and calls
 * of every kind, from both sides, come up or go down cleanly, both sides agree,
 * and nothing stays. test_sim [SEED [RUNS]]: from this seed on; with a seed
 * alone, that run with a trace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define TROUBLE_MS 90000 /* as long is the network bad and things are begun */
/* after that a dead peer is noticed: hello and one full cycle */
#define CALM_MS	   60000

static uint64_t first_seed = 1, runs = 3000;
static bool trace, damaged;

/* Totals over all runs, so that the test cannot pass by nothing coming up. */
static struct {
	unsigned long tunnels, tunnels_up, sessions, sessions_up, wens, slis,
		retransmitted;
	unsigned long version_3, authenticated, fell_back, circuits, ties;
} total;

/* ---- the driver: decides late, and sometimes never ---- */

/* Who begins with an SCCRQ of both versions takes either. */
static const struct l2tp_tunnel_config *
responder_config(const struct sim_node *n)
{
	static struct l2tp_tunnel_config c;

	c = n->config;
	if (c.fallback)
		c.version = 0;
	return &c;
}

static void accept_tunnel(void *arg)
{
	struct sim_tunnel *t = arg;
	struct l2tp_cause cause = {
		.result = L2TP_STOPCCN_NOT_AUTHORIZED,
		.text = "not you",
	};

	if (!t->t)
		return;
	if (sim_chance(t->node->sim, 30))
		l2tp_tunnel_reject(t->t, t->node->sim->now, &cause);
	else
		l2tp_tunnel_accept(t->t, t->node->sim->now,
				   responder_config(t->node));
	sim_settle(t->node);
}

/* Decisions come at once, later, or (rarely) not at all. */
static bool decide_when(struct sim *s, uint64_t *when)
{
	*when = s->now + (sim_chance(s, 500) ? 0 : sim_below(s, 1500));
	return !sim_chance(s, 20);
}

static void on_tunnel_request(struct sim_tunnel *t)
{
	struct sim *s = t->node->sim;
	uint64_t when;

	if (sim_chance(s, 100) && l2tp_tunnel_renumber(t->t) == 0)
		t->id = l2tp_tunnel_id(t->t);
	if (!decide_when(s, &when))
		return;
	if (when == s->now)
		accept_tunnel(t);
	else
		sim_at(s, when, accept_tunnel, t);
}

static void connect_session(void *arg)
{
	struct sim_session *ss = arg;
	struct sim_node *n = ss->tunnel->node;
	struct l2tp_call_params p = {
		.tx_connect_speed = 64000,
		.framing_type = 1,
	};
	struct l2tp_cause busy = { .result = L2TP_CDN_BUSY, .q931_cause = 17 };

	if (!ss->s || ss->down)
		return;
	if (sim_chance(n->sim, 100))
		l2tp_session_close(ss->s, n->sim->now, &busy);
	else
		l2tp_session_connected(ss->s, n->sim->now, &p);
	sim_settle(n);
}

static void accept_session(void *arg)
{
	struct sim_session *ss = arg;
	struct sim_node *n = ss->tunnel->node;

	if (!ss->s || ss->down)
		return;
	if (sim_chance(n->sim, 50)) {
		l2tp_session_close(ss->s, n->sim->now, NULL);
	} else {
		struct l2tp_call_params p = {
			.cookie_len = 4,
			.cookie = "tion",
		};

		/* a request of ours keeps its own parameters */
		l2tp_session_accept(ss->s, n->sim->now,
				    ss->kind == L2TP_CALL_LNS_INCOMING ? &p :
									 NULL);
	}
	if (ss->kind == L2TP_CALL_LAC_OUTGOING)
		sim_at(n->sim, n->sim->now + sim_below(n->sim, 3000),
		       connect_session, ss);
	sim_settle(n);
}

static void on_session_ask(struct sim_session *ss)
{
	struct sim *s = ss->tunnel->node->sim;
	uint64_t when;

	if (!decide_when(s, &when))
		return;
	if (when == s->now)
		accept_session(ss);
	else
		sim_at(s, when, accept_session, ss);
}

/* ---- what happens to calls and tunnels ---- */

static void close_session(void *arg)
{
	struct sim_session *ss = arg;
	struct sim_node *n = ss->tunnel->node;

	if (!ss->s)
		return;
	l2tp_session_close(ss->s, n->sim->now, NULL);
	sim_settle(n);
}

static void tell(void *arg)
{
	struct sim_session *ss = arg;
	struct sim_node *n = ss->tunnel->node;
	struct l2tp_wen wen = { 1, 2, 3, 4, 5, 6 };
	struct l2tp_sli sli = { .send_accm = 0xa0000, .recv_accm = 0xffffffff };

	if (!ss->s)
		return;
	/* the wrong one of the two for the role is not sent */
	l2tp_session_send_wen(ss->s, n->sim->now, &wen);
	sim_settle(n);
	if (!ss->s)
		return;
	l2tp_session_send_sli(ss->s, n->sim->now, &sli);
	sim_settle(n);
}

/* Its end of the circuit goes down, or up. */
static void flap(void *arg)
{
	struct sim_session *ss = arg;
	struct sim_node *n = ss->tunnel->node;

	if (!ss->s || ss->down || l2tp_tunnel_version(ss->tunnel->t) != 3)
		return;
	ss->circuit = !ss->circuit;
	total.circuits++;
	l2tp_session_set_circuit(ss->s, n->sim->now, ss->circuit);
	sim_settle(n);
}

static void on_session_up(struct sim_session *ss)
{
	struct sim *s = ss->tunnel->node->sim;
	const struct l2tp_call_params *p = l2tp_session_peer_params(ss->s);

	if (l2tp_tunnel_version(ss->tunnel->t) == 3 && !damaged)
		assert_true(
			ss->kind != L2TP_CALL_LAC_INCOMING ||
			(p->cookie_len == 4 && !memcmp(p->cookie, "tion", 4)));
	for (int i = 0; i < 3; i++)
		if (sim_chance(s, 300))
			sim_at(s, s->now + sim_below(s, 20000), flap, ss);

	if (sim_chance(s, 300))
		sim_at(s, s->now + sim_below(s, 10000), tell, ss);
	if (sim_chance(s, 300))
		sim_at(s, s->now + sim_below(s, 30000), close_session, ss);
}

static void on_session_down(struct sim_session *ss)
{
	total.sessions++;
	total.sessions_up += ss->up;
	total.wens += ss->wens;
	total.slis += ss->slis;
	total.ties += ss->cause.result == L2TP_CDN_TIE;
	if (ss->wens && !damaged)
		assert_int_equal(ss->wen.alignment, 6);
	if (ss->slis && !damaged && !ss->sli.circuit)
		assert_int_equal(ss->sli.recv_accm, 0xffffffff);
}

static void open_session(void *arg)
{
	struct sim_tunnel *t = arg;
	struct sim *s = t->node->sim;
	struct l2tp_call_params p = {
		.called_number = "5551000",
		.framing_type = 1,
		.circuit_active = sim_chance(s, 500),
		.end_id_len = 1,
		.end_id = { (uint8_t)sim_below(s, 256) },
		.cookie_len = 8,
		.cookie = "cookies",
	};
	struct sim_session *ss;
	int err;

	if (!t->t || t->down)
		return;
	ss = sim_session_open(t,
			      sim_chance(s, 500) ? L2TP_CALL_LAC_INCOMING :
						   L2TP_CALL_LNS_OUTGOING,
			      &p, &err);
	/* some are given up at any time, so before they are up as well */
	if (ss && sim_chance(s, 150))
		sim_at(s, s->now + sim_below(s, 4000), close_session, ss);
}

static void close_tunnel(void *arg)
{
	struct sim_tunnel *t = arg;

	if (!t->t)
		return;
	l2tp_tunnel_close(t->t, t->node->sim->now, NULL);
	sim_settle(t->node);
}

static void bring_calls(struct sim_tunnel *t, uint64_t within)
{
	struct sim *s = t->node->sim;
	unsigned int n = sim_chance(s, 20) ? 200 : sim_below(s, 8);

	while (n--)
		sim_at(s, s->now + sim_below(s, (uint32_t)within), open_session,
		       t);
	if (sim_chance(s, 200))
		sim_at(s, s->now + sim_below(s, 40000), close_tunnel, t);
}

static void on_tunnel_up(struct sim_tunnel *t)
{
	/* the initiator's calls were there before */
	if (!t->initiator)
		bring_calls(t, 20000);
}

static void open_tunnel(void *arg)
{
	struct sim_node *n = arg;

	bring_calls(sim_tunnel_open(n, NULL), 20000);
}

/* ---- a run ---- */

/* Version 2, version 3 over UDP or IP, and those that find out. */
static void choose_versions(struct sim *s)
{
	static const uint8_t other[] = { 0, 2, 3 };
	unsigned int mode = sim_below(s, 8);

	if (mode < 3)
		return;
	for (int i = 0; i < 2; i++) {
		s->node[i].config.version = 3;
		if (mode == 3 || mode == 4)
			s->node[i].addr.port = 0; /* over IP */
		else if (mode == 5)
			s->node[i].config.fallback = true;
	}
	if (mode == 6) {
		s->node[0].config.fallback = true;
		s->node[1].config.version = other[sim_below(s, 3)];
	}
}

static void configure(struct sim *s)
{
	static const char secret[] = "between us";
	bool auth = sim_chance(s, 500);
	bool hide = auth && sim_chance(s, 500);

	choose_versions(s);
	for (int i = 0; i < 2; i++) {
		struct sim_node *n = &s->node[i];
		struct l2tp_tunnel_config *c = &n->config;

		n->policy = (struct sim_policy){
			.tunnel_request = on_tunnel_request,
			.tunnel_up = on_tunnel_up,
			.session_request = on_session_ask,
			.session_answer = on_session_ask,
			.session_up = on_session_up,
			.session_down = on_session_down,
		};
		if (auth) {
			secret_set(&c->secret, secret, sizeof(secret) - 1);
			c->challenge = hide || sim_chance(s, 700);
			c->hide = hide;
			c->digest = sim_chance(s, 500) ? L2TP_DIGEST_MD5 :
							 L2TP_DIGEST_SHA1;
		}
		c->tie_breaker = sim_chance(s, 200);
		c->receive_window = (uint16_t)(1 + sim_below(s, 20));
		c->hello_interval = 10000;
		c->setup_timeout = 20000;
		if (sim_chance(s, 500))
			c->idle_timeout = L2TP_OFF;
	}
}

static void count(struct sim *s)
{
	for (int i = 0; i < 2; i++)
		for (struct sim_tunnel *t = s->node[i].tunnels; t;
		     t = t->next) {
			struct l2tp_tunnel_counters c;

			total.tunnels++;
			total.tunnels_up += t->up;
			if (!t->t)
				continue;
			l2tp_tunnel_counters(t->t, &c);
			total.retransmitted += c.retransmitted;
			total.version_3 += t->up &&
					   l2tp_tunnel_version(t->t) == 3;
			total.authenticated +=
				t->up &&
				l2tp_tunnel_peer_info(t->t)->authenticated;
			total.fell_back += t->up && t->initiator &&
					   s->node[i].config.fallback &&
					   l2tp_tunnel_version(t->t) == 2;
		}
}

static void restart_node(void *arg)
{
	sim_restart(arg);
}

static void one_run(uint64_t seed)
{
	struct sim s;
	unsigned int n;

	sim_init(&s, seed);
	s.trace = trace;
	configure(&s);
	if (!sim_chance(&s, 100))
		s.net = (struct sim_network){
			.loss = sim_below(&s, 301),
			.duplicates = sim_below(&s, 151),
			.delay_min = 1 + sim_below(&s, 50),
			.delay_max = 51 + sim_below(&s, 400),
		};
	if (damaged)
		s.net.damage = 20 + sim_below(&s, 300);
	for (n = 1 + sim_below(&s, 4); n; n--)
		sim_at(&s, s.now + sim_below(&s, 20000), open_tunnel,
		       &s.node[sim_below(&s, 2)]);
	if (sim_chance(&s, 50))
		sim_at(&s, s.now + sim_below(&s, 60000), restart_node,
		       &s.node[sim_below(&s, 2)]);
	sim_run(&s, s.now + TROUBLE_MS);

	/*
	 * quick as well, so that a window of one is through with what gathered
	 */
	s.net = (struct sim_network){
		.delay_min = 1,
		.delay_max = 20,
		.damage = s.net.damage,
	};
	sim_run(&s, s.now + CALM_MS);
	/* ids that were damaged may leave a session on one side alone */
	if (!damaged)
		sim_check_agreement(&s);
	count(&s);
	s.net.damage = 0;

	for (int i = 0; i < 2; i++)
		for (struct sim_tunnel *t = s.node[i].tunnels; t; t = t->next)
			if (!t->down && sim_chance(&s, 500))
				sim_at(&s, s.now + sim_below(&s, 300),
				       close_tunnel, t);
	sim_run(&s, s.now + 300);
	for (int i = 0; i < (damaged ? 2 : 1); i++)
		for (struct sim_tunnel *t = s.node[i].tunnels; t; t = t->next)
			if (!t->down)
				close_tunnel(t);
	/* acknowledged within a second, then kept for a full cycle */
	sim_drain(&s, 40000);
	sim_check_empty(&s);
	sim_fini(&s);
}

static void test_runs(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < runs; i++)
		one_run(first_seed + i);
	print_message("%lu tunnels, %lu up; %lu sessions, %lu up; %lu WEN, %lu "
		      "SLI; %lu messages again\n",
		      total.tunnels, total.tunnels_up, total.sessions,
		      total.sessions_up, total.wens, total.slis,
		      total.retransmitted);
	if (runs < 100)
		return;
	assert_true(total.tunnels_up > total.tunnels / 2);
	assert_true(total.sessions_up > total.sessions / 2);
	assert_true(total.wens > runs / 20);
	assert_true(total.slis > runs / 20);
	assert_true(total.retransmitted > runs);
	print_message("%lu of version 3, %lu authenticated, %lu fell back; %lu "
		      "circuits changed, %lu ties\n",
		      total.version_3, total.authenticated, total.fell_back,
		      total.circuits, total.ties);
	assert_true(total.version_3 > runs / 5);
	assert_true(total.authenticated > runs / 10);
	assert_true(total.fell_back > runs / 200);
	assert_true(total.circuits > runs);
	assert_true(total.ties > runs / 100);
}

/*
 * With bits flipped on the way, as a peer gone mad would send: whatever is
 * understood, nothing breaks and nothing stays.
 */
static void test_damaged_runs(void **state)
{
	(void)state;
	damaged = true;
	for (uint64_t i = 0; i < runs; i++)
		one_run(first_seed + i);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_damaged_runs),
	};

	if (argc > 1) {
		first_seed = strtoull(argv[1], NULL, 0);
		runs = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
		trace = runs == 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
