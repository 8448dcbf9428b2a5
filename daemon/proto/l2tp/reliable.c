// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reliable delivery of control messages, RFC 2661 section 5.8 and appendix A.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "proto/l2tp/codec.h"
#include "proto/l2tp/reliable.h"

#define POOL_BUF  256 /* most messages fit */
#define POOL_MAX  4096
/* this many messages, or a full window, do not wait for ack_delay */
#define ACK_EVERY 2

struct l2tp_buf *l2tp_buf_new(struct l2tp_buf_pool *pool, const void *data,
			      size_t len)
{
	struct l2tp_buf *b;

	if (len > UINT16_MAX)
		return NULL;
	if (len <= POOL_BUF && pool->free) {
		b = pool->free;
		pool->free = b->next;
		pool->count--;
	} else {
		b = malloc(sizeof(*b) + (len <= POOL_BUF ? POOL_BUF : len));
		if (!b)
			return NULL;
		b->pooled = len <= POOL_BUF;
	}
	b->next = NULL;
	b->len = (uint16_t)len;
	b->ns = 0;
	memcpy(b->data, data, len);
	return b;
}

void l2tp_buf_put(struct l2tp_buf_pool *pool, struct l2tp_buf *b)
{
	if (!b->pooled || pool->count >= POOL_MAX) {
		free(b);
		return;
	}
	b->next = pool->free;
	pool->free = b;
	pool->count++;
}

void l2tp_buf_pool_fini(struct l2tp_buf_pool *pool)
{
	struct l2tp_buf *b;

	while ((b = pool->free)) {
		pool->free = b->next;
		free(b);
	}
	pool->count = 0;
}

void reliable_init(struct reliable *r, struct l2tp_buf_pool *pool,
		   const struct reliable_config *cfg)
{
	memset(r, 0, sizeof(*r));
	r->cfg = *cfg;
	r->pool = pool;
	r->held_max = RELIABLE_HELD_EARLY;
	r->s.peer_window = RELIABLE_DEFAULT_WINDOW;
	r->s.cwnd = 1;
	r->s.ssthresh = RELIABLE_DEFAULT_WINDOW;
	r->s.retransmit_at = RELIABLE_NEVER;
	r->s.ack_at = RELIABLE_NEVER;
}

void reliable_fini(struct reliable *r)
{
	struct l2tp_buf *b;

	reliable_drop_all(r);
	while ((b = r->held)) {
		r->held = b->next;
		l2tp_buf_put(r->pool, b);
	}
	r->held_count = 0;
}

/* How long the oldest message waits after its tries-th retransmission. */
static uint64_t interval(const struct reliable_config *cfg, unsigned int tries)
{
	uint64_t t = tries < 32 ? (uint64_t)cfg->retransmit << tries :
				  UINT64_MAX;

	return t < cfg->retransmit_cap ? t : cfg->retransmit_cap;
}

/* The same of this connection, whose peer may be asked for a sign of life. */
static uint64_t next_interval(const struct reliable *r)
{
	uint64_t t = interval(&r->cfg, r->s.tries);

	return r->s.probing && t > RELIABLE_PROBE_MS ? RELIABLE_PROBE_MS : t;
}

static unsigned int tries_max(const struct reliable *r)
{
	return r->s.probing && r->cfg.retransmit_tries > RELIABLE_PROBE_TRIES ?
		       RELIABLE_PROBE_TRIES :
		       r->cfg.retransmit_tries;
}

uint64_t reliable_full_cycle(const struct reliable_config *cfg)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i <= cfg->retransmit_tries; i++)
		sum += interval(cfg, i);
	return sum;
}

void reliable_set_peer_window(struct reliable *r, uint16_t window)
{
	if (window > RELIABLE_QUEUE_MAX - 1)
		window = RELIABLE_QUEUE_MAX - 1;
	r->s.peer_window = window;
	if (!r->s.congested || r->s.ssthresh > window)
		r->s.ssthresh = window;
	if (r->s.cwnd > window)
		r->s.cwnd = window;
}

int reliable_queue(struct reliable *r, const void *data, size_t len)
{
	struct l2tp_buf *b;

	if (r->s.queued >= RELIABLE_QUEUE_MAX - 1)
		return -ENOBUFS;
	b = l2tp_buf_new(r->pool, data, len);
	if (!b)
		return -ENOMEM;
	if (r->tail)
		r->tail->next = b;
	else
		r->head = b;
	r->tail = b;
	if (!r->next)
		r->next = b;
	r->s.queued++;
	return 0;
}

static void pop(struct reliable *r)
{
	struct l2tp_buf *b = r->head;

	r->head = b->next;
	if (!r->head)
		r->tail = NULL;
	if (r->next == b)
		r->next = b->next;
	r->s.queued--;
	l2tp_buf_put(r->pool, b);
}

void reliable_readdress(struct reliable *r, uint8_t version, uint32_t tunnel_id)
{
	for (struct l2tp_buf *b = r->head; b; b = b->next)
		l2tp_encode_address(b->data, version, tunnel_id);
}

void reliable_drop_unsent(struct reliable *r)
{
	uint16_t numbered = (uint16_t)(r->s.ns - r->s.una);
	struct l2tp_buf *last = NULL, *b = r->head, *after;

	for (uint16_t i = 0; i < numbered; i++) {
		last = b;
		b = b->next;
	}
	if (last)
		last->next = NULL;
	else
		r->head = NULL;
	r->tail = last;
	for (; b; b = after) {
		after = b->next;
		if (r->next == b)
			r->next = NULL;
		r->s.queued--;
		l2tp_buf_put(r->pool, b);
	}
}

void reliable_drop_all(struct reliable *r)
{
	while (r->head)
		pop(r);
	r->s.una = r->s.ns;
	r->s.in_flight = 0;
	r->s.retransmit_at = RELIABLE_NEVER;
}

struct l2tp_buf *reliable_transmit(struct reliable *r, uint64_t now)
{
	uint16_t window = r->s.cwnd < r->s.peer_window ? r->s.cwnd :
							 r->s.peer_window;
	struct l2tp_buf *b = r->next;
	uint16_t ns;

	if (!b || r->s.in_flight >= window)
		return NULL;
	ns = (uint16_t)(r->s.una + r->s.in_flight);
	l2tp_encode_sequence(b->data, ns, r->s.nr);
	r->next = b->next;
	r->s.in_flight++;
	r->c.sent++;
	if (ns == r->s.ns)
		r->s.ns++;
	else
		r->c.retransmitted++;
	if (r->s.retransmit_at == RELIABLE_NEVER)
		r->s.retransmit_at = now + next_interval(r);
	reliable_ack_sent(r);
	return b;
}

void reliable_ack_sent(struct reliable *r)
{
	r->s.ack_now = false;
	r->s.ack_at = RELIABLE_NEVER;
	r->s.unacked = 0;
}

/*
 * Appendix A: one more per acknowledgement, or per CWND of them past SSTHRESH.
 */
static void window_grow(struct reliable *r)
{
	if (r->s.cwnd >= r->s.peer_window)
		return;
	if (r->s.cwnd < r->s.ssthresh) {
		r->s.cwnd++;
		r->s.cwnd_acks = 0;
	} else if (++r->s.cwnd_acks >= r->s.cwnd) {
		r->s.cwnd++;
		r->s.cwnd_acks = 0;
	}
}

/* Appendix A: a retransmission says that there is congestion. */
static void window_shrink(struct reliable *r)
{
	r->s.congested = true;
	/*
	 * at least two, as TCP has it: one would never leave slow start's place
	 */
	r->s.ssthresh = r->s.cwnd / 2 > 2 ? r->s.cwnd / 2 : 2;
	if (r->s.ssthresh > r->s.peer_window)
		r->s.ssthresh = r->s.peer_window;
	r->s.cwnd = 1;
	r->s.cwnd_acks = 0;
}

/* The peer has everything before nr. */
static void acknowledged(struct reliable *r, uint64_t now, uint16_t nr)
{
	uint16_t n = (uint16_t)(nr - r->s.una);

	/* an old number, or one that we never sent, says nothing */
	if (n == 0 || n > (uint16_t)(r->s.ns - r->s.una))
		return;
	for (uint16_t i = 0; i < n; i++)
		pop(r);
	r->s.una = nr;
	r->s.in_flight = r->s.in_flight > n ? (uint16_t)(r->s.in_flight - n) :
					      0;
	r->s.tries = 0;
	r->s.probing = false;
	r->s.retransmit_at = r->s.in_flight ? now + interval(&r->cfg, 0) :
					      RELIABLE_NEVER;
	window_grow(r);
}

static void ack_later(struct reliable *r, uint64_t now)
{
	/*
	 * Due now means after what the driver has in hand, so that an answer
	 * it is about to give still carries the acknowledgement.
	 */
	if (++r->s.unacked >= ACK_EVERY || r->s.unacked >= r->cfg.window)
		r->s.ack_at = now;
	else if (r->s.ack_at == RELIABLE_NEVER)
		r->s.ack_at = now + r->cfg.ack_delay;
}

static enum reliable_verdict hold(struct reliable *r, uint16_t ns,
				  const uint8_t *pkt, size_t len)
{
	uint16_t ahead = (uint16_t)(ns - r->s.nr);
	struct l2tp_buf **at = &r->held, *b;

	while (*at && (uint16_t)((*at)->ns - r->s.nr) < ahead)
		at = &(*at)->next;
	if (*at && (*at)->ns == ns) {
		r->c.duplicates++;
		return RELIABLE_DUPLICATE;
	}
	b = ahead < r->cfg.window && r->held_count < r->held_max &&
			    len <= RELIABLE_HELD_BYTES ?
		    l2tp_buf_new(r->pool, pkt, len) :
		    NULL;
	if (!b) {
		r->c.dropped++;
		return RELIABLE_DROPPED;
	}
	b->ns = ns;
	b->next = *at;
	*at = b;
	r->held_count++;
	r->c.out_of_order++;
	return RELIABLE_HELD;
}

enum reliable_verdict reliable_receive(struct reliable *r, uint64_t now,
				       uint16_t ns, uint16_t nr, bool zlb,
				       const uint8_t *pkt, size_t len)
{
	acknowledged(r, now, nr);
	if (zlb) {
		r->c.zlb_received++;
		return RELIABLE_ZLB;
	}
	r->c.received++;
	if (ns == r->s.nr) {
		r->s.nr++;
		ack_later(r, now);
		return RELIABLE_DELIVER;
	}
	/*
	 * section 5.8: less or equal is the last received and
	 * the 32767 before it
	 */
	if ((int16_t)(uint16_t)(ns - r->s.nr) < 0) {
		r->c.duplicates++;
		r->s.ack_now = true;
		return RELIABLE_DUPLICATE;
	}
	return hold(r, ns, pkt, len);
}

struct l2tp_buf *reliable_release(struct reliable *r, uint64_t now)
{
	struct l2tp_buf *b = r->held;

	if (!b || b->ns != r->s.nr)
		return NULL;
	r->held = b->next;
	r->held_count--;
	b->next = NULL;
	r->s.nr++;
	ack_later(r, now);
	return b;
}

void reliable_probe(struct reliable *r, uint64_t now)
{
	if (!r->s.queued)
		return;
	r->s.probing = true;
	if (r->s.retransmit_at != RELIABLE_NEVER &&
	    r->s.retransmit_at > now + RELIABLE_PROBE_MS)
		r->s.retransmit_at = now + RELIABLE_PROBE_MS;
}

void reliable_disarm(struct reliable *r)
{
	r->s.retransmit_at = RELIABLE_NEVER;
}

void reliable_resend(struct reliable *r)
{
	r->next = r->head;
	r->s.in_flight = 0;
	r->s.retransmit_at = RELIABLE_NEVER;
}

void reliable_rearm(struct reliable *r, uint64_t now)
{
	if (r->s.in_flight && r->s.retransmit_at == RELIABLE_NEVER)
		r->s.retransmit_at = now + next_interval(r);
}

uint64_t reliable_deadline(const struct reliable *r)
{
	if (r->s.ack_now)
		return 0;
	return r->s.retransmit_at < r->s.ack_at ? r->s.retransmit_at :
						  r->s.ack_at;
}

bool reliable_timeout(struct reliable *r, uint64_t now)
{
	if (r->s.ack_at <= now)
		r->s.ack_now = true;
	if (r->s.retransmit_at > now)
		return true;
	if (r->s.tries >= tries_max(r))
		return false;
	r->s.tries++;
	window_shrink(r);
	/*
	 * Whatever was sent after it may be lost as well, or thrown away by a
	 * peer that keeps nothing out of order: all of it goes again as the
	 * window opens, unless an acknowledgement says that it arrived.
	 */
	reliable_resend(r);
	return true;
}
