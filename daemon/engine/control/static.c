/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of static tunnels, which are the monitor's: their words become its
 * requests, and it checks them.
 */
#include "engine/control/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/config_key.h"

/* ---- add and delete ---- */

static void on_changed(void *arg, int result, struct ipc_message *m)
{
	struct control *c = arg;
	const struct monitor_outcome *r = m ? ipc_body(m, struct monitor_outcome) : NULL;

	c->waiting = false;
	if (!c->over && (result || !r)) {
		control_refused(c, result, m);
	} else if (!c->over) {
		if (r->name[0])
			control_record(c, json_pack("{s:s}", "name", r->name));
		control_end(c);
	}
	control_resume(c);
	engine_settle(c->engine);
}

static void ask(struct control *c, uint16_t type, const void *body, size_t len)
{
	c->waiting = channel_request(&c->engine->monitor, type, body, len, NULL, 0, on_changed, c) == 0;
	if (!c->waiting)
		control_error(c, "l2tpd's monitor process does not answer");
}

void add_static_tunnel(struct control *c)
{
	struct config_static s = { 0 };
	struct monitor_static r;

	if (!section_take_name(c, "name", s.name) || !section_take(c, &config_section_static, &s))
		return;
	if (!s.name[0]) {
		control_error(c, "add tunnel static needs a name");
		return;
	}
	if (peer_find(c->engine, s.name)) {
		control_error(c, "there is a tunnel \"%s\" already; choose another name", s.name);
		return;
	}
	r = (struct monitor_static){
		.tunnel_id = s.tunnel_id, .peer_tunnel_id = s.peer_tunnel_id, .encap = s.encap, .local = s.local,
		.remote = s.remote, .udp_csum = s.udp_csum, .udp6_csum_tx = s.udp6_csum_tx,
		.udp6_csum_rx = s.udp6_csum_rx,
	};
	memcpy(r.name, s.name, sizeof(r.name));
	ask(c, MONITOR_STATIC_ADD, &r, sizeof(r));
}

void add_static_session(struct control *c)
{
	struct config_static_session s = { 0 };
	struct monitor_static_session r = { 0 };

	if (!section_take_name(c, "tunnel", r.tunnel) || !section_take_name(c, "name", r.name))
		return;
	if (!r.tunnel[0]) {
		control_error(c, "add session static needs a tunnel: the name of a static one");
		return;
	}
	if (section_take(c, &config_section_static_session, &s)) {
		r.session_id = s.session_id;
		r.peer_session_id = s.peer_session_id;
		r.cookie = s.cookie;
		r.peer_cookie = s.peer_cookie;
		r.l2spec = s.l2spec;
		r.seq = s.seq;
		r.vlan = s.vlan;
		r.mtu = s.mtu;
		r.has_mac = s.has_mac;
		memcpy(r.mac, s.mac, sizeof(r.mac));
		section_copy_word(r.ifname, s.ifname);
		section_copy_word(r.bridge, s.bridge);
		section_copy_word(r.vrf, s.vrf);
		r.keepalive_ms = s.keepalive_ms;
		r.keepalive_address = s.keepalive_address;
		ask(c, MONITOR_STATIC_SESSION_ADD, &r, sizeof(r));
	}
	config_section_fini(&config_section_static_session, &s);
}

void delete_static_tunnel(struct control *c)
{
	struct monitor_static_name r = { 0 };

	if (!section_take_name(c, "tunnel", r.tunnel))
		return;
	if (r.tunnel[0])
		ask(c, MONITOR_STATIC_DEL, &r, sizeof(r));
	else
		control_error(c, "delete tunnel static needs a tunnel: its name");
}

void delete_static_session(struct control *c)
{
	struct monitor_static_name r = { 0 };

	if (!section_take_name(c, "tunnel", r.tunnel) || !section_take_name(c, "session", r.session))
		return;
	if (r.session[0])
		ask(c, MONITOR_STATIC_DEL, &r, sizeof(r));
	else
		control_error(c, "delete session static needs a session: its name");
}

/* ---- show ---- */

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

/* Over IP there are no ports. */
static const char *format(const struct addr *a, char text[ADDR_STRLEN])
{
	return a->port ? addr_format_port(a, text) : addr_format(a, text);
}

static void add_tunnel(json_t *o, const struct monitor_static *t)
{
	char text[ADDR_STRLEN];

	show_text(o, "tunnel", t->name);
	show_number(o, "tunnel_id", t->tunnel_id);
	show_number(o, "peer_tunnel_id", t->peer_tunnel_id);
	show_text(o, "encap", encap_text(t->encap));
	show_text(o, "local", format(&t->local, text));
	show_text(o, "remote", format(&t->remote, text));
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
	show_text(o, "session", s->name);
	show_number(o, "session_id", s->session_id);
	show_number(o, "peer_session_id", s->peer_session_id);
	show_hex(o, "cookie", s->cookie.bytes, s->cookie.len);
	show_hex(o, "peer_cookie", s->peer_cookie.bytes, s->peer_cookie.len);
	if (s->vlan)
		show_number(o, "vlan", s->vlan);
}

/* What the kernel does not know, or not yet, is as it is wanted. */
static void add_wanted_link(json_t *o, const struct monitor_static_session *s)
{
	show_text(o, "ifname", s->ifname);
	if (s->mtu)
		show_number(o, "mtu", s->mtu);
	show_text(o, "master", s->bridge[0] ? s->bridge : s->vrf);
}

static void add_keepalive(json_t *o, const struct monitor_static_show *r)
{
	char text[ADDR_STRLEN];

	if (!r->session.keepalive_ms)
		return;
	show_number(o, "keepalive_s", (r->session.keepalive_ms + 999) / 1000);
	show_text(o, "keepalive_address", addr_format(&r->session.keepalive_address, text));
	show_text(o, "keepalive_state", r->alive ? "alive" : r->silent ? "silent" : NULL);
	if (r->answered)
		show_number(o, "keepalive_answer_s", r->answer_s);
}

static json_t *static_record(const struct monitor_static_show *r)
{
	json_t *o = json_object();

	add_tunnel(o, &r->tunnel);
	add_checksums(o, &r->tunnel);
	show_text(o, "origin", r->by_command ? "command" : "configuration");
	show_text(o, "state", r->up ? "up" : "down");
	show_text(o, "last_error", r->why);
	if (!r->has_session)
		return o;
	add_session(o, &r->session);
	show_text(o, "l2spec_type", r->session.l2spec == CONFIG_L2SPEC_NONE ? "none" : "default");
	show_text(o, "seq", seq_text(r->session.seq));
	add_keepalive(o, r);
	add_wanted_link(o, &r->session);
	show_link(o, &r->link);
	return o;
}

static json_t *interface_record(const struct monitor_static_show *r)
{
	json_t *o = json_object();

	show_text(o, "kind", "static");
	add_tunnel(o, &r->tunnel);
	show_number(o, "version", 3);
	add_session(o, &r->session);
	show_text(o, "session_state", r->up ? "up" : "down");
	show_text(o, "pseudowire", r->session.vlan ? "vlan" : "ethernet");
	show_link(o, &r->link);
	return o;
}

static bool is_wanted_static(const struct control *c, const struct monitor_static_show *r)
{
	const char *tunnel = show_arg(c, "tunnel");

	return !tunnel || strcmp(tunnel, r->tunnel.name) == 0;
}

static bool is_wanted_interface(const struct control *c, const struct monitor_static_show *r)
{
	const char *name = show_arg(c, "name");

	if (!r->has_session || !r->link.ifname[0])
		return false;
	return !name || strcmp(name, r->link.ifname) == 0 || strcmp(name, r->session.name) == 0;
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

static void on_shown(void *arg, int result, struct ipc_message *m)
{
	struct control *c = arg;
	const struct monitor_static_show *r = m ? ipc_body(m, struct monitor_static_show) : NULL;

	c->waiting = false;
	if (!c->over && !result && r)
		show_one(c, r);
	else if (!c->over && c->produce == produce_static)
		show_finish(c, "static tunnel", show_arg(c, "tunnel"));
	else if (!c->over)
		show_finish(c, "interface", show_arg(c, "name"));
	control_resume(c);
	engine_settle(c->engine);
}

static void ask_next(struct control *c)
{
	struct monitor_static_place at = { (uint32_t)c->next_tunnel, (uint32_t)c->next_session };

	c->waiting = channel_request(&c->engine->monitor, MONITOR_STATIC_SHOW, &at, sizeof(at), NULL, 0, on_shown,
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
	show_start(c, produce_static);
}

void show_static_interfaces(struct control *c)
{
	c->next_tunnel = c->next_session = 0;
	c->produce = ask_next;
}
