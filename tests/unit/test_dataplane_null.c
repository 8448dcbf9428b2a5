/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The null data plane answers as the kernel does, at any size. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netlink/dataplane.h"

static int setup(void **state)
{
	*state = dataplane_null_new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	struct dataplane *dp = *state;

	dp->ops->free(dp);
	return 0;
}

static int add_tunnel(struct dataplane *dp, uint8_t version,
		      enum dp_encap encap, uint32_t id)
{
	struct dp_tunnel t = {
		.version = version,
		.encap = encap,
		.tunnel_id = id,
		.peer_tunnel_id = id,
		.fd = -1,
	};

	return dp->ops->tunnel_add(dp, &t);
}

static int add_session(struct dataplane *dp, uint32_t tunnel_id,
		       uint32_t session_id)
{
	struct dp_session s = {
		.tunnel_id = tunnel_id,
		.session_id = session_id,
		.peer_session_id = 1,
	};

	return dp->ops->session_add(dp, &s);
}

struct count {
	unsigned int tunnels, sessions;
};

static int count_objects(void *ctx, const struct dp_object *o)
{
	struct count *c = ctx;

	if (o->session_id)
		c->sessions++;
	else
		c->tunnels++;
	return 0;
}

static void assert_count(struct dataplane *dp, unsigned int tunnels,
			 unsigned int sessions)
{
	struct count c = { 0 };

	assert_int_equal(dp->ops->dump(dp, count_objects, &c), 0);
	assert_int_equal(c.tunnels, tunnels);
	assert_int_equal(c.sessions, sessions);
}

static void test_name(void **state)
{
	struct dataplane *dp = *state;

	assert_string_equal(dp->ops->name, "null");
	assert_string_equal(dp->text, "");
	assert_count(dp, 0, 0);
}

static void test_tunnel(void **state)
{
	struct dataplane *dp = *state;
	struct dp_stats stats;

	assert_int_equal(add_tunnel(dp, 2, DP_ENCAP_UDP, 7), 0);
	assert_int_equal(add_tunnel(dp, 2, DP_ENCAP_UDP, 7), -EEXIST);
	/* v2 and v3 share the ids */
	assert_int_equal(add_tunnel(dp, 3, DP_ENCAP_IP, 7), -EEXIST);
	memset(&stats, 0xff, sizeof(stats));
	assert_int_equal(dp->ops->tunnel_stats(dp, 7, &stats), 0);
	assert_int_equal(stats.rx_packets, 0);
	assert_int_equal(stats.tx_errors, 0);
	assert_int_equal(dp->ops->tunnel_stats(dp, 8, &stats), -ENOENT);
	assert_count(dp, 1, 0);
	assert_int_equal(dp->ops->tunnel_del(dp, 7), 0);
	assert_int_equal(dp->ops->tunnel_del(dp, 7), -ENOENT);
	assert_count(dp, 0, 0);
	assert_int_equal(add_tunnel(dp, 2, DP_ENCAP_UDP, 7), 0);
}

static void test_tunnel_invalid(void **state)
{
	struct dataplane *dp = *state;

	assert_int_equal(add_tunnel(dp, 2, DP_ENCAP_UDP, 0), -EINVAL);
	assert_int_equal(add_tunnel(dp, 2, DP_ENCAP_UDP, 0x10000), -EINVAL);
	assert_int_equal(add_tunnel(dp, 3, DP_ENCAP_UDP, 0x10000), 0);
	assert_int_equal(add_tunnel(dp, 2, DP_ENCAP_IP, 1), -EINVAL);
	assert_int_equal(add_tunnel(dp, 1, DP_ENCAP_UDP, 1), -EINVAL);
	assert_count(dp, 1, 0);
}

/* Static tunnels: both addresses, of one family, with ports over UDP only. */
static void test_static(void **state)
{
	struct dataplane *dp = *state;
	const struct dp_tunnel sound = {
		.version = 3,
		.encap = DP_ENCAP_UDP,
		.tunnel_id = 1,
		.peer_tunnel_id = 2,
		.fd = -1,
		.local = { .family = AF_INET,
			   .port = 5001,
			   .ip = { 192, 0, 2, 1 }, },
		.peer = { .family = AF_INET,
			  .port = 5002,
			  .ip = { 192, 0, 2, 2 }, },
	};
	struct dp_tunnel t = sound;

	t.local.port = 0;
	assert_int_equal(dp->ops->tunnel_add(dp, &t), -EINVAL);
	t = sound;
	t.peer.port = 0;
	assert_int_equal(dp->ops->tunnel_add(dp, &t), -EINVAL);
	t = sound;
	t.local = (struct addr){
		.family = AF_INET6,
		.port = 5001,
		.ip = { [15] = 1 },
	};
	assert_int_equal(dp->ops->tunnel_add(dp, &t), -EINVAL);
	t = sound;
	memset(t.peer.ip, 0, sizeof(t.peer.ip));
	assert_int_equal(dp->ops->tunnel_add(dp, &t), -EINVAL);
	t = sound;
	t.encap = DP_ENCAP_IP;
	assert_int_equal(dp->ops->tunnel_add(dp, &t), -EINVAL);
	assert_int_equal(dp->ops->tunnel_add(dp, &sound), 0);
	t.local.port = t.peer.port = 0;
	t.tunnel_id = 2;
	assert_int_equal(dp->ops->tunnel_add(dp, &t), 0);
}

static void test_session(void **state)
{
	struct dataplane *dp = *state;
	struct dp_session s = {
		.tunnel_id = 1,
		.session_id = 5,
		.peer_session_id = 6,
	};
	struct dp_stats stats;

	assert_int_equal(dp->ops->session_add(dp, &s), -ENOENT);
	assert_int_equal(add_tunnel(dp, 2, DP_ENCAP_UDP, 1), 0);
	assert_int_equal(add_tunnel(dp, 2, DP_ENCAP_UDP, 2), 0);
	assert_int_equal(dp->ops->session_modify(dp, &s), -ENOENT);
	assert_int_equal(dp->ops->session_add(dp, &s), 0);
	assert_int_equal(dp->ops->session_add(dp, &s), -EEXIST);
	assert_int_equal(dp->ops->session_modify(dp, &s), 0);
	/* v2 session ids are the tunnel's own */
	assert_int_equal(add_session(dp, 2, 5), 0);
	assert_int_equal(dp->ops->session_stats(dp, 1, 5, &stats), 0);
	assert_int_equal(dp->ops->session_stats(dp, 1, 6, &stats), -ENOENT);
	assert_int_equal(dp->ops->session_del(dp, 1, 5), 0);
	assert_int_equal(dp->ops->session_del(dp, 1, 5), -ENOENT);
	assert_int_equal(dp->ops->session_stats(dp, 2, 5, &stats), 0);
	assert_count(dp, 2, 1);
}

static void test_session_invalid(void **state)
{
	struct dataplane *dp = *state;
	struct dp_session s = {
		.tunnel_id = 1,
		.session_id = 5,
		.peer_session_id = 6,
	};

	assert_int_equal(add_tunnel(dp, 2, DP_ENCAP_UDP, 1), 0);
	assert_int_equal(add_tunnel(dp, 3, DP_ENCAP_UDP, 3), 0);
	assert_int_equal(add_session(dp, 1, 0), -EINVAL);
	assert_int_equal(add_session(dp, 1, 0x10000), -EINVAL);
	assert_int_equal(add_session(dp, 3, 0x10000), 0);
	s.cookie_len = 4;
	assert_int_equal(dp->ops->session_add(dp, &s), -EINVAL);
	s.tunnel_id = 3;
	assert_int_equal(dp->ops->session_add(dp, &s), 0);
	s.session_id++;
	s.cookie_len = 5;
	assert_int_equal(dp->ops->session_add(dp, &s), -EINVAL);
	s.cookie_len = 0;
	memset(s.ifname, 'x', sizeof(s.ifname));
	assert_int_equal(dp->ops->session_add(dp, &s), -EINVAL);
	s = (struct dp_session){
		.tunnel_id = 1,
		.session_id = 9,
		.peer_session_id = 9,
		.pseudowire = DP_PW_ETH,
	};
	assert_int_equal(dp->ops->session_add(dp, &s), -EPROTONOSUPPORT);
	assert_count(dp, 2, 2);
}

static void test_tunnel_del_takes_sessions(void **state)
{
	struct dataplane *dp = *state;

	assert_int_equal(add_tunnel(dp, 2, DP_ENCAP_UDP, 1), 0);
	assert_int_equal(add_tunnel(dp, 3, DP_ENCAP_IP, 2), 0);
	for (uint32_t id = 1; id <= 100; id++) {
		assert_int_equal(add_session(dp, 1, id), 0);
		assert_int_equal(add_session(dp, 2, id), 0);
	}
	/* from the middle and both ends of the tunnel's list */
	assert_int_equal(dp->ops->session_del(dp, 1, 50), 0);
	assert_int_equal(dp->ops->session_del(dp, 1, 1), 0);
	assert_int_equal(dp->ops->session_del(dp, 1, 100), 0);
	assert_count(dp, 2, 197);
	assert_int_equal(dp->ops->tunnel_del(dp, 1), 0);
	assert_count(dp, 1, 100);
	assert_int_equal(dp->ops->session_del(dp, 1, 51), -ENOENT);
	assert_int_equal(dp->ops->tunnel_del(dp, 2), 0);
	assert_count(dp, 0, 0);
}

static void test_v3_ids(void **state)
{
	struct dataplane *dp = *state;

	assert_int_equal(add_tunnel(dp, 3, DP_ENCAP_UDP, 1), 0);
	assert_int_equal(add_tunnel(dp, 3, DP_ENCAP_UDP, 2), 0);
	assert_int_equal(add_tunnel(dp, 3, DP_ENCAP_UDP, 3), 0);
	assert_int_equal(add_tunnel(dp, 3, DP_ENCAP_IP, 4), 0);
	assert_int_equal(add_tunnel(dp, 3, DP_ENCAP_IP, 5), 0);
	assert_int_equal(add_tunnel(dp, 2, DP_ENCAP_UDP, 6), 0);

	assert_int_equal(add_session(dp, 1, 10), 0);
	assert_int_equal(add_session(dp, 2, 10), 0);
	assert_int_equal(add_session(dp, 3, 10), 0);
	assert_int_equal(add_session(dp, 6, 10), 0);
	assert_int_equal(add_session(dp, 4, 10), -EEXIST);
	/*
	 * the id is free for IP when the last UDP tunnel gave it
	 * up, in any order
	 */
	assert_int_equal(dp->ops->session_del(dp, 1, 10), 0);
	assert_int_equal(add_session(dp, 4, 10), -EEXIST);
	assert_int_equal(dp->ops->session_del(dp, 3, 10), 0);
	assert_int_equal(add_session(dp, 4, 10), -EEXIST);
	assert_int_equal(dp->ops->session_del(dp, 2, 10), 0);
	assert_int_equal(add_session(dp, 4, 10), 0);
	assert_int_equal(add_session(dp, 5, 10), -EEXIST);
	assert_int_equal(add_session(dp, 1, 10), -EEXIST);
	assert_int_equal(add_session(dp, 5, 11), 0);
	assert_count(dp, 6, 3);
}

static void test_open(void **state)
{
	struct dataplane *dp = *state;
	struct dp_tunnel t = {
		.version = 2,
		.tunnel_id = 1,
		.peer_tunnel_id = 2,
		.fd = -1,
	};
	struct dp_session s = {
		.tunnel_id = 1,
		.session_id = 5,
		.peer_session_id = 6,
	};
	struct pollfd p = { .events = POLLIN };
	int fd;

	assert_int_equal(dp->ops->tunnel_add(dp, &t), 0);
	assert_int_equal(dp->ops->session_open(dp, &t, &s), -ENOENT);
	assert_int_equal(dp->ops->session_add(dp, &s), 0);
	fd = dp->ops->session_open(dp, &t, &s);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	p.fd = fd;
	assert_int_equal(poll(&p, 1, 0), 0);
	assert_int_equal(dp->ops->session_open(dp, &t, &s), -EEXIST);
	dp->ops->session_close(dp, fd);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static int stop_at_third(void *ctx, const struct dp_object *o)
{
	unsigned int *n = ctx;

	(void)o;
	return ++*n == 3 ? -ECANCELED : 0;
}

struct wipe {
	struct dataplane *dp;
	bool sessions_seen;
	unsigned int n;
};

/* Deletes each tunnel that it is told of; tunnels come before sessions. */
static int wipe_tunnels(void *ctx, const struct dp_object *o)
{
	struct wipe *w = ctx;

	w->n++;
	if (o->session_id) {
		w->sessions_seen = true;
		assert_int_equal(o->peer_session_id, 1);
		assert_int_equal(o->version, 2);
		return 0;
	}
	assert_false(w->sessions_seen);
	return w->dp->ops->tunnel_del(w->dp, o->tunnel_id);
}

static void test_dump(void **state)
{
	struct dataplane *dp = *state;
	struct wipe w = { .dp = dp };
	unsigned int n = 0;

	for (uint32_t t = 1; t <= 4; t++) {
		assert_int_equal(add_tunnel(dp, 2, DP_ENCAP_UDP, t), 0);
		assert_int_equal(add_session(dp, t, 1), 0);
	}
	assert_int_equal(dp->ops->dump(dp, stop_at_third, &n), -ECANCELED);
	assert_int_equal(n, 3);
	assert_int_equal(dp->ops->dump(dp, wipe_tunnels, &w), 0);
	assert_int_equal(w.n, 8);
	assert_count(dp, 0, 0);
}

static int find_name(void *ctx, const struct dp_object *o)
{
	if (o->session_id)
		assert_string_equal(o->ifname, ctx);
	return 0;
}

static int add_ethernet(struct dataplane *dp, uint32_t session_id,
			const char *ifname)
{
	struct dp_session s = {
		.tunnel_id = 1,
		.session_id = session_id,
		.peer_session_id = 1,
		.pseudowire = session_id % 2 ? DP_PW_ETH : DP_PW_ETH_VLAN,
	};

	strcpy(s.ifname, ifname);
	return dp->ops->session_add(dp, &s);
}

static void assert_interface(struct dataplane *dp, uint32_t session_id,
			     const char *expected)
{
	char name[IFNAMSIZ] = "";

	assert_int_equal(dp->ops->session_interface(dp, 1, session_id, name),
			 0);
	assert_string_equal(name, expected);
}

/*
 * Named as asked, or by the kernel's way; a name that is taken is refused until
 * its session has gone.
 */
static void test_ifname(void **state)
{
	struct dataplane *dp = *state;
	char longest[] = "fifteen-letters", name[IFNAMSIZ];

	assert_int_equal(add_tunnel(dp, 3, DP_ENCAP_UDP, 1), 0);
	assert_int_equal(add_ethernet(dp, 1, longest), 0);
	assert_int_equal(dp->ops->dump(dp, find_name, longest), 0);
	assert_interface(dp, 1, longest);
	assert_int_equal(add_ethernet(dp, 2, longest), -EEXIST);
	assert_int_equal(dp->ops->session_interface(dp, 1, 2, name), -ENOENT);
	assert_int_equal(dp->ops->session_del(dp, 1, 1), 0);
	assert_int_equal(add_ethernet(dp, 2, longest), 0);

	assert_int_equal(add_ethernet(dp, 3, ""), 0);
	assert_int_equal(add_ethernet(dp, 4, ""), 0);
	assert_int_equal(add_ethernet(dp, 5, "l2tpeth2"), 0);
	assert_int_equal(add_ethernet(dp, 6, ""), 0);
	assert_interface(dp, 3, "l2tpeth0");
	assert_interface(dp, 4, "l2tpeth1");
	assert_interface(dp, 6, "l2tpeth3");
	assert_int_equal(dp->ops->session_del(dp, 1, 4), 0);
	assert_int_equal(add_ethernet(dp, 7, ""), 0);
	assert_interface(dp, 7, "l2tpeth1");

	assert_int_equal(add_session(dp, 1, 8), 0);
	assert_int_equal(dp->ops->session_interface(dp, 1, 8, name), -ENODEV);
	/* The tunnel's end frees them all. */
	assert_int_equal(dp->ops->tunnel_del(dp, 1), 0);
	assert_int_equal(add_tunnel(dp, 3, DP_ENCAP_IP, 1), 0);
	assert_int_equal(add_ethernet(dp, 1, longest), 0);
	assert_int_equal(add_ethernet(dp, 2, ""), 0);
	assert_interface(dp, 2, "l2tpeth0");
}

static void test_route(void **state)
{
	struct dataplane *dp = *state;
	struct addr a = { .family = AF_INET, .ip = { 192, 0, 2, 1 } };
	char name[IFNAMSIZ] = "";

	assert_int_equal(dp->ops->route_interface(dp, &a, name), 0);
	assert_string_equal(name, "lo");
	a.family = AF_UNSPEC;
	assert_int_equal(dp->ops->route_interface(dp, &a, name), -EINVAL);
}

/* 50,000 sessions in 500 tunnels, against a plain array as the model. */
static void test_many(void **state)
{
	enum { TUNNELS = 500, SESSIONS = 100 };
	static bool there[TUNNELS][SESSIONS];
	struct dataplane *dp = *state;
	unsigned int n = 0, seed = 1;
	size_t before, used;

	before = mallinfo2().uordblks;
	for (uint32_t t = 0; t < TUNNELS; t++) {
		assert_int_equal(add_tunnel(dp, t % 2 ? 3 : 2, DP_ENCAP_UDP,
					    t + 1),
				 0);
		for (uint32_t s = 0; s < SESSIONS; s++) {
			assert_int_equal(add_session(dp, t + 1, s + 1), 0);
			there[t][s] = true;
			n++;
		}
	}
	assert_count(dp, TUNNELS, TUNNELS * SESSIONS);
	used = mallinfo2().uordblks - before;
	assert_true(used / n < 200);
	for (unsigned int i = 0; i < TUNNELS * SESSIONS; i++) {
		uint32_t t = (uint32_t)rand_r(&seed) % TUNNELS,
			 s = (uint32_t)rand_r(&seed) % SESSIONS;

		if (there[t][s]) {
			assert_int_equal(dp->ops->session_del(dp, t + 1, s + 1),
					 0);
			n--;
		} else {
			assert_int_equal(dp->ops->session_del(dp, t + 1, s + 1),
					 -ENOENT);
			assert_int_equal(add_session(dp, t + 1, s + 1), 0);
			n++;
		}
		there[t][s] = !there[t][s];
	}
	assert_count(dp, TUNNELS, n);
	for (uint32_t t = 0; t < TUNNELS; t++)
		for (uint32_t s = 0; s < SESSIONS; s++)
			assert_int_equal(add_session(dp, t + 1, s + 1),
					 there[t][s] ? -EEXIST : 0);
	for (uint32_t t = 0; t < TUNNELS; t++)
		assert_int_equal(dp->ops->tunnel_del(dp, t + 1), 0);
	assert_count(dp, 0, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_name),
		TEST(test_tunnel),
		TEST(test_tunnel_invalid),
		TEST(test_static),
		TEST(test_session),
		TEST(test_session_invalid),
		TEST(test_tunnel_del_takes_sessions),
		TEST(test_v3_ids),
		TEST(test_open),
		TEST(test_dump),
		TEST(test_ifname),
		TEST(test_route),
		TEST(test_many),
	};

	return cmocka_run_group_tests_name("null data plane", tests, NULL,
					   NULL);
}
