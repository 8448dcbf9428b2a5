// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The answering side, made of the core alone: what the protocol costs without
 * a daemon around it. Takes every tunnel and every call until a signal comes.
 */
#include "load.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

struct lns {
	uint64_t tunnels, calls, cleared;
};

static volatile sig_atomic_t stopped;

static void on_signal(int signo)
{
	(void)signo;
	stopped = 1;
}

static void lns_effect(struct load *l, const struct l2tp_effect *e)
{
	struct lns *lns = l->state;

	switch (e->type) {
	case L2TP_EFFECT_TUNNEL_REQUEST:
		load_tunnel_new(e->tunnel);
		load_defer(l, e->type, e->tunnel, NULL);
		break;
	case L2TP_EFFECT_TUNNEL_UP:
		lns->tunnels++;
		break;
	case L2TP_EFFECT_SESSION_REQUEST:
		load_defer(l, e->type, e->tunnel, e->session);
		break;
	case L2TP_EFFECT_SESSION_UP:
		lns->calls++;
		break;
	case L2TP_EFFECT_SESSION_FREE:
		lns->cleared++;
		break;
	case L2TP_EFFECT_SEND:
	case L2TP_EFFECT_LOG:
	case L2TP_EFFECT_TUNNEL_ANSWERED:
	case L2TP_EFFECT_TUNNEL_DOWN:
	case L2TP_EFFECT_TUNNEL_FREE:
	case L2TP_EFFECT_SESSION_ANSWER:
	case L2TP_EFFECT_SESSION_DOWN:
	case L2TP_EFFECT_TUNNEL_ALIVE:
	case L2TP_EFFECT_WEN:
	case L2TP_EFFECT_SLI:
		break;
	}
}

static void lns_act(struct load *l, const struct load_deferred *d, uint64_t now)
{
	if (d->session)
		l2tp_session_accept(d->session, now, NULL);
	else
		l2tp_tunnel_accept(d->tunnel, now, &l->o->tunnel);
}

static const struct load_role lns_role = {
	.effect = lns_effect,
	.act = lns_act,
};

int lns_run(const struct load_options *o)
{
	struct sigaction sa = { .sa_handler = on_signal };
	char text[ADDR_STRLEN];
	struct lns lns = { 0 };
	struct load l;
	int ret;

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	ret = load_init(&l, o, &lns_role, 1);
	if (!ret)
		ret = net_open(&l.net, &o->address, NULL);
	if (ret < 0) {
		fprintf(stderr, "l2tp-load: cannot listen at %s: %s\n",
			addr_format_port(&o->address, text), strerror(-ret));
		return 1;
	}
	l.state = &lns;
	printf("listening at %s\n",
	       addr_format_port(&l.net.sockets[0].local, text));
	fflush(stdout);
	while (!stopped && ret >= 0)
		ret = load_turn(&l, -1);
	printf("%llu tunnels, %llu calls up, %llu cleared, %llu packets in, "
	       "%llu out\n",
	       (unsigned long long)lns.tunnels, (unsigned long long)lns.calls,
	       (unsigned long long)lns.cleared,
	       (unsigned long long)l.net.received,
	       (unsigned long long)l.net.sent);
	load_fini(&l);
	return ret < 0;
}
