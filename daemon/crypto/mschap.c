/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MS-CHAP, MS-CHAPv2 and MPPE's keys: the RFCs' functions, in their order. */
#include "crypto/mschap.h"

#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "lib/secret.h"

/* ---- the password as 16-bit characters ---- */

/*
 * Takes one character off UTF-8; -1 when it is none (overlong forms and
 * surrogates included).
 */
static int32_t utf8_next(const uint8_t **p, const uint8_t *end)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint8_t first = *(*p)++;
	uint32_t c;
	int more, i;

	if (first < 0x80)
		return first;
	more = first >= 0xf0 && first < 0xf8 ? 3 :
	       first >= 0xe0		     ? 2 :
	       first >= 0xc0		     ? 1 :
					       0;
	if (more == 0 || first >= 0xf8 || end - *p < more)
		return -1;
	c = first & (0x3fu >> more);
	for (i = 0; i < more; i++) {
		uint8_t next = *(*p)++;

		if ((next & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (next & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return -1;
	return (int32_t)c;
}

static size_t put16(uint8_t *out, size_t n, uint32_t c)
{
	out[n] = (uint8_t)c;
	out[n + 1] = (uint8_t)(c >> 8);
	return n + 2;
}

/*
 * UTF-16LE into out, which has room for two bytes per byte; 0 when
 * it is not UTF-8.
 */
static size_t from_utf8(const uint8_t *text, size_t len, uint8_t *out)
{
	const uint8_t *p = text, *end = text + len;
	size_t n = 0;

	while (p < end) {
		int32_t c = utf8_next(&p, end);

		if (c < 0)
			return 0;
		if (c < 0x10000) {
			n = put16(out, n, (uint32_t)c);
			continue;
		}
		n = put16(out, n, 0xd800 | (uint32_t)(c - 0x10000) >> 10);
		n = put16(out, n, 0xdc00 | ((uint32_t)(c - 0x10000) & 0x3ff));
	}
	return n;
}

bool mschap_charsets_differ(const uint8_t *password, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (password[i] >= 0x80)
			return true;
	return false;
}

/* ---- RFC 2759, section 8 ---- */

bool mschap_nt_password_hash(const uint8_t *password, size_t len,
			     enum mschap_charset charset,
			     uint8_t hash[MSCHAP_HASH_LEN])
{
	uint8_t wide[2 * SECRET_MAX];
	size_t n = 0, i;
	bool ok;

	if (len > SECRET_MAX)
		return false;
	if (charset == MSCHAP_UTF8)
		n = from_utf8(password, len, wide);
	if (n == 0)
		for (i = 0; i < len; i++)
			n = put16(wide, n, password[i]);
	ok = crypto_hash_of(CRYPTO_MD4, hash, { wide, n });
	explicit_bzero(wide, sizeof(wide));
	return ok;
}

bool mschap_hash_nt_password_hash(const uint8_t hash[MSCHAP_HASH_LEN],
				  uint8_t hash_hash[MSCHAP_HASH_LEN])
{
	return crypto_hash_of(CRYPTO_MD4, hash_hash, { hash, MSCHAP_HASH_LEN });
}

bool mschap_challenge_hash(const uint8_t peer_challenge[16],
			   const uint8_t auth_challenge[16], const char *user,
			   uint8_t challenge[8])
{
	const char *backslash = strrchr(user, '\\');
	uint8_t digest[20];

	if (backslash)
		user = backslash + 1;
	if (!crypto_hash_of(CRYPTO_SHA1, digest, { peer_challenge, 16 },
			    { auth_challenge, 16 }, { user, strlen(user) }))
		return false;
	memcpy(challenge, digest, 8);
	return true;
}

bool mschap_challenge_response(const uint8_t challenge[8],
			       const uint8_t hash[MSCHAP_HASH_LEN],
			       uint8_t response[MSCHAP_NT_RESPONSE_LEN])
{
	uint8_t padded[21] = { 0 };
	bool ok;

	memcpy(padded, hash, MSCHAP_HASH_LEN);
	ok = crypto_des(padded, challenge, response) &&
	     crypto_des(padded + 7, challenge, response + 8) &&
	     crypto_des(padded + 14, challenge, response + 16);
	explicit_bzero(padded, sizeof(padded));
	return ok;
}

bool mschap_authenticator_response(
	const uint8_t hash_hash[MSCHAP_HASH_LEN],
	const uint8_t nt_response[MSCHAP_NT_RESPONSE_LEN],
	const uint8_t challenge[8], char text[MSCHAP_AUTH_RESPONSE_LEN + 1])
{
	static const char magic1[] = "Magic server to client signing constant";
	static const char magic2[] =
		"Pad to make it do more than one iteration";
	uint8_t digest[20];
	int i;

	if (!crypto_hash_of(CRYPTO_SHA1, digest, { hash_hash, MSCHAP_HASH_LEN },
			    { nt_response, MSCHAP_NT_RESPONSE_LEN },
			    { magic1, sizeof(magic1) - 1 }) ||
	    !crypto_hash_of(CRYPTO_SHA1, digest, { digest, sizeof(digest) },
			    { challenge, 8 }, { magic2, sizeof(magic2) - 1 }))
		return false;
	memcpy(text, "S=", 3);
	for (i = 0; i < 20; i++)
		snprintf(text + 2 + 2 * i, 3, "%02X", digest[i]);
	return true;
}

/* ---- RFC 3079, section 3.4 ---- */

bool mschap_master_key(const uint8_t hash_hash[MSCHAP_HASH_LEN],
		       const uint8_t nt_response[MSCHAP_NT_RESPONSE_LEN],
		       uint8_t key[16])
{
	static const char magic1[] = "This is the MPPE Master Key";
	uint8_t digest[20];
	bool ok = crypto_hash_of(CRYPTO_SHA1, digest,
				 { hash_hash, MSCHAP_HASH_LEN },
				 { nt_response, MSCHAP_NT_RESPONSE_LEN },
				 { magic1, sizeof(magic1) - 1 });

	if (ok)
		memcpy(key, digest, 16);
	explicit_bzero(digest, sizeof(digest));
	return ok;
}

bool mschap_start_key(const uint8_t master[16], bool send, uint8_t key[16])
{
	static const char magic2[] =
		"On the client side, this is the send key; "
		"on the server side, it is the receive key.";
	static const char magic3[] =
		"On the client side, this is the receive key; "
		"on the server side, it is the send key.";
	uint8_t pad1[40], pad2[40], digest[20];
	bool ok;

	memset(pad1, 0, sizeof(pad1));
	memset(pad2, 0xf2, sizeof(pad2));
	ok = crypto_hash_of(CRYPTO_SHA1, digest, { master, 16 },
			    { pad1, sizeof(pad1) },
			    { send ? magic3 : magic2, 84 },
			    { pad2, sizeof(pad2) });
	if (ok)
		memcpy(key, digest, 16);
	explicit_bzero(digest, sizeof(digest));
	return ok;
}

bool mschap_v1_start_key(const uint8_t hash_hash[MSCHAP_HASH_LEN],
			 const uint8_t challenge[8], uint8_t key[16])
{
	uint8_t digest[20];
	bool ok = crypto_hash_of(CRYPTO_SHA1, digest,
				 { hash_hash, MSCHAP_HASH_LEN },
				 { hash_hash, MSCHAP_HASH_LEN },
				 { challenge, 8 });

	if (ok)
		memcpy(key, digest, 16);
	explicit_bzero(digest, sizeof(digest));
	return ok;
}
