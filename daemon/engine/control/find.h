/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tunnel or session that a command's words mean. */
#ifndef L2TPD_ENGINE_CONTROL_FIND_H
#define L2TPD_ENGINE_CONTROL_FIND_H

#include <stdbool.h>

struct control;
struct link;
struct peer_session;
struct tunnel;

/* By its peer's name or, for those that others opened, by id; or NULL. */
struct tunnel *find_tunnel(struct control *c, const char *wanted);
/*
 * A session of a peer, by its name in the tunnel of this name, or in all when
 * tunnel is NULL. NULL: there is none, or, with *many, more than one.
 */
struct peer_session *find_peer_session(struct control *c, const char *tunnel,
				       const char *name, bool *many);
/* The session with this id in a tunnel that L2TP has, or NULL. */
struct link *find_link(struct control *c, const char *tunnel,
		       const char *session);
/* Says that there is none, or that the tunnel has to be named as well. */
void find_failed(struct control *c, const char *tunnel, const char *session,
		 bool many);

#endif
