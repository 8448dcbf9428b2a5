/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show static, and static sessions in show interfaces: asked of the monitor,
 * one at a time.
 */
#include <stdio.h>
#include <string.h>

#include "engine/control/commands.h"
#include "engine/control/family.h"
#include "engine/control/record.h"
#include "engine/control/reply.h"
#include "engine/control/walk.h"
#include "engine/engine.h"
#include "ipc/monitor.h"

static const char *encap_text(enum config_encap encap)
{
	switch (encap) {
	case CONFIG_ENCAP_UDP:
		return "udp";
	case CONFIG_ENCAP_IP:
		return "ip";
	}
	return NULL;
}

static const char *seq_text(enum config_seq seq)
{
	switch (seq) {
	case CONFIG_SEQ_NONE:
		return "none";
	case CONFIG_SEQ_SEND:
		return "send";
	case CONFIG_SEQ_RECV:
		return "recv";
	case CONFIG_SEQ_BOTH:
		return "both";
	}
	return NULL;
}

static void add_tunnel(json_t *o, const struct monitor_static *t)
{
	record_text(o, "tunnel", t->name);
	record_number(o, "tunnel_id", t->tunnel_id);
	record_number(o, "peer_tunnel_id", t->peer_tunnel_id);
	record_text(o, "encap", encap_text(t->encap));
	record_address(o, "local", &t->local);
	record_address(o, "remote", &t->remote);
}

static void add_checksums(json_t *o, const struct monitor_static *t)
{
	if (t->encap != CONFIG_ENCAP_UDP)
		return;
	if (t->local.family == AF_INET) {
		json_object_set_new(o, "udp_csum", json_boolean(t->udp_csum));
		return;
	}
	json_object_set_new(o, "udp6_csum_tx", json_boolean(t->udp6_csum_tx));
	json_object_set_new(o, "udp6_csum_rx", json_boolean(t->udp6_csum_rx));
}

static void add_session(json_t *o, const struct monitor_static_session *s)
{
	record_text(o, "session", s->name);
	record_number(o, "session_id", s->session_id);
	record_number(o, "peer_session_id", s->peer_session_id);
	record_hex(o, "cookie", s->cookie.bytes, s->cookie.len);
	record_hex(o, "peer_cookie", s->peer_cookie.bytes, s->peer_cookie.len);
	if (s->vlan)
		record_number(o, "vlan", s->vlan);
}

/* What the kernel does not know, or not yet, is as it is wanted. */
static void add_wanted_link(json_t *o, const struct monitor_static_session *s)
{
	record_text(o, "ifname", s->ifname);
	if (s->mtu)
		record_number(o, "mtu", s->mtu);
	record_text(o, "master", s->bridge[0] ? s->bridge : s->vrf);
}

static void add_keepalive(json_t *o, const struct monitor_static_show *r)
{
	char text[ADDR_STRLEN];

	if (!r->session.keepalive_ms)
		return;
	record_number(o, "keepalive_s", (r->session.keepalive_ms + 999) / 1000);
	record_text(o, "keepalive_address",
		    addr_format(&r->session.keepalive_address, text));
	record_text(o, "keepalive_state",
		    r->alive  ? "alive" :
		    r->silent ? "silent" :
				NULL);
	if (r->answered)
		record_number(o, "keepalive_answer_s", r->answer_s);
}

static json_t *static_record(const struct monitor_static_show *r)
{
	json_t *o = json_object();

	add_tunnel(o, &r->tunnel);
	add_checksums(o, &r->tunnel);
	record_text(o, "origin", r->by_command ? "command" : "configuration");
	record_text(o, "state", r->up ? "up" : "down");
	record_text(o, "last_error", r->why);
	if (!r->has_session)
		return o;
	add_session(o, &r->session);
	record_text(o, "l2spec_type",
		    r->session.l2spec == CONFIG_L2SPEC_NONE ? "none" :
							      "default");
	record_text(o, "seq", seq_text(r->session.seq));
	add_keepalive(o, r);
	add_wanted_link(o, &r->session);
	record_link(o, &r->link);
	return o;
}

static json_t *interface_record(const struct monitor_static_show *r)
{
	json_t *o = json_object();

	record_text(o, "kind", "static");
	add_tunnel(o, &r->tunnel);
	record_number(o, "version", 3);
	add_session(o, &r->session);
	record_text(o, "session_state", r->up ? "up" : "down");
	record_text(o, "pseudowire", r->session.vlan ? "vlan" : "ethernet");
	record_link(o, &r->link);
	return o;
}

static bool is_wanted_static(const struct control *c,
			     const struct monitor_static_show *r)
{
	const char *tunnel = control_arg(c, "tunnel");

	return !tunnel || strcmp(tunnel, r->tunnel.name) == 0;
}

static bool is_wanted_interface(const struct control *c,
				const struct monitor_static_show *r)
{
	const char *name = control_arg(c, "ifname");

	if (!r->has_session || !r->link.ifname[0])
		return false;
	return !name || strcmp(name, r->link.ifname) == 0 ||
	       strcmp(name, r->session.ifname) == 0 ||
	       strcmp(name, r->session.name) == 0;
}

static void produce_static(struct control *c);

static void show_one(struct control *c, const struct monitor_static_show *r)
{
	bool all = c->produce == produce_static;

	c->next_tunnel = r->next.tunnel;
	c->next_session = r->next.session;
	if (!(all ? is_wanted_static(c, r) : is_wanted_interface(c, r)))
		return;
	c->found++;
	control_record(c, all ? static_record(r) : interface_record(r));
}

static void finish_static(struct control *c)
{
	const char *tunnel = control_arg(c, "tunnel");

	if (c->found || !family_is_not_static(c, tunnel, "show tunnels"))
		walk_finish(c, "static tunnel", tunnel);
}

static void on_shown(void *arg, int result, struct ipc_message *m)
{
	struct control *c = arg;
	const struct monitor_static_show *r =
		m ? ipc_body(m, struct monitor_static_show) : NULL;

	c->waiting = false;
	if (!c->over && !result && r)
		show_one(c, r);
	else if (!c->over && c->produce == produce_static)
		finish_static(c);
	else if (!c->over)
		walk_finish(c, "interface", control_arg(c, "ifname"));
	control_resume(c);
	turn_settle(&c->engine->turn);
}

static void ask_next(struct control *c)
{
	struct monitor_static_place at = { (uint32_t)c->next_tunnel,
					   (uint32_t)c->next_session };

	c->waiting = channel_request(&c->engine->monitor, MONITOR_STATIC_SHOW,
				     &at, sizeof(at), NULL, 0, on_shown,
				     c) == 0;
	if (!c->waiting)
		control_error(c, "l2tpd's monitor process does not answer");
}

static void produce_static(struct control *c)
{
	ask_next(c);
}

void show_static(struct control *c)
{
	walk_start(c, produce_static);
}

void show_static_interfaces(struct control *c)
{
	c->next_tunnel = c->next_session = 0;
	c->produce = ask_next;
}
