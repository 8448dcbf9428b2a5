// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A recorded call between two Cisco routers (tests/vectors), played against
 * our core in the place of either: with its random values and ids injected,
 * what we send is byte for byte what the router sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l2tp/l2tp.h"
#include "proto/l2tp/proxy.h"

#define VECTOR	   "tests/vectors/cisco-l2tpv2-call.json"
#define FRAMES_MAX 32

struct frame {
	const char *name;
	bool by_lac;
	uint8_t data[512];
	size_t len;
};

struct vector {
	json_t *json;
	struct secret secret;
	uint16_t tunnel_id[2], session_id[2]; /* of the LNS, of the LAC */
	struct frame frames[FRAMES_MAX];
	size_t count;
};

/* One end, ours. */
struct end {
	const struct vector *v;
	bool is_lac;
	struct l2tp_endpoint *ep;
	struct l2tp_tunnel *tunnel;
	struct l2tp_session *session;
	uint16_t ids[2];
	unsigned int ids_used;
	uint8_t challenge[16];
	uint64_t now;
	uint8_t out[8][512];
	size_t out_len[8];
	unsigned int out_head, out_tail;
	unsigned int tunnel_up, session_up, session_down, tunnel_down;
	struct l2tp_cause cause;
};

static const struct addr lac_addr = {
	.family = AF_INET,
	.port = 1701,
	.ip = { 172, 22, 66, 23 },
};
static const struct addr lns_addr = {
	.family = AF_INET,
	.port = 1701,
	.ip = { 172, 22, 66, 25 },
};

static size_t from_hex(uint8_t *out, size_t size, const char *hex)
{
	size_t len = strlen(hex) / 2;

	assert_true(len <= size);
	for (size_t i = 0; i < len; i++) {
		unsigned int byte;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		out[i] = (uint8_t)byte;
	}
	return len;
}

static const char *string_of(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	assert_non_null(s);
	return s;
}

static uint16_t number_of(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	assert_in_range(n, 1, UINT16_MAX);
	return (uint16_t)n;
}

static int load_vector(void **state)
{
	static struct vector v;
	const json_t *frames, *f;
	json_error_t error;
	const char *secret;
	size_t i;

	v.json = json_load_file(VECTOR, 0, &error);
	if (!v.json) {
		fprintf(stderr, "%s:%d: %s\n", VECTOR, error.line, error.text);
		return -1;
	}
	secret = string_of(v.json, "tunnel_secret");
	assert_int_equal(secret_set(&v.secret, secret, strlen(secret)), 0);
	v.tunnel_id[0] = number_of(v.json, "lns_tunnel_id");
	v.tunnel_id[1] = number_of(v.json, "lac_tunnel_id");
	v.session_id[0] = number_of(v.json, "lns_session_id");
	v.session_id[1] = number_of(v.json, "lac_session_id");
	frames = json_object_get(v.json, "frames");
	json_array_foreach(frames, i, f) {
		struct frame *to = &v.frames[i];

		assert_true(i < FRAMES_MAX);
		to->name = string_of(f, "name");
		to->by_lac = !strcmp(string_of(f, "sender"), "LAC");
		to->len = from_hex(to->data, sizeof(to->data),
				   string_of(f, "hex"));
		v.count++;
	}
	*state = &v;
	return 0;
}

static int free_vector(void **state)
{
	struct vector *v = *state;

	json_decref(v->json);
	return 0;
}

/*
 * What the routers drew: 16 bytes are a challenge, 2 an id; the rest is free.
 */
static void injected_random(void *ctx, void *buf, size_t len)
{
	struct end *e = ctx;

	if (len == 16) {
		memcpy(buf, e->challenge, len);
	} else if (len == 2) {
		assert_true(e->ids_used < 2);
		memcpy(buf, &e->ids[e->ids_used++], len);
	} else {
		memset(buf, 0x5a, len);
	}
}

static const struct frame *frame_of(const struct vector *v, const char *name)
{
	for (size_t i = 0; i < v->count; i++)
		if (!strcmp(v->frames[i].name, name))
			return &v->frames[i];
	fail_msg("no frame %s", name);
	return NULL;
}

/* The value of an AVP in a frame, as the router sent it. */
static const uint8_t *avp_of(const struct frame *f, uint16_t vendor,
			     uint16_t type, uint16_t *len, bool *mandatory)
{
	for (size_t at = 12; at < f->len;) {
		const uint8_t *a = f->data + at;
		uint16_t n = (uint16_t)((a[0] & 3) << 8 | a[1]);

		if ((a[2] << 8 | a[3]) == vendor &&
		    (a[4] << 8 | a[5]) == type) {
			*len = n - 6;
			*mandatory = a[0] & 0x80;
			return a + 6;
		}
		at += n;
	}
	fail_msg("%s has no AVP %u", f->name, type);
	return NULL;
}

static void configure(const struct end *e, struct l2tp_tunnel_config *c)
{
	*c = (struct l2tp_tunnel_config){
		.firmware = e->is_lac ? 0x1130 : 0x1120,
		.framing = 3,
		.bearer = 3,
		.challenge = true,
		.receive_window = e->is_lac ? 800 : 300,
	};
	c->secret = e->v->secret;
	strcpy(c->hostname, e->is_lac ? "hgw" : "l2tp-gw");
	strcpy(c->vendor_name, "Cisco Systems, Inc.");
}

static void take_effects(struct end *e)
{
	struct l2tp_tunnel_config cfg;
	struct l2tp_effect fx;

	while (l2tp_effect_next(e->ep, &fx)) {
		switch (fx.type) {
		case L2TP_EFFECT_SEND:
			assert_true(e->out_tail < 8);
			assert_true(fx.len <= sizeof(e->out[0]));
			assert_true(addr_equal(&fx.peer, e->is_lac ?
								 &lns_addr :
								 &lac_addr));
			memcpy(e->out[e->out_tail], fx.data, fx.len);
			e->out_len[e->out_tail++] = fx.len;
			break;
		case L2TP_EFFECT_TUNNEL_REQUEST:
			e->tunnel = fx.tunnel;
			assert_string_equal(
				l2tp_tunnel_peer_info(e->tunnel)->hostname,
				"hgw");
			configure(e, &cfg);
			l2tp_tunnel_accept(fx.tunnel, e->now, &cfg);
			break;
		case L2TP_EFFECT_TUNNEL_UP:
			e->tunnel_up++;
			break;
		case L2TP_EFFECT_SESSION_REQUEST:
			e->session = fx.session;
			assert_string_equal(l2tp_session_peer_params(fx.session)
						    ->called_number,
					    "614629");
			l2tp_session_accept(fx.session, e->now, NULL);
			break;
		case L2TP_EFFECT_SESSION_ANSWER:
			l2tp_session_accept(fx.session, e->now, NULL);
			break;
		case L2TP_EFFECT_SESSION_UP:
			e->session_up++;
			break;
		case L2TP_EFFECT_SESSION_DOWN:
			e->session_down++;
			e->session = NULL;
			break;
		case L2TP_EFFECT_TUNNEL_DOWN:
			e->tunnel_down++;
			e->cause = fx.cause;
			break;
		case L2TP_EFFECT_TUNNEL_FREE:
			e->tunnel = NULL;
			break;
		case L2TP_EFFECT_TUNNEL_ANSWERED:
		case L2TP_EFFECT_SESSION_FREE:
			break;
		case L2TP_EFFECT_TUNNEL_ALIVE:
		case L2TP_EFFECT_WEN:
		case L2TP_EFFECT_SLI:
		case L2TP_EFFECT_LOG:
			fail_msg("unexpected effect %d: %s", fx.type, fx.text);
		}
	}
}

static void begin(struct end *e, const struct vector *v, bool is_lac)
{
	struct l2tp_env env = { .ctx = e, .random = injected_random };
	uint16_t len;
	bool m;

	*e = (struct end){ .v = v, .is_lac = is_lac, .now = 1000000 };
	e->ids[0] = v->tunnel_id[is_lac];
	e->ids[1] = v->session_id[is_lac];
	memcpy(e->challenge,
	       avp_of(frame_of(v, is_lac ? "SCCRQ" : "SCCRP"), 0, 11, &len, &m),
	       16);
	e->ep = l2tp_endpoint_new(&env, NULL);
	assert_non_null(e->ep);
}

/* What a LAC does of itself: dials, brings a call, clears it. */
static void act(struct end *e, const char *name)
{
	static const uint16_t proxied[] = { 27, 28, 31, 32, 30, 33, 29 };
	struct l2tp_call_params p = {
		.call_serial = 0xd114c7c5,
		.bearer_type = 1,
		.has_bearer_type = true,
		.called_number = "614629",
		.calling_number = "2085730592",
		.framing_type = 2,
		.tx_connect_speed = 64000,
		.rx_connect_speed = 64000,
	};
	struct l2tp_cause lost = { .result = 1 };
	struct l2tp_extra_avp port = { .vendor = 9, .type = 100 }, proxy[7];
	struct l2tp_tunnel_config cfg;
	int err;

	if (!strcmp(name, "SCCRQ")) {
		configure(e, &cfg);
		e->tunnel = l2tp_tunnel_open(e->ep, e->now, &cfg, &lac_addr,
					     &lns_addr, -1, 0, &err);
		assert_non_null(e->tunnel);
	} else if (!strcmp(name, "ICRQ")) {
		port.value = avp_of(frame_of(e->v, "ICRQ"), 9, 100, &port.len,
				    &port.mandatory);
		for (size_t i = 0; i < 7; i++) {
			proxy[i].vendor = 0;
			proxy[i].type = proxied[i];
			proxy[i].value = avp_of(frame_of(e->v, "ICCN"), 0,
						proxied[i], &proxy[i].len,
						&proxy[i].mandatory);
		}
		p.extra_request = &port;
		p.extra_request_count = 1;
		p.extra_connected = proxy;
		p.extra_connected_count = 7;
		e->session = l2tp_session_open(e->tunnel, e->now,
					       L2TP_CALL_LAC_INCOMING, &p,
					       &err);
		assert_non_null(e->session);
	} else if (!strcmp(name, "CDN")) {
		l2tp_session_close(e->session, e->now, &lost);
	}
	take_effects(e);
}

static void expect(struct end *e, const struct frame *f)
{
	/*
	 * nothing to say yet: an acknowledgement or the idle timer is due later
	 */
	for (int i = 0; e->out_head == e->out_tail && i < 4; i++) {
		e->now = l2tp_tunnel_deadline(e->tunnel);
		assert_true(e->now != L2TP_NEVER);
		l2tp_tunnel_timeout(e->tunnel, e->now);
		take_effects(e);
	}
	assert_true(e->out_head < e->out_tail);
	if (e->out_len[e->out_head] != f->len ||
	    memcmp(e->out[e->out_head], f->data, f->len)) {
		fprintf(stderr, "%s differs:\n", f->name);
		for (size_t i = 0; i < e->out_len[e->out_head]; i++)
			fprintf(stderr, "%02x", e->out[e->out_head][i]);
		fprintf(stderr, "\n");
		for (size_t i = 0; i < f->len; i++)
			fprintf(stderr, "%02x", f->data[i]);
		fprintf(stderr, "\n");
		fail();
	}
	if (++e->out_head == e->out_tail)
		e->out_head = e->out_tail = 0;
}

static void play(struct end *e)
{
	for (size_t i = 0; i < e->v->count; i++) {
		const struct frame *f = &e->v->frames[i];

		if (f->by_lac == e->is_lac) {
			if (e->is_lac)
				act(e, f->name);
			expect(e, f);
			continue;
		}
		e->now += 5;
		l2tp_endpoint_input(e->ep, e->now,
				    e->is_lac ? &lac_addr : &lns_addr,
				    e->is_lac ? &lns_addr : &lac_addr, -1,
				    f->data, f->len);
		take_effects(e);
		if (!strcmp(f->name, "ICCN")) {
			uint16_t len;
			const uint8_t *name;

			assert_non_null(l2tp_session_proxy(e->session));
			name = l2tp_proxy_get(l2tp_session_proxy(e->session),
					      L2TP_AVP_PROXY_AUTHEN_NAME, &len,
					      NULL);
			assert_int_equal(len, 6);
			assert_memory_equal(name, "2500-1", 6);
			assert_null(
				l2tp_proxy_get(l2tp_session_proxy(e->session),
					       L2TP_AVP_INITIAL_LCP_CONFREQ,
					       &len, NULL));
		}
	}
	assert_int_equal(e->out_head, e->out_tail);
	assert_int_equal(e->tunnel_up, 1);
	assert_int_equal(e->session_up, 1);
	assert_int_equal(e->session_down, 1);
	assert_int_equal(e->tunnel_down, 1);
	assert_int_equal(e->cause.result, 1);

	/*
	 * sections 5.7, 5.8: nothing more is sent, and after the full
	 * interval it is gone
	 */
	for (int i = 0; e->tunnel && i < 10; i++) {
		e->now = l2tp_tunnel_deadline(e->tunnel);
		assert_true(e->now != L2TP_NEVER);
		l2tp_tunnel_timeout(e->tunnel, e->now);
		take_effects(e);
	}
	assert_null(e->tunnel);
	assert_int_equal(e->out_tail, 0);
	l2tp_endpoint_free(e->ep);
}

static void test_as_lns(void **state)
{
	struct end e;

	begin(&e, *state, false);
	play(&e);
}

static void test_as_lac(void **state)
{
	struct end e;

	begin(&e, *state, true);
	play(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_lns),
		cmocka_unit_test(test_as_lac),
	};

	return cmocka_run_group_tests(tests, load_vector, free_vector);
}
