/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HMAC-MD5 (RFC 2104) over parts of a packet. */
#include "proto/radius/internal.h"

#include <string.h>

bool radius_hmac(uint8_t out[16], const struct secret *secret,
		 const struct md5_part *parts, size_t n)
{
	uint8_t key[64] = { 0 }, inner[64], outer[64], hash[16];
	struct md5_part all[RADIUS_HMAC_PARTS + 1];
	bool ok = n <= RADIUS_HMAC_PARTS;

	if (ok && secret->len > sizeof(key))
		ok = md5_parts(key,
			       &(struct md5_part){ secret->data, secret->len },
			       1);
	else
		memcpy(key, secret->data, ok ? secret->len : 0);
	for (size_t i = 0; i < sizeof(key); i++) {
		inner[i] = key[i] ^ 0x36;
		outer[i] = key[i] ^ 0x5c;
	}
	all[0] = (struct md5_part){ inner, sizeof(inner) };
	for (size_t i = 0; ok && i < n; i++)
		all[i + 1] = parts[i];
	ok = ok && md5_parts(hash, all, n + 1) &&
	     md5_parts(out,
		       (struct md5_part[]){
			       { outer, sizeof(outer) },
			       { hash, sizeof(hash) },
		       },
		       2);
	explicit_bzero(key, sizeof(key));
	explicit_bzero(inner, sizeof(inner));
	explicit_bzero(outer, sizeof(outer));
	return ok;
}
