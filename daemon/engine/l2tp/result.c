/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neutral causes in L2TP's codes: RFC 2661 section 4.4.2, RFC
 * 3931 section 5.4.2.
 */
#include "engine/l2tp/result.h"

#include <stdio.h>

struct code {
	uint16_t result, error;
};

static struct code stopccn_code(enum cause_code code)
{
	switch (code) {
	case CAUSE_NONE:
	case CAUSE_ADMINISTRATIVE:
	case CAUSE_LOST_CARRIER:
	case CAUSE_BUSY:
	case CAUSE_NO_ANSWER:
	case CAUSE_PEER_SILENT:
		return (struct code){ L2TP_STOPCCN_CLEAR, 0 };
	case CAUSE_SHUTDOWN:
		return (struct code){ L2TP_STOPCCN_SHUTDOWN, 0 };
	case CAUSE_NO_RESOURCES:
		return (struct code){ L2TP_STOPCCN_ERROR,
				      L2TP_ERROR_RESOURCES };
	case CAUSE_NOT_AUTHORIZED:
	case CAUSE_NO_DESTINATION:
	case CAUSE_WRONG_KIND:
		return (struct code){ L2TP_STOPCCN_NOT_AUTHORIZED, 0 };
	case CAUSE_REPLACED:
		return (struct code){ L2TP_STOPCCN_EXISTS, 0 };
	case CAUSE_PROTOCOL:
		return (struct code){ L2TP_STOPCCN_FSM, 0 };
	}
	return (struct code){ L2TP_STOPCCN_CLEAR, 0 };
}

static struct code cdn_code(enum cause_code code)
{
	switch (code) {
	case CAUSE_NONE:
	case CAUSE_ADMINISTRATIVE:
	case CAUSE_SHUTDOWN:
	case CAUSE_NOT_AUTHORIZED:
	case CAUSE_REPLACED:
	case CAUSE_PROTOCOL:
		return (struct code){ L2TP_CDN_ADMINISTRATIVE, 0 };
	case CAUSE_NO_RESOURCES:
		return (struct code){ L2TP_CDN_NO_FACILITIES, 0 };
	case CAUSE_NO_DESTINATION:
		return (struct code){ L2TP_CDN_INVALID_DESTINATION, 0 };
	case CAUSE_WRONG_KIND:
		return (struct code){ L2TP_CDN_PW_TYPE, 0 };
	case CAUSE_LOST_CARRIER:
	case CAUSE_PEER_SILENT:
		return (struct code){ L2TP_CDN_LOST_CARRIER, 0 };
	case CAUSE_BUSY:
		return (struct code){ L2TP_CDN_BUSY, 0 };
	case CAUSE_NO_ANSWER:
		return (struct code){ L2TP_CDN_TIMEOUT, 0 };
	}
	return (struct code){ L2TP_CDN_ADMINISTRATIVE, 0 };
}

static struct l2tp_cause translate(const struct cause *c, struct code code)
{
	struct l2tp_cause out = { .result = code.result, .error = code.error };

	/* A message has room for so much of it. */
	snprintf(out.text, sizeof(out.text), "%.*s", (int)sizeof(out.text) - 1,
		 c->text[0] ? c->text : cause_sentence(c->code));
	return out;
}

struct l2tp_cause result_stopccn(const struct cause *c)
{
	return translate(c, stopccn_code(c->code));
}

struct l2tp_cause result_cdn(const struct cause *c)
{
	return translate(c, cdn_code(c->code));
}

bool result_is_about_request(const struct l2tp_cause *c)
{
	return (c->result == L2TP_STOPCCN_ERROR &&
		c->error != L2TP_ERROR_RESOURCES) ||
	       c->result == L2TP_STOPCCN_NOT_AUTHORIZED ||
	       c->result == L2TP_STOPCCN_VERSION ||
	       c->result == L2TP_STOPCCN_FSM;
}
