/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a command's words by the tables of the configuration. */
#include "engine/control/section.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/control/reply.h"
#include "engine/engine.h"
#include "lib/config_check.h"

#define FILE_SUFFIX "-file"

/* Where a key's value is looked for. */
struct words {
	const struct control *control;
	const struct section_alias *aliases; /* NULL: none */
};

static const char *word_of(const struct words *w, const char *key)
{
	for (const struct section_alias *a = w->aliases; a && a->key; a++)
		if (strcmp(a->key, key) == 0)
			return a->word;
	return key;
}

/*
 * The argument for a key: '_' for '-'; of a secret's file what it has, which
 * l2tpctl has read.
 */
static const json_t *find_arg(const struct words *w, const char *key)
{
	const char *word = word_of(w, key);
	size_t len = strlen(word), suffix = strlen(FILE_SUFFIX);
	char arg[32];

	if (len > suffix && strcmp(word + len - suffix, FILE_SUFFIX) == 0)
		len -= suffix;
	snprintf(arg, sizeof(arg), "%.*s", (int)len, word);
	for (char *p = arg; *p; p++)
		*p = *p == '-' ? '_' : *p;
	return json_object_get(w->control->args, arg);
}

static bool has(void *arg, const char *key)
{
	return find_arg(arg, key) != NULL;
}

/* A value as it would stand in the file; NULL: it is of no kind that does. */
static const char *value_text(const struct config_key *k, const json_t *v,
			      char *buf, size_t size)
{
	/* That there is one is all that a section says of a secret. */
	if (k->kind == &config_kind_path)
		return json_is_string(v) ? "/" : NULL;
	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_boolean(v))
		return json_is_true(v) ? "true" : "false";
	if (!json_is_number(v))
		return NULL;
	snprintf(buf, size, "%.15g", json_number_value(v));
	return buf;
}

static bool take_value(struct control *c, const struct config_key *k, void *obj,
		       const json_t *v)
{
	char buf[32];
	const char *text = value_text(k, v, buf, sizeof(buf));
	struct config_why why;
	int err;

	if (!text) {
		control_error(c, "%s has no value that it takes", k->name);
		return false;
	}
	err = k->kind->parse(k, obj, text, &why);
	if (err)
		control_error(c, "%s",
			      err == -ENOMEM ? "l2tpd is out of memory" :
					       why.text);
	return !err;
}

static bool take_key(struct control *c, const struct words *w,
		     const struct config_key *k, void *obj)
{
	const json_t *v = find_arg(w, k->name), *each;
	size_t i;

	if (!v)
		return true;
	if (!k->kind->list || !json_is_array(v))
		return take_value(c, k, obj, v);
	if (json_array_size(v) == 0) {
		control_error(c,
			      "%s is an empty list; write its values, or leave "
			      "it out",
			      k->name);
		return false;
	}
	json_array_foreach(v, i, each)
		if (!take_value(c, k, obj, each))
			return false;
	return true;
}

bool section_take(struct control *c, const struct config_section *s,
		  const struct section_alias *aliases, void *obj)
{
	struct words w = { c, aliases };

	s->init(obj);
	for (size_t i = 0; i < s->n; i++)
		if (!take_key(c, &w, &s->keys[i], obj))
			return false;
	if (config_section_complete(c->engine->config, s, obj, has, &w)) {
		control_error(c, "l2tpd is out of memory");
		return false;
	}
	return true;
}

bool section_take_name(struct control *c, const char *key,
		       char out[CONFIG_NAME_MAX])
{
	const char *name = control_arg(c, key);

	out[0] = '\0';
	if (!name || !*name)
		return true;
	if (!config_name_ok(name)) {
		control_error(c,
			      "%s %s: use letters, digits, dot, dash and "
			      "underscore, %d at most",
			      key, name, CONFIG_NAME_MAX - 1);
		return false;
	}
	snprintf(out, CONFIG_NAME_MAX, "%s", name);
	return true;
}

void section_copy_word(char out[IFNAMSIZ], const char *text)
{
	snprintf(out, IFNAMSIZ, "%s", text ? text : "");
}

static int no_line(void *arg, const void *obj, const char *key)
{
	(void)arg;
	(void)obj;
	(void)key;
	return 0;
}

static bool has_of(void *arg, const void *obj, const char *key)
{
	(void)obj;
	return has(arg, key);
}

bool section_check(struct control *c, const struct section_alias *aliases,
		   int (*run)(struct check *ch, const void *arg),
		   const void *arg)
{
	struct words w = { c, aliases };
	const struct config_place place = { no_line, has_of, &w };
	struct config_why why;
	int line;
	struct check ch = {
		.c = c->engine->config,
		.place = &place,
		.line = &line,
		.why = &why,
	};
	int err = run(&ch, arg);

	if (err)
		control_error(c, "%s", why.text);
	return !err;
}
