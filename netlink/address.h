/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our own addresses on interfaces, over rtnetlink. */
#ifndef L2TPD_NETLINK_ADDRESS_H
#define L2TPD_NETLINK_ADDRESS_H

#include "lib/addr.h"
#include "netlink/rtnl.h"

/*
 * own: the address and the length of its prefix; the kernel routes the prefix
 * to the interface with it.
 */

/* 0, -EEXIST, or -errno */
int address_add(struct rtnl *r, int ifindex, const struct addr_prefix *own);
/* -EADDRNOTAVAIL: it is gone already */
int address_del(struct rtnl *r, int ifindex, const struct addr_prefix *own);

#endif
