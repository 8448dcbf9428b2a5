/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that dial anew, stop for a while, and let go on. */
#include <string.h>

#include "engine/control/commands.h"
#include "engine/control/find.h"
#include "engine/control/reply.h"
#include "engine/engine.h"
#include "engine/l2tp/session.h"
#include "engine/peers/operator.h"
#include "engine/peers/peer.h"
#include "engine/peers/redial.h"
#include "engine/service/subscriber.h"
#include "lib/log.h"

/* ---- which ---- */

static struct peer *find_peer(struct control *c, const char *wanted)
{
	struct peer *p = peer_find(c->engine, wanted);
	struct tunnel *t = p ? NULL : find_tunnel(c, wanted);

	return t ? peer_of(t) : p;
}

/* NULL: an error was sent. */
static struct peer *wanted_peer(struct control *c, const char *verb)
{
	const char *wanted = control_text_arg(c, "tunnel");
	struct peer *p = wanted ? find_peer(c, wanted) : NULL;

	if (!wanted)
		control_error(c, "%s tunnel needs a tunnel: its name or its id",
			      verb);
	else if (!p && find_tunnel(c, wanted))
		control_error(
			c,
			"tunnel \"%s\" was opened by its peer, and is the "
			"peer's to dial; \"delete tunnel\" closes it",
			wanted);
	else if (!p)
		control_error(c, "there is no tunnel \"%s\"", wanted);
	else if (p->origin == PEER_DIALLED)
		control_error(
			c,
			"tunnel \"%s\" is a pppd's, which dials by itself: "
			"stop or start that pppd",
			p->name);
	else
		return p;
	return NULL;
}

/* By name or, in a tunnel, by id. NULL: an error was sent. */
static struct peer_session *wanted_session(struct control *c, const char *verb)
{
	const char *tunnel = control_text_arg(c, "tunnel"),
		   *session = control_text_arg(c, "session");
	struct peer_session *s;
	struct link *link;
	bool many;

	if (!session) {
		control_error(c,
			      "%s session needs a session: its name, or with "
			      "tunnel its id",
			      verb);
		return NULL;
	}
	s = find_peer_session(c, tunnel, session, &many);
	link = s || many ? NULL : find_link(c, tunnel, session);
	if (link)
		s = redial_session(link);
	if (!s && link)
		control_error(
			c,
			"session \"%s\" was opened by the peer, and is the "
			"peer's to dial; \"delete session\" closes it",
			session);
	else if (!s)
		find_failed(c, tunnel, session, many);
	else if (s->once)
		control_error(c,
			      "session \"%s\" is a pppd's, which dials by "
			      "itself: stop or start that pppd",
			      s->name);
	return s && !s->once ? s : NULL;
}

static bool calls(struct control *c, const struct peer *p)
{
	if (peer_is_called(p))
		return true;
	control_error(c,
		      "tunnel \"%s\" waits for its peer to call, so that this "
		      "end cannot dial it",
		      p->name);
	return false;
}

static bool is_enabled(struct control *c, const char *kind, const char *name,
		       bool disabled)
{
	if (disabled)
		control_error(
			c, "%s \"%s\" is disabled; \"enable %s %s\" dials it",
			kind, name, kind, name);
	return !disabled;
}

/* ---- what the accounting says of calls that end by this ---- */

static void end_session(const struct peer_session *s)
{
	if (s->link)
		subscriber_set_end(s->link, SERVICE_END_ADMIN_RESET);
}

static void end_sessions(const struct peer *p)
{
	for (const struct peer_session *s = p->sessions; s; s = s->next)
		end_session(s);
}

static void done(struct control *c, const char *what, const char *kind,
		 const char *name)
{
	log_notice("%s \"%s\" is %s by the operator", kind, name, what);
	control_end(c);
}

/* ---- redial ---- */

void redial_tunnel(struct control *c)
{
	struct peer *p = wanted_peer(c, "redial");

	if (!p || !calls(c, p) ||
	    !is_enabled(c, "tunnel", p->name, p->disabled))
		return;
	end_sessions(p);
	operator_redial_peer(p);
	done(c, "redialled", "tunnel", p->name);
}

void redial_call(struct control *c)
{
	struct peer_session *s = wanted_session(c, "redial");

	if (!s || !calls(c, s->peer) ||
	    !is_enabled(c, "tunnel", s->peer->name, s->peer->disabled) ||
	    !is_enabled(c, "session", s->name, s->disabled))
		return;
	end_session(s);
	operator_redial_session(s);
	done(c, "redialled", "session", s->name);
}

/* ---- disable, enable ---- */

void disable_tunnel(struct control *c)
{
	struct peer *p = wanted_peer(c, "disable");

	if (!p)
		return;
	end_sessions(p);
	operator_disable_peer(p);
	done(c, "disabled", "tunnel", p->name);
}

void disable_session(struct control *c)
{
	struct peer_session *s = wanted_session(c, "disable");

	if (!s)
		return;
	end_session(s);
	operator_disable_session(s);
	done(c, "disabled", "session", s->name);
}

void enable_tunnel(struct control *c)
{
	struct peer *p = wanted_peer(c, "enable");

	if (!p)
		return;
	if (!p->disabled) {
		control_error(c, "tunnel \"%s\" is not disabled", p->name);
		return;
	}
	operator_enable_peer(p);
	done(c, "enabled", "tunnel", p->name);
}

void enable_session(struct control *c)
{
	struct peer_session *s = wanted_session(c, "enable");

	if (!s)
		return;
	if (!s->disabled) {
		control_error(c, "session \"%s\" is not disabled%s%s", s->name,
			      s->peer->disabled ? ", but its tunnel is: enable "
						  "tunnel " :
						  "",
			      s->peer->disabled ? s->peer->name : "");
		return;
	}
	operator_enable_session(s);
	if (s->peer->disabled)
		control_record(c, json_pack("{s:s, s:s}", "session", s->name,
					    "note",
					    "its tunnel is disabled as well: "
					    "\"enable tunnel\" lets both go "
					    "on"));
	done(c, "enabled", "session", s->name);
}
