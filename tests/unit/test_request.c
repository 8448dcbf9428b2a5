/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of the engine's requests: each message of the engine has a row and
 * no other has, sizes are checked, and what is answered reaches the engine.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipc/channel.h"
#include "lib/config.h"
#include "lib/log.h"
#include "monitor/objects.h"

static struct channel engine;
static int engine_fd;
static struct ipc_message answer;

static void on_message(struct channel *c, struct ipc_message *m)
{
	(void)c;
	(void)m;
}

static void on_closed(struct channel *c)
{
	channel_close(c);
}

static int open_engine(void **state)
{
	int sv[2];

	*state = loop_new();
	if (!*state || ipc_pair(sv) ||
	    channel_open(&engine, *state, sv[0], on_message, on_closed))
		return -1;
	engine_fd = sv[1];
	return 0;
}

static int close_engine(void **state)
{
	ipc_close_fds(&answer);
	channel_close(&engine);
	close(engine_fd);
	loop_free(*state);
	return 0;
}

/* The result of a request whose body has len bytes. */
static int ask(struct requests *t, uint16_t type, const void *body, size_t len)
{
	static struct ipc_message m;

	m = (struct ipc_message){
		.header = { .type = type, .serial = 7 },
		.len = len,
	};
	memcpy(m.body, body, len);
	requests_take(t, &engine, &m);
	ipc_close_fds(&answer);
	assert_int_equal(ipc_recv(engine_fd, &answer), 1);
	assert_int_equal(answer.header.type, type);
	assert_int_equal(answer.header.serial, 7);
	return answer.header.result;
}

/* ---- rows ---- */

static int given_fd;

static int take_route(struct request *q)
{
	const struct addr *dst = q->body;
	struct monitor_route route = { 0 };

	if (dst->port == 1)
		return -ENETUNREACH;
	snprintf(route.ifname, sizeof(route.ifname), "eth%d",
		 *(int *)q->object);
	request_answer(q, &route, sizeof(route));
	return 0;
}

static int take_listen(struct request *q)
{
	const struct monitor_listen *r = q->body;

	given_fd = dup(STDERR_FILENO);
	request_give_fd(q, given_fd);
	return r->index ? -EADDRINUSE : 0;
}

static const struct request_row rows[] = {
	{ MONITOR_ROUTE, sizeof(struct addr), take_route },
	{ MONITOR_LISTEN, sizeof(struct monitor_listen), take_listen },
	{ 0 },
};

static void test_answers(void **state)
{
	int object = 5;
	struct requests t = { 0 };
	struct addr a = { 0 };

	(void)state;
	requests_add(&t, rows, &object);
	assert_int_equal(ask(&t, MONITOR_ROUTE, &a, sizeof(a)), 0);
	assert_non_null(ipc_body(&answer, struct monitor_route));
	assert_string_equal(ipc_body(&answer, struct monitor_route)->ifname,
			    "eth5");
	a.port = 1;
	assert_int_equal(ask(&t, MONITOR_ROUTE, &a, sizeof(a)), -ENETUNREACH);
	assert_int_equal(answer.len, 0);
}

/* Another size, no row, no message at all. */
static void test_unsound(void **state)
{
	int object = 5;
	struct requests t = { 0 };
	uint8_t body[sizeof(struct addr) + 1] = { 0 };

	(void)state;
	requests_add(&t, rows, &object);
	assert_int_equal(ask(&t, MONITOR_ROUTE, body, sizeof(body)), -EINVAL);
	assert_int_equal(ask(&t, MONITOR_ROUTE, body, 0), -EINVAL);
	assert_int_equal(ask(&t, MONITOR_SOCKET, body, 0), -EINVAL);
	assert_int_equal(ask(&t, 0, body, 0), -EINVAL);
	assert_int_equal(ask(&t, MONITOR_MESSAGES, body, 0), -EINVAL);
	assert_int_equal(ask(&t, UINT16_MAX, body, 0), -EINVAL);
}

/* An engine that is taken over asks as often as it likes. */
static void test_refusals_in_the_log(void **state)
{
	struct requests t = { 0 };
	unsigned int lines = 0;
	char text[16384];
	int err = dup(STDERR_FILENO), fds[2];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	dup2(fds[1], STDERR_FILENO);
	log_open("monitor", LOG_SINK_STDERR, LOG_INFO);
	for (int i = 0; i < 500; i++)
		assert_int_equal(ask(&t, MONITOR_ROUTE, "", 0), -EINVAL);
	requests_fini(&t);
	dup2(err, STDERR_FILENO);
	log_open("monitor", LOG_SINK_STDERR, LOG_INFO);
	n = read(fds[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	for (const char *p = text; (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, LOG_LIMIT_ONE + 1);
	assert_non_null(strstr(text, "requests of the engine that were "
				     "refused: and 480 more in "));
	close(fds[0]);
	close(fds[1]);
	close(err);
}

/* Sent with success only, and closed here in either case. */
static void test_fds(void **state)
{
	struct requests t = { 0 };
	struct monitor_listen r = { 0 };

	(void)state;
	requests_add(&t, rows, NULL);
	assert_int_equal(ask(&t, MONITOR_LISTEN, &r, sizeof(r)), 0);
	assert_int_equal(answer.nfds, 1);
	r.index = 1;
	assert_int_equal(ask(&t, MONITOR_LISTEN, &r, sizeof(r)), -EADDRINUSE);
	assert_int_equal(answer.nfds, 0);
	assert_int_equal(fcntl(given_fd, F_GETFD), -1);
}

/* ---- the monitor's own table ---- */

/* What it sends itself. */
static bool is_the_monitors(int type)
{
	static const enum monitor_message its[] = {
		MONITOR_START,		MONITOR_PPP_EXIT,
		MONITOR_STOP,		MONITOR_AAA,
		MONITOR_CIRCUIT,	MONITOR_ADDRESS_GONE,
		MONITOR_SECRET_CHANGED, MONITOR_MTU,
		MONITOR_PPP_HEARD,
	};

	for (size_t i = 0; i < sizeof(its) / sizeof(its[0]); i++)
		if ((int)its[i] == type)
			return true;
	return false;
}

static void test_all_have_rows(void **state)
{
	static const char text[] =
		"listen { address = 127.0.0.1 } ppp p { backend = none }\n"
		"lns n { ppp = p } state-dir = \"/nonexistent\"\n";
	const struct monitor_options monitor = {
		.runtime_dir = "/nonexistent",
		.null_dataplane = true,
	};
	struct objects_options o = {
		.loop = *state,
		.monitor = &monitor,
		.config_text = text,
		.config_path = "/nonexistent",
		.engine = &engine,
	};
	struct objects objects = { 0 };
	char err[256] = "";

	o.config = config_parse_text(text, "test", err, sizeof(err));
	if (!o.config)
		fail_msg("%s", err);
	o.dp = dataplane_null_new();
	assert_int_equal(objects_init(&objects, &o), 0);
	for (int type = 1; type < MONITOR_MESSAGES; type++)
		/* These are the monitor's own business (monitor.c). */
		if (type != MONITOR_READY && type != MONITOR_ALIVE &&
		    type != MONITOR_FAILED &&
		    requests_has(&objects.requests,
				 (enum monitor_message)type) ==
			    is_the_monitors(type))
			fail_msg("message %d", type);
	objects_fini(&objects, 0);
	o.dp->ops->free(o.dp);
	config_free(o.config);
}

/* ---- whose links they are ---- */

/*
 * Not 0, not of an engine before, whose pppds may still end, and not of one
 * that comes.
 */
static void test_links(void **state)
{
	const uint64_t first = 5ull << MONITOR_LINK_BITS | 1;
	const struct held h = { .first_link = first };
	const struct held fresh = { .first_link = 1 };

	(void)state;
	assert_true(held_link_fits(&h, first));
	assert_true(held_link_fits(&h, first + 1000000));
	assert_true(
		held_link_fits(&h, first + (1ull << MONITOR_LINK_BITS) - 2));
	assert_false(held_link_fits(&h, first + (1ull << MONITOR_LINK_BITS)));
	assert_false(held_link_fits(&h, first - 1));
	assert_false(held_link_fits(&h, 1));
	assert_false(held_link_fits(&h, 0));
	assert_false(held_link_fits(&h, UINT64_MAX));
	assert_true(held_link_fits(&fresh, 1));
	assert_false(held_link_fits(&fresh, 0));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_engine, close_engine)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answers),	  TEST(test_unsound),
		TEST(test_fds),		  TEST(test_refusals_in_the_log),
		TEST(test_all_have_rows), TEST(test_links),
	};

	log_open("test", LOG_SINK_STDERR, LOG_CRIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
