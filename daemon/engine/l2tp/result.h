/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Neutral causes as Result and Error Codes of StopCCN and CDN, and back. */
#ifndef L2TPD_ENGINE_L2TP_RESULT_H
#define L2TPD_ENGINE_L2TP_RESULT_H

#include <stdbool.h>

#include "engine/cause.h"
#include "proto/l2tp/codec.h"

/*
 * RFC 2661 section 4.4.2, RFC 3931 section 5.4.2. The text is cut to what a
 * message has room for.
 */
struct l2tp_cause result_stopccn(const struct cause *c);
struct l2tp_cause result_cdn(const struct cause *c);
/*
 * Whether a peer's StopCCN may be about what our SCCRQ says, and not about who
 * says it now or how the peer is.
 */
bool result_is_about_request(const struct l2tp_cause *c);

#endif
