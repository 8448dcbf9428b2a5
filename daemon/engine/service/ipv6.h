/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which IPv6 prefixes a caller gets, and which pools keep the books of them. */
#ifndef L2TPD_ENGINE_SERVICE_IPV6_H
#define L2TPD_ENGINE_SERVICE_IPV6_H

#include <stddef.h>

struct engine;
struct pool_books;
struct subscriber;

int ipv6_start(struct engine *e); /* 0 or -ENOMEM */
/*
 * Prefixes from the profile's pools, the ones that the user had last before
 * others, where the reply gave none; what it gave is reserved, so that no pool
 * gives it to another. 0, -ENOSPC, -EADDRINUSE or -ENOMEM, with a sentence in
 * why and nothing taken.
 */
int ipv6_assign(struct subscriber *s, char *why, size_t size);
void ipv6_release(struct subscriber *s);
void ipv6_free(struct engine *e);
/* A walk as pools_next, over the pools of prefixes. */
const struct pool_books *ipv6_pools_next(const struct engine *e, size_t *place);

#endif
