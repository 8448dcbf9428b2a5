// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A map from a 32-bit id to a pointer. Linear probing; removal closes the gap.
 * A slot's place follows from the upper bits of a one-to-one mix of its key, so
 * that the order of the mixes is that of the slots, however many there are.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "proto/l2tp/idmap.h"

#define SIZE_MIN 4

/* One to one, as each of its steps is. */
static uint32_t mix(const struct idmap *m, uint32_t key)
{
	uint32_t h = key ^ m->seed;

	h = (h ^ h >> 16) * 0x9e3779b1u;
	h = (h ^ h >> 15) * 0x85ebca77u;
	return h ^ h >> 16;
}

static uint32_t home_of(const struct idmap *m, uint32_t mixed)
{
	return (uint32_t)((uint64_t)mixed * m->size >> 32);
}

static uint32_t home(const struct idmap *m, uint32_t key)
{
	return home_of(m, mix(m, key));
}

void idmap_fini(struct idmap *m)
{
	free(m->slots);
	m->slots = NULL;
	m->size = m->count = m->low = 0;
}

static struct idmap_slot *find(const struct idmap *m, uint32_t key)
{
	if (!m->size)
		return NULL;
	for (uint32_t i = home(m, key); m->slots[i].value;
	     i = (i + 1) & (m->size - 1))
		if (m->slots[i].key == key)
			return &m->slots[i];
	return NULL;
}

void *idmap_get(const struct idmap *m, uint32_t key)
{
	const struct idmap_slot *s = find(m, key);

	return s ? s->value : NULL;
}

static void place(struct idmap *m, uint32_t key, void *value)
{
	uint32_t i = home(m, key);

	while (m->slots[i].value)
		i = (i + 1) & (m->size - 1);
	m->slots[i].key = key;
	m->slots[i].value = value;
	if (i < m->low)
		m->low = i;
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
	m->low = size;
	for (uint32_t i = 0; i < old.size; i++)
		if (old.slots[i].value)
			place(m, old.slots[i].key, old.slots[i].value);
	free(old.slots);
	return 0;
}

int idmap_put(struct idmap *m, uint32_t key, void *value)
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
	return 0;
}

void *idmap_remove(struct idmap *m, uint32_t key)
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
	for (i = (gap + 1) & (m->size - 1); m->slots[i].value;
	     i = (i + 1) & (m->size - 1)) {
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

/* The least of the mixes that are at least from, among the slots from i on. */
static const struct idmap_slot *least(const struct idmap *m, uint32_t i,
				      uint64_t from)
{
	const struct idmap_slot *best = NULL;
	uint32_t best_mix = 0, end = m->size;

	for (; i < end; i++) {
		const struct idmap_slot *s = &m->slots[i];
		uint32_t mixed;

		if (!s->value) {
			/*
			 * what stands behind a free slot has its home there, or
			 * is behind its home
			 */
			if (best)
				break;
			continue;
		}
		mixed = mix(m, s->key);
		/* one that ran over the end, and stands at the start */
		if (home_of(m, mixed) > i)
			continue;
		if (mixed >= from && (!best || mixed < best_mix)) {
			best = s;
			best_mix = mixed;
		}
	}
	if (i < end)
		return best;
	/* the last run may go on at the start */
	for (i = 0; i < end && m->slots[i].value; i++) {
		uint32_t mixed = mix(m, m->slots[i].key);

		if (home_of(m, mixed) > i && mixed >= from &&
		    (!best || mixed < best_mix)) {
			best = &m->slots[i];
			best_mix = mixed;
		}
	}
	return best;
}

void *idmap_next(struct idmap *m, uint64_t after_key_plus_one)
{
	const struct idmap_slot *s;
	uint32_t mixed;

	if (!m->count)
		return NULL;
	if (after_key_plus_one) {
		mixed = mix(m, (uint32_t)(after_key_plus_one - 1));
		s = least(m, home_of(m, mixed), (uint64_t)mixed + 1);
		return s ? s->value : NULL;
	}
	/*
	 * who takes the first one away again and again does not search
	 * from 0 each time
	 */
	while (m->low < m->size && !m->slots[m->low].value)
		m->low++;
	s = least(m, m->low, 0);
	return s ? s->value : NULL;
}
