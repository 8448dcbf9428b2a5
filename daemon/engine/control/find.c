/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels and sessions by the names and ids that a command gives. */
#include "engine/control/find.h"

#include <stdlib.h>
#include <string.h>

#include "engine/control/reply.h"
#include "engine/engine.h"
#include "engine/l2tp/session.h"
#include "engine/peers/peer.h"

struct tunnel *find_tunnel(struct control *c, const char *wanted)
{
	struct peer *p = peer_find(c->engine, wanted);
	unsigned long id;
	char *rest;

	if (p)
		return p->tunnel;
	id = strtoul(wanted, &rest, 10);
	if (*rest || id == 0 || id > UINT32_MAX)
		return NULL;
	return tunnel_find(c->engine, (uint32_t)id);
}

struct peer_session *find_peer_session(struct control *c, const char *tunnel,
				       const char *name, bool *many)
{
	struct peer_session *found = NULL;

	*many = false;
	for (struct peer *p = c->engine->peers->first; p; p = p->next) {
		struct peer_session *s;

		if (tunnel && strcmp(p->name, tunnel) != 0)
			continue;
		s = peer_session_find(p, name);
		if (s && found)
			*many = true;
		if (s)
			found = s;
	}
	return *many ? NULL : found;
}

struct link *find_link(struct control *c, const char *tunnel,
		       const char *session)
{
	struct tunnel *t = tunnel ? find_tunnel(c, tunnel) : NULL;
	struct l2tp_session *core;
	struct session *s;
	unsigned long id;
	char *rest;

	id = strtoul(session, &rest, 10);
	if (!t || !t->core || *rest || id == 0 || id > UINT32_MAX)
		return NULL;
	core = l2tp_session_find(t->core, (uint32_t)id);
	s = core ? l2tp_session_user(core) : NULL;
	return s ? &s->link : NULL;
}

void find_failed(struct control *c, const char *tunnel, const char *session,
		 bool many)
{
	if (many)
		control_error(c,
			      "several tunnels have a session \"%s\": name the "
			      "tunnel too",
			      session);
	else if (tunnel)
		control_error(c, "there is no session \"%s\" in tunnel \"%s\"",
			      session, tunnel);
	else
		control_error(c,
			      "there is no session \"%s\"; a session that has "
			      "no name needs its tunnel too",
			      session);
}
