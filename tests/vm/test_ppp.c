/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pppd through its plugin and the runner of templates: calls between an LNS
 * and a caller over kernel sessions, and every way in which one ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ppp_lab.h"

/*
 * An LNS's pppd that waits for its peer waits for RESTART_S, or twice that:
 * what ends within END_MS did not wait.
 */
#define RESTART_S "20"
#define END_MS	  15000
#define UP_MS	  60000

static const char config_text[] =
	"hostname = \"lns1\"\nlisten { address = \"127.0.0.1\" }\n"
	"lns \"in\" { ppp = \"isp\" }\n"
	"ppp \"isp\" { auth = { \"chap\" } users-file = \"/dev/null\""
	" local-address = \"10.64.0.1\" dns = { \"192.0.2.53\" }"
	" options = { \"lcp-restart\", \"" RESTART_S "\" } }\n"
	"ppp \"isp-pap\" { auth = { \"pap\" } users-file = \"/dev/null\""
	" local-address = \"10.64.0.1\" ipv6 = true }\n"
	"ppp \"isp-ms\" { auth = { \"mschapv2\" } users-file = \"/dev/null\""
	" local-address = \"10.64.0.1\" }\n"
	"ppp \"isp-open\" { local-address = \"10.64.0.2\" mtu = 1400 }\n"
	"ppp \"loud\" { local-address = \"10.64.0.2\" pppd-scripts = true }\n"
	"ppp \"broken\" { options = { \"lcp-max-configure\", \"many\" } }\n"
	"lac \"out\" { server = \"127.0.0.1\" session \"s\" { user = \"x\" "
	"password-file = \"/dev/null\" ppp = \"dialout\" } }\n"
	"ppp \"dialout\" { use-peer-dns = true ipv6 = true }\n"
	"ppp \"mppe\" { mppe = \"optional\" }\n"
	"ppp \"isp-128\" { auth = { \"mschapv2\" } users-file = \"/dev/null\""
	" local-address = \"10.64.0.1\" mppe = \"required\" mppe-bits = { \"128\" } }\n"
	"ppp \"patient\" { options = { \"lcp-restart\", \"" RESTART_S
	"\" } }\n";

static struct ppp_lab lab;
static uint32_t next_session;

struct pair {
	struct ppp_end lns, caller;
};

/* Never freed: a test that fails leaves a call behind that the others meet. */
static struct pair *pair_new(void)
{
	struct pair *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	return p;
}

static void open_pair(struct pair *p, const char *lns_profile)
{
	uint32_t n = ++next_session;

	ppp_end_open(&p->lns, &lab, 1, n, lns_profile);
	ppp_end_open(&p->caller, &lab, 0, n, "dialout");
}

static void start_pair(struct pair *p, const char *lns_profile)
{
	open_pair(p, lns_profile);
	assert_int_equal(ppp_end_start(&p->lns), 0);
	assert_int_equal(ppp_end_start(&p->caller), 0);
}

static void close_pair(struct pair *p)
{
	ppp_end_close(&p->lns);
	ppp_end_close(&p->caller);
}

static bool both_up(void *arg)
{
	struct pair *p = arg;

	return (p->lns.up && p->caller.up) || p->lns.exited || p->caller.exited;
}

/*
 * Gone, and what it said last has been read, unless the engine listens no more.
 */
static bool is_gone(const struct ppp_end *e)
{
	return e->exited && !channel_is_open(&e->channel);
}

static bool both_exited(void *arg)
{
	struct pair *p = arg;

	return is_gone(&p->lns) && is_gone(&p->caller);
}

static bool exited(void *arg)
{
	return is_gone(arg);
}

static bool net_is_down(void *arg)
{
	return ((struct ppp_end *)arg)->netdown;
}

static void bring_up(struct pair *p, const char *lns_profile)
{
	start_pair(p, lns_profile);
	assert_true(ppp_lab_run(&lab, both_up, p, UP_MS));
	if (!p->lns.up || !p->caller.up)
		fail_msg("lns: %d, %s; caller: %d, %s",
			 p->lns.down_msg.pppd_status, p->lns.down_msg.reason,
			 p->caller.down_msg.pppd_status,
			 p->caller.down_msg.reason);
}

/* Both pppds are gone in time and left no interface. */
static void expect_gone(struct pair *p)
{
	assert_true(ppp_lab_run(&lab, both_exited, p, END_MS));
	assert_false(ppp_lab_interface_exists(p->lns.up_msg.ifname));
	assert_false(ppp_lab_interface_exists(p->caller.up_msg.ifname));
	close_pair(p);
}

static void hang_up(struct pair *p)
{
	ppp_end_stop(&p->lns, 0, "the test is over");
	assert_true(ppp_lab_run(&lab, exited, &p->lns, END_MS));
	/* pppd that was told by its peer stays for three seconds; not today */
	ppp_end_stop(&p->caller, 16, "the test is over");
	expect_gone(p);
}

static void test_call_comes_up(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	bring_up(p, "isp");
	assert_int_equal(p->lns.auths, 1);
	assert_int_equal(p->lns.auth_msg.method, PPP_AUTH_CHAP_MD5);
	assert_string_equal(p->lns.auth_msg.user, PPP_LAB_USER);
	assert_string_equal(p->lns.auth_msg.our_name, "lns1");
	assert_string_equal(p->lns.up_msg.peer_name[0] ? "named" : "", "named");
	assert_int_equal(p->caller.secrets, 1);
	assert_int_equal(p->lns.up_msg.local_ipv4, inet_addr("10.64.0.1"));
	assert_int_equal(p->lns.up_msg.remote_ipv4, p->lns.params.remote_ipv4);
	assert_int_equal(p->caller.up_msg.local_ipv4,
			 p->lns.params.remote_ipv4);
	assert_int_equal(p->caller.up_msg.remote_ipv4, inet_addr("10.64.0.1"));
	/* one server is told once */
	assert_int_equal(p->caller.up_msg.dns[0], inet_addr("192.0.2.53"));
	assert_int_equal(p->caller.up_msg.dns[1], 0);
	assert_int_equal(p->lns.up_msg.mtu, 1460);
	assert_int_equal(p->caller.up_msg.mtu, 1460);
	assert_true(ppp_lab_interface_exists(p->lns.up_msg.ifname));
	/* the hello names the pid that the monitor knows */
	assert_true(p->lns.hello && p->caller.hello);
	ppp_end_stop(&p->lns, 0, "the test is over");
	expect_gone(p);
	assert_int_equal(p->lns.exit_pid, p->lns.hello_msg.pid);
	assert_true(WIFEXITED(p->lns.status));
	assert_int_equal(WEXITSTATUS(p->lns.status), 5);
	assert_true(p->lns.has_down && p->lns.closed && p->lns.netdown);
	assert_string_equal(p->lns.down_msg.reason, "the test is over");
	/* the caller was told by a Terminate-Request */
	assert_string_equal(p->caller.down_msg.reason,
			    "the peer ended the connection: the test is over");
}

static void test_pap_and_ipv6(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	bring_up(p, "isp-pap");
	assert_int_equal(p->lns.auth_msg.method, PPP_AUTH_PAP);
	assert_string_equal(p->lns.auth_msg.user, PPP_LAB_USER);
	hang_up(p);
}

static void test_mschapv2(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	bring_up(p, "isp-ms");
	assert_int_equal(p->lns.auths, 1);
	hang_up(p);
	open_pair(p, "isp-ms");
	p->lns.refuse = true;
	assert_int_equal(ppp_end_start(&p->lns), 0);
	assert_int_equal(ppp_end_start(&p->caller), 0);
	assert_true(ppp_lab_run(&lab, both_exited, p, UP_MS));
	assert_int_equal(p->lns.down_msg.pppd_status, 11);
	assert_int_equal(p->caller.down_msg.pppd_status, 19);
	close_pair(p);
}

static bool both_up6(void *arg)
{
	struct pair *p = arg;

	return p->lns.up6_msg.family && p->caller.up6_msg.family;
}

static void test_ipv6_is_told(void **state)
{
	static const uint8_t none[8];
	struct pair *p = pair_new();

	(void)state;
	start_pair(p, "isp-pap");
	assert_true(ppp_lab_run(&lab, both_up6, p, UP_MS));
	assert_memory_not_equal(p->lns.up6_msg.local_ifid, none, 8);
	assert_memory_equal(p->lns.up6_msg.local_ifid,
			    p->caller.up6_msg.remote_ifid, 8);
	assert_memory_equal(p->lns.up6_msg.remote_ifid,
			    p->caller.up6_msg.local_ifid, 8);
	hang_up(p);
}

static void test_no_authentication(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	bring_up(p, "isp-open");
	assert_int_equal(p->lns.auths, 0);
	assert_int_equal(p->caller.secrets, 0);
	assert_int_equal(p->lns.up_msg.local_ipv4, inet_addr("10.64.0.2"));
	assert_int_equal(p->lns.up_msg.mtu, 1400);
	hang_up(p);
}

/* What a RADIUS server says of the interface. */
static void test_reply(void **state)
{
	static const uint8_t ifid[8] = { 2, 0, 0x5e, 0x10, 0, 0, 0, 0x77 };
	struct pair *p = pair_new();

	(void)state;
	open_pair(p, "isp-pap");
	p->lns.give.mtu = 1300; /* not below what IPv6 needs */
	p->lns.give.have_ifid = true;
	memcpy(p->lns.give.ifid, ifid, sizeof(ifid));
	assert_int_equal(ppp_end_start(&p->lns), 0);
	assert_int_equal(ppp_end_start(&p->caller), 0);
	assert_true(ppp_lab_run(&lab, both_up6, p, UP_MS));
	assert_int_equal(p->lns.up6_msg.mtu, 1300);
	assert_int_equal(p->caller.up6_msg.mtu, 1460);
	assert_memory_equal(p->lns.up6_msg.remote_ifid, ifid, 8);
	assert_memory_equal(p->caller.up6_msg.local_ifid, ifid, 8);
	hang_up(p);
	/* a larger one than the peer can receive */
	p = pair_new();
	open_pair(p, "isp");
	p->lns.give.mtu = 1490;
	assert_int_equal(ppp_end_start(&p->lns), 0);
	assert_int_equal(ppp_end_start(&p->caller), 0);
	assert_true(ppp_lab_run(&lab, both_up, p, UP_MS));
	assert_int_equal(p->lns.up_msg.mtu, 1460);
	hang_up(p);
}

#define PACKETS 5
#define PACKET	1000

static void send_packets(const char *ifname)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex(ifname),
	};
	uint8_t packet[PACKET] = { 0x45, 0, PACKET >> 8, PACKET & 255 };
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	for (int i = 0; i < PACKETS; i++)
		assert_int_equal(sendto(fd, packet, sizeof(packet), 0,
					(struct sockaddr *)&to, sizeof(to)),
				 PACKET);
	close(fd);
}

/*
 * A call's last words have the counters of its interface; of one that never was
 * up there are none.
 */
static void test_counters(void **state)
{
	struct pair *p = pair_new();
	const struct ppp_counters *sent, *got;

	(void)state;
	bring_up(p, "isp");
	send_packets(p->lns.up_msg.ifname);
	hang_up(p);
	assert_true(p->lns.down_msg.have_counters &&
		    p->caller.down_msg.have_counters);
	sent = &p->lns.down_msg.counters;
	got = &p->caller.down_msg.counters;
	assert_in_range(sent->tx_bytes, PACKETS * PACKET,
			PACKETS * PACKET + 999);
	assert_in_range(sent->tx_packets, PACKETS, PACKETS + 20);
	assert_in_range(sent->rx_bytes, 1, 999);
	/* all of it came, and the frames of IPCP are small */
	assert_in_range(got->rx_bytes, PACKETS * PACKET,
			PACKETS * PACKET + 999);
	assert_in_range(got->rx_packets, PACKETS, PACKETS + 20);
	assert_in_range(got->tx_bytes, 1, 999);
	p = pair_new();
	open_pair(p, "isp");
	p->lns.refuse = true;
	assert_int_equal(ppp_end_start(&p->lns), 0);
	assert_int_equal(ppp_end_start(&p->caller), 0);
	assert_true(ppp_lab_run(&lab, both_exited, p, UP_MS));
	assert_true(p->lns.has_down);
	assert_false(p->lns.down_msg.have_counters);
	close_pair(p);
}

struct mppe_case {
	const char *lns, *caller; /* profiles */
	uint8_t policy, types;	  /* of the server */
	bool no_keys;
	uint8_t bits;	    /* 0: no encryption */
	const char *reason; /* NULL: the call comes up */
};

static void run_mppe(const struct mppe_case *m)
{
	struct pair *p = pair_new();

	open_pair(p, m->lns);
	p->caller.profile = m->caller;
	p->lns.give.mppe_policy = m->policy;
	p->lns.give.mppe_types = m->types;
	p->lns.give.no_keys = m->no_keys;
	assert_int_equal(ppp_end_start(&p->lns), 0);
	assert_int_equal(ppp_end_start(&p->caller), 0);
	if (m->reason) {
		assert_true(ppp_lab_run(&lab, exited, &p->lns, UP_MS));
		assert_false(p->lns.up || p->caller.up);
		assert_string_equal(p->lns.down_msg.reason, m->reason);
		ppp_end_stop(&p->caller, 16, "the test is over");
		assert_true(ppp_lab_run(&lab, exited, &p->caller, END_MS));
		close_pair(p);
		return;
	}
	assert_true(ppp_lab_run(&lab, both_up, p, UP_MS));
	assert_true(p->lns.up && p->caller.up);
	assert_int_equal(p->lns.mppes, m->bits ? 1 : 0);
	assert_int_equal(p->lns.mppe_msg.bits, m->bits);
	assert_int_equal(p->caller.mppe_msg.bits, m->bits);
	/*
	 * encrypted packets are longer, and the interface's MTU
	 * leaves room for that
	 */
	assert_int_equal(p->lns.up_msg.mtu, m->bits ? 1456 : 1460);
	hang_up(p);
	/* Its end is not that it goes on in clear. */
	assert_int_equal(p->lns.mppes, m->bits ? 1 : 0);
	assert_int_equal(p->lns.mppe_msg.bits, m->bits);
}

/*
 * Policy 1 is allowed, 2 required; types 2 are 40 bits, 4 are 128 (RFC 2548).
 */
static void test_mppe_verdict(void **state)
{
	static const struct mppe_case cases[] = {
		{ "isp-ms", "mppe", 0, 0, false, 0, NULL },
		/* allowed is not wanted */
		{ "isp-ms", "mppe", 1, 6, false, 0, NULL },
		{ "isp-ms", "mppe", 2, 6, false, 128, NULL },
		{ "isp-ms", "mppe", 2, 2, false, 40, NULL },
		{ "isp-128", "mppe", 1, 6, false, 128, NULL },
		{ "isp-ms", "dialout", 2, 6, false, 0,
		  "MPPE is required and the peer would not encrypt: it has no CCP" },
		{ "isp-ms", "mppe", 2, 6, true, 0,
		  "MPPE is required but there are no keys for "
		  "it; the reply of the RADIUS server had none" },
		{ "isp-128", "mppe", 0, 2, false, 0,
		  "MPPE is required but cannot be had; no "
		  "key length is left that both the profile"
		  " and the RADIUS server allow" },
		{ "isp", "mppe", 2, 0, false, 0,
		  "MPPE is required but there are no keys "
		  "for it; they come from MS-CHAPv2 only,"
		  " and that was not how the caller authenticated itself" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_mppe(&cases[i]);
}

/*
 * The call's pppd finds no script to run, and nobody else's /etc/ppp changed.
 */
static void test_no_scripts(void **state)
{
	struct pair *p = pair_new();
	char path[64];

	(void)state;
	bring_up(p, "isp");
	assert_int_equal(access("/etc/ppp/options", F_OK), 0);
	snprintf(path, sizeof(path), "/proc/%d/root/etc/ppp",
		 (int)p->lns.hello_msg.pid);
	assert_int_equal(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "/proc/%d/root/etc/ppp/options",
		 (int)p->lns.hello_msg.pid);
	assert_int_equal(access(path, F_OK), -1);
	/* the caller's are the system's */
	snprintf(path, sizeof(path), "/proc/%d/root/etc/ppp/options",
		 (int)p->caller.hello_msg.pid);
	assert_int_equal(access(path, F_OK), 0);
	hang_up(p);
	p = pair_new();
	bring_up(p, "loud");
	snprintf(path, sizeof(path), "/proc/%d/root/etc/ppp/options",
		 (int)p->lns.hello_msg.pid);
	assert_int_equal(access(path, F_OK), 0);
	hang_up(p);
}

static void test_call_params(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	open_pair(p, "isp");
	snprintf(p->lns.params.ifname, sizeof(p->lns.params.ifname), "sub7");
	p->lns.params.mtu = 1300;
	p->lns.params.mru = 1300;
	p->lns.give_remote = inet_addr("10.99.0.7");
	p->lns.params.local_ipv4 = inet_addr("10.99.0.1");
	assert_int_equal(ppp_end_start(&p->lns), 0);
	assert_int_equal(ppp_end_start(&p->caller), 0);
	assert_true(ppp_lab_run(&lab, both_up, p, UP_MS));
	assert_string_equal(p->lns.up_msg.ifname, "sub7");
	assert_int_equal(p->lns.up_msg.mtu, 1300);
	assert_int_equal(p->lns.up_msg.local_ipv4, inet_addr("10.99.0.1"));
	assert_int_equal(p->lns.up_msg.remote_ipv4, inet_addr("10.99.0.7"));
	assert_int_equal(p->caller.up_msg.mtu, 1300);
	hang_up(p);
}

static void test_refused(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	open_pair(p, "isp");
	p->lns.refuse = true;
	assert_int_equal(ppp_end_start(&p->lns), 0);
	assert_int_equal(ppp_end_start(&p->caller), 0);
	assert_true(ppp_lab_run(&lab, both_exited, p, UP_MS));
	assert_false(p->lns.up || p->caller.up);
	assert_int_equal(p->lns.down_msg.pppd_status, 11);
	assert_string_equal(p->lns.down_msg.reason,
			    "the peer failed to authenticate itself");
	assert_int_equal(WEXITSTATUS(p->lns.status), 11);
	assert_int_equal(p->caller.down_msg.pppd_status, 19);
	assert_string_equal(p->caller.down_msg.reason,
			    "the peer refused our authentication: go away");
	close_pair(p);
}

static bool asked(void *arg)
{
	return ((struct ppp_end *)arg)->auths > 0;
}

/* The engine dies while pppd waits for its answer. */
static void test_engine_goes_while_asked(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	open_pair(p, "isp");
	p->lns.mute = true;
	assert_int_equal(ppp_end_start(&p->lns), 0);
	assert_int_equal(ppp_end_start(&p->caller), 0);
	assert_true(ppp_lab_run(&lab, asked, &p->lns, UP_MS));
	channel_close(&p->lns.channel);
	assert_true(ppp_lab_run(&lab, exited, &p->lns, END_MS));
	channel_close(&p->caller.channel);
	assert_true(ppp_lab_run(&lab, exited, &p->caller, END_MS));
	close_pair(p);
}

/*
 * Neither a question that is never answered nor a STOP during it holds pppd up.
 */
static void test_stop_while_asked(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	open_pair(p, "isp");
	p->lns.mute = true;
	assert_int_equal(ppp_end_start(&p->lns), 0);
	assert_int_equal(ppp_end_start(&p->caller), 0);
	assert_true(ppp_lab_run(&lab, asked, &p->lns, UP_MS));
	ppp_end_stop(&p->lns, 16, "the tunnel is gone");
	assert_true(ppp_lab_run(&lab, exited, &p->lns, END_MS));
	assert_string_equal(p->lns.down_msg.reason, "the tunnel is gone");
	channel_close(&p->caller.channel);
	assert_true(ppp_lab_run(&lab, exited, &p->caller, END_MS));
	close_pair(p);
}

/*
 * A closed channel ends the call at once, though the peer says
 * nothing any more.
 */
static void test_channel_closes(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	bring_up(p, "isp");
	kill(p->caller.hello_msg.pid, SIGSTOP);
	channel_close(&p->lns.channel);
	assert_true(ppp_lab_run(&lab, exited, &p->lns, END_MS));
	assert_true(WIFEXITED(p->lns.status));
	kill(p->caller.hello_msg.pid, SIGCONT);
	ppp_end_stop(&p->caller, 16, "CDN");
	expect_gone(p);
}

/* The engine waited for the peer as well, and then does not any more. */
static void test_stop_becomes_urgent(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	bring_up(p, "isp");
	kill(p->caller.hello_msg.pid, SIGSTOP);
	ppp_end_stop(&p->lns, 0, "deleted by the administrator");
	assert_true(ppp_lab_run(&lab, net_is_down, &p->lns, END_MS));
	assert_false(p->lns.exited);
	ppp_end_stop(&p->lns, 16, "the peer is silent");
	assert_true(ppp_lab_run(&lab, exited, &p->lns, END_MS));
	assert_string_equal(p->lns.down_msg.reason, "the peer is silent");
	kill(p->caller.hello_msg.pid, SIGCONT);
	ppp_end_stop(&p->caller, 16, "CDN");
	expect_gone(p);
}

static void test_killed(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	bring_up(p, "isp");
	kill(p->lns.hello_msg.pid, SIGKILL);
	assert_true(ppp_lab_run(&lab, exited, &p->lns, END_MS));
	assert_true(WIFSIGNALED(p->lns.status));
	assert_int_equal(WTERMSIG(p->lns.status), SIGKILL);
	assert_false(p->lns.has_down);
	ppp_end_stop(&p->caller, 16, "CDN");
	expect_gone(p);
}

static void test_runner_stop(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	bring_up(p, "isp");
	ppp_runner_stop(lab.runner, p->caller.params.link);
	assert_true(ppp_lab_run(&lab, exited, &p->caller, END_MS));
	ppp_end_stop(&p->lns, 16, "CDN");
	expect_gone(p);
	assert_int_equal(WEXITSTATUS(p->caller.status), 5);
	assert_string_equal(p->caller.down_msg.reason, "pppd was told to stop");
}

/* pppd that does not even take a signal is killed, 10 s later. */
static void test_runner_kills(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	bring_up(p, "isp");
	kill(p->lns.hello_msg.pid, SIGSTOP);
	ppp_runner_stop(lab.runner, p->lns.params.link);
	ppp_end_stop(&p->caller, 16, "CDN");
	expect_gone(p);
	assert_true(WIFSIGNALED(p->lns.status));
	assert_int_equal(WTERMSIG(p->lns.status), SIGKILL);
}

/* A call that is stopped before it has a pppd. */
static void test_stop_at_once(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	start_pair(p, "isp");
	ppp_runner_stop(lab.runner, p->lns.params.link);
	ppp_runner_stop(lab.runner, p->caller.params.link);
	assert_true(ppp_lab_run(&lab, both_exited, p, END_MS));
	close_pair(p);
}

/*
 * The caller's first frame comes before the LNS has a pppd. It is answered
 * when there is one, not at the frame's retransmission.
 */
static void test_early_frame(void **state)
{
	struct pair *p = pair_new();
	struct dp_stats stats = { 0 };
	const struct dp_session *s;

	(void)state;
	open_pair(p, "isp-open");
	p->caller.profile = "patient";
	assert_int_equal(ppp_end_start(&p->caller), 0);
	/*
	 * Not by polling the socket: it is PPP's already where the kernel would
	 * drop the frame.
	 */
	s = &p->lns.session;
	while (stats.rx_packets == 0) {
		assert_false(ppp_lab_run(&lab, asked, &p->lns, 10) ||
			     p->caller.exited);
		assert_int_equal(lab.lab.dp->ops->session_stats(lab.lab.dp,
								s->tunnel_id,
								s->session_id,
								&stats),
				 0);
	}
	assert_int_equal(ppp_end_start(&p->lns), 0);
	assert_true(ppp_lab_run(&lab, both_up, p, UP_MS));
	assert_true(p->lns.up && p->caller.up);
	assert_true(p->lns.up_ms - p->lns.started_ms < END_MS);
	hang_up(p);
}

#define MANY 20

static bool many_up(void *arg)
{
	struct pair *p = arg;

	for (int i = 0; i < MANY; i++)
		if (!both_up(&p[i]))
			return false;
	return true;
}

static bool many_exited(void *arg)
{
	struct pair *p = arg;

	for (int i = 0; i < MANY; i++)
		if (!both_exited(&p[i]))
			return false;
	return true;
}

/*
 * What is on the wire: the magic number of each pppd's first Configure-Request,
 * by the session that it goes to.
 */
struct magics {
	int fd;
	unsigned int n;
	struct {
		uint32_t ids, magic;
	} v[2 * MANY];
};

static void listen_on_loopback(struct magics *m)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
	};
	int space = 1 << 20;

	m->n = 0;
	m->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
	ll.sll_ifindex = (int)if_nametoindex("lo");
	assert_true(m->fd >= 0);
	assert_int_equal(setsockopt(m->fd, SOL_SOCKET, SO_RCVBUFFORCE, &space,
				    sizeof(space)),
			 0);
	assert_int_equal(bind(m->fd, (struct sockaddr *)&ll, sizeof(ll)), 0);
}

static void take_frame(struct magics *m, const uint8_t *p, size_t len)
{
	uint32_t ids;

	/*
	 * IP 20, UDP 8, L2TP flags 2 and ids 4, ff 03, c0 21, Configure-Request
	 */
	if (len < 46 || p[9] != IPPROTO_UDP || (p[28] & 0x80) ||
	    p[34] != 0xff || p[36] != 0xc0 || p[37] != 0x21 || p[38] != 1)
		return;
	memcpy(&ids, p + 30, sizeof(ids));
	for (unsigned int i = 0; i < m->n; i++)
		if (m->v[i].ids == ids)
			return;
	for (p += 42, len -= 42; len >= 6 && p[1] >= 2 && p[1] <= len;
	     len -= p[1], p += p[1]) {
		if (p[0] != 5 || p[1] != 6)
			continue;
		assert_true(m->n < 2 * MANY);
		m->v[m->n].ids = ids;
		memcpy(&m->v[m->n++].magic, p + 2, 4);
		return;
	}
}

static void read_loopback(struct magics *m)
{
	uint8_t frame[2048];
	ssize_t n;

	while ((n = recv(m->fd, frame, sizeof(frame), MSG_DONTWAIT)) > 0)
		take_frame(m, frame, (size_t)n);
	close(m->fd);
}

/* Every child of a template draws random numbers of its own. */
static void test_many_at_once(void **state)
{
	static struct pair p[MANY];
	static struct magics magics;

	(void)state;
	listen_on_loopback(&magics);
	for (int i = 0; i < MANY; i++)
		start_pair(&p[i], "isp");
	assert_true(ppp_lab_run(&lab, many_up, p, 60000));
	for (int i = 0; i < MANY; i++) {
		const struct ppp_call_auth *a = &p[i].lns.auth_msg;

		assert_true(p[i].lns.up && p[i].caller.up);
		assert_int_equal(p[i].caller.up_msg.local_ipv4,
				 p[i].lns.params.remote_ipv4);
		for (int k = 0; k < i; k++) {
			const struct ppp_call_auth *b = &p[k].lns.auth_msg;

			assert_false(a->challenge_len == b->challenge_len &&
				     !memcmp(a->challenge, b->challenge,
					     a->challenge_len));
		}
	}
	read_loopback(&magics);
	assert_int_equal(magics.n, 2 * MANY);
	for (unsigned int i = 0; i < magics.n; i++)
		for (unsigned int k = 0; k < i; k++)
			assert_int_not_equal(magics.v[i].magic,
					     magics.v[k].magic);
	for (int i = 0; i < MANY; i++)
		ppp_end_stop(&p[i].lns, 0, "done");
	assert_true(ppp_lab_run(&lab, many_exited, p, 60000));
	for (int i = 0; i < MANY; i++)
		close_pair(&p[i]);
}

static pid_t parent_of(pid_t pid)
{
	char path[64], state;
	int ppid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fscanf(f, "%*d (%*[^)]) %c %d", &state, &ppid) != 2)
		ppid = 0;
	fclose(f);
	return ppid;
}

static bool adopted(void *arg)
{
	return parent_of(((struct ppp_end *)arg)->hello_msg.pid) == getpid();
}

/* Calls outlive their template; the next call has a new one. */
static void test_template_dies(void **state)
{
	struct pair *p = pair_new();
	struct pair *q = pair_new();
	pid_t template;

	(void)state;
	bring_up(p, "isp");
	template = parent_of(p->lns.hello_msg.pid);
	assert_true(template > 1 && template != getpid());
	kill(template, SIGKILL);
	assert_true(ppp_lab_run(&lab, adopted, &p->lns, END_MS));
	bring_up(q, "isp");
	assert_true(parent_of(q->lns.hello_msg.pid) != template);
	assert_false(p->lns.exited || p->caller.exited);
	hang_up(p);
	assert_int_equal(WEXITSTATUS(p->lns.status), 5);
	hang_up(q);
}

static void test_reload(void **state)
{
	struct pair *p = pair_new();
	struct pair *q = pair_new();
	pid_t old;

	(void)state;
	bring_up(p, "isp");
	old = parent_of(p->lns.hello_msg.pid);
	ppp_runner_reload(lab.runner, lab.config);
	bring_up(q, "isp");
	assert_int_equal(parent_of(p->lns.hello_msg.pid), old);
	assert_int_not_equal(parent_of(q->lns.hello_msg.pid), old);
	hang_up(p);
	assert_int_equal(WEXITSTATUS(p->lns.status), 5);
	hang_up(q);
	assert_int_equal(kill(old, 0), -1);
}

static void test_refused_options(void **state)
{
	struct ppp_end e;

	(void)state;
	ppp_end_open(&e, &lab, 1, ++next_session, "broken");
	assert_int_equal(ppp_end_start(&e), 0);
	assert_true(ppp_lab_run(&lab, exited, &e, UP_MS));
	assert_int_equal(e.exit_pid, 0);
	assert_false(e.hello);
	channel_close(&e.channel);
	assert_int_equal(ppp_end_start(&e), -ENOEXEC);
	ppp_end_close(&e);
	ppp_end_open(&e, &lab, 1, ++next_session, "nobody");
	assert_int_equal(ppp_end_start(&e), -ENOENT);
	ppp_end_close(&e);
}

/*
 * The monitor ends with calls up: no process, no interface, no session is left.
 */
static void test_runner_free(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	bring_up(p, "isp");
	kill(p->lns.hello_msg.pid, SIGSTOP); /* one that resists */
	ppp_lab_close(&lab);
	assert_true(ppp_lab_no_children());
	assert_int_equal(kill(p->lns.hello_msg.pid, 0), -1);
	assert_int_equal(kill(p->caller.hello_msg.pid, 0), -1);
	assert_false(ppp_lab_interface_exists(p->lns.up_msg.ifname));
	assert_false(ppp_lab_interface_exists(p->caller.up_msg.ifname));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call_comes_up),
		cmocka_unit_test(test_pap_and_ipv6),
		cmocka_unit_test(test_mschapv2),
		cmocka_unit_test(test_ipv6_is_told),
		cmocka_unit_test(test_no_authentication),
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_mppe_verdict),
		cmocka_unit_test(test_no_scripts),
		cmocka_unit_test(test_call_params),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_engine_goes_while_asked),
		cmocka_unit_test(test_stop_while_asked),
		cmocka_unit_test(test_channel_closes),
		cmocka_unit_test(test_stop_becomes_urgent),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_runner_stop),
		cmocka_unit_test(test_runner_kills),
		cmocka_unit_test(test_stop_at_once),
		cmocka_unit_test(test_early_frame),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_template_dies),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_refused_options),
		cmocka_unit_test(test_runner_free),
	};

	ppp_lab_open(&lab, argv[0], config_text);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
