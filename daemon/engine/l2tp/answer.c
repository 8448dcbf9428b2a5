/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SCCRQs that are answered, and those that wait for another's sign of life. */
#include "engine/l2tp/answer.h"

#include <stddef.h>

#include "engine/engine.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/path.h"
#include "engine/l2tp/tunnel.h"
#include "lib/log.h"

void answer_wait(struct tunnel *t, struct tunnel *holder,
		 void (*go_on)(struct tunnel *t))
{
	t->holder = holder;
	t->place_free = go_on;
	holder->rivals++;
	l2tp_tunnel_probe(holder->core, engine_now(holder->engine));
}

/* The core is in the middle of its effects: what is said to it, later. */
static void do_refuse(void *arg)
{
	struct tunnel *t = arg;

	tunnel_reject(t);
	tunnel_put(t);
}

static void do_go_on(void *arg)
{
	struct tunnel *t = arg;

	if (tunnel_is_usable(t))
		t->place_free(t);
	tunnel_put(t);
}

static void decided(struct tunnel *t, void (*what)(void *))
{
	t->holder->rivals--;
	t->holder = NULL;
	if (turn_defer(&t->engine->turn, &t->answer_work, what, t))
		tunnel_get(t);
}

static void log_refusal(const struct tunnel *t, const struct tunnel *holder)
{
	char what[WHOSE_MAX], other[WHOSE_MAX];

	if (tunnel_may_log(t, LOG_WARNING))
		log_warn("%s: refused: %s; %s is up, and answers",
			 tunnel_describe(t, what, sizeof(what)), t->cause.text,
			 tunnel_describe(holder, other, sizeof(other)));
}

void answer_alive(struct tunnel *holder)
{
	for (struct tunnel *t = holder->engine->l2tp->tunnels;
	     t && holder->rivals; t = t->next) {
		if (t->holder != holder)
			continue;
		log_refusal(t, holder);
		decided(t, do_refuse);
	}
}

void answer_down(struct tunnel *t)
{
	struct tunnel *other = t->engine->l2tp->tunnels;

	if (t->holder) {
		t->holder->rivals--;
		t->holder = NULL;
	}
	for (; other && t->rivals; other = other->next)
		if (other->holder == t)
			decided(other, do_go_on);
}

void tunnel_answer(struct tunnel *t)
{
	struct l2tp_tunnel_config cfg;
	struct tunnel *holder;

	if (!tunnel_is_usable(t) || !t->owner)
		return;
	/*
	 * Only an established tunnel keeps another out: an SCCRQ
	 * alone proves nothing.
	 */
	holder = tunnel_is_udp(t) ?
			 path_holder(t->engine, l2tp_tunnel_local(t->core),
				     l2tp_tunnel_peer(t->core)) :
			 NULL;
	if (holder) {
		t->cause = cause_make(CAUSE_NO_RESOURCES,
				      "there is a tunnel from this address and "
				      "port already");
		answer_wait(t, holder, tunnel_answer);
		return;
	}
	t->owner->configure(t, &cfg);
	cfg.whole = t->sock || t->socket_asked;
	l2tp_tunnel_accept(t->core, engine_now(t->engine), &cfg);
	secret_clear(&cfg.secret);
	secret_clear(&cfg.old_secret);
}
