/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct config *config_text_parse(const char *text, char *err, size_t errlen)
{
	FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	struct config *c;

	assert_non_null(f);
	c = config_parse(f, "test.conf", err, errlen);
	fclose(f);
	return c;
}

struct config *config_text(const char *text)
{
	char err[512] = "";
	struct config *c = config_text_parse(text, err, sizeof(err));

	if (!c)
		fail_msg("%s\nin:\n%s", err, text);
	return c;
}
