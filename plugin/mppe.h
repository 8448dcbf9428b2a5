/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MPPE (RFC 3078) as a profile or a RADIUS server wants it: pppd by itself
 * only knows "required". Include compat.h first.
 */
#ifndef L2TPD_PLUGIN_MPPE_H
#define L2TPD_PLUGIN_MPPE_H

#include <stdbool.h>
#include <stdint.h>

extern option_t mppe_options[];

/* For the call of this process, once its options are known. */
void mppe_install(void);
/*
 * What the verdict on a caller says: MS-MPPE-Encryption-Policy and -Types of
 * RFC 2548, 0 where it says nothing. The stricter of it and the profile holds.
 */
void mppe_verdict(uint8_t policy, uint8_t types);

#endif
