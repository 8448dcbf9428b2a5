// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AVPs and causes as text, what peers' bytes may do to it, and causes
 * out of messages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "l2tp_packet.h"

static void check_format(enum l2tp_avp_id id, const void *value, size_t len,
			 const char *expected)
{
	char line[256];
	int n = l2tp_avp_format(id, value, len, line, sizeof(line));

	assert_string_equal(line, expected);
	assert_int_equal(n, strlen(expected));
}

static void test_kinds(void **state)
{
	(void)state;
	check_format(L2TP_AVP_MESSAGE_TYPE, "\0\x10", 2,
		     "Message Type: 16 (SLI)");
	check_format(L2TP_AVP_MESSAGE_TYPE, "\x10\x10", 2,
		     "Message Type: 4112 (unknown)");
	check_format(L2TP_AVP_RESULT_CODE, "\0\1", 2, "Result Code: 1");
	check_format(L2TP_AVP_RESULT_CODE, "\0\2\0\4", 4,
		     "Result Code: 2, error 4");
	check_format(L2TP_AVP_RESULT_CODE, "\0\2\0\4full", 8,
		     "Result Code: 2, error 4: full");
	check_format(L2TP_AVP_PROTOCOL_VERSION, "\1\0", 2,
		     "Protocol Version: 1.0");
	check_format(L2TP_AVP_FRAMING_TYPE, "\0\0\0\0", 4,
		     "Framing Type: 0 (none)");
	check_format(L2TP_AVP_FRAMING_TYPE, "\0\0\0\1", 4,
		     "Framing Type: 0x1 (synchronous)");
	check_format(L2TP_AVP_BEARER_TYPE, "\0\0\0\3", 4,
		     "Bearer Type: 0x3 (digital, analog)");
	check_format(L2TP_AVP_TIE_BREAKER, "\x01\x23\x45\x67\x89\xab\xcd\xef",
		     8, "Tie Breaker: 0123456789abcdef");
	check_format(L2TP_AVP_HOST_NAME, "lac1", 4, "Host Name: lac1");
	check_format(L2TP_AVP_Q931_CAUSE_CODE, "\0\x10\x45", 3,
		     "Q.931 Cause Code: 16, message 69");
	check_format(L2TP_AVP_Q931_CAUSE_CODE,
		     "\0\x10\x45"
		     "bye",
		     6, "Q.931 Cause Code: 16, message 69: bye");
	check_format(L2TP_AVP_CALL_ERRORS,
		     "\0\0"
		     "\0\0\0\1"
		     "\0\0\0\2"
		     "\0\0\0\3"
		     "\0\0\0\4"
		     "\0\0\0\5"
		     "\0\1\0\0",
		     26,
		     "Call Errors: CRC 1, framing 2, hardware overruns 3, "
		     "buffer overruns 4, time-outs 5, alignment 65536");
	check_format(L2TP_AVP_ACCM,
		     "\0\0"
		     "\0\0\0\1"
		     "\xff\xff\xff\xff",
		     10, "ACCM: send 00000001, receive ffffffff");
	check_format(L2TP_AVP_SEQUENCING_REQUIRED, NULL, 0,
		     "Sequencing Required: yes");
	check_format(L2TP_AVP_PROXY_AUTHEN_TYPE, "\0\3", 2,
		     "Proxy Authen Type: 3 (PAP)");
	check_format(L2TP_AVP_PROXY_AUTHEN_TYPE, "\0\0", 2,
		     "Proxy Authen Type: 0 (unknown)");
	check_format(L2TP_AVP_PROXY_AUTHEN_TYPE, "\1\0", 2,
		     "Proxy Authen Type: 256 (unknown)");
	check_format(L2TP_AVP_CALL_SERIAL_NUMBER, "\xff\xff\xff\xff", 4,
		     "Call Serial Number: 4294967295");
}

static void test_secrets_are_not_printed(void **state)
{
	(void)state;
	check_format(L2TP_AVP_PROXY_AUTHEN_RESPONSE, "cisco", 5,
		     "Proxy Authen Response: (5 bytes)");
	check_format(L2TP_AVP_CHALLENGE_RESPONSE, "0123456789abcdef", 16,
		     "Challenge Response: (16 bytes)");
}

/*
 * Any value of any length into a buffer of any size: within it,
 * and with its NUL.
 */
static void test_format_stays_within_its_buffer(void **state)
{
	uint8_t value[300];
	char line[80];

	(void)state;
	memset(value, 0xff, sizeof(value));
	for (enum l2tp_avp_id id = 0; id < L2TP_AVP_COUNT; id++) {
		for (size_t size = 1; size <= 64; size++) {
			for (size_t len = 0; len <= sizeof(value);
			     len += len < 32 ? 1 : 67) {
				int n;

				memset(line, '#', sizeof(line));
				n = l2tp_avp_format(id, value, len, line, size);
				assert_true(n >= 0 && (size_t)n < size);
				assert_int_equal(line[n], '\0');
				assert_int_equal(line[size], '#');
			}
		}
	}
}

static void check_text(const char *bytes, size_t len, const char *expected)
{
	struct packet p;
	struct decoded d;
	char text[64];

	packet_message(&p, L2TP_SCCRQ, UINT64_C(1) << L2TP_AVP_VENDOR_NAME);
	packet_avp(&p, 0, 0, 8, bytes, len);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_OK);
	assert_true(l2tp_text(&d.m, L2TP_AVP_VENDOR_NAME, text, sizeof(text)));
	assert_string_equal(text, expected);
}

static void test_text(void **state)
{
	(void)state;
#define CHECK(bytes, expected) check_text(bytes, sizeof(bytes) - 1, expected)
	CHECK("lac1", "lac1");
	CHECK("a\nb\0c\x7f\x1b[2J", "a?b?c??[2J");
	CHECK("\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82",
	      "\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82");
	CHECK("\xc3", "?"); /* cut */
	CHECK("\xe2\x82", "??");
	CHECK("\xc0\xaf", "??"); /* longer than needed */
	CHECK("\xe0\x80\xaf", "???");
	CHECK("\xf0\x80\x80\xaf", "????");
	CHECK("\xed\xa0\x80", "???");	   /* surrogate */
	CHECK("\xf4\x90\x80\x80", "????"); /* beyond Unicode */
	CHECK("\xc2\x85", "??"); /* a control character of two bytes */
	CHECK("\xff\xfe", "??");
#undef CHECK
}

static void test_text_is_cut_between_characters(void **state)
{
	struct packet p;
	struct decoded d;
	char text[8];

	(void)state;
	packet_message(&p, L2TP_SCCRQ, UINT64_C(1) << L2TP_AVP_HOST_NAME);
	packet_avp(&p, M_BIT, 0, 7, "abcdef\xc3\xa4", 8);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_true(l2tp_text(&d.m, L2TP_AVP_HOST_NAME, text, 8));
	assert_string_equal(text, "abcdef");
	assert_true(l2tp_text(&d.m, L2TP_AVP_HOST_NAME, text, 1));
	assert_string_equal(text, "");
	assert_false(l2tp_text(&d.m, L2TP_AVP_VENDOR_NAME, text, 8));
}

static void check_cause(enum l2tp_message_type type,
			const struct l2tp_cause *in)
{
	struct packet p;
	struct decoded d;
	struct l2tp_encoder e;
	struct l2tp_cause out;
	int n;

	l2tp_encode_begin(&e, p.data, sizeof(p.data), type, 1, 2, NULL);
	l2tp_encode_cause(&e, in);
	l2tp_encode_u16(&e,
			type == L2TP_CDN ? L2TP_AVP_ASSIGNED_SESSION_ID :
					   L2TP_AVP_ASSIGNED_TUNNEL_ID,
			7);
	n = l2tp_encode_end(&e);
	assert_true(n > 0);
	p.len = (size_t)n;
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_OK);
	l2tp_cause_decode(&d.m, &out);
	assert_int_equal(out.result, in->result);
	assert_int_equal(out.error, in->error);
	assert_string_equal(out.text, in->text);
	if (type == L2TP_CDN) {
		assert_int_equal(out.q931_cause, in->q931_cause);
		assert_int_equal(out.q931_msg, in->q931_msg);
	} else {
		assert_int_equal(out.q931_cause, 0);
	}
}

static void test_cause_round_trip(void **state)
{
	static const enum l2tp_message_type types[] = { L2TP_CDN,
							L2TP_STOPCCN };
	struct l2tp_cause longest = { .result = 2, .error = 6 };

	(void)state;
	memset(longest.text, 'x', sizeof(longest.text) - 1);
	for (size_t i = 0; i < 2; i++) {
		check_cause(types[i], &(struct l2tp_cause){ .result = 1 });
		check_cause(types[i],
			    &(struct l2tp_cause){ .result = 2, .error = 4 });
		check_cause(types[i], &(struct l2tp_cause){
					      .result = 2,
					      .error = 8,
					      .text = "AVP 300 is unknown",
				      });
		check_cause(types[i],
			    &(struct l2tp_cause){ .result = 3, .text = "bye" });
		check_cause(types[i], &(struct l2tp_cause){
					      .result = 1,
					      .q931_cause = 16,
					      .q931_msg = 0x45,
				      });
		check_cause(types[i], &longest);
	}
}

/* A peer's text may be longer than ours, and absent AVPs are no cause. */
static void test_cause_decode(void **state)
{
	struct packet p;
	struct decoded d;
	struct l2tp_cause c;
	uint8_t value[504] = { 0, 2, 0, 6 };

	(void)state;
	memset(value + 4, 'y', sizeof(value) - 4);
	packet_message(&p, L2TP_CDN, UINT64_C(1) << L2TP_AVP_RESULT_CODE);
	packet_avp(&p, M_BIT, 0, 1, value, sizeof(value));
	packet_avp(&p, M_BIT, 0, 12,
		   "\0\x11\x45"
		   "busy",
		   7);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	l2tp_cause_decode(&d.m, &c);
	assert_int_equal(c.result, 2);
	assert_int_equal(c.error, 6);
	assert_int_equal(strlen(c.text), L2TP_CAUSE_TEXT - 1);
	assert_int_equal(c.q931_cause, 17);
	assert_int_equal(c.q931_msg, 0x45);

	packet_message(&p, L2TP_CDN, UINT64_C(1) << L2TP_AVP_RESULT_CODE);
	packet_avp(&p, M_BIT, 0, 12,
		   "\0\x11\x45"
		   "busy",
		   7);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_IGNORE_AVP);
	l2tp_cause_decode(&d.m, &c);
	assert_int_equal(c.result, 0);
	assert_string_equal(c.text, "busy");

	/* It has to be there, and some leave it out or say nothing in it. */
	packet_message(&p, L2TP_CDN, UINT64_C(1) << L2TP_AVP_RESULT_CODE);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_IGNORE_AVP);
	l2tp_cause_decode(&d.m, &c);
	assert_int_equal(c.result, 0);
	assert_string_equal(c.text, "no reason given: it has no Result Code");
	packet_message(&p, L2TP_CDN, UINT64_C(1) << L2TP_AVP_RESULT_CODE);
	packet_avp(&p, M_BIT, 0, 1, "\0\0", 2);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	l2tp_cause_decode(&d.m, &c);
	assert_string_equal(c.text, "its Result Code is 0, which is reserved");
}

static void test_cause_format(void **state)
{
	static const struct {
		struct l2tp_cause cause;
		enum l2tp_message_type type;
		const char *text;
	} rows[] = {
		/* clang-format off */
		{ { .result = 1 }, L2TP_STOPCCN,
		  "1 (general request to clear control connection)" },
		{ { .result = 1 }, L2TP_CDN, "1 (loss of carrier)" },
		{ { .result = 2, .error = 8, .text = "ICRQ: AVP 300 is unknown" }, L2TP_CDN,
		  "2 (general error), error 8 (unknown AVP with the M bit set): "
		  "ICRQ: AVP 300 is unknown" },
		{ { .result = 5, .error = 0x0100 }, L2TP_STOPCCN,
		  "5 (protocol version not supported), highest is 1.0" },
		{ { .result = 5, .error = 4 }, L2TP_CDN,
		  "5 (lack of facilities, permanently), error 4 (insufficient resources now)" },
		{ { .result = 8, .q931_cause = 17 }, L2TP_CDN, "8 (busy signal), Q.931 cause 17" },
		{ { .result = 0 }, L2TP_CDN, "no reason given" },
		{ { .text = "no answer" }, L2TP_STOPCCN, "no answer" },
		{ { .q931_cause = 16, .text = "bye" }, L2TP_CDN, "bye, Q.931 cause 16" },
		{ { .result = 0x0300 }, L2TP_CDN,
		  "768 (3 in the wrong byte order: administrative reasons)" },
		{ { .result = 0x0200, .error = 0x0600, .text = "x" }, L2TP_STOPCCN,
		  "512 (2 in the wrong byte order: general error), "
		  "error 1536 (6 in the wrong byte order: vendor-specific error): x" },
		{ { .result = 999, .error = 999 }, L2TP_STOPCCN,
		  "999 (unknown), error 999 (unknown)" },
		/* clang-format on */
	};
	char buf[256], small[8];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(l2tp_cause_format(&rows[i].cause,
						      rows[i].type, buf,
						      sizeof(buf)),
				    rows[i].text);
	assert_string_equal(l2tp_cause_format(&rows[0].cause, L2TP_CDN, small,
					      sizeof(small)),
			    "1 (loss");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_secrets_are_not_printed),
		cmocka_unit_test(test_format_stays_within_its_buffer),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_is_cut_between_characters),
		cmocka_unit_test(test_cause_round_trip),
		cmocka_unit_test(test_cause_decode),
		cmocka_unit_test(test_cause_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
