/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of each piece of work in the engine. A callback of the loop does its
 * work and then calls turn_settle: what was deferred is done, what the modules
 * have to take is taken, until nothing is left; then packets leave and timers
 * are set. What was given to turn_free_later is freed at the end of the loop's
 * turn, when nothing on the stack can hold it.
 */
#ifndef L2TPD_ENGINE_TURN_H
#define L2TPD_ENGINE_TURN_H

#include <stdbool.h>
#include <stddef.h>

/* Embedded in what is to be freed later. */
struct turn_item {
	struct turn_item *next;
	void (*free)(struct turn_item *item);
};

struct engine;

/* A module's part in settling. */
struct turn_hook {
	struct turn_hook *next;
	struct engine *engine;
	/*
	 * Takes what there is to take: true when there was something. Must not
	 * call turn_settle.
	 */
	bool (*take)(struct turn_hook *h);
	/* All is decided: packets leave, timers are set. Defers nothing. */
	void (*finish)(struct turn_hook *h);
};

/*
 * Work that is deferred; embedded in what it concerns, so that deferring it
 * needs no memory and cannot fail. Zeroed waits for nothing.
 */
struct turn_work {
	struct turn_work *next;
	void (*fn)(void *arg); /* NULL: it does not wait */
	void *arg;
};

/* Zeroed is empty. */
struct turn {
	struct turn_work *work, **work_end; /* in their order */
	struct turn_hook *hooks;
	struct turn_item *items;
	bool settling;
};

/* Frees what waits for it; hooks are their owners'. */
void turn_fini(struct turn *t);
void turn_add_hook(struct turn *t, struct turn_hook *h);
/*
 * fn(arg) is called by the next turn_settle, after those that were deferred
 * before it. False when w waits already: then nothing changes.
 */
bool turn_defer(struct turn *t, struct turn_work *w, void (*fn)(void *),
		void *arg);
/*
 * Call it after every call into a protocol's core. Within itself
 * it does nothing.
 */
void turn_settle(struct turn *t);
/*
 * Takes what the hooks have to take, for work that calls into a protocol's core
 * several times: between one call and the next.
 */
void turn_take(struct turn *t);
/* free(item) is called by turn_collect. */
void turn_free_later(struct turn *t, struct turn_item *item,
		     void (*free)(struct turn_item *));
/* At the end of the loop's turn. */
void turn_collect(struct turn *t);

#endif
