/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interfaces of Ethernet pseudowires; see pw.h. */
#include "monitor/pw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/ipc.h"
#include "lib/log.h"
#include "monitor/held.h"
#include "monitor/pw_link.h"
#include "monitor/pw_sections.h"
#include "monitor/pw_watch.h"
#include "monitor/statics.h"
#include "monitor/words.h"

struct pw {
	struct pw_section *section;
	struct pw_link link;
	struct pw_circuit circuit;
};

/* ---- all of them ---- */

static void on_change(void *ctx, struct pw_circuit *c)
{
	struct pws *p = ctx;
	const struct held_session *s = c->session;
	struct monitor_circuit event = { .link = s->link, .up = c->up };

	log_info("lcce \"%s\" session \"%s\" (%s): our end of the circuit is "
		 "%s",
		 s->pw->section->lcce, s->pw->section->config->name,
		 s->pw->link.name, c->up ? "up" : "down");
	/* An engine that cannot be told goes by a state that is wrong. */
	if (channel_event(p->engine, MONITOR_CIRCUIT, &event, sizeof(event),
			  NULL, 0))
		channel_break(p->engine);
}

/*
 * Only from the first pseudowire on: a host without any is not woken by
 * news of interfaces.
 */
static int start_watching(struct pws *p)
{
	int err;

	if (p->watching)
		return 0;
	err = rtnl_open(&p->rtnl);
	if (!err) {
		err = pw_watch_init(&p->watch, p->loop, &p->rtnl, on_change, p);
		if (err)
			rtnl_close(&p->rtnl);
	}
	if (err)
		log_error("interfaces cannot be watched: %s", strerror(-err));
	p->watching = !err;
	return err;
}

void pws_fini(struct pws *p)
{
	if (!p->watching)
		return;
	pw_watch_fini(&p->watch);
	rtnl_close(&p->rtnl);
	p->watching = false;
}

/* ---- one is made ---- */

static void watch(struct pws *p, struct held_session *s, struct pw *pw)
{
	const struct config_pw *config = pw->section->config;
	struct pw_circuit *c = &pw->circuit;

	pw_watch_add(&p->watch, c, pw->link.base, NULL);
	if (pw->link.top != pw->link.base)
		pw_watch_add(&p->watch, c, pw->link.top, NULL);
	if (config->circuit && !pw_watch_add(&p->watch, c, 0, config->circuit))
		log_warn("lcce \"%s\" session \"%s\" (%s): there "
			 "is no interface %s, whose state is the "
			 "circuit's; the circuit is down until there is",
			 pw->section->lcce, config->name, pw->link.name,
			 config->circuit);
	c->session = s;
	c->up = pw_circuit_is_up(c);
}

/* All of it or nothing. */
static int give(struct pws *p, const struct held_session *s, struct pw_link *l)
{
	struct rtnl *r = &p->rtnl;
	struct link was;
	int err = pw_link_find(r, p->dp, s->dp.tunnel_id, s->dp.session_id, l,
			       &was);

	if (err)
		return err;
	err = pw_link_give(r, l, &was, &s->tunnel->peer);
	if (err)
		pw_link_take_back(r, l, &was);
	return err;
}

static int make(struct pws *p, struct held_session *s, struct pw *pw)
{
	const struct config_pw *c = pw->section->config;
	int err;

	pw->link.wanted = (struct pw_wanted){
		.vlan = c->vlan,
		.mtu = c->mtu,
		.mac = c->has_mac ? c->mac : NULL,
		.bridge = c->bridge,
		.vrf = c->vrf,
		.dormant = true,
	};
	err = give(p, s, &pw->link);
	if (err) {
		log_error("lcce \"%s\" session \"%s\": %s", pw->section->lcce,
			  c->name, pw->link.why);
		return err;
	}
	if (pw_link_is_fragmented(&pw->link))
		log_notice("lcce \"%s\" session \"%s\" (%s): full frames go "
			   "in fragments: its MTU is %u, as %s's, and the way "
			   "to the peer has room for %u",
			   pw->section->lcce, c->name, pw->link.name,
			   pw->link.mtu, c->bridge, pw->link.fits);
	watch(p, s, pw);
	return 0;
}

/* ---- what the engine asks ---- */

/* Whether the session was installed as its section says. */
static bool fits(const struct held_session *s, const struct config_pw *c)
{
	if (s->dp.ifname[0] ?
		    !c->ifname || strcmp(s->dp.ifname, c->ifname) != 0 :
		    c->ifname != NULL)
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
static int pw_new(struct pws *p, struct held_session *s,
		  struct pw_section *section)
{
	struct pw *pw;
	int err;

	if (!fits(s, section->config))
		return -EINVAL;
	if (p->null_dataplane)
		return -EOPNOTSUPP;
	err = start_watching(p);
	if (err)
		return err;
	pw = calloc(1, sizeof(*pw));
	if (!pw)
		return -ENOMEM;
	pw->section = section;
	err = make(p, s, pw);
	if (err)
		free(pw);
	else
		s->pw = pw;
	return err;
}

/*
 * MTU, MAC, VLAN, bridge or VRF, up; all of it or nothing. The interface is
 * dormant until the engine says that the peer's end is up.
 */
static int take_pw(struct request *q)
{
	struct pws *p = q->object;
	const struct monitor_pw *r = q->body;
	struct held_session *s = held_session_find(p->held, r->link);
	struct monitor_pw_reply reply = { 0 };
	struct pw_section *section;
	struct link link;
	int err;

	if (!s)
		return -ENOENT;
	if (s->pw)
		return -EEXIST;
	if (!ipc_is_text(r->lcce) || !ipc_is_text(r->session))
		return -EINVAL;
	section = pw_sections_get(p->sections, r->lcce, r->session);
	if (!section)
		return -EINVAL;
	err = pw_new(p, s, section);
	if (err) {
		pw_section_put(section);
		return err;
	}
	reply.circuit_up = s->pw->circuit.up;
	memcpy(reply.ifname, s->pw->link.name, sizeof(reply.ifname));
	if (link_get_index(&p->rtnl, s->pw->link.top, &link) == 0)
		reply.mtu = link.mtu;
	request_answer(q, &reply, sizeof(reply));
	return 0;
}

static int take_peer(struct request *q)
{
	struct pws *p = q->object;
	const struct monitor_circuit *r = q->body;
	struct held_session *s = held_session_find(p->held, r->link);
	int err;

	if (!s || !s->pw)
		return -ENOENT;
	/*
	 * A VLAN interface follows its lower one
	 * (vlan_stacked_transfer_operstate).
	 */
	err = link_set_ready(&p->rtnl, s->pw->link.base, r->up);
	if (err)
		log_error("lcce \"%s\" session \"%s\" (%s): it cannot be "
			  "made %s as the peer's end of the circuit is (%s)",
			  s->pw->section->lcce, s->pw->section->config->name,
			  s->pw->link.name, r->up ? "ready" : "dormant",
			  strerror(-err));
	return err;
}

static int take_show(struct request *q)
{
	struct pws *p = q->object;
	const struct monitor_link *r = q->body;
	struct held_session *s = held_session_find(p->held, r->link);
	struct monitor_pw_show show;
	int err = s && s->pw ? pw_link_show(&p->rtnl, &s->pw->link, &show) :
			       -ENOENT;

	if (!err)
		request_answer(q, &show, sizeof(show));
	return err;
}

/* A static session may have the name, which pw_sections.c does not know. */
static int take_add(struct request *q)
{
	struct pws *p = q->object;
	const struct monitor_pw_add *r = q->body;
	struct monitor_outcome outcome = { 0 };
	int err;

	if (ipc_is_text(r->ifname) && r->ifname[0] &&
	    statics_has_ifname(p->statics, r->ifname))
		err = words_refuse(&outcome, -EEXIST,
				   "another session has this ifname; choose a "
				   "new one");
	else
		err = pw_sections_add(p->sections, r, &outcome);
	return words_answer(q, err, &outcome);
}

static int take_del(struct request *q)
{
	struct pws *p = q->object;

	return pw_sections_del(p->sections, q->body);
}

const struct request_row pw_rows[] = {
	{ MONITOR_PW, sizeof(struct monitor_pw), take_pw },
	{ MONITOR_PW_ADD, sizeof(struct monitor_pw_add), take_add },
	{ MONITOR_PW_DEL, sizeof(struct monitor_pw_name), take_del },
	{ MONITOR_PW_PEER, sizeof(struct monitor_circuit), take_peer },
	{ MONITOR_PW_SHOW, sizeof(struct monitor_link), take_show },
	{ 0 },
};

/*
 * The kernel takes the interfaces itself: l2tp_eth_delete takes the session's,
 * and vlan_device_event the one on it.
 */
void pw_forget(struct pws *p, struct held_session *s)
{
	if (!s->pw)
		return;
	pw_watch_del(&p->watch, &s->pw->circuit);
	pw_section_put(s->pw->section);
	free(s->pw);
	s->pw = NULL;
}
