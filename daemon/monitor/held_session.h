/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine asks about sessions in the kernel: added, changed,
 * removed, counted.
 */
#ifndef L2TPD_MONITOR_HELD_SESSION_H
#define L2TPD_MONITOR_HELD_SESSION_H

#include <stdbool.h>

#include "lib/config.h"
#include "monitor/held.h"
#include "monitor/request.h"

struct ppp_runner;
struct ppp_units;
struct net;
struct ppp_nets;
struct pws;
struct pw_sections;
struct statics;

/* All is borrowed. */
struct held_sessions {
	struct held *held;
	const struct config *config;
	struct dataplane *dp;
	bool null_dataplane;
	struct ppp_runner *ppp;	   /* NULL: no profile has pppd */
	struct ppp_units *units;   /* NULL: none has PPP of our own */
	struct net *net;	   /* NULL with the null data plane */
	struct ppp_nets *ppp_nets; /* the same */
	struct pws *pws;
	const struct pw_sections *pw_sections;
	const struct statics *statics;
	bool removal_waits; /* of the data plane; and that was logged */
};

/* of a struct held_sessions */
extern const struct request_row held_session_rows[];

/* Stops their pppds and takes all out of the kernel: the engine is gone. */
void held_sessions_clear(struct held_sessions *h);

#endif
