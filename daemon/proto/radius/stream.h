/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RADIUS packets out of a stream of bytes: one behind the other (RFC 6613,
 * section 2.6).
 */
#ifndef L2TPD_PROTO_RADIUS_STREAM_H
#define L2TPD_PROTO_RADIUS_STREAM_H

#include "lib/stream.h"
#include "proto/radius/radius.h"

/* What came and was not taken yet. Zeroed is empty. */
struct radius_stream {
	struct stream bytes;
	uint8_t data[RADIUS_PACKET_MAX];
};

/*
 * Where to put what comes next, and *size: how much has room; not 0 once
 * radius_stream_next has no packet.
 */
uint8_t *radius_stream_room(struct radius_stream *s, size_t *size);
/* len bytes were put there. */
void radius_stream_add(struct radius_stream *s, size_t len);
/*
 * The next packet, which is whole; it stays until the next call. *len is 0 when
 * more has to come first. RADIUS_SHORT or RADIUS_LONG: the length is none, and
 * nothing behind it can be understood.
 */
enum radius_fault radius_stream_next(struct radius_stream *s,
				     const uint8_t **packet, size_t *len);

#endif
