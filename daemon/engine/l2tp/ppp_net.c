/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of a PPP interface, and heard of its size; see ppp_net.h. */
#include "engine/l2tp/ppp_net.h"

#include <errno.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/l2tp/session.h"
#include "lib/log.h"

static void on_answer(void *arg, int result, struct ipc_message *m)
{
	struct link *l = arg;
	char what[WHOSE_MAX];

	(void)m;
	/* Its pppd may have ended meanwhile, with the interface. */
	if (result && result != -ENODEV && result != -ENOENT && !l->down)
		log_error("%s: its MTU and routes are not looked after: %s",
			  link_describe(l, what, sizeof(what)),
			  strerror(-result));
	link_release(l);
}

void ppp_net_changed(struct session *s)
{
	struct link *l = &s->link;
	struct monitor_ppp_net body = {
		.interface.link = l->id,
		.ipv4 = l->ipv4,
		.ipv6 = l->ipv6,
		.mtu_max = l->mtu_max,
		.mtu_pad = l->mtu_pad,
	};

	memcpy(body.interface.ifname, l->ifname, sizeof(l->ifname));
	if (channel_request(&l->engine->monitor, MONITOR_PPP_NET, &body,
			    sizeof(body), NULL, 0, on_answer, l) == 0)
		link_hold(l);
}

void ppp_net_mtu(struct engine *e, const struct monitor_mtu *x)
{
	struct link *l = link_find(e, x->link);

	if (!l)
		return;
	l->mtu = x->mtu;
	l->path_mtu = x->path_mtu;
}
