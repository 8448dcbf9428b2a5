// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a CoA- or Disconnect-Request asks for, and what is wrong with those that
 * cannot be done.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "aaa/coa_read.h"

static char hostname[] = "our-lns", identifier[] = "nas-7", plain[] = "our-lns";
static struct config_radius servers[2] = {
	{ .nas_identifier = plain },
	{ .nas_identifier = identifier },
};
static struct config config = {
	.hostname = hostname,
	.radius = servers,
	.radius_n = 2,
};
static struct addr local;
static struct radius_builder b;
static struct aaa_coa q;
static char why[200];

static void begin(enum radius_code code)
{
	static const uint8_t zero[16];

	radius_begin(&b, code, 1, zero);
}

static enum coa_error read_it(void)
{
	struct radius_view v;

	assert_false(b.overflow);
	b.data[2] = (uint8_t)(b.len >> 8);
	b.data[3] = (uint8_t)b.len;
	assert_int_equal(radius_parse(&v, b.data, b.len), RADIUS_OK);
	return coa_read(&v, &config, &local, &q, why, sizeof(why));
}

static int setup(void **state)
{
	(void)state;
	addr_parse(&local, "192.0.2.1");
	addr_parse(&servers[1].nas_address, "192.0.2.7");
	return 0;
}

static void test_identification(void **state)
{
	static const uint8_t
		prefix[] = { 0, 64, 0x20, 1, 0xd, 0xb8, 0, 1, 0, 2 },
		ifid[8] = { 0, 0, 0, 0, 0, 0, 0, 9 };
	static const uint8_t site[] = { 0, 52, 0x20, 1, 0xd, 0xb8, 0, 1, 0xff };
	char text[400];

	(void)state;
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_add_text(&b, RADIUS_USER_NAME, "alice");
	radius_add_text(&b, RADIUS_ACCT_SESSION_ID, "5F000001");
	radius_add_u32(&b, RADIUS_FRAMED_IP_ADDRESS, 0x0a400005);
	radius_add(&b, RADIUS_FRAMED_IPV6_PREFIX, prefix, sizeof(prefix));
	radius_add(&b, RADIUS_DELEGATED_IPV6_PREFIX, site, sizeof(site));
	radius_add(&b, RADIUS_FRAMED_INTERFACE_ID, ifid, sizeof(ifid));
	radius_add_text(&b, RADIUS_CALLING_STATION_ID, "0301234");
	radius_add_text(&b, RADIUS_CALLED_STATION_ID, "0800");
	radius_add_text(&b, RADIUS_NAS_PORT_ID, "l2tp 65535/65535");
	radius_add_u32(&b, RADIUS_NAS_PORT, 7 << 16 | 9);
	radius_add_u32(&b, RADIUS_ACCT_TERMINATE_CAUSE, 6);
	assert_int_equal(read_it(), COA_OK);
	assert_int_equal(q.kind, AAA_COA_DISCONNECT);
	assert_string_equal(q.user, "alice");
	assert_string_equal(q.session_id, "5F000001");
	assert_int_equal(ntohl(q.address), 0x0a400005);
	assert_int_equal(q.prefix6.len, 64);
	assert_memory_equal(q.prefix6.addr, prefix + 2, 8);
	assert_int_equal(q.delegated6.len, 52);
	/* The bits past the length are no part of it. */
	assert_int_equal(q.delegated6.addr[6], 0xf0);
	assert_true(q.have_ifid);
	assert_memory_equal(q.ifid, ifid, 8);
	assert_string_equal(q.calling_number, "0301234");
	assert_string_equal(q.called_number, "0800");
	assert_string_equal(q.nas_port_id, "l2tp 65535/65535");
	assert_true(q.have_nas_port);
	assert_int_equal(q.nas_port, 7 << 16 | 9);
	coa_describe(&q, text, sizeof(text));
	assert_string_equal(text, "session \"5F000001\", user \"alice\", "
				  "address 10.64.0.5, prefix "
				  "2001:db8:1:2::/64, delegated "
				  "prefix 2001:db8:1:f000::/52, port \"l2tp "
				  "65535/65535\", "
				  "port 7/9, calling number \"0301234\", "
				  "called number \"0800\"");
	coa_describe(&q, text, 8);
	assert_true(strlen(text) < 8);
}

static void test_no_session(void **state)
{
	(void)state;
	begin(RADIUS_DISCONNECT_REQUEST);
	assert_int_equal(read_it(), COA_MISSING_ATTRIBUTE);
	radius_add_text(&b, RADIUS_NAS_IDENTIFIER, "our-lns");
	assert_int_equal(read_it(), COA_MISSING_ATTRIBUTE);
	/* All callers of a number are too many to be meant. */
	radius_add_text(&b, RADIUS_CALLED_STATION_ID, "0800");
	assert_int_equal(read_it(), COA_MISSING_ATTRIBUTE);
	radius_add_text(&b, RADIUS_CALLING_STATION_ID, "0301234");
	assert_int_equal(read_it(), COA_OK);
	radius_add_text(&b, RADIUS_CALLING_STATION_ID, "0301234");
	assert_int_equal(read_it(), COA_INVALID_REQUEST);
	assert_string_equal(why, "Calling-Station-Id is there twice");
}

static enum coa_error with_nas(enum radius_type type, const void *value,
			       size_t len)
{
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_add_text(&b, RADIUS_USER_NAME, "alice");
	radius_add(&b, type, value, len);
	return read_it();
}

static void test_nas(void **state)
{
	static const uint8_t other[16] = { 0x20, 1 };
	struct addr six;

	(void)state;
	assert_int_equal(with_nas(RADIUS_NAS_IDENTIFIER, "our-lns", 7), COA_OK);
	assert_int_equal(with_nas(RADIUS_NAS_IDENTIFIER, "nas-7", 5), COA_OK);
	assert_int_equal(with_nas(RADIUS_NAS_IDENTIFIER, "nas-77", 6),
			 COA_NAS_MISMATCH);
	assert_int_equal(with_nas(RADIUS_NAS_IP_ADDRESS, "\xc0\0\2\1", 4),
			 COA_OK);
	assert_int_equal(with_nas(RADIUS_NAS_IP_ADDRESS, "\xc0\0\2\7", 4),
			 COA_OK);
	assert_int_equal(with_nas(RADIUS_NAS_IP_ADDRESS, "\xc0\0\2\2", 4),
			 COA_NAS_MISMATCH);
	assert_int_equal(with_nas(RADIUS_NAS_IP_ADDRESS, "\xc0\0\2", 3),
			 COA_NAS_MISMATCH);
	assert_int_equal(with_nas(RADIUS_NAS_IPV6_ADDRESS, other, 16),
			 COA_NAS_MISMATCH);
	addr_parse(&six, "2001:db8::1");
	local = six;
	assert_int_equal(with_nas(RADIUS_NAS_IPV6_ADDRESS, six.ip, 16), COA_OK);
	addr_parse(&local, "192.0.2.1");
	/*
	 * Another's is another's, whatever else is wrong with it,
	 * in whatever order.
	 */
	begin(RADIUS_COA_REQUEST);
	radius_add_u32(&b, RADIUS_SERVICE_TYPE, 17);
	radius_add_u32(&b, RADIUS_FRAMED_MTU, 1000);
	radius_add_text(&b, RADIUS_NAS_IDENTIFIER, "other");
	radius_add_text(&b, RADIUS_STATE, "x");
	assert_int_equal(read_it(), COA_NAS_MISMATCH);
	assert_string_equal(why, "NAS-Identifier names another NAS");
}

static enum coa_error with(enum radius_code code, enum radius_type type,
			   const void *value, size_t len)
{
	begin(code);
	radius_add_text(&b, RADIUS_ACCT_SESSION_ID, "1");
	radius_add(&b, type, value, len);
	return read_it();
}

static void test_values(void **state)
{
	static const struct {
		enum radius_type type;
		const char *value;
		size_t len;
		enum coa_error error;
	} cases[] = {
		{ RADIUS_USER_NAME, "al\0ice", 6, COA_INVALID_VALUE },
		{ RADIUS_USER_NAME, "al\1ice", 6, COA_INVALID_VALUE },
		{ RADIUS_FRAMED_IP_ADDRESS, "\xa\0\0", 3, COA_INVALID_VALUE },
		{ RADIUS_FRAMED_IP_ADDRESS, "\0\0\0\0", 4, COA_INVALID_VALUE },
		{ RADIUS_FRAMED_IP_ADDRESS, "\xff\xff\xff\xfe", 4,
		  COA_INVALID_VALUE },
		{ RADIUS_NAS_PORT, "\1", 1, COA_INVALID_VALUE },
		{ RADIUS_FRAMED_IPV6_PREFIX, "\0\x40\x20\1", 4,
		  COA_INVALID_VALUE },
		{ RADIUS_FRAMED_IPV6_PREFIX, "\0", 1, COA_INVALID_VALUE },
		{ RADIUS_DELEGATED_IPV6_PREFIX,
		  "\0\x81\x20\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 18,
		  COA_INVALID_VALUE },
		{ RADIUS_FRAMED_INTERFACE_ID, "1234567", 7, COA_INVALID_VALUE },
		{ RADIUS_NAS_PORT_ID,
		  "a port id that is longer than any of ours", 41,
		  COA_NO_SESSION },
		{ RADIUS_SERVICE_TYPE, "\0\0\0\2", 4, COA_OK },
		{ RADIUS_SERVICE_TYPE, "\0\0\0\1", 4, COA_UNSUPPORTED_SERVICE },
		{ RADIUS_SERVICE_TYPE, "\0\0\0\x11", 4,
		  COA_UNSUPPORTED_SERVICE },
		{ RADIUS_SERVICE_TYPE, "\2", 1, COA_INVALID_VALUE },
		{ RADIUS_SESSION_TIMEOUT, "\0\0\0\1", 4,
		  COA_UNSUPPORTED_ATTRIBUTE },
		{ RADIUS_STATE, "x", 1, COA_UNSUPPORTED_ATTRIBUTE },
		{ RADIUS_VENDOR_SPECIFIC, "\0\0\0\1\1\3x", 7,
		  COA_UNSUPPORTED_ATTRIBUTE },
		{ RADIUS_VENDOR_SPECIFIC, "\0\0", 2,
		  COA_UNSUPPORTED_ATTRIBUTE },
		{ RADIUS_CLASS, "class", 5, COA_OK },
		{ RADIUS_REPLY_MESSAGE, "bye", 3, COA_OK },
		{ RADIUS_PROXY_STATE, "p", 1, COA_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (with(RADIUS_DISCONNECT_REQUEST, cases[i].type,
			 cases[i].value, cases[i].len) != cases[i].error)
			fail_msg("attribute %d, case %zu: %s",
				 (int)cases[i].type, i, why);
}

static void vendor_u32(uint32_t vendor, uint8_t type, uint32_t value)
{
	uint32_t n = htonl(value);

	radius_add_vendor(&b, vendor, type, &n, sizeof(n));
}

static void vendor_text(uint32_t vendor, uint8_t type, const char *text)
{
	radius_add_vendor(&b, vendor, type, text, strlen(text));
}

static void begin_change(void)
{
	begin(RADIUS_COA_REQUEST);
	radius_add_text(&b, RADIUS_USER_NAME, "alice");
}

static void test_changes(void **state)
{
	(void)state;
	begin_change();
	assert_int_equal(read_it(), COA_MISSING_ATTRIBUTE);
	assert_string_equal(why, "it names nothing to change");
	radius_add_u32(&b, RADIUS_SESSION_TIMEOUT, 600);
	radius_add_u32(&b, RADIUS_IDLE_TIMEOUT, 0);
	radius_add_u32(&b, RADIUS_ACCT_INTERIM_INTERVAL, 120);
	radius_add_text(&b, RADIUS_FILTER_ID, "slow");
	radius_add_text(&b, RADIUS_CLASS, "gold");
	radius_add_text(&b, RADIUS_FRAMED_ROUTE, "198.51.100.0/24 0.0.0.0 1");
	radius_add_text(&b, RADIUS_FRAMED_IPV6_ROUTE, "2001:db8:9::/48 :: 1");
	assert_int_equal(read_it(), COA_OK);
	assert_int_equal(q.kind, AAA_COA_CHANGE);
	assert_int_equal(q.changes, AAA_COA_SESSION_TIMEOUT |
					    AAA_COA_IDLE_TIMEOUT |
					    AAA_COA_INTERIM | AAA_COA_FILTER |
					    AAA_COA_CLASS | AAA_COA_ROUTES);
	assert_int_equal(q.service.session_timeout_s, 600);
	assert_int_equal(q.service.idle_timeout_s, SERVICE_FOREVER);
	assert_int_equal(q.service.interim_s, 120);
	assert_string_equal(q.service.filter_id, "slow");
	assert_int_equal(q.service.class_n, 1);
	assert_int_equal(q.service.route_n, 2);
}

static void test_rates(void **state)
{
	(void)state;
	begin_change();
	vendor_u32(RADIUS_VENDOR_WISPR, RADIUS_WISPR_BANDWIDTH_MAX_DOWN,
		   2000000);
	assert_int_equal(read_it(), COA_OK);
	/* The other direction stays as it is. */
	assert_int_equal(q.changes, AAA_COA_RATE_DOWN);
	assert_int_equal(q.service.rate_down, 2000000);
	begin_change();
	vendor_text(RADIUS_VENDOR_MIKROTIK, RADIUS_MIKROTIK_RATE_LIMIT,
		    "1M/4M");
	assert_int_equal(read_it(), COA_OK);
	assert_int_equal(q.changes, AAA_COA_RATE);
	assert_int_equal(q.service.rate_up, 1000000);
	assert_int_equal(q.service.rate_down, 4000000);
	begin_change();
	vendor_text(RADIUS_VENDOR_CISCO, RADIUS_CISCO_AVPAIR,
		    "lcp:interface-config#1=rate-limit output 512000 8000 8000 "
		    "conform-action transmit exceed-action drop");
	assert_int_equal(read_it(), COA_OK);
	assert_int_equal(q.service.rate_down, 512000);
}

/* One attribute that is not supported, or cannot be, refuses all. */
static void test_unsupported(void **state)
{
	(void)state;
	begin_change();
	radius_add_u32(&b, RADIUS_SESSION_TIMEOUT, 600);
	radius_add_u32(&b, RADIUS_FRAMED_MTU, 1000);
	assert_int_equal(read_it(), COA_UNSUPPORTED_ATTRIBUTE);
	assert_string_equal(why, "Framed-MTU is not supported");
	assert_int_equal(q.changes, 0);
	begin_change();
	radius_add(&b, (enum radius_type)200, "x", 1);
	assert_int_equal(read_it(), COA_UNSUPPORTED_ATTRIBUTE);
	assert_string_equal(why, "attribute 200 is not supported");
	begin_change();
	vendor_u32(4711, 3, 1);
	assert_int_equal(read_it(), COA_UNSUPPORTED_ATTRIBUTE);
	assert_string_equal(why, "attribute 3 of vendor 4711 is not supported");
	begin_change();
	vendor_text(RADIUS_VENDOR_CISCO, RADIUS_CISCO_AVPAIR,
		    "subscriber:command=bounce-host-port");
	assert_int_equal(read_it(), COA_UNSUPPORTED_ATTRIBUTE);
	begin_change();
	vendor_text(RADIUS_VENDOR_CISCO, RADIUS_CISCO_AVPAIR,
		    "lcp:interface-config=ip unnumbered lo");
	assert_int_equal(read_it(), COA_INVALID_VALUE);
	begin_change();
	vendor_text(RADIUS_VENDOR_MIKROTIK, RADIUS_MIKROTIK_RATE_LIMIT, "fast");
	assert_int_equal(read_it(), COA_INVALID_VALUE);
	begin_change();
	radius_add_text(&b, RADIUS_SESSION_TIMEOUT, "x");
	assert_int_equal(read_it(), COA_INVALID_VALUE);
	begin_change();
	radius_add_vendor(&b, RADIUS_VENDOR_WISPR,
			  RADIUS_WISPR_BANDWIDTH_MAX_UP, "xx", 2);
	assert_int_equal(read_it(), COA_INVALID_VALUE);
}

static void test_timestamp(void **state)
{
	struct radius_view v;
	const uint64_t now = 1700000000;
	static const struct {
		int64_t off;
		bool current;
	} cases[] = {
		{ 0, true },	 { -300, true }, { 300, true },
		{ -301, false }, { 301, false }, { -1700000000, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(RADIUS_COA_REQUEST);
		radius_add_u32(&b, RADIUS_EVENT_TIMESTAMP,
			       (uint32_t)((int64_t)now + cases[i].off));
		read_it();
		assert_int_equal(radius_parse(&v, b.data, b.len), RADIUS_OK);
		assert_int_equal(coa_is_current(&v, now), cases[i].current);
	}
	begin(RADIUS_COA_REQUEST);
	read_it();
	assert_int_equal(radius_parse(&v, b.data, b.len), RADIUS_OK);
	assert_true(coa_is_current(&v, now));
	radius_add(&b, RADIUS_EVENT_TIMESTAMP, "xx", 2);
	read_it();
	assert_int_equal(radius_parse(&v, b.data, b.len), RADIUS_OK);
	assert_false(coa_is_current(&v, now));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identification),
		cmocka_unit_test(test_no_session),
		cmocka_unit_test(test_nas),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_timestamp),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
