/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is here, by every key that an operator or a CoA uses, and
 * how many may be.
 */
#ifndef L2TPD_ENGINE_SERVICE_REGISTRY_H
#define L2TPD_ENGINE_SERVICE_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/service.h"
#include "lib/config.h"

struct engine;
struct subscriber;

enum registry_key {
	REGISTRY_NAME,
	REGISTRY_ID,
	REGISTRY_ADDRESS,
	REGISTRY_PREFIX6,
	REGISTRY_DELEGATED6,
	REGISTRY_KEYS
};
/* A place among those whose key has the same hash. */
struct registry_link {
	uint64_t hash;
	struct subscriber *next, *prev;
	bool in;
};

int registry_start(struct engine *e);
/* Whether one more may come: 0, or -EUSERS with a sentence in why. */
int registry_may_add(struct engine *e, const struct config_ppp *profile,
		     const struct service *given, char *why, size_t size);
/*
 * Whether both ask the same file or server who a user is: in another one the
 * name is another person's.
 */
bool registry_same_users(const struct config_ppp *a,
			 const struct config_ppp *b);
int registry_add(struct subscriber *s); /* 0 or -ENOMEM */
void registry_del(struct subscriber *s);
/* Its address is known now, or another: the link's. */
void registry_readdress(struct subscriber *s);
/* Its PPP ends: it is still found, but no limit counts it. */
void registry_leave(struct subscriber *s);
void registry_free(struct engine *e);
/*
 * The first that has the key, then the next after it; NULL: no more. Addresses
 * in network order.
 */
struct subscriber *registry_by_name(struct engine *e, const char *user);
struct subscriber *registry_next_of_name(const struct subscriber *s);
struct subscriber *registry_by_id(struct engine *e, const char *acct_id);
struct subscriber *registry_by_address(struct engine *e, uint32_t ipv4);
struct subscriber *registry_next_of_address(const struct subscriber *s);
/*
 * key: REGISTRY_PREFIX6 (announced on the link) or REGISTRY_DELEGATED6; the
 * very prefix.
 */
struct subscriber *registry_by_prefix6(struct engine *e, enum registry_key key,
				       const struct service_prefix6 *p);
struct subscriber *registry_next_of_prefix6(const struct subscriber *s,
					    enum registry_key key);
/*
 * A walk over all, from the oldest, that may pause while they come and go:
 * *place begins as 0 and is the walk's own. NULL at the end.
 */
struct subscriber *registry_walk(struct engine *e, uint64_t *place);
/* A user's name as a number that nobody outside can foresee; 0: "". */
uint64_t registry_name_key(const struct engine *e, const char *user);
size_t registry_count(const struct engine *e);

#endif
