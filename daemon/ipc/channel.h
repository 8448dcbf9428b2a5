/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One end of an ipc socket in an event loop: sends that do not fit are queued,
 * requests are matched with their replies by serial, everything else goes to
 * the owner. Of the two ends only one makes requests; the other sends replies
 * and events. The struct must outlive the callback that closes it.
 *
 * Nothing that is sent is lost without somebody knowing. Requests and events
 * say whether they were taken; what must not fail is sent from memory that was
 * reserved before; an answer that cannot be kept ends the channel, for the
 * other end would wait for it for ever.
 */
#ifndef L2TPD_IPC_CHANNEL_H
#define L2TPD_IPC_CHANNEL_H

#include "ipc/fields.h"
#include "ipc/ipc.h"
#include "lib/loop.h"
#include "lib/table.h"

struct channel_out;

#define CHANNEL_QUEUE 65536 /* messages that a peer may leave unread */
#define CHANNEL_PAUSE 1024  /* answers, before more requests are read */

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
	/* queued; at most limit (0: CHANNEL_QUEUE), but for reserved ones */
	unsigned int out_n, limit;
	/*
	 * Of the end that answers: while CHANNEL_PAUSE answers are unread no
	 * more requests are taken, so that their number has a bound.
	 */
	bool pauses;
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
		    void *arg) __attribute__((warn_unused_result));
int channel_event(struct channel *c, uint16_t type, const void *body,
		  size_t len, const int *fds, int nfds)
	__attribute__((warn_unused_result));
/*
 * 0, or -errno: the channel is gone, or ends now. Only when there are too few
 * fds to keep those of the answer, it is answered with that in place of result.
 */
int channel_reply(struct channel *c, const struct ipc_header *request,
		  int result, const void *body, size_t len, const int *fds,
		  int nfds);

/*
 * Room for one event with a body of len bytes, which can then be sent whatever
 * there is of memory, and however many wait: for what has to be undone. NULL:
 * no memory.
 */
struct channel_out *channel_reserve(size_t len);
void channel_reserve_free(struct channel_out *o); /* NULL is allowed */
/*
 * Sends an event with a body of the reserved length, and takes o over. On a
 * channel that is closed nothing happens.
 */
void channel_event_reserved(struct channel *c, struct channel_out *o,
			    uint16_t type, const void *body);
/*
 * Ends it soon, by the loop and not from within: both ends see it closed. For
 * when an event that the other end counts on could not be sent.
 */
void channel_break(struct channel *c);

#endif
