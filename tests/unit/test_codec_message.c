// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control messages that lack something, have too much, or are broken, and
 * what each costs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "l2tp_packet.h"

static const struct secret secret = { .len = 5, .data = "hello" };

static void test_every_message(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	for_each_message(type) {
		packet_message(&p, type, 0);
		packet_decode(&p, NULL, &d);
		assert_string_equal(d.fault.cause.text, "");
		assert_int_equal(d.severity, L2TP_OK);
		assert_int_equal(d.m.type, type);
		assert_int_equal(
			d.m.present,
			l2tp_message_info(packet_version, type)->required);
		assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_MESSAGE_TYPE), type);
	}
}

static void test_each_required_avp_missing(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	for_each_message(type) {
		for (enum l2tp_avp_id id = 1; id < L2TP_AVP_COUNT; id++) {
			if (!(l2tp_message_info(packet_version, type)
					      ->required >>
				      id &
			      1))
				continue;
			packet_message(&p, type, UINT64_C(1) << id);
			packet_decode(&p, NULL, &d);
			assert_int_equal(d.severity, closing_severity(type));
			assert_int_equal(d.fault.attribute,
					 l2tp_avp_info[id].type);
			assert_non_null(strstr(d.fault.cause.text,
					       l2tp_avp_info[id].name));
			assert_non_null(strstr(d.fault.cause.text, "is "
								   "missing"));
			assert_int_equal(d.m.type, type);
		}
	}
}

/*
 * The table beside the text of section 6: how many of each, and a few by name.
 */
static void test_table(void **state)
{
	static const struct {
		enum l2tp_message_type type;
		/* without Message Type and Random Vector */
		int required, allowed;
	} rows[] = {
		{ L2TP_SCCRQ, 4, 15 }, { L2TP_SCCRP, 4, 10 },
		{ L2TP_SCCCN, 0, 1 },  { L2TP_STOPCCN, 2, 2 },
		{ L2TP_HELLO, 0, 0 },  { L2TP_ICRQ, 2, 8 },
		{ L2TP_ICRP, 1, 1 },   { L2TP_ICCN, 2, 13 },
		{ L2TP_OCRQ, 7, 8 },   { L2TP_OCRP, 1, 2 },
		{ L2TP_OCCN, 2, 4 },   { L2TP_CDN, 2, 3 },
		{ L2TP_WEN, 1, 1 },    { L2TP_SLI, 1, 1 },
	};
	size_t messages = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct l2tp_message_info *info =
			l2tp_message_info(packet_version, rows[i].type);

		assert_int_equal(__builtin_popcountll(info->required),
				 rows[i].required + 1);
		assert_int_equal(__builtin_popcountll(info->allowed),
				 rows[i].allowed + 2);
		assert_int_equal(info->required & ~info->allowed, 0);
	}
	for_each_message(type)
		messages++;
	assert_int_equal(messages, sizeof(rows) / sizeof(rows[0]));
	assert_string_equal(l2tp_message_name(L2TP_ZLB), "ZLB");
	assert_string_equal(l2tp_message_name(L2TP_STOPCCN), "StopCCN");
	assert_string_equal(l2tp_message_name(L2TP_MESSAGE_UNKNOWN), "unknown");
	assert_string_equal(l2tp_message_name(5), "unknown");
}

/*
 * RFC 3931 section 6, AVP by AVP as the text lists them; what is required, then
 * what may be.
 */
static void test_table_v3(void **state)
{
#define B(id)	 (UINT64_C(1) << L2TP_AVP_##id)
#define IDS	 (B(LOCAL_SESSION_ID) | B(REMOTE_SESSION_ID))
#define SPEEDS	 (B(TX_CONNECT_SPEED_64) | B(RX_CONNECT_SPEED_64))
#define SUBLAYER (B(L2_SUBLAYER) | B(DATA_SEQUENCING))
	static const struct {
		enum l2tp_message_type type;
		/* without Message Type, Random Vector, Message Digest */
		uint64_t required, optional;
	} rows[] = {
		{ L2TP_SCCRQ,
		  B(HOST_NAME) | B(ROUTER_ID) | B(ASSIGNED_CONNECTION_ID) |
			  B(PW_CAPABILITIES),
		  B(NONCE) | B(TIE_BREAKER) | B(VENDOR_NAME) |
			  B(RECEIVE_WINDOW_SIZE) | B(PREFERRED_LANGUAGE) },
		{ L2TP_SCCRP,
		  B(HOST_NAME) | B(ROUTER_ID) | B(ASSIGNED_CONNECTION_ID) |
			  B(PW_CAPABILITIES),
		  B(NONCE) | B(VENDOR_NAME) | B(RECEIVE_WINDOW_SIZE) |
			  B(PREFERRED_LANGUAGE) },
		{ L2TP_SCCCN, 0, 0 },
		{ L2TP_STOPCCN, B(RESULT_CODE), B(ASSIGNED_CONNECTION_ID) },
		{ L2TP_HELLO, 0, 0 },
		/* the Application ID is not the RFC's, but IANA's */
		{ L2TP_ICRQ,
		  IDS | B(CALL_SERIAL_NUMBER) | B(PSEUDOWIRE_TYPE) |
			  B(REMOTE_END_ID) | B(CIRCUIT_STATUS),
		  B(ASSIGNED_COOKIE) | B(TIE_BREAKER) | SUBLAYER | SPEEDS |
			  B(PHYSICAL_CHANNEL_ID) | B(APPLICATION_ID) },
		{ L2TP_ICRP, IDS | B(CIRCUIT_STATUS),
		  B(ASSIGNED_COOKIE) | SUBLAYER | SPEEDS |
			  B(PHYSICAL_CHANNEL_ID) },
		{ L2TP_ICCN, IDS, SUBLAYER | SPEEDS | B(CIRCUIT_STATUS) },
		{ L2TP_OCRQ,
		  IDS | B(CALL_SERIAL_NUMBER) | B(PSEUDOWIRE_TYPE) |
			  B(REMOTE_END_ID) | B(CIRCUIT_STATUS),
		  B(ASSIGNED_COOKIE) | SPEEDS | B(TIE_BREAKER) | SUBLAYER |
			  B(APPLICATION_ID) },
		{ L2TP_OCRP, IDS | B(CIRCUIT_STATUS),
		  B(ASSIGNED_COOKIE) | SUBLAYER | SPEEDS |
			  B(PHYSICAL_CHANNEL_ID) },
		{ L2TP_OCCN, IDS, SUBLAYER | SPEEDS | B(CIRCUIT_STATUS) },
		{ L2TP_CDN, B(RESULT_CODE) | IDS, 0 },
		{ L2TP_WEN, IDS | B(CALL_ERRORS), 0 },
		{ L2TP_SLI, IDS, B(CIRCUIT_STATUS) },
		{ L2TP_ACK, 0, 0 },
	};
	const uint64_t common = B(MESSAGE_TYPE) | B(RANDOM_VECTOR) |
				B(MESSAGE_DIGEST);
	size_t messages = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct l2tp_message_info *info =
			l2tp_message_info(3, rows[i].type);

		assert_int_equal(info->required,
				 rows[i].required | B(MESSAGE_TYPE));
		assert_int_equal(info->allowed,
				 rows[i].required | rows[i].optional | common);
	}
	packet_version = 3;
	for_each_message(type)
		messages++;
	packet_version = 2;
	assert_int_equal(messages, sizeof(rows) / sizeof(rows[0]));
	assert_null(l2tp_message_info(2, L2TP_ACK));
}

/*
 * What is version 3's alone is unknown to version 2, whose peers may ask for
 * more than we could do.
 */
static void test_version_3_in_version_2(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	packet_message(&p, L2TP_ICRQ, 0);
	packet_sample(&p, L2TP_AVP_PSEUDOWIRE_TYPE);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_CLOSE_SESSION);
	assert_int_equal(d.fault.cause.error, L2TP_ERROR_UNKNOWN_AVP);
	/* but for what the SCCRQ of RFC 3931 section 4.7.3 has */
	packet_message(&p, L2TP_SCCRQ, 0);
	packet_sample(&p, L2TP_AVP_ROUTER_ID);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_OK);
}

/*
 * RFC 3931 sections 5.1, 5.4.1: reserved bits are ignored, a vendor's message
 * goes by its M bit.
 */
static void test_version_3_differs(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	packet_version = 3;
	packet_message(&p, L2TP_ICRQ, 0);
	packet_avp(&p, M_BIT | 0x3c00, 0, 70, "\0\2", 2);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_OK);
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_DATA_SEQUENCING), 2);

	for (int m = 0; m < 2; m++) {
		packet_begin(&p, L2TP_ZLB, 1, 2);
		packet_avp(&p, m ? M_BIT : 0, 9, 0, "\0\1", 2);
		packet_end(&p);
		packet_decode(&p, NULL, &d);
		assert_int_equal(d.severity,
				 m ? L2TP_CLOSE_TUNNEL : L2TP_DROP_MESSAGE);

		/* a level that there is not; section 7.1 */
		packet_message(&p, L2TP_ICRQ, 0);
		packet_avp(&p, m ? M_BIT : 0, 0, 70, "\0\3", 2);
		packet_end(&p);
		packet_decode(&p, NULL, &d);
		assert_int_equal(d.severity,
				 m ? L2TP_CLOSE_SESSION : L2TP_IGNORE_AVP);
		assert_false(l2tp_has(&d.m, L2TP_AVP_DATA_SEQUENCING));
	}
	packet_version = 2;
}

/* An AVP that is in no table, behind what each message requires. */
static void test_unknown_avp(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	for_each_message(type) {
		packet_message(&p, type, 0);
		packet_avp(&p, M_BIT, 0, 300, "x", 1);
		packet_end(&p);
		packet_decode(&p, NULL, &d);
		assert_int_equal(d.severity, closing_severity(type));
		assert_int_equal(d.fault.attribute, 300);
		if (d.severity >= L2TP_CLOSE_SESSION) {
			assert_int_equal(d.fault.cause.result, 2);
			assert_int_equal(d.fault.cause.error, 8);
		}
		/* Section 4.4.2: the message names the attribute. */
		assert_non_null(strstr(d.fault.cause.text, "AVP 300"));

		packet_message(&p, type, 0);
		packet_avp(&p, 0, 0, 300, "xyz", 3);
		packet_end(&p);
		packet_decode(&p, NULL, &d);
		assert_int_equal(d.severity, L2TP_IGNORE_AVP);
		assert_int_equal(
			d.m.present,
			l2tp_message_info(packet_version, type)->required);
		assert_int_equal(d.m.unknown_count, 1);
		assert_int_equal(d.m.unknown[0].type, 300);
		assert_int_equal(d.m.unknown[0].len, 3);
		assert_memory_equal(d.m.unknown[0].value, "xyz", 3);
	}
}

static void test_unknown_then_known(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	packet_begin(&p, L2TP_ICRQ, 1, 0);
	packet_avp(&p, 0, 0, 300, "skip me", 7);
	packet_avp(&p, 0, 0, 301, NULL, 0);
	packet_avp(&p, M_BIT, 0, 14, "\x12\x34", 2);
	packet_avp(&p, M_BIT, 0, 15, "\0\0\0\x09", 4);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_IGNORE_AVP);
	assert_int_equal(d.m.unknown_count, 2);
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_ASSIGNED_SESSION_ID), 0x1234);
	assert_int_equal(l2tp_u32(&d.m, L2TP_AVP_CALL_SERIAL_NUMBER), 9);
}

static void test_more_unknown_than_kept(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	packet_message(&p, L2TP_HELLO, 0);
	for (uint16_t i = 0; i < 20; i++)
		packet_avp(&p, 0, 0, 300 + i, NULL, 0);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_IGNORE_AVP);
	assert_int_equal(d.m.unknown_count, 20);
	assert_int_equal(d.m.unknown[L2TP_UNKNOWN_MAX - 1].type,
			 300 + L2TP_UNKNOWN_MAX - 1);
	/* The first fault is the one that is told. */
	assert_int_equal(d.fault.attribute, 300);
}

/* A vendor's AVP 14 is not the Assigned Session ID. */
static void test_foreign_vendor_with_a_standard_type(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	packet_begin(&p, L2TP_ICRP, 1, 2);
	packet_avp(&p, 0, 311, 14, "\x12\x34", 2);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_CLOSE_SESSION);
	assert_string_equal(d.fault.cause.text,
			    "ICRP: Assigned Session ID is missing");
	assert_false(l2tp_has(&d.m, L2TP_AVP_ASSIGNED_SESSION_ID));

	packet_message(&p, L2TP_ICRP, 0);
	packet_avp(&p, M_BIT, 311, 14, "\x12\x34", 2);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_CLOSE_SESSION);
	assert_string_equal(d.fault.cause.text,
			    "ICRP: AVP 14 of vendor 311 is unknown");
}

/* Section 4.1: reserved bits make it an unrecognized AVP, whatever its type. */
static void test_reserved_bits(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	for (uint16_t bit = 0x0400; bit <= 0x2000; bit <<= 1) {
		packet_message(&p, L2TP_ICRQ, 0);
		packet_avp(&p, bit, 0, 18, "\0\0\0\1", 4);
		packet_end(&p);
		packet_decode(&p, NULL, &d);
		assert_int_equal(d.severity, L2TP_IGNORE_AVP);
		assert_false(l2tp_has(&d.m, L2TP_AVP_BEARER_TYPE));
		assert_int_equal(d.m.unknown_count, 1);

		packet_message(&p, L2TP_ICRQ, 0);
		packet_avp(&p, M_BIT | bit, 0, 18, "\0\0\0\1", 4);
		packet_end(&p);
		packet_decode(&p, NULL, &d);
		assert_int_equal(d.severity, L2TP_CLOSE_SESSION);
		assert_int_equal(d.fault.cause.error, 8);
	}
}

static void test_wrong_avp_length(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	for_each_message(type) {
		/* Below its own header. */
		for (uint16_t length = 0; length < 6; length++) {
			packet_message(&p, type, 0);
			packet_avp_header(&p, 0, length, 0, 300);
			packet_bytes(&p, "abcdef", 6);
			packet_end(&p);
			packet_decode(&p, NULL, &d);
			assert_int_equal(d.severity, closing_severity(type));
			assert_int_equal(d.fault.attribute, 300);
			if (d.severity >= L2TP_CLOSE_SESSION)
				assert_int_equal(d.fault.cause.error, 2);
		}
		/* Beyond the message. */
		for (uint16_t length = 9; length < 1024; length += 169) {
			packet_message(&p, type, 0);
			packet_avp_header(&p, 0, length, 0, 300);
			packet_bytes(&p, "ab", 2);
			packet_end(&p);
			packet_decode(&p, NULL, &d);
			assert_int_equal(d.severity, closing_severity(type));
		}
		/* Fewer bytes than an AVP's header behind the last one. */
		for (size_t more = 1; more < 6; more++) {
			packet_message(&p, type, 0);
			packet_bytes(&p, "\x80\x06\x00\x00\x01\x2c", more);
			packet_end(&p);
			packet_decode(&p, NULL, &d);
			assert_int_equal(d.severity, closing_severity(type));
		}
	}
}

/* Bytes behind Length are not the message's, however well they look. */
static void test_trailing_bytes(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	packet_message(&p, L2TP_ICRP, 0);
	packet_avp(&p, M_BIT, 0, 300, "x", 1); /* without packet_end */
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_OK);
	assert_int_equal(d.m.unknown_count, 0);
}

static void message_type(struct packet *p, uint16_t flags, uint16_t vendor,
			 const void *value, size_t len)
{
	packet_begin(p, L2TP_ZLB, 1, 2);
	packet_avp(p, flags, vendor, 0, value, len);
	packet_avp(p, M_BIT, 0, 14, "\x12\x34", 2);
	packet_end(p);
}

/* Section 4.4.1: the M bit of a Message Type that says nothing to us. */
static void test_message_type(void **state)
{
	static const uint16_t no_message[] = { 0,   5,	 13,	 17,	18,
					       255, 256, 0x010a, 0xffff };
	struct packet p;
	struct decoded d;

	(void)state;
	for (size_t i = 0; i < sizeof(no_message) / sizeof(no_message[0]);
	     i++) {
		const uint8_t value[2] = { (uint8_t)(no_message[i] >> 8),
					   (uint8_t)no_message[i] };

		message_type(&p, M_BIT, 0, value, 2);
		packet_decode(&p, NULL, &d);
		assert_int_equal(d.severity, L2TP_CLOSE_TUNNEL);
		assert_int_equal(d.fault.cause.result, 2);
		assert_int_equal(d.fault.cause.error, 8);
		assert_int_equal(d.m.type, L2TP_MESSAGE_UNKNOWN);

		message_type(&p, 0, 0, value, 2);
		packet_decode(&p, NULL, &d);
		assert_int_equal(d.severity, L2TP_DROP_MESSAGE);
		assert_int_equal(d.m.type, L2TP_MESSAGE_UNKNOWN);
		assert_int_equal(d.m.present, 0);
	}
	/* One that we know is taken without its M bit too. */
	message_type(&p, 0, 0, "\0\x0b", 2);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_OK);
	assert_int_equal(d.m.type, L2TP_ICRP);
}

static void test_malformed_message_type(void **state)
{
	static const struct {
		uint16_t flags, vendor;
		const char *value;
		size_t len;
		enum l2tp_severity severity;
	} rows[] = {
		/* clang-format off */
		{ M_BIT,		0, "\0\x0b", 1, L2TP_CLOSE_TUNNEL },
		{ 0,			0, "\0\x0b", 1, L2TP_DROP_MESSAGE },
		{ M_BIT,		0, "", 0, L2TP_CLOSE_TUNNEL },
		{ M_BIT,		0, "\0\x0b\0", 3, L2TP_CLOSE_TUNNEL },
		{ M_BIT | H_BIT,	0, "\0\x0b", 2, L2TP_CLOSE_TUNNEL },
		{ H_BIT,		0, "\0\x0b", 2, L2TP_DROP_MESSAGE },
		{ M_BIT | 0x0400,	0, "\0\x0b", 2, L2TP_CLOSE_TUNNEL },
		{ 0x2000,		0, "\0\x0b", 2, L2TP_DROP_MESSAGE },
		{ M_BIT,		9, "\0\x0b", 2, L2TP_CLOSE_TUNNEL },
		{ 0,			9, "\0\x0b", 2, L2TP_CLOSE_TUNNEL },
		/* clang-format on */
	};
	struct packet p;
	struct decoded d;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		message_type(&p, rows[i].flags, rows[i].vendor, rows[i].value,
			     rows[i].len);
		packet_decode(&p, &secret, &d);
		assert_int_equal(d.severity, rows[i].severity);
		assert_int_equal(d.m.type, L2TP_MESSAGE_UNKNOWN);
		assert_int_equal(d.m.present, 0);
	}
}

static void test_message_type_not_first(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	packet_begin(&p, L2TP_ZLB, 1, 2);
	packet_avp(&p, M_BIT, 0, 14, "\x12\x34", 2);
	packet_avp(&p, M_BIT, 0, 0, "\0\x0b", 2);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_CLOSE_TUNNEL);
	assert_string_equal(d.fault.cause.text, "Assigned Session ID stands "
						"first, must be Message Type");

	packet_begin(&p, L2TP_ZLB, 1, 2);
	packet_bytes(&p, "\x80\x08\0", 3);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_CLOSE_TUNNEL);
}

static void test_repeated_avp(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	packet_begin(&p, L2TP_ICRP, 1, 2);
	packet_avp(&p, M_BIT, 0, 14, "\x12\x34", 2);
	packet_avp(&p, M_BIT, 0, 14, "\x56\x78", 2);
	packet_avp(&p, M_BIT, 0, 0, "\0\x0e", 2);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_IGNORE_AVP);
	assert_string_equal(d.fault.cause.text,
			    "ICRP: Assigned Session ID is there twice");
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_ASSIGNED_SESSION_ID), 0x1234);
	assert_int_equal(d.m.type, L2TP_ICRP);
	assert_int_equal(d.m.unknown_count, 2);
}

static void test_avp_out_of_place(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	packet_message(&p, L2TP_ICRP, 0);
	packet_sample(&p, L2TP_AVP_CALL_ERRORS);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_IGNORE_AVP);
	assert_string_equal(d.fault.cause.text,
			    "ICRP: Call Errors does not belong here");
	assert_false(l2tp_has(&d.m, L2TP_AVP_CALL_ERRORS));
}

/*
 * The worst fault is told, and of those the first; what else was found stays.
 */
static void test_worst_fault(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	packet_begin(&p, L2TP_ICRQ, 1, 0);
	packet_avp(&p, 0, 0, 300, NULL, 0);
	packet_avp(&p, M_BIT, 0, 301, NULL, 0);
	packet_avp(&p, M_BIT, 0, 302, NULL, 0);
	packet_avp(&p, 0, 0, 303, NULL, 0);
	packet_avp(&p, M_BIT, 0, 14, "\x12\x34", 2);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_CLOSE_SESSION);
	assert_int_equal(d.fault.attribute, 301);
	assert_string_equal(d.fault.cause.text, "ICRQ: AVP 301 is unknown");
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_ASSIGNED_SESSION_ID), 0x1234);
}

/* ---- hidden AVPs (section 4.3) ---- */

static const struct l2tp_hiding first = {
	.secret = &secret,
	.random_vector = "0123456789abcde",
};
static const struct l2tp_hiding second = {
	.secret = &secret,
	.random_vector = "zyxwvutsrqponml",
};

static void packet_hidden(struct packet *p, enum l2tp_avp_id id, uint16_t flags,
			  const struct l2tp_hiding *h, const void *value,
			  size_t len)
{
	uint8_t hidden[L2TP_VALUE_MAX];
	int n = l2tp_hide(hidden, id, h, value, len);

	assert_true(n > 0);
	packet_avp(p, flags | H_BIT, l2tp_avp_info[id].vendor,
		   l2tp_avp_info[id].type, hidden, (size_t)n);
}

static void packet_vector(struct packet *p, const struct l2tp_hiding *h)
{
	packet_avp(p, M_BIT, 0, 36, h->random_vector, sizeof(h->random_vector));
}

static void test_hidden_before_random_vector(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	packet_message(&p, L2TP_ICRQ, 0);
	packet_hidden(&p, L2TP_AVP_BEARER_TYPE, M_BIT, &first, "\0\0\0\1", 4);
	packet_vector(&p, &first);
	packet_end(&p);
	packet_decode(&p, &secret, &d);
	assert_int_equal(d.severity, L2TP_CLOSE_SESSION);
	assert_string_equal(d.fault.cause.text, "ICRQ: Bearer Type is hidden "
						"before any Random Vector");

	packet_message(&p, L2TP_ICRQ, 0);
	packet_hidden(&p, L2TP_AVP_PHYSICAL_CHANNEL_ID, 0, &first, "\0\0\0\1",
		      4);
	packet_vector(&p, &first);
	packet_end(&p);
	packet_decode(&p, &secret, &d);
	assert_int_equal(d.severity, L2TP_IGNORE_AVP);
	assert_false(l2tp_has(&d.m, L2TP_AVP_PHYSICAL_CHANNEL_ID));
}

/* The closest preceding Random Vector is the one that applies. */
static void test_several_random_vectors(void **state)
{
	struct packet p;
	struct decoded d;
	char name[32];

	(void)state;
	packet_message(&p, L2TP_ICCN, 0);
	packet_vector(&p, &first);
	packet_hidden(&p, L2TP_AVP_PROXY_AUTHEN_NAME, 0, &first, "alice", 5);
	packet_vector(&p, &second);
	packet_hidden(&p, L2TP_AVP_PROXY_AUTHEN_ID, 0, &second, "\0\7", 2);
	packet_end(&p);
	packet_decode(&p, &secret, &d);
	assert_int_equal(d.severity, L2TP_OK);
	assert_true(l2tp_text(&d.m, L2TP_AVP_PROXY_AUTHEN_NAME, name,
			      sizeof(name)));
	assert_string_equal(name, "alice");
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_PROXY_AUTHEN_ID), 7);
}

static void test_random_vector_of_any_length(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	/* MD5(00 20, "hello") hides 00 02 00 07; the vector itself is empty. */
	packet_message(&p, L2TP_ICCN, 0);
	packet_avp(&p, M_BIT, 0, 36, NULL, 0);
	packet_avp(&p, H_BIT, 0, 32, "\370\030\311\330", 4);
	packet_end(&p);
	packet_decode(&p, &secret, &d);
	assert_string_equal(d.fault.cause.text, "");
	assert_int_equal(d.severity, L2TP_OK);
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_PROXY_AUTHEN_ID), 7);
}

static void test_hidden_what_must_not_be(void **state)
{
	static const enum l2tp_avp_id ids[] = {
		L2TP_AVP_HOST_NAME,	L2TP_AVP_PROTOCOL_VERSION,
		L2TP_AVP_TIE_BREAKER,	L2TP_AVP_RECEIVE_WINDOW_SIZE,
		L2TP_AVP_RANDOM_VECTOR,
	};
	uint8_t value[L2TP_VALUE_MAX];
	struct packet p;
	struct decoded d;

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		sample_value(ids[i], value, sample_len(ids[i]));
		packet_message(&p, L2TP_SCCRQ, UINT64_C(1) << ids[i]);
		packet_vector(&p, &first);
		packet_hidden(&p, ids[i], M_BIT, &first, value,
			      sample_len(ids[i]));
		packet_end(&p);
		packet_decode(&p, &secret, &d);
		assert_int_equal(d.severity, L2TP_CLOSE_TUNNEL);
		assert_non_null(strstr(d.fault.cause.text, "is hidden, must "
							   "not be"));
	}
}

/*
 * An SCCRQ whose secret depends on its Host Name: decoded without
 * one, then with it.
 */
static void test_secret_by_host_name(void **state)
{
	uint8_t value[4] = { 0, 0, 0, 3 };
	struct packet p;
	struct decoded d;
	char name[64];

	(void)state;
	packet_message(&p, L2TP_SCCRQ,
		       UINT64_C(1) << L2TP_AVP_FRAMING_CAPABILITIES);
	packet_vector(&p, &first);
	packet_hidden(&p, L2TP_AVP_FRAMING_CAPABILITIES, M_BIT, &first, value,
		      4);
	packet_end(&p);

	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_CLOSE_TUNNEL);
	assert_int_equal(d.m.locked, 1);
	assert_true(l2tp_text(&d.m, L2TP_AVP_HOST_NAME, name, sizeof(name)));

	packet_decode(&p, &(struct secret){ .len = 0 }, &d);
	assert_int_equal(d.m.locked, 1);

	packet_decode(&p, &secret, &d);
	assert_int_equal(d.severity, L2TP_OK);
	assert_int_equal(d.m.locked, 0);
	assert_int_equal(l2tp_u32(&d.m, L2TP_AVP_FRAMING_CAPABILITIES), 3);
}

/*
 * A hidden value of the wrong size inside, and more of them than
 * the scratch holds.
 */
static void test_hidden_faults(void **state)
{
	static const uint8_t zero[L2TP_VALUE_MAX];
	struct packet p;
	struct decoded d;

	(void)state;
	packet_message(&p, L2TP_ICRQ, 0);
	packet_vector(&p, &first);
	packet_hidden(&p, L2TP_AVP_BEARER_TYPE, M_BIT, &first, "abc", 3);
	packet_end(&p);
	packet_decode(&p, &secret, &d);
	assert_int_equal(d.severity, L2TP_CLOSE_SESSION);
	assert_string_equal(d.fault.cause.text,
			    "ICRQ: Bearer Type is 3 bytes long, must be 4");

	packet_message(&p, L2TP_ICRQ, 0);
	packet_vector(&p, &first);
	packet_avp(&p, M_BIT | H_BIT, 0, 18, "a", 1);
	packet_end(&p);
	packet_decode(&p, &secret, &d);
	assert_int_equal(d.severity, L2TP_CLOSE_SESSION);
	assert_non_null(strstr(d.fault.cause.text, "does not unhide"));

	packet_message(&p, L2TP_ICCN, 0);
	packet_vector(&p, &first);
	packet_hidden(&p, L2TP_AVP_PROXY_AUTHEN_NAME, 0, &first, zero, 1000);
	packet_hidden(&p, L2TP_AVP_PROXY_AUTHEN_RESPONSE, 0, &first, zero,
		      1000);
	packet_hidden(&p, L2TP_AVP_PROXY_AUTHEN_CHALLENGE, 0, &first, zero,
		      1000);
	packet_end(&p);
	packet_decode(&p, &secret, &d);
	assert_int_equal(d.severity, L2TP_IGNORE_AVP);
	assert_true(l2tp_has(&d.m, L2TP_AVP_PROXY_AUTHEN_RESPONSE));
	assert_false(l2tp_has(&d.m, L2TP_AVP_PROXY_AUTHEN_CHALLENGE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_message),
		cmocka_unit_test(test_each_required_avp_missing),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_v3),
		cmocka_unit_test(test_version_3_in_version_2),
		cmocka_unit_test(test_version_3_differs),
		cmocka_unit_test(test_unknown_avp),
		cmocka_unit_test(test_unknown_then_known),
		cmocka_unit_test(test_more_unknown_than_kept),
		cmocka_unit_test(test_foreign_vendor_with_a_standard_type),
		cmocka_unit_test(test_reserved_bits),
		cmocka_unit_test(test_wrong_avp_length),
		cmocka_unit_test(test_trailing_bytes),
		cmocka_unit_test(test_message_type),
		cmocka_unit_test(test_malformed_message_type),
		cmocka_unit_test(test_message_type_not_first),
		cmocka_unit_test(test_repeated_avp),
		cmocka_unit_test(test_avp_out_of_place),
		cmocka_unit_test(test_worst_fault),
		cmocka_unit_test(test_hidden_before_random_vector),
		cmocka_unit_test(test_several_random_vectors),
		cmocka_unit_test(test_random_vector_of_any_length),
		cmocka_unit_test(test_hidden_what_must_not_be),
		cmocka_unit_test(test_secret_by_host_name),
		cmocka_unit_test(test_hidden_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
