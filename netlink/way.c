/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way to a host, and routes that keep it; see way.h. */
#include "netlink/way.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/route.h"

/*
 * Our host routes are told from others' by these metrics: nobody else has such
 * a route of our protocol.
 */
#define KEEP_METRIC  115
#define FENCE_METRIC 0x7fffffffu
#define DUMP_TRIES   3

static uint8_t bytes_of(uint16_t family)
{
	return family == AF_INET ? 4 : 16;
}

/* ---- reading a route ---- */

struct entry {
	const struct rtmsg *rtm;
	const struct nlattr *attr[RTA_MAX + 1]; /* NULL: it has none */
	uint32_t table, metric;
	struct addr_prefix dst;
};

static uint32_t number(const struct nlattr *attr, uint32_t none)
{
	return attr && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0 ?
		       mnl_attr_get_u32(attr) :
		       none;
}

static void read_address(const struct nlattr *attr, uint16_t family,
			 struct addr *out)
{
	if (!attr || mnl_attr_get_payload_len(attr) != bytes_of(family))
		return;
	out->family = family;
	memcpy(out->ip, mnl_attr_get_payload(attr), bytes_of(family));
}

static void read_entry(const struct nlmsghdr *h, struct entry *e)
{
	const struct nlattr *attr;

	*e = (struct entry){ .rtm = mnl_nlmsg_get_payload(h) };
	mnl_attr_for_each(attr, h, sizeof(*e->rtm))
		if (mnl_attr_get_type(attr) <= RTA_MAX)
			e->attr[mnl_attr_get_type(attr)] = attr;
	e->table = number(e->attr[RTA_TABLE], e->rtm->rtm_table);
	e->metric = number(e->attr[RTA_PRIORITY], 0);
	e->dst.addr.family = e->rtm->rtm_family;
	e->dst.len = e->rtm->rtm_dst_len;
	read_address(e->attr[RTA_DST], e->rtm->rtm_family, &e->dst.addr);
}

/* It is of the main table, and counts for all packets alike. */
static bool is_plain(const struct entry *e)
{
	return e->table == RT_TABLE_MAIN && !e->rtm->rtm_tos &&
	       !e->rtm->rtm_src_len &&
	       !(e->rtm->rtm_flags & (RTM_F_CLONED | RTNH_F_DEAD));
}

static bool is_host(const struct entry *e)
{
	return e->dst.len == bytes_of(e->rtm->rtm_family) * 8;
}

static bool is_kept(const struct entry *e)
{
	return e->rtm->rtm_protocol == ROUTE_PROTOCOL && is_host(e) &&
	       e->rtm->rtm_type == RTN_UNICAST && e->metric == KEEP_METRIC;
}

static bool is_fence(const struct entry *e)
{
	return e->rtm->rtm_protocol == ROUTE_PROTOCOL && is_host(e) &&
	       e->rtm->rtm_type == RTN_UNREACHABLE && e->metric == FENCE_METRIC;
}

/* ---- the best of them ---- */

struct search {
	const struct addr *host;
	way_skip *skip;
	const void *ctx;
	struct way way;
	bool any, leads; /* one was found; it leads somewhere */
	uint8_t len;
	uint32_t metric;
	struct way_found found;
};

static bool by_skipped(const struct search *s, const struct entry *e)
{
	const struct nlattr *several = e->attr[RTA_MULTIPATH];
	const struct rtnexthop *hop;
	int left;

	if (s->skip(s->ctx, (int)number(e->attr[RTA_OIF], 0)))
		return true;
	if (!several)
		return false;
	hop = mnl_attr_get_payload(several);
	left = mnl_attr_get_payload_len(several);
	for (; RTNH_OK(hop, left); hop = RTNH_NEXT(hop)) {
		if (s->skip(s->ctx, hop->rtnh_ifindex))
			return true;
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
	}
	return false;
}

/*
 * How it leads there. A nexthop object (ip nexthop) says all of that by its
 * number, and the kernel takes no more beside it.
 */
static bool is_of_way(const struct entry *e, int type)
{
	switch (type) {
	case RTA_PREFSRC:
	case RTA_METRICS:
	case RTA_NH_ID:
		return true;
	case RTA_OIF:
	case RTA_GATEWAY:
	case RTA_VIA:
	case RTA_MULTIPATH:
	case RTA_ENCAP:
	case RTA_ENCAP_TYPE:
		return !e->attr[RTA_NH_ID];
	default:
		return false;
	}
}

static int copy_way(const struct entry *e, struct way *w)
{
	*w = (struct way){
		.scope = e->rtm->rtm_scope,
		.flags = e->rtm->rtm_flags & RTNH_F_ONLINK,
		.ifindex = (int)number(e->attr[RTA_OIF], 0),
	};
	read_address(e->attr[RTA_GATEWAY], e->rtm->rtm_family, &w->gateway);
	for (int type = 0; type <= RTA_MAX; type++) {
		const struct nlattr *attr = e->attr[type];
		size_t room = attr ? MNL_ALIGN(attr->nla_len) : 0;

		if (!attr || !is_of_way(e, type))
			continue;
		if (w->len + room > sizeof(w->bytes))
			return -EMSGSIZE;
		memcpy(w->bytes + w->len, attr, attr->nla_len);
		w->len = (uint16_t)(w->len + room);
	}
	return 0;
}

static bool is_better(const struct search *s, const struct entry *e)
{
	return !s->any || e->dst.len > s->len ||
	       (e->dst.len == s->len && e->metric < s->metric);
}

static int take_route(const struct nlmsghdr *h, void *ctx)
{
	struct search *s = ctx;
	struct entry e;

	read_entry(h, &e);
	if (!is_plain(&e) || !addr_prefix_contains(&e.dst, s->host))
		return MNL_CB_OK;
	s->found.kept |= is_kept(&e);
	s->found.fenced |= is_fence(&e);
	if (is_kept(&e) || is_fence(&e) || by_skipped(s, &e) ||
	    (e.dst.len <= 1 && e.rtm->rtm_protocol == ROUTE_PROTOCOL) ||
	    !is_better(s, &e))
		return MNL_CB_OK;
	s->any = true;
	s->len = e.dst.len;
	s->metric = e.metric;
	s->leads = e.rtm->rtm_type == RTN_UNICAST && copy_way(&e, &s->way) == 0;
	return MNL_CB_OK;
}

static int dump(struct rtnl *r, uint16_t family, uint8_t protocol,
		mnl_cb_t each, void *ctx)
{
	struct rtnl_request q;
	struct rtmsg *rtm =
		rtnl_begin(&q, RTM_GETROUTE, NLM_F_DUMP, sizeof(*rtm));

	rtm->rtm_family = (unsigned char)family;
	rtm->rtm_protocol = protocol;
	mnl_attr_put_u32(rtnl_header(&q), RTA_TABLE, RT_TABLE_MAIN);
	return rtnl_dump(r, &q, each, ctx);
}

int way_find(struct rtnl *r, const struct addr *host, way_skip *skip,
	     const void *ctx, struct way *out, struct way_found *found)
{
	struct search s;
	int ret = -EAGAIN;

	if (host->family != AF_INET && host->family != AF_INET6)
		return -EINVAL;
	for (int i = 0; i < DUMP_TRIES && ret == -EAGAIN; i++) {
		s = (struct search){ .host = host, .skip = skip, .ctx = ctx };
		ret = dump(r, host->family, RTPROT_UNSPEC, take_route, &s);
	}
	/* Of tables that never rest, a mixture has to do. */
	if (ret && ret != -EAGAIN)
		return ret;
	*found = s.found;
	if (!s.leads)
		return -ENETUNREACH;
	*out = s.way;
	return 0;
}

bool way_equal(const struct way *a, const struct way *b)
{
	return a->scope == b->scope && a->flags == b->flags &&
	       a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* ---- our routes ---- */

static struct rtmsg *begin(struct rtnl_request *q, uint16_t type,
			   uint16_t flags, const struct addr *host)
{
	struct rtmsg *rtm =
		rtnl_begin(q, type, NLM_F_ACK | flags, sizeof(*rtm));

	rtm->rtm_family = (unsigned char)host->family;
	rtm->rtm_dst_len = (unsigned char)(bytes_of(host->family) * 8);
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_scope = type == RTM_DELROUTE ? RT_SCOPE_NOWHERE :
						RT_SCOPE_UNIVERSE;
	mnl_attr_put(rtnl_header(q), RTA_DST, bytes_of(host->family), host->ip);
	return rtm;
}

int way_keep(struct rtnl *r, const struct addr *host, const struct way *w)
{
	struct rtnl_request q;
	struct nlmsghdr *h = rtnl_header(&q);
	struct rtmsg *rtm =
		begin(&q, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, host);

	rtm->rtm_protocol = ROUTE_PROTOCOL;
	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_flags = w->flags;
	if (host->family == AF_INET)
		rtm->rtm_scope = w->scope;
	mnl_attr_put_u32(h, RTA_PRIORITY, KEEP_METRIC);
	memcpy(mnl_nlmsg_get_payload_tail(h), w->bytes, w->len);
	h->nlmsg_len += w->len;
	return rtnl_call(r, &q, NULL, NULL);
}

int way_fence(struct rtnl *r, const struct addr *host)
{
	struct rtnl_request q;
	struct rtmsg *rtm =
		begin(&q, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, host);

	rtm->rtm_protocol = ROUTE_PROTOCOL;
	rtm->rtm_type = RTN_UNREACHABLE;
	mnl_attr_put_u32(rtnl_header(&q), RTA_PRIORITY, FENCE_METRIC);
	return rtnl_call(r, &q, NULL, NULL);
}

static int take_away(struct rtnl *r, const struct addr *host, uint32_t metric)
{
	struct rtnl_request q;
	struct rtmsg *rtm = begin(&q, RTM_DELROUTE, 0, host);

	rtm->rtm_protocol = ROUTE_PROTOCOL;
	mnl_attr_put_u32(rtnl_header(&q), RTA_PRIORITY, metric);
	return rtnl_call(r, &q, NULL, NULL);
}

void way_forget(struct rtnl *r, const struct addr *host)
{
	(void)take_away(r, host, KEEP_METRIC);
	(void)take_away(r, host, FENCE_METRIC);
}

int way_cut(struct rtnl *r, const struct addr *host, int ifindex)
{
	struct rtnl_request q;

	begin(&q, RTM_DELROUTE, 0, host);
	mnl_attr_put_u32(rtnl_header(&q), RTA_OIF, (uint32_t)ifindex);
	return rtnl_call(r, &q, NULL, NULL);
}

/* ---- what was left ---- */

struct leavings {
	struct addr *hosts;
	size_t n;
};

static int take_leaving(const struct nlmsghdr *h, void *ctx)
{
	struct leavings *l = ctx;
	struct addr *more;
	struct entry e;

	read_entry(h, &e);
	if (!is_plain(&e) || (!is_kept(&e) && !is_fence(&e)))
		return MNL_CB_OK;
	more = reallocarray(l->hosts, l->n + 1, sizeof(*more));
	if (!more)
		return MNL_CB_ERROR;
	l->hosts = more;
	l->hosts[l->n++] = e.dst.addr;
	return MNL_CB_OK;
}

int way_forget_all(struct rtnl *r)
{
	static const uint16_t families[] = { AF_INET, AF_INET6 };
	struct leavings l = { 0 };
	int ret = 0;

	for (size_t i = 0; i < 2 && (!ret || ret == -EAGAIN); i++)
		ret = dump(r, families[i], ROUTE_PROTOCOL, take_leaving, &l);
	for (size_t i = 0; i < l.n; i++)
		way_forget(r, &l.hosts[i]);
	free(l.hosts);
	return ret && ret != -EAGAIN ? ret : (int)l.n;
}
