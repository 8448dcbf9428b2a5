// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Callers until they answer our SCCRP: one packet for each of theirs, little
 * kept, and nobody kept out by those who never answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "peer.h"

/* ---- how much goes out for what comes in ---- */

static struct {
	struct sim_node *node;
	size_t octets;
	unsigned int packets;
	struct packet last;
} out;

static bool weigh(struct sim_node *n, const uint8_t *pkt, size_t len)
{
	if (n != out.node)
		return true;
	out.octets += len;
	out.packets++;
	memcpy(out.last.data, pkt, len);
	out.last.len = len;
	return true;
}

static void weigh_what_leaves(struct sim_node *n)
{
	memset(&out, 0, sizeof(out));
	out.node = n;
	n->policy.send = weigh;
}

static void leave_alone(struct sim_tunnel *t)
{
	struct l2tp_cause cause = { .result = L2TP_STOPCCN_NOT_AUTHORIZED };

	l2tp_tunnel_reject(t->t, t->node->sim->now, &cause);
}

static void test_reflection(void **state)
{
	struct sim *s = *state;

	for (int how = 0; how < 4; how++) {
		struct packet p, first;

		s->node[0].gone = true;
		s->node[1].config.whole = how == 1;
		s->node[1].policy.tunnel_request = how == 2 ? leave_alone :
						   how == 3 ? leave_pending :
							      NULL;
		weigh_what_leaves(&s->node[1]);
		make_sccrq(&p, 77, 0x0100);
		sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
		sim_run(s, s->now + 20000);
		assert_in_range(out.packets, how == 3, 1);
		assert_in_range(out.octets, 0, 3 * p.len);
		first = out.last;
		/* a copy brings the same again, once */
		sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
		sim_run(s, s->now + 20000);
		assert_in_range(out.packets, 1, 2);
		assert_in_range(out.octets, 0, 6 * p.len);
		if (how < 2) {
			assert_int_equal(out.packets, 2);
			assert_int_equal(out.last.len, first.len);
			assert_memory_equal(out.last.data, first.data,
					    first.len);
		}
		pair_teardown(state);
		pair_setup(state);
	}
}

/* ---- the answer ---- */

static uint16_t our_id(void)
{
	struct decoded d;

	packet_decode(&heard.packet, NULL, &d);
	return l2tp_u16(&d.m, L2TP_AVP_ASSIGNED_TUNNEL_ID);
}

static void answer(struct sim *s, enum l2tp_message_type type, uint16_t id,
		   const struct addr *from)
{
	struct packet p;

	packet_begin(&p, type, id, 0);
	packet_end(&p);
	l2tp_encode_sequence(p.data, 1, 1);
	sim_inject(&s->node[1], from, p.data, p.len);
}

static void test_answered_by_others(void **state)
{
	struct sim *s = *state;
	struct addr other = s->node[0].addr;
	struct packet p;
	uint16_t id;

	s->node[0].gone = true;
	listen_to(&s->node[1]);
	make_sccrq(&p, 77, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	id = our_id();
	/* from elsewhere, and from another port */
	other.ip[3] = 99;
	answer(s, L2TP_SCCCN, id, &other);
	other = s->node[0].addr;
	other.port++;
	answer(s, L2TP_SCCCN, id, &other);
	assert_int_equal(node_counters(&s->node[1]).wrong_address, 2);
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);
	/* what is no answer changes nothing */
	answer(s, L2TP_HELLO, id, &s->node[0].addr);
	answer(s, L2TP_ICRQ, id, &s->node[0].addr);
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);
	assert_int_equal(heard.messages + heard.zlbs, 1);
	answer(s, L2TP_SCCCN, id, &s->node[0].addr);
	assert_int_equal(node_counters(&s->node[1]).half_open, 0);
	assert_int_equal(count_up(&s->node[1]), 1);
	assert_int_equal(s->node[1].tunnels->id, id);
}

/* A wrong answer is refused each time that it comes, and then forgotten. */
static void test_wrong_answer(void **state)
{
	struct sim *s = *state;
	struct packet p;
	uint16_t id;

	set_secret(&s->node[1], "shared");
	s->node[1].config.challenge = true;
	s->node[0].gone = true;
	listen_to(&s->node[1]);
	make_sccrq(&p, 77, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	id = our_id();
	for (unsigned int i = 1; i <= 3; i++) {
		answer(s, L2TP_SCCCN, id, &s->node[0].addr);
		expect_stopccn(L2TP_STOPCCN_NOT_AUTHORIZED, 0);
		assert_int_equal(heard.of[L2TP_STOPCCN], i);
		assert_int_equal(node_counters(&s->node[1]).tunnels, 0);
	}
	sim_run(s, s->now + 30000);
	assert_int_equal(heard.messages, 4);
	sim_drain(s, 60000);
	sim_check_empty(s);
	assert_int_equal(node_counters(&s->node[1]).half_open, 0);
}

/* There was room when it asked, and there is none when it answers. */
static void test_no_room_any_more(void **state)
{
	struct sim *s = *state;
	struct l2tp_limits limits = { .tunnels = 1 };
	struct packet p;
	uint16_t id[2];

	s->node[0].gone = true;
	l2tp_endpoint_set_limits(s->node[1].ep, &limits);
	listen_to(&s->node[1]);
	for (int i = 0; i < 2; i++) {
		make_sccrq(&p, (uint16_t)(77 + i), 0x0100);
		sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
		id[i] = our_id();
	}
	answer(s, L2TP_SCCCN, id[0], &s->node[0].addr);
	answer(s, L2TP_SCCCN, id[1], &s->node[0].addr);
	assert_int_equal(count_up(&s->node[1]), 1);
	expect_stopccn(L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES);
}

/* ---- nobody is kept out ---- */

static void flood(struct sim *s, unsigned int count)
{
	struct addr from = { .family = AF_INET, .port = 1701, .ip = { 10 } };
	struct packet p;

	for (unsigned int i = 0; i < count; i++) {
		from.ip[2] = (uint8_t)(i >> 8);
		from.ip[3] = (uint8_t)i;
		make_sccrq(&p, 1, 0x0100);
		sim_inject(&s->node[1], &from, p.data, p.len);
	}
}

/* As many SCCRQs as there are places come in each millisecond of its way. */
static void test_a_caller_that_was_here_before(void **state)
{
	struct sim *s = *state;
	struct l2tp_limits limits = { .half_open = 100 };
	struct sim_tunnel *a, *b;

	s->strangers = true;
	l2tp_endpoint_set_limits(s->node[1].ep, &limits);
	open_both(s, &a, &b);
	flood(s, 1000);
	assert_int_equal(node_counters(&s->node[1]).half_open, 100);
	a = sim_tunnel_open(&s->node[0], NULL);
	for (int i = 0; i < 20; i++) {
		sim_run(s, s->now + 1);
		flood(s, 200);
	}
	assert_true(a->up);
	assert_int_equal(count_up(&s->node[1]), 2);
	assert_int_equal(node_counters(&s->node[1]).tunnels, 2);
}

static void of_its_section(struct sim_tunnel *t)
{
	struct l2tp_tunnel_config cfg = t->node->config;

	cfg.group = l2tp_tunnel_peer(t->t)->ip[0] == 10 ? 1 : 2;
	l2tp_tunnel_accept(t->t, t->node->sim->now, &cfg);
}

static void test_a_caller_of_another_section(void **state)
{
	struct sim *s = *state;
	struct l2tp_limits limits = { .half_open = 100 };
	struct sim_tunnel *a;

	s->strangers = true;
	s->node[1].policy.tunnel_request = of_its_section;
	l2tp_endpoint_set_limits(s->node[1].ep, &limits);
	flood(s, 1000);
	a = sim_tunnel_open(&s->node[0], NULL);
	for (int i = 0; i < 20; i++) {
		sim_run(s, s->now + 1);
		flood(s, 200);
	}
	assert_true(a->up);
}

/* One that the driver opens itself finds a place as well, under any id. */
static void test_our_own(void **state)
{
	struct sim *s = *state;
	struct l2tp_tunnel *t;
	struct packet p;
	int err;

	s->node[0].gone = true;
	listen_to(&s->node[1]);
	make_sccrq(&p, 77, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	t = l2tp_tunnel_open(s->node[1].ep, s->now, &s->node[1].config,
			     &s->node[1].addr, &s->node[0].addr, 1, our_id(),
			     &err);
	assert_non_null(t);
	assert_int_equal(node_counters(&s->node[1]).half_open, 0);
}

/* Room for whom the driver names, and for its own, whoever else came first. */
static void by_name(struct sim_tunnel *t)
{
	if (l2tp_tunnel_peer(t->t)->ip[0] != 10)
		l2tp_tunnel_set_known(t->t);
	l2tp_tunnel_accept(t->t, t->node->sim->now, &t->node->config);
}

static void test_reserved_room(void **state)
{
	struct sim *s = *state;
	struct l2tp_limits limits = { .tunnels = 4, .reserved = 2 };
	struct addr from = { .family = AF_INET, .port = 1701, .ip = { 10 } };
	struct sim_tunnel *a;
	struct packet p;

	s->strangers = true;
	s->node[1].policy.tunnel_request = by_name;
	l2tp_endpoint_set_limits(s->node[1].ep, &limits);
	listen_to(&s->node[1]);
	for (uint8_t i = 0; i < 3; i++) {
		from.ip[3] = i;
		make_sccrq(&p, 1, 0x0100);
		sim_inject(&s->node[1], &from, p.data, p.len);
		if (i < 2)
			answer(s, L2TP_SCCCN, our_id(), &from);
	}
	assert_int_equal(count_up(&s->node[1]), 2);
	expect_stopccn(L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES);
	s->node[1].policy.send = NULL;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 100);
	assert_true(a->up);
	a = sim_tunnel_open(&s->node[1], NULL);
	sim_run(s, s->now + 100);
	assert_true(a->up);
}

#define test(name) \
	cmocka_unit_test_setup_teardown(test_##name, pair_setup, pair_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(reflection),
		test(answered_by_others),
		test(wrong_answer),
		test(no_room_any_more),
		test(a_caller_that_was_here_before),
		test(a_caller_of_another_section),
		test(our_own),
		test(reserved_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
