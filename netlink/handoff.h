/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether this kernel hands pppd the frames that came before pppd did. */
#ifndef L2TPD_NETLINK_HANDOFF_H
#define L2TPD_NETLINK_HANDOFF_H

#include "netlink/dataplane.h"

/*
 * True when PPPIOCGCHAN moves the frames that wait in a PPPoX socket into its
 * PPP channel. Older kernels drop them, and stable updates brought the change,
 * so that no version number tells: this tries it with a tunnel on the loopback,
 * which is gone on return. False also when it could not be tried.
 */
bool handoff_keeps_frames(struct dataplane *dp);

#endif
