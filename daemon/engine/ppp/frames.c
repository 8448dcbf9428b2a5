/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames between the core and the kernel. The channel takes those of any
 * protocol. Once there is a unit, the kernel gives those of network protocols
 * to that one, looks at CCP's as they pass, and encrypts what it sends.
 */
#include "engine/ppp/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

#define FRAME_MAX   16386  /* one read: the largest MRU that there is */
#define BATCH	    16	   /* frames of one link before others' */
#define LINK_LAYER  0xc000 /* RFC 1661, section 2: LCP and its like */
#define CCP	    0x80fd
#define WAITING_MAX 32

/* ---- out ---- */

/* What the kernel does not take is lost, as on any line: PPP repeats it. */
static void write_frame(const struct builtin *b, int fd, const uint8_t *frame,
			size_t len)
{
	char what[WHOSE_MAX];

	if (write(fd, frame, len) < 0 && errno != ENXIO)
		log_debug("%s: a frame could not be sent: %s",
			  link_describe(b->link, what, sizeof(what)),
			  strerror(errno));
}

static size_t count_waiting(const struct builtin *b)
{
	size_t n = 0;

	for (const struct builtin_frame *f = b->waiting; f; f = f->next)
		n++;
	return n;
}

static bool append(struct builtin *b, const uint8_t *frame, size_t len)
{
	struct builtin_frame *f = malloc(sizeof(*f) + len);

	if (!f)
		return false;
	f->next = NULL;
	f->len = len;
	if (len)
		memcpy(f->data, frame, len);
	*b->waiting_end = f;
	b->waiting_end = &f->next;
	return true;
}

/* One too many is lost, as on any line. */
static void wait_for_unit(struct builtin *b, const uint8_t *frame, size_t len)
{
	if (count_waiting(b) < WAITING_MAX)
		(void)append(b, frame, len);
}

bool builtin_mark(struct builtin *b)
{
	if (b->waiting || b->settings)
		return append(b, NULL, 0);
	builtin_upper(b)->reached_mark(b);
	return true;
}

void builtin_send(struct builtin *b, uint16_t protocol, const uint8_t *frame,
		  size_t len)
{
	bool must_wait;

	if (b->over)
		return;
	if (protocol >= LINK_LAYER) {
		write_frame(b, b->channel.fd, frame, len);
		return;
	}
	must_wait = b->waiting || b->settings ||
		    (protocol == CCP && b->unit.fd < 0);
	if (builtin_upper(b)->holds(b, protocol, frame, len))
		must_wait = true;
	if (must_wait)
		wait_for_unit(b, frame, len);
	else
		write_frame(b, b->unit.fd >= 0 ? b->unit.fd : b->channel.fd,
			    frame, len);
}

void builtin_flush(struct builtin *b)
{
	struct builtin_frame *f;

	while (b->unit.fd >= 0 && !b->settings && (f = b->waiting)) {
		b->waiting = f->next;
		if (!b->waiting)
			b->waiting_end = &b->waiting;
		if (f->len)
			write_frame(b, b->unit.fd, f->data, f->len);
		else
			builtin_upper(b)->reached_mark(b);
		free(f);
	}
}

void builtin_free_frames(struct builtin *b)
{
	struct builtin_frame *f;

	while ((f = b->waiting)) {
		b->waiting = f->next;
		free(f);
	}
	b->waiting_end = &b->waiting;
}

/* ---- in ---- */

/* 1: one was taken; 0: there is none; or -errno, -ENXIO: there never will be */
static int read_frame(struct builtin *b, int fd)
{
	static uint8_t buf[FRAME_MAX];
	struct engine *e = builtin_engine(b);
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n == 0)
		return -ENXIO;
	if (n < 0)
		return errno == EAGAIN ? 0 :
		       errno == ENXIO  ? -ENXIO :
					 1; /* one that is too long is gone */
	ppp_link_input(b->core, engine_now(e), buf, (size_t)n);
	builtin_upper(b)->settle(e);
	return 1;
}

static int read_frames(struct builtin *b, const struct loop_io *io)
{
	int n = 1;

	for (int i = 0; i < BATCH && n == 1 && !b->over; i++)
		n = read_frame(b, io->fd);
	return n;
}

/* The session is no more in the kernel, whoever took it out. */
static void on_channel(struct loop_io *io, int fd, int events)
{
	struct builtin *b = container_of(io, struct builtin, channel);
	struct engine *e = builtin_engine(b);

	(void)fd;
	(void)events;
	if (read_frames(b, io) == -ENXIO && !b->over) {
		ppp_link_lost(b->core, engine_now(e), "the session was closed");
		builtin_upper(b)->settle(e);
	}
	turn_settle(&e->turn);
}

/* A unit without its channel is readable for ever: the channel tells of it. */
static void on_unit(struct loop_io *io, int fd, int events)
{
	struct builtin *b = container_of(io, struct builtin, unit);
	struct engine *e = builtin_engine(b);

	(void)fd;
	(void)events;
	if (read_frames(b, io) == -ENXIO && !b->over)
		loop_io_set(e->loop, io, 0);
	turn_settle(&e->turn);
}

/* ---- the fds ---- */

static int open_fd(struct builtin *b, struct loop_io *io, int fd,
		   void (*cb)(struct loop_io *, int, int))
{
	int err = loop_io_start(builtin_engine(b)->loop, io, fd, LOOP_READ, cb);

	if (err)
		close(fd);
	io->fd = err ? -1 : fd;
	return err;
}

int builtin_open_channel(struct builtin *b, int fd)
{
	return open_fd(b, &b->channel, fd, on_channel);
}

int builtin_open_unit(struct builtin *b, int fd)
{
	int err = open_fd(b, &b->unit, fd, on_unit);

	if (!err)
		builtin_engine(b)->builtins->up++;
	return err;
}

static void close_fd(struct loop_io *io)
{
	int fd = io->fd;

	if (fd < 0)
		return;
	loop_io_stop(io);
	io->fd = -1;
	close(fd);
}

void builtin_close_fds(struct builtin *b)
{
	if (b->unit.fd >= 0)
		builtin_engine(b)->builtins->up--;
	close_fd(&b->unit);
	close_fd(&b->channel);
}
