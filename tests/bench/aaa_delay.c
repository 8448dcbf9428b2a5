/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A RADIUS server that takes its time: a relay before a quick
 * one; see aaa_load.h.
 */
#include "aaa_load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#define CLIENTS_MAX 64 /* sockets of the aaa process */
#define WAITING_MAX 16384
#define PACKET_MAX  1024
/* requests that the quick server has: more may overflow its socket */
#define AT_ONCE	    64
#define LOST_MS	    1000 /* without an answer: what it had is lost */

struct waiting {
	uint64_t due_ns;
	unsigned int client, len;
	uint8_t data[PACKET_MAX];
};

struct queue {
	struct waiting *v;
	unsigned int first, count;
};

struct relay {
	/* the listener, then a socket to the server for each client */
	struct pollfd fds[1 + CLIENTS_MAX];
	struct sockaddr_in client[CLIENTS_MAX], server;
	unsigned int client_n;
	struct queue requests;
	/* in the order of their times, since all wait as long */
	struct queue answers;
	unsigned int asked; /* requests that the server has */
};

static void fail(const char *what)
{
	fprintf(stderr, "aaa-load: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static int udp_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
	    size = 4 << 20;

	if (fd < 0)
		fail("socket");
	/* Only root may have as much as that. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
				 sizeof(size));
	return fd;
}

static unsigned int client_of(struct relay *r, const struct sockaddr_in *from)
{
	unsigned int i;
	int fd;

	for (i = 0; i < r->client_n; i++)
		if (r->client[i].sin_port == from->sin_port)
			return i;
	if (i == CLIENTS_MAX)
		fail("more clients than the relay has room for");
	fd = udp_socket();
	if (connect(fd, (const struct sockaddr *)&r->server,
		    sizeof(r->server)) < 0)
		fail("connect");
	r->client[i] = *from;
	r->fds[1 + i] = (struct pollfd){ .fd = fd, .events = POLLIN };
	r->client_n++;
	return i;
}

static struct waiting *queue_end(struct queue *q)
{
	return &q->v[(q->first + q->count) % WAITING_MAX];
}

static void queue_pop(struct queue *q)
{
	q->first = (q->first + 1) % WAITING_MAX;
	q->count--;
}

static void take_requests(struct relay *r)
{
	while (r->requests.count < WAITING_MAX) {
		struct waiting *w = queue_end(&r->requests);
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(r->fds[0].fd, w->data, sizeof(w->data), 0,
				     (struct sockaddr *)&from, &len);

		if (n <= 0)
			return;
		w->client = client_of(r, &from);
		w->len = (unsigned int)n;
		r->requests.count++;
	}
}

static void give_requests(struct relay *r)
{
	for (; r->requests.count && r->asked < AT_ONCE;
	     queue_pop(&r->requests)) {
		const struct waiting *w = &r->requests.v[r->requests.first];

		(void)send(r->fds[1 + w->client].fd, w->data, w->len, 0);
		r->asked++;
	}
}

static void take_answers(struct relay *r, unsigned int client,
			 uint64_t delay_ns)
{
	while (r->answers.count < WAITING_MAX) {
		struct waiting *w = queue_end(&r->answers);
		ssize_t n = recv(r->fds[1 + client].fd, w->data,
				 sizeof(w->data), 0);

		if (n <= 0)
			return;
		w->due_ns = aaa_load_now_ns() + delay_ns;
		w->client = client;
		w->len = (unsigned int)n;
		r->answers.count++;
		r->asked -= r->asked > 0;
	}
}

/* Sends what is due; returns how many milliseconds there are until the next. */
static int give_answers(struct relay *r)
{
	for (; r->answers.count; queue_pop(&r->answers)) {
		const struct waiting *w = &r->answers.v[r->answers.first];
		const struct sockaddr_in *to = &r->client[w->client];
		uint64_t now = aaa_load_now_ns();

		if (w->due_ns > now)
			return (int)((w->due_ns - now) / 1000000) + 1;
		(void)sendto(r->fds[0].fd, w->data, w->len, 0,
			     (const struct sockaddr *)to, sizeof(*to));
	}
	return LOST_MS;
}

static void __attribute__((noreturn))
run(struct relay *r, unsigned int delay_ms)
{
	for (;;) {
		int n;

		give_requests(r);
		n = poll(r->fds, 1 + r->client_n, give_answers(r));
		if (n < 0 && errno != EINTR)
			fail("poll");
		if (n == 0 && r->answers.count == 0)
			r->asked = 0;
		if (r->fds[0].revents)
			take_requests(r);
		for (unsigned int i = 0; i < r->client_n; i++)
			if (r->fds[1 + i].revents)
				take_answers(r, i, delay_ms * 1000000ull);
	}
}

pid_t aaa_delay_start(uint16_t *port, unsigned int delay_ms)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	static struct relay r;
	socklen_t len = sizeof(own);
	pid_t pid;
	int fd = udp_socket();

	r.server = own;
	r.server.sin_port = htons(*port);
	if (bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&own, &len) < 0)
		fail("bind");
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		r.fds[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
		r.requests.v = calloc(WAITING_MAX, sizeof(*r.requests.v));
		r.answers.v = calloc(WAITING_MAX, sizeof(*r.answers.v));
		if (!r.requests.v || !r.answers.v)
			fail("calloc");
		run(&r, delay_ms);
	}
	close(fd);
	*port = ntohs(own.sin_port);
	return pid;
}

void aaa_delay_stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
