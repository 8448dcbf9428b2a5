/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ethernet pseudowires: a session's interface is given what its lcce section or
 * a command says, follows the peer's end of the circuit, and is watched so that
 * the engine hears what becomes of ours. The interface, and a VLAN interface on
 * it, go with the session.
 */
#ifndef L2TPD_MONITOR_PW_H
#define L2TPD_MONITOR_PW_H

#include <stdbool.h>

#include "ipc/channel.h"
#include "lib/loop.h"
#include "monitor/pw_watch.h"
#include "monitor/request.h"
#include "netlink/dataplane.h"
#include "netlink/rtnl.h"

struct held;
struct held_session;
struct pw_sections;
struct statics;

struct pws {
	/* Borrowed, and set before the first request: */
	struct loop *loop;
	struct dataplane *dp;
	const struct held *held;
	struct pw_sections *sections;
	const struct statics *statics;
	struct channel *engine; /* told when our end of a circuit changes */
	bool null_dataplane;	/* there are no interfaces */
	/* Its own; both are open once watching is set: */
	bool watching;
	struct rtnl rtnl;
	struct pw_watch watch;
};

extern const struct request_row pw_rows[]; /* of a struct pws */

void pws_fini(struct pws *p); /* after the last pw_forget */

/* The session ends. */
void pw_forget(struct pws *p, struct held_session *s);

#endif
