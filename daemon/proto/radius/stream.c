/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See stream.h. */
#include "proto/radius/stream.h"

#include <string.h>

#include "lib/buf.h"

uint8_t *radius_stream_room(struct radius_stream *s, size_t *size)
{
	*size = sizeof(s->data) - s->len;
	return s->data + s->len;
}

void radius_stream_add(struct radius_stream *s, size_t len)
{
	s->len += len;
}

/* What was taken goes; it may be secret. */
static void compact(struct radius_stream *s)
{
	size_t rest = s->len - s->at;

	memmove(s->data, s->data + s->at, rest);
	explicit_bzero(s->data + rest, s->at);
	s->at = 0;
	s->len = rest;
}

enum radius_fault radius_stream_next(struct radius_stream *s,
				     const uint8_t **packet, size_t *len)
{
	struct rbuf r = rbuf_init(s->data + s->at, s->len - s->at);
	size_t size;

	rbuf_take(&r, 2); /* code and identifier */
	size = rbuf_u16(&r);
	*len = 0;
	if (!r.failed && size < RADIUS_HEADER)
		return RADIUS_SHORT;
	if (!r.failed && size > RADIUS_PACKET_MAX)
		return RADIUS_LONG;
	if (r.failed || size > s->len - s->at) {
		compact(s);
		return RADIUS_OK;
	}
	*packet = s->data + s->at;
	*len = size;
	s->at += size;
	return RADIUS_OK;
}
