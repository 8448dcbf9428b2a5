/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interfaces on which something is told; see internal.h. */
#include "router6/internal.h"

#include <errno.h>
#include <string.h>

#include "lib/log.h"

#define TROUBLE_PAUSE_MS 60000

const struct search *router6_search_find(const struct router6 *r,
					 uint32_t index)
{
	static const struct search none;

	return index < r->search_n ? &r->searches[index] : &none;
}

struct interface *router6_interface_find(const struct router6 *r,
					 uint32_t ifindex)
{
	return table_get(&r->interfaces, ifindex);
}

/* An interface that goes is not ours to watch: we only see that it does. */
static bool is_going(int err)
{
	return err == -ENODEV || err == -ENXIO || err == -ENETDOWN ||
	       err == -ENETUNREACH || err == -EADDRNOTAVAIL || err == -EINVAL;
}

void router6_trouble(struct interface *i, int err)
{
	struct router6 *r = i->router6;
	uint64_t now = loop_now(r->loop);
	bool quiet = is_going(err) ||
		     (r->trouble_ms && now < r->trouble_ms + TROUBLE_PAUSE_MS);

	log_write(quiet ? LOG_DEBUG : LOG_WARNING, "%s: sending: %s",
		  i->told.ifname, strerror(-err));
	if (!quiet)
		r->trouble_ms = now;
}
