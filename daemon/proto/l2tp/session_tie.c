// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Session ties, RFC 3931 section 5.4.4: both ends ask for a session of the same
 * circuit, which its Remote End ID names, at once. The lower tie breaker wins.
 */
#include <string.h>

#include "lib/hash.h"
#include "proto/l2tp/internal.h"

/* Collisions are looked at again; they only hide a tie. */
static uint32_t hash_of(const struct l2tp_endpoint *ep, const uint8_t *id, size_t len)
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
	if (s->tunnel->r.version == 3 && s->own && !s->in_by_end && names_circuit(s))
		s->in_by_end = !idmap_put(&s->tunnel->sessions_by_end, own_hash(s), s);
}

void l2tp_tie_forget(struct l2tp_session *s)
{
	if (s->in_by_end)
		idmap_remove(&s->tunnel->sessions_by_end, own_hash(s));
	s->in_by_end = false;
}

static struct l2tp_session *find_tied(struct l2tp_tunnel *t, const struct l2tp_avp_view *end_id)
{
	struct l2tp_endpoint *ep = t->ep;
	struct l2tp_session *s = idmap_get(&t->sessions_by_end, hash_of(ep, end_id->value, end_id->len));

	if (!s || s->r.state != L2TP_SESSION_WAIT_REPLY || s->r.pending)
		return NULL;
	l2tp_params_unpack(&ep->params, s->own);
	if (ep->params.p.end_id_len != end_id->len ||
	    memcmp(ep->params.p.end_id, end_id->value, end_id->len))
		return NULL;
	return s;
}

bool l2tp_tie_resolve(struct l2tp_tunnel *t, uint64_t now, struct l2tp_cause *cause)
{
	const struct l2tp_message *m = &t->ep->msg;
	struct l2tp_session *s;
	bool theirs, win, lose;
	struct l2tp_cause lost;
	uint64_t value;

	if (t->r.version != 3 || !l2tp_has(m, L2TP_AVP_REMOTE_END_ID))
		return true;
	s = find_tied(t, &m->avp[L2TP_AVP_REMOTE_END_ID]);
	if (!s)
		return true;
	theirs = l2tp_has(m, L2TP_AVP_TIE_BREAKER);
	value = theirs ? l2tp_u64(m, L2TP_AVP_TIE_BREAKER) : 0;
	/* equal ones, or none on either side: both sessions go */
	win = theirs ? s->r.tie_breaker && s->r.tie_breaker <= value : true;
	lose = s->r.tie_breaker ? theirs && value <= s->r.tie_breaker : true;
	l2tp_cause_set(cause, L2TP_CDN_TIE, 0, "our own request for this circuit won the tie");
	l2tp_cause_set(&lost, L2TP_CDN_TIE, 0, "the peer's request for the same circuit won the tie");
	l2tp_session_event(s, now, lose ? L2TP_SESSION_EV_TIE_LOSE : L2TP_SESSION_EV_TIE_WIN, &lost);
	return !win;
}
