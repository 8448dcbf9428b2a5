/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the RADIUS codec share. */
#ifndef L2TPD_PROTO_RADIUS_INTERNAL_H
#define L2TPD_PROTO_RADIUS_INTERNAL_H

#include "proto/radius/radius.h"

#define RADIUS_HMAC_PARTS 5

bool radius_hmac(uint8_t out[16], const struct secret *secret,
		 const struct md5_part *parts, size_t n);

#endif
