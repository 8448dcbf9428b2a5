// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A recorded call between two Cisco routers (tests/vectors): every frame
 * decodes to what the trace says, encodes back to the same bytes, and the
 * secret verifies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "l2tp_packet.h"

#define VECTOR "tests/vectors/cisco-l2tpv2-call.json"

/* What each frame says, in its order; header as tunnel/session Ns Nr. */
static const struct frame_text {
	const char *name, *header;
	const char *avps[16];
} frame_texts[] = {
	/* clang-format off */
	{ "SCCRQ", "0/0 0 0", {
		"Message Type: 1 (SCCRQ)",
		"Protocol Version: 1.0",
		"Framing Capabilities: 0x3 (synchronous, asynchronous)",
		"Bearer Capabilities: 0x3 (digital, analog)",
		"Firmware Revision: 4400",
		"Host Name: hgw",
		"Vendor Name: Cisco Systems, Inc.",
		"Assigned Tunnel ID: 17688",
		"Receive Window Size: 800",
		"Challenge: 545a2343fbe20ea08bca7b56e4a7d29e" } },
	{ "SCCRP", "17688/0 0 1", {
		"Message Type: 2 (SCCRP)",
		"Protocol Version: 1.0",
		"Framing Capabilities: 0x3 (synchronous, asynchronous)",
		"Bearer Capabilities: 0x3 (digital, analog)",
		"Firmware Revision: 4384",
		"Host Name: l2tp-gw",
		"Vendor Name: Cisco Systems, Inc.",
		"Assigned Tunnel ID: 55270",
		"Receive Window Size: 300",
		"Challenge: 98b296c28429e7adc767237a45f31040",
		"Challenge Response: (16 bytes)" } },
	{ "SCCCN", "55270/0 1 1", {
		"Message Type: 3 (SCCCN)",
		"Challenge Response: (16 bytes)" } },
	{ "ZLB after SCCCN", "17688/0 1 2", { NULL } },
	{ "ICRQ", "55270/0 2 1", {
		"Message Type: 10 (ICRQ)",
		"Assigned Session ID: 7",
		"Call Serial Number: 3507800005",
		"Bearer Type: 0x1 (digital)",
		"Calling Number: 2085730592",
		"Called Number: 614629",
		"Cisco Client NAS Port: Serial0:0" } },
	{ "ICRP", "17688/7 1 3", {
		"Message Type: 11 (ICRP)",
		"Assigned Session ID: 45" } },
	{ "ICCN", "55270/45 3 2", {
		"Message Type: 12 (ICCN)",
		"(Tx) Connect Speed: 64000",
		"Rx Connect Speed: 64000",
		"Framing Type: 0x2 (asynchronous)",
		"Last Sent LCP CONFREQ: 0305c223050506109d08f2",
		"Last Received LCP CONFREQ: 05066ee4e865",
		"Proxy Authen Challenge: 5d0d008cb1677cf8bc354556321a7a74",
		"Proxy Authen ID: 6",
		"Proxy Authen Name: 2500-1",
		"Proxy Authen Response: (16 bytes)",
		"Proxy Authen Type: 2 (CHAP)" } },
	{ "ZLB after ICCN", "17688/0 2 4", { NULL } },
	{ "CDN", "55270/45 4 2", {
		"Message Type: 14 (CDN)",
		"Assigned Session ID: 7",
		"Result Code: 1, error 0" } },
	{ "ZLB after CDN", "17688/0 2 5", { NULL } },
	{ "StopCCN", "17688/0 2 5", {
		"Message Type: 4 (StopCCN)",
		"Assigned Tunnel ID: 55270",
		"Result Code: 1" } },
	{ "ZLB after StopCCN", "55270/0 5 3", { NULL } },
	/* clang-format on */
};

static json_t *vector;

static int load_vector(void **state)
{
	json_error_t error;

	(void)state;
	vector = json_load_file(VECTOR, 0, &error);
	if (!vector)
		fprintf(stderr, "%s:%d: %s\n", VECTOR, error.line, error.text);
	return vector ? 0 : -1;
}

static int free_vector(void **state)
{
	(void)state;
	json_decref(vector);
	return 0;
}

static const char *string_of(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	assert_non_null(s);
	return s;
}

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

static const json_t *frame_named(const char *name)
{
	size_t i;
	json_t *frame;

	json_array_foreach(json_object_get(vector, "frames"), i, frame)
		if (!strcmp(string_of(frame, "name"), name))
			return frame;
	fail_msg("no frame %s", name);
	return NULL;
}

static void decode_frame(const json_t *frame, struct packet *p,
			 struct decoded *d)
{
	p->len = from_hex(p->data, sizeof(p->data), string_of(frame, "hex"));
	assert_int_equal(p->len,
			 json_integer_value(json_object_get(frame, "length")));
	packet_decode(p, NULL, d);
	assert_string_equal(d->fault.cause.text, "");
	assert_int_equal(d->severity, L2TP_OK);
	assert_int_equal(d->m.unknown_count, 0);
}

static void decode_named(const char *name, struct packet *p, struct decoded *d)
{
	decode_frame(frame_named(name), p, d);
}

/* The ids of a packet's AVPs in their order; the count. */
static size_t order_of(const struct decoded *d, int ids[], size_t max)
{
	struct rbuf r = rbuf_init(d->header.payload, d->header.payload_len);
	size_t n = 0;

	while (rbuf_left(&r)) {
		uint16_t len = rbuf_u16(&r) & 0x3ff;
		uint16_t vendor = rbuf_u16(&r);
		uint16_t type = rbuf_u16(&r);

		assert_true(n < max);
		ids[n] = l2tp_avp_find(vendor, type);
		assert_true(ids[n] >= 0);
		n++;
		assert_non_null(rbuf_take(&r, len - 6u));
	}
	assert_false(r.failed);
	return n;
}

static void test_every_value(void **state)
{
	const json_t *frames = json_object_get(vector, "frames");
	const size_t count = sizeof(frame_texts) / sizeof(frame_texts[0]);
	struct packet p;
	struct decoded d;

	(void)state;
	assert_int_equal(json_array_size(frames), count);
	for (size_t i = 0; i < count; i++) {
		const struct frame_text *text = &frame_texts[i];
		const json_t *frame = json_array_get(frames, i);
		char line[256];
		int ids[16];
		size_t n;

		assert_string_equal(string_of(frame, "name"), text->name);
		decode_frame(frame, &p, &d);
		snprintf(line, sizeof(line), "%u/%u %u %u", d.header.tunnel_id,
			 d.header.session_id, d.header.ns, d.header.nr);
		assert_string_equal(line, text->header);
		n = order_of(&d, ids, 16);
		for (size_t a = 0; a < n; a++) {
			const struct l2tp_avp_view *v = &d.m.avp[ids[a]];

			assert_non_null(text->avps[a]);
			l2tp_avp_format(ids[a], v->value, v->len, line,
					sizeof(line));
			assert_string_equal(line, text->avps[a]);
		}
		assert_null(text->avps[n]);
	}
}

/* The values that the file gives beside the frames. */
static void test_values_of_the_file(void **state)
{
	const json_t *chap = json_object_get(vector, "proxy_chap");
	struct packet p;
	struct decoded d;
	uint8_t bytes[64];
	char text[64];

	(void)state;
#define NUMBER(object, key) json_integer_value(json_object_get(object, key))
	decode_named("SCCRQ", &p, &d);
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_ASSIGNED_TUNNEL_ID),
			 NUMBER(vector, "lac_tunnel_id"));
	decode_named("SCCRP", &p, &d);
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_ASSIGNED_TUNNEL_ID),
			 NUMBER(vector, "lns_tunnel_id"));
	decode_named("ICRQ", &p, &d);
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_ASSIGNED_SESSION_ID),
			 NUMBER(vector, "lac_session_id"));
	decode_named("ICRP", &p, &d);
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_ASSIGNED_SESSION_ID),
			 NUMBER(vector, "lns_session_id"));

	decode_named("ICCN", &p, &d);
	assert_int_equal(l2tp_u16(&d.m, L2TP_AVP_PROXY_AUTHEN_ID),
			 NUMBER(chap, "id"));
	assert_int_equal(from_hex(bytes, sizeof(bytes),
				  string_of(chap, "challenge")),
			 d.m.avp[L2TP_AVP_PROXY_AUTHEN_CHALLENGE].len);
	assert_memory_equal(d.m.avp[L2TP_AVP_PROXY_AUTHEN_CHALLENGE].value,
			    bytes, 16);
	assert_int_equal(from_hex(bytes, sizeof(bytes),
				  string_of(chap, "response")),
			 d.m.avp[L2TP_AVP_PROXY_AUTHEN_RESPONSE].len);
	assert_memory_equal(d.m.avp[L2TP_AVP_PROXY_AUTHEN_RESPONSE].value,
			    bytes, 16);
	assert_true(l2tp_text(&d.m, L2TP_AVP_PROXY_AUTHEN_NAME, text,
			      sizeof(text)));
	assert_string_equal(text, string_of(vector, "ppp_user"));
#undef NUMBER
}

static void check_response(const char *challenger, const char *answerer,
			   enum l2tp_message_type type,
			   const struct secret *secret)
{
	struct packet p, q;
	struct decoded challenge, response;
	uint8_t out[16];

	decode_named(challenger, &p, &challenge);
	decode_named(answerer, &q, &response);
	assert_int_equal(response.m.type, type);
	assert_int_equal(l2tp_challenge_response(
				 out, type, secret,
				 challenge.m.avp[L2TP_AVP_CHALLENGE].value,
				 challenge.m.avp[L2TP_AVP_CHALLENGE].len),
			 0);
	assert_int_equal(response.m.avp[L2TP_AVP_CHALLENGE_RESPONSE].len,
			 sizeof(out));
	assert_memory_equal(response.m.avp[L2TP_AVP_CHALLENGE_RESPONSE].value,
			    out, sizeof(out));
}

static void test_secret_verifies(void **state)
{
	const char *text = string_of(vector, "tunnel_secret");
	struct secret secret;

	(void)state;
	assert_int_equal(secret_set(&secret, text, strlen(text)), 0);
	check_response("SCCRQ", "SCCRP", L2TP_SCCRP, &secret);
	check_response("SCCRP", "SCCCN", L2TP_SCCCN, &secret);
}

static void test_encodes_to_the_same_bytes(void **state)
{
	const json_t *frame;
	struct packet p;
	struct decoded d;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(vector, "frames"), i, frame) {
		struct l2tp_encoder e;
		uint8_t out[256];
		int ids[16];
		size_t n;

		decode_frame(frame, &p, &d);
		if (d.m.type == L2TP_ZLB) {
			l2tp_encode_zlb(out, d.header.tunnel_id, d.header.ns,
					d.header.nr);
			assert_int_equal(p.len, L2TP_ZLB_LEN);
			assert_memory_equal(out, p.data, p.len);
			continue;
		}
		n = order_of(&d, ids, 16);
		l2tp_encode_begin(&e, out, sizeof(out), d.m.type,
				  d.header.tunnel_id, d.header.session_id,
				  NULL);
		for (size_t a = 1; a < n; a++) {
			const struct l2tp_avp_view *v = &d.m.avp[ids[a]];

			l2tp_encode_avp_m(&e, ids[a], v->mandatory, v->value,
					  v->len);
		}
		assert_int_equal(l2tp_encode_end(&e), p.len);
		l2tp_encode_sequence(out, d.header.ns, d.header.nr);
		assert_memory_equal(out, p.data, p.len);
	}
}

/*
 * The causes go out as Cisco's do: a CDN with an Error Code of 0, a
 * StopCCN without.
 */
static void test_causes_encode_to_the_same_bytes(void **state)
{
	static const struct {
		const char *frame;
		enum l2tp_avp_id id;
		uint16_t value;
	} rows[] = {
		{ "CDN", L2TP_AVP_ASSIGNED_SESSION_ID, 7 },
		{ "StopCCN", L2TP_AVP_ASSIGNED_TUNNEL_ID, 55270 },
	};
	struct packet p;
	struct decoded d;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct l2tp_cause cause;
		struct l2tp_encoder e;
		uint8_t out[64];

		decode_named(rows[i].frame, &p, &d);
		l2tp_cause_decode(&d.m, &cause);
		assert_int_equal(cause.result, 1);
		assert_int_equal(cause.error, 0);
		l2tp_encode_begin(&e, out, sizeof(out), d.m.type,
				  d.header.tunnel_id, d.header.session_id,
				  NULL);
		l2tp_encode_u16(&e, rows[i].id, rows[i].value);
		l2tp_encode_cause(&e, &cause);
		assert_int_equal(l2tp_encode_end(&e), p.len);
		l2tp_encode_sequence(out, d.header.ns, d.header.nr);
		assert_memory_equal(out, p.data, p.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_value),
		cmocka_unit_test(test_values_of_the_file),
		cmocka_unit_test(test_secret_verifies),
		cmocka_unit_test(test_encodes_to_the_same_bytes),
		cmocka_unit_test(test_causes_encode_to_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, load_vector, free_vector);
}
