/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine that is served, and whose question is whose; see engine.h. */
#include "aaa/engine.h"

#include <errno.h>
#include <poll.h>

struct aaa_asker aaa_asker_of(const struct aaa_engine *e,
			      const struct ipc_header *h)
{
	return (struct aaa_asker){ .header = *h, .number = e->number };
}

int aaa_answer(struct aaa_engine *e, const struct aaa_asker *to, int result,
	       const void *body, size_t len)
{
	if (to->number != e->number)
		return -EPIPE;
	return channel_reply(&e->channel, &to->header, result, body, len, NULL,
			     0);
}

void aaa_engine_close(struct aaa_engine *e)
{
	channel_close(&e->channel);
	e->number++;
}

void aaa_engine_drain(struct aaa_engine *e)
{
	struct pollfd p = { .fd = e->channel.fd, .events = POLLIN };

	while (channel_is_open(&e->channel) && poll(&p, 1, 0) == 1)
		channel_work(&e->channel, LOOP_READ);
}
