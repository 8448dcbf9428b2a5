/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the configuration: the tables of sections and keys, from which the
 * parser, the printer and the tests come, and the kinds of values.
 */
#ifndef L2TPD_LIB_CONFIG_KEY_H
#define L2TPD_LIB_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/config.h"

#define CONFIG_VALUE_MAX 1024 /* bytes of one value in the file */

struct config_key;

/*
 * What is wrong with a value, and what to do, as a sentence without its place.
 */
struct config_why {
	char text[320];
};
int config_fail(struct config_why *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3))); /* -EINVAL */

/*
 * How a kind of value is read and written. obj is the section's struct. parse
 * sets the value, or appends to a list; -EINVAL with why, or -ENOMEM.
 */
struct config_kind {
	const char *name;
	bool list;
	int (*parse)(const struct config_key *k, void *obj, const char *text,
		     struct config_why *why);
	bool (*equal)(const struct config_key *k, const void *a, const void *b);
	void (*print)(const struct config_key *k, const void *obj, FILE *out);
	/* NULL: owns nothing */
	void (*fini)(const struct config_key *k, void *obj);
	/*
	 * From src to dst, which has none yet; 0 or -ENOMEM. NULL: no key has
	 * such a default.
	 */
	int (*copy)(const struct config_key *k, void *dst, const void *src);
};

extern const struct config_kind config_kind_string, config_kind_path,
	config_kind_ref, config_kind_ifname, config_kind_bool,
	config_kind_require, config_kind_u16, config_kind_u32,
	config_kind_seconds, config_kind_addr, config_kind_addr4,
	config_kind_source_port, config_kind_word, config_kind_auth,
	config_kind_dns, config_kind_ranges, config_kind_rate,
	config_kind_mppe_bits, config_kind_names, config_kind_strings,
	config_kind_prefixes, config_kind_child_name, config_kind_mac,
	config_kind_cookie_size, config_kind_cookie;

struct config_key {
	const char *name;
	const struct config_kind *kind;
	size_t offset; /* of the value in the section's struct */
	/* of a word: max + 1, by the enum that they stand for */
	const char *const *words;
	/* numbers: the value; strings: the length; times: ms */
	uint32_t min, max;
	const char *also; /* another name that the file may call it; NULL */
};

struct config_section {
	const char *name;
	bool titled; /* a name follows the keyword: the struct's first member */
	const struct config_key *keys;
	size_t n;
	size_t size;		 /* of the section's struct */
	void (*init)(void *obj); /* the defaults that depend on nothing else */
	/*
	 * Adds to def, fresh from init, the defaults that depend on obj's other
	 * keys; borrowed. Or NULL.
	 */
	void (*relative)(void *def, const void *obj, const struct config *c);
};

/*
 * Where the struct of a file or section keeps the sections of one
 * keyword: an array.
 */
struct config_group {
	const struct config_section *section;
	size_t array, n; /* offsets of the pointer and of the count */
	/* the groups within each; NULL: none */
	const struct config_group *inner;
};

extern const struct config_section config_section_global, config_section_listen,
	config_section_lns, config_section_ppp, config_section_lac,
	config_section_session, config_section_lcce, config_section_pw,
	config_section_static, config_section_static_session,
	config_section_pool, config_section_radius, config_section_tacacs,
	config_section_coa;

/*
 * The file's, in the order in which they are printed; ends with section NULL.
 */
extern const struct config_group config_groups[];
size_t config_group_n(const struct config_group *g, const void *parent);
void *config_group_at(const struct config_group *g, const void *parent,
		      size_t i);

void config_section_fini(const struct config_section *s, void *obj);
/* The same of one that was allocated, which is freed; NULL is allowed. */
void config_section_free(const struct config_section *s, const void *obj);
/*
 * The defaults that depend on other keys, where s has such, into the keys that
 * were not given. 0 or -ENOMEM.
 */
int config_section_complete(const struct config *c,
			    const struct config_section *s, void *obj,
			    bool (*given)(void *arg, const char *key),
			    void *arg);

/*
 * A name as of a section: letters, digits, '.', '_', '-'; shorter than
 * CONFIG_NAME_MAX.
 */
bool config_name_ok(const char *text);

/* Writes text as a string in quotes. */
void config_print_string(const char *text, FILE *out);

/*
 * Looks at the file's letters before libconfuse does, which expands ${...},
 * skips what it does not know and loses its place in a string that does not
 * end: such things are errors here. Comments become blanks. text has len bytes
 * and a NUL. 0, or -EINVAL with why and the line.
 */
int config_scan(char *text, size_t len, int *line, struct config_why *why);

/*
 * Cross-checks of a complete configuration: finds the place of a key by itself.
 */
struct config_place {
	/*
	 * The line of a key of obj (a section's struct), or where
	 * that section ends.
	 */
	int (*line)(void *arg, const void *obj, const char *key);
	/* whether the file has it */
	bool (*given)(void *arg, const void *obj, const char *key);
	void *arg;
};
int config_check(struct config *c, const struct config_place *place, int *line,
		 struct config_why *why);

/* Takes the profile's own address out of its pool; 0 or -ENOMEM. */
int config_pool_exclude(struct config_ppp *ppp);

#endif
