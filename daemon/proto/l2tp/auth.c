// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tunnel authentication (RFC 2661 section 5.1.1), and the digest behind it and
 * behind hiding.
 */
#include <errno.h>
#include <openssl/evp.h>

#include "proto/l2tp/codec_internal.h"

/*
 * Fetching an algorithm and allocating a context cost more than the digest of
 * a packet: done once, kept for the life of the process, for one thread.
 */
static EVP_MD *md5;
static EVP_MD_CTX *context;

int l2tp_digest_init(void)
{
	if (context)
		return 0;
	if (!md5)
		md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	/*
	 * A provider that allows only approved digests: "not for security" is
	 * what MD5 is.
	 */
	if (!md5)
		md5 = EVP_MD_fetch(NULL, "MD5", "-fips");
	if (!md5)
		return -ENOTSUP;
	if (l2tp_hmac_init())
		return -ENOTSUP;
	context = EVP_MD_CTX_new();
	return context ? 0 : -ENOTSUP;
}

int l2tp_md5(uint8_t out[16], const struct l2tp_digest_part *parts,
	     unsigned int count)
{
	int err = l2tp_digest_init();

	if (err)
		return err;
	if (!EVP_DigestInit_ex2(context, md5, NULL))
		return -ENOTSUP;
	for (unsigned int i = 0; i < count; i++)
		if (!EVP_DigestUpdate(context, parts[i].data, parts[i].len))
			return -ENOTSUP;
	return EVP_DigestFinal_ex(context, out, NULL) ? 0 : -ENOTSUP;
}

int l2tp_challenge_response(uint8_t out[16], enum l2tp_message_type type,
			    const struct secret *secret,
			    const uint8_t *challenge, size_t len)
{
	const uint8_t id = (uint8_t)type;
	const struct l2tp_digest_part parts[] = {
		{ &id, 1 },
		{ secret->data, secret->len },
		{ challenge, len },
	};

	return l2tp_md5(out, parts, 3);
}
