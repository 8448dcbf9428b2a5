/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPPoX sockets. The kernel has an address for each of version 2 and 3, IPv4
 * and IPv6, tells them apart by their length, and of a tunnel that it knows
 * takes the ids only (pppol2tp_connect).
 */
#include "netlink/pppox.h"

#include <errno.h>
#include <fcntl.h>
/* before linux/if_pppox.h, which has its own otherwise */
#include <netinet/in.h>
#include <linux/if_pppox.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union pppox_addr {
	struct sockaddr sa;
	struct sockaddr_pppol2tp v2;
	struct sockaddr_pppol2tpin6 v2in6;
	struct sockaddr_pppol2tpv3 v3;
	struct sockaddr_pppol2tpv3in6 v3in6;
};

#define FILL(a, t, s, ps, peer)                               \
	do {                                                  \
		(a)->sa_family = AF_PPPOX;                    \
		(a)->sa_protocol = PX_PROTO_OL2TP;            \
		(a)->pppol2tp.fd = (t)->fd;                   \
		memcpy(&(a)->pppol2tp.addr, (peer),           \
		       sizeof((a)->pppol2tp.addr));           \
		(a)->pppol2tp.s_tunnel = (t)->tunnel_id;      \
		(a)->pppol2tp.d_tunnel = (t)->peer_tunnel_id; \
		(a)->pppol2tp.s_session = (s);                \
		(a)->pppol2tp.d_session = (ps);               \
	} while (0)

static socklen_t fill(union pppox_addr *a, const struct dp_tunnel *t,
		      uint32_t session_id, uint32_t peer_session_id,
		      const struct sockaddr_storage *peer)
{
	bool ipv6 = peer->ss_family == AF_INET6;

	*a = (union pppox_addr){ 0 };
	if (t->version == 2 && !ipv6) {
		FILL(&a->v2, t, (uint16_t)session_id, (uint16_t)peer_session_id,
		     peer);
		return sizeof(a->v2);
	}
	if (t->version == 2) {
		FILL(&a->v2in6, t, (uint16_t)session_id,
		     (uint16_t)peer_session_id, peer);
		return sizeof(a->v2in6);
	}
	if (!ipv6) {
		FILL(&a->v3, t, session_id, peer_session_id, peer);
		return sizeof(a->v3);
	}
	FILL(&a->v3in6, t, session_id, peer_session_id, peer);
	return sizeof(a->v3in6);
}

static int connected(const union pppox_addr *a, socklen_t len)
{
	int fd = socket(AF_PPPOX, SOCK_DGRAM | SOCK_CLOEXEC, PX_PROTO_OL2TP);
	int ret;

	if (fd < 0)
		return -errno;
	if (connect(fd, &a->sa, len)) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

/*
 * For show, as the ids decide; an L2TP/IP socket does not even tell
 * (l2tp_ip_getname).
 */
static int peer_of(const struct dp_tunnel *t, struct sockaddr_storage *peer)
{
	socklen_t len = sizeof(*peer);
	int family;

	if (t->fd < 0) {
		addr_to_sockaddr(&t->peer, peer);
		return 0;
	}
	if (!getpeername(t->fd, (struct sockaddr *)peer, &len))
		return 0;
	if (errno != ENOTCONN)
		return -errno;
	len = sizeof(family);
	if (getsockopt(t->fd, SOL_SOCKET, SO_DOMAIN, &family, &len))
		return -errno;
	peer->ss_family = (sa_family_t)family;
	return 0;
}

int pppox_open(const struct dp_tunnel *t, uint32_t session_id,
	       uint32_t peer_session_id)
{
	struct sockaddr_storage peer = { 0 };
	union pppox_addr a;
	int ret = peer_of(t, &peer);

	if (ret)
		return ret;
	return connected(&a, fill(&a, t, session_id, peer_session_id, &peer));
}

int pppox_seize(uint32_t tunnel_id, uint32_t session_id)
{
	/*
	 * The widest ids; the version in the length counts for
	 * new tunnels only.
	 */
	union pppox_addr a = { .v3 = {
				       .sa_family = AF_PPPOX,
				       .sa_protocol = PX_PROTO_OL2TP,
				       .pppol2tp = { .fd = -1,
						     .s_tunnel = tunnel_id,
						     .s_session = session_id, },
			       }, };

	return connected(&a, sizeof(a.v3));
}

static int refuse(char *err, size_t errlen, int error, const char *sentence)
{
	snprintf(err, errlen, "%s: %s", sentence, strerror(error));
	return -error;
}

int dataplane_ppp_check(char *err, size_t errlen)
{
	int fd;

	/* Either open makes the kernel load the module, where it can. */
	fd = socket(AF_PPPOX, SOCK_DGRAM | SOCK_CLOEXEC, PX_PROTO_OL2TP);
	if (fd < 0 && errno == EAFNOSUPPORT)
		return refuse(err, errlen, errno,
			      "the kernel has no PPPoX sockets; load the "
			      "module pppox (CONFIG_PPP and CONFIG_PPPOL2TP)");
	if (fd < 0 && errno == EPROTONOSUPPORT)
		return refuse(err, errlen, errno,
			      "the kernel has no PPP over L2TP; "
			      "load the module l2tp_ppp (CONFIG_PPPOL2TP)");
	if (fd < 0)
		return refuse(err, errlen, errno, "cannot open a PPPoX socket");
	close(fd);

	fd = open("/dev/ppp", O_RDWR | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return refuse(err, errlen, errno,
			      "/dev/ppp is missing; load the module "
			      "ppp_generic (CONFIG_PPP), or in a container "
			      "pass the device in");
	if (fd < 0 && (errno == ENXIO || errno == ENODEV))
		return refuse(err, errlen, errno,
			      "nothing is behind /dev/ppp; "
			      "load the module ppp_generic (CONFIG_PPP)");
	if (fd < 0 && errno == EPERM)
		return refuse(err, errlen, errno,
			      "/dev/ppp needs CAP_NET_ADMIN, and in a "
			      "container the device must be allowed");
	if (fd < 0)
		return refuse(err, errlen, errno, "cannot open /dev/ppp");
	close(fd);
	return 0;
}
