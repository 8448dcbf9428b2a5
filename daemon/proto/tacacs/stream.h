/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TACACS+ packets out of a stream of bytes (RFC 8907, section 4.1). */
#ifndef L2TPD_PROTO_TACACS_STREAM_H
#define L2TPD_PROTO_TACACS_STREAM_H

#include "lib/stream.h"
#include "proto/tacacs/tacacs.h"

/* What came and was not taken yet. Zeroed is empty. */
struct tacacs_stream {
	struct stream bytes;
	uint8_t data[TACACS_HEADER + TACACS_BODY_MAX];
};

/*
 * Where to put what comes next, and *size: how much has room; not 0 once
 * tacacs_stream_next has no packet.
 */
uint8_t *tacacs_stream_room(struct tacacs_stream *s, size_t *size);
/* len bytes were put there. */
void tacacs_stream_add(struct tacacs_stream *s, size_t len);
/*
 * The next packet, which is whole: its header, and its body as it came, of
 * h->length bytes, which may be revealed in place and stays until the next
 * call. *body is NULL when more has to come first. A fault is told as soon as
 * the header is there, and nothing behind it can be understood; h is filled
 * then.
 */
enum tacacs_fault tacacs_stream_next(struct tacacs_stream *s,
				     struct tacacs_header *h, uint8_t **body);

#endif
