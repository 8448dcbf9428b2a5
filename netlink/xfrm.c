/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPsec policies, see xfrm.h. */
#include "netlink/xfrm.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/xfrm.h>

#include "netlink/rtnl.h"

/* IPPROTO_L2TP is in linux/in.h only, which netinet/in.h excludes */
#define PROTO_L2TP     115
/* Behind charon's, which are below 400000 (strongSwan's kernel-netlink). */
#define GUARD_PRIORITY 2000000000

static struct xfrm_userpolicy_info policy(uint16_t family, uint8_t dir)
{
	return (struct xfrm_userpolicy_info){
		.sel.family = family,
		.dir = dir,
		.action = XFRM_POLICY_ALLOW,
		.share = XFRM_SHARE_ANY,
		.lft.soft_byte_limit = XFRM_INF,
		.lft.hard_byte_limit = XFRM_INF,
		.lft.soft_packet_limit = XFRM_INF,
		.lft.hard_packet_limit = XFRM_INF,
	};
}

/* ESP in transport mode, with any algorithm. */
static struct xfrm_user_tmpl template(uint16_t family, uint32_t reqid)
{
	return (struct xfrm_user_tmpl){
		.id.proto = IPPROTO_ESP,
		.family = family,
		.reqid = reqid,
		.mode = XFRM_MODE_TRANSPORT,
		.share = XFRM_SHARE_ANY,
		.aalgos = UINT32_MAX,
		.ealgos = UINT32_MAX,
		.calgos = UINT32_MAX,
	};
}

/* ---- a socket's ---- */

static int put(int fd, uint16_t family, uint8_t dir, uint32_t reqid)
{
	struct {
		struct xfrm_userpolicy_info info;
		struct xfrm_user_tmpl tmpl;
	} p = {
		policy(family, dir),
		template(family, reqid),
	};
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int option = family == AF_INET ? IP_XFRM_POLICY : IPV6_XFRM_POLICY;

	return setsockopt(fd, level, option, &p, sizeof(p)) ? -errno : 0;
}

/*
 * The kernel has xfrm_user read the option, and loads it for a socket
 * of its own only.
 */
static void load_module(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_XFRM);

	if (fd >= 0)
		close(fd);
}

int xfrm_require(int fd, uint32_t reqid)
{
	socklen_t len = sizeof(int);
	int family, err;

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len))
		return -errno;
	load_module();
	err = put(fd, (uint16_t)family, XFRM_POLICY_IN, 0);
	if (!err && reqid)
		err = put(fd, (uint16_t)family, XFRM_POLICY_OUT, reqid);
	return err;
}

/* ---- between hosts ---- */

/*
 * Port 0 with all of its bits is what the kernel finds in a packet of protocol
 * 115 (xfrm_flowi_sport). It makes a selector that no IKE daemon has: of two
 * policies with the same selector, whatever their priorities, there can be one
 * only.
 */
static struct xfrm_selector selector(const struct addr *from,
				     const struct addr *to)
{
	uint8_t bits = from->family == AF_INET ? 32 : 128;
	struct xfrm_selector s = {
		.family = from->family,
		.proto = PROTO_L2TP,
		.prefixlen_s = bits,
		.prefixlen_d = bits,
		.sport_mask = 0xffff,
	};

	memcpy(&s.saddr, from->ip, bits / 8);
	memcpy(&s.daddr, to->ip, bits / 8);
	return s;
}

static int add(struct rtnl *r, const struct addr *from, const struct addr *to,
	       uint8_t dir)
{
	struct xfrm_user_tmpl tmpl = template(from->family, 0);
	struct xfrm_userpolicy_info *p;
	struct rtnl_request q;

	/* Updating makes it as well. */
	p = rtnl_begin(&q, XFRM_MSG_UPDPOLICY, NLM_F_ACK, sizeof(*p));
	*p = policy(from->family, dir);
	p->sel = selector(from, to);
	p->priority = GUARD_PRIORITY;
	if (dir == XFRM_POLICY_OUT)
		p->action = XFRM_POLICY_BLOCK;
	else
		mnl_attr_put(rtnl_header(&q), XFRMA_TMPL, sizeof(tmpl), &tmpl);
	return rtnl_call(r, &q, NULL, NULL);
}

static int del(struct rtnl *r, const struct addr *from, const struct addr *to,
	       uint8_t dir)
{
	struct xfrm_userpolicy_id *p;
	struct rtnl_request q;
	int err;

	p = rtnl_begin(&q, XFRM_MSG_DELPOLICY, NLM_F_ACK, sizeof(*p));
	p->sel = selector(from, to);
	p->dir = dir;
	err = rtnl_call(r, &q, NULL, NULL);
	return err == -ENOENT ? 0 : err;
}

static int both(const struct addr *local, const struct addr *peer,
		int (*each)(struct rtnl *, const struct addr *,
			    const struct addr *, uint8_t))
{
	struct rtnl r;
	int err;

	if (local->family != peer->family ||
	    (local->family != AF_INET && local->family != AF_INET6))
		return -EINVAL;
	err = rtnl_open_bus(&r, NETLINK_XFRM);
	if (err)
		return err;
	err = each(&r, peer, local, XFRM_POLICY_IN);
	if (!err)
		err = each(&r, local, peer, XFRM_POLICY_OUT);
	rtnl_close(&r);
	return err;
}

int xfrm_guard_add(const struct addr *local, const struct addr *peer)
{
	int err = both(local, peer, add);

	if (err)
		(void)both(local, peer, del);
	return err;
}

int xfrm_guard_del(const struct addr *local, const struct addr *peer)
{
	return both(local, peer, del);
}
