/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the engine has died, the kernel alone knows what its sessions carried:
 * before they are cleared, the aaa process is told, which says their ends.
 */
#ifndef L2TPD_MONITOR_LAST_COUNTS_H
#define L2TPD_MONITOR_LAST_COUNTS_H

#include "ipc/channel.h"
#include "monitor/held.h"

struct net;

/* net: NULL, there are no interfaces; nothing is told then. */
void last_counts_tell(const struct held *held, struct net *net,
		      struct channel *aaa);

#endif
