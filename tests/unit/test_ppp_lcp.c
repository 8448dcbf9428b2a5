/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LCP octet by octet: the packets of RFC 1661 section 5 and RFC 1570, every
 * option, the counters, and the words with which it ends.
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

static const char *lcp_state(void)
{
	struct ppp_info info;

	ppp_link_info(lab.link, &info);
	return info.lcp;
}

/* ---- what we ask for ---- */

static void a_request_has_what_is_configured(void **state)
{
	(void)state;
	lab.config.methods[0] = PPP_METHOD_MSCHAPV2;
	lab.config.method_n = 1;
	lab.config.pfc = lab.config.acfc = true;
	lab.call.mru = 1460;
	ppp_lab_start(&lab);
	ppp_lab_sent(
		&lab,
		"c021 01 01 | 0104 05b4 0305 c223 81 0506 01020304 0702 0802");
	assert_string_equal(lcp_state(), "Req-Sent");
}

static void methods_are_asked_for_by_their_numbers(void **state)
{
	static const struct {
		uint8_t method;
		const char *request;
	} rows[] = {
		{ PPP_METHOD_PAP, "c021 01 01 | 0304 c023 0506 01020304" },
		{ PPP_METHOD_CHAP_MD5,
		  "c021 01 01 | 0305 c223 05 0506 01020304" },
		{ PPP_METHOD_MSCHAPV1,
		  "c021 01 01 | 0305 c223 80 0506 01020304" },
		{ PPP_METHOD_MSCHAPV2,
		  "c021 01 01 | 0305 c223 81 0506 01020304" },
		{ PPP_METHOD_EAP, "c021 01 01 | 0304 c227 0506 01020304" },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		lab.config.methods[0] = rows[i].method;
		lab.config.method_n = 1;
		ppp_lab_start(&lab);
		ppp_lab_sent(&lab, rows[i].request);
		ppp_lab_fini(&lab);
		ppp_lab_init(&lab);
	}
}

static void multilink_is_asked_for(void **state)
{
	(void)state;
	lab.config.mrru = 1600;
	lab.config.short_sequence = true;
	lab.config.discriminator = (struct ppp_discriminator){
		.class = 1,
		.len = 3,
		.address = "lns",
	};
	ppp_lab_start(&lab);
	ppp_lab_sent(&lab, "c021 01 01 | 0506 01020304 1104 0640 1202"
			   "1306 01 6c6e73");
	ppp_lab_in(&lab, "c021 01 09 | 1104 05dc 1202 1305 02 0a00");
	ppp_lab_sent(&lab, "c021 02 09 | 1104 05dc 1202 1305 02 0a00");
	ppp_lab_in(&lab,
		   "c021 01 0a | 1104 0010 131a 01 000000000000000000000000"
		   "0000000000000000000000");
	ppp_lab_sent(&lab, "c021 04 0a | 131a 01 000000000000000000000000"
			   "0000000000000000000000");
	ppp_lab_in(&lab, "c021 01 0b | 1104 0010");
	ppp_lab_sent(&lab, "c021 03 0b | 1104 05dc");
}

/* ---- what the peer asks for, RFC 1661 section 6 ---- */

static void options_are_answered_as_the_table_says(void **state)
{
	/* a request's options, the answer's code and options */
	static const struct {
		const char *request, *answer;
	} rows[] = {
		{ "", "02" },
		/* MRU: of any size that LCP itself can do with */
		{ "0104 05d4", "02" },
		{ "0104 0080", "02" },
		{ "0104 0040", "03 | 0104 0080" },
		{ "0103 05", "03 | 0104 05dc" },
		/* ACCM: taken */
		{ "0206 00000000", "02" },
		{ "0206 ffffffff", "02" },
		{ "0204 0000", "03 | 0206 00000000" },
		/* we prove nothing: no method is any good */
		{ "0304 c023", "04 | 0304 c023" },
		{ "0305 c223 05", "04 | 0305 c223 05" },
		/* Quality-Protocol */
		{ "0408 c025 00000000", "04 | 0408 c025 00000000" },
		/* Magic-Number: not zero */
		{ "0506 11223344", "02" },
		{ "0506 00000000", "03 | 0506 05060708" },
		/* compressed headers: from whichever peer */
		{ "0702", "02" },
		{ "0802", "02" },
		{ "0703 01", "04 | 0703 01" },
		/* FCS, padding, numbered mode, callback, compound frames */
		{ "0903 02", "04 | 0903 02" },
		{ "0a03 02", "04 | 0a03 02" },
		{ "0b04 0101", "04 | 0b04 0101" },
		{ "0d03 06", "04 | 0d03 06" },
		{ "0f02", "04 | 0f02" },
		/* without multilink none of its options */
		{ "1104 05dc", "04 | 1104 05dc" },
		{ "1202", "04 | 1202" },
		{ "1305 01 6c61", "04 | 1305 01 6c61" },
		{ "1704 0001", "04 | 1704 0001" },
		/* one that nobody knows */
		{ "c803 01", "04 | c803 01" },
		/* several: what is not known comes before what is not right */
		{ "0104 05dc 0d03 06 0702", "04 | 0d03 06" },
		{ "0104 0001 0d03 06", "04 | 0d03 06" },
		{ "0104 0001 0506 00000000", "03 | 0104 0080 0506 05060708" },
		{ "0104 05d4 0206 00000000 0506 11223344 0702 0802", "02" },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char in[200], out[200];
		const char *answer = rows[i].answer;

		ppp_lab_start(&lab);
		ppp_lab_forget(&lab);
		snprintf(in, sizeof(in), "c021 01 07 | %s", rows[i].request);
		ppp_lab_in(&lab, in);
		snprintf(out, sizeof(out), "c021 %.2s 07 %s", answer,
			 answer[2] ? answer + 2 : in + 11);
		ppp_lab_sent(&lab, out);
		ppp_lab_sent(&lab, "");
		ppp_lab_fini(&lab);
		ppp_lab_init(&lab);
	}
}

static void malformed_packets_are_dropped(void **state)
{
	static const char *const frames[] = {
		"",
		"c0",
		"c021",
		"c021 01",
		"c021 01 01 00",
		"c021 01 01 0003",
		"c021 01 01 0009 0104 05dc", /* longer than what is there */
		"c021 01 01 | 01",
		"c021 01 01 | 0100",
		"c021 01 01 | 0101",
		"c021 01 01 | 0106 05dc",
	};

	(void)state;
	ppp_lab_start(&lab);
	ppp_lab_forget(&lab);
	for (unsigned int i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		ppp_lab_in(&lab, frames[i]);
		ppp_lab_sent(&lab, "");
	}
}

/* RFC 1661 section 5: what follows the packet's length is padding. */
static void padding_is_ignored(void **state)
{
	(void)state;
	ppp_lab_start(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c021 01 01 0008 0104 05dc ffffff");
	ppp_lab_sent(&lab, "c021 02 01 0008 0104 05dc");
}

static void frames_come_in_every_form(void **state)
{
	(void)state;
	ppp_lab_lcp_up(&lab);
	ppp_lab_in(&lab, "ff03 c021 09 01 | 11111111");
	ppp_lab_sent(&lab, "c021 0a 01 | 01020304");
	ppp_lab_in(&lab, "c021 09 02 | 11111111 61");
	ppp_lab_sent(&lab, "c021 0a 02 | 01020304 61");
	/* one octet of protocol: data, which is the kernel's */
	ppp_lab_in(&lab, "21 45");
	ppp_lab_in(&lab, "ff03 21 45");
	ppp_lab_sent(&lab, "");
	/* one that nobody has, by either form */
	ppp_lab_in(&lab, "31 0102");
	ppp_lab_sent(&lab, "c021 08 01 | 0031 0102");
	ppp_lab_in(&lab, "0031 0102");
	ppp_lab_sent(&lab, "c021 08 02 | 0031 0102");
}

/* ---- which method ---- */

static void the_peers_method_is_taken_when_it_is_ours(void **state)
{
	(void)state;
	lab.config.methods[0] = PPP_METHOD_MSCHAPV2;
	lab.config.methods[1] = PPP_METHOD_CHAP_MD5;
	lab.config.methods[2] = PPP_METHOD_PAP;
	lab.config.method_n = 3;
	ppp_lab_start(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c021 03 01 | 0304 c023");
	ppp_lab_sent(&lab, "c021 01 02 | 0304 c023 0506 01020304");
}

static void the_next_method_follows_a_nak(void **state)
{
	(void)state;
	lab.config.methods[0] = PPP_METHOD_MSCHAPV2;
	lab.config.methods[1] = PPP_METHOD_CHAP_MD5;
	lab.config.method_n = 2;
	ppp_lab_start(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c021 03 01 | 0304 c227"); /* EAP: not ours */
	ppp_lab_sent(&lab, "c021 01 02 | 0305 c223 05 0506 01020304");
	ppp_lab_in(&lab, "c021 03 02 | 0304 c227");
	ppp_lab_sent(&lab,
		     "c021 05 03 | 70656572207265667573656420746f2061757468"
		     "656e746963617465");
	ppp_lab_in(&lab, "c021 06 03 |");
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 1);
	assert_string_equal(lab.words, "the peer refuses to authenticate: it "
				       "takes no CHAP, but EAP");
}

static void who_rejects_authentication_is_gone(void **state)
{
	(void)state;
	lab.config.methods[0] = PPP_METHOD_PAP;
	lab.config.method_n = 1;
	ppp_lab_start(&lab);
	ppp_lab_in(&lab, "c021 04 01 | 0304 c023");
	ppp_lab_in(&lab, "c021 06 02 |");
	assert_int_equal(lab.last[PPP_EFFECT_ENDED].u.ended.reason,
			 PPP_REASON_METHOD);
	assert_int_equal(lab.last[PPP_EFFECT_ENDED].u.ended.cause,
			 PPP_CAUSE_USER_ERROR);
}

static void a_caller_says_what_it_would_prove_by(void **state)
{
	(void)state;
	lab.config.answers = 1 << PPP_METHOD_CHAP_MD5 | 1 << PPP_METHOD_PAP;
	ppp_lab_start(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c021 01 05 | 0305 c223 81");
	ppp_lab_sent(&lab, "c021 03 05 | 0305 c223 05");
	assert_string_equal(lab.log, "the peer wants us to prove who we are by "
				     "MS-CHAPv2, which is not to be used here");
	ppp_lab_in(&lab, "c021 01 06 | 0304 c227");
	ppp_lab_sent(&lab, "c021 03 06 | 0304 c023");
	ppp_lab_in(&lab, "c021 01 07 | 0304 c023");
	ppp_lab_sent(&lab, "c021 02 07 | 0304 c023");
}

/* ---- loops, RFC 1661 section 6.4 ---- */

static void our_own_magic_number_ends_it(void **state)
{
	(void)state;
	ppp_lab_start(&lab);
	for (int i = 0; i < 20 && !lab.seen[PPP_EFFECT_ENDED]; i++) {
		unsigned int n = lab.tail;

		/* the line gives back all that is sent */
		for (unsigned int f = lab.head; f < n; f++) {
			ppp_link_input(lab.link, lab.now, lab.sent[f].data,
				       lab.sent[f].len);
			ppp_lab_take(&lab);
		}
		memmove(lab.sent, lab.sent + n,
			(lab.tail - n) * sizeof(lab.sent[0]));
		lab.tail -= n;
		lab.head = 0;
	}
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 1);
	assert_string_equal(lab.words, "the link is looped back: our own magic "
				       "number comes back");
	assert_int_equal(lab.last[PPP_EFFECT_ENDED].u.ended.cause,
			 PPP_CAUSE_PORT_ERROR);
}

static void a_nak_of_the_magic_number_brings_another(void **state)
{
	(void)state;
	ppp_lab_start(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c021 03 01 | 0506 ffffffff");
	ppp_lab_sent(&lab, "c021 01 02 | 0506 05060708");
	ppp_lab_in(&lab, "c021 04 02 | 0506 05060708");
	ppp_lab_sent(&lab, "c021 01 03 |");
}

/* ---- counters and timer, RFC 1661 section 4.6 ---- */

static void requests_are_sent_ten_times(void **state)
{
	(void)state;
	ppp_lab_start(&lab);
	for (int i = 0; i < 10; i++) {
		ppp_lab_sent(&lab, "c021 01 01 | 0506 01020304");
		ppp_lab_sent(&lab, "");
		assert_int_equal(ppp_link_deadline(lab.link), lab.now + 3000);
		ppp_lab_wait(&lab, 3000);
	}
	ppp_lab_sent(&lab, "");
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 1);
	assert_string_equal(lab.words, "no answer to LCP");
	assert_int_equal(lab.last[PPP_EFFECT_ENDED].u.ended.cause,
			 PPP_CAUSE_LOST_CARRIER);
	assert_true(ppp_link_deadline(lab.link) == PPP_NEVER);
}

static void the_counters_are_the_configurations(void **state)
{
	(void)state;
	lab.config.restart = 1000;
	lab.config.max_configure = 2;
	ppp_lab_start(&lab);
	ppp_lab_wait(&lab, 1999);
	assert_int_equal(lab.seen[PPP_EFFECT_SEND], 2);
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 0);
	ppp_lab_wait(&lab, 1);
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 1);
}

/* The options that were nak'ed so often are rejected then. */
static void naks_become_rejects(void **state)
{
	(void)state;
	ppp_lab_start(&lab);
	ppp_lab_forget(&lab);
	for (int i = 0; i < 5; i++) {
		ppp_lab_in(&lab, "c021 01 01 | 0104 0001");
		ppp_lab_sent(&lab, "c021 03 01 | 0104 0080");
	}
	ppp_lab_in(&lab, "c021 01 01 | 0104 0001");
	ppp_lab_sent(&lab, "c021 04 01 | 0104 0001");
	/* the peer is not moved: an end to it */
	for (int i = 0; i < 5; i++)
		ppp_lab_in(&lab, "c021 01 01 | 0104 0001");
	ppp_lab_in(&lab, "c021 06 02 |");
	assert_string_equal(
		lab.words,
		"Maximum-Receive-Unit of LCP could not be agreed on");
}

static void endless_naks_of_ours_end_it(void **state)
{
	(void)state;
	lab.call.mru = 1400;
	ppp_lab_start(&lab);
	for (unsigned int i = 1; i < 30 && !lab.seen[PPP_EFFECT_ENDED]; i++) {
		char nak[64];

		ppp_lab_forget(&lab);
		snprintf(nak, sizeof(nak), "c021 03 %02x | 0104 2000", i);
		ppp_lab_in(&lab, nak);
		if (i == 21) {
			snprintf(nak, sizeof(nak), "c021 06 %02x |", i + 1);
			ppp_lab_in(&lab, nak);
		}
	}
	assert_int_equal(lab.last[PPP_EFFECT_ENDED].u.ended.reason,
			 PPP_REASON_NO_AGREEMENT);
}

static void a_smaller_mru_suits(void **state)
{
	(void)state;
	lab.call.mru = 1492;
	ppp_lab_start(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c021 03 01 | 0104 0578");
	ppp_lab_sent(&lab, "c021 01 02 | 0104 0578 0506 01020304");
}

/* ---- stale answers ---- */

static void only_the_last_request_is_answered(void **state)
{
	(void)state;
	ppp_lab_start(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c021 02 02 | 0506 01020304"); /* another identifier */
	ppp_lab_in(&lab, "c021 02 01 | 0506 01020305"); /* other options */
	ppp_lab_in(&lab, "c021 03 07 | 0506 01020304");
	ppp_lab_in(&lab, "c021 04 00 | 0506 01020304");
	assert_string_equal(lcp_state(), "Req-Sent");
	ppp_lab_sent(&lab, "");
	ppp_lab_in(&lab, "c021 02 01 | 0506 01020304");
	assert_string_equal(lcp_state(), "Ack-Rcvd");
	/* twice is once */
	ppp_lab_in(&lab, "c021 02 01 | 0506 01020304");
	assert_string_equal(lcp_state(), "Ack-Rcvd");
}

/* ---- the other packets ---- */

static void terminate_is_answered(void **state)
{
	(void)state;
	ppp_lab_lcp_up(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c021 05 09 | 627965 01");
	assert_int_equal(lab.seen[PPP_EFFECT_LCP_DOWN], 1);
	while (lab.head + 1 < lab.tail)
		lab.head++;
	ppp_lab_sent(&lab, "c021 06 09 |");
	assert_string_equal(lcp_state(), "Stopping");
	/* it may not have heard that */
	ppp_lab_in(&lab, "c021 05 0a |");
	ppp_lab_sent(&lab, "c021 06 0a |");
	ppp_lab_wait(&lab, 3000);
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 1);
	assert_string_equal(lab.words, "the peer terminated the link: bye.");
	assert_true(lab.last[PPP_EFFECT_ENDED].u.ended.by_peer);
}

static void we_terminate_with_our_words(void **state)
{
	(void)state;
	ppp_lab_lcp_up(&lab);
	ppp_lab_forget(&lab);
	ppp_link_stop(lab.link, lab.now, PPP_CAUSE_ADMIN_RESET, "night");
	ppp_lab_take(&lab);
	assert_int_equal(lab.seen[PPP_EFFECT_LCP_DOWN], 1);
	ppp_lab_sent(&lab, "c021 05 02 | 6e69676874");
	ppp_lab_wait(&lab, 3000);
	ppp_lab_sent(&lab, "c021 05 02 | 6e69676874");
	ppp_lab_wait(&lab, 2999);
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 0);
	ppp_lab_wait(&lab, 1);
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 1);
	assert_string_equal(lab.words, "night");
	assert_int_equal(lab.last[PPP_EFFECT_ENDED].u.ended.cause,
			 PPP_CAUSE_ADMIN_RESET);
	/* nothing more comes of it */
	ppp_lab_in(&lab, "c021 01 01 |");
	ppp_link_stop(lab.link, lab.now, PPP_CAUSE_ADMIN_RESET, "x");
	ppp_lab_take(&lab);
	ppp_lab_sent(&lab, "");
}

static void a_lost_line_ends_without_a_frame(void **state)
{
	(void)state;
	ppp_lab_lcp_up(&lab);
	ppp_lab_forget(&lab);
	ppp_link_lost(lab.link, lab.now, "the tunnel is gone");
	ppp_lab_take(&lab);
	ppp_lab_sent(&lab, "");
	assert_int_equal(lab.seen[PPP_EFFECT_LCP_DOWN], 1);
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 1);
	assert_string_equal(lab.words, "the tunnel is gone");
}

static void unknown_codes_are_rejected(void **state)
{
	(void)state;
	ppp_lab_start(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c021 63 05 | 0102");
	ppp_lab_sent(&lab, "c021 07 01 | 63 05 0006 0102");
	ppp_lab_in(&lab, "c021 0e 05 |"); /* CCP's Reset-Request */
	ppp_lab_sent(&lab, "c021 07 02 | 0e 05 0004");
}

static void rejected_codes_end_it_when_they_are_needed(void **state)
{
	(void)state;
	ppp_lab_lcp_up(&lab);
	ppp_lab_in(&lab, "c021 07 01 | 0d 01 0004");
	assert_string_equal(lcp_state(), "Opened");
	ppp_lab_in(&lab, "c021 07 01 | 01 01 0004");
	assert_string_equal(lcp_state(), "Stopping");
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words,
			    "the peer does not know Configure-Request of LCP");
}

static void echo_discard_identification_and_time(void **state)
{
	(void)state;
	ppp_lab_start(&lab);
	ppp_lab_forget(&lab);
	/* before LCP is up nothing is answered */
	ppp_lab_in(&lab, "c021 09 01 | 11111111");
	ppp_lab_sent(&lab, "");
	ppp_lab_fini(&lab);
	ppp_lab_init(&lab);
	ppp_lab_lcp_up(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c021 09 07 | 11111111 616263");
	ppp_lab_sent(&lab, "c021 0a 07 | 01020304 616263");
	ppp_lab_in(&lab, "c021 09 08 | 1111"); /* without a magic number */
	ppp_lab_in(&lab, "c021 0b 09 | 11111111 00");
	ppp_lab_in(&lab, "c021 0c 0a | 11111111 7070702d312e30");
	ppp_lab_in(&lab, "c021 0d 0b | 11111111 00000e10 627965");
	ppp_lab_in(&lab, "c021 0a 0c | 11111111");
	ppp_lab_sent(&lab, "");
	assert_string_equal(lcp_state(), "Opened");
}

static void protocols_that_are_not_there_are_rejected(void **state)
{
	(void)state;
	ppp_lab_start(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "8053 01 01 |"); /* too early */
	ppp_lab_sent(&lab, "");
	ppp_lab_fini(&lab);
	ppp_lab_init(&lab);
	ppp_lab_lcp_up(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "8053 01 01 |"); /* ECP */
	ppp_lab_sent(&lab, "c021 08 01 | 8053 01 01 0004");
	ppp_lab_in(&lab, "80fd 01 01 | 1206 01000040"); /* CCP, without MPPE */
	ppp_lab_sent(&lab, "c021 08 02 | 80fd 01 01 000a 1206 01000040");
	ppp_lab_in(&lab, "c023 01 01 | 00 00"); /* nobody authenticates */
	ppp_lab_sent(&lab, "c021 08 03 | c023 01 01 0006 0000");
	/* the kernel's own */
	ppp_lab_in(&lab, "0021 45");
	ppp_lab_in(&lab, "0057 60");
	ppp_lab_sent(&lab, "");
}

static void a_peer_without_lcp_ends_it(void **state)
{
	(void)state;
	ppp_lab_lcp_up(&lab);
	ppp_lab_in(&lab, "c021 08 01 | c021");
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "the peer does not know LCP");
}

/* ---- who begins ---- */

static void a_passive_side_waits(void **state)
{
	(void)state;
	lab.call.passive = true;
	ppp_lab_start(&lab);
	ppp_lab_sent(&lab, "");
	assert_string_equal(lcp_state(), "Stopped");
	ppp_lab_in(&lab, "c021 01 01 | 0506 11223344");
	ppp_lab_sent(&lab, "c021 01 01 | 0506 01020304");
	ppp_lab_sent(&lab, "c021 02 01 | 0506 11223344");
	ppp_lab_in(&lab, "c021 02 01 | 0506 01020304");
	assert_int_equal(lab.seen[PPP_EFFECT_LCP_UP], 1);
}

static void a_passive_side_does_not_wait_for_ever(void **state)
{
	(void)state;
	lab.call.passive = true;
	ppp_lab_start(&lab);
	ppp_lab_wait(&lab, 29999);
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 0);
	ppp_lab_wait(&lab, 1);
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 1);
	assert_string_equal(lab.words, "no answer to LCP");
}

static void a_stop_before_anything_ends_at_once(void **state)
{
	(void)state;
	lab.call.passive = true;
	ppp_lab_start(&lab);
	ppp_link_stop(lab.link, lab.now, PPP_CAUSE_NAS_REQUEST, "enough");
	ppp_lab_take(&lab);
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 1);
	ppp_lab_sent(&lab, "");
}

static void the_peer_negotiates_anew(void **state)
{
	(void)state;
	ppp_lab_lcp_up(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c021 01 09 | 0104 0578");
	assert_int_equal(lab.seen[PPP_EFFECT_LCP_DOWN], 1);
	assert_string_equal(lcp_state(), "Ack-Sent");
	ppp_lab_sent(&lab, "c021 01 02 | 0506 0d0e0f10");
	ppp_lab_sent(&lab, "c021 02 09 | 0104 0578");
	ppp_lab_in(&lab, "c021 02 02 | 0506 0d0e0f10");
	assert_int_equal(lab.seen[PPP_EFFECT_LCP_UP], 2);
	assert_int_equal(lab.last[PPP_EFFECT_LCP_UP].u.lcp.peers.mru, 1400);
}

/* ---- echo of ours ---- */

static void echo_finds_a_peer_that_is_gone(void **state)
{
	struct ppp_info info;

	(void)state;
	lab.config.echo_interval = 30000;
	lab.config.echo_failure = 2;
	lab.config.ipv6 = lab.config.ipv4 = true;
	ppp_lab_lcp_up(&lab);
	ppp_lab_in(&lab, "8021 01 01 | 0306 0a000002");
	ppp_lab_in(&lab, "8021 02 01 | 0306 0a000001");
	ppp_lab_in(&lab, "c021 08 01 | 8057");
	ppp_lab_wait(&lab, 29999);
	ppp_lab_forget(&lab);
	ppp_lab_wait(&lab, 1);
	ppp_lab_sent(&lab, "c021 09 01 | 01020304");
	lab.now += 40;
	ppp_lab_in(&lab, "c021 0a 01 | 11111111");
	ppp_link_info(lab.link, &info);
	assert_int_equal(info.echo_sent, 1);
	assert_int_equal(info.echo_answered, 1);
	assert_int_equal(info.echo_last, 40);
	assert_int_equal(info.echo_least, 40);
	assert_int_equal(info.echo_average, 40);
	/* a peer that sends need not be asked */
	ppp_lab_wait(&lab, 20000);
	ppp_link_note_traffic(lab.link, lab.now);
	ppp_lab_take(&lab);
	ppp_lab_wait(&lab, 29999);
	ppp_lab_sent(&lab, "");
	ppp_lab_wait(&lab, 1);
	ppp_lab_sent(&lab, "c021 09 02 | 01020304");
	ppp_lab_wait(&lab, 30000);
	ppp_lab_sent(&lab, "c021 09 03 | 01020304");
	assert_int_equal(lab.seen[PPP_EFFECT_IPV4_DOWN], 0);
	ppp_lab_wait(&lab, 30000);
	assert_int_equal(lab.seen[PPP_EFFECT_IPV4_DOWN], 1);
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words,
			    "no answer to LCP echo: 2 Echo-Requests in a row");
}

static void a_line_that_loops_later_is_found_by_echo(void **state)
{
	(void)state;
	lab.config.echo_interval = 1000;
	lab.config.echo_failure = 1;
	ppp_lab_lcp_up(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_wait(&lab, 1000);
	ppp_lab_in(&lab, "c021 09 01 | 01020304");
	ppp_lab_wait(&lab, 1000);
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "the link is looped back: our own "
				       "Echo-Requests come back");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_has_what_is_configured),
		TEST(methods_are_asked_for_by_their_numbers),
		TEST(multilink_is_asked_for),
		TEST(options_are_answered_as_the_table_says),
		TEST(malformed_packets_are_dropped),
		TEST(padding_is_ignored),
		TEST(frames_come_in_every_form),
		TEST(the_peers_method_is_taken_when_it_is_ours),
		TEST(the_next_method_follows_a_nak),
		TEST(who_rejects_authentication_is_gone),
		TEST(a_caller_says_what_it_would_prove_by),
		TEST(our_own_magic_number_ends_it),
		TEST(a_nak_of_the_magic_number_brings_another),
		TEST(requests_are_sent_ten_times),
		TEST(the_counters_are_the_configurations),
		TEST(naks_become_rejects),
		TEST(endless_naks_of_ours_end_it),
		TEST(a_smaller_mru_suits),
		TEST(only_the_last_request_is_answered),
		TEST(terminate_is_answered),
		TEST(we_terminate_with_our_words),
		TEST(a_lost_line_ends_without_a_frame),
		TEST(unknown_codes_are_rejected),
		TEST(rejected_codes_end_it_when_they_are_needed),
		TEST(echo_discard_identification_and_time),
		TEST(protocols_that_are_not_there_are_rejected),
		TEST(a_peer_without_lcp_ends_it),
		TEST(a_passive_side_waits),
		TEST(a_passive_side_does_not_wait_for_ever),
		TEST(a_stop_before_anything_ends_at_once),
		TEST(the_peer_negotiates_anew),
		TEST(echo_finds_a_peer_that_is_gone),
		TEST(a_line_that_loops_later_is_found_by_echo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
