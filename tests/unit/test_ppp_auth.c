/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authentication octet by octet, both sides: PAP (RFC 1334), CHAP (RFC 1994),
 * MS-CHAP (RFC 2433) and MS-CHAPv2 (RFC 2759) with their RFCs' own examples,
 * EAP passed through (RFC 3748).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after what it needs */
#include <cmocka.h>

#include "crypto/crypto.h"
#include "proto/ppp/reason.h"
#include "tests/unit/ppp_lab.h"

/* RFC 2759 section 9.2 */
#define CHALLENGE    "5b5d7c7d7b3f2f3e3c2c602132262628"
#define PEER	     "21402324255e262a28295f2b3a337c7e"
#define NT_RESPONSE  "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df"
#define USER	     "55736572"
#define VALUE	     PEER "0000000000000000" NT_RESPONSE "00"
#define MS_RESPONSE  "c223 02 01 | 31" VALUE USER
#define MS_CHALLENGE "c223 01 01 | 10" CHALLENGE "6c6e73"
#define PROOF	     "S=407A5589115FD0D6209F510FE9C04566932CDA56"

static struct ppp_lab lab;

static int setup(void **state)
{
	(void)state;
	ppp_lab_init(&lab);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ppp_lab_fini(&lab);
	return 0;
}

static const struct ppp_auth_question *question(void)
{
	return &lab.last[PPP_EFFECT_AUTH].u.auth;
}

static void answer(const struct ppp_auth_answer *a)
{
	ppp_link_authenticate(lab.link, lab.now, question()->ticket, a);
	ppp_lab_take(&lab);
}

static void answer_with(bool ok, const char *message)
{
	const struct ppp_auth_answer a = { .ok = ok, .message = message };

	answer(&a);
}

static void tell(const char *secret)
{
	ppp_link_tell_secret(lab.link, lab.now,
			     lab.last[PPP_EFFECT_SECRET].u.secret.ticket,
			     (const uint8_t *)secret,
			     secret ? strlen(secret) : 0);
	ppp_lab_take(&lab);
}

static uint8_t reason(void)
{
	return lab.last[PPP_EFFECT_ENDED].u.ended.reason;
}

/* A text's octets behind a packet's beginning. */
static const char *with_text(const char *head, const char *text)
{
	static char out[1200];
	size_t n = (size_t)snprintf(out, sizeof(out), "%s", head);

	for (; *text; text++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%02x",
				      (unsigned char)*text);
	return out;
}

/* ---- PAP, the peer proves ---- */

#define PAP_REQUEST "c023 01 05 | 04 55736572 03 617364"

static void pap_is_asked_about(void **state)
{
	const struct ppp_auth_question *q;

	(void)state;
	lab.config.rechallenge = 20000;
	ppp_lab_server(&lab, PPP_METHOD_PAP);
	ppp_lab_sent(&lab, "");
	ppp_lab_in(&lab, PAP_REQUEST);
	q = question();
	assert_int_equal(q->method, PPP_METHOD_PAP);
	assert_string_equal(q->user, "User");
	assert_int_equal(q->response_len, 3);
	assert_memory_equal(q->response, "asd", 3);
	assert_int_equal(q->challenge_len, 0);
	/* once, however often it comes */
	ppp_lab_in(&lab, PAP_REQUEST);
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 1);
	answer_with(true, NULL);
	ppp_lab_sent(&lab, with_text("c023 02 05 | 08", "Login ok"));
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 1);
	assert_string_equal(lab.last[PPP_EFFECT_AUTHENTICATED].text, "User");
	/* the verdict was lost */
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c023 01 06 | 04 55736572 03 617364");
	ppp_lab_sent(&lab, with_text("c023 02 06 | 08", "Login ok"));
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 1);
	ppp_lab_in(&lab, "8021 01 01 | 0306 0a000002");
	ppp_lab_in(&lab, "8021 02 01 | 0306 0a000001");
	ppp_lab_in(&lab, "c021 08 01 | 8057");
	assert_true(ppp_link_deadline(lab.link) == PPP_NEVER);
}

static void pap_is_refused(void **state)
{
	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_PAP);
	ppp_lab_in(&lab, PAP_REQUEST);
	answer_with(false, NULL);
	ppp_lab_sent(&lab, with_text("c023 03 05 | 0f", "Login incorrect"));
	ppp_lab_sent(&lab, with_text("c021 05 02 | ", "Authentication failed"));
	ppp_lab_in(&lab, "c021 06 02 |");
	assert_string_equal(lab.words, "authentication of \"User\" failed");
	assert_int_equal(reason(), PPP_REASON_REFUSED);
	assert_int_equal(lab.last[PPP_EFFECT_ENDED].u.ended.cause,
			 PPP_CAUSE_USER_ERROR);
}

static void nobody_could_be_asked(void **state)
{
	const struct ppp_auth_answer a = { .unknown = true };

	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_PAP);
	ppp_lab_in(&lab, PAP_REQUEST);
	answer(&a);
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "authentication of \"User\" could not "
				       "be decided");
	assert_int_equal(lab.last[PPP_EFFECT_ENDED].u.ended.cause,
			 PPP_CAUSE_NAS_ERROR);
}

static void pap_that_does_not_come_ends_it(void **state)
{
	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_PAP);
	ppp_lab_in(&lab, "c023 01 05 | 04 557365"); /* cut */
	ppp_lab_in(&lab, "c023 01 05 | 04 55736572 09 61");
	ppp_lab_wait(&lab, 29999);
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 0);
	ppp_lab_wait(&lab, 6001);
	assert_string_equal(lab.words,
			    "the peer did not answer to PAP in time");
}

static void a_name_with_a_nul_is_none(void **state)
{
	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_PAP);
	ppp_lab_in(&lab, "c023 01 05 | 04 55730072 01 61");
	ppp_lab_wait(&lab, 6000);
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 0);
	assert_string_equal(lab.words, "authentication by PAP was malformed");
}

/* ---- PAP, we prove ---- */

static void pap_of_ours(void **state)
{
	(void)state;
	ppp_lab_caller(&lab, PPP_METHOD_PAP);
	assert_int_equal(lab.seen[PPP_EFFECT_SECRET], 1);
	assert_string_equal(lab.last[PPP_EFFECT_SECRET].u.secret.user, "User");
	tell("asd");
	ppp_lab_sent(&lab, "c023 01 01 | 04 55736572 03 617364");
	ppp_lab_wait(&lab, 3000);
	ppp_lab_sent(&lab, "c023 01 01 | 04 55736572 03 617364");
	ppp_lab_in(&lab, "c023 02 09 | 00"); /* to another request */
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 0);
	ppp_lab_in(&lab, "c023 02 01 | 02 6f6b");
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 1);
	assert_string_equal(lab.last[PPP_EFFECT_AUTHENTICATED].text, "");
}

static void pap_of_ours_is_refused(void **state)
{
	(void)state;
	ppp_lab_caller(&lab, PPP_METHOD_PAP);
	tell("asd");
	ppp_lab_in(&lab, with_text("c023 03 01 | 05", "go\nne"));
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "the peer refused us: go.ne");
	assert_int_equal(reason(), PPP_REASON_OURS_REFUSED);
}

static void there_is_no_secret(void **state)
{
	(void)state;
	ppp_lab_caller(&lab, PPP_METHOD_PAP);
	tell(NULL);
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "there is no secret for User");
}

static void nobody_answers_to_us(void **state)
{
	(void)state;
	ppp_lab_caller(&lab, PPP_METHOD_PAP);
	tell("asd");
	ppp_lab_wait(&lab, 60000);
	assert_string_equal(lab.words,
			    "the peer did not say whether it takes our PAP");
}

/* ---- CHAP, the peer proves ---- */

#define MD5_RESPONSE \
	"c223 02 01 | 10 11111111111111111111111111111111 616c696365"

static void chap_is_asked_about(void **state)
{
	const struct ppp_auth_question *q;

	(void)state;
	lab.next_random = "01020304" CHALLENGE;
	ppp_lab_server(&lab, PPP_METHOD_CHAP_MD5);
	ppp_lab_sent(&lab, MS_CHALLENGE);
	ppp_lab_wait(&lab, 3000);
	ppp_lab_sent(&lab, MS_CHALLENGE);
	ppp_lab_in(&lab, "c223 02 02 | 10 1111111111111111111111111111111161");
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 0);
	ppp_lab_in(&lab, MD5_RESPONSE);
	q = question();
	assert_int_equal(q->method, PPP_METHOD_CHAP_MD5);
	assert_int_equal(q->id, 1);
	assert_string_equal(q->user, "alice");
	assert_int_equal(q->challenge_len, 16);
	assert_int_equal(q->challenge[0], 0x5b);
	assert_int_equal(q->response_len, 16);
	ppp_lab_in(&lab, MD5_RESPONSE);
	ppp_lab_wait(&lab, 60000); /* whoever is asked takes its time */
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 1);
	ppp_lab_sent(&lab, "");
	answer_with(true, NULL);
	ppp_lab_sent(&lab, with_text("c223 03 01 | ", "Access granted"));
	assert_string_equal(lab.last[PPP_EFFECT_AUTHENTICATED].text, "alice");
	/* a Response that comes twice is answered twice alike */
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, MD5_RESPONSE);
	ppp_lab_sent(&lab, with_text("c223 03 01 | ", "Access granted"));
	ppp_lab_sent(&lab, "");
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 1);
}

static void chap_is_refused(void **state)
{
	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_CHAP_MD5);
	ppp_lab_in(&lab, MD5_RESPONSE);
	ppp_lab_forget(&lab);
	answer_with(false, NULL);
	ppp_lab_sent(&lab, with_text("c223 04 01 | ", "Access denied"));
	ppp_lab_sent(&lab, with_text("c021 05 02 | ", "Authentication failed"));
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "authentication of \"alice\" failed");
}

static void a_challenge_goes_out_ten_times(void **state)
{
	(void)state;
	lab.config.auth_timeout = 100000;
	ppp_lab_server(&lab, PPP_METHOD_CHAP_MD5);
	ppp_lab_forget(&lab);
	lab.seen[PPP_EFFECT_SEND] = 0;
	ppp_lab_wait(&lab, 29999);
	assert_int_equal(lab.seen[PPP_EFFECT_SEND], 9);
	ppp_lab_wait(&lab, 6001);
	assert_string_equal(lab.words,
			    "the peer did not answer to CHAP in time");
}

/* LCP anew in place of an answer does not keep the link. */
static void renegotiation_gains_no_time(void **state)
{
	char request[40];

	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_CHAP_MD5);
	for (unsigned int i = 1; i <= 20 && !lab.words[0]; i++) {
		ppp_lab_wait(&lab, 4000);
		ppp_lab_forget(&lab);
		snprintf(request, sizeof(request), "c021 01 %02x |", 16 + i);
		ppp_lab_in(&lab, request);
		if (lab.tail < 2)
			continue;
		lab.sent[0].data[2] = 2;
		ppp_link_input(lab.link, lab.now, lab.sent[0].data,
			       lab.sent[0].len);
		ppp_lab_take(&lab);
	}
	assert_true(lab.seen[PPP_EFFECT_LCP_UP] > 5);
	assert_true(lab.now <= 1000 + 48000);
	assert_string_equal(lab.words,
			    "the peer did not answer to CHAP in time");
}

static void chap_comes_again_at_an_interval(void **state)
{
	(void)state;
	lab.config.rechallenge = 60000;
	lab.config.ipv6 = false;
	ppp_lab_server(&lab, PPP_METHOD_CHAP_MD5);
	ppp_lab_in(&lab, MD5_RESPONSE);
	answer_with(true, NULL);
	ppp_lab_in(&lab, "8021 01 01 | 0306 0a000002");
	ppp_lab_in(&lab, "8021 02 01 | 0306 0a000001");
	ppp_lab_forget(&lab);
	lab.next_random = CHALLENGE;
	ppp_lab_wait(&lab, 60000);
	ppp_lab_sent(&lab, "c223 01 02 | 10" CHALLENGE "6c6e73");
	ppp_lab_in(
		&lab,
		"c223 02 02 | 10 11111111111111111111111111111111 616c696365");
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 2);
	answer_with(true, NULL);
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 1);
	assert_int_equal(lab.seen[PPP_EFFECT_IPV4_DOWN], 0);
	/* and whoever cannot any more is out */
	ppp_lab_wait(&lab, 60000);
	ppp_lab_wait(&lab, 40000);
	assert_int_equal(lab.seen[PPP_EFFECT_IPV4_DOWN], 1);
	assert_string_equal(lab.words,
			    "the peer did not answer to CHAP in time");
}

static void a_response_of_a_wrong_size_is_malformed(void **state)
{
	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_CHAP_MD5);
	ppp_lab_in(&lab, "c223 02 01 | 20 1111");
	assert_int_equal(lab.seen[PPP_EFFECT_LCP_DOWN], 0);
	ppp_lab_in(&lab, "c223 02 01 | 02 1111 61");
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "authentication by CHAP was malformed");
}

/* ---- MS-CHAPv2, the peer proves ---- */

static void mschapv2_is_asked_about(void **state)
{
	(void)state;
	lab.next_random = "01020304" CHALLENGE;
	ppp_lab_server(&lab, PPP_METHOD_MSCHAPV2);
	ppp_lab_sent(&lab, MS_CHALLENGE);
	ppp_lab_in(&lab, MS_RESPONSE);
	assert_int_equal(question()->method, PPP_METHOD_MSCHAPV2);
	assert_string_equal(question()->user, "User");
	assert_int_equal(question()->response_len, 49);
	answer_with(true, PROOF " M=Welcome");
	ppp_lab_sent(&lab, with_text("c223 03 01 | ", PROOF " M=Welcome"));
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 1);
}

static void mschapv2_is_refused_in_its_own_words(void **state)
{
	(void)state;
	lab.next_random = "01020304" CHALLENGE;
	ppp_lab_server(&lab, PPP_METHOD_MSCHAPV2);
	ppp_lab_in(&lab, MS_RESPONSE);
	ppp_lab_forget(&lab);
	answer_with(false, NULL);
	ppp_lab_sent(&lab,
		     with_text("c223 04 01 | ",
			       "E=691 R=0 C=5B5D7C7D7B3F2F3E3C2C602132262628"
			       " V=3 M=Access denied"));
	ppp_lab_wait(&lab, 6000);
	assert_int_equal(reason(), PPP_REASON_REFUSED);
}

static void a_refusal_for_another_reason_is_649(void **state)
{
	static const struct ppp_auth_answer unknown = { .unknown = true };
	static const char head[] =
		"E=649 R=0 C=5B5D7C7D7B3F2F3E3C2C602132262628 V=3 M=";
	char text[200];

	(void)state;
	lab.next_random = "01020304" CHALLENGE;
	ppp_lab_server(&lab, PPP_METHOD_MSCHAPV2);
	ppp_lab_in(&lab, MS_RESPONSE);
	ppp_lab_forget(&lab);
	answer_with(false, "not on Sundays");
	snprintf(text, sizeof(text), "%snot on Sundays", head);
	ppp_lab_sent(&lab, with_text("c223 04 01 | ", text));
	ppp_lab_sent(&lab, with_text("c021 05 02 | ", "not on Sundays"));
	ppp_lab_fini(&lab);
	ppp_lab_init(&lab);
	lab.next_random = "01020304" CHALLENGE;
	ppp_lab_server(&lab, PPP_METHOD_MSCHAPV2);
	ppp_lab_in(&lab, MS_RESPONSE);
	ppp_lab_forget(&lab);
	answer(&unknown);
	snprintf(text, sizeof(text), "%sauthentication is not available", head);
	ppp_lab_sent(&lab, with_text("c223 04 01 | ", text));
}

/* RFC 2759 section 9.1.5: three tries, each with the next identifier. */
static void mschapv2_may_be_tried_again(void **state)
{
	static const char again[] =
		"E=691 R=1 C=000102030405060708090A0B0C0D0E0F V=3 M=no";
	static const char over[] =
		"E=691 R=0 C=000102030405060708090A0B0C0D0E0F V=3 M=no";

	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_MSCHAPV2);
	ppp_lab_in(&lab, MS_RESPONSE);
	ppp_lab_forget(&lab);
	answer_with(false, again);
	ppp_lab_sent(&lab, with_text("c223 04 01 | ", again));
	/* nothing is sent while somebody types */
	ppp_lab_wait(&lab, 30000);
	ppp_lab_sent(&lab, "");
	/* the Failure was lost */
	ppp_lab_in(&lab, MS_RESPONSE);
	ppp_lab_sent(&lab, with_text("c223 04 01 | ", again));
	ppp_lab_in(&lab, "c223 02 02 | 31" VALUE USER);
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 2);
	assert_int_equal(question()->id, 2);
	assert_int_equal(question()->challenge[1], 1);
	answer_with(false, again);
	ppp_lab_in(&lab, "c223 02 03 | 31" VALUE USER);
	ppp_lab_forget(&lab);
	answer_with(false, again);
	ppp_lab_sent(&lab, with_text("c223 04 03 | ", over));
	ppp_lab_wait(&lab, 6000);
	assert_int_equal(reason(), PPP_REASON_REFUSED);
}

/* What people read is not what the flag says. */
static void the_flag_stands_before_the_message(void **state)
{
	static const char text[] =
		"E=691 R=0 C=000102030405060708090A0B0C0D0E0F V=3 M=no R=1";

	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_MSCHAPV2);
	ppp_lab_in(&lab, MS_RESPONSE);
	ppp_lab_forget(&lab);
	answer_with(false, text);
	ppp_lab_sent(&lab, with_text("c223 04 01 | ", text));
	ppp_lab_sent(&lab, with_text("c021 05 02 | ", "no R=1"));
}

/* ---- CHAP, we prove ---- */

static void chap_of_ours(void **state)
{
	uint8_t md5[16];
	static const uint8_t id = 7;
	char want[200] = "c223 02 07 | 10";

	(void)state;
	ppp_lab_caller(&lab, PPP_METHOD_CHAP_MD5);
	ppp_lab_in(&lab, "c223 01 07 | 04 01020304 6c6e73");
	assert_string_equal(lab.last[PPP_EFFECT_SECRET].u.secret.remote, "lns");
	ppp_lab_in(&lab, "c223 01 07 | 04 01020304 6c6e73");
	assert_int_equal(lab.seen[PPP_EFFECT_SECRET], 1);
	tell("asd");
	assert_true(crypto_hash_of(CRYPTO_MD5, md5, { &id, 1 }, { "asd", 3 },
				   { "\x01\x02\x03\x04", 4 }));
	for (int i = 0; i < 16; i++)
		snprintf(want + strlen(want), 3, "%02x", md5[i]);
	strcat(want, USER);
	ppp_lab_sent(&lab, want);
	/* it comes again: so does our Response, and nobody is asked */
	ppp_lab_in(&lab, "c223 01 07 | 04 01020304 6c6e73");
	ppp_lab_sent(&lab, want);
	assert_int_equal(lab.seen[PPP_EFFECT_SECRET], 1);
	/* no verdict: once more */
	ppp_lab_wait(&lab, 3000);
	ppp_lab_sent(&lab, want);
	ppp_lab_in(&lab, "c223 03 07 |");
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 1);
	/* challenged later */
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c223 01 08 | 04 05060708 6c6e73");
	assert_int_equal(lab.seen[PPP_EFFECT_SECRET], 2);
	tell("asd");
	ppp_lab_in(&lab, "c223 04 08 | 6f7574");
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "the peer refused us: out");
}

static void mschapv1_of_ours(void **state)
{
	(void)state;
	ppp_lab_caller(&lab, PPP_METHOD_MSCHAPV1);
	/* RFC 2433 appendix B.2 */
	ppp_lab_in(&lab, "c223 01 01 | 08 102db5df085d3041");
	tell("MyPw");
	ppp_lab_sent(&lab, "c223 02 01 | 31"
			   "000000000000000000000000000000000000000000000000"
			   "4e9d3c8f9cfd385d5bf4d3246791956ca4c351ab409a3d61"
			   "01" USER);
}

static void mschapv2_of_ours(void **state)
{
	/* RFC 3079 section 3.5.3: what the server sends by, we receive by */
	static const uint8_t key[] = { 0x8b, 0x7c, 0xdc, 0x14, 0x9b, 0x99,
				       0x3a, 0x1b, 0xa1, 0x18, 0xcb, 0x15,
				       0x3f, 0x56, 0xdc, 0xcb };
	uint8_t tx[16], rx[16];

	(void)state;
	ppp_lab_caller(&lab, PPP_METHOD_MSCHAPV2);
	lab.next_random = PEER;
	ppp_lab_in(&lab, MS_CHALLENGE);
	tell("clientPass");
	ppp_lab_sent(&lab, MS_RESPONSE);
	ppp_lab_in(&lab, with_text("c223 03 01 | ", PROOF " M=Welcome"));
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 1);
	assert_true(ppp_link_mppe_keys(lab.link, tx, rx));
	assert_memory_equal(rx, key, sizeof(key));
}

static void a_server_has_to_prove_itself(void **state)
{
	(void)state;
	ppp_lab_caller(&lab, PPP_METHOD_MSCHAPV2);
	lab.next_random = PEER;
	ppp_lab_in(&lab, MS_CHALLENGE);
	tell("clientPass");
	ppp_lab_in(&lab,
		   with_text("c223 03 01 | ",
			     "S=407A5589115FD0D6209F510FE9C04566932CDA57"));
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "the peer could not prove that it knows "
				       "the password of User");
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 0);
}

static void a_server_that_says_nothing(void **state)
{
	(void)state;
	ppp_lab_caller(&lab, PPP_METHOD_CHAP_MD5);
	ppp_lab_wait(&lab, 36001);
	assert_string_equal(lab.words,
			    "the peer did not say whether it takes our CHAP");
}

/* ---- both at once ---- */

static void both_sides_prove(void **state)
{
	(void)state;
	lab.config.answers = 1 << PPP_METHOD_PAP;
	lab.call.user = "us";
	lab.config.methods[0] = PPP_METHOD_PAP;
	lab.config.method_n = 1;
	ppp_lab_start(&lab);
	ppp_lab_in(&lab, "c021 02 01 | 0304 c023 0506 01020304");
	ppp_lab_in(&lab, "c021 01 01 | 0304 c023");
	ppp_lab_in(&lab, PAP_REQUEST);
	answer_with(true, NULL);
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 0);
	tell("pw");
	ppp_lab_in(&lab, "c023 02 01 | 00");
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 1);
	assert_string_equal(lab.last[PPP_EFFECT_AUTHENTICATED].text, "User");
}

/* ---- EAP ---- */

static void eap_is_passed_through(void **state)
{
	static const uint8_t request[] = { 1, 9, 0, 7, 4, 1, 2 };
	static const uint8_t success[] = { 3, 10, 0, 4 };
	struct ppp_auth_answer a = {
		.more = true,
		.eap = request,
		.eap_len = sizeof(request),
	};

	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_EAP);
	ppp_lab_sent(&lab, "c227 01 01 | 01");
	ppp_lab_wait(&lab, 3000);
	ppp_lab_sent(&lab, "c227 01 01 | 01");
	ppp_lab_in(&lab, "c227 02 02 | 01 616c696365"); /* to another request */
	ppp_lab_in(&lab, "c227 02 01 | 04 01");		/* not who it is */
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 0);
	ppp_lab_in(&lab, "c227 02 01 | 01 616c696365");
	assert_int_equal(question()->method, PPP_METHOD_EAP);
	assert_string_equal(question()->user, "alice");
	assert_int_equal(question()->response_len, 10);
	answer(&a);
	ppp_lab_sent(&lab, "c227 01 09 | 04 0102");
	ppp_lab_wait(&lab, 3000);
	ppp_lab_sent(&lab, "c227 01 09 | 04 0102");
	ppp_lab_in(&lab, "c227 02 09 | 03 04"); /* Nak: another method */
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 2);
	assert_string_equal(question()->user, "alice");
	a = (struct ppp_auth_answer){
		.ok = true,
		.eap = success,
		.eap_len = sizeof(success),
	};
	answer(&a);
	ppp_lab_sent(&lab, "c227 03 0a |");
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 1);
	assert_string_equal(lab.last[PPP_EFFECT_AUTHENTICATED].text, "alice");
}

static void eap_is_refused(void **state)
{
	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_EAP);
	ppp_lab_in(&lab, "c227 02 01 | 01 616c696365");
	ppp_lab_forget(&lab);
	answer_with(false, NULL);
	ppp_lab_sent(&lab, "c227 04 01 |");
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "authentication of \"alice\" failed");
}

/* ---- what an answer brings ---- */

static void an_answer_has_addresses(void **state)
{
	struct ppp_auth_answer a = {
		.ok = true,
		.remote_ipv4 = 0x0900000a, /* 10.0.0.9 */
		.local_ipv4 = 0x0800000a,
		.dns = { 0x0700000a, 0 },
		.remote_ifid = { 0, 0, 0, 0, 0, 0, 0, 9 },
	};

	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_PAP);
	ppp_lab_in(&lab, PAP_REQUEST);
	ppp_lab_forget(&lab);
	answer(&a);
	ppp_lab_sent(&lab, with_text("c023 02 05 | 08", "Login ok"));
	ppp_lab_sent(&lab, "8021 01 01 | 0306 0a000008");
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "8021 01 01 | 0306 00000000 8106 00000000");
	ppp_lab_sent(&lab, "8021 03 01 | 0306 0a000009 8106 0a000007");
	ppp_lab_in(&lab, "8057 01 01 | 010a 0000000000000000");
	ppp_lab_sent(&lab, "8057 03 01 | 010a 0000000000000009");
}

/* RFC 2548 sections 2.4.4 and 2.4.5 */
static void an_answer_may_require_encryption(void **state)
{
	struct ppp_auth_answer a = {
		.ok = true,
		.message = "S=0",
		.have_mppe_keys = true,
		.mppe_policy = 2,
		.mppe_types = 2,
	};

	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_MSCHAPV2);
	ppp_lab_in(&lab, MS_RESPONSE);
	ppp_lab_forget(&lab);
	answer(&a);
	ppp_lab_sent(&lab, with_text("c223 03 01 | ", "S=0"));
	ppp_lab_sent(&lab, "80fd 01 01 | 1206 01000020");
	ppp_lab_sent(&lab, "");
}

static void a_late_answer_is_ignored(void **state)
{
	struct ppp_auth_answer a = { .ok = true };

	(void)state;
	ppp_lab_server(&lab, PPP_METHOD_PAP);
	ppp_lab_in(&lab, PAP_REQUEST);
	/* the peer begins anew meanwhile */
	ppp_lab_in(&lab, "c021 01 05 |");
	answer(&a);
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 0);
	ppp_link_tell_secret(lab.link, lab.now, 1, (const uint8_t *)"x", 1);
	ppp_lab_take(&lab);
}

/* ---- the words ---- */

static void words_of_a_peer_are_made_readable(void **state)
{
	static const struct {
		const char *sent, *shown;
	} rows[] = {
		{ "out\n\x7f\x1b[2J", "out...[2J" },
		{ "Gr\xc3\xbc\xc3\x9f"
		  "e",
		  "Gr\xc3\xbc\xc3\x9f"
		  "e" },
		{ "\xc3", "." },
		{ "\xff\xc0\x80z", "...z" },
		{ "0123456789abcdefgh", "0123456789abcde" },
		{ "0123456789abcd\xc3\xbc", "0123456789abcd" },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[16];

		ppp_text_clean(out, sizeof(out), rows[i].sent,
			       strlen(rows[i].sent));
		assert_string_equal(out, rows[i].shown);
	}
}

static void every_reason_has_words(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < PPP_REASON_COUNT; i++) {
		char words[PPP_WORDS_MAX];

		assert_non_null(strstr(ppp_reasons[i].words, "%s"));
		assert_true(ppp_reasons[i].cause >= 1 &&
			    ppp_reasons[i].cause <= 18);
		ppp_reason_words(words, i, "100%s");
		assert_non_null(strstr(words, "100%s"));
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pap_is_asked_about),
		TEST(pap_is_refused),
		TEST(nobody_could_be_asked),
		TEST(pap_that_does_not_come_ends_it),
		TEST(a_name_with_a_nul_is_none),
		TEST(pap_of_ours),
		TEST(pap_of_ours_is_refused),
		TEST(there_is_no_secret),
		TEST(nobody_answers_to_us),
		TEST(chap_is_asked_about),
		TEST(chap_is_refused),
		TEST(a_challenge_goes_out_ten_times),
		TEST(renegotiation_gains_no_time),
		TEST(chap_comes_again_at_an_interval),
		TEST(a_response_of_a_wrong_size_is_malformed),
		TEST(mschapv2_is_asked_about),
		TEST(mschapv2_is_refused_in_its_own_words),
		TEST(a_refusal_for_another_reason_is_649),
		TEST(mschapv2_may_be_tried_again),
		TEST(the_flag_stands_before_the_message),
		TEST(chap_of_ours),
		TEST(mschapv1_of_ours),
		TEST(mschapv2_of_ours),
		TEST(a_server_has_to_prove_itself),
		TEST(a_server_that_says_nothing),
		TEST(both_sides_prove),
		TEST(eap_is_passed_through),
		TEST(eap_is_refused),
		TEST(an_answer_has_addresses),
		TEST(an_answer_may_require_encryption),
		TEST(a_late_answer_is_ignored),
		TEST(words_of_a_peer_are_made_readable),
		TEST(every_reason_has_words),
	};
	int failed;

	if (crypto_init())
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	crypto_fini();
	return failed;
}
