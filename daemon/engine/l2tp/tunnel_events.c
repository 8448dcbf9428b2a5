/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the core says of control connections: a peer asks for one, it is
 * established, it ends.
 */
#include "engine/l2tp/tunnel_events.h"

#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/kernel.h"
#include "engine/l2tp/answer.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/net.h"
#include "engine/l2tp/path.h"
#include "engine/l2tp/result.h"
#include "engine/l2tp/trouble.h"
#include "engine/l2tp/tunnel.h"
#include "engine/l2tp/tunnel_install.h"
#include "lib/log.h"

#define L2TP_PORT 1701u

/* ---- a peer asks ---- */

static void do_reject(void *arg)
{
	tunnel_reject(arg);
}

static void do_go_on(void *arg)
{
	struct tunnel *t = arg;

	if (!tunnel_is_usable(t))
		return;
	if (t->owner && t->owner->prepare)
		t->owner->prepare(t);
	else
		tunnel_go_on(t);
}

static void refuse(struct tunnel *t)
{
	char what[WHOSE_MAX];

	if (tunnel_may_log(t, LOG_WARNING))
		log_warn("%s: refused: %s",
			 tunnel_describe(t, what, sizeof(what)), t->cause.text);
	turn_defer(&t->engine->turn, &t->answer_work, do_reject, t);
}

static bool is_taken(struct tunnel *t)
{
	for (l2tp_taker *const *taker = t->engine->l2tp->takers; *taker;
	     taker++)
		if ((*taker)(t))
			return true;
	return false;
}

static void turn_away(struct tunnel *t)
{
	t->cause = cause_make(CAUSE_NOT_AUTHORIZED,
			      "no lns or lcce section takes this address and "
			      "host name");
	t->unanswered = !t->engine->config->answer_strangers;
}

void tunnel_on_request(struct engine *e, struct l2tp_tunnel *core)
{
	struct tunnel *t = tunnel_new(e, core);

	if (!t)
		return; /* the core's setup timer ends it */
	if (e->stopping)
		t->cause = cause_make(CAUSE_SHUTDOWN, "l2tpd stops");
	else if (!is_taken(t))
		turn_away(t);
	if (t->owner && t->owner->is_peer)
		l2tp_tunnel_set_known(core);
	if (t->cause.code)
		refuse(t);
	else
		turn_defer(&e->turn, &t->answer_work, do_go_on, t);
}

void tunnel_on_answered(struct tunnel *t)
{
	t->down = true;
	if (t->owner)
		t->owner->down(t, "");
}

/* ---- it is established ---- */

static void do_install(void *arg)
{
	struct tunnel *t = arg;

	if (tunnel_is_usable(t))
		tunnel_install(t);
}

void tunnel_on_up(struct tunnel *t)
{
	char what[WHOSE_MAX];

	t->up = true;
	t->engine->counters.tunnels_up++;
	if (tunnel_may_log(t, LOG_INFO))
		log_info("%s: established, peer's id %u",
			 tunnel_describe(t, what, sizeof(what)),
			 l2tp_tunnel_peer_id(t->core));
	/* Deferred: its outcome speaks to the core. */
	turn_defer(&t->engine->turn, &t->install_work, do_install, t);
}

void tunnel_on_alive(struct tunnel *t)
{
	answer_alive(t);
	if (t->owner && t->owner->alive)
		t->owner->alive(t);
}

/* ---- it ends ---- */

/*
 * Few can read what is hidden: they say that something is missing or wrong, or
 * drop it. Who only says goodbye has read it.
 */
static bool may_be_unreadable(const struct tunnel *t,
			      const struct l2tp_effect *x)
{
	if (!l2tp_tunnel_hides(t->core))
		return false;
	return x->by_peer ? x->cause.result != L2TP_STOPCCN_CLEAR &&
				    x->cause.result != L2TP_STOPCCN_SHUTDOWN :
			    !t->up && !x->cause.result;
}

/* Nothing came back, not even by ICMP, to a port of our choice. */
static bool may_want_its_port(const struct tunnel *t,
			      const struct l2tp_effect *x)
{
	return !x->by_peer && !x->cause.result && !t->up && tunnel_is_udp(t) &&
	       l2tp_tunnel_is_initiator(t->core) && t->sock &&
	       !t->sock->trouble[0] &&
	       l2tp_tunnel_local(t->core)->port != L2TP_PORT;
}

static void add_hint(const struct tunnel *t, const struct l2tp_effect *x,
		     char *why, size_t size)
{
	size_t len = strlen(why);

	if (may_be_unreadable(t, x))
		snprintf(why + len, size - len,
			 "; hide-avps is on: can the peer read hidden AVPs?");
	else if (may_want_its_port(t, x))
		snprintf(why + len, size - len,
			 "; some answer to port %u only: try source-port = "
			 "\"%u\"",
			 L2TP_PORT, L2TP_PORT);
}

/*
 * What became of it. What the core refuses, a wrong proof above all, is said
 * here; a refusal of ours was logged as it was decided, and has no word.
 */
static const char *how_it_ended(const struct tunnel *t,
				const struct l2tp_effect *x)
{
	if (x->by_peer)
		return "closed by the peer";
	if (t->up || l2tp_tunnel_is_initiator(t->core))
		return "closed by us";
	if (t->cause.code)
		return NULL;
	return x->cause.result && x->cause.result != L2TP_STOPCCN_CLEAR ?
		       "refused" :
		       "given up";
}

static void log_down(struct tunnel *t, const struct l2tp_effect *x,
		     const char *why)
{
	const char *how = how_it_ended(t, x);
	char what[WHOSE_MAX];

	if (how && tunnel_may_log(t, LOG_INFO))
		log_info("%s: %s: %s", tunnel_describe(t, what, sizeof(what)),
			 how, why);
}

/*
 * A peer's that we refused, for whatever reason: by its address and name, a
 * limit, its secret. One that is given up has no code.
 */
static void count_refused(const struct tunnel *t, const struct l2tp_effect *x)
{
	if (!t->up && !x->by_peer && (x->cause.result || t->unanswered) &&
	    !l2tp_tunnel_is_initiator(t->core))
		t->engine->counters.tunnels_refused++;
}

void tunnel_on_down(struct tunnel *t, const struct l2tp_effect *x)
{
	char why[256];

	if (t->down)
		return;
	t->down = true;
	t->refused = x->by_peer &&
		     (!t->up || x->cause.result == L2TP_STOPCCN_NOT_AUTHORIZED);
	t->request_refused = x->by_peer && !t->up &&
			     result_is_about_request(&x->cause);
	t->gave_way = x->by_peer && !t->up &&
		      x->cause.result == L2TP_STOPCCN_EXISTS &&
		      l2tp_tunnel_is_initiator(t->core);
	count_refused(t, x);
	path_release(t);
	answer_down(t);
	l2tp_cause_format(&x->cause, L2TP_STOPCCN, why, sizeof(why));
	if (!x->by_peer)
		trouble_explain(t, why, sizeof(why));
	add_hint(t, x, why, sizeof(why));
	log_down(t, x, why);
	tunnel_uninstall(t);
	if (t->owner)
		t->owner->down(t, why);
}

void tunnel_on_free(struct tunnel *t)
{
	loop_timer_stop(&t->timer);
	kernel_tunnel_forget(t->engine, &t->hold, t->id, t->sock != NULL,
			     t->socket_asked);
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
