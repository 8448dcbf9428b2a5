/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ethernet pseudowires in the monitor: what an interface is given and what is
 * left when something of it is refused, frames with and without a VLAN's tag,
 * what the kernel's own MTU is, and how changes of a circuit's two ends are
 * told.
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
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane_lab.h"
#include "lib/log.h"
#include "monitor/pw_watch.h"
#include "monitor_lab.h"
#include "netlink/link.h"

#define WAIT_MS 10000

static struct monitor_lab lab;
static struct rtnl rtnl;

/*
 * Two ends in one host: the section that it is at each of them
 * has these sessions.
 */
static struct config_pw sessions[2];
static struct config_lcce lcce[2] = {
	{ .name = "east", .sessions = &sessions[0], .sessions_n = 1 },
	{ .name = "west", .sessions = &sessions[1], .sessions_n = 1 },
};
static struct config config = {
	.lcce = lcce,
	.lcce_n = 2,
	.max_sessions = 100,
};

static const uint32_t tunnel_id[2] = { 0x80000001, 0x80000002 };
static const uint32_t session_id[2] = { 0x90000001, 0x90000002 };

static void shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void shell(const char *fmt, ...)
{
	char command[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (system(command))
		errx(1, "%s", command);
}

/* ---- a pseudowire ---- */

static void add_tunnel(int end, enum dp_encap encap, const char *local,
		       const char *peer)
{
	struct monitor_socket s = {
		.tunnel_id = tunnel_id[end],
		.version = 3,
		.encap = encap,
	};
	struct monitor_tunnel t = {
		.version = 3,
		.encap = encap,
		.tunnel_id = tunnel_id[end],
		.peer_tunnel_id = tunnel_id[1 - end],
	};

	assert_int_equal(addr_parse(&s.local, local), 0);
	assert_int_equal(addr_parse(&s.peer, peer), 0);
	if (encap == DP_ENCAP_UDP)
		s.local.port = s.peer.port = 1701;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET, &s), 0);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_TUNNEL_ADD, &t), 0);
}

/* What the engine calls a session of that end. */
static uint64_t engine_link(int end, uint32_t id)
{
	return (uint64_t)(end + 1) << 32 | id;
}

static struct monitor_session session_of(int end)
{
	struct monitor_session
		r = { .link = engine_link(end, session_id[end]),
		      .session = {
			      .tunnel_id = tunnel_id[end],
			      .session_id = session_id[end],
			      .peer_session_id = session_id[1 - end],
			      .pseudowire = sessions[end].type ==
							    CONFIG_PW_VLAN ?
						    DP_PW_ETH_VLAN :
						    DP_PW_ETH,
			      .cookie_len = 8,
			      .peer_cookie_len = 8,
			      .no_l2_sublayer = true,
		      }, };

	if (sessions[end].ifname)
		strcpy(r.session.ifname, sessions[end].ifname);
	return r;
}

static void add_session(int end)
{
	struct monitor_session r = session_of(end);

	monitor_lab_configure(&lab);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &r), 0);
}

static int ask_pw(int end)
{
	struct monitor_pw r = { .link = engine_link(end, session_id[end]) };

	strcpy(r.lcce, lcce[end].name);
	strcpy(r.session, sessions[end].name);
	return MONITOR_LAB_ASK(&lab, MONITOR_PW, &r);
}

static const struct monitor_pw_reply *reply(void)
{
	const struct monitor_pw_reply *r =
		ipc_body(&lab.answer, struct monitor_pw_reply);

	assert_non_null(r);
	return r;
}

static void set_peer(int end, bool up)
{
	struct monitor_circuit r = { engine_link(end, session_id[end]), up };

	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW_PEER, &r), 0);
}

static void delete_session(int end)
{
	struct monitor_link link = { engine_link(end, session_id[end]) };

	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_DEL, &link), 0);
}

/* One end that is made, with the peer's end up. */
static void one_end(int end)
{
	add_session(end);
	assert_int_equal(ask_pw(end), 0);
	set_peer(end, true);
}

static void both_tunnels(void)
{
	add_tunnel(0, DP_ENCAP_UDP, "127.0.0.1", "127.0.0.2");
	add_tunnel(1, DP_ENCAP_UDP, "127.0.0.2", "127.0.0.1");
}

static struct link link_of(const char *name)
{
	struct link l;

	if (link_get(&rtnl, name, &l))
		fail_msg("%s is not there", name);
	return l;
}

static void wait_gone(const char *name)
{
	double end = lab_now_ms() + WAIT_MS;
	struct link l;

	while (link_get(&rtnl, name, &l) != -ENODEV)
		assert_true(lab_now_ms() < end);
}

static bool expect_circuit(int end, bool up)
{
	const struct monitor_circuit *c;

	if (!monitor_lab_event(&lab, MONITOR_CIRCUIT))
		return false;
	c = ipc_body(&lab.answer, struct monitor_circuit);
	return c && c->link == engine_link(end, session_id[end]) && c->up == up;
}

/* ---- frames ---- */

static int packet_socket(const char *ifname)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = link_of(ifname).index,
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)),
	    on = 1;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on,
				    sizeof(on)),
			 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void send_frame(const char *ifname, size_t len, uint8_t mark)
{
	uint8_t frame[9000] = { 2, 0, 0, 0, 0,	  1,	2,   0,
				0, 0, 0, 2, 0x88, 0xb5, mark };
	int fd = packet_socket(ifname);

	assert_int_equal(send(fd, frame, len, 0), len);
	close(fd);
}

/*
 * Waits for the frame of that mark: the VLAN in its tag, which the kernel takes
 * off; 0: none; -1: no frame.
 */
static int receive_frame(int fd, uint8_t mark)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	_Alignas(struct cmsghdr) uint8_t space[256];
	uint8_t got[9000];
	struct iovec iov = { got, sizeof(got) };

	while (poll(&p, 1, WAIT_MS) == 1) {
		struct msghdr h = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = space,
			.msg_controllen = sizeof(space),
		};
		struct tpacket_auxdata aux = { 0 };
		ssize_t n = recvmsg(fd, &h, 0);
		struct cmsghdr *c = CMSG_FIRSTHDR(&h);

		if (c && c->cmsg_type == PACKET_AUXDATA)
			memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (n >= 15 && got[12] == 0x88 && got[13] == 0xb5 &&
		    got[14] == mark)
			return aux.tp_status & TP_STATUS_VLAN_VALID ?
				       aux.tp_vlan_tci & 0xfff :
				       0;
		/*
		 * Sent by hand on the lower interface, the tag is in the frame.
		 */
		if (n >= 19 && got[12] == 0x81 && got[16] == 0x88 &&
		    got[17] == 0xb5 && got[18] == mark)
			return (got[14] << 8 | got[15]) & 0xfff;
	}
	return -1;
}

/* ---- what is given ---- */

static void test_given(void **state)
{
	struct monitor_link link = { engine_link(0, session_id[0]) };
	const struct monitor_pw_show *show;
	struct link l;

	(void)state;
	both_tunnels();
	sessions[0].ifname = (char *)(uintptr_t) "east0";
	sessions[0].mtu = 1400;
	sessions[0].has_mac = true;
	memcpy(sessions[0].mac, "\x02\x11\x22\x33\x44\x55", 6);
	add_session(0);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW_SHOW, &link),
			 -ENOENT);
	assert_int_equal(ask_pw(0), 0);
	assert_string_equal(reply()->ifname, "east0");
	assert_true(reply()->circuit_up);
	l = link_of("east0");
	assert_int_equal(l.mtu, 1400);
	assert_memory_equal(l.mac, sessions[0].mac, 6);
	assert_true(l.up && l.carrier);
	/* Dormant until the peer's end is up. */
	assert_false(l.running);
	set_peer(0, true);
	assert_true(link_of("east0").running);
	set_peer(0, false);
	l = link_of("east0");
	assert_true(l.up && !l.running);
	/* The operator's hand moves the one state, the peer the other. */
	shell("ip link set east0 down");
	assert_true(expect_circuit(0, false));
	set_peer(0, true);
	assert_false(link_of("east0").up);
	shell("ip link set east0 up");
	assert_true(expect_circuit(0, true));
	assert_true(link_of("east0").running);
	set_peer(0, false);
	shell("ip link set east0 down && ip link set east0 up");
	l = link_of("east0");
	assert_true(l.up && !l.running);
	set_peer(0, true);

	/* The other end has the kernel's name and address. */
	one_end(1);
	send_frame("east0", 100, 1);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW_SHOW, &link), 0);
	show = ipc_body(&lab.answer, struct monitor_pw_show);
	assert_non_null(show);
	assert_string_equal(show->ifname, "east0");
	assert_string_equal(show->master, "");
	assert_memory_equal(show->mac, sessions[0].mac, 6);
	assert_int_equal(show->mtu, 1400);
	assert_int_equal(show->ifindex, l.index);
	assert_true(show->admin_up && show->oper_up);
	assert_true(show->tx_packets >= 1 && show->tx_bytes >= 100);
	link = (struct monitor_link){ engine_link(1, session_id[1]) };
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW_SHOW, &link), 0);
	show = ipc_body(&lab.answer, struct monitor_pw_show);
	assert_string_equal(show->ifname, "l2tpeth0");
	assert_true(show->rx_packets >= 1 && show->rx_bytes >= 100);

	for (int i = 0; i < 2; i++)
		delete_session(i);
	wait_gone("east0");
	wait_gone("l2tpeth0");
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW_SHOW, &link),
			 -ENOENT);
}

/* What the engine asks has to be what was configured and installed, once. */
static void test_checked(void **state)
{
	struct monitor_pw r = {
		.link = engine_link(0, session_id[0]),
		.lcce = "east",
		.session = "lan",
	};
	struct monitor_circuit circuit = { engine_link(0, session_id[0]),
					   true };
	struct monitor_session s;

	(void)state;
	both_tunnels();
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW, &r), -ENOENT);
	add_session(0);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW_PEER, &circuit),
			 -ENOENT);
	strcpy(r.lcce, "north");
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW, &r), -EINVAL);
	strcpy(r.lcce, "east");
	strcpy(r.session, "wan");
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW, &r), -EINVAL);
	memset(r.session, 'x', sizeof(r.session));
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW, &r), -EINVAL);
	/* Not as it was installed: another pseudowire, another name. */
	sessions[0].type = CONFIG_PW_VLAN;
	sessions[0].vlan = 5;
	assert_int_equal(ask_pw(0), -EINVAL);
	sessions[0].type = CONFIG_PW_ETHERNET;
	sessions[0].ifname = (char *)(uintptr_t) "other0";
	assert_int_equal(ask_pw(0), -EINVAL);
	sessions[0].ifname = NULL;
	assert_int_equal(ask_pw(0), 0);
	assert_int_equal(ask_pw(0), -EEXIST);
	/* PPP has no such interface. */
	s = session_of(1);
	s.session.pseudowire = DP_PW_PPP;
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &s), 0);
	assert_int_equal(ask_pw(1), -EINVAL);
}

/*
 * By command: found as what is configured is; deleted, its interface keeps what
 * it was given.
 */
static void test_added(void **state)
{
	struct monitor_pw_add add = {
		.lcce = "north",
		.session = "lan",
		.mtu = 1300,
		.ifname = "north0",
		.circuit = "eth0",
	};
	struct monitor_pw_name name = { .lcce = "north", .session = "lan" };
	struct monitor_pw r = {
		.link = engine_link(0, session_id[0]),
		.lcce = "north",
		.session = "lan",
	};
	struct monitor_session s;

	(void)state;
	both_tunnels();
	s = session_of(0);
	strcpy(s.session.ifname, "north0");
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &s),
			 -EINVAL);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW_ADD, &add), 0);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &s), 0);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW, &r), 0);
	assert_string_equal(reply()->ifname, "north0");
	assert_int_equal(link_of("north0").mtu, 1300);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW_DEL, &name), 0);
	/* Its circuit is watched on; another session does not find it. */
	shell("ip link add eth0 type veth peer name far0");
	shell("ip link set eth0 up && ip link set far0 up");
	assert_true(expect_circuit(0, true));
	delete_session(0);
	wait_gone("north0");
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &s),
			 -EINVAL);
	/* The engine's end is the end of those that were added. */
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW_ADD, &add), 0);
	monitor_lab_clear(&lab);
	both_tunnels();
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &s),
			 -EINVAL);
}

/* ---- bridge and VRF ---- */

static void assert_untouched(const char *name, const struct link *before)
{
	struct link now = link_of(name);

	assert_int_equal(now.index, before->index);
	assert_int_equal(now.mtu, before->mtu);
	assert_int_equal(now.master, 0);
	assert_memory_equal(now.mac, before->mac, 6);
	assert_false(now.up);
}

static void test_master(void **state)
{
	struct monitor_link link = { engine_link(0, session_id[0]) };
	struct link before;

	(void)state;
	both_tunnels();
	sessions[0].bridge = (char *)(uintptr_t) "br0";
	sessions[0].mtu = 1300;
	sessions[0].has_mac = true;
	memcpy(sessions[0].mac, "\x02\x11\x22\x33\x44\x55", 6);
	add_session(0);
	before = link_of("l2tpeth0");
	/* It is not there; it is something else: and nothing has changed. */
	assert_int_equal(ask_pw(0), -ENODEV);
	assert_untouched("l2tpeth0", &before);
	shell("ip link add br0 type dummy");
	assert_int_equal(ask_pw(0), -ENOTSUP);
	assert_untouched("l2tpeth0", &before);
	/* An address that no interface has. */
	shell("ip link del br0 && ip link add br0 type bridge && ip link set "
	      "br0 up");
	sessions[0].mac[0] = 3;
	assert_int_equal(ask_pw(0), -EADDRNOTAVAIL);
	assert_untouched("l2tpeth0", &before);
	sessions[0].mac[0] = 2;
	/*
	 * Up before us, by somebody's hand: its address changes all the same.
	 */
	shell("ip link set l2tpeth0 up");
	assert_int_equal(ask_pw(0), 0);
	assert_memory_equal(link_of("l2tpeth0").mac, sessions[0].mac, 6);
	assert_int_equal(link_of("l2tpeth0").master, link_of("br0").index);
	assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW_SHOW, &link), 0);
	assert_string_equal(
		ipc_body(&lab.answer, struct monitor_pw_show)->master, "br0");
	/*
	 * The bridge has a way out when the peer's end is up
	 * (br_port_carrier_check).
	 */
	assert_false(link_of("br0").carrier);
	set_peer(0, true);
	assert_true(link_of("br0").carrier);
	set_peer(0, false);
	assert_false(link_of("br0").carrier);
	delete_session(0);
	wait_gone("l2tpeth0");

	sessions[0].bridge = NULL;
	sessions[0].vrf = (char *)(uintptr_t) "blue";
	add_session(0);
	assert_int_equal(ask_pw(0), -ENODEV);
	shell("ip link add blue type vrf table 10");
	assert_int_equal(ask_pw(0), 0);
	assert_int_equal(link_of("l2tpeth0").master, link_of("blue").index);
}

/* ---- VLAN ---- */

/* The kernel moves it with the lower one, a moment later (linkwatch_event). */
static void wait_running(const char *name, bool running)
{
	double end = lab_now_ms() + WAIT_MS;

	while (link_of(name).running != running)
		assert_true(lab_now_ms() < end);
}

static void test_vlan(void **state)
{
	struct link before;
	int wire, end;

	(void)state;
	both_tunnels();
	for (int i = 0; i < 2; i++) {
		sessions[i].type = CONFIG_PW_VLAN;
		sessions[i].vlan = 4094;
		sessions[i].bridge = (char *)(uintptr_t) "br0";
	}
	sessions[0].ifname = (char *)(uintptr_t) "elevenchars";
	sessions[0].mtu = 1500;
	add_session(0);
	before = link_of("elevenchars");
	assert_int_equal(ask_pw(0), -ENAMETOOLONG);
	assert_untouched("elevenchars", &before);
	delete_session(0);
	wait_gone("elevenchars");
	sessions[0].ifname = (char *)(uintptr_t) "ten-chars0";
	add_session(0);
	before = link_of("ten-chars0");
	shell("ip link add ten-chars0.4094 type dummy");
	assert_int_equal(ask_pw(0), -EEXIST);
	assert_untouched("ten-chars0", &before);
	shell("ip link del ten-chars0.4094");
	/* Refused behind the VLAN interface: it goes again. */
	assert_int_equal(ask_pw(0), -ENODEV);
	assert_untouched("ten-chars0", &before);
	wait_gone("ten-chars0.4094");

	shell("ip link add br0 type bridge");
	assert_int_equal(ask_pw(0), 0);
	assert_string_equal(reply()->ifname, "ten-chars0.4094");
	assert_int_equal(link_of("ten-chars0").mtu, 1500);
	assert_int_equal(link_of("ten-chars0.4094").mtu, 1500);
	assert_int_equal(link_of("ten-chars0").master, 0);
	assert_int_equal(link_of("ten-chars0.4094").master,
			 link_of("br0").index);
	assert_string_equal(link_of("ten-chars0.4094").kind, "vlan");
	assert_true(link_of("ten-chars0").up && link_of("ten-chars0.4094").up);
	wait_running("ten-chars0.4094", false);
	sessions[1].bridge = NULL;
	one_end(1);
	assert_string_equal(link_of("l2tpeth0.4094").kind, "vlan");
	assert_int_equal(link_of("l2tpeth0.4094").mtu,
			 link_of("l2tpeth0").mtu - 4);
	set_peer(0, true);
	wait_running("ten-chars0.4094", true);

	/* A tag on the wire, none at the ends. */
	wire = packet_socket("l2tpeth0");
	end = packet_socket("l2tpeth0.4094");
	send_frame("ten-chars0.4094", 100, 7);
	assert_int_equal(receive_frame(wire, 7), 4094);
	assert_int_equal(receive_frame(end, 7), 0);
	close(wire);
	close(end);
	/* Either interface is our end of the circuit. */
	shell("ip link set ten-chars0.4094 down");
	assert_true(expect_circuit(0, false));
	shell("ip link set ten-chars0.4094 up");
	assert_true(expect_circuit(0, true));
	shell("ip link set ten-chars0 down");
	assert_true(expect_circuit(0, false));
	shell("ip link set ten-chars0 up");
	assert_true(expect_circuit(0, true));
	delete_session(0);
	wait_gone("ten-chars0.4094");
	wait_gone("ten-chars0");
	monitor_lab_clear(&lab);
	wait_gone("l2tpeth0.4094");
	wait_gone("l2tpeth0");
}

/* ---- the circuit ---- */

/* Nothing is told of what has happened so far. */
static void assert_quiet(void)
{
	while (monitor_lab_any_event(&lab))
		if (lab.answer.header.type == MONITOR_CIRCUIT)
			fail_msg("a circuit has changed");
}

static void test_circuit(void **state)
{
	(void)state;
	both_tunnels();
	for (int i = 0; i < 2; i++)
		sessions[i].circuit = (char *)(uintptr_t) "eth0";
	/* It is not there, then is, up and with a carrier: for both of them. */
	add_session(0);
	assert_int_equal(ask_pw(0), 0);
	assert_false(reply()->circuit_up);
	shell("ip link add eth0 type veth peer name far0");
	shell("ip link set eth0 up");
	assert_quiet();
	shell("ip link set far0 up");
	assert_true(expect_circuit(0, true));
	add_session(1);
	assert_int_equal(ask_pw(1), 0);
	assert_true(reply()->circuit_up);
	assert_quiet();
	shell("ip link set far0 down");
	assert_true(monitor_lab_event(&lab, MONITOR_CIRCUIT));
	assert_true(monitor_lab_event(&lab, MONITOR_CIRCUIT));
	shell("ip link set far0 up");
	assert_true(monitor_lab_event(&lab, MONITOR_CIRCUIT));
	assert_true(monitor_lab_event(&lab, MONITOR_CIRCUIT));
	delete_session(1);
	wait_gone("l2tpeth1");
	/*
	 * Of the peer's end nothing is told, nor of a bridge that it
	 * joins and leaves.
	 */
	shell("ip link add br0 type bridge");
	shell("ip link set eth0 master br0 && ip link set l2tpeth0 master br0");
	set_peer(0, true);
	set_peer(0, false);
	shell("ip link set eth0 nomaster && ip link set l2tpeth0 nomaster");
	shell("ip link set l2tpeth0 mtu 1200");
	assert_quiet();
	shell("ip link set eth0 down");
	assert_true(expect_circuit(0, false));
	shell("ip link set eth0 up");
	assert_true(expect_circuit(0, true));
	/* It goes; and another comes by its name, or gets it. */
	shell("ip link del eth0");
	assert_true(expect_circuit(0, false));
	shell("ip link add eth0 type dummy && ip link set eth0 up");
	assert_true(expect_circuit(0, true));
	shell("ip link del eth0");
	assert_true(expect_circuit(0, false));
	shell("ip link add eth1 type dummy && ip link set eth1 name eth0 && ip "
	      "link set eth0 up");
	assert_true(expect_circuit(0, true));
	/* The two states are one: no news until both are up. */
	shell("ip link set l2tpeth0 down");
	assert_true(expect_circuit(0, false));
	shell("ip link set eth0 down && ip link set l2tpeth0 up");
	assert_quiet();
	shell("ip link set eth0 up");
	assert_true(expect_circuit(0, true));
	delete_session(0);
	shell("ip link set eth0 down");
	assert_quiet();
}

/* The monitor's socket for news of interfaces. */
static int news_socket(void)
{
	for (int fd = 3; fd < 64; fd++) {
		struct sockaddr_nl nl = { 0 };
		socklen_t len = sizeof(nl);

		if (getsockname(fd, (struct sockaddr *)&nl, &len) == 0 &&
		    nl.nl_family == AF_NETLINK && nl.nl_groups == RTMGRP_LINK)
			return fd;
	}
	fail_msg("nothing listens to news of interfaces");
	return -1;
}

/*
 * More news than the socket holds: what the interfaces are like in the end is
 * told all the same.
 */
static void test_lost_news(void **state)
{
	int least = 1;

	(void)state;
	both_tunnels();
	sessions[0].circuit = (char *)(uintptr_t) "eth0";
	add_session(0);
	assert_int_equal(ask_pw(0), 0);
	assert_false(reply()->circuit_up);
	assert_quiet();
	assert_int_equal(setsockopt(news_socket(), SOL_SOCKET, SO_RCVBUF,
				    &least, sizeof(least)),
			 0);
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 100; i++)
			assert_int_equal(link_set_mtu(&rtnl, "l2tpeth0",
						      1000 + i),
					 0);
		shell("%s", round ? "ip link set l2tpeth0 down" :
				    "ip link add eth0 type dummy && ip link "
				    "set eth0 up");
		assert_true(expect_circuit(0, !round));
	}
}

/* ---- the underlay ---- */

/* A peer at the far end of an ordinary Ethernet. */
static void underlay(void)
{
	shell("ip link add up0 type veth peer name far0 && ip link set up0 mtu "
	      "1500 up && ip link set far0 up");
	shell("ip address add 10.0.0.1/24 dev up0 && ip -6 address add "
	      "2001:db8::1/64 dev up0 nodad");
	shell("ip neighbour add 10.0.0.2 lladdr 02:00:00:00:00:09 dev up0");
	shell("ip -6 neighbour add 2001:db8::2 lladdr 02:00:00:00:00:09 dev "
	      "up0");
}

static void test_own_route(void **state)
{
	struct link before;

	(void)state;
	underlay();
	add_tunnel(0, DP_ENCAP_UDP, "10.0.0.1", "10.0.0.2");
	add_session(0);
	before = link_of("l2tpeth0");
	shell("ip link set l2tpeth0 up && ip route add 10.0.0.2 dev l2tpeth0");
	assert_int_equal(ask_pw(0), -ELOOP);
	assert_int_equal(link_of("l2tpeth0").mtu, before.mtu);
	/* It was set down for a moment, and the route is gone. */
	assert_int_equal(ask_pw(0), 0);
}

/*
 * The outer packets of the longest frame are as long as the path
 * allows, and not two.
 */
static void assert_full(const char *ifname, bool ipv6)
{
	int fd = packet_socket("far0");
	uint32_t mtu = link_of(ifname).mtu;
	uint8_t got[9000];
	ssize_t n;

	send_frame(ifname, mtu + 14, 1);
	do {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		n = recv(fd, got, sizeof(got), 0);
	} while (n < 1000 || got[12] != (ipv6 ? 0x86 : 0x08));
	assert_int_equal(n, 14 + 1500);
	close(fd);
}

/*
 * 0 in the configuration: the kernel's own arithmetic (l2tp_eth_adjust_mtu) is
 * right for each form.
 */
static void test_default_mtu(void **state)
{
	static const uint8_t cookies[] = { 0, 4, 8 };

	(void)state;
	underlay();
	for (unsigned int form = 0; form < 24; form++) {
		bool udp = form & 1, ipv6 = form & 2, sublayer = form & 4;
		uint8_t cookie = cookies[form / 8];
		struct monitor_tunnel_id tunnel = { tunnel_id[0] };
		struct monitor_session s = session_of(0);
		unsigned int over = 14 + 4 + cookie + (sublayer ? 4 : 0) +
				    (ipv6 ? 40 : 20) + (udp ? 8 + 4 : 0);

		add_tunnel(0, udp ? DP_ENCAP_UDP : DP_ENCAP_IP,
			   ipv6 ? "2001:db8::1" : "10.0.0.1",
			   ipv6 ? "2001:db8::2" : "10.0.0.2");
		s.session.cookie_len = cookie;
		s.session.peer_cookie_len = 8 - cookie;
		s.session.no_l2_sublayer = !sublayer;
		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &s),
				 0);
		assert_int_equal(ask_pw(0), 0);
		assert_int_equal(link_of("l2tpeth0").mtu, 1500 - over);
		assert_full("l2tpeth0", ipv6);
		delete_session(0);
		assert_true(lab_wait_count(lab.dp, 1, 0));
		wait_gone("l2tpeth0");
		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_TUNNEL_DEL,
						 &tunnel),
				 0);
		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET_CLOSE,
						 &tunnel),
				 0);
		assert_true(lab_wait_count(lab.dp, 0, 0));
	}
}

/*
 * A larger one is the outer packets' burden: they are fragmented, and
 * no frame is lost.
 */
static void test_large_mtu(void **state)
{
	(void)state;
	underlay();
	sessions[0].mtu = 1500;
	for (unsigned int form = 0; form < 4; form++) {
		bool udp = form & 1, ipv6 = form & 2;
		struct monitor_tunnel_id tunnel = { tunnel_id[0] };
		uint8_t got[9000];
		size_t sum = 0;
		int fd;

		add_tunnel(0, udp ? DP_ENCAP_UDP : DP_ENCAP_IP,
			   ipv6 ? "2001:db8::1" : "10.0.0.1",
			   ipv6 ? "2001:db8::2" : "10.0.0.2");
		add_session(0);
		assert_int_equal(ask_pw(0), 0);
		fd = packet_socket("far0");
		send_frame("l2tpeth0", 1514, 1);
		/*
		 * What the two fragments carry, or more: other
		 * packets are small.
		 */
		while (sum < 1514) {
			struct pollfd p = { .fd = fd, .events = POLLIN };
			ssize_t n;

			assert_int_equal(poll(&p, 1, WAIT_MS), 1);
			n = recv(fd, got, sizeof(got), 0);
			assert_true(n <= 1514);
			/* IPv6's fragment header, IPv4's offset or "more". */
			if (ipv6 ? got[12] == 0x86 && got[20] == 44 :
				   got[12] == 8 && got[13] == 0 &&
					    (got[20] & 0x3f || got[21]))
				sum += (size_t)n - 14 - (ipv6 ? 48 : 20);
		}
		close(fd);
		delete_session(0);
		wait_gone("l2tpeth0");
		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_TUNNEL_DEL,
						 &tunnel),
				 0);
		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SOCKET_CLOSE,
						 &tunnel),
				 0);
		assert_true(lab_wait_count(lab.dp, 0, 0));
	}
}

/* ---- cost ---- */

#define MANY  50
/*
 * Ids of their own: nothing that goes out has one of them (Linux 6.12 takes it
 * by whichever socket it comes).
 */
#define FIRST 1000u

/*
 * us for each of MANY pseudowires of one section: the session and its end; what
 * the interface is given; the peer's end
 */
static void cost(const char *what)
{
	double start, made, given, moved, news;

	start = lab_now_ms();
	for (uint32_t i = 0; i < MANY; i++) {
		struct monitor_session s = session_of(0);

		s.link = engine_link(0, FIRST + i);
		s.session.session_id = FIRST + i;
		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_ADD, &s),
				 0);
	}
	made = lab_now_ms();
	for (uint32_t i = 0; i < MANY; i++) {
		struct monitor_pw r = {
			.link = engine_link(0, FIRST + i),
			.lcce = "east",
			.session = "lan",
		};

		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW, &r), 0);
	}
	given = lab_now_ms();
	for (uint32_t i = 0; i < MANY; i++) {
		struct monitor_circuit r = { engine_link(0, FIRST + i), true };

		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_PW_PEER, &r), 0);
	}
	moved = lab_now_ms();
	assert_quiet();
	news = lab_now_ms();
	for (uint32_t i = 0; i < MANY; i++) {
		struct monitor_link link = { engine_link(0, FIRST + i) };

		assert_int_equal(MONITOR_LAB_ASK(&lab, MONITOR_SESSION_DEL,
						 &link),
				 0);
	}
	print_message("us for each of %d pseudowires, %s: session %.0f, "
		      "interface %.0f, peer's end %.0f, news of it %.0f, end "
		      "%.0f\n",
		      MANY, what, (made - start) * 1000 / MANY,
		      (given - made) * 1000 / MANY,
		      (moved - given) * 1000 / MANY,
		      (news - moved) * 1000 / MANY,
		      (lab_now_ms() - news) * 1000 / MANY);
	assert_true(lab_wait_count(lab.dp, 2, 0));
	for (unsigned int i = 0; i < MANY; i++) {
		char name[IFNAMSIZ];

		snprintf(name, sizeof(name), "l2tpeth%u", i);
		wait_gone(name);
	}
}

static void test_cost(void **state)
{
	(void)state;
	both_tunnels();
	cost("alone");
	shell("ip link add br0 type bridge && ip link set br0 up");
	sessions[0].bridge = (char *)(uintptr_t) "br0";
	cost("in a bridge");
	sessions[0].type = CONFIG_PW_VLAN;
	sessions[0].vlan = 100;
	cost("VLAN, in a bridge");
}

static void test_null(void **state)
{
	(void)state;
	both_tunnels();
	add_session(0);
	lab.pws.null_dataplane = true;
	assert_int_equal(ask_pw(0), -EOPNOTSUPP);
	lab.pws.null_dataplane = false;
}

static int setup(void **state)
{
	(void)state;
	memset(sessions, 0, sizeof(sessions));
	for (int i = 0; i < 2; i++)
		strcpy(sessions[i].name, "lan");
	lab_namespace();
	monitor_lab_open(&lab, &config);
	return rtnl_open(&rtnl);
}

static int teardown(void **state)
{
	struct dataplane *dp = lab.dp;

	(void)state;
	monitor_lab_clear(&lab);
	if (!lab_wait_count(dp, 0, 0))
		return -1;
	rtnl_close(&rtnl);
	monitor_lab_close(&lab);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_given),	TEST(test_checked),
		TEST(test_added),	TEST(test_master),
		TEST(test_vlan),	TEST(test_circuit),
		TEST(test_lost_news),	TEST(test_own_route),
		TEST(test_default_mtu), TEST(test_large_mtu),
		TEST(test_null),	TEST(test_cost),
	};

	log_open("test", LOG_SINK_STDERR,
		 getenv("L2TPD_TEST_DEBUG") ? LOG_DEBUG : LOG_CRIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
