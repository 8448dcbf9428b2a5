/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only file that drives libmnl: requests to rtnetlink and answers. */
#include "netlink/route.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

/* A route or an acknowledgement; libmnl advises no less than a page. */
#define ROUTE_BUFFER	8192

int route_open(struct route *r)
{
	int ret;

	*r = (struct route){ .nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC) };
	if (!r->nl)
		return -errno;
	if (mnl_socket_bind(r->nl, 0, MNL_SOCKET_AUTOPID)) {
		ret = -errno;
		route_close(r);
		return ret;
	}
	r->portid = mnl_socket_get_portid(r->nl);
	return 0;
}

void route_close(struct route *r)
{
	if (r->nl)
		mnl_socket_close(r->nl);
	r->nl = NULL;
}

/* Sends what buf holds and reads its one answer. 0 or -errno. */
static int request(struct route *r, char *buf, mnl_cb_t each, void *ctx)
{
	struct nlmsghdr *h = (struct nlmsghdr *)buf;
	uint32_t seq = ++r->seq;
	ssize_t n;

	h->nlmsg_seq = seq;
	if (mnl_socket_sendto(r->nl, h, h->nlmsg_len) < 0)
		return -errno;
	n = mnl_socket_recvfrom(r->nl, buf, ROUTE_BUFFER);
	if (n < 0)
		return -errno;
	return mnl_cb_run(buf, (size_t)n, seq, r->portid, each, ctx) < 0 ? -errno : 0;
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

int route_ifindex(struct route *r, const struct addr *dst)
{
	char buf[ROUTE_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;
	uint8_t len;
	int index = 0;
	int ret;

	if (dst->family != AF_INET && dst->family != AF_INET6)
		return -EINVAL;
	len = dst->family == AF_INET ? 4 : 16;
	h->nlmsg_type = RTM_GETROUTE;
	h->nlmsg_flags = NLM_F_REQUEST;
	rtm = mnl_nlmsg_put_extra_header(h, sizeof(*rtm));
	rtm->rtm_family = (unsigned char)dst->family;
	rtm->rtm_dst_len = (unsigned char)(len * 8);
	mnl_attr_put(h, RTA_DST, len, dst->ip);
	if (dst->scope)
		mnl_attr_put_u32(h, RTA_OIF, dst->scope);
	ret = request(r, buf, take_oif, &index);
	if (ret)
		return ret;
	return index > 0 ? index : -ENETUNREACH;
}

int route_set_mtu(struct route *r, const char *ifname, uint32_t mtu)
{
	char buf[ROUTE_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;

	h->nlmsg_type = RTM_NEWLINK;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	ifi = mnl_nlmsg_put_extra_header(h, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(h, IFLA_IFNAME, ifname);
	mnl_attr_put_u32(h, IFLA_MTU, mtu);
	return request(r, buf, NULL, NULL);
}
