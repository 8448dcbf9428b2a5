/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels and calls of the lns sections. */
#include "engine/service/lns.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/engine.h"
#include "engine/l2tp/pw.h"
#include "engine/l2tp/session.h"
#include "engine/link/ppp.h"
#include "engine/peers/configure.h"
#include "lib/log.h"

struct lns {
	struct secret *secrets; /* by index of the section */
	uint32_t *tunnels;	/* that each has */
};

int lns_start(struct engine *e)
{
	e->lns = calloc(1, sizeof(*e->lns));
	if (!e->lns)
		return -ENOMEM;
	e->lns->secrets =
		calloc(e->config->lns_n + 1, sizeof(*e->lns->secrets));
	e->lns->tunnels =
		calloc(e->config->lns_n + 1, sizeof(*e->lns->tunnels));
	return e->lns->secrets && e->lns->tunnels ? 0 : -ENOMEM;
}

void lns_free(struct engine *e)
{
	struct lns *l = e->lns;

	if (!l)
		return;
	for (size_t i = 0; l->secrets && i < e->config->lns_n; i++)
		secret_clear(&l->secrets[i]);
	free(l->secrets);
	free(l->tunnels);
	free(l);
	e->lns = NULL;
}

struct secret *lns_secret(struct engine *e, size_t i)
{
	return &e->lns->secrets[i];
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

static const struct link_owner call_owner = { .established = established };

static bool request(struct tunnel *t, struct session *s, struct cause *why)
{
	const struct config_lns *section = t->owned_by;

	if (l2tp_session_kind(s->core) != L2TP_CALL_LNS_INCOMING) {
		*why = cause_make(CAUSE_ADMINISTRATIVE,
				  "this end makes no calls for others");
		return false;
	}
	s->sequencing = section->tunnel.sequencing;
	if (l2tp_tunnel_version(t->core) == 3) {
		s->pw = pw_new(NULL, s->sequencing);
		if (!s->pw) {
			*why = cause_make(CAUSE_NO_RESOURCES, "out of memory");
			return false;
		}
	}
	s->link.profile = config_ppp_find(t->engine->config, section->ppp);
	s->link.owner = &call_owner;
	return true;
}

/* ---- tunnels ---- */

static void configure(struct tunnel *t, struct l2tp_tunnel_config *cfg)
{
	const struct config_lns *section = t->owned_by;

	tunnel_config_fill(
		t->engine, cfg, &section->tunnel,
		&t->engine->lns->secrets[index_of(t->engine, section)]);
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
	t->engine->lns->tunnels[index_of(t->engine, t->owned_by)]--;
}

static const struct tunnel_owner tunnel_owner = {
	.role = "lns",
	.hostname = hostname,
	.configure = configure,
	.down = down,
	.request = request,
};

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
	char what[160];

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
