/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Playing a peer by hand in a simulation: what a node said last, and messages
 * made byte by byte in its peer's place.
 */
#ifndef L2TPD_TESTS_PEER_H
#define L2TPD_TESTS_PEER_H

#include "sim.h"
#include "tests/unit/l2tp_packet.h"

/* What one node said since listen_to. */
struct heard {
	struct sim_node *node;
	struct packet packet; /* the last, but for ZLBs */
	unsigned int messages, zlbs;
	unsigned int of[L2TP_MESSAGE_UNKNOWN + 1]; /* by type */
};
extern struct heard heard;

void listen_to(struct sim_node *n);
/* What was heard last is this. */
void expect_stopccn(uint16_t result, uint16_t error);
void expect_cdn(uint16_t session_id, uint16_t result, uint16_t error);

/* An AVP with a number in len bytes. */
void put_number(struct packet *p, enum l2tp_avp_id id, uint32_t v, size_t len);
/* The header's ids. */
void put_ids(struct packet *p, uint16_t tunnel_id, uint16_t session_id);
/* An SCCRQ with what is required. */
void make_sccrq(struct packet *p, uint16_t id, uint16_t version);
/* ---- version 3; secrets are words, NULL for none ---- */

/* Its Message Digest is zero until it is signed. */
void begin_v3(struct packet *p, enum l2tp_message_type type, uint32_t ccid,
	      enum l2tp_digest digest);
/* What an SCCRQ and an SCCRP must have; nonce may be NULL. */
void put_connection(struct packet *p, uint32_t ccid,
		    const struct l2tp_nonce *nonce);
/* With a secret it is signed, by HMAC-SHA-1. */
void make_sccrq_v3(struct packet *p, uint32_t ccid, const char *secret,
		   const struct l2tp_nonce *nonce);
/* Ns, Nr, Length and digest; either nonce may be NULL. */
void seal(struct packet *p, uint16_t ns, uint16_t nr, const char *secret,
	  const struct l2tp_nonce *sender, const struct l2tp_nonce *receiver);
void put_sessions(struct packet *p, uint32_t local, uint32_t remote);
/* An ICRQ for an Ethernet circuit, which is active; without packet_end. */
void begin_icrq_v3(struct packet *p, const struct sim_tunnel *t, uint32_t local,
		   const char *end_id);
/* What was heard last is this, of version 3. */
void expect_stopccn_v3(uint16_t result, uint16_t error);
void expect_cdn_v3(uint32_t remote, uint16_t result, uint16_t error);
/* The nonce of what was heard last. */
struct l2tp_nonce heard_nonce(void);

/*
 * To t in the place of what its peer would send next; the peer
 * itself is silenced.
 */
void forge(struct sim_tunnel *t, struct packet *p);

struct l2tp_endpoint_counters node_counters(const struct sim_node *n);
struct l2tp_tunnel_counters tunnel_counters(const struct sim_tunnel *t);
unsigned int count_tunnels(const struct sim_node *n);
unsigned int count_up(const struct sim_node *n); /* tunnels */

/* Node 0 calls node 1; both ends are up. */
void open_both(struct sim *s, struct sim_tunnel **a, struct sim_tunnel **b);
void set_secret(struct sim_node *n, const char *secret);

/* For cmocka; *state is a struct sim of two nodes that have not called yet. */
int pair_setup(void **state);
int pair_setup_v3(void **state); /* of version 3, idle timers off */
int pair_teardown(void **state);
/* A policy: no decision. */
void leave_pending(struct sim_tunnel *t);

#endif
