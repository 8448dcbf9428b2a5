/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration's file in the records of show status and show config. */
#include "engine/control/config_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/control/record.h"
#include "engine/control/reply.h"
#include "engine/engine.h"
#include "ipc/monitor.h"

static const char *state_name(const struct monitor_config_file *r)
{
	static const char *const names[] = {
		[MONITOR_CONFIG_SAME] = "same",
		[MONITOR_CONFIG_CHANGED] = "changed",
		[MONITOR_CONFIG_FAULTY] = "faulty",
		[MONITOR_CONFIG_UNREADABLE] = "unreadable",
	};

	return names[r->state];
}

static void sentence(const struct monitor_config_file *r, char *out,
		     size_t size)
{
	switch (r->state) {
	case MONITOR_CONFIG_SAME:
		snprintf(out, size, "%s is what runs", r->path);
		return;
	case MONITOR_CONFIG_CHANGED:
		snprintf(out, size,
			 "%s is not what runs: it has changed since l2tpd "
			 "started; restart l2tpd to use it",
			 r->path);
		return;
	case MONITOR_CONFIG_FAULTY:
		snprintf(out, size,
			 "%s is not what runs, and l2tpd would not start with "
			 "it: %s",
			 r->path, r->why);
		return;
	case MONITOR_CONFIG_UNREADABLE:
		snprintf(out, size,
			 "%s is not what runs, and l2tpd would not start: it "
			 "cannot be read: %s",
			 r->path, r->why);
		return;
	}
}

/* A text that is written to a file says itself that the file is another. */
static void comment(json_t *record, const char *note)
{
	const char *text = json_string_value(json_object_get(record, "text"));
	char *both = NULL;

	if (!text || asprintf(&both, "# %s\n%s", note, text) < 0)
		return;
	/* The mistake's sentence is of one line. */
	json_object_set_new(record, "text", control_text(both));
	free(both);
}

static void add(json_t *record, const struct monitor_config_file *r)
{
	char note[sizeof(r->path) + sizeof(r->why) + 160] = "";

	record_text(record, "config_file", r->path);
	record_text(record, "config", state_name(r));
	sentence(r, note, sizeof(note));
	record_text(record, "config_note", note);
	if (r->state != MONITOR_CONFIG_SAME)
		comment(record, note);
}

static void on_config_file(void *arg, int result, struct ipc_message *m)
{
	struct control *c = arg;
	const struct monitor_config_file *r =
		m && !result ? ipc_body(m, struct monitor_config_file) : NULL;

	c->waiting = false;
	if (r && ipc_is_text(r->path) && ipc_is_text(r->why) &&
	    r->state <= MONITOR_CONFIG_UNREADABLE)
		add(c->record, r);
	if (!c->over) {
		control_record(c, json_incref(c->record));
		control_end(c);
	}
	json_decref(c->record);
	c->record = NULL;
	control_resume(c);
	turn_settle(&c->engine->turn);
}

void config_file_send(struct control *c, json_t *record)
{
	c->record = record;
	c->waiting = channel_request(&c->engine->monitor, MONITOR_CONFIG_FILE,
				     NULL, 0, NULL, 0, on_config_file, c) == 0;
	if (c->waiting)
		return;
	c->record = NULL;
	control_record(c, record);
	control_end(c);
}
