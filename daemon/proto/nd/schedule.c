/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a router advertises itself on one link; see nd.h. */
#include <string.h>

#include "proto/nd/nd.h"

static const uint8_t nobody[16];
static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 1 };

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Not before that may one go to all again. */
static uint64_t pause_end(const struct nd_schedule *s)
{
	return s->to_all_ms ? s->to_all_ms + ND_PAUSE_MS : 0;
}

void nd_schedule_start(struct nd_schedule *s, uint64_t now_ms)
{
	s->initial = ND_INITIAL_ADVERTS;
	s->unsolicited_ms = later(now_ms, pause_end(s));
}

/* Whoever else asks meanwhile: one answer goes to all of them. */
static void join_askers(struct nd_schedule *s, const uint8_t source[16])
{
	if (memcmp(s->asker, source, sizeof(s->asker)) == 0)
		return;
	memcpy(s->asker, nobody, sizeof(s->asker));
	s->answer_ms = later(s->answer_ms, pause_end(s));
}

void nd_schedule_ask(struct nd_schedule *s, uint64_t now_ms,
		     const uint8_t source[16], uint32_t random)
{
	if (s->answer_ms) {
		join_askers(s, source);
		return;
	}
	s->answer_ms = now_ms + random % (ND_ANSWER_DELAY_MS + 1);
	memcpy(s->asker, source, sizeof(s->asker));
	if (memcmp(source, nobody, sizeof(nobody)) == 0)
		s->answer_ms = later(s->answer_ms, pause_end(s));
}

uint64_t nd_schedule_due(const struct nd_schedule *s)
{
	return s->answer_ms && s->answer_ms < s->unsolicited_ms ?
		       s->answer_ms :
		       s->unsolicited_ms;
}

/* Section 6.2.4: between the two intervals, and soon for the first few. */
static void plan_next(struct nd_schedule *s, uint64_t now_ms, uint32_t random)
{
	uint64_t wait = ND_INTERVAL_MIN_MS +
			random % (ND_INTERVAL_MAX_MS - ND_INTERVAL_MIN_MS + 1);

	if (s->initial)
		s->initial--;
	if (s->initial && wait > ND_INITIAL_INTERVAL_MS)
		wait = ND_INITIAL_INTERVAL_MS;
	s->unsolicited_ms = now_ms + wait;
}

bool nd_schedule_take(struct nd_schedule *s, uint64_t now_ms, uint32_t random,
		      uint8_t to[16])
{
	bool one = s->answer_ms && s->answer_ms < s->unsolicited_ms &&
		   memcmp(s->asker, nobody, sizeof(nobody)) != 0;

	if (now_ms < nd_schedule_due(s))
		return false;
	s->answer_ms = 0;
	memcpy(to, one ? s->asker : all_nodes, sizeof(all_nodes));
	if (one)
		return true;
	s->to_all_ms = now_ms;
	plan_next(s, now_ms, random);
	return true;
}
