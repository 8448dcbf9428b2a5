/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One of l2tpd's other processes: started from our own binary with one end of a
 * channel, and started again, later and later, when it dies.
 */
#ifndef L2TPD_MONITOR_ROLE_H
#define L2TPD_MONITOR_ROLE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/channel.h"
#include "lib/loop.h"
#include "monitor/monitor.h"
#include "monitor/pulse.h"

struct role {
	const char *name;
	pid_t pid; /* 0: not running */
	struct channel channel;
	uint64_t started_ms;
	unsigned int failures; /* in a row, each within a minute of its start */
	struct loop_timer restart;
	struct pulse pulse; /* while it runs */
};

/*
 * 0 or -errno: then it may run nevertheless, and is to be dropped. closed: the
 * process has to go; its exit is seen by SIGCHLD.
 */
int role_spawn(struct role *role, struct loop *loop,
	       const struct monitor_options *o,
	       void (*message)(struct channel *, struct ipc_message *),
	       void (*closed)(struct channel *));
/* Ends it at once, and reaps it: no exit is seen. */
void role_drop(struct role *role);
/* Its exit was seen: "signal 9 (Killed)". */
void role_describe(int status, char *buf, size_t size);
/* Counts a process that has ended: failures. */
void role_count_failure(struct role *role, uint64_t now_ms);
/*
 * Plans another start after a pause, which doubles with each failure. Returns
 * its seconds.
 */
unsigned int role_schedule(struct role *role, struct loop *loop,
			   void (*start)(struct loop_timer *));

#endif
