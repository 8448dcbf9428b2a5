/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A users file of any bytes: entries that are within their bounds and are
 * found by their names, and at most the promised number of warnings.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/users_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct seen {
	struct users *users;
	size_t entries, warnings, lines;
};

static void on_warn(void *arg, unsigned int line, const char *text)
{
	struct seen *s = arg;

	if (line > s->lines || !text[0] || ++s->warnings > USERS_WARN_MAX + 1)
		abort();
}

static bool on_line(void *arg, const struct users_line *l)
{
	struct seen *s = arg;
	struct users_entry e = { 0 };

	if (strlen(l->client) > USERS_NAME_MAX ||
	    strlen(l->server) > USERS_NAME_MAX || l->secret.len == 0 ||
	    l->secret.len > SECRET_MAX || l->line == 0 || l->line > s->lines)
		abort();
	/* Another entry may be the better one, but there is one. */
	if (!users_find(s->users, l->client, l->server, &e) ||
	    e.secret.len == 0)
		abort();
	if (e.line == l->line &&
	    (e.secret.len != l->secret.len ||
	     memcmp(e.secret.data, l->secret.data, e.secret.len)))
		abort();
	s->entries++;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct seen s = { .lines = 1 };
	/* no more, for the sanitizer to see */
	char *text = malloc(len ? len : 1);
	size_t i;

	if (!text)
		abort();
	memcpy(text, data, len);
	for (i = 0; i < len; i++)
		s.lines += data[i] == '\n';
	s.users = users_parse(text, len, on_warn, &s);
	if (!s.users)
		abort();
	s.warnings = 0;
	users_read(text, len, on_line, NULL, &s);
	if (s.entries != users_count(s.users))
		abort();
	users_free(s.users);
	free(text);
	return 0;
}
