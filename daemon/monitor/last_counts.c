/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of sessions whose engine has died; see last_counts.h. */
#include "monitor/last_counts.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "ipc/aaa.h"
#include "lib/log.h"
#include "monitor/net.h"

static void flush(struct aaa_counted *c, struct channel *aaa)
{
	int err =
		c->n ? channel_event(aaa, AAA_COUNTED, c, sizeof(*c), NULL, 0) :
		       0;

	if (err && err != -EPIPE)
		log_error("the last counters of %u sessions are not "
			  "accounted: %s",
			  c->n, strerror(-err));
	c->n = 0;
}

void last_counts_tell(const struct held *held, struct net *net,
		      struct channel *aaa)
{
	struct aaa_counted c = { 0 };

	if (!net)
		return;
	table_foreach(&held->sessions, i) {
		const struct held_session *s = held->sessions.slots[i].value;

		if (!s->unit ||
		    net_count(net, s, c.of[c.n].ifname, &c.of[c.n].counters))
			continue;
		if (++c.n == AAA_COUNTED_MAX)
			flush(&c, aaa);
	}
	flush(&c, aaa);
}
