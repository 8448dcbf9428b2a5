// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls of all four kinds between two cores come up: their parameters, the
 * driver's decisions, capabilities, many at once, WEN and SLI. RFC 2661
 * sections 4.4.4, 5.2, 6.13, 6.14, 7.4, 7.5.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "proto/l2tp/proxy.h"
#include "lab.h"

/* ---- calls come up ---- */

static void test_incoming(void **state)
{
	struct lab *l = *state;
	static const uint8_t confreq[] = { 1, 4, 5, 0xb4 },
			     port[] = "Serial0:0";
	const struct l2tp_extra_avp request = {
		.vendor = 9,
		.type = 100,
		.len = 9,
		.value = port,
	};
	const struct l2tp_extra_avp proxy[] = {
		{ .type = 27, .len = 4, .value = confreq },
		{ .type = 30, .len = 5, .value = (const uint8_t *)"alice" },
		{ .vendor = 4711, .type = 1, .len = 2, .value = confreq },
	};
	struct l2tp_call_params p = {
		.call_serial = 12345,
		.bearer_type = 2,
		.has_bearer_type = true,
		.physical_channel = 9,
		.has_physical_channel = true,
		.called_number = "5551000",
		.calling_number = "5552000",
		.sub_address = "3",
		.tx_connect_speed = 2000000,
		.rx_connect_speed = 640000,
		.framing_type = 2,
		.sequencing_required = true,
		.private_group = "blue",
		.private_group_len = 4,
		.extra_request = &request,
		.extra_request_count = 1,
		.extra_connected = proxy,
		.extra_connected_count = 3,
	};
	const struct l2tp_call_params *got;
	struct sim_session *a, *b;
	const uint8_t *value;
	uint16_t len;

	a = call(l->a, L2TP_CALL_LAC_INCOMING, &p);
	memset(&p, 0xff, sizeof(p)); /* it was copied */
	run(l, 200);
	b = node(l, 1)->sessions;
	assert_true(a->up && b->up);
	assert_int_equal(b->kind, L2TP_CALL_LNS_INCOMING);
	assert_int_equal(a->id, b->peer_id);
	assert_int_equal(b->id, a->peer_id);
	assert_string_equal(l2tp_session_state_str(b->s), "established");
	assert_int_equal(l2tp_session_established_ms(b->s),
			 l->sim.now - 200 + 15);

	got = l2tp_session_peer_params(b->s);
	assert_int_equal(got->call_serial, 12345);
	assert_true(got->has_bearer_type && got->has_physical_channel);
	assert_int_equal(got->bearer_type, 2);
	assert_int_equal(got->physical_channel, 9);
	assert_string_equal(got->called_number, "5551000");
	assert_string_equal(got->calling_number, "5552000");
	assert_string_equal(got->sub_address, "3");
	assert_int_equal(got->tx_connect_speed, 2000000);
	assert_int_equal(got->rx_connect_speed, 640000);
	assert_int_equal(got->framing_type, 2);
	assert_true(got->sequencing_required);
	assert_int_equal(got->private_group_len, 4);
	assert_memory_equal(got->private_group, "blue", 4);

	value = l2tp_proxy_get(l2tp_session_proxy(b->s),
			       L2TP_AVP_LAST_SENT_CONFREQ, &len, NULL);
	assert_int_equal(len, 4);
	assert_memory_equal(value, confreq, 4);
	value = l2tp_proxy_get(l2tp_session_proxy(b->s),
			       L2TP_AVP_PROXY_AUTHEN_NAME, &len, NULL);
	assert_int_equal(len, 5);
	assert_memory_equal(value, "alice", 5);
	assert_null(l2tp_session_proxy(a->s));
}

static void test_serial_numbers(void **state)
{
	struct lab *l = *state;
	uint32_t first, second;

	incoming(l);
	run(l, 200);
	first = l2tp_session_peer_params(node(l, 1)->sessions->s)->call_serial;
	incoming(l);
	run(l, 200);
	second = l2tp_session_peer_params(node(l, 1)->sessions->s)->call_serial;
	assert_int_equal(second, first + 1);
}

/*
 * Nothing goes out before the driver says so: it has yet to
 * install the session.
 */
static void test_answers_wait_for_the_driver(void **state)
{
	struct lab *l = *state;
	struct sim_session *a;

	node(l, 1)->policy.session_request = accept_in_a_second;
	node(l, 0)->policy.session_answer = accept_in_a_second;
	a = incoming(l);
	listen_to(node(l, 1));
	run(l, 900);
	assert_int_equal(heard.of[L2TP_ICRP], 0);
	assert_string_equal(l2tp_session_state_str(node(l, 1)->sessions->s),
			    "idle");
	run(l, 200);
	assert_int_equal(heard.of[L2TP_ICRP], 1);
	assert_true(a->asked && !a->up);
	listen_to(node(l, 0));
	run(l, 800);
	assert_int_equal(heard.of[L2TP_ICCN], 0);
	assert_false(node(l, 1)->sessions->up);
	run(l, 300);
	assert_int_equal(heard.of[L2TP_ICCN], 1);
	assert_true(a->up && node(l, 1)->sessions->up);
}

/* Numbers are told apart to their last octet, and come as they were sent. */
static void test_numbers(void **state)
{
	struct lab *l = *state;
	struct l2tp_call_params p = { .framing_type = 1 };
	const struct l2tp_call_params *got;

	memset(p.calling_number, '7', 126);
	p.calling_number[125] = '\xe9';
	memset(p.called_number, '8', L2TP_NAME_MAX - 1);
	node(l, 1)->policy.session_request = leave;
	call(l->a, L2TP_CALL_LAC_INCOMING, &p);
	run(l, 200);
	got = l2tp_session_peer_params(node(l, 1)->sessions->s);
	assert_string_equal(got->calling_number, p.calling_number);
	assert_string_equal(got->called_number, p.called_number);
}

static void test_outgoing(void **state)
{
	struct lab *l = *state;
	const struct l2tp_call_params p = {
		.called_number = "5551000",
		.minimum_bps = 300,
		.maximum_bps = 56000,
		.bearer_type = 2,
		.has_bearer_type = true,
		.framing_type = 1,
	};
	const struct l2tp_call_params reply = {
		.physical_channel = 3,
		.has_physical_channel = true,
	};
	const struct l2tp_call_params connected = {
		.tx_connect_speed = 48000,
		.rx_connect_speed = 33600,
		.framing_type = 1,
	};
	const struct l2tp_call_params *got;
	struct sim_session *a, *b;

	node(l, 1)->policy.session_request = leave;
	a = call(l->a, L2TP_CALL_LNS_OUTGOING, &p);
	run(l, 200);
	b = node(l, 1)->sessions;
	assert_int_equal(b->kind, L2TP_CALL_LAC_OUTGOING);
	got = l2tp_session_peer_params(b->s);
	assert_string_equal(got->called_number, "5551000");
	assert_int_equal(got->minimum_bps, 300);
	assert_int_equal(got->maximum_bps, 56000);
	assert_int_equal(got->bearer_type, 2);
	assert_int_equal(got->framing_type, 1);

	/* not before it was accepted */
	l2tp_session_connected(b->s, l->sim.now, &connected);
	assert_string_equal(l2tp_session_state_str(b->s), "idle");
	l2tp_session_accept(b->s, l->sim.now, &reply);
	sim_settle(node(l, 1));
	run(l, 200);
	assert_string_equal(l2tp_session_state_str(a->s), "wait-connect");
	assert_string_equal(l2tp_session_state_str(b->s), "wait-cs-answer");
	assert_int_equal(l2tp_session_peer_params(a->s)->physical_channel, 3);
	assert_false(a->up || b->up);
	l2tp_session_connected(b->s, l->sim.now, &connected);
	sim_settle(node(l, 1));
	run(l, 200);
	assert_true(a->up && b->up);
	assert_int_equal(l2tp_session_peer_params(a->s)->tx_connect_speed,
			 48000);
	assert_int_equal(l2tp_session_peer_params(a->s)->rx_connect_speed,
			 33600);
}

/* The OCCN is there before our driver has decided on the OCRP. */
static void test_early_occn(void **state)
{
	struct lab *l = *state;
	struct sim_session *a;

	node(l, 0)->policy.session_answer = accept_in_a_second;
	a = call(l->a, L2TP_CALL_LNS_OUTGOING, NULL);
	run(l, 900);
	assert_true(node(l, 1)->sessions->up);
	assert_false(a->up);
	run(l, 300);
	assert_true(a->up && !a->down);
}

static void no_bearer(struct sim_node *n)
{
	n->config.bearer = 0;
}

static void test_outgoing_without_bearer(void **state)
{
	struct lab *l = *state;
	struct packet p;
	int err;

	/* section 6.9: only to a LAC that said what it can do */
	lab_restart(l, no_bearer);
	assert_null(sim_session_open(l->a, L2TP_CALL_LNS_OUTGOING, NULL, &err));
	assert_int_equal(err, -EOPNOTSUPP);
	/* and who asks all the same is refused */
	listen_to(node(l, 1));
	packet_message(&p, L2TP_OCRQ, 0);
	put_ids(&p, l->b->id, 0);
	forge(l->b, &p);
	assert_int_equal(heard.of[L2TP_CDN], 1);
	assert_null(node(l, 1)->sessions);
	assert_false(l->b->down);
}

static void analog_only(struct sim_node *n)
{
	n->config.bearer = 2;
	n->config.framing = 2;
}

static void test_capabilities(void **state)
{
	struct lab *l = *state;
	struct l2tp_call_params p = {
		.bearer_type = 1,
		.has_bearer_type = true,
	};
	struct sim_session *ss;
	struct packet pkt;

	/* section 4.4.4: an OCRQ asks only for what was advertised */
	lab_restart(l, analog_only);
	ss = call(l->a, L2TP_CALL_LNS_OUTGOING, &p);
	assert_true(ss->down);
	assert_null(node(l, 1)->sessions);
	p.bearer_type = 3;
	ss = call(l->a, L2TP_CALL_LNS_OUTGOING, &p);
	run(l, 200);
	assert_true(ss->up);
	assert_int_equal(
		l2tp_session_peer_params(node(l, 1)->sessions->s)->bearer_type,
		2);
	assert_int_equal(
		l2tp_session_peer_params(node(l, 1)->sessions->s)->framing_type,
		2);

	/* a framing type that was not is refused in an ICCN */
	node(l, 0)->policy.session_answer = leave;
	incoming(l);
	run(l, 200);
	listen_to(node(l, 1));
	begin(&pkt, L2TP_ICCN, l->b, node(l, 1)->sessions->id);
	put_number(&pkt, L2TP_AVP_TX_CONNECT_SPEED, 64000, 4);
	put_number(&pkt, L2TP_AVP_FRAMING_TYPE, 1, 4);
	forge(l->b, &pkt);
	assert_true(node(l, 1)->sessions->down);
	expect_cdn(node(l, 0)->sessions->id, L2TP_CDN_ERROR, L2TP_ERROR_VALUE);
}

static void test_waiting_for_the_tunnel(void **state)
{
	struct lab *l = *state;
	struct sim_session *ss[20];
	struct sim_tunnel *t;

	t = sim_tunnel_open(node(l, 0), NULL);
	for (int i = 0; i < 20; i++) {
		ss[i] = call(t, L2TP_CALL_LAC_INCOMING, NULL);
		assert_string_equal(l2tp_session_state_str(ss[i]->s),
				    "wait-tunnel");
	}
	l2tp_session_close(ss[7]->s, l->sim.now, NULL);
	l2tp_session_close(ss[0]->s, l->sim.now, NULL);
	l2tp_session_close(ss[19]->s, l->sim.now, NULL);
	sim_settle(node(l, 0));
	run(l, 2000);
	for (int i = 0; i < 20; i++)
		assert_int_equal(ss[i]->up, i != 7 && i != 0 && i != 19);
	assert_int_equal(node_counters(node(l, 1)).sessions, 17);

	/* and with one that never comes up */
	node(l, 1)->gone = true;
	t = sim_tunnel_open(node(l, 0), NULL);
	ss[0] = call(t, L2TP_CALL_LAC_INCOMING, NULL);
	ss[1] = call(t, L2TP_CALL_LNS_OUTGOING, NULL);
	run(l, 32000);
	assert_true(t->down && ss[0]->down && ss[1]->down);
}

static void window_of_one(struct sim_node *n)
{
	n->config.receive_window = 1;
}

static unsigned int queued_most;

static bool watch_queue(struct sim_node *n, const uint8_t *pkt, size_t len)
{
	struct l2tp_tunnel_counters c;

	(void)pkt;
	(void)len;
	l2tp_tunnel_counters(n->tunnels->t, &c);
	if (c.queued > queued_most)
		queued_most = c.queued;
	return true;
}

/* Calls wait in their sessions, not as messages in the transport. */
static void test_many_at_once(void **state)
{
	struct lab *l = *state;

	for (int small = 0; small < 2; small++) {
		unsigned int calls = small ? 2000 : 5000;

		if (small)
			lab_restart(l, window_of_one);
		queued_most = 0;
		node(l, 0)->policy.send = watch_queue;
		for (unsigned int i = 0; i < calls; i++)
			incoming(l);
		assert_in_range(queued_most, 1, 64);
		/*
		 * with a window of one, each of two messages takes a
		 * round trip of 10 ms
		 */
		run(l, 50000);
		assert_int_equal(node_counters(node(l, 0)).sessions, calls);
		for (int i = 0; i < 2; i++)
			for (struct sim_session *ss = node(l, i)->sessions; ss;
			     ss = ss->next)
				assert_true(ss->up);
		sim_check_agreement(&l->sim);
		assert_in_range(queued_most, 1, 100);
	}
}

/* ---- WEN and SLI ---- */

static void test_wen_and_sli(void **state)
{
	static const enum l2tp_call_kind kinds[] = { L2TP_CALL_LAC_INCOMING,
						     L2TP_CALL_LNS_OUTGOING };
	const struct l2tp_wen wen = { 1, 0x10002, 3, 4, 5, 0xfffffff6 };
	const struct l2tp_sli sli = {
		.send_accm = 0x000a0000,
		.recv_accm = 0xffffffff,
	};

	for (int i = 0; i < 2; i++) {
		struct lab *l = *state;
		struct sim_session *a, *b, *lac, *lns;

		a = call(l->a, kinds[i], NULL);
		l2tp_session_send_wen(a->s, l->sim.now, &wen); /* not up yet */
		run(l, 200);
		b = node(l, 1)->sessions;
		lac = i ? b : a;
		lns = i ? a : b;
		for (int side = 0; side < 2; side++) {
			struct sim_session *ss = side ? b : a;

			l2tp_session_send_wen(ss->s, l->sim.now, &wen);
			l2tp_session_send_sli(ss->s, l->sim.now, &sli);
			sim_settle(ss->tunnel->node);
		}
		run(l, 500);
		assert_int_equal(lns->wens, 1);
		assert_int_equal(lns->slis, 0);
		assert_int_equal(lac->wens, 0);
		assert_int_equal(lac->slis, 1);
		assert_memory_equal(&lns->wen, &wen, sizeof(wen));
		assert_memory_equal(&lac->sli, &sli, sizeof(sli));
	}
}

#define test(name) \
	cmocka_unit_test_setup_teardown(test_##name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(incoming),
		test(serial_numbers),
		test(answers_wait_for_the_driver),
		test(numbers),
		test(outgoing),
		test(early_occn),
		test(outgoing_without_bearer),
		test(capabilities),
		test(waiting_for_the_tunnel),
		test(many_at_once),
		test(wen_and_sli),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
