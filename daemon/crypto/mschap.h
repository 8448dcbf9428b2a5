/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of MS-CHAP (RFC 2433), MS-CHAPv2 (RFC 2759, section 8) and the
 * key derivation of MPPE (RFC 3079, section 3), by the RFCs' names. All return
 * false when OpenSSL does not have the algorithm.
 */
#ifndef L2TPD_CRYPTO_MSCHAP_H
#define L2TPD_CRYPTO_MSCHAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MSCHAP_HASH_LEN		 16
#define MSCHAP_NT_RESPONSE_LEN	 24
#define MSCHAP_AUTH_RESPONSE_LEN 42 /* "S=" and 40 digits, without a NUL */

/*
 * How a password's bytes become the 16-bit characters that are hashed: from
 * UTF-8, as Windows does, or each byte on its own, as pppd does.
 */
enum mschap_charset { MSCHAP_UTF8, MSCHAP_BYTES };

/* Whether the two differ for this password. */
bool mschap_charsets_differ(const uint8_t *password, size_t len);

bool mschap_nt_password_hash(const uint8_t *password, size_t len,
			     enum mschap_charset charset,
			     uint8_t hash[MSCHAP_HASH_LEN]);
bool mschap_hash_nt_password_hash(const uint8_t hash[MSCHAP_HASH_LEN],
				  uint8_t hash_hash[MSCHAP_HASH_LEN]);
/*
 * user: with its domain ("DOMAIN\user") or without; the domain is not hashed.
 */
bool mschap_challenge_hash(const uint8_t peer_challenge[16],
			   const uint8_t auth_challenge[16], const char *user,
			   uint8_t challenge[8]);
bool mschap_challenge_response(const uint8_t challenge[8],
			       const uint8_t hash[MSCHAP_HASH_LEN],
			       uint8_t response[MSCHAP_NT_RESPONSE_LEN]);
/* challenge: the challenge hash. */
bool mschap_authenticator_response(
	const uint8_t hash_hash[MSCHAP_HASH_LEN],
	const uint8_t nt_response[MSCHAP_NT_RESPONSE_LEN],
	const uint8_t challenge[8], char text[MSCHAP_AUTH_RESPONSE_LEN + 1]);

bool mschap_master_key(const uint8_t hash_hash[MSCHAP_HASH_LEN],
		       const uint8_t nt_response[MSCHAP_NT_RESPONSE_LEN],
		       uint8_t key[16]);
/*
 * MS-CHAPv1: Get_Start_Key of 128 bits (RFC 3079, section 2.4), the same for
 * both directions.
 */
bool mschap_v1_start_key(const uint8_t hash_hash[MSCHAP_HASH_LEN],
			 const uint8_t challenge[8], uint8_t key[16]);
/* GetAsymmetricStartKey of 16 bytes, on the server's side. */
bool mschap_start_key(const uint8_t master[16], bool send, uint8_t key[16]);

#endif
