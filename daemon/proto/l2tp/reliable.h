/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reliable delivery of control messages: sequence numbers, acknowledgement,
 * retransmission, windows. RFC 2661 section 5.8 and appendix A. It numbers
 * and holds messages; its owner sends what it hands out.
 */
#ifndef L2TPD_PROTO_L2TP_RELIABLE_H
#define L2TPD_PROTO_L2TP_RELIABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELIABLE_NEVER		UINT64_MAX
#define RELIABLE_QUEUE_MAX	32768u /* half of the number space */
/*
 * What a peer may make us keep out of order: before it has proved
 * anything, and after.
 */
#define RELIABLE_HELD_EARLY	4u
#define RELIABLE_HELD_MAX	128u
#define RELIABLE_HELD_BYTES	2048u /* of one packet */
/* Of a probe: the interval in ms at most, and the retransmissions. */
#define RELIABLE_PROBE_MS	500u
#define RELIABLE_PROBE_TRIES	5u
#define RELIABLE_DEFAULT_WINDOW 4 /* of a peer that says none (section 4.4.3) */

/* One encoded message. */
struct l2tp_buf {
	struct l2tp_buf *next;
	uint16_t len;
	uint16_t ns; /* of a held message; others are numbered by their place */
	bool pooled;
	uint8_t data[];
};

/*
 * Message buffers of the usual size, kept for the next message.
 * Zeroed is empty.
 */
struct l2tp_buf_pool {
	struct l2tp_buf *free;
	unsigned int count;
};
/* A copy of len bytes; NULL: out of memory. */
struct l2tp_buf *l2tp_buf_new(struct l2tp_buf_pool *pool, const void *data,
			      size_t len);
void l2tp_buf_put(struct l2tp_buf_pool *pool, struct l2tp_buf *b);
void l2tp_buf_pool_fini(struct l2tp_buf_pool *pool);

/* Times in ms; all set. */
struct reliable_config {
	uint32_t retransmit, retransmit_cap, ack_delay;
	uint16_t retransmit_tries;
	uint16_t window; /* ours */
};

/* What a successor needs beside the messages themselves. */
struct reliable_state {
	uint16_t una;	 /* Ns of the oldest message that is not acknowledged */
	uint16_t ns;	 /* of the next message that was never sent */
	uint16_t nr;	 /* Ns that the peer is expected to send next */
	uint16_t queued; /* messages in the queue, sent or not */
	uint16_t in_flight; /* the first of them, sent since the last timeout */
	uint16_t peer_window;
	uint16_t cwnd, ssthresh, cwnd_acks;
	uint16_t tries; /* retransmissions of the oldest message so far */
	/* messages received since the last acknowledgement went out */
	uint16_t unacked;
	bool ack_now;
	bool probing;	/* until the peer acknowledges something */
	bool congested; /* there was a retransmission: SSTHRESH is our own */
	uint64_t retransmit_at, ack_at;
};

struct reliable_counters {
	uint64_t sent, received, retransmitted, duplicates, out_of_order,
		dropped;
	uint64_t zlb_sent, zlb_received;
};

struct reliable {
	struct reliable_config cfg;
	struct reliable_state s;
	struct reliable_counters c;
	struct l2tp_buf_pool *pool;
	struct l2tp_buf *head, *tail; /* in the order of Ns */
	struct l2tp_buf *next;	      /* the first not in flight */
	struct l2tp_buf *held;	      /* received out of order, by Ns */
	uint16_t held_count, held_max;
};

void reliable_init(struct reliable *r, struct l2tp_buf_pool *pool,
		   const struct reliable_config *cfg);
void reliable_fini(struct reliable *r);
/*
 * The cycle after which a silent peer is given up: 31 s with the defaults
 * (section 5.7).
 */
uint64_t reliable_full_cycle(const struct reliable_config *cfg);

/* The peer's Receive Window Size AVP. */
void reliable_set_peer_window(struct reliable *r, uint16_t window);

/*
 * Appends a message (its Ns and Nr are set when it goes out). 0,
 * -ENOMEM, -ENOBUFS.
 */
int reliable_queue(struct reliable *r, const void *data, size_t len);
/* The peer's tunnel id became known: into the headers of what waits. */
void reliable_readdress(struct reliable *r, uint8_t version,
			uint32_t tunnel_id);
/* Forgets messages that were never sent. */
void reliable_drop_unsent(struct reliable *r);
/* Forgets every message of ours: the peer is gone. */
void reliable_drop_all(struct reliable *r);
/*
 * The next message that may go out now, Ns and Nr in place, NULL for none;
 * call until NULL. It stays the transport's; what follows from the numbers (a
 * digest) may be written into it.
 */
struct l2tp_buf *reliable_transmit(struct reliable *r, uint64_t now);
/*
 * Whether an acknowledgement must go out at once, with nothing to carry it: a
 * duplicate came, or the delay is over (reliable_timeout notices). The caller
 * builds the ZLB.
 */
static inline bool reliable_ack_due(const struct reliable *r)
{
	return r->s.ack_now;
}
void reliable_ack_sent(struct reliable *r);

/*
 * The peer is to say at once that it is there: what waits for its
 * acknowledgement is sent again every RELIABLE_PROBE_MS, and when
 * RELIABLE_PROBE_TRIES of that bring nothing, it is as silent as after a full
 * cycle. Ends with the first acknowledgement. Does nothing when nothing waits.
 */
void reliable_probe(struct reliable *r, uint64_t now);

enum reliable_verdict {
	RELIABLE_DELIVER,   /* the expected message */
	RELIABLE_ZLB,	    /* only its Nr mattered */
	RELIABLE_DUPLICATE, /* is acknowledged again */
	RELIABLE_HELD,	    /* kept until those before it come */
	RELIABLE_DROPPED,   /* beyond the window */
};
/*
 * A control packet of the peer with its Ns and Nr. The packet is copied when
 * it is held; reliable_release hands those out that became due, in order:
 * call it after each delivery until NULL, and give them back to the pool.
 */
enum reliable_verdict reliable_receive(struct reliable *r, uint64_t now,
				       uint16_t ns, uint16_t nr, bool zlb,
				       const uint8_t *pkt, size_t len);
struct l2tp_buf *reliable_release(struct reliable *r, uint64_t now);

/*
 * For a peer that has not shown that it is there: nothing goes out again by
 * itself. reliable_resend has all that is not acknowledged go out once more,
 * reliable_rearm has the time run.
 */
void reliable_disarm(struct reliable *r);
void reliable_resend(struct reliable *r);
void reliable_rearm(struct reliable *r, uint64_t now);

uint64_t reliable_deadline(const struct reliable *r);
/*
 * At the deadline: makes an acknowledgement due, or the oldest message again
 * (reliable_transmit then gives it). False when the peer has not answered to
 * the last retransmission.
 */
bool reliable_timeout(struct reliable *r, uint64_t now);

#endif
