/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies, by their table; whole packets; arguments. */
#include "proto/tacacs/internal.h"

#include <errno.h>
#include <string.h>

#include "lib/buf.h"

/* ---- reading ---- */

static void read_item(struct rbuf *r, const struct tacacs_item *item,
		      struct tacacs_body *out)
{
	switch (item->kind) {
	case TACACS_ITEM_NUMBER:
		out->number[item->what] = rbuf_u8(r);
		break;
	case TACACS_ITEM_LENGTH8:
		out->text[item->what].len = rbuf_u8(r);
		break;
	case TACACS_ITEM_LENGTH16:
		out->text[item->what].len = rbuf_u16(r);
		break;
	case TACACS_ITEM_ARGS:
		out->arg_n = rbuf_u8(r);
		break;
	case TACACS_ITEM_END:
		break;
	}
}

static bool is_text(const struct tacacs_item *item)
{
	return item->kind == TACACS_ITEM_LENGTH8 ||
	       item->kind == TACACS_ITEM_LENGTH16;
}

enum tacacs_fault tacacs_read_body(enum tacacs_kind kind, const uint8_t *data,
				   size_t len, struct tacacs_body *out)
{
	const struct tacacs_item *items = tacacs_bodies[kind].items;
	struct rbuf r = rbuf_init(data, len);

	*out = (struct tacacs_body){ 0 };
	for (size_t i = 0; items[i].kind; i++)
		read_item(&r, &items[i], out);
	for (size_t i = 0; i < out->arg_n; i++)
		out->arg[i].len = rbuf_u8(&r);
	for (size_t i = 0; items[i].kind; i++)
		if (is_text(&items[i]))
			out->text[items[i].what].data =
				rbuf_take(&r, out->text[items[i].what].len);
	for (size_t i = 0; i < out->arg_n; i++)
		out->arg[i].data = rbuf_take(&r, out->arg[i].len);
	return r.failed || rbuf_left(&r) ? TACACS_BAD_LENGTHS : TACACS_OK;
}

/* ---- writing ---- */

static void write_length(struct wbuf *w, size_t len, size_t max)
{
	if (len > max)
		w->failed = true;
	else if (max > UINT8_MAX)
		wbuf_u16(w, (uint16_t)len);
	else
		wbuf_u8(w, (uint8_t)len);
}

static void write_item(struct wbuf *w, const struct tacacs_item *item,
		       const struct tacacs_body *body)
{
	switch (item->kind) {
	case TACACS_ITEM_NUMBER:
		wbuf_u8(w, body->number[item->what]);
		break;
	case TACACS_ITEM_LENGTH8:
		write_length(w, body->text[item->what].len, UINT8_MAX);
		break;
	case TACACS_ITEM_LENGTH16:
		write_length(w, body->text[item->what].len, UINT16_MAX);
		break;
	case TACACS_ITEM_ARGS:
		write_length(w, body->arg_n, TACACS_ARGS_MAX);
		break;
	case TACACS_ITEM_END:
		break;
	}
}

static void write_text(struct wbuf *w, const struct tacacs_text *t)
{
	if (t->len)
		wbuf_bytes(w, t->data, t->len);
}

int tacacs_write_body(enum tacacs_kind kind, const struct tacacs_body *body,
		      uint8_t *out, size_t size)
{
	const struct tacacs_item *items = tacacs_bodies[kind].items;
	struct wbuf w = wbuf_init(out, size);
	bool has_args = false;

	for (size_t i = 0; items[i].kind; i++) {
		write_item(&w, &items[i], body);
		has_args = has_args || items[i].kind == TACACS_ITEM_ARGS;
	}
	for (size_t i = 0; has_args && !w.failed && i < body->arg_n; i++)
		write_length(&w, body->arg[i].len, TACACS_ARG_MAX);
	for (size_t i = 0; items[i].kind; i++)
		if (is_text(&items[i]))
			write_text(&w, &body->text[items[i].what]);
	for (size_t i = 0; has_args && !w.failed && i < body->arg_n; i++)
		write_text(&w, &body->arg[i]);
	return w.failed ? -EMSGSIZE : (int)w.len;
}

int tacacs_write_packet(struct tacacs_header *h, const struct secret *key,
			enum tacacs_kind kind, const struct tacacs_body *body,
			uint8_t *out, size_t size)
{
	int len = size < TACACS_HEADER ?
			  -EMSGSIZE :
			  tacacs_write_body(kind, body, out + TACACS_HEADER,
					    size - TACACS_HEADER);

	if (len < 0)
		return len;
	h->length = (uint32_t)len;
	tacacs_write_header(h, out);
	if (!tacacs_obfuscate(h, key, out + TACACS_HEADER, h->length)) {
		explicit_bzero(out + TACACS_HEADER, h->length);
		return -ENOTSUP;
	}
	return TACACS_HEADER + len;
}

/* ---- arguments ---- */

bool tacacs_split_arg(const struct tacacs_text *text, struct tacacs_arg *out)
{
	size_t at = 0;

	while (at < text->len && text->data[at] != '=' && text->data[at] != '*')
		at++;
	if (at == 0 || at == text->len)
		return false;
	out->name = (struct tacacs_text){ text->data, at };
	out->optional = text->data[at] == '*';
	out->value =
		(struct tacacs_text){ text->data + at + 1, text->len - at - 1 };
	return true;
}

bool tacacs_text(const struct tacacs_text *t, char *out, size_t size)
{
	if (t->len == 0 || t->len >= size)
		return false;
	for (size_t i = 0; i < t->len; i++)
		out[i] = t->data[i] < 0x20 || t->data[i] == 0x7f ?
				 '?' :
				 (char)t->data[i];
	out[t->len] = '\0';
	return true;
}
