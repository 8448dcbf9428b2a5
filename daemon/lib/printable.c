/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Characters that may be shown, and others as their octets. */
#include "lib/printable.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What is never shown as it is; a control character of C0 is below them all. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x7f, 0x9f },	      /* DEL, C1 */
	{ 0x61c, 0x61c },     /* Arabic letter mark */
	{ 0x180e, 0x180e },   /* Mongolian vowel separator */
	{ 0x200b, 0x200f },   /* without width; marks of direction */
	{ 0x2028, 0x202e },   /* separators; embeddings and overrides */
	{ 0x2060, 0x206f },   /* joiners, isolates */
	{ 0xd800, 0xdfff },   /* surrogates: no characters */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xfff9, 0xfffb },   /* interlinear annotation */
	{ 0xe0000, 0xe0fff }, /* tags */
};

static bool is_hidden(uint32_t c)
{
	if (c < 0x20)
		return true;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return false;
}

/* Octets of a character that begins like this; 0: none does. */
static size_t length_of(unsigned char first)
{
	return first < 0x80  ? 1 :
	       first < 0xc2  ? 0 :
	       first < 0xe0  ? 2 :
	       first < 0xf0  ? 3 :
	       first <= 0xf4 ? 4 :
			       0;
}

/* The UTF-8 character at text (RFC 3629) and its octets; 0: it is none. */
static size_t decode(const char *text, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;
	size_t n = length_of(p[0]);
	uint32_t c = n > 1 ? p[0] & (0x7fu >> n) : p[0];

	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	*out = c;
	return n && c >= least[n] && c <= 0x10ffff ? n : 0;
}

static void put_octets(const char *text, size_t n, char *out)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		*out++ = '\\';
		*out++ = 'x';
		*out++ = hex[c >> 4];
		*out++ = hex[c & 15];
	}
	*out = '\0';
}

size_t printable_next(const char *text, char out[PRINTABLE_MAX])
{
	uint32_t c;
	size_t n;

	if (!*text)
		return 0;
	n = decode(text, &c);
	if (!n || is_hidden(c)) {
		put_octets(text, n ? n : 1, out);
		return n ? n : 1;
	}
	memcpy(out, text, n);
	out[n] = '\0';
	return n;
}
