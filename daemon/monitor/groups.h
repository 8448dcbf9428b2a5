/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The multicast groups to which hosts send what is for routers and DHCPv6
 * servers: ff02::2 and ff02::1:2, on many interfaces. The kernel takes what is
 * sent to a group when any socket has joined it on the interface, and gives it
 * to every socket that has not said otherwise (IPV6_MULTICAST_ALL). So sockets
 * that do nothing else hold the memberships. The kernel lets each have so many
 * (net.core.optmem_max; 365 where that is 20480), and looks through all of a
 * socket's when one is added: so each gets fewer.
 */
#ifndef L2TPD_MONITOR_GROUPS_H
#define L2TPD_MONITOR_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#define GROUPS_INTERFACES 128 /* of one socket at most */

struct groups_socket {
	int fd;
	unsigned int interfaces;
	bool is_full; /* the kernel said so, and nothing was left since */
};

/* Zeroed holds nothing. */
struct groups {
	struct groups_socket *sockets;
	size_t n;
};

/* The number of the socket that holds both for the interface, or -errno. */
int groups_join(struct groups *g, int ifindex);
/* Also of an interface that is gone. */
void groups_leave(struct groups *g, int number, int ifindex);
void groups_fini(struct groups *g);

#endif
