/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening the tunnel of a peer that we call: its name, a socket, IPsec, the
 * SCCRQ; one address after the other.
 */
#ifndef L2TPD_ENGINE_PEERS_CONNECT_H
#define L2TPD_ENGINE_PEERS_CONNECT_H

struct peer;

/*
 * Of an idle peer without a tunnel; peer_ops.connect_failed is
 * called where it fails.
 */
void connect_peer(struct peer *p);

#endif
