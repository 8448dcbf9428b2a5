/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel counted, as fields of a record. */
#include "engine/control/stats.h"

#include <errno.h>

#include "engine/control/record.h"
#include "engine/control/reply.h"
#include "engine/engine.h"
#include "engine/kernel.h"
#include "engine/l2tp/session.h"
#include "netlink/dataplane.h"

static void add_stats(json_t *o, const struct dp_stats *s)
{
	record_number(o, "rx_packets", s->rx_packets);
	record_number(o, "rx_bytes", s->rx_bytes);
	record_number(o, "rx_errors", s->rx_errors);
	record_number(o, "tx_packets", s->tx_packets);
	record_number(o, "tx_bytes", s->tx_bytes);
	record_number(o, "tx_errors", s->tx_errors);
	if (s->rx_cookie_discards)
		record_number(o, "rx_cookie_discards", s->rx_cookie_discards);
	if (s->rx_seq_discards)
		record_number(o, "rx_seq_discards", s->rx_seq_discards);
	if (s->rx_oos)
		record_number(o, "rx_out_of_order", s->rx_oos);
}

static void on_stats(void *argument, int result, struct ipc_message *m)
{
	struct control *c = argument;
	const struct dp_stats *s = m ? ipc_body(m, struct dp_stats) : NULL;

	c->waiting = false;
	if (!result && s)
		add_stats(c->record, s);
	control_send_waiting(c);
}

static int ask(struct control *c, const struct tunnel *t,
	       const struct session *s)
{
	if (s && s->install == INSTALL_DONE)
		return kernel_session_stats(c->engine, s->link.id, on_stats, c);
	if (t && t->install == INSTALL_DONE)
		return kernel_tunnel_stats(c->engine, t->id, on_stats, c);
	return -ENOENT;
}

void stats_emit(struct control *c, json_t *o, const struct tunnel *t,
		const struct session *s)
{
	c->found++;
	c->record = o;
	c->waiting = control_flag_arg(c, "stats") && ask(c, t, s) == 0;
	if (!c->waiting) {
		c->record = NULL;
		control_record(c, o);
	}
}
