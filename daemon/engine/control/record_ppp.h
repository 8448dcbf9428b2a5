/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What PPP of our own agreed on with a peer: fields of a session's record. */
#ifndef L2TPD_ENGINE_CONTROL_RECORD_PPP_H
#define L2TPD_ENGINE_CONTROL_RECORD_PPP_H

#include <jansson.h>

struct link;

/* ppp_phase, lcp_*, ipcp_*, ipv6cp_*, ccp_*, echo_*; nothing of a pppd's. */
void record_ppp(json_t *o, const struct link *l);

#endif
