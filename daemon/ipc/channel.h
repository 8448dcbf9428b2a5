/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One end of an ipc socket in an event loop: sends that do not fit are queued,
 * requests are matched with their replies by serial, everything else goes to
 * the owner. Of the two ends only one makes requests; the other sends replies
 * and events. The struct must outlive the callback that closes it.
 */
#ifndef L2TPD_IPC_CHANNEL_H
#define L2TPD_IPC_CHANNEL_H

#include "ipc/fields.h"
#include "ipc/ipc.h"
#include "lib/loop.h"
#include "lib/table.h"

struct channel_out;

#define CHANNEL_QUEUE 65536 /* messages that a peer may leave unread */

struct channel {
	struct loop *loop;
	struct loop_io io;
	int fd; /* -1: closed */
	/*
	 * A request or an event came (not a reply). fds that are not
	 * taken are closed.
	 */
	void (*message)(struct channel *c, struct ipc_message *m);
	/*
	 * The peer is gone, or sent what is not a message. Called once; the
	 * owner closes.
	 */
	void (*closed)(struct channel *c);
	/*
	 * What replies may be, by message; NULL: the other end is believed. A
	 * body that does not fit is taken away, and the result is -EPROTO.
	 */
	const struct ipc_shape *answers;
	size_t answers_n;
	struct table waiting; /* serial -> struct channel_wait */
	uint64_t serial;
	struct channel_out *out, **out_end;
	/* queued; more than limit end the channel (0: CHANNEL_QUEUE) */
	unsigned int out_n, limit;
	bool broken;
};

/* Takes fd over (it becomes non-blocking). 0 or -errno. */
int channel_open(struct channel *c, struct loop *loop, int fd,
		 void (*message)(struct channel *, struct ipc_message *),
		 void (*closed)(struct channel *));
/* Every outstanding request is answered with -EPIPE first. Idempotent. */
void channel_close(struct channel *c);
static inline bool channel_is_open(const struct channel *c)
{
	return c->loop && c->fd >= 0;
}

/*
 * What the loop does when fd is ready, for an owner that waits
 * outside of the loop.
 */
void channel_work(struct channel *c, int events);

/*
 * m: the reply's body and fds; NULL when result is -EPIPE because
 * the channel closed.
 */
typedef void channel_done(void *arg, int result, struct ipc_message *m);
/*
 * Sends a request; done is called once, never from within. 0, or -errno
 * (-EPIPE, -ENOMEM) and done is not called. fds stay the caller's.
 */
int channel_request(struct channel *c, uint16_t type, const void *body,
		    size_t len, const int *fds, int nfds, channel_done *done,
		    void *arg);
int channel_event(struct channel *c, uint16_t type, const void *body,
		  size_t len, const int *fds, int nfds);
int channel_reply(struct channel *c, const struct ipc_header *request,
		  int result, const void *body, size_t len, const int *fds,
		  int nfds);

#endif
