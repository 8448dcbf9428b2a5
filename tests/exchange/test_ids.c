/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnel ids of version 2 when nearly all are taken: the last one is found, one
 * whose tunnel lingers is not, and of none there is an end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/l2tp/l2tp.h"

static uint32_t state_of_random = 1;

static void some_bytes(void *ctx, void *buf, size_t len)
{
	uint8_t *p = buf;

	(void)ctx;
	for (size_t i = 0; i < len; i++) {
		state_of_random = state_of_random * 1664525 + 1013904223;
		p[i] = (uint8_t)(state_of_random >> 24);
	}
}

static void drain(struct l2tp_endpoint *ep)
{
	struct l2tp_effect x;

	while (l2tp_effect_next(ep, &x))
		continue;
}

static struct l2tp_tunnel *open_tunnel(struct l2tp_endpoint *ep, uint32_t id)
{
	static const struct l2tp_tunnel_config config = { .hostname = "us" };
	const struct addr local = { .family = AF_INET, .port = 1701 };
	struct addr peer = { .family = AF_INET, .port = (uint16_t)id };
	struct l2tp_tunnel *t;
	int err;

	t = l2tp_tunnel_open(ep, 0, &config, &local, &peer, 3, id, &err);
	assert_non_null(t);
	drain(ep);
	return t;
}

static void test_all_taken(void **state)
{
	const struct l2tp_env env = { .random = some_bytes };
	const struct l2tp_cause cause = { .result = 1 };
	struct l2tp_endpoint *ep = l2tp_endpoint_new(&env, NULL);
	struct l2tp_tunnel *last;

	(void)state;
	assert_non_null(ep);
	for (uint32_t id = 1; id < UINT16_MAX; id++)
		if (id != 4711)
			open_tunnel(ep, id);
	last = open_tunnel(ep, UINT16_MAX);
	assert_int_equal(l2tp_tunnel_free_id(ep, 2), 4711);
	assert_true(l2tp_tunnel_free_id(ep, 3) > UINT16_MAX);
	/* It is down, and answers what is still on the way. */
	l2tp_tunnel_close(last, 0, &cause);
	drain(ep);
	assert_null(l2tp_tunnel_find(ep, UINT16_MAX));
	assert_int_equal(l2tp_tunnel_free_id(ep, 2), 4711);
	open_tunnel(ep, 4711);
	assert_int_equal(l2tp_tunnel_free_id(ep, 2), 0);
	l2tp_endpoint_free(ep);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_all_taken) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
