/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is looked at in packets that the core has made, as they go out: the
 * kernel has to be ready before some of them.
 */
#include "engine/ppp/internal.h"

#define CODE_AT	   2 /* after the protocol: code, id, length */
#define OPTIONS_AT 6

uint8_t builtin_code(const uint8_t *frame, size_t len)
{
	return len >= OPTIONS_AT ? frame[CODE_AT] : 0;
}

const uint8_t *builtin_option(const uint8_t *frame, size_t len, uint8_t type,
			      uint8_t option_len)
{
	for (size_t at = OPTIONS_AT;
	     at + 2 <= len && frame[at + 1] >= 2 && at + frame[at + 1] <= len;
	     at += frame[at + 1])
		if (frame[at] == type && frame[at + 1] == option_len)
			return frame + at;
	return NULL;
}
