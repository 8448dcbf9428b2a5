/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log_limit.h with a process's loop and log: the summaries come by a timer. */
#ifndef L2TPD_LIB_LOG_LIMITER_H
#define L2TPD_LIB_LOG_LIMITER_H

#include "lib/log_limit.h"
#include "lib/loop.h"

/* Zeroed, but for limit.kinds, has counted nothing. */
struct log_limiter {
	struct log_limit limit;
	struct loop *loop;	 /* NULL before the first line */
	struct loop_timer timer; /* the next summary */
};

/*
 * Whether one more line may be written now; what is left out is counted, and
 * said later. peer may be NULL. A line that the log hides by its level is
 * neither.
 */
bool log_limiter_pass(struct log_limiter *l, struct loop *loop,
		      unsigned int kind, const struct addr *peer, int level);
/* The process ends: what was left out is said now. */
void log_limiter_fini(struct log_limiter *l);

#endif
