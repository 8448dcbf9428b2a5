/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests for interfaces, and their answers; see link.h. */
#include "netlink/link.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void take_kind(const struct nlattr *info, struct link *l)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND && mnl_attr_validate(attr, MNL_TYPE_STRING) >= 0)
			snprintf(l->kind, sizeof(l->kind), "%.*s", (int)mnl_attr_get_payload_len(attr),
				 mnl_attr_get_str(attr));
}

static void take_stats(const struct nlattr *attr, struct link *l)
{
	struct rtnl_link_stats64 s = { 0 };
	size_t n = mnl_attr_get_payload_len(attr);

	/* It grows with the kernel; and it is aligned to 4 only. */
	memcpy(&s, mnl_attr_get_payload(attr), n < sizeof(s) ? n : sizeof(s));
	l->rx_packets = s.rx_packets;
	l->tx_packets = s.tx_packets;
	l->rx_bytes = s.rx_bytes;
	l->tx_bytes = s.tx_bytes;
}

static int take_link(const struct nlmsghdr *h, void *ctx)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(h);
	const struct nlattr *attr;
	struct link *l = ctx;

	l->index = ifi->ifi_index;
	mnl_attr_for_each(attr, h, sizeof(*ifi)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_MTU:
			if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
				l->mtu = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINKINFO:
			take_kind(attr, l);
			break;
		case IFLA_STATS64:
			take_stats(attr, l);
			break;
		default:	/* dozens that we do not ask about */
			break;
		}
	}
	return MNL_CB_OK;
}

static int get(struct rtnl *r, const char *ifname, int index, struct link *out)
{
	struct link found = { 0 };
	struct rtnl_request q;
	struct ifinfomsg *ifi;
	struct nlmsghdr *h = rtnl_header(&q);
	int ret;

	ifi = rtnl_begin(&q, RTM_GETLINK, 0, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = index;
	if (ifname)
		mnl_attr_put_strz(h, IFLA_IFNAME, ifname);
	ret = rtnl_call(r, &q, take_link, &found);
	if (ret)
		return ret;
	if (found.index <= 0)
		return -EBADMSG;
	*out = found;
	return 0;
}

int link_get(struct rtnl *r, const char *ifname, struct link *out)
{
	return *ifname && strlen(ifname) < IFNAMSIZ ? get(r, ifname, 0, out) : -ENODEV;
}

int link_get_index(struct rtnl *r, int index, struct link *out)
{
	return index > 0 ? get(r, NULL, index, out) : -ENODEV;
}

int link_set_mtu(struct rtnl *r, const char *ifname, uint32_t mtu)
{
	struct rtnl_request q;
	struct ifinfomsg *ifi;
	struct nlmsghdr *h = rtnl_header(&q);

	ifi = rtnl_begin(&q, RTM_NEWLINK, NLM_F_ACK, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(h, IFLA_IFNAME, ifname);
	mnl_attr_put_u32(h, IFLA_MTU, mtu);
	return rtnl_call(r, &q, NULL, NULL);
}
