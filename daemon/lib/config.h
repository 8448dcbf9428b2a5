/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration file as plain structs. The monitor parses the file, hands
 * its canonical text to the other processes, and each parses that: names and
 * indexes mean the same in all of them. libconfuse is behind it.
 */
#ifndef L2TPD_LIB_CONFIG_H
#define L2TPD_LIB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/addr.h"

#define CONFIG_STATE_DIR "/var/lib/l2tpd"
#define CONFIG_NAME_MAX	 64 /* of a section; with the NUL */

struct config_strings {
	char **v;
	size_t n;
};
struct config_prefixes {
	struct addr_prefix *v;
	size_t n;
};

enum config_encap { CONFIG_ENCAP_UDP, CONFIG_ENCAP_IP };

struct config_listen {
	struct addr address; /* with port, default 1701; encap = "ip": port 0 */
	/* "udp" (default): L2TPv2 and L2TPv3; "ip": L2TPv3 over protocol 115 */
	enum config_encap encap;
};

/*
 * Keys that lns and lac have in common. Times are seconds in the file, ms here.
 */
struct config_tunnel {
	char *hostname; /* default: the global one */
	/* NULL: none. secret-file */
	char *secret_file;
	/* taken as well in what the peer sends, for a change of secrets */
	char *old_secret_file;
	bool challenge;		 /* default true when there is a secret */
	bool hide;		 /* hide-avps, default false */
	uint16_t receive_window; /* receive-window, default 16 */
	uint32_t hello_ms;	 /* hello, default 60 s; 0 is off */
	/* retransmit, default 1 s (fractions allowed) */
	uint32_t retransmit_ms;
	uint32_t retransmit_cap_ms; /* retransmit-cap, default 8 s */
	uint16_t retransmit_tries;  /* retransmit-tries, default 5 */
	uint32_t setup_ms;	    /* setup-timeout, default 60 s */
	/* idle-timeout (no sessions), default 10 s lns, 15 s lac */
	uint32_t idle_ms;
	uint32_t max_sessions; /* 0: none */
	bool sequencing;       /* ask for data sequencing; default false */
};

struct config_lns {
	char name[CONFIG_NAME_MAX];
	struct config_prefixes from_address; /* empty: any */
	struct config_strings from_hostname; /* shell patterns; empty: any */
	struct config_tunnel tunnel;
	uint32_t max_tunnels; /* 0: none */
	/*
	 * max-calls-in-setup: calls that are not up yet; 0: no limit,
	 * default 400
	 */
	uint32_t max_setup;
	/* the same of each tunnel; default 200 */
	uint32_t max_tunnel_setup;
	char ppp[CONFIG_NAME_MAX]; /* an existing ppp section */
};

enum config_auth {
	CONFIG_AUTH_PAP = 1,
	CONFIG_AUTH_CHAP = 2,
	CONFIG_AUTH_MSCHAPV1 = 4,
	CONFIG_AUTH_MSCHAPV2 = 8
};
enum config_backend {
	CONFIG_BACKEND_PPPD,
	CONFIG_BACKEND_NONE,
	CONFIG_BACKEND_BUILTIN,
};

enum config_mppe {
	CONFIG_MPPE_OFF,
	CONFIG_MPPE_OPTIONAL,
	CONFIG_MPPE_REQUIRED
};
enum config_duplicate { CONFIG_DUPLICATE_DENY, CONFIG_DUPLICATE_REPLACE };
enum config_same_caller {
	CONFIG_SAME_USER,
	CONFIG_SAME_LINE,
	CONFIG_SAME_ADDRESS
};
enum config_unapplied { CONFIG_UNAPPLIED_WARN, CONFIG_UNAPPLIED_REFUSE };
enum { CONFIG_MPPE_40 = 1, CONFIG_MPPE_128 = 2 }; /* of mppe_bits */

/* IPv4, host order, inclusive */
struct config_pool_range {
	uint32_t first, last;
};
/*
 * Of prefixes (without network and broadcast) and first-last; none overlaps
 * another of its list.
 */
struct config_ranges {
	struct config_pool_range *v;
	size_t n;
};

struct config_ppp {
	char name[CONFIG_NAME_MAX];
	/* backend = "pppd" (default), "none" or "builtin" */
	enum config_backend backend;
	/*
	 * enum config_auth in the order of preference; none: the
	 * peer is not asked
	 */
	uint8_t auth[4];
	size_t auth_n;
	/* chap-secrets format; asked before the servers */
	char *users_file;
	/* names of radius sections, in the order of their use */
	struct config_strings radius;
	/* the same of tacacs sections; not both */
	struct config_strings tacacs;
	/*
	 * unapplied = "warn" (default) or "refuse": what a reply gives or
	 * restricts and cannot be applied costs a line, or the call
	 */
	enum config_unapplied unapplied;
	/* to the same servers; default true when there are some */
	bool accounting;
	/* interim-interval, where the reply says nothing; 0: none */
	uint32_t interim_ms;
	/* user@realm, DOMAIN\user: default false, kept */
	bool strip_realm, strip_domain;
	/* mppe = "off" (default), "optional", "required" */
	enum config_mppe mppe;
	/* mppe-bits, CONFIG_MPPE_*; default both, the larger preferred */
	uint8_t mppe_bits;
	bool mppe_stateful;    /* default false: stateless only */
	uint32_t max_sessions; /* of this profile; 0: none */
	/* 0: none; a reply's Port-Limit replaces it */
	uint32_t max_sessions_per_user;
	/*
	 * on-duplicate = "deny" (default) or "replace": what a call does that
	 * one of the same caller keeps out; same-caller = "user" (default: by
	 * its name), "line" (by its number), "address" (whoever holds that)
	 */
	enum config_duplicate on_duplicate;
	enum config_same_caller same_caller;
	/* where the reply says nothing; 0: none */
	uint32_t session_timeout_ms, idle_timeout_ms;
	/* bit/s towards and from the caller, the same; 0: none */
	uint64_t rate_down, rate_up;
	struct addr local_address; /* unset: pppd's choice */
	/*
	 * a fixed one; unset: the pool's or the users file's; not with a pool
	 */
	struct addr remote_address;
	struct config_ranges pool; /* never local_address */
	/* names of pool sections, used after pool's own ranges */
	struct config_strings pools;
	/* pool-reserve: only given where a user has it fixed */
	struct config_ranges reserve;
	struct addr dns[2];
	size_t dns_n;
	/* 0: what fits the way to the peer (mru: as mtu, where that is set) */
	uint16_t mtu, mru;
	bool clamp_mss; /* TCP's segments fit; default false */
	bool ipv6;	/* IPV6CP; default false */
	/* IPv6: each caller gets a prefix, announced on its link */
	struct config_prefixes prefix_pool;
	/* IPv6: each caller may ask for one by DHCPv6-PD */
	struct config_prefixes delegated_pool;
	uint32_t delegated_length; /* default 56 (prefix_pool's are /64) */
	/* addresses, told by router advertisement and DHCPv6; at most 2 */
	struct config_strings dns6;
	/*
	 * domains in which callers look for short names, told with dns6; at
	 * most 4, and 255 bytes in DNS messages
	 */
	struct config_strings dns6_search;
	/* operator's programs, run beside the call; see l2tpd.conf(5) */
	char *ip_up, *ip_down;
	/*
	 * /etc/ppp/ip-up and the like; default: false for an
	 * lns, true for a lac
	 */
	bool pppd_scripts;
	bool pppd_scripts_given;
	bool default_route; /* client; default false */
	/* client: of the route; default 0, before all others */
	uint32_t default_route_metric;
	bool use_peer_dns;	    /* client: usepeerdns */
	uint32_t lcp_echo_interval; /* seconds, default 30; 0 off */
	uint32_t lcp_echo_failure;  /* default 4 */
	/* not while packets of the peer come; default with builtin only */
	bool lcp_echo_adaptive;
	/* further pppd options, one argument list: { "noccp", "..." } */
	struct config_strings options;
};

/*
 * Addresses that several profiles share, or that a RADIUS server names
 * (Framed-Pool).
 */
struct config_pool {
	char name[CONFIG_NAME_MAX];
	struct config_ranges address, reserve;
};

enum config_transport { CONFIG_TRANSPORT_UDP, CONFIG_TRANSPORT_TLS };

/*
 * Whether something must be there. Auto: not before it was there once, of
 * whoever is meant.
 */
enum config_require {
	CONFIG_REQUIRE_FALSE,
	CONFIG_REQUIRE_TRUE,
	CONFIG_REQUIRE_AUTO
};

/* One RADIUS server. */
struct config_radius {
	char name[CONFIG_NAME_MAX];
	char *address; /* name or literal address */
	/* "udp" (default) or "tls" (RFC 6614) */
	enum config_transport transport;
	uint16_t port; /* TLS: default 2083; UDP: 0 */
	/* UDP: default 1812, 1813; TLS: both are port */
	uint16_t auth_port, acct_port;
	char *secret_file; /* NULL with TLS, whose secret is RFC 6614's */
	char *ca_file; /* TLS, all PEM: who signs the server's certificate */
	char *certificate_file, *key_file; /* our own, both or none */
	/*
	 * what the server's certificate is for, a name or an address;
	 * default: address
	 */
	char *server_name;
	struct addr source;  /* source-address; unset: the kernel's choice */
	uint32_t timeout_ms; /* until it counts as dead; default 3 s */
	uint16_t tries;	     /* sends within that; default 3, TLS: 1 */
	/* dead-time: between two looks whether it is back; default 30 s */
	uint32_t dead_ms;
	/* of replies to Access-Requests; default auto */
	enum config_require require_message_authenticator;
	/* RFC 5997, to look whether it is back; default true */
	bool status_server;
	char *nas_identifier; /* default: the hostname */
	/* NAS-IP-Address or NAS-IPv6-Address; unset: not sent */
	struct addr nas_address;
};

/* One TACACS+ server (RFC 8907). */
struct config_tacacs {
	char name[CONFIG_NAME_MAX];
	char *address;	     /* name or literal address */
	uint16_t port;	     /* default 49 */
	char *secret_file;   /* not NULL */
	struct addr source;  /* source-address; unset: the kernel's choice */
	uint32_t timeout_ms; /* until it counts as dead; default 5 s */
	/* dead-time: until a dead one is asked again; default 30 s */
	uint32_t dead_ms;
	/* many requests on one connection, if it agrees; default true */
	bool single_connection;
};

/* Who may send CoA-Request and Disconnect-Request (RFC 5176). */
struct config_coa {
	char name[CONFIG_NAME_MAX];
	struct config_prefixes from_address; /* not empty */
	char *secret_file;
	bool require_message_authenticator; /* default true */
};

struct config_session {
	char name[CONFIG_NAME_MAX];
	char *user;	     /* name for PPP authentication */
	char *password_file; /* its password; else ppp.users_file */
	char ppp[CONFIG_NAME_MAX];
	bool persist; /* redial; default true */
	/* redial (1 s), redial-max (300 s) */
	uint32_t redial_min_ms, redial_max_ms;
	char *ifname; /* "" or NULL: pppN */
	char *called_number, *calling_number;
};

enum config_version { CONFIG_VERSION_2, CONFIG_VERSION_3, CONFIG_VERSION_AUTO };

enum config_answer {
	CONFIG_ANSWER_ANYWHERE,
	CONFIG_ANSWER_ADDRESS,
	CONFIG_ANSWER_PORT,
};

struct config_lac {
	char name[CONFIG_NAME_MAX];
	char *server;	    /* name or literal address */
	uint16_t port;	    /* default 1701 */
	struct addr source; /* source-address */
	bool ephemeral;	    /* source-port = "ephemeral" (default) or 1701 */
	/* answer-from = "anywhere" (default), "address", "port"; over UDP */
	enum config_answer answer_from;
	enum config_encap encap; /* "udp" (default), or "ip", of version 3 */
	/*
	 * version = "2" (default), "3", or "auto": 3 and, with a peer
	 * that has 2 only, 2
	 */
	enum config_version version;
	/*
	 * resolve-interval, as of an lcce, but 0: names of LNSs take turns
	 * between addresses
	 */
	uint32_t resolve_ms;
	struct config_tunnel tunnel;
	struct config_session *sessions;
	size_t sessions_n;
};

enum config_digest { CONFIG_DIGEST_MD5, CONFIG_DIGEST_SHA1 };
enum config_pw_type { CONFIG_PW_ETHERNET, CONFIG_PW_VLAN };
enum config_ipsec { CONFIG_IPSEC_NO, CONFIG_IPSEC_REQUIRED };

/*
 * A session of an lcce section: a pseudowire and the interface that it ends in.
 */
struct config_pw {
	char name[CONFIG_NAME_MAX];
	/* pseudowire = "ethernet" (default) or "vlan" (RFC 4719) */
	enum config_pw_type type;
	uint16_t vlan; /* 1 to 4094; required by "vlan", else forbidden */
	/* what names the circuit to both ends; default: the section's name */
	char *remote_end_id;
	/*
	 * in place of it: a Remote End ID of four octets (RFC 4719 section
	 * 2.2); 0: none
	 */
	uint32_t pseudowire_id;
	char *ifname; /* NULL: the kernel's l2tpethN */
	/* 0: the bridge's, else what fits the path to the peer */
	uint16_t mtu;
	/* else the kernel's random one */
	uint8_t mac[6];
	bool has_mac;
	char *bridge, *vrf; /* what the interface joins; not both */
	/* an interface whose link state is the circuit's as well; NULL: none */
	char *circuit;
	/* bytes of the cookie that the peer must send: 0, 4 or 8; default 8 */
	uint8_t cookie;
	/*
	 * l2-sublayer: the Default L2-Specific Sublayer is asked for; default:
	 * with sequencing
	 */
	bool sublayer;
	bool sequencing; /* all data packets numbered, in the sublayer */
};

/* A peer of L2TPv3 (RFC 3931), whom we call, who calls us, or both. */
struct config_lcce {
	char name[CONFIG_NAME_MAX];
	char *remote;	    /* name or literal address; NULL: it calls us */
	uint16_t port;	    /* default 1701; 0 with encap = "ip" */
	struct addr source; /* source-address */
	/*
	 * source-port = "ephemeral" or 1701 (default: several behind one NAT
	 * need ephemeral)
	 */
	bool ephemeral;
	enum config_encap encap;
	bool initiate; /* default: with remote */
	/*
	 * Who it is when it calls: all that are given must fit; none given: its
	 * address is remote's, which config_lcce_takes knows of a literal
	 * address only.
	 */
	struct config_prefixes from_address;
	struct config_strings from_hostname; /* shell patterns */
	struct addr from_router_id;	     /* IPv4 form; unset: any */
	/* of data; all default true. Control messages always have one */
	bool udp_csum, udp6_csum_tx, udp6_csum_rx;
	/*
	 * challenge: Control Message Authentication; idle-timeout default 0,
	 * never; no sequencing, it is the sessions'
	 */
	struct config_tunnel tunnel;
	/* of what we send; default "sha1". Either is taken */
	enum config_digest digest;
	/* redial (1 s), redial-max (60 s) */
	uint32_t redial_min_ms, redial_max_ms;
	/*
	 * resolve-interval (60 s): how often remote's name is looked up again;
	 * 0: to redial only
	 */
	uint32_t resolve_ms;
	enum config_ipsec ipsec; /* "no" (default) or "required" */
	/* the child of strongSwan's to initiate; NULL: none */
	char *ipsec_connection;
	struct config_pw *sessions;
	size_t sessions_n;
};

enum config_l2spec { CONFIG_L2SPEC_DEFAULT, CONFIG_L2SPEC_NONE };
/* bits */
enum config_seq {
	CONFIG_SEQ_NONE,
	CONFIG_SEQ_SEND,
	CONFIG_SEQ_RECV,
	CONFIG_SEQ_BOTH
};

/* len: 0 (none), 4 or 8 */
struct config_cookie {
	uint8_t bytes[8];
	uint8_t len;
};

/*
 * A pseudowire without a control connection; the words are those of ip-l2tp(8).
 */
struct config_static_session {
	char name[CONFIG_NAME_MAX];
	uint32_t session_id, peer_session_id; /* neither is 0 */
	struct config_cookie cookie;	      /* what we send */
	struct config_cookie peer_cookie;     /* what the peer must send */
	/* l2spec-type = "default" (default) or "none" */
	enum config_l2spec l2spec;
	enum config_seq seq; /* default "none" */
	char *ifname;	     /* NULL: the kernel's l2tpethN */
	uint16_t vlan;	     /* as of a config_pw of type "vlan"; 0: none */
	/* 0: the bridge's, else what fits the path to the peer */
	uint16_t mtu;
	/* else the kernel's random one */
	uint8_t mac[6];
	bool has_mac;
	char *bridge, *vrf; /* what the interface joins; not both */
	/* keepalive: between two pings through the pseudowire; 0: none */
	uint32_t keepalive_ms;
	struct addr keepalive_address; /* set when keepalive_ms is */
};

/* Its tunnel. */
struct config_static {
	char name[CONFIG_NAME_MAX];
	uint32_t tunnel_id, peer_tunnel_id; /* neither is 0 */
	enum config_encap encap;
	/*
	 * of one family; the ports are udp-sport and udp-dport, 0
	 * with encap = "ip"
	 */
	struct addr local, remote;
	bool udp_csum;			 /* IPv4; default false */
	bool udp6_csum_tx, udp6_csum_rx; /* IPv6; default true */
	struct config_static_session *sessions;
	size_t sessions_n;
};

struct config {
	char *hostname;	      /* default: gethostname() */
	uint32_t max_tunnels; /* default 10000 */
	/* in places of 300 octets; default 20000 */
	uint32_t max_half_open;
	/* whom no section takes is told so; default true */
	bool answer_strangers;
	uint32_t max_sessions; /* default 100000 */
	/*
	 * max-calls-in-setup: callers' calls that are not up yet; default 500
	 */
	uint32_t max_setup;
	/* hang-timeout, default 30 s; 0: a hung process is left alone */
	uint32_t hang_ms;
	char *state_dir; /* what outlives a restart; default /var/lib/l2tpd */
	/* l2tpctl may add and delete static tunnels; default false */
	bool static_by_command;
	/*
	 * where coa clients are heard, port 3799; default "::",
	 * which takes IPv4 too
	 */
	struct addr coa_address;
	/* none: only calls out */
	struct config_listen *listen;
	size_t listen_n;
	/* the first that matches serves */
	struct config_lns *lns;
	size_t lns_n;
	struct config_ppp *ppp;
	size_t ppp_n;
	struct config_lac *lac;
	size_t lac_n;
	/* router-id, in IPv4 form; unset: made from the hostname */
	struct addr router_id;
	/* the first that matches serves */
	struct config_lcce *lcce;
	size_t lcce_n;
	struct config_static *statics;
	size_t statics_n;
	struct config_pool *pool;
	size_t pool_n;
	struct config_radius *radius;
	size_t radius_n;
	struct config_tacacs *tacacs;
	size_t tacacs_n;
	struct config_coa *coa;
	size_t coa_n;
};

/*
 * Reads FILE from f; name is for messages. Returns the configuration, or NULL
 * with "FILE:LINE: what is wrong, and what to do" in err. Unknown keys, wrong
 * types, missing references (ppp = "x" without such a section) and
 * contradictions are errors. Secrets are not read here.
 */
struct config *config_parse(FILE *f, const char *name, char *err,
			    size_t errlen);
struct config *config_parse_text(const char *text, const char *name, char *err,
				 size_t errlen);
/*
 * Of a command's words, which stand in no file: the sentence is
 * without their place.
 */
struct config *config_parse_words(const char *text, char *err, size_t errlen);
void config_free(struct config *c);
/*
 * The canonical form: every key that differs from its default; parses
 * back to the same.
 */
int config_print(const struct config *c, FILE *out);
/* The same as text that the caller frees; NULL: out of memory. */
char *config_print_text(const struct config *c);
/* Of its sections alone. */
char *config_sections_text(const struct config *c);
/*
 * Whether each file that the configuration names can be opened, is root's or
 * our own, and is closed to others (certificates: to their writing): 0, or
 * -errno with a sentence in err.
 */
int config_check_files(const struct config *c, char *err, size_t errlen);

/*
 * The words of a section's methods of authentication, in their order and with
 * this between them, into buf, which is returned; CONFIG_AUTH_TEXT is enough.
 */
#define CONFIG_AUTH_TEXT 64
const char *config_auth_text(const struct config_ppp *p, const char *between,
			     char *buf, size_t size);
const struct config_ppp *config_ppp_find(const struct config *c,
					 const char *name);
/*
 * Whether callers of this profile must be given an IPv4 address: it has neither
 * noip nor ipcp-accept-remote among its options. And whether it has one for
 * them, without users-file and RADIUS.
 */
bool config_ppp_needs_address(const struct config_ppp *p);
bool config_ppp_has_addresses(const struct config_ppp *p);
const struct config_lac *config_lac_find(const struct config *c,
					 const char *name);
const struct config_lcce *config_lcce_find(const struct config *c,
					   const char *name);
/*
 * The Remote End ID by which both ends know the circuit: its octets in out;
 * returns how many.
 */
#define CONFIG_END_ID_MAX 64
uint8_t config_pw_end_id(const struct config_pw *p,
			 uint8_t out[static CONFIG_END_ID_MAX]);
const struct config_static *config_static_find(const struct config *c,
					       const char *name);
/* The same keys; names and, of a tunnel, its sessions are not looked at. */
bool config_static_equal(const struct config_static *a,
			 const struct config_static *b);
bool config_static_session_equal(const struct config_static_session *a,
				 const struct config_static_session *b);
/*
 * Whether it takes a control connection from this peer. router_id: host order.
 */
bool config_lcce_takes(const struct config_lcce *l, const struct addr *from,
		       const char *hostname, uint32_t router_id);
/* Whether a session of a lac section gives its interface this name. */
bool config_lac_has_ifname(const struct config *c, const char *ifname);
const struct config_pool *config_pool_find(const struct config *c,
					   const char *name);
const struct config_tacacs *config_tacacs_find(const struct config *c,
					       const char *name);
const struct config_radius *config_radius_find(const struct config *c,
					       const char *name);
/* The coa section that hears this address, or NULL. */
const struct config_coa *config_coa_match(const struct config *c,
					  const struct addr *from);
/*
 * The lns section that takes a tunnel from this address and host name, or NULL.
 */
const struct config_lns *config_lns_match(const struct config *c,
					  const struct addr *from,
					  const char *hostname);

#endif
