/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * News of this namespace's interfaces, addresses and ways, from a multicast
 * socket of rtnetlink. A piece of news says what to look at, not what it is
 * like: it may be older than what a request has told.
 */
#ifndef L2TPD_NETLINK_WATCH_H
#define L2TPD_NETLINK_WATCH_H

#include <net/if.h>
#include <stdbool.h>

#include "lib/addr.h"
#include "netlink/rtnl.h"

/*
 * WATCH_WAYS: all that may change which way packets take. Of that only
 * watch_drain is asked.
 */
enum watch_what { WATCH_LINKS, WATCH_ADDRESSES, WATCH_WAYS };

struct watch_news {
	int index;
	char name[IFNAMSIZ]; /* of an interface; of an address "" */
	/* that the interface got or lost; of an interface unset */
	struct addr address;
	bool gone; /* the address is, at least from this interface */
};

struct watch {
	struct mnl_socket *nl;
};

/* 0 or -errno. Only what happens from now on is told. */
int watch_open(struct watch *w, enum watch_what what);
void watch_close(struct watch *w);
int watch_fd(const struct watch *w); /* to wait on */

/*
 * Calls news for each interface or address that has come, changed or gone,
 * until nothing is left. 0; -ENOBUFS: some were lost, look at all of them; or
 * another -errno. w is not closed from within news.
 */
int watch_read(struct watch *w,
	       void (*news)(void *ctx, const struct watch_news *n), void *ctx);
/* Forgets what has come. 0, also when some was lost; or -errno. */
int watch_drain(struct watch *w);

#endif
