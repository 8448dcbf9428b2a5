/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command's words as a section of the configuration: read by its tables,
 * completed and checked as in a file, so that they are refused as there.
 */
#ifndef L2TPD_ENGINE_CONTROL_SECTION_H
#define L2TPD_ENGINE_CONTROL_SECTION_H

#include <net/if.h>
#include <stdbool.h>

#include "lib/config.h"

struct check;
struct config_section;
struct control;

/* A key that the command's words call otherwise; the last has key NULL. */
struct section_alias {
	const char *key, *word;
};

/*
 * Into obj, the section's struct, with its defaults; what it owns is the
 * caller's. aliases may be NULL. false: an error was sent.
 */
bool section_take(struct control *c, const struct config_section *s,
		  const struct section_alias *aliases, void *obj);
/*
 * A name into a message's or a struct's field; absent or empty is "". false: an
 * error was sent.
 */
bool section_take_name(struct control *c, const char *key,
		       char out[CONFIG_NAME_MAX]);
/* Into a message's field; NULL is "". */
void section_copy_word(char out[IFNAMSIZ], const char *text);
/*
 * Checks of config_check.h, with the command's words in place of a file's.
 * false: an error was sent.
 */
bool section_check(struct control *c, const struct section_alias *aliases,
		   int (*run)(struct check *ch, const void *arg),
		   const void *arg);

#endif
