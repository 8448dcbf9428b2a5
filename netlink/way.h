/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way that packets to a host take, besides the routes that are set for it
 * here: found in the main table, kept by a host route of its own, and fenced,
 * so that nothing goes another way when that route is gone.
 */
#ifndef L2TPD_NETLINK_WAY_H
#define L2TPD_NETLINK_WAY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"
#include "netlink/rtnl.h"

#define WAY_BYTES_MAX 1024

struct way {
	struct addr gateway; /* for the log; unset: none, or several */
	int ifindex;	     /* the same; 0: several */
	uint8_t scope;	     /* RT_SCOPE_* */
	uint32_t flags;	     /* RTNH_F_ONLINK */
	/* attributes of the kernel's route: nexthops, source, metrics */
	uint16_t len;
	_Alignas(4) uint8_t bytes[WAY_BYTES_MAX];
};

/* What is there for the host already, of way_keep and way_fence. */
struct way_found {
	bool kept, fenced;
};

/* Whether a route by this interface does not count. */
typedef bool way_skip(const void *ctx, int ifindex);

/*
 * The way to host by the main table, without our routes to it and without
 * default routes of ours, or halves of one. 0; -ENETUNREACH: there is none; or
 * -errno. found is set in all cases but the last.
 */
int way_find(struct rtnl *r, const struct addr *host, way_skip *skip,
	     const void *ctx, struct way *out, struct way_found *found);
bool way_equal(const struct way *a, const struct way *b);
/* A host route by that way, in place of one of before. 0 or -errno. */
int way_keep(struct rtnl *r, const struct addr *host, const struct way *w);
/* Behind that route: nothing leads to the host. 0 or -errno. */
int way_fence(struct rtnl *r, const struct addr *host);
/* Takes both away. */
void way_forget(struct rtnl *r, const struct addr *host);
/* Takes away the host route by this interface, whoever set it. 0 or -errno. */
int way_cut(struct rtnl *r, const struct addr *host, int ifindex);
/*
 * What a process that was killed has left: every route of way_keep and
 * way_fence in the main table. How many there were, or -errno.
 */
int way_forget_all(struct rtnl *r);

#endif
