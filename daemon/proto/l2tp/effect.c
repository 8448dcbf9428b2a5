// SPDX-License-Identifier: GPL-2.0-or-later
/* The queue of effects. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l2tp/internal.h"

#define ENTRIES_MIN 64
#define ARENA_MIN   8192
#define ARENA_KEEP  (1u << 20)

struct raw_send {
	struct addr local, peer;
	int socket;
};

void effect_queue_fini(struct effect_queue *q)
{
	free(q->entries);
	free(q->arena);
	memset(q, 0, sizeof(*q));
}

/* To what is reserved; when realloc will not, it stays as large. */
static void shrink(struct effect_queue *q)
{
	uint32_t size = q->sure + ENTRIES_MIN;
	struct effect_entry *e = realloc(q->entries, size * sizeof(*e));

	if (!e)
		return;
	q->entries = e;
	q->size = size;
}

void effect_queue_reset(struct effect_queue *q)
{
	q->head = q->tail = 0;
	q->used = 0;
	if (q->room > ARENA_KEEP) {
		free(q->arena);
		q->arena = NULL;
		q->room = 0;
	}
	q->sure_used = 0;
	if (q->size > ARENA_KEEP / sizeof(*q->entries) && q->size / 4 > q->sure)
		shrink(q);
}

/* Room for len bytes of the arena, aligned; UINT32_MAX without memory. */
static uint32_t reserve(struct effect_queue *q, size_t len)
{
	uint32_t at = (q->used + 7) & ~7u;

	if (len > q->room || at > q->room - len) {
		uint32_t room = q->room ? q->room : ARENA_MIN;
		uint8_t *arena;

		while (room - at < len || room < at)
			room *= 2;
		arena = realloc(q->arena, room);
		if (!arena)
			return UINT32_MAX;
		q->arena = arena;
		q->room = room;
	}
	q->used = at + (uint32_t)len;
	return at;
}

/* Room behind the tail for n entries: 0 or -ENOMEM. */
static int grow(struct effect_queue *q, uint32_t n)
{
	uint32_t size = q->size ? q->size : ENTRIES_MIN;
	struct effect_entry *e;

	if (n <= q->size - q->tail)
		return 0;
	while (size - q->tail < n)
		size *= 2;
	e = realloc(q->entries, size * sizeof(*e));
	if (!e)
		return -ENOMEM;
	q->entries = e;
	q->size = size;
	return 0;
}

/* Places that are reserved and not yet used. */
static uint32_t sure_left(const struct effect_queue *q)
{
	return q->sure > q->sure_used ? q->sure - q->sure_used : 0;
}

int effect_reserve(struct effect_queue *q)
{
	int err = grow(q, sure_left(q) + EFFECTS_SURE);

	if (!err)
		q->sure += EFFECTS_SURE;
	return err;
}

void effect_release(struct effect_queue *q)
{
	q->sure -= EFFECTS_SURE;
}

/* NULL without memory: it leaves what is reserved. */
static struct effect_entry *append(struct effect_queue *q)
{
	return grow(q, sure_left(q) + 1) ? NULL : &q->entries[q->tail++];
}

/*
 * An effect that changes what the driver holds: its place is reserved. Without
 * it driver and core would disagree for good, so that starting again would be
 * the better end.
 */
static struct effect_entry *append_sure(struct effect_queue *q)
{
	if (grow(q, 1))
		abort();
	q->sure_used++;
	return &q->entries[q->tail++];
}

void effect_push(struct effect_queue *q, enum l2tp_effect_type type,
		 struct l2tp_tunnel *t, struct l2tp_session *s)
{
	*append_sure(q) = (struct effect_entry){
		.tunnel = t,
		.session = s,
		.type = type,
	};
}

void effect_send(struct effect_queue *q, struct l2tp_tunnel *t, const void *pkt,
		 size_t len)
{
	uint32_t at = reserve(q, len);
	struct effect_entry *e = at == UINT32_MAX ? NULL : append(q);

	if (!e)
		return;
	memcpy(q->arena + at, pkt, len);
	*e = (struct effect_entry){
		.tunnel = t,
		.at = at,
		.len = (uint32_t)len,
		.type = L2TP_EFFECT_SEND,
	};
}

void effect_send_raw(struct effect_queue *q, const struct addr *local,
		     const struct addr *peer, int socket, const void *pkt,
		     size_t len)
{
	struct raw_send raw = { *local, *peer, socket };
	uint32_t at = reserve(q, sizeof(raw) + len);
	struct effect_entry *e = at == UINT32_MAX ? NULL : append(q);

	if (!e)
		return;
	memcpy(q->arena + at, &raw, sizeof(raw));
	memcpy(q->arena + at + sizeof(raw), pkt, len);
	*e = (struct effect_entry){
		.at = at,
		.len = (uint32_t)len,
		.type = L2TP_EFFECT_SEND,
	};
}

uint32_t effect_cause(struct effect_queue *q, const struct l2tp_cause *cause)
{
	uint32_t at = reserve(q, sizeof(*cause));

	if (at != UINT32_MAX)
		memcpy(q->arena + at, cause, sizeof(*cause));
	return at;
}

void effect_push_down(struct effect_queue *q, enum l2tp_effect_type type,
		      struct l2tp_tunnel *t, struct l2tp_session *s,
		      uint32_t cause, bool by_peer)
{
	*append_sure(q) = (struct effect_entry){
		.tunnel = t,
		.session = s,
		.at = cause,
		.len = cause == UINT32_MAX ? 0 : sizeof(struct l2tp_cause),
		.type = type,
		.by_peer = by_peer,
	};
}

static void push_data(struct effect_queue *q, enum l2tp_effect_type type,
		      struct l2tp_tunnel *t, struct l2tp_session *s, int level,
		      const void *data, size_t len)
{
	uint32_t at = reserve(q, len);
	struct effect_entry *e = at == UINT32_MAX ? NULL : append(q);

	if (!e)
		return;
	memcpy(q->arena + at, data, len);
	*e = (struct effect_entry){
		.tunnel = t,
		.session = s,
		.at = at,
		.len = (uint32_t)len,
		.type = type,
		.level = (uint8_t)level,
	};
}

void effect_push_wen(struct effect_queue *q, struct l2tp_session *s,
		     const struct l2tp_wen *wen)
{
	push_data(q, L2TP_EFFECT_WEN, s->tunnel, s, 0, wen, sizeof(*wen));
}

void effect_push_sli(struct effect_queue *q, struct l2tp_session *s,
		     const struct l2tp_sli *sli)
{
	push_data(q, L2TP_EFFECT_SLI, s->tunnel, s, 0, sli, sizeof(*sli));
}

struct log_data {
	struct addr peer;
	char text[sizeof(((struct l2tp_effect *)0)->text)];
};

static void push_log(struct effect_queue *q, struct l2tp_tunnel *t,
		     struct l2tp_session *s, const struct addr *peer, int level,
		     const char *fmt, va_list ap)
{
	struct log_data x = { .peer = *peer };

	vsnprintf(x.text, sizeof(x.text), fmt, ap);
	push_data(q, L2TP_EFFECT_LOG, t, s, level, &x,
		  offsetof(struct log_data, text) + strlen(x.text) + 1);
}

void effect_log(struct effect_queue *q, struct l2tp_tunnel *t,
		struct l2tp_session *s, int level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	push_log(q, t, s, &t->r.peer, level, fmt, ap);
	va_end(ap);
}

void effect_log_peer(struct effect_queue *q, const struct addr *peer, int level,
		     const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	push_log(q, NULL, NULL, peer, level, fmt, ap);
	va_end(ap);
}

static void fill_send(const struct effect_queue *q,
		      const struct effect_entry *e, struct l2tp_effect *out)
{
	struct raw_send raw;

	out->len = e->len;
	if (e->tunnel) {
		out->data = q->arena + e->at;
		out->local = e->tunnel->r.local;
		out->peer = e->tunnel->r.peer;
		out->socket = e->tunnel->socket;
		return;
	}
	memcpy(&raw, q->arena + e->at, sizeof(raw));
	out->data = q->arena + e->at + sizeof(raw);
	out->local = raw.local;
	out->peer = raw.peer;
	out->socket = raw.socket;
}

static void fill_log(const struct effect_queue *q, const struct effect_entry *e,
		     struct l2tp_effect *out)
{
	const size_t head = offsetof(struct log_data, text);

	memcpy(&out->peer, q->arena + e->at, sizeof(out->peer));
	memcpy(out->text, q->arena + e->at + head, e->len - head);
}

bool l2tp_effect_next(struct l2tp_endpoint *ep, struct l2tp_effect *out)
{
	struct effect_queue *q = &ep->effects;
	const struct effect_entry *e;

	if (effect_queue_empty(q))
		return false;
	e = &q->entries[q->head++];
	*out = (struct l2tp_effect){
		.type = e->type,
		.tunnel = e->tunnel,
		.session = e->session,
		.socket = -1,
		.level = e->level,
		.by_peer = e->by_peer,
	};
	switch (out->type) {
	case L2TP_EFFECT_SEND:
		fill_send(q, e, out);
		break;
	case L2TP_EFFECT_TUNNEL_DOWN:
	case L2TP_EFFECT_SESSION_DOWN:
		if (e->len)
			memcpy(&out->cause, q->arena + e->at,
			       sizeof(out->cause));
		break;
	case L2TP_EFFECT_TUNNEL_FREE:
		e->tunnel->dead_next = ep->dead_tunnels;
		ep->dead_tunnels = e->tunnel;
		break;
	case L2TP_EFFECT_SESSION_FREE:
		e->session->next = ep->dead_sessions;
		ep->dead_sessions = e->session;
		break;
	case L2TP_EFFECT_WEN:
		memcpy(&out->u.wen, q->arena + e->at, sizeof(out->u.wen));
		break;
	case L2TP_EFFECT_SLI:
		memcpy(&out->u.sli, q->arena + e->at, sizeof(out->u.sli));
		break;
	case L2TP_EFFECT_LOG:
		fill_log(q, e, out);
		break;
	case L2TP_EFFECT_TUNNEL_REQUEST:
	case L2TP_EFFECT_TUNNEL_ANSWERED:
	case L2TP_EFFECT_TUNNEL_UP:
	case L2TP_EFFECT_TUNNEL_ALIVE:
	case L2TP_EFFECT_SESSION_REQUEST:
	case L2TP_EFFECT_SESSION_ANSWER:
	case L2TP_EFFECT_SESSION_UP:
		break;
	}
	return true;
}
