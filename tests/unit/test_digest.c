// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Message digests and the keys behind them, against values that Python's hmac
 * made. RFC 3931 sections 4.3, 5.3, 5.4.1.
 *
 *	from hmac import digest as h
 *	S = b"between us"
 *	hide, sign = h(S, b"\1", "md5"), h(S, b"\2", "md5")
 *	empty = h(b"", b"\2", "md5")
 *	def avp(t):
 *		n = 20 if t else 16
 *		return bytes([0x80, 7 + n, 0, 0, 0, 59, t]) + bytes(n)
 *	def msg(type, *digests):
 *		a = b"\x80\x08\0\0\0\0\0" + bytes([type])
 *		a += b"".join(map(avp, digests))
 *		head = b"\xc8\3\0" + bytes([12 + len(a)])
 *		return head + b"\1\2\3\4\0\5\0\6" + a
 *	N = bytes(range(16)) + b"the other's nonce"
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "l2tp_packet.h"

#define FIRST_AT 27 /* the digest in the AVP behind the Message Type */

static const struct secret shared = { .len = 10, .data = "between us" };
static const struct l2tp_nonce sender = {
	16,
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
};
static const struct l2tp_nonce receiver = { 17, "the other's nonce" };

static struct secret signing_key(const struct secret *s)
{
	struct secret key;

	assert_int_equal(l2tp_signing_key(&key, s), 0);
	return key;
}

static void test_keys(void **state)
{
	static const struct secret none;
	struct secret key;

	(void)state;
	/* hide */
	assert_int_equal(l2tp_hiding_key(&key, &shared), 0);
	assert_int_equal(key.len, 16);
	assert_memory_equal(key.data,
			    "\xfb\x58\xce\xfc\xdf\x3e\xa0\x4c\xa2\xa3\x2d\xa3"
			    "\xbe\x8f\x66\xa5",
			    16);
	/* sign */
	key = signing_key(&shared);
	assert_int_equal(key.len, 16);
	assert_memory_equal(key.data,
			    "\x40\xc6\x32\xd0\x96\x96\x11\xa2\x58\x07\x8d\x1e"
			    "\xa7\xc2\x70\x6e",
			    16);
	/* empty */
	key = signing_key(&none);
	assert_memory_equal(key.data,
			    "\x7b\x60\x85\xfb\xf4\x59\x33\x67\x0a\xbc\xb0\x7a"
			    "\x27\xfc\xea\x5e",
			    16);
}

/* A message with these digests, which are not filled in. */
static void make(struct packet *p, enum l2tp_message_type type,
		 enum l2tp_digest first, enum l2tp_digest second)
{
	struct l2tp_encoder e;

	l2tp_encode_begin_v3(&e, p->data, sizeof(p->data), type, 0x01020304,
			     first, NULL);
	l2tp_encode_digest(&e, second, true);
	p->len = (size_t)l2tp_encode_end(&e);
	l2tp_encode_sequence(p->data, 5, 6);
}

static const struct {
	enum l2tp_message_type type;
	enum l2tp_digest first, second;
	bool nonces;
	const char *digest[2];
} known[] = {
	/* clang-format off */
	/* h(sign, N + msg(6, 0), "md5") */
	{ L2TP_HELLO, L2TP_DIGEST_MD5, L2TP_DIGEST_NONE, true,
	  { "\x5b\x2d\xfc\xb3\x0e\x68\x18\x32\xe0\x8c\x1f\x2b\x72\x49\x47\xf7" } },
	/* h(sign, N + msg(6, 1), "sha1") */
	{ L2TP_HELLO, L2TP_DIGEST_SHA1, L2TP_DIGEST_NONE, true,
	  { "\xbe\x32\xb1\xf2\xdf\xd5\x6d\x91\x7e\x92\x9d\xe7\xf3\x1a\xaa\xda\x07\x1b\x85\xad" } },
	/* h(sign, N + msg(6, 1, 0), "sha1"), h(sign, N + msg(6, 1, 0), "md5") */
	{ L2TP_HELLO, L2TP_DIGEST_SHA1, L2TP_DIGEST_MD5, true,
	  { "\x0e\x24\x20\xd4\x90\xe0\x0b\x1b\x26\xc8\x2d\xde\xda\xfa\x93\x71\x33\x66\xa0\xfb",
	    "\x53\xaa\x0e\xa3\xc9\x91\xe0\x01\x4a\xb2\xc5\xdc\xdf\xb5\x26\x07" } },
	/* h(sign, msg(1, 1), "sha1") */
	{ L2TP_SCCRQ, L2TP_DIGEST_SHA1, L2TP_DIGEST_NONE, false,
	  { "\xfd\x27\xa4\x21\x79\x66\x9b\xf7\xdb\x66\x23\x14\x52\xf8\x4a\xbf\x31\x61\x94\xcf" } },
	/* clang-format on */
};

static size_t len_of(enum l2tp_digest d)
{
	return d == L2TP_DIGEST_SHA1 ? 20 : 16;
}

static void test_known_answers(void **state)
{
	struct secret key = signing_key(&shared);
	enum l2tp_digest type;
	struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct l2tp_nonce *s = known[i].nonces ? &sender : NULL;
		const struct l2tp_nonce *r = known[i].nonces ? &receiver : NULL;

		make(&p, known[i].type, known[i].first, known[i].second);
		assert_int_equal(l2tp_digest_sign(p.data, p.len, &key, s, r),
				 0);
		assert_memory_equal(p.data + FIRST_AT, known[i].digest[0],
				    len_of(known[i].first));
		if (known[i].digest[1])
			assert_memory_equal(p.data + FIRST_AT +
						    len_of(known[i].first) + 7,
					    known[i].digest[1],
					    len_of(known[i].second));
		assert_int_equal(l2tp_digest_verify(p.data, p.len, &key, s, r,
						    &type),
				 0);
		assert_int_equal(type, known[i].first);
	}
}

/* Without authentication: an empty secret and no nonces. */
static void test_integrity_alone(void **state)
{
	static const struct secret none;
	struct secret key = signing_key(&none);
	struct packet p;

	(void)state;
	make(&p, L2TP_HELLO, L2TP_DIGEST_MD5, L2TP_DIGEST_NONE);
	assert_int_equal(l2tp_digest_sign(p.data, p.len, &key, NULL, NULL), 0);
	/* h(empty, msg(6, 0), "md5") */
	assert_memory_equal(p.data + FIRST_AT,
			    "\xe2\xa3\x3e\xd3\xa8\x24\x69\x07\x9b\x96\x83\x19"
			    "\x71\xe1\x3c\xf4",
			    16);
}

/* Each bit counts, each nonce, and their order. */
static void test_what_is_signed(void **state)
{
	struct secret key = signing_key(&shared),
		      other = signing_key(
			      &(struct secret){ .len = 1, .data = "x" });
	struct packet p;

	(void)state;
	make(&p, L2TP_HELLO, L2TP_DIGEST_SHA1, L2TP_DIGEST_NONE);
	assert_int_equal(l2tp_digest_sign(p.data, p.len, &key, &sender,
					  &receiver),
			 0);
	for (size_t bit = 0; bit < p.len * 8; bit++) {
		int err;

		p.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		err = l2tp_digest_verify(p.data, p.len, &key, &sender,
					 &receiver, NULL);
		/* in the AVP's header or type it may be no digest any more */
		assert_true(err == -EBADMSG ||
			    (err == -ENOENT && bit / 8 >= 20 &&
			     bit / 8 < FIRST_AT));
		p.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(l2tp_digest_verify(p.data, p.len, &other, &sender,
					    &receiver, NULL),
			 -EBADMSG);
	assert_int_equal(l2tp_digest_verify(p.data, p.len, &key, &receiver,
					    &sender, NULL),
			 -EBADMSG);
	assert_int_equal(l2tp_digest_verify(p.data, p.len, &key, &sender, NULL,
					    NULL),
			 -EBADMSG);
	assert_int_equal(l2tp_digest_verify(p.data, p.len, &key, NULL, NULL,
					    NULL),
			 -EBADMSG);
	assert_int_equal(l2tp_digest_verify(p.data, p.len, &key, &sender,
					    &receiver, NULL),
			 0);
}

static void test_truncated(void **state)
{
	struct secret key = signing_key(&shared);
	struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		make(&p, known[i].type, known[i].first, known[i].second);
		assert_int_equal(l2tp_digest_sign(p.data, p.len, &key, &sender,
						  &receiver),
				 0);
		for (size_t len = 0; len < p.len; len++) {
			/* of its own size, so that a step beyond is seen */
			uint8_t *copy = test_malloc(len ? len : 1);
			int err;

			memcpy(copy, p.data, len);
			err = l2tp_digest_verify(copy, len, &key, &sender,
						 &receiver, NULL);
			assert_int_equal(
				err, len < FIRST_AT + len_of(known[i].first) ?
					     -ENOENT :
					     -EBADMSG);
			test_free(copy);
		}
	}
}

/* "The message MUST be accepted if either Message Digest is valid." */
static void test_either_of_two(void **state)
{
	struct secret key = signing_key(&shared);
	const size_t second_at = FIRST_AT + 20 + 7;
	enum l2tp_digest type;
	struct packet p;

	(void)state;
	make(&p, L2TP_HELLO, L2TP_DIGEST_SHA1, L2TP_DIGEST_MD5);
	assert_int_equal(l2tp_digest_sign(p.data, p.len, &key, &sender,
					  &receiver),
			 0);
	p.data[FIRST_AT] ^= 1;
	assert_int_equal(l2tp_digest_verify(p.data, p.len, &key, &sender,
					    &receiver, &type),
			 0);
	assert_int_equal(type, L2TP_DIGEST_MD5);
	p.data[second_at] ^= 1;
	assert_int_equal(l2tp_digest_verify(p.data, p.len, &key, &sender,
					    &receiver, &type),
			 -EBADMSG);
	p.data[FIRST_AT] ^= 1;
	assert_int_equal(l2tp_digest_verify(p.data, p.len, &key, &sender,
					    &receiver, &type),
			 0);
	assert_int_equal(type, L2TP_DIGEST_SHA1);
}

/* Nowhere but behind the Message Type. */
static void test_place(void **state)
{
	struct secret key = signing_key(&shared);
	struct packet p;
	uint8_t value[21] = { 1 };

	(void)state;
	packet_version = 3;
	packet_begin(&p, L2TP_HELLO, 1, 2);
	packet_avp(&p, M_BIT, 0, 36, "0123456789abcdef", 16);
	packet_avp(&p, M_BIT, 0, 59, value, 21);
	packet_end(&p);
	assert_int_equal(l2tp_digest_sign(p.data, p.len, &key, NULL, NULL), 0);
	assert_memory_equal(p.data + p.len - 20, value + 1, 20);
	assert_int_equal(l2tp_digest_verify(p.data, p.len, &key, NULL, NULL,
					    NULL),
			 -ENOENT);

	/* hidden, of an unknown type, or of another type's length it is none */
	static const struct {
		uint16_t flags;
		uint8_t type;
		size_t len;
	} rows[] = {
		{ M_BIT | H_BIT, 1, 21 },
		{ M_BIT, 2, 21 },
		{ M_BIT, 0, 21 },
		{ M_BIT, 1, 17 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		value[0] = rows[i].type;
		packet_begin(&p, L2TP_HELLO, 1, 2);
		packet_avp(&p, rows[i].flags, 0, 59, value, rows[i].len);
		packet_avp(&p, M_BIT, 0, 36, "0123456789abcdef", 16);
		packet_end(&p);
		assert_int_equal(l2tp_digest_verify(p.data, p.len, &key, NULL,
						    NULL, NULL),
				 -ENOENT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_integrity_alone),
		cmocka_unit_test(test_what_is_signed),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_either_of_two),
		cmocka_unit_test(test_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
