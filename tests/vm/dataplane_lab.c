/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bench that the data plane's tests and measurements stand on. */
#include "dataplane_lab.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/l2tp.h>
#include <linux/ppp-ioctl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS	   10000
/* IPPROTO_L2TP is in linux/in.h only, which netinet/in.h excludes */
#define PROTO_L2TP 115

union lab_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_l2tpip l2tp;
	struct sockaddr_l2tpip6 l2tp6;
};

void lab_namespace(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		err(1, "unshare");
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		err(1, "loopback");
	close(fd);
}

static socklen_t ip_address(union lab_addr *a, int family, uint32_t tunnel_id)
{
	*a = (union lab_addr){ 0 };
	if (family == AF_INET) {
		a->l2tp.l2tp_family = AF_INET;
		a->l2tp.l2tp_addr.s_addr = htonl(INADDR_LOOPBACK);
		a->l2tp.l2tp_conn_id = tunnel_id;
		return sizeof(a->l2tp);
	}
	a->l2tp6.l2tp_family = AF_INET6;
	a->l2tp6.l2tp_addr = in6addr_loopback;
	a->l2tp6.l2tp_conn_id = tunnel_id;
	return sizeof(a->l2tp6);
}

static socklen_t udp_address(union lab_addr *a, int family)
{
	*a = (union lab_addr){ 0 };
	if (family == AF_INET) {
		a->in.sin_family = AF_INET;
		a->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(a->in);
	}
	a->in6.sin6_family = AF_INET6;
	a->in6.sin6_addr = in6addr_loopback;
	return sizeof(a->in6);
}

static int bound(const struct lab_kind *kind, union lab_addr *a, socklen_t len)
{
	int fd = socket(kind->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			kind->encap == DP_ENCAP_IP ? PROTO_L2TP : 0);
	int on = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, &a->sa, len))
		err(1, "%s: socket", kind->name);
	return fd;
}

/* New ids, one above the other. */
static void name_tunnels(struct lab *lab, const struct lab_kind *kind)
{
	static uint32_t next_id = 1;
	uint32_t id = next_id;

	next_id += 2;
	lab->kind = kind;
	for (uint32_t i = 0; i < 2; i++)
		lab->tunnel[i] = (struct dp_tunnel){
			.version = kind->version,
			.encap = kind->encap,
			.tunnel_id = id + i,
			.peer_tunnel_id = id + 1 - i,
			.fd = -1,
		};
}

static void connect_each_other(struct lab *lab, const union lab_addr a[2],
			       socklen_t len)
{
	for (int i = 0; i < 2; i++)
		if (connect(lab->tunnel[i].fd, &a[1 - i].sa, len))
			err(1, "%s: connect", lab->kind->name);
}

void lab_sockets(struct lab *lab, const struct lab_kind *kind)
{
	union lab_addr a[2];
	socklen_t len = 0;

	name_tunnels(lab, kind);
	for (int i = 0; i < 2; i++) {
		struct dp_tunnel *t = &lab->tunnel[i];

		len = kind->encap == DP_ENCAP_IP ?
			      ip_address(&a[i], kind->family, t->tunnel_id) :
			      udp_address(&a[i], kind->family);
		t->fd = bound(kind, &a[i], len);
		/*
		 * The port that it got. An L2TP/IP socket has none, and no name
		 * that tells its id.
		 */
		if (kind->encap == DP_ENCAP_UDP &&
		    getsockname(t->fd, &a[i].sa, &len))
			err(1, "getsockname");
	}
	connect_each_other(lab, a, len);
}

void lab_sockets_as(struct lab *lab, const struct lab *other)
{
	socklen_t len = sizeof(union lab_addr);
	union lab_addr a[2];

	name_tunnels(lab, other->kind);
	for (int i = 0; i < 2; i++) {
		len = sizeof(a[i]);
		if (getsockname(other->tunnel[i].fd, &a[i].sa, &len))
			err(1, "getsockname");
		lab->tunnel[i].fd = bound(lab->kind, &a[i], len);
	}
	connect_each_other(lab, a, len);
}

void lab_close_sockets(struct lab *lab)
{
	for (int i = 0; i < 2; i++) {
		if (lab->tunnel[i].fd >= 0)
			close(lab->tunnel[i].fd);
		lab->tunnel[i].fd = -1;
	}
}

struct dp_session lab_session(const struct lab *lab, int end, uint32_t n)
{
	/*
	 * Different at the two ends: version 3 ids are the
	 * namespace's, and it is one.
	 */
	return (struct dp_session){
		.tunnel_id = lab->tunnel[end].tunnel_id,
		.session_id = 2 * n + 2 + (uint32_t)end,
		.peer_session_id = 2 * n + 3 - (uint32_t)end,
		.pseudowire = DP_PW_PPP,
		.lns_mode = end == 1,
	};
}

static int count_object(void *ctx, const struct dp_object *o)
{
	struct lab_count *c = ctx;

	if (o->session_id)
		c->sessions++;
	else
		c->tunnels++;
	return 0;
}

struct lab_count lab_count(struct dataplane *dp)
{
	struct lab_count c = { 0 };

	if (dp->ops->dump(dp, count_object, &c))
		errx(1, "dump: %s", dp->text);
	return c;
}

static void pause_1ms(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

bool lab_wait_count(struct dataplane *dp, unsigned int tunnels,
		    unsigned int sessions)
{
	double end = lab_now_ms() + WAIT_MS;

	for (;;) {
		struct lab_count c = lab_count(dp);

		if (c.tunnels == tunnels && c.sessions == sessions)
			return true;
		if (lab_now_ms() > end) {
			warnx("%u tunnels and %u sessions are left, not %u and "
			      "%u",
			      c.tunnels, c.sessions, tunnels, sessions);
			return false;
		}
		pause_1ms();
	}
}

unsigned int lab_open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	if (!dir)
		err(1, "/proc/self/fd");
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

bool lab_wait_fds(unsigned int n)
{
	double end = lab_now_ms() + WAIT_MS;
	unsigned int open;

	while ((open = lab_open_fds()) != n) {
		if (lab_now_ms() > end) {
			warnx("%u fds are open, not %u", open, n);
			return false;
		}
		pause_1ms();
	}
	return true;
}

double lab_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

int lab_attach(int pppox)
{
	int channel;
	int fd = open("/dev/ppp", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, "/dev/ppp");
	if (ioctl(pppox, PPPIOCGCHAN, &channel) ||
	    ioctl(fd, PPPIOCATTCHAN, &channel))
		err(1, "PPP channel");
	return fd;
}

/* An LCP Discard-Request; its identifier is the mark. */
#define FRAME(mark)                                      \
	{                                                \
		0xc0, 0x21, 11, (mark), 0, 8, 1, 2, 3, 4 \
	}

bool lab_send(int pppox, uint8_t mark)
{
	const uint8_t frame[] = FRAME(mark);

	return send(pppox, frame, sizeof(frame), 0) == (ssize_t)sizeof(frame);
}

int lab_read(int channel)
{
	struct pollfd p = { .fd = channel, .events = POLLIN };
	uint8_t expected[] = FRAME(0);
	uint8_t got[64];

	if (poll(&p, 1, WAIT_MS) != 1 ||
	    read(channel, got, sizeof(got)) != (ssize_t)sizeof(expected))
		return -1;
	expected[3] = got[3];
	return memcmp(got, expected, sizeof(expected)) ? -1 : got[3];
}

bool lab_frame_passes(int pppox, int channel, uint8_t mark)
{
	return lab_send(pppox, mark) && lab_read(channel) == mark;
}
