/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy LCP and authentication AVPs of an ICCN (RFC 2661 section 4.4.5),
 * kept as they came: an LNS may go on from them, a switching LAC relays them.
 */
#ifndef L2TPD_PROTO_L2TP_PROXY_H
#define L2TPD_PROTO_L2TP_PROXY_H

#include "proto/l2tp/codec.h"

struct l2tp_proxy;

/*
 * Puts a copy in the place of what *out has, which is freed; NULL when the
 * message has none of them. 0; or -ENOMEM, and *out is as it was. free(3) frees
 * it.
 */
int l2tp_proxy_new(struct l2tp_proxy **out, const struct l2tp_message *m);
/*
 * The value of one, id being L2TP_AVP_INITIAL_LCP_CONFREQ ...
 * L2TP_AVP_PROXY_AUTHEN_RESPONSE; NULL: not there.
 */
const uint8_t *l2tp_proxy_get(const struct l2tp_proxy *p, enum l2tp_avp_id id,
			      uint16_t *len, bool *mandatory);

#endif
