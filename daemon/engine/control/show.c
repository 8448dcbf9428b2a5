/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show tunnels, show config and show status. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/control/commands.h"
#include "engine/control/family.h"
#include "engine/control/protection.h"
#include "engine/control/config_file.h"
#include "engine/control/record.h"
#include "engine/control/reply.h"
#include "engine/control/stats.h"
#include "engine/control/walk.h"
#include "engine/engine.h"
#include "engine/kernel.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/trouble.h"
#include "engine/l2tp/tunnel.h"
#include "engine/peers/peer.h"
#include "engine/service/lns.h"
#include "lib/version.h"

/* ---- tunnels ---- */

static void add_counters(json_t *o, const struct l2tp_tunnel *core,
			 uint64_t now)
{
	struct l2tp_tunnel_counters n;

	l2tp_tunnel_counters(core, &n);
	record_number(o, "sessions", n.sessions);
	if (n.established_ms)
		record_number(o, "uptime_s", (now - n.established_ms) / 1000);
	if (n.last_heard_ms)
		record_number(o, "silent_s", (now - n.last_heard_ms) / 1000);
	record_number(o, "ns", n.ns);
	record_number(o, "nr", n.nr);
	record_number(o, "window", n.congestion_window);
	record_number(o, "unacknowledged", n.unacknowledged);
	record_number(o, "queued", n.queued);
	record_number(o, "sent", n.sent);
	record_number(o, "received", n.received);
	record_number(o, "retransmitted", n.retransmitted);
	record_number(o, "duplicates", n.duplicates);
	record_number(o, "out_of_order", n.out_of_order);
	record_number(o, "dropped", n.dropped);
}

/* Why it is not up: now, or at the attempt before this one. */
static const char *tunnel_trouble(const struct tunnel *t, char *buf,
				  size_t size)
{
	const struct peer *p = t ? peer_of(t) : NULL;

	if (!t || !trouble_of(t, buf, size)[0])
		return p && !t->up ? p->last_error : NULL;
	return buf;
}

static json_t *tunnel_record(struct engine *e, struct l2tp_tunnel *core)
{
	const struct tunnel *t = l2tp_tunnel_user(core);
	const struct l2tp_tunnel_peer_info *info = l2tp_tunnel_peer_info(core);
	json_t *o = json_object();
	char trouble[TROUBLE_MAX];

	record_text(o, "tunnel", t ? tunnel_name(t) : NULL);
	record_text(o, "role", t && t->owner ? t->owner->role : "lac");
	record_text(o, "lns", t && lns_of(t) ? lns_of(t)->name : NULL);
	record_text(o, "state", l2tp_tunnel_state_str(core));
	json_object_set_new(o, "initiator",
			    json_boolean(l2tp_tunnel_is_initiator(core)));
	record_number(o, "tunnel_id", l2tp_tunnel_id(core));
	if (l2tp_tunnel_peer_id(core))
		record_number(o, "peer_tunnel_id", l2tp_tunnel_peer_id(core));
	record_address(o, "local", l2tp_tunnel_local(core));
	record_address(o, "remote", l2tp_tunnel_peer(core));
	record_text(o, "peer_hostname", info->hostname);
	record_text(o, "peer_vendor", info->vendor_name);
	if (info->firmware)
		record_number(o, "peer_firmware", info->firmware);
	if (info->receive_window)
		record_number(o, "peer_window", info->receive_window);
	record_number(o, "version", l2tp_tunnel_version(core));
	record_text(o, "encap", l2tp_tunnel_peer(core)->port ? "udp" : "ip");
	if (info->router_id)
		record_ipv4(o, "peer_router_id", htonl(info->router_id));
	if (info->authenticated)
		record_text(o, "digest",
			    info->digest == L2TP_DIGEST_MD5 ? "hmac-md5" :
							      "hmac-sha1");
	if (info->old_secret)
		json_object_set_new(o, "old_secret", json_true());
	record_text(o, "last_error",
		    tunnel_trouble(t, trouble, sizeof(trouble)));
	add_counters(o, core, engine_now(e));
	return o;
}

static json_t *idle_peer_record(const struct peer *p)
{
	static const char *const states[] = {
		[PEER_IDLE] = "idle",	    [PEER_RESOLVING] = "resolving",
		[PEER_OPENING] = "opening", [PEER_CONNECTING] = "connecting",
		[PEER_UP] = "established",
	};
	json_t *o = json_object();

	record_text(o, "tunnel", p->name);
	record_text(o, "role", peer_kind(p));
	record_text(o, "state", p->disabled ? "disabled" : states[p->state]);
	record_text(o, "remote_name", p->server);
	record_number(o, "sessions", 0);
	record_text(o, "last_error", p->last_error);
	return o;
}

/* The tunnel may be gone by now; its record is not. */
static void on_protection(struct control *c)
{
	const struct tunnel *t =
		tunnel_find(c->engine, (uint32_t)(c->next_tunnel - 1));
	json_t *record = json_incref(c->record);

	if (c->over) {
		json_decref(record);
		control_send_waiting(c);
		return;
	}
	json_decref(c->record);
	c->record = NULL;
	stats_emit(c, record, t, NULL);
	if (!c->waiting)
		control_resume(c);
	turn_settle(&c->engine->turn);
}

/* Of one tunnel all is told. */
static void emit_tunnel(struct control *c, struct l2tp_tunnel *core)
{
	const struct tunnel *t = l2tp_tunnel_user(core);
	json_t *record = tunnel_record(c->engine, core);

	c->record = record;
	if (t && t->core && control_arg(c, "tunnel")) {
		protection_of(c, t);
		if (protection_ask(c, on_protection))
			return;
	}
	c->record = NULL;
	stats_emit(c, record, t, NULL);
}

static void produce_tunnel(struct control *c)
{
	const char *wanted = control_arg(c, "tunnel");
	struct l2tp_tunnel *core =
		c->tunnels_done ?
			NULL :
			l2tp_tunnel_next(c->engine->l2tp->core, c->next_tunnel);
	struct peer *p;

	if (core) {
		const struct tunnel *t = l2tp_tunnel_user(core);

		c->next_tunnel = (uint64_t)l2tp_tunnel_id(core) + 1;
		if (walk_wants(wanted, t ? tunnel_name(t) : NULL,
			       l2tp_tunnel_id(core)))
			emit_tunnel(c, core);
		return;
	}
	c->tunnels_done = true;
	p = walk_peer(c);
	if (!p && wanted && !c->found)
		family_no_tunnel(c, wanted, "", "show static");
	else if (!p)
		walk_finish(c, "tunnel", wanted);
	else if (!p->tunnel && !p->removed && walk_wants(wanted, p->name, 0))
		stats_emit(c, idle_peer_record(p), NULL, NULL);
}

void show_tunnels(struct control *c)
{
	walk_start(c, produce_tunnel);
}

/* ---- the daemon ---- */

void show_config(struct control *c)
{
	char *text = config_print_text(c->engine->config);

	config_file_send(c, json_pack("{s:s}", "text", text ? text : ""));
	free(text);
}

void show_status(struct control *c)
{
	const struct engine *e = c->engine;
	const struct counters *n = &e->counters;
	struct l2tp_endpoint_counters k;
	json_t *o = json_object();

	l2tp_endpoint_counters(e->l2tp->core, &k);
	record_text(o, "l2tpd_version", L2TPD_VERSION);
	record_number(o, "schema", CONTROL_SCHEMA);
	record_number(o, "pid", (uint64_t)getpid());
	record_number(o, "uptime_s",
		      (engine_now(c->engine) - e->started_ms) / 1000);
	record_text(o, "dataplane", kernel_name(e));
	record_text(o, "hostname", e->config->hostname);
	record_number(o, "tunnels", k.tunnels);
	record_number(o, "half_open", k.half_open);
	record_number(o, "half_open_dropped", k.displaced);
	record_number(o, "sessions", k.sessions);
	record_number(o, "calls_in_setup", lns_calls_in_setup(e));
	record_number(o, "sessions_most", e->sessions_most);
	record_number(o, "malformed", k.malformed);
	record_number(o, "stray", k.stray + k.data);
	record_number(o, "wrong_address", k.wrong_address);
	record_number(o, "bad_digest", k.bad_digest);
	record_number(o, "wrong_version", k.wrong_version);
	record_number(o, "packets_in", n->packets_in);
	record_number(o, "packets_out", n->packets_out);
	record_number(o, "send_errors", n->send_errors);
	record_number(o, "tunnels_up", n->tunnels_up);
	record_number(o, "tunnels_refused", n->tunnels_refused + k.refused);
	record_number(o, "calls_up", n->calls_up);
	record_number(o, "calls_failed", n->calls_failed + k.calls_refused);
	record_number(o, "logs_suppressed", n->logs_suppressed);
	record_number(o, "auth_ok", n->auth_ok);
	record_number(o, "auth_failed", n->auth_failed);
	record_number(o, "auth_unavailable", n->auth_unavailable);
	record_number(o, "calls_refused", n->calls_refused);
	config_file_send(c, o);
}
