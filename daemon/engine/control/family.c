/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells of the right family of a tunnel's; see family.h. */
#include "engine/control/family.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/control/reply.h"
#include "engine/engine.h"
#include "engine/peers/peer.h"
#include "ipc/monitor.h"

struct question {
	struct control *control;
	const char *command; /* of static tunnels */
	char name[CONFIG_NAME_MAX], more[64];
};

static void on_found(void *arg, int result, struct ipc_message *m)
{
	struct question *q = arg;
	struct control *c = q->control;

	(void)m;
	c->waiting = false;
	if (!c->over && !result)
		control_error(c, "tunnel \"%s\" is static; use %s", q->name,
			      q->command);
	else if (!c->over)
		control_error(c, "there is no tunnel \"%s\"%s", q->name,
			      q->more);
	free(q);
	control_resume(c);
	turn_settle(&c->engine->turn);
}

void family_no_tunnel(struct control *c, const char *name, const char *more,
		      const char *command)
{
	struct monitor_static_name body = { 0 };
	struct question *q = NULL;

	/* What is longer is the name of none. */
	if (strlen(name) < sizeof(body.tunnel))
		q = calloc(1, sizeof(*q));
	if (q) {
		memcpy(body.tunnel, name, strlen(name));
		memcpy(q->name, name, strlen(name));
		snprintf(q->more, sizeof(q->more), "%s", more);
		q->control = c;
		q->command = command;
		c->waiting = channel_request(&c->engine->monitor,
					     MONITOR_STATIC_FIND, &body,
					     sizeof(body), NULL, 0, on_found,
					     q) == 0;
	}
	if (c->waiting)
		return;
	free(q);
	control_error(c, "there is no tunnel \"%s\"%s", name, more);
}

bool family_is_not_static(struct control *c, const char *name,
			  const char *command)
{
	if (!name || !peer_find(c->engine, name))
		return false;
	control_error(c, "tunnel \"%s\" is not static; use %s", name, command);
	return true;
}
