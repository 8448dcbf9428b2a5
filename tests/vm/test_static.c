/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Static tunnels, of which the kernel has the socket: each form that "ip l2tp"
 * makes, with that at the other end, and what is refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dataplane_lab.h"

#define WAIT_MS 10000

/* Ours is the first end; "ip l2tp" makes the second. */
static const struct form {
	const char *name;
	enum dp_encap encap;
	const char *end[2];
	bool udp_csum, zero_csum6;   /* of both ends */
	uint8_t cookie, peer_cookie; /* bytes */
	bool no_l2_sublayer;
} forms[] = {
	{
		.name = "UDP IPv4",
		.encap = DP_ENCAP_UDP,
		.end = { "127.0.0.1", "127.0.0.2" },
	},
	{
		.name = "UDP IPv4, checksum, cookies",
		.encap = DP_ENCAP_UDP,
		.end = { "127.0.0.1", "127.0.0.2" },
		.udp_csum = true,
		.cookie = 4,
		.peer_cookie = 8,
	},
	{
		.name = "UDP IPv6",
		.encap = DP_ENCAP_UDP,
		.end = { "2001:db8::1", "2001:db8::2" },
		.no_l2_sublayer = true,
	},
	{
		.name = "UDP IPv6, no checksum, cookies",
		.encap = DP_ENCAP_UDP,
		.end = { "2001:db8::1", "2001:db8::2" },
		.zero_csum6 = true,
		.cookie = 8,
		.peer_cookie = 4,
	},
	{
		.name = "IPv4",
		.encap = DP_ENCAP_IP,
		.end = { "127.0.0.1", "127.0.0.2" },
	},
	{
		.name = "IPv4, cookies",
		.encap = DP_ENCAP_IP,
		.end = { "127.0.0.1", "127.0.0.2" },
		.cookie = 8,
		.peer_cookie = 8,
		.no_l2_sublayer = true,
	},
	{
		.name = "IPv6",
		.encap = DP_ENCAP_IP,
		.end = { "2001:db8::1", "2001:db8::2" },
	},
	{
		.name = "IPv6, cookies",
		.encap = DP_ENCAP_IP,
		.end = { "2001:db8::1", "2001:db8::2" },
		.cookie = 4,
		.peer_cookie = 4,
		.no_l2_sublayer = true,
	},
};

static const uint16_t port[2] = { 5001, 5002 };
static const uint32_t tunnel_id[2] = { 4001, 4002 },
		      session_id[2] = { 401, 402 };

static struct dataplane *dp;
static const struct form *form;

static void shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void shell(const char *fmt, ...)
{
	char command[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (system(command))
		fail_msg("%s", command);
}

static struct addr address(int end)
{
	struct addr a;

	assert_int_equal(addr_parse(&a, form->end[end]), 0);
	if (form->encap == DP_ENCAP_UDP)
		a.port = port[end];
	return a;
}

static struct dp_tunnel our_tunnel(void)
{
	return (struct dp_tunnel){
		.version = 3,
		.encap = form->encap,
		.tunnel_id = tunnel_id[0],
		.peer_tunnel_id = tunnel_id[1],
		.fd = -1,
		.local = address(0),
		.peer = address(1),
		.udp_csum = form->udp_csum,
		.udp6_zero_csum_tx = form->zero_csum6,
		.udp6_zero_csum_rx = form->zero_csum6,
	};
}

static struct dp_session our_session(void)
{
	struct dp_session s = {
		.tunnel_id = tunnel_id[0],
		.session_id = session_id[0],
		.peer_session_id = session_id[1],
		.pseudowire = DP_PW_ETH,
		.ifname = "ours",
		.no_l2_sublayer = form->no_l2_sublayer,
		.cookie_len = form->cookie,
		.peer_cookie_len = form->peer_cookie,
	};

	memset(s.cookie, 0xab, sizeof(s.cookie));
	memset(s.peer_cookie, 0xcd, sizeof(s.peer_cookie));
	return s;
}

/* The words for a cookie of so many bytes; name is that of the other end. */
static const char *cookie(const char *name, const char *byte, uint8_t n,
			  char *buf)
{
	char *at = buf;

	*at = '\0';
	if (n)
		at += sprintf(at, "%s ", name);
	for (; n; n--)
		at += sprintf(at, "%s", byte);
	return buf;
}

static void their_end(void)
{
	bool udp = form->encap == DP_ENCAP_UDP, v6 = strchr(form->end[0], ':');
	char words[160] = "", c[64], p[64];

	if (udp)
		sprintf(words, "udp_sport %u udp_dport %u %s", port[1], port[0],
			v6 && form->zero_csum6 ?
				"udp6_csum_tx off udp6_csum_rx off" :
			!v6 && form->udp_csum ? "udp_csum on" :
						"");
	shell("ip l2tp add tunnel tunnel_id %u peer_tunnel_id %u encap %s "
	      "local %s remote %s %s",
	      tunnel_id[1], tunnel_id[0], udp ? "udp" : "ip", form->end[1],
	      form->end[0], words);
	shell("ip l2tp add session name theirs tunnel_id %u session_id %u "
	      "peer_session_id %u l2spec_type %s %s %s",
	      tunnel_id[1], session_id[1], session_id[0],
	      form->no_l2_sublayer ? "none" : "default",
	      cookie("cookie", "cd", form->peer_cookie, c),
	      cookie("peer_cookie", "ab", form->cookie, p));
}

/* ---- frames ---- */

static int packet_socket(const char *ifname)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(ifname),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

	assert_true(fd >= 0 && at.sll_ifindex > 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void assert_passes(const char *from, const char *to, uint8_t mark)
{
	uint8_t frame[100] = { 2, 0, 0, 0, 0,	 1,    2,   0,
			       0, 0, 0, 2, 0x88, 0xb5, mark },
		got[9000];
	int in = packet_socket(from), out = packet_socket(to);
	struct pollfd p = { .fd = out, .events = POLLIN };
	ssize_t n;

	assert_int_equal(send(in, frame, sizeof(frame), 0), sizeof(frame));
	do {
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		n = recv(out, got, sizeof(got), 0);
	} while (n != (ssize_t)sizeof(frame) || got[12] != 0x88 ||
		 got[14] != mark);
	assert_memory_equal(got, frame, sizeof(frame));
	close(in);
	close(out);
}

/*
 * The checksum of the next UDP packet from the port, as the loopback has it
 * before it is computed or not: 0, or not.
 */
static bool next_has_checksum(int fd, uint16_t sport, bool v6)
{
	size_t at = 14 + (v6 ? 40 : 20);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct udphdr u;
	uint8_t got[9000];
	ssize_t n;

	do {
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		n = recv(fd, got, sizeof(got), 0);
		if (n < (ssize_t)(at + sizeof(u)))
			continue;
		memcpy(&u, got + at, sizeof(u));
	} while (n < (ssize_t)(at + sizeof(u)) || u.source != htons(sport));
	return u.check != 0;
}

/* ---- tests ---- */

static void test_frames(void **state)
{
	struct dp_tunnel t = our_tunnel();
	struct dp_session s = our_session();
	struct dp_stats stats;

	(void)state;
	assert_int_equal(dp->ops->tunnel_add(dp, &t), 0);
	assert_int_equal(dp->ops->tunnel_add(dp, &t), -EEXIST);
	assert_int_equal(dp->ops->session_add(dp, &s), 0);
	their_end();
	shell("ip link set ours up && ip link set theirs up");
	for (uint8_t n = 1; n < 4; n++) {
		assert_passes("ours", "theirs", n);
		assert_passes("theirs", "ours", n + 100);
	}
	assert_int_equal(dp->ops->session_stats(dp, s.tunnel_id, s.session_id,
						&stats),
			 0);
	assert_true(stats.rx_packets >= 3 && stats.tx_packets >= 3);
	assert_int_equal(stats.rx_cookie_discards + stats.rx_errors, 0);
	if (form->encap == DP_ENCAP_UDP) {
		bool v6 = strchr(form->end[0], ':');
		int fd = packet_socket("lo");

		assert_passes("ours", "theirs", 9);
		assert_int_equal(next_has_checksum(fd, port[0], v6),
				 v6 ? !form->zero_csum6 : form->udp_csum);
		close(fd);
	}
	/* Sequencing is changed as on any other. */
	s.send_seq = s.recv_seq = true;
	if (!form->no_l2_sublayer)
		assert_int_equal(dp->ops->session_modify(dp, &s), 0);
	assert_int_equal(dp->ops->session_del(dp, s.tunnel_id, s.session_id),
			 0);
	assert_true(lab_wait_count(dp, 2, 1));
	assert_int_equal(dp->ops->tunnel_del(dp, t.tunnel_id), 0);
	shell("ip l2tp del session tunnel_id %u session_id %u", tunnel_id[1],
	      session_id[1]);
	shell("ip l2tp del tunnel tunnel_id %u", tunnel_id[1]);
	assert_true(lab_wait_count(dp, 0, 0));
	/* Nothing of it is left: the same comes again. */
	assert_int_equal(dp->ops->tunnel_add(dp, &t), 0);
	assert_int_equal(dp->ops->tunnel_del(dp, t.tunnel_id), 0);
	assert_true(lab_wait_count(dp, 0, 0));
}

/* It has no holder: who made it may end. */
static void test_outlives(void **state)
{
	struct dp_tunnel t = our_tunnel();
	struct dp_session s = our_session();
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		char text[256];
		struct dataplane *own =
			dataplane_kernel_new(text, sizeof(text));

		_exit(!own || own->ops->tunnel_add(own, &t) ||
		      own->ops->session_add(own, &s));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(lab_wait_count(dp, 1, 1));
	their_end();
	shell("ip link set ours up && ip link set theirs up");
	assert_passes("theirs", "ours", 1);
	for (int i = 0; i < 2; i++)
		assert_int_equal(dp->ops->tunnel_del(dp, tunnel_id[i]), 0);
	assert_true(lab_wait_count(dp, 0, 0));
}

/*
 * A PPP session in a static tunnel, which "ip l2tp" does not make;
 * both ends are ours.
 */
static void test_ppp(void **state)
{
	int pppox[2], channel[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct dp_tunnel t = our_tunnel();
		struct dp_session s = our_session();

		t.tunnel_id = tunnel_id[i];
		t.peer_tunnel_id = tunnel_id[1 - i];
		t.local = address(i);
		t.peer = address(1 - i);
		s = (struct dp_session){
			.tunnel_id = tunnel_id[i],
			.session_id = session_id[i],
			.peer_session_id = session_id[1 - i],
			.lns_mode = i == 1,
		};
		assert_int_equal(dp->ops->tunnel_add(dp, &t), 0);
		assert_int_equal(dp->ops->session_add(dp, &s), 0);
		pppox[i] = dp->ops->session_open(dp, &t, &s);
		assert_true(pppox[i] >= 0);
		channel[i] = lab_attach(pppox[i]);
	}
	assert_true(lab_frame_passes(pppox[0], channel[1], 1));
	assert_true(lab_frame_passes(pppox[1], channel[0], 2));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(dp->ops->tunnel_del(dp, tunnel_id[i]), 0);
		close(channel[i]);
		close(pppox[i]);
	}
	assert_true(lab_wait_count(dp, 0, 0));
}

static void test_refused(void **state)
{
	struct dp_tunnel t = our_tunnel();
	bool udp = form->encap == DP_ENCAP_UDP;

	(void)state;
	/* Ports are UDP's. */
	t.local.port = udp ? 0 : 5001;
	assert_int_equal(dp->ops->tunnel_add(dp, &t), -EINVAL);
	t = our_tunnel();
	t.peer.port = udp ? 0 : 5002;
	assert_int_equal(dp->ops->tunnel_add(dp, &t), -EINVAL);
	t = our_tunnel();
	t.local = (struct addr){ .port = t.local.port };
	assert_int_equal(dp->ops->tunnel_add(dp, &t), -EINVAL);
	t = our_tunnel();
	t.local.scope = 1;
	assert_int_equal(dp->ops->tunnel_add(dp, &t), -EINVAL);
	t = our_tunnel();
	t.peer = (struct addr){ 0 };
	assert_int_equal(dp->ops->tunnel_add(dp, &t), -EBADF);
	/* Not an address of ours; and the id is free again after that. */
	t = our_tunnel();
	t.local.ip[t.local.family == AF_INET ? 0 : 15] = 77;
	assert_int_equal(dp->ops->tunnel_add(dp, &t), -EADDRNOTAVAIL);
	t = our_tunnel();
	assert_int_equal(dp->ops->tunnel_add(dp, &t), 0);
	/* A kernel's socket shares no port, even with one to another peer. */
	t.tunnel_id += 100;
	t.peer.port += udp ? 7 : 0;
	assert_int_equal(dp->ops->tunnel_add(dp, &t), udp ? -EADDRINUSE : 0);
	if (!udp)
		assert_int_equal(dp->ops->tunnel_del(dp, t.tunnel_id), 0);
	assert_int_equal(dp->ops->tunnel_del(dp, tunnel_id[0]), 0);
	assert_true(lab_wait_count(dp, 0, 0));
}

static int setup(void **state)
{
	char text[256];

	form = *state;
	lab_namespace();
	if (system("ip -6 address add 2001:db8::1/128 dev lo nodad && ip -6 "
		   "address add 2001:db8::2/128 dev lo nodad"))
		return -1;
	dp = dataplane_kernel_new(text, sizeof(text));
	if (!dp)
		print_error("%s\n", text);
	return dp ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	dp->ops->free(dp);
	return 0;
}

#define FORMS (sizeof(forms) / sizeof(forms[0]))

static const struct {
	const char *name;
	CMUnitTestFunction run;
} by_form[] = {
	{ "frames", test_frames },
	{ "outlives its maker", test_outlives },
	{ "PPP", test_ppp },
	{ "refused", test_refused },
};

#define BY_FORM (sizeof(by_form) / sizeof(by_form[0]))

int main(void)
{
	static struct CMUnitTest tests[BY_FORM * FORMS];
	size_t n = 0;

	for (size_t i = 0; i < BY_FORM; i++)
		for (size_t k = 0; k < FORMS; k++) {
			char *name = NULL;

			if (asprintf(&name, "%s, %s", by_form[i].name,
				     forms[k].name) < 0)
				abort();
			tests[n++] = (struct CMUnitTest){
				.name = name,
				.test_func = by_form[i].run,
				.setup_func = setup,
				.teardown_func = teardown,
				.initial_state = (void *)(uintptr_t)&forms[k],
			};
		}
	return _cmocka_run_group_tests("static tunnels", tests, n, NULL, NULL);
}
