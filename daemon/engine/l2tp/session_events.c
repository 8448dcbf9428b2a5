/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the core says of sessions: a peer asks for one, ours is answered, it is
 * established, it ends.
 */
#include "engine/l2tp/session_events.h"

#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/l2tp/pw.h"
#include "engine/l2tp/pw_circuit.h"
#include "engine/l2tp/session.h"
#include "engine/l2tp/session_install.h"
#include "lib/log.h"

/* ---- a peer asks ---- */

static void do_refuse(void *arg)
{
	struct session *s = arg;

	if (session_is_usable(s) && s->link.cause)
		session_refuse(s, s->link.cause);
}

static bool is_taken(struct tunnel *t, struct session *s, struct cause *why)
{
	if (t->engine->stopping || t->closing)
		*why = cause_make(CAUSE_ADMINISTRATIVE,
				  "the tunnel is being closed");
	else if (!t->owner || !t->owner->request)
		*why = cause_make(CAUSE_ADMINISTRATIVE,
				  "this end takes no calls from its LNS");
	else
		return t->owner->request(t, s, why);
	return false;
}

static void do_install(void *arg)
{
	session_install(arg);
}

static void ask_owner(struct session *s)
{
	struct cause why = { 0 };

	if (is_taken(s->tunnel, s, &why))
		turn_defer(&s->link.engine->turn, &s->install_work, do_install,
			   s);
	else if (link_set_cause(&s->link, &why))
		turn_defer(&s->link.engine->turn, &s->install_work, do_refuse,
			   s);
}

void session_on_request(struct tunnel *t, struct l2tp_session *core)
{
	struct session *s = session_new(t, core);

	if (!s)
		return; /* the core's setup timer ends it */
	s->asked_early = t->install != INSTALL_DONE;
	if (!s->asked_early)
		ask_owner(s);
}

static void do_ask(void *arg)
{
	struct session *s = arg;

	if (session_is_usable(s))
		ask_owner(s);
}

void session_on_tunnel_up(struct session *s)
{
	if (s->asked_early)
		turn_defer(&s->link.engine->turn, &s->install_work, do_ask, s);
	else
		session_tunnel_installed(s);
	s->asked_early = false;
}

/* ---- ours is answered; it is established ---- */

void session_on_answer(struct session *s)
{
	turn_defer(&s->link.engine->turn, &s->install_work, do_install, s);
}

/*
 * Sequencing Required (section 4.4.4) comes in the ICCN, when the session is
 * installed already.
 */
static void do_heed_sequencing(void *arg)
{
	struct session *s = arg;
	const struct l2tp_call_params *params =
		session_is_usable(s) ? l2tp_session_peer_params(s->core) : NULL;

	if (params && params->sequencing_required && !s->sequencing && !s->pw)
		session_install_sequencing(s);
}

static void do_pw_up(void *arg)
{
	struct session *s = arg;

	if (session_is_usable(s))
		pw_up(s);
}

void session_on_up(struct session *s)
{
	struct turn *turn = &s->link.engine->turn;

	if (s->pw && pw_is_ethernet(s->pw)) {
		s->link.established = true;
		turn_defer(turn, &s->up_work, do_pw_up, s);
		return;
	}
	turn_defer(turn, &s->up_work, do_heed_sequencing, s);
	link_established(&s->link);
}

/* ---- it ends ---- */

/*
 * A caller that we refused may be quicker with its CDN than we with ours: it
 * was our doing all the same.
 */
static bool by_us(const struct link *l, const struct l2tp_effect *x)
{
	return !x->by_peer || l->reason_is_ours;
}

/* What we do ourselves needs no bounds. */
static bool is_dialled(const struct session *s)
{
	enum l2tp_call_kind kind = l2tp_session_kind(s->core);

	return kind == L2TP_CALL_LAC_INCOMING || kind == L2TP_CALL_LNS_OUTGOING;
}

static void log_end(struct session *s, const struct l2tp_effect *x,
		    const char *why)
{
	struct link *l = &s->link;
	char what[WHOSE_MAX];

	/* Of a tie that it lost, the other session is heard of. */
	if (x->cause.result == L2TP_CDN_TIE) {
		log_debug("%s: %s", link_describe(l, what, sizeof(what)), why);
	} else if (is_dialled(s) || ((l->established || link_name(l)) &&
				     link_may_log(l, LOG_OF_CALL, LOG_INFO))) {
		log_info("%s: cleared by %s: %s",
			 link_describe(l, what, sizeof(what)),
			 by_us(l, x) ? "us" : "the peer",
			 l->reason ? l->reason : why);
	}
}

/* Once for each call, whoever ended it and however far it had come. */
static void count_end(const struct link *l, const struct l2tp_effect *x)
{
	if (!l->up_ms && x->cause.result != L2TP_CDN_TIE)
		l->engine->counters.calls_failed++;
}

void session_on_down(struct session *s, const struct l2tp_effect *x)
{
	char why[256];

	if (s->link.down)
		return;
	l2tp_cause_format(&x->cause, L2TP_CDN, why, sizeof(why));
	log_end(s, x, why);
	count_end(&s->link, x);
	link_down(&s->link, x->by_peer ? "the peer cleared the call" : why,
		  why);
	session_uninstall(s);
}

void session_on_free(struct session *s)
{
	l2tp_session_set_user(s->core, NULL);
	s->core = NULL;
	link_detach(&s->link);
}
