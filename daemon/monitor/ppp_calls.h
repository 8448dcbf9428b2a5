/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine asks about the PPP of sessions: that a pppd of ours takes
 * one, or that a pppd which dialled gets what it needs. The engine hears of the
 * exit.
 */
#ifndef L2TPD_MONITOR_PPP_CALLS_H
#define L2TPD_MONITOR_PPP_CALLS_H

#include <stdint.h>
#include <sys/types.h>

#include "ipc/channel.h"
#include "lib/config.h"
#include "monitor/held.h"
#include "monitor/request.h"

struct net;
struct ppp_nets;
struct ppp_runner;

/* All is borrowed. */
struct ppp_calls {
	struct held *held;
	const struct config *config;
	struct ppp_runner *runner; /* NULL: no profile has pppd */
	struct net *net;	   /* NULL with the null data plane */
	struct ppp_nets *ppp_nets; /* the same */
	struct channel *engine;
};

extern const struct request_row ppp_calls_rows[]; /* of a struct ppp_calls */

/* For ppp_runner_new, with the struct ppp_calls. */
void ppp_calls_exited(void *calls, uint64_t link, pid_t pid, int status,
		      const char *why);

#endif
