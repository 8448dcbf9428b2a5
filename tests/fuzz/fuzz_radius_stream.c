/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stream of any bytes, in pieces whose sizes are these bytes' as well: its
 * packets are those of the stream as a whole, and there is always room for
 * more.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/radius/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/*
 * What the next packet has to be: its length; 0: none is whole; or the fault.
 */
static enum radius_fault expect(const uint8_t *data, size_t len, size_t *size)
{
	*size = len < 4 ? 0 : (size_t)data[2] << 8 | data[3];
	if (len >= 4 && *size < RADIUS_HEADER)
		return RADIUS_SHORT;
	if (*size > RADIUS_PACKET_MAX)
		return RADIUS_LONG;
	if (*size > len)
		*size = 0;
	return RADIUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct radius_stream s = { 0 };
	size_t came = 0, taken = 0, piece, size, n, wanted;
	enum radius_fault fault, expected;
	const uint8_t *packet;
	uint8_t *room;

	while (came < len) {
		room = radius_stream_room(&s, &size);
		if (size == 0)
			abort();
		piece = 1 + data[came] % 64u;
		piece = piece > len - came ? len - came : piece;
		piece = piece > size ? size : piece;
		memcpy(room, data + came, piece);
		radius_stream_add(&s, piece);
		came += piece;
		do {
			fault = radius_stream_next(&s, &packet, &n);
			expected = expect(data + taken, came - taken, &wanted);
			if (fault != expected || (!fault && n != wanted))
				abort();
			if (fault)
				return 0;
			if (n && memcmp(packet, data + taken, n) != 0)
				abort();
			taken += n;
		} while (n);
	}
	return 0;
}
