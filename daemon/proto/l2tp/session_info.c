// SPDX-License-Identifier: GPL-2.0-or-later
/* What a driver may ask of a session. */
#include "proto/l2tp/internal.h"

struct l2tp_session *l2tp_session_find(struct l2tp_tunnel *t,
				       uint32_t session_id)
{
	return idmap_get(&t->sessions, session_id);
}

struct l2tp_session *l2tp_session_next(struct l2tp_tunnel *t,
				       uint64_t after_id_plus_one)
{
	return idmap_next(&t->sessions, after_id_plus_one);
}

void *l2tp_session_user(const struct l2tp_session *s)
{
	return s->user;
}

void l2tp_session_set_user(struct l2tp_session *s, void *user)
{
	s->user = user;
}

struct l2tp_tunnel *l2tp_session_tunnel(const struct l2tp_session *s)
{
	return s->tunnel;
}

uint32_t l2tp_session_id(const struct l2tp_session *s)
{
	return s->r.id;
}

uint32_t l2tp_session_peer_id(const struct l2tp_session *s)
{
	return s->r.peer_id;
}

enum l2tp_call_kind l2tp_session_kind(const struct l2tp_session *s)
{
	return s->r.kind;
}

const char *l2tp_session_state_str(const struct l2tp_session *s)
{
	return l2tp_session_state_name(s->r.state);
}

const struct l2tp_call_params *
l2tp_session_peer_params(const struct l2tp_session *s)
{
	struct l2tp_params_view *v = &s->tunnel->ep->peer_params;

	l2tp_params_unpack(v, s->peers);
	return &v->p;
}

const struct l2tp_proxy *l2tp_session_proxy(const struct l2tp_session *s)
{
	return s->proxy;
}

uint64_t l2tp_session_established_ms(const struct l2tp_session *s)
{
	return s->r.established_ms;
}
