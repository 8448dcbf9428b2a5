/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Internet Protocol Control Protocol (RFC 1332) with name servers (RFC
 * 1877), for who gives addresses and who asks for them.
 */
#include <string.h>

#include "proto/ppp/internal.h"

/* clang-format off */
enum option {
	ADDRESSES, COMPRESSION, ADDRESS, MOBILE, DNS1, WINS1, DNS2, WINS2
};
/* clang-format on */
#define BIT(option) ((uint16_t)(1u << (option)))

/* Addresses are in network order, in memory as in packets. */
static uint32_t take_address(struct rbuf *v)
{
	const uint8_t *p = rbuf_take(v, 4);
	uint32_t a = 0;

	if (p)
		memcpy(&a, p, sizeof(a));
	return a;
}

static struct ppp_ipv4_info *now(const struct ppp_link *l)
{
	return &l->nego->ipv4;
}

/* ---- IP-Address, RFC 1332 section 3.3 ---- */

static bool peer_may_have(const struct ppp_link *l, uint32_t a)
{
	uint32_t remote = l->given4.remote;

	if (!a || a == now(l)->local || a == PPP_PEERS_CHOICE)
		return false;
	if (remote == PPP_PEERS_CHOICE || (l->caller && !remote))
		return true;
	return a == remote;
}

static enum ppp_verdict check_address(struct ppp_link *l, struct rbuf *v,
				      struct wbuf *nak)
{
	uint32_t remote = l->given4.remote, a = take_address(v);

	if (!v->failed && peer_may_have(l, a)) {
		now(l)->remote = a;
		return PPP_ACK;
	}
	if (!remote || remote == PPP_PEERS_CHOICE)
		return PPP_REJECT;
	wbuf_bytes(nak, &remote, sizeof(remote));
	return PPP_NAK;
}

static void ask_address(const struct ppp_link *l, struct wbuf *w)
{
	wbuf_bytes(w, &now(l)->local, sizeof(now(l)->local));
}

/* A caller without an address of its own takes what it is given. */
static void nak_address(struct ppp_link *l, struct rbuf *v)
{
	uint32_t a = take_address(v);

	if (a && !l->given4.local)
		now(l)->local = a;
}

static bool missing_address(const struct ppp_link *l, struct wbuf *nak)
{
	uint32_t remote = l->given4.remote;

	if (l->caller || !remote || remote == PPP_PEERS_CHOICE)
		return false;
	wbuf_bytes(nak, &remote, sizeof(remote));
	return true;
}

/* ---- name servers, RFC 1877 section 1 ---- */

static enum ppp_verdict check_server(uint32_t ours, struct rbuf *v,
				     struct wbuf *nak)
{
	uint32_t a = take_address(v);

	if (!ours)
		return PPP_REJECT;
	if (!v->failed && a == ours)
		return PPP_ACK;
	wbuf_bytes(nak, &ours, sizeof(ours));
	return PPP_NAK;
}

#define SERVER(name, member)                                                   \
	static enum ppp_verdict check_##name(struct ppp_link *l,               \
					     struct rbuf *v, struct wbuf *nak) \
	{                                                                      \
		return check_server(l->caller ? 0 : l->given4.member, v, nak); \
	}                                                                      \
	static void ask_##name(const struct ppp_link *l, struct wbuf *w)       \
	{                                                                      \
		wbuf_bytes(w, &now(l)->member, 4);                             \
	}                                                                      \
	static void nak_##name(struct ppp_link *l, struct rbuf *v)             \
	{                                                                      \
		now(l)->member = take_address(v);                              \
	}
SERVER(dns1, dns[0])
SERVER(dns2, dns[1])
SERVER(wins1, wins[0])
SERVER(wins2, wins[1])

#define NONE NULL, NULL, NULL, NULL, NULL
/* clang-format off */
static const struct ppp_option options[] = {
	[ADDRESSES] = { 1, 8, 8, "IP-Addresses", "RFC 1332 3.1", NONE },
	[COMPRESSION] = { 2, 2, 253, "IP-Compression-Protocol", "RFC 1332 3.2", NONE },
	[ADDRESS] = { 3, 4, 4, "IP-Address", "RFC 1332 3.3",
		check_address, ask_address, nak_address, NULL, missing_address },
	[MOBILE] = { 4, 4, 4, "Mobile-IPv4", "RFC 2290 2.3", NONE },
	[DNS1] = { 129, 4, 4, "Primary-DNS-Address", "RFC 1877 1.1",
		check_dns1, ask_dns1, nak_dns1, NULL, NULL },
	[WINS1] = { 130, 4, 4, "Primary-NBNS-Address", "RFC 1877 1.2",
		check_wins1, ask_wins1, nak_wins1, NULL, NULL },
	[DNS2] = { 131, 4, 4, "Secondary-DNS-Address", "RFC 1877 1.3",
		check_dns2, ask_dns2, nak_dns2, NULL, NULL },
	[WINS2] = { 132, 4, 4, "Secondary-NBNS-Address", "RFC 1877 1.4",
		check_wins2, ask_wins2, nak_wins2, NULL, NULL },
};
/* clang-format on */

static uint16_t begin(struct ppp_link *l)
{
	uint16_t rows = 0;

	*now(l) = (struct ppp_ipv4_info){ .local = l->given4.local };
	if (l->caller || l->given4.local)
		rows |= BIT(ADDRESS);
	if (l->caller && l->config->ask_dns)
		rows |= BIT(DNS1) | BIT(DNS2);
	if (l->caller && l->config->ask_wins)
		rows |= BIT(WINS1) | BIT(WINS2);
	return rows;
}

static void request(struct ppp_link *l)
{
	now(l)->remote = 0;
}

static bool is_agreed(struct ppp_link *l)
{
	struct ppp_ipv4_info *n = now(l);

	if (!n->remote && !l->caller && l->given4.remote != PPP_PEERS_CHOICE)
		n->remote = l->given4.remote;
	/* a caller needs one; who gives addresses may have none itself */
	if (l->caller ? n->local : n->remote)
		return true;
	ppp_fsm_give_up(l, PPP_FSM_IPCP, PPP_REASON_NO_AGREEMENT,
			l->caller ? "an address for us" :
				    "an address for the peer");
	return false;
}

static void up(struct ppp_link *l)
{
	if (!is_agreed(l))
		return;
	l->ipv4 = *now(l);
	if (!l->caller) {
		memcpy(l->ipv4.dns, l->given4.dns, sizeof(l->ipv4.dns));
		memcpy(l->ipv4.wins, l->given4.wins, sizeof(l->ipv4.wins));
	}
	l->ipv4_up = true;
	ppp_effect_add(l, PPP_EFFECT_IPV4_UP)->u.ipv4 = l->ipv4;
	l->core->upper->network_up(l, PPP_FSM_IPCP);
}

static void down(struct ppp_link *l)
{
	if (l->ipv4_up)
		ppp_effect_add(l, PPP_EFFECT_IPV4_DOWN);
	l->ipv4_up = false;
}

static void finished(struct ppp_link *l)
{
	l->core->upper->network_finished(l, PPP_FSM_IPCP);
}

const struct ppp_protocol ppp_ipcp = {
	.number = PPP_PROTO_IPCP,
	.name = "IPCP",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.begin = begin,
	.request = request,
	.up = up,
	.down = down,
	.finished = finished,
};
