/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a link ends: PPP first where that can still take its leave, then the
 * transport, then the owner hears of it.
 */
#include <string.h>

#include "engine/engine.h"
#include "engine/link/ppp.h"

/* The last step: neither the transport nor PPP has it. */
static void forget_if_over(struct link *l)
{
	if (l->gone || !l->detached || l->phase != PPP_NONE)
		return;
	l->gone = true;
	l->transport->over(l);
	link_release(l);
}

/* Whom it was made for may dial again once its interface is free. */
static void leave_owner(struct link *l)
{
	const struct link_owner *owner = l->owner;

	if (!owner || !l->down || l->phase != PPP_NONE)
		return;
	l->owner = NULL;
	if (owner->ended)
		owner->ended(l, l->reason ? l->reason : "the call ended");
}

void link_down(struct link *l, const char *told, const char *why)
{
	l->down = true;
	/* A pppd of ours ends with the transport; its exit is awaited. */
	ppp_stop(l, told, true);
	if (!l->reason)
		l->reason = strdup(why);
	leave_owner(l);
}

void link_detach(struct link *l)
{
	l->detached = true;
	forget_if_over(l);
}

static void do_close(void *arg)
{
	struct link *l = arg;
	struct cause cause = cause_make(CAUSE_ADMINISTRATIVE, "%s",
					l->reason ? l->reason : "PPP ended");

	if (link_is_usable(l))
		l->transport->close(l, l->cause ? l->cause : &cause);
	link_release(l);
}

static void close_later(struct link *l)
{
	if (turn_defer(&l->engine->turn, &l->close_work, do_close, l))
		link_hold(l);
}

static void end(struct link *l, const struct cause *cause, bool is_dead)
{
	if (!link_is_usable(l))
		return;
	link_set_cause(l, cause);
	if (l->phase != PPP_NONE)
		ppp_stop(l, cause->text, is_dead);
	else
		close_later(l);
}

void link_close(struct link *l, const struct cause *cause)
{
	end(l, cause, false);
}

void link_cut(struct link *l, const struct cause *cause)
{
	end(l, cause, true);
}

void link_ppp_ended(struct link *l)
{
	leave_owner(l);
	if (link_is_usable(l))
		close_later(l);
	else
		forget_if_over(l);
}

void link_abandon(struct link *l)
{
	if (l->backend)
		l->backend->release(l);
	link_service(l)->abandon(l);
}
