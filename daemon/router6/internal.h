/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The router6 process's one object, and what its files do with it. */
#ifndef L2TPD_ROUTER6_INTERNAL_H
#define L2TPD_ROUTER6_INTERNAL_H

#include <stdbool.h>

#include "ipc/channel.h"
#include "ipc/router6.h"
#include "lib/loop.h"
#include "lib/table.h"
#include "proto/dhcpv6/dhcpv6.h"
#include "proto/nd/nd.h"

/* A list of domains, as DNS messages have them. */
struct search {
	uint8_t len;
	uint8_t names[ND_SEARCH_MAX];
};

struct router6 {
	struct loop *loop;
	struct channel monitor;
	bool started;
	struct router6_times times;
	struct dhcpv6_server server;
	int nd_fd, dhcp_fd; /* -1: there is none */
	struct loop_io nd_io, dhcp_io;
	struct table interfaces; /* index -> struct interface */
	struct search *searches;
	uint32_t search_n;
	uint64_t trouble_ms; /* when the log last said that sending failed */
};

/* One caller's link. */
struct interface {
	struct router6 *router6;
	struct router6_interface told;
	/* announced before, and not any more; length 0: none */
	struct service_prefix6 lost;
	struct nd_schedule schedule;
	struct dhcpv6_link dhcp;
	struct loop_timer timer; /* the next advertisement */
};

/* ---- interface.c ---- */

/* Out of range: an empty list. */
const struct search *router6_search_find(const struct router6 *r,
					 uint32_t index);
/* NULL: nothing is told on it. */
struct interface *router6_interface_find(const struct router6 *r,
					 uint32_t ifindex);
/* Sending on it failed: said in the log where the interface is not just gone.
 */
void router6_trouble(struct interface *i, int err);

/* ---- advertise.c ---- */

/* Something is to be told on it: an advertisement goes out at once. */
void advertise_start(struct interface *i);
/* Tells that we are no router there. */
void advertise_end(struct interface *i);
void advertise_on_readable(struct loop_io *io, int fd, int events);

/* ---- delegate.c ---- */

void delegate_on_readable(struct loop_io *io, int fd, int events);

#endif
