/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets of vici as they come: the bounds, the packet, its
 * elements, their values.
 */
#include "proto/vici/vici.h"

#include <errno.h>
#include <string.h>

static struct vici_text take_name(struct rbuf *r)
{
	size_t len = rbuf_u8(r);
	const uint8_t *p = rbuf_take(r, len);

	return (struct vici_text){ p, p ? len : 0 };
}

static struct vici_text take_value(struct rbuf *r)
{
	size_t len = rbuf_u16(r);
	const uint8_t *p = rbuf_take(r, len);

	return (struct vici_text){ p, p ? len : 0 };
}

/* ---- elements ---- */

/* Whether an element of this type may stand here, and what it changes. */
static bool enter(struct vici_cursor *c, enum vici_element type)
{
	switch (type) {
	case VICI_SECTION_START:
		return !c->in_list && c->depth++ < VICI_DEPTH_MAX;
	case VICI_SECTION_END:
		return !c->in_list && c->depth-- > 0;
	case VICI_KEY_VALUE:
		return !c->in_list;
	case VICI_LIST_START:
		return !c->in_list && (c->in_list = true);
	case VICI_LIST_ITEM:
		return c->in_list;
	case VICI_LIST_END:
		return c->in_list && !(c->in_list = false);
	}
	return false;
}

static bool malformed(struct vici_cursor *c)
{
	c->malformed = true;
	c->r = rbuf_init(NULL, 0);
	return false;
}

bool vici_next(struct vici_cursor *c, struct vici_item *item)
{
	struct vici_item i = { 0 };

	if (c->malformed)
		return false;
	if (!rbuf_left(&c->r))
		return c->depth || c->in_list ? malformed(c) : false;
	i.depth = c->depth;
	i.type = (enum vici_element)rbuf_u8(&c->r);
	if (!enter(c, i.type))
		return malformed(c);
	if (i.type == VICI_SECTION_END)
		i.depth = c->depth;
	if (i.type == VICI_SECTION_START || i.type == VICI_KEY_VALUE ||
	    i.type == VICI_LIST_START)
		i.name = take_name(&c->r);
	if (i.type == VICI_KEY_VALUE || i.type == VICI_LIST_ITEM)
		i.value = take_value(&c->r);
	if (c->r.failed)
		return malformed(c);
	*item = i;
	return true;
}

void vici_skip(struct vici_cursor *c, const struct vici_item *start)
{
	struct vici_item i;

	if (start->type != VICI_SECTION_START && start->type != VICI_LIST_START)
		return;
	while (vici_next(c, &i))
		if (i.depth == start->depth &&
		    (i.type == VICI_SECTION_END || i.type == VICI_LIST_END))
			return;
}

/* ---- packets ---- */

int vici_packet_size(const void *data, size_t len, size_t *size)
{
	struct rbuf r = rbuf_init(data, len);
	uint32_t n = rbuf_u32(&r);

	if (r.failed)
		return -EAGAIN;
	if (n == 0)
		return -EBADMSG;
	if (n > VICI_PACKET_MAX)
		return -EMSGSIZE;
	*size = VICI_LENGTH + n;
	return 0;
}

static bool has_name(enum vici_type type)
{
	return type == VICI_CMD_REQUEST || type == VICI_EVENT_REGISTER ||
	       type == VICI_EVENT_UNREGISTER || type == VICI_EVENT;
}

static bool has_message(enum vici_type type)
{
	return type == VICI_CMD_REQUEST || type == VICI_CMD_RESPONSE ||
	       type == VICI_EVENT;
}

int vici_parse(struct vici_packet *p, const void *data, size_t len)
{
	struct rbuf r = rbuf_init(data, len);
	struct vici_packet got = { .type = (enum vici_type)rbuf_u8(&r) };
	struct vici_cursor c;
	struct vici_item item;

	if (r.failed || got.type >= VICI_TYPES)
		return -EBADMSG;
	if (has_name(got.type))
		got.name = take_name(&r);
	if (r.failed || (rbuf_left(&r) && !has_message(got.type)))
		return -EBADMSG;
	got.message = r;
	c = vici_cursor(r);
	while (vici_next(&c, &item))
		continue;
	if (c.malformed)
		return -EBADMSG;
	*p = got;
	return 0;
}

/* ---- values ---- */

bool vici_is(struct vici_text t, const char *text)
{
	return t.len == strlen(text) &&
	       (t.len == 0 || memcmp(t.p, text, t.len) == 0);
}

const char *vici_string(struct vici_text t, char *buf, size_t size)
{
	size_t n = t.len < size ? t.len : size - 1;

	for (size_t i = 0; i < n; i++)
		buf[i] = t.p[i] < 0x20 || t.p[i] == 0x7f ? '?' : (char)t.p[i];
	buf[n] = '\0';
	return buf;
}

static unsigned int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return UINT8_MAX;
}

bool vici_number(struct vici_text t, unsigned int base, uint64_t *out)
{
	uint64_t n = 0;

	if (!t.len)
		return false;
	for (size_t i = 0; i < t.len; i++) {
		unsigned int d = digit(t.p[i]);

		if (d >= base || __builtin_mul_overflow(n, base, &n) ||
		    __builtin_add_overflow(n, d, &n))
			return false;
	}
	*out = n;
	return true;
}
