/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop guard: a tunnel whose packets enter the tunnel locks the box up. */
#ifndef L2TPD_ENGINE_L2TP_ROUTE_H
#define L2TPD_ENGINE_L2TP_ROUTE_H

struct session;

/*
 * Its interface is up: where the route to the peer leads into it, the session
 * is closed, and the log says why.
 */
void route_check(struct session *s);

#endif
