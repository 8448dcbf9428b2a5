/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accepts local clients, as many as there is room for. */
#include "engine/clients.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/engine.h"
#include "lib/log.h"

#define CLIENTS_MAX 256
#define PAUSE_MS    1000

static void serve_again(struct loop_timer *t)
{
	struct engine *e = container_of(t, struct engine, clients.again);

	if (clients_serve(e))
		log_error("local clients can no longer be served");
}

/* Too many, or no fd left: else the loop would do nothing but this. */
static void pause_listeners(struct engine *e)
{
	for (struct client_listener *l = e->clients.listeners; l; l = l->next)
		loop_io_stop(&l->io);
	loop_timer_set(e->loop, &e->clients.again, engine_now(e) + PAUSE_MS,
		       serve_again);
}

static void on_accept(struct loop_io *io, int listener, int events)
{
	struct client_listener *l =
		container_of(io, struct client_listener, io);
	struct engine *e = l->engine;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0 &&
	    (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR))
		return;
	if (fd < 0 || e->clients.n >= CLIENTS_MAX) {
		if (fd >= 0)
			close(fd);
		pause_listeners(e);
		return;
	}
	e->clients.n++;
	l->accepted(l, fd);
}

void clients_add(struct engine *e, struct client_listener *l, int fd,
		 void (*accepted)(struct client_listener *l, int fd))
{
	l->engine = e;
	l->fd = fd;
	l->accepted = accepted;
	l->next = e->clients.listeners;
	e->clients.listeners = l;
}

int clients_serve(struct engine *e)
{
	int err = 0;

	for (struct client_listener *l = e->clients.listeners; l && !err;
	     l = l->next)
		err = loop_io_start(e->loop, &l->io, l->fd, LOOP_READ,
				    on_accept);
	return err;
}

void clients_gone(struct engine *e)
{
	e->clients.n--;
}

void clients_close(struct engine *e)
{
	loop_timer_stop(&e->clients.again);
	for (struct client_listener *l = e->clients.listeners; l; l = l->next) {
		loop_io_stop(&l->io);
		if (l->fd >= 0)
			close(l->fd);
	}
	e->clients.listeners = NULL;
}
