/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our end of each pseudowire's circuit: up when all the interfaces that it is
 * made of are. A table leads from an interface to the circuits that it is in.
 */
#ifndef L2TPD_MONITOR_PW_WATCH_H
#define L2TPD_MONITOR_PW_WATCH_H

#include <stdbool.h>

#include "lib/loop.h"
#include "lib/table.h"
#include "netlink/rtnl.h"
#include "netlink/watch.h"

/* the session's interface, a VLAN interface, the configured circuit */
#define PW_PARTS 3

struct held_session;
struct pw_circuit;

struct pw_part {
	struct pw_circuit *circuit;
	int index; /* 0: it is not there */
	/*
	 * Of the configured circuit, which may come and go and needs a carrier;
	 * NULL: of any other part.
	 */
	const char *name;
	bool up;
	/* in the list of its index, or of those that are missing */
	struct pw_part *next;
};

/* Embedded; zeroed before the first pw_watch_add. */
struct pw_circuit {
	struct held_session *session;
	bool up; /* as the engine was told last */
	unsigned int parts_n;
	struct pw_part parts[PW_PARTS];
};

struct pw_watch {
	struct rtnl *rtnl;
	struct watch watch;
	struct loop_io io;
	struct table by_index; /* index -> its first struct pw_part */
	struct pw_part *missing;
	void (*change)(void *ctx, struct pw_circuit *c);
	void *ctx;
};

/* Calls change when the state of a circuit has changed. 0 or -errno. */
int pw_watch_init(struct pw_watch *w, struct loop *loop, struct rtnl *rtnl,
		  void (*change)(void *ctx, struct pw_circuit *c), void *ctx);
void pw_watch_fini(struct pw_watch *w); /* after the last pw_watch_del */

/*
 * Adds the interface index, or, with name, the configured one: false when that
 * is not there yet.
 */
bool pw_watch_add(struct pw_watch *w, struct pw_circuit *c, int index,
		  const char *name);
void pw_watch_del(struct pw_watch *w, struct pw_circuit *c);
bool pw_circuit_is_up(const struct pw_circuit *c);

#endif
