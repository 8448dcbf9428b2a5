// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control Message Authentication (RFC 3931 sections 4.3, 5.4.1) and the key
 * that hides AVPs (section 5.3): HMACs over a message with its digests taken as
 * zero.
 */
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include "lib/buf.h"
#include "proto/l2tp/codec_internal.h"

#define DIGEST_MAX  20
#define DIGESTS_MAX 2 /* Message Digest AVPs in a message */
#define HIDE_KEY    1
#define SIGN_KEY    2

/* Fetched once, as in auth.c. */
static EVP_MAC_CTX *context;

int l2tp_hmac_init(void)
{
	EVP_MAC *mac;

	if (context)
		return 0;
	mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (!mac)
		return -ENOTSUP;
	context = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	return context ? 0 : -ENOTSUP;
}

static size_t digest_len(enum l2tp_digest type)
{
	switch (type) {
	case L2TP_DIGEST_NONE:
		return 0;
	case L2TP_DIGEST_MD5:
		return 16;
	case L2TP_DIGEST_SHA1:
		return 20;
	}
	return 0;
}

static int hmac(uint8_t out[DIGEST_MAX], enum l2tp_digest type,
		const struct secret *key, const struct l2tp_digest_part *parts,
		unsigned int count)
{
	static char md5[] = "MD5", sha1[] = "SHA1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
						 type == L2TP_DIGEST_MD5 ? md5 :
									   sha1,
						 0),
		OSSL_PARAM_construct_end(),
	};
	size_t len;

	if (l2tp_hmac_init() ||
	    !EVP_MAC_init(context, key->data, key->len, params))
		return -ENOTSUP;
	for (unsigned int i = 0; i < count; i++)
		if (parts[i].len &&
		    !EVP_MAC_update(context, parts[i].data, parts[i].len))
			return -ENOTSUP;
	return EVP_MAC_final(context, out, &len, DIGEST_MAX) ? 0 : -ENOTSUP;
}

static int derive(struct secret *key, const struct secret *secret, uint8_t what)
{
	const struct l2tp_digest_part part = { &what, 1 };
	uint8_t out[DIGEST_MAX];
	int err = hmac(out, L2TP_DIGEST_MD5, secret, &part, 1);

	if (!err)
		err = secret_set(key, out, digest_len(L2TP_DIGEST_MD5));
	explicit_bzero(out, sizeof(out));
	return err;
}

int l2tp_hiding_key(struct secret *key, const struct secret *secret)
{
	return derive(key, secret, HIDE_KEY);
}

int l2tp_signing_key(struct secret *key, const struct secret *secret)
{
	return derive(key, secret, SIGN_KEY);
}

/* Where a message has its digests. */
struct digests {
	unsigned int n;
	struct {
		enum l2tp_digest type;
		size_t at; /* of the digest itself */
	} d[DIGESTS_MAX];
};

/*
 * They stand directly behind the Message Type, at a fixed place
 * (section 5.4.1).
 */
static struct digests find_digests(const uint8_t *pkt, size_t len)
{
	struct rbuf r = rbuf_init(pkt, len);
	struct digests found = { 0 };

	rbuf_take(&r, L2TP_ZLB_LEN + L2TP_AVP_HEADER + 2);
	while (found.n < DIGESTS_MAX && rbuf_left(&r) >= L2TP_AVP_HEADER + 1) {
		uint16_t flags = rbuf_u16(&r), size = flags & L2TP_AVP_LEN;
		uint16_t vendor = rbuf_u16(&r), attribute = rbuf_u16(&r);
		uint8_t type = rbuf_u8(&r);

		if (vendor != 0 ||
		    attribute != l2tp_avp_info[L2TP_AVP_MESSAGE_DIGEST].type ||
		    flags & L2TP_AVP_H || type > 1)
			break;
		found.d[found.n].type = type == 0 ? L2TP_DIGEST_MD5 :
						    L2TP_DIGEST_SHA1;
		found.d[found.n].at = (size_t)(r.p - pkt);
		if (size != L2TP_AVP_HEADER + 1 +
				    digest_len(found.d[found.n].type) ||
		    !rbuf_take(&r, digest_len(found.d[found.n].type)))
			break;
		found.n++;
	}
	return found;
}

/* Over the nonces and the message, with every digest in it as zeros. */
static int compute(uint8_t out[DIGEST_MAX], enum l2tp_digest type,
		   const uint8_t *pkt, size_t len,
		   const struct digests *digests, const struct secret *key,
		   const struct l2tp_nonce *sender,
		   const struct l2tp_nonce *receiver)
{
	static const uint8_t zeros[DIGEST_MAX];
	struct l2tp_digest_part parts[2 + 2 * DIGESTS_MAX + 1];
	unsigned int n = 0;
	size_t at = 0;

	if (sender)
		parts[n++] =
			(struct l2tp_digest_part){ sender->data, sender->len };
	if (receiver)
		parts[n++] = (struct l2tp_digest_part){ receiver->data,
							receiver->len };
	for (unsigned int i = 0; i < digests->n; i++) {
		size_t size = digest_len(digests->d[i].type);

		parts[n++] = (struct l2tp_digest_part){ pkt + at,
							digests->d[i].at - at };
		parts[n++] = (struct l2tp_digest_part){ zeros, size };
		at = digests->d[i].at + size;
	}
	parts[n++] = (struct l2tp_digest_part){ pkt + at, len - at };
	return hmac(out, type, key, parts, n);
}

int l2tp_digest_sign(uint8_t *pkt, size_t len, const struct secret *key,
		     const struct l2tp_nonce *sender,
		     const struct l2tp_nonce *receiver)
{
	const struct digests found = find_digests(pkt, len);
	uint8_t out[DIGEST_MAX];

	for (unsigned int i = 0; i < found.n; i++) {
		int err = compute(out, found.d[i].type, pkt, len, &found, key,
				  sender, receiver);

		if (err)
			return err;
		memcpy(pkt + found.d[i].at, out, digest_len(found.d[i].type));
	}
	return 0;
}

int l2tp_digest_verify(const uint8_t *pkt, size_t len, const struct secret *key,
		       const struct l2tp_nonce *sender,
		       const struct l2tp_nonce *receiver,
		       enum l2tp_digest *type)
{
	const struct digests found = find_digests(pkt, len);
	uint8_t out[DIGEST_MAX];

	if (!found.n)
		return -ENOENT;
	for (unsigned int i = 0; i < found.n; i++) {
		int err = compute(out, found.d[i].type, pkt, len, &found, key,
				  sender, receiver);

		if (err)
			return err;
		if (!secret_equal(out, pkt + found.d[i].at,
				  digest_len(found.d[i].type)))
			continue;
		if (type)
			*type = found.d[i].type;
		return 0;
	}
	return -EBADMSG;
}

int l2tp_nonce_decode(const struct l2tp_message *m, struct l2tp_nonce *out)
{
	const struct l2tp_avp_view *v = &m->avp[L2TP_AVP_NONCE];

	if (!l2tp_has(m, L2TP_AVP_NONCE))
		return -ENOENT;
	if (v->len > sizeof(out->data))
		return -EMSGSIZE;
	out->len = (uint8_t)v->len;
	memcpy(out->data, v->value, v->len);
	return 0;
}
