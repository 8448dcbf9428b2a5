/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The old digests and the cipher that PPP's authentication is made of, from
 * OpenSSL in a library context of our own: no openssl.cnf has a say.
 */
#ifndef L2TPD_CRYPTO_CRYPTO_H
#define L2TPD_CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum crypto_digest { CRYPTO_MD4, CRYPTO_MD5, CRYPTO_SHA1 };

struct crypto_part {
	const void *data;
	size_t len;
};

/*
 * Loads the algorithms; once, before the sandbox. -ENOENT when OpenSSL's
 * default provider is missing. Without its legacy provider MD4 and DES are
 * not there: a warning, and MS-CHAP cannot be verified.
 */
int crypto_init(void);
void crypto_fini(void);
bool crypto_has_legacy(void);

/*
 * The digest over parts, 16 or 20 bytes: false when the algorithm is not there.
 */
bool crypto_hash(enum crypto_digest d, const struct crypto_part *parts,
		 size_t n, uint8_t *out);
#define crypto_hash_of(d, out, ...)                                       \
	crypto_hash(d, (const struct crypto_part[]){ __VA_ARGS__ },       \
		    sizeof((const struct crypto_part[]){ __VA_ARGS__ }) / \
			    sizeof(struct crypto_part),                   \
		    out)

/* DES of one block with a key of 56 bits, without parity (RFC 2759, 8.6). */
bool crypto_des(const uint8_t key[7], const uint8_t in[8], uint8_t out[8]);

#endif
