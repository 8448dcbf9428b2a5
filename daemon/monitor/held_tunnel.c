/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels and their sockets, as the engine asks for them; see held_tunnel.h. */
#include "monitor/held_tunnel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"
#include "monitor/socket.h"

#define L2TP_PORT 1701

/* ---- what fits ---- */

static bool port_is_ours(const struct config *c, uint16_t port)
{
	if (port == 0 || port == L2TP_PORT)
		return true;
	for (size_t i = 0; i < c->listen_n; i++)
		if (c->listen[i].address.port == port)
			return true;
	return false;
}

/*
 * UDP has ports, of which ours are configured; only version 3 goes without UDP.
 */
static bool encap_fits(const struct config *c, const struct monitor_socket *r)
{
	switch (r->encap) {
	case DP_ENCAP_UDP:
		return r->peer.port && port_is_ours(c, r->local.port);
	case DP_ENCAP_IP:
		return r->version == 3 && !r->peer.port && !r->local.port &&
		       !r->unconnected;
	}
	return false;
}

/* What a socket is to be bound and connected to; local unset: any. */
static bool ends_fit(const struct addr *local, const struct addr *peer)
{
	return (peer->family == AF_INET || peer->family == AF_INET6) &&
	       !addr_is_any(peer) &&
	       (!addr_is_set(local) || local->family == peer->family);
}

/*
 * A socket for version 3 may come to serve a peer that has version 2 only
 * (RFC 3931, section 4.7.3).
 */
static bool version_fits(const struct held_tunnel *t,
			 const struct monitor_tunnel *r)
{
	return r->version == t->version ||
	       (r->version == 2 && r->encap == DP_ENCAP_UDP);
}

static bool tunnel_fits(const struct held_tunnel *t,
			const struct monitor_tunnel *r)
{
	return !t->installed && t->connected && r->encap == t->encap &&
	       version_fits(t, r) && held_id_fits(r->tunnel_id, r->version) &&
	       held_id_fits(r->peer_tunnel_id, r->version) &&
	       (r->encap == DP_ENCAP_UDP || (!r->no_csum_tx && !r->no_csum_rx));
}

/* ---- its socket ---- */

/* Gives back what it has, all but the kernel's tunnel, and forgets it. */
static void discard(struct held_tunnels *h, struct held_tunnel *t)
{
	if (t->local_watched)
		own_addr_put(h->own_addrs, &t->local);
	if (t->guarded)
		ipsec_policy_del(&h->ipsec, t->encap, &t->local, &t->peer);
	if (t->fd >= 0)
		close(t->fd);
	held_tunnel_free(h->held, t);
}

static void watch_local(struct held_tunnels *h, struct held_tunnel *t)
{
	int err = monitor_socket_local(t->fd, &t->local);

	if (!err)
		err = own_addr_get(h->own_addrs, &t->local);
	t->local_watched = !err;
	if (err)
		log_warn("tunnel %u: it will not be noticed if our address is "
			 "lost: %s",
			 t->id, strerror(-err));
}

static int open_socket(struct held_tunnel *t, const struct monitor_socket *r)
{
	t->version = r->version;
	t->encap = r->encap;
	t->peer = r->peer;
	t->connected = !r->unconnected;
	t->fd = monitor_tunnel_socket(r);
	/* Over IP the id is the socket's address: another program has it. */
	if (t->fd == -EADDRINUSE && r->encap == DP_ENCAP_IP)
		return -EEXIST;
	return t->fd < 0 ? t->fd : 0;
}

static int take_socket(struct request *q)
{
	struct held_tunnels *h = q->object;
	const struct monitor_socket *r = q->body;
	uint32_t most = h->config->max_tunnels;
	struct monitor_socket_reply reply;
	struct dp_stats stats;
	struct held_tunnel *t;
	int err;

	if (!held_id_fits(r->tunnel_id, r->version) ||
	    !encap_fits(h->config, r) || !ends_fit(&r->local, &r->peer))
		return -EINVAL;
	if (held_tunnel_find(h->held, r->tunnel_id) ||
	    h->dp->ops->tunnel_stats(h->dp, r->tunnel_id, &stats) != -ENOENT)
		return -EEXIST;
	if (most && h->held->tunnels.count >= held_room(most))
		return -ENOSPC;
	t = held_tunnel_new(h->held, r->tunnel_id);
	if (!t)
		return -ENOMEM;
	err = open_socket(t, r);
	if (err) {
		discard(h, t);
		return err;
	}
	watch_local(h, t);
	reply = (struct monitor_socket_reply){ .local = t->local };
	request_answer(q, &reply, sizeof(reply));
	q->fds[q->nfds++] = t->fd;
	return 0;
}

/* Once only: what the kernel has of the tunnel, and IPsec, is this peer's. */
static int take_socket_connect(struct request *q)
{
	struct held_tunnels *h = q->object;
	const struct monitor_connect *r = q->body;
	struct held_tunnel *t = held_tunnel_find(h->held, r->tunnel_id);
	int err;

	if (!t || t->fd < 0)
		return -ENOENT;
	if (t->connected || !r->peer.port || !ends_fit(&t->local, &r->peer))
		return -EINVAL;
	err = monitor_socket_connect(t->fd, &r->peer);
	if (err)
		return err;
	t->peer = r->peer;
	t->connected = true;
	return 0;
}

static int take_socket_close(struct request *q)
{
	struct held_tunnels *h = q->object;
	const struct monitor_tunnel_id *r = q->body;
	struct held_tunnel *t = held_tunnel_find(h->held, r->tunnel_id);

	if (!t)
		return -ENOENT;
	if (t->installed || t->sessions)
		return -EBUSY;
	discard(h, t);
	return 0;
}

/* ---- the kernel's tunnel ---- */

static int take_tunnel_add(struct request *q)
{
	struct held_tunnels *h = q->object;
	const struct monitor_tunnel *r = q->body;
	struct held_tunnel *t = held_tunnel_find(h->held, r->tunnel_id);
	int err;

	if (!t || !tunnel_fits(t, r))
		return -EINVAL;
	err = monitor_socket_checksums(t->fd, t->local.family, r->no_csum_tx,
				       r->no_csum_rx);
	if (err)
		return err;
	t->dp = (struct dp_tunnel){
		.version = r->version,
		.encap = r->encap,
		.tunnel_id = r->tunnel_id,
		.peer_tunnel_id = r->peer_tunnel_id,
		.fd = t->fd,
	};
	err = h->dp->ops->tunnel_add(h->dp, &t->dp);
	if (err)
		return err;
	/* Its sessions' ids and its way's size are of the one it speaks. */
	t->version = r->version;
	t->installed = true;
	return 0;
}

static int take_tunnel_del(struct request *q)
{
	struct held_tunnels *h = q->object;
	const struct monitor_tunnel_id *r = q->body;
	struct held_tunnel *t = held_tunnel_find(h->held, r->tunnel_id);
	int err;

	if (!t || !t->installed)
		return -ENOENT;
	if (t->sessions)
		return -EBUSY;
	err = h->dp->ops->tunnel_del(h->dp, t->id);
	if (err && err != -ENOENT)
		log_warn("tunnel %u: cannot be removed from the kernel: %s",
			 t->id, strerror(-err));
	t->installed = false;
	return 0;
}

/* Tunnels of others in the kernel are not the engine's to look at. */
static int take_tunnel_stats(struct request *q)
{
	struct held_tunnels *h = q->object;
	const struct monitor_tunnel_id *r = q->body;
	struct held_tunnel *t = held_tunnel_find(h->held, r->tunnel_id);
	struct dp_stats stats;
	int err;

	if (!t || !t->installed)
		return -ENOENT;
	err = h->dp->ops->tunnel_stats(h->dp, t->id, &stats);
	if (!err)
		request_answer(q, &stats, sizeof(stats));
	return err;
}

static int take_ipsec(struct request *q)
{
	struct held_tunnels *h = q->object;
	const struct monitor_ipsec *r = q->body;
	struct held_tunnel *t = held_tunnel_find(h->held, r->tunnel_id);
	int err;

	if (!t || t->fd < 0)
		return -ENOENT;
	if (!r->reqid || !t->connected)
		return -EINVAL;
	if (t->guarded)
		return ipsec_policy_modify(t->fd, r->reqid);
	err = ipsec_policy_add(&h->ipsec, t->fd, t->encap, &t->local, &t->peer,
			       r->reqid);
	t->guarded = err == 0;
	/*
	 * Interfaces that are made later are as large as the new route allows.
	 */
	if (t->guarded)
		monitor_socket_reroute(t->fd, t->encap, &t->peer);
	return err;
}

/* ---- ways ---- */

static int take_route(struct request *q)
{
	struct held_tunnels *h = q->object;
	const struct addr *dst = q->body;
	struct monitor_route reply = { 0 };
	int err = h->dp->ops->route_interface(h->dp, dst, reply.ifname);

	if (!err)
		request_answer(q, &reply, sizeof(reply));
	return err;
}

static int take_source(struct request *q)
{
	const struct monitor_source *r = q->body;
	struct monitor_socket_reply reply = { 0 };
	int err = -EINVAL;

	if (ends_fit(&r->local, &r->peer))
		err = monitor_source(r, &reply.local);
	if (!err)
		request_answer(q, &reply, sizeof(reply));
	return err;
}

const struct request_row held_tunnel_rows[] = {
	{ MONITOR_SOCKET, sizeof(struct monitor_socket), take_socket },
	{ MONITOR_SOCKET_CONNECT, sizeof(struct monitor_connect),
	  take_socket_connect },
	{ MONITOR_SOCKET_CLOSE, sizeof(struct monitor_tunnel_id),
	  take_socket_close },
	{ MONITOR_TUNNEL_ADD, sizeof(struct monitor_tunnel), take_tunnel_add },
	{ MONITOR_TUNNEL_DEL, sizeof(struct monitor_tunnel_id),
	  take_tunnel_del },
	{ MONITOR_TUNNEL_STATS, sizeof(struct monitor_tunnel_id),
	  take_tunnel_stats },
	{ MONITOR_IPSEC, sizeof(struct monitor_ipsec), take_ipsec },
	{ MONITOR_ROUTE, sizeof(struct addr), take_route },
	{ MONITOR_SOURCE, sizeof(struct monitor_source), take_source },
	{ 0 },
};

/* ---- all of them ---- */

static void on_address_gone(void *ctx, const struct addr *a)
{
	struct held_tunnels *h = ctx;

	/* It is told again, as long as the address is gone. */
	if (channel_event(h->engine, MONITOR_ADDRESS_GONE, a, sizeof(*a), NULL,
			  0))
		log_debug("the engine was not told that an address is gone");
}

int held_tunnels_init(struct held_tunnels *h, struct loop *loop)
{
	h->own_addrs = own_addrs_new(loop, on_address_gone, h);
	return h->own_addrs ? 0 : -ENOMEM;
}

void held_tunnels_clear(struct held_tunnels *h)
{
	struct held_tunnel *t;

	while ((t = table_pop(&h->held->tunnels))) {
		if (t->installed)
			h->dp->ops->tunnel_del(h->dp, t->id);
		discard(h, t);
	}
}

void held_tunnels_fini(struct held_tunnels *h)
{
	own_addrs_free(h->own_addrs);
	ipsec_policies_fini(&h->ipsec);
}
