/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a session of a peer is dialled: at the start, when it is added, and
 * again after it ended, sooner or later as it failed less or more often.
 */
#ifndef L2TPD_ENGINE_PEERS_REDIAL_H
#define L2TPD_ENGINE_PEERS_REDIAL_H

struct engine;
struct l2tp_tunnel_config;
struct link;
struct peer;
struct peer_session;
struct tunnel;
struct tunnel_owner;

/* The owner of tunnels to the LNSs of lac sections. */
extern const struct tunnel_owner lac_tunnel_owner;

/* All that are to be up are dialled. */
void redial_start(struct engine *e);
/* Brings it up now: dials the tunnel when there is none. */
void redial_want(struct peer_session *s);
/* The same where this end is to call; else it waits for the peer. */
void redial_begin(struct peer_session *s);
/* The link is this session's call from now on. */
void redial_take(struct peer_session *s, struct link *l);
/* Its call ended or could not be made: it is dialled later, or given up. */
void redial_failed(struct peer_session *s, const char *reason);
/* The session whose call this is, or NULL. */
struct peer_session *redial_session(const struct link *l);
/* The peer's control connection is there: those that are wanted are placed. */
void redial_peer_up(struct peer *p);
/*
 * It is not, or no longer: those that are wanted wait for the next
 * attempt. Of peer_ops.
 */
void redial_peer_down(struct peer *p, const char *reason);

/* Of the owners of peers' tunnels: see struct tunnel_owner. */
const char *redial_tunnel_name(const struct tunnel *t);
void redial_configure(struct tunnel *t, struct l2tp_tunnel_config *cfg);

#endif
