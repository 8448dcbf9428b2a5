/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns of a loop, for a fuzz target that gives it something to read. */
#ifndef L2TPD_TESTS_FUZZ_TURNS_H
#define L2TPD_TESTS_FUZZ_TURNS_H

#include "check.h"
#include "lib/loop.h"

struct fuzz_turns {
	struct loop_timer timer;
	struct loop *loop;
};

static inline void fuzz_stop_loop(struct loop_timer *t)
{
	loop_stop(container_of(t, struct fuzz_turns, timer)->loop);
}

/* What is ready is done; nothing is waited for. */
static inline void fuzz_turns(struct loop *loop, unsigned int n)
{
	struct fuzz_turns t = { .loop = loop };

	while (n--) {
		CHECK(loop_timer_set(loop, &t.timer, loop_now_fresh(loop),
				     fuzz_stop_loop) == 0);
		CHECK(loop_run(loop) == 0);
	}
}

#endif
