/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection of l2tpctl, and the reply to the command that runs on it:
 * records, then an end or an error.
 */
#ifndef L2TPD_ENGINE_CONTROL_REPLY_H
#define L2TPD_ENGINE_CONTROL_REPLY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/clients.h"
#include "engine/turn.h"
#include "ipc/control.h"
#include "ipc/ipc.h"
#include "ipc/ipsec.h"
#include "lib/loop.h"

struct engine;

struct control {
	struct engine *engine;
	struct client client;
	struct control *next, **prev;
	struct loop_io io;
	int fd;
	bool over, hangup;
	bool busy;    /* a request is being answered */
	bool waiting; /* for another process's answer: control_resume goes on */
	struct turn_work free_work;
	void (*pump)(struct control *c); /* goes on with the connection */
	/* makes the next record, or ends the reply */
	void (*produce)(struct control *c);
	json_t *args;
	json_t *record; /* waits for what another process knows */
	/*
	 * Where a walk is; ids, not pointers, so that it may pause while things
	 * come and go.
	 */
	uint64_t next_tunnel, next_session; /* id + 1; 0: the start */
	bool tunnels_done;		    /* the peers follow */
	uint64_t walked_peer;		    /* the last one's number */
	uint64_t place; /* of a walk over subscribers, pools or servers */
	uint32_t found;
	/* of the tunnel whose IPsec is asked for */
	struct ipsec_flow flow;
	bool guarded; /* it has to have some */
	/* goes on when that is known */
	void (*protected)(struct control *c);
	char *out;
	size_t out_len, out_size, in_len;
	char in[CONTROL_LINE_MAX];
};

void control_record(struct control *c, json_t *record); /* takes record */
/*
 * The record that waited goes out, with what came, and the command goes on.
 * Settles the turn.
 */
void control_send_waiting(struct control *c);
void control_end(struct control *c);
void control_error(struct control *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* By the sentence of the monitor's outcome, where it has one. */
void control_refused(struct control *c, int result, struct ipc_message *m);
/* What it waited for came. */
void control_resume(struct control *c);
/* frees it, when nothing of it is on the stack */
void control_release(struct control *c);
void control_free(struct control *c); /* at once */

/* ---- the command's words ---- */

/* a text; NULL: absent */
const char *control_arg(const struct control *c, const char *key);
/* the same; NULL also when it is empty */
const char *control_text_arg(const struct control *c, const char *key);
bool control_flag_arg(const struct control *c, const char *key);

/* A JSON string of text that need not be UTF-8. */
json_t *control_text(const char *text);

#endif
