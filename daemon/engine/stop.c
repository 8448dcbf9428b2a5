/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the engine ends, in good order, and then its memory. */
#include "engine/stop.h"

#include "engine/control/control.h"
#include "engine/engine.h"
#include "engine/kernel.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/tunnel.h"
#include "engine/link/link.h"
#include "engine/loglimit.h"
#include "engine/peers/dial.h"
#include "engine/peers/peer.h"
#include "engine/ppp/builtin.h"
#include "engine/service/account.h"
#include "engine/service/address.h"
#include "engine/service/ipv6.h"
#include "engine/service/lns.h"
#include "engine/service/subscriber.h"
#include "lib/log.h"

#define GRACE_MS 15000 /* for pppds to end and calls to be cleared */
#define ACK_MS	 3000  /* then, for the last acknowledgements */
#define POLL_MS	 50

static void on_poll(struct loop_timer *timer)
{
	struct engine *e = container_of(timer, struct engine, stop_timer);
	bool down = l2tp_is_down(e);

	if (down && !e->stop_down) {
		e->stop_down = true;
		accounting_stop(e);
		e->stop_deadline = engine_now(e) + ACK_MS;
	}
	if (down && l2tp_is_acknowledged(e) && accounting_is_idle(e)) {
		loop_stop(e->loop);
	} else if (engine_now(e) >= e->stop_deadline &&
		   !accounting_is_idle(e)) {
		log_error("the last accounting records could not be left with "
			  "the aaa process");
		loop_stop(e->loop);
	} else if (engine_now(e) >= e->stop_deadline) {
		log_warn("some peers did not acknowledge the end; they will "
			 "find out by their own timers");
		loop_stop(e->loop);
	} else {
		loop_timer_set(e->loop, timer, engine_now(e) + POLL_MS,
			       on_poll);
	}
}

/* Whoever leaves already has a reason of his own. */
static void tell_why(struct engine *e)
{
	struct subscriber *s;
	uint64_t place = 0;

	while ((s = registry_walk(e, &place)))
		if (!s->leaving)
			subscriber_set_end(s->link, SERVICE_END_ADMIN_REBOOT);
}

void stop_begin(struct engine *e)
{
	struct cause cause = cause_make(CAUSE_SHUTDOWN, "l2tpd stops");

	if (e->stopping || !e->l2tp)
		return;
	e->stopping = true;
	tell_why(e);
	/* What follows from it is deferred: the list stands still meanwhile. */
	for (struct tunnel *t = e->l2tp->tunnels; t; t = t->next)
		tunnel_close(t, &cause);
	turn_settle(&e->turn);
	e->stop_deadline = engine_now(e) + GRACE_MS;
	loop_timer_set(e->loop, &e->stop_timer, engine_now(e), on_poll);
}

void stop_free(struct engine *e)
{
	/* First, while all is there that the outstanding answers concern. */
	e->stopping = true;
	channel_close(&e->aaa);
	channel_close(&e->monitor);
	turn_settle(&e->turn);
	loop_timer_stop(&e->stop_timer);
	clients_close(e);
	controls_free(e);
	dials_free(e);
	peers_free(e);
	l2tp_free(e);
	builtins_free(e);
	turn_fini(&e->turn);
	accounting_free(e);
	ipv6_free(e);
	registry_free(e);
	pools_free(e);
	lns_free(e);
	links_free(e);
	kernel_free(e);
	loglimit_free(e);
	config_free(e->config);
	loop_free(e->loop);
}
