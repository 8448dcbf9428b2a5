/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runner of templates against a template that this program plays itself:
 * every order in which calls, stops, deaths and reloads can come. The real
 * pppd is tried in tests/vm.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_text.h"
#include "ipc/ipc.h"
#include "lib/log.h"
#include "lib/version.h"
#include "monitor/ppp.h"

#define WAIT_MS	     20000
#define VERSION_HERE "9.9.1-x"

/* ---- the template ---- */

static void send_event(uint16_t type, uint64_t serial, int result,
		       const void *body, size_t len)
{
	struct ipc_header h = {
		.type = type,
		.serial = serial,
		.result = result,
	};

	ipc_send(3, &h, body, len, NULL, 0);
}

/* What a call does is in its user name. */
static void play_call(const struct ppp_call_params *p, struct ipc_message *m)
{
	char byte = 'x';

	signal(SIGTERM, SIG_DFL);
	/*
	 * the call channel is the second fd: who holds its other end
	 * sees the call begin
	 */
	if (write(m->fds[1], &byte, 1) != 1)
		_exit(99);
	if (strcmp(p->user, "exit") == 0)
		_exit(7);
	if (strcmp(p->user, "say") == 0) {
		fprintf(stderr, "pppd: options contradict each other\n");
		_exit(2);
	}
	for (;;)
		pause();
}

static void serve_call(struct ipc_message *m)
{
	const struct ppp_call_params *p =
		ipc_body(m, const struct ppp_call_params);
	struct ppp_template_started s = { 0 };

	if (!p || m->nfds != 2)
		_exit(98);
	if (strcmp(p->user, "kill-template") == 0)
		_exit(97);
	if (strcmp(p->user, "refuse") == 0) {
		send_event(PPP_TEMPLATE_CALL, m->header.serial, -ENOMEM, &s,
			   sizeof(s));
		return;
	}
	s.pid = fork();
	if (s.pid == 0) {
		close(3);
		play_call(p, m);
	}
	send_event(PPP_TEMPLATE_CALL, m->header.serial, 0, &s, sizeof(s));
}

static int signal_pipe[2];

static void on_child(int sig)
{
	char byte = 0;

	(void)sig;
	if (write(signal_pipe[1], &byte, 1) != 1)
		return;
}

static void report_children(void)
{
	struct ppp_template_exit gone;
	char byte;

	if (read(signal_pipe[0], &byte, 1) != 1)
		return;
	while ((gone.pid = waitpid(-1, &gone.status, WNOHANG)) > 0)
		send_event(PPP_TEMPLATE_EXIT, 0, 0, &gone, sizeof(gone));
}

static bool has_option(char **argv, const char *option)
{
	for (; *argv; argv++)
		if (strcmp(*argv, option) == 0)
			return true;
	return false;
}

static int play_template(char **argv)
{
	struct ppp_call_hello ready = { .pid = getpid() };
	static struct ipc_message m;

	printf("Plugin loaded.\n");
	fflush(stdout);
	/* One that pppd cannot load. */
	if (strstr(argv[2], "l2tpd-plugin-")) {
		fprintf(stderr, "pppd: undefined symbol: phasechange\n");
		return 2;
	}
	if (has_option(argv, "nonsense")) {
		fprintf(stderr,
			"pppd: unrecognized option 'nonsense'\nusage\n");
		return 2;
	}
	if (pipe2(signal_pipe, O_CLOEXEC) ||
	    signal(SIGCHLD, on_child) == SIG_ERR)
		return 96;
	send_event(PPP_TEMPLATE_READY, 0, 0, &ready, sizeof(ready));
	for (;;) {
		struct pollfd p[2] = {
			{ .fd = 3, .events = POLLIN },
			{ .fd = signal_pipe[0], .events = POLLIN },
		};

		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents)
			report_children();
		if (!p[0].revents)
			continue;
		if (ipc_recv(3, &m) <= 0)
			break;
		serve_call(&m);
		ipc_close_fds(&m);
	}
	while (wait(NULL) > 0 || errno == EINTR)
		continue;
	return 0;
}

/* ---- the monitor ---- */

static const char sections[] = "listen { address = \"127.0.0.1\" }\n"
			       "lns \"a\" { ppp = \"good\" }\n"
			       "ppp \"good\" { pool = 10.8.0.0/24 }\n"
			       "ppp \"late\" { }\n"
			       "ppp \"none\" { backend = \"none\" }\n"
			       "ppp \"bad\" { options = { \"nonsense\" } }\n";

static const char *self;
static struct loop *loop;
static struct config *config;
static struct ppp_runner *runner;
static struct loop_signal sigchld;
static struct loop_timer deadline;
static bool timed_out;

struct ended {
	unsigned int n;
	uint64_t link;
	pid_t pid;
	int status;
	char why[256];
};
static struct ended ended;

static void on_exited(void *arg, uint64_t link, pid_t pid, int status,
		      const char *why)
{
	(void)arg;
	ended.n++;
	ended.link = link;
	ended.pid = pid;
	ended.status = status;
	snprintf(ended.why, sizeof(ended.why), "%s", why);
}

static void on_sigchld(struct loop_signal *s, int signo)
{
	int status;
	pid_t pid;

	(void)s;
	(void)signo;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		ppp_runner_reaped(runner, pid, status);
}

static void on_deadline(struct loop_timer *t)
{
	(void)t;
	timed_out = true;
}

struct until {
	bool (*cond)(void *arg);
	void *arg;
};

static void on_idle(void *arg)
{
	const struct until *u = arg;

	if (timed_out || u->cond(u->arg))
		loop_stop(loop);
}

static void run_until(bool (*cond)(void *arg), void *arg)
{
	struct until u = { cond, arg };

	timed_out = false;
	loop_timer_set(loop, &deadline, loop_now_fresh(loop) + WAIT_MS,
		       on_deadline);
	loop_set_idle(loop, on_idle, &u);
	assert_int_equal(loop_run(loop), 0);
	loop_timer_stop(&deadline);
	assert_false(timed_out);
}

static bool n_ended(void *arg)
{
	return ended.n >= *(unsigned int *)arg;
}

static void await_ends(unsigned int n)
{
	run_until(n_ended, &n);
	assert_int_equal(ended.n, n);
}

/*
 * A call's first byte comes by itself: nothing else need turn
 * the loop after it.
 */
struct begin {
	struct loop_io io;
	bool seen;
};

static void on_begin(struct loop_io *io, int fd, int events)
{
	struct begin *b = (struct begin *)(void *)io;

	(void)fd;
	(void)events;
	b->seen = true;
	loop_io_stop(io);
}

static bool has_begun(void *arg)
{
	return ((const struct begin *)arg)->seen;
}

struct call {
	int near;
	uint64_t link;
};

static int start(struct call *c, const char *profile, const char *what)
{
	static uint32_t next = 1;
	struct ppp_call_params p = {
		.link = next++,
		.tunnel_id = 1,
		.session_id = 1,
		.lns = true,
	};
	int sv[2], result;

	snprintf(p.user, sizeof(p.user), "%s", what);
	assert_int_equal(ipc_pair(sv), 0);
	result = ppp_runner_start(runner, profile, &p, STDIN_FILENO, sv[1]);
	close(sv[1]);
	c->near = sv[0];
	c->link = p.link;
	if (result)
		close(sv[0]);
	return result;
}

static void must_start(struct call *c, const char *profile, const char *what)
{
	assert_int_equal(start(c, profile, what), 0);
}

static void await_begin(struct call *c)
{
	struct begin b = { .seen = false };
	char byte;

	assert_int_equal(loop_io_start(loop, &b.io, c->near, LOOP_READ,
				       on_begin),
			 0);
	run_until(has_begun, &b);
	assert_int_equal(read(c->near, &byte, 1), 1);
}

static int setup(void **state)
{
	(void)state;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	ended = (struct ended){ 0 };
	config = config_text(sections);
	loop = loop_new();
	assert_int_equal(loop_signal_start(loop, &sigchld, SIGCHLD, on_sigchld),
			 0);
	runner = ppp_runner_new(loop, config, "/nowhere/l2tpd.so", NULL,
				on_exited, NULL);
	assert_non_null(runner);
	ppp_runner_set_pppd(runner, self);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ppp_runner_free(runner);
	/* nothing is left: neither template nor call */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	loop_signal_stop(&sigchld);
	loop_timer_stop(&deadline);
	loop_free(loop);
	config_free(config);
	return 0;
}

/* ---- */

static void test_exit_is_told(void **state)
{
	struct call c;

	(void)state;
	must_start(&c, "good", "exit");
	await_ends(1);
	assert_int_equal(ended.link, c.link);
	assert_true(ended.pid > 0);
	assert_int_equal(WEXITSTATUS(ended.status), 7);
	close(c.near);
}

static void test_profile_without_a_reference(void **state)
{
	struct call c;

	(void)state;
	must_start(&c, "late", "exit");
	await_ends(1);
	close(c.near);
	assert_int_equal(start(&c, "nobody", "exit"), -ENOENT);
	assert_int_equal(start(&c, "none", "exit"), -ENOENT);
}

static void test_stop(void **state)
{
	struct call c;

	(void)state;
	must_start(&c, "good", "wait");
	await_begin(&c);
	ppp_runner_stop(runner, c.link);
	ppp_runner_stop(runner, c.link);
	ppp_runner_stop(runner, 4711);
	await_ends(1);
	assert_int_equal(WTERMSIG(ended.status), SIGTERM);
	close(c.near);
}

/*
 * While it waits for its template, and when the template was asked but
 * has not answered.
 */
static void test_stop_early(void **state)
{
	struct call waiting, warm, asked;

	(void)state;
	must_start(&waiting, "good", "wait");
	ppp_runner_stop(runner, waiting.link);
	assert_int_equal(ended.n, 0);
	await_ends(1);
	assert_int_equal(ended.pid, 0);
	must_start(&warm, "good", "wait");
	await_begin(&warm);
	must_start(&asked, "good", "wait");
	ppp_runner_stop(runner, asked.link);
	await_ends(2);
	assert_true(ended.pid > 0);
	assert_int_equal(WTERMSIG(ended.status), SIGTERM);
	close(waiting.near);
	close(warm.near);
	close(asked.near);
}

static void test_the_same_session_twice(void **state)
{
	struct ppp_call_params p = {
		.link = 70000,
		.tunnel_id = 1,
		.session_id = 1,
		.lns = true,
		.user = "exit",
	};
	int sv[2];

	(void)state;
	assert_int_equal(ipc_pair(sv), 0);
	assert_int_equal(ppp_runner_start(runner, "good", &p, 0, sv[1]), 0);
	assert_int_equal(ppp_runner_start(runner, "good", &p, 0, sv[1]),
			 -EEXIST);
	await_ends(1);
	assert_int_equal(ppp_runner_start(runner, "good", &p, 0, sv[1]), 0);
	await_ends(2);
	close(sv[0]);
	close(sv[1]);
}

static void test_fork_fails(void **state)
{
	struct call c;

	(void)state;
	must_start(&c, "good", "refuse");
	await_ends(1);
	assert_int_equal(ended.pid, 0);
	assert_true(WIFEXITED(ended.status) && WEXITSTATUS(ended.status) != 0);
	close(c.near);
}

static void test_refused_options(void **state)
{
	struct call c, d;

	(void)state;
	must_start(&c, "bad", "exit");
	must_start(&d, "bad", "exit");
	await_ends(2);
	assert_int_equal(ended.pid, 0);
	assert_string_equal(ended.why, "unrecognized option 'nonsense'");
	close(c.near);
	close(d.near);
	assert_int_equal(start(&c, "bad", "exit"), -ENOEXEC);
	assert_string_equal(ppp_runner_why(runner, "bad", true), ended.why);
}

/* What a child says before it exits goes with its exit. */
static void test_last_words_of_a_child(void **state)
{
	struct call c;

	(void)state;
	must_start(&c, "good", "say");
	await_ends(1);
	assert_true(WIFEXITED(ended.status));
	assert_string_equal(ended.why, "options contradict each other");
	close(c.near);
	must_start(&c, "good", "exit");
	await_ends(2);
	assert_string_equal(ended.why, "");
	close(c.near);
}

/* ---- the first start of all ---- */

struct tried {
	bool told, wrong;
};

static void on_tried(void *arg, bool wrong)
{
	struct tried *t = arg;

	assert_false(t->told);
	*t = (struct tried){ true, wrong };
}

static bool was_tried(void *arg)
{
	return ((const struct tried *)arg)->told;
}

static bool tried_is_wrong(void)
{
	struct tried t = { .told = false };

	ppp_runner_try(runner, on_tried, &t);
	run_until(was_tried, &t);
	return t.wrong;
}

static void test_tried(void **state)
{
	struct call c;

	(void)state;
	assert_false(tried_is_wrong());
	must_start(&c, "bad", "exit");
	close(c.near);
	assert_true(tried_is_wrong());
	await_ends(1);
}

static void test_tried_without_pppd(void **state)
{
	(void)state;
	ppp_runner_set_pppd(runner, "/nowhere/pppd");
	assert_true(tried_is_wrong());
	assert_non_null(strstr(ppp_runner_why(runner, "good", true),
			       "there is no /nowhere/pppd; install pppd"));
}

/* What another version's plugin lets pppd say is about symbols. */
static void test_tried_with_another_versions_plugin(void **state)
{
	char path[] = "/tmp/l2tpd-plugin-XXXXXX";
	int fd = mkstemp(path);
	static const char text[] = "..." L2TPD_PLUGIN_MARK "2.4.9\0...";

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
	close(fd);
	ppp_runner_free(runner);
	runner = ppp_runner_new(loop, config, path, NULL, on_exited, NULL);
	assert_non_null(runner);
	ppp_runner_set_pppd(runner, self);
	assert_true(tried_is_wrong());
	assert_string_equal(ppp_runner_why(runner, "good", true),
			    "pppd " VERSION_HERE " is here, l2tpd.so is for "
			    "2.4.9; install the l2tpd.so that was built for "
			    "it");
	unlink(path);
}

static void test_no_pppd(void **state)
{
	struct call c;

	(void)state;
	ppp_runner_set_pppd(runner, "/nowhere/pppd");
	must_start(&c, "good", "exit");
	await_ends(1);
	assert_int_equal(ended.pid, 0);
	close(c.near);
	assert_int_equal(start(&c, "good", "exit"), -ENOEXEC);
}

/*
 * Running calls go on and are reaped here; the one that was asked for fails;
 * others wait.
 */
static void test_template_dies(void **state)
{
	struct call running, killer, next;

	(void)state;
	must_start(&running, "good", "wait");
	await_begin(&running);
	must_start(&killer, "good", "kill-template");
	await_ends(1);
	assert_int_equal(ended.link, killer.link);
	assert_int_equal(ended.pid, 0);
	must_start(&next, "good", "wait");
	await_begin(&next);
	ppp_runner_stop(runner, running.link);
	await_ends(2);
	assert_int_equal(ended.link, running.link);
	assert_int_equal(WTERMSIG(ended.status), SIGTERM);
	close(running.near);
	close(killer.near);
	close(next.near);
}

static void test_reload(void **state)
{
	struct call old, waiting, new;

	(void)state;
	must_start(&old, "good", "wait");
	await_begin(&old);
	must_start(&waiting, "late", "wait");
	ppp_runner_reload(runner, config);
	await_begin(&waiting);
	must_start(&new, "good", "exit");
	await_ends(1);
	assert_int_equal(ended.link, new.link);
	ppp_runner_stop(runner, old.link);
	await_ends(2);
	/* several times over, with templates still starting */
	ppp_runner_reload(runner, config);
	ppp_runner_reload(runner, config);
	ppp_runner_stop(runner, waiting.link);
	await_ends(3);
	close(old.near);
	close(waiting.near);
	close(new.near);
}

#define MANY 200

static void test_many(void **state)
{
	struct call c[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++)
		must_start(&c[i], "good", i % 2 ? "exit" : "wait");
	await_ends(MANY / 2);
	for (int i = 0; i < MANY; i += 2)
		ppp_runner_stop(runner, c[i].link);
	await_ends(MANY);
	for (int i = 0; i < MANY; i++)
		close(c[i].near);
}

/* With calls in every state: the teardown sees that nothing is left. */
static void test_runner_goes(void **state)
{
	struct call running, asked, waiting;

	(void)state;
	must_start(&running, "good", "wait");
	await_begin(&running);
	must_start(&asked, "good", "wait");
	must_start(&waiting, "late", "wait");
	/*
	 * the asked one is not known by its pid: its channel's
	 * end is what ends it
	 */
	ppp_runner_stop(runner, asked.link);
	await_ends(1);
	close(running.near);
	close(asked.near);
	close(waiting.near);
}

/*
 * With a call that runs while the template's answer, which has its
 * pid, is not read.
 */
static void test_runner_goes_before_the_answer(void **state)
{
	struct call warm, asked;
	struct pollfd p = { .events = POLLIN };

	(void)state;
	must_start(&warm, "good", "wait");
	await_begin(&warm);
	must_start(&asked, "good", "wait");
	p.fd = asked.near;
	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	close(warm.near);
	close(asked.near);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		test(test_exit_is_told),
		test(test_profile_without_a_reference),
		test(test_stop),
		test(test_stop_early),
		test(test_the_same_session_twice),
		test(test_fork_fails),
		test(test_refused_options),
		test(test_no_pppd),
		test(test_last_words_of_a_child),
		test(test_tried),
		test(test_tried_without_pppd),
		test(test_tried_with_another_versions_plugin),
		test(test_template_dies),
		test(test_reload),
		test(test_many),
		test(test_runner_goes),
		test(test_runner_goes_before_the_answer),
	};

	/* Not by way of exit: a leak checker forks there. */
	if (argc > 1 && strcmp(argv[1], "plugin") == 0)
		_exit(play_template(argv));
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		fprintf(stderr, "pppd version " VERSION_HERE "\n");
		_exit(0);
	}
	log_open("test", LOG_SINK_STDERR,
		 getenv("L2TPD_TEST_DEBUG") ? LOG_DEBUG : LOG_CRIT);
	signal(SIGPIPE, SIG_IGN);
	self = realpath(argv[0], NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
