/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP's maximum segment size in connections that are forwarded by way of some
 * interfaces: in every SYN, both ways and for IPv4 and IPv6, it is lowered to
 * what the route's MTU lets through. Done by a table of nftables that the
 * kernel removes with the socket that made it.
 */
#ifndef L2TPD_NETLINK_MSS_H
#define L2TPD_NETLINK_MSS_H

#include "netlink/rtnl.h"

/* Zeroed is not open. */
struct mss {
	struct rtnl nl; /* of NETLINK_NETFILTER */
	char table[32]; /* its name */
};

/*
 * Makes the table, l2tpd-PID. 0, or -errno: -EOPNOTSUPP and -ENOENT are of a
 * kernel without nftables for this.
 */
int mss_open(struct mss *m);
void mss_close(struct mss *m); /* the table goes; idempotent */
/* An interface more or less. 0 or -errno; -ENOENT: it was not there. */
int mss_add(struct mss *m, int ifindex);
int mss_del(struct mss *m, int ifindex);

#endif
