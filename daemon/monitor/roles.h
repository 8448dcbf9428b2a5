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
#include "ipc/monitor.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "monitor/monitor.h"
#include "monitor/role.h"

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
	uint64_t watchdog_us; /* alive is wanted twice in it; 0: not at all */
	int queue_fd, coa_fd; /* for the aaa process; -1: there is none */
	/* of the engine's */
	void (*request)(void *ctx, struct ipc_message *msg);
	/* Another engine comes, whose links begin with this number. */
	void (*engine_starts)(void *ctx, uint64_t first_link);
	/* The engine is gone, and all that it said was taken. */
	void (*engine_gone)(void *ctx);
	/* A beat at which both processes are there, or about to be again. */
	void (*alive)(void *ctx);
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
	struct loop_timer beat;
	/* of an engine that said that it cannot start; "": none did */
	char why[sizeof(((struct monitor_failed *)NULL)->why)];
	uint32_t beat_ms; /* how far apart beats are; 0: there are none */
};

void roles_init(struct roles *r); /* none runs; there are no options yet */
/* The engine, and the aaa process. 0 or -errno. */
int roles_start(struct roles *r);
/* Asks the engine to end its calls and itself. 0, or -errno: there is none. */
int roles_stop(struct roles *r);
/* Ends the engine at once, and the aaa process within three seconds. */
void roles_end(struct roles *r);
/* An exit that waitpid saw: false when it is neither's. */
bool roles_reaped(struct roles *r, pid_t pid, int status);

#endif
