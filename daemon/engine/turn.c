/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deferred work, what modules do at the end of it, and memory
 * that is freed later.
 */
#include "engine/turn.h"

void turn_fini(struct turn *t)
{
	turn_collect(t);
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

bool turn_defer(struct turn *t, struct turn_work *w, void (*fn)(void *),
		void *arg)
{
	if (w->fn)
		return false;
	*w = (struct turn_work){ .fn = fn, .arg = arg };
	if (!t->work)
		t->work_end = &t->work;
	*t->work_end = w;
	t->work_end = &w->next;
	return true;
}

static bool take(struct turn *t)
{
	bool any = false;

	for (struct turn_hook *h = t->hooks; h; h = h->next)
		any |= h->take && h->take(h);
	return any;
}

void turn_take(struct turn *t)
{
	while (take(t))
		continue;
}

static bool work(struct turn *t)
{
	struct turn_work *w = t->work;
	void (*fn)(void *);

	if (!w)
		return false;
	t->work = w->next;
	fn = w->fn;
	/* It may be deferred again, or freed, by what it does. */
	w->fn = NULL;
	fn(w->arg);
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
