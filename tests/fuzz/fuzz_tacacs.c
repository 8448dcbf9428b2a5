/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stream of any bytes, in pieces whose sizes are these bytes' as well: there
 * is always room for more, its packets are those of the stream as a whole, and
 * a body that can be read is written as the same bytes. Bodies are taken as
 * they come, for a fuzzer cannot see through the obfuscation, and revealed.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "proto/tacacs/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void read_arguments(const struct tacacs_body *body)
{
	struct tacacs_arg arg;
	char text[TACACS_ARG_MAX + 1];

	for (size_t i = 0; i < body->arg_n; i++) {
		if (!tacacs_split_arg(&body->arg[i], &arg))
			continue;
		CHECK(arg.name.len + 1 + arg.value.len == body->arg[i].len);
		(void)tacacs_text(&arg.value, text, sizeof(text));
	}
}

static void read_body(enum tacacs_kind kind, const uint8_t *data, size_t len)
{
	static uint8_t again[TACACS_BODY_MAX];
	static struct tacacs_body body;

	if (tacacs_read_body(kind, data, len, &body))
		return;
	read_arguments(&body);
	CHECK(tacacs_write_body(kind, &body, again, sizeof(again)) == (int)len);
	CHECK(memcmp(again, data, len) == 0);
}

static void take(const struct tacacs_header *h, uint8_t *body)
{
	static const struct secret key = { .len = 3, .data = "key" };
	enum tacacs_kind kind;

	CHECK(tacacs_kind_of(h->type, h->seq_no, &kind));
	read_body(kind, body, h->length);
	CHECK(tacacs_obfuscate(h, &key, body, h->length));
	read_body(kind, body, h->length);
}

/* Takes what is whole; false: a fault. */
static bool take_all(struct tacacs_stream *s, const uint8_t *data,
		     size_t *taken)
{
	uint8_t header[TACACS_HEADER], *body;
	struct tacacs_header h;

	for (;;) {
		if (tacacs_stream_next(s, &h, &body))
			return false;
		if (!body)
			return true;
		tacacs_write_header(&h, header);
		CHECK(memcmp(header, data + *taken, sizeof(header)) == 0);
		CHECK(memcmp(body, data + *taken + TACACS_HEADER, h.length) ==
		      0);
		*taken += TACACS_HEADER + h.length;
		take(&h, body);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct tacacs_stream s;
	size_t came = 0, taken = 0, piece, room;
	uint8_t *to;

	s = (struct tacacs_stream){ 0 };
	while (came < len) {
		to = tacacs_stream_room(&s, &room);
		CHECK(room > 0);
		piece = 1 + data[came] % 64u;
		piece = piece > len - came ? len - came : piece;
		piece = piece > room ? room : piece;
		memcpy(to, data + came, piece);
		tacacs_stream_add(&s, piece);
		came += piece;
		if (!take_all(&s, data, &taken))
			return 0;
	}
	return 0;
}
