/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building and signing packets. */
#include "proto/radius/internal.h"

#include <errno.h>
#include <string.h>

#define PASSWORD_MAX 128 /* RFC 2865, section 5.2 */
#define BLOCK	     16

static void put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

void radius_begin(struct radius_builder *b, enum radius_code code, uint8_t id,
		  const uint8_t authenticator[16])
{
	b->len = RADIUS_HEADER;
	b->overflow = false;
	b->signature = 0;
	b->data[0] = (uint8_t)code;
	b->data[1] = id;
	b->data[2] = b->data[3] = 0;
	memcpy(b->data + 4, authenticator, 16);
}

/* Room for a value of len bytes, or NULL. */
static uint8_t *attribute(struct radius_builder *b, uint8_t type, size_t len)
{
	uint8_t *p = b->data + b->len;

	if (len > RADIUS_VALUE_MAX || b->len + 2 + len > sizeof(b->data)) {
		b->overflow = true;
		return NULL;
	}
	p[0] = type;
	p[1] = (uint8_t)(2 + len);
	b->len += 2 + len;
	return p + 2;
}

void radius_add(struct radius_builder *b, enum radius_type type,
		const void *value, size_t len)
{
	uint8_t *p = len ? attribute(b, (uint8_t)type, len) : NULL;

	if (p)
		memcpy(p, value, len);
}

void radius_add_text(struct radius_builder *b, enum radius_type type,
		     const char *text)
{
	radius_add(b, type, text, strlen(text));
}

void radius_add_u32(struct radius_builder *b, enum radius_type type,
		    uint32_t value)
{
	uint8_t v[4];

	put_u32(v, value);
	radius_add(b, type, v, sizeof(v));
}

void radius_add_vendor(struct radius_builder *b, uint32_t vendor, uint8_t type,
		       const void *value, size_t len)
{
	uint8_t *p = attribute(b, RADIUS_VENDOR_SPECIFIC, 6 + len);

	if (!p)
		return;
	put_u32(p, vendor);
	p[4] = type;
	p[5] = (uint8_t)(2 + len);
	memcpy(p + 6, value, len);
}

void radius_add_tagged_u32(struct radius_builder *b, enum radius_type type,
			   uint8_t tag, uint32_t value)
{
	radius_add_u32(b, type, (uint32_t)tag << 24 | (value & 0xffffff));
}

void radius_add_tagged_text(struct radius_builder *b, enum radius_type type,
			    uint8_t tag, const char *text)
{
	size_t len = strlen(text);
	uint8_t *p = len && len < RADIUS_VALUE_MAX ?
			     attribute(b, (uint8_t)type, 1 + len) :
			     NULL;

	if (!p)
		return;
	p[0] = tag;
	memcpy(p + 1, text, len);
}

int radius_add_password(struct radius_builder *b, const struct secret *secret,
			const void *password, size_t len)
{
	size_t size = len ? (len + BLOCK - 1) / BLOCK * BLOCK : BLOCK;
	const uint8_t *before = b->data + 4;
	uint8_t *p, mask[BLOCK];

	if (len > PASSWORD_MAX)
		return -EMSGSIZE;
	p = attribute(b, RADIUS_USER_PASSWORD, size);
	if (!p)
		return -EMSGSIZE;
	memset(p, 0, size);
	memcpy(p, password, len);
	for (size_t i = 0; i < size; i += BLOCK) {
		if (!md5_parts(mask,
			       (struct md5_part[]){
				       { secret->data, secret->len },
				       { before, BLOCK },
			       },
			       2))
			return -ENOTSUP;
		for (size_t j = 0; j < BLOCK; j++)
			p[i + j] ^= mask[j];
		before = p + i;
	}
	return 0;
}

void radius_add_signature(struct radius_builder *b)
{
	uint8_t *p = attribute(b, RADIUS_MESSAGE_AUTHENTICATOR, 16);

	if (!p)
		return;
	memset(p, 0, 16);
	b->signature = (size_t)(p - b->data);
}

static void set_length(struct radius_builder *b)
{
	b->data[2] = (uint8_t)(b->len >> 8);
	b->data[3] = (uint8_t)b->len;
}

/*
 * The Message-Authenticator, with authenticator in the header's place (RFC
 * 3579, section 3.2).
 */
static int sign(struct radius_builder *b, const struct secret *secret,
		const uint8_t authenticator[16])
{
	uint8_t hmac[16];
	const struct md5_part parts[] = {
		{ b->data, 4 },
		{ authenticator, 16 },
		{ b->data + RADIUS_HEADER, b->len - RADIUS_HEADER },
	};

	set_length(b);
	if (b->overflow)
		return -EMSGSIZE;
	if (!b->signature)
		return 0;
	if (!radius_hmac(hmac, secret, parts, 3))
		return -ENOTSUP;
	memcpy(b->data + b->signature, hmac, sizeof(hmac));
	return 0;
}

/*
 * The header's authenticator: MD5 over the packet with authenticator in its
 * place, and the secret.
 */
static int authenticate(struct radius_builder *b, const struct secret *secret,
			const uint8_t authenticator[16])
{
	uint8_t hash[16];
	const struct md5_part parts[] = {
		{ b->data, 4 },
		{ authenticator, 16 },
		{ b->data + RADIUS_HEADER, b->len - RADIUS_HEADER },
		{ secret->data, secret->len },
	};

	if (!md5_parts(hash, parts, 4))
		return -ENOTSUP;
	memcpy(b->data + 4, hash, sizeof(hash));
	return 0;
}

int radius_sign_request(struct radius_builder *b, const struct secret *secret)
{
	static const uint8_t zero[16];
	bool random = b->data[0] == RADIUS_ACCESS_REQUEST ||
		      b->data[0] == RADIUS_STATUS_SERVER;
	int err = sign(b, secret, random ? b->data + 4 : zero);

	return err || random ? err : authenticate(b, secret, zero);
}

int radius_sign_reply(struct radius_builder *b, const struct secret *secret,
		      const uint8_t request_auth[16])
{
	int err = sign(b, secret, request_auth);

	return err ? err : authenticate(b, secret, request_auth);
}
