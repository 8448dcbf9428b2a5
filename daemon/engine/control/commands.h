/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each command does: command.c has the table, the files beside
 * it the functions.
 */
#ifndef L2TPD_ENGINE_CONTROL_COMMANDS_H
#define L2TPD_ENGINE_CONTROL_COMMANDS_H

struct control;

/* lac_command.c, lcce_command.c: tunnels that we open, and what is in them */
void add_lac_tunnel(struct control *c);
void add_lac_session(struct control *c);
void add_lcce_tunnel(struct control *c);
void add_lcce_session(struct control *c);

/* end_command.c: what ends */
void delete_tunnel(struct control *c);
void delete_session(struct control *c);
void clear_user(struct control *c);

/* call_command.c: what goes on existing */
void redial_tunnel(struct control *c);
void redial_call(struct control *c);
void disable_tunnel(struct control *c);
void disable_session(struct control *c);
void enable_tunnel(struct control *c);
void enable_session(struct control *c);

/* static_command.c, show_static.c: static tunnels, which are the monitor's */
void add_static_tunnel(struct control *c);
void add_static_session(struct control *c);
void delete_static_tunnel(struct control *c);
void delete_static_session(struct control *c);
void show_static(struct control *c);
/* Goes on with those of static sessions. */
void show_static_interfaces(struct control *c);

/* show.c, show_session.c, show_interface.c, show_service.c, show_test.c */
void show_tunnels(struct control *c);
void show_config(struct control *c);
void show_status(struct control *c);
void show_sessions(struct control *c);
void show_interfaces(struct control *c);
void show_users(struct control *c);
void show_pools(struct control *c);
void show_radius(struct control *c);
void show_tacacs(struct control *c);
void test_aaa(struct control *c);

#endif
