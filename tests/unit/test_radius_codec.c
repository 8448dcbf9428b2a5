/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RADIUS packets against RFC 2865's own examples (section 7), and each fault
 * that a packet can have.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/radius/radius.h"

#define BYTES(...) ((const uint8_t[]){ __VA_ARGS__ })
#define NAS	   192, 168, 1, 16

static const struct secret xyzzy = { .len = 9, .data = "xyzzy5461" };
static const struct secret other = { .len = 9, .data = "xyzzy5462" };
static const uint8_t nemo_auth[16] = {
	0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57,
	0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4, 0x22, 0x7a,
};
static const uint8_t flopsy_auth[16] = {
	0x2a, 0xee, 0x86, 0xf0, 0x8d, 0x0d, 0x55, 0x96,
	0x9c, 0xa5, 0x97, 0x8e, 0x0d, 0x33, 0x67, 0xa2,
};
static const uint8_t zero[16];
static struct radius_builder b;

static void finish(struct radius_view *v)
{
	b.data[2] = (uint8_t)(b.len >> 8);
	b.data[3] = (uint8_t)b.len;
	assert_int_equal(radius_parse(v, b.data, b.len), RADIUS_OK);
}

/* RFC 2865, 7.1: a password hidden, and the answer. */
static void test_nemo(void **state)
{
	static const uint8_t request[] = {
		0x01, 0x00, 0x00, 0x38, 0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97,
		0x80, 0x57, 0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4, 0x22, 0x7a,
		0x01, 0x06, 0x6e, 0x65, 0x6d, 0x6f, 0x02, 0x12, 0x0d, 0xbe,
		0x70, 0x8d, 0x93, 0xd4, 0x13, 0xce, 0x31, 0x96, 0xe4, 0x3f,
		0x78, 0x2a, 0x0a, 0xee, 0x04, 0x06, 0xc0, 0xa8, 0x01, 0x10,
		0x05, 0x06, 0x00, 0x00, 0x00, 0x03,
	};
	static const uint8_t reply[] = {
		0x02, 0x00, 0x00, 0x26, 0x86, 0xfe, 0x22, 0x0e, 0x76, 0x24,
		0xba, 0x2a, 0x10, 0x05, 0xf6, 0xbf, 0x9b, 0x55, 0xe0, 0xb2,
		0x06, 0x06, 0x00, 0x00, 0x00, 0x01, 0x0f, 0x06, 0x00, 0x00,
		0x00, 0x00, 0x0e, 0x06, 0xc0, 0xa8, 0x01, 0x03,
	};
	struct radius_view v;
	struct radius_attribute a;
	uint8_t plain[16];

	(void)state;
	radius_begin(&b, RADIUS_ACCESS_REQUEST, 0, nemo_auth);
	radius_add_text(&b, RADIUS_USER_NAME, "nemo");
	assert_int_equal(radius_add_password(&b, &xyzzy, "arctangent", 10), 0);
	radius_add(&b, RADIUS_NAS_IP_ADDRESS, BYTES(NAS), 4);
	radius_add_u32(&b, RADIUS_NAS_PORT, 3);
	assert_int_equal(radius_sign_request(&b, &xyzzy), 0);
	assert_int_equal(b.len, sizeof(request));
	assert_memory_equal(b.data, request, sizeof(request));
	assert_int_equal(radius_parse(&v, request, sizeof(request)), RADIUS_OK);
	assert_true(radius_find(&v, 0, RADIUS_USER_PASSWORD, &a));
	assert_true(radius_reveal(&a, &xyzzy, nemo_auth, plain, sizeof(plain)));
	assert_memory_equal(plain, "arctangent\0\0\0\0\0\0", 16);
	assert_false(radius_reveal(&a, &xyzzy, nemo_auth, plain, 32));

	assert_int_equal(radius_parse(&v, reply, sizeof(reply)), RADIUS_OK);
	assert_int_equal(radius_check_reply(&v, &xyzzy, nemo_auth, false),
			 RADIUS_OK);
	assert_int_equal(radius_check_reply(&v, &xyzzy, nemo_auth, true),
			 RADIUS_NO_MESSAGE_AUTHENTICATOR);
	assert_int_equal(radius_check_reply(&v, &other, nemo_auth, false),
			 RADIUS_BAD_AUTHENTICATOR);
	assert_int_equal(radius_check_reply(&v, &xyzzy, flopsy_auth, false),
			 RADIUS_BAD_AUTHENTICATOR);
}

/* RFC 2865, 7.2: CHAP, whose challenge is the authenticator. */
static void test_flopsy(void **state)
{
	static const uint8_t request[] = {
		0x01, 0x01, 0x00, 0x47, 0x2a, 0xee, 0x86, 0xf0, 0x8d,
		0x0d, 0x55, 0x96, 0x9c, 0xa5, 0x97, 0x8e, 0x0d, 0x33,
		0x67, 0xa2, 0x01, 0x08, 0x66, 0x6c, 0x6f, 0x70, 0x73,
		0x79, 0x03, 0x13, 0x16, 0xe9, 0x75, 0x57, 0xc3, 0x16,
		0x18, 0x58, 0x95, 0xf2, 0x93, 0xff, 0x63, 0x44, 0x07,
		0x72, 0x75, 0x04, 0x06, 0xc0, 0xa8, 0x01, 0x10, 0x05,
		0x06, 0x00, 0x00, 0x00, 0x14, 0x06, 0x06, 0x00, 0x00,
		0x00, 0x02, 0x07, 0x06, 0x00, 0x00, 0x00, 0x01,
	};
	static const uint8_t reply[] = {
		0x02, 0x01, 0x00, 0x38, 0x15, 0xef, 0xbc, 0x7d, 0xab, 0x26,
		0xcf, 0xa3, 0xdc, 0x34, 0xd9, 0xc0, 0x3c, 0x86, 0x01, 0xa4,
		0x06, 0x06, 0x00, 0x00, 0x00, 0x02, 0x07, 0x06, 0x00, 0x00,
		0x00, 0x01, 0x08, 0x06, 0xff, 0xff, 0xff, 0xfe, 0x0a, 0x06,
		0x00, 0x00, 0x00, 0x02, 0x0d, 0x06, 0x00, 0x00, 0x00, 0x01,
		0x0c, 0x06, 0x00, 0x00, 0x05, 0xdc,
	};
	uint8_t chap[17] = { 22 };

	(void)state;
	assert_true(md5_parts(chap + 1,
			      (struct md5_part[]){
				      { chap, 1 },
				      { "arctangent", 10 },
				      { flopsy_auth, 16 },
			      },
			      3));
	radius_begin(&b, RADIUS_ACCESS_REQUEST, 1, flopsy_auth);
	radius_add_text(&b, RADIUS_USER_NAME, "flopsy");
	radius_add(&b, RADIUS_CHAP_PASSWORD, chap, sizeof(chap));
	radius_add(&b, RADIUS_NAS_IP_ADDRESS, BYTES(NAS), 4);
	radius_add_u32(&b, RADIUS_NAS_PORT, 20);
	radius_add_u32(&b, RADIUS_SERVICE_TYPE, 2);
	radius_add_u32(&b, RADIUS_FRAMED_PROTOCOL, 1);
	assert_int_equal(radius_sign_request(&b, &xyzzy), 0);
	assert_int_equal(b.len, sizeof(request));
	assert_memory_equal(b.data, request, sizeof(request));

	/* The server's side of the codec makes the same bytes. */
	radius_begin(&b, RADIUS_ACCESS_ACCEPT, 1, flopsy_auth);
	radius_add_u32(&b, RADIUS_SERVICE_TYPE, 2);
	radius_add_u32(&b, RADIUS_FRAMED_PROTOCOL, 1);
	radius_add_u32(&b, RADIUS_FRAMED_IP_ADDRESS, 0xfffffffe);
	radius_add_u32(&b, (enum radius_type)10, 2);
	radius_add_u32(&b, RADIUS_FRAMED_COMPRESSION, 1);
	radius_add_u32(&b, RADIUS_FRAMED_MTU, 1500);
	assert_int_equal(radius_sign_reply(&b, &xyzzy, flopsy_auth), 0);
	assert_int_equal(b.len, sizeof(reply));
	assert_memory_equal(b.data, reply, sizeof(reply));
}

/*
 * HMAC-MD5 over the packet, in a request, its reply, and a request with an
 * authenticator of its own.
 */
static void test_signature(void **state)
{
	/* RFC 5997, 6.1 */
	static const uint8_t status[] = {
		0x0c, 0xda, 0x00, 0x26, 0x8a, 0x54, 0xf4, 0x68, 0x6f, 0xb3,
		0x94, 0xc5, 0x28, 0x66, 0xe3, 0x02, 0x18, 0x5d, 0x06, 0x23,
		0x50, 0x12, 0x5a, 0x66, 0x5e, 0x2e, 0x1e, 0x84, 0x11, 0xf3,
		0xe2, 0x43, 0x82, 0x20, 0x97, 0xc8, 0x4f, 0xa3,
	};
	struct radius_view v;

	(void)state;
	radius_begin(&b, RADIUS_STATUS_SERVER, 0xda, status + 4);
	radius_add_signature(&b);
	assert_int_equal(radius_sign_request(&b, &xyzzy), 0);
	assert_int_equal(b.len, sizeof(status));
	assert_memory_equal(b.data, status, sizeof(status));

	radius_begin(&b, RADIUS_ACCESS_REJECT, 5, nemo_auth);
	radius_add_signature(&b);
	radius_add_text(&b, RADIUS_REPLY_MESSAGE, "no");
	assert_int_equal(radius_sign_reply(&b, &xyzzy, nemo_auth), 0);
	assert_int_equal(radius_parse(&v, b.data, b.len), RADIUS_OK);
	assert_int_equal(radius_check_reply(&v, &xyzzy, nemo_auth, true),
			 RADIUS_OK);
	assert_int_equal(radius_check_reply(&v, &other, nemo_auth, true),
			 RADIUS_BAD_AUTHENTICATOR);
	/* A signature that is wrong under an authenticator that is right. */
	b.data[RADIUS_HEADER + 2] ^= 1;
	assert_true(md5_parts(b.data + 4,
			      (struct md5_part[]){
				      { b.data, 4 },
				      { nemo_auth, 16 },
				      { b.data + 20, b.len - 20 },
				      { xyzzy.data, xyzzy.len },
			      },
			      4));
	assert_int_equal(radius_check_reply(&v, &xyzzy, nemo_auth, false),
			 RADIUS_BAD_MESSAGE_AUTHENTICATOR);

	radius_begin(&b, RADIUS_DISCONNECT_REQUEST, 9, zero);
	radius_add_text(&b, RADIUS_USER_NAME, "nemo");
	radius_add_signature(&b);
	assert_int_equal(radius_sign_request(&b, &xyzzy), 0);
	assert_int_equal(radius_parse(&v, b.data, b.len), RADIUS_OK);
	assert_int_equal(radius_check_request(&v, &xyzzy, true), RADIUS_OK);
	assert_int_equal(radius_check_request(&v, &other, true),
			 RADIUS_BAD_AUTHENTICATOR);
	b.data[RADIUS_HEADER + 3] ^= 1;
	assert_int_equal(radius_check_request(&v, &xyzzy, true),
			 RADIUS_BAD_AUTHENTICATOR);

	radius_begin(&b, RADIUS_ACCOUNTING_REQUEST, 9, zero);
	assert_int_equal(radius_sign_request(&b, &xyzzy), 0);
	assert_int_equal(radius_parse(&v, b.data, b.len), RADIUS_OK);
	assert_int_equal(radius_check_request(&v, &xyzzy, false), RADIUS_OK);
	assert_int_equal(radius_check_request(&v, &xyzzy, true),
			 RADIUS_NO_MESSAGE_AUTHENTICATOR);
}

/*
 * A signature of a size that is none, and one in a vendor's
 * attribute, do not count.
 */
static void test_false_signatures(void **state)
{
	static const uint8_t inside[] = {
		0,  0, 0, 0, RADIUS_MESSAGE_AUTHENTICATOR,
		18, 0, 0, 0, 0,
		0,  0, 0, 0, 0,
		0,  0, 0, 0, 0,
		0,  0
	};
	struct radius_attribute a;
	struct radius_view v;

	(void)state;
	radius_begin(&b, RADIUS_ACCESS_ACCEPT, 5, nemo_auth);
	radius_add(&b, RADIUS_MESSAGE_AUTHENTICATOR, zero, 15);
	assert_int_equal(radius_sign_reply(&b, &xyzzy, nemo_auth), 0);
	assert_int_equal(radius_parse(&v, b.data, b.len), RADIUS_OK);
	assert_int_equal(radius_check_reply(&v, &xyzzy, nemo_auth, false),
			 RADIUS_BAD_MESSAGE_AUTHENTICATOR);
	radius_begin(&b, RADIUS_ACCESS_ACCEPT, 5, nemo_auth);
	radius_add(&b, RADIUS_VENDOR_SPECIFIC, inside, sizeof(inside));
	assert_int_equal(radius_sign_reply(&b, &xyzzy, nemo_auth), 0);
	assert_int_equal(radius_parse(&v, b.data, b.len), RADIUS_OK);
	assert_false(radius_find(&v, 0, RADIUS_MESSAGE_AUTHENTICATOR, &a));
	assert_int_equal(radius_check_reply(&v, &xyzzy, nemo_auth, true),
			 RADIUS_NO_MESSAGE_AUTHENTICATOR);
}

static enum radius_fault parse(uint16_t says, size_t came, uint8_t first_length)
{
	static uint8_t p[RADIUS_PACKET_MAX + 1] = { RADIUS_ACCESS_ACCEPT };
	struct radius_view v;

	p[2] = (uint8_t)(says >> 8);
	p[3] = (uint8_t)says;
	p[20] = RADIUS_CLASS;
	p[21] = first_length;
	return radius_parse(&v, p, came);
}

static void test_faults(void **state)
{
	struct radius_view v;

	(void)state;
	assert_int_equal(parse(20, 0, 0), RADIUS_SHORT);
	assert_int_equal(parse(20, 19, 0), RADIUS_SHORT);
	assert_int_equal(parse(19, 20, 0), RADIUS_SHORT);
	assert_int_equal(parse(20, 20, 0), RADIUS_OK);
	/* the rest is padding */
	assert_int_equal(parse(20, 4096, 0), RADIUS_OK);
	assert_int_equal(parse(4097, 4097, 0), RADIUS_LONG);
	assert_int_equal(parse(26, 25, 6), RADIUS_TRUNCATED);
	assert_int_equal(parse(4096, 100, 6), RADIUS_TRUNCATED);
	assert_int_equal(parse(26, 26, 6), RADIUS_OK);
	/* half a header */
	assert_int_equal(parse(21, 26, 6), RADIUS_BAD_ATTRIBUTE);
	assert_int_equal(parse(26, 26, 7), RADIUS_BAD_ATTRIBUTE);
	assert_int_equal(parse(26, 26, 5), RADIUS_BAD_ATTRIBUTE);
	assert_int_equal(parse(26, 26, 1), RADIUS_BAD_ATTRIBUTE);
	assert_int_equal(parse(26, 26, 0), RADIUS_BAD_ATTRIBUTE);
	radius_parse(&v, "", 0);
	assert_false(radius_find(&v, 0, RADIUS_CLASS,
				 &(struct radius_attribute){ 0 }));
	for (enum radius_fault i = RADIUS_OK; i <= RADIUS_NO_DIGEST; i++)
		for (enum radius_fault j = RADIUS_OK; j < i; j++)
			assert_string_not_equal(radius_fault_text(i),
						radius_fault_text(j));
}

/* What does not fit is seen, and nothing is written past the end. */
static void test_bounds(void **state)
{
	uint8_t value[300] = { 0 };

	(void)state;
	radius_begin(&b, RADIUS_ACCESS_REQUEST, 0, nemo_auth);
	radius_add_text(&b, RADIUS_USER_NAME, "");
	assert_int_equal(b.len, RADIUS_HEADER);
	radius_add(&b, RADIUS_CLASS, value, 254);
	assert_true(b.overflow);
	assert_int_equal(radius_sign_request(&b, &xyzzy), -EMSGSIZE);
	radius_begin(&b, RADIUS_ACCESS_REQUEST, 0, nemo_auth);
	radius_add_vendor(&b, RADIUS_VENDOR_CISCO, 1, value, 248);
	assert_true(b.overflow);
	radius_begin(&b, RADIUS_ACCESS_REQUEST, 0, nemo_auth);
	for (int i = 0; i < 20; i++)
		radius_add(&b, RADIUS_CLASS, value, 253);
	assert_true(b.overflow);
	assert_in_range(b.len, RADIUS_PACKET_MAX - 254, RADIUS_PACKET_MAX);
	radius_begin(&b, RADIUS_ACCESS_REQUEST, 0, nemo_auth);
	assert_int_equal(radius_add_password(&b, &xyzzy, value, 129),
			 -EMSGSIZE);
	assert_int_equal(radius_add_password(&b, &xyzzy, value, 128), 0);
	assert_int_equal(b.len, RADIUS_HEADER + 2 + 128);
}

static void test_vendors(void **state)
{
	static const uint8_t two[] = { 0, 0, 1, 55, 7, 6, 0, 0,
				       0, 1, 8, 6,  0, 0, 0, 4 };
	static const uint8_t odd[] = { 0, 0, 0, 9, 1, 40, 'x' };
	struct radius_cursor c = { 0 };
	struct radius_attribute a;
	struct radius_view v;
	uint32_t n;

	(void)state;
	radius_begin(&b, RADIUS_ACCESS_ACCEPT, 0, zero);
	radius_add(&b, RADIUS_VENDOR_SPECIFIC, two, sizeof(two));
	radius_add(&b, RADIUS_VENDOR_SPECIFIC, odd, sizeof(odd));
	radius_add_u32(&b, RADIUS_FRAMED_MTU, 1400);
	finish(&v);
	assert_true(radius_next(&v, &c, &a));
	assert_true(a.vendor == 311 && a.type == 7 && radius_u32(&a, &n) &&
		    n == 1);
	assert_true(radius_next(&v, &c, &a));
	assert_true(a.vendor == 311 && a.type == 8 && radius_u32(&a, &n) &&
		    n == 4);
	assert_true(radius_next(&v, &c, &a));
	assert_true(a.vendor == 0 && a.type == RADIUS_VENDOR_SPECIFIC &&
		    a.len == sizeof(odd));
	assert_true(radius_next(&v, &c, &a));
	assert_true(a.vendor == 0 && a.type == RADIUS_FRAMED_MTU &&
		    radius_u32(&a, &n) && n == 1400);
	assert_false(radius_next(&v, &c, &a));
}

/* RFC 2548, 2.4.2, turned round: what a server does. */
static void salt(uint8_t *out, const uint8_t key[16], uint8_t says)
{
	uint8_t plain[32] = { says }, mask[16];
	const uint8_t *before;

	memcpy(plain + 1, key, 16);
	out[0] = 0x80;
	out[1] = 7;
	for (size_t i = 0; i < 32; i += 16) {
		before = i ? out + 2 : nemo_auth;
		assert_true(md5_parts(mask,
				      (struct md5_part[]){
					      { xyzzy.data, xyzzy.len },
					      { before, 16 },
					      { out, i ? 0 : 2 },
				      },
				      3));
		for (size_t j = 0; j < 16; j++)
			out[2 + i + j] = plain[i + j] ^ mask[j];
	}
}

static void test_salted(void **state)
{
	static const uint8_t key[16] = "0123456789abcde";
	uint8_t value[34], out[32];
	struct radius_attribute a = { .value = value, .len = sizeof(value) };
	size_t len;

	(void)state;
	salt(value, key, 16);
	assert_true(
		radius_unsalt(&a, &xyzzy, nemo_auth, out, sizeof(out), &len));
	assert_int_equal(len, 16);
	assert_memory_equal(out, key, 16);
	assert_false(radius_unsalt(&a, &xyzzy, nemo_auth, out, 15, &len));
	salt(value, key, 31);
	assert_true(
		radius_unsalt(&a, &xyzzy, nemo_auth, out, sizeof(out), &len));
	salt(value, key, 32);
	assert_false(
		radius_unsalt(&a, &xyzzy, nemo_auth, out, sizeof(out), &len));
	salt(value, key, 16);
	value[0] &= 0x7f; /* RFC 2548: the most significant bit must be set */
	assert_false(
		radius_unsalt(&a, &xyzzy, nemo_auth, out, sizeof(out), &len));
	value[0] |= 0x80;
	for (a.len = 0; a.len < sizeof(value); a.len++)
		if (a.len != 18) /* a whole block: it can be one */
			assert_false(radius_unsalt(&a, &xyzzy, nemo_auth, out,
						   sizeof(out), &len));
}

static void assert_shown(const struct radius_attribute *a, const char *want)
{
	char text[300];

	radius_format(a, text, sizeof(text));
	assert_string_equal(text, want);
}

#define SHOWN(want, vendor_, type_, ...)                                  \
	do {                                                              \
		static const uint8_t bytes[] = { __VA_ARGS__ };           \
		assert_shown(&(struct radius_attribute){ vendor_, type_,  \
							 bytes,           \
							 sizeof(bytes) }, \
			     want);                                       \
	} while (0)

static void test_format(void **state)
{
	char text[8];

	(void)state;
	SHOWN("User-Name = \"al?e\"", 0, RADIUS_USER_NAME, 'a', 'l', '\n', 'e');
	SHOWN("Framed-IP-Address = 10.0.0.1", 0, RADIUS_FRAMED_IP_ADDRESS, 10,
	      0, 0, 1);
	SHOWN("Framed-IP-Address = 0x0a0000", 0, RADIUS_FRAMED_IP_ADDRESS, 10,
	      0, 0);
	SHOWN("Session-Timeout = 3600", 0, RADIUS_SESSION_TIMEOUT, 0, 0, 0x0e,
	      0x10);
	SHOWN("Framed-IPv6-Prefix = 2001:db8::/64", 0,
	      RADIUS_FRAMED_IPV6_PREFIX, 0, 64, 0x20, 1, 0x0d, 0xb8, 0, 0, 0,
	      0);
	SHOWN("Framed-Interface-Id = 1:2:3:4", 0, RADIUS_FRAMED_INTERFACE_ID, 0,
	      1, 0, 2, 0, 3, 0, 4);
	SHOWN("Tunnel-Type = 3 (tag 1)", 0, RADIUS_TUNNEL_TYPE, 1, 0, 0, 3);
	SHOWN("Tunnel-Client-Auth-ID = \"lac\"", 0,
	      RADIUS_TUNNEL_CLIENT_AUTH_ID, 1, 'l', 'a', 'c');
	SHOWN("Class = 0xff00", 0, RADIUS_CLASS, 0xff, 0);
	SHOWN("WISPr-Bandwidth-Max-Up = 256", RADIUS_VENDOR_WISPR,
	      RADIUS_WISPR_BANDWIDTH_MAX_UP, 0, 0, 1, 0);
	SHOWN("Mikrotik-Rate-Limit = \"1M\"", RADIUS_VENDOR_MIKROTIK,
	      RADIUS_MIKROTIK_RATE_LIMIT, '1', 'M');
	SHOWN("Attr-200 = \"hi\"", 0, 200, 'h', 'i');
	SHOWN("Vendor-99-Attr-3 = 0x01", 99, 3, 1);
	/* Keys and passwords are nobody's to see. */
	SHOWN("MS-MPPE-Send-Key = (4 bytes, not shown)", 311,
	      RADIUS_MS_MPPE_SEND_KEY, 'k', 'e', 'y', '!');
	SHOWN("Tunnel-Password = (3 bytes, not shown)", 0,
	      RADIUS_TUNNEL_PASSWORD, 'a', 'b', 'c');
	radius_format(&(struct radius_attribute){ 0, RADIUS_USER_NAME,
						  BYTES('a', 'b'), 2 },
		      text, sizeof(text));
	assert_true(memchr(text, 0, sizeof(text)) != NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nemo),
		cmocka_unit_test(test_flopsy),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_false_signatures),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_vendors),
		cmocka_unit_test(test_salted),
		cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
