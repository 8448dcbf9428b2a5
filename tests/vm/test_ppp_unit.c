/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPP of our own in the monitor, which gets channels and units for sessions,
 * with the test as its engine: frames pass, addresses come and go, what an
 * engine should not ask is refused, and nothing is left of what has ended.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane_lab.h"
#include "lib/log.h"
#include "monitor_lab.h"
#include "netlink/link.h"

#define MANY	100
#define WAIT_MS 10000

static struct monitor_lab lab;
static struct rtnl rtnl;
static struct config_ppp profiles[] = {
	{ .name = "isp", .backend = CONFIG_BACKEND_BUILTIN },
	{ .name = "other", .backend = CONFIG_BACKEND_PPPD },
};
static struct config config = {
	.ppp = profiles,
	.ppp_n = 2,
	.max_sessions = 1000,
};

/* The next session of either end, and what the engine has of it. */
static uint32_t serial;
struct end {
	uint64_t link;
	uint32_t tunnel;
	int channel, unit;
	char ifname[IFNAMSIZ];
};

/* ---- the bench ---- */

static void add_tunnel(uint32_t id, uint32_t peer, const char *local,
		       const char *remote)
{
	struct monitor_socket s = { .tunnel_id = id, .version = 2 };
	struct monitor_tunnel t = {
		.version = 2,
		.tunnel_id = id,
		.peer_tunnel_id = peer,
	};

	assert_int_equal(addr_parse(&s.local, local), 0);
	assert_int_equal(addr_parse(&s.peer, remote), 0);
	s.local.port = s.peer.port = 1701;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET, &s), 0);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_TUNNEL_ADD, &t), 0);
}

static void add_session(struct end *e, uint32_t tunnel, uint32_t n)
{
	struct monitor_session s = {
		.link = tunnel * 100000 + n,
		.session = { .tunnel_id = tunnel,
			     .session_id = n,
			     .peer_session_id = n,
			     .pseudowire = DP_PW_PPP, },
	};

	*e = (struct end){
		.link = s.link,
		.tunnel = tunnel,
		.channel = -1,
		.unit = -1,
	};
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &s), 0);
}

static struct monitor_attach attach_of(const struct end *e)
{
	struct monitor_attach a = { .link = e->link };

	strcpy(a.profile, "isp");
	return a;
}

static int attach(struct end *e)
{
	struct monitor_attach a = attach_of(e);
	int err =
		monitor_lab_ask_later(&lab, MONITOR_PPP_ATTACH, &a, sizeof(a));

	if (!err)
		e->channel = ipc_take_fd(&lab.answer, 0);
	return err;
}

static int make_unit(struct end *e, const char *name)
{
	struct monitor_unit u = { .interface.link = e->link, .mru = 1460 };
	int err;

	strcpy(u.interface.ifname, name);
	err = MONITOR_LAB_ASK(&lab, MONITOR_PPP_UNIT, &u);
	if (err)
		return err;
	e->unit = ipc_take_fd(&lab.answer, 0);
	strcpy(e->ifname,
	       ipc_body(&lab.answer, struct monitor_interface)->ifname);
	return 0;
}

static int ask_link(uint16_t type, const struct end *e)
{
	const struct monitor_link l = { e->link };

	return MONITOR_LAB_ASK(&lab, type, &l);
}

/* As the engine does: its own fds first. */
static void close_end(struct end *e)
{
	if (e->unit >= 0)
		close(e->unit);
	if (e->channel >= 0)
		close(e->channel);
	e->unit = e->channel = -1;
}

static void delete_end(struct end *e)
{
	close_end(e);
	assert_int_equal(ask_link(MONITOR_SESSION_DEL, e), 0);
}

/* Two ends of a session, attached. */
static void open_pair(struct end ends[2])
{
	uint32_t n = ++serial;

	for (int i = 0; i < 2; i++) {
		add_session(&ends[i], (uint32_t)i + 1, n);
		assert_int_equal(attach(&ends[i]), 0);
		assert_true(ends[i].channel >= 0);
	}
}

static bool can_read(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, WAIT_MS) == 1;
}

/* A frame of that protocol goes out by one fd, and comes by the other. */
static void pass(int from, int to, uint16_t protocol)
{
	uint8_t frame[] = {
		(uint8_t)(protocol >> 8), (uint8_t)protocol, 9, 0, 0, 4
	};
	uint8_t buf[64];

	assert_int_equal(write(from, frame, sizeof(frame)), sizeof(frame));
	assert_true(can_read(to));
	assert_int_equal(read(to, buf, sizeof(buf)), sizeof(frame));
	assert_memory_equal(buf, frame, sizeof(frame));
}

static bool exists(const char *ifname)
{
	return if_nametoindex(ifname) != 0;
}

static void wait_gone(const char *ifname)
{
	for (int i = 0; exists(ifname); i++) {
		if (i == WAIT_MS)
			fail_msg("%s stays", ifname);
		usleep(1000);
	}
}

/* ---- what it is for ---- */

static struct monitor_ppp_address ipv4_of(const struct end *e, uint32_t host)
{
	return (struct monitor_ppp_address){
		.link = e->link,
		.family = AF_INET,
		.up = true,
		.mtu = 1400,
		.local_ipv4 = inet_addr("10.64.0.1"),
		.remote_ipv4 = htonl(0x0a400000 + host),
	};
}

static struct monitor_ppp_address ipv6_of(const struct end *e)
{
	return (struct monitor_ppp_address){
		.link = e->link,
		.family = AF_INET6,
		.up = true,
		.mtu = 1400,
		.local_ifid = { [7] = 7 },
		.remote_ifid = { [7] = 8 },
	};
}

static char *shell(const char *command)
{
	static char out[4096];
	FILE *f = popen(command, "r");
	size_t n;

	if (!f)
		err(1, "%s", command);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	pclose(f);
	return out;
}

static const char *show(const char *what, const struct end *e)
{
	char command[128];

	snprintf(command, sizeof(command), "ip -o %s show dev %s", what,
		 e->ifname);
	return shell(command);
}

#define assert_shows(what, e, text)                               \
	do {                                                      \
		const char *out_ = show(what, e);                 \
		if (!strstr(out_, text))                          \
			fail_msg("no \"%s\" in: %s", text, out_); \
	} while (0)
#define assert_shows_no(what, e, text)                         \
	do {                                                   \
		const char *out_ = show(what, e);              \
		if (strstr(out_, text))                        \
			fail_msg("\"%s\" in: %s", text, out_); \
	} while (0)

static void test_frames(void **state)
{
	struct end ends[2];

	(void)state;
	open_pair(ends);
	pass(ends[0].channel, ends[1].channel, 0xc021);
	pass(ends[1].channel, ends[0].channel, 0xc223);
	/* a network protocol before there is a unit */
	pass(ends[0].channel, ends[1].channel, 0x8021);
	assert_int_equal(make_unit(&ends[1], ""), 0);
	pass(ends[0].channel, ends[1].unit, 0x8021);
	pass(ends[1].unit, ends[0].channel, 0x8021);
	pass(ends[1].unit, ends[0].channel, 0x80fd);
	pass(ends[1].channel, ends[0].channel, 0xc021);
	pass(ends[0].channel, ends[1].channel, 0xc021);
	delete_end(&ends[0]);
	delete_end(&ends[1]);
	wait_gone(ends[1].ifname);
}

static void test_addresses(void **state)
{
	struct monitor_ppp_address a;
	struct end e;

	(void)state;
	add_session(&e, 1, ++serial);
	assert_int_equal(attach(&e), 0);
	assert_int_equal(make_unit(&e, "alice0"), 0);
	assert_string_equal(e.ifname, "alice0");
	assert_shows_no("link", &e, ",UP");
	a = ipv4_of(&e, 9);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PPP_ADDRESS, &a), 0);
	assert_shows("link", &e, ",UP");
	assert_shows("link", &e, "mtu 1400");
	assert_shows("-4 address", &e, "inet 10.64.0.1 peer 10.64.0.9/32");
	a = ipv6_of(&e);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PPP_ADDRESS, &a), 0);
	assert_shows("-6 address", &e, "inet6 fe80::7/64");
	/* negotiated anew */
	a = ipv4_of(&e, 10);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PPP_ADDRESS, &a), 0);
	assert_shows("-4 address", &e, "inet 10.64.0.1 peer 10.64.0.10/32");
	assert_shows_no("-4 address", &e, "10.64.0.9/");
	a.up = false;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PPP_ADDRESS, &a), 0);
	assert_shows_no("-4 address", &e, "inet ");
	assert_shows("-6 address", &e, "inet6 fe80::7/64");
	delete_end(&e);
	wait_gone("alice0");
}

/* A packet counts, and one of a protocol that is not up is dropped before. */
static void test_counters(void **state)
{
	static const uint8_t packet[] = { 0x00, 0x21, 0x45, 0,	0, 20, 0,  0,
					  0,	0,    64,   59, 0, 0,  10, 64,
					  0,	9,    10,   64, 0, 1 };
	struct monitor_ppp_address a;
	struct end ends[2];
	const struct monitor_detached *d;

	(void)state;
	open_pair(ends);
	assert_int_equal(make_unit(&ends[1], ""), 0);
	a = ipv4_of(&ends[1], 9);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PPP_ADDRESS, &a), 0);
	assert_true(write(ends[0].channel, packet, sizeof(packet)) > 0);
	/* behind it: what comes after has found it counted */
	pass(ends[0].channel, ends[1].unit, 0x8021);
	close_end(&ends[1]);
	assert_int_equal(ask_link(MONITOR_PPP_DETACH, &ends[1]), 0);
	d = ipc_body(&lab.answer, struct monitor_detached);
	assert_non_null(d);
	assert_true(d->have_counters);
	assert_true(d->counters.rx_packets >= 1);
	assert_true(d->counters.rx_bytes >= 20);
	wait_gone(ends[1].ifname);
	assert_int_equal(ask_link(MONITOR_PPP_DETACH, &ends[1]), -ENOENT);
	delete_end(&ends[0]);
	delete_end(&ends[1]);
}

/* ---- what is refused ---- */

static int ask_address(struct monitor_ppp_address a)
{
	return MONITOR_LAB_ASK(&lab, MONITOR_PPP_ADDRESS, &a);
}

static void test_bad_addresses(void **state)
{
	static const char *const bad[] = { "0.0.0.0", "127.0.0.1", "224.0.0.5",
					   "255.255.255.255" };
	struct monitor_ppp_address good, a;
	struct end e;

	(void)state;
	add_session(&e, 1, ++serial);
	good = ipv4_of(&e, 9);
	assert_int_equal(ask_address(good), -ENOENT);
	assert_int_equal(attach(&e), 0);
	assert_int_equal(ask_address(good), -ENOENT);
	assert_int_equal(make_unit(&e, ""), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		a = good;
		a.remote_ipv4 = inet_addr(bad[i]);
		assert_int_equal(ask_address(a), -EINVAL);
		a = good;
		a.local_ipv4 = inet_addr(bad[i]);
		assert_int_equal(ask_address(a), -EINVAL);
	}
	a = good;
	a.remote_ipv4 = a.local_ipv4;
	assert_int_equal(ask_address(a), -EINVAL);
	a = good;
	a.mtu = 0;
	assert_int_equal(ask_address(a), -EINVAL);
	a.mtu = 40;
	assert_int_equal(ask_address(a), -EINVAL);
	a = good;
	a.family = AF_UNIX;
	assert_int_equal(ask_address(a), -EINVAL);
	a = ipv6_of(&e);
	memset(a.local_ifid, 0, sizeof(a.local_ifid));
	assert_int_equal(ask_address(a), -EINVAL);
	assert_shows_no("link", &e, ",UP");
	assert_int_equal(ask_address(good), 0);
	delete_end(&e);
	wait_gone(e.ifname);
}

static int ask_attach(uint64_t link, const char *profile)
{
	struct monitor_attach a = { .link = link };

	strcpy(a.profile, profile);
	return MONITOR_LAB_ASK(&lab, MONITOR_PPP_ATTACH, &a);
}

static void test_unsound(void **state)
{
	struct monitor_unit unit = { 0 };
	struct end e, other;

	(void)state;
	add_session(&e, 1, ++serial);
	assert_int_equal(ask_attach(e.link, "other"), -EINVAL);
	assert_int_equal(ask_attach(e.link, "none"), -EINVAL);
	assert_int_equal(ask_attach(e.link + 77, "isp"), -EINVAL);
	assert_int_equal(make_unit(&e, ""), -ENOENT);
	assert_int_equal(ask_link(MONITOR_PPP_DETACH, &e), -ENOENT);
	assert_int_equal(attach(&e), 0);
	assert_int_equal(ask_attach(e.link, "isp"), -EINVAL);
	assert_int_equal(make_unit(&e, "../x"), -EINVAL);
	assert_int_equal(make_unit(&e, "-x"), -EINVAL);
	unit.interface.link = e.link;
	memset(unit.interface.ifname, 'x', sizeof(unit.interface.ifname));
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PPP_UNIT, &unit),
			 -EINVAL);
	/* the names of others stay theirs */
	assert_int_equal(make_unit(&e, "lo"), -EEXIST);
	add_session(&other, 1, ++serial);
	assert_int_equal(attach(&other), 0);
	assert_int_equal(make_unit(&other, ""), 0);
	assert_int_equal(make_unit(&other, ""), -ENOENT);
	delete_end(&e);
	delete_end(&other);
	wait_gone(other.ifname);
}

static int ask_mppe(const struct end *e, uint8_t type, uint8_t bits)
{
	struct monitor_ppp_mppe m = {
		.link = e->link,
		.open = true,
		.send = true,
		.send_option = { type, 6, 1, 0, 0, bits },
	};

	return MONITOR_LAB_ASK(&lab, MONITOR_PPP_MPPE, &m);
}

static void test_mppe(void **state)
{
	struct end e;

	(void)state;
	add_session(&e, 1, ++serial);
	assert_int_equal(attach(&e), 0);
	assert_int_equal(ask_mppe(&e, 18, 0x40), -ENOENT);
	assert_int_equal(make_unit(&e, ""), 0);
	assert_int_equal(ask_mppe(&e, 26, 0x40), -EINVAL);
	assert_int_equal(ask_mppe(&e, 18, 0x80), -EINVAL);
	assert_int_equal(ask_mppe(&e, 18, 0x41), -EINVAL);
	assert_int_equal(ask_mppe(&e, 18, 0x40), 0);
	assert_int_equal(ask_mppe(&e, 18, 0x20), 0);
	delete_end(&e);
	wait_gone(e.ifname);
}

/* ---- ends ---- */

/* An engine that keeps its fds keeps neither interface nor session. */
static void test_kept(void **state)
{
	struct end ends[2];

	(void)state;
	open_pair(ends);
	assert_int_equal(make_unit(&ends[0], ""), 0);
	assert_int_equal(ask_link(MONITOR_SESSION_DEL, &ends[0]), 0);
	wait_gone(ends[0].ifname);
	assert_true(can_read(ends[0].channel));
	assert_int_equal(read(ends[0].channel, &(char){ 0 }, 1), 0);
	assert_true(lab_wait_count(lab.dp, 2, 1));
	close_end(&ends[0]);
	delete_end(&ends[1]);
	assert_true(lab_wait_count(lab.dp, 2, 0));
}

/* The session goes while its channel is being opened. */
static void test_gone_meanwhile(void **state)
{
	struct monitor_attach a;
	struct end e;
	uint64_t first;

	(void)state;
	add_session(&e, 1, ++serial);
	a = attach_of(&e);
	first = monitor_lab_send(&lab, MONITOR_PPP_ATTACH, &a, sizeof(a));
	delete_end(&e);
	assert_int_equal(monitor_lab_reply(&lab), first);
	assert_int_equal(lab.answer.header.result, -ENOENT);
	assert_int_equal(lab.answer.nfds, 0);
	assert_true(lab_wait_count(lab.dp, 2, 0));
}

/* They wait for the kernel together, each in a thread: how long is told. */
static void test_many(void **state)
{
	static struct end ends[MANY];
	double began, alone, together;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		add_session(&ends[i], 1, ++serial);
	began = lab_now_ms();
	assert_int_equal(attach(&ends[0]), 0);
	alone = lab_now_ms() - began;
	began = lab_now_ms();
	for (uint32_t i = 1; i < MANY; i++) {
		struct monitor_attach a = attach_of(&ends[i]);

		monitor_lab_send(&lab, MONITOR_PPP_ATTACH, &a, sizeof(a));
	}
	for (uint32_t i = 1; i < MANY; i++) {
		monitor_lab_reply(&lab);
		assert_int_equal(lab.answer.header.result, 0);
	}
	together = lab_now_ms() - began;
	print_message("one channel: %.1f ms; %d more: %.1f ms\n", alone,
		      MANY - 1, together);
	for (uint32_t i = 0; i < MANY; i++)
		delete_end(&ends[i]);
	assert_true(lab_wait_count(lab.dp, 2, 0));
}

/* The next engine hears nothing of what the one before asked for. */
static void test_engine_gone(void **state)
{
	struct monitor_attach a;
	struct end e;

	(void)state;
	add_session(&e, 1, ++serial);
	a = attach_of(&e);
	monitor_lab_send(&lab, MONITOR_PPP_ATTACH, &a, sizeof(a));
	monitor_lab_clear(&lab);
	assert_true(lab_wait_count(lab.dp, 0, 0));
	assert_false(monitor_lab_any_event(&lab));
}

static int open_lab(void **state)
{
	(void)state;
	lab_namespace();
	monitor_lab_open(&lab, &config);
	lab.held.first_link = 1;
	if (rtnl_open(&rtnl))
		return -1;
	add_tunnel(1, 2, "127.0.0.1", "127.0.0.2");
	add_tunnel(2, 1, "127.0.0.2", "127.0.0.1");
	return 0;
}

static int close_lab(void **state)
{
	(void)state;
	monitor_lab_close(&lab);
	rtnl_close(&rtnl);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_bad_addresses),
		cmocka_unit_test(test_unsound),
		cmocka_unit_test(test_mppe),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_gone_meanwhile),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_engine_gone),
	};

	log_open("test", LOG_SINK_STDERR, LOG_CRIT);
	return cmocka_run_group_tests(tests, open_lab, close_lab);
}
