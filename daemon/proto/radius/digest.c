/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MD5 and HMAC-MD5 (RFC 2104) over parts of a packet. For one thread. */
#include "proto/radius/internal.h"

#include <openssl/evp.h>
#include <string.h>

/* Fetched once: that costs more than the digest of a packet. */
static EVP_MD *md5;
static EVP_MD_CTX *context;

static bool ready(void)
{
	if (context)
		return true;
	if (!md5)
		md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	/*
	 * A provider that allows only approved digests: "not for security" is
	 * what MD5 is.
	 */
	if (!md5)
		md5 = EVP_MD_fetch(NULL, "MD5", "-fips");
	if (md5)
		context = EVP_MD_CTX_new();
	return context != NULL;
}

bool radius_md5(uint8_t out[16], const struct radius_part *parts, size_t n)
{
	if (!ready() || !EVP_DigestInit_ex2(context, md5, NULL))
		return false;
	for (size_t i = 0; i < n; i++)
		if (parts[i].len &&
		    !EVP_DigestUpdate(context, parts[i].data, parts[i].len))
			return false;
	return EVP_DigestFinal_ex(context, out, NULL) == 1;
}

bool radius_hmac(uint8_t out[16], const struct secret *secret,
		 const struct radius_part *parts, size_t n)
{
	uint8_t key[64] = { 0 }, inner[64], outer[64], hash[16];
	struct radius_part all[RADIUS_HMAC_PARTS + 1];
	bool ok = n <= RADIUS_HMAC_PARTS;

	if (ok && secret->len > sizeof(key))
		ok = radius_md5(key,
				&(struct radius_part){ secret->data,
						       secret->len },
				1);
	else
		memcpy(key, secret->data, ok ? secret->len : 0);
	for (size_t i = 0; i < sizeof(key); i++) {
		inner[i] = key[i] ^ 0x36;
		outer[i] = key[i] ^ 0x5c;
	}
	all[0] = (struct radius_part){ inner, sizeof(inner) };
	for (size_t i = 0; ok && i < n; i++)
		all[i + 1] = parts[i];
	ok = ok && radius_md5(hash, all, n + 1) &&
	     radius_md5(out,
			(struct radius_part[]){
				{ outer, sizeof(outer) },
				{ hash, sizeof(hash) },
			},
			2);
	explicit_bzero(key, sizeof(key));
	explicit_bzero(inner, sizeof(inner));
	explicit_bzero(outer, sizeof(outer));
	return ok;
}
