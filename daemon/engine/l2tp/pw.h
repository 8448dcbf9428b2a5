/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pseudowires: what the data packets of a session of version 3 look like. Both
 * ends say what they want of cookie, sublayer and sequence numbers (RFC 3931
 * section 5.4.4).
 */
#ifndef L2TPD_ENGINE_L2TP_PW_H
#define L2TPD_ENGINE_L2TP_PW_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/config.h"
#include "netlink/dataplane.h"
#include "proto/l2tp/l2tp.h"

/* with sequencing: how long a gap may hold frames back */
#define REORDER_TIMEOUT_MS 100

struct pseudowire {
	const struct config_pw *config;		 /* NULL: PPP's */
	uint16_t type;				 /* L2TP_PW_* */
	uint8_t cookie[8], cookie_len;		 /* that the peer must send */
	uint8_t peer_cookie[8], peer_cookie_len; /* and we */
	bool sublayer, sequencing;		 /* both ways */
	bool circuit_up, peer_up;
	uint32_t serial; /* of the peer's request */
	/* when either end of the circuit changed last; 0: it did not */
	uint64_t changed_ms;
};

/* config NULL: PPP's. NULL: out of memory. */
struct pseudowire *pw_new(const struct config_pw *config, bool sequencing);
void pw_free(struct pseudowire *w); /* NULL is allowed */
bool pw_is_ethernet(const struct pseudowire *w);
/*
 * What our request or answer says; end_id: PPP's Remote End ID, NULL where the
 * peer names it.
 */
void pw_params(const struct pseudowire *w, const char *end_id,
	       struct l2tp_call_params *p);
/* The other end has said what it wants: what holds for both. */
void pw_negotiate(struct pseudowire *w, const struct l2tp_call_params *theirs);
/* How the data plane is to do it. */
void pw_describe(const struct pseudowire *w, struct dp_session *s);

#endif
