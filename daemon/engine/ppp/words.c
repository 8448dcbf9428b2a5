/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why PPP ended, for the operator: in the core's words, but where the names of
 * the configuration say more.
 */
#include "engine/ppp/internal.h"

#include <stdio.h>

#include "proto/ppp/reason.h"

static const char *method_word(enum config_auth auth)
{
	switch (auth) {
	case CONFIG_AUTH_PAP:
		return "pap";
	case CONFIG_AUTH_CHAP:
		return "chap";
	case CONFIG_AUTH_MSCHAPV1:
		return "mschapv1";
	case CONFIG_AUTH_MSCHAPV2:
		return "mschapv2";
	}
	return "";
}

/* As the profile lists them. */
static void refuses_all(const struct builtin *b, char *out, size_t size)
{
	const struct config_ppp *p = b->link->profile;
	char list[64] = "";
	size_t used = 0;

	for (size_t i = 0; i < p->auth_n; i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used,
					 "%s%s", i ? ", " : "",
					 method_word(
						 (enum config_auth)p->auth[i]));
	snprintf(out, size,
		 "the peer refuses every method of authentication that it is "
		 "asked for (%s)",
		 list);
}

void builtin_words(const struct builtin *b, const struct ppp_ended *how,
		   char *out, size_t size)
{
	if (how->reason == PPP_REASON_METHOD)
		refuses_all(b, out, size);
	else
		snprintf(out, size, "%s", how->words);
}
