/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written to l2tpctl, and what it said. */
#include "engine/control/reply.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "ipc/monitor.h"
#include "lib/log.h"
#include "lib/printable.h"

void control_free(struct control *c)
{
	json_decref(c->args);
	json_decref(c->record);
	explicit_bzero(c->in, sizeof(c->in)); /* passwords came in it */
	free(c->out);
	free(c);
}

static void do_free(void *arg)
{
	control_free(arg);
}

void control_release(struct control *c)
{
	turn_defer(&c->engine->turn, &c->free_work, do_free, c);
}

void control_resume(struct control *c)
{
	if (c->over)
		control_release(c);
	else
		c->pump(c);
}

/* ---- the command's words ---- */

const char *control_arg(const struct control *c, const char *key)
{
	return json_string_value(json_object_get(c->args, key));
}

const char *control_text_arg(const struct control *c, const char *key)
{
	const char *text = control_arg(c, key);

	return text && text[0] ? text : NULL;
}

bool control_flag_arg(const struct control *c, const char *key)
{
	return json_is_true(json_object_get(c->args, key));
}

/* ---- the reply ---- */

static int append(struct control *c, const char *text, size_t len)
{
	if (c->out_len + len > c->out_size) {
		size_t size = c->out_size ? c->out_size : 4096;
		char *out;

		while (size < c->out_len + len)
			size *= 2;
		out = realloc(c->out, size);
		if (!out)
			return -ENOMEM;
		c->out = out;
		c->out_size = size;
	}
	memcpy(c->out + c->out_len, text, len);
	c->out_len += len;
	return 0;
}

static void write_line(struct control *c, json_t *line)
{
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

	if (!text || append(c, text, strlen(text)) || append(c, "\n", 1))
		log_warn("an answer to l2tpctl was lost: out of memory");
	free(text);
	json_decref(line);
}

void control_record(struct control *c, json_t *record)
{
	write_line(c, json_pack("{s:o}", "record", record));
}

void control_send_waiting(struct control *c)
{
	struct engine *e = c->engine;

	if (!c->over)
		control_record(c, json_incref(c->record));
	json_decref(c->record);
	c->record = NULL;
	control_resume(c);
	turn_settle(&e->turn);
}

static void request_over(struct control *c)
{
	json_decref(c->args);
	c->args = NULL;
	c->produce = NULL;
	c->busy = false;
}

void control_end(struct control *c)
{
	write_line(c, json_pack("{s:{}}", "end"));
	request_over(c);
}

/* Not UTF-8: what a peer said, or a sentence that was cut within a character. */
static json_t *escaped(const char *text)
{
	size_t size = 4 * strlen(text) + PRINTABLE_MAX, len = 0, n;
	char *copy = malloc(size), shown[PRINTABLE_MAX];
	json_t *string;

	for (; copy && (n = printable_next(text, shown)); text += n)
		len += (size_t)snprintf(copy + len, size - len, "%s", shown);
	string = json_stringn(copy ? copy : "?", copy ? len : 1);
	free(copy);
	return string;
}

json_t *control_text(const char *text)
{
	json_t *string = json_string(text);

	return string ? string : escaped(text);
}

void control_error(struct control *c, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	write_line(c, json_pack("{s:o}", "error", control_text(text)));
	request_over(c);
}

void control_refused(struct control *c, int result, struct ipc_message *m)
{
	const struct monitor_outcome *r =
		m ? ipc_body(m, struct monitor_outcome) : NULL;

	control_error(c, "%s", r && r->why[0] ? r->why : strerror(-result));
}
