/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log never waits for its reader, whatever stderr is, and says what it
 * lost.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/log.h"

#define STALLED_S 20 /* a write that waits ends the test */

static int old_stderr;

/* From now on stderr is fd, which is closed here. */
static void become_stderr(int fd)
{
	assert_true(dup2(fd, STDERR_FILENO) == STDERR_FILENO);
	close(fd);
	log_open("test", LOG_SINK_STDERR, LOG_INFO);
}

static int setup(void **state)
{
	(void)state;
	old_stderr = dup(STDERR_FILENO);
	alarm(STALLED_S);
	return old_stderr < 0;
}

static int teardown(void **state)
{
	(void)state;
	alarm(0);
	become_stderr(old_stderr);
	return 0;
}

/* More lines than any buffer takes; returns how many were written. */
static unsigned int flood(void)
{
	unsigned int n = 20000;

	for (unsigned int i = 0; i < n; i++)
		log_warn("line %u", i);
	return n;
}

/* Reads all that is there; returns how many whole lines that are. */
static unsigned int drain(int fd)
{
	unsigned int lines = 0;
	char buf[65536];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++)
			lines += buf[i] == '\n';
	return lines;
}

/* Floods a stderr whose other end is fd, and nobody reads. */
static void check_stalled(int fd)
{
	unsigned int written, kept;
	char line[256], want[256];
	ssize_t n;

	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	written = flood();
	kept = drain(fd);
	assert_in_range(kept, 1, written - 1);
	log_warn("again");
	n = read(fd, line, sizeof(line) - 1);
	assert_true(n > 0);
	line[n] = '\0';
	snprintf(want, sizeof(want),
		 "l2tpd test: warning: again (%u lines before this one were "
		 "lost)\n",
		 written - kept);
	assert_string_equal(line, want);
	close(fd);
}

static void test_pipe(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	become_stderr(fds[1]);
	check_stalled(fds[0]);
}

/* The flag is the log's alone: others have the same open pipe. */
static void test_pipe_of_others(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	become_stderr(fds[1]);
	assert_false(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK);
	close(fds[0]);
}

/* What systemd gives its services. */
static void test_stream_socket(void **state)
{
	int sv[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
	become_stderr(sv[1]);
	check_stalled(sv[0]);
}

static void test_reader_is_gone(void **state)
{
	int sv[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
	become_stderr(sv[1]);
	close(sv[0]);
	flood();
	/* So that the next test's first line has nothing to say of these. */
	become_stderr(open("/dev/null", O_WRONLY));
	log_warn("all is said");
}

/* A file has its place shared with whoever writes to it as well. */
static void test_file(void **state)
{
	char path[] = "/tmp/l2tpd-log-XXXXXX", text[256];
	int fd = mkstemp(path);
	ssize_t n;

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, "before\n", 7), 7);
	become_stderr(dup(fd));
	log_warn("one");
	assert_int_equal(write(fd, "between\n", 8), 8);
	log_warn("two");
	n = pread(fd, text, sizeof(text) - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "before\nl2tpd test: warning: one\nbetween\n"
				  "l2tpd test: warning: two\n");
	close(fd);
}

static void test_last_error(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	become_stderr(fds[1]);
	log_error("%s: not there", "file");
	log_warn("something else");
	assert_string_equal(log_last_error(), "file: not there");
	close(fds[0]);
}

/* A peer's octets change nothing but their own place in the line. */
static void test_text_of_others(void **state)
{
	static const char want[] = "l2tpd test: warning: "
				   "a\\xff\\xe2\\x80\\xae\\x0ab\xc3\xa9\\xc3\n";
	char line[256];
	int fds[2];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	become_stderr(fds[1]);
	log_warn("%s", "a\xff\xe2\x80\xae\nb\xc3\xa9\xc3");
	n = read(fds[0], line, sizeof(line) - 1);
	assert_true(n > 0);
	line[n] = '\0';
	assert_string_equal(line, want);
	close(fds[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pipe, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pipe_of_others, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_stream_socket, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_reader_is_gone, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_last_error, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_text_of_others, setup,
						teardown),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
