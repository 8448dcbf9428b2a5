/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets on interfaces: which they came by, and which they leave by. */
#ifndef L2TPD_ROUTER6_PACKET_H
#define L2TPD_ROUTER6_PACKET_H

#include <stddef.h>
#include <stdint.h>

struct packet {
	uint8_t *data;
	size_t len;
	uint32_t ifindex;
	uint8_t source[16], destination[16];
	uint8_t hop_limit; /* of what came */
	uint16_t port;	   /* of the other end; 0: the protocol has none */
};

typedef void packet_take(void *ctx, const struct packet *p);

/*
 * Reads what is there, some hundred packets at most. What did not tell all of
 * this, and what is longer than any message of theirs, is dropped.
 */
void packet_read(int fd, packet_take *take, void *ctx);
/* From an address of ours on that interface. 0 or -errno. */
int packet_send(int fd, const struct packet *p);

#endif
