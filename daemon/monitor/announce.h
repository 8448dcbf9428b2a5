/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv6 prefixes of sessions are announced on the link and handed out by
 * DHCPv6-PD. The router6 process does it (ipc/router6.h): it is started for the
 * first of them, told of each, and when it dies another is told of all.
 */
#ifndef L2TPD_MONITOR_ANNOUNCE_H
#define L2TPD_MONITOR_ANNOUNCE_H

#include <stdbool.h>
#include <sys/types.h>

#include "ipc/monitor.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "monitor/monitor.h"

struct announce;

/*
 * All is borrowed. Nothing runs, and no socket is open, before it is wanted.
 * NULL: out of memory.
 */
struct announce *announce_new(struct loop *loop,
			      const struct monitor_options *options,
			      const struct config *config);
void announce_free(struct announce *a);

/*
 * Announces what n says on its interface, in place of what was announced
 * before; router, caller: the link-local addresses of the two ends; mtu: of the
 * interface. 0, or -errno, said in the log. Where port 547 is another
 * program's, prefixes are announced and not delegated: that is said in the log
 * and is no error.
 */
int announce_session(struct announce *a, const struct monitor_net *n,
		     int ifindex, const struct addr *router,
		     const struct addr *caller, uint32_t mtu);
/* The session's interface has another MTU. It need not be announced. */
void announce_mtu(struct announce *a, uint64_t link, uint32_t mtu);
void announce_forget(struct announce *a, uint64_t link);
/* An exit that waitpid saw: false when it is not the process's. */
bool announce_reaped(struct announce *a, pid_t pid, int status);

#endif
