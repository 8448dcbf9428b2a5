/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Causes, and a sentence for each. */
#include "engine/cause.h"

#include <stdarg.h>
#include <stdio.h>

struct cause cause_make(enum cause_code code, const char *fmt, ...)
{
	struct cause c = { .code = code };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c.text, sizeof(c.text), fmt, ap);
	va_end(ap);
	return c;
}

const char *cause_sentence(enum cause_code code)
{
	switch (code) {
	case CAUSE_NONE:
		return "";
	case CAUSE_ADMINISTRATIVE:
		return "it was ended by an administrator";
	case CAUSE_SHUTDOWN:
		return "l2tpd stops";
	case CAUSE_NO_RESOURCES:
		return "there is no room for it now";
	case CAUSE_NOT_AUTHORIZED:
		return "it is not allowed";
	case CAUSE_NO_DESTINATION:
		return "what was asked for is not here";
	case CAUSE_WRONG_KIND:
		return "what was asked for is of another kind here";
	case CAUSE_REPLACED:
		return "another has taken its place";
	case CAUSE_LOST_CARRIER:
		return "the carrier was lost";
	case CAUSE_BUSY:
		return "it is busy";
	case CAUSE_NO_ANSWER:
		return "nobody answered";
	case CAUSE_PEER_SILENT:
		return "the peer does not answer any more";
	case CAUSE_PROTOCOL:
		return "the peer broke the rules of the protocol";
	}
	return "";
}
