/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's side of a monitor, for tests; see monitor_lab.h. */
#include "monitor_lab.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "monitor/pw.h"
#include "monitor/pw_sections.h"

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

void monitor_lab_open(struct monitor_lab *l, struct config *config)
{
	char text[256];
	int sv[2];

	*l = (struct monitor_lab){ .m = { .config = config, .aaa.channel.fd = -1 } };
	l->m.loop = loop_new();
	l->m.own_addrs = own_addrs_new(l->m.loop, monitor_address_gone, &l->m);
	l->m.dp = dataplane_kernel_new(text, sizeof(text));
	if (!l->m.dp)
		errx(1, "%s", text);
	if (!l->m.loop || !l->m.own_addrs || ipc_pair(sv) || channel_open(&l->m.engine.channel, l->m.loop, sv[0], on_message, on_closed))
		errx(1, "no channel to the monitor");
	monitor_lab_configure(l);
	l->fd = sv[1];
	if (fcntl(l->fd, F_SETFL, O_NONBLOCK))
		err(1, "fcntl");
}

void monitor_lab_configure(struct monitor_lab *l)
{
	pw_sections_free(l->m.pw_sections);
	l->m.pw_sections = pw_sections_new(l->m.config);
	if (!l->m.pw_sections)
		errx(1, "out of memory");
}

void monitor_lab_close(struct monitor_lab *l)
{
	monitor_clear(&l->m);
	pws_free(&l->m);
	own_addrs_free(l->m.own_addrs);
	pw_sections_free(l->m.pw_sections);
	channel_close(&l->m.engine.channel);
	close(l->fd);
	l->m.dp->ops->free(l->m.dp);
	table_fini(&l->m.tunnels);
	table_fini(&l->m.sessions);
	table_fini(&l->m.v3_ids);
	loop_free(l->m.loop);
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

int monitor_lab_ask(struct monitor_lab *l, uint16_t type, const void *body, size_t len)
{
	static struct ipc_message request;
	static uint64_t serial;

	request = (struct ipc_message){
		.header = { .type = type, .version = IPC_VERSION, .serial = ++serial }, .len = len,
	};
	memcpy(request.body, body, len);
	monitor_request(&l->m, &request);
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
	loop_stop((container_of(t, struct wait, deadline))->lab->m.loop);
}

static void on_readable(struct loop_io *io, int fd, int events)
{
	(void)fd;
	(void)events;
	loop_stop((container_of(io, struct wait, io))->lab->m.loop);
}

/* One message, or none in that time. */
static bool wait_message(struct monitor_lab *l, uint64_t ms)
{
	struct wait w = { .lab = l };

	loop_timer_set(l->m.loop, &w.deadline, loop_now_fresh(l->m.loop) + ms, on_deadline);
	loop_io_start(l->m.loop, &w.io, l->fd, LOOP_READ, on_readable);
	loop_run(l->m.loop);
	loop_io_stop(&w.io);
	loop_timer_stop(&w.deadline);
	return receive(l);
}

bool monitor_lab_event(struct monitor_lab *l, uint16_t type)
{
	while (wait_message(l, WAIT_MS))
		if (l->answer.header.serial == 0 && l->answer.header.type == type)
			return true;
	return false;
}

bool monitor_lab_any_event(struct monitor_lab *l)
{
	return wait_message(l, 1);
}
