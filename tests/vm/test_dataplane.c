/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's data plane, each test on every kind of tunnel: what it installs
 * carries frames, and what it removes leaves nothing. Runs as root.
 * "test_dataplane measure" prints what the kernel's calls cost instead.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/ppp-ioctl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dataplane_lab.h"
#include "dataplane_measure.h"

static const struct lab_kind kinds[] = {
	{ "v2 UDP IPv4", 2, DP_ENCAP_UDP, AF_INET },
	{ "v2 UDP IPv6", 2, DP_ENCAP_UDP, AF_INET6 },
	{ "v3 UDP IPv4", 3, DP_ENCAP_UDP, AF_INET },
	{ "v3 UDP IPv6", 3, DP_ENCAP_UDP, AF_INET6 },
	{ "v3 IPv4", 3, DP_ENCAP_IP, AF_INET },
	{ "v3 IPv6", 3, DP_ENCAP_IP, AF_INET6 },
};

static struct dataplane *dp;
static unsigned int fds_at_start;

static void sockets(struct lab *lab, const struct lab_kind *kind)
{
	*lab = (struct lab){ .dp = dp };
	lab_sockets(lab, kind);
}

static void tunnels(struct lab *lab, const struct lab_kind *kind)
{
	sockets(lab, kind);
	for (int i = 0; i < 2; i++)
		assert_int_equal(dp->ops->tunnel_add(dp, &lab->tunnel[i]), 0);
}

static void add_sessions(const struct lab *lab, uint32_t n)
{
	for (int i = 0; i < 2; i++) {
		struct dp_session s = lab_session(lab, i, n);

		assert_int_equal(dp->ops->session_add(dp, &s), 0);
	}
}

static int open_session(const struct lab *lab, int end, uint32_t n)
{
	struct dp_session s = lab_session(lab, end, n);
	int fd = dp->ops->session_open(dp, &lab->tunnel[end], &s);

	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	return fd;
}

/* Closes what is left and waits until the kernel has forgotten all of it. */
static void finish(struct lab *lab)
{
	lab_close_sockets(lab);
	assert_true(lab_wait_count(dp, 0, 0));
	/* The data plane's threads may still be about to close one. */
	assert_true(lab_wait_fds(fds_at_start));
}

static struct dp_stats stats_of(const struct lab *lab, int end, uint32_t n)
{
	struct dp_session s = lab_session(lab, end, n);
	struct dp_stats stats;

	memset(&stats, 0xff, sizeof(stats));
	assert_int_equal(dp->ops->session_stats(dp, s.tunnel_id, s.session_id,
						&stats),
			 0);
	return stats;
}

/*
 * Waits until the session's counter (its place in struct
 * dp_stats) has come to n.
 */
static struct dp_stats wait_stats(const struct dp_session *s, size_t counter,
				  uint64_t n)
{
	double end = lab_now_ms() + 10000;
	struct dp_stats stats;
	uint64_t value;

	do {
		assert_int_equal(dp->ops->session_stats(dp, s->tunnel_id,
							s->session_id, &stats),
				 0);
		memcpy(&value, (const char *)&stats + counter, sizeof(value));
	} while (value < n && lab_now_ms() < end);
	assert_true(value >= n);
	return stats;
}

static void test_tunnel(const struct lab_kind *kind)
{
	struct lab lab, other;
	struct dp_tunnel again;
	struct dp_stats stats;
	uint32_t id;

	tunnels(&lab, kind);
	id = lab.tunnel[0].tunnel_id;
	assert_true(lab_wait_count(dp, 2, 0));

	/* the id is taken, whoever asks and for whichever version */
	sockets(&other, &kinds[0]);
	again = other.tunnel[0];
	again.tunnel_id = id;
	assert_int_equal(dp->ops->tunnel_add(dp, &again), -EEXIST);
	lab_close_sockets(&other);
	/* the socket has its tunnel */
	again = lab.tunnel[0];
	again.tunnel_id = 60000;
	assert_int_equal(dp->ops->tunnel_add(dp, &again), -EBUSY);
	again.fd = -1;
	assert_int_equal(dp->ops->tunnel_add(dp, &again), -EBADF);

	memset(&stats, 0xff, sizeof(stats));
	assert_int_equal(dp->ops->tunnel_stats(dp, id, &stats), 0);
	assert_int_equal(stats.tx_packets, 0);
	assert_int_equal(stats.rx_invalid, 0);
	assert_int_equal(dp->ops->tunnel_stats(dp, 60000, &stats), -ENOENT);

	assert_int_equal(dp->ops->tunnel_del(dp, id), 0);
	assert_true(lab_wait_count(dp, 1, 0));
	assert_int_equal(dp->ops->tunnel_del(dp, id), -ENOENT);
	finish(&lab);
}

static int check_object(void *ctx, const struct dp_object *o)
{
	const struct lab *lab = ctx;
	const struct dp_tunnel *t =
		&lab->tunnel[o->tunnel_id == lab->tunnel[1].tunnel_id];
	struct dp_session s = lab_session(lab, t == &lab->tunnel[1], 0);

	assert_int_equal(o->version, lab->kind->version);
	assert_int_equal(o->tunnel_id, t->tunnel_id);
	assert_int_equal(o->peer_tunnel_id, t->peer_tunnel_id);
	if (!o->session_id)
		return 0;
	assert_int_equal(o->session_id, s.session_id);
	assert_int_equal(o->peer_session_id, s.peer_session_id);
	return 0;
}

static void test_session(const struct lab_kind *kind)
{
	char name[IFNAMSIZ];
	struct dp_session s;
	struct lab lab;
	int fd;

	sockets(&lab, kind);
	s = lab_session(&lab, 0, 0);
	assert_int_equal(dp->ops->session_add(dp, &s), -ENOENT);
	for (int i = 0; i < 2; i++)
		assert_int_equal(dp->ops->tunnel_add(dp, &lab.tunnel[i]), 0);
	assert_int_equal(dp->ops->session_modify(dp, &s), -ENOENT);
	assert_int_equal(dp->ops->session_open(dp, &lab.tunnel[0], &s),
			 -ENOENT);
	assert_int_equal(dp->ops->session_del(dp, s.tunnel_id, s.session_id),
			 -ENOENT);
	assert_true(lab_wait_count(dp, 2, 0));

	add_sessions(&lab, 0);
	assert_int_equal(dp->ops->session_add(dp, &s), -EEXIST);
	assert_int_equal(dp->ops->session_interface(dp, s.tunnel_id,
						    s.session_id, name),
			 -ENODEV);
	assert_int_equal(dp->ops->session_interface(dp, s.tunnel_id, 60000,
						    name),
			 -ENOENT);
	assert_int_equal(dp->ops->dump(dp, check_object, &lab), 0);
	assert_true(lab_wait_count(dp, 2, 2));
	fd = open_session(&lab, 0, 0);
	assert_int_equal(dp->ops->session_open(dp, &lab.tunnel[0], &s),
			 -EEXIST);

	/* one whose socket is held, and one that never had any */
	assert_int_equal(dp->ops->session_del(dp, s.tunnel_id, s.session_id),
			 0);
	assert_true(lab_wait_count(dp, 2, 1));
	assert_int_equal(dp->ops->session_del(dp, s.tunnel_id, s.session_id),
			 -ENOENT);
	s = lab_session(&lab, 1, 0);
	assert_int_equal(dp->ops->session_del(dp, s.tunnel_id, s.session_id),
			 0);
	assert_true(lab_wait_count(dp, 2, 0));
	close(fd);
	finish(&lab);
}

/* A session whose two ends are as pppd has them. */
struct call {
	int pppox[2], channel[2];
};

static struct call call_open(const struct lab *lab, uint32_t n)
{
	struct call c;

	add_sessions(lab, n);
	for (int i = 0; i < 2; i++) {
		c.pppox[i] = open_session(lab, i, n);
		c.channel[i] = lab_attach(c.pppox[i]);
	}
	return c;
}

static void call_close(struct call *c)
{
	for (int i = 0; i < 2; i++) {
		close(c->channel[i]);
		close(c->pppox[i]);
	}
}

static void test_frames(const struct lab_kind *kind)
{
	struct dp_stats tx, rx;
	struct call c;
	struct lab lab;

	tunnels(&lab, kind);
	c = call_open(&lab, 0);
	for (uint8_t n = 0; n < 5; n++)
		assert_true(lab_frame_passes(c.pppox[0], c.channel[1], n));
	assert_true(lab_frame_passes(c.pppox[1], c.channel[0], 9));

	tx = stats_of(&lab, 0, 0);
	rx = stats_of(&lab, 1, 0);
	assert_int_equal(tx.tx_packets, 5);
	assert_int_equal(tx.rx_packets, 1);
	assert_int_equal(rx.rx_packets, 5);
	assert_int_equal(rx.tx_packets, 1);
	assert_true(rx.rx_bytes >= 5 * 10);
	assert_int_equal(tx.tx_errors + rx.rx_errors + rx.rx_invalid, 0);
	assert_int_equal(dp->ops->tunnel_stats(dp, lab.tunnel[1].tunnel_id,
					       &rx),
			 0);
	assert_int_equal(rx.rx_packets, 5);
	call_close(&c);
	finish(&lab);
}

static void test_modify(const struct lab_kind *kind)
{
	struct dp_session from, to;
	struct call c;
	struct lab lab;

	tunnels(&lab, kind);
	c = call_open(&lab, 0);
	from = lab_session(&lab, 0, 0);
	to = lab_session(&lab, 1, 0);
	from.send_seq = true;
	to.recv_seq = true;
	to.reorder_timeout_ms = 100;
	assert_int_equal(dp->ops->session_modify(dp, &from), 0);
	assert_int_equal(dp->ops->session_modify(dp, &to), 0);
	assert_true(lab_frame_passes(c.pppox[0], c.channel[1], 1));
	/* the LNS insists: without numbers it takes nothing */
	from.send_seq = false;
	assert_int_equal(dp->ops->session_modify(dp, &from), 0);
	assert_true(lab_send(c.pppox[0], 2));
	wait_stats(&to, offsetof(struct dp_stats, rx_seq_discards), 1);
	to.recv_seq = false;
	assert_int_equal(dp->ops->session_modify(dp, &to), 0);
	assert_true(lab_frame_passes(c.pppox[0], c.channel[1], 3));
	call_close(&c);
	finish(&lab);
}

/*
 * What came before pppd took the socket reaches pppd, and before
 * what comes later.
 */
static void test_early_frames(const struct lab_kind *kind)
{
	enum { EARLY = 8 };
	struct dp_session s;
	struct lab lab;
	int fd[2], ppp;

	tunnels(&lab, kind);
	add_sessions(&lab, 0);
	for (int i = 0; i < 2; i++)
		fd[i] = open_session(&lab, i, 0);
	for (uint8_t n = 0; n < EARLY; n++)
		assert_true(lab_send(fd[0], n));
	s = lab_session(&lab, 1, 0);
	wait_stats(&s, offsetof(struct dp_stats, rx_packets), EARLY);
	ppp = lab_attach(fd[1]);
	assert_true(lab_send(fd[0], EARLY));
	for (uint8_t n = 0; n <= EARLY; n++)
		assert_int_equal(lab_read(ppp), n);
	close(ppp);
	for (int i = 0; i < 2; i++)
		close(fd[i]);
	finish(&lab);
}

static void test_tunnel_del_takes_sessions(const struct lab_kind *kind)
{
	enum { N = 20 };
	struct lab lab;
	int fd[N];

	tunnels(&lab, kind);
	for (uint32_t n = 0; n < N; n++) {
		add_sessions(&lab, n);
		fd[n] = n % 2 ? open_session(&lab, 0, n) : -1;
	}
	assert_true(lab_wait_count(dp, 2, 2 * N));
	assert_int_equal(dp->ops->tunnel_del(dp, lab.tunnel[0].tunnel_id), 0);
	assert_true(lab_wait_count(dp, 1, N));
	for (uint32_t n = 0; n < N; n++)
		if (fd[n] >= 0)
			close(fd[n]);
	assert_int_equal(dp->ops->tunnel_del(dp, lab.tunnel[1].tunnel_id), 0);
	assert_true(lab_wait_count(dp, 0, 0));
	finish(&lab);
}

static void test_close(const struct lab_kind *kind)
{
	struct lab lab;
	int fd, copy;

	tunnels(&lab, kind);
	add_sessions(&lab, 0);
	add_sessions(&lab, 1);
	/* only the last copy counts */
	fd = open_session(&lab, 0, 0);
	copy = dup(fd);
	assert_true(copy >= 0);
	close(fd);
	assert_true(lab_wait_count(dp, 2, 4));
	dp->ops->session_close(dp, copy);
	assert_true(lab_wait_count(dp, 2, 3));
	/* so with the tunnel's socket, whatever its sessions are doing */
	fd = open_session(&lab, 1, 1);
	copy = dup(lab.tunnel[1].fd);
	assert_true(copy >= 0);
	close(lab.tunnel[1].fd);
	lab.tunnel[1].fd = -1;
	assert_true(lab_wait_count(dp, 2, 3));
	close(copy);
	assert_true(lab_wait_count(dp, 1, 1));
	close(fd);
	finish(&lab);
}

/*
 * The frame that was sent in tunnel n, and the tunnel that it comes
 * out of; -1: none.
 */
static int frame_comes_out_of(const struct call *calls, int n)
{
	struct pollfd p[2] = {
		{ .fd = calls[0].channel[1], .events = POLLIN },
		{ .fd = calls[1].channel[1], .events = POLLIN },
	};
	int out;

	assert_true(lab_send(calls[n].pppox[0], (uint8_t)n));
	if (poll(p, 2, 10000) != 1)
		return -1;
	out = p[0].revents ? 0 : 1;
	return lab_read(calls[out].channel[1]) == n ? out : -1;
}

/*
 * Two tunnels with the same addresses and ports, and sessions of the
 * same ids in them.
 */
static void test_same_path(const struct lab_kind *kind)
{
	struct call calls[2];
	struct lab lab[2];
	int out[2];

	tunnels(&lab[0], kind);
	lab[1] = (struct lab){ .dp = dp };
	lab_sockets_as(&lab[1], &lab[0]);
	for (int i = 0; i < 2; i++)
		assert_int_equal(dp->ops->tunnel_add(dp, &lab[1].tunnel[i]), 0);
	for (int i = 0; i < 2; i++)
		calls[i] = call_open(&lab[i], 0);
	for (int i = 0; i < 2; i++)
		out[i] = frame_comes_out_of(calls, i);
	if (dp->one_tunnel_per_path)
		assert_int_equal(out[0], out[1]);
	else
		assert_true(out[0] == 0 && out[1] == 1);
	for (int i = 0; i < 2; i++) {
		call_close(&calls[i]);
		lab_close_sockets(&lab[i]);
	}
	finish(&lab[0]);
}

/* Hundreds at once, in the order that the removals overtake each other in. */
static void test_many(const struct lab_kind *kind)
{
	enum { N = 200 };
	struct dp_session s;
	struct lab lab;

	tunnels(&lab, kind);
	for (int round = 0; round < 2; round++) {
		for (uint32_t n = 0; n < N; n++)
			add_sessions(&lab, n);
		assert_true(lab_wait_count(dp, 2, 2 * N));
		for (uint32_t n = 0; n < N; n++) {
			s = lab_session(&lab, 0, n);
			assert_int_equal(dp->ops->session_del(dp, s.tunnel_id,
							      s.session_id),
					 0);
		}
		assert_true(lab_wait_count(dp, 2, N));
		for (uint32_t n = 0; n < N; n++) {
			s = lab_session(&lab, 1, n);
			assert_int_equal(dp->ops->session_del(dp, s.tunnel_id,
							      s.session_id),
					 0);
		}
		assert_true(lab_wait_count(dp, 2, 0));
	}
	finish(&lab);
}

/*
 * A removal that has not begun is the tunnel's then, and never
 * the next tunnel's.
 */
static void test_del_then_tunnel_del(const struct lab_kind *kind)
{
	enum { N = 50 };
	struct lab lab;

	tunnels(&lab, kind);
	for (uint32_t n = 0; n < N; n++)
		add_sessions(&lab, n);
	for (uint32_t n = 0; n < N; n++) {
		struct dp_session s = lab_session(&lab, 0, n);

		assert_int_equal(dp->ops->session_del(dp, s.tunnel_id,
						      s.session_id),
				 0);
	}
	assert_int_equal(dp->ops->tunnel_del(dp, lab.tunnel[0].tunnel_id), 0);
	assert_true(lab_wait_count(dp, 1, N));
	finish(&lab);
}

static void interface_up(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

static void send_ethernet(const char *ifname)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(ifname),
		.sll_halen = ETH_ALEN,
		.sll_addr = { 2, 0, 0, 0, 0, 1 },
	};
	uint8_t frame[64] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5 };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(sendto(fd, frame, sizeof(frame), 0,
				(struct sockaddr *)&to, sizeof(to)),
			 sizeof(frame));
	close(fd);
}

static int find_ifname(void *ctx, const struct dp_object *o)
{
	return o->session_id && !strcmp(o->ifname, ctx);
}

static int interface_mtu(const char *name)
{
	struct ifreq ifr = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, SIOCGIFMTU, &ifr), 0);
	close(fd);
	return ifr.ifr_mtu;
}

/* From 6.12 on the session goes first, and its interface a moment later. */
static void wait_no_interface(const char *name)
{
	double end = lab_now_ms() + 10000;

	while (if_nametoindex(name))
		assert_true(lab_now_ms() < end);
}

static void test_ethernet(const struct lab_kind *kind)
{
	struct dp_session s[2];
	struct dp_stats stats;
	struct lab lab;

	tunnels(&lab, kind);
	for (int i = 0; i < 2; i++) {
		s[i] = lab_session(&lab, i, 0);
		s[i].pseudowire = DP_PW_ETH;
		s[i].mtu = 1300;
		s[i].no_l2_sublayer = true;
		s[i].cookie_len = i ? 4 : 8;
		s[i].peer_cookie_len = i ? 8 : 4;
		memset(s[i].cookie, 10 + i, 8);
		memset(s[i].peer_cookie, 11 - i, 8);
		snprintf(s[i].ifname, IFNAMSIZ, "left%d", i);
	}
	if (kind->version == 2) {
		for (int i = 0; i < 2; i++) {
			s[i].cookie_len = s[i].peer_cookie_len = 0;
			assert_int_equal(dp->ops->session_add(dp, &s[i]),
					 -EPROTONOSUPPORT);
			assert_non_null(strstr(dp->text, "CONFIG_L2TP_ETH"));
		}
		finish(&lab);
		return;
	}
	/* Type 4 is type 5 to the kernel. */
	s[1].pseudowire = DP_PW_ETH_VLAN;
	for (int i = 0; i < 2; i++) {
		char name[IFNAMSIZ] = "";

		assert_int_equal(dp->ops->session_add(dp, &s[i]), 0);
		assert_int_equal(dp->ops->session_interface(dp, s[i].tunnel_id,
							    s[i].session_id,
							    name),
				 0);
		assert_string_equal(name, s[i].ifname);
		assert_int_equal(interface_mtu(s[i].ifname), 1300);
		assert_int_equal(dp->ops->dump(dp, find_ifname, s[i].ifname),
				 1);
		interface_up(s[i].ifname);
	}
	send_ethernet("left0");
	stats = wait_stats(&s[1], offsetof(struct dp_stats, rx_packets), 1);
	assert_int_equal(stats.rx_cookie_discards, 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(dp->ops->session_del(dp, s[i].tunnel_id,
						      s[i].session_id),
				 0);
	assert_true(lab_wait_count(dp, 2, 0));
	wait_no_interface("left0");
	wait_no_interface("left1");

	/* the same with the wrong cookie at one end */
	memset(s[1].peer_cookie, 99, 8);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(dp->ops->session_add(dp, &s[i]), 0);
		interface_up(s[i].ifname);
	}
	send_ethernet("left0");
	stats = wait_stats(&s[1], offsetof(struct dp_stats, rx_cookie_discards),
			   1);
	assert_int_equal(stats.rx_packets, 0);
	finish(&lab);
}

static void set_address(int fd, const char *name, unsigned long request,
			uint32_t address)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(address),
	};
	struct ifreq ifr = { 0 };

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	memcpy(&ifr.ifr_addr, &in, sizeof(in));
	assert_int_equal(ioctl(fd, request, &ifr), 0);
}

static void assert_route(const struct addr *dst, const char *expected)
{
	char name[IFNAMSIZ] = "";

	assert_int_equal(dp->ops->route_interface(dp, dst, name), 0);
	assert_string_equal(name, expected);
}

static void test_route(void **state)
{
	struct addr lo4 = { .family = AF_INET, .ip = { 127, 0, 0, 1 } };
	struct addr lo6 = { .family = AF_INET6, .ip = { [15] = 1 } };
	struct addr far4 = { .family = AF_INET, .ip = { 10, 9, 9, 2 } };
	struct addr far6 = {
		.family = AF_INET6,
		.ip = { 0x20, 1, 0xd, 0xb8, [15] = 1 },
	};
	struct addr none = { 0 };
	char name[IFNAMSIZ];
	int ppp, fd, unit = -1;

	(void)state;
	assert_route(&lo4, "lo");
	assert_route(&lo6, "lo");
	assert_int_equal(dp->ops->route_interface(dp, &far4, name),
			 -ENETUNREACH);
	assert_int_equal(dp->ops->route_interface(dp, &far6, name),
			 -ENETUNREACH);
	assert_int_equal(dp->ops->route_interface(dp, &none, name), -EINVAL);

	/* the case that it is for: a peer behind a PPP interface */
	ppp = open("/dev/ppp", O_RDWR | O_CLOEXEC);
	assert_true(ppp >= 0);
	assert_int_equal(ioctl(ppp, PPPIOCNEWUNIT, &unit), 0);
	snprintf(name, sizeof(name), "ppp%d", unit);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	set_address(fd, name, SIOCSIFADDR, 0x0a090901);
	set_address(fd, name, SIOCSIFDSTADDR, 0x0a090902);
	interface_up(name);
	assert_route(&far4, name);
	close(fd);
	close(ppp);
	assert_int_equal(dp->ops->route_interface(dp, &far4, name),
			 -ENETUNREACH);
	assert_int_equal(lab_open_fds(), fds_at_start);
}

static void test_ppp_check(void **state)
{
	char text[256] = "";

	(void)state;
	assert_int_equal(dataplane_ppp_check(text, sizeof(text)), 0);
	assert_string_equal(text, "");
	assert_int_equal(lab_open_fds(), fds_at_start);
}

/* Run by a child that is nobody: the exit status. */
static int unprivileged(void)
{
	char text[256] = "";

	if (setgid(65534) || setuid(65534))
		return 2;
	if (dataplane_kernel_new(text, sizeof(text)) ||
	    !strstr(text, "CAP_NET_ADMIN"))
		return 3;
	text[0] = 0;
	return !dataplane_ppp_check(text, sizeof(text)) ||
			       !strstr(text, "/dev/ppp") ?
		       4 :
		       0;
}

static void test_unprivileged(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	assert_true(pid >= 0);
	if (!pid)
		_exit(unprivileged());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/*
 * Each test has a namespace of its own, so that one's remains are
 * not the next one's.
 */
static int setup(void **state)
{
	char text[256];

	(void)state;
	lab_namespace();
	dp = dataplane_kernel_new(text, sizeof(text));
	if (!dp) {
		print_error("%s\n", text);
		return -1;
	}
	fds_at_start = lab_open_fds();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dp->ops->free(dp);
	return 0;
}

#define KINDS  (sizeof(kinds) / sizeof(kinds[0]))
#define V2_UDP 2 /* the first of them */

static const struct by_kind {
	const char *name;
	void (*run)(const struct lab_kind *kind);
	size_t kinds; /* how many of them, from the first on */
} by_kind[] = {
	{ "tunnel", test_tunnel, KINDS },
	{ "session", test_session, KINDS },
	{ "frames", test_frames, KINDS },
	{ "modify", test_modify, KINDS },
	{ "early frames", test_early_frames, KINDS },
	{ "tunnel_del takes sessions", test_tunnel_del_takes_sessions, KINDS },
	{ "close", test_close, KINDS },
	{ "same path", test_same_path, V2_UDP },
	{ "many", test_many, KINDS },
	{ "session_del then tunnel_del", test_del_then_tunnel_del, KINDS },
	{ "ethernet", test_ethernet, KINDS },
};

#define BY_KIND (sizeof(by_kind) / sizeof(by_kind[0]))

struct run {
	const struct by_kind *test;
	const struct lab_kind *kind;
};

static void run_by_kind(void **state)
{
	const struct run *r = *state;

	r->test->run(r->kind);
}

/*
 * One test of each for each of its kinds, behind those that are
 * there; their number.
 */
static size_t add_by_kind(struct CMUnitTest *tests, size_t n)
{
	static struct run runs[BY_KIND * KINDS];
	struct run *r = runs;

	for (const struct by_kind *t = by_kind; t < by_kind + BY_KIND; t++) {
		for (size_t k = 0; k < t->kinds; k++, r++) {
			char *name = NULL;

			*r = (struct run){ t, &kinds[k] };
			if (asprintf(&name, "%s, %s", t->name, r->kind->name) <
			    0)
				abort();
			tests[n++] = (struct CMUnitTest){
				.name = name,
				.test_func = run_by_kind,
				.setup_func = setup,
				.teardown_func = teardown,
				.initial_state = r,
			};
		}
	}
	return n;
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[BY_KIND * KINDS + 3] = {
		cmocka_unit_test_setup_teardown(test_ppp_check, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_unprivileged, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_route, setup, teardown),
	};

	if (argc == 2 && !strcmp(argv[1], "measure"))
		return dataplane_measure();
	return _cmocka_run_group_tests("kernel data plane", tests,
				       add_by_kind(tests, 3), NULL, NULL);
}
