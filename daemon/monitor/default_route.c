/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Default routes of calls, and ways to their servers; see default_route.h. */
#include "monitor/default_route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/log.h"
#include "netlink/link.h"
#include "netlink/route.h"
#include "netlink/way.h"

/* More specific routes than these are somebody's network, and no obstacle. */
#define OBSTACLE_LEN  8
#define HALVES_METRIC 1

/* A host that calls of ours go to. */
struct server {
	struct server *next;
	struct addr addr;
	struct default_route *calls;
	bool apart;	/* from what its calls draw into themselves */
	bool known;	/* the way below, at least of before */
	bool kept;	/* by a host route, along this way */
	bool lost;	/* no way is left; the fence stands */
	bool elsewhere; /* only another table than main leads there */
	struct way way;
};

/* ---- the way to a server ---- */

/* Its own calls are no way to it. */
static bool is_own_call(const void *ctx, int ifindex)
{
	const struct server *s = ctx;

	for (const struct default_route *r = s->calls; r; r = r->next)
		if (ifindex && r->ifindex == ifindex)
			return true;
	return false;
}

static const char *describe_way(struct default_routes *d, const struct way *w,
				char *buf, size_t size)
{
	char gateway[ADDR_STRLEN] = "";
	struct link link = { 0 };

	if (addr_is_set(&w->gateway))
		addr_format(&w->gateway, gateway);
	if (!w->ifindex || link_get_index(d->rtnl, w->ifindex, &link))
		snprintf(buf, size, "several routers");
	else
		snprintf(buf, size, "%s%s%s", gateway, gateway[0] ? " on " : "",
			 link.name);
	return buf;
}

static int refused(struct default_routes *d, const struct server *s, int err)
{
	char text[ADDR_STRLEN];

	log_error("a route to the server %s is refused by the kernel: %s%s%s",
		  addr_format(&s->addr, text), strerror(-err),
		  d->rtnl->text[0] ? ": " : "", d->rtnl->text);
	return err;
}

static int keep(struct default_routes *d, struct server *s, const struct way *w,
		const struct way_found *found)
{
	bool same = s->kept && way_equal(&s->way, w);
	char way[128], text[ADDR_STRLEN];
	int err = same && found->kept ? 0 : way_keep(d->rtnl, &s->addr, w);

	if (err)
		return refused(d, s, err);
	if (!same || s->lost)
		log_notice("the server %s is reached by %s%s",
			   addr_format(&s->addr, text),
			   describe_way(d, w, way, sizeof(way)),
			   s->kept || s->lost ? " now" : "");
	s->kept = s->known = true;
	s->lost = s->elsewhere = false;
	s->way = *w;
	return 0;
}

/*
 * The main table has no way any more. A host route that is there may be a good
 * one still: a DHCP client that renews its lease takes routes away for a
 * moment. When that is gone as well, the fence keeps the tunnel's packets out
 * of the tunnel.
 */
static int no_way_left(struct server *s, const struct way_found *found)
{
	char text[ADDR_STRLEN];

	if (found->kept || s->lost)
		return 0;
	s->lost = true;
	log_warn("nothing leads to the server %s any more besides its own call",
		 addr_format(&s->addr, text));
	return 0;
}

/*
 * The main table never had one. A rule may have another table asked before it,
 * where the fence is no hindrance; or behind it, where it is.
 */
static int no_way_known(struct default_routes *d, struct server *s)
{
	int ifindex = route_ifindex(d->rtnl, &s->addr);

	if (ifindex > 0 && !is_own_call(s, ifindex))
		return 0;
	way_forget(d->rtnl, &s->addr);
	s->apart = false;
	s->elsewhere = true;
	return -ENETUNREACH;
}

/* 0; -ENETUNREACH: it cannot be told from its call; or -errno, said. */
static int look_at_server(struct default_routes *d, struct server *s)
{
	struct way_found found = { 0 };
	struct way way;
	int err = way_find(d->rtnl, &s->addr, is_own_call, s, &way, &found),
	    fenced = 0;

	if (err && err != -ENETUNREACH)
		return refused(d, s, err);
	if (err && s->elsewhere)
		return err;
	if (!found.fenced)
		fenced = way_fence(d->rtnl, &s->addr);
	if (fenced)
		return refused(d, s, fenced);
	s->apart = true;
	if (!err)
		return keep(d, s, &way, &found);
	if (s->kept)
		return no_way_left(s, &found);
	if (s->known) {
		way = s->way;
		return keep(d, s, &way, &found);
	}
	return no_way_known(d, s);
}

/* ---- servers and their calls ---- */

static struct server *find_server(struct default_routes *d,
				  const struct addr *a)
{
	struct server *s = d->servers;

	while (s && !addr_equal_ip(&s->addr, a))
		s = s->next;
	return s;
}

static int join_server(struct default_routes *d, struct default_route *r,
		       const struct addr *a)
{
	struct server *s = find_server(d, a);

	if (!s) {
		s = calloc(1, sizeof(*s));
		if (!s)
			return -ENOMEM;
		s->addr = *a;
		s->next = d->servers;
		d->servers = s;
	}
	r->server = s;
	r->next = s->calls;
	s->calls = r;
	return 0;
}

static void free_server(struct default_routes *d, struct server *s)
{
	struct server **at = &d->servers;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	if (s->apart)
		way_forget(d->rtnl, &s->addr);
	free(s);
}

static void leave_server(struct default_routes *d, struct default_route *r)
{
	struct server *s = r->server;
	struct default_route **at;

	if (!s)
		return;
	for (at = &s->calls; *at != r; at = &(*at)->next)
		continue;
	*at = r->next;
	r->server = NULL;
	if (!s->calls)
		free_server(d, s);
}

/* ---- the default route ---- */

/*
 * With a metric it is one default route. Without, two routes of half of all
 * addresses each go before every default route, and hinder nobody from adding
 * one: a DHCP client's would be refused beside one of metric 0.
 */
static size_t routes_by(int family, int ifindex, uint32_t metric,
			struct route out[2])
{
	const struct route route = {
		.dst.addr.family = family == DEFAULT_IPV4 ? AF_INET : AF_INET6,
		.ifindex = ifindex,
		.metric = metric,
	};

	out[0] = out[1] = route;
	if (metric)
		return 1;
	out[0].metric = out[1].metric = HALVES_METRIC;
	out[0].dst.len = out[1].dst.len = 1;
	out[1].dst.addr.ip[0] = 0x80;
	return 2;
}

static const char *family_name(int family)
{
	return family == DEFAULT_IPV4 ? "IPv4" : "IPv6";
}

static void take_away(struct default_routes *d, struct default_route *r,
		      int family, uint32_t metric)
{
	struct route routes[2];
	size_t n = routes_by(family, r->ifindex, metric, routes);

	for (size_t i = 0; r->there[family] && i < n; i++)
		(void)route_del(d->rtnl, &routes[i]);
	r->there[family] = false;
}

/* Says once what stands in the way; "": nothing does any more. */
static void say(struct default_route *r, const struct default_wanted *w,
		int family, const char *obstacle)
{
	char *said = r->obstacle[family];

	if (strcmp(said, obstacle) == 0)
		return;
	if (obstacle[0])
		log_warn("%s: the %s default route by %s is of no use: %s",
			 w->who, family_name(family), w->ifname, obstacle);
	else
		log_notice("%s: the %s default route by %s is used", w->who,
			   family_name(family), w->ifname);
	snprintf(said, sizeof(r->obstacle[family]), "%s", obstacle);
}

static const char *describe_entry(struct default_routes *d,
				  const struct route_entry *e, char *buf,
				  size_t size)
{
	struct link link = { 0 };
	char by[IFNAMSIZ + 4] = "";

	if (e->ifindex && !link_get_index(d->rtnl, e->ifindex, &link))
		snprintf(by, sizeof(by), " by %.*s", IFNAMSIZ - 1, link.name);
	if (e->len)
		snprintf(buf, size, "a route of %u bits%s", e->len, by);
	else
		snprintf(buf, size, "a default route%s of metric %u", by,
			 e->metric);
	return buf;
}

/* Which route decides in place of ours, in a sentence; "": ours does. */
static void find_obstacle(struct default_routes *d,
			  const struct default_route *r, const char *probe,
			  char *out, size_t size)
{
	struct route_entry e;
	struct addr a;
	char what[96];

	out[0] = '\0';
	if (addr_parse(&a, probe) || route_entry(d->rtnl, &a, &e) ||
	    e.ifindex == r->ifindex)
		return;
	describe_entry(d, &e, what, sizeof(what));
	if (e.table != RT_TABLE_MAIN)
		snprintf(out, size,
			 "a rule (\"ip rule\") has table %u asked before main, "
			 "where %s leads elsewhere; remove the rule",
			 e.table, what);
	else if (!e.len)
		snprintf(out, size,
			 "%s goes before it; set a lower default-route-metric, "
			 "or remove that route",
			 what);
	else if (e.len < OBSTACLE_LEN)
		snprintf(out, size, "%s goes before it; remove that route",
			 what);
}

/* An address of each half that those split it into who add no default route. */
static void look_for_obstacles(struct default_routes *d,
			       struct default_route *r,
			       const struct default_wanted *w, int family)
{
	static const char *const probes[DEFAULT_FAMILIES][2] = {
		{ "45.0.0.1", "203.0.0.1" },
		{ "2400::1", "2a00::1" },
	};
	char obstacle[sizeof(r->obstacle[0])] = "";

	for (size_t i = 0; i < 2 && !obstacle[0]; i++)
		find_obstacle(d, r, probes[family][i], obstacle,
			      sizeof(obstacle));
	say(r, w, family, obstacle);
}

static void put(struct default_routes *d, struct default_route *r,
		const struct default_wanted *w, int family)
{
	struct route routes[2];
	size_t n = routes_by(family, r->ifindex, w->metric, routes);
	char why[sizeof(r->obstacle[0])];
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		err = route_put(d->rtnl, &routes[i]);

	/* The interface is going. */
	if (err == -ENODEV || err == -ENETDOWN)
		return;
	if (err) {
		snprintf(why, sizeof(why), "the kernel refuses it: %s%s%s",
			 strerror(-err), d->rtnl->text[0] ? ": " : "",
			 d->rtnl->text);
		say(r, w, family, why);
		return;
	}
	if (!r->there[family])
		log_info("%s: %s default route by %s", w->who,
			 family_name(family), w->ifname);
	r->there[family] = true;
	look_for_obstacles(d, r, w, family);
}

/* ---- one call ---- */

static bool swallows_server(struct default_routes *d,
			    const struct default_route *r,
			    const struct addr *peer)
{
	return route_ifindex(d->rtnl, peer) == r->ifindex;
}

/* pppd sets a route to the other end of the call, which may be the server. */
static void cut_own(struct default_routes *d, struct default_route *r,
		    const struct default_wanted *w)
{
	char text[ADDR_STRLEN];

	if (!swallows_server(d, r, w->peer) ||
	    way_cut(d->rtnl, w->peer, r->ifindex))
		return;
	log_notice("%s: the route to the server %s by %s, its own call, is "
		   "removed",
		   w->who, addr_format(w->peer, text), w->ifname);
}

static bool wants_any(const struct default_wanted *w)
{
	return w->wanted[DEFAULT_IPV4] || w->wanted[DEFAULT_IPV6];
}

/*
 * The server is told from what its call draws into itself: 0; -ENETUNREACH: it
 * cannot be; or -errno, said.
 */
static int set_apart(struct default_routes *d, struct default_route *r,
		     const struct default_wanted *w)
{
	int err = r->server ? 0 : join_server(d, r, w->peer);

	if (err)
		log_error("%s: out of memory: its routes are not set", w->who);
	else
		err = look_at_server(d, r->server);
	if (!err)
		cut_own(d, r, w);
	return err;
}

static void set_default(struct default_routes *d, struct default_route *r,
			const struct default_wanted *w, int family, int err)
{
	if (w->wanted[family] && !err) {
		put(d, r, w, family);
		return;
	}
	take_away(d, r, family, w->metric);
	if (!w->wanted[family])
		r->obstacle[family][0] = '\0';
	else if (err == -ENETUNREACH)
		say(r, w, family,
		    "it would lead the tunnel into itself, for no other route "
		    "in the main table leads to the server; add one to it");
}

/* A link-local address is reached by its interface alone. */
static bool needs_way(struct default_routes *d, const struct default_route *r,
		      const struct default_wanted *w)
{
	return !w->peer->scope &&
	       ((r->server && r->server->apart) || wants_any(w) ||
		swallows_server(d, r, w->peer));
}

void default_route_begin(struct default_routes *d, struct default_route *r,
			 const struct addr *server)
{
	struct way_found found;
	struct server *s;

	/* Without memory now, there may be some when it is needed. */
	if (join_server(d, r, server))
		return;
	s = r->server;
	if (!s->known)
		s->known = way_find(d->rtnl, server, is_own_call, s, &s->way,
				    &found) == 0;
}

void default_route_look(struct default_routes *d, struct default_route *r,
			const struct default_wanted *w)
{
	int err = 0;

	r->ifindex = w->ifindex;
	if (needs_way(d, r, w))
		err = set_apart(d, r, w);
	for (int family = 0; family < DEFAULT_FAMILIES; family++)
		set_default(d, r, w, family, err);
}

void default_route_forget(struct default_routes *d, struct default_route *r,
			  uint32_t metric)
{
	for (int family = 0; family < DEFAULT_FAMILIES; family++)
		take_away(d, r, family, metric);
	leave_server(d, r);
}

void default_routes_clean(struct default_routes *d)
{
	int n = way_forget_all(d->rtnl);

	if (n < 0)
		log_error("routes cannot be listed: %s", strerror(-n));
	else if (n)
		log_notice("routes to servers were left over and are removed: "
			   "%d",
			   n);
}
