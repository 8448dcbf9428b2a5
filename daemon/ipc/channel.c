/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ipc socket in an event loop: queueing and matching; see channel.h. */
#include "ipc/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct channel_out {
	struct channel_out *next;
	struct ipc_header header;
	int nfds, fds[IPC_FDS_MAX]; /* our duplicates */
	size_t len;
	uint8_t body[];
};

struct channel_wait {
	channel_done *done;
	void *arg;
};

static void out_free(struct channel_out *o)
{
	for (int i = 0; i < o->nfds; i++)
		close(o->fds[i]);
	explicit_bzero(o->body, o->len); /* passwords pass through here */
	free(o);
}

static void fail(struct channel *c)
{
	if (c->broken)
		return;
	c->broken = true;
	loop_io_stop(&c->io);
	c->closed(c);
}

static bool is_paused(const struct channel *c)
{
	return c->pauses && c->out_n >= CHANNEL_PAUSE;
}

static void watch(struct channel *c)
{
	loop_io_set(c->loop, &c->io,
		    (short)((is_paused(c) ? 0 : LOOP_READ) |
			    (c->out ? LOOP_WRITE : 0)));
}

static void append(struct channel *c, struct channel_out *o)
{
	*c->out_end = o;
	c->out_end = &o->next;
	c->out_n++;
	watch(c);
}

static int enqueue(struct channel *c, const struct ipc_header *h,
		   const void *body, size_t len, const int *fds, int nfds)
{
	struct channel_out *o;

	if (c->out_n >= (c->limit ? c->limit : CHANNEL_QUEUE))
		return -ENOBUFS;
	o = calloc(1, sizeof(*o) + len);
	if (!o)
		return -ENOMEM;
	o->header = *h;
	o->len = len;
	if (len)
		memcpy(o->body, body, len);
	for (; o->nfds < nfds; o->nfds++) {
		o->fds[o->nfds] = fcntl(fds[o->nfds], F_DUPFD_CLOEXEC, 0);
		if (o->fds[o->nfds] < 0) {
			int err = -errno;

			out_free(o);
			return err;
		}
	}
	append(c, o);
	return 0;
}

/* The other end is slow, which is no error. */
static bool is_full(int err)
{
	return err == -EAGAIN || err == -ENOBUFS || err == -ETOOMANYREFS;
}

static int transmit(struct channel *c, const struct ipc_header *h,
		    const void *body, size_t len, const int *fds, int nfds)
{
	int err;

	if (!channel_is_open(c) || c->broken)
		return -EPIPE;
	if (c->out)
		return enqueue(c, h, body, len, fds, nfds);
	err = ipc_send(c->fd, h, body, len, fds, nfds);
	if (is_full(err))
		return enqueue(c, h, body, len, fds, nfds);
	return err;
}

static void flush(struct channel *c)
{
	while (c->out) {
		struct channel_out *o = c->out;
		int err = ipc_send(c->fd, &o->header, o->body, o->len, o->fds,
				   o->nfds);

		if (is_full(err))
			break;
		c->out = o->next;
		c->out_n--;
		if (!c->out)
			c->out_end = &c->out;
		out_free(o);
		if (err) {
			fail(c);
			return;
		}
	}
	watch(c);
}

static void check_answer(const struct channel *c, struct ipc_message *m)
{
	if (!c->answers || !m->len ||
	    ipc_message_fits(c->answers, c->answers_n, m))
		return;
	m->len = 0;
	if (!m->header.result)
		m->header.result = -EPROTO;
}

static void dispatch(struct channel *c, struct ipc_message *m)
{
	struct channel_wait *w = NULL;

	if (m->header.serial)
		w = table_del(&c->waiting, m->header.serial);
	if (w) {
		check_answer(c, m);
		w->done(w->arg, m->header.result, m);
		free(w);
	} else {
		c->message(c, m);
	}
}

static void on_io(struct loop_io *io, int fd, int events)
{
	struct channel *c = container_of(io, struct channel, io);
	struct ipc_message m;

	if (events & LOOP_WRITE)
		flush(c);
	if (!(events & LOOP_READ) || c->broken)
		return;
	/* Bounded, so that a busy channel does not starve the others. */
	for (int i = 0; i < 64; i++) {
		int n = ipc_recv(fd, &m);

		if (n == -EAGAIN)
			return;
		if (n <= 0) {
			fail(c);
			return;
		}
		dispatch(c, &m);
		/* closed by its owner meanwhile */
		if (c->fd != fd || c->broken || is_paused(c))
			break;
		ipc_close_fds(&m);
	}
	ipc_close_fds(&m);
	explicit_bzero(m.body, m.len);
}

void channel_work(struct channel *c, int events)
{
	on_io(&c->io, c->fd, events);
}

int channel_open(struct channel *c, struct loop *loop, int fd,
		 void (*message)(struct channel *, struct ipc_message *),
		 void (*closed)(struct channel *))
{
	int flags = fcntl(fd, F_GETFL);

	*c = (struct channel){
		.loop = loop,
		.fd = fd,
		.message = message,
		.closed = closed,
	};
	c->out_end = &c->out;
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	return loop_io_start(loop, &c->io, fd, LOOP_READ, on_io);
}

void channel_close(struct channel *c)
{
	struct channel_wait *w;

	if (!channel_is_open(c))
		return;
	loop_io_stop(&c->io);
	close(c->fd);
	c->fd = -1;
	while (c->out) {
		struct channel_out *o = c->out;

		c->out = o->next;
		out_free(o);
	}
	c->out_end = &c->out;
	c->out_n = 0;
	while ((w = table_pop(&c->waiting))) {
		w->done(w->arg, -EPIPE, NULL);
		free(w);
	}
	table_fini(&c->waiting);
}

int channel_request(struct channel *c, uint16_t type, const void *body,
		    size_t len, const int *fds, int nfds, channel_done *done,
		    void *arg)
{
	struct ipc_header h = { .type = type };
	struct channel_wait *w;
	int err;

	if (!channel_is_open(c) || c->broken)
		return -EPIPE;
	w = malloc(sizeof(*w));
	if (!w)
		return -ENOMEM;
	*w = (struct channel_wait){ done, arg };
	h.serial = ++c->serial;
	err = table_put(&c->waiting, h.serial, w);
	if (!err) {
		err = transmit(c, &h, body, len, fds, nfds);
		if (err)
			table_del(&c->waiting, h.serial);
	}
	if (err)
		free(w);
	return err;
}

int channel_event(struct channel *c, uint16_t type, const void *body,
		  size_t len, const int *fds, int nfds)
{
	struct ipc_header h = { .type = type };

	return transmit(c, &h, body, len, fds, nfds);
}

int channel_reply(struct channel *c, const struct ipc_header *request,
		  int result, const void *body, size_t len, const int *fds,
		  int nfds)
{
	struct ipc_header h = {
		.type = request->type,
		.result = result,
		.serial = request->serial,
	};
	int err = transmit(c, &h, body, len, fds, nfds);

	if (err == -EMFILE || err == -ENFILE) {
		h.result = err;
		err = transmit(c, &h, NULL, 0, NULL, 0);
	}
	if (err && err != -EPIPE)
		channel_break(c);
	return err;
}

/* ---- what must not fail ---- */

struct channel_out *channel_reserve(size_t len)
{
	struct channel_out *o = calloc(1, sizeof(*o) + len);

	if (o)
		o->len = len;
	return o;
}

void channel_reserve_free(struct channel_out *o)
{
	free(o);
}

void channel_event_reserved(struct channel *c, struct channel_out *o,
			    uint16_t type, const void *body)
{
	int err = -EAGAIN;

	if (!channel_is_open(c) || c->broken) {
		free(o);
		return;
	}
	o->header.type = type;
	memcpy(o->body, body, o->len);
	if (!c->out)
		err = ipc_send(c->fd, &o->header, o->body, o->len, NULL, 0);
	if (is_full(err))
		append(c, o);
	else
		free(o);
	if (err && !is_full(err) && err != -EPIPE)
		channel_break(c);
}

void channel_break(struct channel *c)
{
	if (channel_is_open(c))
		shutdown(c->fd, SHUT_RDWR);
}
