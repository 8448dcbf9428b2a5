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

/* Both know the same of each other. */
static void assert_agreement(const struct pair *p)
{
	const struct pair_side *a = &p->side[0], *b = &p->side[1];

	assert_memory_equal(&a->lcp.ours, &b->lcp.peers, sizeof(a->lcp.ours));
	assert_memory_equal(&a->lcp.peers, &b->lcp.ours, sizeof(a->lcp.ours));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls),
	};
	int failed;

	if (crypto_init())
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	crypto_fini();
	return failed;
}
