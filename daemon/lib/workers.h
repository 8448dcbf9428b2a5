/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads for work that blocks. A job runs in a thread, then its done function
 * in the loop's. The queue is bounded; threads start when they are needed. They
 * may end with the process, which then need not wait for a resolver that is
 * stuck.
 */
#ifndef L2TPD_LIB_WORKERS_H
#define L2TPD_LIB_WORKERS_H

#include "lib/loop.h"

struct workers;

struct workers_job {
	/* in a thread: touches nothing but the job */
	void (*run)(struct workers_job *j);
	/* in the loop; owns the job from here on */
	void (*done)(struct workers_job *j);
	struct workers_job *next;
};

/* NULL: out of memory or fds. */
struct workers *workers_new(struct loop *loop, unsigned int threads,
			    unsigned int queue);
/*
 * 0; -EAGAIN when the queue is full, or -ENOMEM without a thread: the job stays
 * the caller's.
 */
int workers_add(struct workers *w, struct workers_job *j);
/*
 * Waits until every job that was taken has run, has it done, and ends the
 * threads. What a done function adds is refused. A process that ends has no
 * need of it.
 */
void workers_free(struct workers *w);

#endif
