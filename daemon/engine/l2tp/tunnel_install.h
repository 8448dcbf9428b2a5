/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a control connection into the data plane: its socket, then the
 * kernel's tunnel.
 */
#ifndef L2TPD_ENGINE_L2TP_TUNNEL_INSTALL_H
#define L2TPD_ENGINE_L2TP_TUNNEL_INSTALL_H

struct tunnel;

/*
 * Nothing stands in the way of its SCCRP: its socket where that comes first,
 * then the answer.
 */
void tunnel_go_on(struct tunnel *t);
/*
 * The same, with a socket of its own in any case: where packets have to be
 * protected before.
 */
void tunnel_go_on_with_socket(struct tunnel *t);
/*
 * It is established: into the data plane. Its sessions and its owner are told.
 */
void tunnel_install(struct tunnel *t);
void tunnel_uninstall(struct tunnel *t);

#endif
