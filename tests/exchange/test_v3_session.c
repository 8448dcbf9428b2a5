// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions of version 3: what they agree on, circuit status, ties, ids, and
 * what is refused with which code. RFC 3931 sections 3.4, 5.4.2, 5.4.4, 5.4.5,
 * 7.3, 7.4.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"
#include "peer.h"

static void version_3(struct sim_node *n)
{
	n->config.version = 3;
}

static int setup(void **state)
{
	lab_setup(state);
	lab_restart(*state, version_3);
	return 0;
}

static struct sim_session *ethernet(struct sim_tunnel *t, const char *end_id)
{
	struct l2tp_call_params p = {
		.pseudowire = L2TP_PW_ETHERNET,
		.end_id_len = (uint8_t)strlen(end_id),
	};

	memcpy(p.end_id, end_id, p.end_id_len);
	return call(t, L2TP_CALL_LAC_INCOMING, &p);
}

static struct sim_session *newest(struct sim_tunnel *t)
{
	return t->node->sessions;
}

static const struct l2tp_call_params *peers(const struct sim_session *ss)
{
	return l2tp_session_peer_params(ss->s);
}

/* ---- establishment ---- */

static struct l2tp_call_params answer;

static void accept_with_answer(struct sim_session *ss)
{
	assert_true(peers(ss)->circuit_new);
	l2tp_session_accept(ss->s, ss->tunnel->node->sim->now, &answer);
}

static void test_parameters(void **state)
{
	static const uint8_t lengths[] = { 0, 4, 8 };
	struct lab *l = *state;
	struct l2tp_call_params p = {
		.call_serial = 4711,
		.pseudowire = L2TP_PW_ETHERNET,
		.end_id_len = 4,
		.end_id = "lan0",
		.cookie = "request",
		.sublayer = 1,
		.sequencing = 2,
		.circuit_active = true,
		.tx_connect_speed = 10000000000,
		.rx_connect_speed = 20000000000,
	};

	node(l, 1)->policy.session_request = accept_with_answer;
	for (int i = 0; i < 9; i++) {
		struct sim_session *a, *b;

		p.cookie_len = lengths[i % 3];
		answer = (struct l2tp_call_params){
			.cookie = "answer!",
			.cookie_len = lengths[i / 3],
			.sublayer = i & 1,
			.circuit_active = true,
		};
		a = call(l->a, L2TP_CALL_LAC_INCOMING, &p);
		run(l, 500);
		b = newest(l->b);
		assert_true(a->up && b->up);
		assert_int_equal(a->peer_id, b->id);
		assert_int_equal(b->peer_id, a->id);
		assert_true(a->id > UINT16_MAX || b->id > UINT16_MAX);
		assert_int_equal(peers(b)->call_serial, 4711);
		assert_int_equal(peers(b)->pseudowire, L2TP_PW_ETHERNET);
		assert_int_equal(peers(b)->end_id_len, 4);
		assert_memory_equal(peers(b)->end_id, "lan0", 4);
		assert_int_equal(peers(b)->sublayer, 1);
		assert_int_equal(peers(b)->sequencing, 2);
		assert_true(peers(b)->circuit_active && !peers(b)->circuit_new);
		assert_int_equal(peers(b)->tx_connect_speed, 10000000000);
		assert_int_equal(peers(b)->rx_connect_speed, 20000000000);
		assert_int_equal(peers(b)->cookie_len, p.cookie_len);
		assert_memory_equal(peers(b)->cookie, "request",
				    p.cookie_len ? p.cookie_len - 1u : 0);
		assert_int_equal(peers(a)->cookie_len, answer.cookie_len);
		assert_memory_equal(peers(a)->cookie, "answer!",
				    answer.cookie_len ? answer.cookie_len - 1u :
							0);
		assert_int_equal(peers(a)->sublayer, answer.sublayer);
		assert_true(peers(a)->circuit_active && peers(a)->circuit_new);
	}
}

static void test_outgoing(void **state)
{
	struct lab *l = *state;
	struct l2tp_call_params p = {
		.end_id_len = 1,
		.end_id = "x",
		.circuit_active = true,
	};
	struct sim_session *a = call(l->a, L2TP_CALL_LNS_OUTGOING, &p);

	run(l, 500);
	assert_true(a->up && newest(l->b)->up);
	assert_true(peers(newest(l->b))->circuit_active);
	sim_check_agreement(&l->sim);
}

/* Ids are one space over all connections (section 4.1). */
static void test_ids_of_two_tunnels(void **state)
{
	struct lab *l = *state;
	struct sim_tunnel *second = sim_tunnel_open(node(l, 0), NULL);

	run(l, 500);
	for (int i = 0; i < 50; i++) {
		ethernet(l->a, "");
		ethernet(second, "");
	}
	run(l, 5000);
	for (struct sim_session *x = node(l, 0)->sessions; x; x = x->next)
		for (struct sim_session *y = x->next; y; y = y->next)
			assert_int_not_equal(x->id, y->id);
	assert_int_equal(node_counters(node(l, 1)).sessions, 100);
}

/* ---- what is refused ---- */

static void listen_at_b(struct lab *l)
{
	listen_to(node(l, 1));
}

static void test_pseudowire_types(void **state)
{
	struct lab *l = *state;
	struct l2tp_call_params vlan = { .pseudowire = L2TP_PW_VLAN };
	struct sim_session *a;
	struct packet p;

	/* what the peer has not advertised is not asked for */
	a = call(l->a, L2TP_CALL_LAC_INCOMING, &vlan);
	run(l, 500);
	assert_true(a->down && !a->by_peer);
	assert_null(node(l, 1)->sessions);

	listen_at_b(l);
	begin_v3(&p, L2TP_ICRQ, l->b->id, L2TP_DIGEST_NONE);
	put_sessions(&p, 77, 0);
	put_number(&p, L2TP_AVP_CALL_SERIAL_NUMBER, 1, 4);
	put_number(&p, L2TP_AVP_PSEUDOWIRE_TYPE, L2TP_PW_VLAN, 2);
	packet_avp(&p, M_BIT, 0, 66, "lan0", 4);
	put_number(&p, L2TP_AVP_CIRCUIT_STATUS, 1, 2);
	forge(l->b, &p);
	expect_cdn_v3(77, L2TP_CDN_PW_TYPE, 0);
}

static void test_requests_refused(void **state)
{
	static const struct {
		uint16_t sublayer, sequencing;
		uint16_t result, error;
	} rows[] = {
		{ 0, 1, L2TP_CDN_SEQUENCING, 0 },
		{ 0, 2, L2TP_CDN_SEQUENCING, 0 },
		{ 2, 1, L2TP_CDN_SEQUENCING, 0 },
		{ 2, 0, L2TP_CDN_NO_FACILITIES_EVER, 0 },
		{ 1, 3, L2TP_CDN_ERROR, L2TP_ERROR_VALUE },
	};
	struct lab *l = *state;
	struct packet p;
	char long_id[66];

	listen_at_b(l);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin_icrq_v3(&p, l->b, 77, "lan0");
		if (rows[i].sublayer)
			put_number(&p, L2TP_AVP_L2_SUBLAYER, rows[i].sublayer,
				   2);
		put_number(&p, L2TP_AVP_DATA_SEQUENCING, rows[i].sequencing, 2);
		forge(l->b, &p);
		expect_cdn_v3(77, rows[i].result, rows[i].error);
	}
	/* cut to what we keep, it would name another circuit */
	memset(long_id, 'x', 65);
	long_id[65] = '\0';
	begin_icrq_v3(&p, l->b, 77, long_id);
	forge(l->b, &p);
	expect_cdn_v3(77, L2TP_CDN_ERROR, L2TP_ERROR_VALUE);
	assert_null(node(l, 1)->sessions);
	long_id[64] = '\0';
	begin_icrq_v3(&p, l->b, 77, long_id);
	forge(l->b, &p);
	assert_int_equal(peers(newest(l->b))->end_id_len, 64);
}

/* The same in an ICRP and in an ICCN, which may ask for it first. */
static void test_sequencing_in_answers(void **state)
{
	struct lab *l = *state;
	struct sim_session *a, *b;
	struct packet p;

	node(l, 1)->policy.session_request = leave;
	a = ethernet(l->a, "lan0");
	run(l, 100);
	listen_to(node(l, 0));
	begin_v3(&p, L2TP_ICRP, l->a->id, L2TP_DIGEST_NONE);
	put_sessions(&p, 88, a->id);
	put_number(&p, L2TP_AVP_CIRCUIT_STATUS, 1, 2);
	put_number(&p, L2TP_AVP_DATA_SEQUENCING, 1, 2);
	forge(l->a, &p);
	expect_cdn_v3(88, L2TP_CDN_SEQUENCING, 0);
	assert_true(a->down);

	listen_at_b(l);
	node(l, 1)->policy.session_request = NULL;
	for (int sublayer = 0; sublayer < 2; sublayer++) {
		begin_icrq_v3(&p, l->b, 77, "lan0");
		if (sublayer)
			put_number(&p, L2TP_AVP_L2_SUBLAYER, 1, 2);
		forge(l->b, &p);
		b = newest(l->b);
		begin_v3(&p, L2TP_ICCN, l->b->id, L2TP_DIGEST_NONE);
		put_sessions(&p, 77, b->id);
		put_number(&p, L2TP_AVP_DATA_SEQUENCING, 1, 2);
		forge(l->b, &p);
		assert_int_equal(b->up, sublayer);
		if (!sublayer)
			expect_cdn_v3(77, L2TP_CDN_SEQUENCING, 0);
	}
}

static void test_out_of_sequence(void **state)
{
	struct lab *l = *state;
	struct sim_session *b;
	struct packet p;

	ethernet(l->a, "lan0");
	run(l, 500);
	b = newest(l->b);
	assert_true(b->up);
	listen_at_b(l);
	begin_v3(&p, L2TP_ICCN, l->b->id, L2TP_DIGEST_NONE);
	put_sessions(&p, b->peer_id, b->id);
	forge(l->b, &p);
	expect_cdn_v3(b->peer_id, L2TP_CDN_FSM, 0);
	assert_true(b->down);
}

static void test_setup_timeout(void **state)
{
	struct lab *l = *state;
	struct sim_session *a;

	node(l, 1)->policy.session_request = leave;
	a = ethernet(l->a, "lan0");
	run(l, 70000);
	assert_true(a->down && newest(l->b)->down);
	assert_int_equal(a->cause.result, L2TP_CDN_FSM);
}

/* The Q.931 cause is version 2's. */
static void test_cdn(void **state)
{
	struct l2tp_cause busy = {
		.result = L2TP_CDN_ADMINISTRATIVE,
		.q931_cause = 17,
	};
	struct lab *l = *state;
	struct sim_session *a = ethernet(l->a, "lan0");
	struct decoded d;

	run(l, 500);
	listen_to(node(l, 0));
	l2tp_session_close(a->s, l->sim.now, &busy);
	sim_settle(node(l, 0));
	expect_cdn_v3(a->peer_id, L2TP_CDN_ADMINISTRATIVE, 0);
	packet_decode(&heard.packet, NULL, &d);
	assert_int_equal(d.m.unknown_count, 0);
	run(l, 500);
	assert_true(newest(l->b)->down && newest(l->b)->by_peer);
}

/* ---- ids ---- */

static void test_ids_of_requests(void **state)
{
	struct lab *l = *state;
	struct sim_session *b;
	struct packet p;

	node(l, 1)->policy.session_request = leave;
	listen_at_b(l);
	/* a Remote Session ID of no session of ours: a request all the same */
	begin_v3(&p, L2TP_ICRQ, l->b->id, L2TP_DIGEST_NONE);
	put_sessions(&p, 77, 12345);
	put_number(&p, L2TP_AVP_CALL_SERIAL_NUMBER, 1, 4);
	put_number(&p, L2TP_AVP_PSEUDOWIRE_TYPE, L2TP_PW_ETHERNET, 2);
	packet_avp(&p, M_BIT, 0, 66, "lan0", 4);
	put_number(&p, L2TP_AVP_CIRCUIT_STATUS, 1, 2);
	forge(l->b, &p);
	b = newest(l->b);
	assert_int_equal(b->peer_id, 77);

	/* the same id for another session, before the first is up */
	begin_icrq_v3(&p, l->b, 77, "lan1");
	forge(l->b, &p);
	expect_cdn_v3(77, L2TP_CDN_ERROR, L2TP_ERROR_SESSION_ID);
	assert_ptr_equal(newest(l->b), b);
	assert_false(b->down);

	/* 0 is no id */
	begin_icrq_v3(&p, l->b, 0, "lan2");
	forge(l->b, &p);
	assert_ptr_equal(newest(l->b), b);

	/* taken back before our id was known: section 5.4.4 */
	begin_v3(&p, L2TP_CDN, l->b->id, L2TP_DIGEST_NONE);
	packet_avp(&p, M_BIT, 0, 1, "\0\3", 2);
	put_sessions(&p, 77, 0);
	forge(l->b, &p);
	assert_true(b->down && b->by_peer);
}

/* What names a session of ours and another of the peer's is neither. */
static void test_another_local_id(void **state)
{
	static const enum l2tp_message_type types[] = { L2TP_CDN, L2TP_SLI,
							L2TP_ICCN };
	struct lab *l = *state;
	struct sim_session *b;
	struct packet p;

	ethernet(l->a, "lan0");
	run(l, 500);
	b = newest(l->b);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		begin_v3(&p, types[i], l->b->id, L2TP_DIGEST_NONE);
		if (types[i] == L2TP_CDN)
			packet_avp(&p, M_BIT, 0, 1, "\0\3", 2);
		put_sessions(&p, b->peer_id + 1, b->id);
		if (types[i] == L2TP_SLI)
			put_number(&p, L2TP_AVP_CIRCUIT_STATUS, 1, 2);
		forge(l->b, &p);
	}
	assert_true(b->up && !b->down);
	assert_int_equal(b->slis, 0);
	assert_int_equal(b->peer_id, l2tp_session_peer_id(b->s));
}

/* ---- circuit status: section 5.4.5 ---- */

static void set_circuit(struct sim_session *ss, bool active)
{
	ss->circuit = active;
	l2tp_session_set_circuit(ss->s, ss->tunnel->node->sim->now, active);
	sim_settle(ss->tunnel->node);
}

static void test_circuit_when_up(void **state)
{
	struct lab *l = *state;
	struct sim_session *a = ethernet(l->a, "lan0"), *b;

	run(l, 500);
	b = newest(l->b);
	assert_false(peers(b)->circuit_active || peers(a)->circuit_active);
	for (unsigned int i = 1; i <= 4; i++) {
		set_circuit(a, i & 1);
		set_circuit(a, i & 1); /* no news */
		set_circuit(b, i & 1);
		run(l, 500);
		assert_int_equal(b->slis, i);
		assert_int_equal(a->slis, i);
		assert_true(b->sli.circuit && a->sli.circuit);
		assert_int_equal(b->sli.active, i & 1);
		assert_int_equal(a->sli.active, i & 1);
		sim_check_agreement(&l->sim);
	}
}

/* Whatever changes while the session is set up, both know it when it is. */
static void test_circuit_before(void **state)
{
	struct lab *l = *state;

	for (int kind = 0; kind < 2; kind++)
		for (int when = 0; when < 3; when++) {
			struct l2tp_call_params p = {
				.end_id_len = 1,
				.end_id = "x",
			};
			struct sim_session *a, *b;

			node(l, 1)->policy.session_request = leave;
			node(l, 0)->policy.session_answer = leave;
			a = call(l->a,
				 kind ? L2TP_CALL_LNS_OUTGOING :
					L2TP_CALL_LAC_INCOMING,
				 &p);
			if (when == 0)
				set_circuit(a, true);
			run(l, 500);
			b = newest(l->b);
			if (when == 0)
				set_circuit(b, true);
			l2tp_session_accept(b->s, l->sim.now, NULL);
			sim_settle(node(l, 1));
			if (when == 1)
				set_circuit(b, true);
			run(l, 500);
			if (when == 1)
				set_circuit(a, true);
			l2tp_session_accept(a->s, l->sim.now, NULL);
			sim_settle(node(l, 0));
			if (when == 2) {
				set_circuit(a, true);
				set_circuit(b, true);
			}
			run(l, 500);
			if (kind)
				l2tp_session_connected(b->s, l->sim.now, NULL);
			sim_settle(node(l, 1));
			run(l, 500);
			assert_true(a->up && b->up);
			assert_true(peers(a)->circuit_active);
			assert_true(peers(b)->circuit_active);
		}
}

/* An SLI of who has not seen our id yet. */
static void test_sli_before_our_id(void **state)
{
	struct lab *l = *state;
	struct sim_session *b;
	struct packet p;

	node(l, 1)->policy.session_request = leave;
	begin_icrq_v3(&p, l->b, 77, "lan0");
	forge(l->b, &p);
	b = newest(l->b);
	assert_true(peers(b)->circuit_active);
	begin_v3(&p, L2TP_SLI, l->b->id, L2TP_DIGEST_NONE);
	put_sessions(&p, 77, 0);
	put_number(&p, L2TP_AVP_CIRCUIT_STATUS, 0, 2);
	forge(l->b, &p);
	assert_false(peers(b)->circuit_active);
	assert_int_equal(b->slis, 0);
}

/* Many of them cost no more than the last. */
static void test_sli_storm(void **state)
{
	struct lab *l = *state;
	struct sim_session *b;
	struct packet p;

	ethernet(l->a, "lan0");
	run(l, 500);
	b = newest(l->b);
	for (uint16_t i = 0; i < 1000; i++) {
		begin_v3(&p, L2TP_SLI, l->b->id, L2TP_DIGEST_NONE);
		put_sessions(&p, b->peer_id, b->id);
		put_number(&p, L2TP_AVP_CIRCUIT_STATUS, i & 1, 2);
		forge(l->b, &p);
	}
	assert_int_equal(b->slis, 1000);
	assert_int_equal(tunnel_counters(l->b).queued, 0);
	assert_true(b->up && !b->down);
}

/* ---- ties: section 5.4.4 ---- */

static void test_ties(void **state)
{
	static const uint8_t least[8] = { 0, 0, 0, 0, 0, 0, 0, 1 }, most[8] = {
		255, 255, 255, 255, 255, 255, 255, 255
	};
	static const struct {
		const char *end_id;
		const uint8_t *theirs;
		bool equal, ours_lives, theirs_lives;
	} rows[] = {
		{ "lan0", least, false, false, true },
		{ "lan0", most, false, true, false },
		{ "lan0", NULL, true, false, false },
		{ "lan0", NULL, false, true, false },
		/* another circuit; one whose name begins alike */
		{ "lan1", least, false, true, true },
		{ "lan", least, false, true, true },
		{ "lan00", least, false, true, true },
	};
	struct lab *l = *state;
	uint32_t id = 1000;

	node(l, 0)->policy.session_request = leave;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_session *a, *b;
		uint8_t value[8];
		struct decoded d;
		struct packet p;

		lab_restart(l, version_3);
		listen_to(node(l, 0));
		a = ethernet(l->a, "lan0");
		packet_decode(&heard.packet, NULL, &d);
		assert_int_equal(d.m.type, L2TP_ICRQ);
		memcpy(value, d.m.avp[L2TP_AVP_TIE_BREAKER].value, 8);
		begin_icrq_v3(&p, l->a, ++id, rows[i].end_id);
		if (rows[i].theirs || rows[i].equal)
			packet_avp(&p, M_BIT, 0, 5,
				   rows[i].equal ? value : rows[i].theirs, 8);
		forge(l->a, &p);
		b = newest(l->a);
		assert_int_equal(a->down, !rows[i].ours_lives);
		assert_int_equal(b != a, rows[i].theirs_lives);
		if (a->down)
			assert_int_equal(a->cause.result, L2TP_CDN_TIE);
		if (!rows[i].theirs_lives) {
			run(l, 1500);
			expect_cdn_v3(id, L2TP_CDN_TIE, 0);
		}
	}
}

/* Calls without a Remote End ID have no circuit in common. */
static void test_no_tie_without_a_name(void **state)
{
	struct lab *l = *state;
	struct sim_session *a = ethernet(l->a, ""), *b = ethernet(l->b, "");

	run(l, 1000);
	assert_true(a->up && b->up);
}

static void test_crossing(void **state)
{
	struct lab *l = *state;
	struct sim_session *a = ethernet(l->a, "lan0"),
			   *b = ethernet(l->b, "lan0");

	run(l, 1000);
	assert_int_equal(a->up + b->up, 1);
	assert_int_equal(a->down + b->down, 1);
	assert_int_equal((a->down ? a : b)->cause.result, L2TP_CDN_TIE);
	sim_check_agreement(&l->sim);
	assert_int_equal(node_counters(node(l, 0)).sessions, 1);
	assert_int_equal(node_counters(node(l, 1)).sessions, 1);
}

/* The one that is asked for again later is not held against the first. */
static void test_tie_is_over(void **state)
{
	struct lab *l = *state;
	struct sim_session *a = ethernet(l->a, "lan0"), *b;

	run(l, 1000);
	b = ethernet(l->b, "lan0");
	run(l, 1000);
	assert_true(a->up && b->up);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parameters, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_outgoing, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_ids_of_two_tunnels, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_pseudowire_types, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_requests_refused, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_sequencing_in_answers,
						setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_out_of_sequence, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_setup_timeout, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_cdn, setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_ids_of_requests, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_another_local_id, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_circuit_when_up, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_circuit_before, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_sli_before_our_id, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_sli_storm, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_ties, setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_no_tie_without_a_name,
						setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_crossing, setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_tie_is_over, setup,
						lab_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
