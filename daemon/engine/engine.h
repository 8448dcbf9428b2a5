/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine: owns tunnels and links, and is the only process that parses what
 * a peer sends. It has no privileges; what it needs done, it asks the monitor
 * for. What each module keeps is its own; here is where each finds the others.
 */
#ifndef L2TPD_ENGINE_ENGINE_H
#define L2TPD_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/clients.h"
#include "engine/turn.h"
#include "ipc/channel.h"
#include "lib/config.h"
#include "lib/loop.h"

struct kernel;
struct links;
struct builtins;
struct l2tp;
struct peers;
struct dials;
struct lns;
struct pools;
struct ipv6;
struct registry;
struct accounting;
struct controls;
struct log_limiter;

/* Octets of "tunnel 17 (lac1, 192.0.2.1:1701) session 4 (alice)". */
#define WHOSE_MAX 480

/* What happened since the start, for "show status". */
struct counters {
	uint64_t packets_in, packets_out, send_errors;
	uint64_t tunnels_up, tunnels_refused;
	uint64_t calls_up, calls_failed;
	/*
	 * Of callers' names and passwords: right, wrong, nobody could say; and
	 * who was right and refused nevertheless.
	 */
	uint64_t auth_ok, auth_failed, auth_unavailable, calls_refused;
	uint64_t logs_suppressed;
};

struct engine {
	struct loop *loop;
	struct turn turn;
	struct config *config;
	struct channel monitor, aaa;
	struct clients clients;
	uint64_t started_ms;
	uint32_t sessions_most; /* there are no files for more */
	/* answers that are missing before it is ready: start.c */
	unsigned int starting;
	/* nothing new begins; only acknowledgements are awaited: stop.c */
	bool stopping, stop_down;
	struct loop_timer stop_timer;
	uint64_t stop_deadline;
	int status; /* the process's, at its end */
	struct counters counters;
	struct log_limiter *loglimit; /* loglimit.c */
	/* Each module's own, in the order of the layers; NULL: not started. */
	struct kernel *kernel;
	struct links *links;
	struct builtins *builtins;
	struct l2tp *l2tp;
	struct peers *peers;
	struct dials *dials;
	struct lns *lns;
	struct pools *pools;
	struct ipv6 *ipv6;
	struct registry *registry;
	struct accounting *accounting;
	struct controls *controls;
};

static inline uint64_t engine_now(struct engine *e)
{
	return loop_now(e->loop);
}

/*
 * Runs on the monitor's channel until it is told to stop; the
 * process's exit status.
 */
int engine_main(int monitor_fd, const char *runtime_dir);

#endif
