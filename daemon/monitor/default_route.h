/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Default routes by the calls that we make, and the ways to the servers that
 * are called: a server stays reached by what led to it besides these calls,
 * whatever they draw into themselves. What was there before is never changed,
 * and counts again when the call ends.
 */
#ifndef L2TPD_MONITOR_DEFAULT_ROUTE_H
#define L2TPD_MONITOR_DEFAULT_ROUTE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"
#include "netlink/rtnl.h"

struct server;

/* Zeroed, but for rtnl, knows no server. */
struct default_routes {
	struct rtnl *rtnl; /* borrowed; of it dumps are selected */
	struct server *servers;
};

enum { DEFAULT_IPV4, DEFAULT_IPV6, DEFAULT_FAMILIES };

/* What one call has. Zeroed has nothing. */
struct default_route {
	struct server *server;	    /* NULL: its way is nobody's matter */
	struct default_route *next; /* of the same server */
	int ifindex;
	bool there[DEFAULT_FAMILIES];
	/* why it is not used, as the log said last; "": it is */
	char obstacle[DEFAULT_FAMILIES][256];
};

/* What a call is to have. */
struct default_wanted {
	const char *who, *ifname; /* for the log */
	int ifindex;
	const struct addr *peer; /* the server's address */
	bool wanted[DEFAULT_FAMILIES];
	uint32_t metric; /* 0: before every other default route */
};

/* Takes away what an l2tpd that was killed has left. */
void default_routes_clean(struct default_routes *d);
/*
 * Before the call has an interface: the way to its server is noted, for pppd
 * may replace the routes that make it (replacedefaultroute). r is zeroed.
 */
void default_route_begin(struct default_routes *d, struct default_route *r,
			 const struct addr *server);
/*
 * Makes it so, now and again whenever the ways may have changed. A route to the
 * server that leads into the call itself is put right, wanted or not. What
 * stands in the way is said once.
 */
void default_route_look(struct default_routes *d, struct default_route *r,
			const struct default_wanted *w);
/* The call is over; what it had goes with its interface, or here. */
void default_route_forget(struct default_routes *d, struct default_route *r,
			  uint32_t metric);

#endif
