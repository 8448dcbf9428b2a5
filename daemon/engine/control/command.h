/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of the control socket, by name. */
#ifndef L2TPD_ENGINE_CONTROL_COMMAND_H
#define L2TPD_ENGINE_CONTROL_COMMAND_H

struct control;

/* Starts the command on c; it ends with control_end or control_error. */
void command_run(struct control *c, const char *command);

#endif
