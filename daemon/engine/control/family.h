/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels are of three families, to an LNS, of lcce and static, with commands
 * of their own: who looks in the wrong one is told of the right one.
 */
#ifndef L2TPD_ENGINE_CONTROL_FAMILY_H
#define L2TPD_ENGINE_CONTROL_FAMILY_H

#include <stdbool.h>

struct control;

/*
 * Ends the reply with an error, later: that there is no such tunnel, followed
 * by more, or that it is a static one, whose command is named. name and more
 * need not outlive the call; command does.
 */
void family_no_tunnel(struct control *c, const char *name, const char *more,
		      const char *command);
/* Whether name is a tunnel that is not static; then an error was sent. */
bool family_is_not_static(struct control *c, const char *name,
			  const char *command);

#endif
