// SPDX-License-Identifier: GPL-2.0-or-later
/* The write cursor's larger half; the rest is inline in buf.h. */
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"

static void put(uint8_t *p, uint64_t v, size_t len)
{
	while (len--) {
		p[len] = (uint8_t)v;
		v >>= 8;
	}
}

static void append(struct wbuf *w, uint64_t v, size_t len)
{
	uint8_t *p = wbuf_reserve(w, len);

	if (p)
		put(p, v, len);
}

void wbuf_u8(struct wbuf *w, uint8_t v)
{
	append(w, v, 1);
}

void wbuf_u16(struct wbuf *w, uint16_t v)
{
	append(w, v, 2);
}

void wbuf_u32(struct wbuf *w, uint32_t v)
{
	append(w, v, 4);
}

void wbuf_u64(struct wbuf *w, uint64_t v)
{
	append(w, v, 8);
}

void wbuf_bytes(struct wbuf *w, const void *data, size_t len)
{
	uint8_t *p = wbuf_reserve(w, len);

	if (p && len)
		memcpy(p, data, len);
}

void wbuf_zero(struct wbuf *w, size_t len)
{
	uint8_t *p = wbuf_reserve(w, len);

	if (p && len)
		memset(p, 0, len);
}

void wbuf_patch_u16(struct wbuf *w, size_t at, uint16_t v)
{
	if (w->len < 2 || at > w->len - 2) {
		w->failed = true;
		return;
	}
	put(w->data + at, v, 2);
}

void wbuf_vprintf(struct wbuf *w, const char *fmt, va_list ap)
{
	size_t room = w->size - w->len;
	int n;

	if (w->failed || room == 0) {
		w->failed = true;
		return;
	}
	n = vsnprintf((char *)w->data + w->len, room, fmt, ap);
	if (n < 0) {
		w->failed = true;
	} else if ((size_t)n >= room) {
		w->failed = true;
		w->len = w->size - 1;
	} else {
		w->len += (size_t)n;
	}
}

void wbuf_printf(struct wbuf *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	wbuf_vprintf(w, fmt, ap);
	va_end(ap);
}
