/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a session of a peer is dialled: at the start, and again after it ended,
 * sooner or later as it failed less or more often.
 */
#include "engine/internal.h"

#include <stdio.h>

#include "lib/log.h"

/* A call that stood this long was a good one: the next wait is the shortest. */
#define STABLE_MS 10000

const char *peer_kind(const struct peer *p)
{
	return p->lcce ? "lcce" : "lac";
}

static void on_redial(struct loop_timer *t)
{
	struct peer_session *s = container_of(t, struct peer_session, redial);

	peer_session_want(s);
	engine_settle(s->peer->engine);
}

void peer_session_start(struct peer_session *s)
{
	if (!s->peer->lcce || s->peer->lcce->initiate)
		peer_session_want(s);
}

int peers_start(struct engine *e)
{
	for (struct peer *p = e->peers; p; p = p->next)
		for (struct peer_session *s = p->sessions; s; s = s->next)
			peer_session_start(s);
	for (struct peer *p = e->peers; p; p = p->next)
		follow_name(p);
	engine_settle(e);
	return 0;
}

void peer_session_up(struct peer_session *s)
{
	s->last_error[0] = '\0';
	s->up_ms = engine_now(s->peer->engine);
}

uint32_t with_jitter(uint32_t ms)
{
	uint16_t r;

	engine_random(NULL, &r, sizeof(r));
	return ms - (uint32_t)((uint64_t)(ms / 4) * r / UINT16_MAX);
}

void peer_session_failed(struct peer_session *s, const char *reason)
{
	struct peer *p = s->peer;
	struct engine *e = p->engine;
	uint32_t wait;

	s->wanted = false;
	s->call = NULL;
	snprintf(s->last_error, sizeof(s->last_error), "%s", reason);
	if (s->dial)
		dial_failed(s->dial, reason);
	if (s->removed || e->stopping || !s->persist) {
		if (!s->removed && !e->stopping)
			log_warn("%s \"%s\" session \"%s\": ended: %s", peer_kind(p), p->name, s->name, reason);
		s->removed |= s->once;
		peer_collect(p);
		return;
	}
	if (!s->redial_ms || (s->up_ms && engine_now(e) - s->up_ms >= STABLE_MS))
		s->redial_ms = s->redial_min_ms;
	s->up_ms = 0;
	wait = with_jitter(s->redial_ms);
	log_warn("%s \"%s\" session \"%s\": %s; dialling again in %u.%u s", peer_kind(p), p->name, s->name, reason,
		 wait / 1000, wait / 100 % 10);
	s->redial_ms = s->redial_ms > s->redial_max_ms / 2 ? s->redial_max_ms : s->redial_ms * 2;
	loop_timer_set(e->loop, &s->redial, engine_now(e) + wait, on_redial);
}
