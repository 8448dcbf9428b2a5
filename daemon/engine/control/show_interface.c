/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show interfaces: an Ethernet pseudowire as a router shows it, the link, its
 * counters, and the control connection and session behind it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/control/commands.h"
#include "engine/control/record.h"
#include "engine/control/reply.h"
#include "engine/control/walk.h"
#include "engine/engine.h"
#include "engine/kernel.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/pw.h"
#include "engine/l2tp/session.h"
#include "engine/peers/ipsec.h"

static void add_connection(json_t *o, const struct tunnel *t)
{
	const struct l2tp_tunnel_peer_info *info =
		l2tp_tunnel_peer_info(t->core);
	struct l2tp_tunnel_counters n;
	char text[ADDR_STRLEN];

	l2tp_tunnel_counters(t->core, &n);
	record_text(o, "tunnel", tunnel_name(t));
	record_number(o, "version", l2tp_tunnel_version(t->core));
	record_text(o, "encap", tunnel_is_udp(t) ? "udp" : "ip");
	record_text(o, "local",
		    addr_format_port(l2tp_tunnel_local(t->core), text));
	record_text(o, "remote",
		    addr_format_port(l2tp_tunnel_peer(t->core), text));
	record_text(o, "tunnel_state", l2tp_tunnel_state_str(t->core));
	record_text(o, "peer_hostname", info->hostname);
	if (info->router_id)
		record_ipv4(o, "peer_router_id", htonl(info->router_id));
	record_number(o, "tunnel_id", t->id);
	record_number(o, "peer_tunnel_id", l2tp_tunnel_peer_id(t->core));
	record_number(o, "ns", n.ns);
	record_number(o, "nr", n.nr);
}

static json_t *interface_record(const struct session *s)
{
	const struct link *l = &s->link;
	const struct pseudowire *w = s->pw;
	const struct config_pw *config = w->config;
	uint64_t now = engine_now(l->engine);
	json_t *o = json_object();

	record_text(o, "ifname", l->ifname);
	record_text(o, "kind", "pseudowire");
	record_text(o, "circuit", record_up_or_down(w->circuit_up));
	record_text(o, "peer_circuit", record_up_or_down(w->peer_up));
	if (w->changed_ms || l->up_ms)
		record_number(o, "changed_s",
			      (now -
			       (w->changed_ms ? w->changed_ms : l->up_ms)) /
				      1000);
	add_connection(o, s->tunnel);
	record_text(o, "session", link_name(l));
	record_text(o, "session_state", l2tp_session_state_str(s->core));
	record_number(o, "session_id", s->id);
	record_number(o, "peer_session_id", l2tp_session_peer_id(s->core));
	if (w->serial)
		record_number(o, "call_serial", w->serial);
	record_text(o, "pseudowire",
		    w->type == L2TP_PW_VLAN ? "vlan" : "ethernet");
	if (config->vlan)
		record_number(o, "vlan", config->vlan);
	if (config->pseudowire_id)
		record_number(o, "pseudowire_id", config->pseudowire_id);
	else
		record_text(o, "remote_end_id",
			    config->remote_end_id ? config->remote_end_id :
						    config->name);
	record_hex(o, "cookie", w->peer_cookie, w->peer_cookie_len);
	record_hex(o, "peer_cookie", w->cookie, w->cookie_len);
	if (l->up_ms)
		record_number(o, "uptime_s", (now - l->up_ms) / 1000);
	return o;
}

static void on_report(void *arg, const struct ipsec_report *r)
{
	struct control *c = arg;

	c->waiting = false;
	/* where nobody asked for IPsec, that it is not known says nothing */
	if (r->cover != IPSEC_UNKNOWN || c->guarded)
		record_ipsec(c->record, r, (uint64_t)time(NULL));
	control_send_waiting(c);
}

/* Of one interface all is told. */
static bool ask_ipsec(struct control *c)
{
	return control_arg(c, "name") &&
	       ipsec_ask(c->engine, &c->flow, NULL, on_report, c) == 0;
}

static void on_link(void *arg, int result, struct ipc_message *m)
{
	struct control *c = arg;
	const struct monitor_pw_show *r =
		m ? ipc_body(m, struct monitor_pw_show) : NULL;

	c->waiting = false;
	if (!result && r)
		record_link(c->record, r);
	c->waiting = ask_ipsec(c);
	if (!c->waiting)
		control_send_waiting(c);
}

/* What the kernel knows of it is asked for, and the record goes out with it. */
static void emit(struct control *c, const struct session *s)
{
	const struct l2tp_tunnel *core = s->tunnel->core;
	json_t *o = interface_record(s);

	c->found++;
	c->record = o;
	c->flow =
		ipsec_flow_of(l2tp_tunnel_local(core), l2tp_tunnel_peer(core));
	c->guarded = s->tunnel->guarded;
	c->waiting =
		kernel_pseudowire_show(c->engine, s->link.id, on_link, c) == 0;
	if (!c->waiting) {
		c->record = NULL;
		control_record(c, o);
	}
}

static bool is_wanted(const struct session *s, const char *name)
{
	const char *own = s ? link_name(&s->link) : NULL;

	if (!s || !s->pw || !pw_is_ethernet(s->pw) || !session_is_usable(s))
		return false;
	return !name || !strcmp(name, s->link.ifname) ||
	       (own && !strcmp(name, own));
}

static void produce_interface(struct control *c)
{
	const char *name = control_arg(c, "name");
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
