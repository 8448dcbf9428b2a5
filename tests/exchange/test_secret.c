// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Version 2 while a secret is replaced: one end has both, the other one of
 * them. RFC 2661 sections 4.3, 5.1.1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "peer.h"

struct row {
	/* the caller's secret and old one, and the same of who is called */
	const char *a, *a_old, *b, *b_old;
	bool a_prefers, b_prefers; /* the old one */
	bool a_asks, b_asks, hide;
	bool up, a_sees, b_sees; /* the old one at the other end */
};

static void configure(struct sim_node *n, const char *secret, const char *old)
{
	set_secret(n, secret);
	secret_clear(&n->config.old_secret);
	if (old)
		secret_set(&n->config.old_secret, old, strlen(old));
}

static void try(struct sim *s, const struct row *r)
{
	struct sim_session *ss;
	struct sim_tunnel *a, *b;
	int err;

	configure(&s->node[0], r->a, r->a_old);
	configure(&s->node[1], r->b, r->b_old);
	s->node[0].config.challenge = r->a_asks;
	s->node[1].config.challenge = r->b_asks;
	s->node[0].config.prefer_old = r->a_prefers;
	s->node[1].config.prefer_old = r->b_prefers;
	s->node[0].config.hide = s->node[1].config.hide = r->hide;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 500);
	b = s->node[1].tunnels;
	if (!r->up) {
		assert_true(a->down && b->down && !b->up);
		return;
	}
	assert_true(a->up && b->up && !a->down && !b->down);
	assert_int_equal(l2tp_tunnel_peer_info(a->t)->old_secret, r->a_sees);
	assert_int_equal(l2tp_tunnel_peer_info(b->t)->old_secret, r->b_sees);
	/* What is hidden in a call is so with the same. */
	ss = sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL, &err);
	sim_run(s, s->now + 1000);
	assert_true(ss->up);
}

static void test_replaced(void **state)
{
	static const struct row rows[] = {
		/* Callers move one by one: those who have not, and who have. */
		{ .a = "x",
		  .b = "new",
		  .b_old = "x",
		  .b_asks = true,
		  .up = true,
		  .b_sees = true },
		{ .a = "new",
		  .b = "new",
		  .b_old = "x",
		  .b_asks = true,
		  .up = true },
		/* Who asks us as well has to be known, or comes again. */
		{ .a = "x",
		  .b = "new",
		  .b_old = "x",
		  .a_asks = true,
		  .b_asks = true },
		{ .a = "x",
		  .b = "new",
		  .b_old = "x",
		  .a_asks = true,
		  .b_asks = true,
		  .b_prefers = true,
		  .up = true,
		  .b_sees = true },
		{ .a = "new",
		  .b = "new",
		  .b_old = "x",
		  .a_asks = true,
		  .b_asks = true,
		  .up = true },
		/* What it hides shows which it has. */
		{ .a = "x",
		  .b = "new",
		  .b_old = "x",
		  .a_asks = true,
		  .b_asks = true,
		  .hide = true,
		  .up = true,
		  .b_sees = true },
		/* The caller has both: its challenge is answered first. */
		{ .a = "new",
		  .a_old = "x",
		  .b = "x",
		  .a_asks = true,
		  .b_asks = true,
		  .up = true,
		  .a_sees = true },
		{ .a = "new",
		  .a_old = "x",
		  .b = "new",
		  .a_asks = true,
		  .b_asks = true,
		  .up = true },
		{ .a = "new",
		  .a_old = "x",
		  .b = "new",
		  .a_asks = true,
		  .b_asks = true,
		  .a_prefers = true,
		  .up = true },
		/* What it hid it hid with the one, and asks nothing. */
		{ .a = "new", .a_old = "x", .b = "x", .b_asks = true },
		{ .a = "new",
		  .a_old = "x",
		  .b = "x",
		  .b_asks = true,
		  .a_prefers = true,
		  .up = true,
		  .a_sees = true },
		{ .a = "new",
		  .a_old = "x",
		  .b = "x",
		  .a_asks = true,
		  .b_asks = true,
		  .a_prefers = true,
		  .hide = true,
		  .up = true,
		  .a_sees = true },
		/* Neither. */
		{ .a = "y", .b = "new", .b_old = "x", .b_asks = true },
		{ .a = "new", .a_old = "x", .b = "y", .a_asks = true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		try(*state, &rows[i]);
		pair_teardown(state);
		pair_setup(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_replaced, pair_setup,
						pair_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
