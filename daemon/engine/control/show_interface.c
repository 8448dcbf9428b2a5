/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show interfaces: an interface as a router shows it, the link, its counters,
 * and the control connection and session behind it; of an Ethernet pseudowire
 * both ends of the circuit, of PPP who is there.
 */
#include <arpa/inet.h>
#include <string.h>

#include "engine/control/commands.h"
#include "engine/control/protection.h"
#include "engine/control/record.h"
#include "engine/control/reply.h"
#include "engine/control/walk.h"
#include "engine/engine.h"
#include "engine/kernel.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/pw.h"
#include "engine/l2tp/session.h"
#include "engine/link/ppp.h"

static void add_connection(json_t *o, const struct tunnel *t)
{
	const struct l2tp_tunnel_peer_info *info =
		l2tp_tunnel_peer_info(t->core);
	struct l2tp_tunnel_counters n;

	l2tp_tunnel_counters(t->core, &n);
	record_text(o, "tunnel", tunnel_name(t));
	record_number(o, "version", l2tp_tunnel_version(t->core));
	record_text(o, "encap", tunnel_is_udp(t) ? "udp" : "ip");
	record_address(o, "local", l2tp_tunnel_local(t->core));
	record_address(o, "remote", l2tp_tunnel_peer(t->core));
	record_text(o, "tunnel_state", l2tp_tunnel_state_str(t->core));
	record_text(o, "peer_hostname", info->hostname);
	if (info->router_id)
		record_ipv4(o, "peer_router_id", htonl(info->router_id));
	record_number(o, "tunnel_id", t->id);
	record_number(o, "peer_tunnel_id", l2tp_tunnel_peer_id(t->core));
	record_number(o, "ns", n.ns);
	record_number(o, "nr", n.nr);
}

static void add_session(json_t *o, const struct session *s, uint64_t now)
{
	const struct link *l = &s->link;

	record_text(o, "session", link_name(l));
	record_text(o, "session_state", l2tp_session_state_str(s->core));
	record_number(o, "session_id", s->id);
	record_number(o, "peer_session_id", l2tp_session_peer_id(s->core));
	if (l->up_ms)
		record_number(o, "uptime_s", (now - l->up_ms) / 1000);
}

static void add_pseudowire(json_t *o, const struct session *s, uint64_t now)
{
	const struct pseudowire *w = s->pw;
	const struct config_pw *config = w->config;
	uint64_t changed_ms = w->changed_ms ? w->changed_ms : s->link.up_ms;

	record_text(o, "circuit", record_up_or_down(w->circuit_up));
	record_text(o, "peer_circuit", record_up_or_down(w->peer_up));
	if (changed_ms)
		record_number(o, "changed_s", (now - changed_ms) / 1000);
	record_some(o, "call_serial", w->serial);
	record_text(o, "pseudowire",
		    w->type == L2TP_PW_VLAN ? "vlan" : "ethernet");
	record_some(o, "vlan", config->vlan);
	if (config->pseudowire_id)
		record_number(o, "pseudowire_id", config->pseudowire_id);
	else
		record_text(o, "remote_end_id",
			    config->remote_end_id ? config->remote_end_id :
						    config->name);
	record_hex(o, "cookie", w->peer_cookie, w->peer_cookie_len);
	record_hex(o, "peer_cookie", w->cookie, w->cookie_len);
}

static void add_ppp(json_t *o, const struct link *l)
{
	record_text(o, "ppp", l->profile ? l->profile->name : NULL);
	record_text(o, "ppp_state", ppp_phase_name(l));
	record_text(o, "user", l->user);
	record_ipv4(o, "local_ipv4", l->local_ipv4);
	record_ipv4(o, "remote_ipv4", l->remote_ipv4);
}

static bool is_ethernet(const struct session *s)
{
	return s->pw && pw_is_ethernet(s->pw);
}

static json_t *interface_record(const struct session *s)
{
	uint64_t now = engine_now(s->link.engine);
	json_t *o = json_object();

	record_text(o, "ifname", s->link.ifname);
	record_text(o, "kind", is_ethernet(s) ? "pseudowire" : "ppp");
	if (is_ethernet(s))
		add_pseudowire(o, s, now);
	else
		add_ppp(o, &s->link);
	add_connection(o, s->tunnel);
	add_session(o, s, now);
	return o;
}

/* Of one interface all is told. */
static bool ask_protection(struct control *c)
{
	return !c->over && control_arg(c, "ifname") &&
	       protection_ask(c, control_send_waiting);
}

static void on_link(void *arg, int result, struct ipc_message *m)
{
	struct control *c = arg;
	const struct monitor_pw_show *r =
		m ? ipc_body(m, struct monitor_pw_show) : NULL;

	c->waiting = false;
	if (!result && r)
		record_link(c->record, r);
	if (!ask_protection(c))
		control_send_waiting(c);
}

static int ask_link(struct control *c, const struct session *s)
{
	const struct link *l = &s->link;

	if (is_ethernet(s))
		return kernel_pseudowire_show(c->engine, l->id, on_link, c);
	return kernel_ppp_show(c->engine, l->id, l->ifname, on_link, c);
}

/* What the kernel knows of it is asked for, and the record goes out with it. */
static void emit(struct control *c, const struct session *s)
{
	json_t *o = interface_record(s);

	c->found++;
	c->record = o;
	protection_of(c, s->tunnel);
	c->waiting = ask_link(c, s) == 0;
	if (!c->waiting) {
		c->record = NULL;
		control_record(c, o);
	}
}

/* A pseudowire of the null data plane has no name, and is listed. */
static bool is_wanted(const struct session *s, const char *name)
{
	const char *own = s ? link_name(&s->link) : NULL;

	if (!s || !session_is_usable(s) ||
	    (!is_ethernet(s) && !s->link.ifname[0]))
		return false;
	return !name || walk_is_interface(s, name) ||
	       (own && !strcmp(name, own));
}

static void produce_interface(struct control *c)
{
	const char *name = control_arg(c, "ifname");
	struct l2tp_tunnel *tunnel =
		l2tp_tunnel_next(c->engine->l2tp->core, c->next_tunnel);
	struct l2tp_session *core;

	if (!tunnel) {
		show_static_interfaces(c);
		return;
	}
	core = l2tp_session_next(tunnel, c->next_session);
	if (!core) {
		c->next_tunnel = (uint64_t)l2tp_tunnel_id(tunnel) + 1;
		c->next_session = 0;
		return;
	}
	c->next_session = (uint64_t)l2tp_session_id(core) + 1;
	if (is_wanted(l2tp_session_user(core), name))
		emit(c, l2tp_session_user(core));
}

void show_interfaces(struct control *c)
{
	walk_start(c, produce_interface);
}
