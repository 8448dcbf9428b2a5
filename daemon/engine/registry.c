/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is here, by every key that an operator or a CoA uses, and how many may be. */
#include "engine/internal.h"

int registry_start(struct engine *e)
{
	(void)e;
	return 0;
}

void registry_free(struct engine *e)
{
	(void)e;
}

int registry_may_add(struct engine *e, const struct config_ppp *profile, const struct service *given,
		  char *why, size_t size)
{
	(void)e;
	(void)profile;
	(void)given;
	(void)why;
	(void)size;
	return 0;
}

int registry_add(struct subscriber *s)
{
	(void)s;
	return 0;
}

void registry_del(struct subscriber *s)
{
	(void)s;
}

struct subscriber *registry_by_name(struct engine *e, const char *user)
{
	(void)e;
	(void)user;
	return NULL;
}

struct subscriber *registry_by_id(struct engine *e, const char *acct_id)
{
	(void)e;
	(void)acct_id;
	return NULL;
}
