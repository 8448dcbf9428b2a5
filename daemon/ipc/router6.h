/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the monitor tells the router6 process, which advertises prefixes on the
 * links of callers and delegates prefixes to them. It answers nothing.
 */
#ifndef L2TPD_IPC_ROUTER6_H
#define L2TPD_IPC_ROUTER6_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "ipc/service.h"

enum router6_message {
	/*
	 * event, first: router6_start; fds: a raw ICMPv6 socket that hears
	 * router solicitations, and with has_dhcp UDP port 547
	 */
	ROUTER6_START = 1,
	/* event: router6_search, before an interface that has it */
	ROUTER6_SEARCH,
	/* event: router6_interface, in place of what that interface had */
	ROUTER6_ANNOUNCE,
	/* event: router6_forget: nothing is told there any more */
	ROUTER6_FORGET,
};

#define ROUTER6_DUID_MAX   130
#define ROUTER6_SEARCH_MAX 4 /* names of a list */

/* Seconds; of leases see RFC 8415, of the others RFC 4861 and 8106. */
struct router6_times {
	uint16_t router_s;
	uint32_t prefix_valid_s, prefix_preferred_s, dns_s;
	uint32_t lease_valid_s, lease_preferred_s, renew_s, rebind_s;
};

struct router6_start {
	bool has_dhcp;
	struct router6_times times;
	uint8_t duid_len;
	uint8_t duid[ROUTER6_DUID_MAX];
};

/* Domains in which callers look for short names. */
struct router6_search {
	uint32_t index; /* they count up from 0 */
	uint8_t name_n;
	char names[ROUTER6_SEARCH_MAX][254];
};

#define ROUTER6_NO_SEARCH UINT32_MAX

struct router6_interface {
	uint32_t ifindex; /* by which it is known; not 0 */
	char ifname[IFNAMSIZ];
	uint8_t router[16]; /* our link-local address there */
	/*
	 * the other end's, to which goes what is for all; "::": to ff02::1
	 */
	uint8_t caller[16];
	uint16_t mtu; /* 0: it is not told */
	struct service_prefix6 prefix6, delegated6;
	uint8_t dns6_n;
	uint8_t dns6[2][16];
	uint32_t search; /* ROUTER6_NO_SEARCH: none */
};

struct router6_forget {
	uint32_t ifindex;
};

#endif
