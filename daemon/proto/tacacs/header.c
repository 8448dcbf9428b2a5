/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers and the obfuscation: RFC 8907, sections 4.1 and 4.5. */
#include "proto/tacacs/tacacs.h"

#include "lib/buf.h"
#include "proto/md5/md5.h"

#define PAD 16 /* of MD5 */

static enum tacacs_fault check(const struct tacacs_header *h)
{
	enum tacacs_kind kind;

	if (h->version != TACACS_VERSION_DEFAULT &&
	    h->version != TACACS_VERSION_ONE)
		return TACACS_BAD_VERSION;
	if (h->type < TACACS_AUTHEN || h->type > TACACS_ACCT)
		return TACACS_BAD_TYPE;
	if (!tacacs_kind_of(h->type, h->seq_no, &kind))
		return TACACS_BAD_SEQUENCE;
	if (h->flags & TACACS_UNENCRYPTED)
		return TACACS_NOT_OBFUSCATED;
	return h->length > TACACS_BODY_MAX ? TACACS_LONG : TACACS_OK;
}

enum tacacs_fault tacacs_read_header(struct tacacs_header *out,
				     const uint8_t data[TACACS_HEADER])
{
	struct rbuf r = rbuf_init(data, TACACS_HEADER);

	out->version = rbuf_u8(&r);
	out->type = rbuf_u8(&r);
	out->seq_no = rbuf_u8(&r);
	out->flags = rbuf_u8(&r);
	out->session_id = rbuf_u32(&r);
	out->length = rbuf_u32(&r);
	return check(out);
}

void tacacs_write_header(const struct tacacs_header *h,
			 uint8_t out[TACACS_HEADER])
{
	struct wbuf w = wbuf_init(out, TACACS_HEADER);

	wbuf_u8(&w, h->version);
	wbuf_u8(&w, h->type);
	wbuf_u8(&w, h->seq_no);
	wbuf_u8(&w, h->flags);
	wbuf_u32(&w, h->session_id);
	wbuf_u32(&w, h->length);
}

/* The next 16 bytes of the pad; before: those that came before, or NULL. */
static bool next_pad(const struct tacacs_header *h, const struct secret *key,
		     const uint8_t *before, uint8_t pad[PAD])
{
	uint8_t id[4] = { (uint8_t)(h->session_id >> 24),
			  (uint8_t)(h->session_id >> 16),
			  (uint8_t)(h->session_id >> 8),
			  (uint8_t)h->session_id };
	const struct md5_part parts[] = {
		{ id, sizeof(id) },	      { key->data, key->len },
		{ &h->version, 1 },	      { &h->seq_no, 1 },
		{ before, before ? PAD : 0 },
	};

	return md5_parts(pad, parts, sizeof(parts) / sizeof(parts[0]));
}

bool tacacs_obfuscate(const struct tacacs_header *h, const struct secret *key,
		      uint8_t *body, size_t len)
{
	uint8_t pad[PAD];

	for (size_t i = 0; i < len; i++) {
		if (i % PAD == 0 && !next_pad(h, key, i ? pad : NULL, pad))
			return false;
		body[i] ^= pad[i % PAD];
	}
	return true;
}
