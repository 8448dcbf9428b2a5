/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/service/replace.h"

#include <errno.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/link/link.h"
#include "engine/service/facts.h"
#include "engine/service/registry.h"
#include "engine/service/subscriber.h"
#include "lib/log.h"

/* Of both the same numbers are known, or the same peers where none are. */
static bool same_line(const struct service_call *a,
		      const struct service_call *b)
{
	if (a->calling_number[0] || b->calling_number[0])
		return strcmp(a->calling_number, b->calling_number) == 0;
	return strcmp(a->peer, b->peer) == 0;
}

static bool is_same_line(struct link *l, struct link *other)
{
	struct service_call here, there;

	facts_of(l, &here);
	facts_of(other, &there);
	return same_line(&here, &there);
}

/* user: what the new call is known by. */
static bool is_same_caller(struct link *l, const char *user,
			   const struct subscriber *s)
{
	switch (l->profile->same_caller) {
	case CONFIG_SAME_USER:
		return strcmp(s->given.user, user) == 0 &&
		       registry_same_users(l->profile, s->link->profile);
	case CONFIG_SAME_LINE:
		return is_same_line(l, s->link);
	case CONFIG_SAME_ADDRESS:
		return true;
	}
	return false;
}

static struct subscriber *holder_of(struct link *l, const char *user,
				    uint32_t address)
{
	struct subscriber *s = registry_by_address(l->engine, address);

	while (s && !is_same_caller(l, user, s))
		s = registry_next_of_address(s);
	return s;
}

/* The oldest of those that count. */
static struct subscriber *oldest_of(struct link *l, const char *user)
{
	struct subscriber *oldest = NULL;

	for (struct subscriber *s = registry_by_name(l->engine, user); s;
	     s = registry_next_of_name(s))
		if (!s->leaving && is_same_caller(l, user, s) &&
		    (!oldest || s->serial < oldest->serial))
			oldest = s;
	return oldest;
}

struct subscriber *replace_find(struct link *l,
				const struct aaa_auth_reply *from, int err)
{
	const char *user = from->service.user;

	if (l->profile->on_duplicate != CONFIG_DUPLICATE_REPLACE)
		return NULL;
	if (err == -EADDRINUSE)
		return holder_of(l, user, from->ppp.remote_ipv4);
	return err == -EUSERS && user[0] ? oldest_of(l, user) : NULL;
}

void replace_begin(struct subscriber *rival, struct link *l,
		   struct replace_heir *h)
{
	struct cause cause =
		cause_make(CAUSE_REPLACED, "its caller has called again");
	char old[160], new[160];

	log_notice("%s: ended for %s: its caller has called again "
		   "(on-duplicate = replace)",
		   link_describe(rival->link, old, sizeof(old)),
		   l->transport->describe(l, new, sizeof(new)));
	h->next = rival->heirs;
	rival->heirs = h;
	if (!rival->end)
		rival->end = SERVICE_END_PORT_PREEMPTED;
	link_cut(rival->link, &cause);
}

static void do_go_on(void *arg)
{
	struct replace_heir *h = arg;

	h->go_on(h);
}

void replace_ended(struct subscriber *s)
{
	struct turn *turn = &s->link->engine->turn;
	struct replace_heir *h;

	while ((h = s->heirs)) {
		s->heirs = h->next;
		turn_defer(turn, &h->work, do_go_on, h);
	}
}
