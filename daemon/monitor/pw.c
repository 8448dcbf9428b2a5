/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interfaces of Ethernet pseudowires; see pw.h. */
#include "monitor/pw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "monitor/internal.h"
#include "monitor/pw_link.h"
#include "monitor/pw_sections.h"
#include "monitor/pw_watch.h"

struct pw {
	struct pw_section *section;
	struct pw_link link;
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

	log_info("lcce \"%s\" session \"%s\" (%s): our end of the circuit is %s", s->pw->section->lcce,
		 s->pw->section->config->name, s->pw->link.name, c->up ? "up" : "down");
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

static void watch(struct pws *p, struct msession *s, struct pw *pw)
{
	const struct config_pw *config = pw->section->config;
	struct pw_circuit *c = &pw->circuit;

	pw_watch_add(&p->watch, c, pw->link.base, NULL);
	if (pw->link.top != pw->link.base)
		pw_watch_add(&p->watch, c, pw->link.top, NULL);
	if (config->circuit && !pw_watch_add(&p->watch, c, 0, config->circuit))
		log_warn("lcce \"%s\" session \"%s\" (%s): there is no interface %s, whose state is the circuit's; "
			 "the circuit is down until there is", pw->section->lcce, config->name, pw->link.name,
			 config->circuit);
	c->session = s;
	c->up = pw_circuit_is_up(c);
}

/* All of it or nothing. */
static int give(struct monitor *m, const struct msession *s, struct pw_link *l)
{
	struct rtnl *r = &m->pws->rtnl;
	struct link was;
	int err = pw_link_find(r, m->dp, s->dp.tunnel_id, s->dp.session_id, l, &was);

	if (err)
		return err;
	err = pw_link_give(r, l, &was, &s->tunnel->peer);
	if (err)
		pw_link_take_back(r, l, &was);
	return err;
}

static int make(struct monitor *m, struct msession *s, struct pw *pw)
{
	const struct config_pw *c = pw->section->config;
	int err;

	pw->link.wanted = (struct pw_wanted){
		.vlan = c->vlan, .mtu = c->mtu, .mac = c->has_mac ? c->mac : NULL, .bridge = c->bridge, .vrf = c->vrf,
		.dormant = true,
	};
	err = give(m, s, &pw->link);
	if (err)
		log_error("lcce \"%s\" session \"%s\": %s", pw->section->lcce, c->name, pw->link.why);
	else
		watch(m->pws, s, pw);
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

/* Takes the section's reference over when it succeeds. */
static int pw_new(struct monitor *m, struct msession *s, struct pw_section *section)
{
	struct pw *pw;
	int err;

	if (!fits(s, section->config))
		return -EINVAL;
	if (m->options.null_dataplane)
		return -EOPNOTSUPP;
	err = pws_new(m);
	if (err)
		return err;
	pw = calloc(1, sizeof(*pw));
	if (!pw)
		return -ENOMEM;
	pw->section = section;
	err = make(m, s, pw);
	if (err)
		free(pw);
	else
		s->pw = pw;
	return err;
}

int pw_request(struct monitor *m, const struct monitor_pw *r, struct monitor_pw_reply *out)
{
	struct msession *s = find(m, r->tunnel_id, r->session_id);
	struct pw_section *section;
	const struct pw *pw;
	int err;

	if (!s)
		return -ENOENT;
	if (s->pw)
		return -EEXIST;
	if (!ipc_is_text(r->lcce) || !ipc_is_text(r->session))
		return -EINVAL;
	section = pw_sections_get(m->pw_sections, r->lcce, r->session);
	if (!section)
		return -EINVAL;
	err = pw_new(m, s, section);
	if (err) {
		pw_section_put(section);
		return err;
	}
	pw = s->pw;
	*out = (struct monitor_pw_reply){ .circuit_up = pw->circuit.up };
	memcpy(out->ifname, pw->link.name, sizeof(out->ifname));
	return 0;
}

int pw_peer(struct monitor *m, const struct monitor_circuit *r)
{
	struct msession *s = find(m, r->tunnel_id, r->session_id);
	int err;

	if (!s || !s->pw)
		return -ENOENT;
	/* A VLAN interface follows its lower one (vlan_stacked_transfer_operstate). */
	err = link_set_ready(&m->pws->rtnl, s->pw->link.base, r->up);
	if (err)
		log_error("lcce \"%s\" session \"%s\" (%s): it cannot be made %s as the peer's end of the circuit is "
			  "(%s)",
			  s->pw->section->lcce, s->pw->section->config->name, s->pw->link.name,
			  r->up ? "ready" : "dormant", strerror(-err));
	return err;
}

int pw_show(struct monitor *m, const struct monitor_ids *r, struct monitor_pw_show *out)
{
	struct msession *s = find(m, r->tunnel_id, r->session_id);

	return s && s->pw ? pw_link_show(&m->pws->rtnl, &s->pw->link, out) : -ENOENT;
}

/* The kernel takes the interfaces: l2tp_eth_delete the session's, and vlan_device_event the one on it. */
void pw_forget(struct monitor *m, struct msession *s)
{
	if (!s->pw)
		return;
	pw_watch_del(&m->pws->watch, &s->pw->circuit);
	pw_section_put(s->pw->section);
	free(s->pw);
	s->pw = NULL;
}
