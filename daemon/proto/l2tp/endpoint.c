// SPDX-License-Identifier: GPL-2.0-or-later
/* The endpoint: what finds tunnels, and the way of a packet to one. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l2tp/internal.h"

#define PEER_SIZE_MIN 16

void l2tp_cause_set(struct l2tp_cause *c, uint16_t result, uint16_t error, const char *fmt, ...)
{
	va_list ap;

	memset(c, 0, sizeof(*c));
	c->result = result;
	c->error = error;
	va_start(ap, fmt);
	vsnprintf(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
}

static void random_bytes(struct l2tp_endpoint *ep, void *buf, size_t len)
{
	ep->env.random(ep->env.ctx, buf, len);
}

uint16_t l2tp_random_u16(struct l2tp_endpoint *ep)
{
	uint16_t v;

	do
		random_bytes(ep, &v, sizeof(v));
	while (!v);
	return v;
}

static uint32_t random_id_32(struct l2tp_endpoint *ep, const struct idmap *m)
{
	uint32_t id;

	/* memory is short long before the numbers are */
	do
		random_bytes(ep, &id, sizeof(id));
	while (!id || idmap_get(m, id));
	return id;
}

uint32_t l2tp_random_id(struct l2tp_endpoint *ep, const struct idmap *m, uint8_t version)
{
	uint16_t id;

	if (version == 3)
		return random_id_32(ep, m);
	if (m->count >= UINT16_MAX)
		return 0;
	for (int tries = 0; tries < 32; tries++) {
		id = l2tp_random_u16(ep);
		if (!idmap_get(m, id))
			return id;
	}
	/* nearly all are taken: the next free one from a random place */
	do {
		if (!++id)
			id = 1;
	} while (idmap_get(m, id));
	return id;
}

/* ---- tunnels by peer ---- */

static struct l2tp_tunnel **peer_bucket(const struct tunnel_hash *h, uint64_t hash)
{
	return &h->bucket[hash & (h->size - 1)];
}

static int peer_grow(struct tunnel_hash *h, enum peer_table table)
{
	struct tunnel_hash old = *h;

	h->size = old.size ? old.size * 2 : PEER_SIZE_MIN;
	h->bucket = calloc(h->size, sizeof(*h->bucket));
	if (!h->bucket) {
		*h = old;
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < old.size; i++) {
		struct l2tp_tunnel *t, *next;

		for (t = old.bucket[i]; t; t = next) {
			struct l2tp_tunnel **b = peer_bucket(h, t->link[table].hash);

			next = t->link[table].next;
			t->link[table].next = *b;
			*b = t;
		}
	}
	free(old.bucket);
	return 0;
}

int l2tp_peer_link(struct l2tp_endpoint *ep, enum peer_table table, struct l2tp_tunnel *t,
		   uint64_t hash)
{
	struct tunnel_hash *h = &ep->by_peer[table];
	struct l2tp_tunnel **b;

	if (h->count == h->size && peer_grow(h, table))
		return -ENOMEM;
	b = peer_bucket(h, hash);
	t->link[table].hash = hash;
	t->link[table].next = *b;
	t->link[table].in = true;
	*b = t;
	h->count++;
	return 0;
}

void l2tp_peer_unlink(struct l2tp_endpoint *ep, enum peer_table table, struct l2tp_tunnel *t)
{
	struct tunnel_hash *h = &ep->by_peer[table];
	struct l2tp_tunnel **b;

	if (!t->link[table].in)
		return;
	for (b = peer_bucket(h, t->link[table].hash); *b != t; b = &(*b)->link[table].next)
		;
	*b = t->link[table].next;
	t->link[table].in = false;
	h->count--;
}

struct l2tp_tunnel *l2tp_peer_next(const struct l2tp_endpoint *ep, enum peer_table table,
				   uint64_t hash, const struct l2tp_tunnel *t)
{
	const struct tunnel_hash *h = &ep->by_peer[table];
	struct l2tp_tunnel *n;

	if (!h->size)
		return NULL;
	n = t ? t->link[table].next : *peer_bucket(h, hash);
	while (n && n->link[table].hash != hash)
		n = n->link[table].next;
	return n;
}

uint64_t l2tp_ip_hash(const struct l2tp_endpoint *ep, const struct addr *a)
{
	struct addr ip = *a;

	ip.port = 0;
	return addr_hash(&ip, ep->seed);
}

/* ---- life ---- */

struct l2tp_endpoint *l2tp_endpoint_new(const struct l2tp_env *env,
					const struct l2tp_limits *limits)
{
	struct l2tp_endpoint *ep = calloc(1, sizeof(*ep));

	if (!ep)
		return NULL;
	ep->env = *env;
	l2tp_endpoint_set_limits(ep, limits);
	random_bytes(ep, &ep->seed, sizeof(ep->seed));
	ep->tunnels.seed = ep->sessions_v3.seed = (uint32_t)ep->seed;
	ep->next_serial = (uint32_t)(ep->seed >> 32);
	return ep;
}

void l2tp_endpoint_set_limits(struct l2tp_endpoint *ep, const struct l2tp_limits *limits)
{
	ep->limits = limits ? *limits : (struct l2tp_limits){ 0 };
}

static void free_dead(struct l2tp_endpoint *ep)
{
	struct l2tp_session *s;
	struct l2tp_tunnel *t;

	while ((s = ep->dead_sessions)) {
		ep->dead_sessions = s->next;
		l2tp_session_free(s);
	}
	while ((t = ep->dead_tunnels)) {
		ep->dead_tunnels = t->dead_next;
		l2tp_tunnel_free(t);
	}
}

void l2tp_begin(struct l2tp_endpoint *ep)
{
	free_dead(ep);
	if (effect_queue_empty(&ep->effects))
		effect_queue_reset(&ep->effects);
}

void l2tp_endpoint_free(struct l2tp_endpoint *ep)
{
	struct l2tp_effect e;
	struct l2tp_session *s;
	struct l2tp_tunnel *t;

	if (!ep)
		return;
	/* what is gone already is only known by the effects that say so */
	while (l2tp_effect_next(ep, &e))
		;
	free_dead(ep);
	while ((t = idmap_next(&ep->tunnels, 0))) {
		while ((s = idmap_next(&t->sessions, 0))) {
			idmap_remove(&t->sessions, s->r.id);
			l2tp_session_free(s);
		}
		idmap_remove(&ep->tunnels, t->r.id);
		l2tp_tunnel_free(t);
	}
	for (int i = 0; i < PEER_TABLES; i++)
		free(ep->by_peer[i].bucket);
	idmap_fini(&ep->sessions_v3);
	effect_queue_fini(&ep->effects);
	l2tp_buf_pool_fini(&ep->bufs);
	free(ep);
}

void l2tp_endpoint_counters(const struct l2tp_endpoint *ep, struct l2tp_endpoint_counters *out)
{
	*out = ep->counters;
	out->tunnels = ep->tunnel_count;
	out->half_open = ep->half_open_count;
	out->sessions = ep->session_count;
}

/* ---- packets ---- */

void l2tp_endpoint_input(struct l2tp_endpoint *ep, uint64_t now, const struct addr *local,
			 const struct addr *peer, int socket, const uint8_t *pkt, size_t len)
{
	struct input in = {
		.now = now, .local = local, .peer = peer, .socket = socket, .pkt = pkt, .len = len,
	};
	struct l2tp_tunnel *t;

	l2tp_begin(ep);
	/* directly over IP there is version 3 only (RFC 3931 section 4.1.1) */
	if (l2tp_header_decode(&in.h, pkt, len) || (in.h.version != 3 && !peer->port)) {
		ep->counters.malformed++;
		return;
	}
	if (!in.h.control) {
		ep->counters.data++;
		return;
	}
	if (!in.h.tunnel_id) {
		l2tp_input_unknown(ep, &in);
		return;
	}
	t = idmap_get(&ep->tunnels, in.h.tunnel_id);
	if (t)
		l2tp_tunnel_input(t, &in);
	else
		ep->counters.stray++;
}

struct l2tp_tunnel *l2tp_tunnel_find(struct l2tp_endpoint *ep, uint32_t tunnel_id)
{
	struct l2tp_tunnel *t = idmap_get(&ep->tunnels, tunnel_id);

	return t && !t->r.down ? t : NULL;
}

struct l2tp_tunnel *l2tp_tunnel_next(struct l2tp_endpoint *ep, uint64_t after_id_plus_one)
{
	struct l2tp_tunnel *t = idmap_next(&ep->tunnels, after_id_plus_one);

	while (t && t->r.down)
		t = idmap_next(&ep->tunnels, t->r.id + UINT64_C(1));
	return t;
}

struct l2tp_tunnel *l2tp_deadline_changed(struct l2tp_endpoint *ep)
{
	struct l2tp_tunnel *t;

	while ((t = ep->changed_head)) {
		uint64_t deadline = l2tp_tunnel_deadline(t);

		ep->changed_head = t->changed_next;
		t->changed = false;
		if (deadline == t->reported)
			continue;
		t->reported = deadline;
		return t;
	}
	return NULL;
}
