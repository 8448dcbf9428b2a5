/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pppd 2.4.9 knows 32 bits of its counters, and 2.5 counts from the moment
 * that IPCP opened. Here they are the interface's own, as the monitor reads
 * them while the call is up: RTM_GETSTATS of rtnetlink.
 */
#include "plugin/compat.h"
#include "plugin/counters.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_S 5 /* the kernel answers at once */

struct request {
	struct nlmsghdr header;
	struct if_stats_msg what;
};

static int ask(int fd, const char *interface, void *answer, size_t size)
{
	struct request r = {
		.header = { .nlmsg_len = sizeof(r),
			    .nlmsg_type = RTM_GETSTATS,
			    .nlmsg_flags = NLM_F_REQUEST,
			    .nlmsg_seq = 1, },
		.what = { .filter_mask =
				  IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64), },
	};
	struct timeval patience = { .tv_sec = ANSWER_S };
	ssize_t n;

	r.what.ifindex = if_nametoindex(interface);
	if (!r.what.ifindex)
		return -ENODEV;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (send(fd, &r, sizeof(r), 0) != sizeof(r))
		return -errno;
	do {
		n = recv(fd, answer, size, 0);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : (int)n;
}

static int take(const struct nlmsghdr *h, int len, struct ppp_counters *c)
{
	struct rtnl_link_stats64 s;
	const struct rtattr *a;
	int left;

	if (!NLMSG_OK(h, (unsigned int)len) || h->nlmsg_type != RTM_NEWSTATS ||
	    h->nlmsg_len < NLMSG_SPACE(sizeof(struct if_stats_msg)))
		return -EPROTO;
	left = (int)(h->nlmsg_len - NLMSG_SPACE(sizeof(struct if_stats_msg)));
	a = (const void *)((const char *)h +
			   NLMSG_SPACE(sizeof(struct if_stats_msg)));
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type != IFLA_STATS_LINK_64 ||
		    RTA_PAYLOAD(a) <
			    offsetof(struct rtnl_link_stats64, rx_errors))
			continue;
		memset(&s, 0, sizeof(s));
		memcpy(&s, RTA_DATA(a),
		       RTA_PAYLOAD(a) < sizeof(s) ? RTA_PAYLOAD(a) : sizeof(s));
		*c = (struct ppp_counters){
			.rx_bytes = s.rx_bytes,
			.tx_bytes = s.tx_bytes,
			.rx_packets = s.rx_packets,
			.tx_packets = s.tx_packets,
		};
		return 0;
	}
	return -ENODATA;
}

int counters_read(const char *interface, struct ppp_counters *c)
{
	union {
		struct nlmsghdr header;
		char bytes[2048];
	} answer = { .bytes = { 0 } };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int n;

	if (fd < 0)
		return -errno;
	n = ask(fd, interface, &answer, sizeof(answer));
	close(fd);
	return n < 0 ? n : take(&answer.header, n, c);
}
