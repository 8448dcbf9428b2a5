/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peers and their sessions as objects: from sections of the configuration to
 * the last reference.
 */
#include "engine/peers/peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/l2tp/tunnel.h"
#include "engine/link/link.h"
#include "engine/tell.h"
#include "ipc/monitor.h"
#include "lib/config_key.h"

/* ---- peers ---- */

struct peer *peer_find(struct engine *e, const char *name)
{
	struct peer *p = e->peers->first;

	while (p && (p->removed || strcmp(p->name, name) != 0))
		p = p->next;
	return p;
}

const char *peer_kind(const struct peer *p)
{
	return p->lcce ? "lcce" : "lac";
}

struct peer *peer_of(const struct tunnel *t)
{
	return t->owner && t->owner->is_peer ? t->owned_by : NULL;
}

static void add_to_list(struct peer *p)
{
	struct peers *all = p->engine->peers;

	p->number = ++all->last_number;
	p->prev = all->end;
	*all->end = p;
	all->end = &p->next;
}

static void free_session(struct peer_session *s)
{
	loop_timer_stop(&s->redial);
	if (s->owns_section) {
		config_section_free(&config_section_session, s->cfg);
		config_section_free(&config_section_pw, s->pw);
	}
	free(s->user);
	free(s);
}

static void free_sessions(struct peer *p)
{
	while (p->sessions) {
		struct peer_session *s = p->sessions;

		p->sessions = s->next;
		free_session(s);
	}
}

static void free_peer(struct peer *p)
{
	loop_timer_stop(&p->resolve_timer);
	*p->prev = p->next;
	if (p->next)
		p->next->prev = p->prev;
	else
		p->engine->peers->end = p->prev;
	free_sessions(p);
	secret_clear(&p->secret);
	secret_clear(&p->old_secret);
	if (p->origin != PEER_CONFIGURED) {
		config_section_free(&config_section_lac, p->lac);
		config_section_free(&config_section_lcce, p->lcce);
	}
	free(p);
}

static struct peer *peer_new(struct engine *e, const char *name,
			     const char *server, bool owns)
{
	struct peer *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->engine = e;
	snprintf(p->name, sizeof(p->name), "%s", name);
	p->server = server ? server : "";
	p->origin = owns ? PEER_ADDED : PEER_CONFIGURED;
	return p;
}

/* It could not be made whole: what was taken over is the caller's again. */
static struct peer *discard(struct peer *p)
{
	free_sessions(p);
	free(p);
	return NULL;
}

static void set_way(struct peer *p, enum config_encap encap, uint16_t port,
		    const struct addr *source)
{
	p->encap = encap == CONFIG_ENCAP_IP ? DP_ENCAP_IP : DP_ENCAP_UDP;
	p->port = encap == CONFIG_ENCAP_IP ? 0 : port;
	p->source = *source;
}

struct peer *peer_new_lac(struct engine *e, const struct config_lac *l,
			  bool owns)
{
	struct peer *p = peer_new(e, l->name, l->server, owns);

	if (!p)
		return NULL;
	p->lac = l;
	p->cfg = &l->tunnel;
	set_way(p, l->encap, l->port, &l->source);
	p->ephemeral = l->ephemeral;
	p->answer_from = l->encap == CONFIG_ENCAP_IP ? CONFIG_ANSWER_PORT :
						       l->answer_from;
	p->resolve_ms = l->resolve_ms;
	p->version = l->version == CONFIG_VERSION_2 ? 2 : 3;
	p->fallback = l->version == CONFIG_VERSION_AUTO;
	for (size_t i = 0; i < l->sessions_n; i++)
		if (!peer_session_new(p, &l->sessions[i], false))
			return discard(p);
	add_to_list(p);
	return p;
}

struct peer *peer_new_lcce(struct engine *e, const struct config_lcce *l,
			   bool owns)
{
	struct peer *p = peer_new(e, l->name, l->remote, owns);

	if (!p)
		return NULL;
	p->lcce = l;
	p->cfg = &l->tunnel;
	set_way(p, l->encap, l->port, &l->source);
	p->ephemeral = l->ephemeral;
	/* what IPsec covers, and whom the section means, is this address */
	p->answer_from = CONFIG_ANSWER_PORT;
	p->resolve_ms = l->resolve_ms;
	p->version = 3;
	for (size_t i = 0; i < l->sessions_n; i++)
		if (!peer_session_new_pw(p, &l->sessions[i], false))
			return discard(p);
	add_to_list(p);
	return p;
}

int peers_start(struct engine *e, const struct peer_ops *ops)
{
	const struct config *c = e->config;

	e->peers = calloc(1, sizeof(*e->peers));
	if (!e->peers)
		return -ENOMEM;
	e->peers->ops = ops;
	e->peers->end = &e->peers->first;
	for (size_t i = 0; i < c->lac_n; i++)
		if (!peer_new_lac(e, &c->lac[i], false))
			return -ENOMEM;
	for (size_t i = 0; i < c->lcce_n; i++)
		if (!peer_new_lcce(e, &c->lcce[i], false))
			return -ENOMEM;
	return 0;
}

void peers_free(struct engine *e)
{
	if (!e->peers)
		return;
	while (e->peers->first)
		free_peer(e->peers->first);
	free(e->peers);
	e->peers = NULL;
}

static void collect(void *arg)
{
	struct peer *p = arg;
	struct peer_session **at = &p->sessions;

	while (*at) {
		struct peer_session *s = *at;

		if (s->removed && !s->link && !s->waiter && !s->asking) {
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
	if (turn_defer(&p->engine->turn, &p->collect_work, collect, p))
		p->refs++;
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

bool peer_has_address(const struct peer *p, const struct addr *from)
{
	for (unsigned int i = 0; i < p->address_n; i++)
		if (addr_equal_ip(&p->addresses[i], from))
			return true;
	return false;
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

/* ---- their sessions ---- */

static struct peer_session *session_new(struct peer *p, const char *name)
{
	struct peer_session *s = calloc(1, sizeof(*s)), **at = &p->sessions;

	if (!s)
		return NULL;
	s->peer = p;
	snprintf(s->name, sizeof(s->name), "%s", name);
	while (*at)
		at = &(*at)->next;
	*at = s;
	return s;
}

/* It is the last of the list, as it was made just now. */
static struct peer_session *discard_session(struct peer_session *s)
{
	struct peer_session **at = &s->peer->sessions;

	while (*at != s)
		at = &(*at)->next;
	*at = NULL;
	free_session(s);
	return NULL;
}

struct peer_session *peer_session_new(struct peer *p,
				      const struct config_session *c, bool owns)
{
	struct peer_session *s = session_new(p, c->name);

	if (!s)
		return NULL;
	if (c->user) {
		s->user = strdup(c->user);
		if (!s->user)
			return discard_session(s);
	}
	s->cfg = c;
	s->profile = config_ppp_find(p->engine->config, c->ppp);
	s->persist = c->persist;
	s->redial_min_ms = c->redial_min_ms;
	s->redial_max_ms = c->redial_max_ms;
	s->owns_section = owns;
	return s;
}

struct peer_session *peer_session_new_pw(struct peer *p,
					 const struct config_pw *pw, bool owns)
{
	struct peer_session *s = session_new(p, pw->name);

	if (!s)
		return NULL;
	s->pw = pw;
	s->persist = p->lcce->initiate;
	s->redial_min_ms = p->lcce->redial_min_ms;
	s->redial_max_ms = p->lcce->redial_max_ms;
	s->owns_section = owns;
	return s;
}

struct peer_session *peer_session_new_dialled(struct peer *p, const char *name,
					      const char *user)
{
	struct peer_session *s = session_new(p, name);

	if (!s)
		return NULL;
	if (user[0]) {
		s->user = strdup(user);
		if (!s->user)
			return discard_session(s);
	}
	s->once = true;
	return s;
}

struct peer_session *peer_session_find(struct peer *p, const char *name)
{
	struct peer_session *s = p->sessions;

	while (s && (s->removed || strcmp(s->name, name) != 0))
		s = s->next;
	return s;
}

/* The aaa process need not hold its password any more. */
static void forget_password(struct peer_session *s)
{
	struct aaa_remember body = { 0 };

	if (!s->remembered)
		return;
	s->remembered = false;
	memcpy(body.lac, s->peer->name, sizeof(body.lac));
	memcpy(body.session, s->name, sizeof(body.session));
	tell(&s->peer->engine->aaa, AAA_FORGET, &body, sizeof(body),
	     "the aaa process keeps the password of a session that is deleted");
}

/* The monitor need not know any more what its interface is to be. */
static void forget_pseudowire(struct peer_session *s)
{
	struct monitor_pw_name body = { 0 };

	if (!s->pw || !s->owns_section)
		return;
	memcpy(body.lcce, s->peer->name, sizeof(body.lcce));
	memcpy(body.session, s->name, sizeof(body.session));
	tell(&s->peer->engine->monitor, MONITOR_PW_DEL, &body, sizeof(body),
	     "the name of a session that is deleted stays taken");
}

static void session_ends(struct peer_session *s)
{
	/* At once: another of its name may come before its call has ended. */
	forget_password(s);
	if (!s->removed)
		forget_pseudowire(s);
	s->removed = true;
	s->wanted = false;
	loop_timer_stop(&s->redial);
}

void peer_session_remove(struct peer_session *s, const struct cause *cause)
{
	session_ends(s);
	if (s->link)
		link_close(s->link, cause);
	peer_collect(s->peer);
}

void peer_remove(struct peer *p, const struct cause *cause)
{
	p->removed = true;
	loop_timer_stop(&p->resolve_timer);
	for (struct peer_session *s = p->sessions; s; s = s->next)
		session_ends(s);
	if (p->tunnel)
		tunnel_close(p->tunnel, cause);
	peer_collect(p);
}
