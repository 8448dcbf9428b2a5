/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two PPP cores against each other: every way ends in agreement or a reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after what it needs */
#include <cmocka.h>

#include "crypto/crypto.h"
#include "proto/ppp/reason.h"
#include "tests/exchange/ppp_pair.h"

static struct pair pair;

/*
 * What a side said last and what the other heard last. Of a line that reorders,
 * which PPP does not expect (RFC 1661 section 1), an old magic number may be
 * the last that is heard.
 */
static void assert_same_lcp(const struct ppp_lcp_values *said,
			    const struct ppp_lcp_values *heard, bool reordered)
{
	struct ppp_lcp_values a = *said, b = *heard;

	if (reordered)
		a.magic = b.magic = 0;
	assert_memory_equal(&a, &b, sizeof(a));
}

/* Both know the same of each other. */
static void assert_agreement(const struct pair *p)
{
	const struct pair_side *a = &p->side[0], *b = &p->side[1];

	assert_same_lcp(&a->lcp.ours, &b->lcp.peers, p->reordered);
	assert_same_lcp(&b->lcp.ours, &a->lcp.peers, p->reordered);
	assert_int_equal(a->ipv4_up, b->ipv4_up);
	assert_int_equal(a->ipv6_up, b->ipv6_up);
	assert_int_equal(a->mppe_up, b->mppe_up);
	if (a->ipv4_up) {
		assert_int_equal(a->ipv4.remote, b->ipv4.local);
		assert_int_equal(a->ipv4.local, b->ipv4.remote);
		assert_int_equal(b->ipv4.local, pair_address("10.0.0.2"));
	}
	if (a->ipv6_up) {
		assert_memory_equal(a->ipv6.local, b->ipv6.remote, 8);
		assert_memory_equal(a->ipv6.remote, b->ipv6.local, 8);
	}
	if (a->mppe_up) {
		assert_memory_equal(a->keys[0], b->keys[1], 16);
		assert_memory_equal(a->keys[1], b->keys[0], 16);
		assert_memory_equal(a->mppe.send_option, b->mppe.recv_option,
				    6);
		assert_memory_equal(a->mppe.recv_option, b->mppe.send_option,
				    6);
	}
}

static bool is_up(const struct pair *p)
{
	return p->side[0].ipv4_up && p->side[1].ipv4_up;
}

static void calls(void **state)
{
	struct ppp_info info;

	(void)state;
	pair_init(&pair, 1);
	pair_start(&pair);
	pair_run(&pair, 60000);
	if (!is_up(&pair))
		printf("%s | %s | %s\n", pair.side[0].words, pair.side[1].words,
		       pair.side[0].log);
	assert_true(is_up(&pair));
	assert_agreement(&pair);
	assert_string_equal(pair.side[0].peer, "alice");
	assert_int_equal(pair.side[1].ipv4.dns[0], pair_address("192.0.2.53"));
	ppp_link_info(pair.side[0].link, &info);
	assert_int_equal(info.phase, PPP_PHASE_NETWORK);
	assert_string_equal(ppp_link_phase_name(info.phase), "Network");
	assert_string_equal(info.lcp, "Opened");
	assert_string_equal(info.ipcp, "Opened");
	assert_string_equal(info.ipv6cp, "Opened");
	assert_string_equal(info.ccp, "Initial");
	assert_string_equal(info.peer_name, "alice");
	assert_true(info.lcp_up && info.ipv4_up && info.ipv6_up);
	assert_false(info.mppe_up);
	assert_int_equal(info.lcp_options.ours.method, PPP_METHOD_CHAP_MD5);
	assert_int_equal(info.ipv4.remote, pair_address("10.0.0.2"));
	pair_fini(&pair);
}

/* ---- seeds ---- */

/* The server has to prove who it is too, by the same password. */
static void prove_both(struct pair *p, uint8_t method)
{
	struct pair_side *a = &p->side[0], *b = &p->side[1];

	a->call.user = "alice";
	a->config.answers = b->config.answers;
	b->config.methods[0] = method;
	b->config.method_n = 1;
}

/* Of a seed: what the server asks for, and what the line does. */
static void choose(struct pair *p, uint64_t seed)
{
	static const uint8_t methods[] = {
		PPP_METHOD_NONE,     PPP_METHOD_PAP,	  PPP_METHOD_CHAP_MD5,
		PPP_METHOD_MSCHAPV1, PPP_METHOD_MSCHAPV2, PPP_METHOD_MSCHAPV2,
	};
	uint8_t m = methods[seed % sizeof(methods)];
	struct pair_side *a = &p->side[0], *b = &p->side[1];

	pair_init(p, seed);
	pair_methods(p, m != PPP_METHOD_NONE, m);
	a->config.mppe = (uint8_t)(pair_random(p) % 3);
	b->config.mppe = (uint8_t)(pair_random(p) % 3);
	a->config.mppe_stateful = pair_random(p) % 2;
	b->config.mppe_stateful = pair_random(p) % 2;
	a->config.mppe_bits = (uint8_t)(1 + pair_random(p) % 3);
	b->config.ipv6 = pair_random(p) % 2;
	a->config.echo_interval = b->config.echo_interval = 20000;
	a->config.echo_failure = b->config.echo_failure = 5;
	a->config.rechallenge = pair_random(p) % 3 ? 0 : 15000;
	a->call.mru = (uint16_t)(1400 + pair_random(p) % 101);
	a->config.pfc = pair_random(p) % 2;
	b->config.acfc = pair_random(p) % 2;
	a->answer_after = pair_random(p) % 4 ? 0 : 5000;
	if (pair_random(p) % 4 == 0)
		prove_both(p, methods[1 + pair_random(p) % 4]);
	if (pair_random(p) % 4 == 0)
		b->config.answers = (uint8_t)(pair_random(p) % 0x1e);
	a->config.mrru = pair_random(p) % 4 ? 0 : 1500;
	b->config.mrru = pair_random(p) % 4 ? 0 : 1600;
	p->forms = true;
}

static void spoil_line(struct pair *p)
{
	p->loss = pair_random(p) % 30;
	p->twice = pair_random(p) % 30;
	p->jitter = pair_random(p) % 2 ? 1 + pair_random(p) % 3000 : 0;
}

static void mend_line(struct pair *p)
{
	p->loss = p->twice = p->jitter = 0;
}

/* An encrypted packet, for who cannot read such has to say so. */
static void send_data(struct pair *p, int from)
{
	static const uint8_t packet[] = { 0x00, 0xfd, 0x90, 0x00, 0x45 };

	if (p->side[from].mppe_up && !p->side[!from].mppe_up)
		pair_send(p, !from, packet, sizeof(packet));
}

/*
 * The line is good again, so that who still talks agrees; and whoever does not
 * knows why.
 */
static void assert_settled(struct pair *p, uint64_t seed)
{
	const struct pair_side *a = &p->side[0], *b = &p->side[1];

	mend_line(p);
	pair_run(p, 300000);
	send_data(p, 0);
	send_data(p, 1);
	pair_run(p, 60000);
	if (a->ended != b->ended || (!a->ended && !a->ipv4_up && !a->ipv6_up))
		printf("seed %lu: %d '%s' | %d '%s'\n", (unsigned long)seed,
		       a->ended, a->words, b->ended, b->words);
	assert_int_equal(a->ended, b->ended);
	if (!a->ended) {
		assert_true(a->ipv4_up || a->ipv6_up);
		assert_agreement(p);
	}
}

static void seeds_settle(void **state)
{
	unsigned int up = 0, seeds = 3000;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		choose(&pair, seed);
		spoil_line(&pair);
		pair_start(&pair);
		pair_run(&pair, pair_random(&pair) % 60000);
		assert_settled(&pair, seed);
		up += is_up(&pair);
		pair_fini(&pair);
	}
	printf("%u of %u came up\n", up, seeds);
	assert_true(up > seeds / 2);
}

/* At any moment, by either side. */
static void renegotiations_settle(void **state)
{
	static const uint16_t what[] = { 0xc021, 0x8021, 0x8057, 0x80fd };

	(void)state;
	for (uint64_t seed = 1; seed <= 2000; seed++) {
		choose(&pair, seed);
		pair_start(&pair);
		if (pair_random(&pair) % 2)
			spoil_line(&pair);
		for (unsigned int i = 0; i < 6; i++) {
			unsigned int side = pair_random(&pair) % 2;

			pair_run(&pair, pair_random(&pair) % 200);
			if (pair.side[side].ended)
				break;
			ppp_link_renegotiate(pair.side[side].link, pair.now,
					     what[pair_random(&pair) % 4]);
			pair_take(&pair, (int)side);
		}
		assert_settled(&pair, seed);
		pair_fini(&pair);
	}
}

/* ---- in every state ---- */

static void clean_call(struct pair *p, uint64_t seed)
{
	pair_init(p, seed);
	pair_methods(p, 1, PPP_METHOD_MSCHAPV2);
	p->side[0].config.mppe = p->side[1].config.mppe = PPP_MPPE_OPTIONAL;
	p->side[0].answer_after = p->side[1].answer_after = 15;
}

/* Each protocol by each side after each thing that happens in a call. */
static void renegotiation_in_every_state(void **state)
{
	static const uint16_t what[] = { 0xc021, 0x8021, 0x8057, 0x80fd };
	unsigned int steps = 40, done = 0;

	(void)state;
	for (unsigned int n = 0; n < steps * 8; n++) {
		int side = (int)(n & 1);

		clean_call(&pair, n);
		pair_start(&pair);
		for (unsigned int i = 0; i < n / 8; i++)
			pair_step(&pair);
		done += pair.side[side].lcp_up;
		ppp_link_renegotiate(pair.side[side].link, pair.now,
				     what[n / 2 % 4]);
		pair_take(&pair, side);
		pair_run(&pair, 60000);
		assert_true(is_up(&pair) && pair.side[0].ipv6_up &&
			    pair.side[0].mppe_up);
		assert_agreement(&pair);
		pair_fini(&pair);
	}
	assert_true(done > steps);
}

/* ---- ends ---- */

/* The line is cut after each thing that happens in a call. */
static void a_silent_peer_in_every_state(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 40; n++) {
		clean_call(&pair, n);
		pair.side[0].config.echo_interval = 10000;
		pair.side[0].config.echo_failure = 3;
		pair_start(&pair);
		for (unsigned int i = 0; i < n; i++)
			pair_step(&pair);
		pair.cut[0] = true;
		pair_run(&pair, 200000);
		assert_true(pair.side[0].ended);
		assert_true(pair.side[0].words[0]);
		pair_fini(&pair);
	}
}

/* Either side is stopped after each thing that happens in a call. */
static void a_stop_in_every_state(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 80; n++) {
		int side = (int)(n & 1);

		clean_call(&pair, n);
		pair_start(&pair);
		for (unsigned int i = 0; i < n / 2; i++)
			pair_step(&pair);
		ppp_link_stop(pair.side[side].link, pair.now,
			      PPP_CAUSE_ADMIN_RESET, "night");
		pair_take(&pair, side);
		pair_run(&pair, 60000);
		assert_true(pair.side[0].ended && pair.side[1].ended);
		assert_string_equal(pair.side[side].words, "night");
		pair_fini(&pair);
	}
}

static void ends(struct pair *p, const char *ours, const char *theirs)
{
	pair_start(p);
	pair_run(p, 200000);
	assert_string_equal(p->side[0].words, ours);
	assert_string_equal(p->side[1].words, theirs);
	pair_fini(p);
}

static void both_know_why(void **state)
{
	static const uint8_t all[] = { PPP_METHOD_PAP, PPP_METHOD_CHAP_MD5,
				       PPP_METHOD_MSCHAPV1,
				       PPP_METHOD_MSCHAPV2 };
	static const char *const theirs[] = {
		"the peer refused us: Authentication failed",
		"the peer refused us: Authentication failed",
		"the peer refused us: E=691 R=0 C=",
		"the peer refused us: Authentication failed",
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(all); i++) {
		pair_init(&pair, i);
		pair_methods(&pair, 1, all[i]);
		pair.side[1].password = "wrong";
		pair_start(&pair);
		pair_run(&pair, 60000);
		assert_string_equal(pair.side[0].words,
				    "authentication of \"alice\" failed");
		assert_int_equal(strncmp(pair.side[1].words, theirs[i],
					 strlen(theirs[i])),
				 0);
		pair_fini(&pair);
	}
	pair_init(&pair, 1);
	pair.side[1].config.answers = 1 << PPP_METHOD_PAP;
	ends(&pair,
	     "the peer refuses to authenticate: it takes no CHAP, but PAP",
	     "the peer terminated the link: peer refused to authenticate");
	pair_init(&pair, 1);
	pair.side[0].config.mppe = PPP_MPPE_REQUIRED;
	ends(&pair,
	     "MPPE is required but there are no keys for it; they come from "
	     "MS-CHAP only, and that was not how the caller authenticated "
	     "itself",
	     "the peer terminated the link: MPPE is required but there are no "
	     "keys for it; they come from MS-CHAP only, and that was not how "
	     "the caller authenticated itself");
	pair_init(&pair, 1);
	pair.side[1].config.ipv4 = false;
	pair.side[0].config.ipv6 = false;
	ends(&pair, "no network protocol is left: the peer does not know IPCP",
	     "no network protocol is left: the peer does not know IPV6CP");
}

/* ---- methods ---- */

/* The server's list and what a caller can: the first that both have. */
static void the_first_common_method_is_taken(void **state)
{
	static const struct {
		uint8_t answers, taken;
	} rows[] = {
		{ 1 << PPP_METHOD_PAP, PPP_METHOD_PAP },
		{ 1 << PPP_METHOD_CHAP_MD5, PPP_METHOD_CHAP_MD5 },
		{ 1 << PPP_METHOD_MSCHAPV2 | 1 << PPP_METHOD_PAP,
		  PPP_METHOD_MSCHAPV2 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pair_init(&pair, i);
		pair_methods(&pair, 4, PPP_METHOD_MSCHAPV2, PPP_METHOD_MSCHAPV1,
			     PPP_METHOD_CHAP_MD5, PPP_METHOD_PAP);
		pair.side[1].config.answers = rows[i].answers;
		pair_start(&pair);
		pair_run(&pair, 60000);
		assert_true(is_up(&pair));
		assert_int_equal(pair.side[0].lcp.ours.method, rows[i].taken);
		pair_fini(&pair);
	}
}

/* By whichever method each of them, the keys are the same. */
static void both_sides_prove(void **state)
{
	(void)state;
	for (uint8_t m = PPP_METHOD_PAP; m <= PPP_METHOD_MSCHAPV2; m++) {
		pair_init(&pair, m);
		pair_methods(&pair, 1, PPP_METHOD_MSCHAPV2);
		prove_both(&pair, m);
		pair.side[0].config.mppe = PPP_MPPE_REQUIRED;
		pair.side[1].config.mppe = PPP_MPPE_REQUIRED;
		pair_start(&pair);
		pair_run(&pair, 60000);
		assert_true(is_up(&pair) && pair.side[0].mppe_up);
		assert_agreement(&pair);
		assert_string_equal(pair.side[1].peer, "alice");
		pair_fini(&pair);
	}
}

/* ---- a LAC steps aside ---- */

static void no_lcp(void *ctx, int from, const uint8_t *p, size_t len)
{
	(void)from;
	(void)len;
	if (p[0] == 0xc0 && p[1] == 0x21)
		++*(unsigned int *)ctx;
}

static void a_server_takes_over_from_a_lac(void **state)
{
	static const uint8_t all[] = { PPP_METHOD_NONE, PPP_METHOD_PAP,
				       PPP_METHOD_CHAP_MD5, PPP_METHOD_MSCHAPV1,
				       PPP_METHOD_MSCHAPV2 };

	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		unsigned int lcp = 0;

		pair_init(&pair, i);
		pair_methods(&pair, i != 0, all[i]);
		pair.side[0].call.yield = true;
		pair.side[0].config.mppe = PPP_MPPE_OPTIONAL;
		pair.side[1].config.mppe = PPP_MPPE_OPTIONAL;
		pair_start(&pair);
		pair_run(&pair, 2000);
		assert_true(pair.side[0].yielded);
		assert_int_equal(pair.side[0].questions, 0);
		pair.watch = no_lcp;
		pair.ctx = &lcp;
		pair_take_over(&pair);
		pair_run(&pair, 60000);
		assert_true(is_up(&pair));
		assert_agreement(&pair);
		assert_int_equal(pair.side[0].mppe_up, i >= 3);
		/* where there are no keys CCP is rejected */
		assert_true(lcp <= 1);
		assert_int_equal(pair.side[1].ups, 1);
		pair_fini(&pair);
	}
}

/* LCP that does not suit is negotiated anew, and the caller proves again. */
static void a_server_may_begin_anew(void **state)
{
	(void)state;
	pair_init(&pair, 3);
	pair.side[0].call.yield = true;
	pair_start(&pair);
	pair_run(&pair, 2000);
	assert_true(pair.side[0].yielded);
	pair_methods(&pair, 1, PPP_METHOD_MSCHAPV2);
	pair_take_over(&pair);
	pair_run(&pair, 60000);
	assert_true(is_up(&pair));
	assert_agreement(&pair);
	assert_int_equal(pair.side[1].lcp.peers.method, PPP_METHOD_MSCHAPV2);
	pair_fini(&pair);
}

/* ---- how much it needs ---- */

static void memory_is_bounded(void **state)
{
	struct ppp_info info;

	(void)state;
	clean_call(&pair, 1);
	pair_start(&pair);
	pair_run(&pair, 60000);
	assert_true(is_up(&pair));
	for (int i = 0; i < 2; i++) {
		ppp_link_info(pair.side[i].link, &info);
		printf("%s: %zu octets up, %zu at most before\n",
		       i ? "caller" : "server", info.memory,
		       pair.side[i].most_memory);
		assert_true(info.memory <= 1500);
		assert_true(pair.side[i].most_memory <= 4096);
	}
	pair_fini(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls),
		cmocka_unit_test(seeds_settle),
		cmocka_unit_test(renegotiations_settle),
		cmocka_unit_test(renegotiation_in_every_state),
		cmocka_unit_test(a_silent_peer_in_every_state),
		cmocka_unit_test(a_stop_in_every_state),
		cmocka_unit_test(both_know_why),
		cmocka_unit_test(the_first_common_method_is_taken),
		cmocka_unit_test(both_sides_prove),
		cmocka_unit_test(a_server_takes_over_from_a_lac),
		cmocka_unit_test(a_server_may_begin_anew),
		cmocka_unit_test(memory_is_bounded),
	};
	int failed;

	if (crypto_init())
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	crypto_fini();
	return failed;
}
