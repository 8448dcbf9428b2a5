/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests for routes, and their answers; see route.h. */
#include "netlink/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

static uint8_t bytes_of(const struct addr *a)
{
	return a->family == AF_INET ? 4 : 16;
}

static bool has_family(const struct addr *a)
{
	return a->family == AF_INET || a->family == AF_INET6;
}

static int take_oif(const struct nlmsghdr *h, void *ctx)
{
	struct nlattr *attr;
	int *index = ctx;

	mnl_attr_for_each(attr, h, sizeof(struct rtmsg))
		if (mnl_attr_get_type(attr) == RTA_OIF &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			*index = (int)mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

int route_ifindex(struct rtnl *r, const struct addr *dst)
{
	struct rtnl_request q;
	struct nlmsghdr *h = rtnl_header(&q);
	struct rtmsg *rtm;
	int index = 0, ret;

	if (!has_family(dst))
		return -EINVAL;
	rtm = rtnl_begin(&q, RTM_GETROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = (unsigned char)dst->family;
	rtm->rtm_dst_len = (unsigned char)(bytes_of(dst) * 8);
	mnl_attr_put(h, RTA_DST, bytes_of(dst), dst->ip);
	if (dst->scope)
		mnl_attr_put_u32(h, RTA_OIF, dst->scope);
	ret = rtnl_call(r, &q, take_oif, &index);
	if (ret)
		return ret;
	return index > 0 ? index : -ENETUNREACH;
}

static int change(struct rtnl *r, const struct route *route, uint16_t type,
		  uint16_t flags)
{
	const struct addr *dst = &route->dst.addr;
	struct rtnl_request q;
	struct nlmsghdr *h = rtnl_header(&q);
	struct rtmsg *rtm;

	rtm = rtnl_begin(&q, type, NLM_F_ACK | flags, sizeof(*rtm));
	rtm->rtm_family = (unsigned char)dst->family;
	rtm->rtm_dst_len = route->dst.len;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = ROUTE_PROTOCOL;
	rtm->rtm_type = RTN_UNICAST;
	/* IPv6 knows no scope. */
	rtm->rtm_scope = dst->family == AF_INET &&
					 !addr_is_set(&route->gateway) ?
				 RT_SCOPE_LINK :
				 RT_SCOPE_UNIVERSE;
	mnl_attr_put(h, RTA_DST, bytes_of(dst), dst->ip);
	mnl_attr_put_u32(h, RTA_OIF, (uint32_t)route->ifindex);
	if (addr_is_set(&route->gateway))
		mnl_attr_put(h, RTA_GATEWAY, bytes_of(&route->gateway),
			     route->gateway.ip);
	if (route->metric)
		mnl_attr_put_u32(h, RTA_PRIORITY, route->metric);
	return rtnl_call(r, &q, NULL, NULL);
}

static int take_entry(const struct nlmsghdr *h, void *ctx)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(h);
	struct route_entry *e = ctx;
	const struct nlattr *attr;

	e->len = rtm->rtm_dst_len;
	e->protocol = rtm->rtm_protocol;
	e->table = rtm->rtm_table;
	mnl_attr_for_each(attr, h, sizeof(*rtm)) {
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			continue;
		switch (mnl_attr_get_type(attr)) {
		case RTA_TABLE:
			e->table = mnl_attr_get_u32(attr);
			break;
		case RTA_PRIORITY:
			e->metric = mnl_attr_get_u32(attr);
			break;
		case RTA_OIF:
			e->ifindex = (int)mnl_attr_get_u32(attr);
			break;
		default: /* how it leads there */
			break;
		}
	}
	return MNL_CB_OK;
}

int route_entry(struct rtnl *r, const struct addr *dst, struct route_entry *out)
{
	struct rtnl_request q;
	struct route_entry e = { 0 };
	struct nlmsghdr *h = rtnl_header(&q);
	struct rtmsg *rtm;
	int ret;

	if (!has_family(dst))
		return -EINVAL;
	rtm = rtnl_begin(&q, RTM_GETROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = (unsigned char)dst->family;
	rtm->rtm_dst_len = (unsigned char)(bytes_of(dst) * 8);
	rtm->rtm_flags = RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE;
	mnl_attr_put(h, RTA_DST, bytes_of(dst), dst->ip);
	ret = rtnl_call(r, &q, take_entry, &e);
	if (!ret)
		*out = e;
	return ret;
}

/* The best entry for the destination is one of ours to just that prefix. */
static bool ours_is_there(struct rtnl *r, const struct addr_prefix *dst)
{
	struct route_entry e;

	return route_entry(r, &dst->addr, &e) == 0 && e.len == dst->len &&
	       e.protocol == ROUTE_PROTOCOL;
}

int route_add(struct rtnl *r, const struct route *route)
{
	int ret;

	if (!has_family(&route->dst.addr) || route->ifindex <= 0)
		return -EINVAL;
	ret = change(r, route, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
	if (ret != -EEXIST || !ours_is_there(r, &route->dst))
		return ret;
	/*
	 * A caller who is back before its last call's end was noticed: the new
	 * one counts. IPv4 puts it before the old one; IPv6 would put it
	 * behind.
	 */
	return change(r, route, RTM_NEWROUTE,
		      NLM_F_CREATE | (route->dst.addr.family == AF_INET6 ?
					      NLM_F_REPLACE :
					      0));
}

int route_del(struct rtnl *r, const struct route *route)
{
	return change(r, route, RTM_DELROUTE, 0);
}

int route_put(struct rtnl *r, const struct route *route)
{
	int ret;

	if (!has_family(&route->dst.addr) || route->ifindex <= 0)
		return -EINVAL;
	ret = change(r, route, RTM_NEWROUTE, NLM_F_CREATE);
	return ret == -EEXIST ? 0 : ret;
}
