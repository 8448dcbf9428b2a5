// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A helper's life: started, told of changes once it heeds that, started again,
 * missing, ended.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/log.h"
#include "monitor/helper.h"

#define WAIT_MS 20000

static struct {
	char dir[32], path[64];
	struct loop *loop;
	struct loop_signal sigchld;
	struct loop_timer tick;
	struct helper_program program;
	struct helper helper;
	unsigned int prepared, exits;
	int prepare_fails;
	bool (*until)(void);
	uint64_t deadline;
} b;

static const char *const bad[] = { "bad ", NULL };

/*
 * What it does with SIGHUP is written to its folder; it comes to an
 * end with SIGTERM.
 */
static void write_program(const char *before)
{
	FILE *f = fopen(b.path, "w");

	assert_non_null(f);
	fprintf(f,
		"#!/bin/bash\ncd %s\ntrap 'echo >> reread; echo reread' "
		"HUP\ntrap 'exit 0' TERM\n%s\n"
		"echo Started\nwhile :; do sleep 0.02; done\n",
		b.dir, before);
	fclose(f);
	assert_int_equal(chmod(b.path, 0700), 0);
}

static unsigned int reread(void)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "%s/reread", b.dir);
	return stat(path, &st) < 0 ? 0 : (unsigned int)st.st_size;
}

static int prepare(struct helper *h)
{
	assert_ptr_equal(h, &b.helper);
	b.prepared++;
	return b.prepare_fails;
}

static void on_sigchld(struct loop_signal *s, int signo)
{
	int status;
	pid_t pid;

	(void)s;
	(void)signo;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		b.exits += helper_reaped(&b.helper, pid, status);
}

static void on_tick(struct loop_timer *t)
{
	if (b.until()) {
		loop_stop(b.loop);
		return;
	}
	assert_true(loop_now_fresh(b.loop) < b.deadline);
	loop_timer_set(b.loop, t, loop_now_fresh(b.loop) + 5, on_tick);
}

static void run_until(bool (*until)(void))
{
	b.until = until;
	b.deadline = loop_now_fresh(b.loop) + WAIT_MS;
	loop_timer_set(b.loop, &b.tick, loop_now_fresh(b.loop), on_tick);
	assert_int_equal(loop_run(b.loop), 0);
}

static int setup(void **state)
{
	(void)state;
	memset(&b, 0, sizeof(b));
	snprintf(b.dir, sizeof(b.dir), "/tmp/l2tpd-helper.XXXXXX");
	if (!mkdtemp(b.dir))
		return -1;
	snprintf(b.path, sizeof(b.path), "%s/program", b.dir);
	b.loop = loop_new();
	loop_signal_start(b.loop, &b.sigchld, SIGCHLD, on_sigchld);
	b.program = (struct helper_program){
		.name = "test",
		.path = b.path,
		.package = "tests",
		.ready = "Started",
		.failed = "unreadable",
		.bad = bad,
	};
	helper_init(&b.helper, b.loop, &b.program);
	b.helper.prepare = prepare;
	return 0;
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	helper_fini(&b.helper, 1000);
	assert_int_equal(b.helper.pid, 0);
	loop_timer_stop(&b.tick);
	loop_signal_stop(&b.sigchld);
	loop_free(b.loop);
	snprintf(command, sizeof(command), "rm -rf %s", b.dir);
	return system(command);
}

static bool is_ready(void)
{
	return b.helper.ready;
}

static bool was_told(void)
{
	return reread() == 1;
}

static bool was_told_twice(void)
{
	return reread() == 2;
}

static bool is_gone(void)
{
	return b.exits == 1;
}

static void test_life(void **state)
{
	(void)state;
	write_program("");
	helper_want(&b.helper);
	assert_int_equal(b.prepared, 1);
	run_until(is_ready);
	assert_int_equal(reread(), 0);
	helper_want(&b.helper);
	assert_int_equal(b.prepared, 2);
	run_until(was_told);
	helper_end(&b.helper);
	run_until(is_gone);
	assert_int_equal(b.helper.pid, 0);
	assert_false(loop_timer_is_set(&b.helper.timer));
	helper_want(&b.helper);
	run_until(is_ready);
}

/*
 * SIGHUP would end it before it heeds it: what changes meanwhile is
 * told then, at once.
 */
static void test_not_ready(void **state)
{
	(void)state;
	write_program("trap - HUP; until [ -e go ]; do sleep 0.01; done; trap "
		      "'echo >> reread' HUP");
	helper_want(&b.helper);
	helper_want(&b.helper);
	helper_want(&b.helper);
	assert_int_equal(b.prepared, 1);
	fclose(fopen(strcat(strcpy((char[64]){ 0 }, b.dir), "/go"), "w"));
	run_until(was_told);
	assert_int_equal(b.prepared, 2);
	assert_int_equal(b.exits, 0);
}

/* It could not take its configuration: it is written once more, and told. */
static void test_failed(void **state)
{
	(void)state;
	write_program("trap 'echo >> reread; [ -s again ] || echo unreadable; "
		      "echo >> again' HUP");
	helper_want(&b.helper);
	run_until(is_ready);
	helper_want(&b.helper);
	run_until(was_told_twice);
	assert_int_equal(b.prepared, 3);
}

static bool is_back(void)
{
	return b.exits == 2 && b.helper.pid && b.helper.ready;
}

static void test_dies(void **state)
{
	(void)state;
	write_program("[ -e dead ] && echo >> dead || { echo bad thing; echo > "
		      "dead; exit 7; }\n"
		      "[ $(stat -c %s dead) = 2 ] && kill -9 $$");
	helper_want(&b.helper);
	run_until(is_back);
	assert_int_equal(b.prepared, 3);
	assert_int_equal(b.helper.failures, 2);
}

static void test_missing(void **state)
{
	(void)state;
	helper_want(&b.helper);
	assert_true(b.program.missing);
	assert_int_equal(b.helper.pid, 0);
	assert_int_equal(b.prepared, 0);
	helper_want(&b.helper);
	/* Installed meanwhile: the next session finds it. */
	write_program("");
	helper_want(&b.helper);
	assert_false(b.program.missing);
	run_until(is_ready);
}

static void test_unwritten(void **state)
{
	(void)state;
	write_program("");
	b.prepare_fails = -ENOSPC;
	helper_want(&b.helper);
	assert_int_equal(b.helper.pid, 0);
	b.prepare_fails = 0;
	helper_want(&b.helper);
	run_until(is_ready);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_life), test(test_not_ready), test(test_failed),
		test(test_dies), test(test_missing),   test(test_unwritten),
	};

	log_open("test", LOG_SINK_STDERR, LOG_WARNING);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
