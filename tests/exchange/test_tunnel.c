// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control connections between two cores, and against hand-made messages:
 * establishment, authentication, refusal, ties, limits, keepalive and end.
 * RFC 2661 sections 4.4.3, 5.1, 5.5, 5.7, 7.2, 8.1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "tests/unit/l2tp_packet.h"

static const struct addr stranger = { .family = AF_INET, .port = 1701, .ip = { 198, 51, 100, 9 } };

static int setup(void **state)
{
	static struct sim s;

	sim_init(&s, 42);
	*state = &s;
	return 0;
}

static int teardown(void **state)
{
	sim_fini(*state);
	return 0;
}

static void set_secret(struct sim_node *n, const char *secret)
{
	secret_set(&n->config.secret, secret, strlen(secret));
}

static struct l2tp_endpoint_counters counters(const struct sim_node *n)
{
	struct l2tp_endpoint_counters c;

	l2tp_endpoint_counters(n->ep, &c);
	return c;
}

static struct l2tp_tunnel_counters tunnel_counters(const struct sim_tunnel *t)
{
	struct l2tp_tunnel_counters c;

	l2tp_tunnel_counters(t->t, &c);
	return c;
}

static unsigned int count_tunnels(const struct sim_node *n)
{
	unsigned int count = 0;

	for (const struct sim_tunnel *t = n->tunnels; t; t = t->next)
		count++;
	return count;
}

/* What node said last, but for ZLBs. */
static struct {
	struct sim_node *node;
	struct packet packet;
	unsigned int count, zlbs;
} heard;

static bool hear(struct sim_node *n, const uint8_t *pkt, size_t len)
{
	if (n != heard.node)
		return true;
	if (len == L2TP_ZLB_LEN) {
		heard.zlbs++;
		return true;
	}
	memcpy(heard.packet.data, pkt, len);
	heard.packet.len = len;
	heard.count++;
	return true;
}

static void listen_to(struct sim_node *n)
{
	memset(&heard, 0, sizeof(heard));
	heard.node = n;
	n->policy.send = hear;
}

/* What was heard last is a StopCCN or CDN with this. */
static void expect_end(enum l2tp_message_type type, uint16_t result, uint16_t error)
{
	struct decoded d;
	struct l2tp_cause cause;

	assert_int_not_equal(heard.count, 0);
	packet_decode(&heard.packet, NULL, &d);
	assert_int_equal(d.m.type, type);
	l2tp_cause_decode(&d.m, &cause);
	assert_int_equal(cause.result, result);
	assert_int_equal(cause.error, error);
}

/* A message in the place of what t's peer would send next. */
static void forge(struct sim_tunnel *t, struct packet *p)
{
	struct l2tp_tunnel_counters c = tunnel_counters(t);
	struct sim *s = t->node->sim;

	packet_end(p);
	l2tp_encode_sequence(p->data, c.nr, c.ns);
	sim_inject(t->node, &s->node[t->node == &s->node[0]].addr, p->data, p->len);
}

static void put_u16(struct packet *p, enum l2tp_avp_id id, uint16_t v)
{
	uint8_t value[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	packet_avp(p, l2tp_avp_info[id].mandatory ? M_BIT : 0, 0, l2tp_avp_info[id].type, value, 2);
}

/* An SCCRQ of a peer of the test's own. */
static void sccrq(struct packet *p, uint16_t id, uint16_t version)
{
	packet_begin(p, L2TP_SCCRQ, 0, 0);
	put_u16(p, L2TP_AVP_PROTOCOL_VERSION, version);
	packet_avp(p, M_BIT, 0, 3, "\0\0\0\3", 4);
	packet_avp(p, M_BIT, 0, 7, "stranger", 8);
	put_u16(p, L2TP_AVP_ASSIGNED_TUNNEL_ID, id);
	packet_end(p);
}

static void open_both(struct sim *s, struct sim_tunnel **a, struct sim_tunnel **b)
{
	*a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 200);
	*b = s->node[1].tunnels;
	assert_non_null(*b);
	assert_true((*a)->up);
	assert_true((*b)->up);
}

/* ---- establishment ---- */

static void test_plain(void **state)
{
	struct sim *s = *state;
	const struct l2tp_tunnel_peer_info *info;
	struct sim_tunnel *a, *b;

	s->node[0].config.framing = 1;
	s->node[0].config.firmware = 0x1234;
	s->node[0].config.receive_window = 7;
	strcpy(s->node[0].config.vendor_name, "somebody");
	open_both(s, &a, &b);
	assert_int_equal(a->id, b->peer_id);
	assert_int_equal(b->id, a->peer_id);
	assert_true(l2tp_tunnel_is_initiator(a->t));
	assert_false(l2tp_tunnel_is_initiator(b->t));
	assert_string_equal(l2tp_tunnel_state_str(b->t), "established");
	info = l2tp_tunnel_peer_info(b->t);
	assert_string_equal(info->hostname, "a.example");
	assert_string_equal(info->vendor_name, "somebody");
	assert_int_equal(info->framing, 1);
	assert_int_equal(info->bearer, 3);
	assert_int_equal(info->firmware, 0x1234);
	assert_int_equal(info->receive_window, 7);
	assert_int_equal(info->protocol_version, 0x0100);
	assert_string_equal(l2tp_tunnel_peer_info(a->t)->hostname, "b.example");
	/* nothing but the four packets of section 5.1 */
	assert_int_equal(s->node[0].sent, 2);
	assert_int_equal(s->node[1].sent, 2);
	assert_int_equal(counters(&s->node[1]).half_open, 0);
}

static void test_authentication(void **state)
{
	/* who challenges, who hides: every combination */
	for (unsigned int how = 0; how < 16; how++) {
		struct sim *s = *state;
		struct sim_tunnel *a, *b;

		for (int i = 0; i < 2; i++) {
			set_secret(&s->node[i], "the same");
			s->node[i].config.challenge = how & 1u << i;
			s->node[i].config.hide = how & 4u << i;
		}
		open_both(s, &a, &b);
		assert_string_equal(l2tp_tunnel_peer_info(b->t)->hostname, "a.example");
		teardown(state);
		setup(state);
	}
}

static void test_wrong_secret(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;

	/* the responder's answer to the challenge is wrong: the initiator refuses */
	set_secret(&s->node[0], "one");
	set_secret(&s->node[1], "another");
	s->node[0].config.challenge = true;
	listen_to(&s->node[0]);
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 200);
	assert_true(a->down && !a->up);
	assert_int_equal(a->cause.result, L2TP_STOPCCN_NOT_AUTHORIZED);
	assert_false(a->by_peer);
	expect_end(L2TP_STOPCCN, L2TP_STOPCCN_NOT_AUTHORIZED, 0);
	assert_true(s->node[1].tunnels->down && !s->node[1].tunnels->up);
	assert_true(s->node[1].tunnels->by_peer);
	assert_non_null(strstr(s->node[1].tunnels->cause.text, "secret"));
	sim_drain(s, 60000);
	sim_check_empty(s);

	/* the initiator's answer is wrong: the responder does, after its SCCRP */
	s->node[0].config.challenge = false;
	s->node[1].config.challenge = true;
	listen_to(&s->node[1]);
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 200);
	/* it had to take the SCCRP, so that it was up for a moment */
	assert_true(a->up && a->down && a->by_peer);
	assert_int_equal(a->cause.result, L2TP_STOPCCN_NOT_AUTHORIZED);
	expect_end(L2TP_STOPCCN, L2TP_STOPCCN_NOT_AUTHORIZED, 0);
	assert_false(s->node[1].tunnels->up);
	sim_drain(s, 60000);
	sim_check_empty(s);
}

static void test_no_secret(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	int err;

	set_secret(&s->node[0], "mine alone");
	s->node[0].config.challenge = true;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 200);
	assert_true(a->down && a->by_peer);
	assert_int_equal(a->cause.result, L2TP_STOPCCN_NOT_AUTHORIZED);
	assert_non_null(strstr(a->cause.text, "no secret"));

	/* hidden even: then the refusal cannot name our id, and finds us by address */
	s->node[0].config.hide = true;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 200);
	assert_true(a->down && a->by_peer);
	sim_drain(s, 120000);
	sim_check_empty(s);

	/* what cannot work is said at once */
	s->node[1].config.challenge = true;
	assert_null(l2tp_tunnel_open(s->node[1].ep, s->now, &s->node[1].config, &s->node[1].addr,
				     &s->node[0].addr, 1, 0, &err));
	assert_int_equal(err, -EINVAL);
}

static void test_missing_response(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	struct packet p;

	set_secret(&s->node[0], "mine");
	s->node[0].config.challenge = true;
	s->node[1].gone = true;
	listen_to(&s->node[0]);
	a = sim_tunnel_open(&s->node[0], NULL);
	packet_message(&p, L2TP_SCCRP, 0);
	p.data[4] = (uint8_t)(a->id >> 8);
	p.data[5] = (uint8_t)a->id;
	forge(a, &p);
	assert_true(a->down);
	expect_end(L2TP_STOPCCN, L2TP_STOPCCN_NOT_AUTHORIZED, 0);
}

static void test_version(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	struct packet p;

	/* refused without keeping anything */
	sccrq(&p, 77, 0x0200);
	s->node[0].gone = true;
	listen_to(&s->node[1]);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	expect_end(L2TP_STOPCCN, L2TP_STOPCCN_VERSION, 0x0100);
	assert_int_equal(heard.packet.data[5], 77);
	/* it acknowledges the SCCRQ */
	assert_memory_equal(heard.packet.data + 8, "\0\0\0\1", 4);
	assert_null(s->node[1].tunnels);
	assert_int_equal(counters(&s->node[1]).refused, 1);

	/* a later revision of version 1 may call */
	sccrq(&p, 78, 0x0105);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_non_null(s->node[1].tunnels);

	/* and in an SCCRP */
	s->node[0].gone = false;
	s->node[1].gone = true;
	listen_to(&s->node[0]);
	a = sim_tunnel_open(&s->node[0], NULL);
	packet_begin(&p, L2TP_SCCRP, a->id, 0);
	put_u16(&p, L2TP_AVP_PROTOCOL_VERSION, 0x0200);
	packet_avp(&p, M_BIT, 0, 3, "\0\0\0\3", 4);
	packet_avp(&p, M_BIT, 0, 7, "stranger", 8);
	put_u16(&p, L2TP_AVP_ASSIGNED_TUNNEL_ID, 79);
	forge(a, &p);
	expect_end(L2TP_STOPCCN, L2TP_STOPCCN_VERSION, 0x0100);
	assert_int_equal(heard.packet.data[5], 79);
	assert_true(a->down);
}

static void test_window_of_zero(void **state)
{
	struct sim *s = *state;
	struct packet p;

	/* section 5.8: invalid; its M bit is set, so it costs the tunnel (section 7.1) */
	sccrq(&p, 77, 0x0100);
	put_u16(&p, L2TP_AVP_RECEIVE_WINDOW_SIZE, 0);
	packet_end(&p);
	s->node[0].gone = true;
	listen_to(&s->node[1]);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	expect_end(L2TP_STOPCCN, L2TP_STOPCCN_ERROR, L2TP_ERROR_VALUE);
	assert_null(s->node[1].tunnels);
}

/* ---- requests that come again, and decisions that come late ---- */

static void leave_pending(struct sim_tunnel *t)
{
	(void)t;
}

static void test_copies_of_a_request(void **state)
{
	struct sim *s = *state;
	struct packet p;

	s->node[0].gone = true;
	s->node[1].policy.tunnel_request = leave_pending;
	listen_to(&s->node[1]);
	sccrq(&p, 77, 0x0100);
	for (int i = 0; i < 5; i++) {
		sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
		sim_run(s, s->now + 1000);
	}
	/* one that says something else under the same id is no other tunnel either */
	put_u16(&p, L2TP_AVP_FIRMWARE_REVISION, 1);
	packet_end(&p);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(count_tunnels(&s->node[1]), 1);
	assert_int_equal(heard.count, 0);
	/* each was acknowledged, so that the peer need not go on */
	assert_int_equal(heard.zlbs, 6);

	/* another id, or another port, is another tunnel */
	sccrq(&p, 78, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(count_tunnels(&s->node[1]), 2);

	/* the answer goes out once it is accepted, and once only */
	l2tp_tunnel_accept(s->node[1].tunnels->t, s->now, &s->node[1].config);
	sim_settle(&s->node[1]);
	assert_int_equal(heard.count, 1);
	l2tp_tunnel_accept(s->node[1].tunnels->t, s->now, &s->node[1].config);
	sim_settle(&s->node[1]);
	assert_int_equal(heard.count, 1);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(count_tunnels(&s->node[1]), 2);
}

/* A peer that was started anew and uses the same id again. */
static void test_restarted_peer(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct packet p;

	open_both(s, &a, &b);
	sim_run(s, s->now + 2000);
	sccrq(&p, a->id, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(count_tunnels(&s->node[1]), 2);
	assert_false(b->down);
}

static void test_hidden_copies(void **state)
{
	struct sim *s = *state;

	for (int i = 0; i < 2; i++) {
		set_secret(&s->node[i], "shared");
		s->node[i].config.hide = true;
	}
	s->net.duplicates = 1000;
	s->net.delay_max = 3000;
	sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 9000);
	assert_int_equal(count_tunnels(&s->node[1]), 1);
	assert_true(s->node[1].tunnels->up);
}

static void test_no_decision(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;

	s->node[1].policy.tunnel_request = leave_pending;
	s->node[0].config.setup_timeout = 100000;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 59000);
	assert_false(a->down);
	assert_int_equal(counters(&s->node[1]).half_open, 1);
	sim_run(s, s->now + 2000);
	assert_true(a->down && a->by_peer);
	assert_int_equal(a->cause.result, L2TP_STOPCCN_CLEAR);
	sim_drain(s, 60000);
	sim_check_empty(s);
}

static void reject(struct sim_tunnel *t)
{
	struct l2tp_cause cause = { .result = L2TP_STOPCCN_NOT_AUTHORIZED, .text = "who are you" };

	l2tp_tunnel_reject(t->t, t->node->sim->now, &cause);
}

static void test_reject(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;

	s->node[1].policy.tunnel_request = reject;
	s->net.loss = 300;
	for (int i = 0; i < 50; i++) {
		a = sim_tunnel_open(&s->node[0], NULL);
		sim_run(s, s->now + 35000);
		assert_true(a->down && !a->up);
		if (!a->by_peer)
			continue;	/* it did not get through, which is the network's fault */
		assert_int_equal(a->cause.result, L2TP_STOPCCN_NOT_AUTHORIZED);
		assert_string_equal(a->cause.text, "who are you");
	}
	sim_drain(s, 70000);
	sim_check_empty(s);
}

static void renumber(struct sim_tunnel *t)
{
	uint16_t old = t->id;

	assert_int_equal(l2tp_tunnel_renumber(t->t), 0);
	t->id = l2tp_tunnel_id(t->t);
	assert_int_not_equal(t->id, old);
	assert_null(l2tp_tunnel_find(t->node->ep, old));
	assert_ptr_equal(l2tp_tunnel_find(t->node->ep, t->id), t->t);
	l2tp_tunnel_accept(t->t, t->node->sim->now, &t->node->config);
	assert_int_equal(l2tp_tunnel_renumber(t->t), -EALREADY);
}

static void test_renumber(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;

	s->node[1].policy.tunnel_request = renumber;
	open_both(s, &a, &b);
	assert_int_equal(a->peer_id, b->id);
	assert_int_equal(l2tp_tunnel_renumber(a->t), -EALREADY);
}

/* ---- limits ---- */

static void test_limits(void **state)
{
	struct sim *s = *state;
	struct l2tp_limits limits = { .half_open = 3 };
	struct packet p;
	int err;

	s->node[0].gone = true;
	s->node[1].policy.tunnel_request = leave_pending;
	l2tp_endpoint_set_limits(s->node[1].ep, &limits);
	listen_to(&s->node[1]);
	for (uint16_t id = 1; id <= 10; id++) {
		sccrq(&p, id, 0x0100);
		sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	}
	assert_int_equal(count_tunnels(&s->node[1]), 3);
	assert_int_equal(heard.count, 7);
	assert_int_equal(counters(&s->node[1]).refused, 7);
	expect_end(L2TP_STOPCCN, L2TP_STOPCCN_ERROR, L2TP_ERROR_RESOURCES);
	assert_int_equal(heard.packet.data[5], 10);
	/* they expire, although nobody decides and the peer is silent */
	sim_run(s, s->now + 60000 + 31000);
	assert_int_equal(counters(&s->node[1]).half_open, 0);
	sccrq(&p, 11, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(count_tunnels(&s->node[1]), 4);

	limits = (struct l2tp_limits){ .tunnels = 1 };
	l2tp_endpoint_set_limits(s->node[1].ep, &limits);
	sccrq(&p, 12, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(count_tunnels(&s->node[1]), 4);
	assert_null(l2tp_tunnel_open(s->node[1].ep, s->now, &s->node[1].config, &s->node[1].addr,
				     &s->node[0].addr, 1, 0, &err));
	assert_int_equal(err, -ENOSPC);
}

/* Refused ones count as half-open until they are forgotten: they cost as much. */
static void test_rejected_are_limited(void **state)
{
	struct sim *s = *state;
	struct l2tp_limits limits = { .half_open = 5 };
	struct packet p;

	s->node[0].gone = true;
	s->node[1].policy.tunnel_request = reject;
	l2tp_endpoint_set_limits(s->node[1].ep, &limits);
	for (uint16_t id = 1; id <= 100; id++) {
		sccrq(&p, id, 0x0100);
		sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	}
	assert_int_equal(count_tunnels(&s->node[1]), 5);
	assert_int_equal(counters(&s->node[1]).refused, 95);
	sim_drain(s, 40000);
	sim_check_empty(s);
}

static void test_given_id(void **state)
{
	struct sim *s = *state;
	struct sim_node *n = &s->node[0];
	struct l2tp_tunnel *t;
	int err;

	t = l2tp_tunnel_open(n->ep, s->now, &n->config, &n->addr, &s->node[1].addr, 1, 4711, &err);
	assert_non_null(t);
	assert_int_equal(l2tp_tunnel_id(t), 4711);
	assert_null(l2tp_tunnel_open(n->ep, s->now, &n->config, &n->addr, &s->node[1].addr, 1,
				     4711, &err));
	assert_int_equal(err, -EEXIST);
}

/* ---- ties, section 4.4.3 ---- */

/* Both dial at the same moment. */
static void dial_both(struct sim *s, struct sim_tunnel **a, struct sim_tunnel **b)
{
	*a = sim_tunnel_open(&s->node[0], NULL);
	*b = sim_tunnel_open(&s->node[1], NULL);
	sim_run(s, s->now + 5000);
}

static unsigned int count_up(const struct sim_node *n)
{
	unsigned int up = 0;

	for (const struct sim_tunnel *t = n->tunnels; t; t = t->next)
		up += t->up && !t->down;
	return up;
}

static void test_tie(void **state)
{
	unsigned int won[2] = { 0, 0 };

	for (uint64_t seed = 0; seed < 50; seed++) {
		struct sim s;
		struct sim_tunnel *a, *b;

		sim_init(&s, seed);
		s.node[0].config.tie_breaker = s.node[1].config.tie_breaker = true;
		dial_both(&s, &a, &b);
		assert_int_equal(count_up(&s.node[0]), 1);
		assert_int_equal(count_up(&s.node[1]), 1);
		sim_check_agreement(&s);
		/* one's own came up, the other's was discarded, silently */
		assert_int_equal(a->up + b->up, 1);
		assert_int_equal((a->up ? b : a)->cause.result, L2TP_STOPCCN_EXISTS);
		assert_true((a->up ? b : a)->freed);
		won[b->up]++;
		sim_fini(&s);
	}
	assert_true(won[0] > 10 && won[1] > 10);
	(void)state;
}

static void test_tie_with_one_breaker(void **state)
{
	for (int who = 0; who < 2; who++) {
		struct sim *s = *state;
		struct sim_tunnel *t[2];

		s->node[who].config.tie_breaker = true;
		dial_both(s, &t[0], &t[1]);
		assert_true(t[who]->up && !t[who]->down);
		assert_true(t[!who]->freed && !t[!who]->up);
		assert_int_equal(count_up(&s->node[0]), 1);
		assert_int_equal(count_up(&s->node[1]), 1);
		teardown(state);
		setup(state);
	}
}

static void test_no_tie(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;

	dial_both(s, &a, &b);
	assert_int_equal(count_up(&s->node[0]), 2);
	assert_int_equal(count_up(&s->node[1]), 2);
	sim_check_agreement(s);
}

static void test_equal_tie(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;
	struct decoded d;
	struct packet p;

	s->node[0].config.tie_breaker = true;
	s->node[1].gone = true;
	listen_to(&s->node[0]);
	a = sim_tunnel_open(&s->node[0], NULL);
	packet_decode(&heard.packet, NULL, &d);
	assert_true(l2tp_has(&d.m, L2TP_AVP_TIE_BREAKER));
	sccrq(&p, 77, 0x0100);
	packet_avp(&p, 0, 0, 5, d.m.avp[L2TP_AVP_TIE_BREAKER].value, 8);
	packet_end(&p);
	sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
	/* "both sides MUST discard their tunnels" */
	assert_true(a->freed);
	assert_int_equal(count_tunnels(&s->node[0]), 1);
	assert_int_equal(heard.count, 1);
}

static void test_tie_in_a_bad_network(void **state)
{
	unsigned int single = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 500; seed++) {
		struct sim s;
		struct sim_tunnel *a, *b;

		sim_init(&s, seed);
		s.net = (struct sim_network){
			.loss = 200, .duplicates = 200, .delay_min = 1, .delay_max = 800,
		};
		s.node[0].config.tie_breaker = s.node[1].config.tie_breaker = true;
		s.node[0].config.idle_timeout = s.node[1].config.idle_timeout = L2TP_OFF;
		dial_both(&s, &a, &b);
		s.net = (struct sim_network){ .delay_min = 1, .delay_max = 1 };
		sim_run(&s, s.now + 70000);
		sim_check_agreement(&s);
		/* never two */
		assert_true(count_up(&s.node[0]) <= 1);
		single += count_up(&s.node[0]);
		sim_fini(&s);
	}
	assert_true(single > 400);
}

/* ---- addresses ---- */

static void test_addresses(void **state)
{
	struct sim *s = *state;
	struct addr other_port = s->node[1].addr;
	struct sim_tunnel *a, *b;
	struct packet p;

	open_both(s, &a, &b);
	packet_begin(&p, L2TP_STOPCCN, a->id, 0);
	put_u16(&p, L2TP_AVP_ASSIGNED_TUNNEL_ID, b->id);
	packet_avp(&p, M_BIT, 0, 1, "\0\1", 2);
	packet_end(&p);
	l2tp_encode_sequence(p.data, 1, 2);
	sim_inject(&s->node[0], &stranger, p.data, p.len);
	other_port.port = 1702;
	sim_inject(&s->node[0], &other_port, p.data, p.len);
	assert_false(a->down);
	assert_int_equal(counters(&s->node[0]).wrong_address, 2);
	sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
	assert_true(a->down);
}

/* Section 8.1: the recipient may answer from another port, which then stays. */
static void test_port_of_the_answer(void **state)
{
	struct sim *s = *state;
	struct addr other_port = s->node[1].addr;
	struct sim_tunnel *a;
	struct packet p;

	s->node[1].gone = true;
	a = sim_tunnel_open(&s->node[0], NULL);
	packet_begin(&p, L2TP_SCCRP, a->id, 0);
	put_u16(&p, L2TP_AVP_PROTOCOL_VERSION, 0x0100);
	packet_avp(&p, M_BIT, 0, 3, "\0\0\0\3", 4);
	packet_avp(&p, M_BIT, 0, 7, "stranger", 8);
	put_u16(&p, L2TP_AVP_ASSIGNED_TUNNEL_ID, 79);
	packet_end(&p);
	l2tp_encode_sequence(p.data, 0, 1);
	sim_inject(&s->node[0], &stranger, p.data, p.len);
	assert_false(a->up);
	/* from here on the simulated network looks at where packets go */
	other_port.port = 40001;
	s->node[1].addr.port = 40001;
	sim_inject(&s->node[0], &other_port, p.data, p.len);
	assert_true(a->up);
	assert_int_equal(l2tp_tunnel_peer(a->t)->port, 40001);
}

static void test_garbage(void **state)
{
	struct sim *s = *state;
	struct sim_node *n = &s->node[1];
	uint8_t zlb[L2TP_ZLB_LEN];
	struct packet p;

	/* no StopCCN to what may be anybody's */
	packet_begin(&p, L2TP_HELLO, 4711, 0);
	packet_end(&p);
	sim_inject(n, &stranger, p.data, p.len);
	packet_begin(&p, L2TP_HELLO, 0, 0);
	packet_end(&p);
	sim_inject(n, &stranger, p.data, p.len);
	packet_begin(&p, L2TP_STOPCCN, 0, 0);
	put_u16(&p, L2TP_AVP_ASSIGNED_TUNNEL_ID, 5);
	packet_avp(&p, M_BIT, 0, 1, "\0\1", 2);
	packet_end(&p);
	sim_inject(n, &stranger, p.data, p.len);
	l2tp_encode_zlb(zlb, 0, 0, 0);
	sim_inject(n, &stranger, zlb, sizeof(zlb));
	assert_int_equal(counters(n).stray, 4);
	sim_inject(n, &stranger, "", 0);
	sim_inject(n, &stranger, "\xc8\x02\x00", 3);
	assert_int_equal(counters(n).malformed, 2);
	/* an SCCRQ that is not the first message */
	sccrq(&p, 7, 0x0100);
	l2tp_encode_sequence(p.data, 1, 0);
	sim_inject(n, &stranger, p.data, p.len);
	assert_int_equal(counters(n).malformed, 3);
	sim_inject(n, &stranger, "\0\2\0\7\0\1\xff\3\xc0\x21", 10);
	assert_int_equal(counters(n).data, 1);
	assert_int_equal(counters(n).stray, 4);
	assert_int_equal(n->sent, 0);
	assert_null(n->tunnels);
}

/* ---- messages out of place ---- */

static void test_out_of_sequence(void **state)
{
	static const enum l2tp_message_type types[] = { L2TP_SCCRQ, L2TP_SCCRP, L2TP_SCCCN };

	for (size_t i = 0; i < 3; i++) {
		struct sim *s = *state;
		struct sim_tunnel *a, *b;
		struct packet p;

		open_both(s, &a, &b);
		s->node[0].gone = true;
		listen_to(&s->node[1]);
		packet_message(&p, types[i], 0);
		p.data[4] = (uint8_t)(b->id >> 8);
		p.data[5] = (uint8_t)b->id;
		forge(b, &p);
		assert_true(b->down && !b->by_peer);
		expect_end(L2TP_STOPCCN, L2TP_STOPCCN_FSM, 0);
		teardown(state);
		setup(state);
	}
}

static void test_unknown_message(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct packet p;

	open_both(s, &a, &b);
	s->node[0].gone = true;
	listen_to(&s->node[1]);
	packet_begin(&p, 99, b->id, 0);
	p.data[12] &= 0x7f;
	forge(b, &p);
	/* taken and acknowledged, and nothing more */
	assert_false(b->down);
	assert_int_equal(s->node[1].logs, 1);
	sim_run(s, s->now + 200);
	assert_int_equal(heard.zlbs, 1);
	packet_begin(&p, 99, b->id, 0);
	forge(b, &p);
	assert_true(b->down);
	expect_end(L2TP_STOPCCN, L2TP_STOPCCN_ERROR, L2TP_ERROR_UNKNOWN_AVP);
}

/* ---- keepalive and end ---- */

static void test_hello(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	uint64_t last;

	s->node[0].config.idle_timeout = s->node[1].config.idle_timeout = L2TP_OFF;
	s->node[0].config.hello_interval = 20000;
	open_both(s, &a, &b);
	sim_run(s, s->now + 600000);
	assert_false(a->down);
	assert_in_range(tunnel_counters(a).hellos_sent, 29, 31);
	/* the other has heard enough to have nothing to ask */
	assert_int_equal(tunnel_counters(b).hellos_sent, 0);

	s->node[1].gone = true;
	last = tunnel_counters(a).last_heard_ms;
	sim_run(s, last + 20000 + 30900);
	assert_false(a->down);
	sim_run(s, last + 20000 + 31100);
	assert_true(a->down && a->freed && !a->by_peer);
	assert_string_equal(a->cause.text, "no answer after 5 retransmissions");
}

static void test_vanished_peer(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	int err;

	open_both(s, &a, &b);
	for (int i = 0; i < 20; i++)
		assert_non_null(sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL, &err));
	sim_run(s, s->now + 1000);
	assert_int_equal(counters(&s->node[0]).sessions, 20);
	assert_int_equal(counters(&s->node[1]).sessions, 20);
	s->node[0].gone = true;
	/* hello after 60 s, then one cycle of 31 s; no session keeps a timer */
	sim_drain(s, 92000);
	sim_check_empty(s);
	for (struct sim_session *ss = s->node[1].sessions; ss; ss = ss->next)
		assert_non_null(strstr(ss->cause.text, "no answer"));
}

static void test_idle(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct sim_session *ss;
	int err;

	s->node[0].config.idle_timeout = L2TP_OFF;
	s->node[1].config.idle_timeout = 10000;
	open_both(s, &a, &b);
	ss = sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL, &err);
	sim_run(s, s->now + 30000);
	assert_false(b->down);
	l2tp_session_close(ss->s, s->now, NULL);
	sim_settle(&s->node[0]);
	sim_run(s, s->now + 9900);
	assert_false(b->down);
	sim_run(s, s->now + 200);
	assert_true(b->down && a->down && a->by_peer);
	assert_int_equal(a->cause.result, L2TP_STOPCCN_CLEAR);
	assert_string_equal(a->cause.text, "");

	/* unless it is to stay */
	s->node[1].config.persist_idle = true;
	open_both(s, &a, &b);
	sim_run(s, s->now + 100000);
	assert_false(b->down);
}

static void test_close_under_loss(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 300; seed++) {
		struct sim s;
		struct sim_tunnel *a, *b;
		uint64_t both;

		sim_init(&s, seed);
		open_both(&s, &a, &b);
		s.net.loss = 400;
		both = seed % 3;
		if (both != 1)
			l2tp_tunnel_close(a->t, s.now, NULL);
		if (both != 0)
			l2tp_tunnel_close(b->t, s.now, NULL);
		sim_settle(&s.node[0]);
		sim_settle(&s.node[1]);
		/* unanswered for a cycle, or answered within it and kept for another */
		sim_run(&s, s.now + 31000);
		assert_true((both == 1 || a->down) && (both == 0 || b->down));
		/* one that never heard of it notices by its hello */
		s.net.loss = 0;
		sim_drain(&s, 100000);
		sim_check_empty(&s);
		sim_fini(&s);
	}
}

/* Section 5.7: the receiver acknowledges retransmitted StopCCNs for a full cycle. */
static void test_lost_zlb_after_stopccn(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct packet p;
	uint64_t closed;

	open_both(s, &a, &b);
	listen_to(&s->node[0]);
	l2tp_tunnel_close(a->t, s->now, NULL);
	sim_settle(&s->node[0]);
	p = heard.packet;
	sim_run(s, s->now + 20);
	closed = s->now;
	assert_true(b->down && b->by_peer && !b->freed);
	s->node[0].gone = true;
	listen_to(&s->node[1]);
	for (int i = 1; i <= 5; i++) {
		sim_run(s, closed + 6000 * (uint64_t)i);
		sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
		assert_int_equal(heard.zlbs, i);
	}
	assert_int_equal(heard.count, 0);
	sim_run(s, closed + 31000);
	assert_true(b->freed);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_int_equal(counters(&s->node[1]).stray, 1);
}

/* Section 5.8: and the sender for as long after the final exchange. */
static void test_linger_of_the_sender(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	struct packet p;
	uint64_t closed;

	open_both(s, &a, &b);
	l2tp_tunnel_close(a->t, s->now, NULL);
	sim_settle(&s->node[0]);
	/* acknowledged after one round trip */
	closed = s->now + 10;
	sim_run(s, closed + 15000);
	listen_to(&s->node[0]);
	packet_begin(&p, L2TP_HELLO, a->id, 0);
	packet_end(&p);
	l2tp_encode_sequence(p.data, 0, 3);
	sim_inject(&s->node[0], &s->node[1].addr, p.data, p.len);
	assert_int_equal(heard.zlbs, 1);
	sim_run(s, closed + 30999);
	assert_false(a->freed);
	sim_run(s, closed + 31000);
	assert_true(a->freed);
	assert_int_equal(heard.count, 0);
}

/* What waits behind the window when a tunnel is closed is not worth sending. */
static void test_close_with_a_queue(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	int err;

	s->node[1].config.receive_window = 1;
	open_both(s, &a, &b);
	listen_to(&s->node[0]);
	for (int i = 0; i < 30; i++)
		assert_non_null(sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL, &err));
	assert_int_equal(heard.count, 1);
	l2tp_tunnel_close(a->t, s->now, NULL);
	sim_settle(&s->node[0]);
	sim_run(s, s->now + 500);
	/* the ICRQ that was out already, and the StopCCN */
	assert_int_equal(heard.count, 2);
	expect_end(L2TP_STOPCCN, L2TP_STOPCCN_CLEAR, 0);
	assert_true(b->down);
}

/* A peer that sent its StopCCN wants nothing more of us. */
static void test_nothing_after_stopccn(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	int err;

	open_both(s, &a, &b);
	listen_to(&s->node[0]);
	s->net.loss = 1000;
	for (int i = 0; i < 30; i++)
		assert_non_null(sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL, &err));
	s->net.loss = 0;
	l2tp_tunnel_close(b->t, s->now, NULL);
	sim_settle(&s->node[1]);
	sim_run(s, s->now + 20);
	assert_true(a->down && a->by_peer);
	heard.count = 0;
	sim_run(s, s->now + 30900);
	assert_int_equal(heard.count, 0);
	assert_false(a->freed);
	sim_drain(s, 1000);
	sim_check_empty(s);
}

static bool drop_all(struct sim_node *n, const uint8_t *pkt, size_t len)
{
	(void)n;
	(void)pkt;
	(void)len;
	return false;
}

/* An initiator that gives up before it saw our SCCRP, and so cannot know our id. */
static void test_early_stopccn(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a;

	s->node[1].policy.send = drop_all;
	a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 100);
	assert_string_equal(l2tp_tunnel_state_str(s->node[1].tunnels->t), "wait-ctl-conn");
	s->node[1].policy.send = NULL;
	l2tp_tunnel_close(a->t, s->now, NULL);
	sim_settle(&s->node[0]);
	/* it waits behind the SCCRQ; then it can name the tunnel, for the SCCRP came again */
	listen_to(&s->node[0]);
	sim_run(s, s->now + 3000);
	assert_int_equal(heard.count, 2);
	assert_int_equal(heard.packet.data[4] << 8 | heard.packet.data[5], s->node[1].tunnels->id);
	assert_true(s->node[1].tunnels->down && s->node[1].tunnels->by_peer);
	assert_true(a->down);
	sim_drain(s, 60000);
	sim_check_empty(s);
}

/* And when it never comes, the StopCCN has no tunnel id but its own AVP. */
static void test_unnamed_stopccn(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *b;
	struct packet p;

	s->node[0].gone = true;
	sccrq(&p, 77, 0x0100);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	b = s->node[1].tunnels;
	assert_string_equal(l2tp_tunnel_state_str(b->t), "wait-ctl-conn");
	packet_begin(&p, L2TP_STOPCCN, 0, 0);
	put_u16(&p, L2TP_AVP_ASSIGNED_TUNNEL_ID, 77);
	packet_avp(&p, M_BIT, 0, 1, "\0\6", 2);
	packet_end(&p);
	l2tp_encode_sequence(p.data, 1, 0);
	sim_inject(&s->node[1], &stranger, p.data, p.len);
	assert_false(b->down);
	sim_inject(&s->node[1], &s->node[0].addr, p.data, p.len);
	assert_true(b->down && b->by_peer);
	assert_int_equal(b->cause.result, L2TP_STOPCCN_SHUTDOWN);
}

/* A peer that crashes and comes back knows of nothing. */
static void test_restarted_node(void **state)
{
	struct sim *s = *state;
	struct sim_tunnel *a, *b;
	int err;

	open_both(s, &a, &b);
	assert_non_null(sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL, &err));
	sim_run(s, s->now + 500);
	sim_restart(&s->node[0]);
	a = sim_tunnel_open(&s->node[0], NULL);
	assert_non_null(sim_session_open(a, L2TP_CALL_LAC_INCOMING, NULL, &err));
	sim_run(s, s->now + 500);
	assert_true(a->up);
	assert_int_equal(count_up(&s->node[1]), 2);
	/* the old one is found dead by its hello, the new one stays */
	sim_run(s, s->now + 92000);
	assert_true(b->freed);
	assert_int_equal(count_up(&s->node[1]), 1);
	sim_check_agreement(s);
	assert_int_equal(counters(&s->node[1]).sessions, 1);
}

static void test_walk(void **state)
{
	struct sim *s = *state;
	struct l2tp_tunnel *t = NULL;
	unsigned int count = 0;
	uint32_t last = 0;

	for (int i = 0; i < 100; i++)
		sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 1000);
	while ((t = l2tp_tunnel_next(s->node[1].ep, t ? l2tp_tunnel_id(t) + 1u : 0))) {
		assert_true(l2tp_tunnel_id(t) > last);
		last = l2tp_tunnel_id(t);
		count++;
	}
	assert_int_equal(count, 100);
}

#define test(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(plain),
		test(authentication),
		test(wrong_secret),
		test(no_secret),
		test(missing_response),
		test(version),
		test(window_of_zero),
		test(copies_of_a_request),
		test(restarted_peer),
		test(hidden_copies),
		test(no_decision),
		test(reject),
		test(renumber),
		test(limits),
		test(rejected_are_limited),
		test(given_id),
		test(tie),
		test(tie_with_one_breaker),
		test(no_tie),
		test(equal_tie),
		test(tie_in_a_bad_network),
		test(addresses),
		test(port_of_the_answer),
		test(garbage),
		test(out_of_sequence),
		test(unknown_message),
		test(hello),
		test(vanished_peer),
		test(idle),
		test(close_under_loss),
		test(lost_zlb_after_stopccn),
		test(linger_of_the_sender),
		test(close_with_a_queue),
		test(nothing_after_stopccn),
		test(early_stopccn),
		test(unnamed_stopccn),
		test(restarted_node),
		test(walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
