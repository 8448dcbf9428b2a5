/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks what protects a tunnel; see protection.h. */
#include "engine/control/protection.h"

#include <time.h>

#include "engine/control/record.h"
#include "engine/control/reply.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/tunnel.h"
#include "engine/peers/ipsec.h"

static void on_report(void *arg, const struct ipsec_report *r)
{
	struct control *c = arg;

	c->waiting = false;
	/* where nobody asked for IPsec, that it is not known says nothing */
	if (r->cover != IPSEC_UNKNOWN || c->guarded)
		record_ipsec(c->record, r, (uint64_t)time(NULL));
	c->protected(c);
}

void protection_of(struct control *c, const struct tunnel *t)
{
	c->flow = ipsec_flow_of(l2tp_tunnel_local(t->core),
				l2tp_tunnel_peer(t->core));
	c->guarded = t->guarded;
}

bool protection_ask(struct control *c, void (*then)(struct control *c))
{
	c->protected = then;
	c->waiting = ipsec_ask(c->engine, &c->flow, NULL, on_report, c) == 0;
	return c->waiting;
}
