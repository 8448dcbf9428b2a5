/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The form that all packets of PPP's control protocols have. */
#include "proto/ppp/internal.h"

bool ppp_packet_read(struct ppp_packet *out, const uint8_t *p, size_t len)
{
	struct rbuf r = rbuf_init(p, len);
	uint16_t length;

	out->code = rbuf_u8(&r);
	out->id = rbuf_u8(&r);
	length = rbuf_u16(&r);
	if (r.failed || length < PPP_HEADER || length > len)
		return false;
	out->whole = p;
	out->whole_len = length;
	out->data = p + PPP_HEADER;
	out->len = length - PPP_HEADER;
	return true;
}
