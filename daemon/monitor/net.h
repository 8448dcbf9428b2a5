/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session's PPP interface is given in the kernel: rates, MTU, routes.
 * The kernel takes it all back with the interface; what an interface keeps that
 * lives longer than its session is removed with the session.
 */
#ifndef L2TPD_MONITOR_NET_H
#define L2TPD_MONITOR_NET_H

#include "ipc/monitor.h"
#include "monitor/request.h"

struct announce;
struct config;
struct held;
struct held_session;
struct link;
struct net;
struct rtnl;
struct table;
struct units;

/* of a struct net, or of NULL: there is none */
extern const struct request_row net_rows[];

/* All is borrowed. NULL without memory or rtnetlink; says why. */
struct net *net_new(const struct held *held, const struct config *config,
		    struct announce *announce, struct units *units);
void net_free(struct net *n); /* NULL is allowed */

/*
 * Gives the session's interface what r says, and takes away what it says no
 * more. 0; or -errno, said in the log, and the interface has what it had
 * before. Only when a prefix cannot be announced (announce.h) the rest stays.
 * -ENODEV: the interface is gone; -EPERM: it is not the one that the session's
 * pppd told of (units.h).
 */
int net_apply(struct net *n, struct held_session *s,
	      const struct monitor_net *r);
/*
 * The session's interface: 0; -ENODEV: it is gone; -EPERM: it is not the one
 * that the session has (units.h, ppp_unit.h), or by this table (index -> struct
 * held_session) another session's; or -errno.
 */
int net_find_link(struct rtnl *r, const struct table *by_ifindex,
		  const struct held_session *s, const char *ifname,
		  struct link *link);
/* The counters of the session's interface: 0, -ENODEV, or -errno. */
int net_stats(struct net *n, const struct held_session *s,
	      const struct monitor_interface *l, struct ppp_counters *out);
/*
 * The same of the one that its pppd told of, whatever its name is, which is
 * given too.
 */
int net_count(struct net *n, const struct held_session *s,
	      char ifname[IFNAMSIZ], struct ppp_counters *out);
/*
 * The session or its PPP ended. n may be NULL when the session
 * was given nothing.
 */
void net_forget(struct net *n, struct held_session *s);

#endif
