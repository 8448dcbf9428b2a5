/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lns sections: who may open tunnels to us, and how their calls are served.
 */
#ifndef L2TPD_ENGINE_SERVICE_LNS_H
#define L2TPD_ENGINE_SERVICE_LNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_lns;
struct engine;
struct secret;
struct tunnel;

int lns_start(struct engine *e); /* 0 or -ENOMEM */
void lns_free(struct engine *e);
/* of the section of this index, to be filled */
struct secret *lns_secret(struct engine *e, size_t i);
struct secret *lns_old_secret(struct engine *e, size_t i);
/* l2tp_taker: the tunnel is of a peer that an lns section takes. */
bool lns_take(struct tunnel *t);
/* Calls of all sections that are being set up. */
uint32_t lns_calls_in_setup(const struct engine *e);
/* The section whose tunnel this is, or NULL. */
const struct config_lns *lns_of(const struct tunnel *t);

#endif
