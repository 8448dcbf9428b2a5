/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets of L2TPv3's control connections, as the monitor opens them: over
 * UDP and directly over IP, IPv4 and IPv6. Which one hears a message before and
 * after the kernel has the tunnel, what is refused, and that data passes
 * beside.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <err.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane_lab.h"
#include "lib/log.h"
#include "monitor/socket.h"
#include "monitor_lab.h"

#define WAIT_MS 10000

/*
 * What carries the connection; the two ends are addresses of one
 * host's loopback.
 */
static const struct kind {
	const char *name;
	enum dp_encap encap;
	const char *end[2];
} kinds[] = {
	{ "UDP IPv4", DP_ENCAP_UDP, { "127.0.0.1", "127.0.0.2" } },
	{ "UDP IPv6", DP_ENCAP_UDP, { "2001:db8::1", "2001:db8::2" } },
	{ "IPv4", DP_ENCAP_IP, { "127.0.0.1", "127.0.0.2" } },
	{ "IPv6", DP_ENCAP_IP, { "2001:db8::1", "2001:db8::2" } },
};

static struct monitor_lab lab;
static struct config config;
static const struct kind *kind;

/* Ids that need their 32 bits. */
static const uint32_t tunnel_id[2] = { 0x80000001, 0x80000002 };
static const uint32_t session_id[2] = { 0x90000001, 0x90000002 };

static struct addr address(const char *text, uint16_t port)
{
	struct addr a;

	assert_int_equal(addr_parse(&a, text), 0);
	a.port = kind->encap == DP_ENCAP_UDP ? port : 0;
	return a;
}

static int listener_at(const char *text)
{
	struct config_listen l = {
		.address = address(text, 1701),
		.encap = kind->encap == DP_ENCAP_IP ? CONFIG_ENCAP_IP :
						      CONFIG_ENCAP_UDP,
	};

	return monitor_listen_socket(&l);
}

static int ask_socket(int end, struct monitor_socket *r)
{
	*r = (struct monitor_socket){
		.tunnel_id = tunnel_id[end],
		.version = 3,
		.encap = kind->encap,
		.local = address(kind->end[end], 1701),
		.peer = address(kind->end[1 - end], 1701),
	};
	return MONITOR_LAB_ASK(&lab, MONITOR_SOCKET, r);
}

static int tunnel_socket(int end)
{
	struct monitor_socket r;

	assert_int_equal(ask_socket(end, &r), 0);
	assert_true(addr_equal_ip(
		&ipc_body(&lab.answer, struct monitor_socket_reply)->local,
		&r.local));
	return ipc_take_fd(&lab.answer, 0);
}

/* ---- control messages ---- */

/* The head of a version 3 message: its mark is Ns. */
static void control(uint8_t m[12], uint32_t ccid, uint8_t mark)
{
	uint8_t head[12] = {
		0xc8,
		3,
		0,
		12,
		(uint8_t)(ccid >> 24),
		(uint8_t)(ccid >> 16),
		(uint8_t)(ccid >> 8),
		(uint8_t)ccid,
		0,
		mark,
	};

	memcpy(m, head, sizeof(head));
}

static void send_control(int fd, uint32_t ccid, uint8_t mark)
{
	uint8_t m[12];

	control(m, ccid, mark);
	assert_int_equal(send(fd, m, sizeof(m), 0), sizeof(m));
}

/* From an unconnected socket, by the address that the peer asked. */
static void send_control_to(int fd, const struct addr *local,
			    const struct addr *peer, uint32_t ccid,
			    uint8_t mark)
{
	union {
		struct cmsghdr align;
		uint8_t v4[CMSG_SPACE(sizeof(struct in_pktinfo))];
		uint8_t v6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} space = { 0 };
	struct in_pktinfo v4 = { 0 };
	struct in6_pktinfo v6 = { 0 };
	struct sockaddr_storage to;
	uint8_t m[12];
	struct iovec iov = { m, sizeof(m) };
	struct msghdr h = {
		.msg_name = &to,
		.msg_namelen = addr_to_sockaddr(peer, &to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &space,
	};
	struct cmsghdr *c = &space.align;

	if (local->family == AF_INET) {
		memcpy(&v4.ipi_spec_dst, local->ip, 4);
		*c = (struct cmsghdr){ CMSG_LEN(sizeof(v4)), IPPROTO_IP,
				       IP_PKTINFO };
		memcpy(CMSG_DATA(c), &v4, sizeof(v4));
		h.msg_controllen = CMSG_SPACE(sizeof(v4));
	} else {
		memcpy(&v6.ipi6_addr, local->ip, 16);
		*c = (struct cmsghdr){ CMSG_LEN(sizeof(v6)), IPPROTO_IPV6,
				       IPV6_PKTINFO };
		memcpy(CMSG_DATA(c), &v6, sizeof(v6));
		h.msg_controllen = CMSG_SPACE(sizeof(v6));
	}
	control(m, ccid, mark);
	assert_int_equal(sendmsg(fd, &h, 0), sizeof(m));
}

static bool silent(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/*
 * The next message is that one; where it came from, and the address
 * that it was sent to.
 */
static void expect(int fd, uint32_t ccid, uint8_t mark, struct addr *from,
		   struct addr *to)
{
	_Alignas(struct cmsghdr) uint8_t space[256];
	struct sockaddr_storage ss;
	uint8_t m[12], got[64];
	struct iovec iov = { got, sizeof(got) };
	struct msghdr h = {
		.msg_name = &ss,
		.msg_namelen = sizeof(ss),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof(space),
	};
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	assert_int_equal(recvmsg(fd, &h, 0), sizeof(m));
	control(m, ccid, mark);
	assert_memory_equal(got, m, sizeof(m));
	if (from)
		assert_int_equal(addr_from_sockaddr(from,
						    (struct sockaddr *)&ss,
						    h.msg_namelen),
				 0);
	if (to)
		*to = (struct addr){ 0 };
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); to && c;
	     c = CMSG_NXTHDR(&h, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			to->family = AF_INET;
			memcpy(to->ip,
			       CMSG_DATA(c) +
				       offsetof(struct in_pktinfo, ipi_addr),
			       4);
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
			   c->cmsg_type == IPV6_PKTINFO) {
			to->family = AF_INET6;
			memcpy(to->ip,
			       CMSG_DATA(c) +
				       offsetof(struct in6_pktinfo, ipi6_addr),
			       16);
		}
	}
}

/* ---- tests ---- */

static void add_tunnels(void)
{
	for (int i = 0; i < 2; i++) {
		struct monitor_tunnel r = {
			.version = 3,
			.encap = kind->encap,
			.tunnel_id = tunnel_id[i],
			.peer_tunnel_id = tunnel_id[1 - i],
		};

		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_TUNNEL_ADD, &r),
				 0);
	}
}

/*
 * The way of a connection: by the listener first, then by the ends' own
 * sockets, then with the tunnel.
 */
static void test_connection(void **state)
{
	struct addr caller = address(kind->end[0], 1701),
		    called = address(kind->end[1], 1701), from, to;
	int listener = listener_at(kind->end[1]), fd[2];

	(void)state;
	assert_true(listener >= 0);
	fd[0] = tunnel_socket(0);
	send_control(fd[0], 0, 1);
	expect(listener, 0, 1, &from, &to);
	assert_true(addr_equal(&from, &caller));
	assert_true(addr_equal_ip(&to, &called));
	send_control_to(listener, &called, &caller, tunnel_id[0], 2);
	expect(fd[0], tunnel_id[0], 2, &from, NULL);
	assert_true(addr_equal(&from, &called));

	fd[1] = tunnel_socket(1);
	for (uint8_t round = 0; round < 2; round++) {
		send_control(fd[0], tunnel_id[1], 3);
		expect(fd[1], tunnel_id[1], 3, &from, NULL);
		assert_true(addr_equal(&from, &caller));
		send_control(fd[1], tunnel_id[0], 4);
		expect(fd[0], tunnel_id[0], 4, &from, NULL);
		assert_true(silent(listener));
		/* ... and the same with the kernel's tunnel on them. */
		if (round == 0)
			add_tunnels();
	}
	/*
	 * A connection that is set up anew goes to the listener over IP, to its
	 * old socket over UDP.
	 */
	send_control(fd[0], 0, 5);
	expect(kind->encap == DP_ENCAP_IP ? listener : fd[1], 0, 5, &from,
	       NULL);
	assert_true(silent(listener) && silent(fd[0]) && silent(fd[1]));
	close(listener);
	close(fd[0]);
	close(fd[1]);
}

/* What the engine calls a session of that end. */
static uint64_t engine_link(int end, uint32_t id)
{
	return (uint64_t)(end + 1) << 32 | id;
}

static int add_session(int end, uint32_t id, uint32_t peer_id,
		       struct dp_session *s)
{
	struct monitor_session r = { .link = engine_link(end, id),
				     .session = {
					     .tunnel_id = tunnel_id[end],
					     .session_id = id,
					     .peer_session_id = peer_id,
					     .pseudowire = DP_PW_PPP,
					     .lns_mode = end == 1,
					     .cookie_len = 8,
					     .peer_cookie_len = 4,
				     }, };

	if (end) {
		r.session.cookie_len = 4;
		r.session.peer_cookie_len = 8;
	}
	memset(r.session.cookie, 7 + end, 8);
	memset(r.session.peer_cookie, 8 - end, 8);
	if (s)
		*s = r.session;
	return MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &r);
}

static struct dp_stats stats_of(int end, uint32_t id)
{
	struct monitor_link link = { engine_link(end, id) };

	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_STATS, &link),
			 0);
	return *ipc_body(&lab.answer, struct dp_stats);
}

/*
 * Sends data for the first end's session to the second end's socket: true when
 * the session gets it.
 */
static bool foreign_data(int fd[2], uint32_t id)
{
	uint8_t data[64] = { 0,
			     3,
			     0,
			     0,
			     (uint8_t)(id >> 24),
			     (uint8_t)(id >> 16),
			     (uint8_t)(id >> 8),
			     (uint8_t)id };
	double end = lab_now_ms() + WAIT_MS;
	struct dp_stats s;
	uint8_t got[64];

	assert_int_equal(send(fd[0], data, sizeof(data), 0), sizeof(data));
	do {
		if (!silent(fd[1])) {
			assert_int_equal(recv(fd[1], got, sizeof(got), 0),
					 sizeof(data));
			return false;
		}
		s = stats_of(0, id);
		assert_true(lab_now_ms() < end);
	} while (s.rx_packets + s.rx_cookie_discards + s.rx_errors == 0);
	return true;
}

/*
 * Data that another tunnel's peer sends to a session's id: before Linux 6.12 it
 * comes up its own tunnel's socket; since then the session has it, and only a
 * cookie keeps it out.
 */
static void test_foreign_data(void **state)
{
	struct monitor_session open;
	struct dp_session s;
	int fd[2];
	bool taken;

	(void)state;
	if (kind->encap == DP_ENCAP_IP)
		return;
	for (int i = 0; i < 2; i++)
		fd[i] = tunnel_socket(i);
	add_tunnels();
	assert_int_equal(add_session(0, session_id[0], session_id[1], &s), 0);
	open = (struct monitor_session){
		.link = engine_link(0, 77),
		.session = s,
	};
	open.session.session_id = 77;
	open.session.peer_cookie_len = 0;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &open), 0);
	taken = foreign_data(fd, 77);
	assert_int_equal(foreign_data(fd, session_id[0]), taken);
	print_message("another tunnel's data: %s\n",
		      taken ? "the session's, but for its cookie" : "comes up");
	assert_int_equal(stats_of(0, session_id[0]).rx_packets, 0);
	assert_int_equal(stats_of(0, session_id[0]).rx_cookie_discards, taken);
	close(fd[0]);
	close(fd[1]);
}

/* A PPP session, and control messages beside its frames. */
static void test_data(void **state)
{
	int fd[2], pppox[2], channel[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		fd[i] = tunnel_socket(i);
	add_tunnels();
	for (int i = 0; i < 2; i++) {
		struct monitor_link link = { engine_link(i, session_id[i]) };

		assert_int_equal(add_session(i, session_id[i],
					     session_id[1 - i], NULL),
				 0);
		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_FD,
						 &link),
				 0);
		pppox[i] = ipc_take_fd(&lab.answer, 0);
		channel[i] = lab_attach(pppox[i]);
	}
	for (uint8_t n = 1; n < 6; n++) {
		assert_true(lab_frame_passes(pppox[0], channel[1], n));
		assert_true(lab_frame_passes(pppox[1], channel[0], n));
		send_control(fd[0], tunnel_id[1], n);
		expect(fd[1], tunnel_id[1], n, NULL, NULL);
	}
	for (int i = 0; i < 2; i++) {
		struct monitor_link link = { engine_link(i, session_id[i]) };
		struct monitor_tunnel_id tunnel = { tunnel_id[i] };
		const struct dp_stats *stats;

		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_STATS,
						 &link),
				 0);
		stats = ipc_body(&lab.answer, struct dp_stats);
		assert_int_equal(stats->rx_packets, 5);
		assert_int_equal(stats->tx_packets, 5);
		assert_int_equal(stats->rx_cookie_discards, 0);
		close(channel[i]);
		close(pppox[i]);
		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_DEL,
						 &link),
				 0);
		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_DEL,
						 &link),
				 -ENOENT);
		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_TUNNEL_DEL,
						 &tunnel),
				 0);
		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET_CLOSE,
						 &tunnel),
				 0);
		close(fd[i]);
	}
	assert_true(lab_wait_count(lab.dp, 0, 0));
}

/*
 * An id that is zero or somebody's, of the wrong width, with a port
 * that IP has not.
 */
static void test_refused(void **state)
{
	struct monitor_tunnel t = {
		.version = 2,
		.encap = kind->encap,
		.tunnel_id = tunnel_id[0],
		.peer_tunnel_id = 9,
	};
	struct monitor_socket r;

	(void)state;
	close(tunnel_socket(0));
	assert_int_equal(ask_socket(0, &r), -EEXIST);
	r.tunnel_id = 0;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET, &r), -EINVAL);
	r.tunnel_id = 0x10000;
	r.version = 2;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET, &r), -EINVAL);
	r.version = 4;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET, &r), -EINVAL);
	r.version = 3;
	r.peer.port = kind->encap == DP_ENCAP_UDP ? 0 : 1701;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET, &r), -EINVAL);
	r.peer.port = 1701;
	r.encap = (enum dp_encap)7;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET, &r), -EINVAL);
	/* The tunnel is of its socket's version, and has a peer. */
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_TUNNEL_ADD, &t),
			 -EINVAL);
	t.version = 3;
	t.encap = kind->encap == DP_ENCAP_UDP ? DP_ENCAP_IP : DP_ENCAP_UDP;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_TUNNEL_ADD, &t),
			 -EINVAL);
	t.encap = kind->encap;
	t.peer_tunnel_id = 0;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_TUNNEL_ADD, &t),
			 -EINVAL);
}

static int udp_at(const struct addr *a)
{
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(a, &ss);
	int fd = socket(a->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, len), 0);
	return fd;
}

/*
 * One that hears whoever answers, until it is told who that was: then the
 * kernel may have the tunnel, and only then. Over IP there is none.
 */
static void test_unconnected(void **state)
{
	struct monitor_tunnel t = {
		.version = 3,
		.encap = kind->encap,
		.tunnel_id = tunnel_id[0],
		.peer_tunnel_id = 9,
	};
	struct monitor_connect c = { tunnel_id[0],
				     address(kind->end[1], 1702) };
	struct monitor_socket r = {
		.tunnel_id = tunnel_id[0],
		.version = 3,
		.encap = kind->encap,
		.local = address(kind->end[0], 1701),
		.peer = address(kind->end[1], 1701),
		.unconnected = true,
	};
	struct addr elsewhere = address(kind->end[1], 1702), from;
	int fd, other, third;

	(void)state;
	if (kind->encap == DP_ENCAP_IP) {
		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET, &r),
				 -EINVAL);
		return;
	}
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET_CONNECT, &c),
			 -ENOENT);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET, &r), 0);
	assert_true(addr_equal(
		&ipc_body(&lab.answer, struct monitor_socket_reply)->local,
		&r.local));
	fd = ipc_take_fd(&lab.answer, 0);
	other = udp_at(&elsewhere);
	elsewhere.port = 1703;
	third = udp_at(&elsewhere);
	send_control_to(third, &elsewhere, &r.local, tunnel_id[0], 1);
	expect(fd, tunnel_id[0], 1, &from, NULL);
	assert_int_equal(from.port, 1703);

	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_TUNNEL_ADD, &t),
			 -EINVAL);
	c.peer.port = 0;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET_CONNECT, &c),
			 -EINVAL);
	c.peer.port = 1702;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET_CONNECT, &c), 0);
	send_control_to(third, &elsewhere, &r.local, tunnel_id[0], 2);
	send_control_to(other, &elsewhere, &r.local, tunnel_id[0], 3);
	expect(fd, tunnel_id[0], 3, &from, NULL);
	assert_int_equal(from.port, 1702);
	/* once only */
	c.peer.port = 1703;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET_CONNECT, &c),
			 -EINVAL);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_TUNNEL_ADD, &t), 0);
	close(third);
	close(other);
	close(fd);
}

/*
 * A session's id is one in all tunnels, whatever the kernel would take; no more
 * than its tunnel's version has.
 */
static void test_session_ids(void **state)
{
	struct dp_session s;
	struct monitor_link link = { engine_link(0, session_id[0]) };
	struct monitor_session r;
	int fd[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		fd[i] = tunnel_socket(i);
	assert_int_equal(add_session(0, session_id[0], session_id[1], &s),
			 -EINVAL);
	add_tunnels();
	assert_int_equal(add_session(0, 0, session_id[1], NULL), -EINVAL);
	assert_int_equal(add_session(0, session_id[0], 0, NULL), -EINVAL);
	assert_int_equal(add_session(0, session_id[0], session_id[1], NULL), 0);
	assert_int_equal(add_session(0, session_id[0], session_id[1], NULL),
			 -EEXIST);
	assert_int_equal(add_session(1, session_id[0], session_id[1], NULL),
			 -EEXIST);
	/*
	 * Nor is a link 0, or one that another session has,
	 * whatever ids that has.
	 */
	r = (struct monitor_session){ .session = s };
	r.session.session_id = 77;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &r),
			 -EINVAL);
	r.link = link.link;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &r),
			 -EEXIST);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_DEL, &link), 0);
	assert_true(lab_wait_count(lab.dp, 2, 0));
	assert_int_equal(add_session(1, session_id[0], session_id[1], NULL), 0);
	/* No name of the engine's own choice. */
	r.link = engine_link(0, 77);
	r.session.pseudowire = DP_PW_ETH;
	strcpy(r.session.ifname, "eth0");
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &r),
			 -EINVAL);
	r.session.pseudowire = (enum dp_pseudowire)9;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &r),
			 -EINVAL);
	close(fd[0]);
	close(fd[1]);
}

/*
 * Over IP the control connection's id is the socket's address: two of one id do
 * not fit into one host.
 */
static void test_taken(void **state)
{
	struct monitor_socket r = {
		.tunnel_id = tunnel_id[0],
		.version = 3,
		.encap = kind->encap,
		.local = address(kind->end[0], 1701),
		.peer = address(kind->end[1], 1701),
	};
	struct config_listen any = {
		.address = address(strchr(kind->end[0], ':') ? "::" : "0.0.0.0",
				   1701),
		.encap = CONFIG_ENCAP_IP,
	};
	int others, listener;

	(void)state;
	if (kind->encap == DP_ENCAP_UDP)
		return;
	others = monitor_tunnel_socket(&r);
	assert_true(others >= 0);
	assert_int_equal(ask_socket(0, &r), -EEXIST);
	close(others);
	close(tunnel_socket(0));
	/* So two listeners, but for those of different addresses. */
	listener = listener_at(kind->end[0]);
	assert_true(listener >= 0);
	assert_int_equal(monitor_listen_socket(&any), -EADDRINUSE);
	assert_int_equal(listener_at(kind->end[0]), -EADDRINUSE);
	others = listener_at(kind->end[1]);
	assert_true(others >= 0);
	close(others);
	close(listener);
}

/*
 * A listener of all addresses answers by the one that was asked: over IPv4
 * without UDP the kernel does not.
 */
static void test_any(void **state)
{
	struct addr caller = address(kind->end[0], 1701),
		    called = address(kind->end[1], 1701), from, to;
	int listener =
		    listener_at(strchr(kind->end[0], ':') ? "::" : "0.0.0.0"),
	    fd;
	bool heeds = kind->encap == DP_ENCAP_UDP || called.family == AF_INET6;

	(void)state;
	assert_true(listener >= 0);
	fd = tunnel_socket(0);
	send_control(fd, 0, 1);
	expect(listener, 0, 1, &from, &to);
	assert_true(addr_equal(&from, &caller));
	assert_true(addr_equal_ip(&to, &called));
	/*
	 * Ends differ from one another only when the source is the
	 * one that was named.
	 */
	send_control_to(listener, &called, &caller, tunnel_id[0], 2);
	if (heeds) {
		expect(fd, tunnel_id[0], 2, &from, NULL);
		assert_true(addr_equal_ip(&from, &called));
	} else {
		/*
		 * It left by 127.0.0.1, and the socket is
		 * connected to 127.0.0.2.
		 */
		send_control_to(listener, &called, &caller, 0, 3);
		expect(listener, 0, 3, &from, NULL);
		assert_true(addr_equal_ip(&from, &caller));
		assert_true(silent(fd));
	}
	close(listener);
	close(fd);
}

static int setup(void **state)
{
	kind = *state;
	lab_namespace();
	if (system("ip -6 address add 2001:db8::1/128 dev lo nodad && ip -6 "
		   "address add 2001:db8::2/128 dev lo nodad"))
		return -1;
	monitor_lab_open(&lab, &config);
	return 0;
}

static int teardown(void **state)
{
	struct dataplane *dp = lab.dp;

	(void)state;
	monitor_lab_clear(&lab);
	if (!lab_wait_count(dp, 0, 0))
		return -1;
	monitor_lab_close(&lab);
	return 0;
}

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct {
	const char *name;
	CMUnitTestFunction run;
} by_kind[] = {
	{ "connection", test_connection },
	{ "data", test_data },
	{ "foreign data", test_foreign_data },
	{ "refused", test_refused },
	{ "session ids", test_session_ids },
	{ "taken", test_taken },
	{ "any address", test_any },
	{ "unconnected", test_unconnected },
};

#define BY_KIND (sizeof(by_kind) / sizeof(by_kind[0]))

int main(void)
{
	static struct CMUnitTest tests[BY_KIND * KINDS];
	size_t n = 0;

	log_open("test", LOG_SINK_STDERR,
		 getenv("L2TPD_TEST_DEBUG") ? LOG_DEBUG : LOG_CRIT);
	for (size_t i = 0; i < BY_KIND; i++)
		for (size_t k = 0; k < KINDS; k++) {
			char *name = NULL;

			if (asprintf(&name, "%s, %s", by_kind[i].name,
				     kinds[k].name) < 0)
				abort();
			tests[n++] = (struct CMUnitTest){
				.name = name,
				.test_func = by_kind[i].run,
				.setup_func = setup,
				.teardown_func = teardown,
				.initial_state = (void *)(uintptr_t)&kinds[k],
			};
		}
	return _cmocka_run_group_tests("control connections' sockets", tests, n,
				       NULL, NULL);
}
