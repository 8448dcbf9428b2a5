// SPDX-License-Identifier: GPL-2.0-or-later
/* A simulation with an established tunnel, for tests of calls in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "lab.h"

void run(struct lab *l, uint64_t ms)
{
	sim_run(&l->sim, l->sim.now + ms);
}

int lab_setup(void **state)
{
	static struct lab l;

	memset(&l, 0, sizeof(l));
	sim_init(&l.sim, 7);
	for (int i = 0; i < 2; i++)
		node(&l, i)->config.idle_timeout = L2TP_OFF;
	l.a = sim_tunnel_open(node(&l, 0), NULL);
	run(&l, 500);
	l.b = node(&l, 1)->tunnels;
	assert_true(l.a->up && l.b->up);
	*state = &l;
	return 0;
}

int lab_teardown(void **state)
{
	struct lab *l = *state;

	sim_fini(&l->sim);
	return 0;
}

void lab_restart(struct lab *l, void (*configure)(struct sim_node *n))
{
	sim_fini(&l->sim);
	sim_init(&l->sim, 8);
	for (int i = 0; i < 2; i++) {
		node(l, i)->config.idle_timeout = L2TP_OFF;
		configure(node(l, i));
	}
	l->a = sim_tunnel_open(node(l, 0), NULL);
	run(l, 500);
	l->b = node(l, 1)->tunnels;
	assert_true(l->a->up && l->b->up);
}

struct sim_session *call(struct sim_tunnel *t, enum l2tp_call_kind kind,
			 const struct l2tp_call_params *p)
{
	struct sim_session *ss;
	int err;

	ss = sim_session_open(t, kind, p, &err);
	assert_int_equal(err, 0);
	return ss;
}

struct sim_session *incoming(struct lab *l)
{
	return call(l->a, L2TP_CALL_LAC_INCOMING, NULL);
}

void leave(struct sim_session *ss)
{
	(void)ss;
}

static void accept_late(void *arg)
{
	struct sim_session *ss = arg;

	l2tp_session_accept(ss->s, ss->tunnel->node->sim->now, NULL);
	sim_settle(ss->tunnel->node);
}

void accept_in_a_second(struct sim_session *ss)
{
	struct sim *s = ss->tunnel->node->sim;

	sim_at(s, s->now + 1000, accept_late, ss);
}

void begin(struct packet *p, enum l2tp_message_type type,
	   const struct sim_tunnel *t, uint16_t session_id)
{
	packet_begin(p, type, t->id, session_id);
}
