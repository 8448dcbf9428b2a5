/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of a PPP profile. Ones that were given back go to the end of a
 * queue, so that an address rests as long as it can before another caller
 * gets it; memory grows with what was used, not with the size of the pool.
 */
#include "engine/internal.h"

#include <errno.h>
#include <stdlib.h>

struct pool {
	const struct config_pool_range *ranges;
	size_t range_n, range;		/* range: the one that fresh is in */
	uint32_t fresh;			/* the next that was never given; 0: none left */
	uint32_t local;			/* our own end is not given */
	uint64_t size;
	struct table state;		/* address -> one of states[]; absent: never given */
	uint64_t used;
	uint32_t *rest;			/* ring of those given back */
	size_t rest_at, rest_n, rest_size;
};

/* What the table says of an address. */
enum { TAKEN, RESTING, TAKEN_IN_RING, STATE_COUNT };
static char states[STATE_COUNT];

struct pool *pool_new(const struct config_ppp *profile)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->ranges = profile->pool.v;
	p->range_n = profile->pool.n;
	if (profile->local_address.family == AF_INET)
		p->local = addr_v4(&profile->local_address);
	if (p->range_n)
		p->fresh = p->ranges[0].first;
	for (size_t i = 0; i < p->range_n; i++) {
		const struct config_pool_range *r = &p->ranges[i];

		p->size += (uint64_t)r->last - r->first + 1;
		if (p->local >= r->first && p->local <= r->last)
			p->size--;
	}
	return p;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	table_fini(&p->state);
	free(p->rest);
	free(p);
}

static uint32_t next_fresh(struct pool *p)
{
	uint32_t address = p->fresh;

	if (!address)
		return 0;
	if (address < p->ranges[p->range].last)
		p->fresh++;
	else if (++p->range < p->range_n)
		p->fresh = p->ranges[p->range].first;
	else
		p->fresh = 0;
	return address;
}

static void set_state(struct pool *p, uint32_t address, int state)
{
	table_del(&p->state, address);
	/* There is room: the slot was just freed, or the caller handles -ENOMEM itself. */
	(void)table_put(&p->state, address, &states[state]);
}

/* The address that has rested longest; one that was claimed meanwhile is passed over. */
static uint32_t next_rested(struct pool *p)
{
	while (p->rest_n) {
		uint32_t address = p->rest[p->rest_at];
		bool claimed = table_get(&p->state, address) != &states[RESTING];

		p->rest_at = (p->rest_at + 1) % p->rest_size;
		p->rest_n--;
		if (!claimed) {
			table_del(&p->state, address);
			return address;
		}
		set_state(p, address, TAKEN);
	}
	return 0;
}

int pool_claim(struct pool *p, uint32_t address)
{
	char *was = table_get(&p->state, address);
	int err = 0;

	if (was && was != &states[RESTING])
		return -EADDRINUSE;
	if (was)
		set_state(p, address, TAKEN_IN_RING);
	else
		err = table_put(&p->state, address, &states[TAKEN]);
	if (!err)
		p->used++;
	return err;
}

uint32_t pool_take(struct pool *p)
{
	for (;;) {
		uint32_t address = next_fresh(p);

		if (!address)
			address = next_rested(p);
		if (!address)
			return 0;
		/* Skips what a users file fixed for somebody. */
		if (address != p->local && pool_claim(p, address) == 0)
			return address;
	}
}

static bool in_pool(const struct pool *p, uint32_t address)
{
	for (size_t i = 0; i < p->range_n; i++)
		if (address >= p->ranges[i].first && address <= p->ranges[i].last)
			return true;
	return false;
}

/* Whether next_fresh will still come to it, so that it must not rest too. */
static bool is_ahead(const struct pool *p, uint32_t address)
{
	if (!p->fresh)
		return false;
	if (address >= p->fresh && address <= p->ranges[p->range].last)
		return true;
	for (size_t i = p->range + 1; i < p->range_n; i++)
		if (address >= p->ranges[i].first && address <= p->ranges[i].last)
			return true;
	return false;
}

static int ring_put(struct pool *p, uint32_t address)
{
	if (p->rest_n == p->rest_size) {
		size_t size = p->rest_size ? p->rest_size * 2 : 64;
		uint32_t *rest = calloc(size, sizeof(*rest));

		if (!rest)
			return -ENOMEM;
		for (size_t i = 0; i < p->rest_n; i++)
			rest[i] = p->rest[(p->rest_at + i) % p->rest_size];
		free(p->rest);
		p->rest = rest;
		p->rest_size = size;
		p->rest_at = 0;
	}
	p->rest[(p->rest_at + p->rest_n++) % p->rest_size] = address;
	return 0;
}

void pool_give(struct pool *p, uint32_t address)
{
	char *was = table_get(&p->state, address);

	if (!was || was == &states[RESTING])
		return;
	p->used--;
	if (was == &states[TAKEN_IN_RING])
		set_state(p, address, RESTING);
	else if (!in_pool(p, address) || is_ahead(p, address) || ring_put(p, address))
		table_del(&p->state, address);
	else
		set_state(p, address, RESTING);
}

struct pool_usage pool_usage(const struct pool *p)
{
	return (struct pool_usage){ .size = p->size, .used = p->used };
}
