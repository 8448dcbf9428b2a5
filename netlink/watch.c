/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel tells of interfaces, addresses and ways; see watch.h. */
#include "netlink/watch.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static unsigned int groups_of(enum watch_what what)
{
	const unsigned int addresses = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;

	switch (what) {
	case WATCH_LINKS:
		return RTMGRP_LINK;
	case WATCH_ADDRESSES:
		return addresses;
	case WATCH_WAYS:
		/* IPv4's routes go with a link or an address without a word. */
		return addresses | RTMGRP_LINK | RTMGRP_IPV4_ROUTE |
		       RTMGRP_IPV6_ROUTE | RTMGRP_IPV4_RULE |
		       1u << (RTNLGRP_IPV6_RULE - 1);
	}
	return 0;
}

int watch_open(struct watch *w, enum watch_what what)
{
	unsigned int groups = groups_of(what);
	int ret;

	w->nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!w->nl)
		return -errno;
	if (mnl_socket_bind(w->nl, groups, MNL_SOCKET_AUTOPID) == 0)
		return 0;
	ret = -errno;
	watch_close(w);
	return ret;
}

void watch_close(struct watch *w)
{
	if (w->nl)
		mnl_socket_close(w->nl);
	w->nl = NULL;
}

int watch_fd(const struct watch *w)
{
	return mnl_socket_get_fd(w->nl);
}

/*
 * False for what is no news of an interface: a bridge's port comes by the same
 * group (br_info_notify).
 */
static bool take_link(const struct nlmsghdr *h, struct watch_news *n)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(h);
	const struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*ifi) ||
	    ifi->ifi_family != AF_UNSPEC)
		return false;
	*n = (struct watch_news){ .index = ifi->ifi_index };
	mnl_attr_for_each(attr, h, sizeof(*ifi)) {
		if (mnl_attr_get_type(attr) != IFLA_IFNAME)
			continue;
		if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			snprintf(n->name, sizeof(n->name), "%s",
				 mnl_attr_get_str(attr));
		break;
	}
	return true;
}

static bool is_link_local(const struct addr *a)
{
	return a->family == AF_INET6 && a->ip[0] == 0xfe &&
	       (a->ip[1] & 0xc0) == 0x80;
}

/*
 * On a point-to-point interface IFA_ADDRESS is the peer's, and IFA_LOCAL ours.
 */
static bool take_address(const struct nlmsghdr *h, struct watch_news *n)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(h);
	size_t len = ifa->ifa_family == AF_INET ? 4 : 16;
	const struct nlattr *attr, *local = NULL, *address = NULL;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*ifa) ||
	    (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6))
		return false;
	mnl_attr_for_each(attr, h, sizeof(*ifa)) {
		if (mnl_attr_get_type(attr) == IFA_LOCAL)
			local = attr;
		else if (mnl_attr_get_type(attr) == IFA_ADDRESS)
			address = attr;
	}
	if (local)
		address = local;
	if (!address || mnl_attr_get_payload_len(address) != len)
		return false;
	*n = (struct watch_news){
		.index = (int)ifa->ifa_index,
		.address.family = ifa->ifa_family,
		.gone = h->nlmsg_type == RTM_DELADDR,
	};
	memcpy(n->address.ip, mnl_attr_get_payload(address), len);
	if (is_link_local(&n->address))
		n->address.scope = ifa->ifa_index;
	return true;
}

static bool take(const struct nlmsghdr *h, struct watch_news *n)
{
	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return take_link(h, n);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return take_address(h, n);
	}
	return false;
}

int watch_read(struct watch *w,
	       void (*news)(void *ctx, const struct watch_news *n), void *ctx)
{
	_Alignas(16) static char buf[RTNL_BUFFER];
	struct watch_news n;

	for (;;) {
		ssize_t len = mnl_socket_recvfrom(w->nl, buf, sizeof(buf));
		const struct nlmsghdr *h;
		int left = (int)len;

		if (len < 0)
			return errno == EAGAIN ? 0 : -errno;
		for (h = (const struct nlmsghdr *)(void *)buf;
		     mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
			if (take(h, &n))
				news(ctx, &n);
	}
}

int watch_drain(struct watch *w)
{
	_Alignas(16) static char buf[RTNL_BUFFER];

	while (mnl_socket_recvfrom(w->nl, buf, sizeof(buf)) >= 0 ||
	       errno == ENOBUFS || errno == ENOSPC)
		continue;
	return errno == EAGAIN ? 0 : -errno;
}
