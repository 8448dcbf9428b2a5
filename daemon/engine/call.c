/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls as the engine has them: a session is authorized, installed in the data
 * plane before the answer that lets the peer send goes out, given to PPP when
 * it is established, and taken down from whichever side it ends.
 */
#include "engine/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

#define INSTALL_TRIES		10
#define INSTALL_RETRY_MS	20
#define REORDER_TIMEOUT_MS 100	/* with sequencing: how long a gap may hold frames back */

void call_get(struct call *c)
{
	c->refs++;
}

void call_put(struct call *c)
{
	if (--c->refs)
		return;
	/* Its tunnel may go with it. */
	c->garbage_next = c->tunnel->engine->garbage_calls;
	c->tunnel->engine->garbage_calls = c;
	tunnel_put(c->tunnel);
}

struct call *call_new(struct tunnel *t, struct l2tp_session *core)
{
	struct call *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->tunnel = t;
	c->core = core;
	c->id = l2tp_session_id(core);
	c->refs = 1;
	c->ppp.fd = -1;
	c->next = t->calls;
	c->prev = &t->calls;
	if (c->next)
		c->next->prev = &c->next;
	t->calls = c;
	tunnel_get(t);
	l2tp_session_set_user(core, c);
	return c;
}

/* The last step: neither the core, nor a pppd, nor the data plane has it. */
static void forget_if_over(struct call *c)
{
	struct tunnel *t = c->tunnel;

	if (c->gone || c->core || c->ppp_phase != PPP_NONE)
		return;
	c->gone = true;
	loop_timer_stop(&c->timer);
	pw_free(c);
	*c->prev = c->next;
	if (c->next)
		c->next->prev = c->prev;
	tunnel_call_gone(t);
	call_put(c);
}

const char *call_describe(const struct call *c, char *buf, size_t size)
{
	snprintf(buf, size, "tunnel %u session %u%s%s%s", c->tunnel->id, c->id,
		 c->user ? " (" : "", c->user ? c->user : "", c->user ? ")" : "");
	return buf;
}

/* ---- into the data plane ---- */

static struct dp_session describe_session(struct call *c)
{
	enum l2tp_call_kind kind = l2tp_session_kind(c->core);
	struct dp_session s = {
		.tunnel_id = c->tunnel->id,
		.session_id = c->id,
		.peer_session_id = l2tp_session_peer_id(c->core),
		.pseudowire = DP_PW_PPP,
		.lns_mode = kind == L2TP_CALL_LNS_INCOMING || kind == L2TP_CALL_LNS_OUTGOING,
		.send_seq = c->sequencing,
		.recv_seq = c->sequencing,
		.reorder_timeout_ms = c->sequencing ? REORDER_TIMEOUT_MS : 0,
	};

	if (c->pw)
		pw_describe(c, &s);
	return s;
}

void call_accept(struct call *c)
{
	struct l2tp_call_params p = { 0 };

	if (c->pw)
		pw_params(c->pw, c->wanted, &p);
	l2tp_session_accept(c->core, engine_now(c->tunnel->engine), c->pw ? &p : NULL);
}

void call_refuse(struct call *c, const struct l2tp_cause *cause)
{
	char what[160];

	c->tunnel->engine->counters.calls_failed++;
	if (engine_may_log(c->tunnel->engine))
		log_warn("%s: refused: %s", call_describe(c, what, sizeof(what)), cause->text);
	l2tp_session_close(c->core, engine_now(c->tunnel->engine), cause);
}

static void installed(struct call *c, int err)
{
	struct l2tp_cause cause;

	c->install = err ? INSTALL_FAILED : INSTALL_DONE;
	if (c->down || !c->core)
		return;
	if (err) {
		cause = cause_make(L2TP_CDN_NO_FACILITIES, 0, "the data plane did not take the session: %s",
				   strerror(-err));
		call_refuse(c, &cause);
	} else if (c->pw) {
		err = pw_attach(c);
		if (err) {
			cause = cause_make(L2TP_CDN_NO_FACILITIES, 0, "%s", strerror(-err));
			call_refuse(c, &cause);
		}
	} else {
		call_accept(c);
	}
	engine_settle(c->tunnel->engine);
}

static void install(struct call *c);

static void on_retry(struct loop_timer *t)
{
	struct call *c = container_of(t, struct call, timer);

	if (c->core && !c->down)
		install(c);
}

static void on_added(void *arg, int result, struct ipc_message *m)
{
	struct call *c = arg;
	struct engine *e = c->tunnel->engine;

	(void)m;
	/* The kernel may still be removing an earlier session of that id. */
	if (result == -EEXIST && c->install_tries++ < INSTALL_TRIES && !c->down)
		loop_timer_set(e->loop, &c->timer, engine_now(e) + INSTALL_RETRY_MS, on_retry);
	else
		installed(c, result);
	call_put(c);
}

static void install(struct call *c)
{
	struct engine *e = c->tunnel->engine;
	struct monitor_session body = { .link = call_link(c), .session = describe_session(c) };
	int err;

	if (e->books) {
		installed(c, e->books->ops->session_add(e->books, &body.session));
		return;
	}
	c->install = INSTALL_BUSY;
	err = channel_request(&e->monitor, MONITOR_SESSION_ADD, &body, sizeof(body), NULL, 0, on_added, c);
	if (err)
		installed(c, err);
	else
		call_get(c);
}

static void do_install(void *arg)
{
	struct call *c = arg;

	if (!c->core || c->down || c->install != INSTALL_NONE)
		return;
	/* Else call_tunnel_installed comes back to it. */
	if (c->tunnel->install == INSTALL_DONE)
		install(c);
}

void call_tunnel_installed(struct call *c)
{
	/* A call of ours waits for its answer first; then both ids are known. */
	if (c->core && l2tp_session_peer_id(c->core))
		do_install(c);
}

static void ignore(void *arg, int result, struct ipc_message *m)
{
	(void)arg;
	(void)m;
	if (result && result != -ENOENT)
		log_debug("a session could not be removed: %s", strerror(-result));
}

static void uninstall(struct call *c)
{
	struct engine *e = c->tunnel->engine;
	struct monitor_link body = { call_link(c) };

	if (c->install != INSTALL_DONE && c->install != INSTALL_BUSY)
		return;
	if (e->books)
		e->books->ops->session_del(e->books, c->tunnel->id, c->id);
	else
		channel_request(&e->monitor, MONITOR_SESSION_DEL, &body, sizeof(body), NULL, 0, ignore, NULL);
	c->install = INSTALL_NONE;
}

/* ---- what the core says ---- */

static void do_refuse(void *arg)
{
	struct call *c = arg;

	if (c->core && !c->down)
		call_refuse(c, c->cause);
}

bool call_set_cause(struct call *c, const struct l2tp_cause *cause)
{
	if (!c->cause)
		c->cause = malloc(sizeof(*c->cause));
	if (c->cause)
		*c->cause = *cause;
	return c->cause != NULL;
}

/* A request of a configured LCCE: for a circuit that both ends know. */
static const struct l2tp_cause *authorize_pseudowire(struct call *c)
{
	static struct l2tp_cause cause;
	const struct l2tp_call_params *asked = l2tp_session_peer_params(c->core);
	struct peer_session *s = lcce_find_session(c->tunnel->peer, asked);
	char end_id[80];
	uint16_t type = !s ? 0 : s->pw->type == CONFIG_PW_VLAN ? L2TP_PW_VLAN : L2TP_PW_ETHERNET;

	if (!s)
		cause = cause_make(L2TP_CDN_INVALID_DESTINATION, 0, "no session here has the %s",
				   lcce_format_end_id(asked, end_id, sizeof(end_id)));
	else if (type != asked->pseudowire)
		cause = cause_make(L2TP_CDN_PW_TYPE, 0, "this circuit has another pseudowire type here");
	else if (s->call && s->call->core && !s->call->down)
		cause = cause_make(L2TP_CDN_NO_FACILITIES, 0, "this circuit has a session already");
	else if (s->call)
		cause = cause_make(L2TP_CDN_NO_FACILITIES, 0, "the session before is still being cleared");
	else if (pw_give(c, pw_new(s->pw, false)))
		cause = cause_make(L2TP_CDN_NO_FACILITIES, 0, "out of memory");
	else
		cause.result = 0;
	if (cause.result)
		return &cause;
	loop_timer_stop(&s->redial);
	s->wanted = false;
	s->call = c;
	c->wanted = s;
	return NULL;
}

static const struct l2tp_cause *authorize(struct call *c, enum l2tp_call_kind kind)
{
	static struct l2tp_cause cause;
	struct tunnel *t = c->tunnel;

	if (t->engine->stopping || t->closing)
		cause = cause_make(L2TP_CDN_ADMINISTRATIVE, 0, "the tunnel is being closed");
	else if (t->peer && t->peer->lcce && kind == L2TP_CALL_LNS_INCOMING)
		return authorize_pseudowire(c);
	else if (!t->lns)
		cause = cause_make(L2TP_CDN_ADMINISTRATIVE, 0, "this end takes no calls from its LNS");
	else if (kind != L2TP_CALL_LNS_INCOMING)
		cause = cause_make(L2TP_CDN_ADMINISTRATIVE, 0, "this end makes no calls for others");
	else
		return NULL;
	return &cause;
}

void call_on_request(struct tunnel *t, struct l2tp_session *core)
{
	struct call *c = call_new(t, core);
	const struct l2tp_cause *cause;

	if (!c)
		return;		/* the core's setup timer ends it */
	cause = authorize(c, l2tp_session_kind(core));
	if (cause) {
		if (call_set_cause(c, cause))
			engine_defer(t->engine, do_refuse, c);
		return;
	}
	if (t->lns) {
		c->profile = config_ppp_find(t->engine->config, t->lns->ppp);
		c->sequencing = t->lns->tunnel.sequencing;
		/* without memory the core's setup timer ends it */
		if (l2tp_tunnel_version(t->core) == 3 && pw_give(c, pw_new(NULL, c->sequencing)))
			return;
	}
	engine_defer(t->engine, do_install, c);
}

void call_on_answer(struct call *c)
{
	engine_defer(c->tunnel->engine, do_install, c);
}

static void on_modified(void *arg, int result, struct ipc_message *m)
{
	struct call *c = arg;
	char what[160];

	(void)m;
	if (result && !c->down)
		log_warn("%s: the peer requires sequencing, and the data plane refused it: %s",
			 call_describe(c, what, sizeof(what)), strerror(-result));
	call_put(c);
}

/* Sequencing Required (section 4.4.4) comes in the ICCN, when the session is installed already. */
static void heed_sequencing(struct call *c)
{
	const struct l2tp_call_params *params = l2tp_session_peer_params(c->core);
	struct engine *e = c->tunnel->engine;
	struct monitor_session body;

	if (!params || !params->sequencing_required || c->sequencing || c->pw)
		return;
	c->sequencing = true;
	body = (struct monitor_session){ .link = call_link(c), .session = describe_session(c) };
	if (e->books)
		e->books->ops->session_modify(e->books, &body.session);
	else if (channel_request(&e->monitor, MONITOR_SESSION_MODIFY, &body, sizeof(body), NULL, 0,
				 on_modified, c) == 0)
		call_get(c);
}

static void do_start(void *arg)
{
	struct call *c = arg;

	if (!c->core || c->down)
		return;
	if (pw_is_ethernet(c)) {
		pw_up(c);
		return;
	}
	heed_sequencing(c);
	ppp_start(c);
}

void call_on_up(struct call *c)
{
	c->established = true;
	engine_defer(c->tunnel->engine, do_start, c);
}

/* Whom it was made for may dial again once its interface is free. */
static void release_wanted(struct call *c)
{
	struct peer_session *s = c->wanted;

	if (!s || !c->down || c->ppp_phase != PPP_NONE)
		return;
	c->wanted = NULL;
	s->call = NULL;
	peer_session_failed(s, c->ppp_reason ? c->ppp_reason : "the call ended");
}

void call_on_down(struct call *c, const struct l2tp_effect *x)
{
	struct engine *e = c->tunnel->engine;
	char what[160], why[256];

	if (c->down)
		return;
	c->down = true;
	/* With its tunnel a session ends without a CDN and its codes. */
	if (x->cause.result)
		l2tp_cause_format(&x->cause, L2TP_CDN, why, sizeof(why));
	else
		snprintf(why, sizeof(why), "%s", x->cause.text);
	/* of a tie that it lost, the other session is heard of */
	if (x->cause.result == L2TP_CDN_TIE) {
		log_debug("%s: %s", call_describe(c, what, sizeof(what)), why);
	} else if (c->established || c->wanted) {
		if (engine_may_log(e))
			log_info("%s: cleared by %s: %s", call_describe(c, what, sizeof(what)),
				 x->by_peer ? "the peer" : "us", c->ppp_reason ? c->ppp_reason : why);
	} else {
		e->counters.calls_failed++;
	}
	/* A pppd of ours ends with the session; its exit is awaited. */
	if (c->ppp_phase != PPP_NONE)
		ppp_stop(c, x->by_peer ? "the peer cleared the call" : why, true);
	uninstall(c);
	if (!c->ppp_reason)
		c->ppp_reason = strdup(why);
	release_wanted(c);
}

void call_on_free(struct call *c)
{
	l2tp_session_set_user(c->core, NULL);
	c->core = NULL;
	forget_if_over(c);
}

/* ---- what PPP says, and commands ---- */

static void do_close(void *arg)
{
	struct call *c = arg;
	struct l2tp_cause cause = cause_make(L2TP_CDN_ADMINISTRATIVE, 0, "%s",
					     c->ppp_reason ? c->ppp_reason : "PPP ended");

	if (c->core && !c->down)
		l2tp_session_close(c->core, engine_now(c->tunnel->engine), c->cause ? c->cause : &cause);
}

void call_ppp_ended(struct call *c)
{
	release_wanted(c);
	if (c->core && !c->down)
		engine_defer(c->tunnel->engine, do_close, c);
	else
		forget_if_over(c);
}

void call_close(struct call *c, const struct l2tp_cause *cause)
{
	if (c->down || !c->core)
		return;
	call_set_cause(c, cause);
	if (c->ppp_phase != PPP_NONE)
		ppp_stop(c, cause->text, false);
	else
		engine_defer(c->tunnel->engine, do_close, c);
}
