/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two cursors that all bytes of packets are read and written with. Neither
 * can leave its bounds; a failure sticks and is checked once, at the end.
 * Numbers are in network byte order.
 */
#ifndef L2TPD_LIB_BUF_H
#define L2TPD_LIB_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reading. After a failure every read gives 0 or NULL and nothing is left. */
struct rbuf {
	const uint8_t *p, *end;
	bool failed;
};

static inline struct rbuf rbuf_init(const void *data, size_t len)
{
	const uint8_t *p = data;

	return (struct rbuf){ .p = p, .end = len ? p + len : p };
}

static inline size_t rbuf_left(const struct rbuf *r)
{
	return (size_t)(r->end - r->p);
}

/* A view of the next len bytes, or NULL. */
static inline const uint8_t *rbuf_take(struct rbuf *r, size_t len)
{
	const uint8_t *p = r->p;

	if (rbuf_left(r) < len || r->failed) {
		r->failed = true;
		r->p = r->end;
		return NULL;
	}
	r->p += len;
	return p;
}

static inline uint8_t rbuf_u8(struct rbuf *r)
{
	const uint8_t *p = rbuf_take(r, 1);

	return p ? p[0] : 0;
}

static inline uint16_t rbuf_u16(struct rbuf *r)
{
	const uint8_t *p = rbuf_take(r, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t rbuf_u32(struct rbuf *r)
{
	const uint8_t *p = rbuf_take(r, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
			       (uint32_t)p[2] << 8 | p[3] :
		   0;
}

static inline uint64_t rbuf_u64(struct rbuf *r)
{
	struct rbuf eight = *r;
	uint64_t high;

	if (!rbuf_take(r, 8))
		return 0;
	high = rbuf_u32(&eight);
	return high << 32 | rbuf_u32(&eight);
}

/* Writing. After a failure nothing more is written and len stays. */
struct wbuf {
	uint8_t *data;
	size_t size, len;
	bool failed;
};

static inline struct wbuf wbuf_init(void *data, size_t size)
{
	return (struct wbuf){ .data = data, .size = size };
}

/* Room for the next len bytes, to be filled by the caller, or NULL. */
static inline uint8_t *wbuf_reserve(struct wbuf *w, size_t len)
{
	uint8_t *p = w->data + w->len;

	if (w->failed || w->size - w->len < len) {
		w->failed = true;
		return NULL;
	}
	w->len += len;
	return p;
}

void wbuf_u8(struct wbuf *w, uint8_t v);
void wbuf_u16(struct wbuf *w, uint16_t v);
void wbuf_u32(struct wbuf *w, uint32_t v);
void wbuf_u64(struct wbuf *w, uint64_t v);
void wbuf_bytes(struct wbuf *w, const void *data, size_t len);
void wbuf_zero(struct wbuf *w, size_t len);
/* Overwrites two bytes that were written before; fails when they were not. */
void wbuf_patch_u16(struct wbuf *w, size_t at, uint16_t v);

/*
 * Text into a fixed buffer, always ending in NUL: what does not fit is cut.
 * len counts without the NUL.
 */
void wbuf_printf(struct wbuf *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void wbuf_vprintf(struct wbuf *w, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

#endif
