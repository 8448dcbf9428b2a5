/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tunnel that requires IPsec, in the kernel: what its peer sends in clear is dropped,
 * control and data, what comes by ESP is not, and without SAs nothing leaves. The peer is
 * a socket in another namespace, which can do either.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/l2tp.h>
#include <unistd.h>

#include "monitor/ipsec_policy.h"
#include "netlink/xfrm.h"

#include "dataplane_lab.h"

#define PROTO_L2TP	115
#define REQID		7
#define TUNNEL		21
#define SESSION		31
#define WAIT_MS		20000

static const struct lab_kind kinds[] = {
	{ "UDP IPv4", 3, DP_ENCAP_UDP, AF_INET },
	{ "UDP IPv6", 3, DP_ENCAP_UDP, AF_INET6 },
	{ "IPv4", 3, DP_ENCAP_IP, AF_INET },
	{ "IPv6", 3, DP_ENCAP_IP, AF_INET6 },
};
static const char *const hosts[2][2] = { { "10.9.1.1", "10.9.1.2" }, { "fd09::1", "fd09::2" } };

/* What one test has: a tunnel with an Ethernet session here, and its peer's sockets there. */
static struct bench {
	const struct lab_kind *kind;
	const char *host[2];
	struct addr addr[2];
	struct dataplane *dp;
	int fd, peer;
} b;
static int here, there;		/* namespaces */

/* ---- the bench ---- */

static void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *fmt, ...)
{
	char command[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (system(command))
		errx(1, "failed: %s", command);
}

static void enter(int ns)
{
	if (setns(ns, CLONE_NEWNET))
		err(1, "setns");
}

static int this_namespace(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(1, "/proc/self/ns/net");
	return fd;
}

static void two_namespaces(void)
{
	here = this_namespace();
	if (unshare(CLONE_NEWNET))
		err(1, "unshare");
	there = this_namespace();
	enter(here);
	run("ip -batch - <<X\n"
	    "link add here type veth peer name there netns /proc/%d/fd/%d\n"
	    "addr add 10.9.1.1/24 dev here\naddr add fd09::1/64 dev here nodad\nlink set here up\nX\n",
	    (int)getpid(), there);
	enter(there);
	run("ip -batch - <<X\n"
	    "addr add 10.9.1.2/24 dev there\naddr add fd09::2/64 dev there nodad\nlink set there up\nX\n");
	enter(here);
}

union any {
	struct sockaddr sa;
	struct sockaddr_storage ss;
	struct sockaddr_l2tpip l2tp;
	struct sockaddr_l2tpip6 l2tp6;
};

static socklen_t address(union any *a, int host, uint32_t conn_id)
{
	struct addr with_port = b.addr[host];
	socklen_t len;

	memset(a, 0, sizeof(*a));
	if (b.kind->encap == DP_ENCAP_UDP) {
		with_port.port = 1701;
		return addr_to_sockaddr(&with_port, &a->ss);
	}
	len = addr_to_sockaddr(&with_port, &a->ss);
	if (!conn_id)
		return len;
	if (b.kind->family == AF_INET) {
		a->l2tp.l2tp_conn_id = conn_id;
		return sizeof(a->l2tp);
	}
	a->l2tp6.l2tp_conn_id = conn_id;
	return sizeof(a->l2tp6);
}

/* L2TP's own socket here, a raw one there: it sends and takes whatever it likes. */
static int bound_and_connected(int host, int type, uint32_t id, uint32_t peer_id)
{
	int fd = socket(b.kind->family, type | SOCK_CLOEXEC | SOCK_NONBLOCK,
			b.kind->encap == DP_ENCAP_IP ? PROTO_L2TP : 0);
	socklen_t len;
	union any a;

	len = address(&a, host, id);
	if (fd < 0 || bind(fd, &a.sa, len))
		err(1, "%s: bind", b.kind->name);
	len = address(&a, 1 - host, peer_id);
	if (connect(fd, &a.sa, len))
		err(1, "%s: connect", b.kind->name);
	return fd;
}

static void bench_init(const struct lab_kind *kind)
{
	struct dp_tunnel t = { .version = 3, .encap = kind->encap, .tunnel_id = TUNNEL, .peer_tunnel_id = TUNNEL + 1 };
	struct dp_session s = {
		.tunnel_id = TUNNEL, .session_id = SESSION, .peer_session_id = SESSION + 1,
		.pseudowire = DP_PW_ETH, .ifname = "pw", .no_l2_sublayer = true,
	};
	char text[256];

	b = (struct bench){ .kind = kind };
	for (int i = 0; i < 2; i++) {
		b.host[i] = hosts[kind->family == AF_INET6][i];
		addr_parse(&b.addr[i], b.host[i]);
	}
	b.dp = dataplane_kernel_new(text, sizeof(text));
	if (!b.dp)
		errx(1, "%s", text);
	b.fd = bound_and_connected(0, SOCK_DGRAM, TUNNEL, TUNNEL + 1);
	enter(there);
	b.peer = bound_and_connected(1, kind->encap == DP_ENCAP_IP ? SOCK_RAW : SOCK_DGRAM, 0, 0);
	enter(here);
	t.fd = b.fd;
	assert_int_equal(b.dp->ops->tunnel_add(b.dp, &t), 0);
	assert_int_equal(b.dp->ops->session_add(b.dp, &s), 0);
	/* Nothing passes there but what a test sends. */
	run("echo 1 > /proc/sys/net/ipv6/conf/pw/disable_ipv6; ip link set pw address 02:00:00:00:00:02 up");
}

static void add_sas(void)
{
	char both[1024];

	snprintf(both, sizeof(both), "ip -batch - <<X\n"
		 "xfrm state add src %s dst %s proto esp spi 0x1001 reqid %d mode transport aead rfc4106(gcm(aes)) "
		 "0x000102030405060708090a0b0c0d0e0f10111213 128\n"
		 "xfrm state add src %s dst %s proto esp spi 0x1002 reqid %d mode transport aead rfc4106(gcm(aes)) "
		 "0x000102030405060708090a0b0c0d0e0f10111213 128\nX\n",
		 b.host[0], b.host[1], REQID, b.host[1], b.host[0], REQID);
	run("%s", both);
	enter(there);
	run("%s", both);
	enter(here);
}

static void del_sas(void)
{
	run("ip xfrm state flush");
	enter(there);
	run("ip xfrm state flush");
	enter(here);
}

static void bench_fini(void)
{
	assert_int_equal(b.dp->ops->tunnel_del(b.dp, TUNNEL), 0);
	close(b.fd);
	close(b.peer);
	del_sas();
	/* The tunnel goes in a work queue; its id is the next test's. */
	assert_true(lab_wait_count(b.dp, 0, 0));
	b.dp->ops->free(b.dp);
}

/* ---- packets ---- */

/* A control packet (RFC 3931, section 3.2.1), with a mark in Ns. */
static void peer_sends_control(uint8_t mark)
{
	const uint8_t packet[16] = { [4] = 0xc8, 3, 0, 12, [11] = TUNNEL, [13] = mark };
	size_t skip = b.kind->encap == DP_ENCAP_UDP ? 4 : 0;

	assert_int_equal(send(b.peer, packet + skip, sizeof(packet) - skip, 0), (ssize_t)(sizeof(packet) - skip));
}

static void peer_sends_data(void)
{
	uint8_t packet[8 + 64] = { 0, 3, 0, 0, 0, 0, 0, SESSION, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 };
	size_t skip = b.kind->encap == DP_ENCAP_UDP ? 0 : 4;

	assert_int_equal(send(b.peer, packet + skip, sizeof(packet) - skip, 0), (ssize_t)(sizeof(packet) - skip));
}

static bool readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

/* The mark of the next control packet that arrives here. */
static uint8_t control_comes(void)
{
	uint8_t packet[64];
	ssize_t n;

	assert_true(readable(b.fd, WAIT_MS));
	n = recv(b.fd, packet, sizeof(packet), 0);
	assert_true(n >= 12);
	return packet[n - 12 + 9];
}

static uint64_t data_came(void)
{
	struct dp_stats s = { 0 };

	assert_int_equal(b.dp->ops->session_stats(b.dp, TUNNEL, SESSION, &s), 0);
	return s.rx_packets;
}

static int send_control(void)
{
	const uint8_t packet[16] = { [4] = 0xc8, 3, 0, 12, [11] = TUNNEL + 1 };
	size_t skip = b.kind->encap == DP_ENCAP_UDP ? 4 : 0;

	return send(b.fd, packet + skip, sizeof(packet) - skip, 0) < 0 ? -errno : 0;
}

static void send_data(void)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex("pw"), .sll_halen = ETH_ALEN,
	};
	uint8_t frame[64] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5 };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)), sizeof(frame));
	close(fd);
}

/* What reaches the peer, n packets, in whatever time. */
static void peer_gets(unsigned int n)
{
	uint8_t packet[256];

	while (n--) {
		assert_true(readable(b.peer, WAIT_MS));
		assert_true(recv(b.peer, packet, sizeof(packet), 0) > 0);
	}
}

/* Nothing does before what another socket of this host sends in clear. */
static void peer_gets_nothing(void)
{
	struct addr peer = b.addr[1];
	struct sockaddr_storage ss;
	int in, out;

	peer.port = 1999;
	enter(there);
	in = socket(b.kind->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(in, (struct sockaddr *)&ss, addr_to_sockaddr(&peer, &ss)), 0);
	enter(here);
	out = socket(b.kind->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(sendto(out, "x", 1, 0, (struct sockaddr *)&ss, addr_to_sockaddr(&peer, &ss)), 1);
	assert_true(readable(in, WAIT_MS));
	assert_false(readable(b.peer, 0));
	close(in);
	close(out);
}

/* ---- policies of the peer's ---- */

static void peer_protects(void)
{
	assert_int_equal(xfrm_require(b.peer, REQID), 0);
}

static void peer_in_clear(void)
{
	int level = b.kind->family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int option = b.kind->family == AF_INET ? IP_XFRM_POLICY : IPV6_XFRM_POLICY;

	assert_int_equal(setsockopt(b.peer, level, option, NULL, 0), 0);
}

/* ---- tests ---- */

static void wait_data(uint64_t n)
{
	double end = lab_now_ms() + WAIT_MS;

	while (data_came() < n) {
		assert_true(lab_now_ms() < end);
		usleep(1000);
	}
	assert_int_equal(data_came(), n);
}

static void test_in(const struct lab_kind *kind)
{
	struct ipsec_policies policies = { 0 };

	bench_init(kind);
	peer_sends_data();
	peer_sends_control(1);
	assert_int_equal(control_comes(), 1);
	wait_data(1);

	assert_int_equal(ipsec_policy_add(&policies, b.fd, kind->encap, &b.addr[0], &b.addr[1], REQID), 0);
	add_sas();
	peer_sends_data();
	peer_sends_control(2);
	peer_protects();
	peer_sends_control(3);
	assert_int_equal(control_comes(), 3);	/* and not 2 */
	assert_int_equal(data_came(), 1);
	peer_sends_data();
	wait_data(2);
	peer_in_clear();

	ipsec_policy_del(&policies, kind->encap, &b.addr[0], &b.addr[1]);
	assert_null(policies.guards);
	bench_fini();
}

static void test_out(const struct lab_kind *kind)
{
	struct ipsec_policies policies = { 0 };

	bench_init(kind);
	assert_int_equal(send_control(), 0);
	send_data();
	peer_gets(2);
	assert_int_equal(ipsec_policy_add(&policies, b.fd, kind->encap, &b.addr[0], &b.addr[1], REQID), 0);
	assert_true(send_control() < 0);
	send_data();
	peer_gets_nothing();

	add_sas();
	peer_protects();
	assert_int_equal(send_control(), 0);
	send_data();
	peer_gets(2);
	/* The SAs of a connection that went take its packets with them. */
	del_sas();
	assert_true(send_control() < 0);
	send_data();
	peer_in_clear();
	peer_gets_nothing();
	ipsec_policies_fini(&policies);
	bench_fini();
}

/* Over IP a socket's policy is not asked about data: why there are guards. */
static void test_unguarded(const struct lab_kind *kind)
{
	bench_init(kind);
	assert_int_equal(xfrm_require(b.fd, 0), 0);
	peer_sends_data();
	peer_sends_control(1);
	peer_sends_data();
	wait_data(kind->encap == DP_ENCAP_IP ? 2 : 0);
	assert_false(readable(b.fd, 0));
	bench_fini();
}

/* A guard stands beside a policy of charon's, goes alone, and counts its tunnels. */
static void test_guard(const struct lab_kind *kind)
{
	struct ipsec_policies policies = { 0 };
	const char *count = "test $(ip -o xfrm policy list | grep -c 'proto l2tp') = %d";

	bench_init(kind);
	for (int i = 0; i < 2; i++)
		assert_int_equal(ipsec_policy_add(&policies, b.fd, kind->encap, &b.addr[0], &b.addr[1], 0), 0);
	run("ip xfrm policy add src %s dst %s proto 115 dir in priority 366975 tmpl proto esp reqid %d mode transport",
	    b.host[1], b.host[0], REQID);
	run(count, 3);
	ipsec_policy_del(&policies, kind->encap, &b.addr[0], &b.addr[1]);
	run(count, 3);
	run("ip xfrm policy delete src %s dst %s proto 115 dir in", b.host[1], b.host[0]);
	run(count, 2);
	ipsec_policy_del(&policies, kind->encap, &b.addr[0], &b.addr[1]);
	run(count, 0);
	ipsec_policy_del(&policies, kind->encap, &b.addr[0], &b.addr[1]);
	bench_fini();
}

static void run_on(void (*test)(const struct lab_kind *), size_t first)
{
	for (size_t i = first; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		print_message("%s\n", kinds[i].name);
		test(&kinds[i]);
	}
}

static void test_all_in(void **state)
{
	(void)state;
	run_on(test_in, 0);
}

static void test_all_out(void **state)
{
	(void)state;
	run_on(test_out, 0);
}

static void test_all_unguarded(void **state)
{
	(void)state;
	run_on(test_unguarded, 0);
}

static void test_all_guards(void **state)
{
	(void)state;
	run_on(test_guard, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_in),
		cmocka_unit_test(test_all_out),
		cmocka_unit_test(test_all_unguarded),
		cmocka_unit_test(test_all_guards),
	};

	lab_namespace();
	two_namespaces();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
