// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control connection: its machine, timers and end. RFC 2661 sections 5.1,
 * 5.5, 5.7, 7.2, RFC 3931 sections 3.3, 4.4, 7.2.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l2tp/internal.h"

#define DEFAULT(field, value)              \
	do {                               \
		if (!(field))              \
			(field) = (value); \
	} while (0)
#define RETRANSMIT_CAP_MIN 8000 /* section 5.8: no less */

void l2tp_tunnel_configure(struct l2tp_tunnel *t,
			   const struct l2tp_tunnel_config *cfg)
{
	struct l2tp_tunnel_config *c = &t->cfg;

	*c = *cfg;
	DEFAULT(c->framing, 3);
	DEFAULT(c->receive_window, 16);
	DEFAULT(c->hello_interval, 60000);
	DEFAULT(c->retransmit, 1000);
	DEFAULT(c->retransmit_cap, RETRANSMIT_CAP_MIN);
	DEFAULT(c->retransmit_tries, 5);
	DEFAULT(c->ack_delay, 100);
	DEFAULT(c->setup_timeout, 60000);
	DEFAULT(c->idle_timeout, 10000);
	DEFAULT(c->pseudowires[0], L2TP_PW_PPP);
	if (c->digest == L2TP_DIGEST_NONE)
		c->digest = L2TP_DIGEST_SHA1;
	if (c->retransmit_cap < RETRANSMIT_CAP_MIN)
		c->retransmit_cap = RETRANSMIT_CAP_MIN;
	if (c->ack_delay > c->retransmit / 4)
		c->ack_delay = c->retransmit / 4;
	t->rel.cfg = (struct reliable_config){
		.retransmit = c->retransmit,
		.retransmit_cap = c->retransmit_cap,
		.ack_delay = c->ack_delay,
		.retransmit_tries = c->retransmit_tries,
		.window = c->receive_window,
	};
}

/* ---- life ---- */

struct l2tp_tunnel *l2tp_tunnel_new(struct l2tp_endpoint *ep, uint64_t now,
				    uint32_t id, uint8_t version, int *err)
{
	static const struct l2tp_tunnel_config defaults;
	struct l2tp_tunnel *t;

	*err = -EEXIST;
	if (id && idmap_get(&ep->tunnels, id))
		return NULL;
	*err = -ENOSPC;
	if (!id)
		id = l2tp_random_id(ep, &ep->tunnels, version);
	if (!id)
		return NULL;
	*err = -ENOMEM;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	if (effect_reserve(&ep->effects)) {
		free(t);
		return NULL;
	}
	if (idmap_put(&ep->tunnels, id, t)) {
		effect_release(&ep->effects);
		free(t);
		return NULL;
	}
	t->ep = ep;
	t->event = l2tp_tunnel_event;
	t->socket = -1;
	t->r.id = id;
	t->r.version = version;
	t->r.opened_ms = t->r.last_heard_ms = now;
	t->r.idle_at = t->r.linger_at = L2TP_NEVER;
	t->reported = L2TP_NEVER;
	t->sessions.seed = t->sessions_by_peer.seed = t->sessions_by_end.seed =
		(uint32_t)ep->seed;
	reliable_init(&t->rel, &ep->bufs, &t->rel.cfg);
	l2tp_tunnel_configure(t, &defaults);
	t->r.setup_at = now + t->cfg.setup_timeout;
	t->counted = true;
	ep->tunnel_count++;
	*err = 0;
	return t;
}

void l2tp_tunnel_begin_half_open(struct l2tp_tunnel *t)
{
	struct l2tp_endpoint *ep = t->ep;

	t->half_open = true;
	ep->half_open_count++;
	t->half_next = NULL;
	t->half_prev = ep->half_tail;
	if (ep->half_tail)
		ep->half_tail->half_next = t;
	else
		ep->half_head = t;
	ep->half_tail = t;
}

static void end_half_open(struct l2tp_tunnel *t)
{
	struct l2tp_endpoint *ep = t->ep;

	if (!t->half_open)
		return;
	t->half_open = false;
	ep->half_open_count--;
	if (t->half_prev)
		t->half_prev->half_next = t->half_next;
	else
		ep->half_head = t->half_next;
	if (t->half_next)
		t->half_next->half_prev = t->half_prev;
	else
		ep->half_tail = t->half_prev;
}

static void uncount(struct l2tp_tunnel *t, bool half_open_too)
{
	if (t->counted)
		t->ep->tunnel_count--;
	t->counted = false;
	if (half_open_too)
		end_half_open(t);
}

void l2tp_tunnel_discard(struct l2tp_tunnel *t)
{
	idmap_remove(&t->ep->tunnels, t->r.id);
	uncount(t, true);
	l2tp_tunnel_free(t);
}

static void unlist_changed(struct l2tp_tunnel *t)
{
	struct l2tp_endpoint *ep = t->ep;
	struct l2tp_tunnel **at = &ep->changed_head, *prev = NULL;

	if (!t->changed)
		return;
	for (; *at != t; at = &(*at)->changed_next)
		prev = *at;
	*at = t->changed_next;
	if (ep->changed_tail == t)
		ep->changed_tail = prev;
	t->changed = false;
}

void l2tp_tunnel_release(struct l2tp_tunnel *t)
{
	struct l2tp_endpoint *ep = t->ep;

	if (t->gone)
		return;
	t->gone = true;
	idmap_remove(&ep->tunnels, t->r.id);
	l2tp_peer_unlink(ep, PEER_REQUEST, t);
	l2tp_peer_unlink(ep, PEER_OPENING, t);
	unlist_changed(t);
	uncount(t, true);
	effect_push(&ep->effects, L2TP_EFFECT_TUNNEL_FREE, t, NULL);
}

/* ---- the machine ---- */

static void set_state(struct l2tp_tunnel *t, uint64_t now,
		      enum l2tp_tunnel_state next)
{
	if (t->r.state == next)
		return;
	t->r.state = next;
	switch (next) {
	case L2TP_TUNNEL_IDLE:
		break;
	case L2TP_TUNNEL_WAIT_CTL_REPLY:
	case L2TP_TUNNEL_WAIT_CTL_CONN:
		t->r.setup_at = now + t->cfg.setup_timeout;
		break;
	case L2TP_TUNNEL_ESTABLISHED:
		t->r.established_ms = now;
		t->r.setup_at = L2TP_NEVER;
		t->rel.held_max = RELIABLE_HELD_MAX;
		end_half_open(t);
		if (!t->r.initiator)
			known_note(&t->ep->known,
				   l2tp_ip_hash(t->ep, &t->r.peer), now);
		/*
		 * a tie breaker asks for a single tunnel: late SCCRQs
		 * are held against it
		 */
		if (!t->r.tied)
			l2tp_peer_unlink(t->ep, PEER_OPENING, t);
		effect_push(&t->ep->effects, L2TP_EFFECT_TUNNEL_UP, t, NULL);
		l2tp_sessions_start_idle(t, now);
		break;
	}
}

/*
 * The driver's part ends; what is left is the transport's (sections 5.7, 5.8).
 */
static void clean_up(struct l2tp_tunnel *t, const struct l2tp_cause *cause,
		     bool by_peer)
{
	struct l2tp_endpoint *ep = t->ep;
	struct l2tp_cause theirs;
	uint32_t at;

	t->r.down = true;
	t->r.pending = false;
	t->r.state = L2TP_TUNNEL_IDLE;
	t->r.setup_at = t->r.idle_at = L2TP_NEVER;
	free(t->request);
	t->request = NULL;
	l2tp_peer_unlink(ep, PEER_OPENING, t);
	/*
	 * one that was never established stays counted among the half-open: it
	 * costs as much
	 */
	uncount(t, false);
	if (t->sessions.count) {
		/* a StopCCN's codes mean something else in a CDN */
		l2tp_cause_set(&theirs, 0, 0, "the tunnel closed%s%s",
			       *cause->text ? ": " : "", cause->text);
		l2tp_sessions_down(t, effect_cause(&ep->effects, &theirs),
				   by_peer);
	}
	at = effect_cause(&ep->effects, cause);
	effect_push_down(&ep->effects, L2TP_EFFECT_TUNNEL_DOWN, t, NULL, at,
			 by_peer);
}

/*
 * Whether the other end has shown that it is there. To one that has not there
 * is one packet for each of its own, since its address may be somebody else's;
 * and nothing waits for it. Not even one that knows our id, until what it says
 * is right: it says it again when our StopCCN is lost.
 */
static bool is_there(const struct l2tp_tunnel *t)
{
	return t->r.initiator || t->r.established_ms ||
	       (t->rel.s.una && !t->resumed);
}

static void flush(struct l2tp_tunnel *t, uint64_t now);

static void stop(struct l2tp_tunnel *t, uint64_t now,
		 const struct l2tp_cause *cause)
{
	/*
	 * those that never went out have no number yet, and
	 * sessions go without CDN
	 */
	reliable_drop_unsent(&t->rel);
	clean_up(t, cause, false);
	if (l2tp_tunnel_send_stopccn(t, cause)) {
		l2tp_tunnel_release(t);
	} else if (!is_there(t)) {
		flush(t, now);
		l2tp_tunnel_release(t);
	}
}

static const struct l2tp_cause *out_of_sequence(struct l2tp_cause *c,
						const struct l2tp_tunnel *t,
						enum l2tp_tunnel_event ev)
{
	l2tp_cause_set(c, L2TP_STOPCCN_FSM, 0, "%s in state %s",
		       l2tp_tunnel_event_name(ev),
		       l2tp_tunnel_state_name(t->r.state));
	return c;
}

/* Sends what the transition asks for; when that fails, the tunnel ends. */
static void advance(struct l2tp_tunnel *t, uint64_t now, int err,
		    enum l2tp_tunnel_state next)
{
	struct l2tp_cause cause;

	if (!err) {
		set_state(t, now, next);
		return;
	}
	l2tp_cause_set(&cause, L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES, "%s",
		       strerrordesc_np(-err));
	stop(t, now, &cause);
}

void l2tp_tunnel_event(struct l2tp_tunnel *t, uint64_t now,
		       enum l2tp_tunnel_event ev,
		       const struct l2tp_cause *cause)
{
	struct l2tp_tunnel_cell cell = l2tp_tunnel_transition(t->r.state, ev);
	struct l2tp_cause none;

	if (t->r.down)
		return;
	switch (cell.action) {
	case L2TP_TUNNEL_ACT_IGNORE:
	/* the session is in the list already */
	case L2TP_TUNNEL_ACT_QUEUE_CALL:
	case L2TP_TUNNEL_ACT_DELIVER: /* l2tp_tunnel_input does */
		break;
	case L2TP_TUNNEL_ACT_SEND_SCCRQ:
		advance(t, now, l2tp_tunnel_send_sccrq(t), cell.next);
		break;
	case L2TP_TUNNEL_ACT_SEND_SCCRP:
		advance(t, now, l2tp_tunnel_send_sccrp(t), cell.next);
		break;
	case L2TP_TUNNEL_ACT_SEND_SCCCN:
		advance(t, now, l2tp_tunnel_send_scccn(t), cell.next);
		break;
	case L2TP_TUNNEL_ACT_OPEN_SESSIONS:
		set_state(t, now, cell.next); /* l2tp_tunnel_done starts them */
		break;
	case L2TP_TUNNEL_ACT_SEND_STOPCCN:
		stop(t, now, cause ? cause : out_of_sequence(&none, t, ev));
		break;
	case L2TP_TUNNEL_ACT_CLEAN_UP:
		clean_up(t, cause ? cause : out_of_sequence(&none, t, ev),
			 true);
		break;
	case L2TP_TUNNEL_ACT_DISCARD:
		clean_up(t, cause ? cause : out_of_sequence(&none, t, ev),
			 ev == L2TP_TUNNEL_EV_SCCRQ_LOSE);
		l2tp_tunnel_release(t);
		break;
	}
}

/* ---- sending, and what comes due ---- */

/*
 * The acknowledgement with nothing to carry it: a ZLB, in version 3 an ACK,
 * which can be signed.
 */
static void send_ack(struct l2tp_tunnel *t)
{
	struct effect_queue *q = &t->ep->effects;
	struct l2tp_encoder e;
	int len;

	if (t->r.version != 3) {
		uint8_t zlb[L2TP_ZLB_LEN];

		l2tp_encode_zlb(zlb, (uint16_t)t->r.peer_id, t->rel.s.ns,
				t->rel.s.nr);
		effect_send(q, t, zlb, sizeof(zlb));
		return;
	}
	l2tp_tunnel_encode_begin(t, &e, L2TP_ACK, 0);
	len = l2tp_encode_end(&e);
	if (len < 0)
		return;
	l2tp_encode_sequence(e.out.data, t->rel.s.ns, t->rel.s.nr);
	l2tp_auth_sign(t, e.out.data, (size_t)len);
	effect_send(q, t, e.out.data, (size_t)len);
}

static void flush(struct l2tp_tunnel *t, uint64_t now)
{
	struct effect_queue *q = &t->ep->effects;
	struct l2tp_buf *b;

	while ((b = reliable_transmit(&t->rel, now))) {
		l2tp_auth_sign(t, b->data, b->len);
		effect_send(q, t, b->data, b->len);
	}
	if (is_there(t) || t->acknowledged)
		reliable_rearm(&t->rel, now);
	else
		reliable_disarm(&t->rel);
	if (!reliable_ack_due(&t->rel))
		return;
	reliable_ack_sent(&t->rel);
	/*
	 * who asks goes on asking until our answer arrives: that brings it
	 * again when it was lost
	 */
	if (t->r.state == L2TP_TUNNEL_WAIT_CTL_CONN && !is_there(t))
		return;
	/*
	 * a peer whose id is hidden until the driver decides is not answered
	 * before, nor is one that wants it signed
	 */
	if (!t->r.peer_id || (t->r.version == 3 && !t->auth && t->r.signs))
		return;
	t->acknowledged = true;
	send_ack(t);
	t->rel.c.zlb_sent++;
}

void l2tp_tunnel_done(struct l2tp_tunnel *t, uint64_t now)
{
	struct l2tp_endpoint *ep = t->ep;

	if (t->gone)
		return;
	if (t->r.state == L2TP_TUNNEL_ESTABLISHED && t->waiting.head)
		l2tp_sessions_start(t, now);
	flush(t, now);
	/* section 5.8: for a full interval after the final exchange */
	if (t->r.down && !t->rel.s.queued && t->r.linger_at == L2TP_NEVER)
		t->r.linger_at = now + reliable_full_cycle(&t->rel.cfg);
	if (!t->changed) {
		t->changed = true;
		t->changed_next = NULL;
		if (ep->changed_head)
			ep->changed_tail->changed_next = t;
		else
			ep->changed_head = t;
		ep->changed_tail = t;
	}
}

/*
 * Section 5.5: a HELLO is due when the peer was silent and nothing else
 * asks it for a sign.
 */
static uint64_t hello_at(const struct l2tp_tunnel *t)
{
	if (t->r.state != L2TP_TUNNEL_ESTABLISHED || t->rel.s.queued ||
	    t->cfg.hello_interval == L2TP_OFF)
		return L2TP_NEVER;
	/*
	 * RFC 3931 section 4.4: those of one pair of LCCEs must
	 * not come in step
	 */
	return t->r.last_heard_ms + t->cfg.hello_interval -
	       (t->r.version == 3 ?
			t->cfg.hello_interval / 128 * (t->r.id % 16) :
			0);
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t l2tp_tunnel_deadline(const struct l2tp_tunnel *t)
{
	uint64_t at = reliable_deadline(&t->rel);

	if (t->gone)
		return L2TP_NEVER;
	at = min_u64(at, t->r.setup_at);
	at = min_u64(at, t->r.idle_at);
	at = min_u64(at, t->r.linger_at);
	at = min_u64(at, hello_at(t));
	if (t->setup.head)
		at = min_u64(at, t->setup.head->r.setup_at);
	return at;
}

/*
 * Nobody may be there, or something may be in the way: whoever waits for the
 * tunnel is told before it is given up.
 */
#define UNANSWERED_TRIES 2

static void tell_unanswered(struct l2tp_tunnel *t, uint16_t tries)
{
	if (t->r.state == L2TP_TUNNEL_WAIT_CTL_REPLY &&
	    t->rel.s.tries == UNANSWERED_TRIES && tries != t->rel.s.tries)
		effect_log(&t->ep->effects, t, NULL, LOG_WARNING,
			   "no answer yet, %u sent", t->rel.s.tries + 1u);
}

static void silence(struct l2tp_tunnel *t, uint64_t now)
{
	struct l2tp_cause cause;

	if (t->r.down) {
		l2tp_tunnel_release(t); /* the StopCCN was never acknowledged */
		return;
	}
	l2tp_cause_set(&cause, 0, 0, "no answer after %u retransmissions",
		       t->rel.s.tries);
	l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SILENCE, &cause);
}

static void own_timers(struct l2tp_tunnel *t, uint64_t now)
{
	struct l2tp_cause cause;

	if (t->r.setup_at <= now) {
		l2tp_cause_set(&cause, L2TP_STOPCCN_CLEAR, 0,
			       "setup timed out in %s",
			       l2tp_tunnel_state_name(t->r.state));
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_SETUP_TIMEOUT, &cause);
	}
	if (t->r.idle_at <= now) {
		/* without text, as section 7.6 leaves nothing to explain */
		cause = (struct l2tp_cause){ .result = L2TP_STOPCCN_CLEAR };
		l2tp_tunnel_event(t, now, L2TP_TUNNEL_EV_IDLE_TIMEOUT, &cause);
	}
	if (hello_at(t) <= now && !l2tp_tunnel_send_hello(t))
		t->r.hellos_sent++;
}

void l2tp_tunnel_timeout(struct l2tp_tunnel *t, uint64_t now)
{
	uint16_t tries = t->rel.s.tries;

	l2tp_begin(t->ep);
	if (t->gone)
		return;
	if (t->r.linger_at <= now) {
		l2tp_tunnel_release(t);
		return;
	}
	if (reliable_timeout(&t->rel, now))
		tell_unanswered(t, tries);
	else
		silence(t, now);
	if (!t->r.down) {
		l2tp_sessions_timeout(t, now);
		own_timers(t, now);
	}
	l2tp_tunnel_done(t, now);
	/*
	 * the driver's timer is spent: it must hear even of the same deadline
	 */
	t->reported = L2TP_NEVER - 1;
}
