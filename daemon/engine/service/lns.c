/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels and calls of the lns sections. */
#include "engine/service/lns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/l2tp/pw.h"
#include "engine/l2tp/session.h"
#include "engine/link/ppp.h"
#include "engine/peers/configure.h"
#include "engine/service/setup.h"
#include "lib/hash.h"
#include "lib/log.h"

#define OLD_PEERS 256 /* a power of two */

struct lns {
	/* by index of the section */
	struct secret *secrets, *old_secrets;
	/*
	 * Of whom it is known that they have the old secret: a hash of address
	 * and host name, in its place. One that is forgotten is refused once
	 * more.
	 */
	uint64_t old_peers[OLD_PEERS];
	uint32_t *tunnels;	   /* that each has */
	struct setup_count *setup; /* calls of each, and of all */
	struct setup_count all_setup;
};

int lns_start(struct engine *e)
{
	e->lns = calloc(1, sizeof(*e->lns));
	if (!e->lns)
		return -ENOMEM;
	e->lns->secrets =
		calloc(e->config->lns_n + 1, sizeof(*e->lns->secrets));
	e->lns->old_secrets =
		calloc(e->config->lns_n + 1, sizeof(*e->lns->old_secrets));
	e->lns->tunnels =
		calloc(e->config->lns_n + 1, sizeof(*e->lns->tunnels));
	e->lns->setup = calloc(e->config->lns_n + 1, sizeof(*e->lns->setup));
	return e->lns->secrets && e->lns->old_secrets && e->lns->tunnels &&
			       e->lns->setup ?
		       0 :
		       -ENOMEM;
}

void lns_free(struct engine *e)
{
	struct lns *l = e->lns;

	if (!l)
		return;
	for (size_t i = 0; l->secrets && i < e->config->lns_n; i++)
		secret_clear(&l->secrets[i]);
	for (size_t i = 0; l->old_secrets && i < e->config->lns_n; i++)
		secret_clear(&l->old_secrets[i]);
	free(l->secrets);
	free(l->old_secrets);
	free(l->tunnels);
	free(l->setup);
	free(l);
	e->lns = NULL;
}

struct secret *lns_secret(struct engine *e, size_t i)
{
	return &e->lns->secrets[i];
}

struct secret *lns_old_secret(struct engine *e, size_t i)
{
	return &e->lns->old_secrets[i];
}

static size_t index_of(const struct engine *e, const struct config_lns *section)
{
	return (size_t)(section - e->config->lns);
}

/* ---- calls ---- */

static void established(struct link *l)
{
	const struct ppp_start how = { .caller = false };

	ppp_start(l, &how);
}

/* A call that is up: only its start was to be bounded. */
static const struct link_owner call_owner = { .established = established };

static struct setup_count *setup_of(const struct tunnel *t)
{
	return &t->engine->lns->setup[index_of(t->engine, t->owned_by)];
}

static void leave_setup(struct link *l)
{
	struct tunnel *t = session_of(l)->tunnel;

	setup_leave(t, t->owned_by, setup_of(t), &l->engine->lns->all_setup);
}

static void up(struct link *l)
{
	leave_setup(l);
	l->owner = &call_owner;
}

static void ended(struct link *l, const char *why)
{
	(void)why;
	leave_setup(l);
}

static const struct link_owner setup_owner = {
	.established = established,
	.up = up,
	.ended = ended,
};

static bool request(struct tunnel *t, struct session *s, struct cause *why)
{
	const struct config_lns *section = t->owned_by;

	if (l2tp_session_kind(s->core) != L2TP_CALL_LNS_INCOMING) {
		*why = cause_make(CAUSE_ADMINISTRATIVE,
				  "this end makes no calls for others");
		return false;
	}
	if (!setup_enter(t, section, setup_of(t), &t->engine->lns->all_setup,
			 why))
		return false;
	s->link.owner = &setup_owner;
	s->sequencing = section->tunnel.sequencing;
	if (l2tp_tunnel_version(t->core) == 3) {
		s->pw = pw_new(NULL, s->sequencing);
		if (!s->pw) {
			*why = cause_make(CAUSE_NO_RESOURCES, "out of memory");
			return false;
		}
	}
	s->link.profile = config_ppp_find(t->engine->config, section->ppp);
	return true;
}

/* ---- which secret a peer has ---- */

static uint64_t peer_key(const struct tunnel *t)
{
	const struct addr *a = l2tp_tunnel_peer(t->core);
	const char *name = l2tp_tunnel_peer_info(t->core)->hostname;
	uint64_t h = hash_fnv64(HASH_FNV64_START, a->ip, sizeof(a->ip));

	return hash_fnv64(h, name, strlen(name)) | 1;
}

static uint64_t *place_of(const struct tunnel *t, uint64_t key)
{
	return &t->engine->lns->old_peers[key / 2 % OLD_PEERS];
}

static bool has_old_secret(const struct tunnel *t)
{
	uint64_t key = peer_key(t);

	return *place_of(t, key) == key;
}

/*
 * Whom we answer has not shown which of two secrets it has. Who ends the tunnel
 * for our answer is answered with the other one the next time.
 */
static void note_secret(struct tunnel *t)
{
	const struct config_lns *section = t->owned_by;
	uint64_t key;

	if (!section->tunnel.old_secret_file || !t->core ||
	    !(t->up || t->refused))
		return;
	key = peer_key(t);
	if (t->up ? l2tp_tunnel_peer_info(t->core)->old_secret :
		    !has_old_secret(t))
		*place_of(t, key) = key;
	else if (has_old_secret(t))
		*place_of(t, key) = 0;
}

/* ---- tunnels ---- */

static void configure(struct tunnel *t, struct l2tp_tunnel_config *cfg)
{
	const struct config_lns *section = t->owned_by;

	tunnel_config_fill(
		t->engine, cfg, &section->tunnel,
		&t->engine->lns->secrets[index_of(t->engine, section)]);
	cfg->old_secret =
		t->engine->lns->old_secrets[index_of(t->engine, section)];
	cfg->prefer_old = has_old_secret(t);
	cfg->router_id = configure_router_id(t->engine->config);
	cfg->pseudowires[0] = L2TP_PW_PPP;
	/* 0 is the lcces' */
	cfg->group = (uint16_t)(1 + index_of(t->engine, section));
}

static const char *hostname(const struct tunnel *t)
{
	const struct config_lns *section = t->owned_by;

	return section->tunnel.hostname;
}

/*
 * It stays the section's until it is forgotten: its calls may still be ending.
 */
static void down(struct tunnel *t, const char *why)
{
	(void)why;
	note_secret(t);
	t->engine->lns->tunnels[index_of(t->engine, t->owned_by)]--;
}

static const struct tunnel_owner tunnel_owner = {
	.role = "lns",
	.hostname = hostname,
	.configure = configure,
	.down = down,
	.request = request,
};

uint32_t lns_calls_in_setup(const struct engine *e)
{
	return e->lns->all_setup.n;
}

const struct config_lns *lns_of(const struct tunnel *t)
{
	return t->owner == &tunnel_owner ? t->owned_by : NULL;
}

static bool is_full(const struct engine *e, const struct config_lns *section)
{
	return section->max_tunnels &&
	       e->lns->tunnels[index_of(e, section)] >= section->max_tunnels;
}

bool lns_take(struct tunnel *t)
{
	struct engine *e = t->engine;
	const struct config_lns *section =
		config_lns_match(e->config, l2tp_tunnel_peer(t->core),
				 l2tp_tunnel_peer_info(t->core)->hostname);
	char what[WHOSE_MAX];

	if (!section)
		return false;
	if (is_full(e, section)) {
		t->cause = cause_make(CAUSE_NO_RESOURCES,
				      "the limit of tunnels is reached");
		return true;
	}
	t->owner = &tunnel_owner;
	t->owned_by = (void *)(uintptr_t)section;
	e->lns->tunnels[index_of(e, section)]++;
	log_debug("%s: SCCRQ taken by lns \"%s\"",
		  tunnel_describe(t, what, sizeof(what)), section->name);
	return true;
}
