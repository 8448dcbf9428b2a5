/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core says of sessions. */
#ifndef L2TPD_ENGINE_L2TP_SESSION_EVENTS_H
#define L2TPD_ENGINE_L2TP_SESSION_EVENTS_H

struct l2tp_effect;
struct l2tp_session;
struct session;
struct tunnel;

/*
 * The tunnel's owner is asked once it knows that the tunnel is up: a peer that
 * crashed asks for the place of its old session, which goes with its old tunnel
 * then.
 */
void session_on_request(struct tunnel *t, struct l2tp_session *core);
void session_on_tunnel_up(struct session *s); /* and the owner knows */
void session_on_answer(struct session *s);
void session_on_up(struct session *s);
void session_on_down(struct session *s, const struct l2tp_effect *x);
void session_on_free(struct session *s);

#endif
