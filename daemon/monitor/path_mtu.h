/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a PPP session may carry in one piece: of the way to its tunnel's peer,
 * less what L2TP and all below it add to a packet.
 */
#ifndef L2TPD_MONITOR_PATH_MTU_H
#define L2TPD_MONITOR_PATH_MTU_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/held.h"

/* What every PPP takes (RFC 1661, section 6.1), and the most that is asked. */
#define PATH_MTU_PPP 1500

/*
 * Asks the kernel for the tunnel's way, and keeps what it says in t->path_mtu.
 * Where it says nothing, because there is no way, what was known stays.
 */
void path_mtu_look(struct held_tunnel *t);
/*
 * The largest packet of IP that goes through the session without fragments, in
 * bytes, PATH_MTU_PPP at most and never less than IP wants (RFC 791, or RFC
 * 8200 where ipv6 is set); 0: the way is not known.
 */
uint16_t path_mtu_of_ppp(const struct held_tunnel *t,
			 const struct dp_session *s, bool ipv6);

#endif
