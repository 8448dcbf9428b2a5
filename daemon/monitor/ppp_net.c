/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PPP interfaces and the ways to their peers; see ppp_net.h. */
#include "monitor/ppp_net.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/ipc.h"
#include "lib/log.h"
#include "lib/table.h"
#include "monitor/check.h"
#include "monitor/default_route.h"
#include "monitor/held.h"
#include "monitor/net.h"
#include "monitor/path_mtu.h"
#include "netlink/link.h"
#include "netlink/mss.h"
#include "netlink/watch.h"

/*
 * Ways change in several steps. After the first news the rest is waited for;
 * and a host whose routes never rest, as a router's of the Internet, is looked
 * at from time to time only, the more seldom the more tunnels it has.
 */
#define SETTLE_MS    50
#define PAUSE_MS     1000
#define PAUSE_PER_MS 1 /* for each tunnel more */
#define PAD_MAX	     16

struct ppp_net {
	int ifindex; /* 0: it has no interface yet */
	char ifname[IFNAMSIZ];
	bool ipv4, ipv6;
	uint16_t mtu_max;
	uint8_t mtu_pad;
	bool clamped;	/* TCP's segments, by mss */
	bool unclamped; /* it could not be done, and was said */
	uint32_t mtu;
	struct monitor_mtu told; /* the engine */
	struct default_route route;
};

struct ppp_nets {
	struct loop *loop;
	const struct held *held;
	const struct config *config;
	struct channel *engine;
	struct rtnl rtnl;
	struct default_routes routes;
	struct mss mss;
	bool clamps; /* mss is open */
	/* by index of the profile: the least that was warned of; 0: nothing */
	uint16_t *warned;
	struct table by_ifindex; /* -> struct held_session */
	struct watch watch;
	struct loop_io io;
	struct loop_timer timer;
	bool watching;
	uint64_t next_ms;  /* no look before that */
	unsigned int look; /* the number of this one */
};

/* ---- all of them ---- */

static bool has_default_route(const struct config *c)
{
	for (size_t i = 0; i < c->ppp_n; i++)
		if (c->ppp[i].default_route)
			return true;
	return false;
}

struct ppp_nets *ppp_nets_new(struct loop *loop, const struct held *held,
			      const struct config *config,
			      struct channel *engine)
{
	struct ppp_nets *n = calloc(1, sizeof(*n));
	int err = n ? rtnl_open(&n->rtnl) : -ENOMEM;

	if (err) {
		log_error("rtnetlink cannot be used: %s", strerror(-err));
		free(n);
		return NULL;
	}
	n->loop = loop;
	n->held = held;
	n->config = config;
	n->engine = engine;
	n->warned = calloc(config->ppp_n + 1, sizeof(*n->warned));
	if (!n->warned) {
		ppp_nets_free(n);
		return NULL;
	}
	rtnl_select_dumps(&n->rtnl);
	n->routes.rtnl = &n->rtnl;
	if (has_default_route(config))
		default_routes_clean(&n->routes);
	return n;
}

static void unwatch(struct ppp_nets *n)
{
	loop_timer_stop(&n->timer);
	if (!n->watching)
		return;
	loop_io_stop(&n->io);
	watch_close(&n->watch);
	n->watching = false;
}

void ppp_nets_free(struct ppp_nets *n)
{
	if (!n)
		return;
	unwatch(n);
	if (n->clamps)
		mss_close(&n->mss);
	table_fini(&n->by_ifindex);
	rtnl_close(&n->rtnl);
	free(n->warned);
	free(n);
}

/* ---- one session ---- */

static bool has_interface(const struct held_session *s)
{
	return s->ppp_net && s->ppp_net->ifindex;
}

static const char *describe(const struct held_session *s, char *buf,
			    size_t size)
{
	bool named = has_interface(s);

	snprintf(buf, size, "tunnel %u session %u%s%s%s", s->dp.tunnel_id,
		 s->dp.session_id, named ? " (" : "",
		 named ? s->ppp_net->ifname : "", named ? ")" : "");
	return buf;
}

static bool wants_ipv6(const struct held_session *s)
{
	return has_interface(s) ? s->ppp_net->ipv6 :
				  s->profile && s->profile->ipv6;
}

/* What fits the way to its peer; 0: not known. */
static uint16_t fit_of(const struct held_session *s)
{
	return s->tunnel ? path_mtu_of_ppp(s->tunnel, &s->dp, wants_ipv6(s)) :
			   0;
}

/*
 * A profile says one size for all callers: the log has it once, and again for a
 * narrower way.
 */
static void check_fit(struct ppp_nets *n, const struct held_session *s)
{
	const struct config_ppp *p = s->profile;
	uint16_t fit = fit_of(s), *warned = &n->warned[p - n->config->ppp];
	char text[ADDR_STRLEN];

	if (!fit || p->mtu <= fit || (*warned && *warned <= fit))
		return;
	*warned = fit;
	log_warn("ppp \"%s\": mtu = %u does not fit the way to %s, which has "
		 "room for %u: larger packets go in fragments, or are lost "
		 "where those are; remove mtu, so that it follows the way, or "
		 "set it to %u",
		 p->name, p->mtu, addr_format(&s->tunnel->peer, text), fit,
		 fit);
}

/* ---- its MTU ---- */

/* A profile's own is not changed. */
static uint32_t wanted_mtu(const struct held_session *s)
{
	const struct ppp_net *x = s->ppp_net;
	uint32_t fit = fit_of(s), pad = x->mtu_pad;

	if ((s->profile && s->profile->mtu) || !fit || !x->mtu_max)
		return x->mtu;
	fit = fit > pad ? fit - pad : fit;
	return fit < x->mtu_max ? fit : x->mtu_max;
}

static void set_mtu(struct ppp_nets *n, struct held_session *s)
{
	struct ppp_net *x = s->ppp_net;
	uint32_t mtu = wanted_mtu(s), before = x->mtu;
	char what[96];
	int err;

	if (mtu == before)
		return;
	err = link_set_mtu_index(&n->rtnl, x->ifindex, mtu);
	if (err == -ENODEV)
		return;
	if (err) {
		log_error("%s: the kernel refuses an MTU of %u: %s",
			  describe(s, what, sizeof(what)), mtu, strerror(-err));
		return;
	}
	x->mtu = mtu;
	log_info("%s: its MTU is %u in place of %u, as the way to its peer has "
		 "room for",
		 describe(s, what, sizeof(what)), mtu, before);
}

static void tell_mtu(struct ppp_nets *n, struct held_session *s)
{
	struct ppp_net *x = s->ppp_net;
	const struct monitor_mtu now = {
		.link = s->link,
		.mtu = x->mtu,
		.path_mtu = s->tunnel->path_mtu,
	};

	if (now.mtu == x->told.mtu && now.path_mtu == x->told.path_mtu)
		return;
	x->told = now;
	channel_event(n->engine, MONITOR_MTU, &now, sizeof(now), NULL, 0);
}

/* ---- its routes and segments ---- */

static void set_routes(struct ppp_nets *n, struct held_session *s)
{
	struct ppp_net *x = s->ppp_net;
	const struct config_ppp *p = s->profile;
	bool wanted = p && p->default_route;
	char what[96];
	const struct default_wanted w = {
		.who = describe(s, what, sizeof(what)),
		.ifname = x->ifname,
		.ifindex = x->ifindex,
		.peer = &s->tunnel->peer,
		.wanted = { wanted && x->ipv4, wanted && x->ipv6 },
		.metric = p ? p->default_route_metric : 0,
	};

	if (s->caller)
		default_route_look(&n->routes, &x->route, &w);
}

static int open_mss(struct ppp_nets *n)
{
	int err = n->clamps ? 0 : mss_open(&n->mss);

	n->clamps = !err;
	return err;
}

static void clamp(struct ppp_nets *n, struct held_session *s)
{
	struct ppp_net *x = s->ppp_net;
	char what[96];
	int err;

	if (!s->profile || !s->profile->clamp_mss || x->clamped || x->unclamped)
		return;
	err = open_mss(n);
	if (!err)
		err = mss_add(&n->mss, x->ifindex);
	x->clamped = !err;
	x->unclamped = err;
	if (err)
		log_error("%s: clamp-mss cannot be had: %s; it needs nftables "
			  "(CONFIG_NF_TABLES and CONFIG_NF_TABLES_INET, module "
			  "nf_tables)",
			  describe(s, what, sizeof(what)), strerror(-err));
}

static void look_at(struct ppp_nets *n, struct held_session *s)
{
	/* The way first: it may lead into the call itself until then. */
	set_routes(n, s);
	if (s->tunnel->looked != n->look) {
		path_mtu_look(s->tunnel);
		s->tunnel->looked = n->look;
	}
	if (s->profile && s->profile->mtu)
		check_fit(n, s);
	set_mtu(n, s);
	tell_mtu(n, s);
}

/* ---- news ---- */

static void on_readable(struct loop_io *io, int fd, int events);

static uint32_t pause_of(const struct ppp_nets *n)
{
	return PAUSE_MS + PAUSE_PER_MS * (uint32_t)n->held->tunnels.count;
}

static void on_settled(struct loop_timer *t)
{
	struct ppp_nets *n = container_of(t, struct ppp_nets, timer);
	int err = watch_drain(&n->watch);

	if (err)
		log_warn("news of routes cannot be read: %s", strerror(-err));
	n->look++;
	table_foreach(&n->by_ifindex, i)
		look_at(n, n->by_ifindex.slots[i].value);
	n->next_ms = loop_now_fresh(n->loop) + pause_of(n);
	loop_io_set(n->loop, &n->io, LOOP_READ);
}

/* What comes until the look is of no interest: it is all looked at then. */
static void on_readable(struct loop_io *io, int fd, int events)
{
	struct ppp_nets *n = container_of(io, struct ppp_nets, io);
	uint64_t soon = loop_now(n->loop) + SETTLE_MS;

	(void)fd;
	(void)events;
	loop_io_set(n->loop, &n->io, 0);
	loop_timer_set(n->loop, &n->timer,
		       soon > n->next_ms ? soon : n->next_ms, on_settled);
}

/* A host without calls is not woken by news of routes. */
static void watch(struct ppp_nets *n)
{
	int err;

	if (n->watching)
		return;
	err = watch_open(&n->watch, WATCH_WAYS);
	if (!err) {
		err = loop_io_start(n->loop, &n->io, watch_fd(&n->watch),
				    LOOP_READ, on_readable);
		if (err)
			watch_close(&n->watch);
	}
	n->watching = !err;
	if (err)
		log_warn("it will not be noticed if ways to peers change: %s",
			 strerror(-err));
}

/* ---- what the engine asks ---- */

static void drop(struct ppp_nets *n, struct held_session *s)
{
	struct ppp_net *x = s->ppp_net;

	default_route_forget(&n->routes, &x->route,
			     s->profile ? s->profile->default_route_metric : 0);
	if (x->clamped)
		(void)mss_del(&n->mss, x->ifindex);
	table_del(&n->by_ifindex, (uint64_t)x->ifindex);
	free(x);
	s->ppp_net = NULL;
	if (!n->by_ifindex.count)
		unwatch(n);
}

void ppp_net_forget(struct ppp_nets *n, struct held_session *s)
{
	if (s->ppp_net)
		drop(n, s);
}

static void find_sizes(struct ppp_nets *n, const struct held_session *s,
		       struct ppp_call_params *p)
{
	uint16_t mtu = s->profile ? s->profile->mtu : 0,
		 mru = s->profile ? s->profile->mru : 0, fit = 0;

	if (n && s->tunnel) {
		path_mtu_look(s->tunnel);
		fit = fit_of(s);
	}
	p->mtu = mtu ? mtu : fit;
	p->mru = mru ? mru : fit;
	p->mtu_most = mtu ? mtu : PATH_MTU_PPP;
	if (n && mtu)
		check_fit(n, s);
}

/*
 * Whether the call's routes may replace others. To list all routes takes long
 * where there are as many as in the Internet, and such a host calls often.
 */
static bool may_replace_routes(const struct held_session *s)
{
	const struct config_ppp *p = s->profile;

	if (s->dialled || p->default_route)
		return true;
	for (size_t i = 0; i < p->options.n; i++)
		if (strstr(p->options.v[i], "defaultroute"))
			return true;
	return false;
}

/* What leads to the server before pppd sets routes of its own. */
static void note_way(struct ppp_nets *n, struct held_session *s)
{
	if (s->ppp_net)
		drop(n, s);
	s->ppp_net = calloc(1, sizeof(*s->ppp_net));
	if (s->ppp_net)
		default_route_begin(&n->routes, &s->ppp_net->route,
				    &s->tunnel->peer);
}

void ppp_net_begin(struct ppp_nets *n, struct held_session *s,
		   struct ppp_call_params *p)
{
	find_sizes(n, s, p);
	if (n && s->caller && may_replace_routes(s))
		note_way(n, s);
}

/* After a renegotiation it may be another, which begins anew. */
static int claim(struct ppp_nets *n, struct held_session *s,
		 const struct link *link)
{
	struct ppp_net *x;
	int err;

	if (has_interface(s) && s->ppp_net->ifindex != link->index)
		drop(n, s);
	if (has_interface(s))
		return 0;
	if (!s->ppp_net)
		s->ppp_net = calloc(1, sizeof(*s->ppp_net));
	x = s->ppp_net;
	if (!x)
		return -ENOMEM;
	err = table_put(&n->by_ifindex, (uint64_t)link->index, s);
	if (err)
		return err;
	x->ifindex = link->index;
	memcpy(x->ifname, link->name, sizeof(x->ifname));
	return 0;
}

static int take_ppp_net(struct request *q)
{
	struct ppp_nets *n = q->object;
	const struct monitor_ppp_net *r = q->body;
	struct held_session *s;
	struct link link;
	int err;

	if (!n)
		return -EOPNOTSUPP;
	s = held_session_with_ppp(n->held, r->interface.link);
	if (!s)
		return -ENOENT;
	if (!ipc_is_text(r->interface.ifname) || !monitor_is_unit(r->mtu_max) ||
	    r->mtu_pad > PAD_MAX)
		return -EINVAL;
	err = net_find_link(&n->rtnl, n->held, &n->by_ifindex, s,
			    r->interface.ifname, &link);
	if (!err)
		err = claim(n, s, &link);
	if (err)
		return err;
	s->ppp_net->mtu = link.mtu;
	s->ppp_net->ipv4 = r->ipv4;
	s->ppp_net->ipv6 = r->ipv6;
	s->ppp_net->mtu_max = r->mtu_max;
	s->ppp_net->mtu_pad = r->mtu_pad;
	watch(n);
	n->look++;
	look_at(n, s);
	clamp(n, s);
	return 0;
}

const struct request_row ppp_net_rows[] = {
	{ MONITOR_PPP_NET, sizeof(struct monitor_ppp_net), take_ppp_net },
	{ 0 },
};
