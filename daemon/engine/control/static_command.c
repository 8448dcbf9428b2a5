/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of static tunnels, which are the monitor's: their words become
 * its requests, and it checks them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/control/commands.h"
#include "engine/control/family.h"
#include "engine/control/reply.h"
#include "engine/control/section.h"
#include "engine/engine.h"
#include "engine/peers/peer.h"
#include "ipc/monitor.h"
#include "lib/config_key.h"

/* A session has its tunnel beside it; of what is deleted there is no name. */
static json_t *added_record(const struct control *c, const char *name)
{
	const char *tunnel = control_text_arg(c, "tunnel");

	if (!tunnel)
		return json_pack("{s:s}", "tunnel", name);
	return json_pack("{s:s, s:o}", "session", name, "tunnel",
			 control_text(tunnel));
}

static void on_changed(void *arg, int result, struct ipc_message *m)
{
	struct control *c = arg;
	const struct monitor_outcome *r =
		m ? ipc_body(m, struct monitor_outcome) : NULL;

	c->waiting = false;
	if (!c->over && (result || !r)) {
		control_refused(c, result, m);
	} else if (!c->over) {
		if (r->name[0])
			control_record(c, added_record(c, r->name));
		control_end(c);
	}
	control_resume(c);
	turn_settle(&c->engine->turn);
}

static void ask(struct control *c, uint16_t type, const void *body, size_t len)
{
	c->waiting = channel_request(&c->engine->monitor, type, body, len, NULL,
				     0, on_changed, c) == 0;
	if (!c->waiting)
		control_error(c, "l2tpd's monitor process does not answer");
}

void add_static_tunnel(struct control *c)
{
	struct config_static s = { 0 };
	struct monitor_static r;

	if (!section_take_name(c, "name", s.name) ||
	    !section_take(c, &config_section_static, NULL, &s))
		return;
	if (!s.name[0]) {
		control_error(c, "add tunnel static needs a name");
		return;
	}
	if (peer_find(c->engine, s.name)) {
		control_error(c,
			      "there is a tunnel \"%s\" already; choose "
			      "another name",
			      s.name);
		return;
	}
	r = (struct monitor_static){
		.tunnel_id = s.tunnel_id,
		.peer_tunnel_id = s.peer_tunnel_id,
		.encap = s.encap,
		.local = s.local,
		.remote = s.remote,
		.udp_csum = s.udp_csum,
		.udp6_csum_tx = s.udp6_csum_tx,
		.udp6_csum_rx = s.udp6_csum_rx,
	};
	memcpy(r.name, s.name, sizeof(r.name));
	ask(c, MONITOR_STATIC_ADD, &r, sizeof(r));
}

void add_static_session(struct control *c)
{
	struct config_static_session s = { 0 };
	struct monitor_static_session r = { 0 };

	if (family_is_not_static(c, control_text_arg(c, "tunnel"),
				 "add session, or add session lcce"))
		return;
	if (!section_take_name(c, "tunnel", r.tunnel) ||
	    !section_take_name(c, "name", r.name))
		return;
	if (!r.tunnel[0]) {
		control_error(c, "add session static needs a tunnel: the name "
				 "of a static one");
		return;
	}
	if (section_take(c, &config_section_static_session, NULL, &s)) {
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

	if (family_is_not_static(c, control_text_arg(c, "tunnel"),
				 "delete tunnel") ||
	    !section_take_name(c, "tunnel", r.tunnel))
		return;
	if (r.tunnel[0])
		ask(c, MONITOR_STATIC_DEL, &r, sizeof(r));
	else
		control_error(c,
			      "delete tunnel static needs a tunnel: its name");
}

void delete_static_session(struct control *c)
{
	struct monitor_static_name r = { 0 };

	if (family_is_not_static(c, control_text_arg(c, "tunnel"),
				 "delete session") ||
	    !section_take_name(c, "tunnel", r.tunnel) ||
	    !section_take_name(c, "session", r.session))
		return;
	if (r.session[0])
		ask(c, MONITOR_STATIC_DEL, &r, sizeof(r));
	else
		control_error(c, "delete session static needs a session: its "
				 "name");
}
