/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rate limits on an interface, over rtnetlink. What leaves by it waits in a
 * token bucket (tbf, the root qdisc 4c32:); what comes in by it is policed
 * (ingress qdisc, matchall filter, police action), since a packet that came
 * cannot wait. Rates are bit/s of the packets without PPP's framing.
 */
#ifndef L2TPD_NETLINK_TC_H
#define L2TPD_NETLINK_TC_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink/rtnl.h"

/* What an interface was given for packets that come in; zeroed is nothing. */
struct tc_ingress {
	uint16_t prio; /* of our filter; 0: none */
	bool qdisc;    /* the ingress qdisc is ours */
};

/*
 * Bytes that may pass at once, and that may be queued (with
 * those that may pass).
 */
struct tc_bucket {
	uint32_t burst, limit;
};
struct tc_bucket tc_shaper_bucket(uint64_t rate, uint32_t mtu);
struct tc_bucket tc_police_bucket(uint64_t rate, uint32_t mtu); /* limit 0 */

/* All return 0 or the kernel's -errno, with its words in r->text. */

/* Limits what leaves; a limit that is there changes in place. */
int tc_shape(struct rtnl *r, int ifindex, uint64_t rate, uint32_t mtu);
int tc_unshape(struct rtnl *r, int ifindex);
/*
 * Limits what comes in. A limit that is there is replaced without a moment
 * between the two; after an error the old one is in force.
 */
int tc_police(struct rtnl *r, int ifindex, uint64_t rate, uint32_t mtu,
	      struct tc_ingress *in);
int tc_unpolice(struct rtnl *r, int ifindex, struct tc_ingress *in);

#endif
