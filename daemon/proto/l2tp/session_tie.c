// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Session ties, RFC 3931 section 5.4.4: both ends ask for a session of the same
 * circuit, which its Remote End ID names, at once. Here ours is found; who wins
 * is decided where the peer's request comes in.
 */
#include <string.h>

#include "lib/hash.h"
#include "proto/l2tp/internal.h"

/* Collisions are looked at again; they only hide a tie. */
static uint32_t hash_of(const struct l2tp_endpoint *ep, const uint8_t *id,
			size_t len)
{
	uint64_t v = hash_fnv64(ep->seed ^ HASH_FNV64_START, id, len);

	return (uint32_t)(v ^ v >> 32);
}

static uint32_t own_hash(struct l2tp_session *s)
{
	struct l2tp_endpoint *ep = s->tunnel->ep;

	l2tp_params_unpack(&ep->params, s->own);
	return hash_of(ep, ep->params.p.end_id, ep->params.p.end_id_len);
}

/* An empty Remote End ID names no circuit: such calls do not tie. */
static bool names_circuit(struct l2tp_session *s)
{
	struct l2tp_params_view *v = &s->tunnel->ep->params;

	l2tp_params_unpack(v, s->own);
	return v->p.end_id_len != 0;
}

void l2tp_tie_watch(struct l2tp_session *s)
{
	if (s->tunnel->r.version == 3 && s->own && !s->in_by_end &&
	    names_circuit(s))
		s->in_by_end =
			!idmap_put(&s->tunnel->sessions_by_end, own_hash(s), s);
}

void l2tp_tie_forget(struct l2tp_session *s)
{
	if (s->in_by_end)
		idmap_remove(&s->tunnel->sessions_by_end, own_hash(s));
	s->in_by_end = false;
}

struct l2tp_session *l2tp_tie_find(struct l2tp_tunnel *t)
{
	const struct l2tp_avp_view *end_id =
		&t->ep->msg.avp[L2TP_AVP_REMOTE_END_ID];
	struct l2tp_endpoint *ep = t->ep;
	struct l2tp_session *s =
		idmap_get(&t->sessions_by_end,
			  hash_of(ep, end_id->value, end_id->len));

	if (!s || s->r.state != L2TP_SESSION_WAIT_REPLY || s->r.pending)
		return NULL;
	l2tp_params_unpack(&ep->params, s->own);
	if (ep->params.p.end_id_len != end_id->len ||
	    memcmp(ep->params.p.end_id, end_id->value, end_id->len))
		return NULL;
	return s;
}
