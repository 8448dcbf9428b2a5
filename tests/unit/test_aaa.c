/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The aaa process as the others see it: a child runs aaa_main behind its
 * sandbox, this test is its monitor and its engine.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "aaa/aaa.h"
#include "ipc/aaa.h"
#include "ipc/ipc.h"
#include "lib/log.h"

static const char config_text[] =
	"hostname = \"lns\"\n"
	"listen { address = 127.0.0.1 }\n"
	"ppp \"isp\" { auth = { pap, chap } users-file = \"/users\" }\n"
	"ppp \"same\" { auth = { pap } users-file = \"/users\" }\n"
	"ppp \"open\" { }\n"
	"ppp \"lost\" { auth = { pap } users-file = \"/lost\" }\n"
	"lac \"l\" { server = x\n"
	"	session \"file\" { user = me password-file = \"/pw\" ppp = \"open\" }\n"
	"	session \"users\" { user = me ppp = \"isp\" }\n"
	"}\n";

static const char users_text[] = "alice * apple\n"
				 "bob lns banana 10.9.9.9\n"
				 "carol * cherry -\n"
				 "me far mine\n";

static int monitor, engine; /* this test's ends */
static pid_t child;
static char users_path[] = "/tmp/l2tpd-users-XXXXXX";
static int opened; /* AAA_OPEN requests for users that were answered */
static struct ipc_message m;

static void send_message(int fd, uint16_t type, uint64_t serial,
			 const void *body, size_t len)
{
	struct ipc_header h = {
		.type = type,
		.version = IPC_VERSION,
		.serial = serial,
	};

	assert_int_equal(ipc_send(fd, &h, body, len, NULL, 0), 0);
}

static int memory_file(const char *text)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Answers one request of aaa to the monitor. */
static void serve(void)
{
	struct ipc_header h;
	struct aaa_open *o;
	int fd = -ENOENT;

	assert_int_equal(ipc_recv(monitor, &m), 1);
	assert_int_equal(m.header.type, AAA_OPEN);
	o = ipc_body(&m, struct aaa_open);
	assert_non_null(o);
	if (o->kind == AAA_FILE_PASSWORD) {
		assert_string_equal(o->name, "l");
		assert_string_equal(o->session, "file");
		fd = memory_file("from the file\n");
	} else if (strcmp(o->name, "isp") == 0) {
		fd = open(users_path, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		opened++;
	} else {
		assert_string_equal(o->name, "lost");
	}
	h = m.header;
	h.result = fd < 0 ? fd : 0;
	assert_int_equal(ipc_send(monitor, &h, NULL, 0, &fd, fd < 0 ? 0 : 1),
			 0);
	if (fd >= 0)
		close(fd);
}

/*
 * The reply to a request of the engine; what aaa asks the monitor
 * meanwhile is answered.
 */
static int ask(uint16_t type, const void *body, size_t len)
{
	static uint64_t serial;
	fd_set set;

	send_message(engine, type, ++serial, body, len);
	for (;;) {
		FD_ZERO(&set);
		FD_SET(engine, &set);
		FD_SET(monitor, &set);
		assert_true(select((engine > monitor ? engine : monitor) + 1,
				   &set, NULL, NULL, NULL) > 0);
		if (!FD_ISSET(engine, &set)) {
			serve();
			continue;
		}
		assert_int_equal(ipc_recv(engine, &m), 1);
		assert_int_equal(m.header.type, type);
		assert_int_equal(m.header.serial, serial);
		return m.header.result;
	}
}

static const struct ppp_call_auth_reply *auth_reply(void)
{
	const struct aaa_auth_reply *r = ipc_body(&m, struct aaa_auth_reply);

	assert_non_null(r);
	return &r->ppp;
}

static const struct ppp_call_auth_reply *
pap(const char *profile, const char *user, const char *password)
{
	struct aaa_auth q = {
		.auth.method = PPP_AUTH_PAP,
		.auth.our_name = "lns",
	};

	strcpy(q.profile, profile);
	strcpy(q.auth.user, user);
	q.auth.response_len = (uint16_t)strlen(password);
	memcpy(q.auth.response, password, strlen(password));
	assert_int_equal(ask(AAA_AUTH, &q, sizeof(q)), 0);
	return auth_reply();
}

static void refused(const struct ppp_call_auth_reply *r)
{
	assert_false(r->ok);
	assert_string_equal(r->message, "Authentication failed");
	assert_int_equal(r->remote_ipv4, 0);
}

static void write_users(const char *text)
{
	int fd = open(users_path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int setup(void **state)
{
	int mv[2], ev[2], fds[2], fd = mkstemp(users_path);
	struct ipc_header h = { .type = AAA_START, .version = IPC_VERSION };
	struct aaa_start start = { 0 };

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	write_users(users_text);
	assert_int_equal(ipc_pair(mv), 0);
	assert_int_equal(ipc_pair(ev), 0);
	child = fork();
	if (child == 0) {
		close(mv[0]);
		close(ev[0]);
		close(ev[1]);
		log_open("aaa", LOG_SINK_STDERR, -1);
		exit(aaa_main(mv[1]));
	}
	close(mv[1]);
	monitor = mv[0];
	engine = ev[0];
	fds[0] = ev[1];
	fds[1] = memory_file(config_text);
	assert_int_equal(ipc_send(monitor, &h, &start, sizeof(start), fds, 2),
			 0);
	close(fds[0]);
	close(fds[1]);
	serve(); /* both files are asked for at the start, each once */
	serve();
	return opened != 1;
}

static int teardown(void **state)
{
	(void)state;
	unlink(users_path);
	return 0;
}

static void test_auth(void **state)
{
	const struct ppp_call_auth_reply *r = pap("isp", "alice", "apple");

	(void)state;
	assert_true(r->ok);
	assert_int_equal(r->remote_ipv4, 0);
	r = pap("isp", "bob", "banana");
	assert_true(r->ok);
	assert_int_equal(r->remote_ipv4, inet_addr("10.9.9.9"));
	assert_true(pap("same", "alice", "apple")->ok);
	refused(pap("isp", "alice", "Apple"));
	refused(pap("isp", "bob", ""));
	refused(pap("isp", "nobody", "apple"));
	refused(pap("isp", "carol", "cherry"));
	refused(pap("open", "alice", "apple"));
	refused(pap("lost", "alice", "apple"));
	refused(pap("none", "alice", "apple"));
}

static void test_methods(void **state)
{
	struct aaa_auth q = {
		.profile = "isp",
		.auth.method = PPP_AUTH_MSCHAPV1,
	};

	(void)state;
	assert_int_equal(ask(AAA_AUTH, &q, sizeof(q)), 0);
	assert_false(auth_reply()->ok);
	q.auth.method = PPP_AUTH_CHAP_MD5;
	strcpy(q.profile, "same"); /* lists pap only */
	assert_int_equal(ask(AAA_AUTH, &q, sizeof(q)), 0);
	refused(auth_reply());
	q.auth.response_len = PPP_BLOB_MAX + 1;
	assert_int_equal(ask(AAA_AUTH, &q, sizeof(q)), -EINVAL);
	q.auth.response_len = 0;
	memset(q.auth.user, 'x', sizeof(q.auth.user));
	assert_int_equal(ask(AAA_AUTH, &q, sizeof(q)), -EINVAL);
	assert_int_equal(ask(AAA_AUTH, &q, sizeof(q) - 1), -EINVAL);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Asks until the child looks at the users file again. */
static void wait_for_look(void)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	double start = seconds();
	int before = opened;

	for (;;) {
		pap("isp", "nobody", "x");
		if (opened > before)
			return;
		assert_true(seconds() - start < 10);
		nanosleep(&pause, NULL);
	}
}

static void test_changes(void **state)
{
	double start = seconds();
	int before = opened;

	(void)state;
	write_users("alice * avocado\n");
	wait_for_look();
	assert_true(pap("isp", "alice", "avocado")->ok);
	refused(pap("same", "bob", "banana"));
	refused(pap("isp", "alice", "apple"));
	/*
	 * A file that everybody may read is not used; what was
	 * read before stays.
	 */
	assert_int_equal(chmod(users_path, 0644), 0);
	write_users("alice * x\n");
	wait_for_look();
	assert_true(pap("isp", "alice", "avocado")->ok);
	assert_int_equal(chmod(users_path, 0600), 0);
	write_users(users_text);
	wait_for_look();
	assert_true(pap("isp", "alice", "apple")->ok);
	/* However often it was asked, it looked once a second. */
	assert_true(opened - before <= seconds() - start + 1);
}

static void check_secret(const char *session, const char *profile,
			 const char *remote, int result, const char *secret)
{
	struct aaa_secret q = { .lac = "l", .secret.user = "me" };
	const struct ppp_call_secret_reply *r;

	strcpy(q.session, session);
	strcpy(q.profile, profile);
	strcpy(q.secret.remote, remote);
	assert_int_equal(ask(AAA_SECRET, &q, sizeof(q)), result);
	r = ipc_body(&m, struct ppp_call_secret_reply);
	assert_non_null(r);
	assert_int_equal(r->len, strlen(secret));
	assert_memory_equal(r->secret, secret, strlen(secret));
}

static void test_secrets(void **state)
{
	struct aaa_remember q = {
		.lac = "l",
		.session = "file",
		.secret.len = 4,
	};

	(void)state;
	check_secret("file", "open", "far", 0, "from the file");
	check_secret("users", "isp", "far", 0, "mine");
	check_secret("users", "isp", "near", -ENOENT, "");
	check_secret("other", "open", "far", -ENOENT, "");
	memcpy(q.secret.secret, "told", 4);
	send_message(engine, AAA_REMEMBER, 0, &q, sizeof(q));
	check_secret("file", "open", "far", 0, "told");
	memcpy(q.secret.secret, "anew", 4);
	send_message(engine, AAA_REMEMBER, 0, &q, sizeof(q));
	strcpy(q.session, "second");
	send_message(engine, AAA_REMEMBER, 0, &q, sizeof(q));
	check_secret("file", "open", "far", 0, "anew");
	strcpy(q.session, "file");
	send_message(engine, AAA_FORGET, 0, &q, sizeof(q));
	check_secret("file", "open", "far", 0, "from the file");
	check_secret("second", "open", "far", 0, "anew");
}

static const struct aaa_resolve_reply *resolve(const char *name,
					       uint16_t family, int result)
{
	struct aaa_resolve q = { .family = family };

	strcpy(q.name, name);
	assert_int_equal(ask(AAA_RESOLVE, &q, sizeof(q)), result);
	assert_non_null(ipc_body(&m, struct aaa_resolve_reply));
	return ipc_body(&m, struct aaa_resolve_reply);
}

static void test_resolve(void **state)
{
	const struct aaa_resolve_reply *r;
	struct addr a;

	(void)state;
	r = resolve("192.0.2.7", AF_UNSPEC, 0);
	assert_int_equal(addr_parse(&a, "192.0.2.7"), 0);
	assert_int_equal(r->count, 1);
	assert_true(addr_equal(&r->address[0], &a));
	r = resolve("2001:db8::7", AF_INET6, 0);
	assert_int_equal(addr_parse(&a, "2001:db8::7"), 0);
	assert_int_equal(r->count, 1);
	assert_true(addr_equal(&r->address[0], &a));
	r = resolve("localhost", AF_INET, 0);
	assert_int_equal(addr_parse(&a, "127.0.0.1"), 0);
	assert_true(r->count >= 1);
	assert_true(addr_equal(&r->address[0], &a));
	r = resolve("192.0.2.7", AF_INET6, -ENOENT);
	assert_int_equal(r->count, 0);
	assert_int_equal(strncmp(r->error, "192.0.2.7: ", 11), 0);
	r = resolve("", AF_UNSPEC, -EINVAL);
	assert_string_equal(r->error, "that is no name");
}

/* More names at once than there are threads: each is answered, in any order. */
static void test_resolve_many(void **state)
{
	enum { N = 200 };
	struct aaa_resolve q = { .name = "localhost", .family = AF_INET };
	bool seen[N] = { false };
	int i;

	(void)state;
	for (i = 0; i < N; i++)
		send_message(engine, AAA_RESOLVE, 1000 + (uint64_t)i, &q,
			     sizeof(q));
	for (i = 0; i < N; i++) {
		assert_int_equal(ipc_recv(engine, &m), 1);
		assert_int_equal(m.header.result, 0);
		assert_in_range(m.header.serial, 1000, 1000 + N - 1);
		assert_false(seen[m.header.serial - 1000]);
		seen[m.header.serial - 1000] = true;
	}
}

/*
 * Hands the process a channel to another engine, as the monitor does; engine is
 * its end now.
 */
static void another_engine(void)
{
	struct ipc_header h = { .type = AAA_ENGINE, .version = IPC_VERSION };
	int ev[2];

	assert_int_equal(ipc_pair(ev), 0);
	assert_int_equal(ipc_send(monitor, &h, NULL, 0, &ev[1], 1), 0);
	close(ev[1]);
	engine = ev[0];
}

/*
 * What the dead one said last counts, and what it asked last is
 * answered to nobody.
 */
static void test_another_engine(void **state)
{
	struct aaa_remember told = {
		.lac = "l",
		.session = "third",
		.secret = { 4, "told" },
	};
	struct aaa_secret q = {
		.profile = "open",
		.lac = "l",
		.session = "file",
		.secret.user = "me",
	};
	struct aaa_resolve other = { .name = "localhost", .family = AF_INET };

	(void)state;
	/* its file has to be asked for */
	send_message(engine, AAA_SECRET, 5000, &q, sizeof(q));
	send_message(engine, AAA_REMEMBER, 0, &told, sizeof(told));
	close(engine);
	another_engine();
	send_message(engine, AAA_RESOLVE, 5000, &other, sizeof(other));
	serve();
	assert_int_equal(ipc_recv(engine, &m), 1);
	assert_int_equal(m.header.type, AAA_RESOLVE);
	assert_int_equal(m.header.serial, 5000);
	/* An answer to the first would come before these. */
	check_secret("third", "open", "far", 0, "told");
	check_secret("second", "open", "far", 0, "anew");
	assert_true(pap("isp", "alice", "apple")->ok);
	/* One that did not close its end is as dead. */
	another_engine();
	check_secret("second", "open", "far", 0, "anew");
}

/*
 * The last: the process ends with the monitor's channel, whatever
 * the engine does.
 */
static void test_end(void **state)
{
	int status;

	(void)state;
	close(engine);
	close(monitor);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_auth),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_resolve_many),
		cmocka_unit_test(test_another_engine),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
