/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A call's parameters in the few bytes that they take, for tens of
 * thousands of sessions.
 */
#ifndef L2TPD_PROTO_L2TP_SESSION_PARAMS_H
#define L2TPD_PROTO_L2TP_SESSION_PARAMS_H

#include "proto/l2tp/l2tp.h"

#define L2TP_EXTRA_MAX 16 /* extra AVPs of a message */

struct l2tp_packed_params;

/* Where parameters are unpacked; extras point into the packed ones. */
struct l2tp_params_view {
	struct l2tp_call_params p;
	struct l2tp_extra_avp request[L2TP_EXTRA_MAX],
		connected[L2TP_EXTRA_MAX];
};

/*
 * *out replaces what was there, which is freed. 0, -ENOMEM, -E2BIG
 * (too many extras).
 */
int l2tp_params_pack(struct l2tp_packed_params **out,
		     const struct l2tp_call_params *p);
/* packed NULL: all zero. */
void l2tp_params_unpack(struct l2tp_params_view *v,
			const struct l2tp_packed_params *packed);
/*
 * What a message of the peer says, over what it said before; extras excepted.
 */
void l2tp_params_decode(struct l2tp_call_params *p,
			const struct l2tp_message *m);

/*
 * Their AVPs in an ICRQ or OCRQ; an ICCN or OCCN; an OCRP. Defaults
 * are set already.
 */
void l2tp_params_encode_request(struct l2tp_encoder *e,
				const struct l2tp_call_params *p,
				bool outgoing);
void l2tp_params_encode_connected(struct l2tp_encoder *e,
				  const struct l2tp_call_params *p,
				  bool outgoing);
void l2tp_params_encode_reply(struct l2tp_encoder *e,
			      const struct l2tp_call_params *p);
/* All of them of any message of version 3 but the session ids. */
void l2tp_params_encode_v3(struct l2tp_encoder *e,
			   const struct l2tp_call_params *p,
			   enum l2tp_message_type type);
void l2tp_params_decode_v3(struct l2tp_call_params *p,
			   const struct l2tp_message *m);

#endif
