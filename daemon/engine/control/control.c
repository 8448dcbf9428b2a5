/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: lines of JSON in, records out (ipc/control.h). A reply
 * of many records is made as fast as the client reads it, a slice at a time,
 * so that a list of 50,000 sessions neither fills memory nor holds up the loop.
 */
#include "engine/control/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/clients.h"
#include "engine/control/command.h"
#include "engine/control/reply.h"
#include "engine/engine.h"
#include "ipc/control.h"

#define OUT_LOW (64 << 10) /* more records are made below this */
#define SLICE	256	   /* records in one turn */

struct controls {
	struct client_listener listener;
	struct control *first; /* connections */
};

static void end(struct control *c)
{
	if (c->over)
		return;
	c->over = true;
	loop_io_stop(&c->io);
	close(c->fd);
	*c->prev = c->next;
	if (c->next)
		c->next->prev = c->prev;
	clients_gone(c->engine, &c->client);
	if (c->waiting)
		return; /* its answer frees it */
	control_release(c);
}

static void flush(struct control *c)
{
	size_t done = 0;

	while (done < c->out_len) {
		ssize_t n = send(c->fd, c->out + done, c->out_len - done,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN) {
			end(c);
			return;
		}
		if (n < 0)
			break;
		done += (size_t)n;
	}
	if (!done)
		return;
	memmove(c->out, c->out + done, c->out_len - done);
	c->out_len -= done;
}

static void take_line(struct control *c, char *line, size_t len)
{
	json_error_t err;
	json_t *request = json_loadb(line, len, 0, &err);
	const char *command;

	c->busy = true;
	if (!request) {
		control_error(c, "the request is not JSON: %s", err.text);
		return;
	}
	command = json_string_value(json_object_get(request, "command"));
	c->args = json_incref(json_object_get(request, "args"));
	if (!c->args)
		c->args = json_object();
	if (!command || !json_is_object(c->args))
		control_error(c, "the request needs a \"command\" "
				 "and an object of \"args\"");
	else
		command_run(c, command);
	json_decref(request);
}

/*
 * Works off whole lines; one request is finished before the next is looked at.
 */
static void take_lines(struct control *c)
{
	while (!c->over && !c->busy && c->out_len < OUT_LOW) {
		char *nl = memchr(c->in, '\n', c->in_len);
		size_t used;

		if (!nl) {
			if (c->in_len == sizeof(c->in)) {
				control_error(c,
					      "the request is longer than %d "
					      "bytes",
					      CONTROL_LINE_MAX);
				c->in_len = 0;
			}
			return;
		}
		used = (size_t)(nl - c->in) + 1;
		take_line(c, c->in, used - 1);
		explicit_bzero(c->in, used);
		memmove(c->in, c->in + used, c->in_len - used);
		c->in_len -= used;
	}
}

static void pump(struct control *c)
{
	int made = 0;

	take_lines(c);
	while (!c->over && c->busy && !c->waiting && c->produce &&
	       c->out_len < OUT_LOW && made++ < SLICE)
		c->produce(c);
	if (!c->over && !c->busy)
		take_lines(c);
	if (!c->over)
		flush(c);
	if (c->over)
		return;
	clients_heard(c->engine, &c->client, c->waiting);
	loop_io_set(c->engine->loop, &c->io,
		    (short)((c->hangup || c->in_len == sizeof(c->in) ?
				     0 :
				     LOOP_READ) |
			    (c->out_len || (c->produce && !c->waiting) ?
				     LOOP_WRITE :
				     0)));
	if (c->hangup && !c->busy && !c->out_len)
		end(c);
}

static void on_io(struct loop_io *io, int fd, int events)
{
	struct control *c = container_of(io, struct control, io);
	ssize_t n;

	if ((events & LOOP_READ) && c->in_len < sizeof(c->in)) {
		n = read(fd, c->in + c->in_len, sizeof(c->in) - c->in_len);
		if (n < 0 && errno != EAGAIN) {
			end(c);
			return;
		}
		if (n == 0)
			c->hangup = true;
		if (n > 0)
			c->in_len += (size_t)n;
	}
	pump(c);
	turn_settle(&c->engine->turn);
}

static void leave(struct client *client)
{
	end(container_of(client, struct control, client));
}

/* In the form of a reply: whoever comes has a request, and reads one. */
static void refused(int fd, const char *why)
{
	char line[256];
	int n = snprintf(line, sizeof(line), "{\"error\":\"%s\"}\n", why);

	(void)send(fd, line, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static struct client *on_client(struct client_listener *l, int fd)
{
	struct controls *all = container_of(l, struct controls, listener);
	struct engine *e = l->engine;
	struct control *c = calloc(1, sizeof(*c));

	if (!c || loop_io_start(e->loop, &c->io, fd, LOOP_READ, on_io)) {
		free(c);
		return NULL;
	}
	c->engine = e;
	c->client.leave = leave;
	c->fd = fd;
	c->pump = pump;
	c->next = all->first;
	c->prev = &all->first;
	if (c->next)
		c->next->prev = &c->next;
	all->first = c;
	return &c->client;
}

int controls_start(struct engine *e, int fd)
{
	e->controls = calloc(1, sizeof(*e->controls));
	if (!e->controls) {
		close(fd);
		return -ENOMEM;
	}
	e->controls->listener.refused = refused;
	clients_add(e, &e->controls->listener, fd, on_client);
	return 0;
}

void controls_free(struct engine *e)
{
	struct controls *all = e->controls;

	while (all && all->first) {
		struct control *c = all->first;

		all->first = c->next;
		loop_io_stop(&c->io);
		close(c->fd);
		control_free(c);
	}
	free(all);
	e->controls = NULL;
}
