/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LCP's echo (RFC 1661 section 5.8): whether the peer is there, and how far. */
#include <stdio.h>

#include "proto/ppp/internal.h"

void ppp_echo_begin(struct ppp_link *l)
{
	l->echo.unanswered = l->echo.loops = 0;
	l->echo.deadline = l->config->echo_interval ?
				   ppp_after(l, l->config->echo_interval) :
				   PPP_NEVER;
}

void ppp_echo_end(struct ppp_link *l)
{
	l->echo.deadline = PPP_NEVER;
}

static void send_echo(struct ppp_link *l, uint8_t code, uint8_t id,
		      const uint8_t *data, size_t len)
{
	uint8_t packet[PPP_FRAME_MAX - 2 - PPP_HEADER];
	struct wbuf w = wbuf_init(packet, sizeof(packet));

	wbuf_u32(&w, l->lcp.ours.magic);
	wbuf_bytes(&w, data, len);
	ppp_send_packet(l, PPP_PROTO_LCP, code, id, packet, w.len);
}

static void peer_is_gone(struct ppp_link *l)
{
	char text[64];

	snprintf(text, sizeof(text), ": %u Echo-Requests in a row",
		 l->echo.unanswered);
	if (l->echo.loops)
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_LOOP,
				"our own Echo-Requests come back");
	else
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_ECHO, text);
}

void ppp_echo_timeout(struct ppp_link *l)
{
	struct ppp_echo *e = &l->echo;
	uint8_t most = l->config->echo_failure;

	if (most && e->unanswered >= most) {
		peer_is_gone(l);
		return;
	}
	if (e->unanswered < UINT8_MAX)
		e->unanswered++;
	e->sent++;
	e->sent_at = l->core->now;
	e->deadline = ppp_after(l, l->config->echo_interval);
	send_echo(l, PPP_CODE_ECHO_REQ, ++e->id, NULL, 0);
}

/* One with our own magic number is our own: it is not answered. */
void ppp_echo_request(struct ppp_link *l, uint8_t id, struct rbuf *r)
{
	uint32_t magic = rbuf_u32(r);
	size_t len = rbuf_left(r);

	if (r->failed)
		return;
	if (magic && magic == l->lcp.ours.magic) {
		l->echo.loops = 1;
		return;
	}
	if (len > PPP_FRAME_MAX - 2 - PPP_HEADER - 4)
		len = PPP_FRAME_MAX - 2 - PPP_HEADER - 4;
	send_echo(l, PPP_CODE_ECHO_REP, id, rbuf_take(r, len), len);
}

void ppp_echo_reply(struct ppp_link *l, uint8_t id, struct rbuf *r)
{
	struct ppp_echo *e = &l->echo;
	uint64_t took = l->core->now - e->sent_at;
	uint32_t magic = rbuf_u32(r);

	if (r->failed || (magic && magic == l->lcp.ours.magic))
		return;
	if (id == e->id && e->unanswered) {
		e->answered++;
		e->last = (uint32_t)took;
		e->sum += took;
		if (e->answered == 1 || e->last < e->least)
			e->least = e->last;
	}
	e->unanswered = e->loops = 0;
}
