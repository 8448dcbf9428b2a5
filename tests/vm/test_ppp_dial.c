/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pppd that dials: the plugin in a pppd that l2tpd did not start, against an
 * engine's dial socket.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipc/ipc.h"
#include "ppp_lab.h"

#define WAIT_MS 20000

static const char config_text[] =
	"hostname = \"lns1\"\n"
	"listen { address = \"127.0.0.1\" }\n"
	"lns \"in\" { ppp = \"isp\" }\n"
	"ppp \"isp\" { auth = { \"chap\" } users-file = \"/dev/null\""
	" local-address = \"10.64.0.1\" }\n";

static struct ppp_lab lab;
static char dir[] = "/tmp/l2tpd-dial-XXXXXX", socket_path[64], secret_path[64];
static int listener = -1;
static uint32_t next_session;

extern char **environ;

/* ---- a pppd of a user ---- */

struct user_pppd {
	pid_t pid;
	int output;
	char text[16384];
	size_t len;
};

static void user_start(struct user_pppd *u, const char *const *options)
{
	const char *argv[48] = {
		/* clang-format off */
		"pppd", "plugin", lab.plugin, "l2tp-socket", socket_path, "nodetach", "noauth",
		"noipdefault", "noccp", "user", PPP_LAB_USER, "password", PPP_LAB_PASSWORD,
		/* clang-format on */
	};
	posix_spawn_file_actions_t files;
	size_t n = 13;
	int out[2];

	memset(u, 0, sizeof(*u));
	while (*options)
		argv[n++] = *options++;
	if (pipe2(out, O_CLOEXEC))
		err(1, "pipe");
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out[1], 1);
	posix_spawn_file_actions_adddup2(&files, out[1], 2);
	if (posix_spawn(&u->pid, lab.pppd ? lab.pppd : "/usr/sbin/pppd", &files,
			NULL, (char **)(uintptr_t)argv, environ))
		errx(1, "pppd");
	posix_spawn_file_actions_destroy(&files);
	close(out[1]);
	u->output = out[0];
	lab.user_pid = u->pid;
	lab.user_exited = false;
}

static bool user_exited(void *arg)
{
	return ((struct ppp_lab *)arg)->user_exited;
}

/* Reads what pppd writes until it ends; its exit code. */
static int user_wait(struct user_pppd *u)
{
	struct pollfd p = { .fd = u->output, .events = POLLIN };

	for (;;) {
		ssize_t n;

		if (poll(&p, 1, WAIT_MS) != 1)
			fail_msg("pppd does not end: %s", u->text);
		n = read(u->output, u->text + u->len,
			 sizeof(u->text) - 1 - u->len);
		if (n <= 0)
			break;
		u->len += (size_t)n;
		u->text[u->len] = '\0';
	}
	close(u->output);
	ppp_lab_reap(&lab);
	assert_true(ppp_lab_run(&lab, user_exited, &lab, WAIT_MS));
	assert_true(WIFEXITED(lab.user_status));
	return WEXITSTATUS(lab.user_status);
}

static void expect_text(const struct user_pppd *u, const char *what)
{
	if (!strstr(u->text, what))
		fail_msg("\"%s\" is not in: %s", what, u->text);
}

/* ---- the engine's side of the dial socket ---- */

static void listen_for_calls(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", socket_path);
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (listener < 0 ||
	    bind(listener, (struct sockaddr *)&sa, sizeof(sa)) ||
	    listen(listener, 8))
		err(1, "%s", socket_path);
}

static void stop_listening(void)
{
	close(listener);
	unlink(socket_path);
}

/* The next request; the connection's fd. */
static int take_dial(struct ipc_message *m, const struct ppp_dial **d)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	int fd;

	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(fd >= 0);
	p.fd = fd;
	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	assert_int_equal(ipc_recv(fd, m), 1);
	assert_int_equal(m->header.type, PPP_DIAL);
	assert_int_not_equal(m->header.serial, 0);
	*d = ipc_body(m, const struct ppp_dial);
	assert_non_null(*d);
	return fd;
}

static void refuse(int fd, const struct ipc_message *m, const char *why)
{
	struct ipc_header h = m->header;
	struct ppp_dial_reply r = { 0 };

	h.result = -ECONNREFUSED;
	snprintf(r.error, sizeof(r.error), "%s", why);
	assert_int_equal(ipc_send(fd, &h, &r, sizeof(r), NULL, 0), 0);
	close(fd);
}

struct pair {
	struct ppp_end lns, caller;
};

/* Never freed: a test that fails leaves a call behind that the others meet. */
static struct pair *pair_new(void)
{
	struct pair *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	return p;
}

static void connect_call(int fd, const struct ipc_message *m, struct pair *p)
{
	struct ipc_header h = m->header;
	struct ppp_dial_reply r = { 0 };
	uint32_t n = ++next_session;
	int fds[2];

	ppp_end_open(&p->lns, &lab, 1, n, "isp");
	ppp_end_open(&p->caller, &lab, 0, n, "");
	assert_int_equal(ppp_end_start(&p->lns), 0);
	r.params = p->caller.params;
	fds[0] = p->caller.pppox;
	fds[1] = ppp_end_channel(&p->caller);
	assert_int_equal(ipc_send(fd, &h, &r, sizeof(r), fds, 2), 0);
	close(fds[1]);
	close(fd);
}

static bool both_up(void *arg)
{
	struct pair *p = arg;

	return p->lns.up && p->caller.up;
}

static bool lns_exited(void *arg)
{
	return ((struct pair *)arg)->lns.exited;
}

static bool caller_closed(void *arg)
{
	return ((struct pair *)arg)->caller.closed;
}

static void end_call(struct pair *p)
{
	channel_close(&p->caller.channel);
	channel_close(&p->lns.channel);
	assert_true(ppp_lab_run(&lab, lns_exited, p, WAIT_MS));
	ppp_end_close(&p->lns);
	ppp_end_close(&p->caller);
}

/* ---- */

static void test_dial(void **state)
{
	static const char *const options[] = {
		"l2tp-server",	    "lns.example.net",
		"l2tp-port",	    "1702",
		"l2tp-hostname",    "box7",
		"l2tp-secret-file", secret_path,
		"l2tp-source-port", "1701",
		"l2tp-hide",	    NULL
	};
	const struct ppp_dial *d;
	struct ipc_message m;
	struct user_pppd u;
	struct pair *p = pair_new();
	int fd;

	(void)state;
	listen_for_calls();
	user_start(&u, options);
	fd = take_dial(&m, &d);
	assert_string_equal(d->server, "lns.example.net");
	assert_string_equal(d->lac, "");
	assert_string_equal(d->hostname, "box7");
	assert_string_equal(d->user, PPP_LAB_USER);
	assert_int_equal(d->port, 1702);
	assert_int_equal(d->mtu, 1460);
	assert_true(d->source_1701 && d->hide);
	assert_int_equal(m.nfds, 0);
	assert_int_equal(d->secret_len, 7);
	assert_memory_equal(d->secret, "s3cret!", 7);
	connect_call(fd, &m, p);
	assert_true(ppp_lab_run(&lab, both_up, p, WAIT_MS));
	/* pppd's own password served: the engine was not asked for one */
	assert_int_equal(p->caller.secrets, 0);
	assert_int_equal(p->caller.up_msg.mtu, 1460);
	assert_int_equal(p->caller.up_msg.local_ipv4,
			 p->lns.params.remote_ipv4);
	assert_int_equal(p->caller.hello_msg.pid, u.pid);
	/* the line drops: the engine clears the call */
	ppp_end_stop(&p->caller, 16, "the server cleared the call: line cut");
	assert_true(ppp_lab_run(&lab, caller_closed, p, WAIT_MS));
	user_wait(&u);
	expect_text(&u, "the server cleared the call: line cut");
	assert_string_equal(p->caller.down_msg.reason,
			    "the server cleared the call: line cut");
	end_call(p);
	stop_listening();
}

static void test_user_hangs_up(void **state)
{
	static const char *const options[] = { "l2tp-lac", "upstream", NULL };
	const struct ppp_dial *d;
	struct ipc_message m;
	struct user_pppd u;
	struct pair *p = pair_new();
	int fd;

	(void)state;
	listen_for_calls();
	user_start(&u, options);
	fd = take_dial(&m, &d);
	assert_string_equal(d->server, "");
	assert_string_equal(d->lac, "upstream");
	assert_int_equal(d->secret_len, 0);
	connect_call(fd, &m, p);
	assert_true(ppp_lab_run(&lab, both_up, p, WAIT_MS));
	kill(u.pid, SIGTERM);
	/* its channel closes, and that is what clears the call */
	assert_true(ppp_lab_run(&lab, caller_closed, p, WAIT_MS));
	assert_true(p->caller.has_down);
	assert_int_equal(user_wait(&u), 5);
	end_call(p);
	stop_listening();
}

static void test_persist_dials_again(void **state)
{
	static const char *const options[] = { "l2tp-server", "192.0.2.1",
					       "persist",     "holdoff",
					       "1",	      "maxfail",
					       "0",	      NULL };
	const struct ppp_dial *d;
	struct ipc_message m;
	struct user_pppd u;
	struct pair *p = pair_new();

	(void)state;
	listen_for_calls();
	user_start(&u, options);
	refuse(take_dial(&m, &d), &m, "not yet");
	for (int i = 0; i < 2; i++) {
		connect_call(take_dial(&m, &d), &m, p);
		assert_true(ppp_lab_run(&lab, both_up, p, WAIT_MS));
		/* as when l2tpd is restarted */
		channel_close(&p->caller.channel);
		end_call(p);
	}
	refuse(take_dial(&m, &d), &m, "not again");
	kill(u.pid, SIGTERM);
	user_wait(&u);
	expect_text(&u, "not yet");
	expect_text(&u, "l2tpd closed the call");
	stop_listening();
}

static void test_refused(void **state)
{
	static const char *const options[] = { "l2tp-server", "192.0.2.1",
					       NULL };
	const struct ppp_dial *d;
	struct ipc_message m;
	struct user_pppd u;

	(void)state;
	listen_for_calls();
	user_start(&u, options);
	refuse(take_dial(&m, &d), &m,
	       "192.0.2.1: the tunnel's secret is wrong");
	assert_int_equal(user_wait(&u), 8);
	expect_text(&u, "192.0.2.1: the tunnel's secret is wrong\n");
	stop_listening();
}

static void test_daemon_goes_while_dialling(void **state)
{
	static const char *const options[] = { "l2tp-server", "192.0.2.1",
					       NULL };
	const struct ppp_dial *d;
	struct ipc_message m;
	struct user_pppd u;

	(void)state;
	listen_for_calls();
	user_start(&u, options);
	close(take_dial(&m, &d));
	assert_int_equal(user_wait(&u), 8);
	expect_text(&u, "l2tpd went away while it dialled");
	stop_listening();
}

static void test_signal_while_dialling(void **state)
{
	static const char *const options[] = { "l2tp-server", "192.0.2.1",
					       "persist", NULL };
	const struct ppp_dial *d;
	struct ipc_message m;
	struct user_pppd u;
	struct pollfd p = { .events = POLLIN };
	double begin = lab_now_ms();

	(void)state;
	listen_for_calls();
	user_start(&u, options);
	p.fd = take_dial(&m, &d);
	kill(u.pid, SIGTERM);
	user_wait(&u);
	assert_true(lab_now_ms() - begin < 10000);
	/* and l2tpd sees that the caller is gone */
	assert_int_equal(poll(&p, 1, 0), 1);
	assert_int_equal(ipc_recv(p.fd, &m), 0);
	close(p.fd);
	stop_listening();
}

static void test_no_daemon(void **state)
{
	static const char *const options[] = { "l2tp-server", "192.0.2.1",
					       NULL };
	struct user_pppd u;
	char what[128];

	(void)state;
	user_start(&u, options);
	assert_int_equal(user_wait(&u), 8);
	snprintf(what, sizeof(what),
		 "l2tpd is not running: connect %s: No such file or directory",
		 socket_path);
	expect_text(&u, what);
}

static void test_no_secret_file(void **state)
{
	static const char *const options[] = { "l2tp-server", "192.0.2.1",
					       "l2tp-secret-file",
					       "/nowhere/secret", NULL };
	struct user_pppd u;

	(void)state;
	listen_for_calls();
	user_start(&u, options);
	assert_int_equal(user_wait(&u), 8);
	expect_text(&u, "l2tp-secret-file /nowhere/secret: No such file or "
			"directory");
	stop_listening();
}

static void test_options(void **state)
{
	static const struct {
		const char *text, *options[8];
	} bad[] = {
		{ "l2tpd.so needs the option l2tp-server or l2tp-lac",
		  { NULL } },
		{ "exclude each other",
		  { "l2tp-server", "a", "l2tp-lac", "b" } },
		{ "no other l2tp option goes with it",
		  { "l2tp-lac", "b", "l2tp-port", "1701" } },
		{ "l2tp-hide needs l2tp-secret-file",
		  { "l2tp-server", "a", "l2tp-hide" } },
		{ "l2tp-source-port is 1701 or 0",
		  { "l2tp-server", "a", "l2tp-source-port", "7" } },
		{ "must be between 1 and 65535",
		  { "l2tp-server", "a", "l2tp-port", "0" } },
		{ "not an open file descriptor", { "l2tpd-template", "77" } },
	};
	struct user_pppd u;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		user_start(&u, bad[i].options);
		assert_int_equal(user_wait(&u), 2);
		expect_text(&u, bad[i].text);
	}
}

static void make_files(void)
{
	FILE *f;

	if (!mkdtemp(dir))
		err(1, "%s", dir);
	snprintf(socket_path, sizeof(socket_path), "%s/dial.sock", dir);
	snprintf(secret_path, sizeof(secret_path), "%s/secret", dir);
	f = fopen(secret_path, "w");
	if (!f || fputs("s3cret!\n", f) < 0 || fchmod(fileno(f), 0600) ||
	    fclose(f))
		err(1, "%s", secret_path);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dial),
		cmocka_unit_test(test_user_hangs_up),
		cmocka_unit_test(test_persist_dials_again),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_daemon_goes_while_dialling),
		cmocka_unit_test(test_signal_while_dialling),
		cmocka_unit_test(test_no_daemon),
		cmocka_unit_test(test_no_secret_file),
		cmocka_unit_test(test_options),
	};
	int failed;

	ppp_lab_open(&lab, argv[0], config_text);
	make_files();
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	ppp_lab_close(&lab);
	unlink(secret_path);
	rmdir(dir);
	return failed;
}
