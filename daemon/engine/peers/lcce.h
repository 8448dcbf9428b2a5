/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The peers of L2TPv3: who they are when they call, what they may ask for, and
 * that each has one control connection, whichever end began it.
 */
#ifndef L2TPD_ENGINE_PEERS_LCCE_H
#define L2TPD_ENGINE_PEERS_LCCE_H

#include <stdbool.h>

struct tunnel;
struct tunnel_owner;

extern const struct tunnel_owner lcce_tunnel_owner;

/* l2tp_taker: the tunnel is of an lcce that calls us. */
bool lcce_take(struct tunnel *t);

#endif
