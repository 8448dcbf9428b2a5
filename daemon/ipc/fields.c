/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies of messages are compared with their tables; see fields.h. */
#include "ipc/fields.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/addr.h"

/* A number of 1, 2, 4 or 8 bytes, read as bytes: an enum may be signed. */
static uint64_t number(const uint8_t *at, size_t size)
{
	uint8_t n8;
	uint16_t n16;
	uint32_t n32;
	uint64_t n64;

	switch (size) {
	case sizeof(n8):
		memcpy(&n8, at, sizeof(n8));
		return n8;
	case sizeof(n16):
		memcpy(&n16, at, sizeof(n16));
		return n16;
	case sizeof(n32):
		memcpy(&n32, at, sizeof(n32));
		return n32;
	default:
		memcpy(&n64, at, sizeof(n64));
		return n64;
	}
}

static bool is_family(const uint8_t *at)
{
	uint16_t family;

	memcpy(&family, at + offsetof(struct addr, family), sizeof(family));
	return family == AF_UNSPEC || family == AF_INET || family == AF_INET6;
}

static bool element_fits(const struct ipc_field *f, const uint8_t *at)
{
	switch (f->kind) {
	case IPC_FIELD_END:
		return true;
	case IPC_FIELD_BOOL:
		return number(at, f->size) <= 1;
	case IPC_FIELD_RANGE:
		return number(at, f->size) >= f->least &&
		       number(at, f->size) <= f->most;
	case IPC_FIELD_TEXT:
		return memchr(at, 0, f->size) != NULL;
	case IPC_FIELD_ADDR:
		return is_family(at);
	case IPC_FIELD_STRUCT:
		return ipc_fields_fit(f->fields, at);
	}
	return false;
}

bool ipc_fields_fit(const struct ipc_field *fields, const void *body)
{
	for (const struct ipc_field *f = fields; f->kind; f++) {
		const uint8_t *at = (const uint8_t *)body + f->offset;

		for (size_t i = 0; i < f->n; i++)
			if (!element_fits(f, at + i * f->size))
				return false;
	}
	return true;
}

bool ipc_message_fits(const struct ipc_shape *shapes, size_t n,
		      const struct ipc_message *m)
{
	const struct ipc_shape *s =
		m->header.type < n ? &shapes[m->header.type] : NULL;

	return s && s->is_sent && m->len == s->size &&
	       (!s->fields || ipc_fields_fit(s->fields, m->body));
}
