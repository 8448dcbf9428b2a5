/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tunnels and sessions that the monitor holds for the engine: what is known
 * of each, and how it is found. What the engine asks to be done with them is in
 * held_tunnel.c, held_session.c and the files of their interfaces.
 */
#ifndef L2TPD_MONITOR_HELD_H
#define L2TPD_MONITOR_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/channel.h"
#include "lib/addr.h"
#include "lib/table.h"
#include "netlink/dataplane.h"

/* A tunnel whose socket the monitor keeps. */
struct held_tunnel {
	uint32_t id;
	uint8_t version;
	enum dp_encap encap;
	int fd;
	bool installed; /* the kernel has the tunnel, not the socket alone */
	bool connected; /* the socket, to its peer */
	bool guarded;	/* only what IPsec protects goes through */
	struct addr local, peer;
	bool local_watched;
	struct dp_tunnel dp;
	unsigned int sessions; /* that are not gone */
	/* ppp_net.c: of the way to the peer, in bytes; 0: not known */
	uint32_t path_mtu;
	unsigned int looked; /* when: the number of that look */
};

struct held_session {
	uint64_t link; /* the engine's number of it */
	struct dp_session dp;
	/*
	 * NULL: the session is gone, deleted in the kernel, and waits for its
	 * pppd's exit
	 */
	struct held_tunnel *tunnel;
	int pppox; /* -1: no PPP pseudowire, or not opened yet */
	struct channel_out *exit_event; /* of its pppd's; NULL: none runs */
	bool ppp;			/* a pppd of ours has it */
	bool dialled;			/* a pppd that dialled has it */
	int unit; /* its interface, as pppd told or as we made it; 0: not yet */
	/* ppp_unit.c: PPP of our own has it; NULL: it has not */
	struct builtin_unit *builtin;
	/* of a pppd of ours or a unit; NULL: there is none, or it dialled */
	const struct config_ppp *profile;
	bool caller; /* we called: the other end is a server */
	/* net.c: what its interface was given; NULL: nothing */
	struct given *given;
	/* ppp_net.c: its interface's size and ways; NULL: it is not up */
	struct ppp_net *ppp_net;
	/* pw.c: its Ethernet interface; NULL before MONITOR_PW */
	struct pw *pw;
};

/* Zeroed is empty. */
struct held {
	uint64_t first_link;   /* of the engine that runs, or runs next */
	struct table tunnels;  /* id -> struct held_tunnel */
	struct table sessions; /* link -> struct held_session */
	/* session id -> struct held_session, of version 3 */
	struct table v3_ids;
	/* interface index -> struct held_session, of the units */
	struct table units;
};

void held_fini(struct held *h); /* after the last of both is freed */

/* A number that the engine which runs may give to a session of its own. */
bool held_link_fits(const struct held *h, uint64_t link);
/* Not 0, and of no more bits than the version has: 16 or 32. */
bool held_id_fits(uint32_t id, uint8_t version);
/*
 * What is configured as the most, doubled: some of what has ended lingers until
 * its last packet was acknowledged, or until its pppd has exited.
 */
size_t held_room(uint32_t limit);

/* Enters a tunnel without a socket. NULL: no memory, or the id is taken. */
struct held_tunnel *held_tunnel_new(struct held *h, uint32_t id);
struct held_tunnel *held_tunnel_find(const struct held *h, uint32_t id);
void held_tunnel_free(struct held *h, struct held_tunnel *t);

/*
 * Enters a session, which the kernel does not have yet. 0, -EEXIST, or -ENOMEM.
 * Sessions of version 3 have ids of their own in all tunnels together, since
 * RFC 3931 has them be the LCCE's, although the kernel takes the same id in two
 * tunnels over UDP.
 */
int held_session_new(struct held *h, uint64_t link, struct held_tunnel *t,
		     const struct dp_session *dp, struct held_session **out);
/* NULL when there is none; also one that is gone and waits for its pppd. */
struct held_session *held_session_or_gone(const struct held *h, uint64_t link);
/* NULL when there is none, or it is gone. */
struct held_session *held_session_find(const struct held *h, uint64_t link);
/* The same, and PPP runs on it, so that it may have an interface of PPP's. */
struct held_session *held_session_with_ppp(const struct held *h, uint64_t link);
bool held_has_v3_session(const struct held *h, uint32_t session_id);
/*
 * The kernel was told to remove it. Its id is free here at once: what may still
 * be in the kernel refuses a new session there.
 */
void held_session_leave(struct held *h, struct held_session *s);
void held_session_free(struct held *h, struct held_session *s);

#endif
