/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPP of our own: the engine speaks it over a session's channel and unit, and
 * has no more than these two fds. What needs an ioctl or rtnetlink it asks for
 * here. The monitor keeps the channel until the unit is on it, then the unit:
 * neither keeps a session in the kernel.
 */
#ifndef L2TPD_MONITOR_PPP_UNIT_H
#define L2TPD_MONITOR_PPP_UNIT_H

#include "ipc/channel.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "monitor/request.h"

struct held;
struct held_session;
struct net;
struct ppp_nets;
struct ppp_units;

/* All is borrowed. */
struct ppp_units_options {
	struct loop *loop;
	struct held *held;
	const struct config *config;
	struct net *net;
	struct ppp_nets *ppp_nets;
	struct channel *engine; /* is answered */
};

/* of a struct ppp_units, or of NULL: there is none */
extern const struct request_row ppp_unit_rows[];

/* NULL without memory or rtnetlink; says why. */
struct ppp_units *ppp_units_new(const struct ppp_units_options *options);
/* After the last session is forgotten; u may be NULL. */
void ppp_units_free(struct ppp_units *u);
/* What it has asked for is answered to nobody. u may be NULL. */
void ppp_units_engine_gone(struct ppp_units *u);
/* The session ended: its channel and interface go. u may be NULL. */
void ppp_unit_forget(struct ppp_units *u, struct held_session *s);

#endif
