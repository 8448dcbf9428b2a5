/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration file of any bytes: either an error with its place, or a
 * configuration whose canonical form parses back to itself.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct config *parse(const void *text, size_t len, char *err,
			    size_t errlen)
{
	FILE *f = len ? fmemopen((void *)(uintptr_t)text, len, "r") :
			fopen("/dev/null", "r");
	struct config *c;

	if (!f)
		abort();
	err[0] = '\0';
	c = config_parse(f, "FILE", err, errlen);
	fclose(f);
	if (!c && strncmp(err, "FILE:", 5) != 0)
		abort();
	return c;
}

static char *print(const struct config *c, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (!f || config_print(c, f))
		abort();
	fclose(f);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct config *c, *again;
	size_t first_len, second_len;
	char err[512], *first, *second;

	c = parse(data, len, err, sizeof(err));
	if (!c)
		return 0;
	first = print(c, &first_len);
	again = parse(first, first_len, err, sizeof(err));
	if (!again) {
		fprintf(stderr, "%s\n%s", err, first);
		abort();
	}
	second = print(again, &second_len);
	if (first_len != second_len || memcmp(first, second, first_len))
		abort();
	config_free(c);
	config_free(again);
	free(first);
	free(second);
	return 0;
}
