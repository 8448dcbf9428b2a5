/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the monitor share. */
#ifndef L2TPD_MONITOR_INTERNAL_H
#define L2TPD_MONITOR_INTERNAL_H

#include <sys/resource.h>
#include <sys/types.h>

#include "ipc/channel.h"
#include "ipc/monitor.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "lib/table.h"
#include "monitor/ipsec_policy.h"
#include "monitor/monitor.h"
#include "monitor/own_addr.h"
#include "monitor/ppp.h"
#include "netlink/dataplane.h"

/* A tunnel whose socket the monitor keeps; installed: the kernel has it too. */
struct mtunnel {
	uint32_t id;
	uint8_t version;
	enum dp_encap encap;
	int fd;
	bool installed;
	bool guarded;		/* only what IPsec protects goes through */
	struct addr local, peer;
	bool local_watched;
	struct dp_tunnel dp;
	unsigned int sessions;
};

struct msession {
	struct dp_session dp;
	struct mtunnel *tunnel;
	int pppox;		/* -1: no PPP pseudowire, or not opened yet */
	bool ppp;		/* a pppd of ours has it */
	bool dialled;		/* one that dialled has it */
	bool gone;		/* deleted in the kernel; waits for its pppd's exit */
	struct given *given;	/* net.c: what its interface was given; NULL: nothing */
	struct pw *pw;		/* pw.c: its interface when it is Ethernet, from MONITOR_PW on */
};

struct role {
	const char *name;
	pid_t pid;		/* 0: not running */
	struct channel channel;
	uint64_t started_ms;
	unsigned int failures;	/* in a row, each within a minute of its start */
	struct loop_timer restart;
};

struct monitor {
	struct monitor_options options;
	struct loop *loop;
	struct config *config;
	char *config_text;	/* canonical; what the other processes get */
	size_t config_len;
	struct dataplane *dp;
	struct ppp_runner *ppp;
	struct net *net;	/* NULL with the null data plane */
	struct pws *pws;	/* NULL until the first Ethernet pseudowire */
	struct pw_sections *pw_sections;
	struct statics *statics;
	struct scripts *scripts;
	struct ipsec_policies ipsec;
	struct announce *announce;
	struct own_addrs *own_addrs;
	struct rlimit files;	/* as we were started with: the operator's programs get it */
	struct role engine, aaa;
	int control_fd, dial_fd;
	int queue_fd, coa_fd;	/* of the aaa process: its accounting queue, where coa clients are heard; -1 */
	int ready_fd;		/* the parent that waits in the foreground; -1 */
	struct table tunnels;	/* id -> struct mtunnel */
	struct table sessions;	/* session_key -> struct msession */
	struct table v3_ids;	/* session id -> struct msession, of version 3: one of an id in all tunnels */
	struct loop_signal sigterm, sigint, sigchld, sighup, sigpipe;
	struct loop_timer stop_timer;
	bool stopping;
	int status;
};

/* Twice what is configured: some of what ended lingers until its last packet, or its pppd's exit. */
static inline size_t monitor_room(uint32_t limit)
{
	return (size_t)limit * 2 + 64;
}

static inline uint64_t session_key(uint32_t tunnel_id, uint32_t session_id)
{
	return (uint64_t)tunnel_id << 32 | session_id;
}

/* request.c: the engine's requests */
void monitor_request(struct monitor *m, struct ipc_message *msg);
void monitor_ppp_exited(struct monitor *m, uint32_t tunnel_id, uint32_t session_id,
			pid_t pid, int status);
void monitor_address_gone(void *arg, const struct addr *a);	/* tells the engine; of own_addrs_new */
/* Removes every tunnel and session, and stops their pppds: the engine is gone. */
void monitor_clear(struct monitor *m);

/* roles.c: the other two processes */
int role_start(struct monitor *m, struct role *r);
void role_exited(struct monitor *m, struct role *r, int status);

#endif
