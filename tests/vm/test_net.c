/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the monitor puts into the kernel for a session's interface, on PPP
 * interfaces without a pppd: given, changed in place, refused as a whole, taken
 * back; and what it costs.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ppp-ioctl.h>
#include <net/if.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "dataplane_lab.h"
#include "lib/log.h"
#include "monitor/held.h"
#include "monitor/net.h"
#include "netlink/link.h"
#include "netlink/route.h"

#define MANY 100

static struct net *net;
static struct held_tunnel tunnel;

/* A PPP interface of ours, and the session that has it. */
struct end {
	int fd;
	char ifname[IFNAMSIZ];
	struct held_session session;
};

/* What a command of the lab prints; it has to succeed. */
static char *shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static char *shell(const char *fmt, ...)
{
	static char out[16384];
	char command[512];
	va_list ap;
	size_t n;
	FILE *f;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	f = popen(command, "r");
	if (!f)
		err(1, "%s", command);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	if (pclose(f) != 0)
		errx(1, "%s: %s", command, out);
	return out;
}

static void end_open(struct end *e, uint32_t n)
{
	int unit = -1;

	*e = (struct end){ .fd = open("/dev/ppp", O_RDWR | O_CLOEXEC) };
	if (e->fd < 0 || ioctl(e->fd, PPPIOCNEWUNIT, &unit) < 0)
		err(1, "/dev/ppp");
	snprintf(e->ifname, sizeof(e->ifname), "ppp%d", unit);
	shell("ip link set %s up mtu 1460", e->ifname);
	e->session.link = n;
	e->session.dp.tunnel_id = 1;
	e->session.dp.session_id = n;
	e->session.tunnel = &tunnel;
	e->session.dialled = true;
	e->session.unit = (int)if_nametoindex(e->ifname);
}

static void end_close(struct end *e)
{
	net_forget(net, &e->session);
	close(e->fd);
}

static struct monitor_net request(const struct end *e)
{
	struct monitor_net r = {
		.interface.link = e->session.link,
		.profile = "isp",
	};

	memcpy(r.interface.ifname, e->ifname, sizeof(r.interface.ifname));
	return r;
}

static void add(struct monitor_net *r, const char *text, uint32_t metric)
{
	struct service_route *s = &r->route[r->route_n++];
	struct addr_prefix p;

	assert_int_equal(addr_prefix_parse(&p, text), 0);
	*s = (struct service_route){
		.family = (uint8_t)p.addr.family,
		.len = p.len,
		.metric = metric,
	};
	memcpy(s->dst, p.addr.ip, sizeof(s->dst));
}

static int apply(struct end *e, const struct monitor_net *r)
{
	return net_apply(net, &e->session, r);
}

/*
 * Our routes of both families by way of the interface, as ip shows them; and
 * its qdiscs and filters.
 */
static char *routes(const struct end *e)
{
	return shell("ip route show dev %s proto 115; ip -6 route show dev %s "
		     "proto 115",
		     e->ifname, e->ifname);
}

static char *limits(const struct end *e)
{
	return shell("tc qdisc show dev %s; tc filter show dev %s ingress",
		     e->ifname, e->ifname);
}

static unsigned int count(const char *text, const char *what)
{
	unsigned int n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

static void assert_says(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("\"%s\" is not in:\n%s", what, text);
}

static void assert_silent(const char *text, const char *what)
{
	if (strstr(text, what))
		fail_msg("\"%s\" is in:\n%s", what, text);
}

static void assert_nothing(const struct end *e)
{
	assert_string_equal(routes(e), "");
	assert_silent(limits(e), "tbf");
	assert_silent(limits(e), "ingress");
}

/* ---- given, changed, taken back ---- */

static void test_rates(void **state)
{
	struct monitor_net r;
	struct end e;

	(void)state;
	end_open(&e, 1);
	r = request(&e);
	r.rate_down = 2000000;
	r.rate_up = 1000000;
	assert_int_equal(apply(&e, &r), 0);
	assert_says(limits(&e), "qdisc tbf 4c32: root");
	assert_says(limits(&e), "rate 2Mbit burst 2920b lat");
	assert_says(limits(&e), "qdisc ingress ffff:");
	assert_says(limits(&e), "rate 1Mbit burst 14600b");
	assert_int_equal(count(limits(&e), "police"), 1);
	assert_says(limits(&e), "action drop");
	/*
	 * Changed in place, several times: the queue is the same one, and one
	 * filter is left.
	 */
	for (int i = 1; i <= 3; i++) {
		r.rate_down = 10000000000ull * (unsigned int)i;
		r.rate_up = 50000000000ull * (unsigned int)i;
		assert_int_equal(apply(&e, &r), 0);
	}
	assert_says(limits(&e), "rate 30Gbit");
	assert_says(limits(&e), "rate 150Gbit");
	assert_int_equal(count(limits(&e), "police"), 1);
	assert_int_equal(count(limits(&e), "qdisc tbf 4c32: root"), 1);
	r.rate_down = 8000;
	r.rate_up = 0;
	assert_int_equal(apply(&e, &r), 0);
	assert_says(limits(&e), "rate 8Kbit");
	assert_silent(limits(&e), "ingress");
	r.rate_down = 0;
	assert_int_equal(apply(&e, &r), 0);
	assert_nothing(&e);
	end_close(&e);
}

/*
 * The same, which changes nothing; whatever the operator did meanwhile
 * is not in the way.
 */
static void test_operators_hand(void **state)
{
	struct monitor_net r;
	struct end e;

	(void)state;
	end_open(&e, 1);
	shell("tc qdisc add dev %s clsact", e.ifname);
	r = request(&e);
	r.rate_down = r.rate_up = 1000000;
	assert_int_equal(apply(&e, &r), 0);
	assert_int_equal(apply(&e, &r), 0);
	assert_int_equal(count(limits(&e), "police"), 1);
	shell("tc qdisc del dev %s root", e.ifname);
	r.rate_down = r.rate_up = 0;
	assert_int_equal(apply(&e, &r), 0);
	assert_says(limits(&e), "clsact");
	assert_silent(limits(&e), "police");
	end_close(&e);
}

static void test_routes(void **state)
{
	struct monitor_net r;
	struct end e;

	(void)state;
	end_open(&e, 1);
	r = request(&e);
	add(&r, "10.1.0.0/16", 0);
	add(&r, "10.2.0.0/16", 7);
	add(&r, "2001:db8:1::/48", 0);
	assert_int_equal(apply(&e, &r), 0);
	assert_string_equal(routes(&e),
			    "10.1.0.0/16 scope link \n10.2.0.0/16 scope link "
			    "metric 7 \n"
			    "2001:db8:1::/48 metric 1024 pref medium\n");
	/* One stays, one changes its metric, one goes, one comes. */
	r.route_n = 0;
	add(&r, "10.1.0.0/16", 0);
	add(&r, "10.2.0.0/16", 8);
	add(&r, "2001:db8:2::/48", 5);
	assert_int_equal(apply(&e, &r), 0);
	assert_string_equal(routes(&e),
			    "10.1.0.0/16 scope link \n10.2.0.0/16 scope link "
			    "metric 8 \n"
			    "2001:db8:2::/48 metric 5 pref medium\n");
	r.route_n = 0;
	assert_int_equal(apply(&e, &r), 0);
	assert_nothing(&e);
	end_close(&e);
}

static void test_delegated(void **state)
{
	struct rtnl nl;
	struct route via = { .gateway = { .family = AF_INET6,
					  .ip = { 0xfe, 0x80, [15] = 9 }, }, };
	struct link link;
	struct end e;

	(void)state;
	end_open(&e, 1);
	assert_int_equal(rtnl_open(&nl), 0);
	assert_int_equal(link_get(&nl, e.ifname, &link), 0);
	assert_string_equal(link.kind, "ppp");
	via.ifindex = link.index;
	assert_int_equal(addr_prefix_parse(&via.dst, "2001:db8:8::/56"), 0);
	assert_int_equal(route_add(&nl, &via), 0);
	assert_says(routes(&e), "2001:db8:8::/56 via fe80::9");
	assert_int_equal(route_add(&nl, &via), 0);
	assert_int_equal(route_del(&nl, &via), 0);
	assert_string_equal(routes(&e), "");
	rtnl_close(&nl);
	end_close(&e);
}

static uint32_t mtu_of(const struct end *e)
{
	const char *text =
		strstr(shell("ip -o link show %s", e->ifname), " mtu ");

	return text ? (uint32_t)strtoul(text + 5, NULL, 10) : 0;
}

/* It is lowered, and comes back to what pppd set; never beyond. */
static void test_mtu(void **state)
{
	struct monitor_net r;
	struct end e;

	(void)state;
	end_open(&e, 1);
	r = request(&e);
	r.mtu = 1400;
	assert_int_equal(apply(&e, &r), 0);
	assert_int_equal(mtu_of(&e), 1400);
	r.mtu = 1500;
	assert_int_equal(apply(&e, &r), 0);
	assert_int_equal(mtu_of(&e), 1460);
	r.mtu = 1300;
	assert_int_equal(apply(&e, &r), 0);
	r.mtu = 0;
	assert_int_equal(apply(&e, &r), 0);
	assert_int_equal(mtu_of(&e), 1460);
	end_close(&e);
}

/* ---- refused ---- */

/* Nothing of what is refused stays, and nothing of what was there goes. */
static void test_all_or_nothing(void **state)
{
	struct monitor_net r;
	struct end e;
	char before[4096];

	(void)state;
	end_open(&e, 1);
	shell("ip route add 10.3.0.0/16 dev lo");
	r = request(&e);
	r.rate_down = r.rate_up = 1000000;
	r.mtu = 1400;
	add(&r, "10.1.0.0/16", 0);
	add(&r, "10.3.0.0/16", 0);
	assert_int_equal(apply(&e, &r), -EEXIST);
	assert_nothing(&e);
	assert_int_equal(mtu_of(&e), 1460);
	r.route_n = 1;
	assert_int_equal(apply(&e, &r), 0);
	snprintf(before, sizeof(before), "%s%s", limits(&e), routes(&e));
	r.rate_down = 5000000;
	r.rate_up = 0;
	r.mtu = 1300;
	r.route_n = 0;
	add(&r, "10.2.0.0/16", 0);
	add(&r, "10.3.0.0/16", 0);
	assert_int_equal(apply(&e, &r), -EEXIST);
	assert_says(routes(&e), "10.1.0.0/16");
	assert_silent(routes(&e), "10.2.0.0/16");
	assert_int_equal(mtu_of(&e), 1400);
	assert_says(limits(&e), "tbf 4c32: root refcnt 2 rate 1Mbit");
	assert_int_equal(count(limits(&e), "rate 1Mbit burst 14600b"), 1);
	shell("ip route del 10.3.0.0/16 dev lo");
	end_close(&e);
}

/*
 * The tunnel's peer is reached by the default route: what would draw it into
 * the call is not set.
 */
static void test_peer_is_not_swallowed(void **state)
{
	struct monitor_net r;
	struct end e;

	(void)state;
	end_open(&e, 1);
	shell("ip route add default dev lo");
	assert_int_equal(addr_parse(&tunnel.peer, "192.0.2.77"), 0);
	r = request(&e);
	add(&r, "10.1.0.0/16", 0);
	add(&r, "192.0.2.0/24", 0);
	assert_int_equal(apply(&e, &r), -ELOOP);
	assert_nothing(&e);
	/*
	 * A better way to the peer is there: the rest of its network may
	 * be the caller's.
	 */
	shell("ip route add 192.0.2.77 dev lo");
	assert_int_equal(apply(&e, &r), 0);
	assert_says(routes(&e), "192.0.2.0/24");
	shell("ip route del default; ip route del 192.0.2.77");
	tunnel.peer = (struct addr){ 0 };
	end_close(&e);
}

static void test_not_its_interface(void **state)
{
	struct monitor_net r;
	struct ppp_counters counters;
	struct end e, other;

	(void)state;
	end_open(&e, 1);
	end_open(&other, 2);
	shell("ip link add dummy0 type dummy");
	r = request(&e);
	r.rate_down = 1000000;
	strcpy(r.interface.ifname, "dummy0");
	assert_int_equal(apply(&e, &r), -EPERM);
	assert_int_equal(net_stats(net, &e.session, &r.interface, &counters),
			 -EPERM);
	strcpy(r.interface.ifname, "ppp99");
	assert_int_equal(apply(&e, &r), -ENODEV);
	assert_int_equal(net_stats(net, &e.session, &r.interface, &counters),
			 -ENODEV);
	strcpy(r.interface.ifname, "a/b");
	assert_int_equal(apply(&e, &r), -EINVAL);
	r = request(&other);
	assert_int_equal(apply(&other, &r), 0);
	/* It is the other session's now, until that ends. */
	assert_int_equal(apply(&e, &r), -EPERM);
	assert_int_equal(net_stats(net, &e.session, &r.interface, &counters),
			 -EPERM);
	net_forget(net, &other.session);
	/* Nor when nobody claims it: it may be the host's own way out. */
	assert_int_equal(apply(&e, &r), -EPERM);
	assert_int_equal(net_stats(net, &e.session, &r.interface, &counters),
			 -EPERM);
	r = request(&e);
	e.session.unit = 0; /* its pppd has not told yet */
	assert_int_equal(apply(&e, &r), -EPERM);
	/* Its pppd told that it is. */
	e.session.unit = other.session.unit;
	r = request(&other);
	assert_int_equal(apply(&e, &r), 0);
	e.session.unit = (int)if_nametoindex(e.ifname);
	r = request(&e);
	add(&r, "0.0.0.0/0", 0);
	assert_int_equal(apply(&e, &r), -ERANGE);
	shell("ip link del dummy0");
	end_close(&e);
	end_close(&other);
}

/* ---- ends ---- */

/*
 * An interface outlives its session (a pppd that dialled and persists): it is
 * clean afterwards.
 */
static void test_forget(void **state)
{
	struct monitor_net r;
	struct end e;

	(void)state;
	end_open(&e, 1);
	r = request(&e);
	r.rate_down = r.rate_up = 1000000;
	r.mtu = 1300;
	add(&r, "10.1.0.0/16", 0);
	assert_int_equal(apply(&e, &r), 0);
	net_forget(net, &e.session);
	assert_nothing(&e);
	assert_int_equal(mtu_of(&e), 1460);
	net_forget(net, &e.session);
	end_close(&e);
}

/*
 * The interface goes first; and another that gets its name does not
 * have what it had.
 */
static void test_interface_goes(void **state)
{
	struct ppp_counters counters;
	struct monitor_net r;
	struct end e, next;

	(void)state;
	end_open(&e, 1);
	r = request(&e);
	r.rate_down = 1000000;
	add(&r, "10.1.0.0/16", 0);
	assert_int_equal(apply(&e, &r), 0);
	assert_int_equal(net_stats(net, &e.session, &r.interface, &counters),
			 0);
	close(e.fd);
	assert_int_equal(net_stats(net, &e.session, &r.interface, &counters),
			 -ENODEV);
	end_open(&next, 1);
	assert_string_equal(next.ifname, e.ifname);
	assert_int_equal(net_stats(net, &e.session, &r.interface, &counters),
			 -ENODEV);
	/* Dialled again within the same session: it is given anew. */
	e.session.unit = next.session.unit;
	assert_int_equal(apply(&e, &r), 0);
	assert_says(routes(&next), "10.1.0.0/16");
	assert_says(limits(&next), "rate 1Mbit");
	net_forget(net, &e.session);
	assert_nothing(&next);
	end_close(&next);
}

/*
 * A caller is back before its last call's end was noticed: the new call has the
 * route, and keeps it.
 */
static void test_back_again(void **state)
{
	struct monitor_net r;
	struct end old, new;
	int index;
	struct rtnl nl;
	struct link link;
	struct addr to;

	(void)state;
	end_open(&old, 1);
	end_open(&new, 2);
	assert_int_equal(rtnl_open(&nl), 0);
	for (int i = 0; i < 2; i++) {
		struct end *e = i ? &new : &old;

		r = request(e);
		add(&r, "10.1.0.0/16", 0);
		add(&r, "2001:db8:1::/48", 0);
		assert_int_equal(apply(e, &r), 0);
	}
	assert_int_equal(link_get(&nl, new.ifname, &link), 0);
	addr_parse(&to, "10.1.2.3");
	index = route_ifindex(&nl, &to);
	assert_int_equal(index, link.index);
	addr_parse(&to, "2001:db8:1::3");
	index = route_ifindex(&nl, &to);
	assert_int_equal(index, link.index);
	end_close(&old);
	assert_says(routes(&new), "10.1.0.0/16");
	assert_says(routes(&new), "2001:db8:1::/48");
	rtnl_close(&nl);
	end_close(&new);
}

/* ---- cost ---- */

static struct end ends[MANY];

static double give_all(uint64_t rate)
{
	double start = lab_now_ms();

	for (unsigned int i = 0; i < MANY; i++) {
		struct monitor_net r = request(&ends[i]);
		char text[32];

		r.rate_down = r.rate_up = rate;
		for (unsigned int k = 0; k < 2; k++) {
			snprintf(text, sizeof(text), "10.%u.%u.0/24", 10 + i,
				 k);
			add(&r, text, 0);
		}
		assert_int_equal(apply(&ends[i], &r), 0);
	}
	return (lab_now_ms() - start) * 1000 / MANY;
}

static double count_all(void)
{
	double start = lab_now_ms();
	struct ppp_counters counters;

	for (unsigned int i = 0; i < MANY; i++) {
		struct monitor_net r = request(&ends[i]);

		assert_int_equal(net_stats(net, &ends[i].session, &r.interface,
					   &counters),
				 0);
	}
	return (lab_now_ms() - start) * 1000 / MANY;
}

static double forget_all(void)
{
	double start = lab_now_ms();

	for (unsigned int i = 0; i < MANY; i++)
		net_forget(net, &ends[i].session);
	return (lab_now_ms() - start) * 1000 / MANY;
}

/*
 * Interfaces come and go, and the kernel's lock is held for that,
 * until it is killed.
 */
static pid_t rival(void)
{
	pid_t pid = fork();

	while (pid == 0) {
		int unit = -1, fd = open("/dev/ppp", O_RDWR | O_CLOEXEC);

		if (fd < 0 || ioctl(fd, PPPIOCNEWUNIT, &unit) < 0)
			_exit(1);
		close(fd);
	}
	return pid;
}

static void test_cost(void **state)
{
	double given, changed, counted, ended;
	pid_t pid;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		end_open(&ends[i], i + 1);
	given = give_all(2000000);
	changed = give_all(3000000);
	counted = count_all();
	ended = forget_all();
	print_message("us for each of %d sessions: two rates and two routes "
		      "%.0f, other rates %.0f, counters %.0f, taken back "
		      "%.0f\n",
		      MANY, given, changed, counted, ended);
	pid = rival();
	given = give_all(2000000);
	changed = give_all(3000000);
	counted = count_all();
	ended = forget_all();
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	print_message("the same while other interfaces come and go: %.0f, "
		      "%.0f, %.0f, %.0f\n",
		      given, changed, counted, ended);
	for (unsigned int i = 0; i < MANY; i++)
		close(ends[i].fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_operators_hand),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_delegated),
		cmocka_unit_test(test_mtu),
		cmocka_unit_test(test_all_or_nothing),
		cmocka_unit_test(test_peer_is_not_swallowed),
		cmocka_unit_test(test_not_its_interface),
		cmocka_unit_test(test_forget),
		cmocka_unit_test(test_interface_goes),
		cmocka_unit_test(test_back_again),
		cmocka_unit_test(test_cost),
	};

	lab_namespace();
	log_open("test", LOG_SINK_STDERR,
		 getenv("L2TPD_TEST_DEBUG") ? LOG_DEBUG : LOG_CRIT);
	net = net_new(NULL, NULL, NULL, NULL);
	if (!net)
		errx(1, "rtnetlink");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
