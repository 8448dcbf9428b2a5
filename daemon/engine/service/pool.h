/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pools: numbers that are given, kept for who had them, and taken back;
 * addresses, or prefixes by their number.
 */
#ifndef L2TPD_ENGINE_SERVICE_POOL_H
#define L2TPD_ENGINE_SERVICE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/config.h"

struct pool;

/*
 * Of these ranges, without those in reserve, which only pool_claim gives, and
 * without our own addresses. The ranges are copied. NULL: out of memory. user
 * is a key, registry_name_key; 0: nobody's.
 */
struct pool *pool_new(const struct config_ranges *ranges,
		      const struct config_ranges *reserve, const uint32_t *own,
		      size_t own_n);
void pool_free(struct pool *p);
/*
 * Of the prefixes of length bits (64 at most) that are in these, which have no
 * more bits than that, and none of which is in another. An address is then such
 * a prefix by its number; 0 is none.
 */
struct pool *pool_new_prefixes(const struct config_prefixes *prefixes,
			       unsigned int length);
uint64_t pool_prefix_number(const uint8_t addr[16], unsigned int length);
/* in host order, as all here; reserved ones too */
bool pool_has(const struct pool *p, uint64_t address);
/* 0, -ENOSPC or -ENOMEM */
int pool_take(struct pool *p, uint64_t user, uint64_t *address);
/* What the user had last and nobody has now: 0 or -ENOENT. */
int pool_take_again(struct pool *p, uint64_t user, uint64_t *address);
/* A given address, in the pool or not: 0, -EADDRINUSE or -ENOMEM. */
int pool_claim(struct pool *p, uint64_t address, uint64_t user);
void pool_give(struct pool *p, uint64_t address);
struct pool_usage {
	uint64_t size, reserved; /* size: with the reserved ones */
	/* used: with those that are fixed; free: for anybody */
	uint64_t used, free;
	uint64_t known; /* at rest, kept for who had them */
};
struct pool_usage pool_usage(const struct pool *p);

/* A pool, and what is told of it. */
struct pool_books {
	/* of the section: "ppp" or "pool"; of prefixes: their key */
	const char *kind, *name;
	const struct config_ranges *ranges, *reserve;
	const struct config_prefixes *prefixes; /* IPv6, in place of ranges */
	unsigned int length;			/* of each that is given */
	struct pool *pool;
	uint64_t exhausted; /* calls that found it empty */
	uint64_t logged_ms;
};

#endif
