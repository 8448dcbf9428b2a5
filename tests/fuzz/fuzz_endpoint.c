// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets of either version, as anybody may send them, to a whole endpoint
 * whose driver accepts all: the machines behind the decoder. The first octet
 * says what the endpoint is; then come steps, an octet each, and a packet's
 * length and octets where the step is one. A packet may be put right before:
 * ids, numbers, digest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "proto/l2tp/l2tp.h"
#include "tests/fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum {
	WITH_SECRET = 1,
	HIDES = 2,
	OVER_IP = 4,
	CALLS = 8,
	FALLS_BACK = 16,
	VERSION_3 = 32,
	TIES = 64
};
enum {
	PACKET,
	PACKET_NUMBERED,
	PACKET_SIGNED,
	TIME,
	OPEN_SESSION,
	CLOSE_SESSION,
	CIRCUIT,
	PROBE,
	CLOSE,
	STEPS
};

#define STEPS_MAX 200

struct world {
	struct l2tp_endpoint *ep;
	struct l2tp_tunnel_config cfg;
	struct addr local, peer;
	uint64_t now, random;
	struct secret key;
	/* of the last SCCRQ or SCCRP each way */
	struct l2tp_nonce ours, theirs;
	uint32_t half_open; /* our id of the last one that was answered */
};

static void fill(void *ctx, void *buf, size_t len)
{
	struct world *w = ctx;
	uint8_t *p = buf;

	while (len--) {
		w->random =
			w->random * 6364136223846793005u + 1442695040888963407u;
		*p++ = (uint8_t)(w->random >> 56);
	}
}

static const struct l2tp_message *decode(const struct l2tp_header *h)
{
	static struct l2tp_message m;
	static struct l2tp_scratch scratch;
	struct l2tp_fault fault;

	l2tp_message_decode(&m, h, NULL, &scratch, &fault);
	return &m;
}

static void note_nonce(struct l2tp_nonce *n, const uint8_t *pkt, size_t len)
{
	struct l2tp_header h;

	if (!l2tp_header_decode(&h, pkt, len) && h.control)
		(void)l2tp_nonce_decode(decode(&h), n);
}

static void accept_session(struct world *w, struct l2tp_session *s)
{
	const struct l2tp_call_params p = {
		.cookie_len = 4,
		.cookie = "tion",
		.circuit_active = true,
	};
	bool placed = l2tp_session_kind(s) == L2TP_CALL_LAC_OUTGOING;

	(void)l2tp_session_peer_params(s);
	l2tp_session_accept(s, w->now, &p);
	if (placed)
		l2tp_session_connected(s, w->now, NULL);
}

static void take(struct world *w)
{
	struct l2tp_effect fx;

	while (l2tp_effect_next(w->ep, &fx)) {
		if (fx.type == L2TP_EFFECT_SEND) {
			CHECK(fx.len >= L2TP_ZLB_LEN);
			note_nonce(&w->ours, fx.data, fx.len);
		} else if (fx.type == L2TP_EFFECT_TUNNEL_REQUEST) {
			struct l2tp_tunnel_config either = w->cfg;

			either.version = w->cfg.fallback ? 0 : w->cfg.version;
			l2tp_tunnel_accept(fx.tunnel, w->now, &either);
		} else if (fx.type == L2TP_EFFECT_TUNNEL_ANSWERED) {
			w->half_open = l2tp_tunnel_id(fx.tunnel);
		} else if (fx.type == L2TP_EFFECT_SESSION_REQUEST ||
			   fx.type == L2TP_EFFECT_SESSION_ANSWER) {
			accept_session(w, fx.session);
		} else if (fx.type == L2TP_EFFECT_LOG) {
			CHECK(memchr(fx.text, '\0', sizeof(fx.text)));
		}
	}
	while (l2tp_deadline_changed(w->ep))
		;
}

/* Our id of the tunnel's first session, where the packet has any. */
static void put_session(struct l2tp_tunnel *t, const struct l2tp_header *h,
			uint8_t *pkt)
{
	const struct l2tp_session *s = l2tp_session_next(t, 0);
	const struct l2tp_message *m = decode(h);
	struct wbuf w = { .data = pkt, .size = 8, .len = 6 };

	if (s && h->version == 2 && h->session_id) {
		wbuf_u16(&w, (uint16_t)l2tp_session_id(s));
	} else if (s && h->version == 3 &&
		   l2tp_u32(m, L2TP_AVP_REMOTE_SESSION_ID)) {
		w = wbuf_init(pkt + (m->avp[L2TP_AVP_REMOTE_SESSION_ID].value -
				     pkt),
			      4);
		wbuf_u32(&w, l2tp_session_id(s));
	}
}

/*
 * To the id, with the numbers and (when it is to be signed) the digest that the
 * tunnel expects.
 */
static void put_right(struct world *w, uint8_t *pkt, size_t len, bool sign)
{
	struct l2tp_tunnel *t = l2tp_tunnel_next(w->ep, 0);
	struct l2tp_tunnel_counters c;
	struct l2tp_header h;

	if (l2tp_header_decode(&h, pkt, len) || !h.control)
		return;
	if (t && h.tunnel_id) {
		l2tp_tunnel_counters(t, &c);
		l2tp_encode_address(pkt, h.version, l2tp_tunnel_id(t));
		l2tp_encode_sequence(pkt, c.nr, c.ns);
		put_session(t, &h, pkt);
	} else if (w->half_open && h.tunnel_id) {
		l2tp_encode_address(pkt, h.version, w->half_open);
		l2tp_encode_sequence(pkt, 1, 1);
	}
	if (!sign || h.version != 3)
		return;
	/* an SCCRQ is signed without nonces */
	note_nonce(&w->theirs, pkt, h.length);
	CHECK(!l2tp_digest_sign(pkt, h.length, &w->key,
				h.tunnel_id ? &w->theirs : NULL,
				h.tunnel_id ? &w->ours : NULL));
}

static void packet(struct world *w, struct rbuf *r, unsigned int step)
{
	size_t len = rbuf_u16(r);
	uint8_t *copy;

	if (len > rbuf_left(r))
		len = rbuf_left(r);
	copy = malloc(len ? len : 1);
	CHECK(copy);
	if (len)
		memcpy(copy, rbuf_take(r, len), len);
	if (step != PACKET)
		put_right(w, copy, len, step == PACKET_SIGNED);
	l2tp_endpoint_input(w->ep, w->now, &w->local, &w->peer, 7, copy, len);
	free(copy);
}

static void pass_time(struct world *w, uint32_t ms)
{
	uint64_t after = 0;
	struct l2tp_tunnel *t;

	w->now += ms;
	if (l2tp_endpoint_deadline(w->ep) <= w->now)
		l2tp_endpoint_timeout(w->ep, w->now);
	while ((t = l2tp_tunnel_next(w->ep, after))) {
		after = l2tp_tunnel_id(t) + UINT64_C(1);
		if (l2tp_tunnel_deadline(t) > w->now)
			continue;
		l2tp_tunnel_timeout(t, w->now);
		take(w);
	}
}

static void open_tunnel(struct world *w)
{
	int err;

	(void)l2tp_tunnel_open(w->ep, w->now, &w->cfg, &w->local, &w->peer, 7,
			       0, &err);
}

static void open_session(struct world *w, struct l2tp_tunnel *t, uint8_t how)
{
	struct l2tp_call_params p = {
		.called_number = "1",
		.end_id_len = how >> 1 & 1,
		.end_id = "x",
		.pseudowire = how & 4 ? L2TP_PW_ETHERNET : 0,
		.circuit_active = how & 8,
	};
	int err;

	(void)l2tp_session_open(t, w->now,
				how & 1 ? L2TP_CALL_LAC_INCOMING :
					  L2TP_CALL_LNS_OUTGOING,
				&p, &err);
}

static void command(struct world *w, unsigned int step, uint8_t how)
{
	struct l2tp_tunnel *t = l2tp_tunnel_next(w->ep, 0);
	struct l2tp_session *s = t ? l2tp_session_next(t, 0) : NULL;

	if (step == TIME)
		pass_time(w, how * 100u);
	else if (step == OPEN_SESSION && t)
		open_session(w, t, how);
	else if (step == CLOSE_SESSION && s)
		l2tp_session_close(s, w->now, NULL);
	else if (step == CIRCUIT && s)
		l2tp_session_set_circuit(s, w->now, how & 1);
	else if (step == PROBE && t)
		l2tp_tunnel_probe(t, w->now);
	else if (step == CLOSE && t)
		l2tp_tunnel_close(t, w->now, NULL);
}

static void set_up(struct world *w, uint8_t how)
{
	static const struct secret secret = { .len = 6, .data = "shared" };
	const struct l2tp_env env = { .ctx = w, .random = fill };
	const bool over_ip = how & OVER_IP, falls_back = how & FALLS_BACK;
	const bool version_3 = how & VERSION_3 || over_ip || falls_back;
	const struct l2tp_limits limits = {
		.tunnels = 20,
		.half_open = 10,
		.sessions = 50,
	};

	*w = (struct world){
		.now = 1000000,
		.random = how,
		.local = { .family = AF_INET, .ip = { 192, 0, 2, 1 } },
		.peer = { .family = AF_INET, .ip = { 192, 0, 2, 2 } },
		.cfg = {
			.hostname = "here",
			.bearer = 3,
			.router_id = 1,
			.challenge = how & WITH_SECRET,
			.hide = (how & WITH_SECRET) && (how & HIDES),
			.tie_breaker = how & TIES,
			.version = version_3 ? 3 : 2,
			.fallback = falls_back && !over_ip,
			.pseudowires = { L2TP_PW_PPP, L2TP_PW_ETHERNET },
		},
	};
	w->local.port = w->peer.port = over_ip ? 0 : 1701;
	if (how & WITH_SECRET)
		w->cfg.secret = secret;
	CHECK(!l2tp_signing_key(&w->key, &w->cfg.secret));
	w->ep = l2tp_endpoint_new(&env, &limits);
	CHECK(w->ep);
	if (how & CALLS)
		open_tunnel(w);
	take(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rbuf r = rbuf_init(data, len);
	struct l2tp_endpoint_counters c;
	struct world w;

	set_up(&w, rbuf_u8(&r));
	for (int i = 0; i < STEPS_MAX && rbuf_left(&r); i++) {
		unsigned int step = rbuf_u8(&r) % STEPS;

		if (step <= PACKET_SIGNED)
			packet(&w, &r, step);
		else
			command(&w, step, rbuf_u8(&r));
		take(&w);
		l2tp_endpoint_counters(w.ep, &c);
		CHECK(c.half_open <= 20 && c.tunnels <= 20 && c.sessions <= 50);
	}
	/* whatever was half done ends by itself, and leaves nothing */
	for (int i = 0; i < 20; i++) {
		struct l2tp_tunnel *t;

		while ((t = l2tp_tunnel_next(w.ep, 0))) {
			l2tp_tunnel_close(t, w.now, NULL);
			take(&w);
		}
		pass_time(&w, 10000);
	}
	l2tp_endpoint_counters(w.ep, &c);
	CHECK(!c.tunnels && !c.sessions);
	l2tp_endpoint_free(w.ep);
	return 0;
}
