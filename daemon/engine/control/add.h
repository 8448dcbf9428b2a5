/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that add a tunnel or a session have in common. */
#ifndef L2TPD_ENGINE_CONTROL_ADD_H
#define L2TPD_ENGINE_CONTROL_ADD_H

#include <stdbool.h>

#include "lib/config.h"
#include "lib/secret.h"

struct control;
struct peer;
struct peer_session;

/* Whether a tunnel may be called so; else an error was sent. */
bool add_name_is_free(struct control *c, const char *name);
/*
 * It is new: the reply is sent when the monitor has no static tunnel of its
 * name; else it goes again.
 */
void add_tunnel_done(struct control *c, struct peer *p);
/*
 * The name that a session is given, or the next that is free. false:
 * an error was sent.
 */
bool add_session_name(struct control *c, struct peer *p,
		      char out[CONFIG_NAME_MAX]);
/* The reply: the session's name and its tunnel's. */
void add_session_done(struct control *c, const struct peer_session *s);
/* A secret's text, where there is one. false: an error was sent. */
bool add_secret(struct control *c, const char *key, struct secret *s);

#endif
