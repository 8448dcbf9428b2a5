/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel takes more than it can carry: an id of zero, one of 17 bits in a
 * version 2 tunnel. Refused here, so that null and the kernel agree.
 */
#include "netlink/check.h"

#include <errno.h>
#include <string.h>

static bool id_ok(uint32_t id, uint8_t version)
{
	return id && (version != 2 || id <= UINT16_MAX);
}

bool dp_tunnel_is_static(const struct dp_tunnel *t)
{
	return t->fd < 0 && addr_is_set(&t->peer);
}

/* The kernel has no scope to bind or connect with (l2tp_tunnel_sock_create). */
static bool static_ok(const struct dp_tunnel *t)
{
	bool udp = t->encap == DP_ENCAP_UDP;

	if (t->local.family != t->peer.family || addr_is_any(&t->peer) ||
	    t->local.scope || t->peer.scope)
		return false;
	return udp == (t->local.port != 0) && udp == (t->peer.port != 0);
}

int dp_tunnel_check(const struct dp_tunnel *t)
{
	if (t->version != 2 && t->version != 3)
		return -EINVAL;
	if (t->version == 2 && t->encap != DP_ENCAP_UDP)
		return -EINVAL;
	if (!id_ok(t->tunnel_id, t->version) ||
	    !id_ok(t->peer_tunnel_id, t->version))
		return -EINVAL;
	return dp_tunnel_is_static(t) && !static_ok(t) ? -EINVAL : 0;
}

static bool cookie_ok(uint8_t len)
{
	return len == 0 || len == 4 || len == 8;
}

int dp_session_check(const struct dp_session *s, uint8_t version)
{
	if (!s->tunnel_id || !id_ok(s->session_id, version) ||
	    !id_ok(s->peer_session_id, version))
		return -EINVAL;
	if (!cookie_ok(s->cookie_len) || !cookie_ok(s->peer_cookie_len))
		return -EINVAL;
	if (version == 2 &&
	    (s->cookie_len || s->peer_cookie_len || s->no_l2_sublayer))
		return -EINVAL;
	if (!memchr(s->ifname, 0, sizeof(s->ifname)))
		return -EINVAL;
	return 0;
}
