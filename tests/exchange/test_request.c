// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SCCRQs: copies of them, late decisions, refusals, limits, and the tie when
 * both sides dial at once. RFC 2661 sections 4.4.3, 5.1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "peer.h"

/* ---- requests that come again, and decisions that come late ---- */

static void test_copies_of_a_request(void **state)
{
	struct sim *s = *state;
	struct packet p;

	s->node[0].gone = true;
	s->node[1].policy.tunnel_request = leave_pending;
	listen_to(&s->node[1]);
	make_sccrq(&p, 77, 0x0100);
	for (int i = 0; i < 5; i++) {
		sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
		sim_run(s, s->now + 1000);
	}
	/*
	 * one that says something else under the same id is no
	 * other tunnel either
	 */
	put_number(&p, L2TP_AVP_FIRMWARE_REVISION, 1, 2);
	packet_end(&p);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(count_tunnels(&s->node[1]), 1);
	assert_int_equal(heard.messages, 0);
	/* each was acknowledged, so that the peer need not go on */
	assert_int_equal(heard.zlbs, 6);

	/* another id, or another port, is another tunnel */
	make_sccrq(&p, 78, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(count_tunnels(&s->node[1]), 2);
	/* acknowledged as well, so that our SCCRP has to come by itself */
	sim_run(s, s->now + 1000);
	assert_int_equal(heard.zlbs, 7);

	/* the answer goes out once it is accepted, and once only */
	l2tp_tunnel_accept(s->node[1].tunnels->t, s->now, &s->node[1].config);
	sim_settle(&s->node[1]);
	assert_int_equal(heard.messages, 1);
	l2tp_tunnel_accept(s->node[1].tunnels->t, s->now, &s->node[1].config);
	sim_settle(&s->node[1]);
	assert_int_equal(heard.messages, 1);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(count_tunnels(&s->node[1]), 2);
}

/* A peer that was started anew and uses the same id again. */
static void test_restarted_peer(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct packet p;

	open_both(s, &a, &b);
	sim_run(s, s->now + 2000);
	make_sccrq(&p, a->id, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);
	assert_false(b->down);
	/* and once more, with something else to say, before it has answered */
	put_number(&p, L2TP_AVP_FIRMWARE_REVISION, 1, 2);
	packet_end(&p);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);
}

static void test_hidden_copies(void **state)
{
	struct sim *s = *state;

	for (int i = 0; i < 2; i++) {
		set_secret(&s->node[i], "shared");
		s->node[i].config.hide = true;
	}
	s->net.duplicates = 1000;
	s->net.delay_max = 3000;
	sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 9000);
	assert_int_equal(count_tunnels(&s->node[1]), 1);
	assert_true(s->node[1].tunnels->up);
}

static void test_no_decision(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;

	s->node[1].policy.tunnel_request = leave_pending;
	s->node[0].config.setup_timeout = 100000;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 59000);
	assert_false(a->down);
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);
	sim_run(s, s->now + 2000);
	assert_true(a->down && a->by_peer);
	assert_int_equal(a->cause.result, L2TP_STOPCCN_CLEAR);
	sim_drain(s, 60000);
	sim_check_empty(s);
}

static void reject(struct sim_tunnel *t)
{
	struct l2tp_cause cause = {
		.result = L2TP_STOPCCN_NOT_AUTHORIZED,
		.text = "who are you",
	};

	l2tp_tunnel_reject(t->t, t->node->sim->now, &cause);
}

static void test_reject(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;

	s->node[1].policy.tunnel_request = reject;
	s->net.loss = 300;
	for (int i = 0; i < 50; i++) {
		a = sim_tunnel_open(&s->node[0], NULL);
		sim_run(s, s->now + 35000);
		assert_true(a->down && !a->up);
		/* it did not get through, which is the network's fault */
		if (!a->by_peer)
			continue;
		assert_int_equal(a->cause.result, L2TP_STOPCCN_NOT_AUTHORIZED);
		assert_string_equal(a->cause.text, "who are you");
	}
	sim_drain(s, 70000);
	sim_check_empty(s);
}

/* What lingers for copies of a StopCCN is not being opened any more. */
static void test_given_up_lingers(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *b;
	struct packet p;

	s->node[1].policy.tunnel_request = leave_pending;
	make_sccrq(&p, 7, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	b = s->node[1].tunnels;
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);
	packet_message(&p, L2TP_STOPCCN, 0);
	put_number(&p, L2TP_AVP_ASSIGNED_TUNNEL_ID, 7, 2);
	put_number(&p, L2TP_AVP_RESULT_CODE, 1, 2);
	put_ids(&p, b->id, 0);
	packet_end(&p);
	forge(b, &p);
	assert_true(b->down && b->by_peer && !b->freed);
	assert_int_equal(node_counters(&s->node[1]).half_open, 0);
}

static void renumber(struct sim_tunnel *t)
{
	uint16_t old = t->id;

	/* the peer has answered, to the id that it was told */
	if (t->node->answered) {
		assert_int_equal(l2tp_tunnel_renumber(t->t), -EALREADY);
		l2tp_tunnel_accept(t->t, t->node->sim->now, &t->node->config);
		return;
	}
	assert_int_equal(l2tp_tunnel_renumber(t->t), 0);
	t->id = l2tp_tunnel_id(t->t);
	assert_int_not_equal(t->id, old);
	assert_null(l2tp_tunnel_find(t->node->ep, old));
	assert_ptr_equal(l2tp_tunnel_find(t->node->ep, t->id), t->t);
	l2tp_tunnel_accept(t->t, t->node->sim->now, &t->node->config);
	assert_int_equal(l2tp_tunnel_renumber(t->t), -EALREADY);
}

static void test_renumber(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;

	s->node[1].policy.tunnel_request = renumber;
	open_both(s, &a, &b);
	assert_int_equal(a->peer_id, b->id);
	assert_int_equal(l2tp_tunnel_renumber(a->t), -EALREADY);
}

/* ---- limits ---- */

static void test_limits(void **state)
{
	struct sim *s = *state;
	struct l2tp_limits limits = { .half_open = 3 };
	struct packet p;
	int err;

	s->node[0].gone = true;
	s->node[1].policy.tunnel_request = leave_pending;
	l2tp_endpoint_set_limits(s->node[1].ep, &limits);
	listen_to(&s->node[1]);
	for (uint16_t id = 1; id <= 10; id++) {
		make_sccrq(&p, id, 0x0100);
		sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	}
	/* undecided: the oldest made room, and nobody was told */
	assert_int_equal(node_counters(&s->node[1]).half_open, 3);
	assert_int_equal(node_counters(&s->node[1]).displaced, 7);
	assert_int_equal(heard.messages, 0);
	assert_int_equal(s->node[1].tunnels->id,
			 l2tp_tunnel_id(s->node[1].tunnels->t));
	/* they expire, although nobody decides and the peer is silent */
	sim_run(s, s->now + 60000 + 31000);
	assert_int_equal(node_counters(&s->node[1]).half_open, 0);
	make_sccrq(&p, 11, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);

	limits = (struct l2tp_limits){ .tunnels = 1 };
	l2tp_endpoint_set_limits(s->node[1].ep, &limits);
	heard.messages = 0;
	make_sccrq(&p, 12, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);
	assert_int_equal(heard.messages, 1);
	assert_int_equal(node_counters(&s->node[1]).refused, 1);
	expect_stopccn(L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES);
	assert_int_equal(heard.packet.data[5], 12);
	assert_null(l2tp_tunnel_open(s->node[1].ep, s->now, &s->node[1].config,
				     &s->node[1].addr, &s->node[0].addr, 1, 0,
				     &err));
	assert_int_equal(err, -ENOSPC);
}

/* Of who is refused nothing is kept, not even for the StopCCN to arrive. */
static void test_rejected_cost_nothing(void **state)
{
	struct sim *s = *state;
	struct packet p;

	s->node[0].gone = true;
	s->node[1].policy.tunnel_request = reject;
	listen_to(&s->node[1]);
	for (uint16_t id = 1; id <= 100; id++) {
		make_sccrq(&p, id, 0x0100);
		sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
		assert_true(s->node[1].tunnels->freed);
	}
	assert_int_equal(heard.of[L2TP_STOPCCN], 100);
	assert_int_equal(heard.messages + heard.zlbs, 100);
	sim_check_empty(s);
}

static void reject_silently(struct sim_tunnel *t)
{
	struct l2tp_cause cause = { .text = "a stranger" };

	l2tp_tunnel_reject(t->t, t->node->sim->now, &cause);
}

static void test_silence_for_strangers(void **state)
{
	struct sim *s = *state;
	struct l2tp_limits limits = { .silent = true };
	struct packet p;

	s->node[0].gone = true;
	s->node[1].policy.tunnel_request = reject_silently;
	l2tp_endpoint_set_limits(s->node[1].ep, &limits);
	make_sccrq(&p, 1, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	make_sccrq(&p, 2, 0x0200);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	sim_run(s, s->now + 60000);
	assert_int_equal(s->node[1].sent, 0);
	sim_check_empty(s);
}

static void test_given_id(void **state)
{
	struct sim *s = *state;
	struct sim_node *n = &s->node[0];
	struct l2tp_tunnel *t;
	int err;

	t = l2tp_tunnel_open(n->ep, s->now, &n->config, &n->addr,
			     &s->node[1].addr, 1, 4711, &err);
	assert_non_null(t);
	assert_int_equal(l2tp_tunnel_id(t), 4711);
	assert_null(l2tp_tunnel_open(n->ep, s->now, &n->config, &n->addr,
				     &s->node[1].addr, 1, 4711, &err));
	assert_int_equal(err, -EEXIST);
}

/* ---- ties, section 4.4.3 ---- */

/* Both dial at the same moment. */
static void dial_both(struct sim *s, struct sim_tunnel **a,
		      struct sim_tunnel **b)
{
	*a = sim_tunnel_open(&s->node[0], NULL);
	*b = sim_tunnel_open(&s->node[1], NULL);
	sim_run(s, s->now + 5000);
}

static void test_tie(void **state)
{
	unsigned int won[2] = { 0, 0 };

	for (uint64_t seed = 0; seed < 50; seed++) {
		struct sim s;
		struct sim_tunnel *a, *b;

		sim_init(&s, seed);
		s.node[0].config.tie_breaker = s.node[1].config.tie_breaker =
			true;
		dial_both(&s, &a, &b);
		assert_int_equal(count_up(&s.node[0]), 1);
		assert_int_equal(count_up(&s.node[1]), 1);
		sim_check_agreement(&s);
		/* one's own came up, the other's was discarded, silently */
		assert_int_equal(a->up + b->up, 1);
		assert_int_equal((a->up ? b : a)->cause.result,
				 L2TP_STOPCCN_EXISTS);
		assert_true((a->up ? b : a)->freed);
		won[b->up]++;
		sim_fini(&s);
	}
	assert_true(won[0] > 10 && won[1] > 10);
	(void)state;
}

static void test_tie_with_one_breaker(void **state)
{
	for (int who = 0; who < 2; who++) {
		struct sim *s = *state;
		struct sim_tunnel *t[2];

		s->node[who].config.tie_breaker = true;
		dial_both(s, &t[0], &t[1]);
		assert_true(t[who]->up && !t[who]->down);
		assert_true(t[!who]->freed && !t[!who]->up);
		assert_int_equal(count_up(&s->node[0]), 1);
		assert_int_equal(count_up(&s->node[1]), 1);
		pair_teardown(state);
		pair_setup(state);
	}
}

static void test_no_tie(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;

	dial_both(s, &a, &b);
	assert_int_equal(count_up(&s->node[0]), 2);
	assert_int_equal(count_up(&s->node[1]), 2);
	sim_check_agreement(s);
}

static void test_equal_tie(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	struct decoded d;
	struct packet p;

	s->node[0].config.tie_breaker = true;
	s->node[1].gone = true;
	listen_to(&s->node[0]);
	a = sim_tunnel_open(&s->node[0], NULL);
	packet_decode(&heard.packet, NULL, &d);
	assert_true(l2tp_has(&d.m, L2TP_AVP_TIE_BREAKER));
	make_sccrq(&p, 77, 0x0100);
	packet_avp(&p, 0, 0, 5, d.m.avp[L2TP_AVP_TIE_BREAKER].value, 8);
	packet_end(&p);
	sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
	/* "both sides MUST discard their tunnels" */
	assert_true(a->freed);
	assert_int_equal(count_tunnels(&s->node[0]), 1);
	assert_int_equal(heard.messages, 1);
}

static void test_tie_in_a_bad_network(void **state)
{
	unsigned int single = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 500; seed++) {
		struct sim s;
		struct sim_tunnel *a, *b;

		sim_init(&s, seed);
		s.net = (struct sim_network){
			.loss = 200,
			.duplicates = 200,
			.delay_min = 1,
			.delay_max = 800,
		};
		s.node[0].config.tie_breaker = s.node[1].config.tie_breaker =
			true;
		s.node[0].config.idle_timeout = s.node[1].config.idle_timeout =
			L2TP_OFF;
		dial_both(&s, &a, &b);
		s.net = (struct sim_network){ .delay_min = 1, .delay_max = 1 };
		sim_run(&s, s.now + 70000);
		sim_check_agreement(&s);
		/* never two */
		assert_true(count_up(&s.node[0]) <= 1);
		single += count_up(&s.node[0]);
		sim_fini(&s);
	}
	assert_true(single > 400);
}

#define test(name) \
	cmocka_unit_test_setup_teardown(test_##name, pair_setup, pair_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(copies_of_a_request),
		test(restarted_peer),
		test(hidden_copies),
		test(no_decision),
		test(reject),
		test(given_up_lingers),
		test(renumber),
		test(limits),
		test(rejected_cost_nothing),
		test(silence_for_strangers),
		test(given_id),
		test(tie),
		test(tie_with_one_breaker),
		test(no_tie),
		test(equal_tie),
		test(tie_in_a_bad_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
