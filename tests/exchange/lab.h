/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A simulation with an established tunnel, for tests of calls in it. */
#ifndef L2TPD_TESTS_LAB_H
#define L2TPD_TESTS_LAB_H

#include "peer.h"

struct lab {
	struct sim sim;
	/* the ends of nodes 0 and 1; idle timers off */
	struct sim_tunnel *a, *b;
};

/* For cmocka; *state is the lab. */
int lab_setup(void **state);
int lab_teardown(void **state);
/* Anew, with other configurations. */
void lab_restart(struct lab *l, void (*configure)(struct sim_node *n));

static inline struct sim_node *node(struct lab *l, int i)
{
	return &l->sim.node[i];
}

void run(struct lab *l, uint64_t ms);
/* A call from t's side; the core takes it. */
struct sim_session *call(struct sim_tunnel *t, enum l2tp_call_kind kind,
			 const struct l2tp_call_params *p);
struct sim_session *incoming(struct lab *l); /* from node 0 to node 1 */

/* Policies: no decision; one after a second. */
void leave(struct sim_session *ss);
void accept_in_a_second(struct sim_session *ss);

/* A message for t's end. */
void begin(struct packet *p, enum l2tp_message_type type,
	   const struct sim_tunnel *t, uint16_t session_id);

#endif
