/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One connection of l2tpctl, and the commands that run on it. */
#ifndef L2TPD_ENGINE_CONTROL_H
#define L2TPD_ENGINE_CONTROL_H

#include <jansson.h>

#include "engine/internal.h"
#include "ipc/control.h"
#include "ipc/ipsec.h"

struct config_section;

struct control {
	struct engine *engine;
	struct control *next, **prev;
	struct loop_io io;
	int fd;
	bool over, hangup;
	bool busy;			/* a request is being answered */
	bool waiting;			/* for the monitor's answer: control_resume goes on */
	void (*produce)(struct control *c);	/* makes the next record, or ends the reply */
	json_t *args;
	json_t *record;			/* waits for its statistics */
	/* where a walk is */
	uint64_t next_tunnel, next_session;	/* id + 1; 0: the start */
	bool tunnels_done;		/* the peers follow */
	struct ipsec_flow flow;		/* of the interface that waits for what is said of its IPsec */
	bool guarded;			/* it has to have some */
	unsigned int walked_peers;
	uint64_t place;			/* of a walk over subscribers, pools or servers */
	uint32_t found;
	char *out;
	size_t out_len, out_size, in_len;
	char in[CONTROL_LINE_MAX];
};

void control_record(struct control *c, json_t *record);	/* takes record */
void control_end(struct control *c);
/* A JSON string of text that need not be UTF-8. */
json_t *control_text(const char *text);
void control_error(struct control *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void control_resume(struct control *c);
void control_release(struct control *c);	/* frees it, when nothing of it is on the stack */

/* By the sentence of the monitor's outcome, where it has one. */
void control_refused(struct control *c, int result, struct ipc_message *m);

/* command.c: starts the command on c; it ends with control_end or control_error. */
void command_run(struct control *c, const char *command);
/* Whether a tunnel may be called so; else an error was sent. */
bool tunnel_name_is_free(struct control *c, const char *name);
/* It is new: the reply is sent when the monitor has no static tunnel of its name; else it goes again. */
void tunnel_added(struct control *c, struct peer *p);
/* The name that a session was given, or the next that is free. false: an error was sent. */
bool session_take_name(struct control *c, struct peer *p, char out[CONFIG_NAME_MAX]);

/* A secret's text, where there is one. false: an error was sent. */
bool control_take_secret(struct control *c, const char *key, struct secret *s);

/* section.c: a command's words as a section of the configuration */
/* Into obj, the section's struct, with its defaults; what it owns is the caller's. false: an error was sent. */
bool section_take(struct control *c, const struct config_section *s, void *obj);
/* A name into a message's or a struct's field; absent or empty is "". false: an error was sent. */
bool section_take_name(struct control *c, const char *key, char out[CONFIG_NAME_MAX]);
/* Into a message's field; NULL is "". */
void section_copy_word(char out[IFNAMSIZ], const char *text);
/* Checks of config_check.h, with the command's words in place of a file's. false: an error was sent. */
struct check;
bool section_check(struct control *c, int (*run)(struct check *ch, const void *arg), const void *arg);

/* lcce_command.c */
void add_lcce_tunnel(struct control *c);
void add_lcce_session(struct control *c);

/* show.c */
void show_tunnels(struct control *c);
void show_sessions(struct control *c);
void show_config(struct control *c);
void show_status(struct control *c);
/* Fields of a record; what is empty or zero is left out, but not a number. */
void show_text(json_t *o, const char *key, const char *text);
void show_number(json_t *o, const char *key, uint64_t value);
void show_ipv4(json_t *o, const char *key, uint32_t network_order);
const char *show_arg(const struct control *c, const char *key);
/* The end of a walk: an error when one was wanted and none found. */
void show_finish(struct control *c, const char *what, const char *wanted);

/* The beginning of one. */
void show_start(struct control *c, void (*produce)(struct control *));

/* show_interface.c */
void show_interfaces(struct control *c);
void show_hex(json_t *o, const char *key, const uint8_t *bytes, size_t len);	/* eight at most */
/* What the kernel knows of an interface; nothing of none. */
void show_link(json_t *o, const struct monitor_pw_show *r);

/* static.c */
void add_static_tunnel(struct control *c);
void add_static_session(struct control *c);
void delete_static_tunnel(struct control *c);
void delete_static_session(struct control *c);
void show_static(struct control *c);
/* Goes on with those of static sessions. */
void show_static_interfaces(struct control *c);

/* show_service.c */
void show_users(struct control *c);
void show_pools(struct control *c);
void show_radius(struct control *c);
/* What a call is given, in fields of its own; show_dns: an array. */
void show_service(json_t *o, const struct service *s);
void show_dns(json_t *o, const uint32_t dns[2]);
void show_ifid(json_t *o, const char *key, const uint8_t id[8]);
/* What a session's record tells of its subscriber. */
void show_encryption_and_time(json_t *o, const struct subscriber *s, uint64_t now);
/* show_ipsec.c: fields ipsec, ipsec_why, ike_*, child_*, sa_in_*, sa_out_*; now: seconds since 1970 */
void show_ipsec(json_t *o, const struct ipsec_report *r, uint64_t now);
/* show_test.c */
void test_aaa(struct control *c);

#endif
