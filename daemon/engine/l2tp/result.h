/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Neutral causes as Result and Error Codes of StopCCN and CDN, and back. */
#ifndef L2TPD_ENGINE_L2TP_RESULT_H
#define L2TPD_ENGINE_L2TP_RESULT_H

#include "engine/cause.h"
#include "proto/l2tp/codec.h"

/*
 * RFC 2661 section 4.4.2, RFC 3931 section 5.4.2. The text is cut to what a
 * message has room for.
 */
struct l2tp_cause result_stopccn(const struct cause *c);
struct l2tp_cause result_cdn(const struct cause *c);

#endif
