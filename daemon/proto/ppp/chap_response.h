/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a caller answers to a CHAP Challenge. */
#ifndef L2TPD_PROTO_PPP_CHAP_RESPONSE_H
#define L2TPD_PROTO_PPP_CHAP_RESPONSE_H

#include "proto/ppp/internal.h"

/*
 * Into reply: the Response's value to the Challenge that is kept in l->nego, by
 * the method and the identifier of l->proves; and of MS-CHAPv2 what the peer
 * has to prove by. The keys of MS-CHAP (RFC 3079) are left in l->nego. Returns
 * the value's octets; 0: OpenSSL has not what it needs.
 */
size_t ppp_chap_respond(struct ppp_link *l, const uint8_t *secret, size_t len,
			struct ppp_reply *reply);

#endif
