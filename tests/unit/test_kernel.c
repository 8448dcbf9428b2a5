/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's side of the data plane: a tunnel with more sessions than a
 * channel keeps messages ends while the monitor is busy, and each removal gets
 * there, the tunnel's last.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "engine/kernel.h"

#define SESSIONS (CHANNEL_QUEUE + 5000)

static struct engine e;
static int monitor; /* its end */
static struct kernel_hold holds[SESSIONS], tunnel;
static unsigned int done;

static void on_done(void *arg, int result, struct ipc_message *m)
{
	(void)arg;
	(void)m;
	assert_int_equal(result, -EPIPE);
	done++;
}

static void on_closed(struct channel *c)
{
	(void)c;
}

static int setup(void **state)
{
	int sv[2];

	(void)state;
	e = (struct engine){ .loop = loop_new(), .aaa.fd = -1 };
	if (!e.loop || ipc_pair(sv) ||
	    channel_open(&e.monitor, e.loop, sv[0], NULL, on_closed))
		return -1;
	monitor = sv[1];
	return fcntl(monitor, F_SETFL, O_NONBLOCK) || kernel_start(&e, false);
}

static int teardown(void **state)
{
	(void)state;
	channel_close(&e.monitor);
	close(monitor);
	for (size_t i = 0; i < SESSIONS; i++)
		kernel_hold_fini(&holds[i]);
	kernel_hold_fini(&tunnel);
	kernel_free(&e);
	loop_free(e.loop);
	return 0;
}

/* The next message to the monitor; the engine writes as it can. */
static struct ipc_message *next(void)
{
	static struct ipc_message m;
	int n;

	while ((n = ipc_recv(monitor, &m)) == -EAGAIN)
		channel_work(&e.monitor, LOOP_WRITE);
	assert_int_equal(n, 1);
	return &m;
}

static void add_session(uint32_t i)
{
	const struct dp_session s = { .tunnel_id = 1, .session_id = i + 1 };
	struct ipc_message *m;

	assert_int_equal(kernel_session_add(&e, &holds[i], i + 1, &s, on_done,
					    NULL),
			 0);
	m = next();
	assert_int_equal(m->header.type, MONITOR_SESSION_ADD);
}

static void test_mass_removal(void **state)
{
	const struct monitor_tunnel t = { .tunnel_id = 1, .version = 2 };
	struct ipc_message *m;

	(void)state;
	assert_int_equal(kernel_tunnel_add(&e, &tunnel, &t, on_done, NULL), 0);
	assert_int_equal(next()->header.type, MONITOR_TUNNEL_ADD);
	for (uint32_t i = 0; i < SESSIONS; i++)
		add_session(i);
	for (uint32_t i = 0; i < SESSIONS; i++) {
		const struct dp_session s = { .tunnel_id = 1,
					      .session_id = i + 1 };

		kernel_session_del(&e, &holds[i], i + 1, &s);
	}
	kernel_tunnel_del(&e, &tunnel, 1);
	kernel_tunnel_forget(&e, &tunnel, 1, true, true);
	for (uint32_t i = 0; i < SESSIONS; i++) {
		m = next();
		assert_int_equal(m->header.type, MONITOR_SESSION_DEL);
		assert_int_equal(ipc_body(m, struct monitor_link)->link, i + 1);
	}
	assert_int_equal(next()->header.type, MONITOR_TUNNEL_DEL);
	assert_int_equal(next()->header.type, MONITOR_SOCKET_CLOSE);
	/* The answers of what was added never came. */
	channel_close(&e.monitor);
	assert_int_equal(done, SESSIONS + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_mass_removal, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
