/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets for router discovery and DHCPv6; see router6_socket.h. */
#include "monitor/router6_socket.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define DHCP_PORT  547
#define HOP_LIMIT  255 /* RFC 4861, section 6.1.2 */
/* Bytes that wait to be read: all callers of a server that came back ask. */
#define RECV_BYTES (4 << 20)

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ?
		       -errno :
		       0;
}

static int set_common(int fd)
{
	int err = set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);

	if (!err)
		err = set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
	if (!err && set(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECV_BYTES))
		(void)set(fd, SOL_SOCKET, SO_RCVBUF, RECV_BYTES);
	return err;
}

/* The kernel makes the checksums, and gives us what has the right one. */
static int set_nd(int fd)
{
	struct icmp6_filter filter;
	int err = set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, HOP_LIMIT);

	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ND_ROUTER_SOLICIT, &filter);
	if (!err)
		err = set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, HOP_LIMIT);
	if (!err)
		err = set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
	if (!err && setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter,
			       sizeof(filter)) < 0)
		err = -errno;
	return err;
}

static int set_dhcp(int fd)
{
	const struct sockaddr_in6 any = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(DHCP_PORT),
	};
	int err = set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);

	/*
	 * A server for other interfaces may be there: what goes to a group
	 * comes to both.
	 */
	if (!err)
		err = set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (!err && bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0)
		err = -errno;
	return err;
}

static int make(int type, int protocol, int (*set_own)(int fd))
{
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK,
			protocol),
	    err;

	if (fd < 0)
		return -errno;
	err = set_common(fd);
	if (!err)
		err = set_own(fd);
	if (!err)
		return fd;
	close(fd);
	return err;
}

int router6_nd_socket(void)
{
	return make(SOCK_RAW, IPPROTO_ICMPV6, set_nd);
}

int router6_dhcp_socket(void)
{
	return make(SOCK_DGRAM, IPPROTO_UDP, set_dhcp);
}
