/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tunnel's socket, and the version that is spoken over it in the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_text.h"
#include "lib/loop.h"
#include "monitor/held_tunnel.h"
#include "netlink/dataplane.h"

#define PEER_PORT 17099

static struct loop *loop;
static struct dataplane *dp;
static struct config *config;
static struct held held;
static struct held_tunnels tunnels;

static int setup(void **state)
{
	(void)state;
	loop = loop_new();
	dp = dataplane_null_new();
	config = config_text("hostname = \"here\"\n");
	held = (struct held){ 0 };
	tunnels = (struct held_tunnels){
		.held = &held,
		.config = config,
		.dp = dp,
	};
	return loop && dp ? held_tunnels_init(&tunnels, loop) : -1;
}

static int teardown(void **state)
{
	(void)state;
	held_tunnels_clear(&tunnels);
	held_tunnels_fini(&tunnels);
	held_fini(&held);
	config_free(config);
	dp->ops->free(dp);
	loop_free(loop);
	return 0;
}

static int ask(enum monitor_message type, void *body)
{
	static struct request q;
	const struct request_row *row = held_tunnel_rows;

	while (row->type != type)
		row++;
	q = (struct request){ .object = &tunnels, .body = body };
	return row->take(&q);
}

static struct held_tunnel *open_socket(uint32_t id)
{
	struct monitor_socket s = {
		.tunnel_id = id,
		.version = 3,
		.encap = DP_ENCAP_UDP,
		.peer = { .family = AF_INET,
			  .port = PEER_PORT,
			  .ip = { 127, 0, 0, 1 } },
	};

	assert_int_equal(ask(MONITOR_SOCKET, &s), 0);
	return held_tunnel_find(&held, id);
}

/* A peer that has version 2 only was asked with an SCCRQ for both. */
static void test_falls_back(void **state)
{
	struct held_tunnel *t = open_socket(7);
	struct monitor_tunnel m = {
		.tunnel_id = 7,
		.peer_tunnel_id = 8,
		.version = 2,
		.encap = DP_ENCAP_UDP,
	};
	const struct dp_session call = { .tunnel_id = 7, .session_id = 9 };
	struct held_session *s;

	(void)state;
	assert_int_equal(t->version, 3);
	assert_int_equal(ask(MONITOR_TUNNEL_ADD, &m), 0);
	assert_true(t->installed);
	assert_int_equal(t->version, 2);
	/* Its ids are the tunnel's own, and not of the space of version 3. */
	assert_int_equal(held_session_new(&held, 1, t, &call, &s), 0);
	assert_int_equal(held.v3_ids.count, 0);
	held_session_free(&held, s);
}

static void test_stays(void **state)
{
	struct held_tunnel *t = open_socket(7);
	struct monitor_tunnel m = {
		.tunnel_id = 7,
		.peer_tunnel_id = 8,
		.version = 3,
		.encap = DP_ENCAP_UDP,
	};

	(void)state;
	assert_int_equal(ask(MONITOR_TUNNEL_ADD, &m), 0);
	assert_int_equal(t->version, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_falls_back, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_stays, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
