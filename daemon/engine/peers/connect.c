/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening the tunnel of a peer that we call: its name is resolved, a socket
 * made and, where asked for, protected.
 */
#include "engine/peers/connect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/net.h"
#include "engine/l2tp/path.h"
#include "engine/l2tp/tunnel.h"
#include "engine/peers/configure.h"
#include "engine/peers/ipsec.h"
#include "engine/peers/peer.h"
#include "engine/random.h"
#include "engine/tell.h"
#include "ipc/monitor.h"

#define L2TP_PORT 1701
#define ID_TRIES  16

static void attempt_failed(struct peer *p, const char *reason)
{
	p->state = PEER_IDLE;
	p->engine->peers->ops->connect_failed(p, reason);
}

static bool anybody_waits(const struct peer *p)
{
	for (const struct peer_session *s = p->sessions; s; s = s->next)
		if (s->wanted)
			return true;
	return false;
}

static void open_socket(struct peer *p);

/* Its socket is connected when it has answered. */
static bool hears_anybody(const struct peer *p)
{
	return p->answer_from != CONFIG_ANSWER_PORT;
}

/* What our SCCRQ says; secrets are the caller's to clear. */
static struct l2tp_tunnel *open_core(struct peer *p, const struct addr *local,
				     int fd, uint32_t id, int *err)
{
	struct engine *e = p->engine;
	const struct tunnel_owner *owner = p->lcce ? e->peers->ops->lcce :
						     e->peers->ops->lac;
	struct l2tp_tunnel_config cfg;
	struct l2tp_tunnel *core;

	peer_configure(p, &cfg);
	p->called = p->addresses[p->address_next];
	core = l2tp_tunnel_open(e->l2tp->core, engine_now(e), &cfg, local,
				&p->addresses[p->address_next], fd, id, err);
	secret_clear(&cfg.secret);
	secret_clear(&cfg.old_secret);
	p->tunnel = core ? tunnel_new(e, core) : NULL;
	if (!p->tunnel)
		return NULL;
	p->tunnel->owner = owner;
	p->tunnel->owned_by = p;
	peer_set_checksums(p, p->tunnel);
	return core;
}

static void open_tunnel(struct peer *p, int fd, uint32_t id,
			const struct addr *local)
{
	struct engine *e = p->engine;
	const struct addr *peer = &p->addresses[p->address_next];
	struct sock *s;
	char why[96];
	int err = -ENOMEM;

	if (p->encap == DP_ENCAP_UDP && path_is_taken(e, local, peer)) {
		close(fd);
		attempt_failed(p, "another tunnel has the same addresses "
				  "and ports, which this kernel cannot tell "
				  "apart; use source-port = \"ephemeral\"");
		return;
	}
	s = sock_new(e, fd, local, peer);
	if (s && hears_anybody(p))
		sock_hear_anybody(s);
	if (s && sock_start(s)) {
		sock_free(s);
		s = NULL;
	}
	if (!s || !open_core(p, local, s->fd, id, &err)) {
		sock_free(s);
		snprintf(why, sizeof(why), "no tunnel can be opened: %s",
			 err == -ENOSPC ? "the limit of tunnels is reached" :
					  strerror(-err));
		attempt_failed(p, why);
		return;
	}
	p->tunnel->sock = s;
	p->state = PEER_CONNECTING;
	if (p->encap == DP_ENCAP_UDP)
		path_take(p->tunnel, local, peer);
}

struct socket_request {
	struct peer *peer;
	uint32_t id;
};

static void release_socket(struct engine *e, uint32_t id)
{
	struct monitor_tunnel_id body = { id };

	tell(&e->monitor, MONITOR_SOCKET_CLOSE, &body, sizeof(body),
	     "a socket that no tunnel has stays open in the monitor");
}

/* A socket whose tunnel IPsec has to protect before its first packet. */
struct guarded_socket {
	struct peer *peer;
	int fd;
	uint32_t id, reqid;
	struct addr local;
};

static void guarded_end(struct guarded_socket *g, const char *why)
{
	struct peer *p = g->peer;

	close(g->fd);
	release_socket(p->engine, g->id);
	if (why)
		attempt_failed(p, why);
	else
		p->state = PEER_IDLE;
	free(g);
	peer_release(p);
	turn_settle(&p->engine->turn);
}

static bool still_wanted(const struct peer *p)
{
	return !p->removed && anybody_waits(p) && !p->engine->stopping;
}

static void on_guarded(void *arg, int result, struct ipc_message *m)
{
	struct guarded_socket *g = arg;
	struct peer *p = g->peer;
	char why[160];

	(void)m;
	if (result || !still_wanted(p)) {
		snprintf(why, sizeof(why),
			 "the kernel did not take its IPsec policy: %s",
			 strerror(-result));
		guarded_end(g, result ? why : NULL);
		return;
	}
	open_tunnel(p, g->fd, g->id, &g->local);
	if (p->tunnel)
		ipsec_watch(p->tunnel, g->reqid);
	else
		release_socket(p->engine, g->id);
	free(g);
	peer_release(p);
	turn_settle(&p->engine->turn);
}

static void on_ipsec(void *arg, const struct ipsec_report *r)
{
	struct guarded_socket *g = arg;
	char why[sizeof(r->why) + 32];
	int err;

	if (r->cover != IPSEC_PROTECTED || !still_wanted(g->peer)) {
		snprintf(why, sizeof(why), "IPsec is required: %s", r->why);
		guarded_end(g, r->cover != IPSEC_PROTECTED ? why : NULL);
		return;
	}
	g->reqid = r->child.reqid;
	err = ipsec_protect(g->peer->engine, g->id, g->reqid, on_guarded, g);
	if (err)
		guarded_end(g, strerror(-err));
}

static void guard_socket(struct peer *p, int fd, uint32_t id,
			 const struct addr *local)
{
	struct ipsec_flow flow =
		ipsec_flow_of(local, &p->addresses[p->address_next]);
	struct guarded_socket *g = malloc(sizeof(*g));

	peer_hold(p);
	if (!g) {
		close(fd);
		release_socket(p->engine, id);
		attempt_failed(p, "out of memory");
		peer_release(p);
		return;
	}
	*g = (struct guarded_socket){
		.peer = p,
		.fd = fd,
		.id = id,
		.local = *local,
	};
	if (ipsec_ask(p->engine, &flow, p->lcce->ipsec_connection, on_ipsec, g))
		guarded_end(g, "IPsec is required, and the aaa process, which "
			       "asks strongSwan, is not there");
}

static void on_socket(void *arg, int result, struct ipc_message *m)
{
	struct socket_request *r = arg;
	struct peer *p = r->peer;
	const struct monitor_socket_reply *reply =
		m ? ipc_body(m, struct monitor_socket_reply) : NULL;
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);
	char text[ADDR_STRLEN], why[160];

	if (result == -EEXIST && !p->removed && p->id_tries++ < ID_TRIES) {
		open_socket(p);
	} else if (fd < 0 || !reply) {
		snprintf(why, sizeof(why), "no socket to %s: %s",
			 addr_format_port(&p->addresses[p->address_next], text),
			 strerror(-result));
		attempt_failed(p, why);
	} else if (!still_wanted(p)) {
		close(fd);
		release_socket(p->engine, r->id);
		p->state = PEER_IDLE;
	} else if (ipsec_is_required(p)) {
		guard_socket(p, fd, r->id, &reply->local);
	} else {
		open_tunnel(p, fd, r->id, &reply->local);
		if (!p->tunnel)
			release_socket(p->engine, r->id);
	}
	free(r);
	peer_release(p);
	turn_settle(&p->engine->turn);
}

static void open_socket(struct peer *p)
{
	struct monitor_socket body = {
		.version = p->only_v2 ? 2 : p->version,
		.encap = p->encap,
		.peer = p->addresses[p->address_next],
		.unconnected = hears_anybody(p),
	};
	struct socket_request *r = malloc(sizeof(*r));
	int err = -ENOMEM;

	p->state = PEER_OPENING;
	body.local = p->source;
	body.local.family = body.peer.family;
	body.local.port = p->ephemeral || p->encap == DP_ENCAP_IP ? 0 :
								    L2TP_PORT;
	/* Of 16 bits also for those who may come to speak version 2. */
	body.tunnel_id = l2tp_tunnel_free_id(p->engine->l2tp->core,
					     p->fallback ? 2 : p->version);
	if (!body.tunnel_id) {
		free(r);
		attempt_failed(p, "all tunnel ids are taken");
		return;
	}
	if (r) {
		*r = (struct socket_request){ p, body.tunnel_id };
		err = channel_request(&p->engine->monitor, MONITOR_SOCKET,
				      &body, sizeof(body), NULL, 0, on_socket,
				      r);
	}
	if (!err) {
		peer_hold(p);
		return;
	}
	free(r);
	attempt_failed(p, strerror(-err));
}

static void on_resolved(void *arg, int result, struct ipc_message *m)
{
	struct peer *p = arg;
	const struct aaa_resolve_reply *r =
		m ? ipc_body(m, struct aaa_resolve_reply) : NULL;
	char why[300];

	if (p->removed || !anybody_waits(p) || p->engine->stopping) {
		p->state = PEER_IDLE;
	} else if (result || !r || !r->count || r->count > AAA_RESOLVE_MAX) {
		snprintf(why, sizeof(why), "%s cannot be resolved: %.120s",
			 p->server,
			 r && r->error[0] ?
				 r->error :
				 strerror(result ? -result : ENOENT));
		attempt_failed(p, why);
	} else {
		peer_set_addresses(p, r);
		p->id_tries = 0;
		open_socket(p);
	}
	peer_release(p);
	turn_settle(&p->engine->turn);
}

static void resolve(struct peer *p)
{
	struct aaa_resolve body = { .family = p->source.family };
	int err;

	p->state = PEER_RESOLVING;
	snprintf(body.name, sizeof(body.name), "%s", p->server);
	err = channel_request(&p->engine->aaa, AAA_RESOLVE, &body, sizeof(body),
			      NULL, 0, on_resolved, p);
	if (err)
		attempt_failed(p, "the aaa process, which resolves names, is "
				  "not there");
	else
		peer_hold(p);
}

void connect_peer(struct peer *p)
{
	struct addr a;

	if (addr_parse(&a, p->server)) {
		resolve(p);
		return;
	}
	a.port = p->port;
	p->addresses[0] = a;
	p->address_n = 1;
	p->address_next = 0;
	p->id_tries = 0;
	open_socket(p);
}
