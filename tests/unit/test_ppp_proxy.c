/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LCP and authentication that come from elsewhere, and are given to elsewhere
 * (RFC 2661 section 4.4.5).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after what it needs */
#include <cmocka.h>

#include "proto/ppp/reason.h"
#include "tests/unit/ppp_lab.h"

static struct ppp_lab lab;

/* What a LAC tells, as digits; NULL: the AVP is not there. */
struct told {
	const char *first, *sent, *received, *name, *challenge, *response;
	uint8_t type, id;
};

#define MD5	  "11111111111111111111111111111111"
#define CHALLENGE "22222222222222222222222222222222"
static const struct told chap = {
	.first = "0104 0578",
	.sent = "0104 05b4 0305 c223 05 0506 aabbccdd",
	.received = "0104 05d4 0506 11223344 0702 0802",
	.name = "616c696365",
	.challenge = CHALLENGE,
	.response = MD5,
	.type = PPP_PROXY_AUTH_CHAP,
	.id = 7,
};

static int setup(void **state)
{
	(void)state;
	ppp_lab_init(&lab);
	lab.config.methods[0] = PPP_METHOD_CHAP_MD5;
	lab.config.method_n = 1;
	lab.config.ipv6 = false;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ppp_lab_fini(&lab);
	return 0;
}

static struct ppp_blob octets(const char *text)
{
	static uint8_t space[8][PPP_FRAME_MAX];
	static unsigned int n;
	struct ppp_blob b = { 0 };

	if (!text)
		return b;
	b.data = space[n % 8];
	b.len = (uint16_t)ppp_lab_octets(space[n++ % 8], text);
	return b;
}

static void take_over(const struct told *t)
{
	const struct ppp_proxy p = {
		.first_received = octets(t->first),
		.last_sent = octets(t->sent),
		.last_received = octets(t->received),
		.name = octets(t->name),
		.challenge = octets(t->challenge),
		.response = octets(t->response),
		.auth_type = t->type,
		.id = t->id,
	};

	ppp_lab_new(&lab);
	ppp_link_start_proxy(lab.link, lab.now, &p);
	ppp_lab_take(&lab);
}

static void answer(bool ok)
{
	const struct ppp_auth_answer a = { .ok = ok };

	ppp_link_authenticate(lab.link, lab.now,
			      lab.last[PPP_EFFECT_AUTH].u.auth.ticket, &a);
	ppp_lab_take(&lab);
}

static void same_blob(const struct ppp_blob *b, const char *text)
{
	uint8_t want[PPP_FRAME_MAX];
	size_t len = ppp_lab_octets(want, text);

	assert_int_equal(b->len, len);
	assert_memory_equal(b->data, want, len);
}

/* ---- taken ---- */

static void lcp_is_up_without_a_frame(void **state)
{
	const struct ppp_auth_question *q = &lab.last[PPP_EFFECT_AUTH].u.auth;
	const struct ppp_lcp_info *v = &lab.last[PPP_EFFECT_LCP_UP].u.lcp;

	(void)state;
	take_over(&chap);
	ppp_lab_sent(&lab, "");
	assert_int_equal(lab.seen[PPP_EFFECT_LCP_UP], 1);
	assert_int_equal(v->ours.mru, 1460);
	assert_int_equal(v->ours.magic, 0xaabbccdd);
	assert_int_equal(v->ours.method, PPP_METHOD_CHAP_MD5);
	assert_int_equal(v->peers.mru, 1492);
	assert_true(v->peers.pfc && v->peers.acfc);
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 1);
	assert_string_equal(q->user, "alice");
	assert_int_equal(q->id, 7);
	assert_int_equal(q->challenge_len, 16);
	assert_int_equal(q->response_len, 16);
	answer(true);
	ppp_lab_sent(&lab, "c223 03 07 | 416363657373206772616e746564");
	ppp_lab_sent(&lab, "8021 01 01 | 0306 0a000001");
	assert_string_equal(lab.last[PPP_EFFECT_AUTHENTICATED].text, "alice");
}

static void a_proxys_caller_is_refused(void **state)
{
	(void)state;
	take_over(&chap);
	answer(false);
	ppp_lab_sent(&lab, "c223 04 07 | 4163636573732064656e696564");
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "authentication of \"alice\" failed");
}

static void pap_by_proxy(void **state)
{
	struct told t = chap;

	(void)state;
	lab.config.methods[0] = PPP_METHOD_PAP;
	t.sent = "0304 c023 0506 aabbccdd";
	t.type = PPP_PROXY_AUTH_PAP;
	t.challenge = NULL;
	t.response = "736563726574";
	take_over(&t);
	assert_int_equal(lab.last[PPP_EFFECT_AUTH].u.auth.method,
			 PPP_METHOD_PAP);
	assert_memory_equal(lab.last[PPP_EFFECT_AUTH].u.auth.response, "secret",
			    6);
	answer(true);
	ppp_lab_sent(&lab, "c023 02 07 | 08 4c6f67696e206f6b");
}

/* What is not there is asked for: LCP stands, the Challenge is ours. */
static void without_a_response_the_peer_is_challenged(void **state)
{
	struct told t = chap;

	(void)state;
	lab.next_random = CHALLENGE;
	t.response = NULL;
	take_over(&t);
	assert_int_equal(lab.seen[PPP_EFFECT_LCP_UP], 1);
	ppp_lab_sent(&lab, "c223 01 01 | 10" CHALLENGE "6c6e73");
}

static void nobody_is_asked(void **state)
{
	struct told t = { .sent = "", .received = "" };

	(void)state;
	lab.config.method_n = 0;
	t.type = PPP_PROXY_AUTH_NONE;
	take_over(&t);
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 1);
	ppp_lab_sent(&lab, "8021 01 01 | 0306 0a000001");
}

/* ---- what does not suit ---- */

static const struct {
	const char *sent, *received, *words;
} bad[] = {
	{ NULL, "", "it sent no LCP options" },
	{ "", NULL, "it sent no LCP options" },
	{ "0304 c023", "", "its authentication is PAP, ours CHAP" },
	{ "0305 c223 81", "", "its authentication is MS-CHAPv2, ours CHAP" },
	{ "0506 01020304", "", "its authentication is none, ours CHAP" },
	{ "0104 2000 0305 c223 05", "", "its MRU is 8192, ours 1500" },
	{ "0305 c223 05 1104 05dc", "", "its MRRU is 1500, ours 0" },
	{ "0305 c223 05 0d03 06", "",
	  "it sent options that are not known here" },
	{ "0305 c223 05 0506 01", "",
	  "it sent options that are not known here" },
	{ "0305 c223 05", "0d03 06", "the peer's Callback is not taken here" },
	{ "0305 c223 05", "0304 c023",
	  "the peer's Authentication-Protocol is not taken here" },
	{ "0305 c223 05", "0104 0001",
	  "the peer's Maximum-Receive-Unit is not taken here" },
	{ "0305 c223 05", "0109", "its options are malformed" },
};

static void what_does_not_suit_is_negotiated_anew(void **state)
{
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct told t = chap;
		char log[PPP_WORDS_MAX];

		setup(state);
		t.sent = bad[i].sent;
		t.received = bad[i].received;
		take_over(&t);
		snprintf(log, sizeof(log),
			 "the LAC's LCP does not suit, so it is negotiated "
			 "anew: %s",
			 bad[i].words);
		assert_string_equal(lab.log, log);
		assert_int_equal(lab.seen[PPP_EFFECT_LCP_UP], 0);
		assert_int_equal(lab.tail, 1);
		assert_int_equal(lab.sent[0].data[2], 1);
		teardown(state);
	}
}

static void what_does_not_suit_is_refused(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct told t = chap;
		char words[PPP_WORDS_MAX];

		setup(state);
		lab.config.proxy_strict = true;
		t.sent = bad[i].sent;
		t.received = bad[i].received;
		take_over(&t);
		snprintf(words, sizeof(words),
			 "the LAC's LCP does not suit: %s", bad[i].words);
		assert_string_equal(lab.words, words);
		ppp_lab_sent(&lab, "");
		assert_int_equal(lab.last[PPP_EFFECT_ENDED].u.ended.reason,
				 PPP_REASON_PROXY);
		teardown(state);
	}
}

static void a_bundle_wants_its_own_options(void **state)
{
	struct told t = chap;

	(void)state;
	lab.config.mrru = 1500;
	lab.config.discriminator = (struct ppp_discriminator){
		.class = 1,
		.len = 2,
		.address = "us",
	};
	t.sent = "0305 c223 05 1104 05dc 1305 01 7573";
	t.received = "1104 05dc 1305 01 6162";
	take_over(&t);
	assert_int_equal(lab.seen[PPP_EFFECT_LCP_UP], 1);
	assert_int_equal(lab.last[PPP_EFFECT_LCP_UP].u.lcp.peers.mrru, 1500);
	ppp_link_free(lab.link);
	t.sent = "0305 c223 05 1104 05dc 1305 01 7574";
	take_over(&t);
	assert_string_equal(lab.log,
			    "the LAC's LCP does not suit, so it is negotiated "
			    "anew: its endpoint discriminator is the LAC's, "
			    "ours another");
}

/* ---- given ---- */

static void assert_given(const struct ppp_proxy *p)
{
	same_blob(&p->first_received, "0104 0578 0506 11223344");
	same_blob(&p->last_sent, "0305 c223 05 0506 01020304");
	same_blob(&p->last_received, "0104 0514 0506 11223344");
	assert_int_equal(p->auth_type, PPP_PROXY_AUTH_CHAP);
	assert_int_equal(p->id, 1);
	same_blob(&p->name, "616c696365");
	same_blob(&p->challenge, CHALLENGE);
	same_blob(&p->response, MD5);
}

static void until_the_response(void)
{
	lab.next_random = "01020304" CHALLENGE;
	ppp_lab_start(&lab);
	ppp_lab_in(&lab, "c021 01 01 | 0104 0578 0506 11223344");
	ppp_lab_in(&lab, "c021 01 02 | 0104 0514 0506 11223344");
	ppp_lab_in(&lab, "c021 02 01 | 0305 c223 05 0506 01020304");
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c223 02 01 | 10" MD5 "616c696365");
}

static void a_lac_stops_at_the_response(void **state)
{
	struct ppp_info info;

	(void)state;
	lab.call.yield = true;
	until_the_response();
	assert_int_equal(lab.seen[PPP_EFFECT_YIELDED], 1);
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 0);
	assert_given(&lab.last[PPP_EFFECT_YIELDED].u.proxy);
	ppp_lab_sent(&lab, "");
	/* it has nothing to say any more */
	ppp_lab_in(&lab, "c223 02 01 | 10" MD5 "616c696365");
	ppp_lab_in(&lab, "c021 05 09 |");
	ppp_lab_sent(&lab, "");
	assert_true(ppp_link_deadline(lab.link) == PPP_NEVER);
	ppp_link_info(lab.link, &info);
	assert_true(info.memory < 1500);
}

static void a_lac_that_asks_nobody_stops_at_lcp(void **state)
{
	const struct ppp_proxy *p = &lab.last[PPP_EFFECT_YIELDED].u.proxy;

	(void)state;
	lab.call.yield = true;
	lab.config.method_n = 0;
	ppp_lab_lcp_up(&lab);
	assert_int_equal(lab.seen[PPP_EFFECT_YIELDED], 1);
	same_blob(&p->last_sent, "0506 01020304");
	same_blob(&p->last_received, "");
	assert_int_equal(p->auth_type, PPP_PROXY_AUTH_NONE);
	assert_null(p->response.data);
}

static void a_link_is_handed_over_when_it_was_asked_about(void **state)
{
	struct ppp_proxy p;

	(void)state;
	until_the_response();
	assert_int_equal(ppp_link_hand_over(lab.link, lab.now, &p), 0);
	assert_given(&p);
	ppp_lab_take(&lab);
	answer(true);
	ppp_lab_sent(&lab, "");
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 0);
}

/* What the peer sent is not kept so long: it is told by what it said. */
static void a_link_that_is_up_is_handed_over(void **state)
{
	struct ppp_proxy p;

	(void)state;
	until_the_response();
	answer(true);
	ppp_lab_in(&lab, "8021 01 01 | 0306 0a000002");
	ppp_lab_in(&lab, "8021 02 01 | 0306 0a000001");
	assert_int_equal(ppp_link_hand_over(lab.link, lab.now, &p), 0);
	same_blob(&p.last_sent, "0305 c223 05 0506 01020304");
	same_blob(&p.last_received, "0104 0514 0506 11223344");
	same_blob(&p.response, MD5);
}

static void nothing_is_handed_over_too_early(void **state)
{
	struct ppp_proxy p;

	(void)state;
	ppp_lab_start(&lab);
	assert_int_not_equal(ppp_link_hand_over(lab.link, lab.now, &p), 0);
	ppp_lab_forget(&lab);
	ppp_lab_wait(&lab, 3000);
	assert_int_equal(lab.tail, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lcp_is_up_without_a_frame),
		TEST(a_proxys_caller_is_refused),
		TEST(pap_by_proxy),
		TEST(without_a_response_the_peer_is_challenged),
		TEST(nobody_is_asked),
		cmocka_unit_test(what_does_not_suit_is_negotiated_anew),
		cmocka_unit_test(what_does_not_suit_is_refused),
		TEST(a_bundle_wants_its_own_options),
		TEST(a_lac_stops_at_the_response),
		TEST(a_lac_that_asks_nobody_stops_at_lcp),
		TEST(a_link_is_handed_over_when_it_was_asked_about),
		TEST(a_link_that_is_up_is_handed_over),
		TEST(nothing_is_handed_over_too_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
