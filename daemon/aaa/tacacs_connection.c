/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection of the TACACS+ client: TCP, bytes in and out, of which neither
 * ever blocks. What ends it is told once, as broken.
 */
#include "aaa/tacacs_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OUT_MAX	  (1u << 18) /* what waits to be sent */
#define READS_MAX 64	     /* of a turn of the loop */

static const struct tacacs_events *events_of(const struct tacacs_connection *c)
{
	return c->server->tacacs->on;
}

static void give_up(struct tacacs_connection *c, const char *why)
{
	events_of(c)->broken(c, why, TACACS_OK);
}

static void cannot(struct tacacs_connection *c, const char *what, int err)
{
	char why[160];

	snprintf(why, sizeof(why), "%s: %s", what, strerror(-err));
	give_up(c, why);
}

/* ---- out ---- */

static void wrote(struct tacacs_connection *c, size_t n)
{
	c->out_len -= n;
	memmove(c->out, c->out + n, c->out_len);
	explicit_bzero(c->out + c->out_len, n);
}

static int write_some(struct tacacs_connection *c)
{
	ssize_t n = c->out_len ? send(c->fd, c->out, c->out_len, MSG_NOSIGNAL) :
				 0;

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	if (n > 0)
		wrote(c, (size_t)n);
	return loop_io_set(c->server->tacacs->loop, &c->io,
			   c->out_len ? LOOP_READ | LOOP_WRITE : LOOP_READ);
}

static int make_room(struct tacacs_connection *c, size_t len)
{
	size_t size = c->out_size ? c->out_size : 1024;
	uint8_t *bigger;

	if (len > OUT_MAX - c->out_len)
		return -ENOBUFS;
	while (size < c->out_len + len)
		size *= 2;
	if (size == c->out_size)
		return 0;
	/* Not realloc, which leaves what is secret behind. */
	bigger = malloc(size);
	if (!bigger)
		return -ENOMEM;
	if (c->out_len) {
		memcpy(bigger, c->out, c->out_len);
		explicit_bzero(c->out, c->out_len);
	}
	free(c->out);
	c->out = bigger;
	c->out_size = size;
	return 0;
}

int tacacs_write(struct tacacs_connection *c, const uint8_t *data, size_t len)
{
	int err = make_room(c, len);

	if (err)
		return err;
	memcpy(c->out + c->out_len, data, len);
	c->out_len += len;
	/* What is wrong with it is met by the loop, which reads first. */
	return loop_io_set(c->server->tacacs->loop, &c->io,
			   LOOP_READ | LOOP_WRITE);
}

/* ---- in ---- */

static enum tacacs_fault take_packets(struct tacacs_connection *c)
{
	struct tacacs_header h;
	enum tacacs_fault fault;
	uint8_t *body;

	while (!(fault = tacacs_stream_next(&c->in, &h, &body)) && body) {
		fault = events_of(c)->reply(c, &h, body);
		if (fault || c->over)
			break;
	}
	return fault;
}

/* What came is the last of it. A last word of ours is said, if that is easy. */
static void finish(struct tacacs_connection *c, enum tacacs_fault fault)
{
	if (fault) {
		events_of(c)->broken(c, tacacs_fault_text(fault), fault);
		return;
	}
	(void)write_some(c);
	events_of(c)->over(c);
}

/* false: c is gone. */
static bool read_some(struct tacacs_connection *c)
{
	for (int i = 0; i < READS_MAX; i++) {
		size_t size;
		uint8_t *room = tacacs_stream_room(&c->in, &size);
		ssize_t n = recv(c->fd, room, size, 0);
		enum tacacs_fault fault;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (n < 0) {
			cannot(c, "the connection broke", -errno);
			return false;
		}
		if (n == 0) {
			give_up(c, "it closed the connection");
			return false;
		}
		tacacs_stream_add(&c->in, (size_t)n);
		fault = take_packets(c);
		if (fault || c->over) {
			finish(c, fault);
			return false;
		}
	}
	return true;
}

/* ---- its life ---- */

static int finish_connecting(struct tacacs_connection *c)
{
	int err = 0, one = 1;
	socklen_t len = sizeof(err);

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	if (err)
		return -err;
	/* A request does not wait for the acknowledgement of another. */
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c->phase = TACACS_FRESH;
	return 0;
}

static void on_io(struct loop_io *io, int fd, int ready)
{
	struct tacacs_connection *c =
		container_of(io, struct tacacs_connection, io);
	int err = 0;

	(void)fd;
	if (c->phase == TACACS_CONNECTING && ready & LOOP_WRITE) {
		err = finish_connecting(c);
		if (err) {
			cannot(c, "it cannot be connected to", err);
			return;
		}
	} else if (ready & LOOP_READ && !read_some(c)) {
		return;
	}
	err = write_some(c);
	if (err)
		cannot(c, "the connection broke", err);
}

struct tacacs_connection *tacacs_connect(struct tacacs_server *s, int *err)
{
	struct tacacs_connection *c;

	*err = -ENOBUFS;
	if (s->connection_n == TACACS_CONNECTIONS_MAX)
		return NULL;
	*err = -ENOMEM;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->server = s;
	c->fd = server_connect(&s->base, s->config->port, SOCK_STREAM);
	*err = c->fd < 0 ? c->fd :
			   loop_io_start(s->tacacs->loop, &c->io, c->fd,
					 LOOP_WRITE, on_io);
	if (*err) {
		if (c->fd >= 0)
			close(c->fd);
		free(c);
		return NULL;
	}
	s->connections[s->connection_n++] = c;
	return c;
}

void tacacs_disconnect(struct tacacs_connection *c)
{
	struct tacacs_server *s = c->server;
	unsigned int i = 0;

	while (s->connections[i] != c)
		i++;
	s->connections[i] = s->connections[--s->connection_n];
	loop_timer_stop(&c->idle_timer);
	loop_io_stop(&c->io);
	close(c->fd);
	table_fini(&c->requests);
	if (c->out_len)
		explicit_bzero(c->out, c->out_len);
	free(c->out);
	explicit_bzero(&c->in, sizeof(c->in));
	free(c);
}
