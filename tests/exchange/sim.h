/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two protocol cores and the network between them in virtual time: packets are
 * lost, doubled, delayed and overtake each other by a seeded generator. Every
 * effect is checked against what the driver has been told before.
 */
#ifndef L2TPD_TESTS_SIM_H
#define L2TPD_TESTS_SIM_H

#include "proto/l2tp/l2tp.h"

struct sim;
struct sim_node;
struct sim_tunnel;
struct sim_session;

/* Parts of a thousand; ms. */
struct sim_network {
	unsigned int loss, duplicates, damage; /* damage: a bit is flipped */
	uint32_t delay_min, delay_max;
};

/* What the driver knows of a tunnel; stays until the end of the run. */
struct sim_tunnel {
	struct sim_node *node;
	struct l2tp_tunnel *t; /* NULL once it is freed */
	bool initiator, up, down, freed, by_peer;
	unsigned int signs; /* of life, when it was probed */
	bool answered;	    /* and given up for what the core keeps of it */
	uint32_t id, peer_id;
	struct l2tp_cause cause;
	unsigned int sessions; /* not down */
	void *extra;
	struct sim_tunnel *next;
};

struct sim_session {
	struct sim_tunnel *tunnel;
	struct l2tp_session *s; /* NULL once it is freed */
	enum l2tp_call_kind kind;
	bool up, down, freed, by_peer, asked;
	uint32_t id, peer_id;
	struct l2tp_cause cause;
	bool circuit; /* our end, of version 3 */
	struct l2tp_wen wen;
	struct l2tp_sli sli;
	unsigned int wens, slis;
	void *extra;
	struct sim_session *next;
};

/*
 * The driver's policy; a NULL takes the default: accept at once, with
 * node->config.
 */
struct sim_policy {
	void (*tunnel_request)(struct sim_tunnel *t);
	void (*tunnel_up)(struct sim_tunnel *t);
	void (*session_request)(struct sim_session *s); /* ICRQ, OCRQ */
	void (*session_answer)(struct sim_session *s);	/* ICRP, OCRP */
	void (*session_up)(struct sim_session *s);
	void (*session_down)(struct sim_session *s);
	/* false: the packet does not leave */
	bool (*send)(struct sim_node *n, const uint8_t *pkt, size_t len);
};

struct sim_node {
	struct sim *sim;
	const char *name;
	struct addr addr;
	struct l2tp_endpoint *ep;
	/* of tunnels that it begins, and by default of those that it takes */
	struct l2tp_tunnel_config config;
	struct sim_policy policy;
	struct sim_tunnel *tunnels;
	struct sim_tunnel *answered; /* no longer in the list */
	struct sim_session *sessions;
	uint64_t deadline; /* the core's own, as it was last */
	bool gone;	   /* hears nothing and says nothing */
	unsigned int sent, logs;
	unsigned int infos; /* of the logs, those that are no debugging */
	char log[160];	    /* the last */
};

struct sim {
	uint64_t now, random_state, seed;
	struct sim_network net;
	struct sim_node node[2];
	struct sim_event *heap;
	size_t heap_count, heap_size;
	uint64_t sequence;
	bool strangers; /* packets to no node's address are lost */
	bool trace;
};

void sim_init(struct sim *s, uint64_t seed);
/* Frees all; checks nothing. */
void sim_fini(struct sim *s);

uint64_t sim_random(struct sim *s);
uint32_t sim_below(struct sim *s, uint32_t n); /* 0 ... n - 1 */
bool sim_chance(struct sim *s, unsigned int permille);

struct sim_tunnel *sim_tunnel_open(struct sim_node *n,
				   const struct l2tp_tunnel_config *cfg);
/* NULL when the core refuses; *err as it gave it. */
struct sim_session *sim_session_open(struct sim_tunnel *t,
				     enum l2tp_call_kind kind,
				     const struct l2tp_call_params *p,
				     int *err);
/*
 * The node crashes and is back at once: its core is new, all
 * that it had is gone.
 */
void sim_restart(struct sim_node *n);
/* After any other call into a core: takes its effects and deadlines. */
void sim_settle(struct sim_node *n);
/* Calls fn(arg) in virtual time. */
void sim_at(struct sim *s, uint64_t when, void (*fn)(void *arg), void *arg);
/* A packet from an address of the test's choice. */
void sim_inject(struct sim_node *to, const struct addr *from, const void *pkt,
		size_t len);

/*
 * Until nothing is left to happen or the time is over; what is due at
 * it still happens.
 */
void sim_run(struct sim *s, uint64_t until);
/*
 * Runs on until nothing happens any more; fails the test when that takes longer
 * than limit ms.
 */
void sim_drain(struct sim *s, uint64_t limit);

/* Nothing is left in either core. */
void sim_check_empty(struct sim *s);
/*
 * Each tunnel and session that is up on one side is up on the other, of the
 * same version, with the same circuit.
 */
void sim_check_agreement(struct sim *s);

#endif
