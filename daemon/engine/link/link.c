/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links: from the transport's first word to the last reference. */
#include "engine/link/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/engine.h"
#include "engine/random.h"

/* ---- all of them ---- */

int links_start(struct engine *e, uint64_t first_id,
		const struct ppp_service *service)
{
	e->links = calloc(1, sizeof(*e->links));
	if (!e->links)
		return -ENOMEM;
	e->links->next_id = first_id;
	e->links->service = service;
	return 0;
}

void links_free(struct engine *e)
{
	if (!e->links)
		return;
	table_fini(&e->links->by_id);
	free(e->links);
	e->links = NULL;
}

struct link *link_find(struct engine *e, uint64_t id)
{
	return table_get(&e->links->by_id, id);
}

const struct ppp_service *link_service(const struct link *l)
{
	return l->engine->links->service;
}

/* ---- one ---- */

int link_init(struct link *l, struct engine *e,
	      const struct link_transport *transport)
{
	int err = table_put(&e->links->by_id, e->links->next_id, l);

	if (err)
		return err;
	l->engine = e;
	l->id = e->links->next_id++;
	l->transport = transport;
	l->refs = 1;
	return 0;
}

void link_fini(struct link *l)
{
	free(l->user);
	free(l->reason);
	free(l->cause);
}

void link_hold(struct link *l)
{
	l->refs++;
}

static void free_link(struct turn_item *item)
{
	struct link *l = container_of(item, struct link, trash);

	l->transport->free(l);
}

void link_release(struct link *l)
{
	if (--l->refs)
		return;
	table_del(&l->engine->links->by_id, l->id);
	turn_free_later(&l->engine->turn, &l->trash, free_link);
}

const char *link_describe(const struct link *l, char *buf, size_t size)
{
	size_t len;

	l->transport->describe(l, buf, size);
	len = strlen(buf);
	if (l->user && len < size)
		snprintf(buf + len, size - len, " (%s)", l->user);
	return buf;
}

bool link_may_log(const struct link *l, enum log_kind kind, int level)
{
	const struct link_transport *t = l->transport;

	return l->up_ms || loglimit_pass(l->engine, kind,
					 t->peer ? t->peer(l) : NULL, level);
}

const char *link_name(const struct link *l)
{
	return l->owner && l->owner->name ? l->owner->name(l) : NULL;
}

/*
 * Unique over restarts: the second of our start, our process's own
 * randomness, the link.
 */
static void make_acct_id(struct link *l)
{
	static uint64_t start, serial;

	if (l->acct_id[0])
		return;
	if (!start) {
		uint32_t random;

		random_bytes(NULL, &random, sizeof(random));
		start = (uint64_t)time(NULL) << 32 | random;
	}
	snprintf(l->acct_id, sizeof(l->acct_id), "%016llX%08llX",
		 (unsigned long long)start, (unsigned long long)++serial);
}

void link_facts(struct link *l, struct service_call *out)
{
	make_acct_id(l);
	*out = (struct service_call){ 0 };
	memcpy(out->session_id, l->acct_id, sizeof(out->session_id));
	l->transport->facts(l, out);
	memcpy(out->ifname, l->ifname, sizeof(out->ifname));
}

bool link_set_cause(struct link *l, const struct cause *cause)
{
	if (!l->cause)
		l->cause = malloc(sizeof(*l->cause));
	if (l->cause)
		*l->cause = *cause;
	return l->cause != NULL;
}

void link_refuse(struct link *l, const char *why)
{
	struct cause cause = cause_make(CAUSE_NO_RESOURCES, "%s", why);

	if (!l->cause)
		link_set_cause(l, &cause);
	free(l->reason);
	l->reason = strdup(why);
	l->reason_is_ours = true;
}

/* ---- its life ---- */

static void do_established(void *arg)
{
	struct link *l = arg;

	if (link_is_usable(l) && l->owner)
		l->owner->established(l);
	link_release(l);
}

void link_established(struct link *l)
{
	l->established = true;
	if (turn_defer(&l->engine->turn, &l->established_work, do_established,
		       l))
		link_hold(l);
}

void link_up(struct link *l)
{
	if (l->up_ms)
		return;
	l->up_ms = engine_now(l->engine);
	l->engine->counters.calls_up++;
	if (l->owner && l->owner->up)
		l->owner->up(l);
}
