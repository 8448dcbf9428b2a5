// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How every call of the driver begins: what is dead, and whose last effect it
 * has taken, is freed.
 */
#include <stdlib.h>

#include "proto/l2tp/internal.h"

void l2tp_session_free(struct l2tp_session *s)
{
	effect_release(&s->tunnel->ep->effects);
	free(s->own);
	free(s->peers);
	free(s->proxy);
	free(s);
}

void l2tp_tunnel_free(struct l2tp_tunnel *t)
{
	effect_release(&t->ep->effects);
	reliable_fini(&t->rel);
	idmap_fini(&t->sessions);
	idmap_fini(&t->sessions_by_peer);
	idmap_fini(&t->sessions_by_end);
	l2tp_auth_free(t);
	secret_clear(&t->cfg.secret);
	secret_clear(&t->cfg.old_secret);
	free(t->request);
	free(t->answer);
	free(t->hint);
	free(t);
}

static void free_dead(struct l2tp_endpoint *ep)
{
	struct l2tp_session *s;
	struct l2tp_tunnel *t;

	while ((s = ep->dead_sessions)) {
		ep->dead_sessions = s->next;
		l2tp_session_free(s);
	}
	while ((t = ep->dead_tunnels)) {
		ep->dead_tunnels = t->dead_next;
		l2tp_tunnel_free(t);
	}
}

void l2tp_begin(struct l2tp_endpoint *ep)
{
	free_dead(ep);
	if (effect_queue_empty(&ep->effects))
		effect_queue_reset(&ep->effects);
}
