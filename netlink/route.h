/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes over rtnetlink: which way one leads, and our own by way
 * of an interface.
 */
#ifndef L2TPD_NETLINK_ROUTE_H
#define L2TPD_NETLINK_ROUTE_H

#include <stdint.h>

#include "lib/addr.h"
#include "netlink/rtnl.h"

/*
 * "proto 115" of ip route: a number of our own, so that an operator and we tell
 * our routes from others'. It is L2TP's protocol number in IP.
 */
#define ROUTE_PROTOCOL 115

/* A route of the main table that leads into an interface. */
struct route {
	struct addr_prefix dst;
	struct addr gateway; /* on the interface; unset: none */
	uint32_t metric;     /* 0: the kernel's default */
	int ifindex;
};

/* The interface that packets to dst leave by: its index, or -errno. */
int route_ifindex(struct rtnl *r, const struct addr *dst);
/*
 * Adds it. One of ours to the same destination, by another interface, gives
 * way; anybody else's does not: -EEXIST.
 */
int route_add(struct rtnl *r, const struct route *route);
/* -ESRCH or -ENOENT when it is gone already. */
int route_del(struct rtnl *r, const struct route *route);
/*
 * Adds it beside others to the same destination, of IPv4 before those of the
 * same metric, which stay. 0 also when it is there already.
 */
int route_put(struct rtnl *r, const struct route *route);

/* The entry of the kernel's tables that decides about a destination. */
struct route_entry {
	uint8_t len;	  /* of its prefix, in bits */
	uint8_t protocol; /* RTPROT_* */
	uint32_t table, metric;
	int ifindex; /* 0: none, or several */
};

/* 0 or -errno; -ENETUNREACH, -EHOSTUNREACH: nothing leads there. */
int route_entry(struct rtnl *r, const struct addr *dst,
		struct route_entry *out);

#endif
