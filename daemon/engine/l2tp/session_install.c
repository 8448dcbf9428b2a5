/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions in the data plane: installed before the answer that lets the peer
 * send, once both ids are known and the tunnel is there.
 */
#include "engine/l2tp/session_install.h"

#include <errno.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/kernel.h"
#include "engine/l2tp/pw.h"
#include "engine/l2tp/pw_circuit.h"
#include "engine/l2tp/session.h"
#include "lib/log.h"

#define INSTALL_TRIES	 10
#define INSTALL_RETRY_MS 20

static struct dp_session describe_session(struct session *s)
{
	enum l2tp_call_kind kind = l2tp_session_kind(s->core);
	struct dp_session out = {
		.tunnel_id = s->tunnel->id,
		.session_id = s->id,
		.peer_session_id = l2tp_session_peer_id(s->core),
		.pseudowire = DP_PW_PPP,
		.lns_mode = kind == L2TP_CALL_LNS_INCOMING ||
			    kind == L2TP_CALL_LNS_OUTGOING,
		.send_seq = s->sequencing,
		.recv_seq = s->sequencing,
		.reorder_timeout_ms = s->sequencing ? REORDER_TIMEOUT_MS : 0,
	};

	if (s->pw) {
		pw_negotiate(s->pw, l2tp_session_peer_params(s->core));
		pw_describe(s->pw, &out);
	}
	return out;
}

static void refuse(struct session *s, int err, const char *what)
{
	struct cause cause =
		cause_make(CAUSE_NO_RESOURCES, "%s%s", what, strerror(-err));

	session_refuse(s, &cause);
}

static void installed(struct session *s, int err)
{
	s->install = err ? INSTALL_FAILED : INSTALL_DONE;
	if (!session_is_usable(s))
		return;
	if (err) {
		refuse(s, err, "the data plane did not take the session: ");
	} else if (s->pw) {
		err = pw_attach(s);
		if (err)
			refuse(s, err, "");
	} else {
		session_accept(s);
	}
}

static void install(struct session *s);

static void on_retry(struct loop_timer *t)
{
	struct session *s = container_of(t, struct session, retry);

	if (session_is_usable(s))
		install(s);
	turn_settle(&s->link.engine->turn);
}

static void on_added(void *arg, int result, struct ipc_message *m)
{
	struct session *s = arg;
	struct engine *e = s->link.engine;

	(void)m;
	/* The kernel may still be removing an earlier session of that id. */
	if (result == -EEXIST && s->install_tries++ < INSTALL_TRIES &&
	    !s->link.down)
		loop_timer_set(e->loop, &s->retry,
			       engine_now(e) + INSTALL_RETRY_MS, on_retry);
	else
		installed(s, result);
	turn_settle(&e->turn);
	link_release(&s->link);
}

static void install(struct session *s)
{
	struct dp_session body = describe_session(s);
	int err;

	s->install = INSTALL_BUSY;
	err = kernel_session_add(s->link.engine, &s->hold, s->link.id, &body,
				 on_added, s);
	if (err)
		installed(s, err);
	else
		link_hold(&s->link);
}

void session_install(struct session *s)
{
	if (!session_is_usable(s) || s->install != INSTALL_NONE)
		return;
	/* Else session_tunnel_installed comes back to it. */
	if (s->tunnel->install == INSTALL_DONE)
		install(s);
}

void session_tunnel_installed(struct session *s)
{
	/*
	 * A call of ours waits for its answer first; then both ids are known.
	 */
	if (s->core && l2tp_session_peer_id(s->core))
		session_install(s);
}

static void on_modified(void *arg, int result, struct ipc_message *m)
{
	struct session *s = arg;
	char what[WHOSE_MAX];

	(void)m;
	if (result && !s->link.down)
		log_warn("%s: the peer requires sequencing, and the data plane "
			 "refused it: %s",
			 link_describe(&s->link, what, sizeof(what)),
			 strerror(-result));
	link_release(&s->link);
}

void session_install_sequencing(struct session *s)
{
	struct dp_session body;

	s->sequencing = true;
	body = describe_session(s);
	if (kernel_session_modify(s->link.engine, s->link.id, &body,
				  on_modified, s) == 0)
		link_hold(&s->link);
}

void session_uninstall(struct session *s)
{
	const struct dp_session ids = {
		.tunnel_id = s->tunnel->id,
		.session_id = s->id,
	};

	if (s->install != INSTALL_DONE && s->install != INSTALL_BUSY)
		return;
	kernel_session_del(s->link.engine, &s->hold, s->link.id, &ids);
	s->install = INSTALL_NONE;
}
