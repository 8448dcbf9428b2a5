// SPDX-License-Identifier: GPL-2.0-or-later
/* Callers who have not answered yet, in as few octets as can be. */
#include "proto/l2tp/half_open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MIN 64
/* What the allocator and the two tables add to each. */
#define OVERHEAD 32

void half_open_fini(struct half_opens *all)
{
	for (unsigned int i = 0; i < all->queue_n; i++)
		while (all->queues[i].oldest)
			half_open_remove(all, all->queues[i].oldest);
	free(all->queues);
	free(all->by_id);
	free(all->by_ip);
	*all = (struct half_opens){ .seed = all->seed };
}

/* ---- the two tables ---- */

static struct half_open **id_bucket(const struct half_opens *all, uint32_t id)
{
	uint64_t hash = (id ^ all->seed) * 0x9e3779b97f4a7c15u;

	return &all->by_id[hash >> 32 & (all->size - 1)];
}

/* A host; of IPv6 a network, since each has as many addresses as it likes. */
static struct addr source_of(const struct addr *peer)
{
	struct addr source = *peer;

	source.port = 0;
	if (source.family == AF_INET6)
		memset(source.ip + 8, 0, 8);
	return source;
}

static struct half_open **ip_bucket(const struct half_opens *all,
				    const struct addr *peer)
{
	struct addr source = source_of(peer);

	return &all->by_ip[addr_hash(&source, all->seed) & (all->size - 1)];
}

/* The newest of an address is its first. */
static void link_in(struct half_opens *all, struct half_open *h)
{
	struct half_open **id = id_bucket(all, h->id);
	struct half_open **ip = ip_bucket(all, &h->peer);

	h->by_id = *id;
	*id = h;
	h->by_ip = *ip;
	*ip = h;
}

static void link_out(struct half_opens *all, struct half_open *h)
{
	struct half_open **at;

	for (at = id_bucket(all, h->id); *at != h; at = &(*at)->by_id)
		;
	*at = h->by_id;
	for (at = ip_bucket(all, &h->peer); *at != h; at = &(*at)->by_ip)
		;
	*at = h->by_ip;
}

/* All go into tables of another size, each queue's oldest first. */
static int resize(struct half_opens *all, uint32_t size)
{
	struct half_open **by_id = calloc(size, sizeof(struct half_open *));
	struct half_open **by_ip = calloc(size, sizeof(struct half_open *));

	if (!by_id || !by_ip) {
		free(by_id);
		free(by_ip);
		return -ENOMEM;
	}
	free(all->by_id);
	free(all->by_ip);
	all->by_id = by_id;
	all->by_ip = by_ip;
	all->size = size;
	for (unsigned int i = 0; i < all->queue_n; i++)
		for (struct half_open *h = all->queues[i].oldest; h;
		     h = h->newer)
			link_in(all, h);
	return 0;
}

static int make_room(struct half_opens *all, unsigned int queue)
{
	struct half_open_queue *queues;

	if (queue >= all->queue_n) {
		queues = reallocarray(all->queues, queue + 1, sizeof(*queues));
		if (!queues)
			return -ENOMEM;
		memset(queues + all->queue_n, 0,
		       (queue + 1 - all->queue_n) * sizeof(*queues));
		all->queues = queues;
		all->queue_n = queue + 1;
	}
	if (all->count < all->size)
		return 0;
	return resize(all, all->size ? all->size * 2 : SIZE_MIN);
}

/* ---- places ---- */

static uint32_t places_of(const struct half_open *h)
{
	return (uint32_t)(sizeof(*h) + OVERHEAD + h->len + HALF_OPEN_PLACE -
			  1) /
	       HALF_OPEN_PLACE;
}

static void enqueue(struct half_opens *all, struct half_open *h)
{
	struct half_open_queue *q = &all->queues[h->queue];

	h->newer = NULL;
	h->older = q->newest;
	if (q->newest)
		q->newest->newer = h;
	else
		q->oldest = h;
	q->newest = h;
	q->places += places_of(h);
	all->places += places_of(h);
	all->count++;
}

void half_open_remove(struct half_opens *all, struct half_open *h)
{
	struct half_open_queue *q = &all->queues[h->queue];

	if (h->older)
		h->older->newer = h->newer;
	else
		q->oldest = h->newer;
	if (h->newer)
		h->newer->older = h->older;
	else
		q->newest = h->older;
	q->places -= places_of(h);
	all->places -= places_of(h);
	all->count--;
	link_out(all, h);
	free(h);
	/* what a flood needed is given back with its last */
	if (all->count)
		return;
	free(all->by_id);
	free(all->by_ip);
	all->by_id = all->by_ip = NULL;
	all->size = 0;
}

/*
 * Whoever has the most loses, so that a flood of one section's callers leaves
 * all others theirs.
 */
static void evict(struct half_opens *all)
{
	struct half_open_queue *most = &all->queues[0];

	for (unsigned int i = 1; i < all->queue_n; i++)
		if (all->queues[i].places > most->places)
			most = &all->queues[i];
	all->displaced++;
	half_open_remove(all, most->oldest);
}

/* The oldest of an address that has as many as it may. */
static void evict_of_source(struct half_opens *all, const struct addr *peer)
{
	struct half_open *h = all->size ? *ip_bucket(all, peer) : NULL;
	struct addr source = source_of(peer), other;
	struct half_open *oldest = NULL;
	unsigned int count = 0;

	for (; h; h = h->by_ip) {
		other = source_of(&h->peer);
		if (!addr_equal(&other, &source))
			continue;
		count++;
		oldest = h;
	}
	if (count < HALF_OPEN_SOURCE_MAX)
		return;
	all->displaced++;
	half_open_remove(all, oldest);
}

int half_open_add(struct half_opens *all, const struct half_open *model,
		  const uint8_t *request, uint32_t limit)
{
	struct half_open *h;

	evict_of_source(all, &model->peer);
	while (all->count && all->places + places_of(model) > limit)
		evict(all);
	if (make_room(all, model->queue))
		return -ENOMEM;
	h = malloc(sizeof(*h) + model->len);
	if (!h)
		return -ENOMEM;
	*h = *model;
	memcpy(h->request, request, model->len);
	link_in(all, h);
	enqueue(all, h);
	return 0;
}

/* ---- finding ---- */

struct half_open *half_open_get(const struct half_opens *all, uint32_t id)
{
	struct half_open *h = all->size ? *id_bucket(all, id) : NULL;

	while (h && h->id != id)
		h = h->by_id;
	return h;
}

struct half_open *half_open_find(const struct half_opens *all,
				 const struct addr *peer, uint32_t peer_id,
				 const uint8_t *request, size_t len)
{
	struct half_open *h = all->size ? *ip_bucket(all, peer) : NULL;

	for (; h; h = h->by_ip) {
		if (!addr_equal(&h->peer, peer) || h->peer_id != peer_id)
			continue;
		if (peer_id ||
		    (h->len == len && memcmp(h->request, request, len) == 0))
			break;
	}
	return h;
}

/* ---- time ---- */

uint64_t half_open_deadline(const struct half_opens *all)
{
	uint64_t at = UINT64_MAX;

	for (unsigned int i = 0; i < all->queue_n; i++)
		if (all->queues[i].oldest && all->queues[i].oldest->due_ms < at)
			at = all->queues[i].oldest->due_ms;
	return at;
}

void half_open_expire(struct half_opens *all, uint64_t now)
{
	for (unsigned int i = 0; i < all->queue_n; i++)
		while (all->queues[i].oldest &&
		       all->queues[i].oldest->due_ms <= now)
			half_open_remove(all, all->queues[i].oldest);
}
