/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For a connection that requires IPsec: the kernel drops what is not protected,
 * control and data, whatever the engine and charon do.
 */
#ifndef L2TPD_MONITOR_IPSEC_POLICY_H
#define L2TPD_MONITOR_IPSEC_POLICY_H

#include <stdint.h>

#include "lib/addr.h"
#include "netlink/dataplane.h"

struct ipsec_guard;

/* Zeroed is empty. */
struct ipsec_policies {
	struct ipsec_guard *guards;
};

/*
 * A tunnel's connected socket takes nothing in clear any more; with a reqid,
 * which charon tells with its SAs (aaa_ipsec_state), it sends nothing in clear
 * either. Over IP, where the kernel gives data to a session without asking its
 * socket's policy, both hosts are guarded for all of protocol 115 as well. 0,
 * or -errno and nothing is changed but the socket.
 */
int ipsec_policy_add(struct ipsec_policies *p, int fd, enum dp_encap encap,
		     const struct addr *local, const struct addr *peer,
		     uint32_t reqid);
/* Another reqid for the same tunnel: charon was started again. */
int ipsec_policy_modify(int fd, uint32_t reqid);
/*
 * Once for each that was added; the last tunnel between two hosts takes their
 * guard with it.
 */
void ipsec_policy_del(struct ipsec_policies *p, enum dp_encap encap,
		      const struct addr *local, const struct addr *peer);
void ipsec_policies_fini(struct ipsec_policies *p); /* takes all guards away */

#endif
