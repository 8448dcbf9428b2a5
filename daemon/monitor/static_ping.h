/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the other site answers pings through a pseudowire. A filter in the
 * kernel lets only answers to this ping through, and no byte of them is read:
 * it counts only that one came.
 */
#ifndef L2TPD_MONITOR_STATIC_PING_H
#define L2TPD_MONITOR_STATIC_PING_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"
#include "lib/loop.h"

/* so many in a row without an answer are silence */
#define STATIC_PING_MISSED 3

enum static_ping_state {
	STATIC_PING_UNKNOWN,
	STATIC_PING_ALIVE,
	STATIC_PING_SILENT
};

struct static_ping {
	struct loop *loop;
	struct loop_io io;
	struct loop_timer timer;
	int fd;
	struct addr to;
	uint32_t interval_ms;
	uint16_t id, sequence; /* id: as in the packet */
	unsigned int missed;
	enum static_ping_state state;
	uint64_t answer_ms; /* of loop_now; 0: none yet */
	void (*changed)(void *ctx, struct static_ping *p);
	void *ctx;
};

/*
 * Through this interface and no other. 0 or -errno. changed is not
 * called from within.
 */
int static_ping_new(struct loop *loop, const struct addr *to,
		    const char *ifname, uint32_t interval_ms,
		    void (*changed)(void *ctx, struct static_ping *p),
		    void *ctx, struct static_ping **out);
void static_ping_free(struct static_ping *p); /* NULL is fine */

#endif
