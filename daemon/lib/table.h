/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing hash table from a number to a pointer: for what is looked up by
 * id, serial or pid. Deleting shifts back, so it never fills with tombstones.
 */
#ifndef L2TPD_LIB_TABLE_H
#define L2TPD_LIB_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table_slot {
	uint64_t key;
	void *value;
}; /* value NULL: free */

/* Zeroed is an empty table. */
struct table {
	struct table_slot *slots;
	size_t size; /* 0 or a power of two */
	size_t count;
};

void table_fini(struct table *t); /* frees the slots, not the values */
void *table_get(const struct table *t, uint64_t key); /* NULL when absent */
/* value is not NULL. 0, -EEXIST (nothing changed) or -ENOMEM. */
int table_put(struct table *t, uint64_t key, void *value);
void *table_del(struct table *t, uint64_t key); /* what was there, or NULL */

/*
 * Walks the values in no order. Deleting while walking is not allowed except
 * by table_pop, which takes any one value out (NULL when empty).
 */
#define table_foreach(t, i)                    \
	for (size_t i = 0; i < (t)->size; i++) \
		if ((t)->slots[i].value)
void *table_pop(struct table *t);

#endif
