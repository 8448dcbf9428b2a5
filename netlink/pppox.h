/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PPPoX socket of an L2TP session. */
#ifndef L2TPD_NETLINK_PPPOX_H
#define L2TPD_NETLINK_PPPOX_H

#include "netlink/dataplane.h"

/* A connected CLOEXEC socket, or -errno; the session is installed already. */
int pppox_open(const struct dp_tunnel *t, uint32_t session_id,
	       uint32_t peer_session_id);
/*
 * A socket that takes hold of a session that has never had one, so that closing
 * it removes the session. The caller knows that the session exists: the kernel
 * would make one. -EEXIST: it has had one; -EPROTOTYPE: it is not PPP.
 */
int pppox_seize(uint32_t tunnel_id, uint32_t session_id);

#endif
