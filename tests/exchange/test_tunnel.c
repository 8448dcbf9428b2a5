// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control connections between two cores, and against hand-made messages:
 * establishment, authentication, addresses, order. RFC 2661 sections 4.4.3,
 * 5.1, 7.2, 8.1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "peer.h"

static const struct addr stranger = {
	.family = AF_INET,
	.port = 1701,
	.ip = { 198, 51, 100, 9 },
};

/* ---- establishment ---- */

static void test_plain(void **state)
{
	struct sim *s = *state;
	const struct l2tp_tunnel_peer_info *info;
	struct sim_tunnel *a, *b;

	s->node[0].config.framing = 1;
	s->node[0].config.firmware = 0x1234;
	s->node[0].config.receive_window = 7;
	strcpy(s->node[0].config.vendor_name, "somebody");
	open_both(s, &a, &b);
	assert_int_equal(a->id, b->peer_id);
	assert_int_equal(b->id, a->peer_id);
	assert_true(l2tp_tunnel_is_initiator(a->t));
	assert_false(l2tp_tunnel_is_initiator(b->t));
	assert_string_equal(l2tp_tunnel_state_str(b->t), "established");
	info = l2tp_tunnel_peer_info(b->t);
	assert_string_equal(info->hostname, "a.example");
	assert_string_equal(info->vendor_name, "somebody");
	assert_int_equal(info->framing, 1);
	assert_int_equal(info->bearer, 3);
	assert_int_equal(info->firmware, 0x1234);
	assert_int_equal(info->receive_window, 7);
	assert_int_equal(info->protocol_version, 0x0100);
	assert_string_equal(l2tp_tunnel_peer_info(a->t)->hostname, "b.example");
	/* nothing but the four packets of section 5.1 */
	assert_int_equal(s->node[0].sent, 2);
	assert_int_equal(s->node[1].sent, 2);
	assert_int_equal(node_counters(&s->node[1]).half_open, 0);
}

static void test_authentication(void **state)
{
	/* who challenges, who hides: every combination */
	for (unsigned int how = 0; how < 16; how++) {
		struct sim *s = *state;
		struct sim_tunnel *a, *b;

		for (int i = 0; i < 2; i++) {
			set_secret(&s->node[i], "the same");
			s->node[i].config.challenge = how & 1u << i;
			s->node[i].config.hide = how & 4u << i;
		}
		open_both(s, &a, &b);
		assert_string_equal(l2tp_tunnel_peer_info(b->t)->hostname,
				    "a.example");
		pair_teardown(state);
		pair_setup(state);
	}
}

static void test_wrong_secret(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;

	/*
	 * the responder's answer to the challenge is wrong: the
	 * initiator refuses
	 */
	set_secret(&s->node[0], "one");
	set_secret(&s->node[1], "another");
	s->node[0].config.challenge = true;
	listen_to(&s->node[0]);
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 200);
	assert_true(a->down && !a->up);
	assert_int_equal(a->cause.result, L2TP_STOPCCN_NOT_AUTHORIZED);
	assert_false(a->by_peer);
	expect_stopccn(L2TP_STOPCCN_NOT_AUTHORIZED, 0);
	assert_true(s->node[1].tunnels->down && !s->node[1].tunnels->up);
	assert_true(s->node[1].tunnels->by_peer);
	assert_non_null(strstr(s->node[1].tunnels->cause.text, "secret"));
	sim_drain(s, 60000);
	sim_check_empty(s);

	/*
	 * the initiator's answer is wrong: the responder does, after its SCCRP
	 */
	s->node[0].config.challenge = false;
	s->node[1].config.challenge = true;
	listen_to(&s->node[1]);
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 200);
	/* it had to take the SCCRP, so that it was up for a moment */
	assert_true(a->up && a->down && a->by_peer);
	assert_int_equal(a->cause.result, L2TP_STOPCCN_NOT_AUTHORIZED);
	expect_stopccn(L2TP_STOPCCN_NOT_AUTHORIZED, 0);
	assert_false(s->node[1].tunnels->up);
	sim_drain(s, 60000);
	sim_check_empty(s);
}

static void test_no_secret(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	int err;

	set_secret(&s->node[0], "mine alone");
	s->node[0].config.challenge = true;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 200);
	assert_true(a->down && a->by_peer);
	assert_int_equal(a->cause.result, L2TP_STOPCCN_NOT_AUTHORIZED);
	assert_non_null(strstr(a->cause.text, "no secret"));

	/*
	 * hidden even: then the refusal cannot name our id, and
	 * finds us by address
	 */
	s->node[0].config.hide = true;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 200);
	assert_true(a->down && a->by_peer);
	sim_drain(s, 120000);
	sim_check_empty(s);

	/* what cannot work is said at once */
	s->node[1].config.challenge = true;
	assert_null(l2tp_tunnel_open(s->node[1].ep, s->now, &s->node[1].config,
				     &s->node[1].addr, &s->node[0].addr, 1, 0,
				     &err));
	assert_int_equal(err, -EINVAL);
}

static void test_missing_response(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	struct packet p;

	set_secret(&s->node[0], "mine");
	s->node[0].config.challenge = true;
	s->node[1].gone = true;
	listen_to(&s->node[0]);
	a = sim_tunnel_open(&s->node[0], NULL);
	packet_message(&p, L2TP_SCCRP, 0);
	put_ids(&p, a->id, 0);
	forge(a, &p);
	assert_true(a->down);
	expect_stopccn(L2TP_STOPCCN_NOT_AUTHORIZED, 0);
}

static void test_version(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	struct packet p;

	/* refused without keeping anything */
	make_sccrq(&p, 77, 0x0200);
	s->node[0].gone = true;
	listen_to(&s->node[1]);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	expect_stopccn(L2TP_STOPCCN_VERSION, 0x0100);
	assert_int_equal(heard.packet.data[5], 77);
	/* it acknowledges the SCCRQ */
	assert_memory_equal(heard.packet.data + 8, "\0\0\0\1", 4);
	assert_null(s->node[1].tunnels);
	assert_int_equal(node_counters(&s->node[1]).refused, 1);

	/* a later revision of version 1 may call */
	make_sccrq(&p, 78, 0x0105);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);

	/* and in an SCCRP */
	s->node[0].gone = false;
	s->node[1].gone = true;
	listen_to(&s->node[0]);
	a = sim_tunnel_open(&s->node[0], NULL);
	packet_begin(&p, L2TP_SCCRP, a->id, 0);
	put_number(&p, L2TP_AVP_PROTOCOL_VERSION, 0x0200, 2);
	put_number(&p, L2TP_AVP_FRAMING_CAPABILITIES, 3, 4);
	packet_avp(&p, M_BIT, 0, 7, "stranger", 8);
	put_number(&p, L2TP_AVP_ASSIGNED_TUNNEL_ID, 79, 2);
	forge(a, &p);
	expect_stopccn(L2TP_STOPCCN_VERSION, 0x0100);
	assert_int_equal(heard.packet.data[5], 79);
	assert_true(a->down);
}

static void test_window_of_zero(void **state)
{
	struct sim *s = *state;
	struct packet p;

	/*
	 * section 5.8: invalid; its M bit is set, so it costs the tunnel
	 * (section 7.1)
	 */
	make_sccrq(&p, 77, 0x0100);
	put_number(&p, L2TP_AVP_RECEIVE_WINDOW_SIZE, 0, 2);
	packet_end(&p);
	s->node[0].gone = true;
	listen_to(&s->node[1]);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	expect_stopccn(L2TP_STOPCCN_ERROR, L2TP_ERROR_VALUE);
	assert_null(s->node[1].tunnels);
}

static void test_walk(void **state)
{
	struct sim *s = *state;
	static bool seen[UINT16_MAX + 1];
	struct l2tp_tunnel *t = NULL;
	unsigned int count = 0;

	for (int i = 0; i < 100; i++)
		sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 1000);
	while ((t = l2tp_tunnel_next(s->node[1].ep,
				     t ? l2tp_tunnel_id(t) + UINT64_C(1) :
					 0))) {
		assert_false(seen[l2tp_tunnel_id(t)]);
		seen[l2tp_tunnel_id(t)] = true;
		count++;
	}
	assert_int_equal(count, 100);
}

/* ---- addresses ---- */

static void test_addresses(void **state)
{
	struct sim *s = *state;
	struct addr other_port = s->node[1].addr;
	struct sim_tunnel *a, *b;
	struct packet p;

	open_both(s, &a, &b);
	packet_begin(&p, L2TP_STOPCCN, a->id, 0);
	put_number(&p, L2TP_AVP_ASSIGNED_TUNNEL_ID, b->id, 2);
	put_number(&p, L2TP_AVP_RESULT_CODE, 1, 2);
	packet_end(&p);
	l2tp_encode_sequence(p.data, 1, 2);
	sim_inject(&s->node[0], &stranger, p.data, p.len);
	other_port.port = 1702;
	sim_inject(&s->node[0], &other_port, p.data, p.len);
	assert_false(a->down);
	assert_int_equal(node_counters(&s->node[0]).wrong_address, 2);
	sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
	assert_true(a->down);
}

/* Section 8.1: the recipient may answer from another port, which then stays. */
static void test_port_of_the_answer(void **state)
{
	struct sim *s = *state;
	struct addr other_port = s->node[1].addr;
	struct sim_tunnel *a;
	struct packet p;

	s->node[1].gone = true;
	a = sim_tunnel_open(&s->node[0], NULL);
	packet_begin(&p, L2TP_SCCRP, a->id, 0);
	put_number(&p, L2TP_AVP_PROTOCOL_VERSION, 0x0100, 2);
	put_number(&p, L2TP_AVP_FRAMING_CAPABILITIES, 3, 4);
	packet_avp(&p, M_BIT, 0, 7, "stranger", 8);
	put_number(&p, L2TP_AVP_ASSIGNED_TUNNEL_ID, 79, 2);
	packet_end(&p);
	l2tp_encode_sequence(p.data, 0, 1);
	sim_inject(&s->node[0], &stranger, p.data, p.len);
	assert_false(a->up);
	/* from here on the simulated network looks at where packets go */
	other_port.port = 40001;
	s->node[1].addr.port = 40001;
	sim_inject(&s->node[0], &other_port, p.data, p.len);
	assert_true(a->up);
	assert_int_equal(l2tp_tunnel_peer(a->t)->port, 40001);
}

static void make_sccrp(struct packet *p, uint16_t to, const void *response)
{
	packet_begin(p, L2TP_SCCRP, to, 0);
	put_number(p, L2TP_AVP_PROTOCOL_VERSION, 0x0100, 2);
	put_number(p, L2TP_AVP_FRAMING_CAPABILITIES, 3, 4);
	packet_avp(p, M_BIT, 0, 7, "stranger", 8);
	put_number(p, L2TP_AVP_ASSIGNED_TUNNEL_ID, 79, 2);
	packet_avp(p, M_BIT, 0, 13, response, 16);
	packet_end(p);
	l2tp_encode_sequence(p->data, 0, 1);
}

/* Or from another address, where that is allowed: with the secret only. */
static void test_address_of_the_answer(void **state)
{
	struct sim *s = *state;
	uint8_t response[16] = { 0 };
	struct sim_tunnel *a;
	struct decoded d;
	struct packet p;

	set_secret(&s->node[0], "shared");
	s->node[0].config.challenge = true;
	s->node[0].config.answer_from = L2TP_ANSWER_FROM_ANYWHERE;
	s->node[1].gone = true;
	listen_to(&s->node[0]);
	a = sim_tunnel_open(&s->node[0], NULL);
	packet_decode(&heard.packet, NULL, &d);
	make_sccrp(&p, a->id, response);
	sim_inject(&s->node[0], &stranger, p.data, p.len);
	assert_false(a->up || a->down);
	assert_int_equal(node_counters(&s->node[0]).wrong_address, 1);

	assert_int_equal(
		l2tp_challenge_response(response, L2TP_SCCRP,
					&s->node[0].config.secret,
					d.m.avp[L2TP_AVP_CHALLENGE].value,
					d.m.avp[L2TP_AVP_CHALLENGE].len),
		0);
	make_sccrp(&p, a->id, response);
	/* one that does not acknowledge our SCCRQ is no answer to it */
	l2tp_encode_sequence(p.data, 0, 0);
	sim_inject(&s->node[0], &stranger, p.data, p.len);
	assert_false(a->up || a->down);
	l2tp_encode_sequence(p.data, 0, 1);
	s->node[1].addr = stranger;
	sim_inject(&s->node[0], &stranger, p.data, p.len);
	assert_true(a->up);
	assert_true(addr_equal(l2tp_tunnel_peer(a->t), &stranger));
}

static void test_strict_about_the_answer(void **state)
{
	struct sim *s = *state;
	struct addr other_port = s->node[1].addr;
	struct sim_tunnel *a;
	struct packet p;

	s->node[0].config.answer_from = L2TP_ANSWER_FROM_PORT;
	s->node[1].gone = true;
	a = sim_tunnel_open(&s->node[0], NULL);
	make_sccrp(&p, a->id, "0123456789abcdef");
	other_port.port = 40001;
	sim_inject(&s->node[0], &other_port, p.data, p.len);
	assert_false(a->up || a->down);
	sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
	assert_true(a->up);
}

static void test_garbage(void **state)
{
	struct sim *s = *state;
	struct sim_node *n = &s->node[1];
	uint8_t zlb[L2TP_ZLB_LEN];
	struct packet p;

	/* no StopCCN to what may be anybody's */
	packet_begin(&p, L2TP_HELLO, 4711, 0);
	packet_end(&p);
	sim_inject(n, &stranger, p.data, p.len);
	packet_begin(&p, L2TP_HELLO, 0, 0);
	packet_end(&p);
	sim_inject(n, &stranger, p.data, p.len);
	packet_begin(&p, L2TP_STOPCCN, 0, 0);
	put_number(&p, L2TP_AVP_ASSIGNED_TUNNEL_ID, 5, 2);
	put_number(&p, L2TP_AVP_RESULT_CODE, 1, 2);
	packet_end(&p);
	sim_inject(n, &stranger, p.data, p.len);
	l2tp_encode_zlb(zlb, 0, 0, 0);
	sim_inject(n, &stranger, zlb, sizeof(zlb));
	assert_int_equal(node_counters(n).stray, 4);
	sim_inject(n, &stranger, "", 0);
	sim_inject(n, &stranger, "\xc8\x02\x00", 3);
	assert_int_equal(node_counters(n).malformed, 2);
	/* an SCCRQ that is not the first message */
	make_sccrq(&p, 7, 0x0100);
	l2tp_encode_sequence(p.data, 1, 0);
	sim_inject(n, &stranger, p.data, p.len);
	assert_int_equal(node_counters(n).malformed, 3);
	sim_inject(n, &stranger, "\0\2\0\7\0\1\xff\3\xc0\x21", 10);
	assert_int_equal(node_counters(n).data, 1);
	assert_int_equal(node_counters(n).stray, 4);
	assert_int_equal(n->sent, 0);
	assert_null(n->tunnels);
}

/* ---- messages out of place ---- */

static void test_out_of_sequence(void **state)
{
	static const enum l2tp_message_type types[] = { L2TP_SCCRQ, L2TP_SCCRP,
							L2TP_SCCCN };

	for (size_t i = 0; i < 3; i++) {
		struct sim *s = *state;
		struct sim_tunnel *a, *b;
		struct packet p;

		open_both(s, &a, &b);
		s->node[0].gone = true;
		listen_to(&s->node[1]);
		packet_message(&p, types[i], 0);
		put_ids(&p, b->id, 0);
		forge(b, &p);
		assert_true(b->down && !b->by_peer);
		expect_stopccn(L2TP_STOPCCN_FSM, 0);
		pair_teardown(state);
		pair_setup(state);
	}
}

static void test_unknown_message(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct packet p;

	open_both(s, &a, &b);
	s->node[0].gone = true;
	listen_to(&s->node[1]);
	packet_begin(&p, 99, b->id, 0);
	p.data[12] &= 0x7f;
	forge(b, &p);
	/* taken and acknowledged, and nothing more */
	assert_false(b->down);
	assert_int_equal(s->node[1].logs, 1);
	sim_run(s, s->now + 200);
	assert_int_equal(heard.zlbs, 1);
	packet_begin(&p, 99, b->id, 0);
	forge(b, &p);
	assert_true(b->down);
	expect_stopccn(L2TP_STOPCCN_ERROR, L2TP_ERROR_UNKNOWN_AVP);
}

#define test(name) \
	cmocka_unit_test_setup_teardown(test_##name, pair_setup, pair_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(plain),
		test(authentication),
		test(wrong_secret),
		test(no_secret),
		test(missing_response),
		test(version),
		test(window_of_zero),
		test(walk),
		test(addresses),
		test(port_of_the_answer),
		test(address_of_the_answer),
		test(strict_about_the_answer),
		test(garbage),
		test(out_of_sequence),
		test(unknown_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
