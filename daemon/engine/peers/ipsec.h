/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control connections that must be protected by IPsec: the aaa process asks
 * strongSwan, the monitor has the kernel drop what comes in clear, and the end
 * of the SAs is the end of the connection.
 */
#ifndef L2TPD_ENGINE_PEERS_IPSEC_H
#define L2TPD_ENGINE_PEERS_IPSEC_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/aaa.h"
#include "ipc/channel.h"
#include "ipc/ipsec.h"

struct engine;
struct peer;
struct tunnel;

bool ipsec_is_required(const struct peer *p);
struct ipsec_flow ipsec_flow_of(const struct addr *local,
				const struct addr *peer);
/* Called once; r is valid within the call. */
typedef void ipsec_told(void *arg, const struct ipsec_report *r);
/*
 * Whether the packets are protected; child: of strongSwan's, that is begun for
 * it, or NULL. 0 or -errno.
 */
int ipsec_ask(struct engine *e, const struct ipsec_flow *flow,
	      const char *child, ipsec_told *told, void *arg);
/*
 * Nothing in clear for a tunnel that the monitor has made the socket
 * of. 0 or -errno.
 */
int ipsec_protect(struct engine *e, uint32_t tunnel_id, uint32_t reqid,
		  channel_done *done, void *arg);

/*
 * Of a tunnel that a peer opens (struct tunnel_owner): SAs are asked for, the
 * socket made, its policy set.
 */
void ipsec_prepare(struct tunnel *t);
int ipsec_protect_socket(struct tunnel *t);

/* Its SAs are watched; their end is the tunnel's. */
void ipsec_watch(struct tunnel *t, uint32_t reqid);
void ipsec_unwatch(struct tunnel *t);
void ipsec_state(struct engine *e, const struct aaa_ipsec_state *x);
void ipsec_again(struct engine *e); /* to an aaa process that is new */

#endif
