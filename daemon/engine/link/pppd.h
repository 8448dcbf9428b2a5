/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The backend pppd: a child of the profile's template, started by the monitor,
 * or a pppd that dialled by itself. Both speak ipc/ppp.h with us over the
 * link's call channel.
 */
#ifndef L2TPD_ENGINE_LINK_PPPD_H
#define L2TPD_ENGINE_LINK_PPPD_H

#include "ipc/monitor.h"

struct engine;
struct link;
struct ppp_backend;

extern const struct ppp_backend pppd_backend;

/*
 * A pppd that dialled has the link: fd, taken over, is our end of its channel.
 */
void pppd_adopt(struct link *l, int fd);
/* The monitor says that a child ended. */
void pppd_exited(struct engine *e, const struct monitor_ppp_exit *x);

#endif
