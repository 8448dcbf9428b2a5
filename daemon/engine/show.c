/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show: what the engine has, as records. A walk keeps its place as ids, not
 * pointers, so that it may pause while things come and go.
 */
#include "engine/control.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/version.h"

static void set_str(json_t *o, const char *key, const char *text)
{
	if (text && text[0])
		json_object_set_new(o, key, control_text(text));
}

static void set_int(json_t *o, const char *key, uint64_t value)
{
	json_object_set_new(o, key, json_integer((json_int_t)value));
}

static void set_addr(json_t *o, const char *key, const struct addr *a)
{
	char text[ADDR_STRLEN];

	if (addr_is_set(a))
		set_str(o, key, addr_format_port(a, text));
}

static void set_ipv4(json_t *o, const char *key, uint32_t network_order)
{
	char text[INET_ADDRSTRLEN];

	if (network_order)
		set_str(o, key, inet_ntop(AF_INET, &network_order, text, sizeof(text)));
}

/* A name or a number that names an object. */
static bool names(const char *wanted, const char *name, uint32_t id)
{
	char text[16];

	if (!wanted)
		return true;
	if (name && name[0] && strcmp(wanted, name) == 0)
		return true;
	snprintf(text, sizeof(text), "%u", id);
	return id && strcmp(wanted, text) == 0;
}

static const char *arg(const struct control *c, const char *key)
{
	return json_string_value(json_object_get(c->args, key));
}

/* ---- statistics ---- */

static void add_stats(json_t *o, const struct dp_stats *s)
{
	set_int(o, "rx_packets", s->rx_packets);
	set_int(o, "rx_bytes", s->rx_bytes);
	set_int(o, "rx_errors", s->rx_errors);
	set_int(o, "tx_packets", s->tx_packets);
	set_int(o, "tx_bytes", s->tx_bytes);
	set_int(o, "tx_errors", s->tx_errors);
}

static void on_stats(void *argument, int result, struct ipc_message *m)
{
	struct control *c = argument;
	const struct dp_stats *s = m ? ipc_body(m, struct dp_stats) : NULL;

	c->waiting = false;
	if (!result && s)
		add_stats(c->record, s);
	if (!c->over)
		control_record(c, json_incref(c->record));
	json_decref(c->record);
	c->record = NULL;
	control_resume(c);
	engine_settle(c->engine);
}

/* Sends the record at once, or when the kernel has told its counters. */
static void emit(struct control *c, json_t *o, bool installed, uint32_t tunnel_id, uint32_t session_id)
{
	struct monitor_ids ids = { tunnel_id, session_id };

	c->found++;
	if (!installed || c->engine->books || !json_is_true(json_object_get(c->args, "stats"))) {
		control_record(c, o);
		return;
	}
	c->record = o;
	c->waiting = channel_request(&c->engine->monitor,
				     session_id ? MONITOR_SESSION_STATS : MONITOR_TUNNEL_STATS,
				     &ids, sizeof(ids), NULL, 0, on_stats, c) == 0;
	if (!c->waiting) {
		c->record = NULL;
		control_record(c, o);
	}
}

static void finish(struct control *c, const char *what, const char *wanted)
{
	if (wanted && !c->found)
		control_error(c, "there is no %s \"%s\"", what, wanted);
	else
		control_end(c);
}

/* The next peer in the engine's list, by position: peers come and go rarely. */
static struct peer *next_peer(struct control *c)
{
	struct peer *p = c->engine->peers;

	for (unsigned int i = 0; p && i < c->walked_peers; i++)
		p = p->next;
	c->walked_peers++;
	return p;
}

/* ---- tunnels ---- */

static const char *tunnel_name(const struct tunnel *t)
{
	return t && t->peer ? t->peer->name : NULL;
}

static void add_counters(json_t *o, const struct l2tp_tunnel *core, uint64_t now)
{
	struct l2tp_tunnel_counters n;

	l2tp_tunnel_counters(core, &n);
	set_int(o, "sessions", n.sessions);
	if (n.established_ms)
		set_int(o, "uptime_s", (now - n.established_ms) / 1000);
	if (n.last_heard_ms)
		set_int(o, "idle_s", (now - n.last_heard_ms) / 1000);
	set_int(o, "ns", n.ns);
	set_int(o, "nr", n.nr);
	set_int(o, "window", n.congestion_window);
	set_int(o, "unacknowledged", n.unacknowledged);
	set_int(o, "queued", n.queued);
	set_int(o, "sent", n.sent);
	set_int(o, "received", n.received);
	set_int(o, "retransmitted", n.retransmitted);
	set_int(o, "duplicates", n.duplicates);
	set_int(o, "out_of_order", n.out_of_order);
	set_int(o, "dropped", n.dropped);
}

static json_t *tunnel_record(struct engine *e, struct l2tp_tunnel *core)
{
	const struct tunnel *t = l2tp_tunnel_user(core);
	const struct l2tp_tunnel_peer_info *info = l2tp_tunnel_peer_info(core);
	json_t *o = json_object();

	set_str(o, "name", tunnel_name(t));
	set_str(o, "role", t && t->lns ? "lns" : "lac");
	set_str(o, "profile", t && t->lns ? t->lns->name : NULL);
	set_str(o, "state", l2tp_tunnel_state_str(core));
	json_object_set_new(o, "initiator", json_boolean(l2tp_tunnel_is_initiator(core)));
	set_int(o, "tunnel_id", l2tp_tunnel_id(core));
	if (l2tp_tunnel_peer_id(core))
		set_int(o, "peer_tunnel_id", l2tp_tunnel_peer_id(core));
	set_addr(o, "local", l2tp_tunnel_local(core));
	set_addr(o, "remote", l2tp_tunnel_peer(core));
	set_str(o, "peer_hostname", info->hostname);
	set_str(o, "peer_vendor", info->vendor_name);
	if (info->firmware)
		set_int(o, "peer_firmware", info->firmware);
	if (info->receive_window)
		set_int(o, "peer_window", info->receive_window);
	set_int(o, "version", 2);
	add_counters(o, core, engine_now(e));
	return o;
}

static json_t *idle_peer_record(const struct peer *p)
{
	static const char *const states[] = {
		[PEER_IDLE] = "idle", [PEER_RESOLVING] = "resolving", [PEER_OPENING] = "opening",
		[PEER_CONNECTING] = "connecting", [PEER_UP] = "established",
	};
	json_t *o = json_object();

	set_str(o, "name", p->name);
	set_str(o, "role", "lac");
	set_str(o, "state", states[p->state]);
	set_str(o, "remote", p->server);
	set_int(o, "sessions", 0);
	set_str(o, "last_error", p->last_error);
	return o;
}

static void produce_tunnel(struct control *c)
{
	const char *wanted = arg(c, "tunnel");
	struct l2tp_tunnel *core = l2tp_tunnel_next(c->engine->core, c->next_tunnel);
	struct peer *p;

	if (core) {
		const struct tunnel *t = l2tp_tunnel_user(core);

		c->next_tunnel = (uint32_t)l2tp_tunnel_id(core) + 1;
		if (names(wanted, tunnel_name(t), l2tp_tunnel_id(core)))
			emit(c, tunnel_record(c->engine, core), t && t->install == INSTALL_DONE,
			     l2tp_tunnel_id(core), 0);
		return;
	}
	/* Past the last id: the walk stays there while the peers follow. */
	c->next_tunnel = UINT16_MAX + 1;
	p = next_peer(c);
	if (!p)
		finish(c, "tunnel", wanted);
	else if (!p->tunnel && !p->removed && names(wanted, p->name, 0))
		emit(c, idle_peer_record(p), false, 0, 0);
}

static void start_walk(struct control *c, void (*produce)(struct control *))
{
	c->next_tunnel = c->next_session = 0;
	c->walked_peers = 0;
	c->found = 0;
	c->produce = produce;
}

void show_tunnels(struct control *c)
{
	start_walk(c, produce_tunnel);
}

/* ---- sessions ---- */

static const char *kind_name(enum l2tp_call_kind kind)
{
	switch (kind) {
	case L2TP_CALL_LAC_INCOMING: return "lac incoming";
	case L2TP_CALL_LNS_INCOMING: return "lns incoming";
	case L2TP_CALL_LNS_OUTGOING: return "lns outgoing";
	case L2TP_CALL_LAC_OUTGOING: return "lac outgoing";
	}
	return "";
}

static void add_call(json_t *o, const struct call *call, uint64_t now)
{
	set_str(o, "name", call->wanted ? call->wanted->name : NULL);
	set_str(o, "ppp", call->profile ? call->profile->name : NULL);
	set_str(o, "ppp_state", ppp_phase_name(call));
	set_str(o, "user", call->user);
	set_str(o, "ifname", call->ifname);
	set_ipv4(o, "local_ipv4", call->local_ipv4);
	set_ipv4(o, "remote_ipv4", call->remote_ipv4);
	if (call->pid)
		set_int(o, "pid", (uint64_t)call->pid);
	if (call->up_ms)
		set_int(o, "uptime_s", (now - call->up_ms) / 1000);
}

static json_t *session_record(struct engine *e, struct l2tp_tunnel *tunnel, struct l2tp_session *core)
{
	const struct l2tp_call_params *params = l2tp_session_peer_params(core);
	const struct call *call = l2tp_session_user(core);
	json_t *o = json_object();

	set_str(o, "tunnel", tunnel_name(l2tp_tunnel_user(tunnel)));
	set_int(o, "tunnel_id", l2tp_tunnel_id(tunnel));
	set_int(o, "peer_tunnel_id", l2tp_tunnel_peer_id(tunnel));
	set_int(o, "session_id", l2tp_session_id(core));
	if (l2tp_session_peer_id(core))
		set_int(o, "peer_session_id", l2tp_session_peer_id(core));
	set_addr(o, "remote", l2tp_tunnel_peer(tunnel));
	set_str(o, "kind", kind_name(l2tp_session_kind(core)));
	set_str(o, "state", l2tp_session_state_str(core));
	if (params) {
		set_str(o, "calling_number", params->calling_number);
		set_str(o, "called_number", params->called_number);
		if (params->call_serial)
			set_int(o, "call_serial", params->call_serial);
	}
	if (call)
		add_call(o, call, engine_now(e));
	return o;
}

static bool wants_session(const struct control *c, const struct l2tp_session *core)
{
	const struct call *call = l2tp_session_user(core);
	const char *user = arg(c, "user");

	if (!names(arg(c, "session"), call && call->wanted ? call->wanted->name : NULL, l2tp_session_id(core)))
		return false;
	return !user || (call && call->user && strcmp(call->user, user) == 0);
}

static json_t *idle_session_record(const struct peer_session *s, uint64_t now)
{
	json_t *o = json_object();

	set_str(o, "name", s->name);
	set_str(o, "tunnel", s->peer->name);
	set_str(o, "state", s->call ? "clearing" : s->wanted ? "connecting" :
		loop_timer_is_set(&s->redial) ? "waiting" : "idle");
	set_str(o, "ppp", s->profile ? s->profile->name : NULL);
	set_str(o, "user", s->user);
	if (loop_timer_is_set(&s->redial) && s->redial.deadline > now)
		set_int(o, "redial_in_s", (s->redial.deadline - now + 999) / 1000);
	set_str(o, "last_error", s->last_error);
	return o;
}

static void produce_idle_sessions(struct control *c)
{
	struct peer *p = next_peer(c);
	const char *session = arg(c, "session"), *user = arg(c, "user");

	if (!p) {
		finish(c, "session", session ? session : user);
		return;
	}
	if (!names(arg(c, "tunnel"), p->name, p->tunnel ? p->tunnel->id : 0))
		return;
	/* Those that the core does not have: not dialled, or over but for their pppd. */
	for (const struct peer_session *s = p->sessions; s; s = s->next)
		if ((!s->call || !s->call->core) && !s->removed && names(session, s->name, 0) &&
		    (!user || (s->user && strcmp(s->user, user) == 0)))
			emit(c, idle_session_record(s, engine_now(c->engine)), false, 0, 0);
}

static void produce_session(struct control *c)
{
	struct l2tp_tunnel *tunnel;
	struct l2tp_session *core;

	/* next_tunnel: the id + 1 of tunnels that are done; the one after is walked. */
	tunnel = l2tp_tunnel_next(c->engine->core, c->next_tunnel);
	if (!tunnel) {
		c->next_tunnel = UINT16_MAX + 1;
		produce_idle_sessions(c);
		return;
	}
	core = names(arg(c, "tunnel"), tunnel_name(l2tp_tunnel_user(tunnel)), l2tp_tunnel_id(tunnel)) ?
		l2tp_session_next(tunnel, c->next_session) : NULL;
	if (!core) {
		c->next_tunnel = (uint32_t)l2tp_tunnel_id(tunnel) + 1;
		c->next_session = 0;
		return;
	}
	c->next_session = (uint32_t)l2tp_session_id(core) + 1;
	if (wants_session(c, core)) {
		const struct call *call = l2tp_session_user(core);

		emit(c, session_record(c->engine, tunnel, core), call && call->install == INSTALL_DONE,
		     l2tp_tunnel_id(tunnel), l2tp_session_id(core));
	}
}

void show_sessions(struct control *c)
{
	start_walk(c, produce_session);
}

/* ---- the daemon ---- */

void show_config(struct control *c)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f) {
		config_print(c->engine->config, f);
		fclose(f);
	}
	control_record(c, json_pack("{s:s}", "text", text ? text : ""));
	free(text);
	control_end(c);
}

void show_status(struct control *c)
{
	const struct engine *e = c->engine;
	const struct counters *n = &e->counters;
	struct l2tp_endpoint_counters k;
	json_t *o = json_object();

	l2tp_endpoint_counters(e->core, &k);
	set_str(o, "version", L2TPD_VERSION);
	set_int(o, "pid", (uint64_t)getpid());
	set_int(o, "uptime_s", (engine_now(c->engine) - e->started_ms) / 1000);
	set_str(o, "dataplane", e->books ? "null" : "kernel");
	set_str(o, "hostname", e->config->hostname);
	set_int(o, "tunnels", k.tunnels);
	set_int(o, "half_open", k.half_open);
	set_int(o, "sessions", k.sessions);
	set_int(o, "malformed", k.malformed);
	set_int(o, "stray", k.stray + k.data);
	set_int(o, "wrong_address", k.wrong_address);
	set_int(o, "packets_in", n->packets_in);
	set_int(o, "packets_out", n->packets_out);
	set_int(o, "send_errors", n->send_errors);
	set_int(o, "tunnels_up", n->tunnels_up);
	set_int(o, "tunnels_refused", n->tunnels_refused + k.refused);
	set_int(o, "calls_up", n->calls_up);
	set_int(o, "calls_failed", n->calls_failed);
	set_int(o, "auth_ok", n->auth_ok);
	set_int(o, "auth_failed", n->auth_failed);
	for (size_t i = 0; i < e->config->ppp_n; i++) {
		struct pool_usage u = pool_usage(pools_of(c->engine, &e->config->ppp[i]));
		char key[CONFIG_NAME_MAX + 16];

		if (!e->config->ppp[i].pool.n)
			continue;
		snprintf(key, sizeof(key), "pool_%s_used", e->config->ppp[i].name);
		set_int(o, key, u.used);
		snprintf(key, sizeof(key), "pool_%s_size", e->config->ppp[i].name);
		set_int(o, key, u.size);
	}
	control_record(c, o);
	control_end(c);
}
