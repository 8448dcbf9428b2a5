/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said to a peer when a control connection is opened, by either end. */
#ifndef L2TPD_ENGINE_PEERS_CONFIGURE_H
#define L2TPD_ENGINE_PEERS_CONFIGURE_H

#include <stdint.h>

struct config;
struct l2tp_tunnel_config;
struct peer;
struct tunnel;

/* Into out, whose secrets the caller clears. */
void peer_configure(const struct peer *p, struct l2tp_tunnel_config *out);
/* Whether data of its tunnel has UDP checksums. */
void peer_set_checksums(const struct peer *p, struct tunnel *t);
/*
 * Ours to peers of version 3; without one in the configuration made from the
 * host name, always the same.
 */
uint32_t configure_router_id(const struct config *c);

#endif
