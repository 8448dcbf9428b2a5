/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An interface, over rtnetlink: what it is, what it counted, and its MTU. */
#ifndef L2TPD_NETLINK_LINK_H
#define L2TPD_NETLINK_LINK_H

#include <stdint.h>

#include "netlink/rtnl.h"

struct link {
	int index;
	uint32_t mtu;
	char kind[16];			/* "ppp"; "" for one that has none */
	uint64_t rx_packets, tx_packets, rx_bytes, tx_bytes;
};

/* By its name: 0, -ENODEV, or the kernel's -errno. */
int link_get(struct rtnl *r, const char *ifname, struct link *out);
/* By its index, which no other interface gets after it: the same. */
int link_get_index(struct rtnl *r, int index, struct link *out);
int link_set_mtu(struct rtnl *r, const char *ifname, uint32_t mtu);

#endif
