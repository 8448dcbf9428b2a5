/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times the kernel's ways to install and remove sessions, and what others wait
 * meanwhile: the numbers behind the choices of netlink/reaper.c.
 */
#include "dataplane_measure.h"

#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/l2tp.h>
#include <linux/ppp-ioctl.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "dataplane_lab.h"
#include "netlink/genl.h"

#define N 200

static const struct lab_kind kind = { "v2 UDP IPv4", 2, DP_ENCAP_UDP, AF_INET };

/* The time of each of some calls, in ms. */
struct times {
	double start, sum, max;
	unsigned int n;
};

static void begin(struct times *t)
{
	t->start = lab_now_ms();
}

static void end(struct times *t)
{
	double ms = lab_now_ms() - t->start;

	t->sum += ms;
	t->n++;
	if (ms > t->max)
		t->max = ms;
}

static void print(const char *what, const struct times *t)
{
	printf("%-58s %6u  %9.3f  %9.3f  %9.1f\n", what, t->n, t->sum / t->n,
	       t->max, t->sum);
	fflush(stdout);
}

static void must(int ret, const char *what)
{
	if (ret < 0)
		errx(1, "%s: %s", what, strerror(-ret));
}

static void tunnels(struct lab *lab, struct dataplane *dp)
{
	*lab = (struct lab){ .dp = dp };
	lab_sockets(lab, &kind);
	for (int i = 0; i < 2; i++)
		must(dp->ops->tunnel_add(dp, &lab->tunnel[i]), "tunnel_add");
}

static void sessions(const struct lab *lab, unsigned int n, struct times *t)
{
	for (unsigned int i = 0; i < n; i++) {
		struct dp_session s = lab_session(lab, 0, i);

		begin(t);
		must(lab->dp->ops->session_add(lab->dp, &s), "session_add");
		end(t);
	}
}

static void open_all(const struct lab *lab, int *fd, struct times *t)
{
	for (unsigned int i = 0; i < N; i++) {
		struct dp_session s = lab_session(lab, 0, i);

		begin(t);
		fd[i] = lab->dp->ops->session_open(lab->dp, &lab->tunnel[0],
						   &s);
		end(t);
		must(fd[i], "session_open");
	}
}

static void wait_gone(const struct lab *lab, const char *what, double since,
		      unsigned int tunnels_left, unsigned int sessions_left)
{
	struct times t = { .start = since };

	if (!lab_wait_count(lab->dp, tunnels_left, sessions_left))
		errx(1, "%s: not all is gone", what);
	end(&t);
	print(what, &t);
}

static void request_delete(struct genl *g, const struct dp_session *s)
{
	struct nl_msg *msg = genl_message(g, L2TP_CMD_SESSION_DELETE, 0);

	if (!msg || nla_put_u32(msg, L2TP_ATTR_CONN_ID, s->tunnel_id) ||
	    nla_put_u32(msg, L2TP_ATTR_SESSION_ID, s->session_id))
		errx(1, "no memory");
	must(genl_call(g, msg, NULL, NULL), "SESSION_DELETE");
}

static void measure_delete_request(struct dataplane *dp)
{
	struct times add = { 0 }, open = { 0 }, del = { 0 };
	struct genl g;
	struct lab lab;
	int fd[N];

	must(genl_open(&g), "genl");
	tunnels(&lab, dp);
	sessions(&lab, N, &add);
	print("SESSION_CREATE", &add);
	open_all(&lab, fd, &open);
	print("PPPoX socket and connect", &open);
	for (unsigned int i = 0; i < N; i++)
		close(fd[i]);
	lab_wait_count(dp, 2, 0);
	sessions(&lab, N, &add);
	for (unsigned int i = 0; i < N; i++) {
		struct dp_session s = lab_session(&lab, 0, i);

		begin(&del);
		request_delete(&g, &s);
		end(&del);
	}
	print("SESSION_DELETE", &del);
	lab_close_sockets(&lab);
	lab_wait_count(dp, 0, 0);
	genl_close(&g);
}

static void measure_close(struct dataplane *dp)
{
	struct times t = { 0 }, unused = { 0 };
	struct lab lab;
	int fd[N];

	tunnels(&lab, dp);
	sessions(&lab, N, &unused);
	open_all(&lab, fd, &unused);
	for (unsigned int i = 0; i < N; i++) {
		begin(&t);
		close(fd[i]);
		end(&t);
	}
	print("close of a PPPoX socket", &t);
	lab_close_sockets(&lab);
	lab_wait_count(dp, 0, 0);
}

static void measure_tunnel_del(struct dataplane *dp)
{
	struct times t = { 0 }, unused = { 0 };
	struct lab lab;

	tunnels(&lab, dp);
	sessions(&lab, N, &unused);
	begin(&t);
	must(dp->ops->tunnel_del(dp, lab.tunnel[0].tunnel_id), "tunnel_del");
	end(&t);
	print("TUNNEL_DELETE with 200 sessions: the call", &t);
	wait_gone(&lab, "TUNNEL_DELETE with 200 sessions: until all is gone",
		  t.start, 1, 0);
	lab_close_sockets(&lab);
	lab_wait_count(dp, 0, 0);
}

static void measure_tunnel_close(struct dataplane *dp)
{
	struct times t = { 0 }, unused = { 0 };
	struct lab lab;

	tunnels(&lab, dp);
	sessions(&lab, N, &unused);
	begin(&t);
	close(lab.tunnel[0].fd);
	end(&t);
	lab.tunnel[0].fd = -1;
	print("close of a tunnel's socket with 200 sessions: the call", &t);
	wait_gone(&lab, "close of a tunnel's socket: until all is gone",
		  t.start, 1, 0);
	lab_close_sockets(&lab);
	lab_wait_count(dp, 0, 0);
}

struct deleter {
	struct lab *lab;
	pthread_mutex_t lock;
	bool done;
};

static void *delete_all(void *arg)
{
	struct deleter *d = arg;
	struct genl g;

	must(genl_open(&g), "genl");
	for (unsigned int i = 0; i < N; i++) {
		struct dp_session s = lab_session(d->lab, 0, i);

		request_delete(&g, &s);
	}
	genl_close(&g);
	pthread_mutex_lock(&d->lock);
	d->done = true;
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

static bool deleter_done(struct deleter *d)
{
	bool done;

	pthread_mutex_lock(&d->lock);
	done = d->done;
	pthread_mutex_unlock(&d->lock);
	return done;
}

/* Another tunnel's session, as a new call would make it. */
static void other_call(const struct lab *lab, uint32_t n, struct times *t)
{
	struct dp_session s = lab_session(lab, 1, n);

	begin(t);
	must(lab->dp->ops->session_add(lab->dp, &s), "session_add");
	end(t);
}

static void measure_contention(struct dataplane *dp)
{
	struct times unused = { 0 }, others = { 0 };
	struct deleter d = { .lock = PTHREAD_MUTEX_INITIALIZER };
	pthread_t thread;
	struct lab lab;
	uint32_t n = 0;

	tunnels(&lab, dp);
	sessions(&lab, N, &unused);
	d.lab = &lab;
	must(-pthread_create(&thread, NULL, delete_all, &d), "thread");
	while (n < 5 * N && (!deleter_done(&d) || !n)) {
		other_call(&lab, n++, &others);
		usleep(1000);
	}
	pthread_join(thread, NULL);
	print("SESSION_CREATE while a thread does 200 SESSION_DELETE", &others);
	lab_close_sockets(&lab);
	lab_wait_count(dp, 0, 0);
}

static void measure_port(struct dataplane *dp)
{
	struct times unused = { 0 }, del = { 0 }, others = { 0 };
	struct lab lab;
	double start;

	tunnels(&lab, dp);
	sessions(&lab, N, &unused);
	start = lab_now_ms();
	for (unsigned int i = 0; i < N; i++) {
		struct dp_session s = lab_session(&lab, 0, i);

		begin(&del);
		must(dp->ops->session_del(dp, s.tunnel_id, s.session_id),
		     "session_del");
		end(&del);
	}
	for (uint32_t n = 0; n < 20; n++) {
		other_call(&lab, n, &others);
		usleep(1000);
	}
	print("session_del of this port: the call", &del);
	print("SESSION_CREATE behind 200 session_del", &others);
	wait_gone(&lab, "session_del of this port: until all 200 are gone",
		  start, 2, 20);
	lab_close_sockets(&lab);
	lab_wait_count(dp, 0, 0);
}

static void measure_handover(struct dataplane *dp)
{
	struct times unused = { 0 }, get = { 0 }, shut = { 0 };
	struct lab lab;
	int fd[N];

	tunnels(&lab, dp);
	sessions(&lab, N, &unused);
	open_all(&lab, fd, &unused);
	for (unsigned int i = 0; i < 20; i++) {
		int channel, unit = -1;
		int ppp = open("/dev/ppp", O_RDWR | O_CLOEXEC);
		int device = open("/dev/ppp", O_RDWR | O_CLOEXEC);

		begin(&get);
		if (ioctl(fd[i], PPPIOCGCHAN, &channel))
			err(1, "PPPIOCGCHAN");
		end(&get);
		if (ioctl(ppp, PPPIOCATTCHAN, &channel) ||
		    ioctl(device, PPPIOCNEWUNIT, &unit) ||
		    ioctl(ppp, PPPIOCCONNECT, &unit))
			err(1, "/dev/ppp");
		begin(&shut);
		close(fd[i]);
		close(ppp);
		close(device);
		end(&shut);
	}
	print("PPPIOCGCHAN", &get);
	print("close of a bound socket, its channel and its unit", &shut);
	for (unsigned int i = 20; i < N; i++)
		dp->ops->session_close(dp, fd[i]);
	lab_close_sockets(&lab);
	lab_wait_count(dp, 0, 0);
}

static void measure_many(struct dataplane *dp, unsigned int n)
{
	struct times add = { 0 }, dump = { 0 };
	char text[80];
	struct lab lab;

	tunnels(&lab, dp);
	sessions(&lab, n, &add);
	snprintf(text, sizeof(text), "SESSION_CREATE up to %u in one tunnel",
		 n);
	print(text, &add);
	begin(&dump);
	lab_count(dp);
	end(&dump);
	print("a dump of them", &dump);
	lab_close_sockets(&lab);
	/* Before 6.12 each takes a grace period: not waited for here. */
}

int dataplane_measure(void)
{
	struct dataplane *dp;
	struct utsname name;
	char text[256];

	lab_namespace();
	dp = dataplane_kernel_new(text, sizeof(text));
	if (!dp)
		errx(1, "%s", text);
	uname(&name);
	printf("Linux %s, %ld processors\n", name.release,
	       sysconf(_SC_NPROCESSORS_ONLN));
	printf("%-58s %6s  %9s  %9s  %9s\n", "", "calls", "mean ms", "most ms",
	       "all ms");
	measure_delete_request(dp);
	measure_close(dp);
	measure_tunnel_del(dp);
	measure_tunnel_close(dp);
	measure_contention(dp);
	measure_port(dp);
	measure_handover(dp);
	measure_many(dp, 2000);
	measure_many(dp, 20000);
	dp->ops->free(dp);
	return 0;
}
