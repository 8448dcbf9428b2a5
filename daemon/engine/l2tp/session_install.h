/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions in the data plane, before the message that lets the peer send. */
#ifndef L2TPD_ENGINE_L2TP_SESSION_INSTALL_H
#define L2TPD_ENGINE_L2TP_SESSION_INSTALL_H

struct session;

/*
 * Both ids are known: installed at once or when its tunnel is, and then
 * answered. Nothing if it was already.
 */
void session_install(struct session *s);
/* The tunnel is in the data plane: a session that waited for it goes on. */
void session_tunnel_installed(struct session *s);
/* Its data packets are numbered from now on. */
void session_install_sequencing(struct session *s);
void session_uninstall(struct session *s);

#endif
