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
	const char *name;	/* of the file */
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

#define OPT_SEEN (1 << 24)	/* our flag beside libconfuse's: the key had a value */

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	char text[256], more[384];

	vsnprintf(text, sizeof(text), fmt, ap);
	snprintf(more, sizeof(more), "%s%s", text, strncmp(fmt, "no such option", 14) ? "" :
		 "; it is misspelt or belongs to another section, see l2tpd.conf(5)");
	fail_at(parsing, cfg->line, more);
}

/* Keeps a value as "LINE value"; finds keys that are given twice. */
static int on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct parse *p = parsing;
	char text[128];

	if (opt->flags & OPT_SEEN && opt->nvalues <= 1) {
		snprintf(text, sizeof(text), "%s is given twice; remove one", opt->name);
		return fail_at(p, cfg->line, text);
	}
	opt->flags |= OPT_SEEN;
	if (strlen(value) > CONFIG_VALUE_MAX) {
		snprintf(text, sizeof(text), "%s: a value has more than %d bytes", opt->name,
			 CONFIG_VALUE_MAX);
		return fail_at(p, cfg->line, text);
	}
	snprintf(p->value, sizeof(p->value), "%d %s", cfg->line, value);
	*(const char **)result = p->value;
	return 0;
}

static cfg_opt_t *options_new(const struct config_section *s, cfg_opt_t *sections, size_t n)
{
	cfg_opt_t *opts = calloc(s->n + n + 1, sizeof(*opts));
	size_t i;

	if (!opts)
		return NULL;
	for (i = 0; i < s->n; i++) {
		opts[i].name = s->keys[i].name;
		opts[i].type = CFGT_STR;
		opts[i].flags = CFGF_NODEFAULT | (s->keys[i].kind->list ? CFGF_LIST : 0);
		opts[i].parsecb = on_value;
	}
	if (n)
		memcpy(&opts[s->n], sections, n * sizeof(*opts));
	return opts;
}

static cfg_opt_t section_option(const struct config_section *s, cfg_opt_t *opts)
{
	int titled = s->titled ? CFGF_TITLE | CFGF_NO_TITLE_DUPES : 0;

	return (cfg_opt_t)CFG_SEC(s->name, opts, CFGF_MULTI | titled);
}

/* libconfuse copies the options; these go when it has. */
static cfg_t *tree_new(void)
{
	cfg_opt_t *listen = options_new(&config_section_listen, NULL, 0);
	cfg_opt_t *lns = options_new(&config_section_lns, NULL, 0);
	cfg_opt_t *ppp = options_new(&config_section_ppp, NULL, 0);
	cfg_opt_t *session = options_new(&config_section_session, NULL, 0);
	cfg_opt_t in_lac[] = { section_option(&config_section_session, session) };
	cfg_opt_t *lac = options_new(&config_section_lac, in_lac, 1);
	cfg_opt_t *pool = options_new(&config_section_pool, NULL, 0);
	cfg_opt_t *radius = options_new(&config_section_radius, NULL, 0);
	cfg_opt_t *coa = options_new(&config_section_coa, NULL, 0);
	cfg_opt_t in_global[] = {
		section_option(&config_section_listen, listen),
		section_option(&config_section_lns, lns),
		section_option(&config_section_ppp, ppp),
		section_option(&config_section_lac, lac),
		section_option(&config_section_pool, pool),
		section_option(&config_section_radius, radius),
		section_option(&config_section_coa, coa),
	};
	cfg_opt_t *global = options_new(&config_section_global, in_global,
					sizeof(in_global) / sizeof(in_global[0]));
	cfg_t *root = NULL;

	if (listen && lns && ppp && session && lac && pool && radius && coa && global)
		root = cfg_init(global, CFGF_NONE);
	if (root)
		cfg_set_error_function(root, on_error);
	free(listen);
	free(lns);
	free(ppp);
	free(session);
	free(lac);
	free(pool);
	free(radius);
	free(coa);
	free(global);
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

static int convert_key(struct parse *p, cfg_t *tree, const struct config_key *k, void *obj)
{
	cfg_opt_t *opt = cfg_getopt(tree, k->name);
	unsigned int i, n = cfg_opt_size(opt);
	struct config_why why;
	const char *text;
	int line, err;

	if (n == 0 && opt->flags & CFGF_MODIFIED) {
		config_fail(&why, "%s is an empty list; write its values, or leave it out",
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

static int convert_section(struct parse *p, cfg_t *tree, const struct config_section *s,
			   void *obj)
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

/* All sections of one keyword into an array; *n counts those that own memory. */
static int convert_sections(struct parse *p, cfg_t *parent, const struct config_section *s,
			    void *array, size_t *n)
{
	unsigned int i, count = cfg_size(parent, s->name);
	void *objs;
	int err = 0;

	if (count == 0)
		return 0;
	objs = calloc(count, s->size);
	if (!objs)
		return no_memory(p);
	memcpy(array, &objs, sizeof(objs));
	for (i = 0; i < count && !err; i++) {
		++*n;
		err = convert_section(p, cfg_getnsec(parent, s->name, i), s,
				      (char *)objs + i * s->size);
	}
	return err;
}

static int convert(struct parse *p)
{
	struct config *c = p->c;
	unsigned int i;
	int err;

	err = convert_section(p, p->root, &config_section_global, c);
	if (!err)
		err = convert_sections(p, p->root, &config_section_listen, &c->listen, &c->listen_n);
	if (!err)
		err = convert_sections(p, p->root, &config_section_lns, &c->lns, &c->lns_n);
	if (!err)
		err = convert_sections(p, p->root, &config_section_ppp, &c->ppp, &c->ppp_n);
	if (!err)
		err = convert_sections(p, p->root, &config_section_lac, &c->lac, &c->lac_n);
	if (!err)
		err = convert_sections(p, p->root, &config_section_pool, &c->pool, &c->pool_n);
	if (!err)
		err = convert_sections(p, p->root, &config_section_radius, &c->radius, &c->radius_n);
	if (!err)
		err = convert_sections(p, p->root, &config_section_coa, &c->coa, &c->coa_n);
	for (i = 0; i < c->lac_n && !err; i++)
		err = convert_sections(p, cfg_getnsec(p->root, "lac", i), &config_section_session,
				       &c->lac[i].sessions, &c->lac[i].sessions_n);
	return err;
}

/* ---- defaults that depend on other keys ---- */

static bool given(cfg_t *tree, const char *key)
{
	return cfg_size(tree, key) > 0;
}

static int tunnel_defaults(const struct config *c, struct config_tunnel *t, cfg_t *tree)
{
	if (!t->hostname)
		t->hostname = strdup(c->hostname);
	if (!given(tree, "challenge"))
		t->challenge = t->secret_file != NULL;
	return t->hostname ? 0 : -ENOMEM;
}

static void ppp_defaults(struct config_ppp *ppp, cfg_t *tree)
{
	if (!ppp->mru)
		ppp->mru = ppp->mtu;
	if (!given(tree, "accounting"))
		ppp->accounting = ppp->radius.n > 0;
	if (!ppp->mppe_bits)
		ppp->mppe_bits = CONFIG_MPPE_40 | CONFIG_MPPE_128;
	ppp->pppd_scripts_given = given(tree, "pppd-scripts");
}

static int radius_defaults(struct config *c)
{
	size_t i;

	if (!c->state_dir)
		c->state_dir = strdup(CONFIG_STATE_DIR);
	if (!c->state_dir)
		return -ENOMEM;
	for (i = 0; i < c->radius_n; i++) {
		if (!c->radius[i].nas_identifier)
			c->radius[i].nas_identifier = strdup(c->hostname);
		if (!c->radius[i].nas_identifier)
			return -ENOMEM;
	}
	return 0;
}

static int defaults(struct parse *p)
{
	struct config *c = p->c;
	char host[256] = "";
	unsigned int i;

	if (!c->hostname) {
		if (gethostname(host, sizeof(host) - 1) || !host[0])
			strcpy(host, "l2tpd");
		c->hostname = strdup(host);
		if (!c->hostname)
			return no_memory(p);
	}
	for (i = 0; i < c->lns_n; i++)
		if (tunnel_defaults(c, &c->lns[i].tunnel, cfg_getnsec(p->root, "lns", i)))
			return no_memory(p);
	for (i = 0; i < c->lac_n; i++)
		if (tunnel_defaults(c, &c->lac[i].tunnel, cfg_getnsec(p->root, "lac", i)))
			return no_memory(p);
	for (i = 0; i < c->ppp_n; i++)
		ppp_defaults(&c->ppp[i], cfg_getnsec(p->root, "ppp", i));
	return radius_defaults(c) ? no_memory(p) : 0;
}

/* ---- the places of keys, for the cross-checks ---- */

static cfg_t *tree_of(struct parse *p, const void *obj)
{
	const struct config *c = p->c;
	unsigned int i, j;

	for (i = 0; i < c->listen_n; i++)
		if (obj == &c->listen[i])
			return cfg_getnsec(p->root, "listen", i);
	for (i = 0; i < c->lns_n; i++)
		if (obj == &c->lns[i])
			return cfg_getnsec(p->root, "lns", i);
	for (i = 0; i < c->ppp_n; i++)
		if (obj == &c->ppp[i])
			return cfg_getnsec(p->root, "ppp", i);
	for (i = 0; i < c->pool_n; i++)
		if (obj == &c->pool[i])
			return cfg_getnsec(p->root, "pool", i);
	for (i = 0; i < c->radius_n; i++)
		if (obj == &c->radius[i])
			return cfg_getnsec(p->root, "radius", i);
	for (i = 0; i < c->coa_n; i++)
		if (obj == &c->coa[i])
			return cfg_getnsec(p->root, "coa", i);
	for (i = 0; i < c->lac_n; i++) {
		if (obj == &c->lac[i])
			return cfg_getnsec(p->root, "lac", i);
		for (j = 0; j < c->lac[i].sessions_n; j++)
			if (obj == &c->lac[i].sessions[j])
				return cfg_getnsec(cfg_getnsec(p->root, "lac", i), "session", j);
	}
	return p->root;
}

static int place_line(void *arg, const void *obj, const char *key)
{
	cfg_t *tree = tree_of(arg, obj);
	int line = tree->line;

	if (key && given(tree, key))
		kept_value(cfg_getnstr(tree, key, 0), &line);
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
	const struct config_place place = { place_line, p };
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
		snprintf(err, errlen, "%s: cannot be read, or is larger than 16 MiB", name);
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
