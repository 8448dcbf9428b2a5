// SPDX-License-Identifier: GPL-2.0-or-later
/* A map from a 16-bit id to a pointer. Linear probing; removal closes the gap. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "proto/l2tp/idmap.h"

#define SIZE_MIN 4

static uint32_t home(const struct idmap *m, uint16_t key)
{
	uint32_t h = ((uint32_t)key ^ m->seed) * 0x9e3779b1u;

	return (h ^ h >> 15) & (m->size - 1);
}

void idmap_fini(struct idmap *m)
{
	free(m->slots);
	m->slots = NULL;
	m->size = m->count = m->low = 0;
}

static struct idmap_slot *find(const struct idmap *m, uint16_t key)
{
	if (!m->size)
		return NULL;
	for (uint32_t i = home(m, key); m->slots[i].value; i = (i + 1) & (m->size - 1))
		if (m->slots[i].key == key)
			return &m->slots[i];
	return NULL;
}

void *idmap_get(const struct idmap *m, uint16_t key)
{
	const struct idmap_slot *s = find(m, key);

	return s ? s->value : NULL;
}

static void place(struct idmap *m, uint16_t key, void *value)
{
	uint32_t i = home(m, key);

	while (m->slots[i].value)
		i = (i + 1) & (m->size - 1);
	m->slots[i].key = key;
	m->slots[i].value = value;
}

static int resize(struct idmap *m, uint32_t size)
{
	struct idmap old = *m;

	m->slots = calloc(size, sizeof(*m->slots));
	if (!m->slots) {
		m->slots = old.slots;
		return -ENOMEM;
	}
	m->size = size;
	for (uint32_t i = 0; i < old.size; i++)
		if (old.slots[i].value)
			place(m, old.slots[i].key, old.slots[i].value);
	free(old.slots);
	return 0;
}

int idmap_put(struct idmap *m, uint16_t key, void *value)
{
	if (find(m, key))
		return -EEXIST;
	if (m->count + 1 > m->size - m->size / 4) {
		int err = resize(m, m->size ? m->size * 2 : SIZE_MIN);

		if (err)
			return err;
	}
	place(m, key, value);
	m->count++;
	if (key < m->low)
		m->low = key;
	return 0;
}

void *idmap_remove(struct idmap *m, uint16_t key)
{
	struct idmap_slot *s = find(m, key);
	void *value;
	uint32_t gap, i;

	if (!s)
		return NULL;
	value = s->value;
	gap = (uint32_t)(s - m->slots);
	m->slots[gap].value = NULL;
	m->count--;
	/* those behind that could not have their own place move up */
	for (i = (gap + 1) & (m->size - 1); m->slots[i].value; i = (i + 1) & (m->size - 1)) {
		uint32_t h = home(m, m->slots[i].key);

		if (((i - h) & (m->size - 1)) >= ((i - gap) & (m->size - 1))) {
			m->slots[gap] = m->slots[i];
			m->slots[i].value = NULL;
			gap = i;
		}
	}
	/* a failure to shrink only costs memory */
	if (!m->count)
		idmap_fini(m);
	else if (m->size > SIZE_MIN * 4 && m->count < m->size / 8)
		(void)resize(m, m->size / 2);
	return value;
}

/* A full map is quicker tried id by id, a sparse one looked through. */
static const struct idmap_slot *least(const struct idmap *m, uint32_t from)
{
	const struct idmap_slot *best = NULL;

	if (m->size > 65536 / m->count) {
		for (uint32_t key = from; key <= UINT16_MAX && !best; key++)
			best = find(m, (uint16_t)key);
		return best;
	}
	for (uint32_t i = 0; i < m->size; i++) {
		const struct idmap_slot *s = &m->slots[i];

		if (s->value && s->key >= from && (!best || s->key < best->key))
			best = s;
	}
	return best;
}

void *idmap_next(struct idmap *m, uint32_t from)
{
	bool first = from <= m->low;
	const struct idmap_slot *s;

	if (!m->count)
		return NULL;
	s = least(m, first ? m->low : from);
	/* who takes the first one away again and again does not search from 0 each time */
	if (first && s)
		m->low = s->key;
	return s ? s->value : NULL;
}
