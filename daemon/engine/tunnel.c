/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control connections as the engine has them: who may open one, their way into
 * the data plane, and their end.
 */
#include "engine/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/version.h"

#define FIRMWARE	0x0010

void tunnel_get(struct tunnel *t)
{
	t->refs++;
}

void tunnel_put(struct tunnel *t)
{
	if (--t->refs)
		return;
	loop_timer_stop(&t->timer);
	t->garbage_next = t->engine->garbage_tunnels;
	t->engine->garbage_tunnels = t;
}

struct tunnel *tunnel_new(struct engine *e, struct l2tp_tunnel *core)
{
	struct tunnel *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->engine = e;
	t->core = core;
	t->id = l2tp_tunnel_id(core);
	t->refs = 1;
	t->next = e->tunnels;
	t->prev = &e->tunnels;
	if (t->next)
		t->next->prev = &t->next;
	e->tunnels = t;
	l2tp_tunnel_set_user(core, t);
	return t;
}

const char *tunnel_describe(const struct tunnel *t, char *buf, size_t size)
{
	char peer[ADDR_STRLEN] = "?";
	const char *host = "";

	if (t->core) {
		addr_format_port(l2tp_tunnel_peer(t->core), peer);
		host = l2tp_tunnel_peer_info(t->core)->hostname;
	}
	snprintf(buf, size, "tunnel %u (%s%s%s)", t->id, host, host[0] ? ", " : "", peer);
	return buf;
}

static void on_timer(struct loop_timer *timer)
{
	struct tunnel *t = container_of(timer, struct tunnel, timer);

	if (!t->core)
		return;
	l2tp_tunnel_timeout(t->core, engine_now(t->engine));
	engine_settle(t->engine);
}

void tunnel_set_timer(struct tunnel *t)
{
	uint64_t deadline = t->core ? l2tp_tunnel_deadline(t->core) : L2TP_NEVER;

	if (deadline == L2TP_NEVER)
		loop_timer_stop(&t->timer);
	else
		loop_timer_set(t->engine->loop, &t->timer, deadline, on_timer);
}

static void copy_name(char out[L2TP_NAME_MAX], const char *text)
{
	snprintf(out, L2TP_NAME_MAX, "%s", text);
}

void tunnel_config_fill(struct engine *e, struct l2tp_tunnel_config *out,
			const struct config_tunnel *cfg, const struct secret *secret)
{
	*out = (struct l2tp_tunnel_config){
		.firmware = FIRMWARE, .framing = 3, .bearer = 0,
		.challenge = cfg->challenge && secret_is_set(secret),
		.hide = cfg->hide && secret_is_set(secret),
		.receive_window = cfg->receive_window,
		.hello_interval = cfg->hello_ms ? cfg->hello_ms : L2TP_OFF, .retransmit = cfg->retransmit_ms,
		.retransmit_cap = cfg->retransmit_cap_ms, .retransmit_tries = cfg->retransmit_tries,
		.setup_timeout = cfg->setup_ms, .idle_timeout = cfg->idle_ms,
		.max_sessions = cfg->max_sessions,
	};
	out->secret = *secret;
	copy_name(out->hostname, cfg->hostname ? cfg->hostname : e->config->hostname);
	copy_name(out->vendor_name, "l2tpd " L2TPD_VERSION);
}

void tunnel_join_peer(struct tunnel *t, struct peer *p)
{
	t->peer = p;
	t->holds_peer = true;
	peer_hold(p);
}

void tunnel_leave_peer(struct tunnel *t)
{
	struct peer *p = t->peer;

	t->peer = NULL;
	if (t->holds_peer)
		peer_release(p);
	t->holds_peer = false;
}

/* ---- responder ---- */

void tunnel_reject(struct tunnel *t)
{
	if (t->core && !t->down)
		l2tp_tunnel_reject(t->core, engine_now(t->engine), &t->cause);
}

void tunnel_accept(struct tunnel *t)
{
	struct l2tp_tunnel_config cfg;
	char what[160];
	size_t i;

	if (!t->core || t->down)
		return;
	/* Only an established tunnel keeps another out: an SCCRQ alone proves nothing. */
	if (tunnel_is_udp(t) &&
	    path_is_established(t->engine, l2tp_tunnel_local(t->core), l2tp_tunnel_peer(t->core))) {
		t->cause = cause_make(L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES,
				      "there is a tunnel from this address and port already");
		if (engine_may_log(t->engine))
			log_warn("%s: refused for now: %s, and this kernel cannot tell two apart",
				 tunnel_describe(t, what, sizeof(what)), t->cause.text);
		tunnel_reject(t);
		return;
	}
	if (t->peer) {
		lcce_config_fill(t->engine, &cfg, t->peer);
	} else {
		i = (size_t)(t->lns - t->engine->config->lns);
		tunnel_config_fill(t->engine, &cfg, &t->lns->tunnel, &t->engine->lns_secrets[i]);
		lns_config_fill_v3(t->engine, &cfg);
	}
	l2tp_tunnel_accept(t->core, engine_now(t->engine), &cfg);
	secret_clear(&cfg.secret);
	secret_clear(&cfg.old_secret);
}

static bool lns_is_full(struct engine *e, const struct config_lns *lns)
{
	return lns->max_tunnels && e->lns_tunnels[lns - e->config->lns] >= lns->max_tunnels;
}

static void do_reject(void *arg)
{
	tunnel_reject(arg);
}

static void do_accept(void *arg)
{
	tunnel_accept(arg);
}

/*
 * Over IP the kernel hands a message to the socket that is bound to its id (l2tp_ip_recv): our
 * SCCRP makes the peer use it, so that the socket comes first.
 */
static void do_ask_socket(void *arg)
{
	struct tunnel *t = arg;

	if (!t->core || t->down || tunnel_ask_socket(t) == 0)
		return;
	t->cause = cause_make(L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES, "no socket");
	tunnel_reject(t);
}

static void refuse_clear(struct tunnel *t, const char *why)
{
	char what[160];

	t->cause = cause_make(L2TP_STOPCCN_NOT_AUTHORIZED, 0, "IPsec is required");
	t->engine->counters.tunnels_refused++;
	if (engine_may_log(t->engine))
		log_warn("%s: refused: IPsec is required: %s", tunnel_describe(t, what, sizeof(what)), why);
	tunnel_reject(t);
}

static void on_ipsec(void *arg, const struct ipsec_report *r)
{
	struct tunnel *t = arg;

	if (t->core && !t->down && r->cover != IPSEC_PROTECTED) {
		refuse_clear(t, r->why);
	} else if (t->core && !t->down) {
		/* its socket comes before the answer, and with it the kernel's policy */
		ipsec_watch(t, r->child.reqid);
		do_ask_socket(t);
	}
	engine_settle(t->engine);
	tunnel_put(t);
}

/* The SCCRQ itself may have come in clear: whether there are SAs is asked, and nothing else counts. */
static void do_ask_ipsec(void *arg)
{
	struct tunnel *t = arg;
	struct ipsec_flow flow;

	if (!t->core || t->down)
		return;
	flow = ipsec_flow_of(l2tp_tunnel_local(t->core), l2tp_tunnel_peer(t->core));
	if (ipsec_ask(t->engine, &flow, NULL, on_ipsec, t))
		refuse_clear(t, "the aaa process, which asks strongSwan, is not there");
	else
		tunnel_get(t);
}

void tunnel_on_request(struct engine *e, struct l2tp_tunnel *core)
{
	const struct l2tp_tunnel_peer_info *info = l2tp_tunnel_peer_info(core);
	struct peer *lcce = lcce_find(e, core);
	const struct config_lns *lns = lcce ? NULL : config_lns_match(e->config, l2tp_tunnel_peer(core),
								      info->hostname);
	struct tunnel *t = tunnel_new(e, core);
	char what[160];

	if (!t)
		return;		/* the core's setup timer ends it */
	tunnel_describe(t, what, sizeof(what));
	if (e->stopping)
		t->cause = cause_make(L2TP_STOPCCN_SHUTDOWN, 0, "l2tpd stops");
	else if (!lns && !lcce)
		t->cause = cause_make(L2TP_STOPCCN_NOT_AUTHORIZED, 0,
				      "no lns or lcce section takes this address and host name");
	else if (lns && lns_is_full(e, lns))
		t->cause = cause_make(L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES, "the limit of tunnels is reached");
	if (t->cause.result) {
		e->counters.tunnels_refused++;
		if (engine_may_log(e))
			log_warn("%s: refused: %s", what, t->cause.text);
		engine_defer(e, do_reject, t);
		return;
	}
	if (lcce) {
		tunnel_join_peer(t, lcce);
		log_debug("%s: SCCRQ taken by lcce \"%s\"", what, lcce->name);
	} else {
		t->lns = lns;
		e->lns_tunnels[lns - e->config->lns]++;
		log_debug("%s: SCCRQ taken by lns \"%s\"", what, lns->name);
	}
	if (ipsec_is_required(t->peer))
		engine_defer(e, do_ask_ipsec, t);
	else
		engine_defer(e, tunnel_is_udp(t) || e->books ? do_accept : do_ask_socket, t);
}

static void do_install(void *arg)
{
	struct tunnel *t = arg;

	if (t->core && !t->down)
		tunnel_install(t);
}

void tunnel_on_up(struct tunnel *t)
{
	char what[160];

	t->up = true;
	t->engine->counters.tunnels_up++;
	if (t->peer || engine_may_log(t->engine))
		log_info("%s: established, peer's id %u", tunnel_describe(t, what, sizeof(what)),
			 l2tp_tunnel_peer_id(t->core));
	/* Deferred: its outcome speaks to the core. */
	engine_defer(t->engine, do_install, t);
}

static void ignore(void *arg, int result, struct ipc_message *m)
{
	(void)m;
	if (result)
		log_debug("tunnel %u: already gone: %s", (unsigned int)(uintptr_t)arg, strerror(-result));
}

static void ask(struct tunnel *t, enum monitor_message type)
{
	struct monitor_tunnel_id body = { .tunnel_id = t->id };

	/* With books, the monitor has made the sockets of those that we opened. */
	if (!t->engine->books || (type == MONITOR_SOCKET_CLOSE && t->sock))
		channel_request(&t->engine->monitor, (uint16_t)type, &body, sizeof(body), NULL, 0,
				ignore, (void *)(uintptr_t)t->id);
}

void tunnel_on_down(struct tunnel *t, const struct l2tp_effect *x)
{
	char what[160], why[256];

	if (t->down)
		return;
	t->down = true;
	ipsec_unwatch(t);
	path_release(t);
	/* Silence has no code. */
	if (x->cause.result)
		l2tp_cause_format(&x->cause, L2TP_STOPCCN, why, sizeof(why));
	else
		snprintf(why, sizeof(why), "%s", x->cause.text);
	tunnel_describe(t, what, sizeof(what));
	if (t->peer || (t->up && engine_may_log(t->engine)))
		log_info("%s: closed by %s: %s", what, x->by_peer ? "the peer" : "us", why);
	if (t->install == INSTALL_DONE && t->engine->books)
		t->engine->books->ops->tunnel_del(t->engine->books, t->id);
	else if (t->install == INSTALL_DONE || t->install == INSTALL_BUSY)
		ask(t, MONITOR_TUNNEL_DEL);
	if (t->lns)
		t->engine->lns_tunnels[t->lns - t->engine->config->lns]--;
	if (t->peer) {
		struct peer *p = t->peer;

		tunnel_leave_peer(t);
		/* one that never was its peer's connection, or is no longer, is no loss to it */
		if (p->tunnel == t)
			peer_tunnel_down(p, why);
	}
}

void tunnel_on_free(struct tunnel *t)
{
	loop_timer_stop(&t->timer);
	if (t->sock || t->install != INSTALL_NONE)
		ask(t, MONITOR_SOCKET_CLOSE);
	/* The core's memory goes with the next call into it. */
	l2tp_tunnel_set_user(t->core, NULL);
	t->core = NULL;
	*t->prev = t->next;
	if (t->next)
		t->next->prev = t->prev;
	sock_free(t->sock);
	t->sock = NULL;
	tunnel_put(t);
}

/* ---- closing ---- */

static void do_close(void *arg)
{
	struct tunnel *t = arg;

	if (t->core && !t->down)
		l2tp_tunnel_close(t->core, engine_now(t->engine), &t->cause);
}

void tunnel_close(struct tunnel *t, const struct l2tp_cause *cause)
{
	const struct l2tp_cause cdn = cause_make(L2TP_CDN_ADMINISTRATIVE, 0, "%s", cause->text);

	if (t->down || t->closing)
		return;
	t->closing = true;
	t->cause = *cause;
	for (struct call *c = t->calls, *next; c; c = next) {
		next = c->next;
		call_close(c, &cdn);
	}
	if (!t->calls)
		engine_defer(t->engine, do_close, t);
}

void tunnel_drop(struct tunnel *t, const struct l2tp_cause *cause)
{
	if (t->down)
		return;
	t->closing = true;
	t->cause = *cause;
	engine_defer(t->engine, do_close, t);
}

void tunnel_call_gone(struct tunnel *t)
{
	if (t->closing && !t->calls && !t->down)
		engine_defer(t->engine, do_close, t);
}
