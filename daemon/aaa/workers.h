/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads for work that blocks. A job runs in a thread, then its done function
 * in the loop's. The queue is bounded; threads start when they are needed and
 * end with the process, which need not wait for a resolver that is stuck.
 */
#ifndef L2TPD_AAA_WORKERS_H
#define L2TPD_AAA_WORKERS_H

#include "lib/loop.h"

struct workers;

struct workers_job {
	void (*run)(struct workers_job *j);	/* in a thread: touches nothing but the job */
	void (*done)(struct workers_job *j);	/* in the loop; owns the job from here on */
	struct workers_job *next;
};

/* NULL: out of memory or fds. */
struct workers *workers_new(struct loop *loop, unsigned int threads, unsigned int queue);
/* 0; -EAGAIN when the queue is full, or -ENOMEM without a thread: the job stays the caller's. */
int workers_add(struct workers *w, struct workers_job *j);

#endif
