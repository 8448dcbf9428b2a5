/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets of control connections are made and asked; see socket.h. */
#include "monitor/socket.h"

#include <errno.h>
#include <netinet/in.h> /* before linux/l2tp.h, which has its own otherwise */
#include <linux/l2tp.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"

/*
 * Room for a burst of control messages from thousands of peers on one socket.
 */
#define LISTEN_RCVBUF (4 << 20)
/* IPPROTO_L2TP is in linux/in.h only, which netinet/in.h excludes */
#define PROTO_L2TP    115

union l2tp_address {
	struct sockaddr sa;
	struct sockaddr_l2tpip v4;
	struct sockaddr_l2tpip6 v6;
};

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ?
		       -errno :
		       0;
}

static int close_after(int fd, int err)
{
	close(fd);
	return err;
}

/*
 * The kernel's data packets leave by this socket: let them be fragmented on a
 * narrow path in place of being lost.
 */
static int allow_fragments(int fd, uint16_t family)
{
	return family == AF_INET ? set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER,
					   IP_PMTUDISC_DONT) :
				   0;
}

/* A UDP socket bound to local, which several of ours share. */
static int udp_socket(const struct addr *local)
{
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(local, &ss);
	int fd = socket(local->family,
			SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	/*
	 * Not with an ephemeral port: the kernel could choose one that
	 * another socket has.
	 */
	err = local->port ? set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1) : 0;
	if (!err && local->family == AF_INET6)
		err = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (!err)
		err = allow_fragments(fd, local->family);
	if (!err && bind(fd, (struct sockaddr *)&ss, len) < 0)
		err = -errno;
	return err ? close_after(fd, err) : fd;
}

/*
 * The socket gets the messages of control connection conn_id; 0: messages that
 * belong to none yet.
 */
static socklen_t l2tp_address(const struct addr *a, uint32_t conn_id,
			      union l2tp_address *out)
{
	*out = (union l2tp_address){ 0 };
	if (a->family == AF_INET) {
		out->v4.l2tp_family = AF_INET;
		memcpy(&out->v4.l2tp_addr, a->ip, sizeof(out->v4.l2tp_addr));
		out->v4.l2tp_conn_id = conn_id;
		return sizeof(out->v4);
	}
	out->v6.l2tp_family = AF_INET6;
	memcpy(&out->v6.l2tp_addr, a->ip, sizeof(out->v6.l2tp_addr));
	out->v6.l2tp_scope_id = a->scope;
	out->v6.l2tp_conn_id = conn_id;
	return sizeof(out->v6);
}

/*
 * An L2TP/IP socket bound to local and conn_id, which no other socket of an
 * address that includes this one may have (l2tp_ip_bind). It has no ports, and
 * IPv6 only by nature, so that IPV6_V6ONLY is refused.
 */
static int ip_socket(const struct addr *local, uint32_t conn_id)
{
	union l2tp_address a;
	socklen_t len = l2tp_address(local, conn_id, &a);
	int fd = socket(local->family,
			SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, PROTO_L2TP);
	int err;

	if (fd < 0) {
		err = -errno;
		if (err == -EPROTONOSUPPORT)
			log_error("the kernel has no L2TP over %s; load the "
				  "module %s (CONFIG_L2TP_IP)",
				  local->family == AF_INET ? "IP" : "IPv6",
				  local->family == AF_INET ? "l2tp_ip" :
							     "l2tp_ip6");
		return err;
	}
	err = allow_fragments(fd, local->family);
	if (!err && bind(fd, &a.sa, len) < 0)
		err = -errno;
	return err ? close_after(fd, err) : fd;
}

int monitor_listen_trial(const struct config_listen *l)
{
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(&l->address, &ss);
	int fd, err = 0;

	if (l->encap == CONFIG_ENCAP_IP)
		return 0;
	fd = socket(l->address.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (l->address.family == AF_INET6)
		err = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (!err && bind(fd, (struct sockaddr *)&ss, len) < 0)
		err = -errno;
	return close_after(fd, err);
}

int monitor_listen_socket(const struct config_listen *l)
{
	int fd = l->encap == CONFIG_ENCAP_IP ? ip_socket(&l->address, 0) :
					       udp_socket(&l->address);
	int err;

	if (fd < 0)
		return fd;
	/* A reply has to come from the address that the packet was sent to. */
	err = l->address.family == AF_INET6 ?
		      set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) :
		      set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
	if (err)
		return close_after(fd, err);
	if (set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, LISTEN_RCVBUF))
		(void)set_int(fd, SOL_SOCKET, SO_RCVBUF, LISTEN_RCVBUF);
	return fd;
}

/* Who sends ICMP is named by the kernel: the engine tells the operator. */
static int want_errors(int fd, uint16_t family)
{
	return family == AF_INET6 ? set_int(fd, IPPROTO_IPV6, IPV6_RECVERR, 1) :
				    set_int(fd, IPPROTO_IP, IP_RECVERR, 1);
}

static int connect_udp(int fd, const struct addr *peer)
{
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(peer, &ss);

	return connect(fd, (struct sockaddr *)&ss, len) < 0 ? -errno : 0;
}

/* The peer's id is for show (l2tp_ip6_getname), and not known yet. */
static int connect_ip(int fd, const struct addr *peer)
{
	union l2tp_address a;
	socklen_t len = l2tp_address(peer, 0, &a);

	return connect(fd, &a.sa, len) < 0 ? -errno : 0;
}

int monitor_socket_checksums(int fd, uint16_t family, bool no_tx, bool no_rx)
{
	int err = 0;

	if (no_tx)
		err = family == AF_INET ?
			      set_int(fd, SOL_SOCKET, SO_NO_CHECK, 1) :
			      set_int(fd, SOL_UDP, UDP_NO_CHECK6_TX, 1);
	if (!err && no_rx && family == AF_INET6)
		err = set_int(fd, SOL_UDP, UDP_NO_CHECK6_RX, 1);
	return err;
}

int monitor_socket_local(int fd, struct addr *out)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	return addr_from_sockaddr(out, (struct sockaddr *)&ss, len);
}

int monitor_socket_way(int fd, const struct addr *peer, struct addr *out)
{
	struct addr to = *peer;
	int err;

	/* Routes do not depend on the port, but connect wants one. */
	to.port = 1;
	err = connect_udp(fd, &to);
	return err ? err : monitor_socket_local(fd, out);
}

int monitor_source(const struct monitor_source *s, struct addr *out)
{
	struct addr from = s->local;
	int fd;

	from.family = s->peer.family;
	from.port = 0;
	fd = udp_socket(&from);
	return fd < 0 ? fd :
			close_after(fd, monitor_socket_way(fd, &s->peer, out));
}

int monitor_socket_connect(int fd, const struct addr *peer)
{
	return connect_udp(fd, peer);
}

/*
 * Bound to the address that a connected one would be bound to: what it sends
 * then comes from there, whomever it goes to.
 */
static int unconnected_socket(const struct monitor_socket *s)
{
	struct monitor_source source = { .local = s->local, .peer = s->peer };
	struct addr from = { 0 };
	int fd, err = monitor_source(&source, &from);

	if (err)
		return err;
	from.port = s->local.port;
	fd = udp_socket(&from);
	if (fd < 0)
		return fd;
	err = want_errors(fd, from.family);
	return err ? close_after(fd, err) : fd;
}

int monitor_tunnel_socket(const struct monitor_socket *s)
{
	bool ip = s->encap == DP_ENCAP_IP;
	struct addr from = s->local;
	int fd, err;

	if (s->unconnected)
		return unconnected_socket(s);
	if (!addr_is_set(&from))
		from.family = s->peer.family;
	fd = ip ? ip_socket(&from, s->tunnel_id) : udp_socket(&from);
	if (fd < 0)
		return fd;
	err = ip ? connect_ip(fd, &s->peer) : connect_udp(fd, &s->peer);
	if (!err && !ip)
		err = want_errors(fd, s->peer.family);
	return err ? close_after(fd, err) : fd;
}

/*
 * A policy takes away the route that the socket keeps; its next packet finds
 * the route through ESP, and the socket keeps that. Only L2TP over IPv6 without
 * UDP does not keep what a packet found (l2tp_ip6_sendmsg): there the socket is
 * connected once more. Without SAs there is no such route, connecting fails,
 * and nothing can be sent in any case.
 */
void monitor_socket_reroute(int fd, enum dp_encap encap,
			    const struct addr *peer)
{
	if (encap == DP_ENCAP_IP && peer->family == AF_INET6)
		(void)connect_ip(fd, peer);
}

/*
 * What it knows of its way may be old until it sends; connecting it again finds
 * the way anew, and changes nothing else.
 */
int monitor_socket_mtu(int fd, enum dp_encap encap, const struct addr *peer)
{
	bool v4 = peer->family == AF_INET;
	socklen_t len = sizeof(int);
	int mtu, err;

	err = encap == DP_ENCAP_IP ? connect_ip(fd, peer) :
				     connect_udp(fd, peer);
	if (err)
		return err;
	if (getsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
		       v4 ? IP_MTU : IPV6_MTU, &mtu, &len) < 0)
		return -errno;
	return mtu;
}
