/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AAA_AUTH and AAA_TEST with RADIUS: each method's request, and what becomes of
 * each kind of reply.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "radius_lab.h"

static struct lab_server *const first = &lab.server[0], *const second =
								&lab.server[1];
static const struct secret secret = { .len = 6, .data = "secret" };
static struct aaa_auth q;
static struct aaa_auth_reply r;
static struct aaa_test_reply tested;
static int result;

/* RFC 2759, 9.2 */
static const uint8_t auth_challenge[16] = {
	0x5B, 0x5D, 0x7C, 0x7D, 0x7B, 0x3F, 0x2F, 0x3E,
	0x3C, 0x2C, 0x60, 0x21, 0x32, 0x26, 0x26, 0x28,
};
static const uint8_t response[49] = {
	0x21, 0x40, 0x23, 0x24, 0x25, 0x5E, 0x26, 0x2A, 0x28, 0x29,
	0x5F, 0x2B, 0x3A, 0x33, 0x7C, 0x7E, 0,	  0,	0,    0,
	0,    0,    0,	  0,	0x82, 0x30, 0x9E, 0xCD, 0x8D, 0x70,
	0x8B, 0x5E, 0xA0, 0x8F, 0xAA, 0x39, 0x81, 0xCD, 0x83, 0x54,
	0x42, 0x33, 0x11, 0x4A, 0x3D, 0x85, 0xD6, 0xDF, 0,
};
#define GUESSES 200
#define PROOF	"S=407A5589115FD0D6209F510FE9C04566932CDA56"

static int start(void **state)
{
	lab_start(*state ? *state : "");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	lab_stop();
	return 0;
}

static void on_auth(void *arg, int err, struct ipc_message *m)
{
	const struct aaa_auth_reply *body =
		err || !m ? NULL : ipc_body(m, struct aaa_auth_reply);

	(void)arg;
	result = err;
	if (body)
		r = *body;
}

static void on_tested(void *arg, int err, struct ipc_message *m)
{
	const struct aaa_test_reply *body =
		err || !m ? NULL : ipc_body(m, struct aaa_test_reply);

	(void)arg;
	result = err;
	if (body)
		tested = *body;
}

static bool has_result(void)
{
	return result != 1;
}

static void ask(enum ppp_auth_method method, const char *user,
		const void *challenge, size_t challenge_len, const void *resp,
		size_t resp_len)
{
	q = (struct aaa_auth){
		.profile = "isp",
		.auth = { .method = method, .id = 7, .our_name = "lns" },
	};
	snprintf(q.auth.user, sizeof(q.auth.user), "%s", user);
	memcpy(q.auth.challenge, challenge, challenge_len);
	memcpy(q.auth.response, resp, resp_len);
	q.auth.challenge_len = (uint16_t)challenge_len;
	q.auth.response_len = (uint16_t)resp_len;
	strcpy(q.call.session_id, "5F01");
	r = (struct aaa_auth_reply){ 0 };
	result = 1;
	assert_int_equal(channel_request(&lab.engine, AAA_AUTH, &q, sizeof(q),
					 NULL, 0, on_auth, NULL),
			 0);
	lab_wait(has_result);
	assert_int_equal(result, 0);
}

static void pap(const char *user)
{
	ask(PPP_AUTH_PAP, user, "", 0, "builder", 7);
}

static void mschapv2(const char *user)
{
	ask(PPP_AUTH_MSCHAPV2, user, auth_challenge, 16, response, 49);
}

/* The attribute of the first server's last request. */
static struct radius_attribute asked(uint32_t vendor, uint8_t type)
{
	static struct radius_view v;
	struct radius_attribute a;

	assert_int_equal(radius_parse(&v, first->last, first->last_len),
			 RADIUS_OK);
	assert_true(radius_find(&v, vendor, type, &a));
	return a;
}

static void assert_asked(uint32_t vendor, uint8_t type, const void *want,
			 size_t len)
{
	struct radius_attribute a = asked(vendor, type);

	assert_int_equal(a.len, len);
	assert_memory_equal(a.value, want, len);
}

static void fill_accept(struct radius_builder *b,
			const struct radius_view *request)
{
	(void)request;
	radius_add_text(b, RADIUS_REPLY_MESSAGE, "hello");
	radius_add_u32(b, RADIUS_FRAMED_IP_ADDRESS, 0x0a400007);
	radius_add_u32(b, RADIUS_SESSION_TIMEOUT, 60);
}

static void test_pap(void **state)
{
	struct radius_attribute a;
	uint8_t plain[16];

	(void)state;
	first->fill = fill_accept;
	pap("bob");
	assert_true(r.ppp.ok);
	assert_string_equal(r.ppp.message, "hello");
	assert_string_equal(r.why, "");
	assert_int_equal(ntohl(r.ppp.remote_ipv4), 0x0a400007);
	assert_int_equal(r.service.session_timeout_s, 60);
	assert_string_equal(r.service.user, "bob");
	assert_string_equal(r.service.server, "a");
	assert_true(first->all_signed);
	assert_asked(0, RADIUS_USER_NAME, "bob", 3);
	assert_asked(0, RADIUS_NAS_IDENTIFIER, "lns", 3);
	assert_asked(0, RADIUS_ACCT_SESSION_ID, "5F01", 4);
	a = asked(0, RADIUS_USER_PASSWORD);
	assert_true(radius_reveal(&a, &secret, first->last + 4, plain,
				  sizeof(plain)));
	assert_memory_equal(plain, "builder\0\0\0\0\0\0\0\0", 16);
}

static void test_chap(void **state)
{
	static const uint8_t want[17] = "\007digest of 16 byt";

	(void)state;
	ask(PPP_AUTH_CHAP_MD5, "bob", "challenge", 9, want + 1, 16);
	assert_true(r.ppp.ok);
	assert_asked(0, RADIUS_CHAP_PASSWORD, want, 17);
	assert_asked(0, RADIUS_CHAP_CHALLENGE, "challenge", 9);
	ask(PPP_AUTH_CHAP_MD5, "bob", "challenge", 9, want + 1, 15);
	assert_false(r.ppp.ok || r.unavailable);
	assert_string_equal(r.why, "the response has not the method's form");
}

/* RFC 2548, 2.4.2, the server's side. */
static void add_key(struct radius_builder *b, const struct radius_view *request,
		    uint8_t type, char c)
{
	uint8_t value[34] = { 0x80, type }, plain[32] = { 16 }, mask[16];

	memset(plain + 1, c, 16);
	for (size_t i = 0; i < 32; i += 16) {
		assert_true(md5_parts(
			mask,
			(struct md5_part[]){
				{ secret.data, secret.len },
				{ i ? value + 2 : request->authenticator, 16 },
				{ value, i ? 0 : 2 },
			},
			3));
		for (size_t j = 0; j < 16; j++)
			value[2 + i + j] = plain[i + j] ^ mask[j];
	}
	radius_add_vendor(b, RADIUS_VENDOR_MICROSOFT, type, value,
			  sizeof(value));
}

static void fill_success(struct radius_builder *b,
			 const struct radius_view *request)
{
	(void)request;
	radius_add_vendor(b, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_CHAP2_SUCCESS,
			  "\007" PROOF, sizeof("\007" PROOF) - 1);
}

static void fill_keys(struct radius_builder *b,
		      const struct radius_view *request)
{
	static const uint8_t two[4] = { 0, 0, 0, 2 }, four[4] = { 0, 0, 0, 4 };

	fill_success(b, request);
	add_key(b, request, RADIUS_MS_MPPE_SEND_KEY, 's');
	add_key(b, request, RADIUS_MS_MPPE_RECV_KEY, 'r');
	radius_add_vendor(b, RADIUS_VENDOR_MICROSOFT,
			  RADIUS_MS_MPPE_ENCRYPTION_POLICY, two, 4);
	radius_add_vendor(b, RADIUS_VENDOR_MICROSOFT,
			  RADIUS_MS_MPPE_ENCRYPTION_TYPES, four, 4);
}

static void test_mschapv2(void **state)
{
	uint8_t want[50] = { 7, 0 };

	(void)state;
	memcpy(want + 2, response, 48);
	first->fill = fill_keys;
	mschapv2("User");
	assert_true(r.ppp.ok);
	assert_string_equal(r.ppp.message, PROOF " M=Access granted");
	assert_true(r.ppp.have_mppe_keys);
	for (int i = 0; i < 16; i++)
		assert_true(r.ppp.mppe_send_key[i] == 's' &&
			    r.ppp.mppe_recv_key[i] == 'r');
	assert_int_equal(r.ppp.mppe_policy, 2);
	assert_int_equal(r.ppp.mppe_types, 4);
	assert_asked(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_CHAP_CHALLENGE,
		     auth_challenge, 16);
	assert_asked(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_CHAP2_RESPONSE, want,
		     50);
	/* Without its proof the caller cannot believe the server. */
	first->fill = NULL;
	mschapv2("User");
	assert_false(r.ppp.ok);
	assert_true(r.unavailable);
	assert_non_null(strstr(r.why, "without MS-CHAP2-Success"));
}

static void fill_v1_keys(struct radius_builder *b,
			 const struct radius_view *request)
{
	/* RFC 3079, 2.5.3: LAN Manager's part, the hash's hash, padding */
	uint8_t keys[32] = { 0,	   0,	 0,    0,    0,	   0,	 0,    0,
			     0x41, 0xC0, 0x0C, 0x58, 0x4B, 0xD2, 0xD9, 0x1C,
			     0x40, 0x17, 0xA2, 0xA1, 0x2F, 0xA5, 0x9F, 0x3F };
	struct radius_builder hidden;

	radius_begin(&hidden, RADIUS_ACCESS_REQUEST, 0, request->authenticator);
	assert_int_equal(radius_add_password(&hidden, &secret, keys,
					     sizeof(keys)),
			 0);
	radius_add_vendor(b, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_CHAP_MPPE_KEYS,
			  hidden.data + 22, 32);
}

static void test_mschapv1(void **state)
{
	static const uint8_t challenge[8] = { 0x10, 0x2D, 0xB5, 0xDF,
					      0x08, 0x5D, 0x30, 0x41 };
	static const uint8_t key[16] = { 0xa8, 0x94, 0x78, 0x50, 0xcf, 0xc0,
					 0xac, 0xc1, 0xd1, 0x78, 0x9f, 0xb6,
					 0x2d, 0xdc, 0xdd, 0xb0 };
	uint8_t want[50] = { 7, 1 }, resp[49] = { 0 };

	(void)state;
	memset(resp + 24, 'n', 24);
	resp[48] = 1;
	memcpy(want + 2, resp, 48);
	first->fill = fill_v1_keys;
	ask(PPP_AUTH_MSCHAPV1, "User", challenge, 8, resp, 49);
	assert_true(r.ppp.ok);
	assert_asked(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_CHAP_RESPONSE, want,
		     50);
	assert_asked(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_CHAP_CHALLENGE,
		     challenge, 8);
	assert_true(r.ppp.have_mppe_keys);
	assert_memory_equal(r.ppp.mppe_send_key, key, 16);
	assert_memory_equal(r.ppp.mppe_recv_key, key, 16);
}

static const char *error_text;

static void fill_reject(struct radius_builder *b,
			const struct radius_view *request)
{
	(void)request;
	radius_add_text(b, RADIUS_REPLY_MESSAGE, "go away");
	if (error_text)
		radius_add_vendor(b, RADIUS_VENDOR_MICROSOFT,
				  RADIUS_MS_CHAP_ERROR, error_text,
				  strlen(error_text));
}

static void test_reject(void **state)
{
	static const char own[] =
		"E=691 R=0 C=5B5D7C7D7B3F2F3E3C2C602132262628 V=3 M=Authentication failed";

	(void)state;
	first->code = RADIUS_ACCESS_REJECT;
	first->fill = fill_reject;
	pap("bob");
	assert_false(r.ppp.ok || r.unavailable);
	assert_string_equal(r.ppp.message, "go away");
	assert_string_equal(r.why,
			    "the RADIUS server \"a\" rejected it: go away");
	/* Without an error of its own the server's message is the caller's. */
	mschapv2("User");
	assert_string_equal(r.ppp.message,
			    "E=691 R=0 C=5B5D7C7D7B3F2F3E3C2C602132262628 V=3 "
			    "M=go away");
	error_text =
		"\007E=648 R=1 C=00112233445566778899AABBCCDDEEFF V=3 M=expired";
	mschapv2("User");
	assert_string_equal(r.ppp.message,
			    "E=648 R=0 C=00112233445566778899AABBCCDDEEFF V=3 "
			    "M=expired");
	error_text = "\007nonsense";
	mschapv2("User");
	assert_string_equal(r.ppp.message, own);
	error_text = NULL;
	first->code = RADIUS_ACCESS_CHALLENGE;
	pap("bob");
	assert_false(r.ppp.ok || r.unavailable);
	assert_string_equal(r.why,
			    "the RADIUS server \"a\" asks for more "
			    "(Access-Challenge), which PPP has no way for");
	assert_int_equal(second->requests, 0);
}

static bool has_summary(void)
{
	return lab_logged("more lines about users who were refused") > 0;
}

/* Who guesses passwords has a line for each of the first, and then a number. */
static void test_refusals_in_the_log(void **state)
{
	(void)state;
	first->code = RADIUS_ACCESS_REJECT;
	for (unsigned int i = 0; i < GUESSES; i++)
		pap("bob");
	lab_wait(has_summary);
	assert_in_range(lab_logged("user \"bob\" is refused"), 20, GUESSES / 2);
}

static void test_unavailable(void **state)
{
	(void)state;
	first->mode = second->mode = LAB_SILENT;
	pap("bob");
	assert_false(r.ppp.ok);
	assert_true(r.unavailable);
	assert_string_equal(
		r.why, "no RADIUS server answers (a, b): it did not answer "
		       "within 0.2 s, and never did: does it run, does it "
		       "know this host as a client, has it the same "
		       "secret?");
	assert_string_equal(r.ppp.message, "Authentication failed");
}

static void test_mppe_required(void **state)
{
	(void)state;
	lab.a.config->ppp[0].mppe = CONFIG_MPPE_REQUIRED;
	first->fill = fill_success;
	mschapv2("User");
	assert_false(r.ppp.ok);
	assert_true(r.unavailable);
	assert_string_equal(r.why,
			    "the RADIUS server \"a\" accepted the user "
			    "but sent no MPPE keys (MS-MPPE-Send-Key, "
			    "MS-MPPE-Recv-Key), which mppe = required needs");
	first->fill = fill_keys;
	mschapv2("User");
	assert_true(r.ppp.ok);
	/* Wrong is wrong, whatever is required. */
	first->code = RADIUS_ACCESS_REJECT;
	mschapv2("User");
	assert_false(r.ppp.ok || r.unavailable);
}

static uint8_t odd_type;
static uint32_t odd_number;

static void fill_odd(struct radius_builder *b,
		     const struct radius_view *request)
{
	(void)request;
	radius_add_u32(b, odd_type, odd_number);
}

/* RFC 2865, section 5.6: what is meant for something else is no accept. */
static void test_other_service(void **state)
{
	static const struct {
		uint8_t type;
		uint32_t n;
		const char *why; /* NULL: it is let in */
	} cases[] = {
		{ RADIUS_SERVICE_TYPE, 2, NULL },
		{ RADIUS_SERVICE_TYPE, 6,
		  "Service-Type = 6: it is for another service than PPP "
		  "(Service-Type 2, Framed-Protocol 1)" },
		{ RADIUS_FRAMED_PROTOCOL, 1, NULL },
		{ RADIUS_FRAMED_PROTOCOL, 2,
		  "Framed-Protocol = 2: it is for another service than PPP "
		  "(Service-Type 2, Framed-Protocol 1)" },
		{ RADIUS_FRAMED_IP_ADDRESS, 0x7f000001,
		  "Framed-IP-Address = 127.0.0.1: no caller can have this "
		  "address" },
		{ RADIUS_FRAMED_IP_ADDRESS, 0xe0000005,
		  "Framed-IP-Address = 224.0.0.5: no caller can have this "
		  "address" },
		{ RADIUS_FRAMED_IP_ADDRESS, 0,
		  "Framed-IP-Address = 0.0.0.0: no caller can have this "
		  "address" },
		{ RADIUS_FRAMED_IP_ADDRESS, 0xfffffffe, NULL },
		{ RADIUS_FRAMED_IP_ADDRESS, 0xffffffff, NULL },
	};
	char want[256];

	(void)state;
	first->fill = fill_odd;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		odd_type = cases[i].type;
		odd_number = cases[i].n;
		pap("bob");
		assert_int_equal(r.ppp.ok, cases[i].why == NULL);
		assert_false(r.unavailable);
		snprintf(want, sizeof(want),
			 "the RADIUS server \"a\" accepted it with %s",
			 cases[i].why ? cases[i].why : "");
		assert_string_equal(r.why, cases[i].why ? want : "");
	}
}

static void fill_filter(struct radius_builder *b,
			const struct radius_view *request)
{
	(void)request;
	radius_add_text(b, RADIUS_FILTER_ID, "no mail");
}

/* A filter that nobody applies: a line, or the call, as configured. */
static void test_unapplied(void **state)
{
	struct config_ppp *p = &lab.a.config->ppp[0];
	char program[] = "/bin/true";

	(void)state;
	first->fill = fill_filter;
	pap("bob");
	assert_true(r.ppp.ok);
	p->unapplied = CONFIG_UNAPPLIED_REFUSE;
	pap("bob");
	assert_false(r.ppp.ok);
	assert_true(r.unavailable);
	assert_string_equal(
		r.why, "the RADIUS server \"a\" accepted it with Filter-Id = "
		       "\"no mail\": it restricts the caller, and is not "
		       "applied without a program (ip-up) (unapplied = "
		       "refuse)");
	p->ip_up = program;
	pap("bob");
	p->ip_up = NULL;
	assert_true(r.ppp.ok);
	assert_string_equal(r.service.filter_id, "no mail");
	odd_type = RADIUS_FRAMED_MTU;
	odd_number = 20;
	first->fill = fill_odd;
	pap("bob");
	assert_false(r.ppp.ok);
	assert_string_equal(r.why,
			    "the RADIUS server \"a\" accepted it with "
			    "Framed-MTU = 20: it is not from 128 to 16384 "
			    "(unapplied = refuse)");
}

/* The users file decides about those that it has; the others are RADIUS's. */
static void test_users_first(void **state)
{
	(void)state;
	pap("bob");
	assert_true(r.ppp.ok);
	assert_string_equal(r.service.server, "");
	pap("eve");
	assert_false(r.ppp.ok || r.unavailable);
	assert_string_equal(r.why, "wrong password");
	assert_int_equal(first->requests, 0);
	pap("carol");
	assert_true(r.ppp.ok);
	assert_string_equal(r.service.server, "a");
	assert_int_equal(first->requests, 1);
}

static void fill_name(struct radius_builder *b,
		      const struct radius_view *request)
{
	fill_success(b, request);
	radius_add_text(b, RADIUS_USER_NAME, "U1");
}

static void test_names(void **state)
{
	(void)state;
	pap("CORP\\bob@isp");
	assert_true(r.ppp.ok);
	/* found in the users file without both */
	assert_string_equal(r.service.server, "");
	pap("CORP\\carol@isp");
	assert_asked(0, RADIUS_USER_NAME, "carol", 5);
	assert_string_equal(r.service.user, "carol");
	/*
	 * The response was made with the realm, and without the domain
	 * (RFC 2759, 8.2).
	 */
	first->fill = fill_name;
	mschapv2("CORP\\User@isp");
	assert_asked(0, RADIUS_USER_NAME, "User@isp", 8);
	assert_string_equal(r.service.user, "U1");
	pap("@isp");
	assert_asked(0, RADIUS_USER_NAME, "@isp", 4);
}

static void test_names_kept(void **state)
{
	(void)state;
	pap("CORP\\carol@isp");
	assert_asked(0, RADIUS_USER_NAME, "CORP\\carol@isp", 14);
	assert_string_equal(r.service.user, "CORP\\carol@isp");
}

/* What an operator sees of the reply: names, values, no keys. */
static void test_tried(void **state)
{
	static const enum ppp_auth_method methods[] = { PPP_AUTH_PAP,
							PPP_AUTH_CHAP_MD5,
							PPP_AUTH_MSCHAPV2 };

	(void)state;
	first->fill = fill_keys;
	for (size_t i = 0; i < 3; i++) {
		q = (struct aaa_auth){ .profile = "isp",
				       .auth = { .method = methods[i],
						 .user = "bob",
						 .response_len = 7,
						 .response = "builder", }, };
		tested = (struct aaa_test_reply){ 0 };
		result = 1;
		assert_int_equal(channel_request(&lab.engine, AAA_TEST, &q,
						 sizeof(q), NULL, 0, on_tested,
						 NULL),
				 0);
		lab_wait(has_result);
		assert_int_equal(result, 0);
		assert_true(tested.reply.ppp.ok && tested.latency_us > 0);
		assert_non_null(strstr(tested.text, "MS-MPPE-Encryption-Policy "
						    "= 2\n"));
		assert_non_null(strstr(tested.text, "MS-MPPE-Send-Key = (34 "
						    "bytes, not shown)\n"));
		assert_null(memchr(tested.reply.ppp.mppe_send_key, 's', 16));
	}
}

#define TEST(f, ppp)                                         \
	{                                                    \
#f, f, start, stop, (void *)(uintptr_t)(ppp) \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pap, ""),
		TEST(test_chap, ""),
		TEST(test_mschapv2, ""),
		TEST(test_mschapv1, ""),
		TEST(test_reject, ""),
		TEST(test_refusals_in_the_log, ""),
		TEST(test_unavailable, ""),
		TEST(test_mppe_required, ""),
		TEST(test_other_service, ""),
		TEST(test_unapplied, ""),
		TEST(test_users_first, "users-file = \"/users\""),
		TEST(test_names,
		     "users-file = \"/users\" strip-realm = true strip-domain = true"),
		TEST(test_names_kept, ""),
		TEST(test_tried, ""),
	};

	if (crypto_init())
		return EXIT_FAILURE;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
