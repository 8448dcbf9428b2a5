/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which function takes which request of the engine. The functions stand beside
 * the objects that they work on, and each module has a table of rows; here a
 * message finds its row, is compared with what it may be, and is answered.
 */
#ifndef L2TPD_MONITOR_REQUEST_H
#define L2TPD_MONITOR_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ipc/channel.h"
#include "ipc/monitor.h"
#include "lib/log_limiter.h"

/* One request while it is taken, and what it is answered with. */
struct request {
	void *object; /* what requests_add was given with the row */
	void *body;   /* of the row's size; valid until the answer */
	size_t reply_len;
	int nfds, fds[IPC_FDS_MAX]; /* sent with result 0 only */
	bool close_fds; /* the fds are closed here after the answer */
	bool later;	/* requests_answer does it */
	const struct ipc_header *header;
	_Alignas(16) uint8_t reply[IPC_BODY_MAX];
};

struct request_row {
	enum monitor_message type; /* 0: the end of the table */
	size_t size;		   /* of the body, in bytes */
	/*
	 * Returns 0 or -errno, which is the result that the engine gets.
	 * -EINVAL is for what a sound engine never sends: it is logged.
	 */
	int (*take)(struct request *q);
};

/* Zeroed knows no request. */
struct requests {
	struct {
		const struct request_row *row;
		void *object;
	} by_type[MONITOR_MESSAGES];
	/* An engine that is taken over must not fill the log. */
	struct log_limiter refusals;
};

/*
 * Adds rows up to the end of their table. rows and object are kept by pointer.
 */
void requests_add(struct requests *t, const struct request_row *rows,
		  void *object);
bool requests_has(const struct requests *t, enum monitor_message type);
/* What was refused and not logged is said now. */
void requests_fini(struct requests *t);
/* Has the message's function take it, and answers on the engine's channel. */
void requests_take(struct requests *t, struct channel *engine,
		   struct ipc_message *msg);

/*
 * It is answered when its work is done, with what is kept here until then: take
 * returns 0, and requests_answer is called once, unless the engine that asked
 * is gone.
 */
struct request_later {
	struct ipc_header header;
};
static inline void request_put_off(struct request *q, struct request_later *l)
{
	q->later = true;
	l->header = *q->header;
}
/* fd, or -1 for none, stays its owner's. */
void requests_answer(struct channel *engine, const struct request_later *l,
		     int result, const void *body, size_t len, int fd);

/* Copies the body of the answer; len is at most IPC_BODY_MAX bytes. */
static inline void request_answer(struct request *q, const void *body,
				  size_t len)
{
	memcpy(q->reply, body, len);
	q->reply_len = len;
}

/* Answers with an fd that stays its owner's. */
static inline void request_lend_fd(struct request *q, int fd)
{
	q->fds[q->nfds++] = fd;
}

/*
 * Answers with a fresh fd, which is closed here; or with fd when it is -errno.
 */
static inline int request_give_fd(struct request *q, int fd)
{
	if (fd < 0)
		return fd;
	q->fds[q->nfds++] = fd;
	q->close_fds = true;
	return 0;
}

#endif
