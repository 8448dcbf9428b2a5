/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LCP that was negotiated elsewhere, as proxy.c has it of lcp.c. */
#ifndef L2TPD_PROTO_PPP_PROXY_H
#define L2TPD_PROTO_PPP_PROXY_H

#include "proto/ppp/internal.h"

/* False: malformed, or with an option that we never ask for. */
bool ppp_lcp_values_read(struct ppp_lcp_values *out, const uint8_t *p,
			 size_t len);
/*
 * LCP is Opened with l->nego's values, which the proxy's blocks said; what
 * follows from that does.
 */
void ppp_lcp_take(struct ppp_link *l, const struct ppp_proxy *p);

#endif
