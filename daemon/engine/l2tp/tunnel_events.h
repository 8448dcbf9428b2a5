/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core says of control connections. */
#ifndef L2TPD_ENGINE_L2TP_TUNNEL_EVENTS_H
#define L2TPD_ENGINE_L2TP_TUNNEL_EVENTS_H

struct engine;
struct l2tp_effect;
struct l2tp_tunnel;
struct tunnel;

/* Its SCCRP is out, and the core keeps what it needs to ask again. */
void tunnel_on_answered(struct tunnel *t);
void tunnel_on_request(struct engine *e, struct l2tp_tunnel *core);
void tunnel_on_up(struct tunnel *t);
void tunnel_on_alive(struct tunnel *t);
void tunnel_on_down(struct tunnel *t, const struct l2tp_effect *x);
void tunnel_on_free(struct tunnel *t);

#endif
