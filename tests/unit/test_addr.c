/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses and prefixes: what parses and what does not, formats,
 * order, sockaddrs.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/addr.h"

static struct addr must(const char *text)
{
	struct addr a;

	if (addr_parse(&a, text))
		fail_msg("%s", text);
	return a;
}

static void test_parse(void **state)
{
	static const char *const good[] = {
		"0.0.0.0", "192.0.2.1",	  "255.255.255.255", "::",
		"::1",	   "2001:db8::1", "fe80::1",	     "1:2:3:4:5:6:7:8",
	};
	static const char *const bad[] = {
		/* clang-format off */
		"", "1", "192.0.2", "192.0.2.256", "192.0.2.1 ", " 192.0.2.1", "192.0.2.1:1701",
		"192.0.2.01x", "localhost", ":", ":::", "2001:db8::1::", "[::1]", "::1/128",
		"2001:db8::1%1", "fe80::1%", "fe80::1%0", "fe80::1%nosuchif0", "fe80::1%1x",
		"1:2:3:4:5:6:7:8:9", "fe80:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:1%1",
		"fe80::1%99999999999",
		/* clang-format on */
	};
	char buf[ADDR_STRLEN];
	struct addr a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		a = must(good[i]);
		assert_string_equal(addr_format(&a, buf), good[i]);
		assert_int_equal(a.port, 0);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&a, 0x5a, sizeof(a));
		if (addr_parse(&a, bad[i]) != -EINVAL)
			fail_msg("\"%s\" parses", bad[i]);
		assert_int_equal(a.family, 0x5a5a); /* output only on success */
	}
}

static void test_scope(void **state)
{
	unsigned int lo = if_nametoindex("lo");
	char buf[ADDR_STRLEN], want[ADDR_STRLEN];
	struct addr a, b;

	(void)state;
	a = must("fe80::1%7");
	assert_int_equal(a.scope, 7);
	assert_string_equal(addr_format(&a, buf), "fe80::1%7");
	b = must("fe80::1");
	assert_false(addr_equal_ip(&a, &b));
	assert_true(addr_cmp(&a, &b) > 0);
	if (!lo)
		skip();
	a = must("fe80::1%lo");
	snprintf(want, sizeof(want), "fe80::1%%%u", lo);
	assert_string_equal(addr_format(&a, buf), want);
}

static void test_format(void **state)
{
	struct addr a = must("192.0.2.1"), none = { 0 };
	char buf[ADDR_STRLEN];

	(void)state;
	a.port = 1701;
	assert_string_equal(addr_format(&a, buf), "192.0.2.1");
	assert_string_equal(addr_format_port(&a, buf), "192.0.2.1:1701");
	a = must("fe80::ffff:ffff:ffff:ffff%4294967295");
	a.port = 65535;
	assert_string_equal(addr_format_port(&a, buf),
			    "[fe80::ffff:ffff:ffff:ffff%4294967295]:65535");
	assert_string_equal(addr_format(&none, buf), "none");
	assert_false(addr_is_set(&none));
	assert_false(addr_is_any(&none));
	a = must("::");
	assert_true(addr_is_any(&a));
	a = must("0.0.0.0");
	assert_true(addr_is_any(&a));
	a = must("::1");
	assert_false(addr_is_any(&a));
}

static void test_prefix(void **state)
{
	static const char *const good[] = {
		"0.0.0.0/0",	 "192.0.2.0/24",	 "192.0.2.128/25",
		"192.0.2.1",	 "10.0.0.0/8",		 "::/0",
		"2001:db8::/32", "2001:db8:0:8000::/49", "2001:db8::1",
	};
	static const char *const bad[] = {
		/* clang-format off */
		"192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/+24",
		"192.0.2.0/ 24", "192.0.2.0/24x", "2001:db8::1/32", "2001:db8::/129", "/24", "",
		"192.0.2.0/99999999999999999999", "192.0.2.64/25",
		/* clang-format on */
	};
	char buf[ADDR_STRLEN];
	struct addr_prefix p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (addr_prefix_parse(&p, good[i]))
			fail_msg("%s", good[i]);
		assert_string_equal(addr_prefix_format(&p, buf), good[i]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (addr_prefix_parse(&p, bad[i]) != -EINVAL)
			fail_msg("\"%s\" parses", bad[i]);
	assert_int_equal(addr_prefix_parse(&p, "192.0.2.7/32"), 0);
	assert_string_equal(addr_prefix_format(&p, buf), "192.0.2.7");
}

static bool contains(const char *prefix, const char *text)
{
	struct addr a = must(text);
	struct addr_prefix p;

	assert_int_equal(addr_prefix_parse(&p, prefix), 0);
	return addr_prefix_contains(&p, &a);
}

static void test_contains(void **state)
{
	struct addr none = { 0 };
	struct addr_prefix p = { 0 };

	(void)state;
	assert_true(contains("0.0.0.0/0", "192.0.2.1"));
	assert_false(contains("0.0.0.0/0", "::1"));
	assert_true(contains("::/0", "::1"));
	assert_false(contains("::/0", "192.0.2.1"));
	assert_true(contains("192.0.2.0/24", "192.0.2.255"));
	assert_false(contains("192.0.2.0/24", "192.0.3.0"));
	assert_true(contains("192.0.2.128/25", "192.0.2.128"));
	assert_false(contains("192.0.2.128/25", "192.0.2.127"));
	assert_true(contains("192.0.2.1", "192.0.2.1"));
	assert_false(contains("192.0.2.1", "192.0.2.2"));
	assert_true(contains("2001:db8::/33", "2001:db8:7fff::"));
	assert_false(contains("2001:db8::/33", "2001:db8:8000::"));
	assert_true(contains("fe80::/10", "fe80::1%3"));
	assert_true(contains("fe80::1%3", "fe80::1%3"));
	assert_false(contains("fe80::1%3", "fe80::1%4"));
	assert_false(addr_prefix_contains(&p, &none));
}

/* Bits that the prefix ignores change nothing, each bit that it has does. */
static void test_contains_bits(void **state)
{
	unsigned int len, bit;

	(void)state;
	for (len = 0; len <= 128; len++) {
		struct addr_prefix p = {
			.addr.family = AF_INET6,
			.len = (uint8_t)len,
		};

		for (bit = 0; bit < 128; bit++) {
			struct addr a = { .family = AF_INET6 };

			a.ip[bit / 8] = (uint8_t)(0x80 >> bit % 8);
			assert_int_equal(addr_prefix_contains(&p, &a),
					 bit >= len);
		}
	}
}

static void test_order(void **state)
{
	static const char *const sorted[] = {
		"0.0.0.0", "10.0.0.1", "10.0.0.2",  "255.0.0.0", "::",
		"::1",	   "fe80::1",  "fe80::1%1", "fe80::1%2",
	};
	const size_t n = sizeof(sorted) / sizeof(sorted[0]);
	struct addr a, b;
	size_t i, j;

	(void)state;
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++) {
			a = must(sorted[i]);
			b = must(sorted[j]);
			assert_int_equal(addr_cmp(&a, &b) < 0, i < j);
			assert_int_equal(addr_cmp(&a, &b) > 0, i > j);
			assert_int_equal(addr_equal(&a, &b), i == j);
			assert_int_equal(addr_hash(&a, 9) == addr_hash(&b, 9),
					 i == j);
		}
	a = must("10.0.0.1");
	b = a;
	b.port = 1;
	assert_false(addr_equal(&a, &b));
	assert_true(addr_equal_ip(&a, &b));
	assert_true(addr_cmp(&a, &b) < 0);
	assert_true(addr_hash(&a, 9) != addr_hash(&b, 9));
	assert_true(addr_hash(&a, 9) != addr_hash(&a, 10));
}

/* Neighbouring addresses and ports spread over the buckets of a table. */
static void test_hash_spread(void **state)
{
	enum { BUCKETS = 256, N = BUCKETS * 64 };
	static unsigned int low[BUCKETS], high[BUCKETS];
	unsigned int i;

	(void)state;
	for (i = 0; i < N; i++) {
		struct addr a = addr_from_v4(0x0a000000 + i / 16);
		uint64_t h;

		a.port = (uint16_t)(1701 + i % 16);
		h = addr_hash(&a, 0x123456789abcdef);
		low[h % BUCKETS]++;
		high[h >> 56]++;
	}
	for (i = 0; i < BUCKETS; i++) {
		assert_in_range(low[i], 24, 128);
		assert_in_range(high[i], 24, 128);
	}
}

static void check_sockaddr(const char *text, uint16_t port)
{
	struct sockaddr_storage ss;
	struct addr a = must(text), b;
	socklen_t len;

	a.port = port;
	len = addr_to_sockaddr(&a, &ss);
	assert_int_equal(ss.ss_family, a.family);
	assert_int_equal(addr_from_sockaddr(&b, (struct sockaddr *)&ss, len),
			 0);
	assert_true(addr_equal(&a, &b));
	assert_int_equal(addr_from_sockaddr(&b, (struct sockaddr *)&ss,
					    len - 1),
			 -EINVAL);
}

static void test_sockaddr(void **state)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(1701),
		.sin6_scope_id = 3,
	};
	struct sockaddr un = { .sa_family = AF_UNIX };
	struct sockaddr_storage ss;
	struct addr a, none = { 0 };

	(void)state;
	check_sockaddr("192.0.2.1", 1701);
	check_sockaddr("2001:db8::1", 1);
	check_sockaddr("fe80::1%5", 65535);
	assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.1",
				   &in6.sin6_addr),
			 1);
	assert_int_equal(addr_from_sockaddr(&a, (struct sockaddr *)&in6,
					    sizeof(in6)),
			 0);
	assert_int_equal(a.family, AF_INET);
	assert_int_equal(a.port, 1701);
	assert_int_equal(a.scope, 0);
	assert_int_equal(addr_v4(&a), 0xc0000201);
	/*
	 * A scope id means nothing outside of link-local: it must not tell
	 * addresses apart.
	 */
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr), 1);
	assert_int_equal(addr_from_sockaddr(&a, (struct sockaddr *)&in6,
					    sizeof(in6)),
			 0);
	assert_int_equal(a.scope, 0);
	assert_int_equal(addr_from_sockaddr(&a, &un, sizeof(un)),
			 -EAFNOSUPPORT);
	assert_int_equal(addr_from_sockaddr(&a, &un, 1), -EINVAL);
	assert_int_equal(addr_to_sockaddr(&none, &ss), 0);
}

static void test_v4(void **state)
{
	struct addr a = addr_from_v4(0xc0000201), b = must("192.0.2.1");

	(void)state;
	assert_true(addr_equal(&a, &b));
	assert_int_equal(addr_v4(&b), 0xc0000201);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_contains),
		cmocka_unit_test(test_contains_bits),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_hash_spread),
		cmocka_unit_test(test_sockaddr),
		cmocka_unit_test(test_v4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
