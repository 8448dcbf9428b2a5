/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why PPP ended, for the operator: in the core's words, but where the names of
 * the configuration say more.
 */
#include "engine/ppp/internal.h"

#include <stdio.h>

#include "proto/ppp/reason.h"

/* As the profile lists them. */
static void refuses_all(const struct builtin *b, char *out, size_t size)
{
	char list[CONFIG_AUTH_TEXT];

	snprintf(out, size,
		 "the peer refuses every method of authentication that it is "
		 "asked for (%s)",
		 config_auth_text(b->link->profile, ", ", list, sizeof(list)));
}

void builtin_words(const struct builtin *b, const struct ppp_ended *how,
		   char *out, size_t size)
{
	if (how->reason == PPP_REASON_METHOD)
		refuses_all(b, out, size);
	else
		snprintf(out, size, "%s", how->words);
}
