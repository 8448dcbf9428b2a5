/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop. libevent waits for fds and signals; the timers are a heap of
 * our own, embedded in their owners, with one libevent timer for its top: tens
 * of thousands of them cost no allocation each, and a deadline that moves back
 * touches nothing but its owner.
 */
#include "lib/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

/* The deadline for which t stands in the heap; t's own may be later by now. */
struct slot {
	uint64_t at;
	struct loop_timer *t;
};

struct loop {
	struct event_base *base;
	struct event *tick; /* for the heap's top */
	uint64_t tick_at;   /* UINT64_MAX: not armed */
	struct slot *heap;  /* binary, the earliest first */
	uint32_t heap_n, heap_size;
	uint64_t now;
	bool now_valid, running, stop;
	void (*idle)(void *arg);
	void *idle_arg;
};

/* ---- the clock ---- */

uint64_t loop_now_fresh(struct loop *l)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	l->now = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	l->now_valid = l->running;
	return l->now;
}

uint64_t loop_now(struct loop *l)
{
	return l->now_valid ? l->now : loop_now_fresh(l);
}

/* ---- the heap ---- */

static void heap_put(struct loop *l, uint32_t i, struct slot s)
{
	l->heap[i] = s;
	s.t->slot = i;
}

static void heap_up(struct loop *l, uint32_t i, struct slot s)
{
	while (i > 0 && s.at < l->heap[(i - 1) / 2].at) {
		heap_put(l, i, l->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	heap_put(l, i, s);
}

static void heap_down(struct loop *l, uint32_t i, struct slot s)
{
	uint32_t child;

	while ((child = 2 * i + 1) < l->heap_n) {
		if (child + 1 < l->heap_n &&
		    l->heap[child + 1].at < l->heap[child].at)
			child++;
		if (s.at <= l->heap[child].at)
			break;
		heap_put(l, i, l->heap[child]);
		i = child;
	}
	heap_put(l, i, s);
}

static void heap_remove(struct loop *l, uint32_t i)
{
	struct slot last = l->heap[--l->heap_n];

	if (i == l->heap_n)
		return;
	if (i > 0 && last.at < l->heap[(i - 1) / 2].at)
		heap_up(l, i, last);
	else
		heap_down(l, i, last);
}

static int heap_reserve(struct loop *l)
{
	uint32_t size = l->heap_size ? l->heap_size * 2 : 64;
	struct slot *heap;

	if (l->heap_n < l->heap_size)
		return 0;
	heap = reallocarray(l->heap, size, sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	l->heap = heap;
	l->heap_size = size;
	return 0;
}

/* ---- timers ---- */

int loop_timer_set(struct loop *l, struct loop_timer *t, uint64_t deadline_ms,
		   void (*cb)(struct loop_timer *))
{
	struct slot s = { .at = deadline_ms, .t = t };
	int err;

	if (!t->loop) {
		err = heap_reserve(l);
		if (err)
			return err;
		t->loop = l;
		heap_up(l, l->heap_n++, s);
	} else if (deadline_ms < l->heap[t->slot].at) {
		heap_up(l, t->slot, s);
	}
	t->deadline = deadline_ms;
	t->cb = cb;
	return 0;
}

void loop_timer_stop(struct loop_timer *t)
{
	if (!t->loop)
		return;
	heap_remove(t->loop, t->slot);
	t->loop = NULL;
}

/*
 * Runs what is due, in the order of the deadlines. The budget is for moving
 * each timer to its deadline once and running it once: a callback that sets
 * its timer to "now" waits for the next turn.
 */
static void run_timers(struct loop *l)
{
	uint64_t budget = 2 * (uint64_t)l->heap_n, now;

	if (!budget)
		return;
	for (now = loop_now(l); budget && l->heap_n && l->heap[0].at <= now;
	     budget--) {
		struct loop_timer *t = l->heap[0].t;

		if (t->deadline > l->heap[0].at) {
			heap_down(l, 0,
				  (struct slot){ .at = t->deadline, .t = t });
			continue;
		}
		loop_timer_stop(t);
		t->cb(t);
	}
}

static void tick_cb(evutil_socket_t fd, short events, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)events;
	l->tick_at = UINT64_MAX;
}

/* Arms libevent's timer for the heap's top, when it is not the armed one. */
static int arm_tick(struct loop *l)
{
	uint64_t at = l->heap_n ? l->heap[0].at : UINT64_MAX, now, wait;
	struct timeval tv;

	if (at == l->tick_at)
		return 0;
	l->tick_at = at;
	if (at == UINT64_MAX)
		return event_del(l->tick) ? -EIO : 0;
	now = loop_now_fresh(l);
	wait = at > now ? at - now : 0;
	tv.tv_sec = (time_t)(wait / 1000);
	tv.tv_usec = (suseconds_t)(wait % 1000 * 1000);
	return event_add(l->tick, &tv) ? -ENOMEM : 0;
}

/* ---- fds ---- */

static void io_cb(evutil_socket_t fd, short events, void *arg)
{
	struct loop_io *io = arg;

	io->cb(io, fd,
	       (events & EV_READ ? LOOP_READ : 0) |
		       (events & EV_WRITE ? LOOP_WRITE : 0));
}

static short to_libevent(short events)
{
	return (short)(EV_PERSIST | (events & LOOP_READ ? EV_READ : 0) |
		       (events & LOOP_WRITE ? EV_WRITE : 0));
}

int loop_io_start(struct loop *l, struct loop_io *io, int fd, short events,
		  void (*cb)(struct loop_io *, int, int))
{
	loop_io_stop(io);
	io->ev = event_new(l->base, fd, to_libevent(events), io_cb, io);
	if (!io->ev)
		return -ENOMEM;
	io->fd = fd;
	io->events = events;
	io->cb = cb;
	if (events && event_add(io->ev, NULL)) {
		loop_io_stop(io);
		return -EIO;
	}
	return 0;
}

int loop_io_set(struct loop *l, struct loop_io *io, short events)
{
	if (!io->ev)
		return -EBADF;
	if (io->events == events)
		return 0;
	event_del(io->ev);
	if (event_assign(io->ev, l->base, io->fd, to_libevent(events), io_cb,
			 io))
		return -EINVAL;
	io->events = events;
	if (events && event_add(io->ev, NULL))
		return -EIO;
	return 0;
}

void loop_io_stop(struct loop_io *io)
{
	if (!io->ev)
		return;
	event_free(io->ev);
	io->ev = NULL;
	io->events = 0;
}

/* ---- signals ---- */

static void signal_cb(evutil_socket_t signo, short events, void *arg)
{
	struct loop_signal *s = arg;

	(void)events;
	s->cb(s, signo);
}

int loop_signal_start(struct loop *l, struct loop_signal *s, int signo,
		      void (*cb)(struct loop_signal *, int))
{
	loop_signal_stop(s);
	s->ev = event_new(l->base, signo, EV_SIGNAL | EV_PERSIST, signal_cb, s);
	if (!s->ev)
		return -ENOMEM;
	s->cb = cb;
	if (event_add(s->ev, NULL)) {
		loop_signal_stop(s);
		return -EIO;
	}
	return 0;
}

void loop_signal_stop(struct loop_signal *s)
{
	if (!s->ev)
		return;
	event_free(s->ev);
	s->ev = NULL;
}

/* ---- the loop ---- */

struct loop *loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->tick_at = UINT64_MAX;
	l->base = event_base_new();
	if (l->base)
		l->tick = evtimer_new(l->base, tick_cb, l);
	if (!l->tick) {
		loop_free(l);
		return NULL;
	}
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	while (l->heap_n)
		l->heap[--l->heap_n].t->loop = NULL;
	if (l->tick)
		event_free(l->tick);
	if (l->base)
		event_base_free(l->base);
	free(l->heap);
	free(l);
}

/* One turn: wait, what happened, what is due, the idle function. */
static int turn(struct loop *l)
{
	int err = arm_tick(l);

	if (err)
		return err;
	l->now_valid = false;
	switch (event_base_loop(l->base, EVLOOP_ONCE)) {
	case 0:
		break;
	case 1:
		return -EDEADLK;
	default:
		return -EIO;
	}
	run_timers(l);
	if (l->idle)
		l->idle(l->idle_arg);
	return 0;
}

int loop_run(struct loop *l)
{
	int err = 0;

	l->running = true;
	/* what was queued before the first wait */
	if (l->idle)
		l->idle(l->idle_arg);
	while (!l->stop && !err)
		err = turn(l);
	l->running = false;
	l->now_valid = false;
	l->stop = false;
	return err;
}

void loop_stop(struct loop *l)
{
	l->stop = true;
}

void loop_set_idle(struct loop *l, void (*cb)(void *arg), void *arg)
{
	l->idle = cb;
	l->idle_arg = arg;
}
