/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accepts local clients, as many as there is room for. */
#include "engine/clients.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/engine.h"
#include "lib/log.h"

#define CLIENTS_MAX   256
#define CLIENTS_ROOT  16 /* of these */
#define PAUSE_MS      1000
#define IDLE_MS	      1000 /* who was heard later than that is not idle */
#define TELL_AGAIN_MS 60000

/* ---- those that are there ---- */

static void append(struct clients *all, struct client *c)
{
	if (!all->first)
		all->end = &all->first;
	c->next = NULL;
	c->prev = all->end;
	*all->end = c;
	all->end = &c->next;
}

static void take_out(struct clients *all, struct client *c)
{
	*c->prev = c->next;
	if (c->next)
		c->next->prev = c->prev;
	else
		all->end = c->prev;
}

void clients_heard(struct engine *e, struct client *c, bool working)
{
	c->heard_ms = engine_now(e);
	c->working = working;
	take_out(&e->clients, c);
	append(&e->clients, c);
}

void clients_gone(struct engine *e, struct client *c)
{
	take_out(&e->clients, c);
	e->clients.n--;
	if (c->uid != 0)
		e->clients.others--;
}

/* ---- room for another ---- */

/*
 * The one that goes. For root that is anybody who asks for nothing, and root's
 * own only after those.
 */
static struct client *idle_one(struct engine *e, uid_t comes)
{
	struct client *roots = NULL;

	for (struct client *c = e->clients.first; c; c = c->next) {
		bool is_idle = engine_now(e) - c->heard_ms >= IDLE_MS;

		if (c->working || (comes != 0 && !is_idle))
			continue;
		if (c->uid != 0)
			return c;
		if (!roots && is_idle)
			roots = c;
	}
	return comes == 0 ? roots : NULL;
}

/* At most once a minute: whoever may connect can cause it at will. */
static bool may_tell(struct engine *e)
{
	uint64_t now = engine_now(e);

	if (e->clients.told_ms && now - e->clients.told_ms < TELL_AGAIN_MS)
		return false;
	e->clients.told_ms = now;
	return true;
}

static bool has_room(const struct clients *all, uid_t uid)
{
	return all->n < CLIENTS_MAX &&
	       (uid == 0 || all->others < CLIENTS_MAX - CLIENTS_ROOT);
}

/* Names one of those that have the places: mostly they are one process's. */
static void tell_full(struct engine *e, uid_t comes)
{
	const struct client *c = e->clients.first;

	if (may_tell(e))
		log_warn("all %u places of local clients are taken, one by "
			 "process %d of user %u: idle ones are closed for "
			 "others, who are refused while none is idle",
			 comes ? CLIENTS_MAX - CLIENTS_ROOT : CLIENTS_MAX,
			 (int)c->pid, c->uid);
}

static bool make_room(struct engine *e, const struct ucred *who)
{
	struct client *c;

	if (has_room(&e->clients, who->uid))
		return true;
	c = idle_one(e, who->uid);
	tell_full(e, who->uid);
	if (!c)
		return false;
	c->leave(c);
	return true;
}

static struct ucred who_is(int fd)
{
	struct ucred who = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(who);

	/* Who cannot be known is not root. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0)
		who.uid = (uid_t)-1;
	return who;
}

/* ---- those that come ---- */

static void serve_again(struct loop_timer *t)
{
	struct engine *e = container_of(t, struct engine, clients.again);

	if (clients_serve(e))
		log_error("local clients can no longer be served");
}

/* No fd is left: else the loop would do nothing but this. */
static void pause_listeners(struct engine *e)
{
	if (may_tell(e))
		log_warn("local clients have to wait: %s", strerror(errno));
	for (struct client_listener *l = e->clients.listeners; l; l = l->next)
		loop_io_stop(&l->io);
	loop_timer_set(e->loop, &e->clients.again, engine_now(e) + PAUSE_MS,
		       serve_again);
}

static void let_in(struct client_listener *l, int fd, const struct ucred *who)
{
	struct clients *all = &l->engine->clients;
	struct client *c = l->accepted(l, fd);

	if (!c) {
		close(fd);
		return;
	}
	c->uid = who->uid;
	c->pid = who->pid;
	c->heard_ms = engine_now(l->engine);
	append(all, c);
	all->n++;
	if (c->uid != 0)
		all->others++;
}

static void on_accept(struct loop_io *io, int listener, int events)
{
	struct client_listener *l =
		container_of(io, struct client_listener, io);
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct engine *e = l->engine;
	struct ucred who;

	(void)events;
	if (fd < 0 &&
	    (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR))
		return;
	if (fd < 0) {
		pause_listeners(e);
		return;
	}
	who = who_is(fd);
	if (make_room(e, &who)) {
		let_in(l, fd, &who);
	} else {
		if (l->refused)
			l->refused(fd, "l2tpd has no place for another local "
				       "client now; try again later");
		close(fd);
	}
	turn_settle(&e->turn);
}

void clients_add(struct engine *e, struct client_listener *l, int fd,
		 struct client *(*accepted)(struct client_listener *l, int fd))
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
