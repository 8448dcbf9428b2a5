/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the monitor what the kernel counted on a subscriber's interface. */
#include "engine/service/counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/link/link.h"
#include "engine/service/subscriber.h"
#include "ipc/monitor.h"

struct request {
	struct link *link;
	counters_done *done;
};

static void on_stats(void *arg, int result, struct ipc_message *m)
{
	struct request *r = arg;
	struct link *l = r->link;
	const struct ppp_counters *n = m ? ipc_body(m, struct ppp_counters) :
					   NULL;
	struct subscriber *s = l->subscriber;

	if (s && !result && n) {
		if (n->rx_packets != s->counters.rx_packets ||
		    n->tx_packets != s->counters.tx_packets)
			s->active_ms = engine_now(l->engine);
		s->counters = *n;
	}
	if (s)
		r->done(s, result ? result : n ? 0 : -EPROTO);
	turn_settle(&l->engine->turn);
	link_release(l);
	free(r);
}

void counters_read(struct subscriber *s, counters_done *done)
{
	struct link *l = s->link;
	struct monitor_interface body = { .link = l->id };
	struct request *r = malloc(sizeof(*r));
	int err = -ENOMEM;

	memcpy(body.ifname, l->ifname, sizeof(body.ifname));
	if (r) {
		*r = (struct request){ l, done };
		err = channel_request(&l->engine->monitor, MONITOR_LINK_STATS,
				      &body, sizeof(body), NULL, 0, on_stats,
				      r);
	}
	if (!err) {
		link_hold(l);
		return;
	}
	free(r);
	done(s, err);
}
