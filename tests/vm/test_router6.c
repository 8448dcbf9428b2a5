/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The router6 process on real interfaces, told by hand: what it sends when
 * something is announced, changed and forgotten, what it answers, and what it
 * needs for many. L2TPD_INTERFACES in the environment: how many those are.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc/ipc.h"
#include "ipc/router6.h"
#include "lib/log.h"
#include "monitor/groups.h"
#include "monitor/router6_socket.h"
#include "router6/router6.h"
#include "tests/unit/hex.h"

#define WAIT_MS	   20000
#define QUIET_MS   300
#define HEAP_MAX   1024 /* bytes an interface */
#define INTERFACES 1000

/* A link with the process at one end, and its runtime folder. */
static int monitor, host_fd, client_fd;
static pid_t pid;
static uint32_t router_index, host_index;
static struct groups groups;
static char folder[] = "/run/l2tpd-router6-XXXXXX";

/* ---- the process ---- */

static void tell(enum router6_message type, const void *body, size_t len,
		 const int *fds, int nfds)
{
	const struct ipc_header h = {
		.type = (uint16_t)type,
		.version = IPC_VERSION,
	};

	assert_int_equal(ipc_send(monitor, &h, body, len, fds, nfds), 0);
}

static void start_process(void)
{
	int sv[2];

	assert_int_equal(ipc_pair(sv), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(sv[0]);
		_exit(router6_main(sv[1], folder));
	}
	close(sv[1]);
	monitor = sv[0];
}

static void tell_start(void)
{
	const int fds[] = { router6_nd_socket(), router6_dhcp_socket() };
	struct router6_start s = {
		.has_dhcp = true,
		.times = { 1800, 86400, 14400, 1800, 3600, 3000, 900, 1800 },
		.duid_len = 18,
		.duid = { 0, 4, [17] = 1 },
	};
	struct router6_search search = {
		.name_n = 2,
		.names = { "example.net", "lan" },
	};

	assert_true(fds[0] >= 0 && fds[1] >= 0);
	tell(ROUTER6_START, &s, sizeof(s), fds, 2);
	tell(ROUTER6_SEARCH, &search, sizeof(search), NULL, 0);
	close(fds[0]);
	close(fds[1]);
}

/* ---- the link ---- */

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static int setup_link(void **state)
{
	(void)state;
	log_open("test", LOG_SINK_STDERR, LOG_DEBUG);
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("empty", 0555), 0);
	assert_int_equal(chmod(folder, 0755), 0);
	run("sysctl -q -w net.ipv6.conf.all.forwarding=1;"
	    "ip link add router type veth peer name host;"
	    "sysctl -q -w net.ipv6.conf.host.accept_dad=0 "
	    "net.ipv6.conf.router.accept_dad=0;"
	    "ip link set router up; ip link set host up;"
	    "ip address add fe80::1/64 dev router nodad;"
	    "ip address add fe80::77/64 dev host nodad");
	router_index = if_nametoindex("router");
	host_index = if_nametoindex("host");
	assert_true(groups_join(&groups, (int)router_index) >= 0);
	start_process();
	tell_start();
	return 0;
}

static int open_host(void)
{
	struct icmp6_filter only;

	host_fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	client_fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ICMP6_FILTER_SETBLOCKALL(&only);
	ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &only);
	if (setsockopt(host_fd, IPPROTO_ICMPV6, ICMP6_FILTER, &only,
		       sizeof(only)) ||
	    setsockopt(host_fd, SOL_SOCKET, SO_BINDTODEVICE, "host", 4) ||
	    setsockopt(host_fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS,
		       &(int){ 255 }, sizeof(int)) ||
	    setsockopt(client_fd, SOL_SOCKET, SO_BINDTODEVICE, "host", 4))
		return -1;
	return bind(client_fd,
		    (const struct sockaddr *)&(struct sockaddr_in6){
			    .sin6_family = AF_INET6,
			    .sin6_port = htons(546),
		    },
		    sizeof(struct sockaddr_in6));
}

static void send_to(int fd, const char *address, uint16_t port, const char *hex)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_scope_id = host_index,
	};
	uint8_t data[512];
	size_t len = hex_bytes(hex, data, sizeof(data));

	assert_int_equal(inet_pton(AF_INET6, address, &to.sin6_addr), 1);
	assert_int_equal(sendto(fd, data, len, 0, (const struct sockaddr *)&to,
				sizeof(to)),
			 len);
}

/* What comes next, from fe80::1, within ms; 0: nothing. */
static size_t receive(int fd, uint8_t *data, size_t size, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct sockaddr_in6 from;
	socklen_t len = sizeof(from);
	static const struct in6_addr router = { .s6_addr = { 0xfe,
							     0x80, [15] = 1 } };
	ssize_t n;

	if (poll(&p, 1, ms) != 1)
		return 0;
	n = recvfrom(fd, data, size, 0, (struct sockaddr *)&from, &len);
	assert_true(n > 0);
	assert_memory_equal(&from.sin6_addr, &router, sizeof(router));
	return (size_t)n;
}

/* An advertisement, whose checksum is the kernel's. */
static void assert_advert(const char *expected)
{
	uint8_t data[1500];
	size_t len = receive(host_fd, data, sizeof(data), WAIT_MS);

	assert_true(len > 4);
	data[2] = data[3] = 0;
	assert_hex(data, len, expected);
}

static void assert_quiet(int fd)
{
	uint8_t data[1500];

	assert_int_equal(receive(fd, data, sizeof(data), QUIET_MS), 0);
}

/* ---- what is told ---- */

#define HEADER "8600 0000 40 40 0708 00000000 00000000 "
#define MTU    "0501 0000 000005b4 "
#define PREFIX(second, valid, preferred)         \
	"0304 40c0 " valid preferred "00000000 " \
	"20010db8000" second "0000 0000000000000000 "
#define SEARCH                                              \
	"1f04 0000 00000708 07 6578616d706c65 03 6e6574 00" \
	"  03 6c616e 00 000000000000 "

static struct router6_interface interface(void)
{
	return (struct router6_interface){
		.ifindex = router_index,
		.ifname = "router",
		.router = { 0xfe, 0x80, [15] = 1 },
		.mtu = 1460,
		.prefix6 = { 64, { 0x20, 1, 0x0d, 0xb8, 0, 1 } },
		.delegated6 = { 56, { 0x20, 1, 0x0d, 0xb8, 0xaa } },
	};
}

static void announce(const struct router6_interface *i)
{
	tell(ROUTER6_ANNOUNCE, i, sizeof(*i), NULL, 0);
}

/* At once, and what replaces it three seconds later; then the end. */
static void test_announced(void **state)
{
	struct router6_interface i = interface();

	(void)state;
	assert_int_equal(open_host(), 0);
	announce(&i);
	assert_advert(HEADER MTU PREFIX("1", "00015180", "00003840") SEARCH);
	i.prefix6.addr[5] = 2;
	i.mtu = 0;
	i.search = ROUTER6_NO_SEARCH;
	announce(&i);
	assert_quiet(host_fd);
	assert_advert(HEADER PREFIX("2", "00015180", "00003840")
			      PREFIX("1", "00000000", "00000000"));
	tell(ROUTER6_FORGET, &(struct router6_forget){ router_index },
	     sizeof(struct router6_forget), NULL, 0);
	assert_advert("8600 0000 40 40 0000 00000000 00000000 " PREFIX(
		"2", "00000000", "00000000")
			      PREFIX("1", "00000000", "00000000"));
	send_to(host_fd, "ff02::2", 0, "8500 0000 00000000");
	assert_quiet(host_fd);
}

/* ---- what is answered ---- */

static void test_solicited(void **state)
{
	struct router6_interface i = interface();

	(void)state;
	i.search = ROUTER6_NO_SEARCH;
	announce(&i);
	assert_advert(HEADER MTU PREFIX("1", "00015180", "00003840"));
	send_to(host_fd, "ff02::2", 0, "8500 0000 00000000");
	assert_advert(HEADER MTU PREFIX("1", "00015180", "00003840"));
	/* nonsense, and what has crossed a router */
	send_to(host_fd, "ff02::2", 0, "8500 0000 00000000 0100");
	assert_int_equal(setsockopt(host_fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS,
				    &(int){ 64 }, sizeof(int)),
			 0);
	send_to(host_fd, "ff02::2", 0, "8500 0000 00000000");
	usleep(600000);
	assert_quiet(host_fd);
}

#define IDS	"0001000a 00030001aabbccddeeff "
#define OUR_IDS IDS "00020012 0004 00000000000000000000000000000001 "

static void assert_answer(const char *expected)
{
	uint8_t data[1500];
	size_t len = receive(client_fd, data, sizeof(data), WAIT_MS);

	assert_hex(data, len, expected);
}

static void test_delegated(void **state)
{
	(void)state;
	send_to(client_fd, "ff02::1:2", 547,
		"01 123456 " IDS
		"000e0000 0019000c 00000007 00000000 00000000");
	assert_answer("07 123456 " OUR_IDS "000e0000 "
		      "00190029 00000007 00000384 00000708 001a0019 00000bb8 "
		      "00000e10 38 20010db8aa0000000000000000000000");
	/* to us alone, and nonsense */
	send_to(client_fd, "fe80::1", 547, "08 123457 " OUR_IDS);
	assert_answer("07 123457 " OUR_IDS "000d0016 0005 "
		      "73656e6420697420746f20666630323a3a313a32");
	send_to(client_fd, "ff02::1:2", 547, "01 1234");
	send_to(client_fd, "ff02::1:2", 547, "");
	assert_quiet(client_fd);
}

/* ---- many ---- */

static size_t anonymous(void)
{
	char path[64], line[160];
	size_t kb = 0, n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "Anonymous: %zu", &n) == 1)
			kb = n;
	fclose(f);
	return kb * 1024;
}

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Processor time of the process. */
static double spent(void)
{
	clockid_t clock;

	assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
	return seconds(clock);
}

static void make_dummies(size_t n)
{
	FILE *f = popen("ip -batch -", "w");

	assert_non_null(f);
	for (size_t i = 0; i < n; i++)
		fprintf(f,
			"link add many%zu type dummy\n"
			"link set many%zu up\n",
			i, i);
	assert_int_equal(pclose(f), 0);
}

/* As on the interfaces of calls: both are another on each. */
static void give_addresses(const uint32_t *index)
{
	FILE *f = popen("ip -batch -", "w");
	char name[IFNAMSIZ];

	assert_non_null(f);
	for (; *index; index++)
		fprintf(f,
			"address add fe80::%x peer fe80::77:%x/128 dev %s "
			"nodad\n",
			*index, *index, if_indextoname(*index, name));
	assert_int_equal(pclose(f), 0);
}

/* Returns when all that was told so far has been taken. */
static void wait_for_process(void)
{
	static uint32_t transaction;
	char text[160], expected[160];

	snprintf(text, sizeof(text), "0b %06x " IDS, ++transaction);
	snprintf(expected, sizeof(expected), "07 %06x " OUR_IDS, transaction);
	usleep(1000000); /* its bucket */
	send_to(client_fd, "ff02::1:2", 547, text);
	assert_answer(expected);
}

/* The index of each; 0 ends them. */
static uint32_t *find_dummies(size_t n)
{
	uint32_t *found = calloc(n + 1, sizeof(*found));
	struct if_nameindex *all = if_nameindex();
	size_t k = 0;

	assert_true(found && all);
	for (struct if_nameindex *i = all; i->if_index && k < n; i++)
		if (strncmp(i->if_name, "many", 4) == 0)
			found[k++] = i->if_index;
	if_freenameindex(all);
	assert_int_equal(k, n);
	return found;
}

static double join(const uint32_t *index)
{
	double before = seconds(CLOCK_MONOTONIC);

	for (; *index; index++)
		assert_true(groups_join(&groups, (int)*index) >= 0);
	return seconds(CLOCK_MONOTONIC) - before;
}

static void announce_on(const uint32_t *index)
{
	struct router6_interface i = interface();

	for (; *index; index++) {
		uint8_t end[4] = { (uint8_t)(*index >> 24),
				   (uint8_t)(*index >> 16),
				   (uint8_t)(*index >> 8), (uint8_t)*index };

		i.ifindex = *index;
		i.prefix6.addr[7]++;
		i.router[0] = i.caller[0] = 0xfe;
		i.router[1] = i.caller[1] = 0x80;
		memcpy(i.router + 12, end, 4);
		i.caller[13] = 0x77;
		memcpy(i.caller + 14, end + 2, 2);
		announce(&i);
	}
}

static void test_many(void **state)
{
	const char *wanted = getenv("L2TPD_INTERFACES");
	size_t n = wanted ? strtoul(wanted, NULL, 10) : INTERFACES, heap;
	double joined, before;
	uint32_t *index;

	(void)state;
	make_dummies(n);
	index = find_dummies(n);
	give_addresses(index);
	wait_for_process();
	heap = anonymous();
	joined = join(index);
	before = spent();
	announce_on(index);
	wait_for_process();
	heap = (anonymous() - heap) / n;
	print_message("%zu interfaces: %.1f us each to join both groups by %zu "
		      "sockets; %zu bytes and %.1f us of processor each in "
		      "the process\n",
		      n, joined / (double)n * 1e6, groups.n, heap,
		      (spent() - before) / (double)n * 1e6);
	assert_true(heap <= HEAP_MAX);
	free(index);
}

/* The first with a lifetime of 0: others may have been due before. */
static size_t receive_last(uint8_t *data, size_t size)
{
	size_t len;

	do {
		len = receive(host_fd, data, size, WAIT_MS);
		assert_true(len >= 16);
	} while (data[6] || data[7]);
	data[2] = data[3] = 0; /* the checksum is the kernel's */
	return len;
}

/* The monitor has gone: so does the process, and says so where it can. */
static void test_end(void **state)
{
	uint8_t data[1500];
	size_t len;
	int status;

	(void)state;
	close(monitor);
	len = receive_last(data, sizeof(data));
	assert_hex(data, len,
		   "8600 0000 40 40 0000 00000000 00000000 " MTU PREFIX(
			   "1", "00000000", "00000000"));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	groups_fini(&groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announced),
		cmocka_unit_test(test_solicited),
		cmocka_unit_test(test_delegated),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, setup_link, NULL);
}
