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

/* Result codes of a StopCCN, RFC 2661 section 4.4.2. */
enum { STOP_CLEAR = 1, STOP_GENERAL = 2, STOP_NOT_AUTHORIZED = 4, STOP_SHUTTING_DOWN = 6 };
enum { ERROR_RESOURCES = 4 };
/* And of a CDN. */
enum { CDN_ADMIN = 3 };

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

/* ---- responder ---- */

static void do_reject(void *arg)
{
	struct tunnel *t = arg;

	if (t->core && !t->down)
		l2tp_tunnel_reject(t->core, engine_now(t->engine), &t->cause);
}

static void do_accept(void *arg)
{
	struct tunnel *t = arg;
	struct l2tp_tunnel_config cfg;
	char what[160];
	size_t i;

	if (!t->core || t->down)
		return;
	/* Only an established tunnel keeps another out: an SCCRQ alone proves nothing. */
	if (path_is_taken(t->engine, l2tp_tunnel_local(t->core), l2tp_tunnel_peer(t->core))) {
		t->cause = cause_make(STOP_GENERAL, ERROR_RESOURCES,
				      "there is a tunnel from this address and port already");
		if (engine_may_log(t->engine))
			log_warn("%s: refused for now: %s, and this kernel cannot tell two apart",
				 tunnel_describe(t, what, sizeof(what)), t->cause.text);
		do_reject(t);
		return;
	}
	i = (size_t)(t->lns - t->engine->config->lns);
	tunnel_config_fill(t->engine, &cfg, &t->lns->tunnel, &t->engine->lns_secrets[i]);
	l2tp_tunnel_accept(t->core, engine_now(t->engine), &cfg);
	secret_clear(&cfg.secret);
}

static bool lns_is_full(struct engine *e, const struct config_lns *lns)
{
	return lns->max_tunnels && e->lns_tunnels[lns - e->config->lns] >= lns->max_tunnels;
}

void tunnel_on_request(struct engine *e, struct l2tp_tunnel *core)
{
	const struct l2tp_tunnel_peer_info *info = l2tp_tunnel_peer_info(core);
	const struct config_lns *lns = config_lns_match(e->config, l2tp_tunnel_peer(core), info->hostname);
	struct tunnel *t = tunnel_new(e, core);
	char what[160];

	if (!t)
		return;		/* the core's setup timer ends it */
	tunnel_describe(t, what, sizeof(what));
	if (e->stopping)
		t->cause = cause_make(STOP_SHUTTING_DOWN, 0, "l2tpd stops");
	else if (!lns)
		t->cause = cause_make(STOP_NOT_AUTHORIZED, 0, "no lns section takes this address and host name");
	else if (lns_is_full(e, lns))
		t->cause = cause_make(STOP_GENERAL, ERROR_RESOURCES, "the limit of tunnels is reached");
	if (t->cause.result) {
		e->counters.tunnels_refused++;
		if (engine_may_log(e))
			log_warn("%s: refused: %s", what, t->cause.text);
		engine_defer(e, do_reject, t);
		return;
	}
	t->lns = lns;
	e->lns_tunnels[lns - e->config->lns]++;
	log_debug("%s: SCCRQ taken by lns \"%s\"", what, lns->name);
	engine_defer(e, do_accept, t);
}

/* ---- the data plane ---- */

static void installed(struct tunnel *t, int err)
{
	struct l2tp_cause cause;
	char what[160];

	t->install = err ? INSTALL_FAILED : INSTALL_DONE;
	if (t->down || !t->core)
		return;
	if (err) {
		log_error("%s: the kernel did not take it: %s", tunnel_describe(t, what, sizeof(what)),
			  err == -EEXIST ? "another tunnel has its id" :
			  err == -EADDRINUSE ? "another tunnel has the same addresses and ports" :
			  strerror(-err));
		cause = cause_make(STOP_GENERAL, ERROR_RESOURCES, "the data plane did not take the tunnel");
		l2tp_tunnel_close(t->core, engine_now(t->engine), &cause);
		engine_settle(t->engine);
		return;
	}
	for (struct call *c = t->calls, *next; c; c = next) {
		next = c->next;
		call_tunnel_installed(c);
	}
	if (t->peer)
		peer_tunnel_up(t->peer);
	engine_settle(t->engine);
}

static void on_added(void *arg, int result, struct ipc_message *m)
{
	struct tunnel *t = arg;

	(void)m;
	installed(t, result);
	tunnel_put(t);
}

static void add_tunnel(struct tunnel *t)
{
	struct monitor_tunnel body = {
		.version = 2, .encap = DP_ENCAP_UDP, .tunnel_id = t->id,
		.peer_tunnel_id = l2tp_tunnel_peer_id(t->core),
	};
	int err = channel_request(&t->engine->monitor, MONITOR_TUNNEL_ADD, &body, sizeof(body),
				  NULL, 0, on_added, t);

	if (err)
		installed(t, err);
	else
		tunnel_get(t);
}

static void on_socket(void *arg, int result, struct ipc_message *m)
{
	struct tunnel *t = arg;
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);

	if (fd >= 0 && t->core && !t->down) {
		t->sock = sock_new(t->engine, fd, l2tp_tunnel_local(t->core), l2tp_tunnel_peer(t->core));
		result = t->sock ? sock_start(t->sock) : -ENOMEM;
		if (!result)
			l2tp_tunnel_set_socket(t->core, fd);
	} else if (fd >= 0) {
		close(fd);
	}
	if (result)
		installed(t, result);
	else if (t->sock && t->core && !t->down)
		add_tunnel(t);
	tunnel_put(t);
}

static void install_books(struct tunnel *t)
{
	struct dp_tunnel dp = {
		.version = 2, .encap = DP_ENCAP_UDP, .tunnel_id = t->id,
		.peer_tunnel_id = l2tp_tunnel_peer_id(t->core), .fd = -1,
	};

	installed(t, t->engine->books->ops->tunnel_add(t->engine->books, &dp));
}

/* A responder's tunnel has no socket of its own yet: the kernel wants one each. */
static void install(struct tunnel *t)
{
	struct monitor_socket body = { .tunnel_id = t->id, .version = 2 };
	int err;

	t->install = INSTALL_BUSY;
	if (t->engine->books) {
		install_books(t);
		return;
	}
	if (t->sock) {
		add_tunnel(t);
		return;
	}
	body.local = *l2tp_tunnel_local(t->core);
	body.peer = *l2tp_tunnel_peer(t->core);
	err = channel_request(&t->engine->monitor, MONITOR_SOCKET, &body, sizeof(body), NULL, 0, on_socket, t);
	if (err)
		installed(t, err);
	else
		tunnel_get(t);
}

static void do_install(void *arg)
{
	struct tunnel *t = arg;

	if (!t->core || t->down)
		return;
	if (!t->path && path_take(t, l2tp_tunnel_local(t->core), l2tp_tunnel_peer(t->core)))
		installed(t, -EADDRINUSE);
	else
		install(t);
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
	struct monitor_ids ids = { .tunnel_id = t->id };

	/* With books, the monitor has made the sockets of those that we opened. */
	if (!t->engine->books || (type == MONITOR_SOCKET_CLOSE && t->sock))
		channel_request(&t->engine->monitor, (uint16_t)type, &ids, sizeof(ids), NULL, 0,
				ignore, (void *)(uintptr_t)t->id);
}

void tunnel_on_down(struct tunnel *t, const struct l2tp_effect *x)
{
	char what[160], why[256];

	if (t->down)
		return;
	t->down = true;
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

		t->peer = NULL;
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
	const struct l2tp_cause cdn = cause_make(CDN_ADMIN, 0, "%s", cause->text);

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

void tunnel_call_gone(struct tunnel *t)
{
	if (t->closing && !t->calls && !t->down)
		engine_defer(t->engine, do_close, t);
}
