/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's IPsec policies: on one socket, and between two hosts for what no
 * socket's policy is asked about. They require SAs; who makes those
 * (strongSwan) is not known here.
 */
#ifndef L2TPD_NETLINK_XFRM_H
#define L2TPD_NETLINK_XFRM_H

#include <stdint.h>

#include "lib/addr.h"

/*
 * From now on the socket takes only what came by ESP in transport mode,
 * whatever its SA; and where reqid is not 0, sends only by the SAs of that
 * reqid: without one, sending fails (-EAGAIN by UDP, -EHOSTUNREACH by IP).
 * Replaces what it had. Needs CAP_NET_ADMIN. 0 or -errno.
 */
int xfrm_require(int fd, uint32_t reqid);

/*
 * The same for all of protocol 115 between two hosts, as policies that yield to
 * every other: where IKE's own policy is there, that one counts; where it is
 * not, nothing leaves and nothing in clear comes in. Adding one that is there,
 * or deleting one that is not, is no error.
 */
int xfrm_guard_add(const struct addr *local, const struct addr *peer);
int xfrm_guard_del(const struct addr *local, const struct addr *peer);

#endif
