/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deferred work: in its order, once each, until nothing is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/turn.h"

static struct turn turn;
static char done[256];

struct thing {
	struct turn_work work;
	const char *name;
	struct thing *next; /* deferred by this one's work */
	bool again;	    /* once more, by its own work */
};

static void run(void *arg)
{
	struct thing *t = arg;

	strcat(done, t->name);
	if (t->next)
		assert_true(turn_defer(&turn, &t->next->work, run, t->next));
	if (t->again) {
		t->again = false;
		assert_true(turn_defer(&turn, &t->work, run, t));
	}
}

static void defer(struct thing *t, bool waits_already)
{
	assert_int_equal(turn_defer(&turn, &t->work, run, t), !waits_already);
}

static void test_order(void **state)
{
	struct thing d = { .name = "d" }, c = { .name = "c", .again = true },
		     b = { .name = "b", .next = &d }, a = { .name = "a" };

	(void)state;
	done[0] = '\0';
	defer(&a, false);
	defer(&b, false);
	defer(&c, false);
	defer(&a, true);
	turn_settle(&turn);
	assert_string_equal(done, "abcdc");
	turn_settle(&turn);
	assert_string_equal(done, "abcdc");
	defer(&a, false);
	turn_settle(&turn);
	assert_string_equal(done, "abcdca");
}

static void run_and_free(void *arg)
{
	run(arg);
	free(arg);
}

/* What it does may be its object's end. */
static void test_freed(void **state)
{
	struct thing last = { .name = "z" };

	(void)state;
	done[0] = '\0';
	for (int i = 0; i < 3; i++) {
		struct thing *t = calloc(1, sizeof(*t));

		assert_non_null(t);
		t->name = "x";
		turn_defer(&turn, &t->work, run_and_free, t);
	}
	defer(&last, false);
	turn_settle(&turn);
	assert_string_equal(done, "xxxz");
}

static struct thing late = { .name = "l" };

static bool take(struct turn_hook *h)
{
	static int times;

	(void)h;
	if (times++)
		return false;
	defer(&late, false);
	return true;
}

static void finish(struct turn_hook *h)
{
	(void)h;
	strcat(done, ".");
}

/* What a hook takes may defer; packets leave when all is done. */
static void test_hooks(void **state)
{
	struct turn_hook h = { .take = take, .finish = finish };
	struct thing a = { .name = "a" };

	(void)state;
	done[0] = '\0';
	turn_add_hook(&turn, &h);
	defer(&a, false);
	turn_settle(&turn);
	assert_string_equal(done, "al.");
	turn = (struct turn){ 0 };
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_freed),
		cmocka_unit_test(test_hooks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
