/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of callers: of a pool by name, of the profile's, or fixed. */
#include "engine/service/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/link/link.h"
#include "engine/service/subscriber.h"
#include "lib/log.h"

#define ANY_ADDRESS  0xffffffffu /* RFC 2865, section 5.8: the user's choice */
#define POOL_ADDRESS 0xfffffffeu /* ours: one of the pool */
#define LOG_AGAIN_MS 60000 /* a pool that stays exhausted says so that often */

/*
 * The profiles' own pools by their index, then the pool sections, then what is
 * fixed outside of all.
 */
struct pools {
	struct pool_books *books;
	size_t n;
	uint32_t *own; /* the local addresses of all profiles: nobody else's */
	size_t own_n;
};

static const struct config_ranges no_ranges;

static int add_books(struct pools *l, const char *kind, const char *name,
		     const struct config_ranges *ranges,
		     const struct config_ranges *reserve)
{
	struct pool_books *b = &l->books[l->n];

	*b = (struct pool_books){
		.kind = kind,
		.name = name,
		.ranges = ranges,
		.reserve = reserve,
	};
	b->pool = pool_new(ranges, reserve, l->own, l->own_n);
	if (!b->pool)
		return -ENOMEM;
	l->n++;
	return 0;
}

static bool overlap(const struct config_ranges *a,
		    const struct config_ranges *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++)
			if (a->v[i].first <= b->v[j].last &&
			    b->v[j].first <= a->v[i].last)
				return true;
	return false;
}

/* Each keeps books of its own. */
static void warn_of_overlaps(const struct pools *l)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t j = i + 1; j < l->n; j++)
			if (overlap(l->books[i].ranges, l->books[j].ranges))
				log_warn("the addresses of %s \"%s\" "
					 "and %s \"%s\" overlap, so that "
					 "two callers may get the same; "
					 "make them one pool section, "
					 "and name it in pools of both",
					 l->books[i].kind, l->books[i].name,
					 l->books[j].kind, l->books[j].name);
}

int pools_start(struct engine *e)
{
	const struct config *c = e->config;
	struct pools *l = e->pools = calloc(1, sizeof(*l));
	int err = 0;

	if (!l)
		return -ENOMEM;
	l->books = calloc(c->ppp_n + c->pool_n + 1, sizeof(*l->books));
	l->own = calloc(c->ppp_n + 1, sizeof(*l->own));
	if (!l->books || !l->own)
		return -ENOMEM;
	for (size_t i = 0; i < c->ppp_n; i++)
		if (c->ppp[i].local_address.family == AF_INET)
			l->own[l->own_n++] = addr_v4(&c->ppp[i].local_address);
	for (size_t i = 0; !err && i < c->ppp_n; i++)
		err = add_books(l, "ppp", c->ppp[i].name, &c->ppp[i].pool,
				&c->ppp[i].reserve);
	for (size_t i = 0; !err && i < c->pool_n; i++)
		err = add_books(l, "pool", c->pool[i].name, &c->pool[i].address,
				&c->pool[i].reserve);
	if (!err)
		err = add_books(l, "", "", &no_ranges, &no_ranges);
	if (!err)
		warn_of_overlaps(l);
	return err;
}

void pools_free(struct engine *e)
{
	struct pools *l = e->pools;

	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		pool_free(l->books[i].pool);
	free(l->books);
	free(l->own);
	free(l);
	e->pools = NULL;
}

const struct pool_books *pools_next(const struct engine *e, size_t *place)
{
	const struct pools *l = e->pools;

	/* The last is no pool: it has no addresses of its own. */
	while (*place + 1 < l->n) {
		const struct pool_books *b = &l->books[(*place)++];

		if (b->ranges->n || b->reserve->n)
			return b;
	}
	return NULL;
}

struct pool *pools_of(struct engine *e, const struct config_ppp *profile)
{
	return e->pools->books[profile - e->config->ppp].pool;
}

/* ---- one of a pool ---- */

static struct pool_books *section_books(const struct engine *e,
					const char *name)
{
	const struct config_pool *section = config_pool_find(e->config, name);

	return section ? &e->pools->books[e->config->ppp_n +
					  (size_t)(section - e->config->pool)] :
			 NULL;
}

/* The pools that serve a call, in the order of their use; NULL: no more. */
static struct pool_books *pool_for(const struct subscriber *s,
				   const char *named, size_t i)
{
	const struct engine *e = s->link->engine;
	const struct config_ppp *p = s->link->profile;

	if (named[0])
		return i == 0 ? section_books(e, named) : NULL;
	if (p->pool.n && i-- == 0)
		return &e->pools->books[p - e->config->ppp];
	return i < p->pools.n ? section_books(e, p->pools.v[i]) : NULL;
}

static void exhausted(struct engine *e, struct pool_books *b)
{
	struct pool_usage u = pool_usage(b->pool);

	b->exhausted++;
	if (b->logged_ms && engine_now(e) < b->logged_ms + LOG_AGAIN_MS)
		return;
	b->logged_ms = engine_now(e);
	log_warn("the pool of %s \"%s\" is exhausted: all of its addresses "
		 "(%llu) are in use, and %llu more are reserved; enlarge it, "
		 "or limit the calls",
		 b->kind, b->name, (unsigned long long)(u.size - u.reserved),
		 (unsigned long long)u.reserved);
}

static int refuse_exhausted(struct subscriber *s, const char *named, char *why,
			    size_t size)
{
	size_t len = (size_t)snprintf(why, size, "no address is left");
	struct pool_books *b;

	for (size_t i = 0; (b = pool_for(s, named, i)); i++) {
		exhausted(s->link->engine, b);
		if (len < size)
			len += (size_t)snprintf(why + len, size - len,
						"%s of %s \"%s\"",
						i ? ", nor in that" :
						    " in the pool",
						b->kind, b->name);
	}
	if (len < size)
		snprintf(why + len, size - len,
			 "; enlarge it, or limit the calls");
	return -ENOSPC;
}

static int refuse_unknown(struct subscriber *s, const char *named, char *why,
			  size_t size)
{
	const struct config *config = s->link->engine->config;
	size_t len = (size_t)snprintf(why, size,
				      "it is to get an address of the pool "
				      "\"%s\", but there is no such section; ",
				      named);

	for (size_t i = 0; i < config->pool_n && len < size; i++)
		len += (size_t)snprintf(why + len, size - len, "%s\"%s\"",
					i ? ", " : "there is: ",
					config->pool[i].name);
	if (!config->pool_n && len < size)
		snprintf(why + len, size - len,
			 "there is no pool section at all");
	return -ENOENT;
}

/* Of itself pppd would make one up. */
static int refuse_without(struct subscriber *s, char *why, size_t size)
{
	const struct config_ppp *p = s->link->profile;

	if (s->local)
		snprintf(
			why, size,
			"there is no address for it: the users-file has none, "
			"and ppp \"%s\" has no pool; give it one there, or set "
			"pool, pools or remote-address",
			p->name);
	else
		snprintf(why, size,
			 "there is no address for it: the %s server \"%s\" "
			 "sent none (%s), and ppp \"%s\" has no pool",
			 p->tacacs.n ? "TACACS+" : "RADIUS", s->given.server,
			 p->tacacs.n ? "addr, addr-pool" :
				       "Framed-IP-Address, Framed-Pool",
			 p->name);
	return -ENOENT;
}

static int lease(struct subscriber *s, struct pool *p, uint64_t address)
{
	s->lease = (uint32_t)address;
	s->lease_pool = p;
	return 0;
}

/* What the user had last, of any of the pools; else another. */
static int take(struct subscriber *s, const char *named, uint64_t user,
		char *why, size_t size)
{
	struct pool_books *b;
	uint64_t address;
	int err;

	for (size_t i = 0; (b = pool_for(s, named, i)); i++)
		if (pool_take_again(b->pool, user, &address) == 0)
			return lease(s, b->pool, address);
	for (size_t i = 0; (b = pool_for(s, named, i)); i++) {
		err = pool_take(b->pool, user, &address);
		if (!err)
			return lease(s, b->pool, address);
		if (err != -ENOSPC) {
			snprintf(why, size, "l2tpd is out of memory");
			return err;
		}
	}
	return refuse_exhausted(s, named, why, size);
}

/* ---- a fixed one ---- */

static bool is_ours(const struct pools *l, uint32_t address)
{
	for (size_t i = 0; i < l->own_n; i++)
		if (l->own[i] == address)
			return true;
	return false;
}

/* The pool that it belongs to: the profile's own before others'. */
static struct pool *pool_of(const struct subscriber *s, uint32_t address)
{
	const struct pools *l = s->link->engine->pools;
	struct pool_books *b;
	struct pool *own = pools_of(s->link->engine, s->link->profile);

	if (pool_has(own, address))
		return own;
	for (size_t i = 0; (b = pool_for(s, "", i)); i++)
		if (pool_has(b->pool, address))
			return b->pool;
	for (size_t i = l->n; i-- > 0;)
		if (pool_has(l->books[i].pool, address))
			return l->books[i].pool;
	return l->books[l->n - 1].pool;
}

static int claim(struct subscriber *s, uint32_t address, uint64_t user,
		 char *why, size_t size)
{
	struct engine *e = s->link->engine;
	struct pool *p = pool_of(s, address);
	char text[INET_ADDRSTRLEN], what[80];
	struct subscriber *other;
	int err = is_ours(e->pools, address) ? -EADDRNOTAVAIL :
					       pool_claim(p, address, user);

	if (!err)
		return lease(s, p, address);
	inet_ntop(AF_INET, &(uint32_t){ htonl(address) }, text, sizeof(text));
	if (err == -EADDRNOTAVAIL) {
		snprintf(why, size,
			 "its address %s is our own end's (local-address)",
			 text);
		return err;
	}
	if (err != -EADDRINUSE) {
		snprintf(why, size, "l2tpd is out of memory");
		return err;
	}
	other = registry_by_address(e, htonl(address));
	if (other)
		snprintf(why, size,
			 "its address %s is in use by user \"%.128s\" (%s)",
			 text, other->given.user,
			 other->link->transport->describe(other->link, what,
							  sizeof(what)));
	else
		snprintf(why, size, "its address %s is in use by another call",
			 text);
	return err;
}

int address_assign(struct subscriber *s, struct ppp_call_auth_reply *reply,
		   char *why, size_t size)
{
	const struct config_ppp *p = s->link->profile;
	const char *pool = s->given.pool;
	uint64_t key = registry_name_key(s->link->engine, s->given.user);
	int err = 0;

	if (reply->remote_ipv4 == ANY_ADDRESS)
		return 0;
	if (ntohl(reply->remote_ipv4) == POOL_ADDRESS)
		reply->remote_ipv4 = 0;
	if (!s->lease && !reply->remote_ipv4 && !pool[0] &&
	    addr_is_set(&p->remote_address)) {
		reply->remote_ipv4 = htonl(addr_v4(&p->remote_address));
		return 0;
	}
	if (!s->lease && reply->remote_ipv4)
		err = claim(s, ntohl(reply->remote_ipv4), key, why, size);
	else if (!s->lease && pool[0] && !section_books(s->link->engine, pool))
		err = refuse_unknown(s, pool, why, size);
	else if (!s->lease && pool_for(s, pool, 0))
		err = take(s, pool, key, why, size);
	else if (!s->lease && config_ppp_needs_address(p))
		err = refuse_without(s, why, size);
	if (!err && s->lease)
		reply->remote_ipv4 = htonl(s->lease);
	return err;
}

void address_release(struct subscriber *s)
{
	if (s->lease)
		pool_give(s->lease_pool, s->lease);
	s->lease = 0;
	s->lease_pool = NULL;
}
