/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets out of a stream of bytes, in whatever pieces they come. The bytes are
 * the owner's.
 */
#ifndef L2TPD_LIB_STREAM_H
#define L2TPD_LIB_STREAM_H

#include <stddef.h>
#include <stdint.h>

/* How much came, and how much of it was taken. Zeroed is empty. */
struct stream {
	size_t at, len;
};

/* What came and was not taken yet. */
static inline size_t stream_left(const struct stream *s)
{
	return s->len - s->at;
}

/*
 * Takes size bytes, which are there, from at on; they stay until more is waited
 * for.
 */
static inline void stream_take(struct stream *s, size_t size)
{
	s->at += size;
}

/*
 * More has to come: what was taken is cleared, for it may be secret, and makes
 * room.
 */
void stream_wait(struct stream *s, uint8_t *data);

#endif
