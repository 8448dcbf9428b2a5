/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show sessions: those that L2TP has, then those of peers that are not up. */
#include <stdio.h>
#include <string.h>

#include "engine/control/commands.h"
#include "engine/control/record.h"
#include "engine/control/record_ppp.h"
#include "engine/control/reply.h"
#include "engine/control/stats.h"
#include "engine/control/walk.h"
#include "engine/engine.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/pw.h"
#include "engine/l2tp/session.h"
#include "engine/l2tp/trouble.h"
#include "engine/link/ppp.h"
#include "engine/peers/peer.h"

static const char *kind_name(enum l2tp_call_kind kind)
{
	switch (kind) {
	case L2TP_CALL_LAC_INCOMING:
		return "lac incoming";
	case L2TP_CALL_LNS_INCOMING:
		return "lns incoming";
	case L2TP_CALL_LNS_OUTGOING:
		return "lns outgoing";
	case L2TP_CALL_LAC_OUTGOING:
		return "lac outgoing";
	}
	return "";
}

static void add_call(json_t *o, const struct link *l, bool is_ethernet,
		     uint64_t now)
{
	record_text(o, "session", link_name(l));
	record_text(o, "ppp", l->profile ? l->profile->name : NULL);
	if (!is_ethernet)
		record_text(o, "ppp_state", ppp_phase_name(l));
	record_text(o, "user", l->user);
	record_text(o, "ifname", l->ifname);
	record_some(o, "mtu", l->mtu);
	record_some(o, "path_mtu", l->path_mtu);
	record_ipv4(o, "local_ipv4", l->local_ipv4);
	record_ipv4(o, "remote_ipv4", l->remote_ipv4);
	if (ppp_pid(l))
		record_number(o, "pppd_pid", (uint64_t)ppp_pid(l));
	if (l->up_ms)
		record_number(o, "uptime_s", (now - l->up_ms) / 1000);
	if (l->subscriber)
		record_encryption_and_time(o, l->subscriber, now);
	record_ppp(o, l);
}

static const char *pseudowire_name(uint16_t type)
{
	return type == L2TP_PW_ETHERNET ? "ethernet" :
	       type == L2TP_PW_VLAN	? "vlan" :
					  "ppp";
}

static void add_pseudowire(json_t *o, const struct pseudowire *w)
{
	record_text(o, "pseudowire", pseudowire_name(w->type));
	record_text(o, "circuit", record_up_or_down(w->circuit_up));
	record_text(o, "peer_circuit", record_up_or_down(w->peer_up));
	/* A cookie is called after the end that sends it. */
	record_number(o, "cookie_length", w->peer_cookie_len);
	record_number(o, "peer_cookie_length", w->cookie_len);
	json_object_set_new(o, "l2_sublayer", json_boolean(w->sublayer));
}

static const char *name_of(const struct l2tp_tunnel *core)
{
	const struct tunnel *t = l2tp_tunnel_user(core);

	return t ? tunnel_name(t) : NULL;
}

static json_t *session_record(struct engine *e, struct l2tp_tunnel *tunnel,
			      struct l2tp_session *core)
{
	const struct l2tp_call_params *params = l2tp_session_peer_params(core);
	const struct session *s = l2tp_session_user(core);
	json_t *o = json_object();

	record_text(o, "tunnel", name_of(tunnel));
	record_number(o, "tunnel_id", l2tp_tunnel_id(tunnel));
	record_number(o, "peer_tunnel_id", l2tp_tunnel_peer_id(tunnel));
	record_number(o, "session_id", l2tp_session_id(core));
	if (l2tp_session_peer_id(core))
		record_number(o, "peer_session_id", l2tp_session_peer_id(core));
	record_address(o, "remote", l2tp_tunnel_peer(tunnel));
	record_text(o, "call", kind_name(l2tp_session_kind(core)));
	record_text(o, "state", l2tp_session_state_str(core));
	if (params) {
		record_text(o, "calling_number", params->calling_number);
		record_text(o, "called_number", params->called_number);
		if (params->call_serial)
			record_number(o, "call_serial", params->call_serial);
	}
	if (s && s->pw)
		add_pseudowire(o, s->pw);
	if (s)
		add_call(o, &s->link, s->pw && pw_is_ethernet(s->pw),
			 engine_now(e));
	return o;
}

static bool wants_session(const struct control *c,
			  const struct l2tp_session *core)
{
	const struct session *s = l2tp_session_user(core);
	const char *user = control_arg(c, "user"),
		   *wanted = control_arg(c, "session");

	if (!walk_wants(wanted, s ? link_name(&s->link) : NULL,
			l2tp_session_id(core)) &&
	    !(s && (walk_is_interface(s, wanted) ||
		    (s->link.user && strcmp(s->link.user, wanted) == 0))))
		return false;
	return !user || (s && s->link.user && strcmp(s->link.user, user) == 0);
}

static json_t *idle_session_record(const struct peer_session *s, uint64_t now)
{
	json_t *o = json_object();
	char trouble[TROUBLE_MAX] = "";

	record_text(o, "session", s->name);
	record_text(o, "tunnel", s->peer->name);
	record_text(o, "state",
		    s->link			  ? "clearing" :
		    !peer_session_is_enabled(s)	  ? "disabled" :
		    s->wanted			  ? "connecting" :
		    loop_timer_is_set(&s->redial) ? "waiting" :
						    "idle");
	record_text(o, "ppp", s->profile ? s->profile->name : NULL);
	record_text(o, "user", s->user);
	if (loop_timer_is_set(&s->redial) && s->redial.deadline > now)
		record_number(o, "redial_in_s",
			      (s->redial.deadline - now + 999) / 1000);
	if (s->wanted && s->peer->tunnel)
		trouble_of(s->peer->tunnel, trouble, sizeof(trouble));
	record_text(o, "last_error", trouble[0] ? trouble : s->last_error);
	return o;
}

static void finish(struct control *c)
{
	const char *tunnel = control_arg(c, "tunnel"),
		   *session = control_arg(c, "session"),
		   *user = control_arg(c, "user");

	if (tunnel && !walk_has_tunnel(c->engine, tunnel))
		control_error(c, "there is no tunnel \"%s\"", tunnel);
	else if (session)
		walk_finish(c, "session", session);
	else if (user && !c->found)
		control_error(c, "there is no session of user \"%s\"", user);
	else
		walk_finish(c, "session", NULL);
}

static void produce_idle_sessions(struct control *c)
{
	struct peer *p = walk_peer(c);
	const char *session = control_arg(c, "session"),
		   *user = control_arg(c, "user");

	if (!p) {
		finish(c);
		return;
	}
	if (!walk_wants(control_arg(c, "tunnel"), p->name,
			p->tunnel ? p->tunnel->id : 0))
		return;
	/*
	 * Those that the core does not have: not dialled, or over
	 * but for their pppd.
	 */
	for (const struct peer_session *s = p->sessions; s; s = s->next)
		if ((!s->link || s->link->detached) && !s->removed &&
		    (walk_wants(session, s->name, 0) ||
		     (s->user && strcmp(s->user, session) == 0)) &&
		    (!user || (s->user && strcmp(s->user, user) == 0)))
			stats_emit(c,
				   idle_session_record(s,
						       engine_now(c->engine)),
				   NULL, NULL);
}

static void produce_session(struct control *c)
{
	struct l2tp_tunnel *tunnel;
	struct l2tp_session *core;

	/*
	 * next_tunnel: the id + 1 of tunnels that are done; the one
	 * after is walked.
	 */
	tunnel = c->tunnels_done ? NULL :
				   l2tp_tunnel_next(c->engine->l2tp->core,
						    c->next_tunnel);
	if (!tunnel) {
		c->tunnels_done = true;
		produce_idle_sessions(c);
		return;
	}
	core = walk_wants(control_arg(c, "tunnel"), name_of(tunnel),
			  l2tp_tunnel_id(tunnel)) ?
		       l2tp_session_next(tunnel, c->next_session) :
		       NULL;
	if (!core) {
		c->next_tunnel = (uint64_t)l2tp_tunnel_id(tunnel) + 1;
		c->next_session = 0;
		return;
	}
	c->next_session = (uint64_t)l2tp_session_id(core) + 1;
	if (wants_session(c, core))
		stats_emit(c, session_record(c->engine, tunnel, core), NULL,
			   l2tp_session_user(core));
}

void show_sessions(struct control *c)
{
	walk_start(c, produce_session);
}
