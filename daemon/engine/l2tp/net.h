/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets of control messages. */
#ifndef L2TPD_ENGINE_L2TP_NET_H
#define L2TPD_ENGINE_L2TP_NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "engine/turn.h"
#include "lib/addr.h"
#include "lib/loop.h"

struct engine;

/* Room for the address of ours that a packet was sent to, or leaves from. */
union net_control {
	struct cmsghdr align;
	uint8_t v4[CMSG_SPACE(sizeof(struct in_pktinfo))];
	uint8_t v6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

/* A listener, or a socket that is connected to a tunnel's peer. */
struct sock {
	struct loop_io io;
	struct engine *engine;
	int fd;
	struct addr local; /* a listener's may be the any address */
	bool connected;
	/* not yet: peer was called, and is whoever answers; see late */
	bool calling;
	/* it was not at first, and may still have something of another's */
	bool late;
	struct addr peer;
	/* why the peer is not reached; "": nothing is known (trouble.h) */
	char trouble[128];
	bool dead;    /* to be freed at the end of the turn */
	bool no_csum; /* data leaves by it without a UDP checksum */
	struct turn_item trash;
};

/*
 * Takes fd over, also when it fails; peer NULL: a listener. Nothing is read
 * before sock_start. NULL: out of memory.
 */
struct sock *sock_new(struct engine *e, int fd, const struct addr *local,
		      const struct addr *peer);
/* One that is not connected, so that the answer may come from elsewhere. */
void sock_hear_anybody(struct sock *s);
/* It was connected after it was made. */
void sock_connected(struct sock *s, const struct addr *peer);
int sock_start(struct sock *s); /* 0 or -errno */
void sock_free(struct sock *s); /* at the end of this turn; NULL is allowed */

#endif
