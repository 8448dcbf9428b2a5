/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions of peers: dialled, placed in the peer's tunnel, up, ended, and
 * dialled again.
 */
#include "engine/peers/redial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/l2tp/pw.h"
#include "engine/l2tp/session.h"
#include "engine/link/ppp.h"
#include "engine/peers/configure.h"
#include "engine/peers/connect.h"
#include "engine/peers/follow.h"
#include "engine/peers/peer.h"
#include "engine/random.h"
#include "lib/log.h"

/* A call that stood this long was a good one: the next wait is the shortest. */
#define STABLE_MS   10000
/* In which the peer's SCCCN comes, also when it was lost once. */
#define GAVE_WAY_MS 3000

static void on_redial(struct loop_timer *t)
{
	struct peer_session *s = container_of(t, struct peer_session, redial);

	redial_want(s);
	turn_settle(&s->peer->engine->turn);
}

/* ---- its call ends ---- */

static void gave_up(struct peer_session *s, const char *reason)
{
	struct peer *p = s->peer;

	if (!s->removed && !p->engine->stopping)
		log_warn("%s \"%s\" session \"%s\": ended: %s", peer_kind(p),
			 p->name, s->name, reason);
	s->removed |= s->once;
	peer_collect(p);
}

static bool is_dialled_again(const struct peer_session *s)
{
	return !s->removed && !s->peer->engine->stopping &&
	       peer_session_is_enabled(s) && (s->persist || s->again);
}

/* How long it waits; the next time longer. */
static uint32_t next_wait(struct peer_session *s)
{
	uint32_t wait;

	if (!s->redial_ms ||
	    (s->up_ms && engine_now(s->peer->engine) - s->up_ms >= STABLE_MS))
		s->redial_ms = s->redial_min_ms;
	if (s->again)
		return 0;
	wait = random_jitter(s->redial_ms);
	s->redial_ms = s->redial_ms > s->redial_max_ms / 2 ? s->redial_max_ms :
							     s->redial_ms * 2;
	/* Else there would be two connections, and each end keep another. */
	return s->peer->gave_way && wait < GAVE_WAY_MS ? GAVE_WAY_MS : wait;
}

static void dial_later(struct peer_session *s, const char *reason)
{
	struct peer *p = s->peer;
	uint32_t wait = next_wait(s);

	s->up_ms = 0;
	s->again = false;
	if (wait)
		log_warn(
			"%s \"%s\" session \"%s\": %s; dialling again in %u.%u s",
			peer_kind(p), p->name, s->name, reason, wait / 1000,
			wait / 100 % 10);
	else
		log_notice("%s \"%s\" session \"%s\": %s; dialling again now",
			   peer_kind(p), p->name, s->name, reason);
	loop_timer_set(p->engine->loop, &s->redial,
		       engine_now(p->engine) + wait, on_redial);
}

void redial_failed(struct peer_session *s, const char *reason)
{
	struct peer *p = s->peer;
	struct peer_waiter *waiter = s->waiter;

	loop_timer_stop(&s->redial);
	/* One that was placed is counted by its end. */
	if (!s->link)
		p->engine->counters.calls_failed++;
	s->wanted = false;
	s->link = NULL;
	s->waiter = NULL;
	snprintf(s->last_error, sizeof(s->last_error), "%s", reason);
	if (waiter)
		waiter->failed(waiter, reason);
	if (!is_dialled_again(s))
		gave_up(s, reason);
	else if (s->again && p->tunnel && p->tunnel->closing)
		s->wanted = true; /* its tunnel goes first */
	else
		dial_later(s, reason);
}

/* ---- as the owner of a link ---- */

static const char *name(const struct link *l)
{
	const struct peer_session *s = l->owned_by;

	return s->name;
}

static void established(struct link *l)
{
	struct peer_session *s = l->owned_by;
	struct peer_waiter *waiter = s->waiter;
	const struct config_session *c = s->cfg;
	struct ppp_start how = {
		.caller = true,
		.user = s->user,
		.ifname = c ? c->ifname : NULL,
	};

	s->waiter = NULL;
	if (waiter)
		waiter->established(waiter, l);
	else
		ppp_start(l, &how);
}

static void up(struct link *l)
{
	struct peer_session *s = l->owned_by;

	s->last_error[0] = '\0';
	s->up_ms = engine_now(s->peer->engine);
}

/* It tells sooner than the calls that would be placed in it. */
static void do_probe(void *arg)
{
	struct peer *p = arg;

	if (p->tunnel && tunnel_is_usable(p->tunnel)) {
		l2tp_tunnel_probe(p->tunnel->core, engine_now(p->engine));
		p->doubted = l2tp_tunnel_is_probed(p->tunnel->core);
	}
	p->refs--;
	peer_collect(p);
}

/* PPP's peer is silent: so may be the tunnel's. */
static void doubt(struct peer *p)
{
	if (p->state != PEER_UP)
		return;
	p->doubted = true;
	if (turn_defer(&p->engine->turn, &p->probe_work, do_probe, p))
		p->refs++;
}

static void ended(struct link *l, const char *why)
{
	struct peer_session *s = l->owned_by;

	if (l->peer_is_silent)
		doubt(s->peer);
	redial_failed(s, why);
}

static const struct link_owner session_owner = {
	.name = name,
	.established = established,
	.up = up,
	.ended = ended,
};

struct peer_session *redial_session(const struct link *l)
{
	return l->owner == &session_owner ? l->owned_by : NULL;
}

void redial_take(struct peer_session *s, struct link *l)
{
	loop_timer_stop(&s->redial);
	s->wanted = s->again = false;
	s->link = l;
	l->owner = &session_owner;
	l->owned_by = s;
	l->profile = s->profile;
}

/* ---- its call is placed ---- */

static bool can_place(const struct peer_session *s)
{
	const struct tunnel *t = s->peer->tunnel;

	return !s->link && s->wanted && !s->peer->engine->stopping &&
	       peer_session_is_enabled(s) && t && tunnel_is_usable(t) &&
	       !t->closing && !s->peer->doubted;
}

static void fill_params(const struct peer_session *s,
			struct l2tp_call_params *p)
{
	const struct config_session *c = s->cfg;

	*p = (struct l2tp_call_params){
		.framing_type = 1,
		.tx_connect_speed = 1000000000,
		.bearer_type = 0,
		.has_bearer_type = true,
		.sequencing_required = s->peer->cfg->sequencing,
	};
	if (c && c->called_number)
		snprintf(p->called_number, sizeof(p->called_number), "%s",
			 c->called_number);
	if (c && c->calling_number)
		snprintf(p->calling_number, sizeof(p->calling_number), "%s",
			 c->calling_number);
}

static void place(struct peer_session *s)
{
	struct peer *p = s->peer;
	struct l2tp_call_params params;
	struct pseudowire *w = NULL;
	struct session *session;
	int err;

	if (!can_place(s))
		return;
	fill_params(s, &params);
	if (l2tp_tunnel_version(p->tunnel->core) == 3) {
		w = pw_new(s->pw, p->cfg->sequencing);
		if (!w) {
			redial_failed(s, strerror(ENOMEM));
			return;
		}
		pw_params(w, s->name, &params);
	}
	session = session_open(p->tunnel, &params, w, &err);
	if (!session) {
		redial_failed(s, err == -ENOSPC ?
					 "the limit of sessions is reached" :
					 strerror(-err));
		return;
	}
	session->sequencing = p->cfg->sequencing;
	redial_take(s, &session->link);
}

static void do_place_all(void *arg)
{
	struct peer *p = arg;

	for (struct peer_session *s = p->sessions; s; s = s->next) {
		if (!s->wanted)
			continue;
		place(s);
		turn_take(&p->engine->turn);
	}
	peer_release(p);
}

static void place_later(struct peer *p)
{
	if (turn_defer(&p->engine->turn, &p->place_work, do_place_all, p))
		peer_hold(p);
}

void redial_want(struct peer_session *s)
{
	struct peer *p = s->peer;

	if (s->removed || s->link || p->engine->stopping ||
	    !peer_session_is_enabled(s))
		return;
	s->wanted = true;
	switch (p->state) {
	case PEER_IDLE:
		/* A tunnel that is going down lets go of the peer first. */
		if (!p->tunnel)
			connect_peer(p);
		return;
	case PEER_UP:
		place_later(p);
		return;
	case PEER_RESOLVING:
	case PEER_OPENING:
	case PEER_CONNECTING:
		return; /* it comes along when the tunnel is up */
	}
}

void redial_begin(struct peer_session *s)
{
	if (peer_is_called(s->peer))
		redial_want(s);
}

void redial_start(struct engine *e)
{
	for (struct peer *p = e->peers->first; p; p = p->next)
		for (struct peer_session *s = p->sessions; s; s = s->next)
			redial_begin(s);
	for (struct peer *p = e->peers->first; p; p = p->next)
		follow_name(p);
	turn_settle(&e->turn);
}

/* ---- its peer's tunnel ---- */

void redial_peer_up(struct peer *p)
{
	p->state = PEER_UP;
	p->doubted = false;
	p->last_error[0] = '\0';
	for (struct peer_session *s = p->sessions; s && p->gave_way;
	     s = s->next)
		s->wanted |= loop_timer_is_set(&s->redial);
	p->gave_way = false;
	place_later(p);
	follow_name(p);
}

void redial_peer_down(struct peer *p, const char *reason)
{
	bool was_up = p->state == PEER_UP;

	p->state = PEER_IDLE;
	p->tunnel = NULL;
	follow_name(p);
	snprintf(p->last_error, sizeof(p->last_error), "%s", reason);
	if (!was_up && p->address_n)
		p->address_next = (p->address_next + 1) % p->address_n;
	for (struct peer_session *s = p->sessions, *next; s; s = next) {
		next = s->next;
		/* What waited for the tunnel's sign of life waits no more. */
		s->again |= s->wanted && s->persist && p->doubted;
		if (s->wanted)
			redial_failed(s, reason);
	}
	p->doubted = false;
	peer_collect(p);
}

const char *redial_tunnel_name(const struct tunnel *t)
{
	const struct peer *p = t->owned_by;

	return p->name;
}

void redial_configure(struct tunnel *t, struct l2tp_tunnel_config *cfg)
{
	peer_configure(t->owned_by, cfg);
}

static void tunnel_up(struct tunnel *t)
{
	redial_peer_up(t->owned_by);
}

static void do_call_again(void *arg)
{
	struct peer *p = arg;

	for (struct peer_session *s = p->sessions; s; s = s->next)
		if (s->wanted)
			redial_want(s);
	peer_release(p);
}

/*
 * Its sessions have not failed yet: some LNSs refuse an SCCRQ for AVPs that
 * they should ignore (RFC 3931 section 4.7.3).
 */
static void fall_back(struct peer *p, const char *why)
{
	log_notice("%s \"%s\": it refuses an SCCRQ of both versions (%s); "
		   "calling again with version 2",
		   peer_kind(p), p->name, why);
	p->only_v2 = true;
	p->state = PEER_IDLE;
	p->tunnel = NULL;
	if (turn_defer(&p->engine->turn, &p->again_work, do_call_again, p))
		peer_hold(p);
}

static void peer_alive(struct peer *p)
{
	if (!p->doubted)
		return;
	p->doubted = false;
	place_later(p);
}

static void tunnel_alive(struct tunnel *t)
{
	peer_alive(t->owned_by);
}

static void tunnel_down(struct tunnel *t, const char *why)
{
	struct peer *p = t->owned_by;

	t->owner = NULL;
	if (t->request_refused && p->fallback && !p->only_v2 && !p->removed) {
		fall_back(p, why);
		return;
	}
	if (!t->up)
		p->only_v2 = false;
	/*
	 * It may have the other secret, and not have waited for us to see that.
	 */
	if (t->refused && secret_is_set(&p->old_secret))
		p->prefer_old = !p->prefer_old;
	redial_peer_down(p, why);
}

const struct tunnel_owner lac_tunnel_owner = {
	.role = "lac",
	.is_peer = true,
	.name = redial_tunnel_name,
	.configure = redial_configure,
	.up = tunnel_up,
	.alive = tunnel_alive,
	.down = tunnel_down,
};
