/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interface of an Ethernet pseudowire, and its circuit's two ends. */
#include "engine/l2tp/pw_circuit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/kernel.h"
#include "engine/l2tp/pw.h"
#include "engine/l2tp/session.h"
#include "lib/log.h"

/* ---- the interface ---- */

static void accept_with(struct session *s, bool circuit_up)
{
	s->pw->circuit_up = circuit_up;
	l2tp_session_set_circuit(s->core, engine_now(s->link.engine),
				 circuit_up);
	session_accept(s);
}

static void refuse(struct session *s, int err)
{
	struct cause cause = cause_make(CAUSE_NO_RESOURCES,
					"the interface cannot be set up: %s",
					strerror(-err));

	session_refuse(s, &cause);
}

static void on_attached(void *arg, int result, struct ipc_message *m)
{
	struct session *s = arg;
	struct link *l = &s->link;
	const struct monitor_pw_reply *r =
		m ? ipc_body(m, struct monitor_pw_reply) : NULL;

	if (!result && !r)
		result = -EPROTO;
	if (!result && session_is_usable(s)) {
		snprintf(l->ifname, sizeof(l->ifname), "%.*s", IFNAMSIZ - 1,
			 r->ifname);
		l->mtu = r->mtu;
		accept_with(s, r->circuit_up);
	} else if (session_is_usable(s)) {
		refuse(s, result);
	}
	turn_settle(&l->engine->turn);
	link_release(l);
}

int pw_attach(struct session *s)
{
	const char *lcce = tunnel_name(s->tunnel);
	struct monitor_pw body = { .link = s->link.id };
	int err;

	/* PPP's interface is made by whoever runs it. */
	if (!pw_is_ethernet(s->pw)) {
		accept_with(s, true);
		return 0;
	}
	snprintf(body.lcce, sizeof(body.lcce), "%s", lcce ? lcce : "");
	snprintf(body.session, sizeof(body.session), "%s", s->pw->config->name);
	err = kernel_pseudowire(s->link.engine, &body, on_attached, s);
	if (!err)
		link_hold(&s->link);
	return err;
}

/* ---- the circuit ---- */

void pw_up(struct session *s)
{
	struct link *l = &s->link;
	char what[WHOSE_MAX];

	s->pw->peer_up = l2tp_session_peer_params(s->core)->circuit_active;
	link_up(l);
	log_info("%s: up on %s, the peer's circuit is %s",
		 link_describe(l, what, sizeof(what)),
		 l->ifname[0] ? l->ifname : "no interface",
		 s->pw->peer_up ? "active" : "inactive");
	kernel_pseudowire_peer(l->engine, l->id, s->pw->peer_up);
}

void pw_peer_circuit(struct session *s, bool active)
{
	struct link *l = &s->link;
	char what[WHOSE_MAX];

	if (!s->pw || s->pw->peer_up == active)
		return;
	s->pw->peer_up = active;
	s->pw->changed_ms = engine_now(l->engine);
	log_info("%s: the peer's circuit is %s",
		 link_describe(l, what, sizeof(what)),
		 active ? "active" : "inactive");
	if (pw_is_ethernet(s->pw))
		kernel_pseudowire_peer(l->engine, l->id, active);
}

void pw_circuit(struct engine *e, const struct monitor_circuit *x)
{
	struct link *l = link_find(e, x->link);
	struct session *s = l && link_is_session(l) ? session_of(l) : NULL;

	if (!s || !s->pw || !session_is_usable(s) || s->pw->circuit_up == x->up)
		return;
	s->pw->circuit_up = x->up;
	s->pw->changed_ms = engine_now(e);
	l2tp_session_set_circuit(s->core, engine_now(e), x->up);
	turn_settle(&e->turn);
}
