/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, secrets and replies of what a command adds. */
#include "engine/control/add.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/control/reply.h"
#include "engine/engine.h"
#include "engine/peers/peer.h"
#include "ipc/monitor.h"
#include "lib/config_key.h"

bool add_secret(struct control *c, const char *key, struct secret *s)
{
	const char *text = control_text_arg(c, key);
	int err = text ? secret_set(s, text, strlen(text)) : 0;

	if (err)
		control_error(c, "the secret is longer than %d bytes",
			      SECRET_MAX);
	return !err;
}

bool add_name_is_free(struct control *c, const char *name)
{
	if (!peer_find(c->engine, name))
		return true;
	control_error(c,
		      "there is a tunnel \"%s\" already; delete it, or choose "
		      "another name",
		      name);
	return false;
}

struct addition {
	struct control *control;
	struct peer *peer;
};

static void on_looked_up(void *arg, int result, struct ipc_message *m)
{
	struct addition *a = arg;
	struct control *c = a->control;
	struct peer *p = a->peer;
	struct cause cause = cause_make(CAUSE_ADMINISTRATIVE,
					"a static tunnel has its name");

	(void)m;
	c->waiting = false;
	if (result != -ENOENT)
		peer_remove(p, &cause);
	if (!c->over && result == -ENOENT) {
		control_record(c, json_pack("{s:s, s:s}", "tunnel", p->name,
					    "remote_name", p->server));
		control_end(c);
	} else if (!c->over && result) {
		control_error(c, "l2tpd's monitor process does not answer: %s",
			      strerror(-result));
	} else if (!c->over) {
		control_error(c,
			      "there is a static tunnel \"%s\" already; delete "
			      "it, or choose another name",
			      p->name);
	}
	free(a);
	peer_release(p);
	control_resume(c);
	turn_settle(&c->engine->turn);
}

void add_tunnel_done(struct control *c, struct peer *p)
{
	const struct cause not_added =
		cause_make(CAUSE_ADMINISTRATIVE, "the monitor was not asked");
	struct monitor_static_name body = { 0 };
	struct addition *a = malloc(sizeof(*a));

	memcpy(body.tunnel, p->name, sizeof(body.tunnel));
	if (a) {
		*a = (struct addition){ c, p };
		c->waiting = channel_request(&c->engine->monitor,
					     MONITOR_STATIC_FIND, &body,
					     sizeof(body), NULL, 0,
					     on_looked_up, a) == 0;
	}
	if (c->waiting) {
		peer_hold(p);
		return;
	}
	free(a);
	peer_remove(p, &not_added);
	control_error(c, "l2tpd's monitor process does not answer");
}

bool add_session_name(struct control *c, struct peer *p,
		      char out[CONFIG_NAME_MAX])
{
	static unsigned int serial;
	const char *name = control_text_arg(c, "name");

	if (!name) {
		do
			snprintf(out, CONFIG_NAME_MAX, "session%u", ++serial);
		while (peer_session_find(p, out));
		return true;
	}
	if (!config_name_ok(name) || peer_session_find(p, name)) {
		control_error(c,
			      config_name_ok(name) ?
				      "tunnel \"%s\" has a session \"%s\" "
				      "already" :
				      "tunnel \"%s\": the session's name %s is "
				      "not of letters, digits, dot, dash and "
				      "underscore",
			      p->name, name);
		return false;
	}
	snprintf(out, CONFIG_NAME_MAX, "%s", name);
	return true;
}

void add_session_done(struct control *c, const struct peer_session *s)
{
	control_record(c, json_pack("{s:s, s:s}", "session", s->name, "tunnel",
				    s->peer->name));
	control_end(c);
}
