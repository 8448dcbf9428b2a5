/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fuzzer's bytes as messages of a channel: each is a sound one of its type of
 * which single bytes are changed, or any bytes at all.
 *
 *	TYPE N (OFFSET OFFSET BYTE){N}	a sound body, N of its bytes changed
 *	TYPE|0x80 LENGTH BYTE{LENGTH}	a body of these bytes
 *
 * N is below 32; two bytes of an offset, the low one first.
 */
#ifndef L2TPD_TESTS_FUZZ_MESSAGE_H
#define L2TPD_TESTS_FUZZ_MESSAGE_H

#include <string.h>

#include "ipc/fields.h"
#include "ipc/ipc.h"

#define FUZZ_RAW     0x80
#define FUZZ_CHANGES 0x1f

struct fuzz_input {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t fuzz_byte(struct fuzz_input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

/* Zero fits each field but a range that begins later. */
static inline void fuzz_make_sound(const struct ipc_field *f, uint8_t *body)
{
	for (; f && f->kind; f++)
		for (size_t i = 0; i < f->n; i++) {
			uint8_t *at = body + f->offset + i * f->size;

			if (f->kind == IPC_FIELD_RANGE)
				memcpy(at, &f->least,
				       f->size < 4 ? f->size : 4);
			else if (f->kind == IPC_FIELD_STRUCT)
				fuzz_make_sound(f->fields, at);
		}
}

/*
 * The next message; fill makes a sound body one that means something. False at
 * the end of the input.
 */
static inline bool fuzz_message(struct fuzz_input *in,
				const struct ipc_shape *shapes, size_t n,
				void (*fill)(struct ipc_message *m),
				struct ipc_message *m)
{
	uint8_t type = fuzz_byte(in), count = fuzz_byte(in);
	const struct ipc_shape *s = &shapes[(type & ~FUZZ_RAW) % n];

	*m = (struct ipc_message){
		.header = { .type = (uint16_t)(s - shapes),
			    .version = IPC_VERSION,
			    .serial = 1, },
	};
	if (type & FUZZ_RAW) {
		for (; m->len < count; m->len++)
			m->body[m->len] = fuzz_byte(in);
		return in->left > 0;
	}
	m->len = s->size;
	fuzz_make_sound(s->fields, m->body);
	fill(m);
	for (count &= FUZZ_CHANGES; count; count--) {
		size_t at = fuzz_byte(in);

		at |= (size_t)fuzz_byte(in) << 8;
		if (m->len)
			m->body[at % m->len] = fuzz_byte(in);
	}
	return in->left > 0;
}

#endif
