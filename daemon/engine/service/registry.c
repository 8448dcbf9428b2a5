/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Subscribers by every key. Each key has a table of its own from a hash to the
 * first that has it; the others of the same hash hang behind. The hash is
 * keyed: names come from peers.
 */
#include "engine/service/registry.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/link/link.h"
#include "engine/random.h"
#include "engine/service/facts.h"
#include "engine/service/subscriber.h"
#include "lib/hash.h"

struct registry {
	/* hash -> struct subscriber, the first of it */
	struct table keys[REGISTRY_KEYS];
	struct table serials; /* serial -> struct subscriber */
	struct subscriber *oldest, *newest;
	uint64_t serial, seed[2];
	/* those that a limit counts, by index of the ppp section */
	uint32_t *profile;
};

static struct engine *engine_of(const struct subscriber *s)
{
	return s->link->engine;
}

static struct registry *registry_of(const struct subscriber *s)
{
	return engine_of(s)->registry;
}

static uint64_t hash(const struct registry *r, const void *data, size_t len)
{
	return hash_keyed(r->seed, data, len);
}

uint64_t registry_name_key(const struct engine *e, const char *user)
{
	uint64_t key = user[0] ? hash(e->registry, user, strlen(user)) : 0;

	return user[0] && !key ? 1 : key;
}

/* ---- keys ---- */

static uint32_t address_of(const struct subscriber *s)
{
	return s->link->remote_ipv4 ? s->link->remote_ipv4 : htonl(s->lease);
}

static const struct service_prefix6 *prefix_of(const struct subscriber *s,
					       enum registry_key key)
{
	return key == REGISTRY_DELEGATED6 ? &s->given.delegated6 :
					    &s->given.prefix6;
}

static bool same_prefix(const struct service_prefix6 *a,
			const struct service_prefix6 *b)
{
	return a->len == b->len &&
	       memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

static uint64_t hash_prefix(const struct registry *r,
			    const struct service_prefix6 *p)
{
	uint8_t bytes[17] = { p->len };

	memcpy(bytes + 1, p->addr, 16);
	return hash(r, bytes, sizeof(bytes));
}

/* False when it has no such key. */
static bool hash_of(const struct subscriber *s, enum registry_key key,
		    uint64_t *out)
{
	const struct registry *r = registry_of(s);
	uint32_t address = address_of(s);

	switch (key) {
	case REGISTRY_NAME:
		*out = hash(r, s->given.user, strlen(s->given.user));
		return s->given.user[0] != '\0';
	case REGISTRY_ID:
		*out = hash(r, s->link->acct_id, strlen(s->link->acct_id));
		return s->link->acct_id[0] != '\0';
	case REGISTRY_ADDRESS:
		*out = hash(r, &address, sizeof(address));
		return address != 0;
	case REGISTRY_PREFIX6:
	case REGISTRY_DELEGATED6:
		*out = hash_prefix(r, prefix_of(s, key));
		return prefix_of(s, key)->len != 0;
	case REGISTRY_KEYS:
		break;
	}
	return false;
}

static int link_key(struct subscriber *s, enum registry_key key)
{
	struct table *t = &registry_of(s)->keys[key];
	struct registry_link *l = &s->registry[key];
	struct subscriber *first;

	if (!hash_of(s, key, &l->hash))
		return 0;
	first = table_get(t, l->hash);
	if (!first) {
		int err = table_put(t, l->hash, s);

		if (err)
			return err;
		l->next = l->prev = NULL;
	} else {
		/* Behind the first, so that the table need not be touched. */
		l->prev = first;
		l->next = first->registry[key].next;
		first->registry[key].next = s;
		if (l->next)
			l->next->registry[key].prev = s;
	}
	l->in = true;
	return 0;
}

static void unlink_key(struct subscriber *s, enum registry_key key)
{
	struct table *t = &registry_of(s)->keys[key];
	struct registry_link *l = &s->registry[key];

	if (!l->in)
		return;
	if (l->next)
		l->next->registry[key].prev = l->prev;
	if (l->prev) {
		l->prev->registry[key].next = l->next;
	} else {
		table_del(t, l->hash);
		/* There is room: one was just taken out. */
		if (l->next)
			(void)table_put(t, l->hash, l->next);
	}
	*l = (struct registry_link){ 0 };
}

/* ---- limits ---- */

static bool have_common(const struct config_strings *a,
			const struct config_strings *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (strcmp(a->v[i], b->v[k]) == 0)
				return true;
	return false;
}

bool registry_same_users(const struct config_ppp *a, const struct config_ppp *b)
{
	if (a == b)
		return true;
	if (a->users_file && b->users_file &&
	    strcmp(a->users_file, b->users_file) == 0)
		return true;
	return have_common(&a->radius, &b->radius) ||
	       have_common(&a->tacacs, &b->tacacs);
}

/*
 * Those of a name in profiles that ask the same file or server who it is: in
 * another one it is another person. No further than limit.
 */
static uint32_t count_user(struct engine *e, const struct config_ppp *profile,
			   const char *user, uint32_t limit)
{
	uint32_t n = 0;

	for (struct subscriber *s = registry_by_name(e, user); s && n < limit;
	     s = registry_next_of_name(s))
		n += !s->leaving &&
		     registry_same_users(profile, s->link->profile);
	return n;
}

int registry_may_add(struct engine *e, const struct config_ppp *profile,
		     const struct service *given, char *why, size_t size)
{
	uint32_t limit = given->port_limit;

	if (profile->max_sessions &&
	    e->registry->profile[profile - e->config->ppp] >=
		    profile->max_sessions) {
		snprintf(why, size,
			 "user \"%s\" is one too many: ppp \"%s\" "
			 "has %u sessions, its max-sessions",
			 given->user, profile->name, profile->max_sessions);
		return -EUSERS;
	}
	if (!limit || !given->user[0] ||
	    count_user(e, profile, given->user, limit) < limit)
		return 0;
	if (limit == profile->max_sessions_per_user)
		snprintf(why, size,
			 "user \"%s\" has %u session%s already, "
			 "the max-sessions-per-user of ppp \"%s\"",
			 given->user, limit, limit == 1 ? "" : "s",
			 profile->name);
	else
		snprintf(why, size,
			 "user \"%s\" has %u session%s already, its Port-Limit",
			 given->user, limit, limit == 1 ? "" : "s");
	return -EUSERS;
}

static uint32_t *counter_of(const struct subscriber *s)
{
	return &registry_of(s)
			->profile[s->link->profile - engine_of(s)->config->ppp];
}

void registry_leave(struct subscriber *s)
{
	if (!s->serial || s->leaving)
		return;
	s->leaving = true;
	(*counter_of(s))--;
}

/* ---- coming and going ---- */

int registry_add(struct subscriber *s)
{
	struct registry *r = registry_of(s);
	int err;

	if (!s->link->acct_id[0]) {
		struct service_call unused;

		facts_of(s->link, &unused);
	}
	err = table_put(&r->serials, r->serial + 1, s);
	if (err)
		return err;
	s->serial = ++r->serial;
	s->newer = NULL;
	s->older = r->newest;
	*(r->newest ? &r->newest->newer : &r->oldest) = s;
	r->newest = s;
	s->leaving = false;
	(*counter_of(s))++;
	for (enum registry_key k = 0; !err && k < REGISTRY_KEYS; k++)
		err = link_key(s, k);
	if (err)
		registry_del(s);
	return err;
}

void registry_del(struct subscriber *s)
{
	struct registry *r = registry_of(s);

	if (!s->serial)
		return;
	registry_leave(s);
	for (enum registry_key k = 0; k < REGISTRY_KEYS; k++)
		unlink_key(s, k);
	*(s->newer ? &s->newer->older : &r->newest) = s->older;
	*(s->older ? &s->older->newer : &r->oldest) = s->newer;
	table_del(&r->serials, s->serial);
	s->older = s->newer = NULL;
	s->serial = 0;
}

void registry_readdress(struct subscriber *s)
{
	uint64_t now;

	if (!s->serial)
		return;
	if (s->registry[REGISTRY_ADDRESS].in &&
	    hash_of(s, REGISTRY_ADDRESS, &now) &&
	    now == s->registry[REGISTRY_ADDRESS].hash)
		return;
	unlink_key(s, REGISTRY_ADDRESS);
	/* Without memory it is not found by its address, but by the others. */
	(void)link_key(s, REGISTRY_ADDRESS);
}

/* ---- looking up ---- */

static struct subscriber *first_of(struct engine *e, enum registry_key key,
				   uint64_t hashed)
{
	return table_get(&e->registry->keys[key], hashed);
}

/* From s on, the first of that name; another name may have the same hash. */
static struct subscriber *named(struct subscriber *s, const char *user)
{
	while (s && strcmp(s->given.user, user) != 0)
		s = s->registry[REGISTRY_NAME].next;
	return s;
}

struct subscriber *registry_by_name(struct engine *e, const char *user)
{
	return named(first_of(e, REGISTRY_NAME,
			      hash(e->registry, user, strlen(user))),
		     user);
}

struct subscriber *registry_next_of_name(const struct subscriber *s)
{
	return named(s->registry[REGISTRY_NAME].next, s->given.user);
}

struct subscriber *registry_by_id(struct engine *e, const char *acct_id)
{
	struct subscriber *s =
		first_of(e, REGISTRY_ID,
			 hash(e->registry, acct_id, strlen(acct_id)));

	while (s && strcmp(s->link->acct_id, acct_id) != 0)
		s = s->registry[REGISTRY_ID].next;
	return s;
}

static struct subscriber *addressed(struct subscriber *s, uint32_t ipv4)
{
	while (s && address_of(s) != ipv4)
		s = s->registry[REGISTRY_ADDRESS].next;
	return s;
}

struct subscriber *registry_by_address(struct engine *e, uint32_t ipv4)
{
	return ipv4 ? addressed(first_of(e, REGISTRY_ADDRESS,
					 hash(e->registry, &ipv4,
					      sizeof(ipv4))),
				ipv4) :
		      NULL;
}

struct subscriber *registry_next_of_address(const struct subscriber *s)
{
	return addressed(s->registry[REGISTRY_ADDRESS].next, address_of(s));
}

static struct subscriber *prefixed(struct subscriber *s, enum registry_key key,
				   const struct service_prefix6 *p)
{
	while (s && !same_prefix(prefix_of(s, key), p))
		s = s->registry[key].next;
	return s;
}

struct subscriber *registry_by_prefix6(struct engine *e, enum registry_key key,
				       const struct service_prefix6 *p)
{
	return p->len ? prefixed(first_of(e, key, hash_prefix(e->registry, p)),
				 key, p) :
			NULL;
}

struct subscriber *registry_next_of_prefix6(const struct subscriber *s,
					    enum registry_key key)
{
	return prefixed(s->registry[key].next, key, prefix_of(s, key));
}

/* ---- all of them ---- */

struct subscriber *registry_walk(struct engine *e, uint64_t *place)
{
	struct registry *r = e->registry;
	struct subscriber *last = *place ? table_get(&r->serials, *place) :
					   NULL;
	struct subscriber *s = last ? last->newer : r->oldest;

	/*
	 * The one that the walk stopped at is gone: from the oldest past those
	 * that were walked.
	 */
	while (s && s->serial <= *place)
		s = s->newer;
	if (s)
		*place = s->serial;
	return s;
}

size_t registry_count(const struct engine *e)
{
	return e->registry->serials.count;
}

/* ---- start and end ---- */

int registry_start(struct engine *e)
{
	struct registry *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->profile = calloc(e->config->ppp_n + 1, sizeof(*r->profile));
	if (!r->profile) {
		free(r);
		return -ENOMEM;
	}
	random_bytes(NULL, r->seed, sizeof(r->seed));
	e->registry = r;
	return 0;
}

void registry_free(struct engine *e)
{
	struct registry *r = e->registry;

	if (!r)
		return;
	for (enum registry_key k = 0; k < REGISTRY_KEYS; k++)
		table_fini(&r->keys[k]);
	table_fini(&r->serials);
	free(r->profile);
	free(r);
	e->registry = NULL;
}
