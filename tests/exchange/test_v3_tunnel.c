// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control connection of version 3: fallback and its refusals, ties, ends,
 * and L2TP directly over IP. RFC 3931 sections 3.3, 4.1.1, 4.7.3, 5.4.3, 7.2.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "peer.h"

/* ---- establishment ---- */

static void test_plain(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	const struct l2tp_tunnel_peer_info *info;

	open_both(s, &a, &b);
	assert_int_equal(l2tp_tunnel_version(a->t), 3);
	assert_int_equal(l2tp_tunnel_version(b->t), 3);
	assert_int_equal(a->peer_id, b->id);
	assert_int_equal(b->peer_id, a->id);
	assert_true(a->id > UINT16_MAX && b->id > UINT16_MAX);
	info = l2tp_tunnel_peer_info(a->t);
	assert_string_equal(info->hostname, "b.example");
	assert_int_equal(info->router_id, 2);
	assert_int_equal(info->pseudowires[0], L2TP_PW_PPP);
	assert_int_equal(info->pseudowires[1], L2TP_PW_ETHERNET);
	assert_false(info->authenticated);
}

/* Section 6.15: an acknowledgement has a body, which can be signed. */
static void test_explicit_ack(void **state)
{
	struct sim *s = *state;

	for (int i = 0; i < 2; i++) {
		struct sim_tunnel *a, *b;

		listen_to(&s->node[i]);
		open_both(s, &a, &b);
		l2tp_tunnel_probe((i ? a : b)->t, s->now);
		sim_settle(&s->node[!i]);
		sim_run(s, s->now + 1000);
		assert_true(heard.of[L2TP_ACK] > 0);
		assert_int_equal(heard.zlbs, 0);
		l2tp_tunnel_close(a->t, s->now, NULL);
		sim_settle(&s->node[0]);
		sim_drain(s, 60000);
		assert_true(a->freed && b->freed);
		assert_int_equal(heard.zlbs, 0);
		s->node[i].policy.send = NULL;
	}
}

/* A ZLB acknowledges as well where nothing is authenticated. */
static void test_zlb_is_heeded(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct packet p;

	open_both(s, &a, &b);
	s->node[1].gone = true;
	l2tp_tunnel_probe(a->t, s->now);
	sim_settle(&s->node[0]);
	assert_int_equal(tunnel_counters(a).unacknowledged, 1);
	begin_v3(&p, L2TP_ZLB, a->id, L2TP_DIGEST_NONE);
	forge(a, &p);
	assert_int_equal(tunnel_counters(a).unacknowledged, 0);
}

static void test_id_of_zero(void **state)
{
	struct sim *s = *state;
	struct packet p;

	s->node[0].gone = true;
	make_sccrq_v3(&p, 0, NULL, NULL);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(count_tunnels(&s->node[1]), 0);
	assert_int_equal(node_counters(&s->node[1]).tunnels, 0);
}

/* The driver's refusal, and one for the want of room. */
static void test_refused(void **state)
{
	struct sim *s = *state;
	struct l2tp_limits none = { .tunnels = 1 };
	struct sim_tunnel *a;
	struct packet p;

	s->node[1].policy.tunnel_request = leave_pending;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 100);
	l2tp_tunnel_reject(s->node[1].tunnels->t, s->now, NULL);
	sim_settle(&s->node[1]);
	sim_run(s, s->now + 100);
	assert_true(a->down && a->by_peer);
	assert_int_equal(a->cause.result, L2TP_STOPCCN_NOT_AUTHORIZED);

	make_sccrq_v3(&p, 76, NULL, NULL);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	l2tp_endpoint_set_limits(s->node[1].ep, &none);
	listen_to(&s->node[1]);
	make_sccrq_v3(&p, 77, NULL, NULL);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	expect_stopccn_v3(L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES);
	assert_int_equal(node_counters(&s->node[1]).refused, 1);
}

/* ---- versions: section 4.7.3 ---- */

static void test_versions(void **state)
{
	static const struct {
		uint8_t asked;
		bool fallback;
		uint8_t accepted; /* of the responder; 0: either */
		int version;	  /* 0: refused */
	} rows[] = {
		{ 3, false, 3, 3 }, { 3, false, 0, 3 }, { 3, false, 2, 0 },
		{ 2, false, 2, 2 }, { 2, false, 0, 2 }, { 2, false, 3, 0 },
		{ 3, true, 3, 3 },  { 3, true, 0, 3 },	{ 3, true, 2, 2 },
	};
	struct sim *s = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_tunnel *a;

		s->node[0].config.version = rows[i].asked;
		s->node[0].config.fallback = rows[i].fallback;
		s->node[1].config.version = rows[i].accepted;
		a = sim_tunnel_open(&s->node[0], NULL);
		sim_run(s, s->now + 1000);
		assert_int_equal(a->up, rows[i].version != 0);
		if (a->up) {
			assert_int_equal(l2tp_tunnel_version(a->t),
					 rows[i].version);
			assert_int_equal(l2tp_tunnel_version(
						 s->node[1].tunnels->t),
					 rows[i].version);
			assert_true(a->id <= UINT16_MAX || !rows[i].fallback);
		} else {
			assert_true(a->down && a->by_peer);
			assert_int_equal(a->cause.result, L2TP_STOPCCN_VERSION);
		}
	}
}

/* An answer of version 2 to who did not offer it is dropped and counted. */
static void test_downgrade_is_refused(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	struct packet p;

	s->node[1].gone = true;
	a = sim_tunnel_open(&s->node[0], NULL);
	packet_begin(&p, L2TP_SCCRP, (uint16_t)a->id, 0);
	l2tp_encode_address(p.data, 3, a->id);
	packet_end(&p);
	/*
	 * the id may be one of 16 bits by chance alone; that of the packet has
	 * to be the tunnel's
	 */
	p.data[1] = 3;
	sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
	assert_true(a->down);

	s->node[0].config.fallback = true;
	s->node[0].config.version = 3;
	a = sim_tunnel_open(&s->node[0], NULL);
	s->node[1].gone = false;
	sim_run(s, s->now + 3000);
	assert_true(a->up);
	assert_int_equal(l2tp_tunnel_version(a->t), 3);
	packet_begin(&p, L2TP_STOPCCN, (uint16_t)a->id, 0);
	put_number(&p, L2TP_AVP_ASSIGNED_TUNNEL_ID, a->peer_id, 2);
	packet_avp(&p, M_BIT, 0, 1, "\0\1", 2);
	forge(a, &p);
	assert_false(a->down);
	assert_int_equal(node_counters(&s->node[0]).wrong_version, 1);
	/* nor may it be said to who took the SCCRQ of both */
	forge(s->node[1].tunnels, &p);
	put_ids(&p, (uint16_t)s->node[1].tunnels->id, 0);
	forge(s->node[1].tunnels, &p);
	assert_false(s->node[1].tunnels->down);
	assert_int_equal(node_counters(&s->node[1]).wrong_version, 1);
}

/* What anybody may send in version 2 does not decide, only the answer does. */
static void test_junk_does_not_fall_back(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	struct packet p;

	s->node[0].config.fallback = true;
	s->node[1].gone = true;
	a = sim_tunnel_open(&s->node[0], NULL);
	packet_begin(&p, L2TP_HELLO, (uint16_t)a->id, 0);
	forge(a, &p);
	packet_begin(&p, L2TP_SCCRP, (uint16_t)a->id, 0);
	packet_end(&p);
	l2tp_encode_sequence(p.data, 3, 0);
	sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
	assert_int_equal(node_counters(&s->node[0]).wrong_version, 2);
	assert_int_equal(l2tp_tunnel_version(a->t), 3);
	/* a ZLB says that the SCCRQ arrived, and no more */
	packet_begin(&p, L2TP_ZLB, (uint16_t)a->id, 0);
	forge(a, &p);
	assert_int_equal(tunnel_counters(a).unacknowledged, 0);
	assert_int_equal(l2tp_tunnel_version(a->t), 3);

	begin_v3(&p, L2TP_SCCRP, a->id, L2TP_DIGEST_NONE);
	put_connection(&p, 77, NULL);
	forge(a, &p);
	assert_true(a->up);
	assert_int_equal(l2tp_tunnel_version(a->t), 3);
}

/* A forged SCCRP of version 3 does not keep the true one of version 2 out. */
static void test_forgery_does_not_bar_fallback(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	struct packet p;
	struct l2tp_nonce nonce = { 1, "x" };

	for (int i = 0; i < 2; i++) {
		set_secret(&s->node[i], "shared");
		s->node[i].config.challenge = true;
	}
	s->node[0].config.fallback = true;
	s->node[1].config.version = 2;
	a = sim_tunnel_open(&s->node[0], NULL);
	begin_v3(&p, L2TP_SCCRP, a->id, L2TP_DIGEST_SHA1);
	put_connection(&p, 77, &nonce);
	seal(&p, 0, 1, "guessed", &nonce, NULL);
	sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
	assert_int_equal(node_counters(&s->node[0]).bad_digest, 1);
	sim_run(s, s->now + 1000);
	assert_true(a->up);
	assert_int_equal(l2tp_tunnel_version(a->t), 2);
}

/* Calls that wait for a tunnel which turns out to be of version 2. */
static void test_calls_wait_for_the_version(void **state)
{
	static const struct l2tp_call_params ethernet = {
		.pseudowire = L2TP_PW_ETHERNET,
	};
	struct sim *s = *state;

	s->node[0].config.fallback = true;
	for (uint8_t version = 2; version <= 3; version++) {
		struct sim_session *ppp, *eth;
		struct sim_tunnel *a;
		int err;

		s->node[1].config.version = version;
		a = sim_tunnel_open(&s->node[0], NULL);
		ppp = sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL, &err);
		eth = sim_session_open(a, L2TP_CALL_LAC_INCOMING, &ethernet,
				       &err);
		sim_run(s, s->now + 1000);
		assert_int_equal(l2tp_tunnel_version(a->t), version);
		assert_true(ppp->up);
		assert_int_equal(eth->up, version == 3);
		assert_int_equal(eth->down, version == 2);
	}
}

/*
 * Of an SCCRQ of both versions each counts its own id; a copy is known
 * by what it says.
 */
static void test_ids_that_differ(void **state)
{
	struct sim *s = *state;
	struct packet p;

	s->node[0].gone = true;
	s->node[1].config.whole = true;
	make_sccrq(&p, 77, 0x0100);
	put_number(&p, L2TP_AVP_ROUTER_ID, 99, 4);
	put_number(&p, L2TP_AVP_ASSIGNED_CONNECTION_ID, 0x10005, 4);
	packet_avp(&p, 0, 0, 62, "\0\x05", 2);
	packet_end(&p);
	for (int i = 0; i < 3; i++)
		sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(count_tunnels(&s->node[1]), 1);
	assert_int_equal(l2tp_tunnel_version(s->node[1].tunnels->t), 3);
	assert_int_equal(l2tp_tunnel_peer_id(s->node[1].tunnels->t), 0x10005);
}

/* ---- ties: section 5.4.3 ---- */

static void tie(struct packet *p, uint32_t ccid, const uint8_t *value)
{
	begin_v3(p, L2TP_SCCRQ, 0, L2TP_DIGEST_NONE);
	if (value)
		packet_avp(p, M_BIT, 0, 5, value, 8);
	put_connection(p, ccid, NULL);
}

static void test_ties(void **state)
{
	static const uint8_t least[8] = { 0 }, most[8] = { 255, 255, 255, 255,
							   255, 255, 255, 255 };
	static const struct {
		bool ours;
		const uint8_t *theirs;
		bool equal, ours_lives, theirs_lives;
	} rows[] = {
		{ true, least, false, false, true },
		{ true, most, false, true, false },
		{ true, NULL, true, false, false },
		{ true, NULL, false, true, false },
		{ false, most, false, false, true },
		{ false, NULL, false, true, true },
	};
	struct sim *s = *state;

	s->node[1].gone = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int before = count_tunnels(&s->node[0]);
		struct sim_tunnel *a, *b;
		struct decoded d;
		uint8_t value[8];
		struct packet p;

		listen_to(&s->node[0]);
		s->node[0].config.tie_breaker = rows[i].ours;
		s->node[0].config.whole = true;
		a = sim_tunnel_open(&s->node[0], NULL);
		packet_decode(&heard.packet, NULL, &d);
		if (rows[i].ours)
			memcpy(value, d.m.avp[L2TP_AVP_TIE_BREAKER].value, 8);
		tie(&p, 1000 + (uint32_t)i,
		    rows[i].equal ? value : rows[i].theirs);
		sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
		b = s->node[0].tunnels;
		assert_int_equal(count_tunnels(&s->node[0]), before + 2);
		assert_int_equal(a->down, !rows[i].ours_lives);
		assert_int_equal(b->down, !rows[i].theirs_lives);
		/* "A StopCCN SHOULD be sent by the winner" */
		if (b->down)
			expect_stopccn_v3(L2TP_STOPCCN_EXISTS, 0);
		sim_drain(s, 200000);
	}
}

/* Both dial at once, and one connection is left. */
static void test_crossing(void **state)
{
	struct sim *s = *state;

	for (int i = 0; i < 2; i++) {
		set_secret(&s->node[i], "shared");
		s->node[i].config.challenge = true;
		s->node[i].config.tie_breaker = true;
	}
	for (int i = 0; i < 2; i++)
		sim_tunnel_open(&s->node[i], NULL);
	sim_run(s, s->now + 40000);
	assert_int_equal(count_up(&s->node[0]), 1);
	assert_int_equal(count_up(&s->node[1]), 1);
	sim_check_agreement(s);
}

/* ---- ends ---- */

/* The initiator thinks better of it before the answer came. */
static void test_taken_back(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;

	s->node[1].policy.tunnel_request = leave_pending;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 200);
	b = s->node[1].tunnels;
	assert_false(b->down);
	l2tp_tunnel_close(a->t, s->now, NULL);
	sim_settle(&s->node[0]);
	sim_run(s, s->now + 200);
	assert_true(b->down && b->by_peer);
	sim_drain(s, 100000);
	assert_true(a->freed && b->freed);
}

static struct {
	struct packet p[64];
	struct sim_node *from[64];
	unsigned int n;
} recorded;

static bool record(struct sim_node *n, const uint8_t *pkt, size_t len)
{
	if (recorded.n < 64) {
		recorded.p[recorded.n].len = len;
		memcpy(recorded.p[recorded.n].data, pkt, len);
		recorded.from[recorded.n++] = n;
	}
	return true;
}

/*
 * All that both said, once more, in either direction: nothing happens, and it
 * is no sign of life.
 */
static void test_replay(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct sim_session *ss;
	uint64_t heard_a, heard_b;
	int err;

	recorded.n = 0;
	for (int i = 0; i < 2; i++) {
		set_secret(&s->node[i], "shared");
		s->node[i].config.challenge = true;
		s->node[i].config.hello_interval = L2TP_OFF;
		s->node[i].policy.send = record;
	}
	open_both(s, &a, &b);
	ss = sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL, &err);
	sim_run(s, s->now + 40000);
	assert_true(ss->up);
	heard_a = tunnel_counters(a).last_heard_ms;
	heard_b = tunnel_counters(b).last_heard_ms;
	for (unsigned int i = recorded.n; i-- > 0;)
		for (int to = 0; to < 2; to++)
			sim_inject(&s->node[to], &s->node[!to].addr,
				   recorded.p[i].data, recorded.p[i].len);
	assert_true(!a->down && !b->down && !ss->down);
	assert_int_equal(count_up(&s->node[0]), 1);
	assert_int_equal(count_up(&s->node[1]), 1);
	assert_int_equal(tunnel_counters(a).last_heard_ms, heard_a);
	assert_int_equal(tunnel_counters(b).last_heard_ms, heard_b);
	/* the SCCRQ alone is good for another tunnel that never comes up */
	sim_run(s, s->now + 100000);
	assert_int_equal(node_counters(&s->node[1]).half_open, 0);
	assert_int_equal(node_counters(&s->node[1]).tunnels, 1);
}

/* ---- over IP: section 4.1.1 ---- */

static void over_ip(struct sim *s)
{
	for (int i = 0; i < 2; i++)
		s->node[i].addr.port = 0;
}

static void test_over_ip(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct decoded d;

	over_ip(s);
	listen_to(&s->node[0]);
	open_both(s, &a, &b);
	/*
	 * there is no checksum below: every message has a digest
	 * to tell damage by
	 */
	packet_decode(&heard.packet, NULL, &d);
	assert_true(l2tp_has(&d.m, L2TP_AVP_MESSAGE_DIGEST));
	assert_false(l2tp_tunnel_peer_info(b->t)->authenticated);
	heard.packet.data[heard.packet.len - 1] ^= 1;
	sim_inject(&s->node[1], &s->node[0].addr, heard.packet.data,
		   heard.packet.len);
	assert_int_equal(node_counters(&s->node[1]).bad_digest, 1);
	assert_false(b->down);
}

static void test_transports_do_not_mix(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	struct addr udp;
	struct packet p;

	over_ip(s);
	s->node[1].gone = true;
	/* directly over IP there is version 3 only */
	make_sccrq(&p, 77, 0x0100);
	sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
	assert_int_equal(count_tunnels(&s->node[0]), 0);
	assert_int_equal(node_counters(&s->node[0]).malformed, 1);

	a = sim_tunnel_open(&s->node[0], NULL);
	udp = s->node[1].addr;
	udp.port = 1701;
	begin_v3(&p, L2TP_SCCRP, a->id, L2TP_DIGEST_NONE);
	put_connection(&p, 77, NULL);
	seal(&p, 0, 1, NULL, NULL, NULL);
	sim_inject(&s->node[0], &udp, p.data, p.len);
	assert_false(a->up);
	assert_int_equal(node_counters(&s->node[0]).wrong_address, 1);
	sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
	assert_true(a->up);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_plain, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_explicit_ack,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(test_zlb_is_heeded,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(test_id_of_zero, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_refused, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_versions, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_downgrade_is_refused,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(test_junk_does_not_fall_back,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(
			test_forgery_does_not_bar_fallback, pair_setup_v3,
			pair_teardown),
		cmocka_unit_test_setup_teardown(test_calls_wait_for_the_version,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(test_ids_that_differ,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(test_ties, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_crossing, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_taken_back, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_replay, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_over_ip, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_transports_do_not_mix,
						pair_setup_v3, pair_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
