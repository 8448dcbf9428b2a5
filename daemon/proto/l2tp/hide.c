// SPDX-License-Identifier: GPL-2.0-or-later
/* AVP hiding: the MD5 chain of RFC 2661 section 4.3. */
#include <errno.h>
#include <string.h>

#include "proto/l2tp/codec_internal.h"

#define BLOCK 16

/* b1 = MD5(attribute type, secret, random vector). */
static int first_pad(uint8_t pad[BLOCK], uint16_t type,
		     const struct secret *secret, const uint8_t *random_vector,
		     size_t random_vector_len)
{
	const uint8_t attribute[2] = { (uint8_t)(type >> 8), (uint8_t)type };
	const struct l2tp_digest_part parts[] = {
		{ attribute, sizeof(attribute) },
		{ secret->data, secret->len },
		{ random_vector, random_vector_len },
	};

	return l2tp_md5(pad, parts, 3);
}

/* bi = MD5(secret, the hidden block before). */
static int next_pad(uint8_t pad[BLOCK], const struct secret *secret,
		    const uint8_t *hidden)
{
	const struct l2tp_digest_part parts[] = {
		{ secret->data, secret->len },
		{ hidden, BLOCK },
	};

	return l2tp_md5(pad, parts, 2);
}

static size_t block_at(size_t at, size_t len)
{
	return len - at < BLOCK ? len - at : BLOCK;
}

int l2tp_hide(uint8_t *out, enum l2tp_avp_id id,
	      const struct l2tp_hiding *hiding, const void *value, size_t len)
{
	const uint8_t *rv = hiding->random_vector;
	struct wbuf w = wbuf_init(out, L2TP_VALUE_MAX);
	uint8_t pad[BLOCK];
	int err;

	wbuf_u16(&w, (uint16_t)len);
	wbuf_bytes(&w, value, len);
	if (w.failed)
		return -EMSGSIZE;
	/*
	 * The packet shall not tell the length. Of what the table gives one
	 * length only there is nothing to hide, but some peers take nothing
	 * else than whole blocks.
	 */
	while (w.len % BLOCK && w.len < L2TP_VALUE_MAX)
		wbuf_u8(&w, rv[w.len % BLOCK]);

	for (size_t at = 0; at < w.len; at += BLOCK) {
		if (at == 0)
			err = first_pad(pad, l2tp_avp_info[id].type,
					hiding->secret, rv, BLOCK);
		else
			err = next_pad(pad, hiding->secret, out + at - BLOCK);
		if (err)
			return err;
		for (size_t i = 0; i < block_at(at, w.len); i++)
			out[at + i] ^= pad[i];
	}
	return (int)w.len;
}

int l2tp_unhide(uint8_t *out, uint16_t type, const struct secret *secret,
		const uint8_t *random_vector, size_t random_vector_len,
		const uint8_t *hidden, size_t len, const uint8_t **value,
		uint16_t *value_len)
{
	struct rbuf r = rbuf_init(out, len);
	uint8_t pad[BLOCK];
	uint16_t original;
	int err;

	for (size_t at = 0; at < len; at += BLOCK) {
		if (at == 0)
			err = first_pad(pad, type, secret, random_vector,
					random_vector_len);
		else
			err = next_pad(pad, secret, hidden + at - BLOCK);
		if (err)
			return err;
		for (size_t i = 0; i < block_at(at, len); i++)
			out[at + i] = hidden[at + i] ^ pad[i];
	}
	original = rbuf_u16(&r);
	rbuf_take(&r, original);
	if (r.failed)
		return -EBADMSG;
	*value = out + 2;
	*value_len = original;
	return 0;
}
