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

void show_text(json_t *o, const char *key, const char *text)
{
	if (text && text[0])
		json_object_set_new(o, key, control_text(text));
}

void show_number(json_t *o, const char *key, uint64_t value)
{
	json_object_set_new(o, key, json_integer((json_int_t)value));
}

static void set_addr(json_t *o, const char *key, const struct addr *a)
{
	char text[ADDR_STRLEN];

	if (addr_is_set(a))
		show_text(o, key, addr_format_port(a, text));
}

void show_ipv4(json_t *o, const char *key, uint32_t network_order)
{
	char text[INET_ADDRSTRLEN];

	if (network_order)
		show_text(o, key, inet_ntop(AF_INET, &network_order, text, sizeof(text)));
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

const char *show_arg(const struct control *c, const char *key)
{
	return json_string_value(json_object_get(c->args, key));
}

/* ---- statistics ---- */

static void add_stats(json_t *o, const struct dp_stats *s)
{
	show_number(o, "rx_packets", s->rx_packets);
	show_number(o, "rx_bytes", s->rx_bytes);
	show_number(o, "rx_errors", s->rx_errors);
	show_number(o, "tx_packets", s->tx_packets);
	show_number(o, "tx_bytes", s->tx_bytes);
	show_number(o, "tx_errors", s->tx_errors);
	if (s->rx_cookie_discards)
		show_number(o, "rx_cookie_discards", s->rx_cookie_discards);
	if (s->rx_seq_discards)
		show_number(o, "rx_seq_discards", s->rx_seq_discards);
	if (s->rx_oos)
		show_number(o, "rx_out_of_order", s->rx_oos);
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
	struct monitor_tunnel_id tunnel = { tunnel_id };
	struct monitor_link session = { link_of_ids(tunnel_id, session_id) };

	c->found++;
	if (!installed || c->engine->books || !json_is_true(json_object_get(c->args, "stats"))) {
		control_record(c, o);
		return;
	}
	c->record = o;
	c->waiting = channel_request(&c->engine->monitor,
				     session_id ? MONITOR_SESSION_STATS : MONITOR_TUNNEL_STATS,
				     session_id ? (void *)&session : (void *)&tunnel,
				     session_id ? sizeof(session) : sizeof(tunnel), NULL, 0, on_stats, c) == 0;
	if (!c->waiting) {
		c->record = NULL;
		control_record(c, o);
	}
}

void show_finish(struct control *c, const char *what, const char *wanted)
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
	show_number(o, "sessions", n.sessions);
	if (n.established_ms)
		show_number(o, "uptime_s", (now - n.established_ms) / 1000);
	if (n.last_heard_ms)
		show_number(o, "idle_s", (now - n.last_heard_ms) / 1000);
	show_number(o, "ns", n.ns);
	show_number(o, "nr", n.nr);
	show_number(o, "window", n.congestion_window);
	show_number(o, "unacknowledged", n.unacknowledged);
	show_number(o, "queued", n.queued);
	show_number(o, "sent", n.sent);
	show_number(o, "received", n.received);
	show_number(o, "retransmitted", n.retransmitted);
	show_number(o, "duplicates", n.duplicates);
	show_number(o, "out_of_order", n.out_of_order);
	show_number(o, "dropped", n.dropped);
}

static json_t *tunnel_record(struct engine *e, struct l2tp_tunnel *core)
{
	const struct tunnel *t = l2tp_tunnel_user(core);
	const struct l2tp_tunnel_peer_info *info = l2tp_tunnel_peer_info(core);
	json_t *o = json_object();

	show_text(o, "name", tunnel_name(t));
	show_text(o, "role", t && t->lns ? "lns" : t && t->peer && t->peer->lcce ? "lcce" : "lac");
	show_text(o, "profile", t && t->lns ? t->lns->name : NULL);
	show_text(o, "state", l2tp_tunnel_state_str(core));
	json_object_set_new(o, "initiator", json_boolean(l2tp_tunnel_is_initiator(core)));
	show_number(o, "tunnel_id", l2tp_tunnel_id(core));
	if (l2tp_tunnel_peer_id(core))
		show_number(o, "peer_tunnel_id", l2tp_tunnel_peer_id(core));
	set_addr(o, "local", l2tp_tunnel_local(core));
	set_addr(o, "remote", l2tp_tunnel_peer(core));
	show_text(o, "peer_hostname", info->hostname);
	show_text(o, "peer_vendor", info->vendor_name);
	if (info->firmware)
		show_number(o, "peer_firmware", info->firmware);
	if (info->receive_window)
		show_number(o, "peer_window", info->receive_window);
	show_number(o, "version", l2tp_tunnel_version(core));
	show_text(o, "encap", l2tp_tunnel_peer(core)->port ? "udp" : "ip");
	if (info->router_id)
		show_ipv4(o, "peer_router_id", htonl(info->router_id));
	if (info->authenticated)
		show_text(o, "digest", info->digest == L2TP_DIGEST_MD5 ? "hmac-md5" : "hmac-sha1");
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

	show_text(o, "name", p->name);
	show_text(o, "role", peer_kind(p));
	show_text(o, "state", states[p->state]);
	show_text(o, "remote", p->server);
	show_number(o, "sessions", 0);
	show_text(o, "last_error", p->last_error);
	return o;
}

static void produce_tunnel(struct control *c)
{
	const char *wanted = show_arg(c, "tunnel");
	struct l2tp_tunnel *core = c->tunnels_done ? NULL : l2tp_tunnel_next(c->engine->core, c->next_tunnel);
	struct peer *p;

	if (core) {
		const struct tunnel *t = l2tp_tunnel_user(core);

		c->next_tunnel = (uint64_t)l2tp_tunnel_id(core) + 1;
		if (names(wanted, tunnel_name(t), l2tp_tunnel_id(core)))
			emit(c, tunnel_record(c->engine, core), t && t->install == INSTALL_DONE,
			     l2tp_tunnel_id(core), 0);
		return;
	}
	c->tunnels_done = true;
	p = next_peer(c);
	if (!p)
		show_finish(c, "tunnel", wanted);
	else if (!p->tunnel && !p->removed && names(wanted, p->name, 0))
		emit(c, idle_peer_record(p), false, 0, 0);
}

void show_start(struct control *c, void (*produce)(struct control *))
{
	c->next_tunnel = c->next_session = 0;
	c->tunnels_done = false;
	c->walked_peers = 0;
	c->found = 0;
	c->produce = produce;
}

void show_tunnels(struct control *c)
{
	show_start(c, produce_tunnel);
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
	show_text(o, "name", call->wanted ? call->wanted->name : NULL);
	show_text(o, "ppp", call->profile ? call->profile->name : NULL);
	show_text(o, "ppp_state", ppp_phase_name(call));
	show_text(o, "user", call->user);
	show_text(o, "ifname", call->ifname);
	show_ipv4(o, "local_ipv4", call->local_ipv4);
	show_ipv4(o, "remote_ipv4", call->remote_ipv4);
	if (call->pid)
		show_number(o, "pid", (uint64_t)call->pid);
	if (call->up_ms)
		show_number(o, "uptime_s", (now - call->up_ms) / 1000);
	if (call->subscriber)
		show_encryption_and_time(o, call->subscriber, now);
}

static const char *pseudowire_name(uint16_t type)
{
	return type == L2TP_PW_ETHERNET ? "ethernet" : type == L2TP_PW_VLAN ? "vlan" : "ppp";
}

static void add_pseudowire(json_t *o, const struct call *call)
{
	const struct pseudowire *w = call->pw;

	show_text(o, "pseudowire", pseudowire_name(w->type));
	show_text(o, "circuit", w->circuit_up ? "active" : "inactive");
	show_text(o, "peer_circuit", w->peer_up ? "active" : "inactive");
	show_number(o, "cookie_length", w->cookie_len);
	show_number(o, "peer_cookie_length", w->peer_cookie_len);
	json_object_set_new(o, "sublayer", json_boolean(w->sublayer));
}

static json_t *session_record(struct engine *e, struct l2tp_tunnel *tunnel, struct l2tp_session *core)
{
	const struct l2tp_call_params *params = l2tp_session_peer_params(core);
	const struct call *call = l2tp_session_user(core);
	json_t *o = json_object();

	show_text(o, "tunnel", tunnel_name(l2tp_tunnel_user(tunnel)));
	show_number(o, "tunnel_id", l2tp_tunnel_id(tunnel));
	show_number(o, "peer_tunnel_id", l2tp_tunnel_peer_id(tunnel));
	show_number(o, "session_id", l2tp_session_id(core));
	if (l2tp_session_peer_id(core))
		show_number(o, "peer_session_id", l2tp_session_peer_id(core));
	set_addr(o, "remote", l2tp_tunnel_peer(tunnel));
	show_text(o, "kind", kind_name(l2tp_session_kind(core)));
	show_text(o, "state", l2tp_session_state_str(core));
	if (params) {
		show_text(o, "calling_number", params->calling_number);
		show_text(o, "called_number", params->called_number);
		if (params->call_serial)
			show_number(o, "call_serial", params->call_serial);
	}
	if (call && call->pw)
		add_pseudowire(o, call);
	if (call)
		add_call(o, call, engine_now(e));
	return o;
}

static bool wants_session(const struct control *c, const struct l2tp_session *core)
{
	const struct call *call = l2tp_session_user(core);
	const char *user = show_arg(c, "user");

	if (!names(show_arg(c, "session"), call && call->wanted ? call->wanted->name : NULL, l2tp_session_id(core)))
		return false;
	return !user || (call && call->user && strcmp(call->user, user) == 0);
}

static json_t *idle_session_record(const struct peer_session *s, uint64_t now)
{
	json_t *o = json_object();

	show_text(o, "name", s->name);
	show_text(o, "tunnel", s->peer->name);
	show_text(o, "state", s->call ? "clearing" : s->wanted ? "connecting" :
		loop_timer_is_set(&s->redial) ? "waiting" : "idle");
	show_text(o, "ppp", s->profile ? s->profile->name : NULL);
	show_text(o, "user", s->user);
	if (loop_timer_is_set(&s->redial) && s->redial.deadline > now)
		show_number(o, "redial_in_s", (s->redial.deadline - now + 999) / 1000);
	show_text(o, "last_error", s->last_error);
	return o;
}

static void produce_idle_sessions(struct control *c)
{
	struct peer *p = next_peer(c);
	const char *session = show_arg(c, "session"), *user = show_arg(c, "user");

	if (!p) {
		show_finish(c, "session", session ? session : user);
		return;
	}
	if (!names(show_arg(c, "tunnel"), p->name, p->tunnel ? p->tunnel->id : 0))
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
	tunnel = c->tunnels_done ? NULL : l2tp_tunnel_next(c->engine->core, c->next_tunnel);
	if (!tunnel) {
		c->tunnels_done = true;
		produce_idle_sessions(c);
		return;
	}
	core = names(show_arg(c, "tunnel"), tunnel_name(l2tp_tunnel_user(tunnel)), l2tp_tunnel_id(tunnel)) ?
		l2tp_session_next(tunnel, c->next_session) : NULL;
	if (!core) {
		c->next_tunnel = (uint64_t)l2tp_tunnel_id(tunnel) + 1;
		c->next_session = 0;
		return;
	}
	c->next_session = (uint64_t)l2tp_session_id(core) + 1;
	if (wants_session(c, core)) {
		const struct call *call = l2tp_session_user(core);

		emit(c, session_record(c->engine, tunnel, core), call && call->install == INSTALL_DONE,
		     l2tp_tunnel_id(tunnel), l2tp_session_id(core));
	}
}

void show_sessions(struct control *c)
{
	show_start(c, produce_session);
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
	show_text(o, "version", L2TPD_VERSION);
	show_number(o, "pid", (uint64_t)getpid());
	show_number(o, "uptime_s", (engine_now(c->engine) - e->started_ms) / 1000);
	show_text(o, "dataplane", e->books ? "null" : "kernel");
	show_text(o, "hostname", e->config->hostname);
	show_number(o, "tunnels", k.tunnels);
	show_number(o, "half_open", k.half_open);
	show_number(o, "sessions", k.sessions);
	show_number(o, "malformed", k.malformed);
	show_number(o, "stray", k.stray + k.data);
	show_number(o, "wrong_address", k.wrong_address);
	show_number(o, "bad_digest", k.bad_digest);
	show_number(o, "wrong_version", k.wrong_version);
	show_number(o, "packets_in", n->packets_in);
	show_number(o, "packets_out", n->packets_out);
	show_number(o, "send_errors", n->send_errors);
	show_number(o, "tunnels_up", n->tunnels_up);
	show_number(o, "tunnels_refused", n->tunnels_refused + k.refused);
	show_number(o, "calls_up", n->calls_up);
	show_number(o, "calls_failed", n->calls_failed);
	show_number(o, "auth_ok", n->auth_ok);
	show_number(o, "auth_failed", n->auth_failed);
	for (size_t i = 0; i < e->config->ppp_n; i++) {
		struct pool_usage u = pool_usage(pools_of(c->engine, &e->config->ppp[i]));
		char key[CONFIG_NAME_MAX + 16];

		if (!e->config->ppp[i].pool.n)
			continue;
		snprintf(key, sizeof(key), "pool_%s_used", e->config->ppp[i].name);
		show_number(o, key, u.used);
		snprintf(key, sizeof(key), "pool_%s_size", e->config->ppp[i].name);
		show_number(o, key, u.size);
	}
	control_record(c, o);
	control_end(c);
}
