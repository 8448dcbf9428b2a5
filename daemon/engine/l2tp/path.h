/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels before 6.12 find a data packet's tunnel by the socket that it came in
 * on: of two tunnels between the same addresses and ports one gets the other's
 * packets. There the second is refused, and the first asked whether it is still
 * alive, since a peer that was restarted comes back just like that.
 */
#ifndef L2TPD_ENGINE_L2TP_PATH_H
#define L2TPD_ENGINE_L2TP_PATH_H

#include <stdbool.h>

#include "lib/addr.h"

struct engine;
struct tunnel;

/*
 * Whether a tunnel of ours has these addresses and ports, where the kernel can
 * have one only; it is probed.
 */
bool path_is_taken(struct engine *e, const struct addr *local,
		   const struct addr *peer);
/*
 * The tunnel that has them, not probed; NULL: they are free. One that we only
 * ask for does not count: a tie decides (RFC 3931, 5.4.3).
 */
struct tunnel *path_holder(struct engine *e, const struct addr *local,
			   const struct addr *peer);
/* 0; -EADDRINUSE: another has them; -ENOMEM. */
int path_take(struct tunnel *t, const struct addr *local,
	      const struct addr *peer);
void path_release(struct tunnel *t);

#endif
