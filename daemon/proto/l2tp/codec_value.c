// SPDX-License-Identifier: GPL-2.0-or-later
/* Values out of a decoded message. */
#include <stdio.h>
#include <string.h>

#include "proto/l2tp/codec_internal.h"

static struct rbuf reader(const struct l2tp_message *m, enum l2tp_avp_id id)
{
	if (!l2tp_has(m, id))
		return rbuf_init(NULL, 0);
	return rbuf_init(m->avp[id].value, m->avp[id].len);
}

uint16_t l2tp_u16(const struct l2tp_message *m, enum l2tp_avp_id id)
{
	struct rbuf r = reader(m, id);

	return rbuf_u16(&r);
}

uint32_t l2tp_u32(const struct l2tp_message *m, enum l2tp_avp_id id)
{
	struct rbuf r = reader(m, id);

	return rbuf_u32(&r);
}

uint64_t l2tp_u64(const struct l2tp_message *m, enum l2tp_avp_id id)
{
	struct rbuf r = reader(m, id);

	return rbuf_u64(&r);
}

bool l2tp_has_pseudowire(const struct l2tp_message *m, uint16_t type)
{
	struct rbuf r = reader(m, L2TP_AVP_PW_CAPABILITIES);

	while (rbuf_left(&r))
		if (rbuf_u16(&r) == type)
			return true;
	return false;
}

/*
 * The length of the UTF-8 character at p, 0 when it is none or not printable.
 */
static size_t utf8_len(const uint8_t *p, size_t left)
{
	uint32_t c, least;
	size_t n;

	if (p[0] < 0x80)
		return p[0] >= 0x20 && p[0] != 0x7f;
	if (p[0] >= 0xc2 && p[0] < 0xe0) {
		n = 2;
		c = p[0] & 0x1f;
		least = 0xa0; /* below: control characters */
	} else if (p[0] >= 0xe0 && p[0] < 0xf0) {
		n = 3;
		c = p[0] & 0x0f;
		least = 0x800;
	} else if (p[0] >= 0xf0 && p[0] < 0xf5) {
		n = 4;
		c = p[0] & 0x07;
		least = 0x10000;
	} else {
		return 0;
	}
	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	return n;
}

void l2tp_append_text(struct wbuf *w, const uint8_t *text, size_t len)
{
	struct rbuf r = rbuf_init(text, len);

	if (w->failed || w->len >= w->size)
		return;
	while (rbuf_left(&r)) {
		size_t n = utf8_len(r.p, rbuf_left(&r));

		/* One byte stays for the NUL. */
		if (w->size - w->len - 1 < (n ? n : 1))
			break;
		if (n)
			wbuf_bytes(w, rbuf_take(&r, n), n);
		else if (rbuf_take(&r, 1))
			wbuf_u8(w, '?');
	}
	w->data[w->len] = '\0';
}

bool l2tp_text(const struct l2tp_message *m, enum l2tp_avp_id id, char *out,
	       size_t size)
{
	struct wbuf w = wbuf_init(out, size);

	if (!l2tp_has(m, id))
		return false;
	l2tp_append_text(&w, m->avp[id].value, m->avp[id].len);
	return true;
}

bool l2tp_name(const struct l2tp_message *m, enum l2tp_avp_id id, char *out,
	       size_t size)
{
	const struct l2tp_avp_view *a = &m->avp[id];
	size_t len = a->len < size ? a->len : size - 1;

	if (!l2tp_has(m, id))
		return false;
	memcpy(out, a->value, len);
	out[len] = '\0';
	return true;
}

static void rest_as_text(struct rbuf *r, char *out, size_t size)
{
	struct wbuf w = wbuf_init(out, size);

	l2tp_append_text(&w, r->p, rbuf_left(r));
}

static void decode_q931(const struct l2tp_message *m, struct l2tp_cause *out)
{
	struct rbuf r = reader(m, L2TP_AVP_Q931_CAUSE_CODE);

	out->q931_cause = rbuf_u16(&r);
	out->q931_msg = rbuf_u8(&r);
	/*
	 * The Advisory Message explains the same thing; a text of the Result
	 * Code goes first.
	 */
	if (!out->text[0])
		rest_as_text(&r, out->text, sizeof(out->text));
}

void l2tp_cause_decode(const struct l2tp_message *m, struct l2tp_cause *out)
{
	struct rbuf r = reader(m, L2TP_AVP_RESULT_CODE);

	memset(out, 0, sizeof(*out));
	out->result = rbuf_u16(&r);
	if (rbuf_left(&r))
		out->error = rbuf_u16(&r);
	rest_as_text(&r, out->text, sizeof(out->text));
	if (l2tp_has(m, L2TP_AVP_Q931_CAUSE_CODE))
		decode_q931(m, out);
	if (!out->result && !out->text[0])
		snprintf(out->text, sizeof(out->text), "%s",
			 l2tp_has(m, L2TP_AVP_RESULT_CODE) ?
				 "its Result Code is 0, which is reserved" :
				 "no reason given: it has no Result Code");
}
