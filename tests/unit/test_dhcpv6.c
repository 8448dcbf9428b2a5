/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCPv6 server's answers, byte by byte, in the order of RFC 8415's
 * section 18.3, and what is discarded by its section 16.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hex.h"
#include "proto/dhcpv6/dhcpv6.h"

/* Identifiers as options: client 00030001aabbccddeeff, server 0004 and 1. */
#define CLIENT	     "0001000a 00030001aabbccddeeff "
#define CLIENT_TWO   "0001000a 00030001aabbccddee02 "
#define SERVER	     "00020012 0004 00000000000000000000000000000001 "
#define SERVER_OTHER "00020012 0004 00000000000000000000000000000002 "
#define ELAPSED	     "00080002 0000 "

/* IA_PD 7: empty, with our prefix as a client says it, with another one. */
#define IA	 "0019000c 00000007 00000000 00000000 "
#define IA_EIGHT "0019000c 00000008 00000000 00000000 "
#define IA_OURS                                \
	"00190029 00000007 00000000 00000000 " \
	"001a0019 00000000 00000000 38 " SITE
#define IA_OTHERS                              \
	"00190029 00000007 00000000 00000000 " \
	"001a0019 00000000 00000000 38 " OTHER_SITE
#define SITE	   "20010db8aa0000000000000000000000 "
#define OTHER_SITE "20010db8bb0000000000000000000000 "

/* The same as it is answered: 3000 s, 3600 s, renewed after 900 s, 1800 s. */
#define LEASE                                  \
	"00190029 00000007 00000384 00000708 " \
	"001a0019 00000bb8 00000e10 38 " SITE
#define NO_PREFIX(iaid)                        \
	"00190023 " iaid " 00000000 00000000 " \
	"000d0013 0006 6e6f20707265666978206973206c656674 "
#define NO_BINDING(iaid)                       \
	"00190021 " iaid " 00000000 00000000 " \
	"000d0011 0003 6974206973206e6f7420626f756e64 "
#define PREFERENCE "00070001 ff "
#define RAPID	   "000e0000 "
#define SUCCESS	   "000d0002 0000 "

static const uint8_t dns[2][16] = {
	{ 0x20, 0x01, 0x0d, 0xb8, [15] = 0x53 },
	{ 0x20, 0x01, 0x0d, 0xb8, [15] = 0x54 },
};
static const struct dhcpv6_server server = {
	.duid = { 0, 4, [17] = 1 },
	.duid_len = 18,
};

static struct dhcpv6_offer offer;
static struct dhcpv6_link link_state;
static enum dhcpv6_event event;
static uint64_t now;
static uint8_t answer[DHCPV6_ANSWER_MAX];
static size_t answer_len;

static int setup(void **state)
{
	(void)state;
	offer = (struct dhcpv6_offer){
		.prefix = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 8 },
		.prefix_len = 64,
		.delegated = { 0x20, 0x01, 0x0d, 0xb8, 0xaa },
		.delegated_len = 56,
		.preferred_s = 3000,
		.valid_s = 3600,
		.renew_s = 900,
		.rebind_s = 1800,
		.dns = dns,
		.dns_n = 2,
		.search = (const uint8_t *)"\7example\3net",
		.search_len = 13,
		.refresh_s = 3600,
	};
	link_state = (struct dhcpv6_link){ 0 };
	now = 1000000;
	return 0;
}

static int ask_by(const char *text, bool to_group)
{
	uint8_t data[2048];
	const struct dhcpv6_input in = {
		.data = data,
		.len = hex_bytes(text, data, sizeof(data)),
		.to_group = to_group,
		.now_ms = now += 1000,
	};
	struct wbuf w = wbuf_init(answer, sizeof(answer));
	int err = dhcpv6_answer(&server, &offer, &link_state, &in, &w, &event);

	answer_len = w.len;
	return err;
}

static void assert_answer(const char *text, const char *expected,
			  enum dhcpv6_event what)
{
	assert_int_equal(ask_by(text, true), 0);
	assert_hex(answer, answer_len, expected);
	assert_int_equal(event, what);
}

/* ---- the exchange of four ---- */

static void test_four(void **state)
{
	(void)state;
	assert_answer("01 123456 " CLIENT ELAPSED IA,
		      "02 123456 " CLIENT SERVER PREFERENCE LEASE,
		      DHCPV6_NOTHING);
	assert_false(link_state.is_bound);
	assert_answer("03 123457 " CLIENT SERVER ELAPSED IA_OURS,
		      "07 123457 " CLIENT SERVER LEASE, DHCPV6_BOUND);
	assert_answer("05 123458 " CLIENT SERVER ELAPSED IA_OURS,
		      "07 123458 " CLIENT SERVER LEASE, DHCPV6_EXTENDED);
	assert_answer("06 123459 " CLIENT ELAPSED IA_OURS,
		      "07 123459 " CLIENT SERVER LEASE, DHCPV6_EXTENDED);
	assert_answer("08 12345a " CLIENT SERVER IA_OURS,
		      "07 12345a " CLIENT SERVER SUCCESS, DHCPV6_RELEASED);
	assert_false(link_state.is_bound);
}

static void test_rapid_commit(void **state)
{
	(void)state;
	assert_answer("01 123456 " CLIENT RAPID IA,
		      "07 123456 " CLIENT SERVER RAPID LEASE, DHCPV6_BOUND);
	assert_true(link_state.is_bound);
}

/* Accepting Reconfigure, and what else we do not know, changes nothing. */
static void test_ignored(void **state)
{
	(void)state;
	assert_answer("01 123456 " CLIENT "00140000 00110004 00000009 "
		      "000f0004 0002 6869 " IA,
		      "02 123456 " CLIENT SERVER PREFERENCE LEASE,
		      DHCPV6_NOTHING);
}

/* ---- what is asked for beside it ---- */

#define REQUESTED "0006000a 0017 0018 0020 0052 0053 "
#define NAMES                                        \
	"00170020 20010db8000000000000000000000053"  \
	"         20010db8000000000000000000000054 " \
	"0018000d 076578616d706c65036e657400 "
#define RETRIES "00520004 00000e10 00530004 00000e10 "

static void test_requested(void **state)
{
	(void)state;
	assert_answer("0b 123456 " CLIENT REQUESTED,
		      "07 123456 " CLIENT SERVER NAMES
		      "00200004 00000e10 " RETRIES,
		      DHCPV6_NOTHING);
	/* who does not say who it is may ask as well */
	assert_answer("0b 123457 " REQUESTED,
		      "07 123457 " SERVER NAMES "00200004 00000e10 " RETRIES,
		      DHCPV6_NOTHING);
	assert_answer("0b 123458 " CLIENT SERVER, "07 123458 " CLIENT SERVER,
		      DHCPV6_NOTHING);
	/* with a prefix the time to ask again is the lease's */
	assert_answer("03 123459 " CLIENT SERVER REQUESTED IA,
		      "07 123459 " CLIENT SERVER LEASE NAMES RETRIES,
		      DHCPV6_BOUND);
	offer.dns_n = offer.search_len = 0;
	assert_answer("0b 12345a " CLIENT "00060004 0017 0018 ",
		      "07 12345a " CLIENT SERVER, DHCPV6_NOTHING);
}

/* ---- what is not given ---- */

#define IA_NA "0003000c 00000001 00000000 00000000 "
#define IA_TA "00040004 00000002 "
#define NO_ADDRS                                                   \
	"000d001d 0002 6e6f20616464726573736573206172652067697665" \
	"6e2068657265 "

static void test_addresses(void **state)
{
	(void)state;
	assert_answer("01 123456 " CLIENT IA_NA IA_TA IA,
		      "02 123456 " CLIENT SERVER PREFERENCE
		      "0003002d 00000001 00000000 00000000 " NO_ADDRS
		      "00040025 00000002 " NO_ADDRS LEASE,
		      DHCPV6_NOTHING);
	assert_answer("05 123457 " CLIENT SERVER IA_NA,
		      "07 123457 " CLIENT SERVER
		      "00030021 00000001 00000000 00000000 "
		      "000d0011 0003 6974206973206e6f7420626f756e64",
		      DHCPV6_NOTHING);
}

/* There is one prefix: the first has it, or whichever had it before. */
static void test_one_prefix(void **state)
{
	(void)state;
	assert_answer("03 123456 " CLIENT SERVER IA IA_EIGHT,
		      "07 123456 " CLIENT SERVER LEASE NO_PREFIX("00000008"),
		      DHCPV6_BOUND);
	assert_answer("03 123457 " CLIENT SERVER IA_EIGHT IA,
		      "07 123457 " CLIENT SERVER NO_PREFIX("00000008") LEASE,
		      DHCPV6_BOUND);
	offer.delegated_len = 0;
	assert_answer("01 123458 " CLIENT RAPID IA,
		      "07 123458 " CLIENT SERVER RAPID NO_PREFIX("00000007"),
		      DHCPV6_NOTHING);
}

/* A router that is replaced, or comes back with another number. */
static void test_taken_over(void **state)
{
	(void)state;
	assert_answer("03 123456 " CLIENT SERVER IA,
		      "07 123456 " CLIENT SERVER LEASE, DHCPV6_BOUND);
	assert_answer("03 123457 " CLIENT_TWO SERVER IA,
		      "07 123457 " CLIENT_TWO SERVER LEASE, DHCPV6_BOUND);
	/* The first is told when it renews, and has to ask anew. */
	assert_answer("05 123458 " CLIENT SERVER IA_OURS,
		      "07 123458 " CLIENT SERVER NO_BINDING("00000007"),
		      DHCPV6_NOTHING);
	assert_answer("06 123459 " CLIENT IA_OURS,
		      "07 123459 " CLIENT SERVER NO_BINDING("00000007"),
		      DHCPV6_NOTHING);
	assert_answer("08 123459 " CLIENT SERVER IA_OURS,
		      "07 123459 " CLIENT SERVER SUCCESS NO_BINDING("00000007"),
		      DHCPV6_NOTHING);
	assert_true(link_state.is_bound);
}

/* We have forgotten it, or another server gave it: who renews is believed. */
static void test_forgotten(void **state)
{
	(void)state;
	assert_answer("06 123456 " CLIENT IA_OURS,
		      "07 123456 " CLIENT SERVER LEASE, DHCPV6_EXTENDED);
	setup(NULL);
	assert_answer("05 123457 " CLIENT SERVER IA_OTHERS,
		      "07 123457 " CLIENT SERVER
		      "00190046 00000007 00000384 00000708 "
		      "001a0019 00000bb8 00000e10 38 " SITE
		      "001a0019 00000000 00000000 38 " OTHER_SITE,
		      DHCPV6_EXTENDED);
}

/* The prefix was taken away meanwhile. */
static void test_withdrawn(void **state)
{
	(void)state;
	assert_answer("03 123456 " CLIENT SERVER IA,
		      "07 123456 " CLIENT SERVER LEASE, DHCPV6_BOUND);
	offer.delegated_len = 0;
	assert_answer("05 123457 " CLIENT SERVER IA_OURS,
		      "07 123457 " CLIENT SERVER
		      "00190029 00000007 00000000 00000000 "
		      "001a0019 00000000 00000000 38 " SITE,
		      DHCPV6_NOTHING);
	/* a client that looks for any server: what it has is not of here */
	link_state.is_bound = false;
	assert_answer("06 123458 " CLIENT_TWO IA_OTHERS,
		      "07 123458 " CLIENT_TWO SERVER
		      "00190029 00000007 00000000 00000000 "
		      "001a0019 00000000 00000000 38 " OTHER_SITE,
		      DHCPV6_NOTHING);
	assert_answer("06 123459 " CLIENT_TWO IA,
		      "07 123459 " CLIENT_TWO SERVER NO_BINDING("00000007"),
		      DHCPV6_NOTHING);
}

static void test_decline(void **state)
{
	(void)state;
	assert_answer("03 123456 " CLIENT SERVER IA,
		      "07 123456 " CLIENT SERVER LEASE, DHCPV6_BOUND);
	assert_answer("09 123457 " CLIENT SERVER IA_OURS IA_EIGHT,
		      "07 123457 " CLIENT SERVER SUCCESS NO_BINDING("00000008"),
		      DHCPV6_NOTHING);
	assert_true(link_state.is_bound);
}

/* ---- Confirm ---- */

#define IA_NA_WITH(address)                    \
	"00030028 00000001 00000000 00000000 " \
	"00050018 " address " 00000000 00000000 "
#define ON_LINK	    "20010db800010008000000000000000a"
#define OFF_LINK    "20010db800010009000000000000000a"
#define NOT_ON_LINK "000d0012 0004 6e6f74206f662074686973206c696e6b "

static void test_confirm(void **state)
{
	(void)state;
	assert_answer("04 123456 " CLIENT IA_NA_WITH(ON_LINK),
		      "07 123456 " CLIENT SERVER SUCCESS, DHCPV6_NOTHING);
	assert_answer("04 123457 " CLIENT IA_NA_WITH(ON_LINK)
			      IA_NA_WITH(OFF_LINK),
		      "07 123457 " CLIENT SERVER NOT_ON_LINK, DHCPV6_NOTHING);
	assert_int_equal(ask_by("04 123458 " CLIENT IA_OURS, true), -ENODATA);
	assert_int_equal(ask_by("04 123459 " CLIENT IA_NA, true), -ENODATA);
	offer.prefix_len = 62;
	assert_answer("04 12345a " CLIENT IA_NA_WITH(OFF_LINK),
		      "07 12345a " CLIENT SERVER SUCCESS, DHCPV6_NOTHING);
	offer.prefix_len = 0;
	assert_answer("04 12345b " CLIENT IA_NA_WITH(ON_LINK),
		      "07 12345b " CLIENT SERVER NOT_ON_LINK, DHCPV6_NOTHING);
}

/* ---- what is sent to us alone ---- */

#define USE_MULTICAST "000d0016 0005 73656e6420697420746f20666630323a3a313a32 "

static void test_unicast(void **state)
{
	static const char *const told[] = { "03", "05", "08", "09" };
	static const char *const dropped[] = {
		"01 123456 " CLIENT IA,
		"04 123456 " CLIENT IA_NA_WITH(ON_LINK),
		"06 123456 " CLIENT IA_OURS,
		("0b 123456 " CLIENT),
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), "%s 123456 " CLIENT SERVER IA,
			 told[i]);
		assert_int_equal(ask_by(text, false), 0);
		assert_hex(answer, answer_len,
			   "07 123456 " CLIENT SERVER USE_MULTICAST);
		assert_false(link_state.is_bound);
	}
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(ask_by(dropped[i], false), -ENOMSG);
}

/* ---- what is discarded ---- */

static const struct {
	const char *message;
	int err;
} discarded[] = {
	/* cut */
	{ "", -EBADMSG },
	{ "01 1234", -EBADMSG },
	{ "01 123456 0001", -EBADMSG },
	{ "01 123456 0001000a 00030001aabbccddee", -EBADMSG },
	/* messages that no server takes */
	{ "00 123456 " CLIENT, -ENOMSG },
	{ "02 123456 " CLIENT SERVER, -ENOMSG },
	{ "07 123456 " CLIENT SERVER, -ENOMSG },
	{ "0a 123456 " CLIENT SERVER, -ENOMSG },
	{ "0c 123456 " CLIENT, -ENOMSG },
	{ "0d 123456 " CLIENT, -ENOMSG },
	{ "0e 123456 " CLIENT, -ENOMSG },
	{ "ff 123456 " CLIENT, -ENOMSG },
	/* section 16: identifiers that lack, or are too many */
	{ "01 123456 " IA, -EBADMSG },
	{ "01 123456 " CLIENT SERVER IA, -EBADMSG },
	{ "03 123456 " SERVER IA, -EBADMSG },
	{ "03 123456 " CLIENT IA, -EBADMSG },
	{ "04 123456 " IA_NA_WITH(ON_LINK), -EBADMSG },
	{ "04 123456 " CLIENT SERVER IA_NA_WITH(ON_LINK), -EBADMSG },
	{ "05 123456 " CLIENT IA, -EBADMSG },
	{ "06 123456 " CLIENT SERVER IA, -EBADMSG },
	{ "08 123456 " CLIENT IA, -EBADMSG },
	{ "09 123456 " CLIENT IA, -EBADMSG },
	{ "01 123456 " CLIENT CLIENT IA, -EBADMSG },
	/* another server's */
	{ "03 123456 " CLIENT SERVER_OTHER IA, -ENOMSG },
	{ "05 123456 " CLIENT SERVER_OTHER IA, -ENOMSG },
	{ "0b 123456 " CLIENT SERVER_OTHER, -ENOMSG },
	{ "0b 123456 " CLIENT "00020003 000400", -ENOMSG },
	/* an information request with an association */
	{ "0b 123456 " CLIENT IA, -EBADMSG },
	/* lengths */
	{ "01 123456 00010002 0003 " IA, -EBADMSG },
	{ "01 123456 " CLIENT "00080001 00", -EBADMSG },
	{ "01 123456 " CLIENT "000e0001 00", -EBADMSG },
	{ "01 123456 " CLIENT "00060003 000000", -EBADMSG },
	{ "01 123456 " CLIENT "0019000b 00000007 00000000 000000", -EBADMSG },
	{ "01 123456 " CLIENT "00190010 00000007 00000000 00000000 001a0001",
	  -EBADMSG },
	{ "01 123456 " CLIENT "00190028 00000007 00000000 00000000 "
	  "001a0018 00000000 00000000 38 20010db8aa00000000000000000000",
	  -EBADMSG },
	/* a prefix of 129 bits, and a lease whose own option is cut */
	{ "01 123456 " CLIENT "00190029 00000007 00000000 00000000 "
	  "001a0019 00000000 00000000 81 " SITE,
	  -EBADMSG },
	{ "01 123456 " CLIENT "0019002b 00000007 00000000 00000000 "
	  "001a001b 00000000 00000000 38 " SITE "000d",
	  -EBADMSG },
	/* more associations than anybody has */
	{ "01 123456 " CLIENT IA_TA IA_TA IA_TA IA_TA IA_TA IA_TA IA_TA IA_TA
		  IA_TA IA_TA IA_TA IA_TA IA_TA IA_TA IA_TA IA_TA IA_TA,
	  -EBADMSG },
};

static void test_discarded(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(discarded) / sizeof(discarded[0]); i++) {
		int err = ask_by(discarded[i].message, true);

		if (err != discarded[i].err)
			fail_msg("%s: %d", discarded[i].message, err);
		assert_int_equal(event, DHCPV6_NOTHING);
		assert_false(link_state.is_bound);
	}
}

/* What has no room is not said, and not remembered either. */
static void test_no_room(void **state)
{
	uint8_t data[256], small[60];
	struct wbuf w = wbuf_init(small, sizeof(small));
	const struct dhcpv6_input in = {
		.data = data,
		.len = hex_bytes("01 123456 " CLIENT RAPID IA, data,
				 sizeof(data)),
		.to_group = true,
	};

	(void)state;
	assert_int_equal(dhcpv6_answer(&server, &offer, &link_state, &in, &w,
				       &event),
			 -EMSGSIZE);
	assert_int_equal(event, DHCPV6_NOTHING);
	assert_false(link_state.is_bound);
}

/* Twenty at once, and five more for each second. */
static void test_rate(void **state)
{
	static const char asks[] = "0b 123456 " CLIENT;

	(void)state;
	for (int i = 0; i < DHCPV6_BURST; i++) {
		assert_int_equal(ask_by(asks, true), 0);
		now -= 1000;
	}
	assert_int_equal(ask_by(asks, true), -EBUSY);
	for (int i = 0; i < DHCPV6_RATE; i++) {
		assert_int_equal(ask_by(asks, true), 0);
		now -= 1000;
	}
	assert_int_equal(ask_by(asks, true), -EBUSY);
	now += 60000;
	assert_int_equal(ask_by(asks, true), 0);
	assert_int_equal(link_state.tokens, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_four, setup),
		cmocka_unit_test_setup(test_rapid_commit, setup),
		cmocka_unit_test_setup(test_ignored, setup),
		cmocka_unit_test_setup(test_requested, setup),
		cmocka_unit_test_setup(test_addresses, setup),
		cmocka_unit_test_setup(test_one_prefix, setup),
		cmocka_unit_test_setup(test_taken_over, setup),
		cmocka_unit_test_setup(test_forgotten, setup),
		cmocka_unit_test_setup(test_withdrawn, setup),
		cmocka_unit_test_setup(test_decline, setup),
		cmocka_unit_test_setup(test_confirm, setup),
		cmocka_unit_test_setup(test_unicast, setup),
		cmocka_unit_test_setup(test_discarded, setup),
		cmocka_unit_test_setup(test_no_room, setup),
		cmocka_unit_test_setup(test_rate, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
