/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PPP interface of a session in the network around it: the monitor is told
 * what is up on it, and says how large it is.
 */
#ifndef L2TPD_ENGINE_L2TP_PPP_NET_H
#define L2TPD_ENGINE_L2TP_PPP_NET_H

#include "ipc/monitor.h"

struct engine;
struct session;

/*
 * A network protocol went up or down. The monitor sets what the profile says of
 * routes and sizes.
 */
void ppp_net_changed(struct session *s);
/* The monitor's event: the MTU of an interface, or of the way to its peer. */
void ppp_net_mtu(struct engine *e, const struct monitor_mtu *x);

#endif
