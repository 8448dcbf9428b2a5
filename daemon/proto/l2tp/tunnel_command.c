// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the driver does with tunnels: it opens, answers, probes and closes them.
 */
#include <errno.h>
#include <stdlib.h>

#include "proto/l2tp/internal.h"

/* A caller that has not answered has an id that the driver chose: it goes. */
static void give_way(struct l2tp_endpoint *ep, uint32_t id)
{
	struct half_open *h = half_open_get(&ep->half_opens, id);

	if (h)
		half_open_remove(&ep->half_opens, h);
}

struct l2tp_tunnel *l2tp_tunnel_open(struct l2tp_endpoint *ep, uint64_t now,
				     const struct l2tp_tunnel_config *cfg,
				     const struct addr *local,
				     const struct addr *peer, int socket,
				     uint32_t tunnel_id, int *err)
{
	uint8_t version = cfg->version == 3 ? 3 : 2;
	struct l2tp_tunnel *t;

	l2tp_begin(ep);
	*err = -ENOSPC;
	if (ep->limits.tunnels && ep->tunnel_count >= ep->limits.tunnels)
		return NULL;
	*err = -EINVAL;
	if ((cfg->challenge || cfg->hide) && !secret_is_set(&cfg->secret))
		return NULL;
	/*
	 * RFC 3931 section 5.3: hiding needs authentication; 4.7.3: a fallback
	 * needs UDP, and ids that fit both
	 */
	if (version == 3 &&
	    ((cfg->hide && !cfg->challenge) ||
	     (cfg->fallback && (!peer->port || tunnel_id > UINT16_MAX))))
		return NULL;
	give_way(ep, tunnel_id);
	t = l2tp_tunnel_new(ep, now, tunnel_id, cfg->fallback ? 2 : version,
			    err);
	if (!t)
		return NULL;
	t->r.initiator = true;
	t->r.local = *local;
	t->r.peer = *peer;
	t->socket = socket;
	l2tp_tunnel_configure(t, cfg);
	t->r.version = version;
	t->r.fallback = version == 3 && cfg->fallback;
	l2tp_secret_choose(t);
	*err = version == 3 ? l2tp_auth_start(t, false) : 0;
	if (!*err)
		*err = l2tp_peer_link(ep, PEER_OPENING, t,
				      l2tp_ip_hash(ep, peer));
	if (*err) {
		l2tp_tunnel_discard(t);
		return NULL;
	}
	l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_LOCAL_OPEN, NULL);
	l2tp_tunnel_done(t, now);
	return t;
}

void l2tp_tunnel_accept(struct l2tp_tunnel *t, uint64_t now,
			const struct l2tp_tunnel_config *cfg)
{
	l2tp_begin(t->ep);
	if (!t->r.pending)
		return;
	l2tp_tunnel_configure(t, cfg);
	l2tp_tunnel_decide(t, now, NULL);
	if (t->r.state != L2TP_TUNNEL_WAIT_CTL_CONN)
		l2tp_tunnel_done(t, now);
	else if (t->answer)
		l2tp_tunnel_resume(t, now);
	else if (t->cfg.whole || t->acknowledged)
		l2tp_tunnel_done(t, now);
	else
		l2tp_tunnel_fold(t, now);
	free(t->request);
	t->request = NULL;
}

void l2tp_tunnel_set_known(struct l2tp_tunnel *t)
{
	t->known = t->named = true;
}

void l2tp_tunnel_reject(struct l2tp_tunnel *t, uint64_t now,
			const struct l2tp_cause *cause)
{
	struct l2tp_cause refused;

	l2tp_begin(t->ep);
	if (!t->r.pending)
		return;
	if (!cause) {
		l2tp_cause_set(&refused, L2TP_STOPCCN_NOT_AUTHORIZED, 0, "%s",
			       "");
		cause = &refused;
	}
	l2tp_tunnel_event(t, now,
			  cause->result ? L2TP_TUNNEL_EV_SCCRQ_BAD :
					  L2TP_TUNNEL_EV_SILENCE,
			  cause);
	l2tp_tunnel_done(t, now);
}

void l2tp_tunnel_refuse(struct l2tp_tunnel *t, uint64_t now,
			const struct l2tp_tunnel_config *cfg,
			const struct l2tp_cause *cause)
{
	l2tp_begin(t->ep);
	if (!t->r.pending)
		return;
	l2tp_tunnel_configure(t, cfg);
	l2tp_tunnel_decide(t, now, cause);
	l2tp_tunnel_done(t, now);
	free(t->request);
	t->request = NULL;
}

int l2tp_tunnel_renumber(struct l2tp_tunnel *t)
{
	struct l2tp_endpoint *ep = t->ep;
	uint32_t id;

	if (!t->r.pending || t->resumed)
		return -EALREADY;
	/*
	 * a peer that offers both versions may yet get an id of either: 16 bits
	 */
	id = l2tp_random_id(ep, &ep->tunnels, t->r.peer_info.offers_v2 ? 2 : 3);
	if (!id)
		return -ENOSPC;
	if (idmap_put(&ep->tunnels, id, t))
		return -ENOMEM;
	idmap_remove(&ep->tunnels, t->r.id);
	t->r.id = id;
	return 0;
}

void l2tp_tunnel_close(struct l2tp_tunnel *t, uint64_t now,
		       const struct l2tp_cause *cause)
{
	struct l2tp_cause clear = { .result = L2TP_STOPCCN_CLEAR };

	l2tp_begin(t->ep);
	l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_LOCAL_CLOSE,
			  cause ? cause : &clear);
	l2tp_tunnel_done(t, now);
}

void l2tp_tunnel_probe(struct l2tp_tunnel *t, uint64_t now)
{
	l2tp_begin(t->ep);
	if (t->gone || t->r.state != L2TP_TUNNEL_ESTABLISHED)
		return;
	if (!t->rel.s.queued && !l2tp_tunnel_send_hello(t))
		t->r.hellos_sent++;
	reliable_probe(&t->rel, now);
	l2tp_tunnel_done(t, now);
}

void l2tp_tunnel_set_socket(struct l2tp_tunnel *t, int socket)
{
	t->socket = socket;
}
