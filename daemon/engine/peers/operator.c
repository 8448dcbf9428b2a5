/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operator's redial, disable and enable. */
#include "engine/peers/operator.h"

#include <stddef.h>

#include "engine/engine.h"
#include "engine/l2tp/tunnel.h"
#include "engine/link/link.h"
#include "engine/peers/peer.h"
#include "engine/peers/redial.h"

static const char disabled[] = "disabled by the operator";

static struct cause cause_of(const char *why)
{
	return cause_make(CAUSE_ADMINISTRATIVE, "%s", why);
}

/* ---- anew ---- */

/* The next dial is at once, however often those before it failed. */
static void hurry(struct peer_session *s)
{
	s->again = true;
	s->redial_ms = 0;
}

void operator_redial_session(struct peer_session *s)
{
	struct cause cause = cause_of("redialled by the operator");
	struct peer *p = s->peer;

	hurry(s);
	if (s->link) {
		link_close(s->link, &cause);
		return;
	}
	loop_timer_stop(&s->redial);
	redial_want(s);
	/* One that is not answered is asked from the first packet on. */
	if (p->tunnel && p->state == PEER_CONNECTING)
		tunnel_close(p->tunnel, &cause);
}

void operator_redial_peer(struct peer *p)
{
	struct cause cause = cause_of("redialled by the operator");

	for (struct peer_session *s = p->sessions; s; s = s->next) {
		if (s->once || s->removed || s->disabled)
			continue;
		hurry(s);
		loop_timer_stop(&s->redial);
		if (!s->link && p->tunnel)
			s->wanted = true; /* until the tunnel is down */
		else
			redial_want(s);
	}
	if (p->tunnel)
		tunnel_close(p->tunnel, &cause);
}

/* ---- not for now ---- */

static void stop_dialling(struct peer_session *s)
{
	s->again = false;
	if (!s->link && (s->wanted || loop_timer_is_set(&s->redial)))
		redial_failed(s, disabled);
}

void operator_disable_session(struct peer_session *s)
{
	struct cause cause = cause_of(disabled);

	s->disabled = true;
	stop_dialling(s);
	if (s->link)
		link_close(s->link, &cause);
}

void operator_disable_peer(struct peer *p)
{
	struct cause cause = cause_of(disabled);

	p->disabled = true;
	for (struct peer_session *s = p->sessions; s; s = s->next)
		stop_dialling(s);
	if (p->tunnel)
		tunnel_close(p->tunnel, &cause);
}

/* ---- again ---- */

static void dial(struct peer_session *s)
{
	if (s->once || !peer_is_called(s->peer) || !peer_session_is_enabled(s))
		return;
	/* What is still being cleared is dialled when it is gone. */
	hurry(s);
	redial_want(s);
}

void operator_enable_session(struct peer_session *s)
{
	s->disabled = false;
	dial(s);
}

void operator_enable_peer(struct peer *p)
{
	p->disabled = false;
	for (struct peer_session *s = p->sessions; s; s = s->next)
		dial(s);
}
