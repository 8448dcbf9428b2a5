/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network control protocols octet by octet: IPCP (RFC 1332, 1877), IPV6CP
 * (RFC 5072), CCP with MPPE (RFC 1962, 3078).
 */
#include <arpa/inet.h>
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

/* A request's options, the answer's code and options; "02" echoes them. */
struct row {
	const char *request, *answer;
};

static void check_row(const char *protocol, const struct row *row)
{
	char in[200], out[200];

	snprintf(in, sizeof(in), "%s 01 07 | %s", protocol, row->request);
	snprintf(out, sizeof(out), "%s %.2s 07 | %s", protocol, row->answer,
		 row->answer[2] ? row->answer + 2 : row->request);
	ppp_lab_in(&lab, in);
	ppp_lab_sent(&lab, out);
	ppp_lab_sent(&lab, "");
}

static void check_rows(const char *protocol, const struct row *rows, size_t n,
		       void (*up)(void))
{
	struct ppp_config config = lab.config;
	struct ppp_call call = lab.call;

	for (size_t i = 0; i < n; i++) {
		ppp_lab_fini(&lab);
		ppp_lab_init(&lab);
		lab.config = config;
		lab.call = call;
		up();
		ppp_lab_forget(&lab);
		check_row(protocol, &rows[i]);
	}
}
#define CHECK_ROWS(protocol, rows, up) \
	check_rows(protocol, rows, sizeof(rows) / sizeof((rows)[0]), up)

static void up(void)
{
	ppp_lab_lcp_up(&lab);
}

/* ---- IPCP, who gives addresses ---- */

static void ipcp_answers_as_the_table_says(void **state)
{
	static const struct row rows[] = {
		{ "0306 0a000002", "02" },
		{ "0306 00000000", "03 0306 0a000002" },
		{ "0306 c0a80101", "03 0306 0a000002" },
		{ "0304 0a00", "03 0306 0a000002" },
		/* it leaves out what it must have */
		{ "", "03 0306 0a000002" },
		/* IP-Addresses, Van Jacobson, Mobile-IPv4 */
		{ "010a 0a000002 0a000001", "04 010a 0a000002 0a000001" },
		{ "0206 002d 0f01 0306 00000000", "04 0206 002d 0f01" },
		{ "0406 0a000002", "04 0406 0a000002" },
		/* name servers: the second one is not there */
		{ "0306 0a000002 8106 00000000", "03 8106 c0000235" },
		{ "0306 0a000002 8106 c0000235", "02" },
		{ "0306 0a000002 8306 00000000", "04 8306 00000000" },
		{ "0306 0a000002 8206 00000000", "04 8206 00000000" },
		{ "0306 0a000002 8406 00000000", "04 8406 00000000" },
		/* what a Windows caller asks for at first */
		{ "0306 00000000 8106 00000000 8206 00000000"
		  "8306 00000000 8406 00000000",
		  "04 8206 00000000 8306 00000000 8406 00000000" },
		{ "0306 00000000 8106 00000000",
		  "03 0306 0a000002 8106 c0000235" },
	};

	(void)state;
	CHECK_ROWS("8021", rows, up);
}

static void name_servers_are_given(void **state)
{
	static const struct row rows[] = {
		{ "0306 0a000002 8206 00000000 8306 00000000 8406 00000000",
		  "03 8206 c0000201 8306 c0000236 8406 c0000202" },
	};

	(void)state;
	lab.call.dns[1] = inet_addr("192.0.2.54");
	lab.call.wins[0] = inet_addr("192.0.2.1");
	lab.call.wins[1] = inet_addr("192.0.2.2");
	CHECK_ROWS("8021", rows, up);
}

static void the_peer_may_choose(void **state)
{
	static const struct row rows[] = {
		{ "0306 c0a80101", "02" },
		{ "0306 00000000", "04 0306 00000000" },
		{ "0306 0a000001", "04 0306 0a000001" }, /* ours */
		{ "", "02" },
	};

	(void)state;
	lab.call.remote_ipv4 = PPP_PEERS_CHOICE;
	CHECK_ROWS("8021", rows, up);
}

static void addresses_are_told(void **state)
{
	const struct ppp_ipv4_info *v = &lab.last[PPP_EFFECT_IPV4_UP].u.ipv4;

	(void)state;
	lab.config.ipv6 = false;
	ppp_lab_start(&lab);
	ppp_lab_in(&lab, "c021 02 01 | 0506 01020304");
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "c021 01 01 |");
	ppp_lab_sent(&lab, "c021 02 01 |");
	ppp_lab_sent(&lab, "8021 01 01 | 0306 0a000001");
	ppp_lab_in(&lab, "8021 02 01 | 0306 0a000001");
	assert_int_equal(lab.seen[PPP_EFFECT_IPV4_UP], 0);
	ppp_lab_in(&lab, "8021 01 01 | 0306 0a000002");
	assert_int_equal(lab.seen[PPP_EFFECT_IPV4_UP], 1);
	assert_int_equal(v->local, inet_addr("10.0.0.1"));
	assert_int_equal(v->remote, inet_addr("10.0.0.2"));
	assert_int_equal(v->dns[0], inet_addr("192.0.2.53"));
	/* the peer takes leave of IPv4, and with it of all there is */
	ppp_lab_in(&lab, "8021 05 02 | 627965");
	assert_int_equal(lab.seen[PPP_EFFECT_IPV4_DOWN], 1);
	ppp_lab_wait(&lab, 3000);
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "no network protocol is left: the peer "
				       "closed IPCP: bye");
}

/* A peer that never asks for the address that it was told has it anyway. */
static void an_address_that_is_not_asked_for_is_given(void **state)
{
	(void)state;
	ppp_lab_lcp_up(&lab);
	ppp_lab_in(&lab, "8021 02 01 | 0306 0a000001");
	for (int i = 0; i < 5; i++) {
		ppp_lab_forget(&lab);
		ppp_lab_in(&lab, "8021 01 01 |");
		ppp_lab_sent(&lab, "8021 03 01 | 0306 0a000002");
	}
	ppp_lab_in(&lab, "8021 01 01 |");
	ppp_lab_sent(&lab, "8021 02 01 |");
	assert_int_equal(lab.last[PPP_EFFECT_IPV4_UP].u.ipv4.remote,
			 inet_addr("10.0.0.2"));
}

static void a_peer_with_another_address_is_refused(void **state)
{
	(void)state;
	lab.config.ipv6 = false;
	ppp_lab_lcp_up(&lab);
	for (int i = 0; i < 11; i++)
		ppp_lab_in(&lab, "8021 01 01 | 0306 c0a80101");
	ppp_lab_wait(&lab, 20000);
	assert_string_equal(lab.words,
			    "no network protocol is left: IP-Address of IPCP "
			    "could not be agreed on");
}

static void no_address_no_ipcp(void **state)
{
	(void)state;
	lab.call.remote_ipv4 = 0;
	ppp_lab_lcp_up(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "8021 01 01 | 0306 00000000");
	ppp_lab_sent(&lab, "c021 08 01 | 8021 01 01 000a 0306 00000000");
}

static void nothing_to_carry_ends_it(void **state)
{
	(void)state;
	lab.call.remote_ipv4 = 0;
	lab.config.ipv6 = false;
	ppp_lab_lcp_up(&lab);
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "no network protocol is left: there is "
				       "no address for the peer");
}

static void a_silent_network_ends_it(void **state)
{
	(void)state;
	lab.config.ipv6 = false;
	ppp_lab_lcp_up(&lab);
	ppp_lab_wait(&lab, 60000);
	assert_string_equal(lab.words,
			    "no network protocol is left: no answer to IPCP");
}

/* ---- IPCP, who asks ---- */

static void a_caller_takes_what_it_is_given(void **state)
{
	const struct ppp_ipv4_info *v = &lab.last[PPP_EFFECT_IPV4_UP].u.ipv4;

	(void)state;
	lab.call = (struct ppp_call){ .caller = true };
	lab.config.ask_dns = true;
	lab.config.ipv6 = false;
	ppp_lab_start(&lab);
	ppp_lab_in(&lab, "c021 02 01 | 0506 01020304");
	ppp_lab_in(&lab, "c021 01 01 |");
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab,
		   "8021 03 01 | 0306 0a000002 8106 c0000235 8306 c0000236");
	ppp_lab_sent(&lab,
		     "8021 01 02 | 0306 0a000002 8106 c0000235 8306 c0000236");
	ppp_lab_in(&lab,
		   "8021 02 02 | 0306 0a000002 8106 c0000235 8306 c0000236");
	ppp_lab_in(&lab, "8021 01 01 | 0306 0a000001");
	ppp_lab_sent(&lab, "8021 02 01 | 0306 0a000001");
	assert_int_equal(v->local, inet_addr("10.0.0.2"));
	assert_int_equal(v->remote, inet_addr("10.0.0.1"));
	assert_int_equal(v->dns[0], inet_addr("192.0.2.53"));
	assert_int_equal(v->dns[1], inet_addr("192.0.2.54"));
}

static void a_caller_does_without_name_servers(void **state)
{
	(void)state;
	lab.call = (struct ppp_call){ .caller = true };
	lab.config.ask_dns = true;
	lab.config.ipv6 = false;
	ppp_lab_start(&lab);
	ppp_lab_in(&lab, "c021 02 01 | 0506 01020304");
	ppp_lab_in(&lab, "c021 01 01 |");
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "8021 04 01 | 8106 00000000 8306 00000000");
	ppp_lab_sent(&lab, "8021 01 02 | 0306 00000000");
	/* what it had to give was nothing */
	ppp_lab_in(&lab, "8021 02 02 | 0306 00000000");
	ppp_lab_in(&lab, "8021 01 01 | 0306 0a000001");
	assert_int_equal(lab.seen[PPP_EFFECT_IPV4_UP], 0);
	ppp_lab_wait(&lab, 20000);
	assert_string_equal(lab.words, "no network protocol is left: an "
				       "address for us could not be agreed on");
}

/* ---- IPV6CP ---- */

static void ipv6cp_answers_as_the_table_says(void **state)
{
	/* ours is 05 to 0c with the bit of the world taken out */
	static const struct row rows[] = {
		{ "010a 0200000000000001", "02" },
		{ "010a 0000000000000000", "03 010a 0d0e0f1011121314" },
		{ "010a 05060708090a0b0c", "03 010a 0d0e0f1011121314" },
		{ "0105 020000", "03 010a 0d0e0f1011121314" },
		{ "", "03 010a 0d0e0f1011121314" },
		{ "0204 004f", "04 0204 004f" },
	};

	(void)state;
	lab.config.ipv4 = false;
	CHECK_ROWS("8057", rows, up);
}

static void an_identifier_that_is_given_is_insisted_on(void **state)
{
	static const struct row rows[] = {
		{ "010a 0200000000000001", "03 010a 00000000000000aa" },
		{ "010a 00000000000000aa", "02" },
	};

	(void)state;
	lab.config.ipv4 = false;
	lab.call.remote_ifid[7] = 0xaa;
	CHECK_ROWS("8057", rows, up);
}

static void a_collision_brings_another_identifier(void **state)
{
	(void)state;
	lab.config.ipv4 = false;
	ppp_lab_lcp_up(&lab);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "8057 03 01 | 010a 05060708090a0b0c");
	ppp_lab_sent(&lab, "8057 01 02 | 010a 0d0e0f1011121314");
}

static void a_peer_without_ipv6_goes_on_with_ipv4(void **state)
{
	(void)state;
	ppp_lab_lcp_up(&lab);
	ppp_lab_in(&lab, "c021 08 01 | 8057 01 01 000e 010a 05060708090a0b0c");
	ppp_lab_in(&lab, "8021 02 01 | 0306 0a000001");
	ppp_lab_in(&lab, "8021 01 01 | 0306 0a000002");
	assert_int_equal(lab.seen[PPP_EFFECT_IPV4_UP], 1);
	ppp_lab_wait(&lab, 60000);
	assert_int_equal(lab.seen[PPP_EFFECT_ENDED], 0);
}

/* ---- CCP ---- */

/* MS-CHAPv2 took place, and there are keys. */
static void up_with_keys(void)
{
	struct ppp_auth_answer a = {
		.ok = true,
		.message = "S=0",
		.have_mppe_keys = true,
		.mppe_send_key = "a key to send by",
		.mppe_recv_key = "a key to receive",
	};
	char response[200] = "c223 02 01 | 31";

	lab.config.methods[0] = PPP_METHOD_MSCHAPV2;
	lab.config.method_n = 1;
	if (!lab.config.mppe)
		lab.config.mppe = PPP_MPPE_OPTIONAL;
	ppp_lab_lcp_up(&lab);
	for (int i = 0; i < 49; i++)
		strcat(response, "11");
	ppp_lab_in(&lab, response);
	assert_int_equal(lab.seen[PPP_EFFECT_AUTH], 1);
	ppp_link_authenticate(lab.link, lab.now,
			      lab.last[PPP_EFFECT_AUTH].u.auth.ticket, &a);
	ppp_lab_take(&lab);
	assert_int_equal(lab.seen[PPP_EFFECT_AUTHENTICATED], 1);
}

static void ccp_answers_as_the_table_says(void **state)
{
	static const struct row rows[] = {
		{ "1206 01000040", "02" },
		/* not stateless; not the best; several; none */
		{ "1206 00000040", "03 1206 01000040" },
		{ "1206 01000020", "02" },
		{ "1206 01000060", "03 1206 01000040" },
		{ "1206 010000e1", "03 1206 01000040" },
		{ "1206 00000001", "03 1206 01000040" },
		{ "1206 00000000", "03 1206 01000040" },
		{ "1204 0000", "03 1206 01000040" },
		{ "", "03 1206 01000040" },
		/* the others */
		{ "1504 2f2f", "04 1504 2f2f" },
		{ "1a04 7800 1206 01000040", "04 1a04 7800" },
		{ "0102", "04 0102" },
		{ "1105 000104", "04 1105 000104" },
	};

	(void)state;
	CHECK_ROWS("80fd", rows, up_with_keys);
}

static void ccp_of_40_bits_alone(void **state)
{
	static const struct row rows[] = {
		{ "1206 01000040", "03 1206 01000020" },
		{ "1206 01000060", "03 1206 01000020" },
		{ "1206 01000020", "02" },
	};

	(void)state;
	lab.config.mppe_bits = PPP_MPPE_40;
	CHECK_ROWS("80fd", rows, up_with_keys);
}

static void ccp_with_state(void **state)
{
	static const struct row rows[] = {
		{ "1206 00000040", "02" },
		{ "1206 01000040", "02" },
		{ "1206 00000060", "03 1206 00000040" },
	};

	(void)state;
	lab.config.mppe_stateful = true;
	CHECK_ROWS("80fd", rows, up_with_keys);
}

static void encryption_has_options_and_keys_for_the_kernel(void **state)
{
	const struct ppp_mppe_info *m = &lab.last[PPP_EFFECT_MPPE_UP].u.mppe;
	static const uint8_t option[] = { 18, 6, 1, 0, 0, 0x40 };
	const struct ppp_mppe_key *k =
		&lab.last[PPP_EFFECT_MPPE_KEY].u.mppe_key;
	uint8_t tx[16], rx[16];

	(void)state;
	lab.config.mppe_bits = PPP_MPPE_128;
	up_with_keys();
	/* before our request, and before our Ack */
	assert_int_equal(lab.seen[PPP_EFFECT_MPPE_KEY], 1);
	assert_false(k->send);
	assert_memory_equal(k->option, option, 6);
	assert_memory_equal(k->key, "a key to receive", 16);
	ppp_lab_in(&lab, "80fd 01 07 | 1206 01000040");
	ppp_lab_in(&lab, "80fd 02 01 | 1206 01000040");
	assert_int_equal(lab.seen[PPP_EFFECT_MPPE_KEY], 2);
	assert_true(k->send);
	assert_memory_equal(k->option, option, 6);
	assert_memory_equal(k->key, "a key to send by", 16);
	assert_int_equal(lab.seen[PPP_EFFECT_MPPE_UP], 1);
	assert_int_equal(m->bits, 128);
	assert_false(m->stateful);
	assert_memory_equal(m->send_option, option, 6);
	assert_memory_equal(m->recv_option, option, 6);
	assert_true(ppp_link_mppe_keys(lab.link, tx, rx));
	assert_memory_equal(tx, "a key to send by", 16);
	assert_memory_equal(rx, "a key to receive", 16);
	/* stateless: nothing is asked of the peer when a packet is lost */
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "00fd 9000");
	ppp_lab_sent(&lab, "");
	/* CCP anew, and the same keys */
	ppp_link_renegotiate(lab.link, lab.now, 0x80fd);
	ppp_lab_take(&lab);
	assert_int_equal(lab.seen[PPP_EFFECT_MPPE_DOWN], 1);
	ppp_lab_sent(&lab, "80fd 01 02 | 1206 01000040");
}

/* The mode may be what it does not know. */
static void a_caller_falls_back_to_no_state(void **state)
{
	(void)state;
	lab.config.mppe_bits = PPP_MPPE_128;
	lab.config.mppe_stateful = true;
	lab.call.caller = true;
	up_with_keys();
	while (lab.head + 1 < lab.tail)
		lab.head++;
	ppp_lab_sent(&lab, "80fd 01 01 | 1206 00000040");
	ppp_lab_in(&lab, "80fd 04 01 | 1206 00000040");
	ppp_lab_sent(&lab, "80fd 01 02 | 1206 01000040");
	ppp_lab_in(&lab, "80fd 04 02 | 1206 01000040");
	ppp_lab_sent(&lab, "80fd 01 03 |");
}

/* Where it is optional nothing begins before it is decided either. */
static void without_ccp_the_networks_go_on(void **state)
{
	(void)state;
	lab.config.ipv6 = false;
	up_with_keys();
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "8021 01 05 | 0306 0a000002");
	ppp_lab_sent(&lab, "");
	ppp_lab_in(&lab, "c021 08 01 | 80fd");
	ppp_lab_sent(&lab, "8021 01 01 | 0306 0a000001");
	ppp_lab_sent(&lab, "8021 02 05 | 0306 0a000002");
}

/* RFC 3078 section 3.1: all are asked for, and one is left in the end. */
static void all_lengths_are_asked_for(void **state)
{
	(void)state;
	lab.config.mppe = PPP_MPPE_REQUIRED;
	lab.config.ipv6 = false;
	up_with_keys();
	while (lab.head + 1 < lab.tail)
		lab.head++;
	ppp_lab_sent(&lab, "80fd 01 01 | 1206 01000060");
	ppp_lab_in(&lab, "80fd 03 01 | 1206 01000020");
	ppp_lab_sent(&lab, "80fd 01 02 | 1206 01000020");
	ppp_lab_in(&lab, "80fd 02 02 | 1206 01000020");
	ppp_lab_in(&lab, "80fd 01 07 | 1206 01000020");
	assert_int_equal(lab.last[PPP_EFFECT_MPPE_UP].u.mppe.bits, 40);
}

/* What waits for CCP is kept while CCP ends as well. */
static void a_request_waits_for_the_end_of_ccp(void **state)
{
	(void)state;
	lab.config.mppe = PPP_MPPE_OPTIONAL;
	lab.config.mppe_bits = PPP_MPPE_128;
	lab.config.ipv6 = false;
	up_with_keys();
	ppp_lab_in(&lab, "8021 01 05 | 0306 0a000002");
	ppp_lab_in(&lab, "80fd 04 01 | 1206 01000040");
	ppp_lab_in(&lab, "80fd 02 02 |");
	for (int i = 0; i < 6; i++)
		ppp_lab_in(&lab, "80fd 01 07 |");
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "80fd 06 03 |");
	ppp_lab_sent(&lab, "8021 01 01 | 0306 0a000001");
	ppp_lab_sent(&lab, "8021 02 05 | 0306 0a000002");
}

static void a_lost_packet_is_told(void **state)
{
	(void)state;
	lab.config.mppe_bits = PPP_MPPE_128;
	lab.config.mppe_stateful = true;
	lab.call.caller = true;
	up_with_keys();
	ppp_lab_in(&lab, "80fd 01 07 | 1206 00000040");
	ppp_lab_in(&lab, "80fd 02 01 | 1206 00000040");
	ppp_lab_in(&lab, "8021 02 01 | 0306 0a000001");
	ppp_lab_in(&lab, "8021 01 01 | 0306 0a000002");
	ppp_lab_in(&lab, "c021 08 01 | 8057");
	assert_true(lab.last[PPP_EFFECT_MPPE_UP].u.mppe.stateful);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "00fd 9000");
	ppp_lab_sent(&lab, "80fd 0e 01 |");
	/* not for each of those that follow */
	ppp_lab_in(&lab, "fd 9001");
	ppp_lab_sent(&lab, "");
	ppp_lab_wait(&lab, 1000);
	ppp_lab_sent(&lab, "80fd 0e 02 |");
	ppp_lab_in(&lab, "80fd 0f 02 |");
	ppp_lab_wait(&lab, 5000);
	ppp_lab_sent(&lab, "");
	/* and what the peer lost */
	ppp_lab_in(&lab, "80fd 0e 33 |");
	ppp_lab_sent(&lab, "80fd 0f 33 |");
}

/* It never heard our Acks, and we gave up; once a second it is told so. */
static void who_encrypts_alone_is_told(void **state)
{
	(void)state;
	lab.config.ipv6 = false;
	up_with_keys();
	ppp_lab_in(&lab, "80fd 01 07 | 1206 01000040");
	ppp_lab_wait(&lab, 30000);
	ppp_lab_in(&lab, "8021 02 01 | 0306 0a000001");
	ppp_lab_in(&lab, "8021 01 01 | 0306 0a000002");
	assert_int_equal(lab.seen[PPP_EFFECT_IPV4_UP], 1);
	assert_int_equal(lab.seen[PPP_EFFECT_MPPE_UP], 0);
	ppp_lab_forget(&lab);
	ppp_lab_in(&lab, "00fd 9000");
	ppp_lab_in(&lab, "00fd 9001");
	ppp_lab_sent(&lab, "80fd 05 02 |");
	ppp_lab_sent(&lab, "");
	ppp_lab_wait(&lab, 1000);
	ppp_lab_in(&lab, "00fd 9002");
	ppp_lab_sent(&lab, "80fd 05 03 |");
}

static void nothing_goes_unencrypted_where_it_must_not(void **state)
{
	(void)state;
	lab.config.mppe_bits = PPP_MPPE_128;
	lab.config.mppe = PPP_MPPE_REQUIRED;
	lab.config.ipv6 = false;
	up_with_keys();
	while (lab.head + 1 < lab.tail)
		lab.head++;
	ppp_lab_sent(&lab, "80fd 01 01 | 1206 01000040");
	/* a peer need not wait: its request is answered when it is time */
	ppp_lab_in(&lab, "8021 01 05 | 0306 0a000002");
	ppp_lab_sent(&lab, "");
	ppp_lab_in(&lab, "80fd 01 07 | 1206 01000040");
	ppp_lab_sent(&lab, "80fd 02 07 | 1206 01000040");
	ppp_lab_in(&lab, "80fd 02 01 | 1206 01000040");
	ppp_lab_sent(&lab, "8021 01 01 | 0306 0a000001");
	ppp_lab_sent(&lab, "8021 02 05 | 0306 0a000002");
	ppp_lab_in(&lab, "8021 02 01 | 0306 0a000001");
	assert_int_equal(lab.seen[PPP_EFFECT_IPV4_UP], 1);
	/* it goes: so does the link */
	ppp_lab_in(&lab, "80fd 05 02 |");
	assert_int_equal(lab.seen[PPP_EFFECT_MPPE_DOWN], 1);
	ppp_lab_wait(&lab, 20000);
	assert_string_equal(lab.words,
			    "MPPE is required and the peer would not "
			    "encrypt: the peer closed CCP");
}

static void a_peer_without_encryption_is_refused(void **state)
{
	(void)state;
	lab.config.mppe = PPP_MPPE_REQUIRED;
	up_with_keys();
	ppp_lab_in(&lab, "c021 08 01 | 80fd");
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words,
			    "MPPE is required and the peer would not "
			    "encrypt: the peer does not know CCP");
	assert_int_equal(lab.last[PPP_EFFECT_ENDED].u.ended.reason,
			 PPP_REASON_MPPE);
}

static void without_keys_there_is_no_encryption(void **state)
{
	(void)state;
	lab.config.mppe = PPP_MPPE_REQUIRED;
	ppp_lab_lcp_up(&lab);
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "MPPE is required but there are no keys "
				       "for it; they come from MS-CHAP only, "
				       "and that was not how the caller "
				       "authenticated itself");
}

static void keys_that_the_kernel_lost(void **state)
{
	(void)state;
	lab.config.mppe_bits = PPP_MPPE_128;
	lab.config.mppe = PPP_MPPE_REQUIRED;
	up_with_keys();
	ppp_lab_in(&lab, "80fd 01 07 | 1206 01000040");
	ppp_lab_in(&lab, "80fd 02 01 | 1206 01000040");
	ppp_link_mppe_failed(lab.link, lab.now);
	ppp_lab_take(&lab);
	ppp_lab_wait(&lab, 6000);
	assert_string_equal(lab.words, "the kernel lost the keys");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ipcp_answers_as_the_table_says),
		TEST(name_servers_are_given),
		TEST(the_peer_may_choose),
		TEST(addresses_are_told),
		TEST(an_address_that_is_not_asked_for_is_given),
		TEST(a_peer_with_another_address_is_refused),
		TEST(no_address_no_ipcp),
		TEST(nothing_to_carry_ends_it),
		TEST(a_silent_network_ends_it),
		TEST(a_caller_takes_what_it_is_given),
		TEST(a_caller_does_without_name_servers),
		TEST(ipv6cp_answers_as_the_table_says),
		TEST(an_identifier_that_is_given_is_insisted_on),
		TEST(a_collision_brings_another_identifier),
		TEST(a_peer_without_ipv6_goes_on_with_ipv4),
		TEST(ccp_answers_as_the_table_says),
		TEST(ccp_of_40_bits_alone),
		TEST(ccp_with_state),
		TEST(encryption_has_options_and_keys_for_the_kernel),
		TEST(a_caller_falls_back_to_no_state),
		TEST(without_ccp_the_networks_go_on),
		TEST(all_lengths_are_asked_for),
		TEST(a_request_waits_for_the_end_of_ccp),
		TEST(a_lost_packet_is_told),
		TEST(who_encrypts_alone_is_told),
		TEST(nothing_goes_unencrypted_where_it_must_not),
		TEST(a_peer_without_encryption_is_refused),
		TEST(without_keys_there_is_no_encryption),
		TEST(keys_that_the_kernel_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
