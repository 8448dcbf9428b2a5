/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets of control connections, over UDP and directly over IP (protocol 115,
 * RFC 3931, section 4.1.1): those that hear new peers, and one for each tunnel.
 * The caller owns every fd that is returned; in its place there is -errno.
 */
#ifndef L2TPD_MONITOR_SOCKET_H
#define L2TPD_MONITOR_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/monitor.h"
#include "lib/addr.h"
#include "lib/config.h"
#include "netlink/dataplane.h"

/*
 * Whether a port is ours alone, before we have a socket on it: -EADDRINUSE when
 * another program's is there. Two with SO_REUSEADDR, which our sockets need,
 * can be bound to one port, and each packet would go to either. 0 or -errno.
 */
int monitor_listen_trial(const struct config_listen *l);
/* What the kernel lacks for it is said in the log. */
int monitor_listen_socket(const struct config_listen *l);
/* Bound and connected as s says, which was checked already. */
int monitor_tunnel_socket(const struct monitor_socket *s);
/* Connects one over UDP that was not. 0 or -errno. */
int monitor_socket_connect(int fd, const struct addr *peer);
/*
 * Whether the kernel sends data packets without a checksum, and takes them
 * without one, goes by the tunnel's socket. 0 or -errno.
 */
int monitor_socket_checksums(int fd, uint16_t family, bool no_tx, bool no_rx);
/* What it is bound to. 0 or -errno. */
int monitor_socket_local(int fd, struct addr *out);
/*
 * Connects a UDP socket towards the peer, whatever its port, and says which
 * address of ours it has then. 0 or -errno.
 */
int monitor_socket_way(int fd, const struct addr *peer, struct addr *out);
/*
 * What the kernel would bind a new socket to the peer to; s->local unset: any
 * of our addresses. 0 or -errno.
 */
int monitor_source(const struct monitor_source *s, struct addr *out);
/*
 * After a tunnel's socket was given a policy of IPsec: the MTU of the
 * interfaces of its sessions is that of its route, which has changed.
 */
void monitor_socket_reroute(int fd, enum dp_encap encap,
			    const struct addr *peer);

/*
 * The largest packet that a connected socket of a tunnel sends in one piece on
 * the way that it has now, IPsec's overhead taken off, in bytes; or -errno.
 */
int monitor_socket_mtu(int fd, enum dp_encap encap, const struct addr *peer);

#endif
