// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Version 2 with two secrets, one of which is being replaced. Which of both
 * the peer has shows in the first thing that it made with it: a hidden AVP, or
 * its answer to our challenge. RFC 2661 sections 4.3, 5.1.1.
 */
#include "proto/l2tp/internal.h"

static bool has_two(const struct l2tp_tunnel *t)
{
	return t->r.version == 2 && secret_is_set(&t->cfg.old_secret);
}

static void swap(struct l2tp_tunnel *t)
{
	struct secret other = t->cfg.old_secret;

	t->cfg.old_secret = t->cfg.secret;
	t->cfg.secret = other;
	t->r.peer_info.old_secret = !t->r.peer_info.old_secret;
	secret_clear(&other);
}

void l2tp_secret_choose(struct l2tp_tunnel *t)
{
	if (has_two(t) && t->cfg.prefer_old)
		swap(t);
}

static bool is_response(const struct l2tp_tunnel *t,
			enum l2tp_message_type type, const uint8_t *response)
{
	uint8_t expected[16];

	return l2tp_challenge_response(expected, type, &t->cfg.secret,
				       t->r.challenge,
				       sizeof(t->r.challenge)) == 0 &&
	       secret_equal(expected, response, sizeof(expected));
}

bool l2tp_secret_proves(struct l2tp_tunnel *t, enum l2tp_message_type type,
			const uint8_t response[16])
{
	if (is_response(t, type, response))
		return true;
	if (!has_two(t))
		return false;
	swap(t);
	if (is_response(t, type, response))
		return true;
	swap(t);
	return false;
}

static enum l2tp_severity decode(struct l2tp_tunnel *t,
				 const struct l2tp_header *h)
{
	struct l2tp_endpoint *ep = t->ep;

	return l2tp_message_decode(&ep->msg, h, l2tp_unhiding_secret(t),
				   &ep->scratch, &ep->fault);
}

enum l2tp_severity l2tp_secret_decode(struct l2tp_tunnel *t,
				      const struct l2tp_header *h)
{
	enum l2tp_severity with_one = decode(t, h), with_other;

	if (with_one == L2TP_OK || !has_two(t) || t->r.established_ms)
		return with_one;
	swap(t);
	with_other = decode(t, h);
	if (with_other < with_one)
		return with_other;
	swap(t);
	return decode(t, h);
}
