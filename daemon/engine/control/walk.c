/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a walk is, and what it looks for. */
#include "engine/control/walk.h"

#include <stdio.h>
#include <string.h>

#include "engine/control/reply.h"
#include "engine/engine.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/tunnel.h"
#include "engine/l2tp/pw.h"
#include "engine/l2tp/session.h"
#include "engine/peers/peer.h"

void walk_start(struct control *c, void (*produce)(struct control *))
{
	c->next_tunnel = c->next_session = 0;
	c->tunnels_done = false;
	c->walked_peer = 0;
	c->place = 0;
	c->found = 0;
	c->produce = produce;
}

void walk_finish(struct control *c, const char *what, const char *wanted)
{
	if (wanted && !c->found)
		control_error(c, "there is no %s \"%s\"", what, wanted);
	else
		control_end(c);
}

/* By number, so that none is left out or told twice when others go. */
struct peer *walk_peer(struct control *c)
{
	struct peer *p = c->engine->peers->first;

	while (p && p->number <= c->walked_peer)
		p = p->next;
	if (p)
		c->walked_peer = p->number;
	return p;
}

bool walk_wants(const char *wanted, const char *name, uint32_t id)
{
	char text[16];

	if (!wanted)
		return true;
	if (name && name[0] && strcmp(wanted, name) == 0)
		return true;
	snprintf(text, sizeof(text), "%u", id);
	return id && strcmp(wanted, text) == 0;
}

bool walk_has_tunnel(struct engine *e, const char *wanted)
{
	const struct l2tp_tunnel *core;
	uint64_t next = 0;

	if (peer_find(e, wanted))
		return true;
	while ((core = l2tp_tunnel_next(e->l2tp->core, next))) {
		const struct tunnel *t = l2tp_tunnel_user(core);

		next = (uint64_t)l2tp_tunnel_id(core) + 1;
		if (walk_wants(wanted, t ? tunnel_name(t) : NULL,
			       l2tp_tunnel_id(core)))
			return true;
	}
	return false;
}

bool walk_is_interface(const struct session *s, const char *name)
{
	const struct config_pw *given = s->pw ? s->pw->config : NULL;

	if (s->link.ifname[0] && strcmp(name, s->link.ifname) == 0)
		return true;
	return given && given->ifname && strcmp(name, given->ifname) == 0;
}
