/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of a control connection into the data plane: its socket, then the kernel's tunnel. */
#include "engine/internal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

static void installed(struct tunnel *t, int err)
{
	struct l2tp_cause cause;
	char what[160];

	t->install = err ? INSTALL_FAILED : INSTALL_DONE;
	if (t->down || !t->core)
		return;
	if (err) {
		log_error("%s: the kernel did not take it: %s", tunnel_describe(t, what, sizeof(what)),
			  err == -EEXIST ? "another tunnel has its id" :
			  err == -EADDRINUSE ? "another tunnel has the same addresses and ports" :
			  strerror(-err));
		cause = cause_make(L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES, "the data plane did not take the tunnel");
		l2tp_tunnel_close(t->core, engine_now(t->engine), &cause);
		engine_settle(t->engine);
		return;
	}
	for (struct call *c = t->calls, *next; c; c = next) {
		next = c->next;
		call_tunnel_installed(c);
	}
	if (t->peer && t->peer->lcce)
		lcce_adopt(t);
	if (t->peer)
		peer_tunnel_up(t->peer);
	engine_settle(t->engine);
}

static void on_added(void *arg, int result, struct ipc_message *m)
{
	struct tunnel *t = arg;

	(void)m;
	installed(t, result);
	tunnel_put(t);
}

static void fill_checksums(struct tunnel *t, struct monitor_tunnel *out)
{
	const struct config_lcce *l = t->peer ? t->peer->lcce : NULL;

	if (!l || out->encap != DP_ENCAP_UDP)
		return;
	if (l2tp_tunnel_local(t->core)->family == AF_INET6) {
		out->no_csum_tx = !l->udp6_csum_tx;
		out->no_csum_rx = !l->udp6_csum_rx;
	} else {
		out->no_csum_tx = !l->udp_csum;
	}
	t->sock->no_csum = out->no_csum_tx;
}

static void add_tunnel(struct tunnel *t)
{
	struct monitor_tunnel body = {
		.version = l2tp_tunnel_version(t->core), .encap = tunnel_is_udp(t) ? DP_ENCAP_UDP : DP_ENCAP_IP,
		.tunnel_id = t->id,
		.peer_tunnel_id = l2tp_tunnel_peer_id(t->core),
	};
	int err;

	fill_checksums(t, &body);
	err = channel_request(&t->engine->monitor, MONITOR_TUNNEL_ADD, &body, sizeof(body),
				  NULL, 0, on_added, t);

	if (err)
		installed(t, err);
	else
		tunnel_get(t);
}

static void on_protected(void *arg, int result, struct ipc_message *m)
{
	struct tunnel *t = arg;
	char what[160];

	(void)m;
	if (t->core && !t->down && result) {
		log_error("%s: the kernel did not take its IPsec policy: %s",
			  tunnel_describe(t, what, sizeof(what)), strerror(-result));
		t->cause = cause_make(L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES, "no IPsec policy");
		tunnel_reject(t);
	} else if (t->core && !t->down) {
		tunnel_accept(t);
	}
	engine_settle(t->engine);
	tunnel_put(t);
}

static int protect(struct tunnel *t)
{
	int err = ipsec_protect(t->engine, t->id, t->reqid, on_protected, t);

	if (!err)
		tunnel_get(t);
	return err;
}

/* It was asked for before the answer to the SCCRQ. */
static void socket_before(struct tunnel *t, int result)
{
	char what[160];

	if (!t->core || t->down)
		return;
	if (!result && t->guarded)
		result = protect(t);
	else if (!result)
		tunnel_accept(t);
	if (!result)
		return;
	log_error("%s: no socket for it: %s", tunnel_describe(t, what, sizeof(what)), strerror(-result));
	t->cause = cause_make(L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES, "no socket");
	tunnel_reject(t);
}

static void on_socket(void *arg, int result, struct ipc_message *m)
{
	struct tunnel *t = arg;
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);

	if (fd >= 0 && t->core && !t->down) {
		t->sock = sock_new(t->engine, fd, l2tp_tunnel_local(t->core), l2tp_tunnel_peer(t->core));
		result = t->sock ? sock_start(t->sock) : -ENOMEM;
		if (!result)
			l2tp_tunnel_set_socket(t->core, fd);
	} else if (fd >= 0) {
		close(fd);
	}
	if (!t->up)
		socket_before(t, result);
	else if (result)
		installed(t, result);
	else if (t->sock && t->core && !t->down)
		add_tunnel(t);
	engine_settle(t->engine);
	tunnel_put(t);
}

static void install_books(struct tunnel *t)
{
	struct dp_tunnel dp = {
		.version = l2tp_tunnel_version(t->core), .encap = tunnel_is_udp(t) ? DP_ENCAP_UDP : DP_ENCAP_IP,
		.tunnel_id = t->id, .peer_tunnel_id = l2tp_tunnel_peer_id(t->core), .fd = -1,
	};

	installed(t, t->engine->books->ops->tunnel_add(t->engine->books, &dp));
}

int tunnel_ask_socket(struct tunnel *t)
{
	struct monitor_socket body = {
		.tunnel_id = t->id, .version = l2tp_tunnel_version(t->core),
		.encap = tunnel_is_udp(t) ? DP_ENCAP_UDP : DP_ENCAP_IP,
		.local = *l2tp_tunnel_local(t->core), .peer = *l2tp_tunnel_peer(t->core),
	};
	int err = channel_request(&t->engine->monitor, MONITOR_SOCKET, &body, sizeof(body), NULL, 0, on_socket, t);

	if (!err)
		tunnel_get(t);
	return err;
}

/* A responder's tunnel has no socket of its own yet: the kernel wants one each. */
static void install(struct tunnel *t)
{
	int err;

	t->install = INSTALL_BUSY;
	if (t->engine->books) {
		install_books(t);
		return;
	}
	if (t->sock) {
		add_tunnel(t);
		return;
	}
	err = tunnel_ask_socket(t);
	if (err)
		installed(t, err);
}

void tunnel_install(struct tunnel *t)
{
	if (tunnel_is_udp(t) && !t->path && path_take(t, l2tp_tunnel_local(t->core), l2tp_tunnel_peer(t->core)))
		installed(t, -EADDRINUSE);
	else
		install(t);
}
