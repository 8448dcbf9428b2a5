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

#define CONFIG_NAME_MAX 64		/* of a section; with the NUL */

struct config_strings { char **v; size_t n; };
struct config_prefixes { struct addr_prefix *v; size_t n; };

struct config_listen {
	struct addr address;		/* with port; default port 1701 */
};

/* Keys that lns and lac have in common. Times are seconds in the file, ms here. */
struct config_tunnel {
	char *hostname;			/* default: the global one */
	char *secret_file;		/* NULL: none. lns: tunnel-secret-file; lac: secret-file */
	bool challenge;			/* default true when there is a secret */
	bool hide;			/* hide-avps, default false */
	uint16_t receive_window;	/* receive-window, default 16 */
	uint32_t hello_ms;		/* hello, default 60 s; 0 is off */
	uint32_t retransmit_ms;		/* retransmit, default 1 s (fractions allowed) */
	uint32_t retransmit_cap_ms;	/* retransmit-cap, default 8 s */
	uint16_t retransmit_tries;	/* retransmit-tries, default 5 */
	uint32_t setup_ms;		/* setup-timeout, default 60 s */
	uint32_t idle_ms;		/* idle-timeout (no sessions), default 10 s lns, 15 s lac */
	uint32_t max_sessions;		/* 0: none */
	bool sequencing;		/* ask for data sequencing; default false */
};

struct config_lns {
	char name[CONFIG_NAME_MAX];
	struct config_prefixes from_address;	/* empty: any */
	struct config_strings from_hostname;	/* shell patterns; empty: any */
	struct config_tunnel tunnel;
	uint32_t max_tunnels;			/* 0: none */
	char ppp[CONFIG_NAME_MAX];		/* an existing ppp section */
};

enum config_auth { CONFIG_AUTH_PAP = 1, CONFIG_AUTH_CHAP = 2, CONFIG_AUTH_MSCHAPV1 = 4, CONFIG_AUTH_MSCHAPV2 = 8 };
enum config_backend { CONFIG_BACKEND_PPPD, CONFIG_BACKEND_NONE };

struct config_pool_range { uint32_t first, last; };	/* IPv4, host order, inclusive */

struct config_ppp {
	char name[CONFIG_NAME_MAX];
	enum config_backend backend;	/* backend = "pppd" (default) or "none" */
	uint8_t auth[4]; size_t auth_n;	/* enum config_auth in the order of preference; none: the peer is not asked */
	char *users_file;		/* chap-secrets format */
	struct addr local_address;	/* unset: pppd's choice */
	struct addr remote_address;	/* a fixed one; unset: the pool's or the users file's; not with a pool */
	/* of prefixes (without network and broadcast) and first-last; never local_address */
	struct config_pool_range *pool; size_t pool_n;
	struct addr dns[2]; size_t dns_n;
	uint16_t mtu, mru;		/* default 1460 both (mru: as mtu) */
	bool ipv6;			/* IPV6CP; default false */
	bool default_route;		/* client: defaultroute; default false */
	bool use_peer_dns;		/* client: usepeerdns */
	uint32_t lcp_echo_interval;	/* seconds, default 30; 0 off */
	uint32_t lcp_echo_failure;	/* default 4 */
	struct config_strings options;	/* further pppd options, one argument list: { "noccp", "..." } */
};

struct config_session {
	char name[CONFIG_NAME_MAX];
	char *user;			/* name for PPP authentication */
	char *password_file;		/* its password; else ppp.users_file */
	char ppp[CONFIG_NAME_MAX];
	bool persist;			/* redial; default true */
	uint32_t redial_min_ms, redial_max_ms;	/* redial (1 s), redial-max (300 s) */
	char *ifname;			/* "" or NULL: pppN */
	char *called_number, *calling_number;
};

struct config_lac {
	char name[CONFIG_NAME_MAX];
	char *server;			/* name or literal address */
	uint16_t port;			/* default 1701 */
	struct addr source;		/* source-address */
	bool ephemeral;			/* source-port = "ephemeral" (default) or 1701 */
	struct config_tunnel tunnel;
	struct config_session *sessions; size_t sessions_n;
};

struct config {
	char *hostname;			/* default: gethostname() */
	uint32_t max_tunnels;		/* default 10000 */
	uint32_t max_half_open;		/* default 500 */
	uint32_t max_sessions;		/* default 100000 */
	struct config_listen *listen; size_t listen_n;	/* none: only calls out */
	struct config_lns *lns; size_t lns_n;		/* the first that matches serves */
	struct config_ppp *ppp; size_t ppp_n;
	struct config_lac *lac; size_t lac_n;
};

/*
 * Reads FILE from f; name is for messages. Returns the configuration, or NULL
 * with "FILE:LINE: what is wrong, and what to do" in err. Unknown keys, wrong
 * types, missing references (ppp = "x" without such a section) and
 * contradictions are errors. Secrets are not read here.
 */
struct config *config_parse(FILE *f, const char *name, char *err, size_t errlen);
void config_free(struct config *c);
/* The canonical form: every key that differs from its default; parses back to the same. */
int config_print(const struct config *c, FILE *out);
/*
 * Whether each file that the configuration names can be opened, is root's or
 * our own, and is closed to others: 0, or -errno with a sentence in err.
 */
int config_check_files(const struct config *c, char *err, size_t errlen);

const struct config_ppp *config_ppp_find(const struct config *c, const char *name);
const struct config_lac *config_lac_find(const struct config *c, const char *name);
/* The lns section that takes a tunnel from this address and host name, or NULL. */
const struct config_lns *config_lns_match(const struct config *c, const struct addr *from,
					  const char *hostname);

#endif
