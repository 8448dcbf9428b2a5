// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tunnels by their peers: what finds the one that a packet without our
 * tunnel id is for.
 */
#include <errno.h>
#include <stdlib.h>

#include "proto/l2tp/internal.h"

#define PEER_SIZE_MIN 16

static struct l2tp_tunnel **peer_bucket(const struct tunnel_hash *h,
					uint64_t hash)
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
			struct l2tp_tunnel **b =
				peer_bucket(h, t->link[table].hash);

			next = t->link[table].next;
			t->link[table].next = *b;
			*b = t;
		}
	}
	free(old.bucket);
	return 0;
}

int l2tp_peer_link(struct l2tp_endpoint *ep, enum peer_table table,
		   struct l2tp_tunnel *t, uint64_t hash)
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

void l2tp_peer_unlink(struct l2tp_endpoint *ep, enum peer_table table,
		      struct l2tp_tunnel *t)
{
	struct tunnel_hash *h = &ep->by_peer[table];
	struct l2tp_tunnel **b;

	if (!t->link[table].in)
		return;
	for (b = peer_bucket(h, t->link[table].hash); *b != t;
	     b = &(*b)->link[table].next)
		;
	*b = t->link[table].next;
	t->link[table].in = false;
	h->count--;
}

struct l2tp_tunnel *l2tp_peer_next(const struct l2tp_endpoint *ep,
				   enum peer_table table, uint64_t hash,
				   const struct l2tp_tunnel *t)
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
