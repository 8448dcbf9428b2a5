/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPP's authentication against the RFCs' own examples (RFC 2433 B.2, RFC 2759
 * 9.2, RFC 3079 3.5.3), and what a wrong answer is answered.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "crypto/mschap.h"
#include "aaa/verify.h"
#include "lib/log.h"

#define BYTES(...) ((const uint8_t[]){ __VA_ARGS__ })
#define assert_bytes(got, ...) \
	assert_memory_equal(got, BYTES(__VA_ARGS__), sizeof(BYTES(__VA_ARGS__)))

#define CLIENT_PASS ((const uint8_t *)"clientPass"), 10
/* clang-format off */
#define AUTH_CHALLENGE 0x5B, 0x5D, 0x7C, 0x7D, 0x7B, 0x3F, 0x2F, 0x3E, \
	0x3C, 0x2C, 0x60, 0x21, 0x32, 0x26, 0x26, 0x28
#define PEER_CHALLENGE 0x21, 0x40, 0x23, 0x24, 0x25, 0x5E, 0x26, 0x2A, \
	0x28, 0x29, 0x5F, 0x2B, 0x3A, 0x33, 0x7C, 0x7E
#define CHALLENGE 0xD0, 0x2E, 0x43, 0x86, 0xBC, 0xE9, 0x12, 0x26
#define HASH 0x44, 0xEB, 0xBA, 0x8D, 0x53, 0x12, 0xB8, 0xD6, \
	0x11, 0x47, 0x44, 0x11, 0xF5, 0x69, 0x89, 0xAE
#define NT_RESPONSE 0x82, 0x30, 0x9E, 0xCD, 0x8D, 0x70, 0x8B, 0x5E, 0xA0, 0x8F, 0xAA, 0x39, \
	0x81, 0xCD, 0x83, 0x54, 0x42, 0x33, 0x11, 0x4A, 0x3D, 0x85, 0xD6, 0xDF
#define HASH_HASH 0x41, 0xC0, 0x0C, 0x58, 0x4B, 0xD2, 0xD9, 0x1C, \
	0x40, 0x17, 0xA2, 0xA1, 0x2F, 0xA5, 0x9F, 0x3F
#define PROOF "S=407A5589115FD0D6209F510FE9C04566932CDA56"
#define MASTER_KEY 0xFD, 0xEC, 0xE3, 0x71, 0x7A, 0x8C, 0x83, 0x8C, \
	0xB3, 0x88, 0xE5, 0x27, 0xAE, 0x3C, 0xDD, 0x31
#define SEND_KEY 0x8B, 0x7C, 0xDC, 0x14, 0x9B, 0x99, 0x3A, 0x1B, \
	0xA1, 0x18, 0xCB, 0x15, 0x3F, 0x56, 0xDC, 0xCB
/* clang-format on */

/* RFC 2759, 9.2 */
static void test_mschapv2_functions(void **state)
{
	uint8_t hash[16], hash_hash[16], challenge[8], response[24];
	char proof[MSCHAP_AUTH_RESPONSE_LEN + 1];

	(void)state;
	assert_true(mschap_nt_password_hash(CLIENT_PASS, MSCHAP_UTF8, hash));
	assert_bytes(hash, HASH);
	assert_true(mschap_hash_nt_password_hash(hash, hash_hash));
	assert_bytes(hash_hash, HASH_HASH);
	assert_true(mschap_challenge_hash(BYTES(PEER_CHALLENGE),
					  BYTES(AUTH_CHALLENGE), "User",
					  challenge));
	assert_bytes(challenge, CHALLENGE);
	assert_true(mschap_challenge_hash(BYTES(PEER_CHALLENGE),
					  BYTES(AUTH_CHALLENGE), "DOMAIN\\User",
					  challenge));
	assert_bytes(challenge, CHALLENGE);
	assert_true(mschap_challenge_response(challenge, hash, response));
	assert_bytes(response, NT_RESPONSE);
	assert_true(mschap_authenticator_response(hash_hash, response,
						  challenge, proof));
	assert_string_equal(proof, PROOF);
}

/* RFC 2433, B.2 */
static void test_mschapv1_functions(void **state)
{
	uint8_t hash[16], response[24];

	(void)state;
	assert_true(mschap_nt_password_hash((const uint8_t *)"MyPw", 4,
					    MSCHAP_UTF8, hash));
	assert_bytes(hash, 0xFC, 0x15, 0x6A, 0xF7, 0xED, 0xCD, 0x6C, 0x0E, 0xDD,
		     0xE3, 0x33, 0x7D, 0x42, 0x7F, 0x4E, 0xAC);
	assert_true(mschap_challenge_response(BYTES(0x10, 0x2D, 0xB5, 0xDF,
						    0x08, 0x5D, 0x30, 0x41),
					      hash, response));
	assert_bytes(response, 0x4E, 0x9D, 0x3C, 0x8F, 0x9C, 0xFD, 0x38, 0x5D,
		     0x5B, 0xF4, 0xD3, 0x24, 0x67, 0x91, 0x95, 0x6C, 0xA4, 0xC3,
		     0x51, 0xAB, 0x40, 0x9A, 0x3D, 0x61);
}

/* RFC 3079, 3.5.3 */
static void test_mppe_keys(void **state)
{
	uint8_t master[16], send[16], recv[16];

	(void)state;
	assert_true(mschap_master_key(BYTES(HASH_HASH), BYTES(NT_RESPONSE),
				      master));
	assert_bytes(master, MASTER_KEY);
	assert_true(mschap_start_key(master, true, send));
	assert_bytes(send, SEND_KEY);
	assert_true(mschap_start_key(master, false, recv));
	assert_memory_not_equal(send, recv, 16);
}

/*
 * RFC 3079, 2.5.3: its step 4; step 3 has a slip of the pen in the eighth byte.
 */
static void test_v1_start_key(void **state)
{
	uint8_t key[16];

	(void)state;
	assert_true(mschap_v1_start_key(BYTES(HASH_HASH),
					BYTES(0x10, 0x2D, 0xB5, 0xDF, 0x08,
					      0x5D, 0x30, 0x41),
					key));
	assert_bytes(key, 0xA8, 0x94, 0x78, 0x50, 0xCF, 0xC0, 0xAC, 0xC1, 0xD1,
		     0x78, 0x9F, 0xB6, 0x2D, 0xDC, 0xDD, 0xB0);
}

/* The NT hash of passwords that are not ASCII, by their 16-bit characters. */
static void test_charsets(void **state)
{
	static const uint8_t e_acute_utf8[] = { 0xc3, 0xa9 }; /* U+00E9 */
	static const uint8_t e_acute_wide[] = { 0xe9, 0x00 };
	static const uint8_t as_bytes[] = { 0xc3, 0x00, 0xa9, 0x00 };
	/* U+1D11E */
	static const uint8_t clef_utf8[] = { 0xf0, 0x9d, 0x84, 0x9e };
	static const uint8_t clef_wide[] = { 0x34, 0xd8, 0x1e, 0xdd };
	static const uint8_t overlong[] = { 0xc0, 0xaf },
			     overlong_wide[] = { 0xc0, 0, 0xaf, 0 };
	uint8_t hash[16], want[16];

	(void)state;
	assert_false(mschap_charsets_differ(CLIENT_PASS));
	assert_true(mschap_charsets_differ(e_acute_utf8, 2));
	assert_true(crypto_hash_of(CRYPTO_MD4, want, { e_acute_wide, 2 }));
	assert_true(
		mschap_nt_password_hash(e_acute_utf8, 2, MSCHAP_UTF8, hash));
	assert_memory_equal(hash, want, 16);
	assert_true(crypto_hash_of(CRYPTO_MD4, want, { as_bytes, 4 }));
	assert_true(
		mschap_nt_password_hash(e_acute_utf8, 2, MSCHAP_BYTES, hash));
	assert_memory_equal(hash, want, 16);
	assert_true(crypto_hash_of(CRYPTO_MD4, want, { clef_wide, 4 }));
	assert_true(mschap_nt_password_hash(clef_utf8, 4, MSCHAP_UTF8, hash));
	assert_memory_equal(hash, want, 16);
	assert_true(crypto_hash_of(CRYPTO_MD4, want, { overlong_wide, 4 }));
	assert_true(mschap_nt_password_hash(overlong, 2, MSCHAP_UTF8, hash));
	assert_memory_equal(hash, want, 16);
}

static struct ppp_call_auth request(enum ppp_auth_method method,
				    const void *challenge, size_t challenge_len,
				    const void *response, size_t response_len)
{
	struct ppp_call_auth a = {
		.method = method,
		.user = "User",
		.our_name = "lns",
		.id = 7,
	};

	a.challenge_len = (uint16_t)challenge_len;
	if (challenge_len)
		memcpy(a.challenge, challenge, challenge_len);
	a.response_len = (uint16_t)response_len;
	memcpy(a.response, response, response_len);
	return a;
}

static struct secret secret_of(const char *text)
{
	struct secret s;

	assert_int_equal(secret_set(&s, text, strlen(text)), 0);
	return s;
}

static void refused(const struct ppp_call_auth *a, const struct secret *s,
		    int err, const char *message)
{
	static const uint8_t none[16];
	struct ppp_call_auth_reply r;

	memset(&r, 0xff, sizeof(r));
	assert_int_equal(verify(a, s, &r), err);
	assert_false(r.ok);
	assert_string_equal(r.message, message);
	assert_false(r.have_mppe_keys);
	assert_memory_equal(r.mppe_send_key, none, 16);
	assert_memory_equal(r.mppe_recv_key, none, 16);
}

static void test_pap(void **state)
{
	struct secret s = secret_of("s3cret"), other = secret_of("s3creT");
	struct secret longer = secret_of("s3cret!"), full, nul;
	struct ppp_call_auth a = request(PPP_AUTH_PAP, NULL, 0, "s3cret", 6);
	struct ppp_call_auth_reply r;
	char many[PPP_BLOB_MAX];

	(void)state;
	assert_int_equal(verify(&a, &s, &r), 0);
	assert_true(r.ok);
	assert_string_equal(r.message, "");
	assert_false(r.have_mppe_keys);
	refused(&a, &other, -EACCES, "Authentication failed");
	refused(&a, &longer, -EACCES, "Authentication failed");
	refused(&a, NULL, -EACCES, "Authentication failed");
	/* A NUL behind the password is not padding. */
	assert_int_equal(secret_set(&nul, "s3cret\0", 7), 0);
	refused(&a, &nul, -EACCES, "Authentication failed");
	memset(many, 'x', sizeof(many));
	assert_int_equal(secret_set(&full, many, SECRET_MAX), 0);
	a = request(PPP_AUTH_PAP, NULL, 0, many, SECRET_MAX);
	assert_int_equal(verify(&a, &full, &r), 0);
	a = request(PPP_AUTH_PAP, NULL, 0, many, sizeof(many));
	refused(&a, &full, -EACCES, "Authentication failed");
	/* What stands in for an unknown user's secret is no password. */
	a = request(PPP_AUTH_PAP, NULL, 0, "not a secret", 12);
	refused(&a, NULL, -EACCES, "Authentication failed");
}

static void test_chap(void **state)
{
	static const uint8_t challenge[] = "a challenge of some length";
	struct secret s = secret_of("clientPass"),
		      other = secret_of("clientPasS");
	struct ppp_call_auth_reply r;
	struct ppp_call_auth a;
	uint8_t digest[16], id = 7;

	(void)state;
	assert_true(crypto_hash_of(CRYPTO_MD5, digest, { &id, 1 },
				   { "clientPass", 10 },
				   { challenge, sizeof(challenge) }));
	a = request(PPP_AUTH_CHAP_MD5, challenge, sizeof(challenge), digest,
		    16);
	assert_int_equal(verify(&a, &s, &r), 0);
	assert_true(r.ok);
	refused(&a, &other, -EACCES, "Authentication failed");
	refused(&a, NULL, -EACCES, "Authentication failed");
	a.id = 8;
	refused(&a, &s, -EACCES, "Authentication failed");
	a.id = 7;
	a.response_len = 15;
	refused(&a, &s, -EINVAL, "Authentication failed");
	a.response_len = 16;
	a.challenge_len = 0;
	refused(&a, &s, -EINVAL, "Authentication failed");
}

static void test_mschapv1(void **state)
{
	static const uint8_t challenge[] = { 0x10, 0x2D, 0xB5, 0xDF,
					     0x08, 0x5D, 0x30, 0x41 };
	static const uint8_t nt[] = {
		0x4E, 0x9D, 0x3C, 0x8F, 0x9C, 0xFD, 0x38, 0x5D,
		0x5B, 0xF4, 0xD3, 0x24, 0x67, 0x91, 0x95, 0x6C,
		0xA4, 0xC3, 0x51, 0xAB, 0x40, 0x9A, 0x3D, 0x61,
	};
	static const char no[] = "E=691 R=0 C=102DB5DF085D3041 V=2";
	struct secret s = secret_of("MyPw"), other = secret_of("MyPW");
	struct ppp_call_auth_reply r;
	struct ppp_call_auth a;
	uint8_t response[49] = { 0 };

	(void)state;
	memcpy(response + 24, nt, 24);
	response[48] = 1;
	a = request(PPP_AUTH_MSCHAPV1, challenge, 8, response, 49);
	assert_int_equal(verify(&a, &s, &r), 0);
	assert_true(r.ok);
	refused(&a, &other, -EACCES, no);
	refused(&a, NULL, -EACCES, no);
	a.response[48] = 0; /* LAN Manager's response only */
	refused(&a, &s, -EINVAL, no);
	a.response[48] = 1;
	a.response_len = 48;
	refused(&a, &s, -EINVAL, no);
}

static void test_mschapv2(void **state)
{
	static const char no[] =
		"E=691 R=0 C=5B5D7C7D7B3F2F3E3C2C602132262628 V=3 M=Authentication failed";
	struct secret s = secret_of("clientPass"),
		      other = secret_of("clientpass");
	struct ppp_call_auth_reply r;
	struct ppp_call_auth a;
	uint8_t response[49] = { PEER_CHALLENGE }, recv[16];

	(void)state;
	memcpy(response + 24, BYTES(NT_RESPONSE), 24);
	a = request(PPP_AUTH_MSCHAPV2, BYTES(AUTH_CHALLENGE), 16, response, 49);
	assert_int_equal(verify(&a, &s, &r), 0);
	assert_true(r.ok);
	assert_string_equal(r.message, PROOF " M=Access granted");
	assert_true(r.have_mppe_keys);
	assert_bytes(r.mppe_send_key, SEND_KEY);
	assert_true(mschap_start_key(BYTES(MASTER_KEY), false, recv));
	assert_memory_equal(r.mppe_recv_key, recv, 16);
	strcpy(a.user, "DOMAIN\\User");
	assert_int_equal(verify(&a, &s, &r), 0);
	strcpy(a.user, "user");
	refused(&a, &s, -EACCES, no);
	strcpy(a.user, "User");
	refused(&a, &other, -EACCES, no);
	refused(&a, NULL, -EACCES, no);
	a.response[24] ^= 1;
	refused(&a, &s, -EACCES, no);
	a.response[24] ^= 1;
	a.response_len = 50;
	refused(&a, &s, -EINVAL, no);
}

/* A password in UTF-8 is accepted from Windows and from pppd. */
static void test_mschapv2_charsets(void **state)
{
	static const char password[] = "p\xc3\xa9n";
	struct secret s = secret_of(password);
	enum mschap_charset charset;

	(void)state;
	for (charset = MSCHAP_UTF8; charset <= MSCHAP_BYTES; charset++) {
		uint8_t response[49] = { PEER_CHALLENGE }, hash[16];
		struct ppp_call_auth_reply r;
		struct ppp_call_auth a;

		assert_true(mschap_nt_password_hash((const uint8_t *)password,
						    4, charset, hash));
		assert_true(mschap_challenge_response(BYTES(CHALLENGE), hash,
						      response + 24));
		a = request(PPP_AUTH_MSCHAPV2, BYTES(AUTH_CHALLENGE), 16,
			    response, 49);
		assert_int_equal(verify(&a, &s, &r), 0);
	}
}

static void test_methods(void **state)
{
	struct ppp_call_auth a = request(PPP_AUTH_PAP, NULL, 0, "x", 1);
	struct secret s = secret_of("x");

	(void)state;
	assert_int_equal(verify_auth_of(PPP_AUTH_PAP), CONFIG_AUTH_PAP);
	assert_int_equal(verify_auth_of(PPP_AUTH_CHAP_MD5), CONFIG_AUTH_CHAP);
	assert_int_equal(verify_auth_of(PPP_AUTH_MSCHAPV1),
			 CONFIG_AUTH_MSCHAPV1);
	assert_int_equal(verify_auth_of(PPP_AUTH_MSCHAPV2),
			 CONFIG_AUTH_MSCHAPV2);
	assert_int_equal(verify_auth_of((enum ppp_auth_method)0), 0);
	assert_int_equal(verify_auth_of((enum ppp_auth_method)5), 0);
	a.method = (enum ppp_auth_method)9;
	refused(&a, &s, -EINVAL, "Authentication failed");
}

static int setup(void **state)
{
	(void)state;
	log_open("test", LOG_SINK_STDERR, LOG_WARNING);
	return crypto_init() || !crypto_has_legacy();
}

static int teardown(void **state)
{
	(void)state;
	crypto_fini();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mschapv2_functions),
		cmocka_unit_test(test_mschapv1_functions),
		cmocka_unit_test(test_mppe_keys),
		cmocka_unit_test(test_v1_start_key),
		cmocka_unit_test(test_charsets),
		cmocka_unit_test(test_pap),
		cmocka_unit_test(test_chap),
		cmocka_unit_test(test_mschapv1),
		cmocka_unit_test(test_mschapv2),
		cmocka_unit_test(test_mschapv2_charsets),
		cmocka_unit_test(test_methods),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
