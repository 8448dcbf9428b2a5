/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files and listening sockets, as the engine asks for them; see open_request.h.
 */
#include "monitor/open_request.h"

#include <errno.h>

#include "lib/config.h"
#include "monitor/files.h"
#include "monitor/socket.h"

static int take_secret(struct request *q)
{
	const struct config *c = q->object;

	return request_give_fd(q, monitor_open_secret(c, q->body));
}

static int take_listen(struct request *q)
{
	const struct config *c = q->object;
	const struct monitor_listen *r = q->body;

	if (r->index >= c->listen_n)
		return -EINVAL;
	return request_give_fd(q, monitor_listen_socket(&c->listen[r->index]));
}

const struct request_row open_rows[] = {
	{ MONITOR_SECRET, sizeof(struct monitor_secret), take_secret },
	{ MONITOR_LISTEN, sizeof(struct monitor_listen), take_listen },
	{ 0 },
};
