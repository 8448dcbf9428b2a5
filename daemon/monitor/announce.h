/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv6 prefixes of sessions are announced on the link and handed out by
 * DHCPv6-PD. Two programs of others do it, each process for some hundred
 * sessions: BIRD sends router advertisements, Kea delegates prefixes. Their
 * configurations are written here. They read a change after a moment, together
 * with what else has changed.
 */
#ifndef L2TPD_MONITOR_ANNOUNCE_H
#define L2TPD_MONITOR_ANNOUNCE_H

#include <stdbool.h>
#include <sys/types.h>

#include "ipc/monitor.h"
#include "lib/loop.h"

struct announce;

/*
 * runtime_dir is kept. Nothing runs, and nothing is written, before it is
 * wanted. NULL: out of memory.
 */
struct announce *announce_new(struct loop *loop, const char *runtime_dir);
void announce_free(struct announce *a);

/*
 * Announces what n says on its interface, in place of what was announced
 * before; router: our link-local address there. 0, -EINVAL (the interface's
 * name cannot stand in the programs' configurations; said in the log), or
 * -ENOMEM. A program that is missing is said in the log and is no error.
 */
int announce_session(struct announce *a, const struct monitor_net *n,
		     int ifindex, const struct addr *router);
void announce_forget(struct announce *a, uint64_t link);
/* An exit that waitpid saw: false when it is none of ours. */
bool announce_reaped(struct announce *a, pid_t pid, int status);

#endif
