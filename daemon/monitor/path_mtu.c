/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What L2TP adds to a packet, and what is left of a way; see path_mtu.h. */
#include "monitor/path_mtu.h"

#include <sys/socket.h>

#include "monitor/socket.h"

enum {
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	UDP_HEADER = 8,
	V2_HEADER = 8, /* with its length, which a peer may send */
	V2_SEQUENCE = 4,
	V3_SESSION = 4,
	V3_OVER_UDP = 4, /* flags and version, RFC 3931, section 4.1.2.1 */
	V3_SUBLAYER = 4,
	PPP_HEADER = 4, /* address, control, protocol */
	IPV4_LEAST = 68,
	IPV6_LEAST = 1280,
};

void path_mtu_look(struct held_tunnel *t)
{
	int mtu = t->fd < 0 ? -1 :
			      monitor_socket_mtu(t->fd, t->encap, &t->peer);

	if (mtu > 0)
		t->path_mtu = (uint32_t)mtu;
}

static uint32_t overhead_of_l2tp(const struct held_tunnel *t,
				 const struct dp_session *s)
{
	if (t->version == 2)
		return V2_HEADER + (s->send_seq ? V2_SEQUENCE : 0);
	return V3_SESSION + (t->encap == DP_ENCAP_UDP ? V3_OVER_UDP : 0) +
	       s->cookie_len + (s->no_l2_sublayer ? 0 : V3_SUBLAYER);
}

static uint32_t overhead_of(const struct held_tunnel *t,
			    const struct dp_session *s)
{
	return (t->peer.family == AF_INET6 ? IPV6_HEADER : IPV4_HEADER) +
	       (t->encap == DP_ENCAP_UDP ? UDP_HEADER : 0) +
	       overhead_of_l2tp(t, s) + PPP_HEADER;
}

uint16_t path_mtu_of_ppp(const struct held_tunnel *t,
			 const struct dp_session *s, bool ipv6)
{
	uint32_t over = overhead_of(t, s),
		 least = ipv6 ? IPV6_LEAST : IPV4_LEAST;

	if (!t->path_mtu)
		return 0;
	if (t->path_mtu < over + least)
		return (uint16_t)least;
	if (t->path_mtu - over > PATH_MTU_PPP)
		return PATH_MTU_PPP;
	return (uint16_t)(t->path_mtu - over);
}
