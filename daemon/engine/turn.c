/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deferred work, what modules do at the end of it, and memory
 * that is freed later.
 */
#include "engine/turn.h"

#include <stdlib.h>

void turn_fini(struct turn *t)
{
	turn_collect(t);
	free(t->work);
	*t = (struct turn){ 0 };
}

void turn_add_hook(struct turn *t, struct turn_hook *h)
{
	struct turn_hook **at = &t->hooks;

	while (*at)
		at = &(*at)->next;
	h->next = NULL;
	*at = h;
}

void turn_defer(struct turn *t, void (*fn)(void *), void *arg)
{
	if (t->n == t->size) {
		size_t size = t->size ? t->size * 2 : 64;
		struct turn_work *work =
			reallocarray(t->work, size, sizeof(*work));

		/* crash-only: a lost step would leave a call half made */
		if (!work)
			abort();
		t->work = work;
		t->size = size;
	}
	t->work[t->n++] = (struct turn_work){ fn, arg };
}

static bool take(struct turn *t)
{
	bool any = false;

	for (struct turn_hook *h = t->hooks; h; h = h->next)
		any |= h->take && h->take(h);
	return any;
}

static bool work(struct turn *t)
{
	struct turn_work w;

	if (t->at == t->n) {
		t->at = t->n = 0;
		return false;
	}
	w = t->work[t->at++];
	w.fn(w.arg);
	return true;
}

void turn_settle(struct turn *t)
{
	bool more = true;

	if (t->settling)
		return;
	t->settling = true;
	while (more) {
		more = take(t);
		more |= work(t);
	}
	for (struct turn_hook *h = t->hooks; h; h = h->next)
		if (h->finish)
			h->finish(h);
	t->settling = false;
}

void turn_free_later(struct turn *t, struct turn_item *item,
		     void (*free)(struct turn_item *))
{
	item->free = free;
	item->next = t->items;
	t->items = item;
}

void turn_collect(struct turn *t)
{
	while (t->items) {
		struct turn_item *item = t->items;

		t->items = item->next;
		item->free(item);
	}
}
