/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The monitor is told which interface this pppd has, for it believes nobody
 * else. Include compat.h first.
 */
#ifndef L2TPD_PLUGIN_UNIT_H
#define L2TPD_PLUGIN_UNIT_H

#include <stdint.h>

extern option_t unit_options[]; /* compat.h's */

/* Beside l2tpd's dial socket, for a pppd that dialled. */
void unit_beside(const char *dial_socket);
/* Of the call on this link, before the engine hears that its network is up. */
void unit_tell(uint64_t link);

#endif
