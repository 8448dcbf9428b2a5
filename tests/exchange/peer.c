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

static void expect_end(enum l2tp_message_type type, uint16_t session_id,
		       uint16_t result, uint16_t error)
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
	uint8_t value[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
			     (uint8_t)(v >> 8), (uint8_t)v };

	packet_avp(p, l2tp_avp_info[id].mandatory ? M_BIT : 0, 0,
		   l2tp_avp_info[id].type, value + 4 - len, len);
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

/* ---- version 3 ---- */

void begin_v3(struct packet *p, enum l2tp_message_type type, uint32_t ccid,
	      enum l2tp_digest digest)
{
	uint8_t value[21] = { digest == L2TP_DIGEST_SHA1 };
	uint8_t before = packet_version;

	packet_version = 3;
	packet_begin(p, type, (uint16_t)(ccid >> 16), (uint16_t)ccid);
	packet_version = before;
	if (digest != L2TP_DIGEST_NONE)
		packet_avp(p, M_BIT, 0, 59, value,
			   digest == L2TP_DIGEST_SHA1 ? 21 : 17);
	packet_end(p);
}

void put_connection(struct packet *p, uint32_t ccid,
		    const struct l2tp_nonce *nonce)
{
	packet_avp(p, M_BIT, 0, 7, "stranger", 8);
	put_number(p, L2TP_AVP_ROUTER_ID, 99, 4);
	put_number(p, L2TP_AVP_ASSIGNED_CONNECTION_ID, ccid, 4);
	packet_avp(p, M_BIT, 0, 62, "\0\x05\0\x07", 4);
	if (nonce)
		packet_avp(p, M_BIT, 0, 73, nonce->data, nonce->len);
	packet_end(p);
}

void make_sccrq_v3(struct packet *p, uint32_t ccid, const char *secret,
		   const struct l2tp_nonce *nonce)
{
	begin_v3(p, L2TP_SCCRQ, 0,
		 secret ? L2TP_DIGEST_SHA1 : L2TP_DIGEST_NONE);
	put_connection(p, ccid, nonce);
	seal(p, 0, 0, secret, NULL, NULL);
}

void seal(struct packet *p, uint16_t ns, uint16_t nr, const char *secret,
	  const struct l2tp_nonce *sender, const struct l2tp_nonce *receiver)
{
	struct secret shared, key;

	packet_end(p);
	l2tp_encode_sequence(p->data, ns, nr);
	if (!secret)
		return;
	assert_int_equal(secret_set(&shared, secret, strlen(secret)), 0);
	assert_int_equal(l2tp_signing_key(&key, &shared), 0);
	assert_int_equal(l2tp_digest_sign(p->data, p->len, &key, sender,
					  receiver),
			 0);
}

void put_sessions(struct packet *p, uint32_t local, uint32_t remote)
{
	put_number(p, L2TP_AVP_LOCAL_SESSION_ID, local, 4);
	put_number(p, L2TP_AVP_REMOTE_SESSION_ID, remote, 4);
}

void begin_icrq_v3(struct packet *p, const struct sim_tunnel *t, uint32_t local,
		   const char *end_id)
{
	begin_v3(p, L2TP_ICRQ, t->id, L2TP_DIGEST_NONE);
	put_sessions(p, local, 0);
	put_number(p, L2TP_AVP_CALL_SERIAL_NUMBER, 1, 4);
	put_number(p, L2TP_AVP_PSEUDOWIRE_TYPE, L2TP_PW_ETHERNET, 2);
	packet_avp(p, M_BIT, 0, 66, end_id, strlen(end_id));
	put_number(p, L2TP_AVP_CIRCUIT_STATUS, 1, 2);
}

static void expect_end_v3(enum l2tp_message_type type, uint16_t result,
			  uint16_t error, struct decoded *d)
{
	struct l2tp_cause cause;

	assert_int_not_equal(heard.messages, 0);
	packet_decode(&heard.packet, NULL, d);
	assert_int_equal(d->header.version, 3);
	assert_int_equal(d->m.type, type);
	assert_int_equal(d->severity, L2TP_OK);
	l2tp_cause_decode(&d->m, &cause);
	assert_int_equal(cause.result, result);
	assert_int_equal(cause.error, error);
}

void expect_stopccn_v3(uint16_t result, uint16_t error)
{
	struct decoded d;

	expect_end_v3(L2TP_STOPCCN, result, error, &d);
}

void expect_cdn_v3(uint32_t remote, uint16_t result, uint16_t error)
{
	struct decoded d;

	expect_end_v3(L2TP_CDN, result, error, &d);
	assert_int_equal(l2tp_u32(&d.m, L2TP_AVP_REMOTE_SESSION_ID), remote);
	assert_int_not_equal(l2tp_u32(&d.m, L2TP_AVP_LOCAL_SESSION_ID), 0);
}

struct l2tp_nonce heard_nonce(void)
{
	struct l2tp_nonce nonce;
	struct decoded d;

	packet_decode(&heard.packet, NULL, &d);
	assert_int_equal(l2tp_nonce_decode(&d.m, &nonce), 0);
	return nonce;
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
	assert_int_equal(secret_set(&n->config.secret, secret, strlen(secret)),
			 0);
}

int pair_setup(void **state)
{
	static struct sim s;

	sim_init(&s, 42);
	*state = &s;
	return 0;
}

int pair_setup_v3(void **state)
{
	struct sim *s;

	pair_setup(state);
	s = *state;
	for (int i = 0; i < 2; i++) {
		s->node[i].config.version = 3;
		s->node[i].config.idle_timeout = L2TP_OFF;
	}
	return 0;
}

int pair_teardown(void **state)
{
	sim_fini(*state);
	return 0;
}

void leave_pending(struct sim_tunnel *t)
{
	(void)t;
}
