/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this kernel does in two places where kernels differ. */
#ifndef L2TPD_NETLINK_TRIAL_H
#define L2TPD_NETLINK_TRIAL_H

#include "netlink/dataplane.h"

struct trial {
	/*
	 * PPPIOCGCHAN moves the frames that wait in a PPPoX socket into
	 * its PPP channel.
	 */
	bool keeps_frames;
	/*
	 * A data packet goes to the tunnel that it names, not to its socket's.
	 */
	bool heeds_tunnel_id;
};

/*
 * Stable updates brought the first and 6.12 the second, so that no version
 * number tells: this tries both with a tunnel on the loopback, which is gone on
 * return. What could not be tried is false.
 */
struct trial trial_run(struct dataplane *dp);

#endif
