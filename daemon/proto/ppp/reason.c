/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reasons in words. */
#include "proto/ppp/reason.h"

#include <stdio.h>
#include <string.h>

const struct ppp_reason_info ppp_reasons[PPP_REASON_COUNT] = {
#define X(id, cause, by_peer, words, told) \
	[PPP_REASON_##id] = { #id, PPP_CAUSE_##cause, by_peer, words, told },
	PPP_REASONS(X)
#undef X
};

void ppp_reason_words(char out[PPP_WORDS_MAX], enum ppp_reason reason,
		      const char *text)
{
	const char *words = ppp_reasons[reason].words;
	const char *at = strstr(words, "%s");

	snprintf(out, PPP_WORDS_MAX, "%.*s%s%s", (int)(at - words), words,
		 text ? text : "", at + 2);
}

/* Octets of the character that is there; 0: none that people can read. */
static size_t character(const uint8_t *p, size_t left)
{
	size_t n = p[0] < 0x80 ? 1 :
		   p[0] < 0xc2 ? 0 :
		   p[0] < 0xe0 ? 2 :
		   p[0] < 0xf0 ? 3 :
		   p[0] < 0xf5 ? 4 :
				 0;

	if (n > left || p[0] < 0x20 || p[0] == 0x7f)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

void ppp_text_clean(char *out, size_t size, const void *text, size_t len)
{
	const uint8_t *p = text;
	size_t at = 0, room = size - 1;

	while (at < len && at < room && p[at]) {
		size_t n = character(p + at, len - at);

		if (n > room - at)
			break;
		if (n)
			memcpy(out + at, p + at, n);
		else
			out[at] = '.';
		at += n ? n : 1;
	}
	out[at] = '\0';
}
