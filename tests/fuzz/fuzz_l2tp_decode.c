// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A packet from anywhere: decodes it without and with a secret, formats all of
 * it, encodes what was found, in the clear and hidden, and decodes that to the
 * same again. Its Message Digest is looked for, made right, and found right.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l2tp/codec.h"
#include "tests/fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct secret secret = { .len = 5, .data = "hello" };
static const struct l2tp_hiding hiding = {
	.secret = &secret,
	.random_vector = "fifteen octets ",
};

struct decoded {
	struct l2tp_message m;
	struct l2tp_scratch scratch;
	struct l2tp_fault fault;
};

static bool within(const uint8_t *p, size_t len, const uint8_t *start,
		   size_t size)
{
	return p >= start && len <= size && (size_t)(p - start) <= size - len;
}

static void check_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	CHECK(len < size);
	for (size_t i = 0; i < len; i++)
		CHECK((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
}

static void check_views(const struct l2tp_header *h, const struct decoded *d)
{
	const struct l2tp_message *m = &d->m;

	for (enum l2tp_avp_id id = 0; id < L2TP_AVP_COUNT; id++) {
		const struct l2tp_avp_view *v = &m->avp[id];

		if (!l2tp_has(m, id))
			continue;
		CHECK(v->len >= l2tp_avp_info[id].min &&
		      v->len <= l2tp_avp_info[id].max);
		if (v->hidden)
			CHECK(within(v->value, v->len, d->scratch.data,
				     d->scratch.used));
		else
			CHECK(within(v->value, v->len, h->payload,
				     h->payload_len));
	}
	for (unsigned int i = 0; i < m->unknown_count && i < L2TP_UNKNOWN_MAX;
	     i++) {
		const struct l2tp_unknown_avp *u = &m->unknown[i];

		CHECK(within(u->value, u->len, h->payload, h->payload_len) ||
		      within(u->value, u->len, d->scratch.data,
			     d->scratch.used));
	}
}

static void format_all(const struct l2tp_message *m,
		       const struct l2tp_fault *fault)
{
	struct l2tp_cause cause;
	char line[400];

	for (enum l2tp_avp_id id = 0; id < L2TP_AVP_COUNT; id++) {
		if (!l2tp_has(m, id))
			continue;
		l2tp_avp_format(id, m->avp[id].value, m->avp[id].len, line,
				sizeof(line));
		check_text(line, sizeof(line));
		CHECK(l2tp_text(m, id, line, 20));
		check_text(line, 20);
	}
	l2tp_cause_decode(m, &cause);
	check_text(cause.text, sizeof(cause.text));
	l2tp_cause_format(&cause, m->type, line, sizeof(line));
	check_text(line, sizeof(line));
	check_text(fault->cause.text, sizeof(fault->cause.text));
	CHECK((fault->severity == L2TP_OK) == (fault->cause.text[0] == '\0'));
	CHECK((fault->severity >= L2TP_CLOSE_SESSION) ==
	      (fault->cause.result != 0));
}

static void decode(const struct l2tp_header *h, const struct secret *s,
		   struct decoded *d)
{
	enum l2tp_severity severity;

	severity = l2tp_message_decode(&d->m, h, s, &d->scratch, &d->fault);
	CHECK(severity == d->fault.severity);
	check_views(h, d);
	format_all(&d->m, &d->fault);
}

static void check_same(const struct l2tp_message *a,
		       const struct l2tp_message *b)
{
	/* Encoding with hiding brings a Random Vector of its own. */
	const uint64_t differs = UINT64_C(1) << L2TP_AVP_RANDOM_VECTOR;

	CHECK(a->type == b->type);
	CHECK((a->present & ~differs) == (b->present & ~differs));
	CHECK(b->unknown_count == 0);
	for (enum l2tp_avp_id id = L2TP_AVP_MESSAGE_TYPE + 1;
	     id < L2TP_AVP_COUNT; id++) {
		if (!l2tp_has(a, id) || id == L2TP_AVP_RANDOM_VECTOR)
			continue;
		CHECK(a->avp[id].mandatory == b->avp[id].mandatory);
		CHECK(a->avp[id].len == b->avp[id].len);
		CHECK(!memcmp(a->avp[id].value, b->avp[id].value,
			      a->avp[id].len));
	}
}

/* Encodes what was found; the length, or the encoder's error. */
static int encode(const struct l2tp_header *h, const struct l2tp_message *m,
		  const struct l2tp_hiding *hide, uint8_t *out, size_t size)
{
	struct l2tp_encoder e;

	if (h->version == 3)
		l2tp_encode_begin_v3(&e, out, size, m->type, h->tunnel_id,
				     L2TP_DIGEST_NONE, hide);
	else
		l2tp_encode_begin(&e, out, size, m->type,
				  (uint16_t)h->tunnel_id, h->session_id, hide);
	for (enum l2tp_avp_id id = L2TP_AVP_MESSAGE_TYPE + 1;
	     id < L2TP_AVP_COUNT; id++)
		if (l2tp_has(m, id) && id != L2TP_AVP_RANDOM_VECTOR)
			l2tp_encode_avp_m(&e, id, m->avp[id].mandatory,
					  m->avp[id].value, m->avp[id].len);
	return l2tp_encode_end(&e);
}

static void round_trip(const struct l2tp_header *h, const struct decoded *d,
		       const struct l2tp_hiding *hide)
{
	static uint8_t out[UINT16_MAX];
	static struct decoded again;
	struct l2tp_header header;
	int n = encode(h, &d->m, hide, out, sizeof(out));

	/*
	 * The only things that may not fit: a value that hiding makes too long.
	 */
	if (hide && n < 0)
		return;
	CHECK(n > 0);
	CHECK(l2tp_header_decode(&header, out, (size_t)n) == 0);
	CHECK(header.tunnel_id == h->tunnel_id &&
	      header.session_id == h->session_id);
	decode(&header, &secret, &again);
	/*
	 * More hidden values than the scratch holds are a fault of their own.
	 */
	if (hide && again.fault.severity > d->fault.severity)
		return;
	CHECK(again.fault.severity <= d->fault.severity);
	if (!again.m.unknown_count || !hide)
		check_same(&d->m, &again.m);
}

static void check_digest(const uint8_t *data, size_t len)
{
	static const struct l2tp_nonce nonce = { 4, "once" };
	struct secret key;
	uint8_t *copy;
	int err;

	CHECK(!l2tp_signing_key(&key, &secret));
	err = l2tp_digest_verify(data, len, &key, &nonce, NULL, NULL);
	copy = malloc(len ? len : 1);
	CHECK(copy);
	memcpy(copy, data, len);
	CHECK(!l2tp_digest_sign(copy, len, &key, &nonce, NULL));
	CHECK(l2tp_digest_verify(copy, len, &key, &nonce, NULL, NULL) ==
	      (err == -ENOENT ? -ENOENT : 0));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct decoded d;
	struct l2tp_header h;

	if (l2tp_header_decode(&h, data, len))
		return 0;
	CHECK(within(h.payload, h.payload_len, data, len));
	if (!h.control)
		return 0;
	if (h.version == 3)
		check_digest(data, h.length);
	for (int with_secret = 0; with_secret < 2; with_secret++) {
		decode(&h, with_secret ? &secret : NULL, &d);
		if (d.fault.severity > L2TP_IGNORE_AVP || d.m.type == L2TP_ZLB)
			continue;
		round_trip(&h, &d, NULL);
		round_trip(&h, &d, &hiding);
	}
	return 0;
}
