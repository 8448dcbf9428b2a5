// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ids of tunnels and sessions, which nobody can guess; one of a session is not
 * used again soon.
 */
#include "proto/l2tp/internal.h"

/* A tunnel's id may also be that of one who is only half open. */
static bool is_taken(const struct l2tp_endpoint *ep, const struct idmap *m,
		     uint32_t id)
{
	return idmap_get(m, id) ||
	       (m == &ep->tunnels && half_open_get(&ep->half_opens, id));
}

static uint16_t random_u16(struct l2tp_endpoint *ep)
{
	uint16_t v;

	do
		ep->env.random(ep->env.ctx, &v, sizeof(v));
	while (!v);
	return v;
}

static uint32_t random_id_32(struct l2tp_endpoint *ep, const struct idmap *m)
{
	uint32_t id;

	/* memory is short long before the numbers are */
	do
		ep->env.random(ep->env.ctx, &id, sizeof(id));
	while (!id || is_taken(ep, m, id));
	return id;
}

uint32_t l2tp_random_id(struct l2tp_endpoint *ep, const struct idmap *m,
			uint8_t version)
{
	uint16_t id;

	if (version == 3)
		return random_id_32(ep, m);
	if (m->count + (m == &ep->tunnels ? ep->half_opens.count : 0) >=
	    UINT16_MAX)
		return 0;
	for (int tries = 0; tries < 32; tries++) {
		id = random_u16(ep);
		if (!is_taken(ep, m, id))
			return id;
	}
	/* nearly all are taken: the next free one from a random place */
	do {
		if (!++id)
			id = 1;
	} while (is_taken(ep, m, id));
	return id;
}

/* ---- of sessions ---- */

static uint8_t mix(uint64_t key, unsigned int round, uint8_t half)
{
	uint64_t v = (key ^ half ^ (uint64_t)round << 8) * 0x9e3779b97f4a7c15u;

	return (uint8_t)((v ^ v >> 29) * 0xbf58476d1ce4e5b9u >> 56);
}

#define ROUNDS 4

/* A permutation of the 16-bit numbers, and its inverse. */
static uint16_t permute(uint64_t key, uint16_t v, bool back)
{
	uint8_t a = (uint8_t)(v >> 8), b = (uint8_t)v;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		uint8_t t = back ? a : b;

		if (back) {
			a = b ^ mix(key, ROUNDS - 1 - i, a);
			b = t;
		} else {
			b = a ^ mix(key, i, b);
			a = t;
		}
	}
	return (uint16_t)(a << 8 | b);
}

/*
 * Unpredictable (section 9.1), and yet the longest possible time passes before
 * an id is used again: what a peer sent to a session that is gone by the time
 * must not find another in its place. 0: all are taken. Version 3 has 32 bits
 * for that, and one space of ids for all tunnels; while the version is open, an
 * id has to fit either.
 */
uint32_t l2tp_session_next_id(struct l2tp_tunnel *t)
{
	struct l2tp_endpoint *ep = t->ep;
	uint16_t id;

	if (t->r.version == 3)
		return l2tp_random_id(ep, &ep->sessions_v3,
				      t->r.fallback ? 2 : 3);
	if (t->sessions.count >= UINT16_MAX)
		return 0;
	if (!t->r.session_key) {
		ep->env.random(ep->env.ctx, &t->r.session_key,
			       sizeof(t->r.session_key));
		t->r.session_key |= 1;
		t->r.session_counter =
			permute(t->r.session_key, random_u16(ep), true);
	}
	do
		id = permute(t->r.session_key, t->r.session_counter++, false);
	while (!id || idmap_get(&t->sessions, id));
	return id;
}
