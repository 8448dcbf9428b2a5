/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show interfaces: an Ethernet pseudowire as a router shows it, the link, its
 * counters, and the control connection and session behind it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/control.h"

static const char *up_or_down(bool up)
{
	return up ? "up" : "down";
}

void show_hex(json_t *o, const char *key, const uint8_t *bytes, size_t len)
{
	char text[2 * 8 + 1] = "";

	for (size_t i = 0; i < len && i < 8; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	show_text(o, key, text);
}

static void show_mac(json_t *o, const uint8_t mac[6])
{
	char text[18];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	show_text(o, "mac", text);
}

static void add_connection(json_t *o, const struct tunnel *t)
{
	const struct l2tp_tunnel_peer_info *info = l2tp_tunnel_peer_info(t->core);
	struct l2tp_tunnel_counters n;
	char text[ADDR_STRLEN];

	l2tp_tunnel_counters(t->core, &n);
	show_text(o, "tunnel", t->peer ? t->peer->name : NULL);
	show_number(o, "version", l2tp_tunnel_version(t->core));
	show_text(o, "encap", tunnel_is_udp(t) ? "udp" : "ip");
	show_text(o, "local", addr_format_port(l2tp_tunnel_local(t->core), text));
	show_text(o, "remote", addr_format_port(l2tp_tunnel_peer(t->core), text));
	show_text(o, "tunnel_state", l2tp_tunnel_state_str(t->core));
	show_text(o, "peer_hostname", info->hostname);
	if (info->router_id)
		show_ipv4(o, "peer_router_id", htonl(info->router_id));
	show_number(o, "tunnel_id", t->id);
	show_number(o, "peer_tunnel_id", l2tp_tunnel_peer_id(t->core));
	show_number(o, "ns", n.ns);
	show_number(o, "nr", n.nr);
}

static json_t *interface_record(const struct call *c)
{
	const struct pseudowire *w = c->pw;
	const struct config_pw *config = w->config;
	uint64_t now = engine_now(c->tunnel->engine);
	json_t *o = json_object();

	show_text(o, "ifname", c->ifname);
	show_text(o, "kind", "pseudowire");
	show_text(o, "circuit", up_or_down(w->circuit_up));
	show_text(o, "peer_circuit", up_or_down(w->peer_up));
	if (w->changed_ms || c->up_ms)
		show_number(o, "changed_s", (now - (w->changed_ms ? w->changed_ms : c->up_ms)) / 1000);
	add_connection(o, c->tunnel);
	show_text(o, "session", c->wanted ? c->wanted->name : NULL);
	show_text(o, "session_state", l2tp_session_state_str(c->core));
	show_number(o, "session_id", c->id);
	show_number(o, "peer_session_id", l2tp_session_peer_id(c->core));
	if (w->serial)
		show_number(o, "call_serial", w->serial);
	show_text(o, "pseudowire", w->type == L2TP_PW_VLAN ? "vlan" : "ethernet");
	if (config->vlan)
		show_number(o, "vlan", config->vlan);
	if (config->pseudowire_id)
		show_number(o, "pseudowire_id", config->pseudowire_id);
	else
		show_text(o, "remote_end_id", config->remote_end_id ? config->remote_end_id : config->name);
	show_hex(o, "cookie", w->peer_cookie, w->peer_cookie_len);
	show_hex(o, "peer_cookie", w->cookie, w->cookie_len);
	if (c->up_ms)
		show_number(o, "uptime_s", (now - c->up_ms) / 1000);
	return o;
}

void show_link(json_t *o, const struct monitor_pw_show *r)
{
	if (!r->ifname[0])
		return;
	show_text(o, "ifname", r->ifname);
	/* The null data plane has names only. */
	if (!r->ifindex)
		return;
	show_number(o, "ifindex", r->ifindex);
	show_text(o, "admin", up_or_down(r->admin_up));
	show_text(o, "link", up_or_down(r->oper_up));
	show_number(o, "mtu", r->mtu);
	show_mac(o, r->mac);
	show_text(o, "master", r->master);
	show_number(o, "rx_packets", r->rx_packets);
	show_number(o, "rx_bytes", r->rx_bytes);
	show_number(o, "rx_errors", r->rx_errors);
	show_number(o, "rx_drops", r->rx_drops);
	show_number(o, "tx_packets", r->tx_packets);
	show_number(o, "tx_bytes", r->tx_bytes);
	show_number(o, "tx_errors", r->tx_errors);
	show_number(o, "tx_drops", r->tx_drops);
}

static void finish_record(struct control *c)
{
	if (!c->over)
		control_record(c, json_incref(c->record));
	json_decref(c->record);
	c->record = NULL;
	control_resume(c);
	engine_settle(c->engine);
}

static void on_report(void *arg, const struct ipsec_report *r)
{
	struct control *c = arg;

	c->waiting = false;
	/* where nobody asked for IPsec, that it is not known says nothing */
	if (r->cover != IPSEC_UNKNOWN || c->guarded)
		show_ipsec(c->record, r, (uint64_t)time(NULL));
	finish_record(c);
}

/* Of one interface all is told. */
static bool ask_ipsec(struct control *c)
{
	return show_arg(c, "name") && ipsec_ask(c->engine, &c->flow, NULL, on_report, c) == 0;
}

static void on_link(void *arg, int result, struct ipc_message *m)
{
	struct control *c = arg;
	const struct monitor_pw_show *r = m ? ipc_body(m, struct monitor_pw_show) : NULL;

	c->waiting = false;
	if (!result && r)
		show_link(c->record, r);
	c->waiting = ask_ipsec(c);
	if (!c->waiting)
		finish_record(c);
}

/* What the kernel knows of it is asked for, and the record goes out with it. */
static void emit(struct control *c, const struct call *call)
{
	struct monitor_link body = { call_link(call) };
	json_t *o = interface_record(call);

	c->found++;
	c->record = o;
	c->flow = ipsec_flow_of(l2tp_tunnel_local(call->tunnel->core), l2tp_tunnel_peer(call->tunnel->core));
	c->guarded = call->tunnel->guarded;
	c->waiting = !c->engine->books &&
		     channel_request(&c->engine->monitor, MONITOR_PW_SHOW, &body, sizeof(body), NULL, 0, on_link,
				     c) == 0;
	if (!c->waiting) {
		c->record = NULL;
		control_record(c, o);
	}
}

static bool is_wanted(const struct call *call, const char *name)
{
	if (!call || !pw_is_ethernet(call) || !call->core || call->down)
		return false;
	return !name || !strcmp(name, call->ifname) || (call->wanted && !strcmp(name, call->wanted->name));
}

static void produce_interface(struct control *c)
{
	const char *name = show_arg(c, "name");
	struct l2tp_tunnel *tunnel = l2tp_tunnel_next(c->engine->core, c->next_tunnel);
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
	show_start(c, produce_interface);
}
