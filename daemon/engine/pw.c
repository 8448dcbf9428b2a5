/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pseudowires of L2TPv3 sessions: what both ends ask for in cookie, sublayer and
 * sequence numbers (RFC 3931 section 5.4.4), the Ethernet ones' interface, and
 * the state of the circuit at either end.
 */
#include "engine/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

#define REORDER_TIMEOUT_MS	100	/* with sequencing: how long a gap may hold frames back */
#define SEQUENCE_ALL		2	/* Data Sequencing Level */
_Static_assert(L2TP_NAME_MAX >= CONFIG_END_ID_MAX, "the core keeps all of a Remote End ID");

struct pseudowire *pw_new(const struct config_pw *config, bool sequencing)
{
	struct pseudowire *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->config = config;
	w->type = !config ? L2TP_PW_PPP : config->type == CONFIG_PW_VLAN ? L2TP_PW_VLAN : L2TP_PW_ETHERNET;
	w->cookie_len = config ? config->cookie : 0;
	engine_random(NULL, w->cookie, w->cookie_len);
	w->sequencing = config ? config->sequencing : sequencing;
	w->sublayer = w->sequencing || (config && config->sublayer);
	/* PPP says by itself whether it is up */
	w->circuit_up = !config;
	return w;
}

static void discard(struct pseudowire *w)
{
	explicit_bzero(w, sizeof(*w));
	free(w);
}

int pw_give(struct call *c, struct pseudowire *w)
{
	int err = w ? table_put(&c->tunnel->engine->pseudowires, call_link(c), c) : -ENOMEM;

	if (!err)
		c->pw = w;
	else if (w)
		discard(w);
	return err;
}

void pw_free(struct call *c)
{
	if (!c->pw)
		return;
	table_del(&c->tunnel->engine->pseudowires, call_link(c));
	discard(c->pw);
	c->pw = NULL;
}

bool pw_is_ethernet(const struct call *c)
{
	return c->pw && c->pw->type != L2TP_PW_PPP;
}

void pw_params(const struct pseudowire *w, const struct peer_session *s, struct l2tp_call_params *p)
{
	p->pseudowire = w->type;
	p->cookie_len = w->cookie_len;
	memcpy(p->cookie, w->cookie, w->cookie_len);
	p->sublayer = w->sublayer;
	p->sequencing = w->sequencing ? SEQUENCE_ALL : 0;
	p->circuit_active = w->circuit_up;
	if (w->config) {
		p->end_id_len = config_pw_end_id(w->config, p->end_id);
	} else if (s) {
		p->end_id_len = (uint8_t)strnlen(s->name, sizeof(p->end_id));
		memcpy(p->end_id, s->name, p->end_id_len);
	}
}

/*
 * The kernel has one sublayer for both directions, and numbers either both or none
 * (l2tp_recv_common takes unnumbered packets for the peer's word not to number ours): what
 * either end asks for holds for both.
 */
static void negotiate(struct call *c)
{
	const struct l2tp_call_params *theirs = l2tp_session_peer_params(c->core);
	struct pseudowire *w = c->pw;

	w->peer_cookie_len = theirs->cookie_len;
	memcpy(w->peer_cookie, theirs->cookie, sizeof(w->peer_cookie));
	w->sequencing = w->sequencing || theirs->sequencing != 0;
	w->sublayer = w->sequencing || w->sublayer || theirs->sublayer == 1;
	w->peer_up = theirs->circuit_active;
	w->serial = theirs->call_serial;
}

void pw_describe(struct call *c, struct dp_session *s)
{
	struct pseudowire *w = c->pw;

	negotiate(c);
	if (w->type != L2TP_PW_PPP)
		s->pseudowire = w->type == L2TP_PW_VLAN ? DP_PW_ETH_VLAN : DP_PW_ETH;
	/* the kernel's "cookie" is what goes out with each packet: the peer assigned it */
	s->cookie_len = w->peer_cookie_len;
	memcpy(s->cookie, w->peer_cookie, sizeof(s->cookie));
	s->peer_cookie_len = w->cookie_len;
	memcpy(s->peer_cookie, w->cookie, sizeof(s->peer_cookie));
	s->no_l2_sublayer = !w->sublayer;
	s->send_seq = s->recv_seq = w->sequencing;
	s->reorder_timeout_ms = w->sequencing ? REORDER_TIMEOUT_MS : 0;
	if (w->config && w->config->ifname)
		snprintf(s->ifname, sizeof(s->ifname), "%s", w->config->ifname);
}

/* ---- the interface ---- */

static void on_attached(void *arg, int result, struct ipc_message *m)
{
	struct call *c = arg;
	struct engine *e = c->tunnel->engine;
	const struct monitor_pw_reply *r = m ? ipc_body(m, struct monitor_pw_reply) : NULL;

	if (!result && !r)
		result = -EPROTO;
	if (!result && c->core && !c->down) {
		snprintf(c->ifname, sizeof(c->ifname), "%.*s", IFNAMSIZ - 1, r->ifname);
		c->pw->circuit_up = r->circuit_up;
		l2tp_session_set_circuit(c->core, engine_now(e), r->circuit_up);
		call_accept(c);
	} else if (c->core && !c->down) {
		struct l2tp_cause cause = cause_make(L2TP_CDN_NO_FACILITIES, 0, "the interface cannot be set up: %s",
						     strerror(-result));

		call_refuse(c, &cause);
	}
	engine_settle(e);
	call_put(c);
}

int pw_attach(struct call *c)
{
	struct engine *e = c->tunnel->engine;
	struct monitor_pw body = { .link = call_link(c) };
	int err;

	/* PPP's is pppd's, and with books there is none. */
	if (!pw_is_ethernet(c) || e->books) {
		c->pw->circuit_up = true;
		l2tp_session_set_circuit(c->core, engine_now(e), true);
		call_accept(c);
		return 0;
	}
	snprintf(body.lcce, sizeof(body.lcce), "%s", c->wanted->peer->name);
	snprintf(body.session, sizeof(body.session), "%s", c->pw->config->name);
	err = channel_request(&e->monitor, MONITOR_PW, &body, sizeof(body), NULL, 0, on_attached, c);
	if (!err)
		call_get(c);
	return err;
}

/* ---- the circuit ---- */

static void tell_interface(struct call *c)
{
	struct engine *e = c->tunnel->engine;
	struct monitor_circuit body = {
		.link = call_link(c), .up = c->pw->peer_up,
	};

	if (!e->books)
		channel_event(&e->monitor, MONITOR_PW_PEER, &body, sizeof(body), NULL, 0);
}

void pw_up(struct call *c)
{
	struct engine *e = c->tunnel->engine;
	struct peer_session *s = c->wanted;
	char what[160];

	c->up_ms = engine_now(e);
	e->counters.calls_up++;
	c->pw->peer_up = l2tp_session_peer_params(c->core)->circuit_active;
	if (s)
		peer_session_up(s);
	log_info("%s: up on %s, the peer's circuit is %s", call_describe(c, what, sizeof(what)),
		 c->ifname[0] ? c->ifname : "no interface", c->pw->peer_up ? "active" : "inactive");
	tell_interface(c);
}

void pw_peer_circuit(struct call *c, bool active)
{
	char what[160];

	if (!c->pw || c->pw->peer_up == active)
		return;
	c->pw->peer_up = active;
	c->pw->changed_ms = engine_now(c->tunnel->engine);
	log_info("%s: the peer's circuit is %s", call_describe(c, what, sizeof(what)),
		 active ? "active" : "inactive");
	if (pw_is_ethernet(c))
		tell_interface(c);
}

void pw_circuit(struct engine *e, const struct monitor_circuit *x)
{
	struct call *c = table_get(&e->pseudowires, x->link);

	if (!c || !c->pw || !c->core || c->down || c->pw->circuit_up == x->up)
		return;
	c->pw->circuit_up = x->up;
	c->pw->changed_ms = engine_now(e);
	l2tp_session_set_circuit(c->core, engine_now(e), x->up);
	engine_settle(e);
}
