/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prefixes of callers: of the profile's pools, or given by the reply and
 * claimed in them.
 */
#include "engine/service/ipv6.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/link/link.h"
#include "engine/service/subscriber.h"
#include "lib/log.h"

/* of a prefix that callers make addresses of: RFC 4862, section 5.5.3 */
#define LINK_LENGTH  64
#define CLAIM_MAX    4096  /* of a pool's, that one given prefix may cover */
#define LOG_AGAIN_MS 60000 /* a pool that stays exhausted says so that often */

/*
 * Two for each profile, by its index: its prefix-pool and its delegated-pool.
 */
struct ipv6 {
	struct pool_books *books;
	size_t n;
};

/* ---- prefixes ---- */

static struct addr_prefix as_prefix(const struct service_prefix6 *p)
{
	struct addr_prefix out = {
		.addr = { .family = AF_INET6 },
		.len = p->len,
	};

	memcpy(out.addr.ip, p->addr, sizeof(out.addr.ip));
	return out;
}

static bool overlap(const struct addr_prefix *a, const struct addr_prefix *b)
{
	return addr_prefix_contains(a, &b->addr) ||
	       addr_prefix_contains(b, &a->addr);
}

static bool books_overlap(const struct pool_books *a,
			  const struct pool_books *b)
{
	for (size_t i = 0; i < a->prefixes->n; i++)
		for (size_t j = 0; j < b->prefixes->n; j++)
			if (overlap(&a->prefixes->v[i], &b->prefixes->v[j]))
				return true;
	return false;
}

static struct service_prefix6 prefix_of(uint64_t number, unsigned int length)
{
	struct service_prefix6 p = { .len = (uint8_t)length };

	number <<= 64 - length;
	for (int i = 7; i >= 0; i--, number >>= 8)
		p.addr[i] = (uint8_t)number;
	return p;
}

static const char *format(const struct service_prefix6 *p, char *buf)
{
	struct addr_prefix a = as_prefix(p);

	return addr_prefix_format(&a, buf);
}

/* ---- start and end ---- */

static int add_books(struct ipv6 *l, const char *kind, const char *name,
		     const struct config_prefixes *prefixes,
		     unsigned int length)
{
	struct pool_books *b = &l->books[l->n];

	*b = (struct pool_books){
		.kind = kind,
		.name = name,
		.prefixes = prefixes,
		.length = length,
	};
	b->pool = pool_new_prefixes(prefixes, length);
	if (!b->pool)
		return -ENOMEM;
	l->n++;
	return 0;
}

/* Each keeps books of its own. */
static void warn_of_overlaps(const struct ipv6 *l)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t j = i + 1; j < l->n; j++)
			if (books_overlap(&l->books[i], &l->books[j]))
				log_warn("the %s of ppp \"%s\" and the %s "
					 "of ppp \"%s\" overlap, so that "
					 "two callers may get the same; "
					 "give each its own prefixes",
					 l->books[i].kind, l->books[i].name,
					 l->books[j].kind, l->books[j].name);
}

int ipv6_start(struct engine *e)
{
	const struct config *c = e->config;
	struct ipv6 *l = e->ipv6 = calloc(1, sizeof(*l));
	int err = 0;

	if (!l)
		return -ENOMEM;
	l->books = calloc(2 * c->ppp_n + 1, sizeof(*l->books));
	if (!l->books)
		return -ENOMEM;
	for (size_t i = 0; !err && i < c->ppp_n; i++) {
		const struct config_ppp *p = &c->ppp[i];

		err = add_books(l, "prefix-pool", p->name, &p->prefix_pool,
				LINK_LENGTH);
		if (!err)
			err = add_books(l, "delegated-pool", p->name,
					&p->delegated_pool,
					p->delegated_length);
	}
	if (!err)
		warn_of_overlaps(l);
	return err;
}

void ipv6_free(struct engine *e)
{
	struct ipv6 *l = e->ipv6;

	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		pool_free(l->books[i].pool);
	free(l->books);
	free(l);
	e->ipv6 = NULL;
}

const struct pool_books *ipv6_pools_next(const struct engine *e, size_t *place)
{
	const struct ipv6 *l = e->ipv6;

	while (*place < l->n) {
		const struct pool_books *b = &l->books[(*place)++];

		if (b->prefixes->n)
			return b;
	}
	return NULL;
}

/* ---- one of a pool ---- */

static int refuse_exhausted(struct engine *e, struct pool_books *b, char *why,
			    size_t size)
{
	struct pool_usage u = pool_usage(b->pool);

	snprintf(why, size,
		 "no prefix is left in the %s of ppp \"%s\"; enlarge it, or "
		 "limit the calls",
		 b->kind, b->name);
	b->exhausted++;
	if (b->logged_ms && engine_now(e) < b->logged_ms + LOG_AGAIN_MS)
		return -ENOSPC;
	b->logged_ms = engine_now(e);
	log_warn("the %s of ppp \"%s\" is exhausted: all of its prefixes (%llu "
		 "of %u bits) are in use; enlarge it, or limit the calls",
		 b->kind, b->name, (unsigned long long)u.size, b->length);
	return -ENOSPC;
}

/* Nothing where the profile has no such pool. */
static int take(struct engine *e, struct pool_books *b, uint64_t user,
		struct service_prefix6 *out, struct pool_books **lease,
		char *why, size_t size)
{
	uint64_t number;
	int err;

	if (!b->prefixes->n)
		return 0;
	err = pool_take_again(b->pool, user, &number);
	if (err)
		err = pool_take(b->pool, user, &number);
	if (err == -ENOSPC)
		return refuse_exhausted(e, b, why, size);
	if (err) {
		snprintf(why, size, "l2tpd is out of memory");
		return err;
	}
	*out = prefix_of(number, b->length);
	*lease = b;
	return 0;
}

static void give(struct pool_books **lease, struct service_prefix6 *p)
{
	if (!*lease)
		return;
	pool_give((*lease)->pool,
		  pool_prefix_number(p->addr, (*lease)->length));
	*lease = NULL;
	*p = (struct service_prefix6){ 0 };
}

/* ---- one that is given ---- */

/*
 * The pool's prefixes from first to last that p touches within one prefix of
 * the pool's list; false: none.
 */
static bool touched(const struct pool_books *b, size_t i,
		    const struct service_prefix6 *p, uint64_t *first,
		    uint64_t *last)
{
	const struct addr_prefix *own = &b->prefixes->v[i];
	struct addr_prefix given = as_prefix(p);
	const struct addr_prefix *narrow = own->len > given.len ? own : &given;

	if (!overlap(own, &given))
		return false;
	*first = *last = pool_prefix_number(narrow->addr.ip, b->length);
	if (narrow->len < b->length)
		*last += ((uint64_t)1 << (b->length - narrow->len)) - 1;
	return true;
}

/* Takes back what claim_in did, up to the prefix before (end, stop). */
static void unclaim_in(struct pool_books *b, const struct service_prefix6 *p,
		       size_t end, uint64_t stop)
{
	uint64_t first, last;

	for (size_t i = 0; i < b->prefixes->n && i <= end; i++)
		for (bool in = touched(b, i, p, &first, &last);
		     in && first <= last; first++) {
			if (i == end && first == stop)
				return;
			pool_give(b->pool, first);
		}
}

static int claim_in(struct pool_books *b, const struct service_prefix6 *p,
		    uint64_t user)
{
	uint64_t first, last;
	int err;

	for (size_t i = 0; i < b->prefixes->n; i++) {
		if (!touched(b, i, p, &first, &last))
			continue;
		err = last - first < CLAIM_MAX ? 0 : -E2BIG;
		/* One of many is nothing that a user would come back for. */
		for (uint64_t n = first; !err && n <= last; n++) {
			err = pool_claim(b->pool, n, first == last ? user : 0);
			if (err)
				first = n;
		}
		if (err) {
			unclaim_in(b, p, i, first);
			return err;
		}
	}
	return 0;
}

static void unclaim(struct ipv6 *l, const struct service_prefix6 *p,
		    size_t books)
{
	for (size_t k = 0; k < books; k++)
		unclaim_in(&l->books[k], p, SIZE_MAX, 0);
}

static int refuse_claim(struct engine *e, enum registry_key key,
			const struct service_prefix6 *p, int err,
			const struct pool_books *b, char *why, size_t size)
{
	struct subscriber *other = registry_by_prefix6(e, key, p);
	char text[ADDR_STRLEN], what[80];

	format(p, text);
	if (err == -E2BIG)
		snprintf(why, size,
			 "its prefix %s covers more than %u of the %s of ppp "
			 "\"%s\"; take it out of that",
			 text, CLAIM_MAX, b->kind, b->name);
	else if (err != -EADDRINUSE)
		snprintf(why, size, "l2tpd is out of memory");
	else if (other)
		snprintf(why, size,
			 "its prefix %s is in use by user \"%.128s\" (%s)",
			 text, other->given.user,
			 other->link->transport->describe(other->link, what,
							  sizeof(what)));
	else
		snprintf(why, size,
			 "its prefix %s is in use by another call, or a part "
			 "of it",
			 text);
	return err == -E2BIG ? -EADDRINUSE : err;
}

/* Kept from all pools that have it, or a part of it. */
static int claim(struct engine *e, enum registry_key key,
		 const struct service_prefix6 *p, uint64_t user, char *why,
		 size_t size)
{
	struct ipv6 *l = e->ipv6;
	int err = registry_by_prefix6(e, key, p) ? -EADDRINUSE : 0;

	if (err)
		return refuse_claim(e, key, p, err, NULL, why, size);
	for (size_t k = 0; k < l->n; k++) {
		err = claim_in(&l->books[k], p, user);
		if (err) {
			unclaim(l, p, k);
			return refuse_claim(e, key, p, err, &l->books[k], why,
					    size);
		}
	}
	return 0;
}

/* ---- a call's ---- */

/*
 * The link's own /64 may be a part of what is delegated: then the wider of the
 * two is claimed.
 */
static bool is_within(const struct service_prefix6 *inner,
		      const struct service_prefix6 *outer)
{
	struct addr_prefix in = as_prefix(inner), out = as_prefix(outer);

	return outer->len && outer->len <= inner->len &&
	       addr_prefix_contains(&out, &in.addr);
}

static int claim_given(struct engine *e, struct subscriber *s, uint64_t user,
		       char *why, size_t size)
{
	struct service *g = &s->given;
	int err = 0;

	if (g->delegated6.len)
		err = claim(e, REGISTRY_DELEGATED6, &g->delegated6, user, why,
			    size);
	if (err)
		return err;
	s->delegated6_claimed = g->delegated6.len != 0;
	if (!g->prefix6.len || is_within(&g->prefix6, &g->delegated6))
		return 0;
	err = claim(e, REGISTRY_PREFIX6, &g->prefix6, user, why, size);
	s->prefix6_claimed = err == 0;
	return err;
}

int ipv6_assign(struct subscriber *s, char *why, size_t size)
{
	struct engine *e = s->link->engine;
	struct pool_books *own =
		&e->ipv6->books[2 * (s->link->profile - e->config->ppp)];
	uint64_t user = registry_name_key(e, s->given.user);
	int err = claim_given(e, s, user, why, size);

	if (!err && !s->given.prefix6.len)
		err = take(e, &own[0], user, &s->given.prefix6,
			   &s->prefix6_lease, why, size);
	if (!err && !s->given.delegated6.len)
		err = take(e, &own[1], user, &s->given.delegated6,
			   &s->delegated6_lease, why, size);
	if (err)
		ipv6_release(s);
	return err;
}

void ipv6_release(struct subscriber *s)
{
	struct ipv6 *l = s->link->engine->ipv6;

	if (s->prefix6_claimed)
		unclaim(l, &s->given.prefix6, l->n);
	if (s->delegated6_claimed)
		unclaim(l, &s->given.delegated6, l->n);
	s->prefix6_claimed = s->delegated6_claimed = false;
	give(&s->prefix6_lease, &s->given.prefix6);
	give(&s->delegated6_lease, &s->given.delegated6);
}
