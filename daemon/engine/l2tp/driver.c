/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drives L2TP's protocol core: takes its effects to whom they concern, then
 * sends packets and sets timers.
 */
#include <errno.h>
#include <stdlib.h>

#include "engine/engine.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/net.h"
#include "engine/l2tp/outbox.h"
#include "engine/l2tp/pw_circuit.h"
#include "engine/l2tp/session.h"
#include "engine/l2tp/session_events.h"
#include "engine/l2tp/tunnel.h"
#include "engine/l2tp/tunnel_events.h"
#include "engine/loglimit.h"
#include "engine/random.h"
#include "lib/log.h"

/* Whom the core speaks of, as far as there is something of it here. */
static const char *whose(const struct tunnel *t, const struct l2tp_effect *x,
			 char *buf, size_t size)
{
	const struct session *s = x->session ? l2tp_session_user(x->session) :
					       NULL;

	if (s)
		return link_describe(&s->link, buf, size);
	if (t)
		return tunnel_describe(t, buf, size);
	return addr_format_port(&x->peer, buf);
}

static void log_line(struct engine *e, const struct tunnel *t,
		     const struct l2tp_effect *x)
{
	enum log_kind kind = t && t->up ? LOG_OF_TUNNEL : LOG_OF_REQUEST;
	char what[WHOSE_MAX];

	if (loglimit_pass(e, kind, &x->peer, x->level))
		log_write(x->level, "%s: %s", whose(t, x, what, sizeof(what)),
			  x->text);
}

static void log_wen(const struct session *s, const struct l2tp_wen *w)
{
	char what[WHOSE_MAX];

	log_debug("%s: WEN: CRC %u framing %u overruns %u/%u timeouts %u "
		  "alignment %u",
		  session_describe(s, what, sizeof(what)), w->crc, w->framing,
		  w->hardware_overruns, w->buffer_overruns, w->timeouts,
		  w->alignment);
}

static void on_sli(struct session *s, const struct l2tp_sli *x)
{
	char what[WHOSE_MAX];

	if (x->circuit)
		pw_peer_circuit(s, x->active);
	else
		log_debug("%s: SLI: send ACCM %08x, receive ACCM %08x",
			  session_describe(s, what, sizeof(what)), x->send_accm,
			  x->recv_accm);
}

static void take_tunnel(struct engine *e, struct tunnel *t,
			const struct l2tp_effect *x)
{
	if (x->type == L2TP_EFFECT_TUNNEL_REQUEST)
		tunnel_on_request(e, x->tunnel);
	else if (!t)
		return;
	else if (x->type == L2TP_EFFECT_TUNNEL_ANSWERED)
		tunnel_on_answered(t);
	else if (x->type == L2TP_EFFECT_TUNNEL_UP)
		tunnel_on_up(t);
	else if (x->type == L2TP_EFFECT_TUNNEL_ALIVE)
		tunnel_on_alive(t);
	else if (x->type == L2TP_EFFECT_TUNNEL_DOWN)
		tunnel_on_down(t, x);
	else if (x->type == L2TP_EFFECT_TUNNEL_FREE)
		tunnel_on_free(t);
	else
		session_on_request(t, x->session);
}

static void take_session(struct session *s, const struct l2tp_effect *x)
{
	if (!s)
		return;
	if (x->type == L2TP_EFFECT_SESSION_ANSWER)
		session_on_answer(s);
	else if (x->type == L2TP_EFFECT_SESSION_UP)
		session_on_up(s);
	else if (x->type == L2TP_EFFECT_SESSION_DOWN)
		session_on_down(s, x);
	else if (x->type == L2TP_EFFECT_SESSION_FREE)
		session_on_free(s);
	else if (x->type == L2TP_EFFECT_WEN)
		log_wen(s, &x->u.wen);
	else
		on_sli(s, &x->u.sli);
}

static void take(struct engine *e, const struct l2tp_effect *x)
{
	struct tunnel *t = x->tunnel ? l2tp_tunnel_user(x->tunnel) : NULL;

	switch (x->type) {
	case L2TP_EFFECT_SEND:
		outbox_queue(e, x, t ? t->sock : NULL);
		return;
	case L2TP_EFFECT_LOG:
		log_line(e, t, x);
		return;
	case L2TP_EFFECT_TUNNEL_REQUEST:
	case L2TP_EFFECT_TUNNEL_ANSWERED:
	case L2TP_EFFECT_TUNNEL_UP:
	case L2TP_EFFECT_TUNNEL_ALIVE:
	case L2TP_EFFECT_TUNNEL_DOWN:
	case L2TP_EFFECT_TUNNEL_FREE:
	case L2TP_EFFECT_SESSION_REQUEST:
		take_tunnel(e, t, x);
		return;
	case L2TP_EFFECT_SESSION_ANSWER:
	case L2TP_EFFECT_SESSION_UP:
	case L2TP_EFFECT_SESSION_DOWN:
	case L2TP_EFFECT_SESSION_FREE:
	case L2TP_EFFECT_WEN:
	case L2TP_EFFECT_SLI:
		take_session(x->session ? l2tp_session_user(x->session) : NULL,
			     x);
		return;
	}
}

static bool take_effects(struct turn_hook *h)
{
	struct engine *e = h->engine;
	struct l2tp_effect x;
	bool any = false;

	while (l2tp_effect_next(e->l2tp->core, &x)) {
		take(e, &x);
		any = true;
	}
	return any;
}

static void on_expiry(struct loop_timer *timer)
{
	struct l2tp *l = container_of(timer, struct l2tp, expiry);
	struct engine *e = l->hook.engine;

	l->expiry_ms = L2TP_NEVER;
	l2tp_endpoint_timeout(l->core, engine_now(e));
	turn_settle(&e->turn);
}

/* Callers that do not answer are forgotten, by one timer for all. */
static void set_expiry(struct engine *e)
{
	struct l2tp *l = e->l2tp;
	uint64_t when = l2tp_endpoint_deadline(l->core);

	if (when == l->expiry_ms)
		return;
	l->expiry_ms = when;
	if (when == L2TP_NEVER)
		loop_timer_stop(&l->expiry);
	else
		loop_timer_set(e->loop, &l->expiry, when, on_expiry);
}

static void finish(struct turn_hook *h)
{
	struct engine *e = h->engine;
	struct l2tp_tunnel *core;

	outbox_flush(e);
	set_expiry(e);
	while ((core = l2tp_deadline_changed(e->l2tp->core))) {
		struct tunnel *t = l2tp_tunnel_user(core);

		if (t)
			tunnel_set_timer(t);
	}
}

/* ---- start and end ---- */

void l2tp_warm_up(void)
{
	static const uint8_t nothing[16];
	struct secret secret = { 0 };
	uint8_t digest[16];

	if (l2tp_challenge_response(digest, L2TP_SCCRP, &secret, nothing,
				    sizeof(nothing)))
		log_error("OpenSSL has no MD5: tunnels with a secret cannot be "
			  "opened");
}

/* Whom we call, and who of L2TPv3 calls us, find room whoever else calls. */
static uint32_t reserved(const struct config *c)
{
	size_t peers = c->lac_n + c->lcce_n;

	return peers < c->max_tunnels / 2 ? (uint32_t)peers :
					    c->max_tunnels / 2;
}

int l2tp_start(struct engine *e, const struct l2tp_options *o)
{
	const struct l2tp_env env = { .random = random_bytes };
	const struct l2tp_limits limits = {
		.tunnels = e->config->max_tunnels,
		.reserved = reserved(e->config),
		.half_open = e->config->max_half_open,
		.sessions = e->config->max_sessions,
		.silent = !e->config->answer_strangers,
	};
	struct l2tp *l = e->l2tp = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	l->takers = o->takers;
	l->expiry_ms = L2TP_NEVER;
	l->one_tunnel_per_path = o->one_tunnel_per_path;
	l->listeners = calloc(o->listen_n + 1, sizeof(struct sock *));
	l->listen_n = l->listeners ? o->listen_n : 0;
	l->core = l2tp_endpoint_new(&env, &limits);
	if (!l->core || !l->listeners || outbox_start(e))
		return -ENOMEM;
	random_bytes(NULL, &l->path_seed, sizeof(l->path_seed));
	l->hook = (struct turn_hook){
		.engine = e,
		.take = take_effects,
		.finish = finish,
	};
	turn_add_hook(&e->turn, &l->hook);
	return 0;
}

static void abandon(struct tunnel *t)
{
	loop_timer_stop(&t->timer);
	for (struct session *s = t->sessions, *next; s; s = next) {
		next = s->next;
		session_abandon(s);
	}
	if (t->sock)
		sock_free(t->sock);
	t->sock = NULL;
	tunnel_put(t);
}

void l2tp_free(struct engine *e)
{
	struct l2tp *l = e->l2tp;

	if (!l)
		return;
	while (l->tunnels) {
		struct tunnel *t = l->tunnels;

		l->tunnels = t->next;
		abandon(t);
	}
	for (uint32_t i = 0; i < l->listen_n; i++)
		sock_free(l->listeners[i]);
	turn_collect(&e->turn);
	loop_timer_stop(&l->expiry);
	if (l->core)
		l2tp_endpoint_free(l->core);
	outbox_free(e);
	table_fini(&l->paths);
	free(l->listeners);
	free(l);
	e->l2tp = NULL;
}

int l2tp_add_listener(struct engine *e, uint32_t index, int fd)
{
	struct sock *s =
		sock_new(e, fd, &e->config->listen[index].address, NULL);

	e->l2tp->listeners[index] = s;
	return s ? 0 : -ENOMEM;
}

static void log_listener(const struct config_listen *l)
{
	char text[ADDR_STRLEN];

	if (l->encap == CONFIG_ENCAP_IP)
		log_info("listening on %s, protocol 115",
			 addr_format(&l->address, text));
	else
		log_info("listening on %s",
			 addr_format_port(&l->address, text));
}

int l2tp_listen(struct engine *e)
{
	for (uint32_t i = 0; i < e->l2tp->listen_n; i++) {
		int err = sock_start(e->l2tp->listeners[i]);

		if (err)
			return err;
		log_listener(&e->config->listen[i]);
	}
	return 0;
}

bool l2tp_is_down(const struct engine *e)
{
	for (const struct tunnel *t = e->l2tp->tunnels; t; t = t->next)
		if (!t->down)
			return false;
	return true;
}

bool l2tp_is_acknowledged(const struct engine *e)
{
	for (const struct tunnel *t = e->l2tp->tunnels; t; t = t->next) {
		struct l2tp_tunnel_counters c;

		l2tp_tunnel_counters(t->core, &c);
		if (c.unacknowledged || c.queued)
			return false;
	}
	return true;
}
