/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels whose ends move: our address, which the host has lost, and the
 * peer's, whose name means another one. The tunnel of a peer that we call is
 * closed and dialled again by the new one; of one that only calls us it is the
 * peer's to open anew.
 */
#ifndef L2TPD_ENGINE_PEERS_FOLLOW_H
#define L2TPD_ENGINE_PEERS_FOLLOW_H

#include "lib/addr.h"

struct engine;
struct peer;

/* The host has lost an address of its own. */
void follow_address_gone(struct engine *e, const struct addr *ours);
/*
 * The peer's name is looked up from time to time while that is of use; call
 * when that may have changed.
 */
void follow_name(struct peer *p);

#endif
