/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The peers of L2TPv3: who they are when they call, what is said to them, and
 * that each has one control connection, whichever end began it.
 */
#include "engine/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config_key.h"
#include "lib/log.h"

/* From the hostname, where the configuration has none: it must only be the same each time. */
static uint32_t router_id(const struct config *c)
{
	uint32_t v = 0x811c9dc5;

	if (addr_is_set(&c->router_id))
		return addr_v4(&c->router_id);
	for (const char *p = c->hostname; *p; p++)
		v = (v ^ (uint8_t)*p) * 0x01000193;
	return v ? v : 1;
}

void lcce_config_fill(struct engine *e, struct l2tp_tunnel_config *out, const struct peer *p)
{
	const struct config_lcce *l = p->lcce;

	tunnel_config_fill(e, out, &p->cfg, &p->secret);
	out->version = 3;
	out->router_id = router_id(e->config);
	out->digest = l && l->digest == CONFIG_DIGEST_MD5 ? L2TP_DIGEST_MD5 : L2TP_DIGEST_SHA1;
	if (!l)
		return;
	out->old_secret = p->old_secret;
	/* two that call each other at once are to have one connection (RFC 3931 section 5.4.3) */
	out->tie_breaker = true;
	out->pseudowires[0] = L2TP_PW_ETHERNET;
	out->pseudowires[1] = L2TP_PW_VLAN;
	out->persist_idle = !l->tunnel.idle_ms;
}

void lns_config_fill_v3(struct engine *e, struct l2tp_tunnel_config *out)
{
	out->router_id = router_id(e->config);
	out->pseudowires[0] = L2TP_PW_PPP;
}

static bool takes_anybody(const struct config_lcce *l)
{
	return !l->from_address.n && !l->from_hostname.n && !addr_is_set(&l->from_router_id);
}

static bool is_its_address(const struct peer *p, const struct addr *from)
{
	for (unsigned int i = 0; i < p->address_n; i++)
		if (addr_equal_ip(&p->addresses[i], from))
			return true;
	return false;
}

/* As one whose name we have resolved. */
static bool is_known(const struct peer *p, const struct addr *from)
{
	return takes_anybody(p->lcce) && (p->encap == DP_ENCAP_IP) == !from->port && is_its_address(p, from);
}

struct peer *lcce_find(struct engine *e, struct l2tp_tunnel *core)
{
	const struct l2tp_tunnel_peer_info *info = l2tp_tunnel_peer_info(core);
	const struct addr *from = l2tp_tunnel_peer(core);
	struct peer *known = NULL;

	if (!info->offers_v3)
		return NULL;
	for (struct peer *p = e->peers; p; p = p->next) {
		if (!p->lcce || p->removed)
			continue;
		if (config_lcce_takes(p->lcce, from, info->hostname, info->router_id))
			return p;
		if (!known && is_known(p, from))
			known = p;
	}
	return known;
}

struct peer *lcce_new(struct engine *e, const struct config_lcce *l)
{
	struct peer *p = peer_new(e, l->name, l->remote ? l->remote : "");

	if (!p)
		return NULL;
	p->origin = PEER_CONFIGURED;
	p->lcce = l;
	p->version = 3;
	p->encap = l->encap == CONFIG_ENCAP_IP ? DP_ENCAP_IP : DP_ENCAP_UDP;
	p->port = l->encap == CONFIG_ENCAP_IP ? 0 : l->port;
	p->source = l->source;
	p->ephemeral = l->ephemeral;
	p->cfg = l->tunnel;
	p->resolve_ms = l->resolve_ms;
	for (size_t i = 0; i < l->sessions_n; i++)
		if (!lcce_session_new(p, &l->sessions[i]))
			return NULL;
	return p;
}

struct peer_session *lcce_session_new(struct peer *p, const struct config_pw *pw)
{
	struct peer_session *s = peer_session_new(p, pw->name);

	if (!s)
		return NULL;
	s->pw = pw;
	s->persist = p->lcce->initiate;
	s->redial_min_ms = p->lcce->redial_min_ms;
	s->redial_max_ms = p->lcce->redial_max_ms;
	return s;
}

void lcce_free(struct peer *p)
{
	if (!p->added)
		return;
	config_section_fini(&config_section_lcce, p->added);
	free(p->added);
}

void lcce_session_free(struct peer_session *s)
{
	if (!s->added)
		return;
	config_section_fini(&config_section_pw, s->added);
	free(s->added);
}

void lcce_session_forget(struct peer_session *s)
{
	struct monitor_pw_name body = { 0 };

	if (!s->added)
		return;
	memcpy(body.lcce, s->peer->name, sizeof(body.lcce));
	memcpy(body.session, s->name, sizeof(body.session));
	channel_event(&s->peer->engine->monitor, MONITOR_PW_DEL, &body, sizeof(body), NULL, 0);
}

struct peer_session *lcce_find_session(struct peer *p, const struct l2tp_call_params *asked)
{
	uint8_t end_id[CONFIG_END_ID_MAX];

	for (struct peer_session *s = p->sessions; s; s = s->next)
		if (s->pw && !s->removed && config_pw_end_id(s->pw, end_id) == asked->end_id_len &&
		    memcmp(end_id, asked->end_id, asked->end_id_len) == 0)
			return s;
	return NULL;
}

/* What the peer called it: text, one of four octets, or anything. */
const char *lcce_format_end_id(const struct l2tp_call_params *p, char *buf, size_t size)
{
	const uint8_t *id = p->end_id;
	unsigned int printable = 0;

	for (unsigned int i = 0; i < p->end_id_len; i++)
		printable += id[i] >= 0x20 && id[i] < 0x7f && id[i] != '"';
	if (p->end_id_len && printable == p->end_id_len)
		snprintf(buf, size, "remote-end-id \"%.*s\"", p->end_id_len, (const char *)id);
	else if (p->end_id_len == 4)
		snprintf(buf, size, "pseudowire-id %u",
			 (unsigned int)id[0] << 24 | (unsigned int)id[1] << 16 | (unsigned int)id[2] << 8 | id[3]);
	else
		snprintf(buf, size, "remote-end-id of %u octets", p->end_id_len);
	return buf;
}

void lcce_adopt(struct tunnel *t)
{
	struct peer *p = t->peer;
	struct l2tp_cause cause = cause_make(L2TP_STOPCCN_EXISTS, 0, "the peer has a new control connection");
	struct tunnel *old = p->tunnel;

	if (old == t)
		return;
	/* Deleted while the peer was still on its way. */
	if (p->removed) {
		cause = cause_make(L2TP_STOPCCN_CLEAR, 0, "deleted by the operator");
		tunnel_close(t, &cause);
		return;
	}
	p->tunnel = t;
	if (!old)
		return;
	/* It is another's no more: its end must not look like this peer's. */
	tunnel_leave_peer(old);
	tunnel_close(old, &cause);
}
