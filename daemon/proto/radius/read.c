/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading packets: bounds, authenticators, attributes. */
#include "proto/radius/internal.h"

#include <string.h>

const char *radius_fault_text(enum radius_fault fault)
{
	switch (fault) {
	case RADIUS_OK:
		return "it is right";
	case RADIUS_SHORT:
		return "it is shorter than a header";
	case RADIUS_LONG:
		return "it is longer than 4096 bytes";
	case RADIUS_TRUNCATED:
		return "its length field says more than came: it was truncated";
	case RADIUS_BAD_ATTRIBUTE:
		return "an attribute's length does not fit";
	case RADIUS_BAD_AUTHENTICATOR:
		return "its authenticator is wrong: the shared secret differs, "
		       "or it is forged";
	case RADIUS_BAD_MESSAGE_AUTHENTICATOR:
		return "its Message-Authenticator is wrong: the shared secret "
		       "differs, or it is forged";
	case RADIUS_NO_MESSAGE_AUTHENTICATOR:
		return "it has no Message-Authenticator, which is required "
		       "(require-message-authenticator)";
	case RADIUS_BAD_CODE:
		return "its code does not answer the request";
	case RADIUS_NO_DIGEST:
		return "OpenSSL has no MD5";
	}
	return "it is wrong";
}

static uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

enum radius_fault radius_parse(struct radius_view *out, const void *data,
			       size_t len)
{
	const uint8_t *p = data;
	size_t says, at;

	*out = (struct radius_view){ .data = p };
	if (len < RADIUS_HEADER)
		return RADIUS_SHORT;
	says = (size_t)p[2] << 8 | p[3];
	if (says < RADIUS_HEADER)
		return RADIUS_SHORT;
	if (says > RADIUS_PACKET_MAX)
		return RADIUS_LONG;
	if (says > len)
		return RADIUS_TRUNCATED;
	/* What is behind is padding (RFC 2865, section 3). */
	for (at = RADIUS_HEADER; at < says; at += p[at + 1])
		if (says - at < 2 || p[at + 1] < 2 || p[at + 1] > says - at)
			return RADIUS_BAD_ATTRIBUTE;
	out->len = says;
	out->code = p[0];
	out->id = p[1];
	out->authenticator = p + 4;
	return RADIUS_OK;
}

/* ---- authenticators ---- */

/*
 * The Message-Authenticator, in the packet as it came but for the header's
 * authenticator.
 */
static enum radius_fault check_signature(const struct radius_view *v,
					 const struct secret *secret,
					 const uint8_t authenticator[16],
					 bool must_be_there)
{
	static const uint8_t zero[16];
	struct radius_attribute a;
	uint8_t hmac[16];
	size_t at;

	if (!radius_find(v, 0, RADIUS_MESSAGE_AUTHENTICATOR, &a))
		return must_be_there ? RADIUS_NO_MESSAGE_AUTHENTICATOR :
				       RADIUS_OK;
	if (a.len != sizeof(hmac))
		return RADIUS_BAD_MESSAGE_AUTHENTICATOR;
	at = (size_t)(a.value - v->data);
	if (!radius_hmac(hmac, secret,
			 (struct md5_part[]){
				 { v->data, 4 },
				 { authenticator, 16 },
				 { v->data + RADIUS_HEADER,
				   at - RADIUS_HEADER },
				 { zero, 16 },
				 { v->data + at + 16, v->len - at - 16 },
			 },
			 5))
		return RADIUS_NO_DIGEST;
	return secret_equal(hmac, a.value, sizeof(hmac)) ?
		       RADIUS_OK :
		       RADIUS_BAD_MESSAGE_AUTHENTICATOR;
}

static enum radius_fault check_authenticator(const struct radius_view *v,
					     const struct secret *secret,
					     const uint8_t authenticator[16])
{
	uint8_t hash[16];

	if (!md5_parts(hash,
		       (struct md5_part[]){
			       { v->data, 4 },
			       { authenticator, 16 },
			       { v->data + RADIUS_HEADER,
				 v->len - RADIUS_HEADER },
			       { secret->data, secret->len },
		       },
		       4))
		return RADIUS_NO_DIGEST;
	return secret_equal(hash, v->authenticator, sizeof(hash)) ?
		       RADIUS_OK :
		       RADIUS_BAD_AUTHENTICATOR;
}

enum radius_fault radius_check_reply(const struct radius_view *v,
				     const struct secret *secret,
				     const uint8_t request_auth[16],
				     bool must_be_signed)
{
	enum radius_fault fault = check_authenticator(v, secret, request_auth);

	return fault ? fault :
		       check_signature(v, secret, request_auth, must_be_signed);
}

enum radius_fault radius_check_request(const struct radius_view *v,
				       const struct secret *secret,
				       bool must_be_signed)
{
	static const uint8_t zero[16];
	enum radius_fault fault = check_authenticator(v, secret, zero);

	return fault ? fault : check_signature(v, secret, zero, must_be_signed);
}

/* ---- attributes ---- */

/*
 * Whether the value is a vendor's, divided as RFC 2865, section 5.26, suggests.
 * Vendor 0 is nobody: what is in there must not pass for the RFCs' own.
 */
static bool is_divided(const uint8_t *value, size_t len)
{
	size_t at = 4;

	if (len < 4 + 2 || get_u32(value) == 0)
		return false;
	while (at < len) {
		if (len - at < 2 || value[at + 1] < 2 ||
		    value[at + 1] > len - at)
			return false;
		at += value[at + 1];
	}
	return true;
}

bool radius_next(const struct radius_view *v, struct radius_cursor *c,
		 struct radius_attribute *out)
{
	const uint8_t *p;
	size_t len;

	if (c->at < RADIUS_HEADER)
		c->at = RADIUS_HEADER;
	if (c->at >= v->len)
		return false;
	p = v->data + c->at;
	len = p[1];
	if (c->at >= c->vendor_end) {
		c->vendor = 0;
		if (p[0] == RADIUS_VENDOR_SPECIFIC &&
		    is_divided(p + 2, len - 2)) {
			c->vendor_end = c->at + len;
			c->vendor = get_u32(p + 2);
			c->at += 6;
			p = v->data + c->at;
			len = p[1];
		}
	}
	*out = (struct radius_attribute){
		.vendor = c->vendor,
		.type = p[0],
		.value = p + 2,
		.len = len - 2,
	};
	c->at += len;
	return true;
}

bool radius_find(const struct radius_view *v, uint32_t vendor, uint8_t type,
		 struct radius_attribute *out)
{
	struct radius_cursor c = { 0 };

	while (radius_next(v, &c, out))
		if (out->vendor == vendor && out->type == type)
			return true;
	return false;
}

bool radius_u32(const struct radius_attribute *a, uint32_t *out)
{
	if (a->len != 4)
		return false;
	*out = get_u32(a->value);
	return true;
}

bool radius_text(const struct radius_attribute *a, char *out, size_t size)
{
	if (a->len == 0 || a->len >= size)
		return false;
	for (size_t i = 0; i < a->len; i++)
		out[i] = a->value[i] < 0x20 || a->value[i] == 0x7f ?
				 '?' :
				 (char)a->value[i];
	out[a->len] = '\0';
	return true;
}

bool radius_unsalt(const struct radius_attribute *a,
		   const struct secret *secret, const uint8_t request_auth[16],
		   uint8_t *out, size_t size, size_t *len)
{
	uint8_t plain[RADIUS_VALUE_MAX], mask[16];
	const uint8_t *salt = a->value, *in = a->value + 2;
	size_t n = a->len < 2 ? 0 : a->len - 2;
	bool ok = n >= 16 && n % 16 == 0 && (salt[0] & 0x80);

	for (size_t i = 0; ok && i < n; i += 16) {
		const struct md5_part first[] = {
			{ secret->data, secret->len },
			{ request_auth, 16 },
			{ salt, 2 },
		};
		const struct md5_part next[] = {
			{ secret->data, secret->len },
			{ in + i - 16, 16 },
		};

		ok = i ? md5_parts(mask, next, 2) : md5_parts(mask, first, 3);
		for (size_t j = 0; ok && j < 16; j++)
			plain[i + j] = in[i + j] ^ mask[j];
	}
	ok = ok && plain[0] < n && plain[0] <= size;
	if (ok) {
		memcpy(out, plain + 1, plain[0]);
		*len = plain[0];
	}
	explicit_bzero(plain, sizeof(plain));
	return ok;
}

bool radius_reveal(const struct radius_attribute *a,
		   const struct secret *secret, const uint8_t request_auth[16],
		   uint8_t *out, size_t len)
{
	const uint8_t *before = request_auth;
	uint8_t mask[16];

	if (a->len != len || len % 16)
		return false;
	for (size_t i = 0; i < len; i += 16) {
		if (!md5_parts(mask,
			       (struct md5_part[]){
				       { secret->data, secret->len },
				       { before, 16 },
			       },
			       2))
			return false;
		for (size_t j = 0; j < 16; j++)
			out[i + j] = a->value[i + j] ^ mask[j];
		before = a->value + i;
	}
	return true;
}
