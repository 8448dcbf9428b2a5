/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See md5.h. */
#include "proto/md5/md5.h"

#include <openssl/evp.h>

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

bool md5_parts(uint8_t out[16], const struct md5_part *parts, size_t n)
{
	if (!ready() || !EVP_DigestInit_ex2(context, md5, NULL))
		return false;
	for (size_t i = 0; i < n; i++)
		if (parts[i].len &&
		    !EVP_DigestUpdate(context, parts[i].data, parts[i].len))
			return false;
	return EVP_DigestFinal_ex(context, out, NULL) == 1;
}
