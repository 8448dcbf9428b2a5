/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of all commands. */
#include "engine/control/command.h"

#include <errno.h>
#include <string.h>

#include "engine/control/commands.h"
#include "engine/control/reply.h"
#include "lib/log.h"

static void set_log(struct control *c)
{
	const char *text = control_text_arg(c, "level");
	int level = text ? log_parse_level(text) : -EINVAL;

	if (level < 0) {
		control_error(c, "set log needs a level: error, warning, "
				 "notice, info or debug");
		return;
	}
	log_set_level(level);
	control_end(c);
}

static const struct {
	const char *name;
	void (*run)(struct control *c);
} commands[] = {
	{ "show tunnels", show_tunnels },
	{ "show sessions", show_sessions },
	{ "show interfaces", show_interfaces },
	{ "show users", show_users },
	{ "show pools", show_pools },
	{ "show radius", show_radius },
	{ "show tacacs", show_tacacs },
	{ "show config", show_config },
	{ "show status", show_status },
	{ "show static", show_static },
	{ "add tunnel", add_lac_tunnel },
	{ "add session", add_lac_session },
	{ "add tunnel lcce", add_lcce_tunnel },
	{ "add session lcce", add_lcce_session },
	{ "add tunnel static", add_static_tunnel },
	{ "add session static", add_static_session },
	{ "delete tunnel", delete_tunnel },
	{ "delete session", delete_session },
	{ "delete tunnel static", delete_static_tunnel },
	{ "delete session static", delete_static_session },
	{ "redial tunnel", redial_tunnel },
	{ "redial session", redial_call },
	{ "disable tunnel", disable_tunnel },
	{ "disable session", disable_session },
	{ "enable tunnel", enable_tunnel },
	{ "enable session", enable_session },
	{ "clear user", clear_user },
	{ "test aaa", test_aaa },
	{ "set log", set_log },
};

void command_run(struct control *c, const char *command)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, command) == 0) {
			commands[i].run(c);
			return;
		}
	}
	control_error(c,
		      "l2tpd does not know the command \"%s\"; are l2tpctl and "
		      "l2tpd of one version?",
		      command);
}
