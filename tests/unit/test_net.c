/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the monitor takes from the engine for an interface, and the
 * buckets of rates.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "lib/addr.h"
#include "monitor/net_check.h"
#include "netlink/tc.h"

static char why[160];

static int check(const struct monitor_net *r)
{
	why[0] = '\0';
	return net_check(r, why, sizeof(why));
}

static struct service_route route(const char *text)
{
	struct service_route r = { 0 };
	struct addr_prefix p;

	assert_int_equal(addr_prefix_parse(&p, text), 0);
	r.family = (uint8_t)p.addr.family;
	r.len = p.len;
	memcpy(r.dst, p.addr.ip, sizeof(r.dst));
	return r;
}

static int check_route(const char *text)
{
	struct monitor_net r = { .route_n = 1, .route = { route(text) } };

	return check(&r);
}

static void test_routes(void **state)
{
	static const char *const good[] = {
		"10.0.0.0/8",	  "192.0.2.1/32", "192.168.0.0/16",
		"169.254.7.0/24", "64.0.0.0/3",	  "2001:db8::/32",
		"2000::/3",	  "fd00::/8",	  "2001:db8::1/128",
	};
	static const char *const bad[] = {
		"0.0.0.0/0",	"0.0.0.0/1",
		"128.0.0.0/1",	"127.0.0.0/8",
		"127.0.0.1/32", "96.0.0.0/3",
		"224.0.0.0/4",	"239.1.1.1/32",
		"240.0.0.0/4",	"255.255.255.255/32",
		"0.0.0.0/8",	"::/0",
		"::/1",		"8000::/1",
		"::1/128",	"::/128",
		"ff00::/8",	"ff02::1/128",
		"fe80::/64",	"fe80::1/128",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(check_route(good[i]), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(check_route(bad[i]), -EINVAL);
		assert_true(why[0] != '\0');
	}
	assert_int_equal(check_route("0.0.0.0/0"), -EINVAL);
	assert_non_null(strstr(why, "default route"));
}

static void test_prefix_bits(void **state)
{
	struct monitor_net r = {
		.route_n = 1,
		.route = { route("10.1.0.0/16") },
	};

	(void)state;
	r.route[0].dst[2] = 1;
	assert_int_equal(check(&r), -EINVAL);
	r.route[0] = route("10.1.0.0/16");
	r.route[0].len = 33;
	assert_int_equal(check(&r), -EINVAL);
	r.route[0] = route("2001:db8::/32");
	r.route[0].len = 129;
	assert_int_equal(check(&r), -EINVAL);
	r.route[0].family = AF_UNIX;
	assert_int_equal(check(&r), -EINVAL);
	r = (struct monitor_net){ .prefix6 = { 64, { 0x20, 1, [8] = 1 } } };
	assert_int_equal(check(&r), -EINVAL);
	r = (struct monitor_net){
		.prefix6 = { 64, { 0x20, 1 } },
		.delegated6 = { 56, { 0x20, 2 } },
	};
	assert_int_equal(check(&r), 0);
	r.delegated6.addr[0] = 0xff;
	assert_int_equal(check(&r), -EINVAL);
}

/*
 * What a caller is given itself is global unicast: not all that may be routed.
 */
static void test_given_prefixes(void **state)
{
	struct monitor_net r = { .prefix6 = { 64, { 0x20, 1, 0xd, 0xb8 } } };

	(void)state;
	assert_int_equal(check(&r), 0);
	r.prefix6 = (struct service_prefix6){ 64, { 0xfd } };
	assert_int_equal(check(&r), 0);
	r.prefix6 = (struct service_prefix6){ 128, { 0x3f, 0xff } };
	assert_int_equal(check(&r), 0);
	r.prefix6 = (struct service_prefix6){ 64, { 0x40, 1 } };
	assert_int_equal(check(&r), -EINVAL);
	assert_string_equal(why, "the prefix 4001::/64 is not within 2000::/3, "
				 "nor within fc00::/7");
	r = (struct monitor_net){ .delegated6 = { 64, { 0xfe, 0xc0 } } };
	assert_int_equal(check(&r), -EINVAL);
	r.delegated6 = (struct service_prefix6){ 2, { 0 } };
	assert_int_equal(check(&r), -EINVAL);
}

static void test_bounds(void **state)
{
	struct monitor_net r = {
		.rate_down = 8000,
		.rate_up = 400000000000,
		.mtu = 1280,
	};

	(void)state;
	assert_int_equal(check(&r), 0);
	r.rate_down = 7999;
	assert_int_equal(check(&r), -EINVAL);
	r.rate_down = 400000000001;
	assert_int_equal(check(&r), -EINVAL);
	r = (struct monitor_net){ .rate_up = UINT64_MAX };
	assert_int_equal(check(&r), -EINVAL);
	r = (struct monitor_net){ .mtu = 63 };
	assert_int_equal(check(&r), -EINVAL);
	r = (struct monitor_net){ .mtu = 16385 };
	assert_int_equal(check(&r), -EINVAL);
	r = (struct monitor_net){ .dns6_n = 3 };
	assert_int_equal(check(&r), -EINVAL);
	r = (struct monitor_net){ .route_n = SERVICE_ROUTES_MAX + 1 };
	assert_int_equal(check(&r), -EINVAL);
}

/* The whole range of rates fits, and a slow link still passes its packets. */
static void test_buckets(void **state)
{
	struct tc_bucket b;

	(void)state;
	b = tc_shaper_bucket(8000, 1460);
	assert_int_equal(b.burst, 2 * 1460);
	assert_int_equal(b.limit, 5 * 1460);
	b = tc_shaper_bucket(100000000, 1460);
	/* 10 ms: 100 turns of the clock a second */
	assert_int_equal(b.burst, 125000);
	assert_int_equal(b.limit, 125000 + 625000); /* and 50 ms to wait */
	b = tc_shaper_bucket(400000000000, 16384);
	assert_int_equal(b.burst, 500000000);
	assert_int_equal(b.limit, 3000000000u);
	assert_int_equal(tc_police_bucket(8000, 1460).burst, 10 * 1460);
	assert_int_equal(tc_police_bucket(100000000, 1460).burst, 1250000);
	assert_int_equal(tc_police_bucket(400000000000, 1460).burst,
			 UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_prefix_bits),
		cmocka_unit_test(test_given_prefixes),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_buckets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
