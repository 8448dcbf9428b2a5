// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls: their machines, timers and end. RFC 2661 sections 5.2, 5.6, 7.4, 7.5,
 * RFC 3931 sections 3.4, 7.3, 7.4.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "proto/l2tp/internal.h"

/* messages in the transport that keep further calls waiting */
#define START_QUEUE 64

/* ---- lists of a tunnel ---- */

static void setup_remove(struct l2tp_session *s)
{
	struct session_list *l = &s->tunnel->setup;

	if (!s->in_setup)
		return;
	*(s->prev ? &s->prev->next : &l->head) = s->next;
	*(s->next ? &s->next->prev : &l->tail) = s->prev;
	s->in_setup = false;
}

/*
 * All of a tunnel wait equally long, so that the list is in the order
 * of the deadlines.
 */
static void setup_append(struct l2tp_session *s, uint64_t now)
{
	struct session_list *l = &s->tunnel->setup;

	setup_remove(s);
	s->r.setup_at = now + s->tunnel->cfg.setup_timeout;
	s->next = NULL;
	s->prev = l->tail;
	*(l->tail ? &l->tail->next : &l->head) = s;
	l->tail = s;
	s->in_setup = true;
}

static void waiting_remove(struct l2tp_session *s)
{
	struct session_list *l = &s->tunnel->waiting;

	if (!s->waiting)
		return;
	*(s->wait_prev ? &s->wait_prev->wait_next : &l->head) = s->wait_next;
	*(s->wait_next ? &s->wait_next->wait_prev : &l->tail) = s->wait_prev;
	s->waiting = false;
}

static void waiting_append(struct l2tp_session *s)
{
	struct session_list *l = &s->tunnel->waiting;

	s->wait_next = NULL;
	s->wait_prev = l->tail;
	*(l->tail ? &l->tail->wait_next : &l->head) = s;
	l->tail = s;
	s->waiting = true;
}

/* ---- life ---- */

static int map_put(struct l2tp_session *s)
{
	struct l2tp_tunnel *t = s->tunnel;
	int err = idmap_put(&t->sessions, s->r.id, s);

	if (!err && t->r.version == 3) {
		err = idmap_put(&t->ep->sessions_v3, s->r.id, s);
		if (err)
			idmap_remove(&t->sessions, s->r.id);
	}
	return err;
}

/* Of the tunnel's own maps it is taken out apart, or goes with them. */
static void unmap_v3(struct l2tp_session *s)
{
	struct l2tp_endpoint *ep = s->tunnel->ep;

	l2tp_tie_forget(s);
	if (idmap_get(&ep->sessions_v3, s->r.id) == s)
		idmap_remove(&ep->sessions_v3, s->r.id);
}

bool l2tp_sessions_full(const struct l2tp_tunnel *t)
{
	const struct l2tp_endpoint *ep = t->ep;

	return (ep->limits.sessions &&
		ep->session_count >= ep->limits.sessions) ||
	       (t->cfg.max_sessions &&
		t->sessions.count >= t->cfg.max_sessions);
}

struct l2tp_session *l2tp_session_new(struct l2tp_tunnel *t, uint64_t now,
				      enum l2tp_call_kind kind)
{
	uint32_t id = l2tp_session_next_id(t);
	struct l2tp_session *s = id ? calloc(1, sizeof(*s)) : NULL;

	if (!s)
		return NULL;
	s->tunnel = t;
	s->r.id = id;
	s->r.kind = kind;
	if (effect_reserve(&t->ep->effects)) {
		free(s);
		return NULL;
	}
	if (map_put(s)) {
		l2tp_session_free(s);
		return NULL;
	}
	t->ep->session_count++;
	t->r.idle_at = L2TP_NEVER;
	setup_append(s, now);
	return s;
}

void l2tp_session_discard(struct l2tp_session *s)
{
	idmap_remove(&s->tunnel->sessions, s->r.id);
	unmap_v3(s);
	setup_remove(s);
	s->tunnel->ep->session_count--;
	l2tp_session_free(s);
}

/* Out of all lists and maps; freed when the driver has taken its FREE. */
static void down(struct l2tp_session *s, uint32_t cause, bool by_peer)
{
	struct l2tp_tunnel *t = s->tunnel;
	struct effect_queue *q = &t->ep->effects;

	s->gone = true;
	s->r.pending = false;
	s->r.state = L2TP_SESSION_IDLE;
	setup_remove(s);
	waiting_remove(s);
	unmap_v3(s);
	t->ep->session_count--;
	effect_push_down(q, L2TP_EFFECT_SESSION_DOWN, t, s, cause, by_peer);
	effect_push(q, L2TP_EFFECT_SESSION_FREE, t, s);
}

void l2tp_sessions_start_idle(struct l2tp_tunnel *t, uint64_t now)
{
	if (t->r.state != L2TP_TUNNEL_ESTABLISHED)
		return;
	if (t->sessions.count || t->cfg.persist_idle ||
	    t->cfg.idle_timeout == L2TP_OFF)
		t->r.idle_at = L2TP_NEVER;
	else
		t->r.idle_at = now + t->cfg.idle_timeout;
}

static void clean_up(struct l2tp_session *s, uint64_t now,
		     const struct l2tp_cause *cause, bool by_peer)
{
	struct l2tp_tunnel *t = s->tunnel;

	idmap_remove(&t->sessions, s->r.id);
	if (s->in_by_peer)
		idmap_remove(&t->sessions_by_peer, s->r.peer_id);
	down(s, effect_cause(&t->ep->effects, cause), by_peer);
	l2tp_sessions_start_idle(t, now);
}

void l2tp_sessions_down(struct l2tp_tunnel *t, uint32_t cause, bool by_peer)
{
	/* the slots as they lie: the map goes as a whole */
	for (uint32_t i = 0; i < t->sessions.size; i++)
		if (t->sessions.slots[i].value)
			down(t->sessions.slots[i].value, cause, by_peer);
	idmap_fini(&t->sessions);
	idmap_fini(&t->sessions_by_peer);
}

/* ---- the machine ---- */

static void set_state(struct l2tp_session *s, uint64_t now,
		      enum l2tp_session_state next)
{
	struct l2tp_tunnel *t = s->tunnel;

	if (s->r.state == next)
		return;
	s->r.state = next;
	if (next == L2TP_SESSION_WAIT_REPLY)
		l2tp_tie_watch(s);
	else
		l2tp_tie_forget(s);
	switch (next) {
	case L2TP_SESSION_IDLE:
		break;
	case L2TP_SESSION_WAIT_TUNNEL:
	case L2TP_SESSION_WAIT_REPLY:
	case L2TP_SESSION_WAIT_CONNECT:
	case L2TP_SESSION_WAIT_CS_ANSWER:
		setup_append(s, now);
		break;
	case L2TP_SESSION_ESTABLISHED:
		setup_remove(s);
		s->r.established_ms = now;
		/* it has our id: what it sends from now on carries that */
		if (s->in_by_peer && s->r.kind == L2TP_CALL_LNS_INCOMING) {
			idmap_remove(&t->sessions_by_peer, s->r.peer_id);
			s->in_by_peer = false;
		}
		free(s->own);
		s->own = NULL;
		effect_push(&t->ep->effects, L2TP_EFFECT_SESSION_UP, t, s);
		break;
	}
	l2tp_session_tell_circuit(s);
}

static void close_with_cdn(struct l2tp_session *s, uint64_t now,
			   const struct l2tp_cause *cause, bool by_peer)
{
	struct l2tp_tunnel *t = s->tunnel;
	struct l2tp_cause full;

	if (l2tp_session_send_cdn(s, cause)) {
		/*
		 * the peer would keep the session: a tunnel in that state
		 * serves nobody
		 */
		l2tp_cause_set(&full, L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES,
			       "no room for a CDN");
		clean_up(s, now, cause, by_peer);
		t->event(t, now, L2TP_TUNNEL_EV_LOCAL_CLOSE, &full);
		return;
	}
	clean_up(s, now, cause, by_peer);
}

static void advance(struct l2tp_session *s, uint64_t now,
		    enum l2tp_message_type type, enum l2tp_session_state next)
{
	struct l2tp_cause cause;
	int err = l2tp_session_send(s, type);

	if (!err) {
		set_state(s, now, next);
		return;
	}
	l2tp_cause_set(&cause, L2TP_CDN_ERROR, L2TP_ERROR_RESOURCES, "%s: %s",
		       l2tp_message_name(type), strerrordesc_np(-err));
	/* a request that never went needs no CDN */
	if (type == L2TP_ICRQ || type == L2TP_OCRQ)
		clean_up(s, now, &cause, false);
	else
		close_with_cdn(s, now, &cause, false);
}

/*
 * What is said of a message out of sequence. RFC 2661 section 4.4.2 has no code
 * for it; 6 is the one that comes with a text.
 */
static const struct l2tp_cause *out_of_sequence(struct l2tp_cause *c,
						const struct l2tp_session *s,
						enum l2tp_session_event ev)
{
	bool v3 = s->tunnel->r.version == 3;

	l2tp_cause_set(c, v3 ? L2TP_CDN_FSM : L2TP_CDN_ERROR,
		       v3 ? 0 : L2TP_ERROR_VENDOR, "%s in state %s",
		       l2tp_session_event_name(ev),
		       l2tp_session_state_name(s->r.state));
	return c;
}

/* What the WEN or SLI in hand says, to the driver. */
static void tell_wen(struct l2tp_session *s)
{
	struct l2tp_endpoint *ep = s->tunnel->ep;
	const struct l2tp_avp_view *v = &ep->msg.avp[L2TP_AVP_CALL_ERRORS];
	struct rbuf r = rbuf_init(v->value, v->len);
	struct l2tp_wen wen;

	rbuf_u16(&r);
	wen.crc = rbuf_u32(&r);
	wen.framing = rbuf_u32(&r);
	wen.hardware_overruns = rbuf_u32(&r);
	wen.buffer_overruns = rbuf_u32(&r);
	wen.timeouts = rbuf_u32(&r);
	wen.alignment = rbuf_u32(&r);
	effect_push_wen(&ep->effects, s, &wen);
}

static void tell_sli(struct l2tp_session *s)
{
	struct l2tp_endpoint *ep = s->tunnel->ep;
	const struct l2tp_avp_view *v = &ep->msg.avp[L2TP_AVP_ACCM];
	struct rbuf r = rbuf_init(v->value, v->len);
	struct l2tp_sli sli = { 0 };

	rbuf_u16(&r);
	sli.send_accm = rbuf_u32(&r);
	sli.recv_accm = rbuf_u32(&r);
	effect_push_sli(&ep->effects, s, &sli);
}

static bool is_peers_doing(enum l2tp_session_event ev)
{
	return ev == L2TP_SESSION_EV_CDN;
}

void l2tp_session_event(struct l2tp_session *s, uint64_t now,
			enum l2tp_session_event ev,
			const struct l2tp_cause *cause)
{
	struct l2tp_session_cell cell;
	struct l2tp_cause none;

	if (s->gone)
		return;
	cell = l2tp_session_transition(s->r.kind, s->r.state, ev);
	switch (cell.action) {
	case L2TP_SESSION_ACT_IGNORE:
		break;
	case L2TP_SESSION_ACT_NONE:
	case L2TP_SESSION_ACT_PREPARE:
		set_state(s, now, cell.next);
		break;
	/* l2tp_session_open tells the tunnel */
	case L2TP_SESSION_ACT_OPEN_TUNNEL:
		waiting_append(s);
		set_state(s, now, cell.next);
		break;
	case L2TP_SESSION_ACT_SEND_ICRQ:
		advance(s, now, L2TP_ICRQ, cell.next);
		break;
	case L2TP_SESSION_ACT_SEND_ICRP:
		advance(s, now, L2TP_ICRP, cell.next);
		break;
	case L2TP_SESSION_ACT_SEND_ICCN:
		advance(s, now, L2TP_ICCN, cell.next);
		break;
	case L2TP_SESSION_ACT_SEND_OCRQ:
		advance(s, now, L2TP_OCRQ, cell.next);
		break;
	case L2TP_SESSION_ACT_SEND_OCRP:
		advance(s, now, L2TP_OCRP, cell.next);
		break;
	case L2TP_SESSION_ACT_SEND_OCCN:
		advance(s, now, L2TP_OCCN, cell.next);
		break;
	case L2TP_SESSION_ACT_SEND_CDN:
		close_with_cdn(s, now,
			       cause ? cause : out_of_sequence(&none, s, ev),
			       is_peers_doing(ev));
		break;
	case L2TP_SESSION_ACT_CLEAN_UP:
		clean_up(s, now, cause ? cause : out_of_sequence(&none, s, ev),
			 is_peers_doing(ev));
		break;
	case L2TP_SESSION_ACT_TELL_WEN:
		tell_wen(s);
		break;
	case L2TP_SESSION_ACT_TELL_SLI:
		tell_sli(s);
		break;
	}
}

void l2tp_sessions_start(struct l2tp_tunnel *t, uint64_t now)
{
	struct l2tp_session *s;

	while ((s = t->waiting.head) && t->rel.s.queued < START_QUEUE &&
	       !t->r.down) {
		waiting_remove(s);
		l2tp_session_event(s, now, L2TP_SESSION_EV_TUNNEL_OPEN, NULL);
	}
}

void l2tp_sessions_timeout(struct l2tp_tunnel *t, uint64_t now)
{
	struct l2tp_session *s;
	struct l2tp_cause cause;

	while ((s = t->setup.head) && s->r.setup_at <= now) {
		l2tp_cause_set(&cause,
			       t->r.version == 3 ? L2TP_CDN_FSM :
						   L2TP_CDN_TIMEOUT,
			       0, "setup timed out in %s",
			       l2tp_session_state_name(s->r.state));
		l2tp_session_event(s, now, L2TP_SESSION_EV_SETUP_TIMEOUT,
				   &cause);
	}
}
