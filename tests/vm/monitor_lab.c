/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's side of a monitor, for tests; see monitor_lab.h. */
#include "monitor_lab.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

#define WAIT_MS 10000

static void on_message(struct channel *c, struct ipc_message *msg)
{
	(void)c;
	(void)msg;
}

static void on_closed(struct channel *c)
{
	(void)c;
	errx(1, "the monitor closed its channel");
}

static void open_channel(struct monitor_lab *l)
{
	int sv[2];

	if (ipc_pair(sv) ||
	    channel_open(&l->engine, l->loop, sv[0], on_message, on_closed))
		errx(1, "no channel to the monitor");
	l->fd = sv[1];
	if (fcntl(l->fd, F_SETFL, O_NONBLOCK))
		err(1, "fcntl");
}

static void make_held(struct monitor_lab *l)
{
	l->tunnels = (struct held_tunnels){
		.held = &l->held,
		.config = l->config,
		.dp = l->dp,
		.engine = &l->engine,
	};
	l->pws = (struct pws){
		.loop = l->loop,
		.dp = l->dp,
		.held = &l->held,
		.engine = &l->engine,
	};
	l->sessions = (struct held_sessions){
		.held = &l->held,
		.config = l->config,
		.dp = l->dp,
		.pws = &l->pws,
	};
	l->units = ppp_units_new(&(struct ppp_units_options){
		.loop = l->loop,
		.held = &l->held,
		.config = l->config,
		.engine = &l->engine,
	});
	if (!l->units)
		errx(1, "no units");
	l->sessions.units = l->units;
	l->calls = (struct ppp_calls){
		.held = &l->held,
		.config = l->config,
		.engine = &l->engine,
	};
	if (held_tunnels_init(&l->tunnels, l->loop))
		errx(1, "out of memory");
	requests_add(&l->requests, held_tunnel_rows, &l->tunnels);
	requests_add(&l->requests, held_session_rows, &l->sessions);
	requests_add(&l->requests, ppp_calls_rows, &l->calls);
	requests_add(&l->requests, ppp_unit_rows, l->units);
	requests_add(&l->requests, pw_rows, &l->pws);
}

void monitor_lab_open(struct monitor_lab *l, struct config *config)
{
	char text[256];

	*l = (struct monitor_lab){ .config = config };
	l->loop = loop_new();
	if (!l->loop)
		errx(1, "out of memory");
	l->dp = dataplane_kernel_new(text, sizeof(text));
	if (!l->dp)
		errx(1, "%s", text);
	open_channel(l);
	make_held(l);
	monitor_lab_configure(l);
}

void monitor_lab_configure(struct monitor_lab *l)
{
	pw_sections_free(l->pw_sections);
	l->pw_sections = pw_sections_new(l->config);
	if (!l->pw_sections)
		errx(1, "out of memory");
	l->pws.sections = l->pw_sections;
	l->sessions.pw_sections = l->pw_sections;
}

void monitor_lab_clear(struct monitor_lab *l)
{
	ppp_units_engine_gone(l->units);
	held_sessions_clear(&l->sessions);
	held_tunnels_clear(&l->tunnels);
	pw_sections_clear(l->pw_sections);
}

void monitor_lab_close(struct monitor_lab *l)
{
	monitor_lab_clear(l);
	ppp_units_free(l->units);
	pws_fini(&l->pws);
	held_tunnels_fini(&l->tunnels);
	held_fini(&l->held);
	pw_sections_free(l->pw_sections);
	channel_close(&l->engine);
	close(l->fd);
	l->dp->ops->free(l->dp);
	loop_free(l->loop);
}

/* True when one was there. */
static bool receive(struct monitor_lab *l)
{
	int ret;

	ipc_close_fds(&l->answer);
	ret = ipc_recv(l->fd, &l->answer);
	if (ret == 1)
		return true;
	if (ret != -EAGAIN)
		errx(1, "from the monitor: %s", strerror(-ret));
	return false;
}

uint64_t monitor_lab_send(struct monitor_lab *l, uint16_t type,
			  const void *body, size_t len)
{
	static struct ipc_message request;
	static uint64_t serial;

	request = (struct ipc_message){
		.header = { .type = type,
			    .version = IPC_VERSION,
			    .serial = ++serial, },
		.len = len,
	};
	memcpy(request.body, body, len);
	requests_take(&l->requests, &l->engine, &request);
	return serial;
}

int monitor_lab_ask(struct monitor_lab *l, uint16_t type, const void *body,
		    size_t len)
{
	uint64_t serial = monitor_lab_send(l, type, body, len);

	while (receive(l))
		if (l->answer.header.serial == serial)
			return l->answer.header.result;
	errx(1, "the monitor does not answer request %u", type);
}

struct wait {
	struct monitor_lab *lab;
	struct loop_timer deadline;
	struct loop_io io;
};

static void on_deadline(struct loop_timer *t)
{
	loop_stop((container_of(t, struct wait, deadline))->lab->loop);
}

static void on_readable(struct loop_io *io, int fd, int events)
{
	(void)fd;
	(void)events;
	loop_stop((container_of(io, struct wait, io))->lab->loop);
}

/* One message, or none in that time. */
static bool wait_message(struct monitor_lab *l, uint64_t ms)
{
	struct wait w = { .lab = l };

	loop_timer_set(l->loop, &w.deadline, loop_now_fresh(l->loop) + ms,
		       on_deadline);
	loop_io_start(l->loop, &w.io, l->fd, LOOP_READ, on_readable);
	loop_run(l->loop);
	loop_io_stop(&w.io);
	loop_timer_stop(&w.deadline);
	return receive(l);
}

uint64_t monitor_lab_reply(struct monitor_lab *l)
{
	while (wait_message(l, WAIT_MS))
		if (l->answer.header.serial)
			return l->answer.header.serial;
	errx(1, "the monitor does not answer");
}

int monitor_lab_ask_later(struct monitor_lab *l, uint16_t type,
			  const void *body, size_t len)
{
	uint64_t serial = monitor_lab_send(l, type, body, len);

	while (monitor_lab_reply(l) != serial)
		;
	return l->answer.header.result;
}

bool monitor_lab_event(struct monitor_lab *l, uint16_t type)
{
	while (wait_message(l, WAIT_MS))
		if (l->answer.header.serial == 0 &&
		    l->answer.header.type == type)
			return true;
	return false;
}

bool monitor_lab_any_event(struct monitor_lab *l)
{
	return wait_message(l, 1);
}
