/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PPP port's backend builtin: the core of proto/ppp, on the two fds of a
 * session that the monitor opened, the channel and the unit. All else that its
 * interface needs is asked of the monitor.
 */
#ifndef L2TPD_ENGINE_PPP_BUILTIN_H
#define L2TPD_ENGINE_PPP_BUILTIN_H

#include <stdbool.h>

#include "proto/ppp/ppp.h"

struct engine;
struct link;
struct monitor_ppp_heard;
struct ppp_backend;

extern const struct ppp_backend builtin_backend;

/* The core, and what each profile says to it. 0 or -ENOMEM. */
int builtins_start(struct engine *e);
void builtins_free(struct engine *e); /* after the last link */

/* The monitor says from whom packets have come. */
void builtins_heard(struct engine *e, const struct monitor_ppp_heard *h);

/* What PPP of our own has agreed on; false: it does not run on the link. */
bool builtin_info(const struct link *l, struct ppp_info *out);

#endif
