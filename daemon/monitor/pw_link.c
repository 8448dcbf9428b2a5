/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An Ethernet session's interface is given what is configured; see pw_link.h.
 */
#include "monitor/pw_link.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "netlink/dataplane.h"
#include "netlink/link.h"
#include "netlink/route.h"

#define VLAN_TAG 4 /* bytes of it in a frame */

static void say(struct pw_link *l, const char *more, const char *fmt,
		va_list ap)
{
	char text[256];

	vsnprintf(text, sizeof(text), fmt, ap);
	snprintf(l->why, sizeof(l->why), "%s: %s%s", l->name, text, more);
}

/* Says why not, and what to do. Returns err. */
static int refuse(struct pw_link *l, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static int refuse(struct pw_link *l, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(l, "", fmt, ap);
	va_end(ap);
	return err;
}

/* The same for what the kernel has refused, with the kernel's words added. */
static int refused(const struct rtnl *r, struct pw_link *l, int err,
		   const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static int refused(const struct rtnl *r, struct pw_link *l, int err,
		   const char *fmt, ...)
{
	char more[256];
	va_list ap;

	snprintf(more, sizeof(more), " (%s%s%s)", strerror(-err),
		 r->text[0] ? ": " : "", r->text);
	va_start(ap, fmt);
	say(l, more, fmt, ap);
	va_end(ap);
	return err;
}

static int set_mac(struct rtnl *r, struct pw_link *l, const struct link *is)
{
	const uint8_t *mac = l->wanted.mac;
	int err = 0;

	if (!mac || memcmp(mac, is->mac, sizeof(is->mac)) == 0)
		return 0;
	/*
	 * An l2tpeth changes its address only while it is down, and somebody
	 * has set it up already.
	 */
	if (is->up)
		err = link_set_up(r, l->base, false);
	if (!err)
		err = link_set_mac(r, l->base, mac);
	return err ? refused(r, l, err,
			     "it does not take the address "
			     "%02x:%02x:%02x:%02x:%02x:%02x; mac has to be a "
			     "unicast address",
			     mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]) :
		     0;
}

/*
 * The hosts of a bridge send what its MTU lets them: a port with a smaller one
 * would pull the bridge's down, and lose their full frames without a word.
 */
static uint32_t bridge_mtu(struct rtnl *r, const struct pw_link *l)
{
	struct link bridge;

	return l->wanted.bridge && !link_get(r, l->wanted.bridge, &bridge) ?
		       bridge.mtu :
		       0;
}

static int set_mtu(struct rtnl *r, struct pw_link *l, const struct link *is)
{
	int err;

	l->fits = is->mtu;
	l->mtu = l->wanted.mtu ? l->wanted.mtu : bridge_mtu(r, l);
	err = l->mtu ? link_set_mtu(r, l->name, l->mtu) : 0;
	if (!err)
		return 0;
	if (!l->wanted.mtu)
		return refused(r, l, err,
			       "it does not take bridge %s's MTU of %u; set "
			       "mtu",
			       l->wanted.bridge, l->mtu);
	return refused(r, l, err, "it does not take an MTU of %u; change mtu",
		       l->wanted.mtu);
}

bool pw_link_is_fragmented(const struct pw_link *l)
{
	return !l->wanted.mtu && l->mtu > l->fits;
}

/*
 * The MTU that the kernel chose lets a frame without a VLAN tag fit the path.
 */
static uint32_t vlan_mtu(const struct pw_link *l, const struct link *is)
{
	if (l->mtu)
		return l->mtu;
	return is->mtu > VLAN_TAG ? is->mtu - VLAN_TAG : is->mtu;
}

/*
 * An interface of that name is there, and is what would be made: an l2tpd
 * before this one made it.
 */
static bool is_made_already(struct rtnl *r, const struct pw_link *l,
			    const char *name)
{
	struct link link;

	return link_get(r, name, &link) == 0 &&
	       strcmp(link.kind, "vlan") == 0 && link.lower == l->base;
}

static int add_vlan(struct rtnl *r, struct pw_link *l, const struct link *is)
{
	char name[IFNAMSIZ + 8];
	struct link link;
	int err;

	if (!l->wanted.vlan)
		return 0;
	if (snprintf(name, sizeof(name), "%s.%u", is->name, l->wanted.vlan) >=
	    IFNAMSIZ)
		return refuse(l, -ENAMETOOLONG,
			      "%s is too long for its VLAN's interface; give "
			      "it an ifname of %d letters at most",
			      name,
			      IFNAMSIZ - 1 -
				      (int)strlen(name + strlen(is->name)));
	err = link_add_vlan(r, name, l->base, l->wanted.vlan, vlan_mtu(l, is));
	if (err == -EOPNOTSUPP)
		return refused(r, l, err,
			       "the kernel has no VLAN interfaces; load the "
			       "module 8021q (CONFIG_VLAN_8021Q)");
	if (err == -EEXIST && is_made_already(r, l, name))
		err = 0;
	if (err == -EEXIST)
		return refuse(l, err,
			      "there is a %s already; remove it with \"ip link "
			      "del %s\", or give the session another ifname",
			      name, name);
	if (!err)
		err = link_get(r, name, &link);
	if (err)
		return refused(r, l, err, "%s cannot be made for its VLAN",
			       name);
	l->top = link.index;
	memcpy(l->name, link.name, sizeof(l->name));
	return 0;
}

static int join(struct rtnl *r, struct pw_link *l, const char *kind,
		const char *name, const char *made_with)
{
	struct link master;
	int err = link_get(r, name, &master);

	if (err == -ENODEV)
		return refuse(l, err,
			      "%s %s does not exist; make it with \"ip link "
			      "add %s type %s\"",
			      kind, name, name, made_with);
	if (!err && strcmp(master.kind, kind) != 0)
		return refuse(l, -ENOTSUP,
			      "%s is no %s; name another, or make it one with "
			      "\"ip link add %s type %s\"",
			      name, kind, name, made_with);
	if (!err)
		err = link_set_master(r, l->top, master.index);
	return err ? refused(r, l, err, "it cannot join %s %s", kind, name) : 0;
}

static int set_master(struct rtnl *r, struct pw_link *l)
{
	if (l->wanted.bridge)
		return join(r, l, "bridge", l->wanted.bridge, "bridge");
	if (l->wanted.vrf)
		return join(r, l, "vrf", l->wanted.vrf, "vrf table TABLE");
	return 0;
}

static int set_up(struct rtnl *r, struct pw_link *l)
{
	int err = l->wanted.dormant ? link_set_ready(r, l->base, false) : 0;

	if (!err)
		err = link_set_up(r, l->base, true);
	if (!err && l->top != l->base)
		err = link_set_up(r, l->top, true);
	return err ? refused(r, l, err, "it cannot be set up") : 0;
}

/*
 * Whoever watches interfaces may have given it an address or a route at once.
 */
static int check_route(struct rtnl *r, struct pw_link *l,
		       const struct addr *peer)
{
	int index = route_ifindex(r, peer);
	char text[ADDR_STRLEN];

	if (index != l->base && index != l->top)
		return 0;
	return refuse(l, -ELOOP,
		      "the route to the peer %s leads into the pseudowire "
		      "itself; take it, or the address that it comes from, off "
		      "the interface",
		      addr_format(peer, text));
}

int pw_link_find(struct rtnl *r, struct dataplane *dp, uint32_t tunnel_id,
		 uint32_t session_id, struct pw_link *l, struct link *out)
{
	int err =
		dp->ops->session_interface(dp, tunnel_id, session_id, l->name);

	if (!err)
		err = link_get(r, l->name, out);
	if (err)
		return refused(r, l, err,
			       "its interface is not there; it must keep its "
			       "name until the pseudowire is up");
	l->base = l->top = out->index;
	return 0;
}

int pw_link_give(struct rtnl *r, struct pw_link *l, const struct link *is,
		 const struct addr *peer)
{
	int err = set_mac(r, l, is);

	if (!err)
		err = set_mtu(r, l, is);
	if (!err)
		err = add_vlan(r, l, is);
	if (!err)
		err = set_master(r, l);
	if (!err)
		err = set_up(r, l);
	return err ? err : check_route(r, l, peer);
}

void pw_link_take_back(struct rtnl *r, struct pw_link *l,
		       const struct link *was)
{
	if (l->top != l->base)
		link_del(r, l->top);
	else if (l->wanted.bridge || l->wanted.vrf)
		link_set_master(r, l->base, was->master);
	link_set_up(r, l->base, false);
	link_set_ready(r, l->base, true);
	link_set_mtu(r, was->name, was->mtu);
	if (l->wanted.mac)
		link_set_mac(r, l->base, was->mac);
	if (was->up)
		link_set_up(r, l->base, true);
}

int pw_link_show(struct rtnl *r, const struct pw_link *l,
		 struct monitor_pw_show *out)
{
	struct link is, master;
	int err = link_get_index(r, l->top, &is);

	if (err)
		return err;
	*out = (struct monitor_pw_show){
		.ifindex = (uint32_t)is.index,
		.mtu = is.mtu,
		.admin_up = is.up,
		.oper_up = is.running,
		.rx_packets = is.rx_packets,
		.tx_packets = is.tx_packets,
		.rx_bytes = is.rx_bytes,
		.tx_bytes = is.tx_bytes,
		.rx_errors = is.rx_errors,
		.tx_errors = is.tx_errors,
		.rx_drops = is.rx_drops,
		.tx_drops = is.tx_drops,
	};
	memcpy(out->ifname, is.name, sizeof(out->ifname));
	memcpy(out->mac, is.mac, sizeof(out->mac));
	if (is.master && link_get_index(r, is.master, &master) == 0)
		memcpy(out->master, master.name, sizeof(out->master));
	return 0;
}
