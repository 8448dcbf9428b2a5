/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What protects a tunnel, in fields of a record: the IKE SA, and the
 * child SA each way.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "engine/control/record.h"

static void add_left(json_t *o, const char *key, uint32_t left_s)
{
	if (left_s != IPSEC_NEVER)
		record_number(o, key, left_s);
}

static void add_time(json_t *o, const char *key, uint64_t now, uint32_t ago_s)
{
	if (ago_s != IPSEC_NEVER)
		record_time(o, key, (time_t)(now - ago_s));
}

static void add_hex(json_t *o, const char *key, uint64_t value, int digits)
{
	char text[20];

	snprintf(text, sizeof(text), "%0*" PRIx64, digits, value);
	if (value)
		record_text(o, key, text);
}

static const char *cover_name(enum ipsec_cover cover)
{
	switch (cover) {
	case IPSEC_UNKNOWN:
		return "unknown";
	case IPSEC_NO_IKE:
	case IPSEC_NO_CHILD:
	case IPSEC_NOT_READY:
		return "no";
	case IPSEC_PROTECTED:
		return "yes";
	}
	return NULL;
}

static const char *life_name(enum ipsec_life life)
{
	switch (life) {
	case IPSEC_LARVAL:
		return "larval";
	case IPSEC_MATURE:
		return "mature";
	case IPSEC_DYING:
		return "dying";
	case IPSEC_DEAD:
		return "dead";
	}
	return NULL;
}

static void add_ike(json_t *o, const struct ipsec_ike *i, uint64_t now)
{
	static const char *const nat[] = { "none", "here", "there",
					   "here and there" };

	record_text(o, "ike_connection", i->name);
	record_number(o, "ike_version", i->version);
	record_text(o, "ike_state", i->state);
	record_text(o, "ike_side", i->initiator ? "initiator" : "responder");
	add_hex(o, "ike_initiator_spi", i->initiator_spi, 16);
	add_hex(o, "ike_responder_spi", i->responder_spi, 16);
	record_address(o, "ike_local", &i->local);
	record_address(o, "ike_remote", &i->remote);
	record_text(o, "ike_local_id", i->local_id);
	record_text(o, "ike_remote_id", i->remote_id);
	record_text(o, "ike_nat", nat[i->nat_local + 2 * i->nat_remote]);
	record_text(o, "ike_proposal", i->proposal);
	add_time(o, "ike_created", now, i->established_s);
	add_left(o, "ike_rekey_s", i->rekey_s);
	add_left(o, "ike_reauth_s", i->reauth_s);
}

/* The two SAs of a child are made and end together. */
static void add_sa(json_t *o, const char *way, const struct ipsec_child *c,
		   const struct ipsec_sa *sa, uint64_t now)
{
	static const char *const keys[] = { "spi",	 "state",  "created",
					    "last_used", "left_s", "packets",
					    "bytes" };
	char key[sizeof(keys) / sizeof(keys[0])][24];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		snprintf(key[i], sizeof(key[i]), "sa_%s_%s", way, keys[i]);
	add_hex(o, key[0], sa->spi, 8);
	record_text(o, key[1], life_name(c->life));
	add_time(o, key[2], now, c->installed_s);
	add_time(o, key[3], now, sa->used_s);
	add_left(o, key[4], c->life_s);
	record_number(o, key[5], sa->packets);
	record_number(o, key[6], sa->bytes);
}

void record_ipsec(json_t *o, const struct ipsec_report *r, uint64_t now)
{
	const struct ipsec_child *c = &r->child;
	char text[64];

	record_text(o, "ipsec", cover_name(r->cover));
	record_text(o, "ipsec_why", r->why);
	if (r->cover >= IPSEC_NO_CHILD)
		add_ike(o, &r->ike, now);
	if (r->cover < IPSEC_NOT_READY)
		return;
	record_text(o, "child", c->name);
	snprintf(text, sizeof(text), "%s, %s%s", c->protocol, c->mode,
		 c->udp ? ", in UDP" : "");
	record_text(o, "child_mode", text);
	record_text(o, "child_proposal", c->proposal);
	record_text(o, "child_local", c->local_ts);
	record_text(o, "child_remote", c->remote_ts);
	add_left(o, "child_rekey_s", c->rekey_s);
	add_sa(o, "in", c, &c->in, now);
	add_sa(o, "out", c, &c->out, now);
}
