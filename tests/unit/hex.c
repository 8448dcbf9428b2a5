/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets written as digits; see hex.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hex.h"

static int digit(char c)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, c);

	return c && at ? (int)(at - digits) : -1;
}

size_t hex_bytes(const char *text, uint8_t *out, size_t size)
{
	size_t n = 0;

	for (const char *c = text; *c; c++) {
		int high = digit(*c), low = high < 0 ? -1 : digit(c[1]);

		if (high < 0)
			continue;
		if (low < 0 || n == size)
			fail_msg("no bytes: %s", c);
		out[n++] = (uint8_t)(high << 4 | low);
		c++;
	}
	return n;
}

void assert_hex(const uint8_t *data, size_t len, const char *text)
{
	uint8_t expected[2048];
	size_t n = hex_bytes(text, expected, sizeof(expected));
	char found[2 * 2048 + 1];

	if (len == n && memcmp(data, expected, n) == 0)
		return;
	for (size_t i = 0; i < len && i < 2048; i++)
		snprintf(found + 2 * i, 3, "%02x", data[i]);
	fail_msg("found    %s\nexpected %s", found, text);
}
