/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: lines of JSON in, records out (ipc/control.h). A reply
 * of many records is made as fast as the client reads it, a slice at a time,
 * so that a list of 50,000 sessions neither fills memory nor holds up the loop.
 */
#include "engine/control/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/control.h"
#include "lib/log.h"

#define OUT_LOW		(64 << 10)	/* more records are made below this */
#define SLICE		256		/* records in one turn */

static void pump(struct control *c);

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
	c->engine->clients--;
	if (c->waiting)
		return;		/* its answer frees it */
	control_release(c);
}

static void free_control(void *arg)
{
	struct control *c = arg;

	json_decref(c->args);
	json_decref(c->record);
	explicit_bzero(c->in, sizeof(c->in));	/* passwords came in it */
	free(c->out);
	free(c);
}

void control_release(struct control *c)
{
	engine_defer(c->engine, free_control, c);
}

static int append(struct control *c, const char *text, size_t len)
{
	if (c->out_len + len > c->out_size) {
		size_t size = c->out_size ? c->out_size : 4096;
		char *out;

		while (size < c->out_len + len)
			size *= 2;
		out = realloc(c->out, size);
		if (!out)
			return -ENOMEM;
		c->out = out;
		c->out_size = size;
	}
	memcpy(c->out + c->out_len, text, len);
	c->out_len += len;
	return 0;
}

static void write_line(struct control *c, json_t *line)
{
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

	if (!text || append(c, text, strlen(text)) || append(c, "\n", 1))
		log_warn("an answer to l2tpctl was lost: out of memory");
	free(text);
	json_decref(line);
}

void control_record(struct control *c, json_t *record)
{
	write_line(c, json_pack("{s:o}", "record", record));
}

static void request_over(struct control *c)
{
	json_decref(c->args);
	c->args = NULL;
	c->produce = NULL;
	c->busy = false;
}

void control_end(struct control *c)
{
	write_line(c, json_pack("{s:{}}", "end"));
	request_over(c);
}

json_t *control_text(const char *text)
{
	json_t *string = json_string(text);
	char *copy;

	if (string)
		return string;
	/* Not UTF-8: what a peer said, or a sentence that was cut within a character. */
	copy = strdup(text);
	for (char *p = copy; p && *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	string = json_string(copy ? copy : "?");
	free(copy);
	return string;
}

void control_error(struct control *c, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	write_line(c, json_pack("{s:o}", "error", control_text(text)));
	request_over(c);
}

void control_refused(struct control *c, int result, struct ipc_message *m)
{
	const struct monitor_outcome *r = m ? ipc_body(m, struct monitor_outcome) : NULL;

	control_error(c, "%s", r && r->why[0] ? r->why : strerror(-result));
}

static void flush(struct control *c)
{
	size_t done = 0;

	while (done < c->out_len) {
		ssize_t n = send(c->fd, c->out + done, c->out_len - done, MSG_DONTWAIT | MSG_NOSIGNAL);

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
		control_error(c, "the request needs a \"command\" and an object of \"args\"");
	else
		command_run(c, command);
	json_decref(request);
}

/* Works off whole lines; one request is finished before the next is looked at. */
static void take_lines(struct control *c)
{
	while (!c->over && !c->busy && c->out_len < OUT_LOW) {
		char *nl = memchr(c->in, '\n', c->in_len);
		size_t used;

		if (!nl) {
			if (c->in_len == sizeof(c->in)) {
				control_error(c, "the request is longer than %d bytes", CONTROL_LINE_MAX);
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
	while (!c->over && c->busy && !c->waiting && c->produce && c->out_len < OUT_LOW && made++ < SLICE)
		c->produce(c);
	if (!c->over && !c->busy)
		take_lines(c);
	if (!c->over)
		flush(c);
	if (c->over)
		return;
	loop_io_set(c->engine->loop, &c->io,
		    (short)((c->hangup || c->in_len == sizeof(c->in) ? 0 : LOOP_READ) |
			    (c->out_len || (c->produce && !c->waiting) ? LOOP_WRITE : 0)));
	if (c->hangup && !c->busy && !c->out_len)
		end(c);
}

void control_resume(struct control *c)
{
	if (c->over)
		control_release(c);
	else
		pump(c);
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
	engine_settle(c->engine);
}

static void on_accept(struct loop_io *io, int listener, int events)
{
	struct engine *e = container_of(io, struct engine, control_io);
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct control *c;

	(void)events;
	if (!engine_may_serve(e, fd))
		return;
	c = calloc(1, sizeof(*c));
	if (!c || loop_io_start(e->loop, &c->io, fd, LOOP_READ, on_io)) {
		close(fd);
		free(c);
		return;
	}
	e->clients++;
	c->engine = e;
	c->fd = fd;
	c->next = e->controls;
	c->prev = &e->controls;
	if (c->next)
		c->next->prev = &c->next;
	e->controls = c;
}

int control_serve(struct engine *e)
{
	return loop_io_start(e->loop, &e->control_io, e->control_fd, LOOP_READ, on_accept);
}

void controls_free(struct engine *e)
{
	loop_io_stop(&e->control_io);
	if (e->control_fd >= 0)
		close(e->control_fd);
	while (e->controls) {
		struct control *c = e->controls;

		e->controls = c->next;
		loop_io_stop(&c->io);
		close(c->fd);
		free_control(c);
	}
}
