/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes for people: names from the table, values by their kind. */
#include "proto/radius/internal.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <string.h>

#include "lib/buf.h"

static const struct radius_attribute_info infos[] = {
#define ATTRIBUTE(symbol, vendor, type, kind, name) \
	{ name, vendor, type, RADIUS_##kind },
	RADIUS_ATTRIBUTES(ATTRIBUTE)
#undef ATTRIBUTE
};

const struct radius_attribute_info *radius_attribute_info(uint32_t vendor,
							  uint8_t type)
{
	for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]); i++)
		if (infos[i].vendor == vendor && infos[i].type == type)
			return &infos[i];
	return NULL;
}

static void put_hex(struct wbuf *w, const uint8_t *p, size_t len)
{
	wbuf_printf(w, "0x");
	for (size_t i = 0; i < len; i++)
		wbuf_printf(w, "%02x", p[i]);
}

static void put_text(struct wbuf *w, const uint8_t *p, size_t len)
{
	wbuf_printf(w, "\"");
	for (size_t i = 0; i < len; i++)
		wbuf_printf(w, "%c",
			    p[i] < 0x20 || p[i] == 0x7f || p[i] == '"' ? '?' :
									 p[i]);
	wbuf_printf(w, "\"");
}

static bool is_text(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] < 0x20 || p[i] >= 0x7f)
			return false;
	return len > 0;
}

static bool put_prefix6(struct wbuf *w, const uint8_t *p, size_t len)
{
	uint8_t ip[16] = { 0 };
	char text[INET6_ADDRSTRLEN];

	if (len < 2 || len > 18 || p[1] > 128)
		return false;
	memcpy(ip, p + 2, len - 2);
	wbuf_printf(w, "%s/%u", inet_ntop(AF_INET6, ip, text, sizeof(text)),
		    p[1]);
	return true;
}

static void put_ifid(struct wbuf *w, const uint8_t *p)
{
	wbuf_printf(w, "%x:%x:%x:%x", p[0] << 8 | p[1], p[2] << 8 | p[3],
		    p[4] << 8 | p[5], p[6] << 8 | p[7]);
}

/* false: the value has not its kind's form. */
static bool put_value(struct wbuf *w, const struct radius_attribute *a,
		      enum radius_kind kind)
{
	char text[INET6_ADDRSTRLEN];
	uint32_t n;

	switch (kind) {
	case RADIUS_INTEGER:
	case RADIUS_TIME:
		if (!radius_u32(a, &n))
			return false;
		wbuf_printf(w, "%u", n);
		return true;
	case RADIUS_TAGGED_INTEGER:
		if (!radius_u32(a, &n))
			return false;
		wbuf_printf(w, "%u (tag %u)", n & 0xffffff, n >> 24);
		return true;
	case RADIUS_IPV4:
		if (a->len != 4)
			return false;
		wbuf_printf(w, "%s",
			    inet_ntop(AF_INET, a->value, text, sizeof(text)));
		return true;
	case RADIUS_IPV6:
		if (a->len != 16)
			return false;
		wbuf_printf(w, "%s",
			    inet_ntop(AF_INET6, a->value, text, sizeof(text)));
		return true;
	case RADIUS_PREFIX6:
		return put_prefix6(w, a->value, a->len);
	case RADIUS_IFID:
		if (a->len != 8)
			return false;
		put_ifid(w, a->value);
		return true;
	case RADIUS_TAGGED_TEXT:
		if (a->len && a->value[0] < 0x20)
			put_text(w, a->value + 1, a->len - 1);
		else
			put_text(w, a->value, a->len);
		return true;
	case RADIUS_TEXT:
		put_text(w, a->value, a->len);
		return true;
	case RADIUS_HIDDEN:
		wbuf_printf(w, "(%zu bytes, not shown)", a->len);
		return true;
	case RADIUS_STRING:
		return false;
	}
	return false;
}

void radius_format(const struct radius_attribute *a, char *out, size_t size)
{
	const struct radius_attribute_info *info =
		radius_attribute_info(a->vendor, a->type);
	struct wbuf w = wbuf_init(out, size - 1);

	if (info)
		wbuf_printf(&w, "%s = ", info->name);
	else if (a->vendor)
		wbuf_printf(&w, "Vendor-%u-Attr-%u = ", a->vendor, a->type);
	else
		wbuf_printf(&w, "Attr-%u = ", a->type);
	if (!info || !put_value(&w, a, info->kind)) {
		if (is_text(a->value, a->len))
			put_text(&w, a->value, a->len);
		else
			put_hex(&w, a->value, a->len);
	}
	out[w.len] = '\0';
}
