/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * L2TPv3 tunnels and their pseudowires that are added by command, as if they
 * stood in lcce sections: they are the engine's, and go with it. Of a
 * pseudowire the monitor is told what its interface is to be.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/control/add.h"
#include "engine/control/commands.h"
#include "engine/control/family.h"
#include "engine/control/reply.h"
#include "engine/control/section.h"
#include "engine/engine.h"
#include "engine/peers/follow.h"
#include "engine/peers/peer.h"
#include "engine/peers/redial.h"
#include "ipc/monitor.h"
#include "lib/config_check.h"

/* ---- tunnels ---- */

static int check_tunnel(struct check *ch, const void *l)
{
	return config_check_lcce(ch, l);
}

static bool read_tunnel(struct control *c, struct config_lcce *l)
{
	if (!section_take_name(c, "name", l->name))
		return false;
	if (!l->name[0]) {
		control_error(c, "add tunnel lcce needs a name");
		return false;
	}
	return section_take(c, &config_section_lcce, NULL, l) &&
	       section_check(c, NULL, check_tunnel, l) &&
	       add_name_is_free(c, l->name);
}

/* Takes l over when it succeeds; else an error was sent. */
static struct peer *new_peer(struct control *c, struct config_lcce *l)
{
	struct secret secret = { 0 }, old_secret = { 0 };
	struct peer *p = NULL;

	if (!read_tunnel(c, l) || !add_secret(c, "secret", &secret) ||
	    !add_secret(c, "old_secret", &old_secret))
		goto out;
	p = peer_new_lcce(c->engine, l, true);
	if (p) {
		p->secret = secret;
		p->old_secret = old_secret;
	} else {
		control_error(c, "l2tpd is out of memory");
	}
out:
	secret_clear(&secret);
	secret_clear(&old_secret);
	return p;
}

void add_lcce_tunnel(struct control *c)
{
	struct config_lcce *l = calloc(1, sizeof(*l));
	struct peer *p = l ? new_peer(c, l) : NULL;

	if (!l)
		control_error(c, "l2tpd is out of memory");
	if (p) {
		follow_name(p);
		add_tunnel_done(c, p);
		return;
	}
	config_section_free(&config_section_lcce, l);
}

/* ---- sessions ---- */

static struct peer *find_lcce(struct control *c)
{
	const char *tunnel = control_arg(c, "tunnel");
	struct peer *p = tunnel ? peer_find(c->engine, tunnel) : NULL;

	if (!tunnel)
		control_error(c, "add session lcce needs a tunnel: the name of "
				 "one of lcce");
	else if (!p)
		family_no_tunnel(c, tunnel, "; add it first",
				 "add session static");
	else if (!p->lcce)
		control_error(c,
			      "tunnel \"%s\" is to an LNS, and carries PPP; "
			      "use add session",
			      tunnel);
	return p && p->lcce ? p : NULL;
}

struct place {
	const struct peer *peer;
	const struct config_pw *pw;
};

/* Beside those that are there, of the configuration and of commands. */
static int check_session(struct check *ch, const void *arg)
{
	const struct place *at = arg;
	int err = config_check_pw(ch, at->pw);

	for (const struct peer_session *s = at->peer->sessions; s && !err;
	     s = s->next)
		if (!s->removed)
			err = config_check_pw_beside(ch, at->pw, s->pw);
	return err;
}

static bool read_session(struct control *c, struct peer *p,
			 struct config_pw *pw)
{
	const struct place at = { p, pw };

	return add_session_name(c, p, pw->name) &&
	       section_take(c, &config_section_pw, NULL, pw) &&
	       section_check(c, NULL, check_session, &at);
}

struct addition {
	struct control *control;
	struct peer_session *session;
};

static void on_added(void *arg, int result, struct ipc_message *m)
{
	struct addition *a = arg;
	struct control *c = a->control;
	struct peer_session *s = a->session;
	struct peer *p = s->peer;
	struct cause cause = cause_make(CAUSE_ADMINISTRATIVE,
					"it cannot be what was asked for");

	c->waiting = false;
	s->asking = false;
	if (result)
		peer_session_remove(s, &cause);
	else
		redial_begin(s);
	if (!c->over && result) {
		control_refused(c, result, m);
	} else if (!c->over) {
		add_session_done(c, s);
	}
	free(a);
	peer_release(p);
	control_resume(c);
	turn_settle(&c->engine->turn);
}

static struct monitor_pw_add request_of(const struct peer_session *s)
{
	const struct config_pw *pw = s->pw;
	struct monitor_pw_add r = {
		.type = pw->type,
		.vlan = pw->vlan,
		.mtu = pw->mtu,
		.has_mac = pw->has_mac,
	};

	memcpy(r.lcce, s->peer->name, sizeof(r.lcce));
	memcpy(r.session, s->name, sizeof(r.session));
	memcpy(r.mac, pw->mac, sizeof(r.mac));
	section_copy_word(r.ifname, pw->ifname);
	section_copy_word(r.bridge, pw->bridge);
	section_copy_word(r.vrf, pw->vrf);
	section_copy_word(r.circuit, pw->circuit);
	return r;
}

/* What the monitor hears of it later comes behind this. */
static void ask(struct control *c, struct peer_session *s)
{
	const struct cause not_added =
		cause_make(CAUSE_ADMINISTRATIVE, "the monitor was not asked");
	struct monitor_pw_add body = request_of(s);
	struct addition *a = malloc(sizeof(*a));

	if (a) {
		*a = (struct addition){ c, s };
		c->waiting = channel_request(&c->engine->monitor,
					     MONITOR_PW_ADD, &body,
					     sizeof(body), NULL, 0, on_added,
					     a) == 0;
	}
	if (c->waiting) {
		s->asking = true;
		peer_hold(s->peer);
		return;
	}
	free(a);
	peer_session_remove(s, &not_added);
	control_error(c, "l2tpd's monitor process does not answer");
}

/* Takes pw over when it succeeds; else an error was sent. */
static struct peer_session *new_session(struct control *c, struct peer *p,
					struct config_pw *pw)
{
	struct peer_session *s;

	if (!read_session(c, p, pw))
		return NULL;
	s = peer_session_new_pw(p, pw, true);
	if (!s)
		control_error(c, "l2tpd is out of memory");
	return s;
}

void add_lcce_session(struct control *c)
{
	struct peer *p = find_lcce(c);
	struct config_pw *pw = p ? calloc(1, sizeof(*pw)) : NULL;
	struct peer_session *s = pw ? new_session(c, p, pw) : NULL;

	if (!p)
		return;
	if (!pw)
		control_error(c, "l2tpd is out of memory");
	if (s) {
		ask(c, s);
		return;
	}
	config_section_free(&config_section_pw, pw);
}
