/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An interface, over rtnetlink: what it is, what it counted, and what may be
 * changed of it.
 */
#ifndef L2TPD_NETLINK_LINK_H
#define L2TPD_NETLINK_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "netlink/rtnl.h"

struct link {
	int index;
	int master; /* the index of its bridge or VRF; 0: none */
	int lower;  /* the index of what a VLAN is on; 0: none */
	char name[IFNAMSIZ];
	uint32_t mtu;
	uint8_t mac[6];
	char kind[16]; /* "ppp"; "" for one that has none */
	bool up;       /* administratively */
	bool carrier;  /* it, and what is below it, has a link */
	bool running;  /* up, with a carrier and not dormant */
	uint64_t rx_packets, tx_packets, rx_bytes, tx_bytes;
	uint64_t rx_errors, tx_errors, rx_drops, tx_drops;
};

/* All return 0 or the kernel's -errno, with its words in r->text. */

/* By its name; -ENODEV: there is none. */
int link_get(struct rtnl *r, const char *ifname, struct link *out);
/* By its index, which no other interface gets after it: the same. */
int link_get_index(struct rtnl *r, int index, struct link *out);

/*
 * Calls each for every interface with what it received, by one dump, whatever
 * the number of interfaces.
 */
int link_dump_received(struct rtnl *r,
		       void (*each)(void *ctx, int index, uint64_t rx_packets),
		       void *ctx);

int link_set_mtu(struct rtnl *r, const char *ifname, uint32_t mtu);
int link_set_mtu_index(struct rtnl *r, int index, uint32_t mtu);
/* The interface has to be down for it; -EEXIST: another has the name. */
int link_set_name(struct rtnl *r, int index, const char *name);
/* Most drivers want the interface to be down for it. */
int link_set_mac(struct rtnl *r, int index, const uint8_t mac[6]);
int link_set_up(struct rtnl *r, int index, bool up);
/* master: the index of a bridge, a VRF; 0: none */
int link_set_master(struct rtnl *r, int index, int master);
/*
 * Operational state apart from the administrative one (RFC 2863): ready passes
 * packets as before; else it is dormant, like one whose far end is missing, and
 * a bridge or IPv6 leaves it alone. The kernel does not change it by itself.
 */
int link_set_ready(struct rtnl *r, int index, bool ready);

/*
 * Makes name, which carries the VLAN vid of lower; mtu is no more than lower's.
 */
int link_add_vlan(struct rtnl *r, const char *name, int lower, uint16_t vid,
		  uint32_t mtu);
int link_del(struct rtnl *r, int index);

#endif
