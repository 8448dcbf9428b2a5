/* SPDX-License-Identifier: GPL-2.0-or-later */
/* charon's list-sa events: what they say, and what the SAs do for a tunnel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "aaa/ipsec_read.h"

struct pair {
	const char *key, *value;
};

/*
 * As charon 5.9.8 listed an IKEv2 SA between two namespaces, one child of two.
 */
static const struct pair ike_pairs[] = {
	{ "uniqueid", "1" },
	{ "version", "2" },
	{ "state", "ESTABLISHED" },
	{ "local-host", "10.9.1.1" },
	{ "local-port", "4500" },
	{ "local-id", "left.example" },
	{ "remote-host", "10.9.1.2" },
	{ "remote-port", "4500" },
	{ "remote-id", "10.9.1.2" },
	{ "initiator", "yes" },
	{ "initiator-spi", "b31a30364572c4bf" },
	{ "responder-spi", "a273bfae362fadb9" },
	{ "nat-remote", "yes" },
	{ "encr-alg", "AES_CBC" },
	{ "encr-keysize", "128" },
	{ "integ-alg", "HMAC_SHA2_256_128" },
	{ "prf-alg", "PRF_HMAC_SHA2_256" },
	{ "dh-group", "CURVE_25519" },
	{ "established", "2" },
	{ "rekey-time", "13443" },
	{ 0 },
};
static const struct pair child_pairs[] = {
	{ "name", "udp2" },
	{ "uniqueid", "7" },
	{ "reqid", "3" },
	{ "protocol", "ESP" },
	{ "spi-in", "cd01c4df" },
	{ "spi-out", "ccc40ba0" },
	{ "encr-alg", "AES_GCM_16" },
	{ "encr-keysize", "128" },
	{ "bytes-in", "5000000000" },
	{ "packets-in", "12" },
	{ "use-in", "4" },
	{ "bytes-out", "0" },
	{ "packets-out", "0" },
	{ "rekey-time", "3409" },
	{ "life-time", "3958" },
	{ 0 },
};

static uint8_t buf[4096];
static struct ipsec_report report;
static struct ipsec_flow flow;
static unsigned int children, ikes;

static void put_pairs(struct wbuf *w, const struct pair *p)
{
	for (; p->key; p++)
		vici_value(w, p->key, p->value);
}

static void put_list(struct wbuf *w, const char *name, const char *value)
{
	vici_list(w, name);
	vici_list_item(w, value);
	vici_list_end(w);
}

struct sa {
	const char *state, *mode, *installed, *local_ts, *remote_ts;
};
static const struct sa good = { "INSTALLED", "TRANSPORT", "5",
				"10.9.1.1/32[udp/l2f]",
				"10.9.1.2/32[udp/1701]" };

static void put_child(struct wbuf *w, const struct sa *s)
{
	vici_section(w, "udp2-7");
	put_pairs(w, child_pairs);
	vici_value(w, "state", s->state);
	vici_value(w, "mode", s->mode);
	vici_value(w, "install-time", s->installed);
	put_list(w, "local-ts", s->local_ts);
	put_list(w, "remote-ts", s->remote_ts);
	vici_section_end(w);
}

static void each(void *arg, const struct ipsec_ike *ike,
		 const struct ipsec_child_read *child)
{
	(void)arg;
	*(child ? &children : &ikes) += 1;
	ipsec_report_add(&report, &flow, ike, child);
}

static struct rbuf event(const struct sa *s, size_t n)
{
	struct wbuf w = wbuf_init(buf, sizeof(buf));

	vici_section(&w, "c2");
	/* before what it belongs to: any order is understood */
	vici_section(&w, "child-sas");
	while (n--)
		put_child(&w, s++);
	vici_section_end(&w);
	put_pairs(&w, ike_pairs);
	put_list(&w, "tasks-active", "CHILD_REKEY");
	vici_section_end(&w);
	assert_false(w.failed);
	return rbuf_init(buf, w.len);
}

static const struct ipsec_report *read_sas(const struct sa *s, size_t n)
{
	children = ikes = 0;
	ipsec_report_begin(&report, &flow);
	ipsec_read_list_sa(event(s, n), each, NULL);
	return &report;
}

static int setup(void **state)
{
	(void)state;
	flow = (struct ipsec_flow){ .encap = CONFIG_ENCAP_UDP };
	addr_parse(&flow.local, "10.9.1.1");
	addr_parse(&flow.peer, "10.9.1.2");
	flow.local.port = flow.peer.port = 1701;
	return 0;
}

static void test_fields(void **state)
{
	const struct ipsec_report *r = read_sas(&good, 1);
	char text[ADDR_STRLEN];

	(void)state;
	assert_int_equal(children, 1);
	assert_int_equal(r->cover, IPSEC_PROTECTED);
	assert_string_equal(r->why, "");
	assert_string_equal(r->ike.name, "c2");
	assert_int_equal(r->ike.version, 2);
	assert_string_equal(r->ike.state, "established");
	assert_true(r->ike.initiator && r->ike.nat_remote && !r->ike.nat_local);
	assert_true(r->ike.initiator_spi == 0xb31a30364572c4bf &&
		    r->ike.responder_spi == 0xa273bfae362fadb9);
	assert_string_equal(addr_format_port(&r->ike.local, text),
			    "10.9.1.1:4500");
	assert_string_equal(addr_format_port(&r->ike.remote, text),
			    "10.9.1.2:4500");
	assert_string_equal(r->ike.local_id, "left.example");
	assert_string_equal(r->ike.remote_id, "10.9.1.2");
	assert_string_equal(r->ike.proposal, "AES_CBC-128/HMAC_SHA2_256_128/"
					     "PRF_HMAC_SHA2_256/CURVE_25519");
	assert_int_equal(r->ike.established_s, 2);
	assert_int_equal(r->ike.rekey_s, 13443);
	assert_int_equal(r->ike.reauth_s, IPSEC_NEVER);
	assert_string_equal(r->child.name, "udp2");
	assert_int_equal(r->child.id, 7);
	assert_int_equal(r->child.reqid, 3);
	assert_int_equal(r->child.life, IPSEC_MATURE);
	assert_string_equal(r->child.mode, "transport");
	assert_string_equal(r->child.proposal, "AES_GCM_16-128");
	assert_int_equal(r->child.installed_s, 5);
	assert_int_equal(r->child.rekey_s, 3409);
	assert_int_equal(r->child.life_s, 3958);
	assert_string_equal(r->child.local_ts, "10.9.1.1/32[udp/l2f]");
	assert_true(r->child.in.spi == 0xcd01c4df &&
		    r->child.out.spi == 0xccc40ba0);
	assert_true(r->child.in.bytes == 5000000000 &&
		    r->child.in.packets == 12 && r->child.in.used_s == 4);
	assert_true(r->child.out.bytes == 0 &&
		    r->child.out.used_s == IPSEC_NEVER);
}

static void test_lives(void **state)
{
	static const struct {
		const char *state;
		enum ipsec_life life;
		enum ipsec_cover cover;
	} lives[] = {
		{ "CREATED", IPSEC_LARVAL, IPSEC_NOT_READY },
		{ "INSTALLING", IPSEC_LARVAL, IPSEC_NOT_READY },
		{ "INSTALLED", IPSEC_MATURE, IPSEC_PROTECTED },
		{ "REKEYING", IPSEC_DYING, IPSEC_PROTECTED },
		{ "REKEYED", IPSEC_DYING, IPSEC_PROTECTED },
		{ "DELETING", IPSEC_DEAD, IPSEC_NOT_READY },
		{ "a word of the future", IPSEC_LARVAL, IPSEC_NOT_READY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
		struct sa s = good;

		s.state = lives[i].state;
		assert_int_equal(read_sas(&s, 1)->cover, lives[i].cover);
		assert_int_equal(report.child.life, lives[i].life);
		assert_int_equal(report.why[0] == 0,
				 lives[i].cover == IPSEC_PROTECTED);
	}
}

static void test_which(void **state)
{
	struct sa sas[3] = { good, good, good };

	(void)state;
	/*
	 * While a child is rekeyed there are two: the new one
	 * counts, in any order.
	 */
	sas[0].state = "REKEYED";
	sas[1].installed = "1";
	sas[2].state = "DELETING";
	for (int i = 0; i < 3; i++) {
		struct sa first = sas[0];

		assert_int_equal(read_sas(sas, 3)->cover, IPSEC_PROTECTED);
		assert_int_equal(report.child.installed_s, 1);
		memmove(sas, sas + 1, 2 * sizeof(sas[0]));
		sas[2] = first;
	}
	assert_int_equal(children, 3);
}

static void test_why(void **state)
{
	struct sa s = good;

	(void)state;
	s.mode = "TUNNEL";
	assert_int_equal(read_sas(&s, 1)->cover, IPSEC_NOT_READY);
	assert_string_equal(report.why,
			    "charon's child SA \"udp2\" is ESP in tunnel mode; "
			    "it has to be ESP in transport mode");
	s = good;
	s.state = "INSTALLING";
	read_sas(&s, 1);
	assert_string_equal(report.why, "charon's child SA \"udp2\" is "
					"installing, not installed");
	assert_int_equal(read_sas(NULL, 0)->cover, IPSEC_NO_CHILD);
	assert_int_equal(ikes, 1);
	assert_string_equal(report.ike.name, "c2");
	assert_string_equal(report.why,
			    "charon's IKE SA \"c2\" has no child SA for UDP "
			    "between port 1701 here and port 1701 there");
	flow.encap = CONFIG_ENCAP_IP;
	assert_int_equal(read_sas(&good, 1)->cover, IPSEC_NO_CHILD);
	assert_string_equal(report.why, "charon's IKE SA \"c2\" has no child "
					"SA for protocol 115");
	flow.peer.ip[3] = 9;
	assert_int_equal(read_sas(&good, 1)->cover, IPSEC_NO_IKE);
	assert_string_equal(report.why, "charon has no IKE SA with 10.9.1.9");
}

static void test_covers(void **state)
{
	static const struct {
		const char *local, *remote;
		bool udp, ip;
	} table[] = {
		{ "10.9.1.1/32[udp/l2f]", "10.9.1.2/32[udp/l2f]", true, false },
		{ "10.9.1.1/32[udp]", "10.9.1.2/32[udp]", true, false },
		{ "10.9.1.1/32[17/1701]", "10.9.1.0/24[udp/1700-1800]", true,
		  false },
		{ "10.9.1.1/32[udp/1702]", "10.9.1.2/32[udp]", false, false },
		{ "10.9.1.1/32[l2tp]", "10.9.1.2/32[115]", false, true },
		{ "10.9.1.1/32", "10.9.1.2/32", true, true },
		{ "10.9.1.1", "10.9.1.0..10.9.1.7", true, true },
		{ "0.0.0.0/0", "10.9.1.3..10.9.1.7", false, false },
		{ "10.9.1.2/32", "10.9.1.1/32", false, false },
		{ "::/0", "::/0", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct sa s = good;

		s.local_ts = table[i].local;
		s.remote_ts = table[i].remote;
		flow.encap = CONFIG_ENCAP_UDP;
		assert_int_equal(read_sas(&s, 1)->cover == IPSEC_PROTECTED,
				 table[i].udp);
		flow.encap = CONFIG_ENCAP_IP;
		assert_int_equal(read_sas(&s, 1)->cover == IPSEC_PROTECTED,
				 table[i].ip);
	}
}

static void test_bad_selectors(void **state)
{
	static const char *const bad[] = {
		"",
		"10.9.1.1/33",
		"10.9.1.1/",
		"10.9.1.1/32[",
		"10.9.1.1/32[udp",
		"10.9.1.1/32[]",
		"10.9.1.1/32[xyz]",
		"10.9.1.1/32[udp/]",
		"10.9.1.1/32[udp/65536]",
		"10.9.1.1/32[udp/1-]",
		"10.9.1.1..",
		"..",
		"dynamic",
		"[udp]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ipsec_selector s;

		assert_false(ipsec_read_selector(
			(struct vici_text){ (const uint8_t *)bad[i],
					    strlen(bad[i]) },
			&s));
	}
}

/*
 * However much of an event is missing, nothing is read past it, and nothing
 * protects by half.
 */
static void test_cut(void **state)
{
	struct rbuf whole = event(&good, 1);
	size_t len = rbuf_left(&whole);

	(void)state;
	for (size_t n = 0; n < len; n++) {
		uint8_t copy[sizeof(buf)];

		memcpy(copy, buf, n);
		ipsec_report_begin(&report, &flow);
		ipsec_read_list_sa(rbuf_init(copy, n), each, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_fields, setup),
		cmocka_unit_test_setup(test_lives, setup),
		cmocka_unit_test_setup(test_which, setup),
		cmocka_unit_test_setup(test_why, setup),
		cmocka_unit_test_setup(test_covers, setup),
		cmocka_unit_test_setup(test_bad_selectors, setup),
		cmocka_unit_test_setup(test_cut, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
