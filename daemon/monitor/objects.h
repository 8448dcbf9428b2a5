/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the monitor keeps for the engine: each object is made here with what
 * it needs of the others, and with its requests entered in one table.
 */
#ifndef L2TPD_MONITOR_OBJECTS_H
#define L2TPD_MONITOR_OBJECTS_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "ipc/channel.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "monitor/config_file.h"
#include "monitor/held.h"
#include "monitor/held_session.h"
#include "monitor/held_tunnel.h"
#include "monitor/monitor.h"
#include "monitor/ppp_calls.h"
#include "monitor/pw.h"
#include "monitor/request.h"
#include "monitor/script_request.h"
#include "monitor/units.h"
#include "netlink/dataplane.h"

/* All is borrowed. */
struct objects_options {
	struct loop *loop;
	const struct monitor_options *monitor;
	struct config *config;
	const char *config_text; /* canonical */
	const char *config_path; /* absolute */
	struct dataplane *dp;
	struct rlimit files; /* of open files, for the operator's programs */
	/* hear of events; may be closed, and open again */
	struct channel *engine, *aaa;
};

/* Zeroed has nothing. */
struct objects {
	struct requests requests;
	struct config_file config_file;
	struct held held;
	struct held_tunnels tunnels;
	struct held_sessions sessions;
	struct ppp_calls calls;
	struct pws pws;
	struct script_requests script_requests;
	struct ppp_runner *ppp; /* NULL: no profile has pppd */
	struct channel *aaa;
	struct units units;
	struct ppp_units *ppp_units; /* NULL: none has PPP of our own */
	struct net *net;	     /* NULL with the null data plane */
	struct ppp_nets *ppp_nets;   /* the same */
	struct pw_sections *pw_sections;
	struct statics *statics;
	struct scripts *scripts;
	struct announce *announce;
};

/* Whether PPP is run for a profile of the configuration. */
bool objects_want_ppp(const struct config *c);
/* 0 or -errno; objects_fini is due in either case. */
int objects_init(struct objects *o, const struct objects_options *options);
/*
 * The engine is gone: removes every tunnel and session, stops their pppds, and
 * tells the operator's programs that the calls are over. stopping: l2tpd stops,
 * and nobody is surprised that there are still tunnels.
 */
void objects_engine_gone(struct objects *o, bool stopping);
/* An exit that waitpid saw: false when it is of none of these. */
bool objects_reaped(struct objects *o, pid_t pid, int status);
/* l2tpd stops. The last ip-down programs have grace_ms for themselves. */
void objects_fini(struct objects *o, unsigned int grace_ms);

#endif
