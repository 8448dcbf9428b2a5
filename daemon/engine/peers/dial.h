/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dial socket: a pppd with "plugin l2tpd.so" and l2tp-server in its peers
 * file asks here for a tunnel and a session, and takes the session over when
 * it is established. It owns the call from then on: when it ends, the call is
 * cleared.
 */
#ifndef L2TPD_ENGINE_PEERS_DIAL_H
#define L2TPD_ENGINE_PEERS_DIAL_H

struct engine;

/* fd, taken over, is the listening socket; see clients.h. 0 or -ENOMEM. */
int dials_start(struct engine *e, int fd);
void dials_free(struct engine *e);

#endif
