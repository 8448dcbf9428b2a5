/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The router6 process's two sockets. It is given nothing else, and hears
 * nothing else: router solicitations, and what is sent to DHCPv6 servers.
 */
#ifndef L2TPD_MONITOR_ROUTER6_SOCKET_H
#define L2TPD_MONITOR_ROUTER6_SOCKET_H

/*
 * Each tells the interface, the destination and the hop limit of what comes. An
 * fd that the caller owns, or -errno.
 */
int router6_nd_socket(void);
int router6_dhcp_socket(void);

#endif
