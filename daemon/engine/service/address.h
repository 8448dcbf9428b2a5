/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which IPv4 address a caller gets, and which pool keeps the books of it. */
#ifndef L2TPD_ENGINE_SERVICE_ADDRESS_H
#define L2TPD_ENGINE_SERVICE_ADDRESS_H

#include <stddef.h>

#include "ipc/ppp.h"
#include "lib/config.h"

struct engine;
struct pool;
struct pool_books;
struct subscriber;

int pools_start(struct engine *e); /* 0 or -ENOMEM */
void pools_free(struct engine *e);
/*
 * The caller's IPv4 address: the reply's; else one of the pool section that it
 * is given by name; else the profile's fixed one; else one of the profile's
 * pools, in their order, the one that the user had last before others. A caller
 * that authenticates again keeps what it has. 0, -ENOSPC, -ENOENT (no such
 * pool), -EADDRINUSE, -EADDRNOTAVAIL (our own) or -ENOMEM, with a sentence in
 * why.
 */
int address_assign(struct subscriber *s, struct ppp_call_auth_reply *reply,
		   char *why, size_t size);
void address_release(struct subscriber *s);
/* the profile's own */
struct pool *pools_of(struct engine *e, const struct config_ppp *profile);
/* A walk over all that have addresses: *place begins as 0. NULL at the end. */
const struct pool_books *pools_next(const struct engine *e, size_t *place);

#endif
