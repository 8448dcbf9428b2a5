/* SPDX-License-Identifier: GPL-2.0-or-later */
/* L2TP sessions as objects, and as the transport of a link. */
#include "engine/l2tp/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/l2tp/ppp_net.h"
#include "engine/l2tp/pw.h"
#include "engine/l2tp/result.h"
#include "engine/l2tp/route.h"
#include "lib/log.h"

struct session *session_new(struct tunnel *t, struct l2tp_session *core)
{
	struct session *s = calloc(1, sizeof(*s));

	if (s && link_init(&s->link, t->engine, &session_transport)) {
		free(s);
		return NULL;
	}
	if (!s)
		return NULL;
	s->tunnel = t;
	s->core = core;
	s->id = l2tp_session_id(core);
	s->next = t->sessions;
	s->prev = &t->sessions;
	if (s->next)
		s->next->prev = &s->next;
	t->sessions = s;
	tunnel_get(t);
	l2tp_session_set_user(core, s);
	return s;
}

struct session *session_open(struct tunnel *t,
			     const struct l2tp_call_params *params,
			     struct pseudowire *w, int *err)
{
	struct l2tp_session *core =
		l2tp_session_open(t->core, engine_now(t->engine),
				  L2TP_CALL_LAC_INCOMING, params, err);
	struct session *s = core ? session_new(t, core) : NULL;

	/* Without memory for it, the core's setup timer ends the call. */
	if (core && !s)
		*err = -ENOMEM;
	if (s)
		s->pw = w;
	else
		pw_free(w);
	return s;
}

static void out_of_tunnel(struct session *s)
{
	*s->prev = s->next;
	if (s->next)
		s->next->prev = s->prev;
}

void session_abandon(struct session *s)
{
	loop_timer_stop(&s->retry);
	link_abandon(&s->link);
	out_of_tunnel(s);
	link_release(&s->link);
}

const char *session_describe(const struct session *s, char *buf, size_t size)
{
	char tunnel[WHOSE_MAX];

	snprintf(buf, size, "%s session %u",
		 tunnel_describe(s->tunnel, tunnel, sizeof(tunnel)), s->id);
	return buf;
}

void session_accept(struct session *s)
{
	struct l2tp_call_params p = { 0 };

	if (s->pw)
		pw_params(s->pw, link_name(&s->link), &p);
	l2tp_session_accept(s->core, engine_now(s->link.engine),
			    s->pw ? &p : NULL);
}

void session_refuse(struct session *s, const struct cause *cause)
{
	struct engine *e = s->link.engine;
	struct l2tp_cause cdn = result_cdn(cause);
	char what[WHOSE_MAX];

	if (link_may_log(&s->link, LOG_OF_CALL, LOG_WARNING))
		log_warn("%s: refused: %s",
			 link_describe(&s->link, what, sizeof(what)),
			 cause->text);
	l2tp_session_close(s->core, engine_now(e), &cdn);
}

/* ---- the link's transport ---- */

static const char *describe(const struct link *l, char *buf, size_t size)
{
	const struct session *s = container_of(l, const struct session, link);

	return session_describe(s, buf, size);
}

static const struct addr *peer(const struct link *l)
{
	const struct session *s = container_of(l, const struct session, link);

	return s->tunnel->core ? l2tp_tunnel_peer(s->tunnel->core) : NULL;
}

static void copy_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

static void tunnel_facts(const struct tunnel *t, struct service_call *out)
{
	char text[ADDR_STRLEN];

	out->peer_tunnel_id = l2tp_tunnel_peer_id(t->core);
	copy_text(out->local, sizeof(out->local),
		  addr_format(l2tp_tunnel_local(t->core), text));
	copy_text(out->peer, sizeof(out->peer),
		  addr_format(l2tp_tunnel_peer(t->core), text));
	copy_text(out->peer_name, sizeof(out->peer_name),
		  l2tp_tunnel_peer_info(t->core)->hostname);
}

static void facts(struct link *l, struct service_call *out)
{
	const struct session *s = session_of(l);
	const struct tunnel *t = s->tunnel;
	const struct l2tp_call_params *p =
		s->core ? l2tp_session_peer_params(s->core) : NULL;
	const char *our_name =
		t->owner && t->owner->hostname ? t->owner->hostname(t) : NULL;

	out->tunnel_id = t->id;
	out->id = s->id;
	copy_text(out->local_name, sizeof(out->local_name),
		  our_name ? our_name : l->engine->config->hostname);
	if (t->core)
		tunnel_facts(t, out);
	if (s->core)
		out->peer_id = l2tp_session_peer_id(s->core);
	if (!p)
		return;
	copy_text(out->calling_number, sizeof(out->calling_number),
		  p->calling_number);
	copy_text(out->called_number, sizeof(out->called_number),
		  p->called_number);
	out->call_serial = p->call_serial;
	out->tx_speed = p->tx_connect_speed;
	out->rx_speed = p->rx_connect_speed;
}

static void close_session(struct link *l, const struct cause *cause)
{
	struct session *s = session_of(l);
	struct l2tp_cause cdn = result_cdn(cause);

	if (session_is_usable(s))
		l2tp_session_close(s->core, engine_now(l->engine), &cdn);
}

static void network_changed(struct link *l)
{
	ppp_net_changed(session_of(l));
	route_check(session_of(l));
}

static void over(struct link *l)
{
	struct session *s = session_of(l);

	loop_timer_stop(&s->retry);
	out_of_tunnel(s);
	tunnel_session_gone(s->tunnel);
}

static void free_session(struct link *l)
{
	struct session *s = session_of(l);

	tunnel_put(s->tunnel);
	pw_free(s->pw);
	kernel_hold_fini(&s->hold);
	link_fini(l);
	free(s);
}

const struct link_transport session_transport = {
	.describe = describe,
	.peer = peer,
	.facts = facts,
	.close = close_session,
	.network_changed = network_changed,
	.over = over,
	.free = free_session,
};
