// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets that name no tunnel of ours: the SCCRQ that begins one, and what a
 * peer sends before it knows our tunnel id. RFC 2661 sections 4.4.3, 5.1, RFC
 * 3931 sections 4.7.3, 5.4.3.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "proto/l2tp/internal.h"

/*
 * An SCCRQ equal to that of a tunnel which is already down is a late copy of
 * it for this long, then a new try of a peer that says the same each time.
 */
#define LATE_COPY_MS 3000

/* It tells a copy from another SCCRQ and needs no more. */
static uint64_t payload_hash(const struct l2tp_endpoint *ep,
			     const struct l2tp_header *h)
{
	return hash_fnv64(ep->seed ^ HASH_FNV64_START, h->payload,
			  h->payload_len);
}

/*
 * Where a peer's tunnel is kept; id is 0 for one that is hidden, which
 * its copy is too.
 */
static uint64_t request_key(const struct l2tp_endpoint *ep,
			    const struct addr *peer, uint32_t id,
			    uint64_t payload)
{
	return addr_hash(peer, ep->seed) ^
	       (id ? id : payload) * 0x9e3779b97f4a7c15u;
}

/* Whether an SCCRQ is one that t was made from. */
static bool is_copy(const struct l2tp_tunnel *t, uint64_t now, uint64_t payload)
{
	uint64_t age = now - t->r.opened_ms;

	if (!t->r.down && t->r.state != L2TP_TUNNEL_ESTABLISHED)
		return true;
	if (t->r.request_hash != payload)
		return false;
	if (t->r.down && !t->rel.s.queued)
		return age < LATE_COPY_MS;
	return age < reliable_full_cycle(&t->rel.cfg);
}

static bool is_copy_of_half_open(const struct half_open *h,
				 const struct input *in)
{
	return h->len == in->h.length &&
	       memcmp(h->request, in->pkt, h->len) == 0;
}

static struct l2tp_tunnel *find_request(struct l2tp_endpoint *ep,
					const struct input *in, uint32_t id,
					uint64_t payload)
{
	uint64_t key = request_key(ep, in->peer, id, payload);
	struct l2tp_tunnel *t = NULL;

	while ((t = l2tp_peer_next(ep, PEER_REQUEST, key, t)))
		if (addr_equal(&t->r.peer, in->peer) &&
		    (t->r.peer_id == id || t->r.request_hash == payload))
			return t;
	return NULL;
}

/* Of one who has no tunnel here: address and name are all that is known. */
static void log_refused(struct l2tp_endpoint *ep, const struct input *in,
			const char *why)
{
	char name[L2TP_NAME_MAX] = "";

	l2tp_text(&ep->msg, L2TP_AVP_HOST_NAME, name, sizeof(name));
	effect_log_peer(&ep->effects, in->peer, LOG_WARNING,
			"SCCRQ%s%s%s refused: %s", name[0] ? " of \"" : "",
			name, name[0] ? "\"" : "", why);
}

/* Limits, before anything is kept. */
static bool within_limits(struct l2tp_endpoint *ep, const struct input *in,
			  uint32_t peer_id)
{
	struct l2tp_cause cause;

	if (!ep->limits.tunnels || ep->tunnel_count < ep->limits.tunnels)
		return true;
	l2tp_cause_set(&cause, L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES,
		       "too many tunnels");
	log_refused(ep, in, cause.text);
	l2tp_refuse(ep, in, peer_id, &cause);
	return false;
}

/*
 * Those of whom all is kept, as they have a socket or as the driver decides
 * late: so many of strangers, before the oldest of them goes.
 */
#define WHOLE_MAX	64u
#define WHOLE_KNOWN_MAX 512u /* and so many of those whom we know */

static void displace(struct l2tp_tunnel *t, uint64_t now)
{
	struct l2tp_cause cause;

	l2tp_cause_set(&cause, 0, 0,
		       "too many tunnels are being set up, and this was the "
		       "oldest");
	t->ep->counters.displaced++;
	l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SILENCE, &cause);
	if (!t->gone)
		l2tp_tunnel_release(t);
}

static void make_place(struct l2tp_endpoint *ep, bool known, uint64_t now)
{
	uint32_t limit = known ? WHOLE_KNOWN_MAX : WHOLE_MAX, count = 0;
	struct l2tp_tunnel *oldest = NULL;

	if (ep->limits.half_open && ep->limits.half_open < limit)
		limit = ep->limits.half_open;
	if (ep->half_open_count < limit)
		return;
	for (struct l2tp_tunnel *t = ep->half_head; t; t = t->half_next) {
		if (t->known != known)
			continue;
		if (!oldest)
			oldest = t;
		count++;
	}
	if (count >= limit)
		displace(oldest, now);
}

/*
 * An SCCRQ with version 2's header that is good for version 3 too (RFC 3931
 * section 4.7.3).
 */
static bool offers_v3(const struct l2tp_message *m)
{
	return l2tp_has(m, L2TP_AVP_ASSIGNED_CONNECTION_ID) &&
	       l2tp_has(m, L2TP_AVP_ROUTER_ID) &&
	       l2tp_has(m, L2TP_AVP_PW_CAPABILITIES);
}

static uint8_t *copy_of(const struct input *in)
{
	uint8_t *copy = malloc(in->h.length);

	return copy ? memcpy(copy, in->pkt, in->h.length) : NULL;
}

/*
 * h: the one that it was when this SCCRQ came before, or NULL; answer: what its
 * peer says to our SCCRP, or NULL.
 */
static void new_request(struct l2tp_endpoint *ep, const struct input *in,
			uint32_t peer_id, const struct half_open *h,
			const struct input *answer)
{
	uint64_t payload = payload_hash(ep, &in->h);
	struct l2tp_tunnel *t;
	int err;

	make_place(ep, false, in->now);
	make_place(ep, true, in->now);
	t = l2tp_tunnel_new(ep, in->now, h ? h->id : 0, in->h.version, &err);
	if (!t)
		return;
	t->request = copy_of(in);
	t->answer = answer ? copy_of(answer) : NULL;
	if (!t->request || (answer && !t->answer) ||
	    l2tp_peer_link(ep, PEER_REQUEST, t,
			   request_key(ep, in->peer, peer_id, payload))) {
		/* as if it had been lost: it comes again */
		l2tp_tunnel_discard(t);
		return;
	}
	t->request_len = in->h.length;
	if (answer)
		t->answer_len = answer->h.length;
	t->resumed = h != NULL;
	if (h)
		memcpy(t->r.challenge, h->proof, sizeof(t->r.challenge));
	t->known = known_is(&ep->known, l2tp_ip_hash(ep, in->peer), in->now);
	t->r.peer_info.offers_v2 = in->h.version == 2;
	t->r.peer_info.offers_v3 = in->h.version == 3 || offers_v3(&ep->msg);
	t->r.pending = true;
	t->r.signs = l2tp_has(&ep->msg, L2TP_AVP_NONCE);
	t->r.peer_id = t->request_id = peer_id;
	t->r.request_hash = payload;
	t->r.local = *in->local;
	t->r.peer = *in->peer;
	t->socket = in->socket;
	l2tp_tunnel_begin_half_open(t);
	l2tp_tunnel_note_peer(t, &ep->msg);
	reliable_receive(&t->rel, in->now, in->h.ns, in->h.nr, false, in->pkt,
			 in->len);
	effect_push(&ep->effects, L2TP_EFFECT_TUNNEL_REQUEST, t, NULL);
	l2tp_tunnel_done(t, in->now);
}

static void input_sccrq(struct l2tp_endpoint *ep, const struct input *in,
			enum l2tp_severity severity)
{
	const struct l2tp_message *m = &ep->msg;
	uint32_t peer_id = l2tp_peer_id_of(m, in->h.version);
	uint64_t payload = payload_hash(ep, &in->h);
	struct half_open *h;
	struct l2tp_tunnel *t;

	/* section 5.8: Ns begins at 0 */
	if (in->h.ns != 0 || in->h.payload_len > L2TP_MESSAGE_MAX) {
		ep->counters.malformed++;
		return;
	}
	t = find_request(ep, in, peer_id, payload);
	if (t && is_copy(t, in->now, payload)) {
		l2tp_tunnel_input(t, in);
		return;
	}
	h = half_open_find(&ep->half_opens, in->peer, peer_id, in->pkt,
			   in->h.length);
	if (h && is_copy_of_half_open(h, in)) {
		new_request(ep, in, peer_id, h, NULL);
		return;
	}
	/* the peer was started anew, and uses the same id again */
	if (h)
		half_open_remove(&ep->half_opens, h);
	/*
	 * Hidden AVPs make faults as long as there is no secret. The host name
	 * and the version are never hidden; the rest is judged when the driver
	 * has chosen a secret by the name.
	 */
	if (severity > L2TP_IGNORE_AVP &&
	    !(m->locked && l2tp_has(m, L2TP_AVP_HOST_NAME) &&
	      l2tp_has(m, in->h.version == 3 ? L2TP_AVP_ROUTER_ID :
					       L2TP_AVP_PROTOCOL_VERSION))) {
		log_refused(ep, in, ep->fault.cause.text);
		if (severity == L2TP_CLOSE_TUNNEL)
			l2tp_refuse(ep, in, peer_id, &ep->fault.cause);
		return;
	}
	/*
	 * what may be signed has to be judged before it ends anything of ours:
	 * l2tp_tunnel_decide
	 */
	if (in->h.version == 2 && !offers_v3(m) &&
	    !l2tp_tunnel_tie_resolve(ep, in->now, in->peer, m))
		return;
	if (!within_limits(ep, in, peer_id))
		return;
	new_request(ep, in, peer_id, NULL, NULL);
}

/*
 * Once more what the SCCRQ says, then what came now: the driver decides as it
 * did before, and the tunnel is where it would be if all had been kept.
 */
static void resume(struct l2tp_endpoint *ep, const struct input *in,
		   const struct half_open *h)
{
	struct input first = {
		.now = in->now,
		.local = &h->local,
		.peer = &h->peer,
		.socket = in->socket,
		.pkt = h->request,
		.len = h->len,
	};

	/* it could be read when it came */
	if (l2tp_header_decode(&first.h, h->request, h->len))
		return;
	l2tp_message_decode(&ep->msg, &first.h, NULL, &ep->scratch, &ep->fault);
	new_request(ep, &first, h->peer_id, h, in);
}

void l2tp_input_half_open(struct l2tp_endpoint *ep, const struct input *in,
			  const struct half_open *h)
{
	enum l2tp_message_type type =
		in->h.payload_len ? l2tp_peek_type(in->pkt, in->h.length) :
				    L2TP_ZLB;

	if (!addr_equal(in->peer, &h->peer))
		ep->counters.wrong_address++;
	else if (in->h.ns == 1 && (type == L2TP_SCCCN || type == L2TP_STOPCCN))
		resume(ep, in, h);
	/*
	 * That our SCCRP arrived is no news before the SCCCN; and what came
	 * before that comes again.
	 */
}

/*
 * A StopCCN of a peer that has not seen our tunnel id (section 4.4.3, Assigned
 * Tunnel ID): it began the tunnel and ends it before our SCCRP came, or it
 * refuses our SCCRQ and could not read our id, which was hidden.
 */
static void input_early_stopccn(struct l2tp_endpoint *ep,
				const struct input *in)
{
	uint32_t peer_id = l2tp_peer_id_of(&ep->msg, in->h.version);
	struct l2tp_tunnel *t = NULL, *found = NULL;
	uint64_t hash = l2tp_ip_hash(ep, in->peer);
	struct half_open *h = NULL;

	if (peer_id) {
		h = half_open_find(&ep->half_opens, in->peer, peer_id, NULL, 0);
		found = find_request(ep, in, peer_id, 0);
	}
	if (h && !found) {
		l2tp_input_half_open(ep, in, h);
		return;
	}
	if (!found) {
		while ((t = l2tp_peer_next(ep, PEER_OPENING, hash, t))) {
			if (t->r.state != L2TP_TUNNEL_WAIT_CTL_REPLY ||
			    !t->cfg.hide || !addr_equal(&t->r.peer, in->peer))
				continue;
			/* which of them it means cannot be known */
			if (found)
				return;
			found = t;
		}
	}
	if (found)
		l2tp_tunnel_input(found, in);
	else
		ep->counters.stray++;
}

void l2tp_input_unknown(struct l2tp_endpoint *ep, const struct input *in)
{
	enum l2tp_severity severity;

	severity = l2tp_message_decode(&ep->msg, &in->h, NULL, &ep->scratch,
				       &ep->fault);
	if (ep->msg.type == L2TP_SCCRQ)
		input_sccrq(ep, in, severity);
	else if (ep->msg.type == L2TP_STOPCCN)
		input_early_stopccn(ep, in);
	else
		ep->counters.stray++;
}
