// SPDX-License-Identifier: GPL-2.0-or-later
/* Playing a peer by hand in a simulation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "peer.h"

struct heard heard;

static bool hear(struct sim_node *n, const uint8_t *pkt, size_t len)
{
	struct decoded d;

	if (n != heard.node)
		return true;
	if (len == L2TP_ZLB_LEN) {
		heard.zlbs++;
		return true;
	}
	memcpy(heard.packet.data, pkt, len);
	heard.packet.len = len;
	packet_decode(&heard.packet, NULL, &d);
	heard.messages++;
	heard.of[d.m.type]++;
	return true;
}

void listen_to(struct sim_node *n)
{
	memset(&heard, 0, sizeof(heard));
	heard.node = n;
	n->policy.send = hear;
}

static void expect_end(enum l2tp_message_type type, uint16_t session_id, uint16_t result,
		       uint16_t error)
{
	struct l2tp_cause cause;
	struct decoded d;

	assert_int_not_equal(heard.messages, 0);
	packet_decode(&heard.packet, NULL, &d);
	assert_int_equal(d.m.type, type);
	assert_int_equal(d.severity, L2TP_OK);
	assert_int_equal(d.header.session_id, session_id);
	l2tp_cause_decode(&d.m, &cause);
	assert_int_equal(cause.result, result);
	assert_int_equal(cause.error, error);
}

void expect_stopccn(uint16_t result, uint16_t error)
{
	expect_end(L2TP_STOPCCN, 0, result, error);
}

void expect_cdn(uint16_t session_id, uint16_t result, uint16_t error)
{
	expect_end(L2TP_CDN, session_id, result, error);
}

void put_number(struct packet *p, enum l2tp_avp_id id, uint32_t v, size_t len)
{
	uint8_t value[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };

	packet_avp(p, l2tp_avp_info[id].mandatory ? M_BIT : 0, 0, l2tp_avp_info[id].type,
		   value + 4 - len, len);
}

void put_ids(struct packet *p, uint16_t tunnel_id, uint16_t session_id)
{
	p->data[4] = (uint8_t)(tunnel_id >> 8);
	p->data[5] = (uint8_t)tunnel_id;
	p->data[6] = (uint8_t)(session_id >> 8);
	p->data[7] = (uint8_t)session_id;
}

void make_sccrq(struct packet *p, uint16_t id, uint16_t version)
{
	packet_begin(p, L2TP_SCCRQ, 0, 0);
	put_number(p, L2TP_AVP_PROTOCOL_VERSION, version, 2);
	put_number(p, L2TP_AVP_FRAMING_CAPABILITIES, 3, 4);
	packet_avp(p, M_BIT, 0, 7, "stranger", 8);
	put_number(p, L2TP_AVP_ASSIGNED_TUNNEL_ID, id, 2);
	packet_end(p);
}

void forge(struct sim_tunnel *t, struct packet *p)
{
	struct l2tp_tunnel_counters c = tunnel_counters(t);
	struct sim *s = t->node->sim;
	struct sim_node *peer = &s->node[t->node == &s->node[0]];

	peer->gone = true;
	packet_end(p);
	l2tp_encode_sequence(p->data, c.nr, c.ns);
	sim_inject(t->node, &peer->addr, p->data, p->len);
}

struct l2tp_endpoint_counters node_counters(const struct sim_node *n)
{
	struct l2tp_endpoint_counters c;

	l2tp_endpoint_counters(n->ep, &c);
	return c;
}

struct l2tp_tunnel_counters tunnel_counters(const struct sim_tunnel *t)
{
	struct l2tp_tunnel_counters c;

	l2tp_tunnel_counters(t->t, &c);
	return c;
}

unsigned int count_tunnels(const struct sim_node *n)
{
	unsigned int count = 0;

	for (const struct sim_tunnel *t = n->tunnels; t; t = t->next)
		count++;
	return count;
}

unsigned int count_up(const struct sim_node *n)
{
	unsigned int up = 0;

	for (const struct sim_tunnel *t = n->tunnels; t; t = t->next)
		up += t->up && !t->down;
	return up;
}

void open_both(struct sim *s, struct sim_tunnel **a, struct sim_tunnel **b)
{
	*a = sim_tunnel_open(&s->node[0], NULL);
	sim_run(s, s->now + 200);
	*b = s->node[1].tunnels;
	assert_non_null(*b);
	assert_true((*a)->up);
	assert_true((*b)->up);
}

void set_secret(struct sim_node *n, const char *secret)
{
	assert_int_equal(secret_set(&n->config.secret, secret, strlen(secret)), 0);
}
