/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the operator does with peers and their sessions without taking them
 * away: dial them anew, stop them for a while, let them go on. None of a
 * dialling pppd's, which does this by itself.
 */
#ifndef L2TPD_ENGINE_PEERS_OPERATOR_H
#define L2TPD_ENGINE_PEERS_OPERATOR_H

struct peer;
struct peer_session;

/*
 * Of a peer that we call. Its call ends, or its wait, and it is dialled at
 * once; where the tunnel is only being opened, that begins anew.
 */
void operator_redial_session(struct peer_session *s);
/* Its tunnel is closed, and dialled again at once with all of its sessions. */
void operator_redial_peer(struct peer *p);

/*
 * The call ends; until it is enabled this end neither dials nor takes one. It
 * lasts until the engine ends.
 */
void operator_disable_session(struct peer_session *s);
/* The same of a tunnel with all of its sessions. */
void operator_disable_peer(struct peer *p);
/* Dialled as at the start, where this end is to call. */
void operator_enable_session(struct peer_session *s);
void operator_enable_peer(struct peer *p);

#endif
