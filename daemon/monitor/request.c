/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's requests are compared with what they may be (ipc/fields.h) and
 * answered; see request.h. What fits no row is refused, for a sound engine
 * never sends it.
 */
#include "monitor/request.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

#include "lib/log.h"

void requests_add(struct requests *t, const struct request_row *rows,
		  void *object)
{
	for (; rows->type; rows++) {
		assert(rows->type < MONITOR_MESSAGES &&
		       !t->by_type[rows->type].row);
		t->by_type[rows->type].row = rows;
		t->by_type[rows->type].object = object;
	}
}

bool requests_has(const struct requests *t, enum monitor_message type)
{
	return type < MONITOR_MESSAGES && t->by_type[type].row;
}

/*
 * The row's function on the message; messages without a row are ours to send.
 */
static int take(const struct requests *t, struct ipc_message *msg,
		struct request *q)
{
	const struct request_row *row;

	if (!requests_has(t, msg->header.type))
		return -EINVAL;
	row = t->by_type[msg->header.type].row;
	if (msg->len != row->size ||
	    !ipc_message_fits(monitor_shapes, monitor_shapes_n, msg))
		return -EINVAL;
	q->object = t->by_type[msg->header.type].object;
	q->body = msg->body;
	return row->take(q);
}

static void log_refused(struct requests *t, struct loop *loop, uint16_t type)
{
	static const char *const kinds[LOG_LIMIT_KINDS] = {
		"requests of the engine that were refused",
	};

	t->refusals.limit.kinds = kinds;
	if (log_limiter_pass(&t->refusals, loop, 0, NULL, LOG_WARNING))
		log_warn("the engine's request %u was refused: it does not fit "
			 "what is configured or open",
			 type);
}

void requests_fini(struct requests *t)
{
	log_limiter_fini(&t->refusals);
}

void requests_take(struct requests *t, struct channel *engine,
		   struct ipc_message *msg)
{
	struct request q;
	int result;

	/* All of it but the room for a reply, which is large. */
	q.reply_len = 0;
	q.nfds = 0;
	q.close_fds = q.later = false;
	q.header = &msg->header;
	result = take(t, msg, &q);
	if (result == -EINVAL)
		log_refused(t, engine->loop, msg->header.type);
	if (msg->header.serial && (result || !q.later))
		channel_reply(engine, &msg->header, result, q.reply,
			      q.reply_len, q.fds, result ? 0 : q.nfds);
	for (int i = 0; q.close_fds && i < q.nfds; i++)
		close(q.fds[i]);
}

void requests_answer(struct channel *engine, const struct request_later *l,
		     int result, const void *body, size_t len, int fd)
{
	if (l->header.serial)
		channel_reply(engine, &l->header, result, body,
			      result ? 0 : len, &fd, result || fd < 0 ? 0 : 1);
}
