/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a link, kept for its subscriber's end. */
#include "engine/service/facts.h"

#include <string.h>

#include "engine/link/link.h"
#include "engine/service/subscriber.h"

void facts_of(struct link *l, struct service_call *out)
{
	struct subscriber *s = l->subscriber;

	if (l->detached && s && s->about.session_id[0]) {
		*out = s->about;
		memcpy(out->ifname, l->ifname, sizeof(out->ifname));
		return;
	}
	link_facts(l, out);
	if (s)
		s->about = *out;
}
