/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PPP's interfaces over rtnetlink; see p2p.h. */
#include "netlink/p2p.h"

#include <net/if.h> /* before linux/if.h, which has its own otherwise */
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

static void add_state(struct rtnl_batch *b, int ifindex, uint32_t mtu)
{
	struct nlmsghdr *h;
	struct ifinfomsg *ifi = rtnl_add(b, RTM_NEWLINK, 0, sizeof(*ifi), &h);

	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = ifindex;
	ifi->ifi_flags = ifi->ifi_change = IFF_UP;
	mnl_attr_put_u32(h, IFLA_MTU, mtu);
}

static void add_address(struct rtnl_batch *b, uint16_t type, uint16_t flags,
			const struct p2p *l)
{
	bool v4 = l->local.family == AF_INET;
	size_t len = v4 ? 4 : 16;
	struct nlmsghdr *h;
	struct ifaddrmsg *ifa = rtnl_add(b, type, flags, sizeof(*ifa), &h);

	ifa->ifa_family = (unsigned char)l->local.family;
	ifa->ifa_prefixlen = v4 ? 32 : 64;
	ifa->ifa_index = (unsigned int)l->ifindex;
	ifa->ifa_scope = v4 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	mnl_attr_put(h, IFA_LOCAL, len, l->local.ip);
	if (v4)
		mnl_attr_put(h, IFA_ADDRESS, len, l->peer.ip);
}

int p2p_up(struct rtnl *r, const struct p2p *l, uint32_t mtu)
{
	struct rtnl_batch b = { .n = 0 };

	add_state(&b, l->ifindex, mtu);
	add_address(&b, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, l);
	return rtnl_call_all(r, &b);
}

int p2p_down(struct rtnl *r, const struct p2p *l)
{
	struct rtnl_batch b = { .n = 0 };

	add_address(&b, RTM_DELADDR, 0, l);
	return rtnl_call_all(r, &b);
}
