/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small hash of secrets by two names. */
#include "aaa/remember.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"

struct remembered {
	struct remembered *next;
	char lac[CONFIG_NAME_MAX], session[CONFIG_NAME_MAX];
	struct secret secret;
};

static uint32_t chain_of(const char *lac, const char *session)
{
	uint32_t h = hash_fnv32(HASH_FNV32_START, lac, strlen(lac));

	return hash_fnv32(h, session, strlen(session)) % REMEMBER_CHAINS;
}

/* Where the link to the entry is, or the end of its chain. */
static struct remembered **find(struct remembered **at, const char *lac,
				const char *session)
{
	while (*at &&
	       (strcmp((*at)->lac, lac) || strcmp((*at)->session, session)))
		at = &(*at)->next;
	return at;
}

static void drop(struct remembered **at)
{
	struct remembered *e = *at;

	*at = e->next;
	secret_clear(&e->secret);
	free(e);
}

void remember_fini(struct remember *r)
{
	size_t i;

	for (i = 0; i < REMEMBER_CHAINS; i++)
		while (r->chains[i])
			drop(&r->chains[i]);
}

int remember_set(struct remember *r, const char *lac, const char *session,
		 const struct secret *secret)
{
	struct remembered **at =
		find(&r->chains[chain_of(lac, session)], lac, session);

	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			return -ENOMEM;
		strcpy((*at)->lac, lac);
		strcpy((*at)->session, session);
	}
	(*at)->secret = *secret;
	return 0;
}

void remember_forget(struct remember *r, const char *lac, const char *session)
{
	struct remembered **at =
		find(&r->chains[chain_of(lac, session)], lac, session);

	if (*at)
		drop(at);
}

const struct secret *remember_get(const struct remember *r, const char *lac,
				  const char *session)
{
	struct remembered *first = r->chains[chain_of(lac, session)];
	struct remembered **at = find(&first, lac, session);

	return *at ? &(*at)->secret : NULL;
}
