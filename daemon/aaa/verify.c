/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PAP (RFC 1334), CHAP with MD5 (RFC 1994), MS-CHAP (RFC 2433) and MS-CHAPv2
 * (RFC 2759), the authenticator's side. An unknown user costs the same work as
 * a wrong password and is told the same.
 */
#include "aaa/verify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "crypto/mschap.h"

#define MS_RESPONSE_LEN 49 /* both versions: 24 or 16 + 8, then 24 and a flag */
#define MS_NT_RESPONSE	24 /* offset of the NT response in it */
#define MS_FLAG		48 /* version 1: whether to use the NT response */

static const struct {
	enum config_auth auth;
	const char *name;
} methods[] = {
	[PPP_AUTH_PAP] = { CONFIG_AUTH_PAP, "pap" },
	[PPP_AUTH_CHAP_MD5] = { CONFIG_AUTH_CHAP, "chap" },
	[PPP_AUTH_MSCHAPV1] = { CONFIG_AUTH_MSCHAPV1, "mschapv1" },
	[PPP_AUTH_MSCHAPV2] = { CONFIG_AUTH_MSCHAPV2, "mschapv2" },
};

static bool known(enum ppp_auth_method method)
{
	return (unsigned int)method < sizeof(methods) / sizeof(methods[0]);
}

enum config_auth verify_auth_of(enum ppp_auth_method method)
{
	return known(method) ? methods[method].auth : 0;
}

const char *verify_method_name(enum ppp_auth_method method)
{
	return known(method) && methods[method].name ? methods[method].name :
						       "an unknown method";
}

/*
 * Over a buffer of constant length, so that the time does not
 * tell the secret's.
 */
static int verify_pap(const struct ppp_call_auth *a, const struct secret *s)
{
	uint8_t sent[SECRET_MAX + 1] = { 0 }, ours[SECRET_MAX + 1] = { 0 };
	bool ok;

	if (a->response_len > SECRET_MAX)
		return -EACCES;
	memcpy(sent, a->response, a->response_len);
	memcpy(ours, s->data, s->len);
	ok = secret_equal(sent, ours, sizeof(ours)) &
	     (a->response_len == s->len);
	explicit_bzero(sent, sizeof(sent));
	explicit_bzero(ours, sizeof(ours));
	return ok ? 0 : -EACCES;
}

/* RFC 1994, 4.1: the digest over identifier, secret and challenge. */
static int verify_chap(const struct ppp_call_auth *a, const struct secret *s)
{
	uint8_t digest[16];

	if (a->response_len != sizeof(digest) || a->challenge_len == 0)
		return -EINVAL;
	if (!crypto_hash_of(CRYPTO_MD5, digest, { &a->id, 1 },
			    { s->data, s->len },
			    { a->challenge, a->challenge_len }))
		return -ENOTSUP;
	return secret_equal(digest, a->response, sizeof(digest)) ? 0 : -EACCES;
}

/*
 * Whether the NT response to challenge comes from the password; leaves the
 * password's hash. The bytes are tried as UTF-8 first, then as pppd has them.
 */
static int verify_nt_response(const struct secret *s,
			      const uint8_t challenge[8],
			      const uint8_t *response,
			      uint8_t hash[MSCHAP_HASH_LEN])
{
	bool both = mschap_charsets_differ(s->data, s->len);
	uint8_t want[MSCHAP_NT_RESPONSE_LEN];
	enum mschap_charset charset;

	for (charset = MSCHAP_UTF8;
	     charset <= (both ? MSCHAP_BYTES : MSCHAP_UTF8); charset++) {
		if (!mschap_nt_password_hash(s->data, s->len, charset, hash) ||
		    !mschap_challenge_response(challenge, hash, want))
			return -ENOTSUP;
		if (secret_equal(want, response, sizeof(want)))
			return 0;
	}
	return -EACCES;
}

static int verify_mschapv1(const struct ppp_call_auth *a,
			   const struct secret *s,
			   struct ppp_call_auth_reply *r)
{
	uint8_t hash[MSCHAP_HASH_LEN] = { 0 }, hash_hash[MSCHAP_HASH_LEN];
	int err;

	/*
	 * LAN Manager's response, which the flag can choose, is
	 * too weak to count.
	 */
	if (a->challenge_len != 8 || a->response_len != MS_RESPONSE_LEN ||
	    a->response[MS_FLAG] != 1)
		return -EINVAL;
	err = verify_nt_response(s, a->challenge, a->response + MS_NT_RESPONSE,
				 hash);
	if (!err &&
	    (!mschap_hash_nt_password_hash(hash, hash_hash) ||
	     !mschap_v1_start_key(hash_hash, a->challenge, r->mppe_send_key)))
		err = -ENOTSUP;
	if (!err) {
		memcpy(r->mppe_recv_key, r->mppe_send_key,
		       sizeof(r->mppe_recv_key));
		r->have_mppe_keys = true;
	}
	explicit_bzero(hash, sizeof(hash));
	explicit_bzero(hash_hash, sizeof(hash_hash));
	return err;
}

static bool derive_keys(const uint8_t *hash_hash, const uint8_t *nt_response,
			struct ppp_call_auth_reply *r)
{
	uint8_t master[16];
	bool ok = mschap_master_key(hash_hash, nt_response, master) &&
		  mschap_start_key(master, true, r->mppe_send_key) &&
		  mschap_start_key(master, false, r->mppe_recv_key);

	explicit_bzero(master, sizeof(master));
	return ok;
}

static int verify_mschapv2(const struct ppp_call_auth *a,
			   const struct secret *s,
			   struct ppp_call_auth_reply *r)
{
	uint8_t hash[MSCHAP_HASH_LEN] = { 0 }, hash_hash[MSCHAP_HASH_LEN],
		challenge[8];
	const uint8_t *nt_response = a->response + MS_NT_RESPONSE;
	char proof[MSCHAP_AUTH_RESPONSE_LEN + 1];
	int err;

	if (a->challenge_len != 16 || a->response_len != MS_RESPONSE_LEN)
		return -EINVAL;
	if (!mschap_challenge_hash(a->response, a->challenge, a->user,
				   challenge))
		return -ENOTSUP;
	err = verify_nt_response(s, challenge, nt_response, hash);
	if (!err && (!mschap_hash_nt_password_hash(hash, hash_hash) ||
		     !mschap_authenticator_response(hash_hash, nt_response,
						    challenge, proof) ||
		     !derive_keys(hash_hash, nt_response, r)))
		err = -ENOTSUP;
	if (!err) {
		snprintf(r->message, sizeof(r->message), "%s M=Access granted",
			 proof);
		r->have_mppe_keys = true;
	}
	explicit_bzero(hash, sizeof(hash));
	explicit_bzero(hash_hash, sizeof(hash_hash));
	return err;
}

/*
 * RFC 2433 and 2759, section 6 each: wrong, no retry, the challenge that
 * would be for one.
 */
static void refuse(const struct ppp_call_auth *a, struct ppp_call_auth_reply *r)
{
	bool v2 = a->method == PPP_AUTH_MSCHAPV2;
	size_t n = v2 ? 16 : 8, i;
	char hex[33] = "";

	*r = (struct ppp_call_auth_reply){ 0 };
	if (!v2 && a->method != PPP_AUTH_MSCHAPV1) {
		strcpy(r->message, "Authentication failed");
		return;
	}
	for (i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02X",
			 i < a->challenge_len ? a->challenge[i] : 0);
	snprintf(r->message, sizeof(r->message), "E=691 R=0 C=%s V=%d%s", hex,
		 v2 ? 3 : 2, v2 ? " M=Authentication failed" : "");
}

int verify(const struct ppp_call_auth *a, const struct secret *secret,
	   struct ppp_call_auth_reply *r)
{
	static const struct secret nobody = {
		.len = 12,
		.data = "not a secret",
	};
	const struct secret *s = secret ? secret : &nobody;
	int err = -EINVAL;

	*r = (struct ppp_call_auth_reply){ 0 };
	switch (a->method) {
	case PPP_AUTH_PAP:
		err = verify_pap(a, s);
		break;
	case PPP_AUTH_CHAP_MD5:
		err = verify_chap(a, s);
		break;
	case PPP_AUTH_MSCHAPV1:
		err = verify_mschapv1(a, s, r);
		break;
	case PPP_AUTH_MSCHAPV2:
		err = verify_mschapv2(a, s, r);
		break;
	}
	if (!err && !secret)
		err = -EACCES;
	if (err)
		refuse(a, r);
	r->ok = !err;
	return err;
}
