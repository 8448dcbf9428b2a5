/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The LNSs that we call: resolving the name, opening the tunnel, one address
 * after the other. redial.c says when.
 */
#include "engine/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"

#define L2TP_PORT 1701
#define ID_TRIES 16

void peer_defaults(struct config_tunnel *cfg)
{
	*cfg = (struct config_tunnel){
		.challenge = true, .receive_window = 16, .hello_ms = 60000, .retransmit_ms = 1000,
		.retransmit_cap_ms = 8000, .retransmit_tries = 5, .setup_ms = 60000, .idle_ms = 15000,
	};
}

struct peer *peer_find(struct engine *e, const char *name)
{
	struct peer *p = e->peers;

	while (p && (p->removed || strcmp(p->name, name) != 0))
		p = p->next;
	return p;
}

static int add_configured_sessions(struct peer *p, const struct config_lac *lac)
{
	for (size_t i = 0; i < lac->sessions_n; i++) {
		const struct config_session *c = &lac->sessions[i];
		struct peer_session *s = peer_session_new(p, c->name);

		if (!s)
			return -ENOMEM;
		s->user = c->user ? strdup(c->user) : NULL;
		s->called_number = c->called_number ? strdup(c->called_number) : NULL;
		s->calling_number = c->calling_number ? strdup(c->calling_number) : NULL;
		if (c->ifname)
			snprintf(s->ifname, sizeof(s->ifname), "%s", c->ifname);
		s->profile = config_ppp_find(p->engine->config, c->ppp);
		s->persist = c->persist;
		s->redial_min_ms = c->redial_min_ms;
		s->redial_max_ms = c->redial_max_ms;
	}
	return 0;
}

struct peer *peer_new(struct engine *e, const char *name, const char *server)
{
	const struct config_lac *lac = server ? NULL : config_lac_find(e->config, name);
	struct peer *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->engine = e;
	snprintf(p->name, sizeof(p->name), "%s", name);
	p->prev = e->peers ? e->peers_end : &e->peers;
	*p->prev = p;
	e->peers_end = &p->next;
	p->port = L2TP_PORT;
	p->version = 2;
	p->ephemeral = true;
	p->origin = server ? PEER_ADDED : PEER_CONFIGURED;
	peer_defaults(&p->cfg);
	if (lac) {
		p->port = lac->port;
		p->source = lac->source;
		p->ephemeral = lac->ephemeral;
		p->cfg = lac->tunnel;
		p->resolve_ms = lac->resolve_ms;
		p->version = lac->version == CONFIG_VERSION_2 ? 2 : 3;
		p->fallback = lac->version == CONFIG_VERSION_AUTO;
		server = lac->server;
	}
	p->server = strdup(server ? server : "");
	if (p->server && (!lac || add_configured_sessions(p, lac) == 0))
		return p;
	peer_remove(p, NULL);
	return NULL;
}

static void free_session(struct peer_session *s)
{
	loop_timer_stop(&s->redial);
	lcce_session_free(s);
	free(s->user);
	free(s->called_number);
	free(s->calling_number);
	free(s);
}

static void free_peer(struct peer *p)
{
	loop_timer_stop(&p->resolve_timer);
	*p->prev = p->next;
	if (p->next)
		p->next->prev = p->prev;
	else
		p->engine->peers_end = p->prev;
	while (p->sessions) {
		struct peer_session *s = p->sessions;

		p->sessions = s->next;
		free_session(s);
	}
	secret_clear(&p->secret);
	secret_clear(&p->old_secret);
	lcce_free(p);
	free(p->hostname);
	free(p->server);
	free(p);
}

static void forget(struct peer_session *s)
{
	struct aaa_remember body = { 0 };

	if (!s->remembered)
		return;
	s->remembered = false;
	memcpy(body.lac, s->peer->name, sizeof(body.lac));
	memcpy(body.session, s->name, sizeof(body.session));
	channel_event(&s->peer->engine->aaa, AAA_FORGET, &body, sizeof(body), NULL, 0);
}

static void collect(void *arg)
{
	struct peer *p = arg;
	struct peer_session **at = &p->sessions;

	while (*at) {
		struct peer_session *s = *at;

		if (s->removed && !s->call && !s->dial && !s->asking) {
			*at = s->next;
			free_session(s);
		} else {
			at = &s->next;
		}
	}
	p->refs--;
	/* A dialled peer goes with its last session. */
	if (p->origin == PEER_DIALLED && !p->sessions)
		p->removed = true;
	if (p->removed && !p->sessions && !p->tunnel && !p->refs)
		free_peer(p);
}

void peer_collect(struct peer *p)
{
	p->refs++;
	engine_defer(p->engine, collect, p);
}

void peer_hold(struct peer *p)
{
	p->refs++;
}

void peer_release(struct peer *p)
{
	p->refs--;
	peer_collect(p);
}

struct peer_session *peer_session_new(struct peer *p, const char *name)
{
	struct peer_session *s = calloc(1, sizeof(*s)), **at = &p->sessions;

	if (!s)
		return NULL;
	s->peer = p;
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->redial_min_ms = 1000;
	s->redial_max_ms = 300000;
	while (*at)
		at = &(*at)->next;
	*at = s;
	return s;
}

struct peer_session *peer_session_find(struct peer *p, const char *name)
{
	struct peer_session *s = p->sessions;

	while (s && (s->removed || strcmp(s->name, name) != 0))
		s = s->next;
	return s;
}

static void session_ends(struct peer_session *s)
{
	/* At once: another of its name may come before its call has ended. */
	forget(s);
	if (!s->removed)
		lcce_session_forget(s);
	s->removed = true;
	s->wanted = false;
	loop_timer_stop(&s->redial);
}

void peer_session_remove(struct peer_session *s, const struct l2tp_cause *cause)
{
	session_ends(s);
	if (s->call)
		call_close(s->call, cause);
	peer_collect(s->peer);
}

void peer_remove(struct peer *p, const struct l2tp_cause *cause)
{
	p->removed = true;
	loop_timer_stop(&p->resolve_timer);
	for (struct peer_session *s = p->sessions; s; s = s->next)
		session_ends(s);
	if (p->tunnel)
		tunnel_close(p->tunnel, cause);
	peer_collect(p);
}

void peers_free(struct engine *e)
{
	while (e->peers)
		free_peer(e->peers);
}

/* ---- opening the tunnel ---- */

static void attempt_failed(struct peer *p, const char *reason)
{
	p->state = PEER_IDLE;
	peer_tunnel_down(p, reason);
}

static bool anybody_waits(const struct peer *p)
{
	for (const struct peer_session *s = p->sessions; s; s = s->next)
		if (s->wanted)
			return true;
	return false;
}

static void open_socket(struct peer *p);

static void open_tunnel(struct peer *p, int fd, uint32_t id, const struct addr *local)
{
	struct engine *e = p->engine;
	const struct addr *peer = &p->addresses[p->address_next];
	struct l2tp_tunnel_config cfg;
	struct l2tp_tunnel *core;
	struct sock *s;
	char why[96];
	int err = -ENOMEM;

	if (p->encap == DP_ENCAP_UDP && path_is_taken(e, local, peer)) {
		close(fd);
		attempt_failed(p, "another tunnel has the same addresses and ports, which this kernel "
			       "cannot tell apart; use source-port = \"ephemeral\"");
		return;
	}
	s = sock_new(e, fd, local, peer);

	if (p->version == 3) {
		lcce_config_fill(e, &cfg, p);
		cfg.fallback = p->fallback;
	} else {
		tunnel_config_fill(e, &cfg, &p->cfg, &p->secret);
	}
	if (s && sock_start(s)) {
		sock_free(s);
		s = NULL;
	}
	core = s ? l2tp_tunnel_open(e->core, engine_now(e), &cfg, local, peer, s->fd, id, &err) : NULL;
	secret_clear(&cfg.secret);
	secret_clear(&cfg.old_secret);
	p->tunnel = core ? tunnel_new(e, core) : NULL;
	if (!p->tunnel) {
		sock_free(s);
		snprintf(why, sizeof(why), "no tunnel can be opened: %s", err == -ENOSPC ?
			 "the limit of tunnels is reached" : strerror(-err));
		attempt_failed(p, why);
		return;
	}
	p->tunnel->sock = s;
	p->tunnel->peer = p;
	p->state = PEER_CONNECTING;
	if (p->encap == DP_ENCAP_UDP)
		path_take(p->tunnel, local, peer);
}

struct socket_request { struct peer *peer; uint32_t id; };

static void release_socket(struct engine *e, uint32_t id)
{
	struct monitor_tunnel_id body = { .tunnel_id = id };

	channel_event(&e->monitor, MONITOR_SOCKET_CLOSE, &body, sizeof(body), NULL, 0);
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
	engine_settle(p->engine);
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
		snprintf(why, sizeof(why), "the kernel did not take its IPsec policy: %s", strerror(-result));
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
	engine_settle(p->engine);
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

static void guard_socket(struct peer *p, int fd, uint32_t id, const struct addr *local)
{
	struct ipsec_flow flow = ipsec_flow_of(local, &p->addresses[p->address_next]);
	struct guarded_socket *g = malloc(sizeof(*g));

	peer_hold(p);
	if (!g) {
		close(fd);
		release_socket(p->engine, id);
		attempt_failed(p, "out of memory");
		peer_release(p);
		return;
	}
	*g = (struct guarded_socket){ .peer = p, .fd = fd, .id = id, .local = *local };
	if (ipsec_ask(p->engine, &flow, p->lcce->ipsec_connection, on_ipsec, g))
		guarded_end(g, "IPsec is required, and the aaa process, which asks strongSwan, is not there");
}

static void on_socket(void *arg, int result, struct ipc_message *m)
{
	struct socket_request *r = arg;
	struct peer *p = r->peer;
	const struct monitor_socket_reply *reply = m ? ipc_body(m, struct monitor_socket_reply) : NULL;
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);
	char text[ADDR_STRLEN], why[160];

	if (result == -EEXIST && !p->removed && p->id_tries++ < ID_TRIES) {
		open_socket(p);
	} else if (fd < 0 || !reply) {
		snprintf(why, sizeof(why), "no socket to %s: %s",
			 addr_format_port(&p->addresses[p->address_next], text), strerror(-result));
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
	engine_settle(p->engine);
}

/* Of 16 bits for version 2, and for those who may come to speak it. */
static uint32_t pick_id(const struct peer *p)
{
	uint32_t id;

	do {
		engine_random(NULL, &id, sizeof(id));
		if (p->version == 2 || p->fallback)
			id &= UINT16_MAX;
	} while (id == 0 || l2tp_tunnel_find(p->engine->core, id));
	return id;
}

static void open_socket(struct peer *p)
{
	struct monitor_socket body = {
		.version = p->version, .encap = p->encap, .peer = p->addresses[p->address_next],
	};
	struct socket_request *r = malloc(sizeof(*r));
	int err = -ENOMEM;

	p->state = PEER_OPENING;
	body.local = p->source;
	body.local.family = body.peer.family;
	body.local.port = p->ephemeral || p->encap == DP_ENCAP_IP ? 0 : L2TP_PORT;
	body.tunnel_id = pick_id(p);
	if (r) {
		*r = (struct socket_request){ p, body.tunnel_id };
		err = channel_request(&p->engine->monitor, MONITOR_SOCKET, &body, sizeof(body), NULL, 0, on_socket, r);
	}
	if (!err) {
		p->refs++;
		return;
	}
	free(r);
	attempt_failed(p, strerror(-err));
}

void peer_set_addresses(struct peer *p, const struct aaa_resolve_reply *r)
{
	p->address_n = r->count;
	memcpy(p->addresses, r->address, r->count * sizeof(*r->address));
	for (unsigned int i = 0; i < p->address_n; i++)
		p->addresses[i].port = p->port;
	/* The attempt after a failed one takes the next address. */
	p->address_next %= p->address_n;
}

static void on_resolved(void *arg, int result, struct ipc_message *m)
{
	struct peer *p = arg;
	const struct aaa_resolve_reply *r = m ? ipc_body(m, struct aaa_resolve_reply) : NULL;
	char why[300];

	if (p->removed || !anybody_waits(p) || p->engine->stopping) {
		p->state = PEER_IDLE;
	} else if (result || !r || !r->count || r->count > AAA_RESOLVE_MAX) {
		snprintf(why, sizeof(why), "%s cannot be resolved: %.120s", p->server,
			 r && r->error[0] ? r->error : strerror(result ? -result : ENOENT));
		attempt_failed(p, why);
	} else {
		peer_set_addresses(p, r);
		p->id_tries = 0;
		open_socket(p);
	}
	peer_release(p);
	engine_settle(p->engine);
}

static void resolve(struct peer *p)
{
	struct aaa_resolve body = { .family = p->source.family };
	int err;

	p->state = PEER_RESOLVING;
	snprintf(body.name, sizeof(body.name), "%s", p->server);
	err = channel_request(&p->engine->aaa, AAA_RESOLVE, &body, sizeof(body), NULL, 0, on_resolved, p);
	if (err)
		attempt_failed(p, "the aaa process, which resolves names, is not there");
	else
		p->refs++;
}

static void connect_peer(struct peer *p)
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

/* ---- calls over it ---- */

static void place_call(struct peer_session *s)
{
	struct peer *p = s->peer;
	struct engine *e = p->engine;
	struct l2tp_call_params params = { .framing_type = 1, .tx_connect_speed = 1000000000,
					   .bearer_type = 0, .has_bearer_type = true };
	struct pseudowire *w = NULL;
	struct l2tp_session *core;
	int err = -ENOMEM;

	if (s->call || !s->wanted || e->stopping || !p->tunnel || !p->tunnel->core || p->tunnel->down ||
	    p->tunnel->closing)
		return;
	params.sequencing_required = p->cfg.sequencing;
	if (s->called_number)
		snprintf(params.called_number, sizeof(params.called_number), "%s", s->called_number);
	if (s->calling_number)
		snprintf(params.calling_number, sizeof(params.calling_number), "%s", s->calling_number);
	if (l2tp_tunnel_version(p->tunnel->core) == 3) {
		w = pw_new(s->pw, p->cfg.sequencing);
		if (!w)
			return;
		pw_params(w, s, &params);
	}
	core = l2tp_session_open(p->tunnel->core, engine_now(e), L2TP_CALL_LAC_INCOMING, &params, &err);
	s->call = core ? call_new(p->tunnel, core) : NULL;
	/* without memory for it, the core's setup timer ends the call */
	if (s->call && w && pw_give(s->call, w) == 0)
		w = NULL;
	if (!s->call) {
		free(w);
		peer_session_failed(s, err == -ENOSPC ? "the limit of sessions is reached" : strerror(-err));
		return;
	}
	s->call->wanted = s;
	s->call->profile = s->profile;
	s->call->sequencing = p->cfg.sequencing;
	s->wanted = false;
}

static void do_place_all(void *arg)
{
	struct peer *p = arg;

	for (struct peer_session *s = p->sessions; s; s = s->next)
		if (s->wanted)
			place_call(s);
	p->refs--;
	peer_collect(p);
}

static void place_later(struct peer *p)
{
	p->refs++;
	engine_defer(p->engine, do_place_all, p);
}

void peer_session_want(struct peer_session *s)
{
	struct peer *p = s->peer;

	if (s->removed || s->call || p->engine->stopping)
		return;
	s->wanted = true;
	switch (p->state) {
	case PEER_IDLE:
		/* A tunnel that is going down lets go of the peer first. */
		if (!p->tunnel)
			connect_peer(p);
		return;
	case PEER_UP:
		place_later(p);
		return;
	case PEER_RESOLVING:
	case PEER_OPENING:
	case PEER_CONNECTING:
		return;		/* it comes along when the tunnel is up */
	}
}

void peer_tunnel_up(struct peer *p)
{
	p->state = PEER_UP;
	p->last_error[0] = '\0';
	place_later(p);
	follow_name(p);
}

void peer_tunnel_down(struct peer *p, const char *reason)
{
	bool was_up = p->state == PEER_UP;

	p->state = PEER_IDLE;
	p->tunnel = NULL;
	follow_name(p);
	snprintf(p->last_error, sizeof(p->last_error), "%s", reason);
	if (!was_up && p->address_n)
		p->address_next = (p->address_next + 1) % p->address_n;
	for (struct peer_session *s = p->sessions, *next; s; s = next) {
		next = s->next;
		if (s->wanted)
			peer_session_failed(s, reason);
	}
	peer_collect(p);
}
