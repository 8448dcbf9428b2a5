/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lines others cause, and the summaries of those that were too many. */
#include "lib/log_limiter.h"

#include "lib/log.h"

static void say(struct log_limiter *l, bool any)
{
	uint64_t now = loop_now(l->loop);
	char text[LOG_LIMIT_TEXT];
	int level;

	while (log_limit_next(&l->limit, now, any, text, sizeof(text), &level))
		log_write(level, "%s", text);
}

static void on_timer(struct loop_timer *t)
{
	struct log_limiter *l = container_of(t, struct log_limiter, timer);
	uint64_t next;

	say(l, false);
	next = log_limit_deadline(&l->limit);
	if (next != UINT64_MAX)
		loop_timer_set(l->loop, t, next, on_timer);
}

bool log_limiter_pass(struct log_limiter *l, struct loop *loop,
		      unsigned int kind, const struct addr *peer, int level)
{
	if (!log_enabled(level))
		return false;
	l->loop = loop;
	if (log_limit_take(&l->limit, loop_now(loop), kind, peer, level))
		return true;
	if (!loop_timer_is_set(&l->timer))
		loop_timer_set(loop, &l->timer, log_limit_deadline(&l->limit),
			       on_timer);
	return false;
}

void log_limiter_fini(struct log_limiter *l)
{
	loop_timer_stop(&l->timer);
	if (l->loop)
		say(l, true);
}
