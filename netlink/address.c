/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests for addresses; see address.h. */
#include "netlink/address.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

static int change(struct rtnl *r, uint16_t type, uint16_t flags, int ifindex,
		  const struct addr_prefix *own)
{
	const struct addr *a = &own->addr;
	struct rtnl_request q;
	struct nlmsghdr *h = rtnl_header(&q);
	struct ifaddrmsg *ifa;

	if (a->family != AF_INET && a->family != AF_INET6)
		return -EINVAL;
	ifa = rtnl_begin(&q, type, NLM_F_ACK | flags, sizeof(*ifa));
	ifa->ifa_family = (unsigned char)a->family;
	ifa->ifa_prefixlen = own->len;
	ifa->ifa_index = (unsigned int)ifindex;
	mnl_attr_put(h, IFA_LOCAL, a->family == AF_INET ? 4 : 16, a->ip);
	return rtnl_call(r, &q, NULL, NULL);
}

int address_add(struct rtnl *r, int ifindex, const struct addr_prefix *own)
{
	return change(r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, own);
}

int address_del(struct rtnl *r, int ifindex, const struct addr_prefix *own)
{
	return change(r, RTM_DELADDR, 0, ifindex, own);
}
