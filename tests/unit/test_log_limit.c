/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that others cause: so many each, so many in all, then a number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "lib/log_limit.h"

enum { REFUSED, ENDED };
static const char *const kinds[] = { "tunnels refused", "calls that ended" };

static struct log_limit *limit_new(void)
{
	static struct log_limit l;

	l = (struct log_limit){ .kinds = kinds };
	return &l;
}

/* Peer n of 198.18.0.0/15. */
static const struct addr *peer(uint32_t n)
{
	static struct addr a;

	a = addr_from_v4(0xc6120000 + n);
	a.port = 1701;
	return &a;
}

static unsigned int take(struct log_limit *l, uint64_t now, unsigned int kind,
			 uint32_t who, unsigned int times)
{
	unsigned int passed = 0;

	while (times--)
		passed += log_limit_take(l, now, kind, peer(who), LOG_INFO);
	return passed;
}

static void says(struct log_limit *l, uint64_t now, const char *want)
{
	char text[LOG_LIMIT_TEXT];
	int level;

	assert_true(log_limit_next(l, now, false, text, sizeof(text), &level));
	assert_string_equal(text, want);
}

static void says_nothing(struct log_limit *l, uint64_t now)
{
	char text[LOG_LIMIT_TEXT];
	int level;

	assert_false(log_limit_next(l, now, false, text, sizeof(text), &level));
}

/* What one floods is its own loss: others and other kinds have their lines. */
static void test_one(void **state)
{
	struct log_limit *l = limit_new();

	(void)state;
	assert_int_equal(take(l, 5, REFUSED, 1, 832), LOG_LIMIT_ONE);
	assert_int_equal(take(l, 6, REFUSED, 2, 3), 3);
	assert_int_equal(take(l, 6, ENDED, 1, 3), 3);
	assert_int_equal(log_limit_deadline(l), 5 + LOG_LIMIT_WINDOW_MS);
	says_nothing(l, 5 + LOG_LIMIT_WINDOW_MS - 1);
	says(l, 5 + LOG_LIMIT_WINDOW_MS,
	     "tunnels refused: and 812 more from 198.18.0.1 in 10 s");
	says_nothing(l, 5 + LOG_LIMIT_WINDOW_MS);
	assert_true(log_limit_deadline(l) == UINT64_MAX);
	/* The next window is as the first. */
	assert_int_equal(take(l, 20000, REFUSED, 1, 30), LOG_LIMIT_ONE);
}

/* Of many addresses all together have so many. */
static void test_all(void **state)
{
	struct log_limit *l = limit_new();
	unsigned int passed = 0;

	(void)state;
	for (uint32_t i = 0; i < 10000; i++)
		passed += take(l, i / 10, REFUSED, i, 1);
	assert_int_equal(passed, LOG_LIMIT_ALL);
	/* Another kind is not touched. */
	assert_int_equal(take(l, 1000, ENDED, 77, 5), 5);
	says(l, LOG_LIMIT_WINDOW_MS, "tunnels refused: and 9800 more in 10 s");
	says_nothing(l, 2 * LOG_LIMIT_WINDOW_MS);
}

/* Who changes addresses within a /64 stays one; the summary is as urgent. */
static void test_ipv6_and_level(void **state)
{
	struct log_limit *l = limit_new();
	char text[LOG_LIMIT_TEXT];
	unsigned int passed = 0;
	struct addr a;
	int level;

	(void)state;
	assert_int_equal(addr_parse(&a, "2001:db8:0:7::"), 0);
	for (int i = 0; i < 100; i++) {
		a.ip[15] = (uint8_t)i;
		passed += log_limit_take(l, 0, ENDED, &a,
					 i == 50 ? LOG_WARNING : LOG_INFO);
	}
	assert_int_equal(passed, LOG_LIMIT_ONE);
	assert_true(log_limit_next(l, LOG_LIMIT_WINDOW_MS + 2300, false, text,
				   sizeof(text), &level));
	assert_string_equal(text, "calls that ended: and 80 more from "
				  "2001:db8:0:7::/64 in 12 s");
	assert_int_equal(level, LOG_WARNING);
}

/* Lines of nobody in particular. */
static void test_nobody(void **state)
{
	struct log_limit *l = limit_new();
	unsigned int passed = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		passed += log_limit_take(l, 0, REFUSED, NULL, LOG_INFO);
	assert_int_equal(passed, LOG_LIMIT_ONE);
	says(l, LOG_LIMIT_WINDOW_MS, "tunnels refused: and 80 more in 10 s");
}

/* At the end of a process nothing is owed any more. */
static void test_any(void **state)
{
	struct log_limit *l = limit_new();
	char text[LOG_LIMIT_TEXT];
	int level;

	(void)state;
	take(l, 0, REFUSED, 1, 21);
	assert_true(log_limit_next(l, 3000, true, text, sizeof(text), &level));
	assert_string_equal(text, "tunnels refused: and 1 more from "
				  "198.18.0.1 in 3 s");
	assert_false(log_limit_next(l, 3000, true, text, sizeof(text), &level));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_ipv6_and_level),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
