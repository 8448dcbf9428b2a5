/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two ends of a tunnel on the loopback of a network namespace of their own,
 * for programs that try the kernel's data plane. Whatever goes wrong here ends
 * the program.
 */
#ifndef L2TPD_TESTS_VM_DATAPLANE_LAB_H
#define L2TPD_TESTS_VM_DATAPLANE_LAB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "netlink/dataplane.h"

/* What carries a tunnel. */
struct lab_kind {
	const char *name;
	uint8_t version;
	enum dp_encap encap;
	int family;
};

/* tunnel[0] and tunnel[1] are each other's peers. */
struct lab {
	struct dataplane *dp;
	const struct lab_kind *kind;
	struct dp_tunnel tunnel[2];
};

/* A new network namespace with its loopback up, for this process. */
void lab_namespace(void);

/* Two connected sockets; the tunnels are not installed yet. */
void lab_sockets(struct lab *lab, const struct lab_kind *kind);
/*
 * The same with the addresses and ports of another's, which stay open. UDP
 * only.
 */
void lab_sockets_as(struct lab *lab, const struct lab *other);
void lab_close_sockets(struct lab *lab);

/* The session n between the ends, as end sees it; to be changed before use. */
struct dp_session lab_session(const struct lab *lab, int end, uint32_t n);

struct lab_count {
	unsigned int tunnels, sessions;
};
struct lab_count lab_count(struct dataplane *dp);
/* Waits until that many are left; false after ten seconds. */
bool lab_wait_count(struct dataplane *dp, unsigned int tunnels,
		    unsigned int sessions);

unsigned int lab_open_fds(void);
bool lab_wait_fds(unsigned int n);
double lab_now_ms(void);
/*
 * What pppd does with a PPPoX socket: the channel's fd of /dev/ppp, to read
 * frames from.
 */
int lab_attach(int pppox);
/*
 * Sends one PPP frame by a PPPoX socket and tells whether it comes out of the
 * other's channel.
 */
bool lab_frame_passes(int pppox, int channel, uint8_t mark);
/* Reads a frame that lab_send sent, within ten seconds: its mark, or -1. */
int lab_read(int channel);
bool lab_send(int pppox, uint8_t mark);

#endif
