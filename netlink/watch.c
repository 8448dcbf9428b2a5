/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel tells of interfaces; see watch.h. */
#include "netlink/watch.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/socket.h>

int watch_open(struct watch *w)
{
	int ret;

	w->nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!w->nl)
		return -errno;
	if (mnl_socket_bind(w->nl, RTMGRP_LINK, MNL_SOCKET_AUTOPID) == 0)
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

/* False for what is no news of an interface: a bridge's port comes by the same group (br_info_notify). */
static bool take(const struct nlmsghdr *h, struct watch_news *n)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(h);
	const struct nlattr *attr;

	if ((h->nlmsg_type != RTM_NEWLINK && h->nlmsg_type != RTM_DELLINK) ||
	    mnl_nlmsg_get_payload_len(h) < sizeof(*ifi) || ifi->ifi_family != AF_UNSPEC)
		return false;
	*n = (struct watch_news){ .index = ifi->ifi_index };
	mnl_attr_for_each(attr, h, sizeof(*ifi)) {
		if (mnl_attr_get_type(attr) != IFLA_IFNAME)
			continue;
		if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			snprintf(n->name, sizeof(n->name), "%s", mnl_attr_get_str(attr));
		break;
	}
	return true;
}

int watch_read(struct watch *w, void (*news)(void *ctx, const struct watch_news *n), void *ctx)
{
	_Alignas(16) static char buf[RTNL_BUFFER];
	struct watch_news n;

	for (;;) {
		ssize_t len = mnl_socket_recvfrom(w->nl, buf, sizeof(buf));
		const struct nlmsghdr *h;
		int left = (int)len;

		if (len < 0)
			return errno == EAGAIN ? 0 : -errno;
		for (h = (const struct nlmsghdr *)(void *)buf; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
			if (take(h, &n))
				news(ctx, &n);
	}
}
