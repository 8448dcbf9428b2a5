/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop of one process: fds, timers, signals and deferred work.
 * loop.c is the only file that includes libevent. Sources are embedded in
 * their owner; a callback may stop or free its own source.
 */
#ifndef L2TPD_LIB_LOOP_H
#define L2TPD_LIB_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct loop;

/* The owner of an embedded source, or of anything else that is embedded. */
#define container_of(ptr, type, member) \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

struct loop_io {
	struct event *ev;
	int fd;
	short events;
	void (*cb)(struct loop_io *io, int fd, int events);
};

/*
 * A timer costs O(log n) to set; setting an earlier or later
 * deadline replaces it.
 */
struct loop_timer {
	struct loop *loop; /* NULL: stopped */
	uint64_t deadline; /* ms of loop_now; means nothing when stopped */
	void (*cb)(struct loop_timer *t);
	uint32_t slot; /* loop.c's own */
};

static inline bool loop_timer_is_set(const struct loop_timer *t)
{
	return t->loop != NULL;
}

struct loop_signal {
	struct event *ev;
	void (*cb)(struct loop_signal *s, int signo);
};

struct loop *loop_new(void); /* NULL: out of memory */
void loop_free(struct loop *l);
/*
 * Until loop_stop: 0, or -errno; -EDEADLK when nothing is left
 * that could wake it.
 */
int loop_run(struct loop *l);
void loop_stop(struct loop *l);
/* Monotonic milliseconds, cached for one turn of the loop. */
uint64_t loop_now(struct loop *l);
/* Read the clock afresh (after blocking work). */
uint64_t loop_now_fresh(struct loop *l);

/* events: LOOP_READ | LOOP_WRITE, persistent, level triggered. 0 or -errno. */
int loop_io_start(struct loop *l, struct loop_io *io, int fd, short events,
		  void (*cb)(struct loop_io *, int, int));
/* change the interest */
int loop_io_set(struct loop *l, struct loop_io *io, short events);
void loop_io_stop(struct loop_io *io); /* fd is not closed; idempotent */

/*
 * Sets the deadline; cb runs once, at or after it. The underlying timer is
 * only touched when the new deadline is earlier than the armed one, so that
 * pushing a deadline back costs nothing.
 */
int loop_timer_set(struct loop *l, struct loop_timer *t, uint64_t deadline_ms,
		   void (*cb)(struct loop_timer *));
void loop_timer_stop(struct loop_timer *t); /* idempotent; zeroed is stopped */

int loop_signal_start(struct loop *l, struct loop_signal *s, int signo,
		      void (*cb)(struct loop_signal *, int));
void loop_signal_stop(struct loop_signal *s);

/*
 * Runs before the first wait and at the end of every turn, after all callbacks
 * (one per loop).
 */
void loop_set_idle(struct loop *l, void (*cb)(void *arg), void *arg);

#endif
