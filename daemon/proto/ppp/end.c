/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a link ends, and the part of it that lives while it negotiates. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ppp/internal.h"

static void replace(char **to, const char *text)
{
	free(*to);
	*to = strdup(text);
}

void ppp_end_because(struct ppp_link *l, enum ppp_reason reason,
		     const char *text)
{
	char words[PPP_WORDS_MAX];
	const char *told;

	if (l->reason != PPP_REASON_NONE)
		return;
	l->reason = reason;
	l->cause = ppp_reasons[reason].cause;
	l->by_peer = ppp_reasons[reason].by_peer;
	ppp_reason_words(words, reason, text);
	replace(&l->words, words);
	told = ppp_reasons[reason].told;
	replace(&l->told, strcmp(told, PPP_TOLD_WORDS) == 0 ? words : told);
}

void ppp_end_note(struct ppp_link *l, const char *fmt, ...)
{
	char text[PPP_WORDS_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	replace(&l->failed, text);
}

struct ppp_kept *ppp_kept_new(const uint8_t *p, size_t len)
{
	struct ppp_kept *k = malloc(sizeof(*k) + len);

	if (!k)
		return NULL;
	k->len = (uint16_t)len;
	memcpy(k->data, p, len);
	return k;
}

void ppp_end_tell(struct ppp_link *l, const char *text)
{
	replace(&l->told, text);
}

bool ppp_negotiation_get(struct ppp_link *l)
{
	if (!l->nego)
		l->nego = calloc(1, sizeof(*l->nego));
	if (!l->nego)
		ppp_end_because(l, PPP_REASON_MEMORY, "");
	return l->nego;
}

void ppp_kept_free(struct ppp_kept **kept)
{
	if (*kept)
		explicit_bzero((*kept)->data, (*kept)->len);
	free(*kept);
	*kept = NULL;
}

void ppp_secret_free(struct secret **s)
{
	if (*s)
		secret_clear(*s);
	free(*s);
	*s = NULL;
}

void ppp_negotiation_put(struct ppp_link *l)
{
	if (!l->nego)
		return;
	ppp_kept_free(&l->nego->eap);
	for (int i = 0; i < PPP_FSM_COUNT; i++)
		ppp_kept_free(&l->nego->early[i]);
	ppp_secret_free(&l->nego->sent);
	explicit_bzero(l->nego, sizeof(*l->nego));
	free(l->nego);
	l->nego = NULL;
}

void ppp_reply_free(struct ppp_link *l)
{
	free(l->reply);
	l->reply = NULL;
}

void ppp_proof_free(struct ppp_link *l)
{
	if (l->proof)
		explicit_bzero(l->proof->data, l->proof->user_len + 1u +
						       l->proof->challenge_len +
						       l->proof->response_len);
	free(l->proof);
	free(l->verdict);
	l->proof = NULL;
	l->verdict = NULL;
}
