/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session's PPP interface is given in the kernel: rates, MTU, routes.
 * The kernel takes it all back with the interface; what an interface keeps that
 * lives longer than its session is removed with the session.
 */
#ifndef L2TPD_MONITOR_NET_H
#define L2TPD_MONITOR_NET_H

#include "ipc/monitor.h"

struct monitor;
struct msession;
struct net;

/* NULL without memory or rtnetlink; says why. */
struct net *net_new(void);
void net_free(struct net *n);

/*
 * Gives the session's interface what r says, and takes away what it says no
 * more. 0; or -errno, said in the log, and the interface has what it had
 * (but what cannot be announced, announce.h, takes nothing else back).
 * -ENODEV: it is gone.
 */
int net_apply(struct monitor *m, struct msession *s, const struct monitor_net *r);
/* The counters of the session's interface: 0, -ENODEV, or -errno. */
int net_stats(struct monitor *m, const struct msession *s, const struct monitor_link *l, struct ppp_counters *out);
/* The session or its PPP ended. */
void net_forget(struct monitor *m, struct msession *s);

#endif
