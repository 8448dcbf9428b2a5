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

void ppp_text_clean(char *out, size_t size, const void *text, size_t len)
{
	const uint8_t *p = text;
	size_t n = 0;

	while (n < len && n + 1 < size && p[n]) {
		out[n] = p[n] < 0x20 || p[n] == 0x7f ? '.' : (char)p[n];
		n++;
	}
	out[n] = '\0';
}
