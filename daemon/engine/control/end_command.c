/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that end tunnels, sessions and users' calls. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/control/commands.h"
#include "engine/control/family.h"
#include "engine/control/reply.h"
#include "engine/control/walk.h"
#include "engine/engine.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/session.h"
#include "engine/peers/peer.h"
#include "engine/peers/redial.h"
#include "engine/service/subscriber.h"
#include "lib/log.h"

/* Finds by name or, for those that others opened, by id. */
static struct tunnel *find_tunnel(struct control *c, const char *wanted)
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

void delete_tunnel(struct control *c)
{
	const char *wanted = control_text_arg(c, "tunnel");
	struct cause cause =
		cause_make(CAUSE_ADMINISTRATIVE, "deleted by the operator");
	struct peer *p = wanted ? peer_find(c->engine, wanted) : NULL;
	struct tunnel *t = wanted ? find_tunnel(c, wanted) : NULL;

	if (!wanted) {
		control_error(c, "delete tunnel needs a tunnel: its name or "
				 "its id");
		return;
	}
	if (!p && !t) {
		family_no_tunnel(c, wanted, "", "delete tunnel static");
		return;
	}
	if (!p)
		p = peer_of(t);
	for (struct session *s = t ? t->sessions : NULL; s; s = s->next)
		subscriber_set_end(&s->link, SERVICE_END_ADMIN_RESET);
	if (p)
		peer_remove(p, &cause);
	else
		tunnel_close(t, &cause);
	control_end(c);
}

/* ---- sessions ---- */

/* By name in one peer or all; *many when the name is not unique. */
static struct peer_session *find_wanted(struct control *c, const char *tunnel,
					const char *name, bool *many)
{
	struct peer_session *found = NULL;

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
	return found;
}

/* By the name of its interface; an interface has one session only. */
static struct link *find_by_interface(struct control *c, const char *name)
{
	struct l2tp_endpoint *all = c->engine->l2tp->core;
	struct l2tp_tunnel *t = l2tp_tunnel_next(all, 0);

	for (; t; t = l2tp_tunnel_next(all, (uint64_t)l2tp_tunnel_id(t) + 1)) {
		struct l2tp_session *s = l2tp_session_next(t, 0);

		for (; s;
		     s = l2tp_session_next(t,
					   (uint64_t)l2tp_session_id(s) + 1)) {
			struct session *own = l2tp_session_user(s);

			if (own && walk_is_interface(own, name))
				return &own->link;
		}
	}
	return NULL;
}

static void refuse_session(struct control *c, const char *tunnel,
			   const char *session)
{
	if (tunnel && !find_tunnel(c, tunnel) && !peer_find(c->engine, tunnel))
		family_no_tunnel(c, tunnel, "", "delete session static");
	else if (tunnel)
		control_error(c, "there is no session \"%s\" in tunnel \"%s\"",
			      session, tunnel);
	else if (registry_by_name(c->engine, session))
		control_error(c,
			      "there is no session \"%s\", but a user; use "
			      "clear user",
			      session);
	else
		control_error(c,
			      "there is no session \"%s\"; one that has no "
			      "name is named by its interface, or by its "
			      "tunnel and its id",
			      session);
}

static struct link *find_link(struct control *c, const char *tunnel,
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

void delete_session(struct control *c)
{
	const char *tunnel = control_text_arg(c, "tunnel"),
		   *session = control_text_arg(c, "session");
	struct cause cause =
		cause_make(CAUSE_ADMINISTRATIVE, "deleted by the operator");
	struct peer_session *s;
	struct link *link;
	bool many = false;

	if (!session) {
		control_error(c, "delete session needs a session: its name, or "
				 "with tunnel its id");
		return;
	}
	s = find_wanted(c, tunnel, session, &many);
	if (many) {
		control_error(c,
			      "several tunnels have a session \"%s\": name the "
			      "tunnel too",
			      session);
		return;
	}
	link = s      ? s->link :
	       tunnel ? find_link(c, tunnel, session) :
			find_by_interface(c, session);
	if (link)
		subscriber_set_end(link, SERVICE_END_ADMIN_RESET);
	if (s) {
		peer_session_remove(s, &cause);
	} else if (link) {
		/* Deleted is deleted: it is not dialled again. */
		if (redial_session(link))
			peer_session_remove(redial_session(link), &cause);
		else
			link_close(link, &cause);
	} else {
		refuse_session(c, tunnel, session);
		return;
	}
	control_end(c);
}

/* ---- users ---- */

void clear_user(struct control *c)
{
	const char *user = control_text_arg(c, "user");
	struct cause cause =
		cause_make(CAUSE_ADMINISTRATIVE, "cleared by the operator");
	struct link **links = NULL;
	size_t n = 0;

	if (!user) {
		control_error(c, "clear user needs the user's name");
		return;
	}
	for (struct subscriber *s = registry_by_name(c->engine, user); s;
	     s = registry_next_of_name(s))
		n += !s->leaving;
	if (!n) {
		control_error(c, "there is no user \"%s\" with a session",
			      user);
		return;
	}
	links = calloc(n, sizeof(struct link *));
	if (!links) {
		control_error(c, "l2tpd is out of memory");
		return;
	}
	/*
	 * Closing one may end it, and take it out of the list that is walked.
	 */
	n = 0;
	for (struct subscriber *s = registry_by_name(c->engine, user); s;
	     s = registry_next_of_name(s)) {
		if (s->leaving)
			continue;
		link_hold(s->link);
		links[n++] = s->link;
	}
	for (size_t i = 0; i < n; i++) {
		subscriber_set_end(links[i], SERVICE_END_ADMIN_RESET);
		link_close(links[i], &cause);
		link_release(links[i]);
	}
	free(links);
	log_notice("user \"%s\": %zu session%s cleared by the operator", user,
		   n, n == 1 ? " is" : "s are");
	control_record(c, json_pack("{s:o, s:i}", "user", control_text(user),
				    "sessions", (int)n));
	control_end(c);
}
