/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CHAP's Response by MD5 (RFC 1994), MS-CHAP (2433) and MS-CHAPv2 (2759). */
#include "proto/ppp/chap_response.h"

#include <string.h>

#include "crypto/crypto.h"
#include "crypto/mschap.h"

#define NT_RESPONSE 24 /* where it is in the value */

static size_t respond_md5(struct ppp_link *l, const uint8_t *secret, size_t len,
			  uint8_t *value)
{
	const struct ppp_negotiation *n = l->nego;

	return crypto_hash_of(CRYPTO_MD5, value, { &l->proves.id, 1 },
			      { secret, len },
			      { n->peer_challenge, n->peer_challenge_len }) ?
		       16 :
		       0;
}

/* RFC 2433 section 6: without LAN Manager's response, and saying so. */
static size_t respond_v1(struct ppp_link *l, const uint8_t *hash,
			 uint8_t *value)
{
	struct ppp_negotiation *n = l->nego;
	uint8_t hash_hash[MSCHAP_HASH_LEN];
	bool ok;

	memset(value, 0, PPP_MS_RESPONSE);
	value[PPP_MS_RESPONSE - 1] = 1;
	ok = mschap_challenge_response(n->peer_challenge, hash,
				       value + NT_RESPONSE) &&
	     mschap_hash_nt_password_hash(hash, hash_hash) &&
	     mschap_v1_start_key(hash_hash, n->peer_challenge, n->keys[0]);
	memcpy(n->keys[1], n->keys[0], sizeof(n->keys[1]));
	explicit_bzero(hash_hash, sizeof(hash_hash));
	return ok ? PPP_MS_RESPONSE : 0;
}

/* mschap_start_key has the server's view: what it sends, we receive. */
static bool derive_keys(struct ppp_negotiation *n, const uint8_t *hash_hash,
			const uint8_t *nt_response)
{
	uint8_t master[16];
	bool ok = mschap_master_key(hash_hash, nt_response, master) &&
		  mschap_start_key(master, false, n->keys[0]) &&
		  mschap_start_key(master, true, n->keys[1]);

	explicit_bzero(master, sizeof(master));
	return ok;
}

/* RFC 2759 section 4: 16 octets of ours, 8 reserved, the response, flags. */
static size_t respond_v2(struct ppp_link *l, const uint8_t *hash,
			 struct ppp_reply *reply)
{
	uint8_t *value = reply->value;
	struct ppp_negotiation *n = l->nego;
	uint8_t hash_hash[MSCHAP_HASH_LEN], challenge[8];
	bool ok;

	memset(value, 0, PPP_MS_RESPONSE);
	ppp_random(l, value, 16);
	ok = mschap_challenge_hash(value, n->peer_challenge, ppp_our_name(l),
				   challenge) &&
	     mschap_challenge_response(challenge, hash, value + NT_RESPONSE) &&
	     mschap_hash_nt_password_hash(hash, hash_hash) &&
	     mschap_authenticator_response(hash_hash, value + NT_RESPONSE,
					   challenge, reply->expected) &&
	     derive_keys(n, hash_hash, value + NT_RESPONSE);
	explicit_bzero(hash_hash, sizeof(hash_hash));
	return ok ? PPP_MS_RESPONSE : 0;
}

size_t ppp_chap_respond(struct ppp_link *l, const uint8_t *secret, size_t len,
			struct ppp_reply *reply)
{
	uint8_t hash[MSCHAP_HASH_LEN];
	size_t n;

	if (l->proves.method == PPP_METHOD_CHAP_MD5)
		return respond_md5(l, secret, len, reply->value);
	if (!mschap_nt_password_hash(secret, len, MSCHAP_UTF8, hash))
		return 0;
	n = l->proves.method == PPP_METHOD_MSCHAPV1 ?
		    respond_v1(l, hash, reply->value) :
		    respond_v2(l, hash, reply);
	explicit_bzero(hash, sizeof(hash));
	return n;
}
