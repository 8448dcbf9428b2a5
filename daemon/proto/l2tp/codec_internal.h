/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the codec's files share among themselves. */
#ifndef L2TPD_PROTO_L2TP_CODEC_INTERNAL_H
#define L2TPD_PROTO_L2TP_CODEC_INTERNAL_H

#include "proto/l2tp/codec.h"

/* Section 3.1: the flags in the first two bytes. */
#define L2TP_FLAG_T   0x8000
#define L2TP_FLAG_L   0x4000
#define L2TP_FLAG_S   0x0800
#define L2TP_FLAG_O   0x0200
#define L2TP_FLAG_P   0x0100
#define L2TP_FLAG_VER 0x000f

/* Section 4.1: the same of an AVP. */
#define L2TP_AVP_M    0x8000
#define L2TP_AVP_H    0x4000
#define L2TP_AVP_RSVD 0x3c00
#define L2TP_AVP_LEN  0x03ff

/* Where a control message's Length and Ns stand. */
#define L2TP_LENGTH_AT 2
#define L2TP_ID_AT     4
#define L2TP_NS_AT     8
#define L2TP_NR_AT     10

/* Whether a value of this length can be one of this AVP's. */
bool l2tp_avp_size_ok(enum l2tp_avp_id id, size_t len);
/*
 * Whether a message of RFC 2661 may have the AVP at all, the SCCRQ of RFC 3931
 * section 4.7.3 included.
 */
bool l2tp_avp_in_v2(enum l2tp_avp_id id);

struct l2tp_digest_part {
	const void *data;
	size_t len;
};

/* digest.c's part of l2tp_digest_init; 0 or -ENOTSUP. */
int l2tp_hmac_init(void);

/* MD5 over the parts; 0 or -ENOTSUP. */
int l2tp_md5(uint8_t out[16], const struct l2tp_digest_part *parts,
	     unsigned int count);

/*
 * Appends octets of a peer as printable text: what is not UTF-8 and every
 * control character becomes '?'. Cut between characters when it does not fit.
 */
void l2tp_append_text(struct wbuf *w, const uint8_t *text, size_t len);

#endif
