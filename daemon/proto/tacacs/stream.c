/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See stream.h. */
#include "proto/tacacs/stream.h"

uint8_t *tacacs_stream_room(struct tacacs_stream *s, size_t *size)
{
	*size = sizeof(s->data) - s->bytes.len;
	return s->data + s->bytes.len;
}

void tacacs_stream_add(struct tacacs_stream *s, size_t len)
{
	s->bytes.len += len;
}

enum tacacs_fault tacacs_stream_next(struct tacacs_stream *s,
				     struct tacacs_header *h, uint8_t **body)
{
	size_t left = stream_left(&s->bytes);
	enum tacacs_fault fault = TACACS_OK;

	*body = NULL;
	if (left >= TACACS_HEADER)
		fault = tacacs_read_header(h, s->data + s->bytes.at);
	if (fault)
		return fault;
	if (left < TACACS_HEADER || left < TACACS_HEADER + h->length) {
		stream_wait(&s->bytes, s->data);
		return TACACS_OK;
	}
	stream_take(&s->bytes, TACACS_HEADER);
	*body = s->data + s->bytes.at;
	stream_take(&s->bytes, h->length);
	return TACACS_OK;
}
