/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control connections as objects: made, named, answered, closed. */
#include "engine/l2tp/tunnel.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/engine.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/result.h"
#include "engine/l2tp/session.h"
#include "engine/loglimit.h"
#include "lib/log.h"
#include "lib/version.h"

#define FIRMWARE 0x0010

void tunnel_get(struct tunnel *t)
{
	t->refs++;
}

static void free_tunnel(struct turn_item *item)
{
	struct tunnel *t = container_of(item, struct tunnel, trash);

	kernel_hold_fini(&t->hold);
	free(t);
}

void tunnel_put(struct tunnel *t)
{
	if (--t->refs)
		return;
	loop_timer_stop(&t->timer);
	turn_free_later(&t->engine->turn, &t->trash, free_tunnel);
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
	t->next = e->l2tp->tunnels;
	t->prev = &e->l2tp->tunnels;
	if (t->next)
		t->next->prev = &t->next;
	e->l2tp->tunnels = t;
	l2tp_tunnel_set_user(core, t);
	return t;
}

struct tunnel *tunnel_find(struct engine *e, uint32_t id)
{
	struct l2tp_tunnel *core = l2tp_tunnel_find(e->l2tp->core, id);

	return core ? l2tp_tunnel_user(core) : NULL;
}

const char *tunnel_describe(const struct tunnel *t, char *buf, size_t size)
{
	char peer[ADDR_STRLEN];
	const char *host;

	snprintf(buf, size, "tunnel %u", t->id);
	if (!t->core)
		return buf;
	host = l2tp_tunnel_peer_info(t->core)->hostname;
	snprintf(buf, size, "tunnel %u (%s%s%s)", t->id, host,
		 host[0] ? ", " : "",
		 addr_format_port(l2tp_tunnel_peer(t->core), peer));
	return buf;
}

const char *tunnel_name(const struct tunnel *t)
{
	return t->owner && t->owner->name ? t->owner->name(t) : NULL;
}

bool tunnel_is_udp(const struct tunnel *t)
{
	return l2tp_tunnel_peer(t->core)->port != 0;
}

bool tunnel_may_log(const struct tunnel *t, int level)
{
	return (t->core && l2tp_tunnel_is_initiator(t->core)) ||
	       loglimit_pass(t->engine, t->up ? LOG_OF_TUNNEL : LOG_OF_REQUEST,
			     t->core ? l2tp_tunnel_peer(t->core) : NULL, level);
}

static void on_core_deadline(struct loop_timer *timer)
{
	struct tunnel *t = container_of(timer, struct tunnel, timer);

	if (!t->core)
		return;
	l2tp_tunnel_timeout(t->core, engine_now(t->engine));
	turn_settle(&t->engine->turn);
}

void tunnel_set_timer(struct tunnel *t)
{
	uint64_t deadline = t->core ? l2tp_tunnel_deadline(t->core) :
				      L2TP_NEVER;

	if (deadline == L2TP_NEVER)
		loop_timer_stop(&t->timer);
	else
		loop_timer_set(t->engine->loop, &t->timer, deadline,
			       on_core_deadline);
}

void tunnel_config_fill(struct engine *e, struct l2tp_tunnel_config *out,
			const struct config_tunnel *cfg,
			const struct secret *secret)
{
	*out = (struct l2tp_tunnel_config){
		.firmware = FIRMWARE,
		.framing = 3,
		.bearer = 0,
		.challenge = cfg->challenge && secret_is_set(secret),
		.hide = cfg->hide && secret_is_set(secret),
		.receive_window = cfg->receive_window,
		.hello_interval = cfg->hello_ms ? cfg->hello_ms : L2TP_OFF,
		.retransmit = cfg->retransmit_ms,
		.retransmit_cap = cfg->retransmit_cap_ms,
		.retransmit_tries = cfg->retransmit_tries,
		.setup_timeout = cfg->setup_ms,
		.idle_timeout = cfg->idle_ms,
		.max_sessions = cfg->max_sessions,
	};
	out->secret = *secret;
	snprintf(out->hostname, sizeof(out->hostname), "%s",
		 cfg->hostname ? cfg->hostname : e->config->hostname);
	snprintf(out->vendor_name, sizeof(out->vendor_name), "%s",
		 "l2tpd " L2TPD_VERSION);
}

/* ---- answers ---- */

void tunnel_reject(struct tunnel *t)
{
	struct l2tp_cause cause = result_stopccn(&t->cause);
	struct l2tp_tunnel_config cfg;

	if (t->unanswered)
		cause.result = 0;
	if (!tunnel_is_usable(t))
		return;
	if (!t->owner || !t->owner->configure) {
		l2tp_tunnel_reject(t->core, engine_now(t->engine), &cause);
		return;
	}
	t->owner->configure(t, &cfg);
	l2tp_tunnel_refuse(t->core, engine_now(t->engine), &cfg, &cause);
	secret_clear(&cfg.secret);
	secret_clear(&cfg.old_secret);
}

/* ---- closing ---- */

static void do_close(void *arg)
{
	struct tunnel *t = arg;
	struct l2tp_cause cause = result_stopccn(&t->cause);

	if (tunnel_is_usable(t))
		l2tp_tunnel_close(t->core, engine_now(t->engine), &cause);
	tunnel_put(t);
}

static void close_later(struct tunnel *t)
{
	if (turn_defer(&t->engine->turn, &t->close_work, do_close, t))
		tunnel_get(t);
}

void tunnel_close(struct tunnel *t, const struct cause *cause)
{
	const struct cause cdn =
		cause_make(CAUSE_ADMINISTRATIVE, "%s", cause->text);

	if (t->down || t->closing)
		return;
	t->closing = true;
	t->cause = *cause;
	for (struct session *s = t->sessions, *next; s; s = next) {
		next = s->next;
		link_close(&s->link, &cdn);
	}
	if (!t->sessions)
		close_later(t);
}

void tunnel_drop(struct tunnel *t, const struct cause *cause)
{
	if (t->down)
		return;
	t->closing = true;
	t->cause = *cause;
	close_later(t);
}

void tunnel_session_gone(struct tunnel *t)
{
	if (t->closing && !t->sessions && !t->down)
		close_later(t);
}
