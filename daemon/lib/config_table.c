/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration's sections and keys as tables, in the order in which they
 * are printed, with their bounds and defaults.
 */
#include "lib/config_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* The last arguments are the bounds: two numbers. */
/* clang-format off */
#define KEY(key_name, key_kind, type, member, ...) \
	{ .name = key_name, .kind = &config_kind_##key_kind, \
	  .offset = offsetof(struct type, member), .words = NULL, __VA_ARGS__ }
/* An enum of 0, 1, ... and its words. */
#define WORD(key_name, type, member, names) \
	{ .name = key_name, .kind = &config_kind_word, .offset = offsetof(struct type, member), \
	  .words = names, .min = 0, .max = COUNT(names) - 1 }
#define SECONDS(n) ((n) * 1000)
#define PATH_BYTES 1, 1000
#define NO_BOUNDS 0, 0

#define TUNNEL_KEYS(type, idle_min)							\
	KEY("hostname", string, type, tunnel.hostname, 1, 253),				\
	KEY("secret-file", path, type, tunnel.secret_file, PATH_BYTES, "tunnel-secret-file"), \
	KEY("challenge", bool, type, tunnel.challenge, NO_BOUNDS),			\
	KEY("hide-avps", bool, type, tunnel.hide, NO_BOUNDS),				\
	KEY("receive-window", u16, type, tunnel.receive_window, 1, 32767),		\
	KEY("hello", seconds, type, tunnel.hello_ms, 0, SECONDS(86400)),		\
	KEY("retransmit", seconds, type, tunnel.retransmit_ms, 10, SECONDS(60)),	\
	KEY("retransmit-cap", seconds, type, tunnel.retransmit_cap_ms, 10, SECONDS(600)), \
	KEY("retransmit-tries", u16, type, tunnel.retransmit_tries, 1, 100),		\
	KEY("setup-timeout", seconds, type, tunnel.setup_ms, SECONDS(1), SECONDS(3600)), \
	KEY("idle-timeout", seconds, type, tunnel.idle_ms, idle_min, SECONDS(86400)),	\
	KEY("max-sessions", u32, type, tunnel.max_sessions, 0, 65535)
/* clang-format on */

#define OLD_SECRET(type) \
	KEY("old-secret-file", path, type, tunnel.old_secret_file, PATH_BYTES)

static void relative_tunnel(struct config_tunnel *def,
			    const struct config_tunnel *t,
			    const struct config *c)
{
	def->hostname = c->hostname;
	def->challenge = t->secret_file != NULL;
}

static void init_tunnel(struct config_tunnel *t)
{
	t->receive_window = 16;
	t->hello_ms = SECONDS(60);
	t->retransmit_ms = SECONDS(1);
	t->retransmit_cap_ms = SECONDS(8);
	t->retransmit_tries = 5;
	t->setup_ms = SECONDS(60);
}

/* ---- the file itself ---- */

static const struct config_key global_keys[] = {
	KEY("hostname", string, config, hostname, 1, 253),
	KEY("max-tunnels", u32, config, max_tunnels, 1, 65535),
	KEY("max-half-open", u32, config, max_half_open, 1, 65535),
	KEY("answer-strangers", bool, config, answer_strangers, NO_BOUNDS),
	KEY("max-sessions", u32, config, max_sessions, 1, UINT32_MAX),
	KEY("max-calls-in-setup", u32, config, max_setup, 1, UINT32_MAX),
	KEY("hang-timeout", seconds, config, hang_ms, 0, SECONDS(3600)),
	KEY("state-dir", path, config, state_dir, PATH_BYTES),
	KEY("static-by-command", bool, config, static_by_command, NO_BOUNDS),
	KEY("coa-address", addr, config, coa_address, NO_BOUNDS),
	KEY("coa-port", u16, config, coa_address.port, 1, 65535),
	KEY("router-id", addr4, config, router_id, NO_BOUNDS),
};

static void init_global(void *obj)
{
	struct config *c = obj;

	c->max_tunnels = 10000;
	c->max_half_open = 20000;
	c->answer_strangers = true;
	c->max_sessions = 100000;
	c->max_setup = 500;
	c->hang_ms = SECONDS(30);
	c->coa_address.port = 3799;
}

const struct config_section config_section_global = {
	"global",
	false,
	global_keys,
	COUNT(global_keys),
	sizeof(struct config),
	init_global,
	NULL,
};

/* ---- listen ---- */

static const char *const encaps[] = {
	[CONFIG_ENCAP_UDP] = "udp",
	[CONFIG_ENCAP_IP] = "ip",
};

static const struct config_key listen_keys[] = {
	KEY("address", addr, config_listen, address, NO_BOUNDS),
	KEY("port", u16, config_listen, address.port, 1, 65535),
	WORD("encap", config_listen, encap, encaps),
};

static void init_listen(void *obj)
{
	struct config_listen *l = obj;

	l->address.port = 1701;
}

static void relative_listen(void *def, const void *obj, const struct config *c)
{
	(void)c;
	if (((const struct config_listen *)obj)->encap == CONFIG_ENCAP_IP)
		((struct config_listen *)def)->address.port = 0;
}

const struct config_section config_section_listen = {
	"listen",
	false,
	listen_keys,
	COUNT(listen_keys),
	sizeof(struct config_listen),
	init_listen,
	relative_listen,
};

/* ---- lns ---- */

static const struct config_key lns_keys[] = {
	KEY("from-address", prefixes, config_lns, from_address, NO_BOUNDS),
	KEY("from-hostname", strings, config_lns, from_hostname, 1, 253),
	TUNNEL_KEYS(config_lns, 10),
	OLD_SECRET(config_lns),
	KEY("sequencing", bool, config_lns, tunnel.sequencing, NO_BOUNDS),
	KEY("max-tunnels", u32, config_lns, max_tunnels, 0, 65535),
	KEY("max-calls-in-setup", u32, config_lns, max_setup, 0, UINT32_MAX),
	KEY("max-calls-in-setup-per-tunnel", u32, config_lns, max_tunnel_setup,
	    0, 65535),
	KEY("ppp", ref, config_lns, ppp, NO_BOUNDS),
};

static void init_lns(void *obj)
{
	struct config_lns *l = obj;

	init_tunnel(&l->tunnel);
	l->tunnel.idle_ms = SECONDS(10);
	l->max_setup = 400;
	l->max_tunnel_setup = 200;
}

static void relative_lns(void *def, const void *obj, const struct config *c)
{
	relative_tunnel(&((struct config_lns *)def)->tunnel,
			&((const struct config_lns *)obj)->tunnel, c);
}

const struct config_section config_section_lns = {
	"lns",
	true,
	lns_keys,
	COUNT(lns_keys),
	sizeof(struct config_lns),
	init_lns,
	relative_lns,
};

/* ---- ppp ---- */

static const char *const backends[] = {
	[CONFIG_BACKEND_PPPD] = "pppd",
	[CONFIG_BACKEND_NONE] = "none",
	[CONFIG_BACKEND_BUILTIN] = "builtin",
};

static const char *const mppe_words[] = {
	[CONFIG_MPPE_OFF] = "off",
	[CONFIG_MPPE_OPTIONAL] = "optional",
	[CONFIG_MPPE_REQUIRED] = "required",
};

static const char *const duplicate_words[] = {
	[CONFIG_DUPLICATE_DENY] = "deny",
	[CONFIG_DUPLICATE_REPLACE] = "replace",
};

static const char *const same_caller_words[] = {
	[CONFIG_SAME_USER] = "user",
	[CONFIG_SAME_LINE] = "line",
	[CONFIG_SAME_ADDRESS] = "address",
};

static const char *const unapplied_words[] = {
	[CONFIG_UNAPPLIED_WARN] = "warn",
	[CONFIG_UNAPPLIED_REFUSE] = "refuse",
};

static const struct config_key ppp_keys[] = {
	WORD("backend", config_ppp, backend, backends),
	KEY("auth", auth, config_ppp, auth, NO_BOUNDS),
	KEY("users-file", path, config_ppp, users_file, PATH_BYTES),
	KEY("radius", names, config_ppp, radius, 1, CONFIG_NAME_MAX - 1),
	KEY("tacacs", names, config_ppp, tacacs, 1, CONFIG_NAME_MAX - 1),
	KEY("accounting", bool, config_ppp, accounting, NO_BOUNDS),
	KEY("interim-interval", seconds, config_ppp, interim_ms, 0,
	    SECONDS(86400)),
	KEY("strip-realm", bool, config_ppp, strip_realm, NO_BOUNDS),
	KEY("strip-domain", bool, config_ppp, strip_domain, NO_BOUNDS),
	WORD("unapplied", config_ppp, unapplied, unapplied_words),
	WORD("mppe", config_ppp, mppe, mppe_words),
	KEY("mppe-bits", mppe_bits, config_ppp, mppe_bits, NO_BOUNDS),
	KEY("mppe-stateful", bool, config_ppp, mppe_stateful, NO_BOUNDS),
	KEY("max-sessions", u32, config_ppp, max_sessions, 0, UINT32_MAX),
	KEY("max-sessions-per-user", u32, config_ppp, max_sessions_per_user, 0,
	    65535),
	WORD("on-duplicate", config_ppp, on_duplicate, duplicate_words),
	WORD("same-caller", config_ppp, same_caller, same_caller_words),
	KEY("session-timeout", seconds, config_ppp, session_timeout_ms, 0,
	    SECONDS(30u * 86400)),
	KEY("idle-timeout", seconds, config_ppp, idle_timeout_ms, 0,
	    SECONDS(30u * 86400)),
	KEY("rate-down", rate, config_ppp, rate_down, NO_BOUNDS),
	KEY("rate-up", rate, config_ppp, rate_up, NO_BOUNDS),
	KEY("local-address", addr4, config_ppp, local_address, NO_BOUNDS),
	KEY("remote-address", addr4, config_ppp, remote_address, NO_BOUNDS),
	KEY("pool", ranges, config_ppp, pool, NO_BOUNDS),
	KEY("pools", names, config_ppp, pools, 1, CONFIG_NAME_MAX - 1),
	KEY("pool-reserve", ranges, config_ppp, reserve, NO_BOUNDS),
	KEY("dns", dns, config_ppp, dns, NO_BOUNDS),
	KEY("mtu", u16, config_ppp, mtu, 128, 16384),
	KEY("mru", u16, config_ppp, mru, 128, 16384),
	KEY("clamp-mss", bool, config_ppp, clamp_mss, NO_BOUNDS),
	KEY("ipv6", bool, config_ppp, ipv6, NO_BOUNDS),
	KEY("prefix-pool", prefixes, config_ppp, prefix_pool, NO_BOUNDS),
	KEY("delegated-pool", prefixes, config_ppp, delegated_pool, NO_BOUNDS),
	KEY("delegated-length", u32, config_ppp, delegated_length, 33, 64),
	KEY("dns6", strings, config_ppp, dns6, 2, 45),
	KEY("dns6-search", strings, config_ppp, dns6_search, 1, 253),
	KEY("ip-up", path, config_ppp, ip_up, PATH_BYTES),
	KEY("ip-down", path, config_ppp, ip_down, PATH_BYTES),
	KEY("pppd-scripts", bool, config_ppp, pppd_scripts, NO_BOUNDS),
	KEY("default-route", bool, config_ppp, default_route, NO_BOUNDS),
	KEY("default-route-metric", u32, config_ppp, default_route_metric, 0,
	    UINT32_MAX),
	KEY("use-peer-dns", bool, config_ppp, use_peer_dns, NO_BOUNDS),
	KEY("lcp-echo-interval", u32, config_ppp, lcp_echo_interval, 0, 3600),
	KEY("lcp-echo-failure", u32, config_ppp, lcp_echo_failure, 1, 255),
	KEY("lcp-echo-adaptive", bool, config_ppp, lcp_echo_adaptive,
	    NO_BOUNDS),
	KEY("options", strings, config_ppp, options, 1, 1000),
};

static void init_ppp(void *obj)
{
	struct config_ppp *p = obj;

	p->delegated_length = 56;
	p->lcp_echo_interval = 30;
	p->lcp_echo_failure = 4;
}

static void relative_ppp(void *def, const void *obj, const struct config *c)
{
	const struct config_ppp *p = obj;
	struct config_ppp *d = def;

	(void)c;
	d->mru = p->mtu;
	d->accounting = p->radius.n > 0 || p->tacacs.n > 0;
	d->lcp_echo_adaptive = p->backend == CONFIG_BACKEND_BUILTIN;
	d->mppe_bits = CONFIG_MPPE_40 | CONFIG_MPPE_128;
	/* Its default is one thing for an lns and another for a lac. */
	d->pppd_scripts = p->pppd_scripts_given ? !p->pppd_scripts :
						  p->pppd_scripts;
}

const struct config_section config_section_ppp = {
	"ppp",
	true,
	ppp_keys,
	COUNT(ppp_keys),
	sizeof(struct config_ppp),
	init_ppp,
	relative_ppp,
};

/* ---- pool, radius, tacacs, coa ---- */

static const struct config_key pool_keys[] = {
	KEY("address", ranges, config_pool, address, NO_BOUNDS),
	KEY("reserve", ranges, config_pool, reserve, NO_BOUNDS),
};

static void init_nothing(void *obj)
{
	(void)obj;
}

const struct config_section config_section_pool = {
	"pool",
	true,
	pool_keys,
	COUNT(pool_keys),
	sizeof(struct config_pool),
	init_nothing,
	NULL,
};

static const char *const transports[] = {
	[CONFIG_TRANSPORT_UDP] = "udp",
	[CONFIG_TRANSPORT_TLS] = "tls",
};

static const struct config_key radius_keys[] = {
	KEY("address", string, config_radius, address, 1, 255),
	WORD("transport", config_radius, transport, transports),
	KEY("port", u16, config_radius, port, 1, 65535),
	KEY("auth-port", u16, config_radius, auth_port, 1, 65535),
	KEY("acct-port", u16, config_radius, acct_port, 1, 65535),
	KEY("secret-file", path, config_radius, secret_file, PATH_BYTES),
	KEY("ca-file", path, config_radius, ca_file, PATH_BYTES),
	KEY("certificate-file", path, config_radius, certificate_file,
	    PATH_BYTES),
	KEY("key-file", path, config_radius, key_file, PATH_BYTES),
	KEY("server-name", string, config_radius, server_name, 1, 253),
	KEY("source-address", addr, config_radius, source, NO_BOUNDS),
	KEY("timeout", seconds, config_radius, timeout_ms, 100, SECONDS(60)),
	KEY("tries", u16, config_radius, tries, 1, 20),
	KEY("dead-time", seconds, config_radius, dead_ms, 100, SECONDS(3600)),
	KEY("require-message-authenticator", require, config_radius,
	    require_message_authenticator, NO_BOUNDS),
	KEY("status-server", bool, config_radius, status_server, NO_BOUNDS),
	KEY("nas-identifier", string, config_radius, nas_identifier, 1, 253),
	KEY("nas-address", addr, config_radius, nas_address, NO_BOUNDS),
};

static void init_radius(void *obj)
{
	struct config_radius *r = obj;

	r->auth_port = 1812;
	r->acct_port = 1813;
	r->timeout_ms = SECONDS(3);
	r->tries = 3;
	r->dead_ms = SECONDS(30);
	r->require_message_authenticator = CONFIG_REQUIRE_AUTO;
	r->status_server = true;
}

static void relative_radius(void *def, const void *obj, const struct config *c)
{
	const struct config_radius *r = obj;
	struct config_radius *d = def;

	d->nas_identifier = c->hostname;
	if (r->transport != CONFIG_TRANSPORT_TLS)
		return;
	d->port = 2083;
	d->auth_port = d->acct_port = r->port ? r->port : d->port;
	d->tries = 1; /* TCP sends again */
	d->server_name = r->address;
}

const struct config_section config_section_radius = {
	"radius",
	true,
	radius_keys,
	COUNT(radius_keys),
	sizeof(struct config_radius),
	init_radius,
	relative_radius,
};

static const struct config_key tacacs_keys[] = {
	KEY("address", string, config_tacacs, address, 1, 255),
	KEY("port", u16, config_tacacs, port, 1, 65535),
	KEY("secret-file", path, config_tacacs, secret_file, PATH_BYTES),
	KEY("source-address", addr, config_tacacs, source, NO_BOUNDS),
	KEY("timeout", seconds, config_tacacs, timeout_ms, 100, SECONDS(60)),
	KEY("dead-time", seconds, config_tacacs, dead_ms, 100, SECONDS(3600)),
	KEY("single-connection", bool, config_tacacs, single_connection,
	    NO_BOUNDS),
};

static void init_tacacs(void *obj)
{
	struct config_tacacs *t = obj;

	t->port = 49;
	t->timeout_ms = SECONDS(5);
	t->dead_ms = SECONDS(30);
	t->single_connection = true;
}

const struct config_section config_section_tacacs = {
	"tacacs",
	true,
	tacacs_keys,
	COUNT(tacacs_keys),
	sizeof(struct config_tacacs),
	init_tacacs,
	NULL,
};

static const struct config_key coa_keys[] = {
	KEY("from-address", prefixes, config_coa, from_address, NO_BOUNDS),
	KEY("secret-file", path, config_coa, secret_file, PATH_BYTES),
	KEY("require-message-authenticator", bool, config_coa,
	    require_message_authenticator, NO_BOUNDS),
};

static void init_coa(void *obj)
{
	struct config_coa *c = obj;

	c->require_message_authenticator = true;
}

const struct config_section config_section_coa = {
	"coa",	  true, coa_keys, COUNT(coa_keys), sizeof(struct config_coa),
	init_coa, NULL,
};

/* ---- lac and its sessions ---- */

static const char *const versions[] = {
	[CONFIG_VERSION_2] = "2",
	[CONFIG_VERSION_3] = "3",
	[CONFIG_VERSION_AUTO] = "auto",
};

static const char *const answers[] = { "anywhere", "address", "port" };

static const struct config_key lac_keys[] = {
	KEY("server", string, config_lac, server, 1, 255),
	KEY("port", u16, config_lac, port, 1, 65535),
	KEY("source-address", addr, config_lac, source, NO_BOUNDS),
	KEY("source-port", source_port, config_lac, ephemeral, NO_BOUNDS),
	WORD("answer-from", config_lac, answer_from, answers),
	WORD("encap", config_lac, encap, encaps),
	WORD("version", config_lac, version, versions),
	KEY("resolve-interval", seconds, config_lac, resolve_ms, 0,
	    SECONDS(86400)),
	TUNNEL_KEYS(config_lac, 10),
	OLD_SECRET(config_lac),
	KEY("sequencing", bool, config_lac, tunnel.sequencing, NO_BOUNDS),
};

static void init_lac(void *obj)
{
	struct config_lac *l = obj;

	init_tunnel(&l->tunnel);
	l->tunnel.idle_ms = SECONDS(15);
	l->port = 1701;
	l->ephemeral = true;
}

static void relative_lac(void *def, const void *obj, const struct config *c)
{
	relative_tunnel(&((struct config_lac *)def)->tunnel,
			&((const struct config_lac *)obj)->tunnel, c);
}

const struct config_section config_section_lac = {
	"lac",
	true,
	lac_keys,
	COUNT(lac_keys),
	sizeof(struct config_lac),
	init_lac,
	relative_lac,
};

static const struct config_key session_keys[] = {
	KEY("user", string, config_session, user, 1, 255),
	KEY("password-file", path, config_session, password_file, PATH_BYTES),
	KEY("ppp", ref, config_session, ppp, NO_BOUNDS),
	KEY("persist", bool, config_session, persist, NO_BOUNDS),
	KEY("redial", seconds, config_session, redial_min_ms, 10,
	    SECONDS(86400)),
	KEY("redial-max", seconds, config_session, redial_max_ms, 10,
	    SECONDS(86400)),
	KEY("ifname", ifname, config_session, ifname, NO_BOUNDS),
	KEY("called-number", string, config_session, called_number, 1, 253),
	KEY("calling-number", string, config_session, calling_number, 1, 253),
};

static void init_session(void *obj)
{
	struct config_session *s = obj;

	s->persist = true;
	s->redial_min_ms = SECONDS(1);
	s->redial_max_ms = SECONDS(300);
}

const struct config_section config_section_session = {
	"session",
	true,
	session_keys,
	COUNT(session_keys),
	sizeof(struct config_session),
	init_session,
	NULL,
};

/* ---- lcce and its sessions ---- */

static const char *const digests[] = {
	[CONFIG_DIGEST_MD5] = "md5",
	[CONFIG_DIGEST_SHA1] = "sha1",
};

static const char *const ipsec_words[] = {
	[CONFIG_IPSEC_NO] = "no",
	[CONFIG_IPSEC_REQUIRED] = "required",
};

static const struct config_key lcce_keys[] = {
	KEY("remote", string, config_lcce, remote, 1, 255),
	KEY("port", u16, config_lcce, port, 1, 65535),
	KEY("source-address", addr, config_lcce, source, NO_BOUNDS),
	KEY("source-port", source_port, config_lcce, ephemeral, NO_BOUNDS),
	WORD("encap", config_lcce, encap, encaps),
	KEY("udp-csum", bool, config_lcce, udp_csum, NO_BOUNDS),
	KEY("udp6-csum-tx", bool, config_lcce, udp6_csum_tx, NO_BOUNDS),
	KEY("udp6-csum-rx", bool, config_lcce, udp6_csum_rx, NO_BOUNDS),
	KEY("initiate", bool, config_lcce, initiate, NO_BOUNDS),
	KEY("from-address", prefixes, config_lcce, from_address, NO_BOUNDS),
	KEY("from-hostname", strings, config_lcce, from_hostname, 1, 253),
	KEY("from-router-id", addr4, config_lcce, from_router_id, NO_BOUNDS),
	TUNNEL_KEYS(config_lcce, 0),
	OLD_SECRET(config_lcce),
	WORD("digest", config_lcce, digest, digests),
	KEY("redial", seconds, config_lcce, redial_min_ms, 10, SECONDS(86400)),
	KEY("redial-max", seconds, config_lcce, redial_max_ms, 10,
	    SECONDS(86400)),
	KEY("resolve-interval", seconds, config_lcce, resolve_ms, 0,
	    SECONDS(86400)),
	WORD("ipsec", config_lcce, ipsec, ipsec_words),
	KEY("ipsec-connection", child_name, config_lcce, ipsec_connection,
	    NO_BOUNDS),
};

static void init_lcce(void *obj)
{
	struct config_lcce *l = obj;

	init_tunnel(&l->tunnel);
	l->port = 1701;
	l->digest = CONFIG_DIGEST_SHA1;
	l->redial_min_ms = SECONDS(1);
	l->redial_max_ms = SECONDS(60);
	l->resolve_ms = SECONDS(60);
	l->udp_csum = l->udp6_csum_tx = l->udp6_csum_rx = true;
}

static void relative_lcce(void *def, const void *obj, const struct config *c)
{
	const struct config_lcce *l = obj;
	struct config_lcce *d = def;

	relative_tunnel(&d->tunnel, &l->tunnel, c);
	d->initiate = l->remote != NULL;
	if (l->encap == CONFIG_ENCAP_IP)
		d->port = 0;
}

const struct config_section config_section_lcce = {
	"lcce",
	true,
	lcce_keys,
	COUNT(lcce_keys),
	sizeof(struct config_lcce),
	init_lcce,
	relative_lcce,
};

static const char *const pw_types[] = {
	[CONFIG_PW_ETHERNET] = "ethernet",
	[CONFIG_PW_VLAN] = "vlan",
};

/* config_kind_mac sets both. */
#define HAS_MAC_BEHIND(type)                                   \
	_Static_assert(offsetof(struct type, has_mac) ==       \
			       offsetof(struct type, mac) + 6, \
		       "has_mac")
HAS_MAC_BEHIND(config_pw);
HAS_MAC_BEHIND(config_static_session);

static const struct config_key pw_keys[] = {
	WORD("pseudowire", config_pw, type, pw_types),
	KEY("vlan", u16, config_pw, vlan, 1, 4094),
	KEY("remote-end-id", string, config_pw, remote_end_id, 1,
	    CONFIG_END_ID_MAX),
	KEY("pseudowire-id", u32, config_pw, pseudowire_id, 1, UINT32_MAX),
	KEY("ifname", ifname, config_pw, ifname, NO_BOUNDS),
	KEY("mtu", u16, config_pw, mtu, 68, 65535),
	KEY("mac", mac, config_pw, mac, NO_BOUNDS),
	KEY("bridge", ifname, config_pw, bridge, NO_BOUNDS),
	KEY("vrf", ifname, config_pw, vrf, NO_BOUNDS),
	KEY("circuit", ifname, config_pw, circuit, NO_BOUNDS),
	KEY("cookie", cookie_size, config_pw, cookie, NO_BOUNDS),
	KEY("l2-sublayer", bool, config_pw, sublayer, NO_BOUNDS),
	KEY("sequencing", bool, config_pw, sequencing, NO_BOUNDS),
};

static void init_pw(void *obj)
{
	((struct config_pw *)obj)->cookie = 8;
}

static void relative_pw(void *def, const void *obj, const struct config *c)
{
	const struct config_pw *p = obj;
	struct config_pw *d = def;

	(void)c;
	memcpy(d->name, p->name, sizeof(d->name));
	d->remote_end_id = d->name;
	d->sublayer = p->sequencing;
}

const struct config_section config_section_pw = {
	"session",
	true,
	pw_keys,
	COUNT(pw_keys),
	sizeof(struct config_pw),
	init_pw,
	relative_pw,
};

/* ---- static and its sessions: ip-l2tp(8)'s words, with '-' for '_' ---- */

static const struct config_key static_keys[] = {
	KEY("tunnel-id", u32, config_static, tunnel_id, 1, UINT32_MAX),
	KEY("peer-tunnel-id", u32, config_static, peer_tunnel_id, 1,
	    UINT32_MAX),
	WORD("encap", config_static, encap, encaps),
	KEY("local", addr, config_static, local, NO_BOUNDS),
	KEY("remote", addr, config_static, remote, NO_BOUNDS),
	KEY("udp-sport", u16, config_static, local.port, 1, 65535),
	KEY("udp-dport", u16, config_static, remote.port, 1, 65535),
	KEY("udp-csum", bool, config_static, udp_csum, NO_BOUNDS),
	KEY("udp6-csum-tx", bool, config_static, udp6_csum_tx, NO_BOUNDS),
	KEY("udp6-csum-rx", bool, config_static, udp6_csum_rx, NO_BOUNDS),
};

static void init_static(void *obj)
{
	struct config_static *s = obj;

	s->udp6_csum_tx = true;
	s->udp6_csum_rx = true;
}

const struct config_section config_section_static = {
	"static",
	true,
	static_keys,
	COUNT(static_keys),
	sizeof(struct config_static),
	init_static,
	NULL,
};

static const char *const l2specs[] = {
	[CONFIG_L2SPEC_DEFAULT] = "default",
	[CONFIG_L2SPEC_NONE] = "none",
};

static const char *const seqs[] = {
	[CONFIG_SEQ_NONE] = "none",
	[CONFIG_SEQ_SEND] = "send",
	[CONFIG_SEQ_RECV] = "recv",
	[CONFIG_SEQ_BOTH] = "both",
};

static const struct config_key static_session_keys[] = {
	KEY("session-id", u32, config_static_session, session_id, 1,
	    UINT32_MAX),
	KEY("peer-session-id", u32, config_static_session, peer_session_id, 1,
	    UINT32_MAX),
	KEY("cookie", cookie, config_static_session, cookie, NO_BOUNDS),
	KEY("peer-cookie", cookie, config_static_session, peer_cookie,
	    NO_BOUNDS),
	WORD("l2spec-type", config_static_session, l2spec, l2specs),
	WORD("seq", config_static_session, seq, seqs),
	KEY("ifname", ifname, config_static_session, ifname, NO_BOUNDS),
	KEY("vlan", u16, config_static_session, vlan, 1, 4094),
	KEY("mtu", u16, config_static_session, mtu, 68, 65535),
	KEY("mac", mac, config_static_session, mac, NO_BOUNDS),
	KEY("bridge", ifname, config_static_session, bridge, NO_BOUNDS),
	KEY("vrf", ifname, config_static_session, vrf, NO_BOUNDS),
	KEY("keepalive", seconds, config_static_session, keepalive_ms, 0,
	    SECONDS(86400)),
	KEY("keepalive-address", addr, config_static_session, keepalive_address,
	    NO_BOUNDS),
};

const struct config_section config_section_static_session = {
	"session",
	true,
	static_session_keys,
	COUNT(static_session_keys),
	sizeof(struct config_static_session),
	init_nothing,
	NULL,
};

/* ---- where they are ---- */

#define GROUP(name, type, member, inner)                               \
	{                                                              \
		&config_section_##name, offsetof(struct type, member), \
			offsetof(struct type, member##_n), inner       \
	}

static const struct config_group lac_groups[] = { GROUP(session, config_lac,
							sessions, NULL),
						  { NULL, 0, 0, NULL } };

static const struct config_group lcce_groups[] = { GROUP(pw, config_lcce,
							 sessions, NULL),
						   { NULL, 0, 0, NULL } };

static const struct config_group static_groups[] = {
	GROUP(static_session, config_static, sessions, NULL),
	{ NULL, 0, 0, NULL }
};

const struct config_group config_groups[] = {
	GROUP(listen, config, listen, NULL),
	GROUP(lns, config, lns, NULL),
	GROUP(ppp, config, ppp, NULL),
	GROUP(lac, config, lac, lac_groups),
	GROUP(lcce, config, lcce, lcce_groups),
	GROUP(static, config, statics, static_groups),
	GROUP(pool, config, pool, NULL),
	GROUP(radius, config, radius, NULL),
	GROUP(tacacs, config, tacacs, NULL),
	GROUP(coa, config, coa, NULL),
	{ NULL, 0, 0, NULL }
};

size_t config_group_n(const struct config_group *g, const void *parent)
{
	size_t n;

	memcpy(&n, (const char *)parent + g->n, sizeof(n));
	return n;
}

void *config_group_at(const struct config_group *g, const void *parent,
		      size_t i)
{
	char *array;

	memcpy(&array, (const char *)parent + g->array, sizeof(array));
	return array ? array + i * g->section->size : NULL;
}

int config_section_complete(const struct config *c,
			    const struct config_section *s, void *obj,
			    bool (*given)(void *arg, const char *key),
			    void *arg)
{
	void *def = s->relative ? calloc(1, s->size) : NULL;
	size_t i;
	int err = 0;

	if (!s->relative)
		return 0;
	if (!def)
		return -ENOMEM;
	s->init(def);
	s->relative(def, obj, c);
	for (i = 0; i < s->n && !err; i++) {
		const struct config_key *k = &s->keys[i];

		if (!given(arg, k->name) && !k->kind->equal(k, obj, def))
			err = k->kind->copy(k, obj, def);
	}
	free(def);
	return err;
}

void config_section_fini(const struct config_section *s, void *obj)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->keys[i].kind->fini)
			s->keys[i].kind->fini(&s->keys[i], obj);
}

void config_section_free(const struct config_section *s, const void *obj)
{
	void *own = (void *)(uintptr_t)obj;

	if (own)
		config_section_fini(s, own);
	free(own);
}
