/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rates, MTU, our address and routes of the sessions' interfaces; see net.h. */
#include "monitor/net.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/ipc.h"
#include "lib/config.h"
#include "lib/log.h"
#include "lib/table.h"
#include "monitor/announce.h"
#include "monitor/check.h"
#include "monitor/held.h"
#include "monitor/net_check.h"
#include "monitor/pw_link.h"
#include "monitor/units.h"
#include "netlink/address.h"
#include "netlink/link.h"
#include "netlink/route.h"
#include "netlink/tc.h"

#define WHAT_MAX	96
#define LINK_PREFIX_MAX 64 /* bits; an interface identifier has the others */

/*
 * Our addresses: one in the link's prefix, and the router's, by which that is
 * announced.
 */
enum { OWN_GLOBAL, OWN_ROUTER, OWN };

struct net {
	const struct held *held;
	const struct config *config;
	struct announce *announce;
	struct units *units;
	struct rtnl rtnl;
	struct table claims; /* interface index -> its struct held_session */
};

/* What an interface has, or is to have. */
struct state {
	uint64_t rate_down, rate_up;
	uint32_t mtu;
	/*
	 * addresses of ours with the lengths of their prefixes; length 0: none
	 */
	struct addr_prefix own[OWN];
	size_t route_n;
	struct route *route;
};

struct given {
	int ifindex;
	char ifname[IFNAMSIZ];
	uint32_t pppd_mtu; /* as pppd had set it, before we lowered it */
	bool announced;
	struct tc_ingress ingress;
	struct state now;
};

struct net *net_new(const struct held *held, const struct config *config,
		    struct announce *announce, struct units *units)
{
	struct net *n = calloc(1, sizeof(*n));
	int err = n ? rtnl_open(&n->rtnl) : -ENOMEM;

	if (!err) {
		n->held = held;
		n->config = config;
		n->announce = announce;
		n->units = units;
		return n;
	}
	log_error("rtnetlink cannot be used: %s", strerror(-err));
	free(n);
	return NULL;
}

void net_free(struct net *n)
{
	if (!n)
		return;
	rtnl_close(&n->rtnl);
	table_fini(&n->claims);
	free(n);
}

/* ---- what is asked for ---- */

/* The caller's link-local address, which leads to its delegated prefix. */
static struct addr link_local(const uint8_t ifid[8])
{
	struct addr a = { .family = AF_INET6, .ip = { 0xfe, 0x80 } };

	memcpy(a.ip + 8, ifid, 8);
	return a;
}

/*
 * Our address in the link's prefix has our interface identifier, which the
 * caller does not have.
 */
static struct addr_prefix own_address(const struct service_prefix6 *prefix,
				      const uint8_t ifid[8])
{
	struct addr_prefix own =
		net_prefix(AF_INET6, prefix->len, prefix->addr);

	memcpy(own.addr.ip + 8, ifid, 8);
	return own;
}

/*
 * The router's address for the caller: fe80:: and the interface's index, or the
 * next that neither end has. The address of IPV6CP does not do: it changes when
 * IPV6CP is negotiated again, and hosts would keep a default router that is
 * gone. Nor does one that all interfaces have: the kernel looks through all of
 * them for each packet.
 */
static struct addr router_address(int ifindex, const uint8_t local[8],
				  const uint8_t remote[8])
{
	uint8_t ifid[8] = { 0 };

	for (int i = 7, n = ifindex; i > 3; i--, n >>= 8)
		ifid[i] = (uint8_t)n;
	while (memcmp(ifid, local, sizeof(ifid)) == 0 ||
	       memcmp(ifid, remote, sizeof(ifid)) == 0)
		ifid[3]++;
	return link_local(ifid);
}

static bool is_announced(const struct monitor_net *r)
{
	return r->prefix6.len || r->delegated6.len;
}

/* routes has room for SERVICE_ROUTES_MAX + 2. */
static struct state target_of(const struct given *g,
			      const struct monitor_net *r, struct route *routes)
{
	static const uint8_t none[8];
	struct state to = {
		.rate_down = r->rate_down,
		.rate_up = r->rate_up,
		.route = routes,
		.mtu = r->mtu && r->mtu < g->pppd_mtu ? r->mtu : g->pppd_mtu,
	};

	for (size_t i = 0; i < r->route_n; i++)
		routes[to.route_n++] = (struct route){
			.dst = net_prefix(r->route[i].family, r->route[i].len,
					  r->route[i].dst),
			.metric = r->route[i].metric,
			.ifindex = g->ifindex,
		};
	/*
	 * A prefix without room for interface identifiers is routed to the
	 * caller as a whole.
	 */
	if (r->prefix6.len > LINK_PREFIX_MAX)
		routes[to.route_n++] = (struct route){
			.dst = net_prefix(AF_INET6, r->prefix6.len,
					  r->prefix6.addr),
			.ifindex = g->ifindex,
		};
	else if (r->prefix6.len &&
		 memcmp(r->local_ifid, none, sizeof(none)) != 0)
		to.own[OWN_GLOBAL] = own_address(&r->prefix6, r->local_ifid);
	if (is_announced(r))
		to.own[OWN_ROUTER] = (struct addr_prefix){
			router_address(g->ifindex, r->local_ifid,
				       r->remote_ifid),
			LINK_PREFIX_MAX,
		};
	if (r->delegated6.len) {
		struct route *d = &routes[to.route_n++];

		*d = (struct route){
			.dst = net_prefix(AF_INET6, r->delegated6.len,
					  r->delegated6.addr),
			.ifindex = g->ifindex,
		};
		if (memcmp(r->remote_ifid, none, sizeof(none)) != 0)
			d->gateway = link_local(r->remote_ifid);
	}
	return to;
}

/* ---- what the kernel does ---- */

static const char *describe(const struct held_session *s, const struct given *g,
			    char *buf)
{
	snprintf(buf, WHAT_MAX, "tunnel %u session %u (%s)", s->dp.tunnel_id,
		 s->dp.session_id, g->ifname);
	return buf;
}

/*
 * Logs what the kernel refused. That an interface has gone meanwhile is for
 * debugging only.
 */
static void refused(struct net *n, const struct held_session *s,
		    const char *what, int err, const char *needs)
{
	bool lacks = needs && (err == -ENOENT || err == -EOPNOTSUPP);
	char who[WHAT_MAX];

	log_write(err == -ENODEV ? LOG_DEBUG : LOG_ERR,
		  "%s: the kernel refuses %s: %s%s%s%s%s%s",
		  describe(s, s->given, who), what, strerror(-err),
		  n->rtnl.text[0] ? " (" : "", n->rtnl.text,
		  n->rtnl.text[0] ? ")" : "", lacks ? "; it needs " : "",
		  lacks ? needs : "");
}

static bool is_gone(int err)
{
	return err == -ENOENT || err == -ESRCH || err == -ENODEV ||
	       err == -EINVAL;
}

static int set_down(struct net *n, const struct held_session *s, uint64_t rate)
{
	struct given *g = s->given;
	char what[64];
	int err;

	if (rate == g->now.rate_down)
		return 0;
	if (rate == 0) {
		/*
		 * It is gone already when somebody else has replaced our qdisc.
		 */
		err = tc_unshape(&n->rtnl, g->ifindex);
		err = is_gone(err) ? 0 : err;
	} else {
		err = tc_shape(&n->rtnl, g->ifindex, rate, g->pppd_mtu);
	}
	snprintf(what, sizeof(what), "a rate of %llu bit/s to the caller",
		 (unsigned long long)rate);
	if (err)
		refused(n, s, what, err, "CONFIG_NET_SCH_TBF (module sch_tbf)");
	else
		g->now.rate_down = rate;
	return err;
}

static int set_up(struct net *n, const struct held_session *s, uint64_t rate)
{
	struct given *g = s->given;
	char what[64];
	int err;

	if (rate == g->now.rate_up)
		return 0;
	if (rate == 0) {
		err = tc_unpolice(&n->rtnl, g->ifindex, &g->ingress);
		err = is_gone(err) ? 0 : err;
	} else {
		err = tc_police(&n->rtnl, g->ifindex, rate, g->pppd_mtu,
				&g->ingress);
	}
	snprintf(what, sizeof(what), "a rate of %llu bit/s from the caller",
		 (unsigned long long)rate);
	if (err)
		refused(n, s, what, err,
			"CONFIG_NET_SCH_INGRESS, CONFIG_NET_CLS_MATCHALL and "
			"CONFIG_NET_ACT_POLICE (modules sch_ingress, "
			"cls_matchall, act_police)");
	else
		g->now.rate_up = rate;
	return err;
}

static int set_mtu(struct net *n, const struct held_session *s, uint32_t mtu)
{
	struct given *g = s->given;
	char what[64];
	int err;

	if (mtu == g->now.mtu)
		return 0;
	err = link_set_mtu(&n->rtnl, g->ifname, mtu);
	snprintf(what, sizeof(what), "an MTU of %u", mtu);
	if (err)
		refused(n, s, what, err, NULL);
	else
		g->now.mtu = mtu;
	return err;
}

static bool same_route(const struct route *a, const struct route *b)
{
	return a->dst.len == b->dst.len &&
	       addr_equal_ip(&a->dst.addr, &b->dst.addr) &&
	       a->metric == b->metric &&
	       addr_equal_ip(&a->gateway, &b->gateway);
}

static bool has_route(const struct state *st, const struct route *r)
{
	for (size_t i = 0; i < st->route_n; i++)
		if (same_route(&st->route[i], r))
			return true;
	return false;
}

/*
 * The way to the tunnel's peer would lead into the tunnel itself, and no packet
 * would leave.
 */
static bool swallows_peer(struct net *n, const struct held_session *s,
			  const struct route *r)
{
	return s->tunnel && addr_prefix_contains(&r->dst, &s->tunnel->peer) &&
	       route_ifindex(&n->rtnl, &s->tunnel->peer) == r->ifindex;
}

static int add_route(struct net *n, const struct held_session *s,
		     const struct route *r)
{
	struct state *now = &s->given->now;
	struct route *more =
		reallocarray(now->route, now->route_n + 1, sizeof(*more));
	char what[ADDR_STRLEN + 48], who[WHAT_MAX], text[ADDR_STRLEN];
	int err;

	if (!more)
		return -ENOMEM;
	now->route = more;
	addr_prefix_format(&r->dst, text);
	err = route_add(&n->rtnl, r);
	if (err) {
		snprintf(what, sizeof(what), "a route to %s%s", text,
			 err == -EEXIST ? ", which somebody else has set" : "");
		refused(n, s, what, err, NULL);
		return err;
	}
	now->route[now->route_n++] = *r;
	if (!swallows_peer(n, s, r))
		return 0;
	log_error("%s: a route to %s would lead the tunnel into itself and is "
		  "not set",
		  describe(s, s->given, who), text);
	return -ELOOP;
}

static bool same_prefix(const struct addr_prefix *a,
			const struct addr_prefix *b)
{
	return a->len == b->len && addr_equal_ip(&a->addr, &b->addr);
}

static int add_own(struct net *n, const struct held_session *s,
		   struct addr_prefix *now, const struct addr_prefix *own)
{
	const struct route onlink = {
		.dst = *own,
		.ifindex = s->given->ifindex,
	};
	char what[ADDR_STRLEN + 32], who[WHAT_MAX], text[ADDR_STRLEN];
	int err = address_add(&n->rtnl, s->given->ifindex, own);

	addr_prefix_format(own, text);
	if (err && err != -EEXIST) {
		snprintf(what, sizeof(what), "the address %s", text);
		refused(n, s, what, err, "IPv6");
		return err;
	}
	*now = *own;
	if (!swallows_peer(n, s, &onlink))
		return 0;
	log_error("%s: the address %s would lead the tunnel into itself and is "
		  "not set",
		  describe(s, s->given, who), text);
	return -ELOOP;
}

static int set_own(struct net *n, const struct held_session *s,
		   const struct state *to)
{
	struct addr_prefix *now = s->given->now.own;
	int err = 0;

	for (size_t i = 0; !err && i < OWN; i++) {
		if (same_prefix(&now[i], &to->own[i]))
			continue;
		if (now[i].len)
			(void)address_del(&n->rtnl, s->given->ifindex, &now[i]);
		now[i] = (struct addr_prefix){ 0 };
		if (to->own[i].len)
			err = add_own(n, s, &now[i], &to->own[i]);
	}
	return err;
}

static int set_routes(struct net *n, const struct held_session *s,
		      const struct state *to)
{
	struct state *now = &s->given->now;

	for (size_t i = 0; i < to->route_n; i++) {
		int err = has_route(now, &to->route[i]) ?
				  0 :
				  add_route(n, s, &to->route[i]);

		if (err)
			return err;
	}
	for (size_t i = 0; i < now->route_n;) {
		int err;

		if (has_route(to, &now->route[i])) {
			i++;
			continue;
		}
		err = route_del(&n->rtnl, &now->route[i]);
		if (err && !is_gone(err))
			refused(n, s, "to take back a route", err, NULL);
		now->route[i] = now->route[--now->route_n];
	}
	return 0;
}

/* Each step notes in now what it has done, so that the same steps lead back. */
static int go_to(struct net *n, const struct held_session *s,
		 const struct state *to)
{
	int err = set_down(n, s, to->rate_down);

	if (!err)
		err = set_up(n, s, to->rate_up);
	if (!err)
		err = set_mtu(n, s, to->mtu);
	if (!err)
		err = set_own(n, s, to);
	return err ? err : set_routes(n, s, to);
}

static void go_back(struct net *n, const struct held_session *s,
		    const struct state *to)
{
	char who[WHAT_MAX];

	if (go_to(n, s, to))
		log_debug("%s: not all of a refused change could be undone",
			  describe(s, s->given, who));
}

/* ---- who has what ---- */

static void drop(struct net *n, struct held_session *s)
{
	if (!s->given)
		return;
	table_del(&n->claims, (uint64_t)s->given->ifindex);
	free(s->given->now.route);
	free(s->given);
	s->given = NULL;
}

/*
 * It has to be the one that the session's pppd told of: another one of PPP's
 * may be the host's own way out. Its own may be gone, and the name another's.
 */
static int whose_link(struct rtnl *r, const struct table *by_ifindex,
		      const struct held_session *s, const struct link *link)
{
	const struct held_session *owner =
		table_get(by_ifindex, (uint64_t)link->index);
	struct link own;

	if (link->index == s->unit && strcmp(link->kind, "ppp") == 0 &&
	    (!owner || owner == s))
		return 0;
	return s->unit && link_get_index(r, s->unit, &own) == -ENODEV ?
		       -ENODEV :
		       -EPERM;
}

int net_find_link(struct rtnl *r, const struct table *by_ifindex,
		  const struct held_session *s, const char *ifname,
		  struct link *link)
{
	int err;

	if (!ifname[0] || !monitor_is_ifname(ifname))
		return -EINVAL;
	err = link_get(r, ifname, link);
	return err ? err : whose_link(r, by_ifindex, s, link);
}

static int claim(struct net *n, struct held_session *s,
		 const struct monitor_interface *l, const struct link *link)
{
	struct given *g;
	int err;

	/*
	 * The session had another interface before, which is gone with all that
	 * it was given.
	 */
	if (s->given && s->given->ifindex != link->index)
		drop(n, s);
	if (s->given)
		return 0;
	g = calloc(1, sizeof(*g));
	if (!g)
		return -ENOMEM;
	g->ifindex = link->index;
	g->pppd_mtu = g->now.mtu = link->mtu;
	memcpy(g->ifname, l->ifname, sizeof(g->ifname));
	err = table_put(&n->claims, (uint64_t)link->index, s);
	if (err)
		free(g);
	else
		s->given = g;
	return err;
}

static int announce(struct net *n, struct held_session *s,
		    const struct monitor_net *r, uint32_t mtu)
{
	static const uint8_t none[8];
	struct addr caller = { 0 }; /* not known */
	const struct addr router = router_address(s->given->ifindex,
						  r->local_ifid,
						  r->remote_ifid);
	bool wanted = is_announced(r);
	int err = 0;

	if (memcmp(r->remote_ifid, none, sizeof(none)) != 0)
		caller = link_local(r->remote_ifid);
	if (wanted)
		err = announce_session(n->announce, r, s->given->ifindex,
				       &router, &caller, mtu);
	else if (s->given->announced)
		announce_forget(n->announce, s->link);
	if (!err)
		s->given->announced = wanted;
	return err;
}

/* A copy of what it has, with routes of its own. */
static int remember(const struct state *now, struct state *had)
{
	*had = *now;
	had->route = NULL;
	if (!now->route_n)
		return 0;
	had->route = malloc(now->route_n * sizeof(*had->route));
	if (!had->route)
		return -ENOMEM;
	memcpy(had->route, now->route, now->route_n * sizeof(*had->route));
	return 0;
}

/* mtu: of the interface, as it is now. */
static int apply(struct net *n, struct held_session *s,
		 const struct monitor_net *r, uint32_t mtu)
{
	struct route routes[SERVICE_ROUTES_MAX + 2];
	struct state to = target_of(s->given, r, routes), had;
	int err = remember(&s->given->now, &had);

	if (err)
		return err;
	err = go_to(n, s, &to);
	if (err)
		go_back(n, s, &had);
	else if (s->given->now.mtu != had.mtu)
		mtu = s->given->now.mtu;
	free(had.route);
	/*
	 * A caller keeps its limits also where its prefix cannot be
	 * announced.
	 */
	return err ? err : announce(n, s, r, mtu);
}

int net_apply(struct net *n, struct held_session *s,
	      const struct monitor_net *r)
{
	struct link link;
	char why[160];
	int err;

	if (net_check(r, why, sizeof(why))) {
		log_error("tunnel %u session %u: its interface is not changed: "
			  "%s",
			  s->dp.tunnel_id, s->dp.session_id, why);
		return -ERANGE;
	}
	err = net_find_link(&n->rtnl, &n->claims, s, r->interface.ifname,
			    &link);
	if (err == -EPERM)
		log_error("tunnel %u session %u: %s is not changed: it is not "
			  "the interface that the session's pppd has",
			  s->dp.tunnel_id, s->dp.session_id,
			  r->interface.ifname);
	if (!err)
		err = claim(n, s, &r->interface, &link);
	return err ? err : apply(n, s, r, link.mtu);
}

static struct ppp_counters counters_of(const struct link *link)
{
	return (struct ppp_counters){
		.rx_bytes = link->rx_bytes,
		.tx_bytes = link->tx_bytes,
		.rx_packets = link->rx_packets,
		.tx_packets = link->tx_packets,
	};
}

int net_stats(struct net *n, const struct held_session *s,
	      const struct monitor_interface *l, struct ppp_counters *out)
{
	struct link link;
	int err;

	err = net_find_link(&n->rtnl, &n->claims, s, l->ifname, &link);
	if (err)
		return err;
	if (s->given && s->given->ifindex != link.index)
		return -ENODEV;
	*out = counters_of(&link);
	return 0;
}

int net_count(struct net *n, const struct held_session *s,
	      char ifname[IFNAMSIZ], struct ppp_counters *out)
{
	struct link link;
	int err = link_get_index(&n->rtnl, s->unit, &link);

	if (err)
		return err;
	memcpy(ifname, link.name, IFNAMSIZ);
	*out = counters_of(&link);
	return 0;
}

void net_forget(struct net *n, struct held_session *s)
{
	struct given *g = s->given;
	struct state nothing;
	struct link link;

	if (!g)
		return;
	nothing = (struct state){ .mtu = g->pppd_mtu };
	if (g->announced)
		announce_forget(n->announce, s->link);
	/*
	 * The interface of a pppd of ours goes with it. A pppd that dialled may
	 * keep its own for the next call.
	 */
	if (s->dialled && link_get_index(&n->rtnl, g->ifindex, &link) == 0)
		go_back(n, s, &nothing);
	drop(n, s);
}

/* ---- what the engine asks ---- */

/* The session with PPP whose interface a request names; NULL: there is none. */
static struct held_session *asked_for(const struct net *n,
				      const struct monitor_interface *r)
{
	units_read(n->units);
	return held_session_with_ppp(n->held, r->link);
}

/*
 * With the null data plane there is no struct net: sessions have no interfaces.
 */
static int take_net(struct request *q)
{
	struct net *n = q->object;
	const struct monitor_net *r = q->body;
	struct held_session *s;

	if (!n)
		return -EOPNOTSUPP;
	s = asked_for(n, &r->interface);
	if (!s)
		return -ENOENT;
	if (!config_ppp_find(n->config, r->profile))
		return -EINVAL;
	return net_apply(n, s, r);
}

static int take_stats(struct request *q)
{
	struct net *n = q->object;
	const struct monitor_interface *r = q->body;
	struct held_session *s;
	struct ppp_counters counters;
	int err;

	if (!n)
		return -EOPNOTSUPP;
	s = asked_for(n, r);
	if (!s)
		return -ENODEV;
	err = net_stats(n, s, r, &counters);
	if (!err)
		request_answer(q, &counters, sizeof(counters));
	return err;
}

static int take_show(struct request *q)
{
	struct net *n = q->object;
	const struct monitor_interface *r = q->body;
	struct monitor_pw_show show;
	struct held_session *s;
	struct link link;
	int err;

	if (!n)
		return -EOPNOTSUPP;
	s = asked_for(n, r);
	if (!s)
		return -ENODEV;
	err = net_find_link(&n->rtnl, &n->claims, s, r->ifname, &link);
	if (!err)
		err = pw_link_show(&n->rtnl,
				   &(struct pw_link){ .top = link.index },
				   &show);
	if (!err)
		request_answer(q, &show, sizeof(show));
	return err;
}

const struct request_row net_rows[] = {
	{ MONITOR_NET, sizeof(struct monitor_net), take_net },
	{ MONITOR_LINK_STATS, sizeof(struct monitor_interface), take_stats },
	{ MONITOR_PPP_SHOW, sizeof(struct monitor_interface), take_show },
	{ 0 },
};
