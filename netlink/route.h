/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rtnetlink socket: which way a route leads, and an interface's MTU. */
#ifndef L2TPD_NETLINK_ROUTE_H
#define L2TPD_NETLINK_ROUTE_H

#include <stdint.h>

#include "lib/addr.h"

struct mnl_socket;

struct route {
	struct mnl_socket *nl;
	uint32_t portid, seq;
};

/* 0 or -errno */
int route_open(struct route *r);
void route_close(struct route *r);

/* The interface that packets to dst leave by: its index, or -errno. */
int route_ifindex(struct route *r, const struct addr *dst);
/* 0, -ENODEV, or the kernel's -errno */
int route_set_mtu(struct route *r, const char *ifname, uint32_t mtu);

#endif
