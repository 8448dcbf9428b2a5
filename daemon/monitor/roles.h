/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine and the aaa process: started from our own binary with a channel
 * each and what they need, and started again, later and later, when they die.
 */
#ifndef L2TPD_MONITOR_ROLES_H
#define L2TPD_MONITOR_ROLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/channel.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "monitor/monitor.h"

struct role {
	const char *name;
	pid_t pid; /* 0: not running */
	struct channel channel;
	uint64_t started_ms;
	unsigned int failures; /* in a row, each within a minute of its start */
	struct loop_timer restart;
};

/* Set before the first roles_start; all is borrowed. */
struct roles_options {
	struct loop *loop;
	const struct monitor_options *monitor;
	const struct config *config;
	const char *config_text; /* canonical, config_len bytes */
	size_t config_len;
	bool one_tunnel_per_path; /* of the data plane */
	uint32_t sessions_most;	  /* the engine tells the operator */
	int control_fd, dial_fd;  /* the engine listens on these */
	int queue_fd, coa_fd;	  /* for the aaa process; -1: there is none */
	/* of the engine's */
	void (*request)(void *ctx, struct ipc_message *msg);
	/* Another engine comes, whose links begin with this number. */
	void (*engine_starts)(void *ctx, uint64_t first_link);
	/* The engine is gone, and all that it said was taken. */
	void (*engine_gone)(void *ctx);
	/* l2tpd ends with this exit status, for there will be no engine. */
	void (*over)(void *ctx, int status);
	void *ctx;
};

struct roles {
	struct roles_options options;
	struct role engine, aaa;
	uint64_t engines; /* that have been started so far */
	bool ready;	  /* an engine has said that it serves */
	bool stopping;
};

void roles_init(struct roles *r); /* none runs; there are no options yet */
/* The engine, and the aaa process. 0 or -errno. */
int roles_start(struct roles *r);
/* Asks the engine to end its calls and itself. 0, or -errno: there is none. */
int roles_stop(struct roles *r);
/* Ends both at once. */
void roles_end(struct roles *r);
/* An exit that waitpid saw: false when it is neither's. */
bool roles_reaped(struct roles *r, pid_t pid, int status);

#endif
