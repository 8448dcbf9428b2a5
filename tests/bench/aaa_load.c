/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authentications per second through the aaa process: a child runs aaa_main,
 * this program is its monitor and its engine, and has many requests under way
 * against one RADIUS server of this host.
 */
#include "aaa_load.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "aaa/aaa.h"
#include "ipc/aaa.h"
#include "ipc/ipc.h"
#include "lib/log.h"

#define WARM_TRIES 100

static struct options {
	uint16_t port;
	unsigned int requests, outstanding, delay_ms;
	const char *user, *password, *secret;
} o = {
	.requests = 10000,
	.outstanding = 100,
	.user = "bench",
	.password = "bench",
	.secret = "bench",
};

static int monitor, engine;	    /* this program's ends */
static uint64_t *sent_ns, *took_ns; /* by request */
static unsigned int sent, answered, accepted;
static struct ipc_message m;

uint64_t aaa_load_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void __attribute__((noreturn)) fail(const char *what, int err)
{
	fprintf(stderr, "aaa-load: %s: %s\n", what, strerror(-err));
	exit(EXIT_FAILURE);
}

static void check(const char *what, int err)
{
	if (err < 0)
		fail(what, err);
}

static int memory_file(const char *text)
{
	int fd = memfd_create("aaa-load", MFD_CLOEXEC);

	if (fd < 0 || fchmod(fd, 0600) ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
	    lseek(fd, 0, SEEK_SET))
		fail("memfd", -errno);
	return fd;
}

/* ---- the aaa process ---- */

static pid_t start_aaa(uint16_t port)
{
	struct ipc_header h = { .type = AAA_START, .version = IPC_VERSION };
	struct aaa_start start = { 0 };
	char config[600];
	int mv[2], ev[2], fds[2];
	pid_t pid;

	check("ipc_pair", ipc_pair(mv));
	check("ipc_pair", ipc_pair(ev));
	pid = fork();
	check("fork", pid < 0 ? -errno : 0);
	if (pid == 0) {
		close(mv[0]);
		close(ev[0]);
		close(ev[1]);
		/*
		 * Why a user is refused is told here; warm() is refused until
		 * the secret is there.
		 */
		log_open("aaa", LOG_SINK_STDERR, LOG_CRIT);
		exit(aaa_main(mv[1]));
	}
	close(mv[1]);
	monitor = mv[0];
	engine = ev[0];
	snprintf(config, sizeof(config),
		 "hostname = \"bench\"\nlisten { address = 127.0.0.1 }\n"
		 "radius \"server\" { address = 127.0.0.1 auth-port = %u "
		 "secret-file = \"/secret\" timeout = 20 }\n"
		 "ppp \"bench\" { auth = { pap } "
		 "radius = { \"server\" } accounting = false }\n",
		 port);
	fds[0] = ev[1];
	fds[1] = memory_file(config);
	check("AAA_START",
	      ipc_send(monitor, &h, &start, sizeof(start), fds, 2));
	close(fds[0]);
	close(fds[1]);
	return pid;
}

/* Answers a request for a file: it is the secret. */
static void serve(void)
{
	int err = ipc_recv(monitor, &m), fd;
	struct ipc_header h = m.header;

	if (err != 1 || h.type != AAA_OPEN)
		fail("the aaa process ended", err < 0 ? err : -EPROTO);
	fd = memory_file(o.secret);
	h.result = 0;
	check("AAA_OPEN", ipc_send(monitor, &h, NULL, 0, &fd, 1));
	close(fd);
}

/* ---- requests ---- */

/* -EAGAIN: later. */
static int ask(uint64_t serial)
{
	struct ipc_header h = {
		.type = AAA_AUTH,
		.version = IPC_VERSION,
		.serial = serial,
	};
	struct aaa_auth q = {
		.profile = "bench",
		.auth.method = PPP_AUTH_PAP,
		.auth.our_name = "bench",
	};

	q.call.tunnel_id = 1;
	q.call.id = (uint32_t)serial & 0xffff;
	snprintf(q.call.session_id, sizeof(q.call.session_id), "%08llx",
		 (unsigned long long)serial);
	strcpy(q.call.local, "192.0.2.1");
	strcpy(q.call.peer, "192.0.2.2");
	strcpy(q.call.local_name, "bench");
	strcpy(q.call.peer_name, "caller");
	snprintf(q.auth.user, sizeof(q.auth.user), "%s", o.user);
	q.auth.response_len = (uint16_t)strlen(o.password);
	memcpy(q.auth.response, o.password, q.auth.response_len);
	return ipc_send(engine, &h, &q, sizeof(q), NULL, 0);
}

static bool wait_for_message(bool to_send)
{
	struct pollfd p[2] = {
		{ .fd = monitor, .events = POLLIN },
		{
			.fd = engine,
			.events = (short)(POLLIN | (to_send ? POLLOUT : 0)),
		},
	};

	if (poll(p, 2, -1) < 0)
		fail("poll", -errno);
	if (p[0].revents)
		serve();
	return p[1].revents & (POLLIN | POLLHUP);
}

/* The reply's user was accepted; its serial is in m. */
static bool take(void)
{
	const struct aaa_auth_reply *r = ipc_body(&m, struct aaa_auth_reply);

	if (m.header.type != AAA_AUTH || m.header.result || !r)
		fail("a request", m.header.result ? m.header.result : -EPROTO);
	if (!r->ppp.ok && answered == accepted) /* the first of them */
		fprintf(stderr, "aaa-load: refused: %s\n", r->why);
	return r->ppp.ok;
}

/*
 * Until the server has let one in: its secret and the server
 * itself are ready then.
 */
static void warm(void)
{
	for (int i = 0; i < WARM_TRIES; i++) {
		const struct aaa_auth_reply *r;

		check("AAA_AUTH", ask(0));
		while (!wait_for_message(false))
			;
		check("the engine's channel", ipc_recv(engine, &m));
		r = ipc_body(&m, struct aaa_auth_reply);
		if (r && r->ppp.ok)
			return;
		usleep(20000);
	}
	(void)take();
	exit(EXIT_FAILURE);
}

static void run(void)
{
	bool full = false;

	while (answered < o.requests) {
		while (!full && sent < o.requests &&
		       sent - answered < o.outstanding) {
			int err = ask(sent + 1);

			full = err == -EAGAIN;
			if (full)
				break;
			check("AAA_AUTH", err);
			sent_ns[sent++] = aaa_load_now_ns();
		}
		if (!wait_for_message(full)) {
			full = false;
			continue;
		}
		full = false;
		for (int n; (n = ipc_recv(engine, &m)) != -EAGAIN;) {
			uint64_t i = m.header.serial - 1;

			if (n != 1 || i >= sent)
				fail("the engine's channel",
				     n < 0 ? n : -EPROTO);
			took_ns[i] = aaa_load_now_ns() - sent_ns[i];
			accepted += take();
			answered++;
		}
	}
}

/* ---- figures ---- */

/*
 * Requests that were sent again: lost on the way, they make the other figures
 * the timer's.
 */
static unsigned long long sent_again(void)
{
	struct ipc_header h = { .type = AAA_RADIUS, .version = IPC_VERSION };
	struct aaa_radius q = { .index = 0 };
	const struct aaa_radius_state *r;

	check("AAA_RADIUS", ipc_send(engine, &h, &q, sizeof(q), NULL, 0));
	while (!wait_for_message(false))
		;
	check("the engine's channel", ipc_recv(engine, &m));
	r = ipc_body(&m, struct aaa_radius_state);
	if (m.header.type != AAA_RADIUS || !r)
		fail("AAA_RADIUS", -EPROTO);
	return (unsigned long long)r->retransmits;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void report(double seconds, unsigned long long again,
		   const struct rusage *u)
{
	double cpu = (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
		     (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;

	qsort(took_ns, o.requests, sizeof(*took_ns), compare);
	printf("{\"requests\": %u, \"accepted\": %u, \"outstanding\": %u, "
	       "\"delay_ms\": %u, \"seconds\": %.3f, \"per_s\": %.1f, "
	       "\"latency_ms_p50\": %.2f, \"latency_ms_p99\": %.2f, "
	       "\"aaa_cpu_us\": %.1f, \"sent_again\": %llu}\n",
	       o.requests, accepted, o.outstanding, o.delay_ms, seconds,
	       o.requests / seconds, (double)took_ns[o.requests / 2] / 1e6,
	       (double)took_ns[(uint64_t)o.requests * 99 / 100] / 1e6,
	       cpu * 1e6 / o.requests, again);
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || end == text || n > 10000000)
		fail(text, -EINVAL);
	return (unsigned int)n;
}

static void read_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "requests", required_argument, NULL, 'n' },
		{ "outstanding", required_argument, NULL, 'o' },
		{ "delay", required_argument, NULL, 'd' },
		{ "user", required_argument, NULL, 'u' },
		{ "password", required_argument, NULL, 'p' },
		{ "secret", required_argument, NULL, 's' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 'n':
			o.requests = number(optarg);
			break;
		case 'o':
			o.outstanding = number(optarg);
			break;
		case 'd':
			o.delay_ms = number(optarg);
			break;
		case 'u':
			o.user = optarg;
			break;
		case 'p':
			o.password = optarg;
			break;
		case 's':
			o.secret = optarg;
			break;
		default:
			exit(2);
		}
	}
	if (optind + 1 != argc || o.requests == 0 || o.outstanding == 0) {
		fprintf(stderr, "usage: aaa-load [--requests N] [--outstanding "
				"N] [--delay MS] [--user NAME]\n"
				"                [--password TEXT] [--secret "
				"TEXT] PORT\n");
		exit(2);
	}
	o.port = (uint16_t)number(argv[optind]);
}

int main(int argc, char **argv)
{
	struct rusage used;
	pid_t relay = 0, aaa;
	unsigned long long again;
	uint64_t start;
	double seconds;

	read_options(argc, argv);
	sent_ns = calloc(o.requests, sizeof(*sent_ns));
	took_ns = calloc(o.requests, sizeof(*took_ns));
	if (!sent_ns || !took_ns)
		fail("calloc", -ENOMEM);
	if (o.delay_ms)
		relay = aaa_delay_start(&o.port, o.delay_ms);
	aaa = start_aaa(o.port);
	warm();
	check("fcntl",
	      fcntl(engine, F_SETFL, fcntl(engine, F_GETFL) | O_NONBLOCK) < 0 ?
		      -errno :
		      0);
	start = aaa_load_now_ns();
	run();
	seconds = (double)(aaa_load_now_ns() - start) / 1e9;
	again = sent_again();
	close(engine);
	close(monitor);
	if (wait4(aaa, NULL, 0, &used) != aaa)
		fail("wait4", -errno);
	report(seconds, again, &used);
	if (relay)
		aaa_delay_stop(relay);
	return accepted == o.requests ? EXIT_SUCCESS : EXIT_FAILURE;
}
