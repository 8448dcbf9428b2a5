/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replies to the RADIUS client: which request each is for, whether the server
 * said it, and what is done with one that nothing can be done with.
 */
#include "aaa/radius_internal.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"

#define UNASKED (RADIUS_FAULTS - 1)

static bool answers(enum radius_code request, uint8_t reply)
{
	if (request == RADIUS_ACCOUNTING_REQUEST)
		return reply == RADIUS_ACCOUNTING_RESPONSE;
	if (request == RADIUS_STATUS_SERVER)
		return reply == RADIUS_ACCESS_ACCEPT ||
		       reply == RADIUS_ACCOUNTING_RESPONSE;
	return reply == RADIUS_ACCESS_ACCEPT || reply == RADIUS_ACCESS_REJECT ||
	       reply == RADIUS_ACCESS_CHALLENGE;
}

/* One line for many: whoever can send to us must not fill the log. */
static void drop_reply(struct radius_socket *k, unsigned int fault,
		       const char *why)
{
	struct radius_server *s = k->line->server;
	uint64_t now = loop_now(s->radius->loop),
		 *logged_ms = &s->logged_ms[fault];

	s->bad++;
	snprintf(s->base.last_error, sizeof(s->base.last_error),
		 "a reply was dropped: %s", why);
	if (*logged_ms && now - *logged_ms < SERVER_LOG_PAUSE_MS)
		return;
	*logged_ms = now ? now : 1;
	log_warn("radius \"%s\": a reply of its %s port was dropped: %s",
		 s->config->name, k->line->name, why);
}

void radius_bad_reply(struct radius_socket *k, enum radius_fault fault)
{
	drop_reply(k, fault, radius_fault_text(fault));
}

static void count(struct radius_portal *p, const struct radius_view *v,
		  uint32_t latency_us)
{
	switch (v->code) {
	case RADIUS_ACCESS_ACCEPT:
		p->accepts++;
		break;
	case RADIUS_ACCESS_REJECT:
		/*
		 * Servers hold these back, FreeRADIUS for a second: that says
		 * nothing about how fast it is.
		 */
		p->rejects++;
		return;
	case RADIUS_ACCESS_CHALLENGE:
		p->challenges++;
		break;
	default:
		p->responses++;
		break;
	}
	p->latency_us =
		p->latency_us ?
			(uint32_t)((7ull * p->latency_us + latency_us) / 8) :
			latency_us;
}

static enum radius_fault check(const struct radius_request *q,
			       const struct radius_server *s,
			       const struct radius_view *v)
{
	/* Of all replies only these can be forged to any use (Blast-RADIUS). */
	bool must_sign = q->code == RADIUS_ACCESS_REQUEST &&
			 radius_must_sign(s, v->code);

	return answers(q->code, v->code) ?
		       radius_check_reply(v, &s->base.secret, q->auth,
					  must_sign) :
		       RADIUS_BAD_CODE;
}

bool radius_take_reply(struct radius_socket *k, const uint8_t *data, size_t len)
{
	struct radius_server *s = k->line->server;
	struct radius_view v;
	enum radius_fault fault = radius_parse(&v, data, len);
	struct radius_request *q = fault ? NULL : k->by_id[v.id];
	struct radius_answer answer;
	uint8_t auth[16];
	if (fault) {
		radius_bad_reply(k, fault);
		return false;
	}
	if (!q) {
		radius_regain_id(k, v.id);
		drop_reply(k, UNASKED,
			   "nothing was asked with its identifier, or it came "
			   "too late");
		return true;
	}
	fault = check(q, s, &v);
	if (fault) {
		q->fault = fault;
		radius_bad_reply(k, fault);
		if (fault == RADIUS_BAD_AUTHENTICATOR)
			server_ask_secret(&s->base);
		return fault == RADIUS_BAD_CODE;
	}
	memcpy(auth, q->auth, sizeof(auth));
	answer = (struct radius_answer){
		.view = &v,
		.server = { s->config, &s->base.secret },
		.request_auth = auth,
		.latency_us = radius_request_latency_us(q),
	};
	k->heard_ms = loop_now(s->radius->loop);
	if (q->code == RADIUS_ACCESS_REQUEST)
		radius_note_signature(s, &v);
	radius_give_id(q);
	if (!q->probe)
		count(q->port, &v, answer.latency_us);
	radius_set_alive(q->port);
	radius_request_finish(q, 0, &answer);
	return true;
}
