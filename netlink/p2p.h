/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses of PPP's interfaces, from one end of the link to the other. */
#ifndef L2TPD_NETLINK_P2P_H
#define L2TPD_NETLINK_P2P_H

#include <stdint.h>

#include "lib/addr.h"
#include "netlink/rtnl.h"

struct p2p {
	int ifindex;
	/*
	 * Ours. IPv4: the other end is peer, to which the kernel makes a route.
	 * IPv6: of the link, fe80::/64, which leads to the peer as well.
	 */
	struct addr local, peer;
};

/*
 * Sets the MTU, has the interface up and gives it the address, at one go. 0, or
 * the first -errno of these, with the kernel's words in r->text.
 */
int p2p_up(struct rtnl *r, const struct p2p *l, uint32_t mtu);
/* Takes the address back; -EADDRNOTAVAIL: it is gone already. */
int p2p_down(struct rtnl *r, const struct p2p *l);

#endif
