/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's randomness: session ids and the like are asked for two bytes at
 * a time, and one system call serves many.
 */
#include "engine/random.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void random_bytes(void *ctx, void *buf, size_t len)
{
	static uint8_t pool[512];
	static size_t left;
	uint8_t *out = buf;

	(void)ctx;
	while (len) {
		size_t n;

		if (!left) {
			if (getrandom(pool, sizeof(pool), 0) !=
			    (ssize_t)sizeof(pool))
				abort(); /* never go on without randomness */
			left = sizeof(pool);
		}
		n = len < left ? len : left;
		memcpy(out, pool + sizeof(pool) - left, n);
		explicit_bzero(pool + sizeof(pool) - left, n);
		left -= n;
		out += n;
		len -= n;
	}
}

uint32_t random_jitter(uint32_t ms)
{
	uint16_t r;

	random_bytes(NULL, &r, sizeof(r));
	return ms - (uint32_t)((uint64_t)(ms / 4) * r / UINT16_MAX);
}
