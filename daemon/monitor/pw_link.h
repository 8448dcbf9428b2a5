/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interface of an Ethernet session, negotiated or static, is given what its
 * section says: MTU, MAC address, VLAN, bridge or VRF, up.
 */
#ifndef L2TPD_MONITOR_PW_LINK_H
#define L2TPD_MONITOR_PW_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/monitor.h"
#include "netlink/link.h"

/* Borrowed from the configuration. */
struct pw_wanted {
	uint16_t vlan;		  /* 0: none */
	uint16_t mtu;		  /* 0: the bridge's, else the kernel's */
	const uint8_t *mac;	  /* NULL: the kernel's */
	const char *bridge, *vrf; /* not both; NULL: none */
	bool dormant;		  /* until link_set_ready says otherwise */
};

struct pw_link {
	struct pw_wanted wanted;
	int base; /* the session's own interface */
	/* what joins the bridge or VRF: base, or the VLAN interface on it */
	int top;
	char name[IFNAMSIZ]; /* of top */
	uint32_t mtu;	     /* that it was given; 0: it has the kernel's */
	uint32_t fits;	     /* the kernel's, which fits the way to the peer */
	char why[576];	     /* the sentence of what failed last */
};

/* All return 0, or -errno with why. */

/* The session's interface, as it is, into out. */
int pw_link_find(struct rtnl *r, struct dataplane *dp, uint32_t tunnel_id,
		 uint32_t session_id, struct pw_link *l, struct link *out);
/*
 * Gives all that is wanted and not there already. After an error it
 * has a part of it.
 */
int pw_link_give(struct rtnl *r, struct pw_link *l, const struct link *is,
		 const struct addr *peer);
/*
 * Makes the interface again what the kernel made. What fails here is gone with
 * the session.
 */
void pw_link_take_back(struct rtnl *r, struct pw_link *l,
		       const struct link *was);
/*
 * Whether a full frame of the bridge goes in fragments to the peer: nobody
 * has set that MTU, and the log may say it.
 */
bool pw_link_is_fragmented(const struct pw_link *l);
/* without why */
int pw_link_show(struct rtnl *r, const struct pw_link *l,
		 struct monitor_pw_show *out);

#endif
