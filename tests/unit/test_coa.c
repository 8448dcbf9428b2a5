// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RFC 5176 as its clients see it: a child runs the aaa process behind its
 * sandbox, this test is its monitor, its engine and its clients, with real
 * sockets. That something is not answered is seen by the answer to what is
 * sent after it: packets are taken in their order.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
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
#include "aaa/coa_read.h"
#include "ipc/aaa.h"
#include "ipc/ipc.h"
#include "lib/log.h"
#include "proto/radius/radius.h"

#define WAIT_MS 20000

static const char config_text[] =
	"hostname = \"our-lns\"\n"
	"coa \"desk\" { from-address = { \"127.0.0.1\" } secret-file = \"/desk\" }\n"
	"coa \"lax\" { from-address = { \"::1\" } secret-file = \"/lax\" "
	"require-message-authenticator = false }\n";

static int monitor, engine; /* this test's ends */
static pid_t child;
static uint16_t port; /* where the process hears */
static const char *desk_secret = "first";
static struct ipc_message m;
static struct aaa_coa asked; /* what the engine was asked last */
static struct radius_builder b;

/* ---- its monitor and engine ---- */

static int memory_file(const char *text)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void wait_for(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
}

static bool is_quiet(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/* Answers one request for a secret. */
static void serve(void)
{
	const struct aaa_open *o;
	struct ipc_header h;
	int fd;

	wait_for(monitor);
	assert_int_equal(ipc_recv(monitor, &m), 1);
	assert_int_equal(m.header.type, AAA_OPEN);
	o = ipc_body(&m, struct aaa_open);
	assert_non_null(o);
	assert_int_equal(o->kind, AAA_FILE_COA);
	fd = memory_file(strcmp(o->name, "desk") == 0 ? desk_secret :
							"lax-secret");
	h = m.header;
	assert_int_equal(ipc_send(monitor, &h, NULL, 0, &fd, 1), 0);
	close(fd);
}

static void expect_request(void)
{
	const struct aaa_coa *q;

	wait_for(engine);
	assert_int_equal(ipc_recv(engine, &m), 1);
	assert_int_equal(m.header.type, AAA_COA);
	q = ipc_body(&m, struct aaa_coa);
	assert_non_null(q);
	asked = *q;
}

static void done(uint64_t serial, uint32_t sessions, uint32_t error)
{
	struct ipc_header h = { .type = AAA_COA_DONE, .version = IPC_VERSION };
	struct aaa_coa_done d = {
		.serial = serial,
		.sessions = sessions,
		.error_cause = error,
	};

	assert_int_equal(ipc_send(engine, &h, &d, sizeof(d), NULL, 0), 0);
}

/* ---- its clients ---- */

struct client {
	int fd;
	struct secret secret;
	uint8_t sent[RADIUS_PACKET_MAX]; /* the request */
	size_t sent_len;
	uint8_t got[RADIUS_PACKET_MAX]; /* the reply */
	size_t got_len;
};

/* Only what comes from the asked address reaches a connected socket. */
static struct client client_new(const char *from, const char *to,
				const char *secret)
{
	struct client c = { 0 };
	struct sockaddr_storage ss;
	struct addr a, z;
	socklen_t len;

	assert_int_equal(addr_parse(&a, from), 0);
	assert_int_equal(addr_parse(&z, to), 0);
	z.port = port;
	c.fd = socket(a.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(c.fd >= 0);
	len = addr_to_sockaddr(&a, &ss);
	assert_int_equal(bind(c.fd, (struct sockaddr *)&ss, len), 0);
	len = addr_to_sockaddr(&z, &ss);
	assert_int_equal(connect(c.fd, (struct sockaddr *)&ss, len), 0);
	assert_int_equal(secret_set(&c.secret, secret, strlen(secret)), 0);
	return c;
}

static void begin(enum radius_code code, bool is_signed)
{
	static const uint8_t zero[16];
	static uint8_t id;

	radius_begin(&b, code, ++id, zero);
	if (is_signed)
		radius_add_signature(&b);
}

static void transmit(struct client *c)
{
	assert_int_equal(send(c->fd, c->sent, c->sent_len, 0), c->sent_len);
}

/* Signs what was built and sends it. */
static void ask(struct client *c)
{
	assert_int_equal(radius_sign_request(&b, &c->secret), 0);
	memcpy(c->sent, b.data, b.len);
	c->sent_len = b.len;
	transmit(c);
}

static void ask_user(struct client *c, const char *user)
{
	begin(RADIUS_DISCONNECT_REQUEST, true);
	radius_add_text(&b, RADIUS_USER_NAME, user);
	ask(c);
}

/*
 * The reply, which must be signed and answer what was sent; its
 * Error-Cause, 0 of an ACK.
 */
static uint32_t reply(struct client *c, enum radius_code ack)
{
	struct radius_attribute a;
	struct radius_view v;
	uint32_t cause = 0;
	ssize_t n;

	wait_for(c->fd);
	n = recv(c->fd, c->got, sizeof(c->got), 0);
	assert_true(n > 0);
	c->got_len = (size_t)n;
	assert_int_equal(radius_parse(&v, c->got, c->got_len), RADIUS_OK);
	assert_int_equal(v.id, c->sent[1]);
	assert_int_equal(radius_check_reply(&v, &c->secret, c->sent + 4, true),
			 RADIUS_OK);
	if (radius_find(&v, 0, RADIUS_ERROR_CAUSE, &a))
		assert_true(radius_u32(&a, &cause));
	assert_int_equal(v.code, cause ? ack + 1 : ack);
	return cause;
}

/* A request that is done: what went before it was taken as well. */
static void barrier(void)
{
	struct client c = client_new("127.0.0.1", "127.0.0.1", desk_secret);

	ask_user(&c, "barrier");
	expect_request();
	assert_string_equal(asked.user, "barrier");
	done(asked.serial, 1, 0);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), 0);
	close(c.fd);
}

/* Sends the same, as clients do, until something comes of it at fd. */
static void transmit_until(struct client *c, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int tries = 0;

	do {
		assert_true(++tries < WAIT_MS / 100);
		transmit(c);
	} while (poll(&p, 1, 100) == 0);
}

/*
 * The secret's file is looked at again after what does not fit, but not
 * without a pause.
 */
static void provoke_look(struct client *c)
{
	transmit_until(c, monitor);
	serve();
}

static void assert_unanswered(struct client *c)
{
	barrier();
	assert_true(is_quiet(c->fd));
	assert_true(is_quiet(engine));
	close(c->fd);
}

/* ---- start and end ---- */

static int make_socket(void)
{
	struct sockaddr_in6 all = { .sin6_family = AF_INET6 };
	socklen_t len = sizeof(all);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
	    on = 1, off = 0;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
				    sizeof(off)),
			 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on,
				    sizeof(on)),
			 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&all, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&all, &len), 0);
	port = ntohs(all.sin6_port);
	return fd;
}

static int setup(void **state)
{
	struct ipc_header h = { .type = AAA_START, .version = IPC_VERSION };
	struct aaa_start start = { .has_coa = true };
	int mv[2], ev[2], fds[3];

	(void)state;
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
	fds[2] = make_socket();
	assert_int_equal(ipc_send(monitor, &h, &start, sizeof(start), fds, 3),
			 0);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	/*
	 * Nothing is heard before both secrets are there; then it is not lost.
	 */
	serve();
	return 0;
}

static int teardown(void **state)
{
	int status;

	(void)state;
	close(engine);
	close(monitor);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return 0;
}

/* ---- the tests ---- */

static void test_first(void **state)
{
	struct client c = client_new("127.0.0.1", "127.0.0.1", desk_secret);

	(void)state;
	ask_user(&c, "early");
	serve();
	expect_request();
	assert_string_equal(asked.user, "early");
	done(asked.serial, 1, 0);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), 0);
	close(c.fd);
}

static void test_disconnect(void **state)
{
	/* Another address of this host: the reply leaves from it. */
	struct client c = client_new("127.0.0.1", "127.0.0.5", desk_secret);
	struct radius_cursor at = { 0 };
	struct radius_attribute a;
	struct radius_view v;
	char states[8] = "";

	(void)state;
	begin(RADIUS_DISCONNECT_REQUEST, true);
	radius_add_text(&b, RADIUS_PROXY_STATE, "one");
	radius_add_text(&b, RADIUS_USER_NAME, "alice");
	radius_add_text(&b, RADIUS_PROXY_STATE, "two");
	radius_add(&b, RADIUS_NAS_IP_ADDRESS, "\x7f\0\0\5", 4);
	ask(&c);
	expect_request();
	assert_int_equal(asked.kind, AAA_COA_DISCONNECT);
	assert_string_equal(asked.client, "desk");
	assert_string_equal(asked.user, "alice");
	done(asked.serial, 2, 0);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), 0);
	assert_int_equal(radius_parse(&v, c.got, c.got_len), RADIUS_OK);
	while (radius_next(&v, &at, &a))
		if (a.type == RADIUS_PROXY_STATE)
			strncat(states, (const char *)a.value, a.len);
	assert_string_equal(states, "onetwo");
	ask_user(&c, "nobody");
	expect_request();
	done(asked.serial, 0, COA_NO_SESSION);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), COA_NO_SESSION);
	close(c.fd);
}

static void test_change(void **state)
{
	struct client c = client_new("127.0.0.1", "127.0.0.1", desk_secret);

	(void)state;
	begin(RADIUS_COA_REQUEST, true);
	radius_add_text(&b, RADIUS_ACCT_SESSION_ID, "5F01");
	radius_add_u32(&b, RADIUS_SESSION_TIMEOUT, 600);
	radius_add_u32(&b, RADIUS_EVENT_TIMESTAMP, (uint32_t)time(NULL));
	ask(&c);
	expect_request();
	assert_int_equal(asked.kind, AAA_COA_CHANGE);
	assert_string_equal(asked.session_id, "5F01");
	assert_int_equal(asked.changes, AAA_COA_SESSION_TIMEOUT);
	assert_int_equal(asked.service.session_timeout_s, 600);
	done(asked.serial, 1, 0);
	assert_int_equal(reply(&c, RADIUS_COA_ACK), 0);
	/* What cannot be done is said without the engine. */
	begin(RADIUS_COA_REQUEST, true);
	radius_add_u32(&b, RADIUS_SESSION_TIMEOUT, 600);
	ask(&c);
	assert_int_equal(reply(&c, RADIUS_COA_ACK), COA_MISSING_ATTRIBUTE);
	begin(RADIUS_COA_REQUEST, true);
	radius_add_text(&b, RADIUS_USER_NAME, "alice");
	radius_add_u32(&b, RADIUS_FRAMED_MTU, 1000);
	ask(&c);
	assert_int_equal(reply(&c, RADIUS_COA_ACK), COA_UNSUPPORTED_ATTRIBUTE);
	begin(RADIUS_DISCONNECT_REQUEST, true);
	radius_add_text(&b, RADIUS_USER_NAME, "alice");
	radius_add_text(&b, RADIUS_NAS_IDENTIFIER, "other");
	ask(&c);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), COA_NAS_MISMATCH);
	assert_true(is_quiet(engine));
	close(c.fd);
}

static void test_duplicates(void **state)
{
	struct client c = client_new("127.0.0.1", "127.0.0.1", desk_secret);
	uint8_t first[RADIUS_PACKET_MAX];
	size_t len;
	uint64_t serial;

	(void)state;
	ask_user(&c, "alice");
	transmit(&c);
	transmit(&c);
	expect_request();
	serial = asked.serial;
	barrier();
	/* Two of the three were repetitions of what is under way. */
	assert_true(is_quiet(engine));
	assert_true(is_quiet(c.fd));
	done(serial, 1, 0);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), 0);
	assert_true(is_quiet(c.fd));
	memcpy(first, c.got, c.got_len);
	len = c.got_len;
	/* Its answer was lost: the same again, and nothing is done. */
	transmit(&c);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), 0);
	assert_int_equal(c.got_len, len);
	assert_memory_equal(c.got, first, len);
	barrier();
	assert_true(is_quiet(engine));
	/* A refusal is repeated as well. */
	begin(RADIUS_DISCONNECT_REQUEST, true);
	ask(&c);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK),
			 COA_MISSING_ATTRIBUTE);
	transmit(&c);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK),
			 COA_MISSING_ATTRIBUTE);
	close(c.fd);
}

static void test_same_id(void **state)
{
	struct client c = client_new("127.0.0.1", "127.0.0.1", desk_secret);

	(void)state;
	ask_user(&c, "alice");
	expect_request();
	done(asked.serial, 1, 0);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), 0);
	/* An identifier used anew, for another request. */
	radius_begin(&b, RADIUS_DISCONNECT_REQUEST, c.sent[1],
		     (uint8_t[16]){ 0 });
	radius_add_signature(&b);
	radius_add_text(&b, RADIUS_USER_NAME, "bob");
	ask(&c);
	expect_request();
	assert_string_equal(asked.user, "bob");
	done(asked.serial, 1, 0);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), 0);
	close(c.fd);
}

static void test_not_listed(void **state)
{
	struct client c = client_new("127.0.0.2", "127.0.0.1", desk_secret);

	(void)state;
	ask_user(&c, "alice");
	assert_unanswered(&c);
}

static void test_unsigned(void **state)
{
	struct client c = client_new("127.0.0.1", "127.0.0.1", desk_secret);
	struct client lax = client_new("::1", "::1", "lax-secret");

	(void)state;
	begin(RADIUS_DISCONNECT_REQUEST, false);
	radius_add_text(&b, RADIUS_USER_NAME, "alice");
	ask(&c);
	assert_unanswered(&c);
	/* The other section does not ask for it, but believes no wrong one. */
	begin(RADIUS_DISCONNECT_REQUEST, false);
	radius_add_text(&b, RADIUS_USER_NAME, "alice");
	ask(&lax);
	expect_request();
	assert_string_equal(asked.client, "lax");
	done(asked.serial, 1, 0);
	assert_int_equal(reply(&lax, RADIUS_DISCONNECT_ACK), 0);
	begin(RADIUS_DISCONNECT_REQUEST, false);
	radius_add(&b, RADIUS_MESSAGE_AUTHENTICATOR, "0123456789abcdef", 16);
	radius_add_text(&b, RADIUS_USER_NAME, "alice");
	ask(&lax);
	provoke_look(&lax);
	assert_unanswered(&lax);
}

static void test_timestamp(void **state)
{
	struct client c = client_new("127.0.0.1", "127.0.0.1", desk_secret);
	uint32_t now = (uint32_t)time(NULL);

	(void)state;
	for (int i = 0; i < 2; i++) {
		begin(RADIUS_DISCONNECT_REQUEST, true);
		radius_add_text(&b, RADIUS_USER_NAME, "alice");
		radius_add_u32(&b, RADIUS_EVENT_TIMESTAMP,
			       i ? now + COA_WINDOW_S + 100 :
				   now - COA_WINDOW_S - 100);
		ask(&c);
	}
	assert_unanswered(&c);
}

static void test_malformed(void **state)
{
	struct client c = client_new("127.0.0.1", "127.0.0.1", desk_secret);
	static uint8_t long_one[RADIUS_PACKET_MAX + 100] = {
		RADIUS_DISCONNECT_REQUEST, 1, 0x10, 0x64
	};

	(void)state;
	ask_user(&c, "alice");
	expect_request();
	done(asked.serial, 1, 0);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), 0);
	/* Every part of a right packet is none. */
	for (size_t len = 0; len < c.sent_len; len++)
		assert_int_equal(send(c.fd, c.sent, len, 0), len);
	assert_int_equal(send(c.fd, long_one, sizeof(long_one), 0),
			 sizeof(long_one));
	begin(RADIUS_ACCESS_REQUEST, true);
	radius_add_text(&b, RADIUS_USER_NAME, "alice");
	ask(&c);
	begin(RADIUS_COA_ACK, true);
	ask(&c);
	assert_unanswered(&c);
}

/*
 * Last but one: what the file has now counts after a request that does not fit.
 */
static void test_secret(void **state)
{
	struct client c = client_new("127.0.0.1", "127.0.0.1", "second");

	(void)state;
	ask_user(&c, "alice");
	provoke_look(&c);
	barrier();
	assert_true(is_quiet(c.fd));
	assert_true(is_quiet(engine));
	desk_secret = "second";
	provoke_look(&c);
	transmit_until(&c, engine);
	expect_request();
	assert_string_equal(asked.user, "alice");
	done(asked.serial, 1, 0);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), 0);
	close(c.fd);
}

static void test_silent_engine(void **state)
{
	struct client c = client_new("127.0.0.1", "127.0.0.1", desk_secret);

	(void)state;
	ask_user(&c, "alice");
	expect_request();
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), COA_NO_RESOURCES);
	/*
	 * Too late, and one that nobody asked for: neither is told to anybody.
	 */
	done(asked.serial, 1, 0);
	done(0, 1, 0);
	assert_unanswered(&c);
}

/*
 * Its sessions are gone with it: the client is told so at once, and the next
 * one is asked as ever.
 */
static void test_another_engine(void **state)
{
	struct client c = client_new("127.0.0.1", "127.0.0.1", desk_secret);
	struct ipc_header h = { .type = AAA_ENGINE, .version = IPC_VERSION };
	struct aaa_radius none = { .index = 99 };
	int ev[2];

	(void)state;
	ask_user(&c, "alice");
	expect_request();
	close(engine);
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), COA_NO_SESSION);
	ask_user(&c, "bob");
	assert_int_equal(reply(&c, RADIUS_DISCONNECT_ACK), COA_NO_RESOURCES);
	assert_int_equal(ipc_pair(ev), 0);
	assert_int_equal(ipc_send(monitor, &h, NULL, 0, &ev[1], 1), 0);
	close(ev[1]);
	engine = ev[0];
	/*
	 * A packet could overtake the channel; the answer to this says that
	 * the channel is there.
	 */
	h = (struct ipc_header){ .type = AAA_RADIUS,
				 .version = IPC_VERSION,
				 .serial = 1 };
	assert_int_equal(ipc_send(engine, &h, &none, sizeof(none), NULL, 0), 0);
	wait_for(engine);
	assert_int_equal(ipc_recv(engine, &m), 1);
	assert_int_equal(m.header.result, -ENOENT);
	barrier();
	/* What the one before was asked is no longer its own to answer. */
	done(asked.serial - 1, 1, 0);
	assert_unanswered(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_disconnect),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_same_id),
		cmocka_unit_test(test_not_listed),
		cmocka_unit_test(test_unsigned),
		cmocka_unit_test(test_timestamp),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_secret),
		cmocka_unit_test(test_silent_engine),
		cmocka_unit_test(test_another_engine),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
