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
	pair_fini(&pair);
}

/* ---- seeds ---- */

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

/*
 * The line is good again, so that who still talks agrees; and whoever does not
 * knows why.
 */
static void assert_settled(struct pair *p, uint64_t seed)
{
	const struct pair_side *a = &p->side[0], *b = &p->side[1];

	mend_line(p);
	pair_run(p, 300000);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls),
		cmocka_unit_test(seeds_settle),
		cmocka_unit_test(renegotiations_settle),
	};
	int failed;

	if (crypto_init())
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	crypto_fini();
	return failed;
}
