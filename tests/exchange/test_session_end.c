// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How calls are refused and end: CDNs of either side, limits, faults, messages
 * out of sequence, timeouts, the tunnel's end. RFC 2661 sections 4.4.4, 5.6,
 * 7.1, 7.4, 7.5.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "lab.h"

/* ---- refusals and ends ---- */

static void busy(struct sim_session *ss)
{
	const struct l2tp_cause cause = {
		.result = L2TP_CDN_BUSY,
		.q931_cause = 17,
		.q931_msg = 0x45,
		.text = "line 3 is busy",
	};

	l2tp_session_close(ss->s, ss->tunnel->node->sim->now, &cause);
}

static void test_refused(void **state)
{
	static const enum l2tp_call_kind kinds[] = { L2TP_CALL_LAC_INCOMING,
						     L2TP_CALL_LNS_OUTGOING };
	struct lab *l = *state;

	node(l, 1)->policy.session_request = busy;
	for (int i = 0; i < 2; i++) {
		struct sim_session *a = call(l->a, kinds[i], NULL);

		run(l, 200);
		assert_true(a->freed && a->by_peer && !a->up && !a->asked);
		assert_int_equal(a->cause.result, L2TP_CDN_BUSY);
		assert_int_equal(a->cause.q931_cause, 17);
		assert_int_equal(a->cause.q931_msg, 0x45);
		assert_string_equal(a->cause.text, "line 3 is busy");
		assert_true(node(l, 1)->sessions->freed &&
			    !node(l, 1)->sessions->by_peer);
	}
	assert_int_equal(node_counters(node(l, 0)).sessions +
				 node_counters(node(l, 1)).sessions,
			 0);

	/* what our driver cannot install of an answer goes the same way */
	node(l, 1)->policy.session_request = NULL;
	node(l, 0)->policy.session_answer = busy;
	for (int i = 0; i < 2; i++) {
		call(l->a, kinds[i], NULL);
		run(l, 200);
		assert_true(node(l, 1)->sessions->freed &&
			    node(l, 1)->sessions->by_peer);
		assert_int_equal(node(l, 1)->sessions->cause.result,
				 L2TP_CDN_BUSY);
	}
	assert_int_equal(node_counters(node(l, 0)).sessions +
				 node_counters(node(l, 1)).sessions,
			 0);
}

/*
 * Section 4.4.4: a CDN sent before our id is known finds the
 * session by the peer's.
 */
static void test_cdn_before_our_id(void **state)
{
	struct lab *l = *state;
	struct sim_session *a, *b;

	node(l, 1)->policy.session_request = leave;
	a = incoming(l);
	run(l, 200);
	b = node(l, 1)->sessions;
	assert_false(b->down);
	listen_to(node(l, 0));
	l2tp_session_close(a->s, l->sim.now, NULL);
	sim_settle(node(l, 0));
	expect_cdn(0, L2TP_CDN_ADMINISTRATIVE, 0);
	run(l, 200);
	assert_true(b->freed && b->by_peer);
	assert_int_equal(b->cause.result, L2TP_CDN_ADMINISTRATIVE);

	/* and when the ICRP is on its way */
	node(l, 1)->policy.session_request = NULL;
	a = incoming(l);
	sim_run(&l->sim, l->sim.now + 6);
	b = node(l, 1)->sessions;
	assert_string_equal(l2tp_session_state_str(b->s), "wait-connect");
	l2tp_session_close(a->s, l->sim.now, NULL);
	sim_settle(node(l, 0));
	run(l, 500);
	assert_true(a->freed && b->freed);
	assert_false(l->a->down || l->b->down);
}

static void test_closed_by_either(void **state)
{
	struct lab *l = *state;

	for (int who = 0; who < 2; who++) {
		struct sim_session *ss[2];

		ss[0] = incoming(l);
		run(l, 200);
		ss[1] = node(l, 1)->sessions;
		assert_true(ss[0]->up && ss[1]->up);
		l2tp_session_close(ss[who]->s, l->sim.now, NULL);
		/* again, before its effects are taken: nothing more happens */
		l2tp_session_close(ss[who]->s, l->sim.now, NULL);
		l2tp_session_accept(ss[who]->s, l->sim.now, NULL);
		sim_settle(node(l, who));
		assert_true(ss[who]->freed && !ss[who]->by_peer);
		run(l, 200);
		assert_true(ss[!who]->freed && ss[!who]->by_peer);
	}
}

static void test_unknown_session(void **state)
{
	struct lab *l = *state;
	struct packet p;

	/* an ICRP: its sender has a session that we do not */
	listen_to(node(l, 1));
	begin(&p, L2TP_ICRP, l->b, 4711);
	put_number(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99, 2);
	forge(l->b, &p);
	assert_int_equal(heard.of[L2TP_CDN], 1);
	expect_cdn(99, L2TP_CDN_ERROR, L2TP_ERROR_SESSION_ID);
	begin(&p, L2TP_OCRP, l->b, 4711);
	put_number(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 98, 2);
	forge(l->b, &p);
	/* the window is one for the second, until the first is acknowledged */
	l2tp_encode_zlb(p.data, l->b->id, 9, 2);
	sim_inject(node(l, 1), &node(l, 0)->addr, p.data, L2TP_ZLB_LEN);
	assert_int_equal(heard.of[L2TP_CDN], 2);
	expect_cdn(98, L2TP_CDN_ERROR, L2TP_ERROR_SESSION_ID);

	/*
	 * others are only acknowledged (sections 7.4.2, 7.5.2 in idle: clean
	 * up)
	 */
	begin(&p, L2TP_CDN, l->b, 4711);
	put_number(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99, 2);
	put_number(&p, L2TP_AVP_RESULT_CODE, 1, 2);
	forge(l->b, &p);
	begin(&p, L2TP_CDN, l->b, 0);
	put_number(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99, 2);
	put_number(&p, L2TP_AVP_RESULT_CODE, 1, 2);
	forge(l->b, &p);
	begin(&p, L2TP_ICCN, l->b, 4711);
	put_number(&p, L2TP_AVP_TX_CONNECT_SPEED, 1, 4);
	put_number(&p, L2TP_AVP_FRAMING_TYPE, 1, 4);
	forge(l->b, &p);
	begin(&p, L2TP_SLI, l->b, 4711);
	packet_avp(&p, M_BIT, 0, 35, "\0\0\0\0\0\0\0\0\0\0", 10);
	forge(l->b, &p);
	assert_int_equal(heard.of[L2TP_CDN], 2);
	assert_false(l->b->down);
	assert_null(node(l, 1)->sessions);
}

static void test_malformed(void **state)
{
	struct lab *l = *state;
	struct packet p;

	/* an ICRQ without its serial number: refused by the id that it has */
	listen_to(node(l, 1));
	begin(&p, L2TP_ICRQ, l->b, 0);
	put_number(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99, 2);
	forge(l->b, &p);
	expect_cdn(99, L2TP_CDN_ERROR, L2TP_ERROR_VENDOR);
	assert_null(node(l, 1)->sessions);
	/* one without an id cannot even be refused */
	begin(&p, L2TP_ICRQ, l->b, 0);
	put_number(&p, L2TP_AVP_CALL_SERIAL_NUMBER, 1, 4);
	forge(l->b, &p);
	assert_int_equal(heard.of[L2TP_CDN], 1);
	assert_false(l->b->down);
}

static void test_malformed_iccn(void **state)
{
	struct lab *l = *state;
	struct packet p;

	node(l, 0)->policy.session_answer = leave;
	incoming(l);
	run(l, 200);
	listen_to(node(l, 1));
	begin(&p, L2TP_ICCN, l->b, node(l, 1)->sessions->id);
	put_number(&p, L2TP_AVP_FRAMING_TYPE, 1, 4);
	forge(l->b, &p);
	assert_true(node(l, 1)->sessions->down &&
		    !node(l, 1)->sessions->by_peer);
	expect_cdn(node(l, 0)->sessions->id, L2TP_CDN_ERROR, L2TP_ERROR_VENDOR);
}

/*
 * An AVP that we do not know and that must be known (section 4.1)
 * costs the session.
 */
static void test_unknown_avp(void **state)
{
	struct lab *l = *state;
	struct packet p;

	incoming(l);
	run(l, 200);
	listen_to(node(l, 0));
	begin(&p, L2TP_SLI, l->a, node(l, 0)->sessions->id);
	packet_avp(&p, M_BIT, 0, 35, "\0\0\0\0\0\0\0\0\0\0", 10);
	packet_avp(&p, M_BIT, 4711, 1, "x", 1);
	forge(l->a, &p);
	expect_cdn(node(l, 1)->sessions->id, L2TP_CDN_ERROR,
		   L2TP_ERROR_UNKNOWN_AVP);
	assert_true(node(l, 0)->sessions->down);
	assert_false(l->a->down);
}

/* One that need not be known is told once, however many calls have it. */
static void test_ignored_avp(void **state)
{
	struct lab *l = *state;
	struct packet p;

	for (uint16_t i = 0; i < 5; i++) {
		begin(&p, L2TP_ICRQ, l->b, 0);
		put_number(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99 + i, 2);
		put_number(&p, L2TP_AVP_CALL_SERIAL_NUMBER, i, 4);
		packet_avp(&p, 0, 9, 101, "x", 1);
		forge(l->b, &p);
	}
	assert_int_equal(node_counters(node(l, 1)).sessions, 5);
	assert_int_equal(node(l, 1)->logs, 5);
	assert_int_equal(node(l, 1)->infos, 1);
	assert_non_null(strstr(node(l, 1)->log, "AVP ignored"));
	/* Another is told as well. */
	begin(&p, L2TP_ICRQ, l->b, 0);
	put_number(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 200, 2);
	put_number(&p, L2TP_AVP_CALL_SERIAL_NUMBER, 6, 4);
	packet_avp(&p, 0, 9, 102, "x", 1);
	forge(l->b, &p);
	assert_int_equal(node(l, 1)->infos, 2);
}

static void test_out_of_sequence(void **state)
{
	struct lab *l = *state;
	struct packet p;

	/* a second ICRP while the driver thinks about the first */
	node(l, 0)->policy.session_answer = leave;
	incoming(l);
	run(l, 200);
	listen_to(node(l, 0));
	begin(&p, L2TP_ICRP, l->a, node(l, 0)->sessions->id);
	put_number(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99, 2);
	forge(l->a, &p);
	assert_true(node(l, 0)->sessions->down);
	expect_cdn(node(l, 1)->sessions->id, L2TP_CDN_ERROR, L2TP_ERROR_VENDOR);
}

static void test_out_of_sequence_when_up(void **state)
{
	static const enum l2tp_message_type types[] = {
		L2TP_ICRQ, L2TP_ICRP, L2TP_ICCN,
		L2TP_OCRQ, L2TP_OCRP, L2TP_OCCN,
	};

	for (size_t i = 0; i < 6; i++) {
		struct lab *l = *state;
		struct sim_session *b;
		struct packet p;

		incoming(l);
		run(l, 200);
		b = node(l, 1)->sessions;
		listen_to(node(l, 1));
		packet_message(&p, types[i], 0);
		put_ids(&p, l->b->id, b->id);
		forge(l->b, &p);
		assert_true(b->down);
		expect_cdn(node(l, 0)->sessions->id, L2TP_CDN_ERROR,
			   L2TP_ERROR_VENDOR);
		lab_teardown(state);
		lab_setup(state);
	}
}

static void test_same_peer_id(void **state)
{
	struct lab *l = *state;
	struct packet p;

	node(l, 1)->policy.session_request = leave;
	listen_to(node(l, 1));
	for (int i = 0; i < 2; i++) {
		begin(&p, L2TP_ICRQ, l->b, 0);
		put_number(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99, 2);
		put_number(&p, L2TP_AVP_CALL_SERIAL_NUMBER, 1, 4);
		forge(l->b, &p);
	}
	assert_int_equal(node_counters(node(l, 1)).sessions, 1);
	expect_cdn(99, L2TP_CDN_ERROR, L2TP_ERROR_SESSION_ID);
}

static void three_sessions(struct sim_node *n)
{
	n->config.max_sessions = n == &n->sim->node[1] ? 3 : 0;
}

static void test_limits(void **state)
{
	struct lab *l = *state;
	struct l2tp_limits limits = { .sessions = 2 };
	int err;

	lab_restart(l, three_sessions);
	for (int i = 0; i < 10; i++)
		incoming(l);
	run(l, 1000);
	assert_int_equal(node_counters(node(l, 1)).sessions, 3);
	assert_int_equal(node_counters(node(l, 0)).sessions, 3);
	for (struct sim_session *ss = node(l, 0)->sessions; ss; ss = ss->next) {
		if (!ss->down)
			continue;
		assert_true(ss->by_peer && !ss->up);
		assert_int_equal(ss->cause.result, L2TP_CDN_NO_FACILITIES);
	}
	assert_null(sim_session_open(l->b, L2TP_CALL_LNS_OUTGOING, NULL, &err));
	assert_int_equal(err, -ENOSPC);

	/* the endpoint's */
	l2tp_endpoint_set_limits(node(l, 0)->ep, &limits);
	assert_null(sim_session_open(l->a, L2TP_CALL_LAC_INCOMING, NULL, &err));
	assert_int_equal(err, -ENOSPC);
}

static void test_bad_arguments(void **state)
{
	struct lab *l = *state;
	struct l2tp_extra_avp extra[20] = { { .type = 1 } };
	struct l2tp_call_params p = {
		.extra_request = extra,
		.extra_request_count = 20,
	};
	int err;

	assert_null(sim_session_open(l->a, L2TP_CALL_LNS_INCOMING, NULL, &err));
	assert_int_equal(err, -EINVAL);
	assert_null(sim_session_open(l->a, L2TP_CALL_LAC_INCOMING, &p, &err));
	assert_int_equal(err, -E2BIG);
	assert_int_equal(node_counters(node(l, 0)).sessions, 0);
	l2tp_tunnel_close(l->a->t, l->sim.now, NULL);
	assert_null(sim_session_open(l->a, L2TP_CALL_LAC_INCOMING, NULL, &err));
	assert_int_equal(err, -ENOTCONN);
}

/* ---- time ---- */

static void test_no_decision(void **state)
{
	struct lab *l = *state;
	struct sim_session *a, *b;

	/*
	 * on the request: our 60 s begin with the ICRQ, the
	 * LAC's own with it too
	 */
	node(l, 1)->policy.session_request = leave;
	a = incoming(l);
	run(l, 200);
	b = node(l, 1)->sessions;
	run(l, 59700);
	assert_false(a->down || b->down);
	run(l, 200);
	assert_true(a->down && b->down);
	assert_int_equal(a->cause.result, L2TP_CDN_TIMEOUT);

	/* on the answer */
	node(l, 1)->policy.session_request = NULL;
	node(l, 0)->policy.session_answer = leave;
	a = incoming(l);
	run(l, 61000);
	assert_true(a->down);
	assert_int_equal(node_counters(node(l, 0)).sessions +
				 node_counters(node(l, 1)).sessions,
			 0);

	/* a LAC whose bearer never answers (section 7.5.1) */
	node(l, 0)->policy.session_answer = NULL;
	node(l, 1)->policy.session_request = leave;
	a = call(l->a, L2TP_CALL_LNS_OUTGOING, NULL);
	run(l, 100);
	b = node(l, 1)->sessions;
	l2tp_session_accept(b->s, l->sim.now, NULL);
	sim_settle(node(l, 1));
	run(l, 61000);
	assert_true(a->down && b->down);
	assert_int_equal(node_counters(node(l, 0)).sessions +
				 node_counters(node(l, 1)).sessions,
			 0);
	assert_false(l->a->down || l->b->down);
}

/* ---- the tunnel goes ---- */

static void test_tunnel_down(void **state)
{
	struct lab *l = *state;

	for (int i = 0; i < 50; i++)
		incoming(l);
	run(l, 1000);
	assert_int_equal(node_counters(node(l, 1)).sessions, 50);
	listen_to(node(l, 0));
	l2tp_tunnel_close(l->a->t, l->sim.now, NULL);
	sim_settle(node(l, 0));
	/*
	 * the simulation checks that each session's end comes
	 * before the tunnel's
	 */
	assert_int_equal(node_counters(node(l, 0)).sessions, 0);
	run(l, 200);
	assert_int_equal(node_counters(node(l, 1)).sessions, 0);
	/* section 5.7: it is not necessary to clear each session */
	assert_int_equal(heard.of[L2TP_CDN], 0);
	assert_int_equal(heard.of[L2TP_STOPCCN], 1);
	sim_drain(&l->sim, 40000);
	sim_check_empty(&l->sim);
}

#define test(name) \
	cmocka_unit_test_setup_teardown(test_##name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(refused),		test(cdn_before_our_id),
		test(closed_by_either), test(unknown_session),
		test(malformed),	test(malformed_iccn),
		test(unknown_avp),	test(ignored_avp),
		test(out_of_sequence),	test(out_of_sequence_when_up),
		test(same_peer_id),	test(limits),
		test(bad_arguments),	test(no_decision),
		test(tunnel_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
