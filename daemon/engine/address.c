/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which IPv4 address a caller gets, and which pool keeps the books of it. */
#include "engine/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANY_ADDRESS	0xffffffffu	/* RFC 2865, section 5.8: the user's choice */
#define POOL_ADDRESS	0xfffffffeu	/* ours: one of the pool */

struct pools {
	struct pool **profile;		/* by index of the ppp section */
};

int pools_start(struct engine *e)
{
	e->pools = calloc(1, sizeof(*e->pools));
	if (!e->pools)
		return -ENOMEM;
	e->pools->profile = calloc(e->config->ppp_n + 1, sizeof(struct pool *));
	if (!e->pools->profile)
		return -ENOMEM;
	for (size_t i = 0; i < e->config->ppp_n; i++) {
		e->pools->profile[i] = pool_new(&e->config->ppp[i]);
		if (!e->pools->profile[i])
			return -ENOMEM;
	}
	return 0;
}

void pools_free(struct engine *e)
{
	for (size_t i = 0; e->pools && e->pools->profile && i < e->config->ppp_n; i++)
		pool_free(e->pools->profile[i]);
	if (e->pools)
		free(e->pools->profile);
	free(e->pools);
	e->pools = NULL;
}

struct pool *pools_of(struct engine *e, const struct config_ppp *profile)
{
	return e->pools->profile[profile - e->config->ppp];
}

static int lease(struct call *c, struct pool *p, uint32_t address)
{
	c->lease = address;
	c->lease_pool = p;
	return 0;
}

static int take(struct call *c, char *why, size_t size)
{
	struct pool *p = pools_of(c->tunnel->engine, c->profile);
	uint32_t address = pool_take(p);

	if (address)
		return lease(c, p, address);
	snprintf(why, size, "the pool of ppp \"%s\" has no address left; enlarge it, or limit the calls",
		 c->profile->name);
	return -ENOSPC;
}

static int claim(struct call *c, uint32_t address, char *why, size_t size)
{
	struct pool *p = pools_of(c->tunnel->engine, c->profile);
	int err = pool_claim(p, address);

	if (!err)
		return lease(c, p, address);
	snprintf(why, size, "%s", err == -EADDRINUSE ? "the address fixed for this user is in use by another call" :
		 strerror(-err));
	return err;
}

int address_assign(struct call *c, const char *pool, const char *user, struct ppp_call_auth_reply *reply,
		   char *why, size_t size)
{
	const struct config_ppp *p = c->profile;
	int err = 0;

	(void)pool;
	(void)user;
	if (reply->remote_ipv4 == ANY_ADDRESS)
		return 0;
	if (ntohl(reply->remote_ipv4) == POOL_ADDRESS)
		reply->remote_ipv4 = 0;
	if (!c->lease && !reply->remote_ipv4 && addr_is_set(&p->remote_address)) {
		reply->remote_ipv4 = htonl(addr_v4(&p->remote_address));
		return 0;
	}
	if (!c->lease && reply->remote_ipv4)
		err = claim(c, ntohl(reply->remote_ipv4), why, size);
	else if (!c->lease && p->pool.n)
		err = take(c, why, size);
	if (!err && c->lease)
		reply->remote_ipv4 = htonl(c->lease);
	return err;
}

void address_release(struct call *c)
{
	if (c->lease)
		pool_give(c->lease_pool, c->lease);
	c->lease = 0;
	c->lease_pool = NULL;
}
