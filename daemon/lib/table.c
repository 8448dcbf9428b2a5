/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hash table from numbers to pointers, linear probing; see table.h. */
#include "lib/table.h"

#include <errno.h>
#include <stdlib.h>

static size_t slot_of(const struct table *t, uint64_t key)
{
	/* splitmix64's finalizer: ids that differ in few bits spread */
	key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9u;
	key = (key ^ (key >> 27)) * 0x94d049bb133111ebu;
	return (size_t)(key ^ (key >> 31)) & (t->size - 1);
}

void table_fini(struct table *t)
{
	free(t->slots);
	*t = (struct table){ 0 };
}

static struct table_slot *find(const struct table *t, uint64_t key)
{
	size_t i;

	if (!t->size)
		return NULL;
	for (i = slot_of(t, key); t->slots[i].value;
	     i = (i + 1) & (t->size - 1))
		if (t->slots[i].key == key)
			return &t->slots[i];
	return NULL;
}

void *table_get(const struct table *t, uint64_t key)
{
	struct table_slot *s = find(t, key);

	return s ? s->value : NULL;
}

static void insert(struct table *t, uint64_t key, void *value)
{
	size_t i = slot_of(t, key);

	while (t->slots[i].value)
		i = (i + 1) & (t->size - 1);
	t->slots[i] = (struct table_slot){ key, value };
}

static int grow(struct table *t)
{
	struct table bigger = {
		.size = t->size ? t->size * 2 : 16,
		.count = t->count,
	};

	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	table_foreach(t, i)
		insert(&bigger, t->slots[i].key, t->slots[i].value);
	free(t->slots);
	*t = bigger;
	return 0;
}

int table_put(struct table *t, uint64_t key, void *value)
{
	if (find(t, key))
		return -EEXIST;
	if (t->count + 1 > t->size / 4 * 3) {
		int err = grow(t);

		if (err)
			return err;
	}
	insert(t, key, value);
	t->count++;
	return 0;
}

static void *take(struct table *t, struct table_slot *s)
{
	void *value = s->value;
	size_t hole = (size_t)(s - t->slots), i = hole;

	/* Move back whatever probed past the hole. */
	for (;;) {
		size_t home;

		i = (i + 1) & (t->size - 1);
		if (!t->slots[i].value)
			break;
		home = slot_of(t, t->slots[i].key);
		if (((i - home) & (t->size - 1)) >=
		    ((i - hole) & (t->size - 1))) {
			t->slots[hole] = t->slots[i];
			hole = i;
		}
	}
	t->slots[hole].value = NULL;
	t->count--;
	return value;
}

void *table_del(struct table *t, uint64_t key)
{
	struct table_slot *s = find(t, key);

	return s ? take(t, s) : NULL;
}

void *table_pop(struct table *t)
{
	if (t->count)
		table_foreach(t, i)
			return take(t, &t->slots[i]);
	return NULL;
}
