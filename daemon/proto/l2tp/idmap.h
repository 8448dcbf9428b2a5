/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A map from a 32-bit id to a pointer: open addressing, grows and shrinks. */
#ifndef L2TPD_PROTO_L2TP_IDMAP_H
#define L2TPD_PROTO_L2TP_IDMAP_H

#include <stdbool.h>
#include <stdint.h>

struct idmap_slot {
	void *value; /* NULL: free */
	uint32_t key;
};

/* Zeroed but for seed is empty. */
struct idmap {
	struct idmap_slot *slots;
	uint32_t size; /* of slots; a power of two, or 0 */
	uint32_t count;
	uint32_t low;  /* the slots before it are free */
	uint32_t seed; /* so that a peer's choice of ids makes no long runs */
};

void idmap_fini(struct idmap *m); /* values are the caller's */
void *idmap_get(const struct idmap *m, uint32_t key);
/* 0, -EEXIST, -ENOMEM. */
int idmap_put(struct idmap *m, uint32_t key, void *value);
/* the value, NULL when there was none */
void *idmap_remove(struct idmap *m, uint32_t key);
/*
 * A walk in the map's own order, which changes between the calls do not
 * disturb: 0 starts, then a key + 1 gives the one after that key, whether it is
 * still there or not. NULL at the end. A walk over all takes as long as the map
 * has slots.
 */
void *idmap_next(struct idmap *m, uint64_t after_key_plus_one);

#endif
