/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the file's text to struct config. libconfuse does the grammar over
 * options that are built from the tables, all of them strings: each value is
 * kept with its line, and converted by its kind when the tree is complete.
 * Neither libconfuse's callbacks nor its lexer take a context, hence the one
 * static pointer: one parse at a time.
 */
#include "lib/config_key.h"

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (16u << 20)

struct parse {
	const char *name; /* of the file */
	char *err;
	size_t errlen;
	bool failed;
	struct config *c;
	cfg_t *root;
	char value[CONFIG_VALUE_MAX + 16];
};

static struct parse *parsing;

/* The first error counts. */
static int fail_at(struct parse *p, int line, const char *text)
{
	if (!p->failed)
		snprintf(p->err, p->errlen, "%s:%d: %s", p->name, line, text);
	p->failed = true;
	return -EINVAL;
}

static int no_memory(struct parse *p)
{
	if (!p->failed)
		snprintf(p->err, p->errlen, "%s: out of memory", p->name);
	p->failed = true;
	return -ENOMEM;
}

/* ---- libconfuse's side ---- */

/* our flag beside libconfuse's: the key had a value */
#define OPT_SEEN (1 << 24)

static bool has_key(const struct config_section *s, const char *key)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->keys[i].name, key) == 0)
			return true;
	return false;
}

/* The sections that have the key, with the comma or word before each. */
static void list_homes(const struct config_group *groups, const char *within,
		       const char *key, char *out, size_t size)
{
	for (; groups->section; groups++) {
		const char *name = groups->section->name;
		size_t len = strlen(out);

		if (has_key(groups->section, key))
			snprintf(out + len, size - len, "%s%s%s%s",
				 len ? ", " : "", name, within[0] ? " in " : "",
				 within);
		if (groups->inner)
			list_homes(groups->inner, name, key, out, size);
	}
}

static void unknown_key(cfg_t *cfg, const char *key)
{
	char homes[256] = "", text[512];

	list_homes(config_groups, "", key, homes, sizeof(homes));
	if (has_key(&config_section_global, key))
		snprintf(text, sizeof(text),
			 "no such option '%s' here; it stands by itself, "
			 "outside of all sections",
			 key);
	else if (homes[0])
		snprintf(text, sizeof(text),
			 "no such option '%s' here; it belongs into: %s", key,
			 homes);
	else
		snprintf(text, sizeof(text),
			 "no such option '%s'; it is misspelt, see "
			 "l2tpd.conf(5)",
			 key);
	fail_at(parsing, cfg->line, text);
}

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	char text[256];

	/* libconfuse has one message for it: the key is its only argument. */
	if (strcmp(fmt, "no such option '%s'") == 0) {
		unknown_key(cfg, va_arg(ap, const char *));
		return;
	}
	vsnprintf(text, sizeof(text), fmt, ap);
	fail_at(parsing, cfg->line, text);
}

/* Keeps a value as "LINE value"; finds keys that are given twice. */
static int on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct parse *p = parsing;
	char text[128];

	if (opt->flags & OPT_SEEN && opt->nvalues <= 1) {
		snprintf(text, sizeof(text), "%s is given twice; remove one",
			 opt->name);
		return fail_at(p, cfg->line, text);
	}
	opt->flags |= OPT_SEEN;
	if (strlen(value) > CONFIG_VALUE_MAX) {
		snprintf(text, sizeof(text),
			 "%s: a value has more than %d bytes", opt->name,
			 CONFIG_VALUE_MAX);
		return fail_at(p, cfg->line, text);
	}
	snprintf(p->value, sizeof(p->value), "%d %s", cfg->line, value);
	*(const char **)result = p->value;
	return 0;
}

static cfg_opt_t *options_new(const struct config_section *s,
			      const struct config_group *groups);

static size_t count_groups(const struct config_group *g)
{
	size_t n = 0;

	while (g && g[n].section)
		n++;
	return n;
}

/* libconfuse copies the options when they are used; these go when it has. */
static void options_free(cfg_opt_t *opts)
{
	cfg_opt_t *o;

	for (o = opts; o && o->name; o++)
		if (o->type == CFGT_SEC)
			options_free(o->subopts);
	free(opts);
}

static int add_section(cfg_opt_t *opt, const struct config_group *g)
{
	int titled = g->section->titled ? CFGF_TITLE | CFGF_NO_TITLE_DUPES : 0;
	cfg_opt_t *inner = options_new(g->section, g->inner);

	if (!inner)
		return -ENOMEM;
	*opt = (cfg_opt_t)CFG_SEC(g->section->name, inner, CFGF_MULTI | titled);
	return 0;
}

/* Returns where the next option goes. */
static cfg_opt_t *add_key(cfg_opt_t *opt, const struct config_key *k,
			  const char *name)
{
	opt->name = name;
	opt->type = CFGT_STR;
	opt->flags = CFGF_NODEFAULT | (k->kind->list ? CFGF_LIST : 0);
	opt->parsecb = on_value;
	return opt + 1;
}

/* The options of a section and of those within it, or NULL. */
static cfg_opt_t *options_new(const struct config_section *s,
			      const struct config_group *groups)
{
	size_t inner = count_groups(groups), i;
	cfg_opt_t *opts = calloc(2 * s->n + inner + 1, sizeof(*opts));
	cfg_opt_t *next = opts;
	int err = 0;

	if (!opts)
		return NULL;
	for (i = 0; i < s->n; i++) {
		next = add_key(next, &s->keys[i], s->keys[i].name);
		if (s->keys[i].also)
			next = add_key(next, &s->keys[i], s->keys[i].also);
	}
	for (i = 0; i < inner && !err; i++)
		err = add_section(next++, &groups[i]);
	if (!err)
		return opts;
	options_free(opts);
	return NULL;
}

static cfg_t *tree_new(void)
{
	cfg_opt_t *opts = options_new(&config_section_global, config_groups);
	cfg_t *root = opts ? cfg_init(opts, CFGF_NONE) : NULL;

	if (root)
		cfg_set_error_function(root, on_error);
	options_free(opts);
	return root;
}

/* ---- from the tree to the structs ---- */

/* Takes the line off a kept value; returns the value. */
static const char *kept_value(const char *kept, int *line)
{
	char *end;

	*line = (int)strtol(kept, &end, 10);
	return end + 1;
}

/* NULL: the section has none of this name. */
static cfg_opt_t *find_option(cfg_t *tree, const char *name)
{
	for (cfg_opt_t *o = tree->opts; o->name; o++)
		if (strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

/* What the values of a key were given as: by its name, or by its other one. */
static cfg_opt_t *option_of(cfg_t *tree, const char *key, const char *also)
{
	cfg_opt_t *opt = find_option(tree, key);
	cfg_opt_t *other = also ? find_option(tree, also) : NULL;

	return other && cfg_opt_size(other) ? other : opt;
}

static int both_names(struct parse *p, cfg_t *tree, const struct config_key *k)
{
	struct config_why why;

	if (!k->also || !cfg_size(tree, k->name) || !cfg_size(tree, k->also))
		return 0;
	config_fail(&why, "%s and %s are one key; remove one", k->name,
		    k->also);
	return fail_at(p, tree->line, why.text);
}

static int convert_key(struct parse *p, cfg_t *tree, const struct config_key *k,
		       void *obj)
{
	cfg_opt_t *opt = option_of(tree, k->name, k->also);
	unsigned int i, n = cfg_opt_size(opt);
	struct config_why why;
	const char *text;
	int line, err = both_names(p, tree, k);

	if (err)
		return err;

	if (n == 0 && opt->flags & CFGF_MODIFIED) {
		config_fail(&why,
			    "%s is an empty list; write its values, or leave "
			    "it out",
			    k->name);
		return fail_at(p, tree->line, why.text);
	}
	for (i = 0; i < n; i++) {
		text = kept_value(cfg_opt_getnstr(opt, i), &line);
		err = k->kind->parse(k, obj, text, &why);
		if (err == -ENOMEM)
			return no_memory(p);
		if (err)
			return fail_at(p, line, why.text);
	}
	return 0;
}

static int convert_section(struct parse *p, cfg_t *tree,
			   const struct config_section *s, void *obj)
{
	size_t i;
	int err = 0;

	s->init(obj);
	if (s->titled)
		memcpy(obj, tree->title, strlen(tree->title) + 1);
	for (i = 0; i < s->n && !err; i++)
		err = convert_key(p, tree, &s->keys[i], obj);
	return err;
}

static int convert_groups(struct parse *p, cfg_t *tree,
			  const struct config_group *g, void *parent);

/*
 * All sections of one keyword into an array; the count is of those
 * that own memory.
 */
static int convert_group(struct parse *p, cfg_t *tree,
			 const struct config_group *g, void *parent)
{
	unsigned int count = cfg_size(tree, g->section->name);
	void *objs = count ? calloc(count, g->section->size) : NULL;
	size_t i;
	int err = 0;

	if (count && !objs)
		return no_memory(p);
	memcpy((char *)parent + g->array, &objs, sizeof(objs));
	for (i = 0; i < count && !err; i++) {
		cfg_t *sec =
			cfg_getnsec(tree, g->section->name, (unsigned int)i);
		void *obj = (char *)objs + i * g->section->size;
		size_t n = i + 1;

		memcpy((char *)parent + g->n, &n, sizeof(n));
		err = convert_section(p, sec, g->section, obj);
		if (!err && g->inner)
			err = convert_groups(p, sec, g->inner, obj);
	}
	return err;
}

static int convert_groups(struct parse *p, cfg_t *tree,
			  const struct config_group *g, void *parent)
{
	int err = 0;

	for (; g->section && !err; g++)
		err = convert_group(p, tree, g, parent);
	return err;
}

static int convert(struct parse *p)
{
	int err = convert_section(p, p->root, &config_section_global, p->c);

	return err ? err : convert_groups(p, p->root, config_groups, p->c);
}

/* ---- defaults that depend on other keys ---- */

/* The one key with two names (TUNNEL_KEYS). */
static cfg_opt_t *given_as(cfg_t *tree, const char *key)
{
	bool is_secret = strcmp(key, "secret-file") == 0;

	return option_of(tree, key, is_secret ? "tunnel-secret-file" : NULL);
}

static bool given(void *tree, const char *key)
{
	return cfg_opt_size(given_as(tree, key)) > 0;
}

static int complete_section(const struct config *c,
			    const struct config_section *s, void *obj,
			    cfg_t *tree)
{
	if (s == &config_section_ppp)
		((struct config_ppp *)obj)->pppd_scripts_given =
			given(tree, "pppd-scripts");
	return config_section_complete(c, s, obj, given, tree);
}

static int complete_groups(const struct config *c, const struct config_group *g,
			   void *parent, cfg_t *tree)
{
	size_t i;
	int err = 0;

	for (; g->section; g++) {
		for (i = 0; i < config_group_n(g, parent) && !err; i++) {
			cfg_t *sec = cfg_getnsec(tree, g->section->name,
						 (unsigned int)i);
			void *obj = config_group_at(g, parent, i);

			err = complete_section(c, g->section, obj, sec);
			if (!err && g->inner)
				err = complete_groups(c, g->inner, obj, sec);
		}
	}
	return err;
}

static int defaults(struct parse *p)
{
	struct config *c = p->c;
	char host[256] = "";

	if (!c->hostname) {
		if (gethostname(host, sizeof(host) - 1) || !host[0])
			strcpy(host, "l2tpd");
		c->hostname = strdup(host);
	}
	if (!c->state_dir)
		c->state_dir = strdup(CONFIG_STATE_DIR);
	if (!c->hostname || !c->state_dir ||
	    complete_groups(c, config_groups, c, p->root))
		return no_memory(p);
	return 0;
}

/* ---- the places of keys, for the cross-checks ---- */

static cfg_t *find_tree(cfg_t *tree, const struct config_group *g,
			const void *parent, const void *obj)
{
	cfg_t *found = NULL;
	size_t i;

	for (; g->section; g++) {
		for (i = 0; i < config_group_n(g, parent) && !found; i++) {
			cfg_t *sec = cfg_getnsec(tree, g->section->name,
						 (unsigned int)i);
			void *at = config_group_at(g, parent, i);

			if (at == obj)
				found = sec;
			else if (g->inner)
				found = find_tree(sec, g->inner, at, obj);
		}
	}
	return found;
}

static cfg_t *tree_of(struct parse *p, const void *obj)
{
	cfg_t *tree = find_tree(p->root, config_groups, p->c, obj);

	return tree ? tree : p->root;
}

static bool place_given(void *arg, const void *obj, const char *key)
{
	return given(tree_of(arg, obj), key);
}

static int place_line(void *arg, const void *obj, const char *key)
{
	cfg_t *tree = tree_of(arg, obj);
	int line = tree->line;

	if (key && given(tree, key))
		kept_value(cfg_opt_getnstr(given_as(tree, key), 0), &line);
	return line;
}

/* ---- the whole ---- */

/* The file's bytes with a NUL behind, or NULL. */
static char *read_all(FILE *f, size_t *len)
{
	size_t size = 4096, n = 0;
	char *text = malloc(size), *grown;

	while (text) {
		n += fread(text + n, 1, size - 1 - n, f);
		if (n < size - 1)
			break;
		size *= 2;
		grown = size <= FILE_MAX ? realloc(text, size) : NULL;
		if (!grown)
			free(text);
		text = grown;
	}
	if (text && ferror(f)) {
		free(text);
		return NULL;
	}
	if (text)
		text[n] = '\0';
	*len = n;
	return text;
}

static int build(struct parse *p, char *text, size_t len)
{
	const struct config_place place = { place_line, place_given, p };
	struct config_why why;
	int line, err;

	if (config_scan(text, len, &line, &why))
		return fail_at(p, line, why.text);
	parsing = p;
	err = cfg_parse_buf(p->root, text);
	parsing = NULL;
	if (err || p->failed)
		return fail_at(p, p->root->line, "syntax error");
	err = convert(p);
	if (!err)
		err = defaults(p);
	if (err)
		return err;
	err = config_check(p->c, &place, &line, &why);
	if (err == -ENOMEM)
		return no_memory(p);
	return err ? fail_at(p, line, why.text) : 0;
}

struct config *config_parse(FILE *f, const char *name, char *err, size_t errlen)
{
	struct parse p = { .name = name, .err = err, .errlen = errlen };
	size_t len;
	char *text = read_all(f, &len);
	int failed;

	if (!text) {
		snprintf(err, errlen,
			 "%s: cannot be read, or is larger than 16 MiB", name);
		return NULL;
	}
	p.root = tree_new();
	p.c = calloc(1, sizeof(*p.c));
	failed = p.root && p.c ? build(&p, text, len) : no_memory(&p);
	if (p.root)
		cfg_free(p.root);
	free(text);
	if (failed) {
		config_free(p.c);
		return NULL;
	}
	return p.c;
}

struct config *config_parse_text(const char *text, const char *name, char *err,
				 size_t errlen)
{
	FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	struct config *c = f ? config_parse(f, name, err, errlen) : NULL;

	if (f)
		fclose(f);
	else
		snprintf(err, errlen, "%s: out of memory", name);
	return c;
}

struct config *config_parse_words(const char *text, char *err, size_t errlen)
{
	char sentence[512] = "";
	struct config *c =
		config_parse_text(text, "command", sentence, sizeof(sentence));
	const char *at = strstr(sentence, ": ");

	if (!c)
		snprintf(err, errlen, "%s", at ? at + 2 : sentence);
	return c;
}
