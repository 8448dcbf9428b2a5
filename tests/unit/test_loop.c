/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop: order and number of timers, sources that end themselves in
 * their callback, the idle function, the clock of a turn, signals.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/loop.h"

static struct loop *loop;

static int setup(void **state)
{
	(void)state;
	loop = loop_new();
	return loop == NULL;
}

static int teardown(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

static uint64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void stop_timer(struct loop_timer *t)
{
	(void)t;
	loop_stop(loop);
}

/* ---- timers ---- */

struct timed {
	struct loop_timer t;
	uint64_t want; /* UINT64_MAX: must not fire */
	int fired;
};

static uint64_t last_want;
static int fired_total;

static void timed_cb(struct loop_timer *t)
{
	struct timed *x = (struct timed *)t;

	assert_false(loop_timer_is_set(t));
	assert_true(loop_now(loop) >= x->want);
	assert_true(x->want >= last_want); /* in the order of their deadlines */
	last_want = x->want;
	x->fired++;
	fired_total++;
}

static uint32_t rnd_state;

static uint32_t rnd(uint32_t n)
{
	rnd_state = rnd_state * 1664525 + 1013904223;
	return (rnd_state >> 8) % n;
}

/*
 * Thousands of timers set, moved both ways and stopped: each fires once, in
 * order, in time.
 */
static void test_timers_random(void **state)
{
	enum { N = 3000 };
	static struct timed x[N];
	struct loop_timer end = { 0 };
	uint64_t start = loop_now(loop);
	int i, round, expected = 0;

	(void)state;
	rnd_state = 1;
	last_want = 0;
	fired_total = 0;
	memset(x, 0, sizeof(x));
	for (round = 0; round < 4; round++)
		for (i = 0; i < N; i++) {
			if (rnd(4) == 0) {
				loop_timer_stop(&x[i].t);
				x[i].want = UINT64_MAX;
				continue;
			}
			x[i].want = start + rnd(60);
			assert_int_equal(loop_timer_set(loop, &x[i].t,
							x[i].want, timed_cb),
					 0);
			assert_int_equal(x[i].t.deadline, x[i].want);
		}
	assert_int_equal(loop_timer_set(loop, &end, start + 80, stop_timer), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_true(loop_now(loop) >= start + 80);
	for (i = 0; i < N; i++) {
		expected += x[i].want != UINT64_MAX;
		assert_int_equal(x[i].fired, x[i].want != UINT64_MAX);
	}
	assert_int_equal(fired_total, expected);
}

static int count;

static void push_back(struct loop_timer *t)
{
	assert_int_equal(loop_timer_set(loop, t, loop_now(loop) + 5,
					stop_timer),
			 0);
	count++;
}

/*
 * A later deadline for an armed timer counts, though the heap
 * keeps the old one.
 */
static void test_timer_later(void **state)
{
	struct loop_timer t = { 0 }, early = { 0 };
	uint64_t start = loop_now(loop);

	(void)state;
	count = 0;
	assert_int_equal(loop_timer_set(loop, &t, start + 5, stop_timer), 0);
	assert_int_equal(loop_timer_set(loop, &t, start + 60, stop_timer), 0);
	assert_int_equal(loop_timer_set(loop, &early, start + 10, push_back),
			 0);
	loop_timer_stop(&early);
	assert_int_equal(loop_run(loop), 0);
	assert_true(clock_ms() >= start + 60);
	assert_int_equal(count, 0);
	/* Earlier again after later. */
	start = loop_now(loop);
	assert_int_equal(loop_timer_set(loop, &t, start + 10000, stop_timer),
			 0);
	assert_int_equal(loop_timer_set(loop, &t, start + 5, stop_timer), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_true(clock_ms() < start + 5000);
	/* Set anew in its own callback. */
	assert_int_equal(loop_timer_set(loop, &t, 0, push_back), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(count, 1);
}

static struct loop_timer *victim;

static void free_both(struct loop_timer *t)
{
	loop_timer_stop(victim);
	free(victim);
	victim = NULL;
	free(t);
	count++;
}

static void must_not_fire(struct loop_timer *t)
{
	(void)t;
	fail();
}

/* A callback frees its own timer and another that is due in the same turn. */
static void test_timer_frees(void **state)
{
	struct loop_timer *t = calloc(1, sizeof(*t)), end = { 0 };

	(void)state;
	count = 0;
	victim = calloc(1, sizeof(*victim));
	assert_int_equal(loop_timer_set(loop, t, 1, free_both), 0);
	assert_int_equal(loop_timer_set(loop, victim, 2, must_not_fire), 0);
	assert_int_equal(loop_timer_set(loop, &end, 3, stop_timer), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(count, 1);
}

/* ---- fds ---- */

static int fds[2], turns;
static struct loop_timer forever;

static void again_at_once(struct loop_timer *t)
{
	loop_timer_set(loop, t, 0, again_at_once);
}

static void read_one(struct loop_io *io, int fd, int events)
{
	char c;

	assert_int_equal(events, LOOP_READ);
	assert_int_equal(read(fd, &c, 1), 1);
	count++;
	if (c == 'q')
		loop_stop(loop);
	if (c == 'x') {
		loop_io_stop(io);
		free(io);
	}
}

static void on_idle(void *arg)
{
	assert_ptr_equal(arg, &turns);
	turns++;
}

/* A timer that is always due leaves room for fds, and idle runs each turn. */
static void test_io_beside_busy_timer(void **state)
{
	struct loop_io io = { 0 };

	(void)state;
	count = turns = 0;
	assert_int_equal(pipe(fds), 0);
	loop_set_idle(loop, on_idle, &turns);
	assert_int_equal(loop_io_start(loop, &io, fds[0], LOOP_READ, read_one),
			 0);
	again_at_once(&forever);
	assert_int_equal(write(fds[1], "abq", 3), 3);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(count, 3);
	/* before the first, and one each: level triggered */
	assert_true(turns >= 4);
	loop_timer_stop(&forever);
	loop_io_stop(&io);
	loop_io_stop(&io);
	close(fds[0]);
	close(fds[1]);
}

static void test_io_stops_itself(void **state)
{
	struct loop_io *io = calloc(1, sizeof(*io));

	(void)state;
	count = 0;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(loop_io_start(loop, io, fds[0], LOOP_READ, read_one),
			 0);
	assert_int_equal(write(fds[1], "xy", 2), 2);
	/* With its only source gone the loop says so. */
	assert_int_equal(loop_run(loop), -EDEADLK);
	assert_int_equal(count, 1);
	close(fds[0]);
	close(fds[1]);
}

static void on_writable(struct loop_io *io, int fd, int events)
{
	(void)fd;
	assert_int_equal(events, LOOP_WRITE);
	if (++count == 3) {
		assert_int_equal(loop_io_set(loop, io, 0), 0);
		loop_timer_set(loop, &forever, loop_now(loop) + 20, stop_timer);
	}
	assert_true(count <= 3);
}

/* Changing the interest: nothing, writing, nothing. */
static void test_io_set(void **state)
{
	struct loop_io io = { 0 };

	(void)state;
	count = 0;
	assert_int_equal(loop_io_set(loop, &io, LOOP_READ), -EBADF);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(loop_io_start(loop, &io, fds[1], 0, on_writable), 0);
	assert_int_equal(loop_run(loop), -EDEADLK);
	assert_int_equal(loop_io_set(loop, &io, LOOP_WRITE), 0);
	assert_int_equal(loop_io_set(loop, &io, LOOP_WRITE), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(count, 3);
	loop_io_stop(&io);
	close(fds[0]);
	close(fds[1]);
}

/* ---- the rest ---- */

static void spend_time(struct loop_timer *t)
{
	uint64_t now = loop_now(loop), until = clock_ms() + 3;

	(void)t;
	while (clock_ms() < until)
		;
	assert_int_equal(loop_now(loop), now); /* cached for the turn */
	assert_true(loop_now_fresh(loop) >= now + 3);
	assert_true(loop_now(loop) >= now + 3);
	loop_stop(loop);
}

static void test_clock(void **state)
{
	struct loop_timer t = { 0 };
	uint64_t before, until;

	(void)state;
	assert_int_equal(loop_timer_set(loop, &t, 0, spend_time), 0);
	assert_int_equal(loop_run(loop), 0);
	/* Outside of a run nothing is cached. */
	before = loop_now(loop);
	for (until = clock_ms() + 3; clock_ms() < until;)
		;
	assert_true(loop_now(loop) >= before + 3);
}

static void on_signal(struct loop_signal *s, int signo)
{
	assert_int_equal(signo, SIGUSR1);
	loop_signal_stop(s);
	count++;
	loop_stop(loop);
}

static void test_signal(void **state)
{
	struct loop_signal s = { 0 };

	(void)state;
	count = 0;
	assert_int_equal(loop_signal_start(loop, &s, SIGUSR1, on_signal), 0);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(count, 1);
	loop_signal_stop(&s);
}

/* A stop before the run counts; what a freed loop had is stopped. */
static void test_stop_and_free(void **state)
{
	struct loop_timer t = { 0 };

	(void)state;
	assert_int_equal(loop_timer_set(loop, &t, 0, must_not_fire), 0);
	loop_stop(loop);
	assert_int_equal(loop_run(loop), 0);
	assert_true(loop_timer_is_set(&t));
	loop_free(loop);
	assert_false(loop_timer_is_set(&t));
	loop_timer_stop(&t);
	loop = loop_new();
	assert_non_null(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_timers_random, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_timer_later, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_timer_frees, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_io_beside_busy_timer,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_io_stops_itself, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_io_set, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop_and_free, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
