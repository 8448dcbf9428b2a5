/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which interfaces make a circuit, and what became of them; see pw_watch.h. */
#include "monitor/pw_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "netlink/link.h"

bool pw_circuit_is_up(const struct pw_circuit *c)
{
	for (unsigned int i = 0; i < c->parts_n; i++)
		if (!c->parts[i].up)
			return false;
	return true;
}

/* ---- the parts in their lists ---- */

static void put(struct pw_watch *w, struct pw_part *part)
{
	struct pw_part *first =
		part->index ? table_get(&w->by_index, (uint64_t)part->index) :
			      w->missing;

	if (first) {
		part->next = first->next;
		first->next = part;
		return;
	}
	part->next = NULL;
	if (!part->index)
		w->missing = part;
	/* Without memory it is as one that is missing, until there is news. */
	else if (table_put(&w->by_index, (uint64_t)part->index, part))
		log_error("out of memory: an interface is not watched");
}

static void take(struct pw_watch *w, struct pw_part *part)
{
	struct pw_part *first =
		part->index ? table_del(&w->by_index, (uint64_t)part->index) :
			      w->missing;
	struct pw_part **at = &first;

	while (*at && *at != part)
		at = &(*at)->next;
	if (*at)
		*at = part->next;
	if (!part->index)
		w->missing = first;
	/* Cannot fail: the slot that table_del freed is still there. */
	else if (first)
		table_put(&w->by_index, (uint64_t)part->index, first);
}

/*
 * l: NULL when it is gone. Only the configured circuit comes
 * back under its name.
 */
static void set(struct pw_part *part, const struct link *l)
{
	part->index = l ? l->index : 0;
	part->up = l && l->up && (!part->name || l->carrier);
}

static void tell(struct pw_watch *w, struct pw_circuit *c)
{
	bool up = pw_circuit_is_up(c);

	if (up == c->up)
		return;
	c->up = up;
	w->change(w->ctx, c);
}

/* ---- news ---- */

/* One look at an interface for all circuits that it is in. */
static void look_again(struct pw_watch *w, int index)
{
	struct pw_part *part = table_del(&w->by_index, (uint64_t)index), *next;
	struct link link;
	int err;

	if (!part)
		return;
	err = link_get_index(w->rtnl, index, &link);
	for (; part; part = next) {
		next = part->next;
		if (!err || err == -ENODEV)
			set(part, err ? NULL : &link);
		put(w, part);
		tell(w, part->circuit);
	}
}

/* name: NULL for any. */
static void look_for_missing(struct pw_watch *w, const char *name)
{
	struct pw_part *part = w->missing, *next;
	struct link link;

	w->missing = NULL;
	for (; part; part = next) {
		next = part->next;
		if (part->name && (!name || strcmp(part->name, name) == 0) &&
		    link_get(w->rtnl, part->name, &link) == 0)
			set(part, &link);
		put(w, part);
		tell(w, part->circuit);
	}
}

static void on_news(void *ctx, const struct watch_news *n)
{
	struct pw_watch *w = ctx;

	look_again(w, n->index);
	if (w->missing)
		look_for_missing(w, n->name);
}

/* News was lost. */
static void look_at_all(struct pw_watch *w)
{
	int *all = calloc(w->by_index.count + 1, sizeof(*all));
	size_t n = 0;

	if (!all)
		return;
	table_foreach(&w->by_index, i)
		all[n++] = (int)w->by_index.slots[i].key;
	for (size_t i = 0; i < n; i++)
		look_again(w, all[i]);
	free(all);
	look_for_missing(w, NULL);
}

static void on_readable(struct loop_io *io, int fd, int events)
{
	struct pw_watch *w = container_of(io, struct pw_watch, io);
	int err = watch_read(&w->watch, on_news, w);

	(void)fd;
	(void)events;
	if (!err)
		return;
	if (err == -ENOBUFS)
		log_debug("news of interfaces was lost: each of them is looked "
			  "at");
	else
		log_warn("news of interfaces cannot be read: %s",
			 strerror(-err));
	look_at_all(w);
}

/* ---- for pw.c ---- */

int pw_watch_init(struct pw_watch *w, struct loop *loop, struct rtnl *rtnl,
		  void (*change)(void *ctx, struct pw_circuit *c), void *ctx)
{
	int err;

	*w = (struct pw_watch){ .rtnl = rtnl, .change = change, .ctx = ctx };
	err = watch_open(&w->watch, WATCH_LINKS);
	if (err)
		return err;
	err = loop_io_start(loop, &w->io, watch_fd(&w->watch), LOOP_READ,
			    on_readable);
	if (err)
		watch_close(&w->watch);
	return err;
}

void pw_watch_fini(struct pw_watch *w)
{
	loop_io_stop(&w->io);
	watch_close(&w->watch);
	table_fini(&w->by_index);
}

bool pw_watch_add(struct pw_watch *w, struct pw_circuit *c, int index,
		  const char *name)
{
	struct pw_part *part = &c->parts[c->parts_n++];
	struct link link;
	int err;

	*part = (struct pw_part){ .circuit = c, .name = name };
	err = name ? link_get(w->rtnl, name, &link) :
		     link_get_index(w->rtnl, index, &link);
	set(part, err ? NULL : &link);
	put(w, part);
	return !err;
}

void pw_watch_del(struct pw_watch *w, struct pw_circuit *c)
{
	for (unsigned int i = 0; i < c->parts_n; i++)
		take(w, &c->parts[i]);
	c->parts_n = 0;
}
