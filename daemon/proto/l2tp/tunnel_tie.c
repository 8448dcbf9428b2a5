// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tunnel ties, RFC 2661 section 4.4.3 and RFC 3931 section 5.4.3: both ends ask
 * for a tunnel at once.
 */
#include "proto/l2tp/internal.h"

/*
 * Section 4.4.3, Tie Breaker: compares an SCCRQ with those that we sent to the
 * same peer. False: the SCCRQ lost, or both did.
 */
bool l2tp_tunnel_tie_resolve(struct l2tp_endpoint *ep, uint64_t now,
			     const struct addr *peer,
			     const struct l2tp_message *m)
{
	bool theirs = l2tp_has(m, L2TP_AVP_TIE_BREAKER);
	uint64_t value = theirs ? l2tp_u64(m, L2TP_AVP_TIE_BREAKER) : 0;
	uint64_t hash = l2tp_ip_hash(ep, peer);
	struct l2tp_tunnel *t, *next;
	struct l2tp_cause cause;
	bool accepted = true;

	l2tp_cause_set(&cause, L2TP_STOPCCN_EXISTS, 0,
		       "the peer's own request won the tie");
	for (t = l2tp_peer_next(ep, PEER_OPENING, hash, NULL); t; t = next) {
		bool lose, win;

		next = l2tp_peer_next(ep, PEER_OPENING, hash, t);
		if (!addr_equal_ip(&t->r.peer, peer) || (!theirs && !t->r.tied))
			continue;
		lose = theirs && (!t->r.tied || value <= t->r.tie_breaker);
		win = t->r.tied && (!theirs || t->r.tie_breaker <= value);
		if (t->r.state == L2TP_TUNNEL_ESTABLISHED) {
			/*
			 * Decided already. What lost against it may still come
			 * for as long as it is retransmitted; anything else is
			 * a tunnel of its own.
			 */
			if (win && now - t->r.opened_ms <
					   reliable_full_cycle(&t->rel.cfg))
				accepted = false;
			continue;
		}
		if (win)
			accepted = false;
		l2tp_tunnel_event(t, now,
				  lose ? L2TP_TUNNEL_EV_SCCRQ_LOSE :
					 L2TP_TUNNEL_EV_SCCRQ_WIN,
				  &cause);
		l2tp_tunnel_done(t, now);
	}
	return accepted;
}
