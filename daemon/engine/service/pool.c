/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses of one pool, as numbers: IPv4 addresses in host order, or IPv6
 * prefixes by their leading bits. Ones that were never given come first, then
 * the one that has rested longest, so that an address rests as long as it can
 * before another caller gets it; a user who returns meanwhile finds his own.
 * Memory grows with what was used, not with the size of the pool.
 */
#include "engine/service/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/table.h"

/*
 * With more than these at rest no new ones are begun: what is
 * remembered has an end.
 */
#define REST_MAX (128u << 10)

/*
 * An address that is taken, or that rests and is remembered with its last user.
 */
struct lease {
	uint64_t address;
	bool taken;
	bool dynamic;  /* of those that anybody may get */
	uint64_t user; /* key of who has it, or had it last; 0: nobody's */
	struct lease *next, *prev; /* at rest: the later, the earlier */
	/* at rest: of the same user, the latest first */
	struct lease *same_next, *same_prev;
};

struct range {
	uint64_t first, last;
}; /* inclusive */
struct ranges {
	struct range *v;
	size_t n;
};

struct pool {
	struct ranges dynamic; /* what anybody may get */
	struct ranges reserve; /* what only a user may get who has it fixed */
	size_t range;	       /* the one that fresh is in */
	uint64_t fresh;	       /* the next that was never given; 0: none left */
	struct table leases;   /* address -> struct lease */
	struct table users; /* key -> struct lease: the user's latest at rest */
	struct lease *oldest, *newest; /* at rest */
	uint64_t resting, size, reserved, used, used_dynamic;
};

/* ---- ranges ---- */

static bool ranges_have(const struct ranges *l, size_t from, uint64_t address)
{
	for (size_t i = from; i < l->n; i++)
		if (address >= l->v[i].first && address <= l->v[i].last)
			return true;
	return false;
}

static uint64_t ranges_count(const struct ranges *l)
{
	uint64_t count = 0;

	for (size_t i = 0; i < l->n; i++)
		count += l->v[i].last - l->v[i].first + 1;
	return count;
}

static int ranges_copy(struct ranges *to, const struct config_ranges *from)
{
	to->v = calloc(from->n + 1, sizeof(*to->v));
	if (!to->v)
		return -ENOMEM;
	for (; to->n < from->n; to->n++)
		to->v[to->n] = (struct range){ from->v[to->n].first,
					       from->v[to->n].last };
	return 0;
}

/* Takes first to last out of the list. */
static int ranges_cut(struct ranges *l, uint64_t first, uint64_t last)
{
	for (size_t i = 0; i < l->n; i++) {
		struct range *r = &l->v[i], *grown;

		if (last < r->first || first > r->last)
			continue;
		if (first > r->first && last < r->last) {
			grown = reallocarray(l->v, l->n + 1, sizeof(*grown));
			if (!grown)
				return -ENOMEM;
			l->v = grown;
			memmove(&grown[i + 1], &grown[i],
				(l->n++ - i) * sizeof(*grown));
			grown[i].last = first - 1;
			grown[i + 1].first = last + 1;
			return 0;
		}
		if (first > r->first) {
			r->last = first - 1;
		} else if (last < r->last) {
			r->first = last + 1;
		} else {
			memmove(r, r + 1, (--l->n - i) * sizeof(*r));
			i--;
		}
	}
	return 0;
}

static int make_ranges(struct pool *p, const struct config_ranges *ranges,
		       const struct config_ranges *reserve, const uint32_t *own,
		       size_t own_n)
{
	int err = ranges_copy(&p->dynamic, ranges);

	if (!err)
		err = ranges_copy(&p->reserve, reserve);
	for (size_t i = 0; !err && i < own_n; i++) {
		err = ranges_cut(&p->dynamic, own[i], own[i]);
		if (!err)
			err = ranges_cut(&p->reserve, own[i], own[i]);
	}
	for (size_t i = 0; !err && i < reserve->n; i++)
		err = ranges_cut(&p->dynamic, reserve->v[i].first,
				 reserve->v[i].last);
	return err;
}

static void begin(struct pool *p)
{
	p->size = ranges_count(&p->dynamic);
	p->reserved = ranges_count(&p->reserve);
	if (p->dynamic.n)
		p->fresh = p->dynamic.v[0].first;
}

struct pool *pool_new(const struct config_ranges *ranges,
		      const struct config_ranges *reserve, const uint32_t *own,
		      size_t own_n)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (!p || make_ranges(p, ranges, reserve, own, own_n)) {
		pool_free(p);
		return NULL;
	}
	begin(p);
	return p;
}

uint64_t pool_prefix_number(const uint8_t addr[16], unsigned int length)
{
	uint64_t number = 0;

	for (unsigned int i = 0; i < 8; i++)
		number = number << 8 | addr[i];
	return number >> (64 - length);
}

struct pool *pool_new_prefixes(const struct config_prefixes *prefixes,
			       unsigned int length)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (p)
		p->dynamic.v = calloc(prefixes->n + 1, sizeof(*p->dynamic.v));
	if (!p || !p->dynamic.v) {
		pool_free(p);
		return NULL;
	}
	for (size_t i = 0; i < prefixes->n; i++) {
		const struct addr_prefix *a = &prefixes->v[i];
		uint64_t first = pool_prefix_number(a->addr.ip, length);

		p->dynamic.v[p->dynamic.n++] = (struct range){
			first,
			first + ((uint64_t)1 << (length - a->len)) - 1,
		};
	}
	begin(p);
	return p;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	table_foreach(&p->leases, i)
		free(p->leases.slots[i].value);
	table_fini(&p->leases);
	table_fini(&p->users);
	free(p->dynamic.v);
	free(p->reserve.v);
	free(p);
}

bool pool_has(const struct pool *p, uint64_t address)
{
	return ranges_have(&p->dynamic, 0, address) ||
	       ranges_have(&p->reserve, 0, address);
}

/* Whether fresh will still come to it, so that it must not rest too. */
static bool is_ahead(const struct pool *p, uint64_t address)
{
	if (!p->fresh)
		return false;
	if (address >= p->fresh && address <= p->dynamic.v[p->range].last)
		return true;
	return ranges_have(&p->dynamic, p->range + 1, address);
}

static void next_fresh(struct pool *p)
{
	if (p->fresh < p->dynamic.v[p->range].last)
		p->fresh++;
	else if (++p->range < p->dynamic.n)
		p->fresh = p->dynamic.v[p->range].first;
	else
		p->fresh = 0;
}

/* ---- at rest ---- */

/*
 * Of all that its user left, it is what he finds first. Without
 * memory he finds none.
 */
static void remember(struct pool *p, struct lease *l)
{
	struct lease *head;

	if (!l->user)
		return;
	head = table_del(&p->users, l->user);
	l->same_prev = NULL;
	l->same_next = head;
	if (head)
		head->same_prev = l;
	/*
	 * The slot that was just freed serves; only a first one needs memory.
	 */
	if (table_put(&p->users, l->user, l))
		l->user = 0;
}

static void forget(struct pool *p, struct lease *l)
{
	if (!l->user)
		return;
	if (l->same_next)
		l->same_next->same_prev = l->same_prev;
	if (l->same_prev) {
		l->same_prev->same_next = l->same_next;
	} else {
		table_del(&p->users, l->user);
		if (l->same_next)
			(void)table_put(&p->users, l->user, l->same_next);
	}
	l->same_next = l->same_prev = NULL;
}

static void rest(struct pool *p, struct lease *l)
{
	l->next = NULL;
	l->prev = p->newest;
	if (p->newest)
		p->newest->next = l;
	else
		p->oldest = l;
	p->newest = l;
	p->resting++;
	remember(p, l);
}

static void unrest(struct pool *p, struct lease *l)
{
	forget(p, l);
	*(l->prev ? &l->prev->next : &p->oldest) = l->next;
	*(l->next ? &l->next->prev : &p->newest) = l->prev;
	l->next = l->prev = NULL;
	p->resting--;
}

/* ---- taking and giving ---- */

static void take(struct pool *p, struct lease *l, uint64_t user)
{
	l->taken = true;
	l->user = user;
	p->used++;
	p->used_dynamic += l->dynamic;
}

/* An address of which nothing is known yet; NULL: out of memory. */
static struct lease *lease_new(struct pool *p, uint64_t address)
{
	struct lease *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->address = address;
	l->dynamic = ranges_have(&p->dynamic, 0, address);
	if (table_put(&p->leases, address, l)) {
		free(l);
		return NULL;
	}
	return l;
}

int pool_claim(struct pool *p, uint64_t address, uint64_t user)
{
	struct lease *l = table_get(&p->leases, address);

	if (l && l->taken)
		return -EADDRINUSE;
	if (l)
		unrest(p, l);
	else
		l = lease_new(p, address);
	if (!l)
		return -ENOMEM;
	take(p, l, user);
	return 0;
}

int pool_take_again(struct pool *p, uint64_t user, uint64_t *address)
{
	struct lease *l = user ? table_get(&p->users, user) : NULL;

	if (!l)
		return -ENOENT;
	unrest(p, l);
	take(p, l, user);
	*address = l->address;
	return 0;
}

int pool_take(struct pool *p, uint64_t user, uint64_t *address)
{
	struct lease *l = NULL;

	/*
	 * Passes over what was fixed for somebody and is taken; such a one
	 * rests when it comes back.
	 */
	while (p->fresh && table_get(&p->leases, p->fresh))
		next_fresh(p);
	if (p->fresh && p->resting < REST_MAX) {
		l = lease_new(p, p->fresh);
		if (!l)
			return -ENOMEM;
		next_fresh(p);
	} else if (p->oldest) {
		l = p->oldest;
		unrest(p, l);
	}
	if (!l)
		return -ENOSPC;
	take(p, l, user);
	*address = l->address;
	return 0;
}

void pool_give(struct pool *p, uint64_t address)
{
	struct lease *l = table_get(&p->leases, address);

	if (!l || !l->taken)
		return;
	l->taken = false;
	p->used--;
	p->used_dynamic -= l->dynamic;
	if (l->dynamic && !is_ahead(p, address)) {
		rest(p, l);
		return;
	}
	table_del(&p->leases, address);
	free(l);
}

struct pool_usage pool_usage(const struct pool *p)
{
	return (struct pool_usage){
		.size = p->size + p->reserved,
		.reserved = p->reserved,
		.used = p->used,
		.free = p->size - p->used_dynamic,
		.known = p->resting,
	};
}
