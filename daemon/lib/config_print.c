/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The canonical form of a configuration: the sections in the order of the
 * table, and of each the keys that differ from their defaults.
 */
#include "lib/config_key.h"

#include <errno.h>
#include <stdlib.h>

static void indent(int depth, FILE *out)
{
	while (depth-- > 0)
		putc('\t', out);
}

/* One key per line where obj differs from def. */
static void print_keys(const struct config_section *s, const void *obj,
		       const void *def, int depth, FILE *out)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct config_key *k = &s->keys[i];

		if (k->kind->equal(k, obj, def))
			continue;
		indent(depth, out);
		fprintf(out, "%s = ", k->name);
		k->kind->print(k, obj, out);
		putc('\n', out);
	}
}

static int print_groups(const struct config *c, const struct config_group *g,
			const void *parent, int depth, FILE *out);

static int print_section(const struct config *c, const struct config_group *g,
			 const void *obj, int depth, FILE *out)
{
	const struct config_section *s = g->section;
	void *def = calloc(1, s->size);
	int err = 0;

	if (!def)
		return -ENOMEM;
	s->init(def);
	if (s->relative)
		s->relative(def, obj, c);
	indent(depth, out);
	if (s->titled)
		fprintf(out, "%s \"%s\" {\n", s->name, (const char *)obj);
	else
		fprintf(out, "%s {\n", s->name);
	print_keys(s, obj, def, depth + 1, out);
	free(def);
	if (g->inner)
		err = print_groups(c, g->inner, obj, depth + 1, out);
	indent(depth, out);
	fprintf(out, "}\n");
	return err;
}

static int print_groups(const struct config *c, const struct config_group *g,
			const void *parent, int depth, FILE *out)
{
	size_t i;
	int err = 0;

	for (; g->section; g++)
		for (i = 0; i < config_group_n(g, parent) && !err; i++)
			err = print_section(c, g, config_group_at(g, parent, i),
					    depth, out);
	return err;
}

static int print_sections(const struct config *c, FILE *out)
{
	int err = print_groups(c, config_groups, c, 0, out);

	if (err)
		return err;
	return fflush(out) || ferror(out) ? -EIO : 0;
}

/* The host's name is always there, for its default is not constant. */
int config_print(const struct config *c, FILE *out)
{
	char state_dir[] = CONFIG_STATE_DIR;
	struct config global = { 0 };

	config_section_global.init(&global);
	global.state_dir = state_dir;
	print_keys(&config_section_global, c, &global, 0, out);
	return print_sections(c, out);
}

static char *text_of(const struct config *c,
		     int (*print)(const struct config *, FILE *))
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int err = f ? print(c, f) : -ENOMEM;

	if (f && fclose(f))
		err = -ENOMEM;
	if (!err)
		return text;
	free(text);
	return NULL;
}

char *config_print_text(const struct config *c)
{
	return text_of(c, config_print);
}

char *config_sections_text(const struct config *c)
{
	return text_of(c, print_sections);
}
