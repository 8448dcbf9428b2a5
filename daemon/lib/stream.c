/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See stream.h. */
#include "lib/stream.h"

#include <string.h>

void stream_wait(struct stream *s, uint8_t *data)
{
	size_t rest = stream_left(s);

	memmove(data, data + s->at, rest);
	explicit_bzero(data + rest, s->at);
	s->at = 0;
	s->len = rest;
}
