/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MD4, MD5, SHA-1 and DES out of OpenSSL's providers. */
#include "crypto/crypto.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include "lib/log.h"

static OSSL_LIB_CTX *context;
static OSSL_PROVIDER *basic, *legacy;
static EVP_MD *digests[3];
static EVP_CIPHER *des;
static EVP_MD_CTX *md_ctx;
static EVP_CIPHER_CTX *cipher_ctx;

static const char *const digest_names[] = {
	[CRYPTO_MD4] = "MD4",
	[CRYPTO_MD5] = "MD5",
	[CRYPTO_SHA1] = "SHA1",
};

bool crypto_has_legacy(void)
{
	return digests[CRYPTO_MD4] && des;
}

int crypto_init(void)
{
	int i;

	context = OSSL_LIB_CTX_new();
	if (context) {
		basic = OSSL_PROVIDER_load(context, "default");
		legacy = OSSL_PROVIDER_load(context, "legacy");
	}
	for (i = 0; context && i < 3; i++)
		digests[i] = EVP_MD_fetch(context, digest_names[i], NULL);
	if (legacy)
		des = EVP_CIPHER_fetch(context, "DES-ECB", NULL);
	md_ctx = EVP_MD_CTX_new();
	cipher_ctx = EVP_CIPHER_CTX_new();
	if (!digests[CRYPTO_MD5] || !digests[CRYPTO_SHA1] || !md_ctx ||
	    !cipher_ctx) {
		log_error("OpenSSL offers no MD5 and SHA-1: nobody can "
			  "authenticate");
		crypto_fini();
		return -ENOENT;
	}
	if (!crypto_has_legacy())
		log_warn("OpenSSL's legacy provider is not there, so MS-CHAP "
			 "cannot be verified; install openssl-provider-legacy");
	return 0;
}

void crypto_fini(void)
{
	int i;

	EVP_MD_CTX_free(md_ctx);
	EVP_CIPHER_CTX_free(cipher_ctx);
	for (i = 0; i < 3; i++) {
		EVP_MD_free(digests[i]);
		digests[i] = NULL;
	}
	EVP_CIPHER_free(des);
	if (legacy)
		OSSL_PROVIDER_unload(legacy);
	if (basic)
		OSSL_PROVIDER_unload(basic);
	OSSL_LIB_CTX_free(context);
	md_ctx = NULL;
	cipher_ctx = NULL;
	des = NULL;
	legacy = basic = NULL;
	context = NULL;
}

bool crypto_hash(enum crypto_digest d, const struct crypto_part *parts,
		 size_t n, uint8_t *out)
{
	size_t i;

	if (!digests[d] || EVP_DigestInit_ex2(md_ctx, digests[d], NULL) != 1)
		return false;
	for (i = 0; i < n; i++)
		if (EVP_DigestUpdate(md_ctx, parts[i].data, parts[i].len) != 1)
			return false;
	return EVP_DigestFinal_ex(md_ctx, out, NULL) == 1;
}

/* Seven bits to a byte; the lowest is parity, which DES ignores. */
static void spread(const uint8_t key[7], uint8_t out[8])
{
	uint64_t bits = 0;
	int i;

	for (i = 0; i < 7; i++)
		bits = bits << 8 | key[i];
	for (i = 0; i < 8; i++)
		out[i] = (uint8_t)(bits >> (49 - 7 * i) << 1);
}

bool crypto_des(const uint8_t key[7], const uint8_t in[8], uint8_t out[8])
{
	uint8_t full[8];
	int len = 0;
	bool ok;

	if (!des)
		return false;
	spread(key, full);
	ok = EVP_EncryptInit_ex2(cipher_ctx, des, full, NULL, NULL) == 1 &&
	     EVP_CIPHER_CTX_set_padding(cipher_ctx, 0) == 1 &&
	     EVP_EncryptUpdate(cipher_ctx, out, &len, in, 8) == 1 && len == 8;
	OPENSSL_cleanse(full, sizeof(full));
	return ok;
}
