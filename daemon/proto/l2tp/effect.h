/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queue of effects: the machines append, the driver takes them with
 * l2tp_effect_next. What an effect carries beside two pointers lies in an
 * arena that is emptied with the queue.
 */
#ifndef L2TPD_PROTO_L2TP_EFFECT_H
#define L2TPD_PROTO_L2TP_EFFECT_H

#include "proto/l2tp/l2tp.h"

struct effect_entry {
	struct l2tp_tunnel *tunnel;
	struct l2tp_session *session;
	uint32_t at, len; /* in the arena */
	uint8_t type;	  /* enum l2tp_effect_type */
	uint8_t level;
	bool by_peer;
};

/*
 * Of a tunnel or a session: a request or an answer, up, down, and free, which
 * may come between two calls of l2tp_effect_next. Their places are reserved as
 * the object is made, so that an effect that changes what the driver holds is
 * never lost, nor memory looked for when there is none.
 */
#define EFFECTS_SURE 4

struct effect_queue {
	struct effect_entry *entries;
	uint32_t head, tail, size;
	uint32_t sure, sure_used; /* places reserved; of them, in the queue */
	uint8_t *arena;
	uint32_t used, room;
};

void effect_queue_fini(struct effect_queue *q);
/* For one tunnel or session more, or less. 0 or -ENOMEM. */
int effect_reserve(struct effect_queue *q);
void effect_release(struct effect_queue *q);
static inline bool effect_queue_empty(const struct effect_queue *q)
{
	return q->head == q->tail;
}
/*
 * The queue is empty: its arena is used from the start, and given back
 * when it grew large.
 */
void effect_queue_reset(struct effect_queue *q);

void effect_push(struct effect_queue *q, enum l2tp_effect_type type,
		 struct l2tp_tunnel *t, struct l2tp_session *s);
/*
 * A copy of the packet; one that finds no memory is as good as lost on the way.
 */
void effect_send(struct effect_queue *q, struct l2tp_tunnel *t, const void *pkt,
		 size_t len);
/* To a peer that has no tunnel here. */
void effect_send_raw(struct effect_queue *q, const struct addr *local,
		     const struct addr *peer, int socket, const void *pkt,
		     size_t len);
/* The place of a cause in the arena, for any number of effect_push_down. */
uint32_t effect_cause(struct effect_queue *q, const struct l2tp_cause *cause);
void effect_push_down(struct effect_queue *q, enum l2tp_effect_type type,
		      struct l2tp_tunnel *t, struct l2tp_session *s,
		      uint32_t cause, bool by_peer);
void effect_push_wen(struct effect_queue *q, struct l2tp_session *s,
		     const struct l2tp_wen *wen);
void effect_push_sli(struct effect_queue *q, struct l2tp_session *s,
		     const struct l2tp_sli *sli);
void effect_log(struct effect_queue *q, struct l2tp_tunnel *t,
		struct l2tp_session *s, int level, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* Of a peer that has no tunnel here. */
void effect_log_peer(struct effect_queue *q, const struct addr *peer, int level,
		     const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
