/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration: files in and their canonical form out, that form in
 * again, thousands of random configurations likewise, and what each kind of
 * mistake is answered with. Runs in the top directory.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_text.h"
#include "lib/config.h"
#include "lib/config_key.h"

#define DATA "tests/unit/data/config/"

static char *print_text(const struct config *c)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(config_print(c, f), 0);
	fclose(f);
	return text;
}

static char *read_file(const char *name)
{
	char path[128], *text = NULL;
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), DATA "%s", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s: %s", path, strerror(errno));
	assert_true(getdelim(&text, &size, '\0', f) > 0);
	fclose(f);
	return text;
}

static void same_objects(const struct config_section *s, const void *a,
			 const void *b)
{
	size_t i;

	if (s->titled)
		assert_string_equal(a, b);
	for (i = 0; i < s->n; i++)
		if (!s->keys[i].kind->equal(&s->keys[i], a, b))
			fail_msg("%s in %s differs", s->keys[i].name, s->name);
}

static void same_groups(const struct config_group *g, const void *a,
			const void *b)
{
	size_t i;

	for (; g->section; g++) {
		assert_int_equal(config_group_n(g, a), config_group_n(g, b));
		for (i = 0; i < config_group_n(g, a); i++) {
			same_objects(g->section, config_group_at(g, a, i),
				     config_group_at(g, b, i));
			if (g->inner)
				same_groups(g->inner, config_group_at(g, a, i),
					    config_group_at(g, b, i));
		}
	}
}

static void same_configs(const struct config *a, const struct config *b)
{
	same_objects(&config_section_global, a, b);
	same_groups(config_groups, a, b);
}

/* Print, parse, print: the same structs, the same letters. */
static void check_round_trip(const struct config *c, const char *canonical)
{
	char *first = print_text(c), *second;
	struct config *again = config_text(first);

	if (canonical)
		assert_string_equal(first, canonical);
	same_configs(c, again);
	second = print_text(again);
	assert_string_equal(first, second);
	config_free(again);
	free(first);
	free(second);
}

static void check_fixture(const char *name, const char *canonical_name)
{
	char *text = read_file(name), *canonical = read_file(canonical_name);
	struct config *c = config_text(text);

	check_round_trip(c, canonical);
	config_free(c);
	free(text);
	free(canonical);
}

static void test_fixtures(void **state)
{
	(void)state;
	check_fixture("isp.conf", "isp.canonical");
	check_fixture("isp.canonical", "isp.canonical");
	check_fixture("full.conf", "full.canonical");
	check_fixture("full.canonical", "full.canonical");
	check_fixture("service.conf", "service.canonical");
	check_fixture("service.canonical", "service.canonical");
	check_fixture("sites.conf", "sites.canonical");
	check_fixture("sites.canonical", "sites.canonical");
}

static void test_values(void **state)
{
	char *text = read_file("full.conf");
	struct config *c = config_text(text);
	const struct config_lns *lns = &c->lns[0];
	const struct config_ppp *ppp = &c->ppp[0];
	const struct config_lac *lac = &c->lac[0];

	(void)state;
	assert_string_equal(c->hostname, "gw \"one\" $HOME");
	assert_int_equal(c->listen[0].address.family, AF_INET6);
	assert_int_equal(c->listen[0].address.port, 1702);
	assert_int_equal(c->listen[1].address.port, 1701);
	assert_string_equal(lns->tunnel.hostname, "other");
	assert_false(lns->tunnel.challenge);
	assert_true(lns->tunnel.hide);
	assert_int_equal(lns->tunnel.retransmit_ms, 250);
	assert_int_equal(lns->tunnel.retransmit_cap_ms, 2500);
	assert_int_equal(lns->tunnel.hello_ms, 0);
	assert_int_equal(c->lns[1].tunnel.idle_ms, 10000);
	assert_string_equal(c->lns[1].tunnel.hostname, c->hostname);
	assert_false(c->lns[1].tunnel.challenge);
	assert_int_equal(ppp->auth_n, 1);
	assert_int_equal(ppp->auth[0], CONFIG_AUTH_CHAP);
	assert_string_equal(ppp->users_file,
			    "/etc/l2tpd/\"odd\" \\users${HOME}");
	assert_int_equal(ppp->options.n, 3);
	assert_int_equal(c->ppp[1].mtu, 0);
	assert_int_equal(c->ppp[1].mru, 0);
	assert_false(c->ppp[1].clamp_mss);
	assert_int_equal(c->ppp[1].default_route_metric, 0);
	assert_int_equal(c->ppp[1].backend, CONFIG_BACKEND_NONE);
	assert_false(lac->ephemeral);
	assert_int_equal(lac->answer_from, CONFIG_ANSWER_ADDRESS);
	assert_int_equal(lac->port, 1711);
	assert_true(lac->tunnel.challenge);
	assert_int_equal(lac->tunnel.idle_ms, 100125);
	assert_string_equal(lac->sessions[0].user, "DOMAIN\\bob");
	assert_int_equal(lac->sessions[0].redial_min_ms, 500);
	assert_true(lac->sessions[1].persist);
	assert_null(lac->sessions[1].user);
	assert_ptr_equal(config_ppp_find(c, "load"), &c->ppp[1]);
	assert_null(config_ppp_find(c, "none"));
	assert_ptr_equal(config_lac_find(c, "away"), lac);
	config_free(c);
	free(text);
}

static void test_services(void **state)
{
	char *text = read_file("service.conf");
	struct config *c = config_text(text);
	const struct config_ppp *isp = &c->ppp[0], *plain = &c->ppp[1];
	const struct config_radius *one = &c->radius[0], *two = &c->radius[1],
				   *three = &c->radius[2],
				   *four = &c->radius[3];
	struct addr in, six, out;

	(void)state;
	assert_string_equal(c->state_dir, "/srv/l2tpd");
	assert_int_equal(c->coa_address.family, AF_INET);
	assert_int_equal(c->coa_address.port, 3800);
	assert_int_equal(c->coa_n, 1);
	assert_false(c->coa[0].require_message_authenticator);
	addr_parse(&in, "192.0.2.77");
	addr_parse(&six, "2001:db8::77");
	addr_parse(&out, "198.51.100.1");
	assert_ptr_equal(config_coa_match(c, &in), &c->coa[0]);
	assert_ptr_equal(config_coa_match(c, &six), &c->coa[0]);
	assert_null(config_coa_match(c, &out));
	assert_int_equal(c->pool_n, 2);
	assert_ptr_equal(config_pool_find(c, "gold"), &c->pool[1]);
	assert_null(config_pool_find(c, "isp"));
	assert_int_equal(c->pool[0].address.n, 2);
	assert_int_equal(c->pool[0].reserve.v[0].first, 0x64400001);
	assert_int_equal(c->pool[0].reserve.v[0].last, 0x64400001);
	assert_ptr_equal(config_radius_find(c, "two"), two);
	assert_int_equal(one->auth_port, 1645);
	assert_int_equal(one->acct_port, 1646);
	assert_int_equal(one->timeout_ms, 2500);
	assert_int_equal(one->dead_ms, 60000);
	assert_int_equal(one->nas_address.family, AF_INET);
	assert_false(one->status_server || one->require_message_authenticator);
	assert_int_equal(two->auth_port, 1812);
	assert_int_equal(two->acct_port, 1813);
	assert_true(two->status_server);
	assert_int_equal(two->require_message_authenticator,
			 CONFIG_REQUIRE_AUTO);
	assert_string_equal(two->nas_identifier, "lns1");
	assert_int_equal(two->transport, CONFIG_TRANSPORT_UDP);
	assert_int_equal(two->tries, 3);
	assert_null(two->server_name);
	assert_int_equal(three->transport, CONFIG_TRANSPORT_TLS);
	assert_int_equal(three->tries, 1);
	assert_true(three->port == 2083 && three->auth_port == 2083 &&
		    three->acct_port == 2083);
	assert_string_equal(three->server_name, "192.0.2.10");
	assert_true(four->port == 2084 && four->auth_port == 2084 &&
		    four->acct_port == 2084);
	assert_string_equal(four->server_name, "aaa.example.net");
	assert_int_equal(four->require_message_authenticator,
			 CONFIG_REQUIRE_TRUE);
	assert_ptr_equal(config_tacacs_find(c, "noc"), &c->tacacs[0]);
	assert_null(config_tacacs_find(c, "two"));
	assert_int_equal(c->tacacs[0].port, 4949);
	assert_int_equal(c->tacacs[0].timeout_ms, 1500);
	assert_int_equal(c->tacacs[0].dead_ms, 60000);
	assert_int_equal(c->tacacs[0].source.family, AF_INET);
	assert_false(c->tacacs[0].single_connection);
	assert_int_equal(c->tacacs[1].port, 49);
	assert_int_equal(c->tacacs[1].timeout_ms, 5000);
	assert_int_equal(c->tacacs[1].dead_ms, 30000);
	assert_true(c->tacacs[1].single_connection);
	assert_int_equal(isp->tacacs.n, 0);
	assert_int_equal(config_ppp_find(c, "noc")->tacacs.n, 2);
	assert_true(config_ppp_find(c, "noc")->accounting);
	assert_int_equal(isp->radius.n, 2);
	assert_true(isp->accounting && isp->strip_realm && isp->strip_domain &&
		    isp->mppe_stateful);
	assert_int_equal(isp->mppe, CONFIG_MPPE_REQUIRED);
	assert_int_equal(isp->mppe_bits, CONFIG_MPPE_128);
	assert_int_equal(isp->rate_down, 10000000);
	assert_int_equal(isp->rate_up, 512000);
	assert_int_equal(isp->idle_timeout_ms, 500);
	assert_int_equal(isp->reserve.n, 2);
	assert_string_equal(isp->pools.v[1], "gold");
	assert_int_equal(isp->delegated_length, 60);
	assert_true(isp->pppd_scripts);
	assert_false(plain->accounting);
	assert_int_equal(plain->mppe, CONFIG_MPPE_OFF);
	assert_int_equal(plain->mppe_bits, CONFIG_MPPE_40 | CONFIG_MPPE_128);
	assert_int_equal(plain->rate_down, 0);
	config_free(c);
	free(text);
}

static void check_end_id(struct config_pw p, const void *octets, uint8_t len)
{
	uint8_t id[CONFIG_END_ID_MAX];

	assert_int_equal(config_pw_end_id(&p, id), len);
	assert_memory_equal(id, octets, len);
}

static void test_sites(void **state)
{
	static const uint8_t mac[] = { 0x02, 0, 0x5e, 0x10, 0, 0xfa };
	char *text = read_file("sites.conf");
	struct config *c = config_text(text);
	const struct config_lcce *branch = &c->lcce[0], *any = &c->lcce[1];
	const struct config_pw *lan = &branch->sessions[0],
			       *voice = &branch->sessions[1];

	(void)state;
	assert_int_equal(addr_v4(&c->router_id), 0xc6336401);
	assert_int_equal(c->listen[0].encap, CONFIG_ENCAP_UDP);
	assert_int_equal(c->listen[1].encap, CONFIG_ENCAP_IP);
	assert_int_equal(c->listen[1].address.port, 0);
	assert_int_equal(c->lac[0].version, CONFIG_VERSION_AUTO);
	assert_ptr_equal(config_lcce_find(c, "branch"), branch);
	assert_int_equal(branch->port, 1702);
	assert_true(branch->ephemeral && !branch->initiate &&
		    branch->tunnel.challenge);
	assert_int_equal(branch->digest, CONFIG_DIGEST_MD5);
	assert_int_equal(branch->ipsec, CONFIG_IPSEC_REQUIRED);
	assert_int_equal(branch->tunnel.idle_ms, 60000);
	assert_int_equal(lan->type, CONFIG_PW_ETHERNET);
	assert_true(lan->has_mac && lan->sublayer && lan->sequencing);
	assert_memory_equal(lan->mac, mac, sizeof(mac));
	assert_int_equal(lan->cookie, 4);
	assert_int_equal(voice->vlan, 42);
	assert_string_equal(voice->remote_end_id, "voice");
	check_end_id(*voice, "voice", 5);
	check_end_id((struct config_pw){ .pseudowire_id = 4711 },
		     "\0\0\x12\x67", 4);
	assert_int_equal(any->encap, CONFIG_ENCAP_IP);
	assert_int_equal(any->port, 0);
	assert_true(any->initiate);
	assert_int_equal(any->digest, CONFIG_DIGEST_SHA1);
	assert_int_equal(any->tunnel.idle_ms, 0);
	assert_false(any->tunnel.challenge || any->sessions[0].has_mac ||
		     any->sessions[0].sublayer);
	assert_int_equal(any->sessions[0].cookie, 8);
	assert_int_equal(any->sessions[0].mtu, 0);
	config_free(c);
	free(text);
}

static void test_statics(void **state)
{
	static const uint8_t cookie[] = { 0x01, 0x4d, 0x36, 0x36,
					  0xde, 0xad, 0xbe, 0xef };
	char *text = read_file("sites.conf");
	struct config *c = config_text(text);
	const struct config_static *udp = &c->statics[0], *ip = &c->statics[1];
	const struct config_static_session *a = &udp->sessions[0],
					   *b = &ip->sessions[0];

	(void)state;
	assert_ptr_equal(config_static_find(c, "hill"), ip);
	assert_int_equal(udp->tunnel_id, 4294967295);
	assert_int_equal(udp->peer_tunnel_id, 4000);
	assert_int_equal(udp->local.port, 5000);
	assert_int_equal(udp->remote.port, 6000);
	assert_true(udp->udp_csum);
	assert_int_equal(a->cookie.len, 8);
	assert_memory_equal(a->cookie.bytes, cookie, sizeof(cookie));
	assert_int_equal(a->peer_cookie.len, 4);
	assert_int_equal(a->seq, CONFIG_SEQ_BOTH);
	assert_int_equal(a->keepalive_ms, 2500);
	assert_int_equal(a->keepalive_address.family, AF_INET);
	assert_int_equal(ip->encap, CONFIG_ENCAP_IP);
	assert_int_equal(ip->local.port, 0);
	assert_int_equal(b->l2spec, CONFIG_L2SPEC_NONE);
	assert_int_equal(b->vlan, 4094);
	assert_int_equal(b->cookie.len, 0);
	assert_false(c->statics[2].udp6_csum_tx || c->statics[2].udp6_csum_rx);
	config_free(c);
	free(text);
}

static void test_empty(void **state)
{
	char host[256] = "";
	struct config *c = config_text(" ");

	(void)state;
	gethostname(host, sizeof(host) - 1);
	assert_string_equal(c->hostname, host);
	assert_int_equal(c->max_tunnels, 10000);
	assert_int_equal(c->max_half_open, 20000);
	assert_true(c->answer_strangers);
	assert_int_equal(c->max_sessions, 100000);
	assert_int_equal(c->listen_n + c->lns_n + c->ppp_n + c->lac_n +
				 c->lcce_n + c->statics_n,
			 0);
	check_round_trip(c, NULL);
	config_free(c);
}

/* a ppp section for those that need one */
#define P      "ppp p { pool = 10.8.0.0/24 }\n"
#define L      "listen { address = 0.0.0.0 }\n"
#define IDS    "tunnel-id = 1 peer-tunnel-id = 2 "
#define ENDS   "local = ::1 remote = ::2 "
#define PORTS  "udp-sport = 5 udp-dport = 6 "
#define STATIC "static t { " IDS ENDS PORTS
#define PW     "session-id = 1 peer-session-id = 2 "

static const struct {
	const char *text, *err;
} faults[] = {
	/* libconfuse's own errors, and what it would let pass */
	{ "colour = 1",
	  "test.conf:1: no such option 'colour'; it is misspelt" },
	{ "\n\nppp p {\n  hostname = x\n}",
	  "test.conf:4: no such option 'hostname'" },
	{ "include(\"/etc/passwd\")", "test.conf:1: 'include(' needs quotes" },
	{ "hostname \"x\"",
	  "test.conf:1: missing equal sign after option 'hostname'" },
	{ "hostname = { \"x\" }", "test.conf:1: unexpected token '{'" },
	{ P "ppp p { }", "test.conf:2: found duplicate title 'p'" },
	{ "hostname =", "test.conf:1: premature end of file" },
	{ "\nppp p {\n mtu = 1400\n",
	  "test.conf:2: what this brace opens does not end" },
	{ "ppp p { }\n}", "test.conf:2: this brace closes nothing" },
	{ "lac l { session s { ppp = { {",
	  "test.conf:1: braces are nested too deep" },
	{ "ppp { }", "test.conf:1: missing title for section 'ppp'" },
	{ "hostname += x",
	  "test.conf:1: attempt to append to non-list option 'hostname'" },
	{ "hostname = a\nhostname = b",
	  "test.conf:2: hostname is given twice" },
	{ "ppp p { dns = 1.2.3.4\n dns = { 1.2.3.5 } }",
	  "test.conf:2: dns is given twice" },
	{ "hostname = \"a\nb\"", "test.conf:1: a string does not end" },
	{ "\n\"", "test.conf:2: a string does not end" },
	{ "\n'\\", "test.conf:2: a string does not end" },
	{ "#\n/* x\n\n", "test.conf:2: a comment does not end" },
	{ "hostname = \"${HOME}\"", "test.conf:1: ${...} is not expanded" },
	{ "hostname = ${HOME}", "test.conf:1: '$' needs quotes" },
	{ "hostname = x${HOME}", "test.conf:1: 'x$' needs quotes" },
	{ "hostname = \"a\\tb\"",
	  "test.conf:1: \\t means nothing in a string" },
	{ "hostname = a*b", "test.conf:1: 'a*b' needs quotes" },
	{ "hostname = a//b", "test.conf:1: 'a//b' needs quotes" },
	{ "hostname = \"a\x01\"", "test.conf:1: byte 0x01 has no place here" },
	{ "\"hostname\" = x",
	  "test.conf:1: a string stands where a key should" },
	{ P "\"ppp|mtu\" = 1400",
	  "test.conf:2: a string stands where a key should" },
	{ P "ppp|mtu = 1400", "test.conf:2: 'ppp|mtu' needs quotes" },
	{ "ppp p { \"mtu\" = 1400 }",
	  "test.conf:1: a key is written without quotes" },
	{ "lac l { \"session\" { } }",
	  "test.conf:1: a section starts with its keyword" },
	{ "hostname = + x", "test.conf:1: a '+' alone means nothing" },
	/* values */
	{ "\nppp \"a b\" { }", "test.conf:2: 'a b' is no name for a section" },
	{ "\nppp \"\" { }", "test.conf:2: '' is no name for a section" },
	{ "hostname = \"\"",
	  "test.conf:1: hostname has 0 bytes; it takes 1 to 253" },
	{ "max-tunnels = many",
	  "test.conf:1: max-tunnels = \"many\" is not a number" },
	{ "max-tunnels = -1",
	  "test.conf:1: max-tunnels = \"-1\" is not a number" },
	{ "max-tunnels = \"\"",
	  "test.conf:1: max-tunnels = \"\" is not a number" },
	{ "max-tunnels = 0x10",
	  "test.conf:1: max-tunnels = \"0x10\" is not a number" },
	{ "max-tunnels = 010",
	  "test.conf:1: max-tunnels = 010: write the number without" },
	{ "max-tunnels = 0",
	  "test.conf:1: max-tunnels = 0 is out of range; it goes from 1 to 65535" },
	{ "max-tunnels = 65536",
	  "test.conf:1: max-tunnels = 65536 is out of range" },
	{ "max-sessions = 4294967296",
	  "test.conf:1: max-sessions = 4294967296 is out of range" },
	{ "max-sessions = 99999999999999999999999", "is out of range" },
	{ "hang-timeout = 0.5",
	  "test.conf:1: hang-timeout is shorter than a second" },
	{ "listen { address = localhost }",
	  "\"localhost\" is no IPv4 or IPv6 address" },
	{ "ppp p {\n ipv6 = maybe }",
	  "test.conf:2: ipv6 = \"maybe\" is neither true nor false" },
	{ "radius r {\n require-message-authenticator = maybe }",
	  "test.conf:2: require-message-authenticator = \"maybe\" is unknown; it is "
	  "true, false or \"auto\"" },
	{ "ppp p { local-address = ::1 }",
	  "local-address = \"::1\" is no IPv4 address" },
	{ "ppp p { dns = { 1.1.1.1, 2.2.2.2, 3.3.3.3 } }",
	  "dns has more than two servers" },
	{ "ppp p { auth = eap }", "auth: \"eap\" is unknown" },
	{ "ppp p { auth = { pap, pap } }", "auth lists \"pap\" twice" },
	{ "ppp p { auth = {\n} }", "auth is an empty list" },
	{ "ppp p { users-file = users }",
	  "users-file = \"users\" depends on the working directory" },
	{ "ppp p { pool = 10.0.0.1/24 }",
	  "pool: \"10.0.0.1/24\" is neither an IPv4 prefix" },
	{ "ppp p { pool = 10.0.0.9-10.0.0.1 }", "is neither an IPv4 prefix" },
	{ "ppp p { pool = 0.0.0.0/0 }", "is neither an IPv4 prefix" },
	{ "ppp p { pool = 1.0.0.0-9.0.0.0 }", "is neither an IPv4 prefix" },
	{ "ppp p { pool = { 10.0.0.0/24, 10.0.0.5-10.0.0.6 } }",
	  "overlaps another range" },
	{ "ppp p { mtu = 127 }",
	  "mtu = 127 is out of range; it goes from 128 to 16384" },
	{ "ppp p { backend = slirp }",
	  "backend = \"slirp\" is unknown; it is \"pppd\", \"none\" or "
	  "\"builtin\"" },
	{ "lac l { hello = 1.0001 }",
	  "hello = \"1.0001\" is no time in seconds" },
	{ "lac l { hello = -1 }", "hello = \"-1\" is no time in seconds" },
	{ "lac l { hello = 1. }", "hello = \"1.\" is no time in seconds" },
	{ "lac l { hello = .5 }", "hello = \".5\" is no time in seconds" },
	{ "lac l { hello = 1e3 }", "hello = \"1e3\" is no time in seconds" },
	{ "lac l { hello = 86400.001 }", "hello = 86400.001 is out of range" },
	{ "lac l { hello = 99999999999999999999 }", "is out of range" },
	{ "lac l { retransmit = 0 }", "it goes from 0.010 to 60 seconds" },
	{ "lac l { idle-timeout = 0 }", "it goes from 0.010 to 86400 seconds" },
	{ "lac l { source-port = 1702 }", "is neither \"ephemeral\" nor 1701" },
	{ "lac l { session s { ifname = \"a/b\" } }",
	  "\"a/b\" is no name for an interface" },
	{ "lac l { session s { ifname = \"ppp%d\" } }",
	  "is no name for an interface" },
	{ "lac l { session s { ifname = abcdefghijklmnop } }",
	  "is no name for an interface" },
	{ L "lns n { from-address = 10.0.0.1/8 }",
	  "\"10.0.0.1/8\" is no prefix" },
	{ L "lns n { ppp = \"a b\" }",
	  "ppp = \"a b\": no section can have that name" },
	{ "ppp p { rate-down = 10 }",
	  "rate-down = \"10\" is no rate such as \"512kbit\"" },
	{ "ppp p { rate-up = 7kbit }", "rate-up = \"7kbit\" is no rate" },
	{ "ppp p { rate-up = 401gbit }", "from 8kbit to 400gbit; 0 is none" },
	{ "ppp p { rate-up = kbit }", "rate-up = \"kbit\" is no rate" },
	{ "ppp p { rate-up = 1000000000000000000000kbit }", "is no rate" },
	{ "ppp p { mppe = yes }",
	  "mppe = \"yes\" is unknown; it is \"off\", \"optional\" or \"required\"" },
	{ "ppp p { mppe-bits = 56 }",
	  "mppe-bits: neither the kernel's ppp_mppe nor pppd has 56 bits" },
	{ "ppp p { mppe-bits = 64 }",
	  "mppe-bits: \"64\" is unknown; there are \"40\", \"128\" and \"auto\"" },
	{ "ppp p { radius = { a, a } }",
	  "radius lists \"a\" twice; remove one" },
	{ "ppp p { pools = { \"a b\" } }",
	  "pools: \"a b\": no section can have that name" },
	{ "ppp p { pool-reserve = 10.0.0.1/24 }",
	  "pool-reserve: \"10.0.0.1/24\" is neither an IPv4 prefix" },
	{ "pool p { address = { 10.0.0.1-10.0.0.9, 10.0.0.9 } }",
	  "address: \"10.0.0.9\" overlaps another range" },
	{ "pool p { reserve = \"::1\" }",
	  "reserve: \"::1\" is neither an IPv4 prefix" },
	{ "ppp p { delegated-length = 65 }",
	  "delegated-length = 65 is out of range; it goes from 33 to 64" },
	{ "ppp p { max-sessions-per-user = 65536 }",
	  "max-sessions-per-user = 65536 is out of range" },
	{ "ppp p { session-timeout = 2592001 }",
	  "session-timeout = 2592001 is out of range" },
	{ "ppp p { interim-interval = often }",
	  "interim-interval = \"often\" is no time in seconds" },
	{ "ppp p { ip-up = up }",
	  "ip-up = \"up\" depends on the working directory" },
	{ "state-dir = var",
	  "state-dir = \"var\" depends on the working directory" },
	{ "coa-address = here",
	  "coa-address = \"here\" is no IPv4 or IPv6 address" },
	{ "coa-port = 0", "coa-port = 0 is out of range" },
	{ "radius r { auth-port = 65536 }",
	  "auth-port = 65536 is out of range" },
	{ "radius r { timeout = 0.05 }",
	  "timeout = 0.05 is out of range; it goes from 0.100 to 60 seconds" },
	{ "radius r { tries = 21 }",
	  "tries = 21 is out of range; it goes from 1 to 20" },
	{ "radius r { dead-time = 0 }", "dead-time = 0 is out of range" },
	{ "radius r { nas-address = me }",
	  "nas-address = \"me\" is no IPv4 or IPv6 address" },
	{ "coa c { from-address = 10.0.0.1/8 }",
	  "from-address: \"10.0.0.1/8\" is no prefix" },
	/* sections that do not fit together */
	{ "pool p {\n}",
	  "test.conf:2: pool \"p\" has no address; set its ranges" },
	{ "radius r {\n}",
	  "test.conf:2: radius \"r\" has no address; set the server's name or address" },
	{ "radius r { address = x\n}",
	  "test.conf:2: radius \"r\" has no secret-file" },
	{ "radius r { transport = tcp }", "transport = \"tcp\"" },
	{ "radius r { address = x secret-file = /s\nport = 1812 }",
	  "test.conf:2: port is for TLS; set transport = \"tls\"" },
	{ "radius r { address = x secret-file = /s\nca-file = /c }",
	  "test.conf:2: ca-file is for TLS" },
	{ "radius r { address = x secret-file = /s\nserver-name = n }",
	  "test.conf:2: server-name is for TLS" },
	{ "radius r { address = x transport = tls\n}",
	  "test.conf:2: radius \"r\" has no ca-file" },
	{ "radius r { address = x transport = tls ca-file = /c\nauth-port = 1 }",
	  "test.conf:2: with TLS there is one port" },
	{ "radius r { address = x transport = tls ca-file = /c\nacct-port = 1 }",
	  "test.conf:2: with TLS there is one port" },
	{ "radius r { address = x transport = tls ca-file = /c\nsecret-file = /s }",
	  "test.conf:2: with TLS the certificates" },
	{ "radius r { address = x transport = tls ca-file = /c\ntries = 1 }",
	  "test.conf:2: with TLS a request is sent once" },
	{ "radius r { address = x transport = tls ca-file = /c\nkey-file = /k }",
	  "test.conf:2: certificate-file and key-file belong together" },
	{ "radius r { address = x transport = tls ca-file = /c\ncertificate-file = /k }",
	  "test.conf:2: certificate-file and key-file belong together" },
	{ "coa c {\n}",
	  "test.conf:2: coa \"c\" has no from-address; list who may send" },
	{ "coa c { from-address = 10.0.0.0/8\n}",
	  "test.conf:2: coa \"c\" has no secret-file" },
	{ "radius r { address = x secret-file = /s }\nradius r { }",
	  "test.conf:2: found duplicate title 'r'" },
	{ "ppp p { auth = pap\nradius = r }",
	  "test.conf:2: there is no section radius \"r\"; add it" },
	{ "ppp p { pools = q }",
	  "there is no section pool \"q\"; add it, or name another" },
	{ "pool q { address = 10.0.0.1 }\nppp p { pools = q remote-address = 10.0.0.2 }",
	  "test.conf:2: remote-address is for one peer, pools for many" },
	{ "radius r { address = x secret-file = /s }\nppp p { radius = r }",
	  "test.conf:2: radius answers authentication, but auth is not set" },
	{ "ppp p { users-file = /u auth = pap\naccounting = true }",
	  "test.conf:2: accounting needs servers; set radius or tacacs" },
	{ "ppp p { users-file = /u auth = pap\ntacacs = t }",
	  "test.conf:2: there is no section tacacs \"t\"; add it" },
	{ "ppp p { tacacs = { a, a } }",
	  "tacacs lists \"a\" twice; remove one" },
	{ "tacacs t {\n}",
	  "test.conf:2: tacacs \"t\" has no address; set the server's name or address" },
	{ "tacacs t { address = x\n}",
	  "test.conf:2: tacacs \"t\" has no secret-file" },
	{ "tacacs t { port = 0 }", "port = 0 is out of range" },
	{ "tacacs t { timeout = 61 }", "timeout = 61 is out of range" },
	{ "tacacs t { dead-time = 0 }", "dead-time = 0 is out of range" },
	{ "tacacs t { single-connection = maybe }",
	  "single-connection = \"maybe\"" },
	{ "tacacs t { tries = 3 }", "test.conf:1: no such option 'tries'" },
	{ "tacacs t { address = x secret-file = /s }\nppp p { tacacs = t }",
	  "test.conf:2: tacacs answers authentication, but auth is not set" },
	{ "tacacs t { address = x secret-file = /s }\n"
	  "radius r { address = x secret-file = /s }\n"
	  "ppp p { auth = pap radius = r\ntacacs = t }",
	  "test.conf:4: radius and tacacs would both decide about a user and get his accounting" },
	{ "tacacs t { address = x secret-file = /s }\n"
	  "ppp p { auth = mschapv2 tacacs = t\nmppe = required }",
	  "test.conf:3: mppe needs keys, and TACACS+ has none" },
	{ "tacacs t { address = x secret-file = /s }\n"
	  "ppp p { auth = { mschapv2, pap } tacacs = t\nmppe = optional }",
	  "test.conf:3: mppe needs keys, and TACACS+ has none" },
	{ "ppp p { backend = none mppe = optional }",
	  "mppe is PPP's, but backend \"none\" runs none" },
	{ "ppp p { users-file = /u auth = { mschapv2, chap }\nmppe = required }",
	  "test.conf:2: mppe is required, but its keys come from MS-CHAPv2 only" },
	{ "ppp p { dns6 = ::1 }",
	  "it is of no use without IPv6; set ipv6 = true" },
	{ "ppp p { prefix-pool = 2001:db8::/48 }",
	  "it is of no use without IPv6" },
	{ "ppp p { delegated-pool = 2001:db8::/48 }",
	  "it is of no use without IPv6" },
	{ "ppp p { ipv6 = true prefix-pool = 2001:db8::/65 }",
	  "prefix-pool takes IPv6 prefixes of at most 64 bits" },
	{ "ppp p { ipv6 = true prefix-pool = 10.0.0.0/8 }",
	  "prefix-pool takes IPv6 prefixes" },
	{ "ppp p { ipv6 = true delegated-pool = 2001:db8::/57 }",
	  "delegated-pool takes IPv6 prefixes of at most delegated-length (56) bits" },
	{ "ppp p { ipv6 = true prefix-pool = \"::/0\" }",
	  "prefix-pool: ::/0 is not within 2000::/3, nor within" },
	{ "ppp p { ipv6 = true prefix-pool = \"2000::/2\" }", "is no prefix" },
	{ "ppp p { ipv6 = true delegated-pool = \"fe80::/40\" }",
	  "delegated-pool: fe80::/40 is not within" },
	{ "ppp p { ipv6 = true\n prefix-pool = { 2001:db8:1::/48, 2001:db8::/32 } }",
	  "test.conf:2: prefix-pool: 2001:db8:1::/48 is within 2001:db8::/32; remove one" },
	{ "ppp p { ipv6 = true delegated-pool = { 2001:db8::/40, 2001:db8::/40 } }",
	  "remove one" },
	{ "ppp p { ipv6 = true dns6 = { ::1, ::2, ::3 } }",
	  "dns6 has more than two servers" },
	{ "ppp p { dns6-search = example.net }", "set ipv6 = true" },
	{ "ppp p { ipv6 = true dns6-search = { a, b, c, d, e } }",
	  "dns6-search has more than four domains, or 255 bytes" },
	{ "ppp p { ipv6 = true dns6-search = \"example..net\" }",
	  "dns6-search: \"example..net\" is no domain" },
	{ "ppp p { ipv6 = true dns6-search = \"ex ample\" }",
	  "dns6-search: \"ex ample\" is no domain" },
	{ "ppp p { ipv6 = true dns6 = 10.0.0.1 }",
	  "dns6: \"10.0.0.1\" is no IPv6 address" },
	{ "listen {\n}", "test.conf:2: listen has no address" },
	{ L L, "test.conf:2: 0.0.0.0:1701 is listened to twice" },
	{ P "lns n { ppp = p }", "test.conf:2: lns \"n\" cannot be called" },
	{ L "lns n {\n\n}", "test.conf:4: lns \"n\" has no ppp" },
	{ L "lns n {\nppp = q\n}",
	  "test.conf:3: there is no section ppp \"q\"" },
	{ P L "lns n {\nchallenge = true ppp = p }",
	  "test.conf:4: challenge needs a secret; "
	  "set secret-file" },
	{ P L "lns n { hide-avps = true ppp = p }",
	  "hide-avps needs a secret" },
	{ P L "lns n { retransmit-cap = 0.5 ppp = p }",
	  "retransmit-cap is less than retransmit" },
	{ P L "lns a { ppp = p }\nlns b { ppp = p }",
	  "test.conf:4: lns \"b\" is never reached" },
	{ "ppp p {\ndefault-route = true }" L "lns a { ppp = p }",
	  "test.conf:2: default-route is for calling out" },
	{ "ppp p {\n}\n" L "lns a { ppp = p }",
	  "test.conf:2: ppp \"p\" has no address for the callers of lns \"a\"; set pool, "
	  "pools or remote-address" },
	{ "ppp p {\ndefault-route-metric = 5 }",
	  "test.conf:2: there is no default route to have a metric; set "
	  "default-route = true, or remove it" },
	{ "ppp p { default-route = true default-route-metric = -1 }",
	  "default-route-metric" },
	{ "ppp p { backend = none\nclamp-mss = true }",
	  "test.conf:2: it is for an interface" },
	{ "ppp p { backend = none default-route = true }",
	  "it is for an interface" },
	{ "ppp p { auth = pap }", "auth needs users; set users-file" },
	{ "ppp p { backend = none auth = pap users-file = /u }",
	  "authenticates nobody" },
	{ "ppp p { backend = none options = x }", "options are pppd's" },
	{ "ppp p { backend = builtin\noptions = x }",
	  "test.conf:2: options are pppd's, but backend is \"builtin\"; remove "
	  "them" },
	{ "ppp p { backend = builtin\npppd-scripts = false }",
	  "test.conf:2: no pppd runs with backend \"builtin\"" },
	{ "ppp p {\nbackend = builtin pool = 10.0.0.0/8 }" L
	  "lns a { ppp = p }",
	  "ppp \"p\" has no local-address, which backend \"builtin\" needs for "
	  "the callers of lns \"a\"" },
	{ "ppp p {\nbackend = builtin local-address = 10.0.0.1 }" L
	  "lns a { ppp = p }",
	  "ppp \"p\" has no address for the callers of lns \"a\"" },
	{ "ppp p { backend = builtin }\nlac l { server = x session s { user = u "
	  "ppp = p } }",
	  "user \"u\" has no password" },
	{ "ppp p { ipv6 = true\nmtu = 1000 }",
	  "test.conf:1: ipv6 needs an mtu and mru" },
	{ "ppp p { ipv6 = true\nmru = 1000 }",
	  "test.conf:1: ipv6 needs an mtu and mru" },
	{ "ppp p { remote-address = 1.1.1.1 pool = 1.0.0.0/8 }",
	  "remote-address is for one peer" },
	{ "ppp p { remote-address = 1.1.1.1 local-address = 1.1.1.1 }",
	  "is the same as local" },
	{ "ppp p { pool = 1.1.1.1 local-address = 1.1.1.1 }",
	  "no address but local-address" },
	{ "lac l {\n}", "test.conf:2: lac \"l\" has no server" },
	{ "lac l { server = x challenge = true }",
	  "challenge needs a secret; set secret-file" },
	{ "lac l { server = 1.2.3.4 source-address = ::1 }",
	  "are of different families" },
	{ "lac l { server = x session s {\n} }",
	  "test.conf:2: session \"s\" has no ppp" },
	{ "lac l { server = x session s { ppp = q } }",
	  "there is no section ppp \"q\"" },
	{ P "lac l { server = x session s { ppp = p password-file = /x } }",
	  "needs a user" },
	{ P "lac l { server = x session s { ppp = p user = u } }",
	  "user \"u\" has no password" },
	{ P "lac l { server = x session s { ppp = p redial-max = 0.5 } }",
	  "less than redial" },
	{ P "lac l { server = x session s { ppp = p } session s { ppp = p } }",
	  "found duplicate title 's'" },
	{ P
	  "lac l { server = x session s { ppp = p ifname = i } session t { ppp = p ifname = i } }",
	  "another session has this ifname" },
	/* L2TPv3 */
	{ "router-id = \"::1\"", "router-id = \"::1\" is no IPv4 address" },
	{ "router-id = 4711", "router-id = \"4711\" is no IPv4 address" },
	{ "listen { encap = tcp }",
	  "encap = \"tcp\" is neither \"udp\" nor \"ip\"" },
	{ "listen { address = \"::\" encap = ip\nport = 1701 }",
	  "test.conf:2: a port is UDP's, but encap is \"ip\"" },
	{ "listen { address = \"::\" encap = ip } listen { address = \"::\" encap = ip }",
	  ":: is listened to twice" },
	{ P "listen { address = \"::\" encap = ip } lns n { ppp = p }",
	  "lns \"n\" cannot be called" },
	{ "lac l { version = 4 }",
	  "version = \"4\" is unknown; it is \"2\", \"3\" or \"auto\"" },
	{ "lac l { server = x encap = ip }",
	  "encap = \"ip\" is for version 3 only; set version = \"3\"" },
	{ "lac l { server = x version = auto encap = ip }",
	  "encap = \"ip\" is for version 3 only" },
	{ "lcce c {\n}",
	  "test.conf:2: lcce \"c\" has no peer; set remote to call it, or one of from-address" },
	{ "lcce c { remote = x } lcce c { }", "found duplicate title 'c'" },
	{ "lac c { server = x }\nlcce c { remote = x }",
	  "test.conf:2: a lac section is called \"c\" as well" },
	{ L "lcce c { from-hostname = \"*\"\ninitiate = true }",
	  "test.conf:3: initiate needs to know whom to call" },
	{ "lcce c { from-hostname = \"*\" }",
	  "lcce \"c\" cannot be called; add a listen section with encap = \"udp\"" },
	{ L "lcce c { from-hostname = \"*\" encap = ip }",
	  "add a listen section with encap = \"ip\"" },
	{ "lcce c { remote = x initiate = no }",
	  "lcce \"c\" cannot be called" },
	{ "lcce c { remote = x encap = ip\nport = 1701 }",
	  "test.conf:2: port is UDP's, but encap is \"ip\"" },
	{ "lcce c { remote = x encap = ip\nsource-port = 1701 }",
	  "test.conf:2: source-port is UDP's" },
	{ "lcce c { remote = 1.2.3.4 source-address = ::1 }",
	  "source-address and remote are of different families" },
	{ "lcce c { remote = x challenge = true }",
	  "challenge needs a secret; set secret-file" },
	{ "lcce c { remote = x hide-avps = true }",
	  "hide-avps needs a secret; set secret-file" },
	{ P L "lns n { ppp = p\nold-secret-file = /s }",
	  "test.conf:4: old-secret-file is what secret-file replaces" },
	/* One key under two names: either, but not both. */
	{ P L "lns n { ppp = p secret-file = /s\ntunnel-secret-file = /t }",
	  "secret-file and tunnel-secret-file are one key; remove one" },
	{ "lac l { server = x\ntunnel-secret-file = s }", "test.conf:2: " },
	{ "lac l { server = x\nold-secret-file = /s }",
	  "test.conf:2: old-secret-file is what secret-file replaces" },
	{ "lcce c { remote = x\nold-secret-file = /s }",
	  "test.conf:2: old-secret-file is what secret-file replaces" },
	{ "lcce c { remote = x digest = sha256 }",
	  "digest = \"sha256\" is neither \"md5\" nor \"sha1\"" },
	{ "lcce c { remote = x redial-max = 0.5 }",
	  "redial-max is less than redial" },
	{ "lcce c { remote = x resolve-interval = 0.05 }",
	  "shorter than 0.1 seconds" },
	{ "lcce c { remote = x encap = ip\nudp6-csum-rx = no }",
	  "test.conf:2: udp6-csum-rx is UDP's" },
	{ P "lac l { server = x resolve-interval = 0.05 }",
	  "shorter than 0.1 seconds" },
	{ "lcce c { remote = x ipsec = yes }",
	  "ipsec = \"yes\" is neither \"no\" nor \"required\"" },
	{ "lcce c { remote = x ipsec-connection = \"a/\" }",
	  "ipsec-connection = \"a/\" is no name; use letters" },
	{ "lcce c { remote = x ipsec-connection = \"a/b/c\" }",
	  "ipsec-connection = \"a/b/c\" is no name; use letters" },
	{ "lcce c { remote = x ipsec-connection = \"a;b\" }",
	  "ipsec-connection = \"a;b\" is no name; use letters" },
	{ "lcce c { remote = x from-router-id = 0.0.0.0 }",
	  "from-router-id = \"0.0.0.0\" is no IPv4 address" },
	{ "lcce c { sequencing = true }", "no such option 'sequencing'" },
	{ "lcce c { session s { ppp = p } }", "no such option 'ppp'" },
	{ "lac c { session s { vlan = 5 } }",
	  "no such option 'vlan' here; it belongs into: session in lcce" },
	{ "lns n { pool = 10.0.0.0/24 }",
	  "no such option 'pool' here; it belongs into: ppp" },
	{ "ppp p { state-dir = /x }",
	  "no such option 'state-dir' here; it stands by itself, outside" },
	{ "lcce c { session s { pseudowire = ppp } }",
	  "pseudowire = \"ppp\" is neither \"ethernet\" nor \"vlan\"" },
	{ "lcce c { session s { vlan = 4095 } }",
	  "vlan = 4095 is out of range; it goes from 1 to 4094" },
	{ "lcce c { session s { vlan = 0 } }", "vlan = 0 is out of range" },
	{ "lcce c { session s { cookie = 16 } }",
	  "cookie = \"16\" is no size of a cookie; there are 0, 4 and 8 bytes" },
	{ "lcce c { session s { mtu = 67 } }",
	  "mtu = 67 is out of range; it goes from 68 to 65535" },
	{ "lcce c { session s { mac = \"01:00:5e:00:00:01\" } }",
	  "is nobody's own address" },
	{ "lcce c { session s { mac = \"00:00:00:00:00:00\" } }",
	  "is nobody's own address" },
	{ "lcce c { session s { mac = \"02:00:00:00:00\" } }",
	  "is no MAC address such as" },
	{ "lcce c { session s { mac = \"02:00:00:00:00:01:02\" } }",
	  "is no MAC address" },
	{ "lcce c { session s { mac = \"02-00-00-00-00-01\" } }",
	  "is no MAC address" },
	{ "lcce c { session s { mac = \"02:00:00:00:00:1\" } }",
	  "is no MAC address" },
	{ "lcce c { session s { bridge = \"b/r\" } }",
	  "\"b/r\" is no name for an interface" },
	{ "lcce c { remote = x session s { remote-end-id = a\npseudowire-id = 5 } }",
	  "test.conf:2: pseudowire-id is a remote-end-id of four octets" },
	{ "lcce c { remote = x session s { remote-end-id = \"0123\" } "
	  "session t {\npseudowire-id = 808530483 } }",
	  "test.conf:2: session \"s\" has the same pseudowire-id" },
	{ "lcce c { session s { pseudowire-id = 0 } }",
	  "pseudowire-id = 0 is out of range" },
	{ "lcce c { session s { remote-end-id = \"\" } }",
	  "remote-end-id has 0 bytes; it takes 1 to 64" },
	{ "lcce c { remote = x session s {\npseudowire = vlan } }",
	  "test.conf:2: session \"s\" has no vlan" },
	{ "lcce c { remote = x session s { pseudowire = vlan "
	  "vlan = 4000\nifname = elevenchars } }",
	  "test.conf:2: the VLAN's interface would be elevenchars.4000, which is longer" },
	{ "lcce c { remote = x session s {\nvlan = 5 } }",
	  "test.conf:2: vlan is of a pseudowire \"vlan\" only" },
	{ "lcce c { remote = x session s { bridge = b\nvrf = v } }",
	  "test.conf:2: an interface joins a bridge or a vrf" },
	{ "lcce c { remote = x session s { ifname = i bridge = i } }",
	  "an interface cannot join itself; let bridge" },
	{ "lcce c { remote = x session s { ifname = i vrf = i } }",
	  "an interface cannot join itself; let vrf" },
	{ "lcce c { remote = x session s { ifname = i circuit = i } }",
	  "is its circuit anyway" },
	{ "lcce c { remote = x session s { sequencing = yes\nl2-sublayer = no } }",
	  "test.conf:2: sequencing puts its numbers into the sublayer" },
	{ "lcce c { remote = x session s { } session t {\nremote-end-id = s } }",
	  "test.conf:2: session \"s\" has the same remote-end-id" },
	{ "lcce c { remote = x session s { } session s { } }",
	  "found duplicate title 's'" },
	{ "lcce a { remote = x session s { ifname = i } }\n"
	  "lcce b { remote = x session s {\nifname = i } }",
	  "test.conf:3: another session has this ifname" },
	{ P "lcce a { remote = x session s { ifname = i } }\n"
	    "lac b { server = x session s { ppp = p ifname = i } }",
	  "test.conf:2: another session has this ifname" },
	/* static tunnels */
	{ "static t {\n}", "test.conf:2: static \"t\" has no tunnel-id" },
	{ "static t { tunnel-id = 1 }", "static \"t\" has no peer-tunnel-id" },
	{ "static t { tunnel-id = 0 }",
	  "tunnel-id = 0 is out of range; it goes from 1 to 4294967295" },
	{ "static t { " IDS "}", "static \"t\" has no local; set our address" },
	{ "static t { " IDS "local = ::1 }",
	  "static \"t\" has no remote; set the peer's address" },
	{ "static t { " IDS "local = ::1 remote = \"::\" }",
	  "remote is no peer's address" },
	{ "static t { " IDS "local = ::1 remote = 1.1.1.1 }",
	  "local and remote are of different families" },
	{ "static t { " IDS ENDS "}",
	  "static \"t\" has no udp-sport; set it to the peer's udp-dport" },
	{ "static t { " IDS ENDS "udp-sport = 5 }",
	  "static \"t\" has no udp-dport" },
	{ "static t { " IDS ENDS "encap = ip\nudp-sport = 5 }",
	  "test.conf:2: udp-sport is UDP's, but encap is \"ip\"" },
	{ "static t { " IDS ENDS "encap = ip udp-csum = on }",
	  "udp-csum is UDP's" },
	{ "static t { " IDS ENDS PORTS "udp-csum = on }",
	  "udp-csum is for IPv4; set udp6-csum-tx" },
	{ "static t { " IDS "local = 1.1.1.1 remote = 2.2.2.2 " PORTS
	  "udp6-csum-rx = off }",
	  "udp6-csum-rx is for IPv6; set udp-csum" },
	{ "lcce t { remote = x }\nstatic t { " IDS ENDS PORTS "}",
	  "test.conf:2: a section lac or lcce is called \"t\"" },
	{ "static t { " IDS ENDS PORTS
	  "}\nstatic u { peer-tunnel-id = 9 " ENDS PORTS "\ntunnel-id = 1 }",
	  "test.conf:3: tunnel-id 1 is given twice; choose another" },
	{ STATIC "session s {\n} }",
	  "test.conf:2: session \"s\" has no session-id" },
	{ STATIC "session s { session-id = 1 } }",
	  "session \"s\" has no peer-session-id" },
	{ STATIC "session s { cookie = 123 } }",
	  "cookie = \"123\" is no cookie; write 8 or 16 hexadecimal digits" },
	{ STATIC "session s { peer-cookie = 0123456x } }",
	  "peer-cookie = \"0123456x\" is no cookie" },
	{ STATIC "session s { cookie = 00112233445566778 } }", "is no cookie" },
	{ STATIC "session s { l2spec-type = l2 } }",
	  "l2spec-type = \"l2\" is neither \"default\" nor \"none\"" },
	{ STATIC "session s { seq = on } }",
	  "seq = \"on\" is unknown; it is \"none\", \"send\", \"recv\" or \"both\"" },
	{ STATIC "session s { " PW "l2spec-type = none\nseq = send } }",
	  "test.conf:2: seq puts its numbers" },
	{ STATIC "session s { " PW "keepalive = 5 } }",
	  "keepalive needs an address to ping" },
	{ STATIC "session s { " PW "keepalive-address = ::1 } }",
	  "keepalive-address is not pinged; set keepalive" },
	{ STATIC "session s { " PW "vrf = v bridge = b } }",
	  "an interface joins a bridge or a vrf" },
	{ STATIC "session s { " PW "}\nsession t { " PW "} }",
	  "test.conf:2: session-id 1 is given twice" },
	{ STATIC
	  "session s { " PW
	  "ifname = i } }\nlcce c { remote = x session s { ifname = i } }",
	  "test.conf:1: another session has this ifname" },
};

static void test_faults(void **state)
{
	char err[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct config *c;

		err[0] = '\0';
		c = config_text_parse(faults[i].text, err, sizeof(err));
		if (c || !strstr(err, faults[i].err) ||
		    strncmp(err, "test.conf:", 10))
			fail_msg("\"%s\"\nin:\n%s\nexpected: %s", err,
				 faults[i].text, faults[i].err);
		/*
		 * A fault leaves nothing behind that the next reader
		 * would trip over.
		 */
		config_free(config_text("hostname = \"x\"\nlisten { address = "
					"::1 }"));
	}
}

/* For calling out, auth is what we agree to: nobody's users are needed. */
static void test_auth_of_dialling(void **state)
{
	static const char dials[] =
		"ppp p { auth = mschapv2 }\n"
		"lac w { server = a.b session s { ppp = p } }\n";
	static const char serves[] = "ppp p { auth = pap }\n" L
				     "lns n { ppp = p }\n"
				     "lac w { server = a.b "
				     "session s { ppp = p } }\n";
	char err[512];

	(void)state;
	config_free(config_text(dials));
	assert_null(config_text_parse(serves, err, sizeof(err)));
	assert_non_null(strstr(err, "auth needs users"));
}

static void test_match(void **state)
{
	struct config *c = config_text(
		P L
		"lns a { from-address = 192.0.2.0/24 "
		"from-hostname = { \"lac*\", \"bras\" } ppp = p }\n"
		"lns b { from-hostname = { \"LAC9\" } ppp = p }\n"
		"lns c { from-address = { ::/0, 198.51.100.1 } ppp = p }\n");
	struct addr in, out, six;

	(void)state;
	addr_parse(&in, "192.0.2.77");
	addr_parse(&out, "203.0.113.1");
	addr_parse(&six, "2001:db8::5");
	assert_ptr_equal(config_lns_match(c, &in, "lac1"), &c->lns[0]);
	assert_ptr_equal(config_lns_match(c, &in, "BRAS"), &c->lns[0]);
	assert_null(config_lns_match(c, &in, "other"));
	assert_ptr_equal(config_lns_match(c, &out, "lac9"), &c->lns[1]);
	assert_null(config_lns_match(c, &out, "lac1"));
	assert_ptr_equal(config_lns_match(c, &six, "lac1"), &c->lns[2]);
	config_free(c);
}

/* The first section that takes such a peer, or NULL. */
static const struct config_lcce *taker(const struct config *c,
				       const struct addr *from,
				       const char *hostname, uint32_t router_id)
{
	for (size_t i = 0; i < c->lcce_n; i++)
		if (config_lcce_takes(&c->lcce[i], from, hostname, router_id))
			return &c->lcce[i];
	return NULL;
}

static void test_match_lcce(void **state)
{
	struct config *c = config_text(
		L "lcce a { from-address = 192.0.2.0/24 "
		  "from-hostname = \"pe*\" from-router-id = 10.0.0.1 }\n"
		  "lcce b { from-router-id = 10.0.0.2 }\n"
		  "lcce c { remote = 192.0.2.7 }\n"
		  "lcce d { remote = 192.0.2.7 from-hostname = other }\n"
		  "lcce e { remote = pe7.example.net }\n");
	struct addr in, out;

	(void)state;
	addr_parse(&in, "192.0.2.7");
	in.port = 1701;
	addr_parse(&out, "203.0.113.1");
	out.port = 1701;
	assert_ptr_equal(taker(c, &in, "PE7", 0x0a000001), &c->lcce[0]);
	assert_ptr_equal(taker(c, &in, "pe7", 0x0a000002), &c->lcce[1]);
	assert_ptr_equal(taker(c, &in, "pe7", 0x0a000003), &c->lcce[2]);
	assert_null(taker(c, &out, "pe7", 0x0a000001));
	assert_ptr_equal(taker(c, &out, "other", 0), &c->lcce[3]);
	/* of L2TP over IP none of them is */
	out.port = 0;
	assert_null(taker(c, &out, "other", 0));
	config_free(c);
}

static void check_pool(const char *keys, size_t n, const char *text)
{
	char conf[256], *printed;
	struct config *c;

	snprintf(conf, sizeof(conf), "hostname = h ppp p { %s }", keys);
	c = config_text(conf);
	assert_int_equal(c->ppp[0].pool.n, n);
	printed = print_text(c);
	if (!strstr(printed, text))
		fail_msg("%s\nin:\n%s", text, printed);
	free(printed);
	config_free(c);
}

static void test_pool(void **state)
{
	(void)state;
	check_pool("pool = 10.0.0.0/24", 1, "{ \"10.0.0.1-10.0.0.254\" }");
	check_pool("pool = 10.0.0.4/30", 1, "{ \"10.0.0.5-10.0.0.6\" }");
	check_pool("pool = 10.0.0.4/31", 1, "{ \"10.0.0.4-10.0.0.5\" }");
	check_pool("pool = 10.0.0.4/32", 1, "{ \"10.0.0.4-10.0.0.4\" }");
	check_pool("pool = 10.0.0.4", 1, "{ \"10.0.0.4-10.0.0.4\" }");
	check_pool("pool = 10.0.0.0-10.0.0.255", 1,
		   "{ \"10.0.0.0-10.0.0.255\" }");
	check_pool("pool = 10.0.0.0/24 local-address = 10.0.0.1", 1,
		   "{ \"10.0.0.2-10.0.0.254\" }");
	check_pool("pool = 10.0.0.0/24 local-address = 10.0.0.254", 1,
		   "{ \"10.0.0.1-10.0.0.253\" }");
	check_pool("pool = { 10.1.0.0/30, 10.0.0.0/24, 10.2.0.0/30 } "
		   "local-address = 10.0.0.9",
		   4,
		   "{ \"10.1.0.1-10.1.0.2\", \"10.0.0.1-10.0.0.8\", "
		   "\"10.0.0.10-10.0.0.254\", \"10.2.0.1-10.2.0.2\" }");
	check_pool("pool = { 10.0.0.1, 10.0.0.5 } local-address = 10.0.0.1", 1,
		   "{ \"10.0.0.5-10.0.0.5\" }");
}

/* ---- the manual ---- */

static void check_described(const char *manual, const struct config_section *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		/*
		 * In the line behind .TP: ".B key", or ".BR key
		 * ..." beside others.
		 */
		const char *key = s->keys[i].name, *at = manual;
		bool found = false;

		while (!found && (at = strstr(at, "\n.TP\n"))) {
			const char *end = strchr(at += 5, '\n');
			const char *hit = strstr(at, key);

			while (hit && hit < end && !found) {
				const char after = hit[strlen(key)];

				found = hit[-1] == ' ' &&
					(after == ' ' || after == '\n');
				hit = strstr(hit + 1, key);
			}
		}
		if (!found)
			fail_msg("l2tpd.conf(5) does not describe %s of %s",
				 key, s->name);
	}
}

static void check_groups_described(const char *manual,
				   const struct config_group *g)
{
	for (; g->section; g++) {
		check_described(manual, g->section);
		if (g->inner)
			check_groups_described(manual, g->inner);
	}
}

static void test_manual(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = fopen("Documentation/l2tpd.conf.5", "r");

	(void)state;
	assert_non_null(f);
	assert_true(getdelim(&text, &size, '\0', f) > 0);
	fclose(f);
	check_described(text, &config_section_global);
	check_groups_described(text, config_groups);
	free(text);
}

/* ---- random configurations ---- */

static uint64_t seed;

static uint32_t random_below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 16) % n);
}

static void random_string(FILE *f, size_t max)
{
	static const char letters[] = "abcXYZ019._-$\\\"'{}#/*=,+ ;|%~\xc3\xa9";
	size_t len = 1 + random_below(max < 20 ? (uint32_t)max : 20);
	char text[32];
	size_t i;

	for (i = 0; i < len; i++)
		text[i] = letters[random_below(sizeof(letters) - 1)];
	text[len] = '\0';
	config_print_string(text, f);
}

/*
 * A list's index keeps its values apart where they must not repeat or overlap.
 */
static void random_value(const struct config_key *k, FILE *f,
			 unsigned int index, unsigned int serial)
{
	static const char *const auths[] = { "pap", "mschapv2", "chap",
					     "mschapv1" };

	if (k->kind == &config_kind_string || k->kind == &config_kind_strings)
		random_string(f, k->max);
	else if (k->kind == &config_kind_path)
		fprintf(f, "\"/etc/\\$%u\"", random_below(1000));
	/* ifname, bridge, ...: none is another's */
	else if (k->kind == &config_kind_ifname)
		fprintf(f, "%.2s%u", k->name, serial);
	else if (k->kind == &config_kind_ref)
		fputs("base", f);
	else if (k->kind == &config_kind_bool)
		fputs(random_below(2) ? "true" : "off", f);
	else if (k->kind == &config_kind_require)
		fputs(random_below(2) ? "auto" : "no", f);
	else if (k->kind == &config_kind_u16 || k->kind == &config_kind_u32)
		fprintf(f, "%u",
			k->min + random_below(k->max - k->min +
					      (k->max < UINT32_MAX)));
	else if (k->kind == &config_kind_seconds)
		fprintf(f, "%u.%03u",
			(k->max <= 60000 ? 1 : 61) +
				random_below(k->max <= 60000 ? 59 : 100),
			random_below(1000));
	else if (k->kind == &config_kind_addr)
		fprintf(f, "2001:db8::%x", serial);
	else if (k->kind == &config_kind_addr4)
		fprintf(f, "10.0.%u.%u", random_below(4),
			1 + random_below(254));
	else if (k->kind == &config_kind_source_port)
		fputs(random_below(2) ? "1701" : "ephemeral", f);
	else if (k->kind == &config_kind_word)
		fputs(strcmp(k->name, "backend") && strcmp(k->name, "mppe") ?
			      k->words[random_below(k->max + 1)] :
			      k->words[0],
		      f);
	else if (k->kind == &config_kind_child_name)
		fputs("con.1_a-b", f);
	else if (k->kind == &config_kind_mac)
		fprintf(f, "02:00:5E:%02x:00:01", random_below(256));
	else if (k->kind == &config_kind_cookie_size)
		fprintf(f, "%u", 4 * random_below(3));
	else if (k->kind == &config_kind_cookie)
		fprintf(f, random_below(2) ? "%08x" : "%08x0A1B2C3D",
			random_below(UINT32_MAX));
	else if (k->kind == &config_kind_auth)
		fputs(auths[index], f);
	else if (k->kind == &config_kind_dns)
		fprintf(f, "192.0.2.%u", 1 + random_below(254));
	else if (k->kind == &config_kind_names)
		fputs("base", f);
	else if (k->kind == &config_kind_rate)
		fprintf(f, "%u%s", 8 + random_below(390),
			random_below(2) ? "kbit" : "gbit");
	else if (k->kind == &config_kind_mppe_bits)
		fputs(random_below(2) ? "40" : "128", f);
	else if (k->kind == &config_kind_ranges)
		fprintf(f, "10.0.%u.0/%u", index, 24 + random_below(7));
	else if (k->kind == &config_kind_prefixes)
		fprintf(f, "10.%u.0.0/%u", random_below(256),
			16 + random_below(17));
	else
		fail_msg("a new kind of value: teach this test to make one");
}

/*
 * Keys whose presence depends on others, anywhere or in a section; the random
 * sections give them their own way.
 */
static bool left_out(const struct config_section *s, const char *key)
{
	static const struct {
		const struct config_section *section;
		const char *key;
	} keys[] = {
		/* clang-format off */
		{ NULL, "challenge" }, { NULL, "hide-avps" }, { NULL, "password-file" },
		{ NULL, "default-route" }, { NULL, "remote-address" }, { NULL, "retransmit" },
		{ NULL, "redial" }, { NULL, "ipv6" }, { NULL, "source-address" },
		{ NULL, "accounting" }, { NULL, "default-route-metric" }, { NULL, "clamp-mss" },
		{ NULL, "prefix-pool" }, { NULL, "delegated-pool" }, { NULL, "dns6" },
		{ NULL, "dns6-search" },
		{ NULL, "encap" }, { NULL, "vlan" }, { NULL, "bridge" }, { NULL, "vrf" },
		{ &config_section_listen, "port" },
		{ &config_section_lcce, "remote" }, { &config_section_lcce, "port" },
		{ &config_section_lcce, "source-port" }, { &config_section_lcce, "initiate" },
		{ NULL, "old-secret-file" }, { &config_section_lcce, "udp-csum" },
		{ &config_section_lcce, "udp6-csum-tx" }, { &config_section_lcce, "udp6-csum-rx" },
		{ &config_section_pw, "pseudowire" }, { &config_section_pw, "remote-end-id" },
		{ &config_section_pw, "pseudowire-id" },
		{ &config_section_pw, "l2-sublayer" },
		{ &config_section_ppp, "radius" }, { &config_section_ppp, "tacacs" },
		{ &config_section_tacacs, "address" }, { &config_section_tacacs, "secret-file" },
		{ &config_section_radius, "address" }, { &config_section_radius, "transport" },
		{ &config_section_radius, "port" }, { &config_section_radius, "auth-port" },
		{ &config_section_radius, "acct-port" }, { &config_section_radius, "secret-file" },
		{ &config_section_radius, "tries" }, { &config_section_radius, "ca-file" },
		{ &config_section_radius, "certificate-file" },
		{ &config_section_radius, "key-file" },
		{ &config_section_radius, "server-name" },
		{ &config_section_static_session, "session-id" },
		{ &config_section_static_session, "peer-session-id" },
		{ &config_section_static_session, "l2spec-type" },
		{ &config_section_static_session, "keepalive" },
		{ &config_section_static_session, "keepalive-address" },
		/* clang-format on */
	};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if ((!keys[i].section || keys[i].section == s) &&
		    strcmp(key, keys[i].key) == 0)
			return true;
	return false;
}

static bool required(const struct config_section *s, const char *key)
{
	return strcmp(key, "ppp") == 0 || strcmp(key, "server") == 0 ||
	       strcmp(key, "users-file") == 0 || strcmp(key, "auth") == 0 ||
	       strcmp(key, "from-hostname") == 0 ||
	       ((s == &config_section_listen || s == &config_section_pool) &&
		strcmp(key, "address") == 0) ||
	       (s == &config_section_coa && (strcmp(key, "secret-file") == 0 ||
					     strcmp(key, "from-address") == 0));
}

static void random_keys(const struct config_section *s, FILE *f)
{
	static unsigned int serial;
	unsigned int i, j, n;

	serial++;
	for (i = 0; i < s->n; i++) {
		const struct config_key *k = &s->keys[i];

		if (left_out(s, k->name) ||
		    (!required(s, k->name) && random_below(2)))
			continue;
		fprintf(f, "%s = ", k->name);
		n = k->kind->list ?
			    1 + random_below(k->kind == &config_kind_dns ? 2 :
									   4) :
			    0;
		if (k->kind == &config_kind_names)
			n = 1;
		for (j = 0; j < n; j++) {
			fputs(j ? ", " : "{ ", f);
			random_value(k, f, j, serial);
		}
		if (n)
			fputs(" }", f);
		else
			random_value(k, f, 0, serial % 60000);
		putc('\n', f);
	}
}

static void random_radius(unsigned int serial, FILE *f)
{
	static const char *const ways[] = {
		"secret-file = /s auth-port = 1645 tries = 20",
		"transport = udp secret-file = /s acct-port = 1",
		"transport = tls ca-file = /c",
		"transport = tls ca-file = /c port = 1812 server-name = other",
		("transport = tls ca-file = /c certificate-file = /x "
		 "key-file = /k port = 2083 server-name = r"),
	};

	fprintf(f, "radius r%u {\naddress = r %s\n", serial,
		ways[random_below(5)]);
	random_keys(&config_section_radius, f);
	fputs("}\n", f);
}

static void random_tacacs(unsigned int serial, FILE *f)
{
	fprintf(f, "tacacs t%u {\naddress = t secret-file = /s%u\n", serial,
		serial);
	random_keys(&config_section_tacacs, f);
	fputs("}\n", f);
}

static void random_ppp(unsigned int serial, FILE *f)
{
	static const char *const servers[] = {
		"",
		"radius = { base }",
		"tacacs = { base } accounting = false",
		"tacacs = base",
	};

	fprintf(f, "ppp \"p%u\" {\n%s\n", serial, servers[random_below(4)]);
	random_keys(&config_section_ppp, f);
	fputs("}\n", f);
}

static void random_lcce(unsigned int serial, FILE *f)
{
	static const char *const ends[] = {
		"encap = ip",
		"encap = udp port = 1702 udp6-csum-rx = off",
		"source-port = ephemeral",
		"source-port = 1701 initiate = off",
	};
	static const char *const joins[] = {
		"",
		"bridge = br0",
		"vrf = blue",
		"pseudowire = vlan vlan = 4094",
		"remote-end-id = r l2-sublayer = on",
		"pseudowire-id = 7",
	};
	unsigned int j;

	fprintf(f, "lcce c%u {\nremote = r %s\n", serial,
		ends[random_below(4)]);
	if (random_below(2))
		fputs("old-secret-file = /o secret-file = /n\n", f);
	else
		random_keys(&config_section_lcce, f);
	for (j = random_below(3); j; j--) {
		fprintf(f, "session s%u {\n%s\n", j,
			j == 1 ? joins[random_below(6)] : "");
		random_keys(&config_section_pw, f);
		fputs("}\n", f);
	}
	fputs("}\n", f);
}

static void random_static(unsigned int serial, FILE *f)
{
	static const char *const ends[] = {
		"encap = ip local = ::1 remote = ::2",
		("encap = udp local = ::1 remote = ::2 udp-sport = 1 "
		 "udp-dport = 65535 udp6-csum-tx = off udp6-csum-rx = on"),
		("local = 0.0.0.0 remote = 10.0.0.2 "
		 "udp-sport = 1701 udp-dport = 1701 udp-csum = on"),
	};
	unsigned int j;

	fprintf(f, "static t%u {\ntunnel-id = %u peer-tunnel-id = 1 %s\n",
		serial, serial + 1, ends[random_below(3)]);
	for (j = random_below(3); j; j--) {
		fprintf(f,
			"session s%u {\nsession-id = %u peer-session-id = 1 "
			"%s\n",
			j, serial * 4 + j,
			random_below(2) ?
				"" :
				"keepalive = 0.5 keepalive-address = fd00::1 "
				"vlan = 7 bridge = b");
		random_keys(&config_section_static_session, f);
		fputs("}\n", f);
	}
	fputs("}\n", f);
}

static char *random_config(void)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	unsigned int i, j, n;

	assert_non_null(f);
	random_keys(&config_section_global, f);
	fputs(L "ppp base { users-file = /u pool = 10.8.0.0/16 }\nradius "
		"base { address = r secret-file = /s }\n"
		"tacacs base { address = t secret-file = /s }\n"
		"pool base { address = 10.9.0.0/16 }\n",
	      f);
	for (i = 0, n = random_below(3); i < n; i++) {
		fprintf(f, "listen {\n%s\n",
			random_below(2) ? "port = 1703" : "encap = ip");
		random_keys(&config_section_listen, f);
		fputs("}\n", f);
	}
	for (i = 0, n = random_below(3); i < n; i++) {
		fprintf(f, "pool p%u {\n", i);
		random_keys(&config_section_pool, f);
		fputs("}\n", f);
		random_radius(i, f);
		random_tacacs(i, f);
		fprintf(f, "coa c%u {\n", i);
		random_keys(&config_section_coa, f);
		fputs("}\n", f);
	}
	for (i = 0, n = random_below(4); i < n; i++) {
		random_ppp(i, f);
		fprintf(f, "lns n%u {\n", i);
		random_keys(&config_section_lns, f);
		fputs("}\n", f);
	}
	for (i = 0, n = random_below(4); i < n; i++) {
		fprintf(f, "lac l%u {\n", i);
		random_keys(&config_section_lac, f);
		for (j = random_below(3); j; j--) {
			fprintf(f, "session s%u {\n", j);
			random_keys(&config_section_session, f);
			fputs("}\n", f);
		}
		fputs("}\n", f);
	}
	for (i = 0, n = random_below(3); i < n; i++) {
		random_lcce(i, f);
		random_static(i, f);
	}
	fclose(f);
	return text;
}

static void test_random(void **state)
{
	int i;

	(void)state;
	for (i = 1; i <= 3000; i++) {
		char *text;
		struct config *c;

		seed = (uint64_t)i * 0x9e3779b97f4a7c15;
		text = random_config();
		c = config_text(text);
		check_round_trip(c, NULL);
		config_free(c);
		free(text);
	}
}

/* ---- the files that a configuration names ---- */

static void write_mode(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* All may read certificates, nobody may write them, and a key is a secret. */
static void check_certificates(const char *path)
{
	char conf[256], err[512];
	struct config *c;

	snprintf(conf, sizeof(conf),
		 "radius r { address = x transport = tls ca-file = %s }", path);
	c = config_text(conf);
	assert_int_equal(config_check_files(c, err, sizeof(err)), -ENOENT);
	write_mode(path, 0644);
	assert_int_equal(config_check_files(c, err, sizeof(err)), 0);
	write_mode(path, 0646);
	assert_int_equal(config_check_files(c, err, sizeof(err)), -EACCES);
	assert_non_null(strstr(err, "others than its owner could change it"));
	config_free(c);
	snprintf(conf, sizeof(conf),
		 "radius r { address = x transport = tls ca-file = /dev/null "
		 "certificate-file = /dev/null key-file = %s }",
		 path);
	c = config_text(conf);
	write_mode(path, 0644);
	assert_int_equal(config_check_files(c, err, sizeof(err)), -EACCES);
	assert_non_null(strstr(err, "chmod 600 it"));
	config_free(c);
	unlink(path);
}

static void test_files(void **state)
{
	char dir[] = "/tmp/l2tpd-config-XXXXXX", path[64], conf[256],
	     err[512] = "";
	struct config *c;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/users", dir);
	snprintf(conf, sizeof(conf), "ppp p { users-file = %s }", path);
	c = config_text(conf);

	assert_int_equal(config_check_files(c, err, sizeof(err)), -ENOENT);
	assert_non_null(strstr(err, path));
	write_mode(path, 0600);
	assert_int_equal(config_check_files(c, err, sizeof(err)), 0);
	write_mode(path, 0604);
	assert_int_equal(config_check_files(c, err, sizeof(err)), -EACCES);
	/* The group is let in when it is root's. */
	write_mode(path, 0640);
	assert_int_equal(config_check_files(c, err, sizeof(err)),
			 getgid() == 0 ? 0 : -EACCES);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 0, 65534), 0);
		assert_int_equal(config_check_files(c, err, sizeof(err)),
				 -EACCES);
		assert_int_equal(chown(path, 65534, 0), 0);
		assert_int_equal(config_check_files(c, err, sizeof(err)),
				 -EACCES);
		assert_non_null(strstr(err, "belongs to uid 65534"));
	}
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(config_check_files(c, err, sizeof(err)), -EINVAL);
	config_free(c);
	snprintf(conf, sizeof(conf),
		 "lcce c { remote = r secret-file = %s/new "
		 "old-secret-file = %s }",
		 dir, path);
	c = config_text(conf);
	assert_int_equal(config_check_files(c, err, sizeof(err)), -ENOENT);
	assert_non_null(strstr(err, "lcce \"c\": "));
	assert_non_null(strstr(err, "/new"));
	snprintf(conf, sizeof(conf), "%s/new", dir);
	write_mode(conf, 0600);
	assert_int_equal(config_check_files(c, err, sizeof(err)), -EINVAL);
	assert_non_null(strstr(err, path));
	unlink(conf);
	unlink(path);
	config_free(c);
	check_certificates(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_sites),
		cmocka_unit_test(test_statics),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_auth_of_dialling),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_match_lcce),
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
