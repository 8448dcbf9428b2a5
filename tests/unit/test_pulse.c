/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a process counts as hung, and what of its silence is not its own fault.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "monitor/pulse.h"

#define BEAT  5000u
#define LIMIT 30000u

static struct pulse pulse;
static struct pulse_sight sight;

static int setup(void **state)
{
	(void)state;
	sight = (struct pulse_sight){ .now_ms = 1000000 };
	pulse_begin(&pulse, sight.now_ms);
	return 0;
}

/* One beat, ms after the one before; asks as the monitor does. */
static bool beat(uint32_t ms)
{
	bool hung;

	sight.now_ms += ms;
	hung = pulse_beat(&pulse, &sight, BEAT, LIMIT);
	pulse.asked = true;
	return hung;
}

/* Beats until it counts as hung; how many, or 0: not within a hundred. */
static int beats_until_hung(uint64_t waits_ms)
{
	for (int i = 1; i <= 100; i++) {
		sight.waited_ms += waits_ms;
		if (beat(BEAT))
			return i;
	}
	return 0;
}

static void test_silent(void **state)
{
	(void)state;
	assert_false(beat(BEAT)); /* nothing was asked before */
	assert_int_equal(beats_until_hung(0), LIMIT / BEAT);
	assert_true(pulse.ended);
	assert_false(beat(BEAT)); /* it is killed once */
}

static void test_whatever_it_says_is_an_answer(void **state)
{
	(void)state;
	beat(BEAT);
	for (int i = 0; i < 100; i++) {
		if (i % 5 == 0)
			pulse_heard(&pulse);
		assert_false(beat(BEAT));
	}
}

static void test_limit_of_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		sight.now_ms += BEAT;
		assert_false(pulse_beat(&pulse, &sight, BEAT, 0));
		pulse.asked = true;
	}
}

/* SIGSTOP of all: what was silent meanwhile has its whole time again. */
static void test_the_monitor_was_held(void **state)
{
	(void)state;
	beat(BEAT);
	for (uint32_t i = 1; i < LIMIT / BEAT; i++)
		assert_false(beat(BEAT));
	assert_false(beat(3600000));
	assert_int_equal(beats_until_hung(0), LIMIT / BEAT);
}

static void test_debugger(void **state)
{
	(void)state;
	sight.traced = true;
	beat(BEAT);
	assert_int_equal(beats_until_hung(0), 0);
	sight.traced = false;
	assert_int_equal(beats_until_hung(0), LIMIT / BEAT);
}

/* A machine under load: it would run if it were let. */
static void test_waits_for_a_processor(void **state)
{
	(void)state;
	beat(BEAT);
	assert_int_equal(beats_until_hung(BEAT * 9 / 10), 0);
	/* One that runs when it is let is no less hung. */
	assert_int_equal(beats_until_hung(BEAT / 10), LIMIT / BEAT);
}

static void test_interval(void **state)
{
	(void)state;
	assert_int_equal(pulse_interval(LIMIT, 0), BEAT);
	assert_int_equal(pulse_interval(3000, 0), 500);
	assert_int_equal(pulse_interval(0, 60000000), BEAT);
	assert_int_equal(pulse_interval(LIMIT, 4000000), 2000);
	assert_int_equal(pulse_interval(1, 1), 100);
}

/* Of a real process: a traced one is seen as such. */
static void test_look(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	pulse_look(child, 7, &sight);
	assert_true(sight.traced);
	assert_int_equal(sight.now_ms, 7);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	pulse_look(getpid(), 8, &sight);
	assert_false(sight.traced);
	pulse_look(child, 9, &sight); /* it is gone */
	assert_false(sight.traced);
	assert_int_equal(sight.waited_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_silent, setup),
		cmocka_unit_test_setup(test_whatever_it_says_is_an_answer,
				       setup),
		cmocka_unit_test_setup(test_limit_of_nothing, setup),
		cmocka_unit_test_setup(test_the_monitor_was_held, setup),
		cmocka_unit_test_setup(test_debugger, setup),
		cmocka_unit_test_setup(test_waits_for_a_processor, setup),
		cmocka_unit_test(test_interval),
		cmocka_unit_test_setup(test_look, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
