/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tunnel that requires IPsec, in the kernel: what its peer sends in clear is
 * dropped, control and data, what comes by ESP is not, and without SAs nothing
 * leaves. The peer is a socket in another namespace, which can do either.
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
#include <sys/ioctl.h>
#include <linux/l2tp.h>
#include <unistd.h>

#include "monitor/ipsec_policy.h"
#include "netlink/xfrm.h"

#include "dataplane_lab.h"

#define PROTO_L2TP 115
#define REQID	   7 /* of the SAs */
#define NO_REQID   8 /* of none */
#define TUNNEL	   21
#define SESSION	   31
#define WAIT_MS	   20000

static const struct lab_kind kinds[] = {
	{ "UDP IPv4", 3, DP_ENCAP_UDP, AF_INET },
	{ "UDP IPv6", 3, DP_ENCAP_UDP, AF_INET6 },
	{ "IPv4", 3, DP_ENCAP_IP, AF_INET },
	{ "IPv6", 3, DP_ENCAP_IP, AF_INET6 },
};
static const char *const hosts[2][2] = {
	{ "10.9.1.1", "10.9.1.2" },
	{ "fd09::1", "fd09::2" },
};

/*
 * What one test has: a tunnel with an Ethernet session here, and its peer's
 * sockets there.
 */
static struct bench {
	const struct lab_kind *kind;
	const char *host[2];
	struct addr addr[2];
	struct dataplane *dp;
	int fd, peer;
} b;
static int here, there; /* namespaces */

/* ---- the bench ---- */

static void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *fmt, ...)
{
	char command[2048];
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

/* SAs both ways between the hosts, as both hosts have them. */
static const char sas[] = "ip -batch - <<X\n"
#define SA(from, to, spi)                                           \
	"xfrm state add src " from " dst " to " proto esp spi " spi \
	" reqid 7 mode transport "                                  \
	"aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128\n"
	SA("10.9.1.1", "10.9.1.2", "0x1001")
		SA("10.9.1.2", "10.9.1.1", "0x1002")
			SA("fd09::1", "fd09::2", "0x1003")
				SA("fd09::2", "fd09::1", "0x1004");

static void two_namespaces(void)
{
	here = this_namespace();
	if (unshare(CLONE_NEWNET))
		err(1, "unshare");
	there = this_namespace();
	enter(here);
	run("ip -batch - <<X\n"
	    "link add here type veth peer name there netns /proc/%d/fd/%d\n"
	    "addr add 10.9.1.1/24 dev here\n"
	    "addr add fd09::1/64 dev here nodad\nlink set here up\nX\n"
	    "%s",
	    (int)getpid(), there, sas);
	enter(there);
	run("ip -batch - <<X\n"
	    "addr add 10.9.1.2/24 dev there\n"
	    "addr add fd09::2/64 dev there nodad\nlink set there up\nX\n"
	    "%s",
	    sas);
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

/*
 * L2TP's own socket here, a raw one there: it sends and takes
 * whatever it likes.
 */
static int bound_and_connected(int host, int type, uint32_t id,
			       uint32_t peer_id)
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

/* Nothing passes there but what a test sends. */
static void interface_up(void)
{
	struct ifreq ifr = { .ifr_name = "pw", .ifr_flags = IFF_UP };
	int fd = open("/proc/sys/net/ipv6/conf/pw/disable_ipv6",
		      O_WRONLY | O_CLOEXEC);

	assert_int_equal(write(fd, "1", 1), 1);
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

static void bench_init(const struct lab_kind *kind)
{
	struct dp_tunnel t = {
		.version = 3,
		.encap = kind->encap,
		.tunnel_id = TUNNEL,
		.peer_tunnel_id = TUNNEL + 1,
	};
	struct dp_session s = {
		.tunnel_id = TUNNEL,
		.session_id = SESSION,
		.peer_session_id = SESSION + 1,
		.pseudowire = DP_PW_ETH,
		.ifname = "pw",
		.no_l2_sublayer = true,
	};

	b = (struct bench){ .kind = kind, .dp = b.dp };
	for (int i = 0; i < 2; i++) {
		b.host[i] = hosts[kind->family == AF_INET6][i];
		addr_parse(&b.addr[i], b.host[i]);
	}
	b.fd = bound_and_connected(0, SOCK_DGRAM, TUNNEL, TUNNEL + 1);
	enter(there);
	b.peer = bound_and_connected(1,
				     kind->encap == DP_ENCAP_IP ? SOCK_RAW :
								  SOCK_DGRAM,
				     0, 0);
	enter(here);
	t.fd = b.fd;
	assert_int_equal(b.dp->ops->tunnel_add(b.dp, &t), 0);
	assert_int_equal(b.dp->ops->session_add(b.dp, &s), 0);
	interface_up();
}

static void bench_fini(void)
{
	assert_int_equal(b.dp->ops->tunnel_del(b.dp, TUNNEL), 0);
	close(b.fd);
	close(b.peer);
	/* It goes in a work queue; its id is the next one's. */
	assert_true(lab_wait_count(b.dp, 0, 0));
}

/* ---- packets ---- */

/* A control packet (RFC 3931, section 3.2.1), with a mark in Ns. */
static void peer_sends_control(uint8_t mark)
{
	const uint8_t packet[16] = {
		[4] = 0xc8, 3, 0, 12, [11] = TUNNEL, [13] = mark,
	};
	size_t skip = b.kind->encap == DP_ENCAP_UDP ? 4 : 0;

	assert_int_equal(send(b.peer, packet + skip, sizeof(packet) - skip, 0),
			 (ssize_t)(sizeof(packet) - skip));
}

static void peer_sends_data(void)
{
	uint8_t packet[8 + 64] = {
		0, 3, 0, 0, 0, 0, 0, SESSION, 2, 0,    0,
		0, 0, 2, 2, 0, 0, 0, 0,	      1, 0x88, 0xb5
	};
	size_t skip = b.kind->encap == DP_ENCAP_UDP ? 0 : 4;

	assert_int_equal(send(b.peer, packet + skip, sizeof(packet) - skip, 0),
			 (ssize_t)(sizeof(packet) - skip));
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

	assert_int_equal(b.dp->ops->session_stats(b.dp, TUNNEL, SESSION, &s),
			 0);
	return s.rx_packets;
}

static int send_control(void)
{
	const uint8_t packet[16] = { [4] = 0xc8, 3, 0, 12, [11] = TUNNEL + 1 };
	size_t skip = b.kind->encap == DP_ENCAP_UDP ? 4 : 0;

	return send(b.fd, packet + skip, sizeof(packet) - skip, 0) < 0 ?
		       -errno :
		       0;
}

static void send_data(void)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex("pw"),
		.sll_halen = ETH_ALEN,
	};
	uint8_t frame[64] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5 };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(sendto(fd, frame, sizeof(frame), 0,
				(struct sockaddr *)&to, sizeof(to)),
			 sizeof(frame));
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
	assert_int_equal(bind(in, (struct sockaddr *)&ss,
			      addr_to_sockaddr(&peer, &ss)),
			 0);
	enter(here);
	out = socket(b.kind->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(sendto(out, "x", 1, 0, (struct sockaddr *)&ss,
				addr_to_sockaddr(&peer, &ss)),
			 1);
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
	int option = b.kind->family == AF_INET ? IP_XFRM_POLICY :
						 IPV6_XFRM_POLICY;

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

static void test_in(struct ipsec_policies *policies)
{
	peer_sends_data();
	peer_sends_control(1);
	assert_int_equal(control_comes(), 1);
	wait_data(1);

	/*
	 * Over IP a socket's policy is not asked about data: why
	 * there are guards.
	 */
	assert_int_equal(xfrm_require(b.fd, 0), 0);
	peer_sends_control(2);
	peer_sends_data();
	if (b.kind->encap == DP_ENCAP_IP)
		wait_data(2);

	assert_int_equal(ipsec_policy_add(policies, b.fd, b.kind->encap,
					  &b.addr[0], &b.addr[1], NO_REQID),
			 0);
	peer_sends_data();
	peer_sends_control(3);
	peer_protects();
	peer_sends_control(4);
	assert_int_equal(control_comes(), 4); /* and neither 2 nor 3 */
	wait_data(b.kind->encap == DP_ENCAP_IP ? 2 : 1);
	peer_sends_data();
	wait_data(b.kind->encap == DP_ENCAP_IP ? 3 : 2);
}

static void test_out(void)
{
	assert_true(send_control() < 0);
	send_data();
	peer_in_clear();
	peer_gets_nothing();

	assert_int_equal(ipsec_policy_modify(b.fd, REQID), 0);
	peer_protects();
	assert_int_equal(send_control(), 0);
	send_data();
	peer_gets(2);
	/* Those SAs are not ours any more. */
	assert_int_equal(ipsec_policy_modify(b.fd, NO_REQID), 0);
	assert_true(send_control() < 0);
	send_data();
	peer_in_clear();
	peer_gets_nothing();
}

static void test_kind(void **state)
{
	struct ipsec_policies policies = { 0 };

	bench_init(*state);
	assert_int_equal(send_control(), 0);
	send_data();
	peer_gets(2);
	test_in(&policies);
	test_out();
	ipsec_policy_del(&policies, b.kind->encap, &b.addr[0], &b.addr[1]);
	assert_null(policies.guards);
	bench_fini();
}

static void policies_are(int n)
{
	run("test $(ip -o xfrm policy list | grep -c 'proto l2tp') = %d", n);
}

/*
 * A guard stands beside a policy of charon's, which goes alone; and it counts
 * its tunnels.
 */
static void test_guard(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ipsec_policies policies = { 0 };
	struct addr local, peer;

	(void)state;
	addr_parse(&local, hosts[0][0]);
	addr_parse(&peer, hosts[0][1]);
	for (int i = 0; i < 2; i++)
		assert_int_equal(ipsec_policy_add(&policies, fd, DP_ENCAP_IP,
						  &local, &peer, 0),
				 0);
	run("ip xfrm policy add src 10.9.1.2 dst 10.9.1.1 proto 115 dir in "
	    "priority 366975 tmpl proto esp reqid 7 mode transport");
	policies_are(3);
	ipsec_policy_del(&policies, DP_ENCAP_IP, &local, &peer);
	run("ip xfrm policy delete src 10.9.1.2 dst 10.9.1.1 proto 115 dir in");
	policies_are(2);
	ipsec_policy_del(&policies, DP_ENCAP_IP, &local, &peer);
	policies_are(0);
	/* one too many is none */
	ipsec_policy_del(&policies, DP_ENCAP_IP, &local, &peer);
	assert_int_equal(ipsec_policy_add(&policies, fd, DP_ENCAP_IP, &local,
					  &peer, 0),
			 0);
	ipsec_policies_fini(&policies);
	policies_are(0);
	close(fd);
}

static void *kind_state(size_t i)
{
	return (void *)(uintptr_t)&kinds[i];
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ kinds[0].name, test_kind, NULL, NULL, kind_state(0) },
		{ kinds[1].name, test_kind, NULL, NULL, kind_state(1) },
		{ kinds[2].name, test_kind, NULL, NULL, kind_state(2) },
		{ kinds[3].name, test_kind, NULL, NULL, kind_state(3) },
		cmocka_unit_test(test_guard),
	};
	char text[256];
	int failed;

	lab_namespace();
	two_namespaces();
	b.dp = dataplane_kernel_new(text, sizeof(text));
	if (!b.dp)
		errx(1, "%s", text);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	b.dp->ops->free(b.dp);
	return failed;
}
