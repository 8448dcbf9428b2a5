/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interfaces of Ethernet pseudowires; see pw.h. */
#include "monitor/pw.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "monitor/internal.h"
#include "monitor/pw_watch.h"
#include "netlink/link.h"
#include "netlink/route.h"

#define VLAN_TAG	4	/* bytes of it in a frame */

struct pw {
	const struct config_lcce *lcce;
	const struct config_pw *config;
	int base;			/* the session's own interface */
	int top;			/* what is joined and named: base, or the VLAN interface on it */
	char name[IFNAMSIZ];		/* of top */
	struct pw_circuit circuit;
};

struct pws {
	struct monitor *monitor;
	struct rtnl rtnl;
	struct pw_watch watch;
};

/* ---- all of them ---- */

static void on_change(void *ctx, struct pw_circuit *c)
{
	struct pws *p = ctx;
	const struct msession *s = c->session;
	struct monitor_circuit event = {
		.tunnel_id = s->dp.tunnel_id, .session_id = s->dp.session_id, .up = c->up,
	};

	log_info("lcce \"%s\" session \"%s\" (%s): our end of the circuit is %s", s->pw->lcce->name,
		 s->pw->config->name, s->pw->name, c->up ? "up" : "down");
	channel_event(&p->monitor->engine.channel, MONITOR_CIRCUIT, &event, sizeof(event), NULL, 0);
}

/* With the first pseudowire, so that who has none hears no news of interfaces. */
static int pws_new(struct monitor *m)
{
	struct pws *p;
	int err;

	if (m->pws)
		return 0;
	p = calloc(1, sizeof(*p));
	err = p ? rtnl_open(&p->rtnl) : -ENOMEM;
	if (!err) {
		p->monitor = m;
		err = pw_watch_init(&p->watch, m->loop, &p->rtnl, on_change, p);
		if (err)
			rtnl_close(&p->rtnl);
	}
	if (err) {
		log_error("interfaces cannot be watched: %s", strerror(-err));
		free(p);
		return err;
	}
	m->pws = p;
	return 0;
}

void pws_free(struct monitor *m)
{
	struct pws *p = m->pws;

	if (!p)
		return;
	pw_watch_fini(&p->watch);
	rtnl_close(&p->rtnl);
	free(p);
	m->pws = NULL;
}

/* ---- one is made ---- */

static void say(const struct pw *pw, const char *more, const char *fmt, va_list ap)
{
	char text[256];

	vsnprintf(text, sizeof(text), fmt, ap);
	log_error("lcce \"%s\" session \"%s\" (%s): %s%s", pw->lcce->name, pw->config->name, pw->name, text, more);
}

/* Says why not, and what to do. Returns err. */
static int refuse(const struct pw *pw, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static int refuse(const struct pw *pw, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(pw, "", fmt, ap);
	va_end(ap);
	return err;
}

/* The same of what the kernel has refused, with its words. */
static int refused(const struct pws *p, const struct pw *pw, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static int refused(const struct pws *p, const struct pw *pw, int err, const char *fmt, ...)
{
	char more[256];
	va_list ap;

	snprintf(more, sizeof(more), " (%s%s%s)", strerror(-err), p->rtnl.text[0] ? ": " : "", p->rtnl.text);
	va_start(ap, fmt);
	say(pw, more, fmt, ap);
	va_end(ap);
	return err;
}

static int set_mac(struct pws *p, struct pw *pw, const struct link *l)
{
	const uint8_t *mac = pw->config->mac;
	int err = 0;

	if (!pw->config->has_mac || memcmp(mac, l->mac, sizeof(l->mac)) == 0)
		return 0;
	/* Somebody was quick: an l2tpeth changes its address when it is down only. */
	if (l->up)
		err = link_set_up(&p->rtnl, pw->base, false);
	if (!err)
		err = link_set_mac(&p->rtnl, pw->base, mac);
	return err ? refused(p, pw, err, "it does not take the address %02x:%02x:%02x:%02x:%02x:%02x; mac has to be "
			     "a unicast address", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]) : 0;
}

static int set_mtu(struct pws *p, struct pw *pw)
{
	int err = pw->config->mtu ? link_set_mtu(&p->rtnl, pw->name, pw->config->mtu) : 0;

	return err ? refused(p, pw, err, "it does not take an MTU of %u; change mtu", pw->config->mtu) : 0;
}

/* The kernel's own MTU fits a frame without a tag to the path. */
static uint32_t vlan_mtu(const struct pw *pw, const struct link *l)
{
	if (pw->config->mtu)
		return pw->config->mtu;
	return l->mtu > VLAN_TAG ? l->mtu - VLAN_TAG : l->mtu;
}

static int add_vlan(struct pws *p, struct pw *pw, const struct link *l)
{
	char name[IFNAMSIZ + 8];
	struct link link;
	int err;

	if (pw->config->type != CONFIG_PW_VLAN)
		return 0;
	if (snprintf(name, sizeof(name), "%s.%u", l->name, pw->config->vlan) >= IFNAMSIZ)
		return refuse(pw, -ENAMETOOLONG, "%s is too long for its VLAN's interface; give it an ifname of %d "
			      "letters at most", name, IFNAMSIZ - 1 - (int)strlen(name + strlen(l->name)));
	err = link_add_vlan(&p->rtnl, name, pw->base, pw->config->vlan, vlan_mtu(pw, l));
	if (err == -EOPNOTSUPP)
		return refused(p, pw, err, "the kernel has no VLAN interfaces; load the module 8021q "
			       "(CONFIG_VLAN_8021Q)");
	if (err == -EEXIST)
		return refuse(pw, err, "there is a %s already; remove it with \"ip link del %s\", or give the session "
			      "another ifname", name, name);
	if (!err)
		err = link_get(&p->rtnl, name, &link);
	if (err)
		return refused(p, pw, err, "%s cannot be made for its VLAN", name);
	pw->top = link.index;
	memcpy(pw->name, link.name, sizeof(pw->name));
	return 0;
}

static int join(struct pws *p, struct pw *pw, const char *kind, const char *name, const char *made_with)
{
	struct link master;
	int err = link_get(&p->rtnl, name, &master);

	if (err == -ENODEV)
		return refuse(pw, err, "%s %s does not exist; make it with \"ip link add %s type %s\"", kind, name,
			      name, made_with);
	if (!err && strcmp(master.kind, kind) != 0)
		return refuse(pw, -ENOTSUP, "%s is no %s; name another, or make it one with "
			      "\"ip link add %s type %s\"", name, kind, name, made_with);
	if (!err)
		err = link_set_master(&p->rtnl, pw->top, master.index);
	return err ? refused(p, pw, err, "it cannot join %s %s", kind, name) : 0;
}

static int set_master(struct pws *p, struct pw *pw)
{
	if (pw->config->bridge)
		return join(p, pw, "bridge", pw->config->bridge, "bridge");
	if (pw->config->vrf)
		return join(p, pw, "vrf", pw->config->vrf, "vrf table TABLE");
	return 0;
}

static int set_up(struct pws *p, struct pw *pw)
{
	int err = link_set_ready(&p->rtnl, pw->base, false);

	if (!err)
		err = link_set_up(&p->rtnl, pw->base, true);
	if (!err && pw->top != pw->base)
		err = link_set_up(&p->rtnl, pw->top, true);
	return err ? refused(p, pw, err, "it cannot be set up") : 0;
}

/* Addresses may have come to the interface as soon as it was there. */
static int check_route(struct pws *p, const struct pw *pw, const struct addr *peer)
{
	int index = route_ifindex(&p->rtnl, peer);
	char text[ADDR_STRLEN];

	if (index != pw->base && index != pw->top)
		return 0;
	return refuse(pw, -ELOOP, "the route to the peer %s leads into the pseudowire itself; take it, or the address "
		      "that it comes from, off %s", addr_format(peer, text), pw->name);
}

static int give_all(struct pws *p, struct pw *pw, const struct msession *s, const struct link *l)
{
	int err = set_mac(p, pw, l);

	if (!err)
		err = set_mtu(p, pw);
	if (!err)
		err = add_vlan(p, pw, l);
	if (!err)
		err = set_master(p, pw);
	if (!err)
		err = set_up(p, pw);
	return err ? err : check_route(p, pw, &s->tunnel->peer);
}

/* As the kernel made it. What fails here goes with the session. */
static void take_back(struct pws *p, struct pw *pw, const struct link *l)
{
	if (pw->top != pw->base)
		link_del(&p->rtnl, pw->top);
	else if (pw->config->bridge || pw->config->vrf)
		link_set_master(&p->rtnl, pw->base, l->master);
	link_set_up(&p->rtnl, pw->base, false);
	link_set_ready(&p->rtnl, pw->base, true);
	link_set_mtu(&p->rtnl, l->name, l->mtu);
	if (pw->config->has_mac)
		link_set_mac(&p->rtnl, pw->base, l->mac);
	if (l->up)
		link_set_up(&p->rtnl, pw->base, true);
}

static void watch(struct pws *p, struct msession *s, struct pw *pw)
{
	struct pw_circuit *c = &pw->circuit;

	pw_watch_add(&p->watch, c, pw->base, NULL);
	if (pw->top != pw->base)
		pw_watch_add(&p->watch, c, pw->top, NULL);
	if (pw->config->circuit && !pw_watch_add(&p->watch, c, 0, pw->config->circuit))
		log_warn("lcce \"%s\" session \"%s\" (%s): there is no interface %s, whose state is the circuit's; "
			 "the circuit is down until there is", pw->lcce->name, pw->config->name, pw->name,
			 pw->config->circuit);
	c->session = s;
	c->up = pw_circuit_is_up(c);
}

/* The session's interface, as it is. */
static int find_link(struct pws *p, struct monitor *m, const struct msession *s, struct pw *pw, struct link *l)
{
	int err = m->dp->ops->session_interface(m->dp, s->dp.tunnel_id, s->dp.session_id, pw->name);

	if (!err)
		err = link_get(&p->rtnl, pw->name, l);
	if (err)
		refused(p, pw, err, "its interface is not there; it must keep its name until the pseudowire is up");
	else
		pw->base = pw->top = l->index;
	return err;
}

static int make(struct monitor *m, struct msession *s, struct pw *pw)
{
	struct pws *p = m->pws;
	struct link link;
	int err = find_link(p, m, s, pw, &link);

	if (err)
		return err;
	err = give_all(p, pw, s, &link);
	if (err)
		take_back(p, pw, &link);
	else
		watch(p, s, pw);
	return err;
}

/* ---- what the engine asks ---- */

static struct msession *find(struct monitor *m, uint32_t tunnel_id, uint32_t session_id)
{
	struct msession *s = table_get(&m->sessions, session_key(tunnel_id, session_id));

	return s && !s->gone ? s : NULL;
}

/* It was installed as what is configured. */
static bool fits(const struct msession *s, const struct config_pw *c)
{
	if (s->dp.ifname[0] ? !c->ifname || strcmp(s->dp.ifname, c->ifname) != 0 : c->ifname != NULL)
		return false;
	switch (c->type) {
	case CONFIG_PW_ETHERNET:
		return s->dp.pseudowire == DP_PW_ETH;
	case CONFIG_PW_VLAN:
		return s->dp.pseudowire == DP_PW_ETH_VLAN;
	}
	return false;
}

int pw_request(struct monitor *m, const struct monitor_pw *r, struct monitor_pw_reply *out)
{
	struct msession *s = find(m, r->tunnel_id, r->session_id);
	const struct config_lcce *lcce;
	const struct config_pw *config;
	struct pw *pw;
	int err;

	if (!s)
		return -ENOENT;
	if (s->pw)
		return -EEXIST;
	lcce = ipc_is_text(r->lcce) ? config_lcce_find(m->config, r->lcce) : NULL;
	config = lcce && ipc_is_text(r->session) ? config_pw_find(lcce, r->session) : NULL;
	if (!config || !fits(s, config))
		return -EINVAL;
	if (m->options.null_dataplane)
		return -EOPNOTSUPP;
	err = pws_new(m);
	if (err)
		return err;
	pw = calloc(1, sizeof(*pw));
	if (!pw)
		return -ENOMEM;
	pw->lcce = lcce;
	pw->config = config;
	err = make(m, s, pw);
	if (err) {
		free(pw);
		return err;
	}
	s->pw = pw;
	*out = (struct monitor_pw_reply){ .circuit_up = pw->circuit.up };
	memcpy(out->ifname, pw->name, sizeof(out->ifname));
	return 0;
}

int pw_peer(struct monitor *m, const struct monitor_circuit *r)
{
	struct msession *s = find(m, r->tunnel_id, r->session_id);
	int err;

	if (!s || !s->pw)
		return -ENOENT;
	/* A VLAN interface follows its lower one (vlan_stacked_transfer_operstate). */
	err = link_set_ready(&m->pws->rtnl, s->pw->base, r->up);
	return err ? refused(m->pws, s->pw, err, "it cannot be made %s as the peer's end of the circuit is",
			     r->up ? "ready" : "dormant") : 0;
}

int pw_show(struct monitor *m, const struct monitor_ids *r, struct monitor_pw_show *out)
{
	struct msession *s = find(m, r->tunnel_id, r->session_id);
	struct link l, master;
	int err;

	if (!s || !s->pw)
		return -ENOENT;
	err = link_get_index(&m->pws->rtnl, s->pw->top, &l);
	if (err)
		return err;
	*out = (struct monitor_pw_show){
		.ifindex = (uint32_t)l.index, .mtu = l.mtu, .admin_up = l.up, .oper_up = l.running,
		.rx_packets = l.rx_packets, .tx_packets = l.tx_packets, .rx_bytes = l.rx_bytes, .tx_bytes = l.tx_bytes,
		.rx_errors = l.rx_errors, .tx_errors = l.tx_errors, .rx_drops = l.rx_drops, .tx_drops = l.tx_drops,
	};
	memcpy(out->ifname, l.name, sizeof(out->ifname));
	memcpy(out->mac, l.mac, sizeof(out->mac));
	if (l.master && link_get_index(&m->pws->rtnl, l.master, &master) == 0)
		memcpy(out->master, master.name, sizeof(out->master));
	return 0;
}

/* The kernel takes the interfaces: l2tp_eth_delete the session's, and vlan_device_event the one on it. */
void pw_forget(struct monitor *m, struct msession *s)
{
	if (!s->pw)
		return;
	pw_watch_del(&m->pws->watch, &s->pw->circuit);
	free(s->pw);
	s->pw = NULL;
}
