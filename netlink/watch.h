/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * News of this namespace's interfaces, from a multicast socket of rtnetlink. A
 * piece of news says which interface to look at, not what it is like: it may be
 * older than what a request has told.
 */
#ifndef L2TPD_NETLINK_WATCH_H
#define L2TPD_NETLINK_WATCH_H

#include <net/if.h>
#include <stdbool.h>

#include "netlink/rtnl.h"

struct watch_news {
	int index;
	char name[IFNAMSIZ];
};

struct watch { struct mnl_socket *nl; };

/* 0 or -errno. Only what happens from now on is told. */
int watch_open(struct watch *w);
void watch_close(struct watch *w);
int watch_fd(const struct watch *w);		/* to wait on */

/*
 * Calls news for each interface that has come, changed or gone, until nothing is
 * left. 0; -ENOBUFS: some were lost, look at all of them; or another -errno.
 * w is not closed from within news.
 */
int watch_read(struct watch *w, void (*news)(void *ctx, const struct watch_news *n), void *ctx);

#endif
