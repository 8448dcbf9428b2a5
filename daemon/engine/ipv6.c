/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prefixes of a profile: which are free, and who has which. */
#include "engine/internal.h"

int ipv6_start(struct engine *e)
{
	(void)e;
	return 0;
}

void ipv6_free(struct engine *e)
{
	(void)e;
}

int ipv6_assign(struct subscriber *s, char *why, size_t size)
{
	(void)s;
	(void)why;
	(void)size;
	return 0;
}

void ipv6_release(struct subscriber *s)
{
	(void)s;
}
