/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links: from the transport's first word to the last reference. */
#include "engine/link/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/engine.h"
#include "engine/link/ppp.h"
#include "engine/random.h"

/* ---- all of them ---- */

int links_start(struct engine *e, uint64_t first_id, const struct ppp_service *service)
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

/* ---- one ---- */

int link_init(struct link *l, struct engine *e, const struct link_transport *transport)
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

const char *link_name(const struct link *l)
{
	return l->owner && l->owner->name ? l->owner->name(l) : NULL;
}

/* Unique over restarts: the second of our start, our process's own randomness, the link. */
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
	snprintf(l->acct_id, sizeof(l->acct_id), "%016llX%08llX", (unsigned long long)start,
		 (unsigned long long)++serial);
}

void link_facts(struct link *l, struct service_call *out)
{
	make_acct_id(l);
	*out = (struct service_call){ 0 };
	memcpy(out->session_id, l->acct_id, sizeof(out->session_id));
	l->transport->facts(l, out);
	memcpy(out->ifname, l->ifname, sizeof(out->ifname));
}

/* ---- its end ---- */

/* The last step: neither the transport nor PPP has it. */
static void forget_if_over(struct link *l)
{
	if (l->gone || !l->detached || l->phase != PPP_NONE)
		return;
	l->gone = true;
	l->transport->over(l);
	link_release(l);
}

/* Whom it was made for may dial again once its interface is free. */
static void leave_owner(struct link *l)
{
	const struct link_owner *owner = l->owner;

	if (!owner || !l->down || l->phase != PPP_NONE)
		return;
	l->owner = NULL;
	if (owner->ended)
		owner->ended(l, l->reason ? l->reason : "the call ended");
}

void link_down(struct link *l, const char *told, const char *why)
{
	l->down = true;
	/* A pppd of ours ends with the transport; its exit is awaited. */
	ppp_stop(l, told, true);
	if (!l->reason)
		l->reason = strdup(why);
	leave_owner(l);
}

void link_detach(struct link *l)
{
	l->detached = true;
	forget_if_over(l);
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

static void do_close(void *arg)
{
	struct link *l = arg;
	struct cause cause = cause_make(CAUSE_ADMINISTRATIVE, "%s", l->reason ? l->reason : "PPP ended");

	if (link_is_usable(l))
		l->transport->close(l, l->cause ? l->cause : &cause);
	link_release(l);
}

static void close_later(struct link *l)
{
	link_hold(l);
	turn_defer(&l->engine->turn, do_close, l);
}

void link_close(struct link *l, const struct cause *cause)
{
	if (!link_is_usable(l))
		return;
	link_set_cause(l, cause);
	if (l->phase != PPP_NONE)
		ppp_stop(l, cause->text, false);
	else
		close_later(l);
}

void link_ppp_ended(struct link *l)
{
	leave_owner(l);
	if (link_is_usable(l))
		close_later(l);
	else
		forget_if_over(l);
}

void link_abandon(struct link *l)
{
	if (l->backend)
		l->backend->release(l);
	l->engine->links->service->abandon(l);
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
	link_hold(l);
	turn_defer(&l->engine->turn, do_established, l);
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
