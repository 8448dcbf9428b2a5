// SPDX-License-Identifier: GPL-2.0-or-later
/* Every AVP of the table: round trip, too short, too long, hidden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "l2tp_packet.h"

#define for_each_avp(id)                                      \
	for (enum l2tp_avp_id id = L2TP_AVP_MESSAGE_TYPE + 1; \
	     id < L2TP_AVP_COUNT; id++)

static const struct secret secret = { .len = 5, .data = "hello" };

static const struct l2tp_hiding hiding = {
	.secret = &secret,
	.random_vector = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
			   15 },
};

/* The AVP with a value of this length, in a message that is right otherwise. */
static void packet_with(struct packet *p, enum l2tp_avp_id id, uint16_t flags,
			size_t len)
{
	enum l2tp_message_type type = message_with(id);
	uint8_t value[L2TP_VALUE_MAX];

	sample_value(id, value, len);
	packet_message(p, type, UINT64_C(1) << id);
	packet_avp(p, flags, l2tp_avp_info[id].vendor, l2tp_avp_info[id].type,
		   value, len);
	packet_end(p);
}

static bool is_required(enum l2tp_message_type type, enum l2tp_avp_id id)
{
	return l2tp_message_info(packet_version, type)->required >> id & 1;
}

static void encode_with(struct packet *p, enum l2tp_avp_id id,
			const struct l2tp_hiding *h, const uint8_t *value,
			size_t len)
{
	enum l2tp_message_type type = message_with(id);
	uint8_t sample[L2TP_VALUE_MAX];
	struct l2tp_encoder e;
	int n;

	if (packet_version == 3)
		l2tp_encode_begin_v3(&e, p->data, sizeof(p->data), type, 1,
				     L2TP_DIGEST_NONE, h);
	else
		l2tp_encode_begin(&e, p->data, sizeof(p->data), type, 1, 2, h);
	if (id != L2TP_AVP_RANDOM_VECTOR || !h)
		l2tp_encode_avp(&e, id, value, len);
	for_each_avp(other) {
		if (other == id || !is_required(type, other))
			continue;
		sample_value(other, sample, sample_len(other));
		l2tp_encode_avp(&e, other, sample, sample_len(other));
	}
	n = l2tp_encode_end(&e);
	assert_true(n > 0);
	p->len = (size_t)n;
}

static void check_round_trip(enum l2tp_avp_id id, size_t len)
{
	uint8_t value[L2TP_VALUE_MAX];
	struct packet p;
	struct decoded d;

	sample_value(id, value, len);
	encode_with(&p, id, NULL, value, len);
	packet_decode(&p, NULL, &d);
	assert_string_equal(d.fault.cause.text, "");
	assert_int_equal(d.severity, L2TP_OK);
	assert_int_equal(d.m.type, message_with(id));
	assert_true(l2tp_has(&d.m, id));
	assert_int_equal(d.m.avp[id].len, len);
	assert_int_equal(d.m.avp[id].mandatory, l2tp_avp_info[id].mandatory);
	assert_false(d.m.avp[id].hidden);
	if (len)
		assert_memory_equal(d.m.avp[id].value, value, len);
	assert_int_equal(d.m.unknown_count, 0);
}

static void test_round_trip(void **state)
{
	(void)state;
	for_each_avp(id) {
		check_round_trip(id, l2tp_avp_info[id].min);
		check_round_trip(id, sample_len(id));
		check_round_trip(id, l2tp_avp_info[id].max);
	}
}

/* A value of a wrong size costs what its M bit says (section 7.1). */
static void check_bad_size(enum l2tp_avp_id id, size_t len)
{
	enum l2tp_message_type type = message_with(id);
	struct packet p;
	struct decoded d;

	packet_with(&p, id, M_BIT, len);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, closing_severity(type));
	assert_int_equal(d.fault.vendor, l2tp_avp_info[id].vendor);
	assert_int_equal(d.fault.attribute, l2tp_avp_info[id].type);
	if (d.severity >= L2TP_CLOSE_SESSION) {
		assert_int_equal(d.fault.cause.result, 2);
		assert_int_equal(d.fault.cause.error, 2);
	}
	assert_non_null(strstr(d.fault.cause.text, l2tp_message_name(type)));
	assert_non_null(strstr(d.fault.cause.text, l2tp_avp_info[id].name));
	assert_non_null(strstr(d.fault.cause.text, "bytes long"));
	assert_false(l2tp_has(&d.m, id));

	packet_with(&p, id, 0, len);
	packet_decode(&p, NULL, &d);
	if (is_required(type, id))
		assert_int_equal(d.severity, closing_severity(type));
	else
		assert_int_equal(d.severity, L2TP_IGNORE_AVP);
	assert_false(l2tp_has(&d.m, id));
	assert_int_equal(d.m.unknown_count, 1);
	assert_int_equal(d.m.unknown[0].type, l2tp_avp_info[id].type);
	assert_int_equal(d.m.unknown[0].len, len);
}

static void test_bad_size(void **state)
{
	(void)state;
	for_each_avp(id) {
		const struct l2tp_avp_info *info = &l2tp_avp_info[id];

		if (info->min > 0)
			check_bad_size(id, info->min - 1u);
		if (info->max < L2TP_VALUE_MAX)
			check_bad_size(id, info->max + 1u);
		if (info->kind == L2TP_KIND_RESULT)
			check_bad_size(id, 3);
		if (info->kind == L2TP_KIND_COOKIE)
			check_bad_size(id, 5);
		if (info->kind == L2TP_KIND_DIGEST)
			check_bad_size(id, 18);
		if (info->kind == L2TP_KIND_PW_LIST)
			check_bad_size(id, 3);
	}
}

static void test_fault_text(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	packet_version = 2;
	packet_message(&p, L2TP_ICRQ,
		       UINT64_C(1) << L2TP_AVP_ASSIGNED_SESSION_ID);
	packet_avp(&p, M_BIT, 0, 14, "abc", 3);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_CLOSE_SESSION);
	assert_string_equal(d.fault.cause.text, "ICRQ: Assigned Session ID is "
						"3 bytes long, must be 2");
}

static void test_encoder_refuses_bad_sizes(void **state)
{
	static const uint8_t value[L2TP_VALUE_MAX + 1];
	uint8_t buf[2048];
	struct l2tp_encoder e;

	(void)state;
	for_each_avp(id) {
		const struct l2tp_avp_info *info = &l2tp_avp_info[id];

		l2tp_encode_begin(&e, buf, sizeof(buf), message_with(id), 1, 2,
				  NULL);
		l2tp_encode_avp(&e, id, value, info->max + 1u);
		assert_int_equal(l2tp_encode_end(&e), -EINVAL);
		if (info->min == 0)
			continue;
		l2tp_encode_begin(&e, buf, sizeof(buf), message_with(id), 1, 2,
				  NULL);
		l2tp_encode_avp(&e, id, value, info->min - 1u);
		assert_int_equal(l2tp_encode_end(&e), -EINVAL);
	}
	l2tp_encode_begin(&e, buf, sizeof(buf), L2TP_ICRQ, 1, 2, NULL);
	l2tp_encode_extra(&e, 4242, 1, false, value, sizeof(value));
	assert_int_equal(l2tp_encode_end(&e), -EMSGSIZE);
}

static void test_encoder_stays_within_its_buffer(void **state)
{
	struct l2tp_encoder e;

	(void)state;
	for (size_t size = 0; size <= 40; size++) {
		uint8_t buf[48];

		memset(buf, 0xee, sizeof(buf));
		l2tp_encode_begin(&e, buf, size, L2TP_ICRP, 1, 2, NULL);
		l2tp_encode_u16(&e, L2TP_AVP_ASSIGNED_SESSION_ID, 3);
		if (size < 12 + 8 + 8)
			assert_int_equal(l2tp_encode_end(&e), -EMSGSIZE);
		else
			assert_int_equal(l2tp_encode_end(&e), 28);
		for (size_t i = size; i < sizeof(buf); i++)
			assert_int_equal(buf[i], 0xee);
	}
	l2tp_encode_begin(&e, (uint8_t[64]){ 0 }, 64, L2TP_ZLB, 1, 2, NULL);
	assert_int_equal(l2tp_encode_end(&e), -EINVAL);
	l2tp_encode_begin(&e, (uint8_t[64]){ 0 }, 64, L2TP_MESSAGE_UNKNOWN, 1,
			  2, NULL);
	assert_int_equal(l2tp_encode_end(&e), -EINVAL);
}

static void test_numbers(void **state)
{
	uint8_t buf[256];
	struct l2tp_encoder e;
	struct packet p;
	struct decoded d;
	int n;

	(void)state;
	l2tp_encode_begin(&e, buf, sizeof(buf), L2TP_SCCRQ, 1, 2, NULL);
	l2tp_encode_u16(&e, L2TP_AVP_PROTOCOL_VERSION, L2TP_PROTOCOL_VERSION);
	l2tp_encode_u32(&e, L2TP_AVP_FRAMING_CAPABILITIES, 0x12345678);
	l2tp_encode_text(&e, L2TP_AVP_HOST_NAME, "lac1");
	l2tp_encode_u16(&e, L2TP_AVP_ASSIGNED_TUNNEL_ID, 0xfedc);
	l2tp_encode_u64(&e, L2TP_AVP_TIE_BREAKER, 0x0123456789abcdef);
	n = l2tp_encode_end(&e);
	assert_true(n > 0);
	p.len = (size_t)n;
	memcpy(p.data, buf, p.len);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, L2TP_OK);
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_PROTOCOL_VERSION), 0x0100);
	assert_int_equal(l2tp_u32(&d.m, L2TP_AVP_FRAMING_CAPABILITIES),
			 0x12345678);
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_ASSIGNED_TUNNEL_ID), 0xfedc);
	assert_int_equal(l2tp_u64(&d.m, L2TP_AVP_TIE_BREAKER),
			 0x0123456789abcdef);
	/* Absent ones are 0. */
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_RECEIVE_WINDOW_SIZE), 0);
	assert_int_equal(l2tp_u32(&d.m, L2TP_AVP_BEARER_CAPABILITIES), 0);
}

static void test_zero_ids_and_window(void **state)
{
	static const enum l2tp_avp_id ids[] = {
		L2TP_AVP_ASSIGNED_TUNNEL_ID,
		L2TP_AVP_ASSIGNED_SESSION_ID,
		L2TP_AVP_RECEIVE_WINDOW_SIZE,
	};
	struct packet p;
	struct decoded d;

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		enum l2tp_message_type type = message_with(ids[i]);

		packet_message(&p, type, UINT64_C(1) << ids[i]);
		packet_avp(&p, M_BIT, 0, l2tp_avp_info[ids[i]].type, "\0\0", 2);
		packet_end(&p);
		packet_decode(&p, NULL, &d);
		assert_int_equal(d.severity, closing_severity(type));
		assert_int_equal(d.fault.cause.error, 3);
		assert_non_null(strstr(d.fault.cause.text, "is 0"));
	}
}

static void test_protocol_version(void **state)
{
	struct packet p;
	struct decoded d;

	(void)state;
	for (unsigned int version = 0; version <= 0xffff; version += 0x55) {
		const uint8_t value[2] = { (uint8_t)(version >> 8),
					   (uint8_t)version };

		packet_message(&p, L2TP_SCCRQ,
			       UINT64_C(1) << L2TP_AVP_PROTOCOL_VERSION);
		packet_avp(&p, M_BIT, 0, 2, value, 2);
		packet_end(&p);
		packet_decode(&p, NULL, &d);
		if (version >> 8 == 1) {
			assert_int_equal(d.severity, L2TP_OK);
			continue;
		}
		assert_int_equal(d.severity, L2TP_CLOSE_TUNNEL);
		assert_int_equal(d.fault.cause.result, 5);
		assert_int_equal(d.fault.cause.error, 0x0100);
	}
}

static void check_hidden(enum l2tp_avp_id id, size_t len)
{
	static const struct secret other = { .len = 5, .data = "hallo" };
	enum l2tp_message_type type = message_with(id);
	uint8_t value[L2TP_VALUE_MAX];
	struct packet p;
	struct decoded d;

	sample_value(id, value, len);
	encode_with(&p, id, &hiding, value, len);
	/* a shorter one may stand in another's sample */
	if (len >= 13)
		assert_null(memmem(p.data, p.len, value, len));

	packet_decode(&p, &secret, &d);
	assert_string_equal(d.fault.cause.text, "");
	assert_int_equal(d.severity, L2TP_OK);
	assert_true(l2tp_has(&d.m, L2TP_AVP_RANDOM_VECTOR));
	assert_true(l2tp_has(&d.m, id));
	assert_true(d.m.avp[id].hidden);
	assert_int_equal(d.m.avp[id].mandatory, l2tp_avp_info[id].mandatory);
	assert_int_equal(d.m.avp[id].len, len);
	if (len)
		assert_memory_equal(d.m.avp[id].value, value, len);
	assert_int_equal(d.m.locked, 0);

	packet_decode(&p, &other, &d);
	if (l2tp_has(&d.m, id) && len >= 2)
		assert_false(d.m.avp[id].len == len &&
			     !memcmp(d.m.avp[id].value, value, len));

	packet_decode(&p, NULL, &d);
	assert_false(l2tp_has(&d.m, id));
	assert_true(d.m.locked >= 1);
	if (l2tp_avp_info[id].mandatory)
		assert_int_equal(d.severity, closing_severity(type));
	else
		assert_true(d.severity >= L2TP_IGNORE_AVP);
}

static bool size_exists(const struct l2tp_avp_info *info, size_t len)
{
	if (len < info->min || len > info->max)
		return false;
	if (info->kind == L2TP_KIND_COOKIE)
		return len % 4 == 0;
	return info->kind != L2TP_KIND_PW_LIST || len % 2 == 0;
}

static void test_hidden_round_trip(void **state)
{
	static const size_t lengths[] = {
		/* clang-format off */
		0, 1, 2, 4, 8, 13, 14, 15, 16, 17, 29, 30, 31, 32, 100, 1000, L2TP_VALUE_MAX - 2,
		/* clang-format on */
	};

	(void)state;
	for_each_avp(id) {
		const struct l2tp_avp_info *info = &l2tp_avp_info[id];

		if (!info->may_hide)
			continue;
		if (info->min == info->max)
			check_hidden(id, info->min);
		for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]);
		     i++)
			if (info->min != info->max &&
			    size_exists(info, lengths[i]))
				check_hidden(id, lengths[i]);
	}
}

static void test_hiding_leaves_the_rest_clear(void **state)
{
	uint8_t value[L2TP_VALUE_MAX];
	struct packet p;
	struct decoded d;

	(void)state;
	for_each_avp(id) {
		if (l2tp_avp_info[id].may_hide || id == L2TP_AVP_RANDOM_VECTOR)
			continue;
		sample_value(id, value, sample_len(id));
		encode_with(&p, id, &hiding, value, sample_len(id));
		packet_decode(&p, &secret, &d);
		assert_int_equal(d.severity, L2TP_OK);
		assert_true(l2tp_has(&d.m, id));
		assert_false(d.m.avp[id].hidden);
	}
}

static void test_too_long_to_hide(void **state)
{
	static const uint8_t value[L2TP_VALUE_MAX];
	uint8_t buf[2048];
	struct l2tp_encoder e;

	(void)state;
	l2tp_encode_begin(&e, buf, sizeof(buf), L2TP_ICCN, 1, 2, &hiding);
	l2tp_encode_avp(&e, L2TP_AVP_PROXY_AUTHEN_NAME, value,
			L2TP_VALUE_MAX - 1);
	assert_int_equal(l2tp_encode_end(&e), -EMSGSIZE);
}

/*
 * Hiding the length is the point of padding: 1 to 14 bytes of text look the
 * same. What has one length only is whole blocks as well, which some want.
 */
static void test_padding(void **state)
{
	uint8_t a[L2TP_VALUE_MAX], b[L2TP_VALUE_MAX];

	(void)state;
	assert_int_equal(l2tp_hide(a, L2TP_AVP_PROXY_AUTHEN_NAME, &hiding, "x",
				   1),
			 16);
	assert_int_equal(l2tp_hide(b, L2TP_AVP_PROXY_AUTHEN_NAME, &hiding,
				   "fourteen bytes", 14),
			 16);
	assert_int_equal(l2tp_hide(a, L2TP_AVP_ASSIGNED_SESSION_ID, &hiding,
				   "xy", 2),
			 16);
}

/*
 * Section 4.3 worked by hand: each block of 16 XORed with
 * MD5(00 1e, "hello", 00..0f), then with MD5("hello", the hidden block before).
 */
static void test_known_answer(void **state)
{
	static const char name[] = "a.rather.long.name@example.net";
	static const uint8_t expected[32] = {
		0x09, 0x7b, 0xa1, 0x97, 0x7b, 0x09, 0x8e, 0x9a,
		0x8c, 0x18, 0x20, 0xf1, 0x1d, 0x3c, 0xa1, 0x17,
		0x80, 0xfa, 0x1a, 0xf0, 0xd8, 0x59, 0xb3, 0x7c,
		0x3c, 0x73, 0x42, 0x53, 0x82, 0xba, 0xbf, 0x19,
	};
	uint8_t hidden[L2TP_VALUE_MAX], clear[L2TP_VALUE_MAX];
	const uint8_t *value;
	uint16_t len;

	(void)state;
	assert_int_equal(sizeof(name) - 1, 30);
	assert_int_equal(l2tp_hide(hidden, L2TP_AVP_PROXY_AUTHEN_NAME, &hiding,
				   name, 30),
			 32);
	assert_memory_equal(hidden, expected, 32);
	assert_int_equal(l2tp_unhide(clear, 30, &secret, hiding.random_vector,
				     16, expected, 32, &value, &len),
			 0);
	assert_int_equal(len, 30);
	assert_memory_equal(value, name, 30);
}

/* A Host Name of these octets; severity is what it costs. */
static void check_name(const char *octets, size_t len,
		       enum l2tp_severity severity)
{
	char name[L2TP_NAME_MAX];
	struct packet p;
	struct decoded d;

	packet_message(&p, L2TP_SCCRQ, UINT64_C(1) << L2TP_AVP_HOST_NAME);
	packet_avp(&p, M_BIT, 0, 7, octets, len);
	packet_end(&p);
	packet_decode(&p, NULL, &d);
	assert_int_equal(d.severity, severity);
	if (severity != L2TP_OK)
		return;
	while (!octets[len - 1])
		len--;
	assert_true(l2tp_name(&d.m, L2TP_AVP_HOST_NAME, name, sizeof(name)));
	assert_int_equal(strlen(name), len);
	assert_memory_equal(name, octets, len);
}

/* Names are whole and as they came, or refused. */
static void test_names(void **state)
{
	char name[L2TP_NAME_MAX];

	(void)state;
	memset(name, 'n', sizeof(name));
	check_name(name, 70, L2TP_OK);
	check_name(name, L2TP_NAME_MAX - 1, L2TP_OK);
	check_name(name, L2TP_NAME_MAX, L2TP_CLOSE_TUNNEL);
	check_name("\xff\x01 \xe9t\xe9", 6, L2TP_OK);
	check_name("lac\0\0", 5, L2TP_OK);
	check_name("lac\0x", 5, L2TP_CLOSE_TUNNEL);
}

static void test_unhide_bounds(void **state)
{
	uint8_t hidden[L2TP_VALUE_MAX], clear[L2TP_VALUE_MAX];
	const uint8_t *value;
	uint16_t len;
	int n;

	(void)state;
	n = l2tp_hide(hidden, L2TP_AVP_PHYSICAL_CHANNEL_ID, &hiding, "abcd", 4);
	assert_int_equal(n, 16);
	/* Cut short: the length inside is more than there is. */
	for (size_t cut = 0; cut < 6; cut++)
		assert_int_equal(l2tp_unhide(clear, 25, &secret,
					     hiding.random_vector, 16, hidden,
					     cut, &value, &len),
				 -EBADMSG);
	assert_int_equal(l2tp_unhide(clear, 25, &secret, hiding.random_vector,
				     16, hidden, (size_t)n, &value, &len),
			 0);
	assert_int_equal(len, 4);
	assert_memory_equal(value, "abcd", 4);
}

static void test_challenge_response(void **state)
{
	/* MD5(02 "hello" 545a...) as a Cisco router answered it. */
	static const uint8_t challenge[16] = {
		0x54, 0x5a, 0x23, 0x43, 0xfb, 0xe2, 0x0e, 0xa0,
		0x8b, 0xca, 0x7b, 0x56, 0xe4, 0xa7, 0xd2, 0x9e,
	};
	static const uint8_t expected[16] = {
		0x7c, 0x35, 0x8f, 0x7a, 0x7b, 0xa2, 0x19, 0x57,
		0xc0, 0x78, 0x01, 0x19, 0x5d, 0xca, 0xdf, 0xa6,
	};
	uint8_t out[16];

	(void)state;
	assert_int_equal(l2tp_digest_init(), 0);
	assert_int_equal(l2tp_challenge_response(out, L2TP_SCCRP, &secret,
						 challenge, 16),
			 0);
	assert_memory_equal(out, expected, 16);
	assert_int_equal(l2tp_challenge_response(out, L2TP_SCCCN, &secret,
						 challenge, 16),
			 0);
	assert_memory_not_equal(out, expected, 16);
}

/*
 * The table against itself: each row is found by its numbers, and
 * bounds make sense.
 */
static void test_table(void **state)
{
	(void)state;
	for (enum l2tp_avp_id id = 0; id < L2TP_AVP_COUNT; id++) {
		const struct l2tp_avp_info *info = &l2tp_avp_info[id];

		assert_int_equal(l2tp_avp_find(info->vendor, info->type), id);
		assert_true(info->min <= info->max);
		assert_true(info->max <= L2TP_VALUE_MAX);
		message_with(id);
	}
	for (uint16_t type = 0; type <= 39; type++)
		assert_int_equal(l2tp_avp_find(0, type) >= 0, type != 20);
	assert_int_equal(l2tp_avp_find(0, 40), -ENOENT);
	assert_int_equal(l2tp_avp_find(9, 7), -ENOENT);
	assert_int_equal(l2tp_avp_find(9, 100), L2TP_AVP_CISCO_CLIENT_NAS_PORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bad_size),
		cmocka_unit_test(test_fault_text),
		cmocka_unit_test(test_encoder_refuses_bad_sizes),
		cmocka_unit_test(test_encoder_stays_within_its_buffer),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_zero_ids_and_window),
		cmocka_unit_test(test_protocol_version),
		cmocka_unit_test(test_hidden_round_trip),
		cmocka_unit_test(test_hiding_leaves_the_rest_clear),
		cmocka_unit_test(test_too_long_to_hide),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_known_answer),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_unhide_bounds),
		cmocka_unit_test(test_challenge_response),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
