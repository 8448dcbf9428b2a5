/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the users file's parser and its table. */
#ifndef L2TPD_AAA_USERS_INTERNAL_H
#define L2TPD_AAA_USERS_INTERNAL_H

#include "aaa/users.h"

struct users_line {
	char client[USERS_NAME_MAX + 1], server[USERS_NAME_MAX + 1];
	struct secret secret;
	enum users_address address;
	uint32_t ipv4;
	unsigned int line;
};

/* False: stop caring about this line. */
typedef bool users_line_fn(void *arg, const struct users_line *line);

/*
 * Calls entry for each line that is one, warn for each that is
 * wrong; their number.
 */
size_t users_read(const char *text, size_t len, users_line_fn *entry,
		  users_warn *warn, void *arg);

#endif
