/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests for interfaces, and their answers; see link.h. */
#include "netlink/link.h"

#include <errno.h>
#include <net/if.h> /* before linux/if.h, which has its own otherwise */
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void take_kind(const struct nlattr *info, struct link *l)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND &&
		    mnl_attr_validate(attr, MNL_TYPE_STRING) >= 0)
			snprintf(l->kind, sizeof(l->kind), "%.*s",
				 (int)mnl_attr_get_payload_len(attr),
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
	l->rx_errors = s.rx_errors;
	l->tx_errors = s.tx_errors;
	l->rx_drops = s.rx_dropped;
	l->tx_drops = s.tx_dropped;
}

/* Of an Ethernet's length. */
static void take_mac(const struct nlattr *attr, struct link *l)
{
	if (mnl_attr_get_payload_len(attr) == sizeof(l->mac))
		memcpy(l->mac, mnl_attr_get_payload(attr), sizeof(l->mac));
}

static int take_link(const struct nlmsghdr *h, void *ctx)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(h);
	const struct nlattr *attr;
	struct link *l = ctx;

	l->index = ifi->ifi_index;
	l->up = ifi->ifi_flags & IFF_UP;
	l->carrier = ifi->ifi_flags & IFF_LOWER_UP;
	l->running = ifi->ifi_flags & IFF_RUNNING;
	mnl_attr_for_each(attr, h, sizeof(*ifi)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_MTU:
			if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
				l->mtu = mnl_attr_get_u32(attr);
			break;
		case IFLA_MASTER:
			if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
				l->master = (int)mnl_attr_get_u32(attr);
			break;
		case IFLA_LINK:
			if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
				l->lower = (int)mnl_attr_get_u32(attr);
			break;
		case IFLA_IFNAME:
			if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
				snprintf(l->name, sizeof(l->name), "%s",
					 mnl_attr_get_str(attr));
			break;
		case IFLA_ADDRESS:
			take_mac(attr, l);
			break;
		case IFLA_LINKINFO:
			take_kind(attr, l);
			break;
		case IFLA_STATS64:
			take_stats(attr, l);
			break;
		default: /* dozens that we do not ask about */
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
	return *ifname && strlen(ifname) < IFNAMSIZ ? get(r, ifname, 0, out) :
						      -ENODEV;
}

int link_get_index(struct rtnl *r, int index, struct link *out)
{
	return index > 0 ? get(r, NULL, index, out) : -ENODEV;
}

/* ---- all of them ---- */

struct received {
	void (*each)(void *ctx, int index, uint64_t rx_packets);
	void *ctx;
};

static int take_received(const struct nlmsghdr *h, void *ctx)
{
	const struct if_stats_msg *m = mnl_nlmsg_get_payload(h);
	const struct received *r = ctx;
	const struct nlattr *attr;
	struct link l = { 0 };

	mnl_attr_for_each(attr, h, sizeof(*m))
		if (mnl_attr_get_type(attr) == IFLA_STATS_LINK_64)
			take_stats(attr, &l);
	r->each(r->ctx, (int)m->ifindex, l.rx_packets);
	return MNL_CB_OK;
}

int link_dump_received(struct rtnl *r,
		       void (*each)(void *ctx, int index, uint64_t rx_packets),
		       void *ctx)
{
	struct received got = { each, ctx };
	struct rtnl_request q;
	struct if_stats_msg *m =
		rtnl_begin(&q, RTM_GETSTATS, NLM_F_DUMP, sizeof(*m));

	m->family = AF_UNSPEC;
	m->filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
	return rtnl_dump(r, &q, take_received, &got);
}

/* ---- changes ---- */

static struct ifinfomsg *begin(struct rtnl_request *q, uint16_t type,
			       uint16_t flags, int index)
{
	struct ifinfomsg *ifi =
		rtnl_begin(q, type, NLM_F_ACK | flags, sizeof(*ifi));

	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = index;
	return ifi;
}

int link_set_mtu(struct rtnl *r, const char *ifname, uint32_t mtu)
{
	struct rtnl_request q;
	struct nlmsghdr *h = rtnl_header(&q);

	begin(&q, RTM_NEWLINK, 0, 0);
	mnl_attr_put_strz(h, IFLA_IFNAME, ifname);
	mnl_attr_put_u32(h, IFLA_MTU, mtu);
	return rtnl_call(r, &q, NULL, NULL);
}

int link_set_mtu_index(struct rtnl *r, int index, uint32_t mtu)
{
	struct rtnl_request q;

	begin(&q, RTM_NEWLINK, 0, index);
	mnl_attr_put_u32(rtnl_header(&q), IFLA_MTU, mtu);
	return rtnl_call(r, &q, NULL, NULL);
}

int link_set_name(struct rtnl *r, int index, const char *name)
{
	struct rtnl_request q;

	begin(&q, RTM_NEWLINK, 0, index);
	mnl_attr_put_strz(rtnl_header(&q), IFLA_IFNAME, name);
	return rtnl_call(r, &q, NULL, NULL);
}

int link_set_mac(struct rtnl *r, int index, const uint8_t mac[6])
{
	struct rtnl_request q;

	begin(&q, RTM_NEWLINK, 0, index);
	mnl_attr_put(rtnl_header(&q), IFLA_ADDRESS, 6, mac);
	return rtnl_call(r, &q, NULL, NULL);
}

int link_set_up(struct rtnl *r, int index, bool up)
{
	struct rtnl_request q;
	struct ifinfomsg *ifi = begin(&q, RTM_NEWLINK, 0, index);

	ifi->ifi_flags = up ? IFF_UP : 0;
	ifi->ifi_change = IFF_UP;
	return rtnl_call(r, &q, NULL, NULL);
}

int link_set_master(struct rtnl *r, int index, int master)
{
	struct rtnl_request q;

	begin(&q, RTM_NEWLINK, 0, index);
	mnl_attr_put_u32(rtnl_header(&q), IFLA_MASTER, (uint32_t)master);
	return rtnl_call(r, &q, NULL, NULL);
}

int link_set_ready(struct rtnl *r, int index, bool ready)
{
	struct rtnl_request q;
	struct nlmsghdr *h = rtnl_header(&q);

	begin(&q, RTM_NEWLINK, 0, index);
	/*
	 * A state of ours stays ours: without the mode the kernel's next look
	 * at the carrier is "up".
	 */
	mnl_attr_put_u8(h, IFLA_LINKMODE, IF_LINK_MODE_DORMANT);
	mnl_attr_put_u8(h, IFLA_OPERSTATE,
			ready ? IF_OPER_UP : IF_OPER_DORMANT);
	return rtnl_call(r, &q, NULL, NULL);
}

int link_add_vlan(struct rtnl *r, const char *name, int lower, uint16_t vid,
		  uint32_t mtu)
{
	struct rtnl_request q;
	struct nlmsghdr *h = rtnl_header(&q);
	struct nlattr *info, *data;

	begin(&q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	mnl_attr_put_strz(h, IFLA_IFNAME, name);
	mnl_attr_put_u32(h, IFLA_LINK, (uint32_t)lower);
	mnl_attr_put_u32(h, IFLA_MTU, mtu);
	info = mnl_attr_nest_start(h, IFLA_LINKINFO);
	mnl_attr_put_strz(h, IFLA_INFO_KIND, "vlan");
	data = mnl_attr_nest_start(h, IFLA_INFO_DATA);
	mnl_attr_put_u16(h, IFLA_VLAN_ID, vid);
	mnl_attr_nest_end(h, data);
	mnl_attr_nest_end(h, info);
	return rtnl_call(r, &q, NULL, NULL);
}

int link_del(struct rtnl *r, int index)
{
	struct rtnl_request q;

	if (index <= 0)
		return -ENODEV;
	begin(&q, RTM_DELLINK, 0, index);
	return rtnl_call(r, &q, NULL, NULL);
}
