// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How control connections live on and end: keepalive, idle timeout, StopCCN
 * from either side and under loss, peers that vanish. RFC 2661 sections 5.5,
 * 5.7, 5.8.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "peer.h"

static const struct addr stranger = {
	.family = AF_INET,
	.port = 1701,
	.ip = { 198, 51, 100, 9 },
};

/* ---- keepalive and end ---- */

static void test_hello(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	uint64_t last;

	s->node[0].config.idle_timeout = s->node[1].config.idle_timeout =
		L2TP_OFF;
	s->node[0].config.hello_interval = 20000;
	open_both(s, &a, &b);
	sim_run(s, s->now + 600000);
	assert_false(a->down);
	assert_in_range(tunnel_counters(a).hellos_sent, 29, 31);
	/* the other has heard enough to have nothing to ask */
	assert_int_equal(tunnel_counters(b).hellos_sent, 0);

	s->node[1].gone = true;
	last = tunnel_counters(a).last_heard_ms;
	sim_run(s, last + 20000 + 30900);
	assert_false(a->down);
	sim_run(s, last + 20000 + 31100);
	assert_true(a->down && a->freed && !a->by_peer);
	assert_string_equal(a->cause.text, "no answer after 5 retransmissions");
}

/* One that is asked for a sign of life is dead after 3 s without one. */
static void test_probe(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	uint64_t asked;

	s->node[0].config.idle_timeout = s->node[1].config.idle_timeout =
		L2TP_OFF;
	open_both(s, &a, &b);
	sim_run(s, s->now + 1000);
	l2tp_tunnel_probe(a->t, s->now);
	sim_settle(&s->node[0]);
	sim_run(s, s->now + 1000);
	assert_int_equal(a->signs, 1);
	assert_int_equal(tunnel_counters(a).retransmitted, 0);
	/* Afterwards the times are the configured ones again. */
	s->node[1].gone = true;
	asked = tunnel_counters(a).last_heard_ms + 60000;
	sim_run(s, asked + 30900);
	assert_false(a->down);
	s->node[1].gone = false;
	sim_run(s, asked + 40000);
	assert_true(a->down);

	/* What waits for an answer already is asked again, as fast. */
	open_both(s, &a, &b);
	s->node[1].gone = true;
	for (int i = 0; i < 2; i++) {
		l2tp_tunnel_probe(a->t, s->now);
		sim_settle(&s->node[0]);
		asked = i ? asked : s->now;
		sim_run(s, asked + 2900);
		assert_int_equal(a->down, false);
	}
	assert_int_equal(tunnel_counters(a).hellos_sent, 1);
	assert_int_equal(tunnel_counters(a).retransmitted, 5);
	sim_run(s, asked + 3100);
	assert_true(a->down && !a->by_peer);
	assert_int_equal(a->signs, 0);
	assert_string_equal(a->cause.text, "no answer after 5 retransmissions");
}

static void test_vanished_peer(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	int err;

	open_both(s, &a, &b);
	for (int i = 0; i < 20; i++)
		assert_non_null(sim_session_open(a, L2TP_CALL_LAC_INCOMING,
						 NULL, &err));
	sim_run(s, s->now + 1000);
	assert_int_equal(node_counters(&s->node[0]).sessions, 20);
	assert_int_equal(node_counters(&s->node[1]).sessions, 20);
	s->node[0].gone = true;
	/* hello after 60 s, then one cycle of 31 s; no session keeps a timer */
	sim_drain(s, 92000);
	sim_check_empty(s);
	for (struct sim_session *ss = s->node[1].sessions; ss; ss = ss->next)
		assert_non_null(strstr(ss->cause.text, "no answer"));
}

static void test_idle(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct sim_session *ss;
	int err;

	s->node[0].config.idle_timeout = L2TP_OFF;
	s->node[1].config.idle_timeout = 10000;
	open_both(s, &a, &b);
	ss = sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL, &err);
	sim_run(s, s->now + 30000);
	assert_false(b->down);
	l2tp_session_close(ss->s, s->now, NULL);
	sim_settle(&s->node[0]);
	sim_run(s, s->now + 9900);
	assert_false(b->down);
	sim_run(s, s->now + 200);
	assert_true(b->down && a->down && a->by_peer);
	assert_int_equal(a->cause.result, L2TP_STOPCCN_CLEAR);
	assert_string_equal(a->cause.text, "");

	/* unless it is to stay */
	s->node[1].config.persist_idle = true;
	open_both(s, &a, &b);
	sim_run(s, s->now + 100000);
	assert_false(b->down);
}

static void test_close_under_loss(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 300; seed++) {
		struct sim s;
		struct sim_tunnel *a, *b;
		uint64_t both;

		sim_init(&s, seed);
		open_both(&s, &a, &b);
		s.net.loss = 400;
		both = seed % 3;
		if (both != 1)
			l2tp_tunnel_close(a->t, s.now, NULL);
		if (both != 0)
			l2tp_tunnel_close(b->t, s.now, NULL);
		sim_settle(&s.node[0]);
		sim_settle(&s.node[1]);
		/*
		 * unanswered for a cycle, or answered within it and
		 * kept for another
		 */
		sim_run(&s, s.now + 31000);
		assert_true((both == 1 || a->down) && (both == 0 || b->down));
		/* one that never heard of it notices by its hello */
		s.net.loss = 0;
		sim_drain(&s, 100000);
		sim_check_empty(&s);
		sim_fini(&s);
	}
}

/*
 * Section 5.7: the receiver acknowledges retransmitted StopCCNs
 * for a full cycle.
 */
static void test_lost_zlb_after_stopccn(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct packet p;
	uint64_t closed;

	open_both(s, &a, &b);
	listen_to(&s->node[0]);
	l2tp_tunnel_close(a->t, s->now, NULL);
	sim_settle(&s->node[0]);
	p = heard.packet;
	sim_run(s, s->now + 20);
	closed = s->now;
	assert_true(b->down && b->by_peer && !b->freed);
	s->node[0].gone = true;
	listen_to(&s->node[1]);
	for (int i = 1; i <= 5; i++) {
		sim_run(s, closed + 6000 * (uint64_t)i);
		sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
		assert_int_equal(heard.zlbs, i);
	}
	assert_int_equal(heard.messages, 0);
	sim_run(s, closed + 31000);
	assert_true(b->freed);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(node_counters(&s->node[1]).stray, 1);
}

/* Section 5.8: and the sender for as long after the final exchange. */
static void test_linger_of_the_sender(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct packet p;
	uint64_t closed;

	open_both(s, &a, &b);
	l2tp_tunnel_close(a->t, s->now, NULL);
	sim_settle(&s->node[0]);
	/* acknowledged after one round trip */
	closed = s->now + 10;
	sim_run(s, closed + 15000);
	listen_to(&s->node[0]);
	packet_begin(&p, L2TP_HELLO, a->id, 0);
	packet_end(&p);
	l2tp_encode_sequence(p.data, 0, 3);
	sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
	assert_int_equal(heard.zlbs, 1);
	sim_run(s, closed + 30999);
	assert_false(a->freed);
	sim_run(s, closed + 31000);
	assert_true(a->freed);
	assert_int_equal(heard.messages, 0);
}

/* What waits behind the window when a tunnel is closed is not worth sending. */
static void test_close_with_a_queue(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	int err;

	s->node[1].config.receive_window = 1;
	open_both(s, &a, &b);
	listen_to(&s->node[0]);
	for (int i = 0; i < 30; i++)
		assert_non_null(sim_session_open(a, L2TP_CALL_LAC_INCOMING,
						 NULL, &err));
	assert_int_equal(heard.messages, 1);
	l2tp_tunnel_close(a->t, s->now, NULL);
	sim_settle(&s->node[0]);
	sim_run(s, s->now + 500);
	/* the ICRQ that was out already, and the StopCCN */
	assert_int_equal(heard.messages, 2);
	expect_stopccn(L2TP_STOPCCN_CLEAR, 0);
	assert_true(b->down);
}

/* A peer that sent its StopCCN wants nothing more of us. */
static void test_nothing_after_stopccn(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	int err;

	open_both(s, &a, &b);
	listen_to(&s->node[0]);
	s->net.loss = 1000;
	for (int i = 0; i < 30; i++)
		assert_non_null(sim_session_open(a, L2TP_CALL_LAC_INCOMING,
						 NULL, &err));
	s->net.loss = 0;
	l2tp_tunnel_close(b->t, s->now, NULL);
	sim_settle(&s->node[1]);
	sim_run(s, s->now + 20);
	assert_true(a->down && a->by_peer);
	heard.messages = 0;
	sim_run(s, s->now + 30900);
	assert_int_equal(heard.messages, 0);
	assert_false(a->freed);
	sim_drain(s, 1000);
	sim_check_empty(s);
}

static bool drop_all(struct sim_node *n, const uint8_t *pkt, size_t len)
{
	(void)n;
	(void)pkt;
	(void)len;
	return false;
}

/*
 * An initiator that gives up before it saw our SCCRP, and so
 * cannot know our id.
 */
static void test_early_stopccn(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;

	s->node[1].policy.send = drop_all;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 100);
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);
	s->node[1].policy.send = NULL;
	l2tp_tunnel_close(a->t, s->now, NULL);
	sim_settle(&s->node[0]);
	/*
	 * it waits behind the SCCRQ; then it can name the tunnel, for the
	 * SCCRP came again
	 */
	listen_to(&s->node[0]);
	sim_run(s, s->now + 3000);
	assert_int_equal(heard.messages, 2);
	assert_int_equal(heard.packet.data[4] << 8 | heard.packet.data[5],
			 s->node[1].tunnels->id);
	assert_true(s->node[1].tunnels->down && s->node[1].tunnels->by_peer);
	assert_true(a->down);
	sim_drain(s, 60000);
	sim_check_empty(s);
}

/* And when it never comes, the StopCCN has no tunnel id but its own AVP. */
static void test_unnamed_stopccn(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *b;
	struct packet p;

	s->node[0].gone = true;
	make_sccrq(&p, 77, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);
	packet_begin(&p, L2TP_STOPCCN, 0, 0);
	put_number(&p, L2TP_AVP_ASSIGNED_TUNNEL_ID, 77, 2);
	put_number(&p, L2TP_AVP_RESULT_CODE, 6, 2);
	packet_end(&p);
	l2tp_encode_sequence(p.data, 1, 0);
	sim_inject(&s->node[1], &stranger, p.data, p.len);
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(node_counters(&s->node[1]).half_open, 0);
	b = s->node[1].tunnels;
	assert_true(b->down && b->by_peer);
	assert_int_equal(b->cause.result, L2TP_STOPCCN_SHUTDOWN);
}

/* A peer that crashes and comes back knows of nothing. */
static void test_restarted_node(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	int err;

	open_both(s, &a, &b);
	assert_non_null(
		sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL, &err));
	sim_run(s, s->now + 500);
	sim_restart(&s->node[0]);
	a = sim_tunnel_open(&s->node[0], NULL);
	assert_non_null(
		sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL, &err));
	sim_run(s, s->now + 500);
	assert_true(a->up);
	assert_int_equal(count_up(&s->node[1]), 2);
	/* the old one is found dead by its hello, the new one stays */
	sim_run(s, s->now + 92000);
	assert_true(b->freed);
	assert_int_equal(count_up(&s->node[1]), 1);
	sim_check_agreement(s);
	assert_int_equal(node_counters(&s->node[1]).sessions, 1);
}

#define test(name) \
	cmocka_unit_test_setup_teardown(test_##name, pair_setup, pair_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(hello),
		test(probe),
		test(vanished_peer),
		test(idle),
		test(close_under_loss),
		test(lost_zlb_after_stopccn),
		test(linger_of_the_sender),
		test(close_with_a_queue),
		test(nothing_after_stopccn),
		test(early_stopccn),
		test(unnamed_stopccn),
		test(restarted_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
