/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels and sessions of the lcces: those that they open, and
 * those that we do.
 */
#include "engine/peers/lcce.h"

#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/l2tp/answer.h"
#include "engine/l2tp/pw.h"
#include "engine/l2tp/session.h"
#include "engine/peers/configure.h"
#include "engine/peers/ipsec.h"
#include "engine/peers/peer.h"
#include "engine/peers/redial.h"
#include "lib/log.h"

/* ---- who calls ---- */

static bool takes_anybody(const struct config_lcce *l)
{
	return !l->from_address.n && !l->from_hostname.n &&
	       !addr_is_set(&l->from_router_id);
}

/* As one whose name we have resolved. */
static bool is_known(const struct peer *p, const struct addr *from)
{
	return takes_anybody(p->lcce) &&
	       (p->encap == DP_ENCAP_IP) == !from->port &&
	       peer_has_address(p, from);
}

static struct peer *find_caller(const struct tunnel *t)
{
	const struct l2tp_tunnel_peer_info *info =
		l2tp_tunnel_peer_info(t->core);
	const struct addr *from = l2tp_tunnel_peer(t->core);
	struct peer *known = NULL;

	if (!info->offers_v3)
		return NULL;
	for (struct peer *p = t->engine->peers->first; p; p = p->next) {
		if (!p->lcce || p->removed)
			continue;
		if (config_lcce_takes(p->lcce, from, info->hostname,
				      info->router_id))
			return p;
		if (!known && is_known(p, from))
			known = p;
	}
	return known;
}

bool lcce_take(struct tunnel *t)
{
	struct peer *p = find_caller(t);
	char what[WHOSE_MAX];

	if (!p)
		return false;
	t->owner = &lcce_tunnel_owner;
	t->owned_by = p;
	/* Until it is down, or another takes its place. */
	peer_hold(p);
	if (p->disabled) {
		t->cause = cause_make(CAUSE_NOT_AUTHORIZED,
				      "disabled by the operator");
		return true;
	}
	peer_set_checksums(p, t);
	log_debug("%s: SCCRQ taken by lcce \"%s\"",
		  tunnel_describe(t, what, sizeof(what)), p->name);
	return true;
}

/*
 * Who comes from elsewhere may be the peer that has moved or crashed, or
 * another site that was given its host name. The connection that is there
 * tells: one that answers keeps its place.
 */
static void prepare(struct tunnel *t)
{
	const struct peer *p = t->owned_by;
	struct tunnel *holder = p->tunnel;

	if (!holder || !holder->up || holder->closing ||
	    !tunnel_is_usable(holder) ||
	    addr_equal(l2tp_tunnel_peer(holder->core),
		       l2tp_tunnel_peer(t->core))) {
		ipsec_prepare(t);
		return;
	}
	t->cause = cause_make(CAUSE_REPLACED,
			      "this peer is connected, from another address; "
			      "do two sites have one host name?");
	answer_wait(t, holder, ipsec_prepare);
}

/* ---- one control connection ---- */

static void leave(struct tunnel *t)
{
	struct peer *p = t->owned_by;

	t->owner = NULL;
	if (!l2tp_tunnel_is_initiator(t->core))
		peer_release(p);
}

/*
 * The established tunnel is its peer's only one from now on. False:
 * the peer is gone.
 */
static bool adopt(struct tunnel *t)
{
	struct peer *p = t->owned_by;
	char from[ADDR_STRLEN];
	struct cause cause =
		cause_make(CAUSE_REPLACED,
			   "the peer has a new control connection, from %s",
			   addr_format_port(l2tp_tunnel_peer(t->core), from));
	struct tunnel *old = p->tunnel;

	if (old == t)
		return true;
	/* Deleted while the peer was still on its way. */
	if (p->removed) {
		cause = cause_make(CAUSE_ADMINISTRATIVE,
				   "deleted by the operator");
		tunnel_close(t, &cause);
		return false;
	}
	p->tunnel = t;
	if (!old)
		return true;
	/* It is another's no more: its end must not look like this peer's. */
	leave(old);
	tunnel_close(old, &cause);
	return true;
}

static void up(struct tunnel *t)
{
	if (adopt(t))
		redial_peer_up(t->owned_by);
}

static void down(struct tunnel *t, const char *why)
{
	struct peer *p = t->owned_by;

	ipsec_unwatch(t);
	leave(t);
	/*
	 * One that never was its peer's connection, or is no longer,
	 * is no loss to it.
	 */
	if (p->tunnel != t)
		return;
	p->gave_way = t->gave_way;
	redial_peer_down(p, why);
}

/* ---- its sessions ---- */

/*
 * Of those that the peer may ask for, the one that its Remote End
 * ID names, or NULL.
 */
static struct peer_session *find_session(struct peer *p,
					 const struct l2tp_call_params *asked)
{
	uint8_t end_id[CONFIG_END_ID_MAX];

	for (struct peer_session *s = p->sessions; s; s = s->next)
		if (s->pw && !s->removed &&
		    config_pw_end_id(s->pw, end_id) == asked->end_id_len &&
		    memcmp(end_id, asked->end_id, asked->end_id_len) == 0)
			return s;
	return NULL;
}

/* What the peer called it: text, one of four octets, or anything. */
static const char *format_end_id(const struct l2tp_call_params *p, char *buf,
				 size_t size)
{
	const uint8_t *id = p->end_id;
	unsigned int printable = 0;

	for (unsigned int i = 0; i < p->end_id_len; i++)
		printable += id[i] >= 0x20 && id[i] < 0x7f && id[i] != '"';
	if (p->end_id_len && printable == p->end_id_len)
		snprintf(buf, size, "remote-end-id \"%.*s\"", p->end_id_len,
			 (const char *)id);
	else if (p->end_id_len == 4)
		snprintf(buf, size, "pseudowire-id %u",
			 (unsigned int)id[0] << 24 | (unsigned int)id[1] << 16 |
				 (unsigned int)id[2] << 8 | id[3]);
	else
		snprintf(buf, size, "remote-end-id of %u octets",
			 p->end_id_len);
	return buf;
}

static uint16_t type_of(const struct config_pw *pw)
{
	return pw->type == CONFIG_PW_VLAN ? L2TP_PW_VLAN : L2TP_PW_ETHERNET;
}

/* For a circuit that both ends know. */
static bool request(struct tunnel *t, struct session *s, struct cause *why)
{
	const struct l2tp_call_params *asked =
		l2tp_session_peer_params(s->core);
	struct peer_session *wanted = find_session(t->owned_by, asked);
	char end_id[80];

	if (l2tp_session_kind(s->core) != L2TP_CALL_LNS_INCOMING)
		*why = cause_make(CAUSE_ADMINISTRATIVE,
				  "this end makes no calls for others");
	else if (!wanted)
		*why = cause_make(CAUSE_NO_DESTINATION,
				  "no session here has the %s",
				  format_end_id(asked, end_id, sizeof(end_id)));
	else if (type_of(wanted->pw) != asked->pseudowire)
		*why = cause_make(CAUSE_WRONG_KIND, "this circuit has another "
						    "pseudowire type here");
	else if (wanted->disabled)
		*why = cause_make(CAUSE_ADMINISTRATIVE,
				  "disabled by the operator");
	else if (wanted->link && link_is_usable(wanted->link))
		*why = cause_make(CAUSE_NO_RESOURCES,
				  "this circuit has a session already");
	else if (wanted->link)
		*why = cause_make(CAUSE_NO_RESOURCES,
				  "the session before is still being cleared");
	else
		s->pw = pw_new(wanted->pw, false);
	if (!why->code && !s->pw)
		*why = cause_make(CAUSE_NO_RESOURCES, "out of memory");
	if (why->code)
		return false;
	redial_take(wanted, &s->link);
	return true;
}

const struct tunnel_owner lcce_tunnel_owner = {
	.role = "lcce",
	.is_peer = true,
	.name = redial_tunnel_name,
	.configure = redial_configure,
	.prepare = prepare,
	.protect = ipsec_protect_socket,
	.up = up,
	.down = down,
	.request = request,
};
