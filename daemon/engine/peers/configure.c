/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer's section as what the protocol core and the data plane are told. */
#include "engine/peers/configure.h"

#include <string.h>
#include <sys/socket.h>

#include "engine/engine.h"
#include "engine/l2tp/tunnel.h"
#include "engine/peers/peer.h"
#include "lib/hash.h"

uint32_t configure_router_id(const struct config *c)
{
	uint32_t v;

	if (addr_is_set(&c->router_id))
		return addr_v4(&c->router_id);
	v = hash_fnv32(HASH_FNV32_START, c->hostname, strlen(c->hostname));
	return v ? v : 1;
}

static void configure_lcce(const struct peer *p, struct l2tp_tunnel_config *out)
{
	const struct config_lcce *l = p->lcce;

	out->digest = l->digest == CONFIG_DIGEST_MD5 ? L2TP_DIGEST_MD5 :
						       L2TP_DIGEST_SHA1;
	/*
	 * two that call each other at once are to have one connection (RFC 3931
	 * section 5.4.3)
	 */
	out->tie_breaker = true;
	out->pseudowires[0] = L2TP_PW_ETHERNET;
	out->pseudowires[1] = L2TP_PW_VLAN;
	out->persist_idle = !l->tunnel.idle_ms;
}

static enum l2tp_answer_from answer_from(enum config_answer a)
{
	switch (a) {
	case CONFIG_ANSWER_ANYWHERE:
		return L2TP_ANSWER_FROM_ANYWHERE;
	case CONFIG_ANSWER_ADDRESS:
		return L2TP_ANSWER_FROM_ADDRESS;
	case CONFIG_ANSWER_PORT:
		break;
	}
	return L2TP_ANSWER_FROM_PORT;
}

void peer_configure(const struct peer *p, struct l2tp_tunnel_config *out)
{
	tunnel_config_fill(p->engine, out, p->cfg, &p->secret);
	out->answer_from = answer_from(p->answer_from);
	out->old_secret = p->old_secret;
	out->prefer_old = p->prefer_old;
	if (p->version == 2 || p->only_v2)
		return;
	out->version = 3;
	out->fallback = p->fallback;
	out->router_id = configure_router_id(p->engine->config);
	out->digest = L2TP_DIGEST_SHA1;
	if (p->lcce)
		configure_lcce(p, out);
}

void peer_set_checksums(const struct peer *p, struct tunnel *t)
{
	const struct config_lcce *l = p->lcce;

	if (!l || !tunnel_is_udp(t))
		return;
	if (l2tp_tunnel_local(t->core)->family == AF_INET6) {
		t->no_csum_tx = !l->udp6_csum_tx;
		t->no_csum_rx = !l->udp6_csum_rx;
	} else {
		t->no_csum_tx = !l->udp_csum;
	}
}
