/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pppds tell of their interfaces reaches their sessions; nothing else
 * does, and nobody but root is let in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipc/ipc.h"
#include "ipc/ppp.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "monitor/held.h"
#include "monitor/units.h"

static struct loop *loop;
static struct held held;
static struct held_tunnel *tunnel;
static struct units units;
static char dir[64];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/test_units.XXXXXX");
	loop = loop_new();
	if (!loop || !mkdtemp(dir))
		return -1;
	tunnel = held_tunnel_new(&held, 1);
	return tunnel ? units_open(&units, loop, &held, dir) : -1;
}

static int teardown(void **state)
{
	(void)state;
	units_close(&units);
	units_close(&units);
	held_tunnel_free(&held, tunnel);
	held_fini(&held);
	held = (struct held){ 0 };
	loop_free(loop);
	return rmdir(dir); /* the socket has gone from it */
}

static struct held_session *session(uint64_t link)
{
	const struct dp_session dp = {
		.tunnel_id = 1,
		.session_id = (uint32_t)link,
	};
	struct held_session *s;

	assert_int_equal(held_session_new(&held, link, tunnel, &dp, &s), 0);
	return s;
}

static void tell(uint16_t type, const void *body, size_t len)
{
	const struct ipc_header h = { .type = type };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&units.at,
				 sizeof(units.at)),
			 0);
	assert_int_equal(ipc_send(fd, &h, body, len, NULL, 0), 0);
	close(fd);
}

static void tell_unit(uint64_t link, uint32_t ifindex)
{
	const struct ppp_unit unit = { .link = link, .ifindex = ifindex };

	tell(PPP_UNIT, &unit, sizeof(unit));
}

static void test_told(void **state)
{
	struct held_session *ours = session(7), *dialled = session(8),
			    *none = session(9);

	(void)state;
	ours->ppp = dialled->dialled = true;
	tell_unit(7, 70);
	tell_unit(8, 80);
	tell_unit(9, 90);   /* no pppd has it */
	tell_unit(10, 100); /* there is no such session */
	units_read(&units);
	assert_int_equal(ours->unit, 70);
	assert_int_equal(dialled->unit, 80);
	assert_int_equal(none->unit, 0);
	tell_unit(7, 71); /* it has another now */
	units_read(&units);
	assert_int_equal(ours->unit, 71);
	held_session_free(&held, ours);
	held_session_free(&held, dialled);
	held_session_free(&held, none);
}

static void test_unsound(void **state)
{
	struct held_session *s = session(7);
	const struct ppp_unit unit = { .link = 7, .ifindex = 70 };
	const uint8_t more[sizeof(unit) + 1] = { 7 };

	(void)state;
	s->ppp = true;
	tell(PPP_UNIT, &unit, sizeof(unit) - 1);
	tell(PPP_UNIT, more, sizeof(more));
	tell(PPP_UNIT, NULL, 0);
	tell(0, &unit, sizeof(unit));
	tell(PPP_UNIT + 1, &unit, sizeof(unit));
	units_read(&units);
	assert_int_equal(s->unit, 0);
	tell_unit(7, 70);
	units_read(&units);
	assert_int_equal(s->unit, 70);
	held_session_free(&held, s);
}

static void test_for_root_only(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(units_path(&units), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_uid, geteuid());
}

static void test_cannot_listen(void **state)
{
	struct units u;

	(void)state;
	assert_int_not_equal(units_open(&u, loop, &held, "/nonexistent"), 0);
	assert_null(units_path(&u));
	units_read(&u);
	units_read(NULL);
	units_close(&u);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_told),
		TEST(test_unsound),
		TEST(test_for_root_only),
		TEST(test_cannot_listen),
	};

	log_open("test", LOG_SINK_STDERR, LOG_CRIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
