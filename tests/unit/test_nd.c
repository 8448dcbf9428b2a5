/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Router discovery: what is sent, byte by byte; what is discarded; and when
 * something is sent.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hex.h"
#include "proto/nd/nd.h"

static const uint8_t nobody[16];
static const uint8_t all_nodes[16] = { 0xff, 2, [15] = 1 };
static const uint8_t host[16] = { 0xfe, 0x80, [15] = 0x77 };
static const uint8_t other[16] = { 0xfe, 0x80, [15] = 0x78 };

/* ---- advertisements ---- */

static const struct nd_prefix prefixes[] = {
	{
		.addr = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 8 },
		.len = 64,
		.on_link = true,
		.autonomous = true,
		.valid_s = 86400,
		.preferred_s = 14400,
	},
	{
		.addr = { 0x20, 0x01, 0x0d, 0xb8, 0, 2 },
		.len = 60,
		.on_link = true,
	},
};
static const uint8_t dns[2][16] = {
	{ 0x20, 0x01, 0x0d, 0xb8, [15] = 0x53 },
	{ 0x20, 0x01, 0x0d, 0xb8, [15] = 0x54 },
};

static void test_advert(void **state)
{
	const struct nd_advert a = {
		.hop_limit = 64,
		.other = true,
		.router_lifetime_s = 1800,
		.mtu = 1460,
		.prefixes = prefixes,
		.prefix_n = 2,
		.dns = dns,
		.dns_n = 2,
		.search = (const uint8_t *)"\7example\3net",
		.search_len = 13,
		.dns_lifetime_s = 1800,
	};
	uint8_t buf[ND_ADVERT_MAX];
	struct wbuf w = wbuf_init(buf, sizeof(buf));

	(void)state;
	assert_int_equal(nd_advert_write(&w, &a), 0);
	assert_hex(buf, w.len,
		   "86 00 0000  40 40 0708  00000000 00000000"
		   "05 01 0000  000005b4"
		   "03 04 40 c0 00015180 00003840 00000000"
		   "   20010db8000100080000000000000000"
		   "03 04 3c 80 00000000 00000000 00000000"
		   "   20010db8000200000000000000000000"
		   "19 05 0000  00000708"
		   "   20010db8000000000000000000000053"
		   "   20010db8000000000000000000000054"
		   "1f 03 0000  00000708  076578616d706c65036e657400 000000");
}

/* At the end: no router, and nothing else is said. */
static void test_advert_empty(void **state)
{
	const struct nd_advert a = { .managed = true };
	uint8_t buf[16];
	struct wbuf w = wbuf_init(buf, sizeof(buf));

	(void)state;
	assert_int_equal(nd_advert_write(&w, &a), 0);
	assert_hex(buf, w.len, "86 00 0000 00 80 0000 00000000 00000000");
	w = wbuf_init(buf, sizeof(buf) - 1);
	assert_int_equal(nd_advert_write(&w, &a), -EMSGSIZE);
}

/* A list of domains that fills its last eight bytes needs no more of them. */
static void test_advert_search(void **state)
{
	const struct nd_advert a = {
		.search = (const uint8_t *)"\6abcdef",
		.search_len = 8,
		.dns_lifetime_s = 0xffffffff,
	};
	uint8_t buf[64];
	struct wbuf w = wbuf_init(buf, sizeof(buf));

	(void)state;
	assert_int_equal(nd_advert_write(&w, &a), 0);
	assert_hex(buf, w.len,
		   "86 00 0000 00 00 0000 00000000 00000000"
		   "1f 02 0000 ffffffff 06616263646566 00");
}

/* ---- solicitations ---- */

static const struct {
	const char *packet;
	const uint8_t *source;
	uint8_t hop_limit;
	int err;
} solicits[] = {
	{ "85 00 0000 00000000", host, 255, 0 },
	{ "85 00 0000 00000000", nobody, 255, 0 },
	{ "85 00 0000 ffffffff", host, 255, 0 }, /* reserved is not looked at */
	/* with our own and with unknown options */
	{ "85 00 0000 00000000 01 01 020000000001", host, 255, 0 },
	{ "85 00 0000 00000000 0e 01 000000000000", nobody, 255, 0 },
	{ "85 00 0000 00000000 fd 02 0000000000000000000000000000", host, 255,
	  0 },
	/* section 6.1.1, in its order */
	{ "85 00 0000 00000000", host, 254, -EBADMSG },
	{ "85 01 0000 00000000", host, 255, -EBADMSG },
	{ "85 00 0000 000000", host, 255, -EBADMSG },
	{ "85", host, 255, -EBADMSG },
	{ "85 00 0000 00000000 01 00 020000000001", host, 255, -EBADMSG },
	{ "85 00 0000 00000000 01 02 020000000001", host, 255, -EBADMSG },
	{ "85 00 0000 00000000 01", host, 255, -EBADMSG },
	{ "85 00 0000 00000000 01 01 020000000001", nobody, 255, -EBADMSG },
	/* other messages */
	{ "86 00 0000 00000000", host, 255, -ENOMSG },
	{ "", host, 255, -ENOMSG },
};

static void test_solicits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(solicits) / sizeof(solicits[0]); i++) {
		uint8_t data[64];
		size_t len = hex_bytes(solicits[i].packet, data, sizeof(data));
		int err = nd_solicit_check(data, len, solicits[i].source,
					   solicits[i].hop_limit);

		if (err != solicits[i].err)
			fail_msg("%s: %d", solicits[i].packet, err);
	}
}

/* ---- when ---- */

/* Nothing comes before the time that is said, and then one. */
static uint64_t take_at(struct nd_schedule *s, uint32_t random,
			const uint8_t to[16])
{
	uint64_t due = nd_schedule_due(s);
	uint8_t found[16];

	if (due)
		assert_false(nd_schedule_take(s, due - 1, random, found));
	assert_true(nd_schedule_take(s, due, random, found));
	assert_memory_equal(found, to, 16);
	assert_false(nd_schedule_take(s, due, random, found));
	return due;
}

/* Three within 16 s of each other, then one in 198 to 600 s. */
static void test_unsolicited(void **state)
{
	struct nd_schedule s = { 0 };

	(void)state;
	nd_schedule_start(&s, 1000);
	assert_int_equal(take_at(&s, 5, all_nodes), 1000);
	assert_int_equal(take_at(&s, 5, all_nodes), 17000);
	assert_int_equal(take_at(&s, 0, all_nodes), 33000);
	assert_int_equal(take_at(&s, 402000, all_nodes), 33000 + 198000);
	assert_int_equal(take_at(&s, 0, all_nodes), 231000 + 600000);
	assert_int_equal(nd_schedule_due(&s), 831000 + 198000);
}

static struct nd_schedule quiet_at(uint64_t now)
{
	struct nd_schedule s = { 0 };

	nd_schedule_start(&s, now - 32000);
	for (int i = 0; i < 3; i++)
		take_at(&s, 0, all_nodes);
	return s;
}

static void test_solicited(void **state)
{
	struct nd_schedule s = quiet_at(100000);

	(void)state;
	nd_schedule_ask(&s, 110000, host, 500);
	assert_int_equal(take_at(&s, 0, host), 110500);
	nd_schedule_ask(&s, 110500, host, 501);
	assert_int_equal(take_at(&s, 0, host), 110500);
	/* Who asks twice is answered once. */
	nd_schedule_ask(&s, 120000, host, 300);
	nd_schedule_ask(&s, 120100, host, 300);
	assert_int_equal(take_at(&s, 0, host), 120300);
	/* What nobody asks for comes in its time nevertheless. */
	assert_int_equal(nd_schedule_due(&s), 100000 + 198000);
}

/* To all, not more often than every three seconds: section 6.2.6. */
static void test_solicited_by_all(void **state)
{
	struct nd_schedule s = quiet_at(100000);

	(void)state;
	nd_schedule_ask(&s, 100100, nobody, 0);
	assert_int_equal(take_at(&s, 0, all_nodes), 103000);
	assert_int_equal(nd_schedule_due(&s), 103000 + 198000);
	nd_schedule_ask(&s, 110000, host, 100);
	nd_schedule_ask(&s, 110050, other, 0);
	assert_int_equal(take_at(&s, 0, all_nodes), 110100);
	nd_schedule_ask(&s, 110200, other, 0);
	nd_schedule_ask(&s, 110200, nobody, 0);
	assert_int_equal(take_at(&s, 0, all_nodes), 113100);
}

/* One to all that comes first is an answer as well. */
static void test_solicited_meanwhile(void **state)
{
	struct nd_schedule s = quiet_at(100000);

	(void)state;
	nd_schedule_ask(&s, 297800, host, 400);
	assert_int_equal(take_at(&s, 0, all_nodes), 298000);
	assert_int_equal(nd_schedule_due(&s), 298000 + 198000);
}

/* What changes is told soon, but not sooner than it may be. */
static void test_again(void **state)
{
	struct nd_schedule s = quiet_at(100000);

	(void)state;
	nd_schedule_start(&s, 101000);
	assert_int_equal(take_at(&s, 0, all_nodes), 103000);
	assert_int_equal(take_at(&s, 0, all_nodes), 119000);
	assert_int_equal(take_at(&s, 0, all_nodes), 135000);
	assert_int_equal(nd_schedule_due(&s), 135000 + 198000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_advert),
		cmocka_unit_test(test_advert_empty),
		cmocka_unit_test(test_advert_search),
		cmocka_unit_test(test_solicits),
		cmocka_unit_test(test_unsolicited),
		cmocka_unit_test(test_solicited),
		cmocka_unit_test(test_solicited_by_all),
		cmocka_unit_test(test_solicited_meanwhile),
		cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
