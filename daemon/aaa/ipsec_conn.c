/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections to charon. */
#include "aaa/ipsec_conn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/aaa.h"

#define IN_FIRST 4096

/*
 * What the monitor was asked; it outlives a connection that is
 * closed meanwhile.
 */
struct ipsec_asking {
	struct ipsec_conn *conn;
};

static void fail(struct ipsec_conn *c, const char *why, int err)
{
	char text[200];

	if (err)
		snprintf(text, sizeof(text), "%s: %s", why, strerror(-err));
	else
		snprintf(text, sizeof(text), "%s", why);
	loop_io_stop(&c->io);
	c->events->failed(c, text);
}

/* ---- out ---- */

static int flush(struct ipsec_conn *c)
{
	while (c->out_sent < c->out_len) {
		ssize_t n = send(c->fd, c->out + c->out_sent,
				 c->out_len - c->out_sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ?
				       loop_io_set(c->loop, &c->io,
						   LOOP_READ | LOOP_WRITE) :
				       -errno;
		c->out_sent += (size_t)n;
	}
	c->out_len = c->out_sent = 0;
	return loop_io_set(c->loop, &c->io, LOOP_READ);
}

/* Sent, or kept for on_io: what goes wrong there is told from the loop. */
static int finish(struct ipsec_conn *c, struct wbuf *w, size_t at)
{
	vici_end(w, at);
	if (w->failed)
		return -EMSGSIZE;
	c->out_len += w->len;
	return loop_io_set(c->loop, &c->io, LOOP_READ | LOOP_WRITE);
}

static struct wbuf out_room(struct ipsec_conn *c)
{
	return wbuf_init(c->out + c->out_len, sizeof(c->out) - c->out_len);
}

int ipsec_conn_register(struct ipsec_conn *c, const char *event)
{
	struct wbuf w = out_room(c);

	return finish(c, &w, vici_begin(&w, VICI_EVENT_REGISTER, event));
}

int ipsec_conn_command(struct ipsec_conn *c, const char *name,
		       const struct ipsec_pair *args, size_t n)
{
	struct wbuf w = out_room(c);
	size_t at = vici_begin(&w, VICI_CMD_REQUEST, name);

	for (size_t i = 0; i < n; i++)
		vici_value(&w, args[i].key, args[i].value);
	return finish(c, &w, at);
}

/* ---- in ---- */

static int reserve(struct ipsec_conn *c, size_t size)
{
	uint8_t *in;

	if (size <= c->in_size)
		return 0;
	in = realloc(c->in, size);
	if (!in)
		return -ENOMEM;
	c->in = in;
	c->in_size = size;
	return 0;
}

/* Hands on what is whole. 1: more is awaited; 0: c is gone, or failed. */
static int take_packets(struct ipsec_conn *c)
{
	size_t at = 0, size = 0;
	struct vici_packet p;
	int err;

	for (;; at += size) {
		err = vici_packet_size(c->in + at, c->in_len - at, &size);
		if (err == -EAGAIN || (!err && size > c->in_len - at))
			break;
		if (!err)
			err = vici_parse(&p, c->in + at + VICI_LENGTH,
					 size - VICI_LENGTH);
		if (err) {
			fail(c, "charon sent what is no packet of vici", 0);
			return 0;
		}
		if (!c->events->packet(c, &p))
			return 0;
	}
	memmove(c->in, c->in + at, c->in_len - at);
	c->in_len -= at;
	err = err ? 0 : reserve(c, size);
	if (err)
		fail(c, "no memory for what charon sends", err);
	return err ? 0 : 1;
}

static void on_io(struct loop_io *io, int fd, int events)
{
	struct ipsec_conn *c = container_of(io, struct ipsec_conn, io);
	int err = events & LOOP_WRITE ? flush(c) : 0;
	ssize_t n;

	if (err && err != -EPIPE) {
		fail(c, "charon cannot be written to", err);
		return;
	}
	if (!(events & LOOP_READ))
		return;
	n = recv(fd, c->in + c->in_len, c->in_size - c->in_len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		fail(c, "charon closed the connection", n < 0 ? -errno : 0);
		return;
	}
	c->in_len += (size_t)n;
	take_packets(c);
}

/* ---- open and close ---- */

static const char *explain(int err)
{
	switch (err) {
	case -ENOENT:
	case -ECONNREFUSED:
		return "strongSwan's charon does not run: install "
		       "charon-systemd and strongswan-swanctl, and start "
		       "strongswan.service";
	case -EAGAIN:
		return "strongSwan's charon is too busy to take another "
		       "connection";
	default:
		return NULL;
	}
}

static int start(struct ipsec_conn *c, int fd)
{
	int flags = fcntl(fd, F_GETFL), err;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	err = reserve(c, IN_FIRST);
	if (!err)
		err = loop_io_start(c->loop, &c->io, fd, LOOP_READ, on_io);
	return err;
}

static void on_connected(void *arg, int result, struct ipc_message *m)
{
	struct ipsec_asking *asking = arg;
	struct ipsec_conn *c = asking->conn;
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);

	free(asking);
	if (!c) {
		if (fd >= 0)
			close(fd);
		return;
	}
	c->asking = NULL;
	if (!result && fd < 0)
		result = fd;
	if (!result) {
		c->fd = fd;
		result = start(c, fd);
	}
	if (!result)
		c->events->open(c);
	else if (explain(result))
		fail(c, explain(result), 0);
	else
		fail(c, "strongSwan's charon cannot be connected to", result);
}

int ipsec_conn_open(struct ipsec_conn *c, struct loop *loop,
		    struct channel *monitor,
		    const struct ipsec_conn_events *events)
{
	int err;

	*c = (struct ipsec_conn){ .loop = loop, .events = events, .fd = -1 };
	c->asking = malloc(sizeof(*c->asking));
	if (!c->asking)
		return -ENOMEM;
	c->asking->conn = c;
	err = channel_request(monitor, AAA_VICI, NULL, 0, NULL, 0, on_connected,
			      c->asking);
	if (err) {
		free(c->asking);
		c->asking = NULL;
	}
	return err;
}

void ipsec_conn_close(struct ipsec_conn *c)
{
	if (!c->loop)
		return;
	if (c->asking)
		c->asking->conn = NULL;
	loop_io_stop(&c->io);
	if (c->fd >= 0)
		close(c->fd);
	free(c->in);
	*c = (struct ipsec_conn){ .fd = -1 };
}
