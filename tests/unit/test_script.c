/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operator's programs: their environment, which of them may run, and when.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

#include "lib/config.h"
#include "lib/log.h"
#include "monitor/script.h"

#define WAIT_MS 20000

/* ---- environment ---- */

static struct monitor_script full(void)
{
	struct monitor_script m = {
		.interface = { .link = 70001, .ifname = "ppp3" },
		.profile = "isp",
		.call = {
			.tunnel_id = 7,
			.id = 9,
			.session_id = "0123456789ABCDEF00000001",
			.peer = "192.0.2.1",
			.peer_name = "lac\n1",
			.calling_number = "555\x7f",
			.called_number = "4711",
		},
		.service = {
			.user = "al\tice \"$(x)\xc3\xa9\x1b[31m",
			.session_timeout_s = 60,
			.idle_timeout_s = 30,
			.rate_down = 2000000,
			.rate_up = 1000000,
			.filter_id = "gold",
			.prefix6 = { 64, { 0x20, 1, 0x0d, 0xb8 } },
			.delegated6 = { 56, { 0x20, 1, 0x0d, 0xb8, 1 } },
			.dns6_n = 2,
			.dns6 = {
				{ 0x20, 1, [15] = 1 },
				{ 0x20, 1, [15] = 2 },
			},
			.route_n = 2,
			.route = {
				{
					.family = AF_INET,
					.len = 16,
					.dst = { 10, 1 },
				},
				{
					.family = AF_INET6,
					.len = 48,
					.dst = { 0x20, 1, 0x0d, 0xb8, 2 },
					.metric = 5,
				},
			},
			.class_n = 2,
			.class_len = { 3, 1 },
			.classes = { { 0, 0xab, '\n' }, { 1 } },
		},
		.local_ipv4 = htonl(0x0a400001),
		.remote_ipv4 = htonl(0x0a400002),
		.local_ifid = { [7] = 1 },
		.remote_ifid = { [0] = 2, [7] = 2 },
		.dns = { 0, htonl(0xc0000235) },
		.session_time_s = 12,
		.counters = { 1ull << 40, 2, 3, 4 },
		.reason = "hung\rup",
	};

	return m;
}

static const char *const facts[] = {
	"L2TPD_PROFILE=isp",
	"L2TPD_USER=al?ice \"$(x)\xc3\xa9?[31m",
	"L2TPD_INTERFACE=ppp3",
	"L2TPD_LOCAL_IPV4=10.64.0.1",
	"L2TPD_REMOTE_IPV4=10.64.0.2",
	"L2TPD_LOCAL_IPV6=fe80::1",
	"L2TPD_REMOTE_IPV6=fe80::200:0:0:2",
	"L2TPD_PREFIX6=2001:db8::/64",
	"L2TPD_DELEGATED_PREFIX6=2001:db8:100::/56",
	"L2TPD_DNS=192.0.2.53",
	"L2TPD_DNS6=2001::1 2001::2",
	"L2TPD_ROUTES=10.1.0.0/16 2001:db8:200::/48@5",
	"L2TPD_RATE_DOWN=2000000",
	"L2TPD_RATE_UP=1000000",
	"L2TPD_SESSION_TIMEOUT=60",
	"L2TPD_IDLE_TIMEOUT=30",
	"L2TPD_FILTER_ID=gold",
	"L2TPD_CLASS=00ab0a 01",
	"L2TPD_ACCT_SESSION_ID=0123456789ABCDEF00000001",
	"L2TPD_TUNNEL_ID=7",
	"L2TPD_SESSION_ID=9",
	"L2TPD_PEER=192.0.2.1",
	"L2TPD_PEER_NAME=lac?1",
	"L2TPD_CALLING_NUMBER=555?",
	"L2TPD_CALLED_NUMBER=4711",
};
#define FACTS (sizeof(facts) / sizeof(facts[0]))

/* PATH and the event, the facts, then these: and nothing else. */
static void assert_env(char **env, const char *event, const char *const *more)
{
	size_t n = 0;

	assert_non_null(env);
	assert_string_equal(env[n++], "PATH=/usr/local/sbin:/usr/local/bin:/"
				      "usr/sbin:/usr/bin:/sbin:/bin");
	assert_string_equal(env[n++], event);
	for (size_t i = 0; i < FACTS; i++)
		assert_string_equal(env[n++], facts[i]);
	for (; *more; more++)
		assert_string_equal(env[n++], *more);
	assert_null(env[n]);
	free(env);
}

static void test_env_up(void **state)
{
	struct monitor_script m = full();

	(void)state;
	m.up = true;
	assert_env(script_env_new(&m), "L2TPD_EVENT=up",
		   (const char *const[]){ NULL });
}

static void test_env_down(void **state)
{
	static const char *const more[] = {
		"L2TPD_SESSION_TIME=12",
		"L2TPD_RX_BYTES=1099511627776",
		"L2TPD_TX_BYTES=2",
		"L2TPD_RX_PACKETS=3",
		"L2TPD_TX_PACKETS=4",
		"L2TPD_REASON=hung?up",
		NULL,
	};
	struct monitor_script m = full();

	(void)state;
	assert_env(script_env_new(&m), "L2TPD_EVENT=down", more);
}

static void test_env_down_from_up(void **state)
{
	static const char *const more[] = {
		"L2TPD_SESSION_TIME=99",
		"L2TPD_RX_BYTES=",
		"L2TPD_TX_BYTES=",
		"L2TPD_RX_PACKETS=",
		"L2TPD_TX_PACKETS=",
		"L2TPD_REASON=it died",
		NULL,
	};
	struct monitor_script m = full();
	char **up;

	(void)state;
	m.up = true;
	up = script_env_new(&m);
	assert_env(script_env_down(up, 99, "it died"), "L2TPD_EVENT=down",
		   more);
	free(up);
}

/* Counts and lengths beyond the arrays are not followed. */
static void test_env_bounds(void **state)
{
	struct monitor_script m = full();
	char **env;

	(void)state;
	m.service.route_n = m.service.class_n = m.service.dns6_n = 255;
	memset(m.service.class_len, 255, sizeof(m.service.class_len));
	env = script_env_new(&m);
	assert_non_null(env);
	free(env);
}

/* ---- the bench ---- */

static struct {
	char dir[32];
	struct loop *loop;
	struct config *config;
	struct scripts *scripts;
	struct loop_signal sigchld;
	struct loop_timer deadline;
	bool late;
	unsigned int exits;
	bool (*until)(void);
} b;

static const char *in_dir(const char *name)
{
	static char path[4][96];
	static unsigned int n;

	n = (n + 1) % 4;
	snprintf(path[n], sizeof(path[n]), "%s/%s", b.dir, name);
	return path[n];
}

static void write_script(const char *name, const char *text, mode_t mode)
{
	FILE *f = fopen(in_dir(name), "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", text);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(in_dir(name), mode), 0);
}

/* What the programs wrote into the file "log", a line each. */
static char *log_text(void)
{
	static char text[4096];
	FILE *f = fopen(in_dir("log"), "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

static void on_sigchld(struct loop_signal *s, int signo)
{
	int status;
	pid_t pid;

	(void)s;
	(void)signo;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		b.exits += scripts_reaped(b.scripts, pid, status);
}

static int setup(void **state)
{
	struct rlimit files = { 256, 512 };
	char text[512], why[256];
	FILE *f;

	(void)state;
	memset(&b, 0, sizeof(b));
	strcpy(b.dir, "/tmp/test_script.XXXXXX");
	if (!mkdtemp(b.dir))
		return -1;
	/* A umask of the caller's does not decide. */
	chmod(b.dir, 0755);
	write_script("run", ":", 0755);
	snprintf(text, sizeof(text),
		 "ppp \"isp\" { ip-up = \"%s/run\" ip-down = \"%s/run\" }\n"
		 "ppp \"isp2\" { ip-down = \"%s/run\" }\n"
		 "ppp \"none\" { }\nppp \"up\" { ip-up = \"%s/run\" }\n",
		 b.dir, b.dir, b.dir, b.dir);
	f = fmemopen(text, strlen(text), "r");
	b.config = config_parse(f, "test.conf", why, sizeof(why));
	fclose(f);
	b.loop = loop_new();
	if (!b.config || !b.loop ||
	    loop_signal_start(b.loop, &b.sigchld, SIGCHLD, on_sigchld))
		return -1;
	b.scripts = scripts_new(b.loop, b.config, files);
	return b.scripts ? 0 : -1;
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	scripts_free(b.scripts);
	loop_timer_stop(&b.deadline);
	loop_signal_stop(&b.sigchld);
	loop_free(b.loop);
	config_free(b.config);
	snprintf(command, sizeof(command), "rm -r %s", b.dir);
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD ?
		       system(command) :
		       -1;
}

static void on_deadline(struct loop_timer *t)
{
	(void)t;
	b.late = true;
}

static void on_idle(void *arg)
{
	(void)arg;
	if (b.until() || b.late)
		loop_stop(b.loop);
}

/*
 * Turns the loop until cond, or fails; what files say is looked
 * at every few ms.
 */
static void run_until(bool (*cond)(void))
{
	uint64_t end = loop_now_fresh(b.loop) + WAIT_MS;

	b.until = cond;
	while (!cond()) {
		assert_true(loop_now_fresh(b.loop) < end);
		b.late = false;
		loop_timer_set(b.loop, &b.deadline, loop_now_fresh(b.loop) + 5,
			       on_deadline);
		loop_set_idle(b.loop, on_idle, NULL);
		assert_int_equal(loop_run(b.loop), 0);
	}
}

/* Above it are the links of sessions. */
#define LINK 0x10000000000

static int ask(uint32_t session, bool up)
{
	struct monitor_script m = {
		.interface = { .link = LINK + session, .ifname = "ppp0" },
		.up = up,
		.profile = "isp",
		.call = { .tunnel_id = 1, .id = session },
		.service.user = "alice",
	};

	return scripts_run(b.scripts, &m);
}

/* ---- which may run ---- */

static void test_check(void **state)
{
	char why[512] = "";

	(void)state;
	assert_int_equal(script_check(in_dir("run"), why, sizeof(why)), 0);
	assert_int_equal(script_check(in_dir("nothing"), why, sizeof(why)),
			 -ENOENT);
	assert_int_equal(script_check("/tmp", why, sizeof(why)), -EPERM);
	assert_non_null(strstr(why, "not an executable file"));
	chmod(in_dir("run"), 0644);
	assert_int_equal(script_check(in_dir("run"), why, sizeof(why)), -EPERM);
	chmod(in_dir("run"), 0775);
	assert_int_equal(script_check(in_dir("run"), why, sizeof(why)), -EPERM);
	assert_non_null(strstr(why, "others may write"));
	chmod(in_dir("run"), 0757);
	assert_int_equal(script_check(in_dir("run"), why, sizeof(why)), -EPERM);
	chmod(in_dir("run"), 0700);
	assert_int_equal(script_check(in_dir("run"), why, sizeof(why)), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(in_dir("run"), 65534, 0), 0);
		assert_int_equal(script_check(in_dir("run"), why, sizeof(why)),
				 -EPERM);
		assert_non_null(strstr(why, "belongs to user 65534"));
	}
}

/* ---- when ---- */

static bool four_exits(void)
{
	return b.exits == 4;
}
static bool one_exit(void)
{
	return b.exits == 1;
}

/* Up, down, up, down of one session: never two at once, never out of order. */
static void test_order(void **state)
{
	char text[256];

	(void)state;
	snprintf(text, sizeof(text),
		 "cd %s; mkdir busy || echo twice >> log\n"
		 "echo begin $L2TPD_EVENT >> log; echo end $L2TPD_EVENT >> "
		 "log; rmdir busy",
		 b.dir);
	write_script("run", text, 0755);
	for (int i = 0; i < 4; i++)
		assert_int_equal(ask(5, i % 2 == 0), 0);
	run_until(four_exits);
	assert_string_equal(log_text(),
			    "begin up\nend up\nbegin down\nend down\n"
			    "begin up\nend up\nbegin down\nend down\n");
}

static unsigned int lines(void)
{
	unsigned int n = 0;

	for (const char *p = log_text(); *p; p++)
		n += *p == '\n';
	return n;
}

static bool all_slots_busy(void)
{
	return lines() == SCRIPTS_AT_ONCE;
}
static bool all_twenty(void)
{
	return b.exits == SCRIPTS_AT_ONCE + 4;
}

/* Sixteen run, four wait until some of them are done. */
static void test_at_once(void **state)
{
	char text[256];
	int fd;

	(void)state;
	/* Opened for both, so that nobody waits for a writer to come. */
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	fd = open(in_dir("fifo"), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	snprintf(text, sizeof(text),
		 "echo $L2TPD_SESSION_ID >> %s/log; read x < %s/fifo", b.dir,
		 b.dir);
	write_script("run", text, 0755);
	for (uint32_t i = 0; i < SCRIPTS_AT_ONCE + 4; i++)
		assert_int_equal(ask(i + 1, true), 0);
	run_until(all_slots_busy);
	assert_int_equal(b.exits, 0);
	assert_null(strstr(log_text(), "17\n"));
	for (int i = 0; i < SCRIPTS_AT_ONCE + 4; i++)
		assert_int_equal(write(fd, "x\n", 2), 2);
	run_until(all_twenty);
	assert_int_equal(lines(), SCRIPTS_AT_ONCE + 4);
	close(fd);
}

static bool it_began(void)
{
	return strcmp(log_text(), "began\n") == 0;
}
static bool it_was_told(void)
{
	return strcmp(log_text(), "began\nterm\n") == 0;
}

/*
 * One that hangs and does not heed SIGTERM, nor its child, is killed; and the
 * next one runs.
 */
static void test_hanging(void **state)
{
	char text[512];

	(void)state;
	scripts_set_limits(b.scripts, WAIT_MS, WAIT_MS);
	snprintf(text, sizeof(text),
		 "[ $L2TPD_EVENT = down ] && { echo down >> %s/log; exit; }\n"
		 "trap 'echo term >> %s/log' TERM; echo began >> %s/log; while "
		 ":; do sleep 0.05; done",
		 b.dir, b.dir, b.dir);
	/*
	 * bash runs the trap when its child has ended, which a signal that came
	 * before its fork does not see to.
	 */
	write_script("run", text, 0755);
	assert_int_equal(ask(1, true), 0);
	run_until(it_began);
	scripts_set_limits(b.scripts, 0, WAIT_MS);
	run_until(it_was_told);
	assert_int_equal(b.exits, 0);
	scripts_set_limits(b.scripts, WAIT_MS, 0);
	run_until(one_exit);
	scripts_set_limits(b.scripts, WAIT_MS, WAIT_MS);
	assert_int_equal(ask(1, false), 0);
	b.exits = 0;
	run_until(one_exit);
	assert_string_equal(log_text(), "began\nterm\ndown\n");
}

static bool has_begun(void)
{
	return lines() > 0;
}

/*
 * l2tpd's stop: what ends in time does, what waits is run, what hangs is ended.
 */
static void test_finish(void **state)
{
	char text[256];

	(void)state;
	snprintf(text, sizeof(text), "echo $L2TPD_EVENT >> %s/log", b.dir);
	write_script("run", text, 0755);
	assert_int_equal(ask(1, true), 0);
	assert_int_equal(ask(1, false), 0);
	scripts_finish(b.scripts, WAIT_MS);
	assert_string_equal(log_text(), "up\ndown\n");

	unlink(in_dir("log"));
	snprintf(text, sizeof(text),
		 "echo $L2TPD_EVENT >> %s/log; exec sleep 60", b.dir);
	write_script("run", text, 0755);
	assert_int_equal(ask(1, true), 0);
	assert_int_equal(ask(1, false), 0);
	run_until(has_begun);
	scripts_finish(b.scripts, 10);
	assert_string_equal(log_text(), "up\n");
}

/* The engine died: only what was up is told, once. */
static void test_all_down(void **state)
{
	char text[256];

	(void)state;
	snprintf(text, sizeof(text),
		 "echo $L2TPD_SESSION_ID $L2TPD_EVENT $L2TPD_REASON >> %s/log",
		 b.dir);
	write_script("run", text, 0755);
	assert_int_equal(ask(1, true), 0);
	assert_int_equal(ask(1, false), 0);
	assert_int_equal(ask(2, true), 0);
	scripts_all_down(b.scripts, "it died");
	scripts_all_down(b.scripts, "it died");
	scripts_finish(b.scripts, WAIT_MS);
	assert_int_equal(lines(), 4);
	assert_non_null(strstr(log_text(), "2 up\n"));
	assert_non_null(strstr(log_text(), "1 down\n"));
	assert_non_null(strstr(log_text(), "2 down it died\n"));
}

/* ip-down without ip-up, twice, by another profile; ip-up twice. */
static void test_down_needs_up(void **state)
{
	struct monitor_script m = {
		.interface = { .link = LINK + 9, .ifname = "ppp0" },
		.profile = "isp2",
	};
	char text[256];

	(void)state;
	snprintf(text, sizeof(text), "echo $L2TPD_EVENT >> %s/log", b.dir);
	write_script("run", text, 0755);
	assert_int_equal(ask(9, false), -ENOENT);
	assert_int_equal(ask(9, true), 0);
	assert_int_equal(ask(9, true), -EEXIST);
	assert_int_equal(scripts_run(b.scripts, &m), -EINVAL);
	assert_int_equal(ask(9, false), 0);
	assert_int_equal(ask(9, false), -ENOENT);
	scripts_finish(b.scripts, WAIT_MS);
	scripts_all_down(b.scripts, "it died");
	scripts_finish(b.scripts, WAIT_MS);
	assert_string_equal(log_text(), "up\ndown\n");
}

static void test_requests(void **state)
{
	struct monitor_script m = { .up = true, .profile = "nobody's" };

	(void)state;
	assert_int_equal(scripts_run(b.scripts, &m), -ENOENT);
	strcpy(m.profile, "none");
	assert_int_equal(scripts_run(b.scripts, &m), 0);
	strcpy(m.profile, "up");
	m.up = false;
	assert_int_equal(scripts_run(b.scripts, &m), 0);
	memset(m.service.user, 'x', sizeof(m.service.user));
	assert_int_equal(scripts_run(b.scripts, &m), -EINVAL);
	assert_false(scripts_reaped(b.scripts, 1, 0));
}

/*
 * The queue is bounded: what does not fit is refused, and there is
 * room again later.
 */
static void test_queue(void **state)
{
	unsigned int taken = 0;

	(void)state;
	write_script("run", "exec sleep 60", 0755);
	while (taken < 2 * SCRIPTS_WAITING_MAX && ask(3 + taken, true) == 0)
		taken++;
	assert_int_equal(taken, SCRIPTS_WAITING_MAX + SCRIPTS_AT_ONCE);
	assert_int_equal(ask(2, true), -ENOBUFS);
	scripts_finish(b.scripts, 0);
	write_script("run", ":", 0755);
	assert_int_equal(ask(2, true), 0);
	scripts_finish(b.scripts, WAIT_MS);
}

#define bench(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_env_up),
		cmocka_unit_test(test_env_down),
		cmocka_unit_test(test_env_down_from_up),
		cmocka_unit_test(test_env_bounds),
		bench(test_check),
		bench(test_order),
		bench(test_at_once),
		bench(test_hanging),
		bench(test_finish),
		bench(test_all_down),
		bench(test_down_needs_up),
		bench(test_requests),
		bench(test_queue),
	};

	log_open("test", LOG_SINK_STDERR,
		 getenv("L2TPD_TEST_DEBUG") ? LOG_DEBUG : LOG_CRIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
