// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control Message Authentication and hidden AVPs between two cores, and against
 * who has no secret. RFC 3931 sections 4.3, 5.3, 5.4.1, 6.15.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "peer.h"

static const struct l2tp_nonce nonce = { 16, "a peer's nonce 1" };

static void authenticate(struct sim *s)
{
	for (int i = 0; i < 2; i++) {
		set_secret(&s->node[i], "shared");
		s->node[i].config.challenge = true;
	}
}

/* Node 1 is silenced, and node 0's SCCRQ was heard. */
static struct sim_tunnel *open_alone(struct sim *s)
{
	s->node[1].gone = true;
	listen_to(&s->node[0]);
	return sim_tunnel_open(&s->node[0], NULL);
}

static void inject(struct sim *s, int to, const struct packet *p)
{
	sim_inject(&s->node[to], &s->node[!to].addr, p->data, p->len);
}

/* ---- who has which secret ---- */

static void test_secrets(void **state)
{
	enum outcome { UP, PLAIN, SILENCE, REFUSED };
	static const struct {
		const char *a, *a_old, *b, *b_old;
		bool a_asks, b_asks, hide;
		enum outcome outcome;
	} rows[] = {
		{ "x", NULL, "x", NULL, true, true, false, UP },
		{ "x", NULL, "x", NULL, true, true, true, UP },
		{ "x", NULL, "x", NULL, true, false, false, UP },
		{ "x", NULL, "x", NULL, false, false, false, PLAIN },
		{ NULL, NULL, "x", NULL, false, false, false, PLAIN },
		/* always both or none */
		{ "x", NULL, "x", NULL, false, true, false, REFUSED },
		{ NULL, NULL, "x", NULL, false, true, false, REFUSED },
		{ "x", NULL, NULL, NULL, true, false, false, SILENCE },
		{ "x", NULL, "y", NULL, true, true, false, SILENCE },
		{ "x", NULL, "y", NULL, true, true, true, SILENCE },
		/* a secret that is being changed: either end goes first */
		{ "new", "x", "x", "new", true, true, false, UP },
		{ "new", "x", "x", "new", true, true, true, UP },
		{ "x", "new", "new", "x", true, true, true, UP },
		{ "new", "x", "new", "x", true, true, true, UP },
		{ "new", "x", "x", NULL, true, true, false, SILENCE },
		{ "x", NULL, "new", "x", true, true, false, SILENCE },
		{ "x", "new", "y", "z", true, true, false, SILENCE },
	};
	struct sim *s = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *secrets[2][2] = {
			{ rows[i].a, rows[i].a_old },
			{ rows[i].b, rows[i].b_old },
		};
		struct sim_session *ss;
		struct sim_tunnel *a;
		int err;

		for (int n = 0; n < 2; n++) {
			struct l2tp_tunnel_config *c = &s->node[n].config;

			secret_clear(&c->secret);
			secret_clear(&c->old_secret);
			if (secrets[n][0])
				secret_set(&c->secret, secrets[n][0],
					   strlen(secrets[n][0]));
			if (secrets[n][1])
				secret_set(&c->old_secret, secrets[n][1],
					   strlen(secrets[n][1]));
			c->challenge = n ? rows[i].b_asks : rows[i].a_asks;
			c->hide = rows[i].hide;
		}
		a = sim_tunnel_open(&s->node[0], NULL);
		sim_run(s, s->now + 40000);
		assert_int_equal(a->up, rows[i].outcome <= PLAIN);
		if (a->up) {
			assert_int_equal(
				l2tp_tunnel_peer_info(a->t)->authenticated,
				rows[i].outcome == UP);
			assert_int_equal(l2tp_tunnel_peer_info(
						 s->node[1].tunnels->t)
						 ->authenticated,
					 rows[i].outcome == UP);
			/* calls have to be signed and unhidden as well */
			ss = sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL,
					      &err);
			sim_run(s, s->now + 1000);
			assert_true(ss->up);
			continue;
		}
		assert_true(a->down && s->node[1].tunnels->down);
		assert_int_equal(a->by_peer, rows[i].outcome == REFUSED);
		if (rows[i].outcome == REFUSED)
			assert_int_equal(a->cause.result,
					 L2TP_STOPCCN_NOT_AUTHORIZED);
		else
			assert_true(node_counters(&s->node[0]).bad_digest ||
				    node_counters(&s->node[1]).bad_digest);
	}
}

static void test_digest_types(void **state)
{
	static const enum l2tp_digest types[] = { L2TP_DIGEST_MD5,
						  L2TP_DIGEST_SHA1 };
	struct sim *s = *state;

	authenticate(s);
	for (int i = 0; i < 4; i++) {
		struct sim_tunnel *a, *b;

		s->node[0].config.digest = types[i & 1];
		s->node[1].config.digest = types[i >> 1];
		open_both(s, &a, &b);
		assert_int_equal(l2tp_tunnel_peer_info(a->t)->digest,
				 types[i >> 1]);
		assert_int_equal(l2tp_tunnel_peer_info(b->t)->digest,
				 types[i & 1]);
	}
}

static struct packet seen_sccrq;

static bool see(struct sim_node *n, const uint8_t *pkt, size_t len)
{
	(void)n;
	if (len > 19 && pkt[19] == L2TP_SCCRQ) {
		memcpy(seen_sccrq.data, pkt, len);
		seen_sccrq.len = len;
	}
	return true;
}

static void test_hidden(void **state)
{
	static const struct l2tp_call_params p = {
		.cookie_len = 8,
		.cookie = { 1, 2, 3, 4, 5, 6, 7, 8 },
		.end_id_len = 4,
		.end_id = "lan0",
	};
	struct sim *s = *state;
	const struct l2tp_call_params *got;
	struct sim_tunnel *a, *b;
	struct sim_session *ss;
	struct decoded d;
	int err;

	authenticate(s);
	for (int i = 0; i < 2; i++)
		s->node[i].config.hide = true;
	s->node[0].policy.send = see;
	open_both(s, &a, &b);
	packet_decode(&seen_sccrq, NULL, &d);
	assert_true(d.m.locked > 0);
	assert_false(l2tp_has(&d.m, L2TP_AVP_ASSIGNED_CONNECTION_ID));
	ss = sim_session_open(a, L2TP_CALL_LAC_INCOMING, &p, &err);
	sim_run(s, s->now + 1000);
	assert_true(ss->up);
	got = l2tp_session_peer_params(s->node[1].sessions->s);
	assert_int_equal(got->cookie_len, 8);
	assert_memory_equal(got->cookie, p.cookie, 8);
	assert_int_equal(got->end_id_len, 4);
}

/* Section 5.3: hidden without authentication, nothing can be read. */
static void test_hidden_without_authentication(void **state)
{
	static const struct secret shared = { .len = 6, .data = "shared" };
	struct sim *s = *state;
	struct l2tp_hiding hiding = { .random_vector = "fifteen octets " };
	struct l2tp_encoder e;
	struct secret key;
	struct packet p;

	assert_int_equal(l2tp_hiding_key(&key, &shared), 0);
	hiding.secret = &key;
	set_secret(&s->node[1], "shared");
	s->node[0].gone = true;
	listen_to(&s->node[1]);
	l2tp_encode_begin_v3(&e, p.data, sizeof(p.data), L2TP_SCCRQ, 0,
			     L2TP_DIGEST_NONE, &hiding);
	l2tp_encode_text(&e, L2TP_AVP_HOST_NAME, "stranger");
	l2tp_encode_avp(&e, L2TP_AVP_ROUTER_ID, "\0\0\0\1", 4);
	e.hiding = NULL;
	l2tp_encode_u32(&e, L2TP_AVP_ASSIGNED_CONNECTION_ID, 77);
	e.hiding = &hiding;
	l2tp_encode_u16(&e, L2TP_AVP_PW_CAPABILITIES, L2TP_PW_PPP);
	p.len = (size_t)l2tp_encode_end(&e);
	inject(s, 1, &p);
	expect_stopccn_v3(L2TP_STOPCCN_ERROR, L2TP_ERROR_VENDOR);
}

/* ---- forgeries ---- */

/*
 * A wrong SCCRQ gets no answer and leaves nothing; what is in it moves nothing.
 */
static void test_forged_request(void **state)
{
	static const uint8_t least[8];
	struct sim *s = *state;
	struct sim_tunnel *a;
	struct packet p;

	authenticate(s);
	s->node[0].config.tie_breaker = true;
	a = open_alone(s);
	begin_v3(&p, L2TP_SCCRQ, 0, L2TP_DIGEST_SHA1);
	packet_avp(&p, M_BIT, 0, 5, least, 8);
	put_connection(&p, 77, &nonce);
	seal(&p, 0, 0, "guessed", NULL, NULL);
	inject(s, 0, &p);
	/* section 5.4.1: not even to win a tie */
	assert_false(a->down);
	assert_int_equal(heard.messages, 1);
	assert_int_equal(node_counters(&s->node[0]).bad_digest, 1);
	assert_int_equal(node_counters(&s->node[0]).tunnels, 1);
	assert_int_equal(node_counters(&s->node[0]).half_open, 0);

	/* a fault in it is not told either */
	begin_v3(&p, L2TP_SCCRQ, 0, L2TP_DIGEST_SHA1);
	put_connection(&p, 78, &nonce);
	packet_avp(&p, M_BIT, 0, 300, NULL, 0);
	seal(&p, 0, 0, "guessed", NULL, NULL);
	inject(s, 0, &p);
	assert_false(a->down);

	/* with the right secret it wins */
	begin_v3(&p, L2TP_SCCRQ, 0, L2TP_DIGEST_SHA1);
	packet_avp(&p, M_BIT, 0, 5, least, 8);
	put_connection(&p, 79, &nonce);
	seal(&p, 0, 0, "shared", NULL, NULL);
	inject(s, 0, &p);
	assert_true(a->down);
}

static void test_forged_reply(void **state)
{
	struct sim *s = *state;
	struct l2tp_nonce ours, long_nonce = { 64, "" };
	struct sim_tunnel *a;
	struct packet p;
	uint8_t value[65] = { 0 };

	authenticate(s);
	a = open_alone(s);
	ours = heard_nonce();

	/*
	 * without digest, without nonce, by a wrong secret, of other nonces;
	 * nothing of it is even acknowledged
	 */
	begin_v3(&p, L2TP_SCCRP, a->id, L2TP_DIGEST_NONE);
	put_connection(&p, 77, &nonce);
	seal(&p, 0, 1, NULL, NULL, NULL);
	inject(s, 0, &p);
	begin_v3(&p, L2TP_SCCRP, a->id, L2TP_DIGEST_SHA1);
	put_connection(&p, 77, NULL);
	seal(&p, 0, 1, "shared", NULL, &ours);
	inject(s, 0, &p);
	begin_v3(&p, L2TP_SCCRP, a->id, L2TP_DIGEST_SHA1);
	put_connection(&p, 77, &nonce);
	seal(&p, 0, 1, "guessed", &nonce, &ours);
	inject(s, 0, &p);
	seal(&p, 0, 1, "shared", &nonce, NULL);
	inject(s, 0, &p);
	seal(&p, 0, 1, "shared", &ours, &nonce);
	inject(s, 0, &p);
	begin_v3(&p, L2TP_SCCRP, a->id, L2TP_DIGEST_SHA1);
	put_connection(&p, 77, NULL);
	packet_avp(&p, M_BIT, 0, 73, value, 65);
	seal(&p, 0, 1, "shared", &long_nonce, &ours);
	inject(s, 0, &p);
	/* the digest in another place than its own */
	begin_v3(&p, L2TP_SCCRP, a->id, L2TP_DIGEST_NONE);
	put_connection(&p, 77, &nonce);
	packet_avp(&p, M_BIT, 0, 59, value, 17);
	seal(&p, 0, 1, "shared", &nonce, &ours);
	inject(s, 0, &p);
	assert_false(a->up || a->down);
	assert_int_equal(node_counters(&s->node[0]).bad_digest, 7);
	assert_int_equal(tunnel_counters(a).unacknowledged, 1);
	assert_int_equal(tunnel_counters(a).received, 0);

	/* of two nonces the first is the nonce */
	begin_v3(&p, L2TP_SCCRP, a->id, L2TP_DIGEST_SHA1);
	put_connection(&p, 77, &nonce);
	packet_avp(&p, M_BIT, 0, 73, value, 16);
	seal(&p, 0, 1, "shared", &nonce, &ours);
	inject(s, 0, &p);
	assert_true(a->up);
}

static void make_stopccn(struct packet *p, const struct sim_tunnel *t,
			 enum l2tp_digest digest)
{
	begin_v3(p, L2TP_STOPCCN, t->id, digest);
	put_number(p, L2TP_AVP_ASSIGNED_CONNECTION_ID, 77, 4);
	packet_avp(p, M_BIT, 0, 1, "\0\1", 2);
}

static void test_forged_end(void **state)
{
	struct sim *s = *state;
	struct l2tp_nonce ours;
	struct sim_tunnel *a;
	struct packet p;

	authenticate(s);
	a = open_alone(s);
	ours = heard_nonce();
	/* before the SCCRP */
	make_stopccn(&p, a, L2TP_DIGEST_NONE);
	seal(&p, 0, 1, NULL, NULL, NULL);
	inject(s, 0, &p);
	make_stopccn(&p, a, L2TP_DIGEST_MD5);
	seal(&p, 0, 1, "guessed", NULL, &ours);
	inject(s, 0, &p);
	seal(&p, 0, 1, "shared", NULL, NULL);
	inject(s, 0, &p);
	assert_false(a->down);
	assert_int_equal(node_counters(&s->node[0]).bad_digest, 3);

	/* and when it is up */
	begin_v3(&p, L2TP_SCCRP, a->id, L2TP_DIGEST_MD5);
	put_connection(&p, 77, &nonce);
	seal(&p, 0, 1, "shared", &nonce, &ours);
	inject(s, 0, &p);
	assert_true(a->up);
	make_stopccn(&p, a, L2TP_DIGEST_NONE);
	forge(a, &p);
	make_stopccn(&p, a, L2TP_DIGEST_SHA1);
	seal(&p, 1, 2, "guessed", &nonce, &ours);
	inject(s, 0, &p);
	/* what it said itself, thrown back */
	seal(&p, 1, 2, "shared", &ours, &nonce);
	inject(s, 0, &p);
	/* a ZLB cannot be signed */
	begin_v3(&p, L2TP_ZLB, a->id, L2TP_DIGEST_NONE);
	forge(a, &p);
	assert_false(a->down);
	assert_int_equal(node_counters(&s->node[0]).bad_digest, 7);

	make_stopccn(&p, a, L2TP_DIGEST_SHA1);
	seal(&p, 1, 2, "shared", &nonce, &ours);
	inject(s, 0, &p);
	assert_true(a->down && a->by_peer);
}

/* A refusal that is signed is taken, though its sender never told a nonce. */
static void test_signed_refusal(void **state)
{
	struct sim *s = *state;
	struct l2tp_nonce ours;
	struct sim_tunnel *a;
	struct packet p;

	authenticate(s);
	a = open_alone(s);
	ours = heard_nonce();
	make_stopccn(&p, a, L2TP_DIGEST_SHA1);
	seal(&p, 0, 1, "shared", NULL, &ours);
	inject(s, 0, &p);
	assert_true(a->down && a->by_peer);
}

static void refuse(struct sim_tunnel *t)
{
	struct l2tp_cause cause = {
		.result = L2TP_STOPCCN_NOT_AUTHORIZED,
		.text = "not now",
	};

	l2tp_tunnel_refuse(t->t, t->node->sim->now, &t->node->config, &cause);
}

/* A refusal that has nothing to do with the secret is signed by it as well. */
static void test_refused_by_name(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;

	authenticate(s);
	s->node[1].policy.tunnel_request = refuse;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 1000);
	assert_true(a->down && a->by_peer);
	assert_string_equal(a->cause.text, "not now");
	assert_int_equal(node_counters(&s->node[0]).bad_digest, 0);
	/* Who has another secret gets no answer, as ever. */
	secret_set(&s->node[1].config.secret, "another", 7);
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 1000);
	assert_false(a->down);
}

/* What comes while the driver has yet to choose the secret. */
static void test_before_the_secret_is_known(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *b;
	struct l2tp_nonce theirs;
	struct packet sccrq, p;

	authenticate(s);
	s->node[0].gone = true;
	s->node[1].policy.tunnel_request = leave_pending;
	listen_to(&s->node[1]);
	make_sccrq_v3(&sccrq, 77, "shared", &nonce);
	inject(s, 1, &sccrq);
	b = s->node[1].tunnels;

	/* nothing of it counts, neither now nor, ahead of its time, later */
	for (uint16_t ns = 1; ns < 4; ns++) {
		begin_v3(&p, L2TP_STOPCCN, 0, L2TP_DIGEST_NONE);
		put_number(&p, L2TP_AVP_ASSIGNED_CONNECTION_ID, 77, 4);
		packet_avp(&p, M_BIT, 0, 1, "\0\1", 2);
		seal(&p, ns, 0, NULL, NULL, NULL);
		inject(s, 1, &p);
	}
	assert_false(b->down);
	assert_int_equal(heard.messages, 0);
	s->node[1].policy.tunnel_request = NULL;
	l2tp_tunnel_accept(b->t, s->now, &s->node[1].config);
	sim_settle(&s->node[1]);
	theirs = heard_nonce();
	begin_v3(&p, L2TP_SCCCN, b->id, L2TP_DIGEST_SHA1);
	seal(&p, 1, 1, "shared", &nonce, &theirs);
	inject(s, 1, &p);
	b = s->node[1].tunnels;
	assert_true(l2tp_tunnel_is_established(b->t));
	assert_false(b->down);
}

/*
 * Who takes its SCCRQ back without having our nonce signs with its own alone.
 */
static void test_taken_back(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *b;
	struct packet p;

	authenticate(s);
	s->node[0].gone = true;
	make_sccrq_v3(&p, 77, "shared", &nonce);
	inject(s, 1, &p);
	begin_v3(&p, L2TP_STOPCCN, 0, L2TP_DIGEST_SHA1);
	put_number(&p, L2TP_AVP_ASSIGNED_CONNECTION_ID, 77, 4);
	packet_avp(&p, M_BIT, 0, 1, "\0\1", 2);
	seal(&p, 1, 0, "guessed", &nonce, NULL);
	inject(s, 1, &p);
	assert_int_equal(node_counters(&s->node[1]).half_open, 1);
	assert_int_equal(node_counters(&s->node[1]).bad_digest, 1);
	seal(&p, 1, 0, "shared", &nonce, NULL);
	inject(s, 1, &p);
	assert_int_equal(node_counters(&s->node[1]).half_open, 0);
	b = s->node[1].tunnels;
	assert_true(b->down && b->by_peer);
}

/*
 * Our own messages, thrown back at us, must not make a
 * connection with ourselves.
 */
static void test_mirror(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;

	authenticate(s);
	a = open_alone(s);
	for (int i = 0; i < 4; i++) {
		struct packet copy = heard.packet;

		inject(s, 0, &copy);
	}
	assert_false(a->up || a->down);
	assert_int_equal(count_up(&s->node[0]), 0);
	assert_int_equal(node_counters(&s->node[0]).tunnels, 1);
}

static void test_log_is_not_flooded(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	struct packet p;
	unsigned int logs;

	authenticate(s);
	a = open_alone(s);
	logs = s->node[0].logs;
	make_stopccn(&p, a, L2TP_DIGEST_NONE);
	seal(&p, 0, 1, NULL, NULL, NULL);
	for (int i = 0; i < 1000; i++)
		inject(s, 0, &p);
	assert_int_equal(s->node[0].logs, logs + 1);
	assert_non_null(strstr(s->node[0].log,
			       "StopCCN dropped: it has no Message Digest"));
	assert_int_equal(node_counters(&s->node[0]).bad_digest, 1000);
	assert_non_null(
		strstr(l2tp_tunnel_hint(a->t), "refused, without proof: "));
	sim_run(s, s->now + 15000);
	assert_int_equal(s->node[0].logs, logs + 2);
	assert_string_equal(s->node[0].log, "no answer yet, 3 sent");
	inject(s, 0, &p);
	assert_int_equal(s->node[0].logs, logs + 3);
}

/* Section 5.4.1: two digests, of which the second is the right one. */
static void test_two_digests(void **state)
{
	struct sim *s = *state;
	struct l2tp_nonce ours;
	struct sim_tunnel *a;
	struct packet p;

	authenticate(s);
	a = open_alone(s);
	ours = heard_nonce();
	begin_v3(&p, L2TP_SCCRP, a->id, L2TP_DIGEST_MD5);
	packet_avp(&p, M_BIT, 0, 59, "\1....................", 21);
	put_connection(&p, 77, &nonce);
	seal(&p, 0, 1, "shared", &nonce, &ours);
	p.data[30] ^= 1;
	inject(s, 0, &p);
	assert_true(a->up);
	assert_int_equal(l2tp_tunnel_peer_info(a->t)->digest, L2TP_DIGEST_SHA1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_secrets, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_digest_types,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(test_hidden, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(
			test_hidden_without_authentication, pair_setup_v3,
			pair_teardown),
		cmocka_unit_test_setup_teardown(test_forged_request,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(test_forged_reply,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(test_forged_end, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_refused_by_name,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(test_signed_refusal,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(test_before_the_secret_is_known,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(test_taken_back, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_mirror, pair_setup_v3,
						pair_teardown),
		cmocka_unit_test_setup_teardown(test_log_is_not_flooded,
						pair_setup_v3, pair_teardown),
		cmocka_unit_test_setup_teardown(test_two_digests, pair_setup_v3,
						pair_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
