/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that end tunnels, sessions and users' calls. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/control/commands.h"
#include "engine/control/family.h"
#include "engine/control/find.h"
#include "engine/control/reply.h"
#include "engine/control/walk.h"
#include "engine/engine.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/session.h"
#include "engine/peers/peer.h"
#include "engine/peers/redial.h"
#include "engine/service/subscriber.h"
#include "lib/log.h"

/*
 * What the configuration has is back with the next start, and who meant to stop
 * it for a while is told how.
 */
static void note_configured(struct control *c, const char *kind,
			    const char *name, bool configured)
{
	char note[2 * CONFIG_NAME_MAX + 200];

	if (!configured)
		return;
	snprintf(note, sizeof(note),
		 "%s \"%s\" is of the configuration: it is gone until l2tpd "
		 "starts again; to keep it from calling for a while use "
		 "\"disable %s\", to call anew \"redial %s\"",
		 kind, name, kind, kind);
	control_record(c, json_pack("{s:s, s:s}", kind, name, "note", note));
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
	if (p)
		note_configured(c, "tunnel", p->name,
				p->origin == PEER_CONFIGURED);
	control_end(c);
}

/* ---- sessions ---- */

static bool is_configured(const struct peer_session *s)
{
	return s->peer->origin == PEER_CONFIGURED && !s->owns_section &&
	       !s->once;
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

void delete_session(struct control *c)
{
	const char *tunnel = control_text_arg(c, "tunnel"),
		   *session = control_text_arg(c, "session");
	struct cause cause =
		cause_make(CAUSE_ADMINISTRATIVE, "deleted by the operator");
	struct peer_session *s;
	struct link *link;
	bool many;

	if (!session) {
		control_error(c, "delete session needs a session: its name, or "
				 "with tunnel its id");
		return;
	}
	s = find_peer_session(c, tunnel, session, &many);
	link = s      ? s->link :
	       many   ? NULL :
	       tunnel ? find_link(c, tunnel, session) :
			find_by_interface(c, session);
	if (!s && !link && many) {
		find_failed(c, tunnel, session, many);
		return;
	}
	if (!s && !link) {
		refuse_session(c, tunnel, session);
		return;
	}
	if (link)
		subscriber_set_end(link, SERVICE_END_ADMIN_RESET);
	/* Deleted is deleted: one of ours is not dialled again. */
	if (!s)
		s = redial_session(link);
	if (s) {
		peer_session_remove(s, &cause);
		note_configured(c, "session", s->name, is_configured(s));
	} else {
		link_close(link, &cause);
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
