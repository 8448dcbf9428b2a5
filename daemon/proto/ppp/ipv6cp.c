/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPv6 Control Protocol, RFC 5072: interface identifiers. */
#include <string.h>

#include "proto/ppp/internal.h"

enum option { IDENTIFIER, COMPRESSION };

static bool is_zero(const uint8_t id[8])
{
	static const uint8_t zero[8];

	return !memcmp(id, zero, sizeof(zero));
}

static struct ppp_ipv6_info *now(const struct ppp_link *l)
{
	return &l->nego->ipv6;
}

/* Without the bit that says that it is unique in the world (section 4.1). */
static void make_identifier(const struct ppp_link *l, uint8_t id[8])
{
	do {
		ppp_random(l, id, 8);
		id[0] &= 0xfd;
	} while (is_zero(id));
}

/* What the peer should take: the one that it is given, or one of chance. */
static void suggest(const struct ppp_link *l, struct wbuf *nak)
{
	uint8_t id[8];

	memcpy(id, l->given6.remote, sizeof(id));
	if (is_zero(id) || !memcmp(id, now(l)->local, sizeof(id)))
		make_identifier(l, id);
	wbuf_bytes(nak, id, sizeof(id));
}

/* Section 4.1: neither zero, nor ours, nor another than it was given. */
static enum ppp_verdict check_identifier(struct ppp_link *l, struct rbuf *v,
					 struct wbuf *nak)
{
	const uint8_t *id = rbuf_take(v, 8);

	if (id && !is_zero(id) && memcmp(id, now(l)->local, 8) != 0 &&
	    (is_zero(l->given6.remote) || !memcmp(id, l->given6.remote, 8))) {
		memcpy(now(l)->remote, id, 8);
		return PPP_ACK;
	}
	suggest(l, nak);
	return PPP_NAK;
}

static void ask_identifier(const struct ppp_link *l, struct wbuf *w)
{
	wbuf_bytes(w, now(l)->local, 8);
}

/* It collides with the peer's, or the peer knows a better one. */
static void nak_identifier(struct ppp_link *l, struct rbuf *v)
{
	const uint8_t *id = rbuf_take(v, 8);

	if (!is_zero(l->given6.local))
		return;
	if (l->caller && !is_zero(id))
		memcpy(now(l)->local, id, 8);
	else
		make_identifier(l, now(l)->local);
}

static bool missing_identifier(const struct ppp_link *l, struct wbuf *nak)
{
	suggest(l, nak);
	return true;
}

#define NONE NULL, NULL, NULL, NULL, NULL
/* clang-format off */
static const struct ppp_option options[] = {
	[IDENTIFIER] = { 1, 8, 8, "Interface-Identifier", "RFC 5072 4.1",
		check_identifier, ask_identifier, nak_identifier, NULL, missing_identifier },
	[COMPRESSION] = { 2, 2, 253, "IPv6-Compression-Protocol", "RFC 5172 2", NONE },
};
/* clang-format on */

static uint16_t begin(struct ppp_link *l)
{
	memcpy(now(l)->local, l->given6.local, 8);
	if (is_zero(now(l)->local))
		memcpy(now(l)->local, l->ipv6.local, 8); /* as before */
	if (is_zero(now(l)->local))
		make_identifier(l, now(l)->local);
	return 1u << IDENTIFIER;
}

static void request(struct ppp_link *l)
{
	memset(now(l)->remote, 0, 8);
}

static void up(struct ppp_link *l)
{
	if (is_zero(now(l)->remote) ||
	    !(l->fsm[PPP_FSM_IPV6CP].wanted & 1u << IDENTIFIER)) {
		ppp_fsm_give_up(l, PPP_FSM_IPV6CP, PPP_REASON_NO_AGREEMENT,
				"an interface identifier");
		return;
	}
	l->ipv6 = *now(l);
	l->ipv6_up = true;
	ppp_effect_add(l, PPP_EFFECT_IPV6_UP)->u.ipv6 = l->ipv6;
	l->core->upper->network_up(l, PPP_FSM_IPV6CP);
}

static void down(struct ppp_link *l)
{
	if (l->ipv6_up)
		ppp_effect_add(l, PPP_EFFECT_IPV6_DOWN);
	l->ipv6_up = false;
}

static void finished(struct ppp_link *l)
{
	l->core->upper->network_finished(l, PPP_FSM_IPV6CP);
}

const struct ppp_protocol ppp_ipv6cp = {
	.number = PPP_PROTO_IPV6CP,
	.name = "IPV6CP",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.begin = begin,
	.request = request,
	.up = up,
	.down = down,
	.finished = finished,
};
