/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a control connection into the data plane: its socket, then the
 * kernel's tunnel.
 */
#include "engine/l2tp/tunnel_install.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/kernel.h"
#include "engine/l2tp/answer.h"
#include "engine/l2tp/net.h"
#include "engine/l2tp/outbox.h"
#include "engine/l2tp/path.h"
#include "engine/l2tp/result.h"
#include "engine/l2tp/session.h"
#include "engine/l2tp/session_events.h"
#include "engine/l2tp/tunnel.h"
#include "lib/log.h"

static void log_refusal(const struct tunnel *t, int err)
{
	char what[WHOSE_MAX];

	log_error("%s: the kernel did not take it: %s",
		  tunnel_describe(t, what, sizeof(what)),
		  err == -EEXIST ?
			  "another tunnel has its id" :
		  err == -EADDRINUSE ?
			  "another tunnel has the same addresses and ports" :
			  strerror(-err));
}

static void installed(struct tunnel *t, int err)
{
	struct cause cause =
		cause_make(CAUSE_NO_RESOURCES,
			   "the data plane did not take the tunnel");
	struct l2tp_cause stopccn = result_stopccn(&cause);

	t->install = err ? INSTALL_FAILED : INSTALL_DONE;
	if (!tunnel_is_usable(t))
		return;
	if (err) {
		log_refusal(t, err);
		l2tp_tunnel_close(t->core, engine_now(t->engine), &stopccn);
		return;
	}
	if (t->sock && t->no_csum_tx)
		outbox_drop_checksums(t->sock);
	if (t->owner && t->owner->up)
		t->owner->up(t);
	for (struct session *s = t->sessions, *next; s; s = next) {
		next = s->next;
		session_on_tunnel_up(s);
		turn_take(&t->engine->turn);
	}
}

static void on_added(void *arg, int result, struct ipc_message *m)
{
	struct tunnel *t = arg;

	(void)m;
	installed(t, result);
	turn_settle(&t->engine->turn);
	tunnel_put(t);
}

static enum dp_encap encap_of(const struct tunnel *t)
{
	return tunnel_is_udp(t) ? DP_ENCAP_UDP : DP_ENCAP_IP;
}

static void add_tunnel(struct tunnel *t)
{
	struct monitor_tunnel body = {
		.version = l2tp_tunnel_version(t->core),
		.encap = encap_of(t),
		.tunnel_id = t->id,
		.peer_tunnel_id = l2tp_tunnel_peer_id(t->core),
		/* ours to send without is switched when it is there */
		.no_csum_tx = t->no_csum_tx && !t->sock,
		.no_csum_rx = t->no_csum_rx,
	};
	int err;

	err = kernel_tunnel_add(t->engine, &t->hold, &body, on_added, t);
	if (err)
		installed(t, err);
	else
		tunnel_get(t);
}

/* ---- the socket ---- */

/* It was asked for before the answer to the SCCRQ. */
static void have_early_socket(struct tunnel *t, int result)
{
	char what[WHOSE_MAX];

	if (!result && t->guarded)
		result = t->owner->protect(t);
	else if (!result)
		tunnel_answer(t);
	if (!result)
		return;
	log_error("%s: no socket for it: %s",
		  tunnel_describe(t, what, sizeof(what)), strerror(-result));
	t->cause = cause_make(CAUSE_NO_RESOURCES, "no socket");
	tunnel_reject(t);
}

/*
 * Without an fd the data plane needs none: the listener goes on
 * serving the tunnel.
 */
static int take_socket(struct tunnel *t, int fd)
{
	int err;

	t->sock = sock_new(t->engine, fd, l2tp_tunnel_local(t->core),
			   l2tp_tunnel_peer(t->core));
	err = t->sock ? sock_start(t->sock) : -ENOMEM;
	if (!err)
		l2tp_tunnel_set_socket(t->core, fd);
	return err;
}

static void on_socket(void *arg, int result, struct ipc_message *m)
{
	struct tunnel *t = arg;
	int fd = !result && m && m->nfds ? ipc_take_fd(m, 0) : -1;

	if (fd >= 0 && tunnel_is_usable(t))
		result = take_socket(t, fd);
	else if (fd >= 0)
		close(fd);
	if (tunnel_is_usable(t) && !t->up)
		have_early_socket(t, result);
	else if (result)
		installed(t, result);
	else if (tunnel_is_usable(t))
		add_tunnel(t);
	turn_settle(&t->engine->turn);
	tunnel_put(t);
}

static int ask_socket(struct tunnel *t)
{
	struct monitor_socket body = {
		.tunnel_id = t->id,
		.version = l2tp_tunnel_version(t->core),
		.encap = encap_of(t),
		.local = *l2tp_tunnel_local(t->core),
		.peer = *l2tp_tunnel_peer(t->core),
	};
	int err =
		kernel_tunnel_socket(t->engine, &t->hold, &body, on_socket, t);

	if (err)
		return err;
	t->socket_asked = true;
	tunnel_get(t);
	return 0;
}

void tunnel_go_on_with_socket(struct tunnel *t)
{
	if (!tunnel_is_usable(t))
		return;
	if (ask_socket(t) == 0)
		return;
	t->cause = cause_make(CAUSE_NO_RESOURCES, "no socket");
	tunnel_reject(t);
}

/*
 * Over IP the kernel hands a message to the socket that is bound to its id
 * (l2tp_ip_recv): our SCCRP makes the peer use it, so that the socket comes
 * first.
 */
void tunnel_go_on(struct tunnel *t)
{
	if (!tunnel_is_usable(t))
		return;
	if (tunnel_is_udp(t))
		tunnel_answer(t);
	else
		tunnel_go_on_with_socket(t);
}

/* ---- in and out ---- */

static void on_connected(void *arg, int result, struct ipc_message *m)
{
	struct tunnel *t = arg;

	(void)m;
	if (tunnel_is_usable(t) && !result) {
		sock_connected(t->sock, l2tp_tunnel_peer(t->core));
		add_tunnel(t);
	} else {
		installed(t, result);
	}
	turn_settle(&t->engine->turn);
	tunnel_put(t);
}

/* Whoever answered is known: the kernel's tunnel wants a connected socket. */
static int connect_socket(struct tunnel *t)
{
	int err = kernel_tunnel_connect(t->engine, t->id,
					l2tp_tunnel_peer(t->core), on_connected,
					t);

	if (!err)
		tunnel_get(t);
	return err;
}

/*
 * A responder's tunnel has no socket of its own yet: the kernel wants one each.
 */
static void install(struct tunnel *t)
{
	int err = 0;

	t->install = INSTALL_BUSY;
	if (t->sock && !t->sock->connected)
		err = connect_socket(t);
	else if (t->sock || t->socket_asked)
		add_tunnel(t);
	else
		err = ask_socket(t);
	if (err)
		installed(t, err);
}

void tunnel_install(struct tunnel *t)
{
	/* the path was that to whom we called */
	if (t->sock && !t->sock->connected)
		path_release(t);
	if (tunnel_is_udp(t) && !t->path &&
	    path_take(t, l2tp_tunnel_local(t->core), l2tp_tunnel_peer(t->core)))
		installed(t, -EADDRINUSE);
	else
		install(t);
}

void tunnel_uninstall(struct tunnel *t)
{
	if (t->install == INSTALL_DONE || t->install == INSTALL_BUSY)
		kernel_tunnel_del(t->engine, &t->hold, t->id);
}
