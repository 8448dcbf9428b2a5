/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses of ours that tunnels have. When the host loses one and does not
 * get it back within three seconds, the engine is told (MONITOR_ADDRESS_GONE),
 * and again from time to time while the address is away.
 */
#ifndef L2TPD_MONITOR_OWN_ADDR_H
#define L2TPD_MONITOR_OWN_ADDR_H

#include "lib/addr.h"
#include "lib/loop.h"

struct own_addrs;

/*
 * gone: the address is not this host's. NULL: out of memory. Nothing is watched
 * while no tunnel has an address.
 */
struct own_addrs *own_addrs_new(struct loop *loop,
				void (*gone)(void *ctx, const struct addr *a),
				void *ctx);
void own_addrs_free(struct own_addrs *o); /* NULL is allowed */

/*
 * A tunnel more, or less, has the address; its port does not
 * matter. 0 or -errno.
 */
int own_addr_get(struct own_addrs *o, const struct addr *a);
/* as often as it was got */
void own_addr_put(struct own_addrs *o, const struct addr *a);

#endif
