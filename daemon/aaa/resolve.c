/* SPDX-License-Identifier: GPL-2.0-or-later */
/* getaddrinfo, and what its errors mean to one who would dial. */
#include "aaa/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

static int explain(const char *name, int error, int os_error,
		   struct aaa_resolve_reply *r)
{
	const char *why = error == EAI_SYSTEM ? strerror(os_error) :
						gai_strerror(error);

	snprintf(r->error, sizeof(r->error), "%.60s: %s", name, why);
	switch (error) {
	case EAI_NONAME:
	case EAI_NODATA:
	case EAI_ADDRFAMILY:
		return -ENOENT;
	default:
		return -EAGAIN;
	}
}

static void add(struct aaa_resolve_reply *r, const struct addrinfo *ai)
{
	struct addr a;
	uint32_t i;

	if (r->count == AAA_RESOLVE_MAX ||
	    addr_from_sockaddr(&a, ai->ai_addr, ai->ai_addrlen))
		return;
	a.port = 0;
	for (i = 0; i < r->count; i++)
		if (addr_equal(&r->address[i], &a))
			return;
	r->address[r->count++] = a;
}

int resolve(const struct aaa_resolve *q, struct aaa_resolve_reply *r)
{
	const struct addrinfo hints = {
		.ai_family = q->family,
		.ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *list, *ai;
	int error;

	*r = (struct aaa_resolve_reply){ 0 };
	error = getaddrinfo(q->name, NULL, &hints, &list);
	if (error)
		return explain(q->name, error, errno, r);
	for (ai = list; ai; ai = ai->ai_next)
		add(r, ai);
	freeaddrinfo(list);
	return r->count ? 0 : explain(q->name, EAI_NODATA, 0, r);
}
