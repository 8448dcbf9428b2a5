/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client's message is answered with: RFC 8415, section 18.3. */
#include <errno.h>
#include <string.h>

#include "lib/hash.h"
#include "proto/dhcpv6/write.h"

/* Section 21.8: a client that hears of this preference asks nobody else. */
#define PREFERENCE_MOST 255

/* One message on its way to its answer. */
struct turn {
	const struct dhcpv6_offer *offer;
	struct dhcpv6_link *link;
	const struct message *m;
	uint64_t client; /* hash of its DUID */
	/* the IA_PD that has the prefix, or gets it; NULL: none */
	const struct ia *holder;
	struct wbuf *w;
	enum dhcpv6_event event;
};

/* ---- how often ---- */

/* A bucket that fills by time: what came too often is not answered. */
static bool may_answer(struct dhcpv6_link *l, uint64_t now_ms)
{
	uint64_t more = (now_ms - l->filled_ms) * DHCPV6_RATE / 1000;

	if (more) {
		l->tokens = more < l->tokens ? (uint8_t)(l->tokens - more) : 0;
		l->filled_ms = now_ms;
	}
	if (l->tokens >= DHCPV6_BURST)
		return false;
	l->tokens++;
	return true;
}

/* ---- who has the prefix ---- */

static bool is_bound(const struct turn *t, const struct ia *ia)
{
	const struct dhcpv6_link *l = t->link;

	return ia->kind == DHCPV6_OPTION_IA_PD && l->is_bound &&
	       l->client == t->client && l->iaid == ia->iaid;
}

/*
 * Of several the one that has it already. Who asks anew takes it over from
 * whoever had it, since there is one caller; who renews only where nobody has.
 */
static const struct ia *find_holder(const struct turn *t)
{
	const struct ia *first = NULL;

	for (size_t i = 0; i < t->m->ia_n; i++) {
		const struct ia *ia = &t->m->ia[i];

		if (is_bound(t, ia))
			return ia;
		if (!first && ia->kind == DHCPV6_OPTION_IA_PD)
			first = ia;
	}
	return t->m->rule->action == EXTEND && t->link->is_bound ? NULL : first;
}

static void note_holder(struct turn *t, enum dhcpv6_event event)
{
	*t->link = (struct dhcpv6_link){
		.client = t->client,
		.iaid = t->holder->iaid,
		.is_bound = true,
		.tokens = t->link->tokens,
		.filled_ms = t->link->filled_ms,
	};
	t->event = event;
}

static void release(struct turn *t)
{
	t->link->is_bound = false;
	t->event = DHCPV6_RELEASED;
}

/* ---- identity associations ---- */

static bool is_ours(const struct turn *t, const struct option *o)
{
	uint8_t len;
	const uint8_t *p = option_lease(o, &len);

	return o->code == DHCPV6_OPTION_IA_PREFIX &&
	       len == t->offer->delegated_len &&
	       memcmp(p, t->offer->delegated, 16) == 0;
}

/* Of what else the client believes to have, that it is gone. */
static void write_others_lost(struct turn *t, const struct ia *ia)
{
	struct rbuf r = ia->options;
	struct option o;

	while (option_next(&r, &o))
		if (!is_ours(t, &o))
			write_lost(t->w, &o);
}

static void write_lease(struct turn *t, const struct ia *ia, bool renews)
{
	const struct dhcpv6_offer *o = t->offer;
	size_t at = write_ia(t->w, ia, o->renew_s, o->rebind_s);

	write_prefix(t->w, o->delegated, o->delegated_len, o->preferred_s,
		     o->valid_s);
	if (renews)
		write_others_lost(t, ia);
	write_ia_end(t->w, at);
}

static bool has_others(const struct turn *t, const struct ia *ia)
{
	struct rbuf r = ia->options;
	struct option o;
	uint8_t len;

	while (option_next(&r, &o))
		if (option_lease(&o, &len) && !is_ours(t, &o))
			return true;
	return false;
}

/*
 * Sections 18.3.4 and 18.3.5: all in it is gone when it was bound once, or when
 * a client looks for any server that knows it.
 */
static void write_gone(struct turn *t, const struct ia *ia)
{
	size_t at;

	if (!has_others(t, ia) ||
	    (t->m->type == DHCPV6_RENEW && ia != t->holder)) {
		write_ia_status(t->w, ia, DHCPV6_STATUS_NO_BINDING);
		return;
	}
	at = write_ia(t->w, ia, 0, 0);
	write_others_lost(t, ia);
	write_ia_end(t->w, at);
}

/* An IA that does not get the prefix. */
static void write_without(struct turn *t, const struct ia *ia)
{
	if (t->m->rule->action == EXTEND)
		write_gone(t, ia);
	else
		write_ia_status(t->w, ia,
				ia->kind == DHCPV6_OPTION_IA_PD ?
					DHCPV6_STATUS_NO_PREFIX :
					t->m->rule->unknown);
}

/* Solicit, Request, Renew, Rebind */
static void write_ias(struct turn *t)
{
	for (size_t i = 0; i < t->m->ia_n; i++) {
		const struct ia *ia = &t->m->ia[i];

		if (ia == t->holder && t->offer->delegated_len)
			write_lease(t, ia, t->m->rule->action == EXTEND);
		else
			write_without(t, ia);
	}
}

/* Sections 18.3.7 and 18.3.8: of each IA that we do not know, that we do not.
 */
static void write_unknown(struct turn *t)
{
	for (size_t i = 0; i < t->m->ia_n; i++)
		if (!is_bound(t, &t->m->ia[i]))
			write_ia_status(t->w, &t->m->ia[i],
					t->m->rule->unknown);
}

/* ---- messages ---- */

static bool is_on_link(const struct turn *t, const uint8_t *addr)
{
	const struct dhcpv6_offer *o = t->offer;
	size_t bytes = o->prefix_len / 8;
	uint8_t rest = (uint8_t)(0xff00u >> o->prefix_len % 8);

	return o->prefix_len && memcmp(addr, o->prefix, bytes) == 0 &&
	       (bytes == 16 || ((addr[bytes] ^ o->prefix[bytes]) & rest) == 0);
}

/* How many addresses it asks about, and how many of them are of the link. */
static void count_addresses(const struct turn *t, size_t *asked, size_t *good)
{
	*asked = *good = 0;
	for (size_t i = 0; i < t->m->ia_n; i++) {
		struct rbuf r = t->m->ia[i].options;
		struct option o;

		while (option_next(&r, &o)) {
			if (o.code != DHCPV6_OPTION_IA_ADDRESS)
				continue;
			++*asked;
			*good += is_on_link(t, o.p);
		}
	}
}

/* Section 18.3.3: without an address there is nothing to confirm. */
static int confirm(struct turn *t)
{
	size_t asked, good;

	count_addresses(t, &asked, &good);
	if (!asked)
		return -ENODATA;
	write_status(t->w, good == asked ? DHCPV6_STATUS_SUCCESS :
					   DHCPV6_STATUS_NOT_ON_LINK);
	return 0;
}

static void end_leases(struct turn *t)
{
	write_status(t->w, DHCPV6_STATUS_SUCCESS);
	write_unknown(t);
	for (size_t i = 0; i < t->m->ia_n; i++)
		if (t->m->rule->action == RELEASE && is_bound(t, &t->m->ia[i]))
			release(t);
}

static void give_leases(struct turn *t)
{
	enum action action = t->m->rule->action;

	write_ias(t);
	if (action == OFFER && t->m->rapid_commit)
		action = BIND;
	if (action == OFFER || !t->holder || !t->offer->delegated_len)
		return;
	note_holder(t, action == EXTEND ? DHCPV6_EXTENDED : DHCPV6_BOUND);
}

static int act(struct turn *t)
{
	switch (t->m->rule->action) {
	case OFFER:
		if (t->m->rapid_commit)
			write_bytes(t->w, DHCPV6_OPTION_RAPID_COMMIT, NULL, 0);
		else
			write_bytes(t->w, DHCPV6_OPTION_PREFERENCE,
				    (const uint8_t[]){ PREFERENCE_MOST }, 1);
		give_leases(t);
		return 0;
	case BIND:
	case EXTEND:
		give_leases(t);
		return 0;
	case CONFIRM:
		return confirm(t);
	case RELEASE:
	case DECLINE:
		end_leases(t);
		return 0;
	case INFORM:
		return 0;
	case NONE:
		break;
	}
	return -ENOMSG;
}

/* ---- the whole ---- */

static int answer(struct turn *t, const struct dhcpv6_server *server,
		  bool to_group)
{
	bool offers = t->m->rule->action == OFFER && !t->m->rapid_commit;
	int err;

	write_begin(t->w, offers ? DHCPV6_ADVERTISE : DHCPV6_REPLY, t->m,
		    server);
	if (!to_group) {
		write_status(t->w, DHCPV6_STATUS_USE_MULTICAST);
		return t->w->failed ? -EMSGSIZE : 0;
	}
	err = act(t);
	if (!err)
		write_requested(t->w, t->m, t->offer);
	return !err && t->w->failed ? -EMSGSIZE : err;
}

/* Whether it is for a server, and for this one. */
static int check(const struct message *m, const struct dhcpv6_server *server,
		 bool to_group)
{
	if (m->server.p && (m->server.len != server->duid_len ||
			    memcmp(m->server.p, server->duid, m->server.len)))
		return -ENOMSG;
	return m->rule->way == GROUP && !to_group ? -ENOMSG : 0;
}

int dhcpv6_answer(const struct dhcpv6_server *server,
		  const struct dhcpv6_offer *offer, struct dhcpv6_link *link,
		  const struct dhcpv6_input *in, struct wbuf *out,
		  enum dhcpv6_event *event)
{
	struct dhcpv6_link before = *link;
	struct message m;
	struct turn t = { .offer = offer, .link = link, .m = &m, .w = out };
	int err = message_read(&m, in->data, in->len);

	*event = DHCPV6_NOTHING;
	if (!err)
		err = check(&m, server, in->to_group);
	if (!err && !may_answer(link, in->now_ms))
		err = -EBUSY;
	if (err)
		return err;
	t.client = hash_fnv64(HASH_FNV64_START, m.client.p, m.client.len);
	t.holder = find_holder(&t);
	err = answer(&t, server, in->to_group);
	if (err) {
		/* What is not answered has not happened. */
		link->client = before.client;
		link->iaid = before.iaid;
		link->is_bound = before.is_bound;
	} else {
		*event = t.event;
	}
	return err;
}
