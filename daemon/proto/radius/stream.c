/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See stream.h. */
#include "proto/radius/stream.h"

#include "lib/buf.h"

uint8_t *radius_stream_room(struct radius_stream *s, size_t *size)
{
	*size = sizeof(s->data) - s->bytes.len;
	return s->data + s->bytes.len;
}

void radius_stream_add(struct radius_stream *s, size_t len)
{
	s->bytes.len += len;
}

enum radius_fault radius_stream_next(struct radius_stream *s,
				     const uint8_t **packet, size_t *len)
{
	struct rbuf r =
		rbuf_init(s->data + s->bytes.at, stream_left(&s->bytes));
	size_t size;

	rbuf_take(&r, 2); /* code and identifier */
	size = rbuf_u16(&r);
	*len = 0;
	if (!r.failed && size < RADIUS_HEADER)
		return RADIUS_SHORT;
	if (!r.failed && size > RADIUS_PACKET_MAX)
		return RADIUS_LONG;
	if (r.failed || size > stream_left(&s->bytes)) {
		stream_wait(&s->bytes, s->data);
		return RADIUS_OK;
	}
	*packet = s->data + s->bytes.at;
	stream_take(&s->bytes, size);
	*len = size;
	return RADIUS_OK;
}
