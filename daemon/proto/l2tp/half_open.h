/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Callers whose SCCRQ was answered and who have not answered yet. Of each only
 * the SCCRQ is kept, since what it says is not said again, and what our SCCRP
 * can be made of once more; a struct l2tp_tunnel is made from that when the
 * SCCCN comes. Nobody is kept out: who comes while all places are taken takes
 * the oldest of whoever has the most.
 */
#ifndef L2TPD_PROTO_L2TP_HALF_OPEN_H
#define L2TPD_PROTO_L2TP_HALF_OPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/addr.h"

/* Octets of a place. An SCCRQ that does not fit in one takes several. */
#define HALF_OPEN_PLACE	     300u
/*
 * Of one IPv4 address or IPv6 network of 64 bits: as many as wait behind one
 * NAT for an answer on its way.
 */
#define HALF_OPEN_SOURCE_MAX 256u
#define HALF_OPEN_PROOF_LEN  16

struct half_open {
	struct half_open *by_id, *by_ip; /* the next of the same bucket */
	struct half_open *older, *newer; /* of its queue */
	uint64_t due_ms;
	uint32_t id, peer_id;
	int socket;
	struct addr local, peer;
	uint16_t queue;
	uint16_t len; /* of the SCCRQ, with its header */
	/* the challenge or the nonce of our SCCRP */
	uint8_t proof[HALF_OPEN_PROOF_LEN];
	uint8_t request[];
};

/*
 * Oldest first. What has less time than the one before it is given up together
 * with that.
 */
struct half_open_queue {
	struct half_open *oldest, *newest;
	uint32_t places;
};

/* Zeroed but for seed is empty. */
struct half_opens {
	uint64_t seed;
	struct half_open **by_id, **by_ip;
	uint32_t size;	/* of either; a power of two, or 0 */
	uint32_t count; /* callers */
	uint32_t places;
	uint64_t displaced; /* went before their time */
	struct half_open_queue *queues;
	unsigned int queue_n;
};

void half_open_fini(struct half_opens *all);
/*
 * h has its id, ids, addresses, queue, due_ms, proof and len set; request is
 * copied. limit: in places. 0 or -ENOMEM.
 */
int half_open_add(struct half_opens *all, const struct half_open *h,
		  const uint8_t *request, uint32_t limit);
void half_open_remove(struct half_opens *all, struct half_open *h);
struct half_open *half_open_get(const struct half_opens *all, uint32_t id);
/*
 * What this address and port asked for: with the peer's id or, where that is
 * hidden and 0, with these very octets. NULL: nothing.
 */
struct half_open *half_open_find(const struct half_opens *all,
				 const struct addr *peer, uint32_t peer_id,
				 const uint8_t *request, size_t len);
/* When the first of them is given up, in ms; UINT64_MAX: there is none. */
uint64_t half_open_deadline(const struct half_opens *all);
void half_open_expire(struct half_opens *all, uint64_t now);

#endif
