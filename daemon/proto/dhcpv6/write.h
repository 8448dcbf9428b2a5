/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of answers; only for the files of this folder. */
#ifndef L2TPD_PROTO_DHCPV6_WRITE_H
#define L2TPD_PROTO_DHCPV6_WRITE_H

#include "proto/dhcpv6/message.h"

/* Type, transaction, and the identifiers of both ends. */
void write_begin(struct wbuf *w, enum dhcpv6_type type, const struct message *m,
		 const struct dhcpv6_server *server);
void write_bytes(struct wbuf *w, enum dhcpv6_option_code code,
		 const uint8_t *data, size_t len);
void write_status(struct wbuf *w, enum dhcpv6_status status);

/* An IA with T1 and T2; what follows up to write_ia_end is in it. */
size_t write_ia(struct wbuf *w, const struct ia *ia, uint32_t renew_s,
		uint32_t rebind_s);
void write_ia_end(struct wbuf *w, size_t at);
void write_ia_status(struct wbuf *w, const struct ia *ia,
		     enum dhcpv6_status status);
void write_prefix(struct wbuf *w, const uint8_t prefix[16], uint8_t len,
		  uint32_t preferred_s, uint32_t valid_s);
/* An address or prefix that the client has no more: its lifetimes are 0. */
void write_lost(struct wbuf *w, const struct option *lease);
/* What else the client asked for, and we have. */
void write_requested(struct wbuf *w, const struct message *m,
		     const struct dhcpv6_offer *offer);

#endif
