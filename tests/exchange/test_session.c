// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls of all four kinds between two cores, and against hand-made messages:
 * parameters, refusals, limits, timeouts, ends. RFC 2661 sections 4.4.4, 5.2,
 * 5.6, 7.4, 7.5.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l2tp/proxy.h"
#include "sim.h"
#include "tests/unit/l2tp_packet.h"

struct lab {
	struct sim sim;
	struct sim_tunnel *a, *b;	/* established, idle timers off */
};

static struct sim_node *node(struct lab *l, int i)
{
	return &l->sim.node[i];
}

static void run(struct lab *l, uint64_t ms)
{
	sim_run(&l->sim, l->sim.now + ms);
}

static int setup(void **state)
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

static int teardown(void **state)
{
	struct lab *l = *state;

	sim_fini(&l->sim);
	return 0;
}

/* Anew, with other configurations. */
static void restart(struct lab *l, void (*configure)(struct sim_node *n))
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

static struct l2tp_endpoint_counters counters(struct lab *l, int i)
{
	struct l2tp_endpoint_counters c;

	l2tp_endpoint_counters(node(l, i)->ep, &c);
	return c;
}

static struct sim_session *call(struct sim_tunnel *t, enum l2tp_call_kind kind,
				const struct l2tp_call_params *p)
{
	struct sim_session *ss;
	int err;

	ss = sim_session_open(t, kind, p, &err);
	assert_int_equal(err, 0);
	return ss;
}

static struct sim_session *incoming(struct lab *l)
{
	return call(l->a, L2TP_CALL_LAC_INCOMING, NULL);
}

static void leave(struct sim_session *ss)
{
	(void)ss;
}

/* What a node said last, but for ZLBs, and how much of each. */
static struct {
	struct sim_node *node;
	struct packet packet;
	unsigned int count[L2TP_MESSAGE_UNKNOWN + 1];
} heard;

static bool hear(struct sim_node *n, const uint8_t *pkt, size_t len)
{
	struct decoded d;

	if (n != heard.node || len == L2TP_ZLB_LEN)
		return true;
	memcpy(heard.packet.data, pkt, len);
	heard.packet.len = len;
	packet_decode(&heard.packet, NULL, &d);
	heard.count[d.m.type]++;
	return true;
}

static void listen_to(struct sim_node *n)
{
	memset(&heard, 0, sizeof(heard));
	heard.node = n;
	n->policy.send = hear;
}

static void expect_cdn(uint16_t session_id, uint16_t result, uint16_t error)
{
	struct l2tp_cause cause;
	struct decoded d;

	packet_decode(&heard.packet, NULL, &d);
	assert_int_equal(d.m.type, L2TP_CDN);
	assert_int_equal(d.severity, L2TP_OK);
	assert_int_equal(d.header.session_id, session_id);
	l2tp_cause_decode(&d.m, &cause);
	assert_int_equal(cause.result, result);
	assert_int_equal(cause.error, error);
}

static void put(struct packet *p, enum l2tp_avp_id id, uint32_t v, size_t len)
{
	uint8_t value[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };

	packet_avp(p, l2tp_avp_info[id].mandatory ? M_BIT : 0, 0, l2tp_avp_info[id].type,
		   value + 4 - len, len);
}

/* A message in the place of what t's peer would send next; the peer itself is silenced. */
static void forge(struct sim_tunnel *t, struct packet *p)
{
	struct sim *s = t->node->sim;
	struct sim_node *peer = &s->node[t->node == &s->node[0]];
	struct l2tp_tunnel_counters c;

	l2tp_tunnel_counters(t->t, &c);
	peer->gone = true;
	packet_end(p);
	l2tp_encode_sequence(p->data, c.nr, c.ns);
	sim_inject(t->node, &peer->addr, p->data, p->len);
}

static void begin(struct packet *p, enum l2tp_message_type type, const struct sim_tunnel *t,
		  uint16_t session_id)
{
	packet_begin(p, type, t->id, session_id);
}

/* ---- calls come up ---- */

static void test_incoming(void **state)
{
	struct lab *l = *state;
	static const uint8_t confreq[] = { 1, 4, 5, 0xb4 }, port[] = "Serial0:0";
	const struct l2tp_extra_avp request = {
		.vendor = 9, .type = 100, .len = 9, .value = port,
	};
	const struct l2tp_extra_avp proxy[] = {
		{ .type = 27, .len = 4, .value = confreq },
		{ .type = 30, .len = 5, .value = (const uint8_t *)"alice" },
		{ .vendor = 4711, .type = 1, .len = 2, .value = confreq },
	};
	struct l2tp_call_params p = {
		.call_serial = 12345, .bearer_type = 2, .has_bearer_type = true,
		.physical_channel = 9, .has_physical_channel = true,
		.called_number = "5551000", .calling_number = "5552000", .sub_address = "3",
		.tx_connect_speed = 2000000, .rx_connect_speed = 640000, .framing_type = 2,
		.sequencing_required = true, .private_group = "blue", .private_group_len = 4,
		.extra_request = &request, .extra_request_count = 1,
		.extra_connected = proxy, .extra_connected_count = 3,
	};
	const struct l2tp_call_params *got;
	struct sim_session *a, *b;
	const uint8_t *value;
	uint16_t len;

	a = call(l->a, L2TP_CALL_LAC_INCOMING, &p);
	memset(&p, 0xff, sizeof(p));	/* it was copied */
	run(l, 200);
	b = node(l, 1)->sessions;
	assert_true(a->up && b->up);
	assert_int_equal(b->kind, L2TP_CALL_LNS_INCOMING);
	assert_int_equal(a->id, b->peer_id);
	assert_int_equal(b->id, a->peer_id);
	assert_string_equal(l2tp_session_state_str(b->s), "established");
	assert_int_equal(l2tp_session_established_ms(b->s), l->sim.now - 200 + 15);

	got = l2tp_session_peer_params(b->s);
	assert_int_equal(got->call_serial, 12345);
	assert_true(got->has_bearer_type && got->has_physical_channel);
	assert_int_equal(got->bearer_type, 2);
	assert_int_equal(got->physical_channel, 9);
	assert_string_equal(got->called_number, "5551000");
	assert_string_equal(got->calling_number, "5552000");
	assert_string_equal(got->sub_address, "3");
	assert_int_equal(got->tx_connect_speed, 2000000);
	assert_int_equal(got->rx_connect_speed, 640000);
	assert_int_equal(got->framing_type, 2);
	assert_true(got->sequencing_required);
	assert_int_equal(got->private_group_len, 4);
	assert_memory_equal(got->private_group, "blue", 4);

	value = l2tp_proxy_get(l2tp_session_proxy(b->s), L2TP_AVP_LAST_SENT_CONFREQ, &len, NULL);
	assert_int_equal(len, 4);
	assert_memory_equal(value, confreq, 4);
	value = l2tp_proxy_get(l2tp_session_proxy(b->s), L2TP_AVP_PROXY_AUTHEN_NAME, &len, NULL);
	assert_int_equal(len, 5);
	assert_memory_equal(value, "alice", 5);
	assert_null(l2tp_session_proxy(a->s));
}

static void test_serial_numbers(void **state)
{
	struct lab *l = *state;
	uint32_t first, second;

	incoming(l);
	run(l, 200);
	first = l2tp_session_peer_params(node(l, 1)->sessions->s)->call_serial;
	incoming(l);
	run(l, 200);
	second = l2tp_session_peer_params(node(l, 1)->sessions->s)->call_serial;
	assert_int_equal(second, first + 1);
}

static void accept_late(void *arg)
{
	struct sim_session *ss = arg;

	l2tp_session_accept(ss->s, ss->tunnel->node->sim->now, NULL);
	sim_settle(ss->tunnel->node);
}

static void accept_in_a_second(struct sim_session *ss)
{
	struct sim *s = ss->tunnel->node->sim;

	sim_at(s, s->now + 1000, accept_late, ss);
}

/* Nothing goes out before the driver says so: it has yet to install the session. */
static void test_answers_wait_for_the_driver(void **state)
{
	struct lab *l = *state;
	struct sim_session *a;

	node(l, 1)->policy.session_request = accept_in_a_second;
	node(l, 0)->policy.session_answer = accept_in_a_second;
	a = incoming(l);
	listen_to(node(l, 1));
	run(l, 900);
	assert_int_equal(heard.count[L2TP_ICRP], 0);
	assert_string_equal(l2tp_session_state_str(node(l, 1)->sessions->s), "idle");
	run(l, 200);
	assert_int_equal(heard.count[L2TP_ICRP], 1);
	assert_true(a->asked && !a->up);
	listen_to(node(l, 0));
	run(l, 800);
	assert_int_equal(heard.count[L2TP_ICCN], 0);
	assert_false(node(l, 1)->sessions->up);
	run(l, 300);
	assert_int_equal(heard.count[L2TP_ICCN], 1);
	assert_true(a->up && node(l, 1)->sessions->up);
}

static void test_outgoing(void **state)
{
	struct lab *l = *state;
	const struct l2tp_call_params p = {
		.called_number = "5551000", .minimum_bps = 300, .maximum_bps = 56000,
		.bearer_type = 2, .has_bearer_type = true, .framing_type = 1,
	};
	const struct l2tp_call_params reply = { .physical_channel = 3, .has_physical_channel = true };
	const struct l2tp_call_params connected = {
		.tx_connect_speed = 48000, .rx_connect_speed = 33600, .framing_type = 1,
	};
	const struct l2tp_call_params *got;
	struct sim_session *a, *b;

	node(l, 1)->policy.session_request = leave;
	a = call(l->a, L2TP_CALL_LNS_OUTGOING, &p);
	run(l, 200);
	b = node(l, 1)->sessions;
	assert_int_equal(b->kind, L2TP_CALL_LAC_OUTGOING);
	got = l2tp_session_peer_params(b->s);
	assert_string_equal(got->called_number, "5551000");
	assert_int_equal(got->minimum_bps, 300);
	assert_int_equal(got->maximum_bps, 56000);
	assert_int_equal(got->bearer_type, 2);
	assert_int_equal(got->framing_type, 1);

	/* not before it was accepted */
	l2tp_session_connected(b->s, l->sim.now, &connected);
	assert_string_equal(l2tp_session_state_str(b->s), "idle");
	l2tp_session_accept(b->s, l->sim.now, &reply);
	sim_settle(node(l, 1));
	run(l, 200);
	assert_string_equal(l2tp_session_state_str(a->s), "wait-connect");
	assert_string_equal(l2tp_session_state_str(b->s), "wait-cs-answer");
	assert_int_equal(l2tp_session_peer_params(a->s)->physical_channel, 3);
	assert_false(a->up || b->up);
	l2tp_session_connected(b->s, l->sim.now, &connected);
	sim_settle(node(l, 1));
	run(l, 200);
	assert_true(a->up && b->up);
	assert_int_equal(l2tp_session_peer_params(a->s)->tx_connect_speed, 48000);
	assert_int_equal(l2tp_session_peer_params(a->s)->rx_connect_speed, 33600);
}

/* The OCCN is there before our driver has decided on the OCRP. */
static void test_early_occn(void **state)
{
	struct lab *l = *state;
	struct sim_session *a;

	node(l, 0)->policy.session_answer = accept_in_a_second;
	a = call(l->a, L2TP_CALL_LNS_OUTGOING, NULL);
	run(l, 900);
	assert_true(node(l, 1)->sessions->up);
	assert_false(a->up);
	run(l, 300);
	assert_true(a->up && !a->down);
}

static void no_bearer(struct sim_node *n)
{
	n->config.bearer = 0;
}

static void test_outgoing_without_bearer(void **state)
{
	struct lab *l = *state;
	struct packet p;
	int err;

	/* section 6.9: only to a LAC that said what it can do */
	restart(l, no_bearer);
	assert_null(sim_session_open(l->a, L2TP_CALL_LNS_OUTGOING, NULL, &err));
	assert_int_equal(err, -EOPNOTSUPP);
	/* and who asks all the same is refused */
	listen_to(node(l, 1));
	packet_message(&p, L2TP_OCRQ, 0);
	p.data[4] = (uint8_t)(l->b->id >> 8);
	p.data[5] = (uint8_t)l->b->id;
	forge(l->b, &p);
	assert_int_equal(heard.count[L2TP_CDN], 1);
	assert_null(node(l, 1)->sessions);
	assert_false(l->b->down);
}

static void analog_only(struct sim_node *n)
{
	n->config.bearer = 2;
	n->config.framing = 2;
}

static void test_capabilities(void **state)
{
	struct lab *l = *state;
	struct l2tp_call_params p = { .bearer_type = 1, .has_bearer_type = true };
	struct sim_session *ss;
	struct packet pkt;

	/* section 4.4.4: an OCRQ asks only for what was advertised */
	restart(l, analog_only);
	ss = call(l->a, L2TP_CALL_LNS_OUTGOING, &p);
	assert_true(ss->down);
	assert_null(node(l, 1)->sessions);
	p.bearer_type = 3;
	ss = call(l->a, L2TP_CALL_LNS_OUTGOING, &p);
	run(l, 200);
	assert_true(ss->up);
	assert_int_equal(l2tp_session_peer_params(node(l, 1)->sessions->s)->bearer_type, 2);
	assert_int_equal(l2tp_session_peer_params(node(l, 1)->sessions->s)->framing_type, 2);

	/* a framing type that was not is refused in an ICCN */
	node(l, 0)->policy.session_answer = leave;
	incoming(l);
	run(l, 200);
	listen_to(node(l, 1));
	begin(&pkt, L2TP_ICCN, l->b, node(l, 1)->sessions->id);
	put(&pkt, L2TP_AVP_TX_CONNECT_SPEED, 64000, 4);
	put(&pkt, L2TP_AVP_FRAMING_TYPE, 1, 4);
	forge(l->b, &pkt);
	assert_true(node(l, 1)->sessions->down);
	expect_cdn(node(l, 0)->sessions->id, L2TP_CDN_ERROR, L2TP_ERROR_VALUE);
}

static void test_waiting_for_the_tunnel(void **state)
{
	struct lab *l = *state;
	struct sim_session *ss[20];
	struct sim_tunnel *t;

	t = sim_tunnel_open(node(l, 0), NULL);
	for (int i = 0; i < 20; i++) {
		ss[i] = call(t, L2TP_CALL_LAC_INCOMING, NULL);
		assert_string_equal(l2tp_session_state_str(ss[i]->s), "wait-tunnel");
	}
	l2tp_session_close(ss[7]->s, l->sim.now, NULL);
	l2tp_session_close(ss[0]->s, l->sim.now, NULL);
	l2tp_session_close(ss[19]->s, l->sim.now, NULL);
	sim_settle(node(l, 0));
	run(l, 2000);
	for (int i = 0; i < 20; i++)
		assert_int_equal(ss[i]->up, i != 7 && i != 0 && i != 19);
	assert_int_equal(counters(l, 1).sessions, 17);

	/* and with one that never comes up */
	node(l, 1)->gone = true;
	t = sim_tunnel_open(node(l, 0), NULL);
	ss[0] = call(t, L2TP_CALL_LAC_INCOMING, NULL);
	ss[1] = call(t, L2TP_CALL_LNS_OUTGOING, NULL);
	run(l, 32000);
	assert_true(t->down && ss[0]->down && ss[1]->down);
}

static void window_of_one(struct sim_node *n)
{
	n->config.receive_window = 1;
}

static unsigned int queued_most;

static bool watch_queue(struct sim_node *n, const uint8_t *pkt, size_t len)
{
	struct l2tp_tunnel_counters c;

	(void)pkt;
	(void)len;
	l2tp_tunnel_counters(n->tunnels->t, &c);
	if (c.queued > queued_most)
		queued_most = c.queued;
	return true;
}

/* Calls wait in their sessions, not as messages in the transport. */
static void test_many_at_once(void **state)
{
	struct lab *l = *state;

	for (int small = 0; small < 2; small++) {
		unsigned int calls = small ? 2000 : 5000;

		if (small)
			restart(l, window_of_one);
		queued_most = 0;
		node(l, 0)->policy.send = watch_queue;
		for (unsigned int i = 0; i < calls; i++)
			incoming(l);
		assert_in_range(queued_most, 1, 64);
		/* with a window of one, each of two messages takes a round trip of 10 ms */
		run(l, 50000);
		assert_int_equal(counters(l, 0).sessions, calls);
		for (int i = 0; i < 2; i++)
			for (struct sim_session *ss = node(l, i)->sessions; ss; ss = ss->next)
				assert_true(ss->up);
		sim_check_agreement(&l->sim);
		assert_in_range(queued_most, 1, 100);
	}
}

/* ---- refusals and ends ---- */

static void busy(struct sim_session *ss)
{
	const struct l2tp_cause cause = {
		.result = L2TP_CDN_BUSY, .q931_cause = 17, .q931_msg = 0x45, .text = "line 3 is busy",
	};

	l2tp_session_close(ss->s, ss->tunnel->node->sim->now, &cause);
}

static void test_refused(void **state)
{
	static const enum l2tp_call_kind kinds[] = { L2TP_CALL_LAC_INCOMING, L2TP_CALL_LNS_OUTGOING };
	struct lab *l = *state;

	node(l, 1)->policy.session_request = busy;
	for (int i = 0; i < 2; i++) {
		struct sim_session *a = call(l->a, kinds[i], NULL);

		run(l, 200);
		assert_true(a->freed && a->by_peer && !a->up && !a->asked);
		assert_int_equal(a->cause.result, L2TP_CDN_BUSY);
		assert_int_equal(a->cause.q931_cause, 17);
		assert_int_equal(a->cause.q931_msg, 0x45);
		assert_string_equal(a->cause.text, "line 3 is busy");
		assert_true(node(l, 1)->sessions->freed && !node(l, 1)->sessions->by_peer);
	}
	assert_int_equal(counters(l, 0).sessions + counters(l, 1).sessions, 0);

	/* what our driver cannot install of an answer goes the same way */
	node(l, 1)->policy.session_request = NULL;
	node(l, 0)->policy.session_answer = busy;
	for (int i = 0; i < 2; i++) {
		call(l->a, kinds[i], NULL);
		run(l, 200);
		assert_true(node(l, 1)->sessions->freed && node(l, 1)->sessions->by_peer);
		assert_int_equal(node(l, 1)->sessions->cause.result, L2TP_CDN_BUSY);
	}
	assert_int_equal(counters(l, 0).sessions + counters(l, 1).sessions, 0);
}

/* Section 4.4.4: a CDN sent before our id is known finds the session by the peer's. */
static void test_cdn_before_our_id(void **state)
{
	struct lab *l = *state;
	struct sim_session *a, *b;

	node(l, 1)->policy.session_request = leave;
	a = incoming(l);
	run(l, 200);
	b = node(l, 1)->sessions;
	assert_false(b->down);
	listen_to(node(l, 0));
	l2tp_session_close(a->s, l->sim.now, NULL);
	sim_settle(node(l, 0));
	expect_cdn(0, L2TP_CDN_ADMINISTRATIVE, 0);
	run(l, 200);
	assert_true(b->freed && b->by_peer);
	assert_int_equal(b->cause.result, L2TP_CDN_ADMINISTRATIVE);

	/* and when the ICRP is on its way */
	node(l, 1)->policy.session_request = NULL;
	a = incoming(l);
	sim_run(&l->sim, l->sim.now + 6);
	b = node(l, 1)->sessions;
	assert_string_equal(l2tp_session_state_str(b->s), "wait-connect");
	l2tp_session_close(a->s, l->sim.now, NULL);
	sim_settle(node(l, 0));
	run(l, 500);
	assert_true(a->freed && b->freed);
	assert_false(l->a->down || l->b->down);
}

static void test_closed_by_either(void **state)
{
	struct lab *l = *state;

	for (int who = 0; who < 2; who++) {
		struct sim_session *ss[2];

		ss[0] = incoming(l);
		run(l, 200);
		ss[1] = node(l, 1)->sessions;
		assert_true(ss[0]->up && ss[1]->up);
		l2tp_session_close(ss[who]->s, l->sim.now, NULL);
		/* again, before its effects are taken: nothing more happens */
		l2tp_session_close(ss[who]->s, l->sim.now, NULL);
		l2tp_session_accept(ss[who]->s, l->sim.now, NULL);
		sim_settle(node(l, who));
		assert_true(ss[who]->freed && !ss[who]->by_peer);
		run(l, 200);
		assert_true(ss[!who]->freed && ss[!who]->by_peer);
	}
}

static void test_unknown_session(void **state)
{
	struct lab *l = *state;
	struct packet p;

	/* an ICRP: its sender has a session that we do not */
	listen_to(node(l, 1));
	begin(&p, L2TP_ICRP, l->b, 4711);
	put(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99, 2);
	forge(l->b, &p);
	assert_int_equal(heard.count[L2TP_CDN], 1);
	expect_cdn(99, L2TP_CDN_ERROR, L2TP_ERROR_SESSION_ID);
	begin(&p, L2TP_OCRP, l->b, 4711);
	put(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 98, 2);
	forge(l->b, &p);
	/* the window is one for the second, until the first is acknowledged */
	l2tp_encode_zlb(p.data, l->b->id, 9, 2);
	sim_inject(node(l, 1), &node(l, 0)->addr, p.data, L2TP_ZLB_LEN);
	assert_int_equal(heard.count[L2TP_CDN], 2);
	expect_cdn(98, L2TP_CDN_ERROR, L2TP_ERROR_SESSION_ID);

	/* others are only acknowledged (sections 7.4.2, 7.5.2 in idle: clean up) */
	begin(&p, L2TP_CDN, l->b, 4711);
	put(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99, 2);
	put(&p, L2TP_AVP_RESULT_CODE, 1, 2);
	forge(l->b, &p);
	begin(&p, L2TP_CDN, l->b, 0);
	put(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99, 2);
	put(&p, L2TP_AVP_RESULT_CODE, 1, 2);
	forge(l->b, &p);
	begin(&p, L2TP_ICCN, l->b, 4711);
	put(&p, L2TP_AVP_TX_CONNECT_SPEED, 1, 4);
	put(&p, L2TP_AVP_FRAMING_TYPE, 1, 4);
	forge(l->b, &p);
	begin(&p, L2TP_SLI, l->b, 4711);
	packet_avp(&p, M_BIT, 0, 35, "\0\0\0\0\0\0\0\0\0\0", 10);
	forge(l->b, &p);
	assert_int_equal(heard.count[L2TP_CDN], 2);
	assert_false(l->b->down);
	assert_null(node(l, 1)->sessions);
}

static void test_malformed(void **state)
{
	struct lab *l = *state;
	struct packet p;

	/* an ICRQ without its serial number: refused by the id that it has */
	listen_to(node(l, 1));
	begin(&p, L2TP_ICRQ, l->b, 0);
	put(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99, 2);
	forge(l->b, &p);
	expect_cdn(99, L2TP_CDN_ERROR, L2TP_ERROR_VENDOR);
	assert_null(node(l, 1)->sessions);
	/* one without an id cannot even be refused */
	begin(&p, L2TP_ICRQ, l->b, 0);
	put(&p, L2TP_AVP_CALL_SERIAL_NUMBER, 1, 4);
	forge(l->b, &p);
	assert_int_equal(heard.count[L2TP_CDN], 1);
	assert_false(l->b->down);
}

static void test_malformed_iccn(void **state)
{
	struct lab *l = *state;
	struct packet p;

	node(l, 0)->policy.session_answer = leave;
	incoming(l);
	run(l, 200);
	listen_to(node(l, 1));
	begin(&p, L2TP_ICCN, l->b, node(l, 1)->sessions->id);
	put(&p, L2TP_AVP_FRAMING_TYPE, 1, 4);
	forge(l->b, &p);
	assert_true(node(l, 1)->sessions->down && !node(l, 1)->sessions->by_peer);
	expect_cdn(node(l, 0)->sessions->id, L2TP_CDN_ERROR, L2TP_ERROR_VENDOR);
}

/* An AVP that we do not know and that must be known (section 4.1) costs the session. */
static void test_unknown_avp(void **state)
{
	struct lab *l = *state;
	struct packet p;

	incoming(l);
	run(l, 200);
	listen_to(node(l, 0));
	begin(&p, L2TP_SLI, l->a, node(l, 0)->sessions->id);
	packet_avp(&p, M_BIT, 0, 35, "\0\0\0\0\0\0\0\0\0\0", 10);
	packet_avp(&p, M_BIT, 4711, 1, "x", 1);
	forge(l->a, &p);
	expect_cdn(node(l, 1)->sessions->id, L2TP_CDN_ERROR, L2TP_ERROR_UNKNOWN_AVP);
	assert_true(node(l, 0)->sessions->down);
	assert_false(l->a->down);
}

static void test_out_of_sequence(void **state)
{
	struct lab *l = *state;
	struct packet p;

	/* a second ICRP while the driver thinks about the first */
	node(l, 0)->policy.session_answer = leave;
	incoming(l);
	run(l, 200);
	listen_to(node(l, 0));
	begin(&p, L2TP_ICRP, l->a, node(l, 0)->sessions->id);
	put(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99, 2);
	forge(l->a, &p);
	assert_true(node(l, 0)->sessions->down);
	expect_cdn(node(l, 1)->sessions->id, L2TP_CDN_ERROR, L2TP_ERROR_VENDOR);
}

static void test_out_of_sequence_when_up(void **state)
{
	static const enum l2tp_message_type types[] = {
		L2TP_ICRQ, L2TP_ICRP, L2TP_ICCN, L2TP_OCRQ, L2TP_OCRP, L2TP_OCCN,
	};

	for (size_t i = 0; i < 6; i++) {
		struct lab *l = *state;
		struct sim_session *b;
		struct packet p;

		incoming(l);
		run(l, 200);
		b = node(l, 1)->sessions;
		listen_to(node(l, 1));
		packet_message(&p, types[i], 0);
		p.data[4] = (uint8_t)(l->b->id >> 8);
		p.data[5] = (uint8_t)l->b->id;
		p.data[6] = (uint8_t)(b->id >> 8);
		p.data[7] = (uint8_t)b->id;
		forge(l->b, &p);
		assert_true(b->down);
		expect_cdn(node(l, 0)->sessions->id, L2TP_CDN_ERROR, L2TP_ERROR_VENDOR);
		teardown(state);
		setup(state);
	}
}

static void test_same_peer_id(void **state)
{
	struct lab *l = *state;
	struct packet p;

	node(l, 1)->policy.session_request = leave;
	listen_to(node(l, 1));
	for (int i = 0; i < 2; i++) {
		begin(&p, L2TP_ICRQ, l->b, 0);
		put(&p, L2TP_AVP_ASSIGNED_SESSION_ID, 99, 2);
		put(&p, L2TP_AVP_CALL_SERIAL_NUMBER, 1, 4);
		forge(l->b, &p);
	}
	assert_int_equal(counters(l, 1).sessions, 1);
	expect_cdn(99, L2TP_CDN_ERROR, L2TP_ERROR_SESSION_ID);
}

static void three_sessions(struct sim_node *n)
{
	n->config.max_sessions = n == &n->sim->node[1] ? 3 : 0;
}

static void test_limits(void **state)
{
	struct lab *l = *state;
	struct l2tp_limits limits = { .sessions = 2 };
	int err;

	restart(l, three_sessions);
	for (int i = 0; i < 10; i++)
		incoming(l);
	run(l, 1000);
	assert_int_equal(counters(l, 1).sessions, 3);
	assert_int_equal(counters(l, 0).sessions, 3);
	for (struct sim_session *ss = node(l, 0)->sessions; ss; ss = ss->next) {
		if (!ss->down)
			continue;
		assert_true(ss->by_peer && !ss->up);
		assert_int_equal(ss->cause.result, L2TP_CDN_NO_FACILITIES);
	}
	assert_null(sim_session_open(l->b, L2TP_CALL_LNS_OUTGOING, NULL, &err));
	assert_int_equal(err, -ENOSPC);

	/* the endpoint's */
	l2tp_endpoint_set_limits(node(l, 0)->ep, &limits);
	assert_null(sim_session_open(l->a, L2TP_CALL_LAC_INCOMING, NULL, &err));
	assert_int_equal(err, -ENOSPC);
}

static void test_bad_arguments(void **state)
{
	struct lab *l = *state;
	struct l2tp_extra_avp extra[20] = { { .type = 1 } };
	struct l2tp_call_params p = { .extra_request = extra, .extra_request_count = 20 };
	int err;

	assert_null(sim_session_open(l->a, L2TP_CALL_LNS_INCOMING, NULL, &err));
	assert_int_equal(err, -EINVAL);
	assert_null(sim_session_open(l->a, L2TP_CALL_LAC_INCOMING, &p, &err));
	assert_int_equal(err, -E2BIG);
	assert_int_equal(counters(l, 0).sessions, 0);
	l2tp_tunnel_close(l->a->t, l->sim.now, NULL);
	assert_null(sim_session_open(l->a, L2TP_CALL_LAC_INCOMING, NULL, &err));
	assert_int_equal(err, -ENOTCONN);
}

/* ---- time ---- */

static void test_no_decision(void **state)
{
	struct lab *l = *state;
	struct sim_session *a, *b;

	/* on the request: our 60 s begin with the ICRQ, the LAC's own with it too */
	node(l, 1)->policy.session_request = leave;
	a = incoming(l);
	run(l, 200);
	b = node(l, 1)->sessions;
	run(l, 59700);
	assert_false(a->down || b->down);
	run(l, 200);
	assert_true(a->down && b->down);
	assert_int_equal(a->cause.result, L2TP_CDN_TIMEOUT);

	/* on the answer */
	node(l, 1)->policy.session_request = NULL;
	node(l, 0)->policy.session_answer = leave;
	a = incoming(l);
	run(l, 61000);
	assert_true(a->down);
	assert_int_equal(counters(l, 0).sessions + counters(l, 1).sessions, 0);

	/* a LAC whose bearer never answers (section 7.5.1) */
	node(l, 0)->policy.session_answer = NULL;
	node(l, 1)->policy.session_request = leave;
	a = call(l->a, L2TP_CALL_LNS_OUTGOING, NULL);
	run(l, 100);
	b = node(l, 1)->sessions;
	l2tp_session_accept(b->s, l->sim.now, NULL);
	sim_settle(node(l, 1));
	run(l, 61000);
	assert_true(a->down && b->down);
	assert_int_equal(counters(l, 0).sessions + counters(l, 1).sessions, 0);
	assert_false(l->a->down || l->b->down);
}

/* ---- the tunnel goes ---- */

static void test_tunnel_down(void **state)
{
	struct lab *l = *state;

	for (int i = 0; i < 50; i++)
		incoming(l);
	run(l, 1000);
	assert_int_equal(counters(l, 1).sessions, 50);
	listen_to(node(l, 0));
	l2tp_tunnel_close(l->a->t, l->sim.now, NULL);
	sim_settle(node(l, 0));
	/* the simulation checks that each session's end comes before the tunnel's */
	assert_int_equal(counters(l, 0).sessions, 0);
	run(l, 200);
	assert_int_equal(counters(l, 1).sessions, 0);
	/* section 5.7: it is not necessary to clear each session */
	assert_int_equal(heard.count[L2TP_CDN], 0);
	assert_int_equal(heard.count[L2TP_STOPCCN], 1);
	sim_drain(&l->sim, 40000);
	sim_check_empty(&l->sim);
}

/* ---- WEN and SLI ---- */

static void test_wen_and_sli(void **state)
{
	static const enum l2tp_call_kind kinds[] = { L2TP_CALL_LAC_INCOMING, L2TP_CALL_LNS_OUTGOING };
	const struct l2tp_wen wen = { 1, 0x10002, 3, 4, 5, 0xfffffff6 };
	const struct l2tp_sli sli = { 0x000a0000, 0xffffffff };

	for (int i = 0; i < 2; i++) {
		struct lab *l = *state;
		struct sim_session *a, *b, *lac, *lns;

		a = call(l->a, kinds[i], NULL);
		l2tp_session_send_wen(a->s, l->sim.now, &wen);	/* not up yet */
		run(l, 200);
		b = node(l, 1)->sessions;
		lac = i ? b : a;
		lns = i ? a : b;
		for (int side = 0; side < 2; side++) {
			struct sim_session *ss = side ? b : a;

			l2tp_session_send_wen(ss->s, l->sim.now, &wen);
			l2tp_session_send_sli(ss->s, l->sim.now, &sli);
			sim_settle(ss->tunnel->node);
		}
		run(l, 500);
		assert_int_equal(lns->wens, 1);
		assert_int_equal(lns->slis, 0);
		assert_int_equal(lac->wens, 0);
		assert_int_equal(lac->slis, 1);
		assert_memory_equal(&lns->wen, &wen, sizeof(wen));
		assert_memory_equal(&lac->sli, &sli, sizeof(sli));
	}
}

#define test(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(incoming),
		test(serial_numbers),
		test(answers_wait_for_the_driver),
		test(outgoing),
		test(early_occn),
		test(outgoing_without_bearer),
		test(capabilities),
		test(waiting_for_the_tunnel),
		test(many_at_once),
		test(refused),
		test(cdn_before_our_id),
		test(closed_by_either),
		test(unknown_session),
		test(malformed),
		test(malformed_iccn),
		test(unknown_avp),
		test(out_of_sequence),
		test(out_of_sequence_when_up),
		test(same_peer_id),
		test(limits),
		test(bad_arguments),
		test(no_decision),
		test(tunnel_down),
		test(wen_and_sli),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
