/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks of the show commands, which may pause between two records. */
#ifndef L2TPD_ENGINE_CONTROL_WALK_H
#define L2TPD_ENGINE_CONTROL_WALK_H

#include <stdbool.h>
#include <stdint.h>

struct control;
struct engine;
struct peer;
struct session;

/*
 * produce makes one record, or goes one step further, until it ends the reply.
 */
void walk_start(struct control *c, void (*produce)(struct control *));
/* The end of one: an error when one was wanted and none found. */
void walk_finish(struct control *c, const char *what, const char *wanted);
/* The next peer in the order of their coming; NULL: no more. */
struct peer *walk_peer(struct control *c);
/* Whether there is a tunnel, or a peer, of this name or id. */
bool walk_has_tunnel(struct engine *e, const char *wanted);
/* Whether wanted, a name or a number, or NULL for all, is this. */
bool walk_wants(const char *wanted, const char *name, uint32_t id);
/*
 * Whether name is the session's interface, or the ifname that its section gives
 * it: that of a VLAN is another.
 */
bool walk_is_interface(const struct session *s, const char *name);

#endif
