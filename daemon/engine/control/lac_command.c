/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels to an LNS and their sessions that are added by command, as if they
 * stood in lac sections: they are the engine's, and go with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/control/add.h"
#include "engine/control/commands.h"
#include "engine/control/family.h"
#include "engine/control/reply.h"
#include "engine/control/section.h"
#include "engine/engine.h"
#include "engine/peers/peer.h"
#include "engine/peers/redial.h"
#include "ipc/aaa.h"
#include "lib/config_check.h"

/* ---- tunnels ---- */

static const struct section_alias tunnel_words[] = {
	{ "server", "remote" },
	{ "source-address", "local" },
	{ "hide-avps", "hide" },
	{ NULL, NULL },
};

static int check_tunnel(struct check *ch, const void *l)
{
	return config_check_lac(ch, l);
}

/*
 * The name that it is given, or the next that is free. false: an error was
 * sent.
 */
static bool tunnel_name(struct control *c, char out[CONFIG_NAME_MAX])
{
	static unsigned int serial;

	if (!section_take_name(c, "name", out))
		return false;
	if (out[0])
		return add_name_is_free(c, out);
	do
		snprintf(out, CONFIG_NAME_MAX, "tunnel%u", ++serial);
	while (peer_find(c->engine, out));
	return true;
}

static bool read_tunnel(struct control *c, struct config_lac *l)
{
	if (!control_text_arg(c, "remote")) {
		control_error(c, "add tunnel needs remote: the name or address "
				 "of the LNS");
		return false;
	}
	return tunnel_name(c, l->name) &&
	       section_take(c, &config_section_lac, tunnel_words, l) &&
	       section_check(c, tunnel_words, check_tunnel, l);
}

/* Takes l over when it succeeds; else an error was sent. */
static struct peer *new_peer(struct control *c, struct config_lac *l)
{
	struct secret secret = { 0 };
	struct peer *p;

	if (!read_tunnel(c, l) || !add_secret(c, "secret", &secret))
		return NULL;
	p = peer_new_lac(c->engine, l, true);
	if (p)
		p->secret = secret;
	else
		control_error(c, "l2tpd is out of memory");
	secret_clear(&secret);
	return p;
}

void add_lac_tunnel(struct control *c)
{
	struct config_lac *l = calloc(1, sizeof(*l));
	struct peer *p = l ? new_peer(c, l) : NULL;

	if (!l)
		control_error(c, "l2tpd is out of memory");
	if (p) {
		add_tunnel_done(c, p);
		return;
	}
	config_section_free(&config_section_lac, l);
}

/* ---- sessions ---- */

static struct peer *find_lac(struct control *c)
{
	const char *tunnel = control_text_arg(c, "tunnel");
	struct peer *p = tunnel ? peer_find(c->engine, tunnel) : NULL;

	if (!tunnel)
		control_error(c, "add session needs a tunnel: its name");
	else if (!p)
		family_no_tunnel(c, tunnel,
				 " that this end opens; add it first",
				 "add session static");
	else if (p->lcce)
		control_error(c,
			      "tunnel \"%s\" is one of lcce, which carries "
			      "Ethernet; use add session lcce",
			      p->name);
	return p && p->lac ? p : NULL;
}

static int check_session(struct check *ch, const void *s)
{
	return config_check_session(ch, s);
}

static bool read_session(struct control *c, struct peer *p,
			 struct config_session *s)
{
	const char *ppp = control_text_arg(c, "ppp");

	if (!ppp || !config_ppp_find(c->engine->config, ppp)) {
		control_error(c,
			      ppp ? "there is no ppp section \"%s\" in the "
				    "configuration" :
				    "add session needs ppp: a ppp section of "
				    "the configuration",
			      ppp);
		return false;
	}
	if (!add_session_name(c, p, s->name) ||
	    !section_take(c, &config_section_session, NULL, s))
		return false;
	/* Who calls by hand does not expect to be called back. */
	s->persist = control_flag_arg(c, "persist");
	return section_check(c, NULL, check_session, s);
}

static bool password_fits(struct control *c, const char *password)
{
	if (!password || strlen(password) <= PPP_BLOB_MAX)
		return true;
	control_error(c, "the password is longer than %d bytes", PPP_BLOB_MAX);
	return false;
}

/*
 * The aaa process alone keeps it. It may have one of an engine before, which
 * must not serve another session of the same name.
 */
static int tell_password(struct peer_session *s, const char *password)
{
	struct aaa_remember body = { 0 };
	int err;

	memcpy(body.lac, s->peer->name, sizeof(body.lac));
	memcpy(body.session, s->name, sizeof(body.session));
	if (password) {
		body.secret.len = (uint16_t)strlen(password);
		memcpy(body.secret.secret, password, body.secret.len);
	}
	err = channel_event(&s->peer->engine->aaa,
			    password ? AAA_REMEMBER : AAA_FORGET, &body,
			    sizeof(body), NULL, 0);
	explicit_bzero(&body, sizeof(body));
	s->remembered = password && !err;
	return err;
}

/* What aaa has may be of another session: it goes again, with its section. */
static struct peer_session *not_told(struct control *c, struct peer_session *s)
{
	const struct cause cause =
		cause_make(CAUSE_ADMINISTRATIVE, "it has no password");

	control_error(c, "the aaa process, which keeps the passwords, cannot "
			 "be told; try again");
	s->owns_section = false; /* the caller's */
	peer_session_remove(s, &cause);
	return NULL;
}

/* Takes s over when it succeeds; else an error was sent. */
static struct peer_session *new_session(struct control *c, struct peer *p,
					struct config_session *s)
{
	const char *password = control_text_arg(c, "password");
	struct peer_session *session;

	if (!read_session(c, p, s) || !password_fits(c, password))
		return NULL;
	session = peer_session_new(p, s, true);
	if (!session)
		control_error(c, "l2tpd is out of memory");
	else if (tell_password(session, password))
		session = not_told(c, session);
	return session;
}

void add_lac_session(struct control *c)
{
	struct peer *p = find_lac(c);
	struct config_session *s = p ? calloc(1, sizeof(*s)) : NULL;
	struct peer_session *session = s ? new_session(c, p, s) : NULL;

	if (!p)
		return;
	if (!s)
		control_error(c, "l2tpd is out of memory");
	if (session) {
		redial_want(session);
		add_session_done(c, session);
		return;
	}
	config_section_free(&config_section_session, s);
}
