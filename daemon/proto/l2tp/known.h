/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses from which a tunnel was established lately: whoever answers to one
 * is not made up, and does not wait among those who may be. A table of fixed
 * size, in which a newer address takes an older one's place.
 */
#ifndef L2TPD_PROTO_L2TP_KNOWN_H
#define L2TPD_PROTO_L2TP_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#define KNOWN_SLOTS 2048u /* a power of two */
#define KNOWN_WAYS  4u
#define KNOWN_MS    UINT64_C(3600000)

struct known_slot {
	uint64_t hash; /* keyed, of the address without its port; 0: free */
	uint64_t when_ms;
};

struct known {
	struct known_slot slot[KNOWN_SLOTS];
};

void known_note(struct known *k, uint64_t hash, uint64_t now);
bool known_is(const struct known *k, uint64_t hash, uint64_t now);

#endif
