// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records as people and programs read them: a table (libsmartcols), pages of
 * labelled lines, the text that a record carries, or a JSON array. JSON and
 * pages are written record by record; a table keeps its cells until the end,
 * since the columns' widths depend on all of them.
 */
#include "ctl/ctl.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "lib/printable.h"

#define COLUMNS_MAX   24
#define LABEL_WIDTH   23
#define VALUE_MAX     96 /* of a number's text, or an address's with its port */
/* Columns that one cell of a table has at most; the page has all. */
#define CELL_NAME     48 /* of a name, an address or a number */
#define CELL_SENTENCE 60 /* of a sentence or a list */

enum mode {
	MODE_NONE,
	MODE_JSON,
	MODE_TEXT,
	MODE_LINE,
	MODE_NAME,
	MODE_PAGE,
	MODE_TABLE
};

struct ctl_output {
	FILE *out;
	enum mode mode;
	bool pretty;
	const struct ctl_view *view;
	unsigned long records;
	struct libscols_table *table;
	const struct ctl_field *column[COLUMNS_MAX];
	size_t columns;
};

void ctl_put_safe(const char *text, FILE *out)
{
	char one[PRINTABLE_MAX];
	size_t n;

	for (; (n = printable_next(text, one)); text += n)
		fputs(one, out);
}

static void format_seconds(unsigned long long s, char *buf, size_t size)
{
	unsigned long long m = s / 60, h = m / 60, d = h / 24;

	if (d)
		snprintf(buf, size, "%llud%02lluh", d, h % 24);
	else if (h)
		snprintf(buf, size, "%lluh%02llum", h, m % 60);
	else if (m)
		snprintf(buf, size, "%llum%02llus", m, s % 60);
	else
		snprintf(buf, size, "%llus", s);
}

static void format_rate(unsigned long long rate, char *buf, size_t size)
{
	static const struct {
		unsigned long long unit;
		const char *suffix;
	} units[] = {
		{ 1000000000, "G" },
		{ 1000000, "M" },
		{ 1000, "k" },
		{ 1, "" },
	};
	size_t i = 0;

	/* Whole numbers only: nothing is rounded. */
	while (rate % units[i].unit || (!rate && units[i].unit > 1))
		i++;
	snprintf(buf, size, "%llu%sbit/s", rate / units[i].unit,
		 units[i].suffix);
}

/* A scalar as text; NULL for what has none. buf holds numbers. */
static const char *format_value(const json_t *v, enum ctl_format format,
				char *buf, size_t size)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		return json_string_value(v);
	case JSON_TRUE:
		return "yes";
	case JSON_FALSE:
		return "no";
	case JSON_INTEGER:
		if (format == CTL_SECONDS && json_integer_value(v) >= 0)
			format_seconds((unsigned long long)json_integer_value(
					       v),
				       buf, size);
		else if (format == CTL_RATE && json_integer_value(v) >= 0)
			format_rate((unsigned long long)json_integer_value(v),
				    buf, size);
		else if (format == CTL_MICROSECONDS)
			snprintf(buf, size, "%.2fms",
				 (double)json_integer_value(v) / 1000);
		else if (format == CTL_HEX)
			snprintf(buf, size, "0x%04llx",
				 (unsigned long long)json_integer_value(v));
		else
			snprintf(buf, size, "%" JSON_INTEGER_FORMAT,
				 json_integer_value(v));
		return buf;
	case JSON_REAL:
		snprintf(buf, size, "%g", json_real_value(v));
		return buf;
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_NULL:
		break;
	}
	return NULL;
}

/* The text of a field, with its port where it has one; NULL: none. */
static const char *format_field(const json_t *record, const struct ctl_field *f,
				char *buf, size_t size)
{
	const json_t *v = json_object_get(record, f->key), *port;
	const char *text;

	if (!v)
		return NULL;
	text = format_value(v, f->format, buf, size);
	port = f->port ? json_object_get(record, f->port) : NULL;
	if (!text || !port)
		return text;
	snprintf(buf, size, strchr(text, ':') ? "[%s]:%d" : "%s:%d", text,
		 (int)json_integer_value(port));
	return buf;
}

/* ---- table ---- */

static bool is_number_column(const struct ctl_field *f)
{
	return f->stats || f->format == CTL_SECONDS || f->format == CTL_COUNT ||
	       f->format == CTL_MICROSECONDS || strstr(f->key, "_id");
}

static int table_new(struct ctl_output *o, bool stats)
{
	o->table = scols_new_table();
	if (!o->table)
		return -ENOMEM;
	scols_table_set_stream(o->table, o->out);
	/* A cell has its text as it is to be shown: printable_next. */
	scols_table_enable_noencoding(o->table, 1);
	for (const struct ctl_field *f = o->view->fields; f->label; f++) {
		struct libscols_column *c;

		if (!f->heading || (f->stats && !stats) ||
		    o->columns == COLUMNS_MAX)
			continue;
		c = scols_table_new_column(o->table, f->heading, 0,
					   is_number_column(f) ?
						   SCOLS_FL_RIGHT :
						   0);
		if (!c)
			return -ENOMEM;
		o->column[o->columns++] = f;
	}
	return 0;
}

/* libsmartcols prints nothing of a table without lines. */
static void table_empty(const struct ctl_output *o)
{
	for (size_t i = 0; i < o->columns; i++)
		fprintf(o->out, "%s%s", i ? " " : "", o->column[i]->heading);
	fputc('\n', o->out);
}

/* A cell's text as it is shown, an octet of which is a column at least. */
struct cell {
	char text[4 * CELL_SENTENCE + PRINTABLE_MAX];
};

/* What one character, as it is shown, takes. */
static size_t columns_of(const char *one)
{
	return (unsigned char)one[0] < 0x80 ? strlen(one) : 1;
}

/*
 * Text that is no longer than max columns in a cell; a longer one is cut, at
 * a blank if there is one in its second half.
 */
static const char *shorten(struct cell *c, const char *text, size_t max)
{
	size_t len = 0, columns = 0, cut = 0, blank = 0, taken;
	char one[PRINTABLE_MAX];

	c->text[0] = '\0';
	while ((taken = printable_next(text, one)) &&
	       columns + columns_of(one) <= max) {
		if (one[0] == ' ' && columns > max / 2 && columns <= max - 3)
			blank = len;
		columns += columns_of(one);
		strcpy(c->text + len, one);
		len += strlen(one);
		if (columns <= max - 3)
			cut = len;
		text += taken;
	}
	if (taken)
		strcpy(c->text + (blank ? blank : cut), "...");
	return c->text;
}

/* A list's values as one text, which the caller frees; NULL without memory. */
static char *join(const json_t *list)
{
	char *text = NULL, buf[32];
	size_t size, i;
	json_t *v;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	json_array_foreach(list, i, v) {
		const char *value =
			format_value(v, CTL_PLAIN, buf, sizeof(buf));

		fprintf(f, "%s%s", i ? "," : "", value ? value : "-");
	}
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}

/* A list's values in one cell. */
static int table_list(struct libscols_line *line, size_t column,
		      const json_t *list)
{
	char *text = join(list);
	struct cell cell;
	int err;

	if (!text)
		return -ENOMEM;
	err = scols_line_set_data(line, column,
				  shorten(&cell, text, CELL_SENTENCE));
	free(text);
	return err ? -ENOMEM : 0;
}

/*
 * An empty cell would shift the columns of whoever splits at
 * blanks.
 */
static int table_cell(struct libscols_line *line, size_t column,
		      const struct ctl_field *f, const char *text)
{
	struct cell cell;

	text = text && *text ? shorten(&cell, text,
				       f->row ? CELL_SENTENCE : CELL_NAME) :
			       "-";
	return scols_line_set_data(line, column, text) ? -ENOMEM : 0;
}

static int table_record(struct ctl_output *o, const json_t *record)
{
	struct libscols_line *line = scols_table_new_line(o->table, NULL);
	char buf[VALUE_MAX];

	if (!line)
		return -ENOMEM;
	for (size_t i = 0; i < o->columns; i++) {
		const struct ctl_field *f = o->column[i];
		const json_t *v = json_object_get(record, f->key);
		const char *text;

		if (json_array_size(v)) {
			if (table_list(line, i, v))
				return -ENOMEM;
			continue;
		}
		text = format_field(record, f, buf, sizeof(buf));
		if (!v && f->instead)
			v = json_object_get(record, f->instead);
		if (!text && v)
			text = format_value(v, f->format, buf, sizeof(buf));
		if (table_cell(line, i, f, text))
			return -ENOMEM;
	}
	return 0;
}

/* ---- page ---- */

static void page_line(FILE *out, const char *label, const char *text)
{
	int pad = LABEL_WIDTH - (int)strlen(label) - 1;

	fprintf(out, "  %s:%*s ", label, pad > 0 ? pad : 0, "");
	ctl_put_safe(text, out);
	fputc('\n', out);
}

/* A list: each value in a line of its own, the label in the first. */
static void page_list(FILE *out, const char *label, const json_t *list)
{
	char buf[32];
	size_t i;
	json_t *v;

	json_array_foreach(list, i, v) {
		const char *text = format_value(v, CTL_PLAIN, buf, sizeof(buf));

		if (i)
			fprintf(out, "  %*s ", LABEL_WIDTH, "");
		if (i && text)
			ctl_put_safe(text, out);
		if (i)
			fputc('\n', out);
		else
			page_line(out, label, text ? text : "");
	}
}

/* A field that this l2tpctl does not know is shown as well, by its own name. */
static void page_unknown(FILE *out, const char *key, const json_t *v)
{
	char label[64], buf[32];
	const char *text;

	snprintf(label, sizeof(label), "%s", key);
	for (char *p = label; *p; p++)
		if (*p == '_')
			*p = ' ';
	label[0] = (char)toupper((unsigned char)label[0]);
	if (json_is_object(v)) {
		const char *k;
		json_t *member;

		fputc(' ', out);
		ctl_put_safe(label, out);
		fputs(":\n", out);
		json_object_foreach((json_t *)(uintptr_t)v, k, member)
			if (!json_is_object(member))
				page_unknown(out, k, member);
		return;
	}
	text = format_value(v, CTL_PLAIN, buf, sizeof(buf));
	if (text)
		page_line(out, label, text);
	else
		page_list(out, label, v);
}

static bool is_known(const struct ctl_view *view, const char *key)
{
	for (const struct ctl_field *f = view->fields; f->label; f++)
		if ((f->key && !strcmp(f->key, key)) ||
		    (f->port && !strcmp(f->port, key)))
			return true;
	return false;
}

/* Under a heading of their own: that of the last field is another's. */
static void page_others(const struct ctl_output *o, const json_t *record)
{
	bool any = false;
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)record, key, v) {
		if (is_known(o->view, key))
			continue;
		if (!any && !json_is_object(v))
			fputs(" Other:\n", o->out);
		any |= !json_is_object(v);
		page_unknown(o->out, key, v);
	}
}

static void page_record(const struct ctl_output *o, const json_t *record)
{
	const char *section = NULL, *text;
	char buf[VALUE_MAX];
	json_t *v;

	if (o->records)
		fputc('\n', o->out);
	for (const struct ctl_field *f = o->view->fields; f->label; f++) {
		if (f->row)
			continue;
		if (f->format == CTL_SECTION) {
			section = f->label;
			continue;
		}
		v = json_object_get(record, f->key);
		text = format_field(record, f, buf, sizeof(buf));
		if (!json_array_size(v) && (!text || !*text))
			continue;
		if (section)
			fprintf(o->out, " %s:\n", section);
		section = NULL;
		if (text)
			page_line(o->out, f->label, text);
		else
			page_list(o->out, f->label, v);
	}
	page_others(o, record);
}

/* ---- JSON ---- */

static int json_record(struct ctl_output *o, const json_t *record)
{
	size_t flags = o->pretty ? JSON_INDENT(4) : JSON_COMPACT;

	fputs(o->records ? ",\n" : "[", o->out);
	return json_dumpf(record, o->out, flags) && !ferror(o->out) ? -ENOMEM :
								      0;
}

/* ---- all ---- */

static enum mode choose_mode(const struct ctl_request *req,
			     const struct ctl_options *opt)
{
	const struct ctl_view *v = req->command->view;

	if (opt->json)
		return MODE_JSON;
	if (!v)
		return MODE_NONE;
	if (v->text)
		return MODE_TEXT;
	if (v->say)
		return MODE_LINE;
	if (v->chosen)
		return json_object_get(req->args, "name") ? MODE_NONE :
							    MODE_NAME;
	if (v->page || opt->details ||
	    (v->single && json_object_get(req->args, v->single)))
		return MODE_PAGE;
	return MODE_TABLE;
}

struct ctl_output *ctl_output_new(const struct ctl_request *req,
				  const struct ctl_options *opt, FILE *out)
{
	struct ctl_output *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->out = out;
	o->view = req->command->view;
	o->mode = choose_mode(req, opt);
	o->pretty = opt->pretty;
	if (o->mode == MODE_TABLE &&
	    table_new(o, json_object_get(req->args, "stats"))) {
		ctl_output_free(o);
		return NULL;
	}
	return o;
}

int ctl_output_record(struct ctl_output *o, const json_t *record)
{
	const char *text;
	int ret = 0;

	switch (o->mode) {
	case MODE_NONE:
		break;
	case MODE_JSON:
		ret = json_record(o, record);
		break;
	case MODE_TEXT:
		/* Written by l2tpd, for a file too: as it is */
		text = json_string_value(
			json_object_get(record, o->view->text));
		fputs(text ? text : "", o->out);
		break;
	case MODE_LINE:
		text = json_string_value(json_object_get(record, o->view->say));
		if (text) {
			ctl_put_safe(text, o->out);
			fputc('\n', o->out);
		}
		break;
	case MODE_NAME:
		text = json_string_value(
			json_object_get(record, o->view->chosen));
		ctl_put_safe(text ? text : "", o->out);
		fputc('\n', o->out);
		break;
	case MODE_PAGE:
		page_record(o, record);
		break;
	case MODE_TABLE:
		ret = table_record(o, record);
		break;
	}
	o->records++;
	return ret;
}

int ctl_output_finish(struct ctl_output *o, bool failed)
{
	if (o->mode == MODE_JSON && (o->records || !failed))
		fputs(o->records ? "]\n" : "[]\n", o->out);
	if (o->mode == MODE_TABLE && o->records)
		return scols_print_table(o->table);
	if (o->mode == MODE_TABLE && !failed)
		table_empty(o);
	return 0;
}

void ctl_output_free(struct ctl_output *o)
{
	if (!o)
		return;
	scols_unref_table(o->table);
	free(o);
}
