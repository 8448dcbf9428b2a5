/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of vici as they are sent. */
#include "proto/vici/vici.h"

#include <string.h>

static void put_name(struct wbuf *w, const char *name)
{
	size_t len = strlen(name);

	if (len > VICI_NAME_MAX) {
		w->failed = true;
		return;
	}
	wbuf_u8(w, (uint8_t)len);
	wbuf_bytes(w, name, len);
}

static void put_value(struct wbuf *w, const char *value)
{
	size_t len = strlen(value);

	if (len > UINT16_MAX) {
		w->failed = true;
		return;
	}
	wbuf_u16(w, (uint16_t)len);
	wbuf_bytes(w, value, len);
}

size_t vici_begin(struct wbuf *w, enum vici_type type, const char *name)
{
	size_t at = w->len;

	wbuf_zero(w, VICI_LENGTH);
	wbuf_u8(w, (uint8_t)type);
	if (name)
		put_name(w, name);
	return at;
}

void vici_section(struct wbuf *w, const char *name)
{
	wbuf_u8(w, VICI_SECTION_START);
	put_name(w, name);
}

void vici_section_end(struct wbuf *w)
{
	wbuf_u8(w, VICI_SECTION_END);
}

void vici_value(struct wbuf *w, const char *name, const char *value)
{
	wbuf_u8(w, VICI_KEY_VALUE);
	put_name(w, name);
	put_value(w, value);
}

void vici_list(struct wbuf *w, const char *name)
{
	wbuf_u8(w, VICI_LIST_START);
	put_name(w, name);
}

void vici_list_item(struct wbuf *w, const char *value)
{
	wbuf_u8(w, VICI_LIST_ITEM);
	put_value(w, value);
}

void vici_list_end(struct wbuf *w)
{
	wbuf_u8(w, VICI_LIST_END);
}

/*
 * What we ask fits into the lower half of the length; the upper one stays zero.
 */
void vici_end(struct wbuf *w, size_t at)
{
	size_t len = w->len - at - VICI_LENGTH;

	if (w->failed)
		return;
	if (len > UINT16_MAX)
		w->failed = true;
	else
		wbuf_patch_u16(w, at + 2, (uint16_t)len);
}
