/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounting records as RADIUS has them (RFC 2866, 2867, 2869). */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "aaa/acct_record.h"
#include "aaa/acct_way.h"
#include "aaa/internal.h"
#include "aaa/radius.h"
#include "aaa/radius_attributes.h"

static void add_octets(struct radius_builder *b, enum radius_type low,
		       enum radius_type high, uint64_t n)
{
	radius_add_u32(b, low, (uint32_t)n);
	if (n >> 32)
		radius_add_u32(b, high, (uint32_t)(n >> 32));
}

static void add_prefix6(struct radius_builder *b, enum radius_type type,
			const struct service_prefix6 *p)
{
	uint8_t v[18] = { 0, p->len };

	memcpy(v + 2, p->addr, 16);
	if (p->len)
		radius_add(b, type, v, 2 + (p->len + 7u) / 8);
}

static void add_session(struct radius_builder *b, const struct aaa_acct *r)
{
	const struct ppp_counters *n = &r->counters;

	radius_add_text(b, RADIUS_USER_NAME, r->service.user);
	radius_add_call(b, &r->call);
	radius_add_u32(b, RADIUS_ACCT_AUTHENTIC, (uint32_t)r->authentic);
	if (r->remote_ipv4)
		radius_add(b, RADIUS_FRAMED_IP_ADDRESS, &r->remote_ipv4, 4);
	if (memcmp(r->remote_ifid, (uint8_t[8]){ 0 }, 8) != 0)
		radius_add(b, RADIUS_FRAMED_INTERFACE_ID, r->remote_ifid, 8);
	add_prefix6(b, RADIUS_FRAMED_IPV6_PREFIX, &r->service.prefix6);
	add_prefix6(b, RADIUS_DELEGATED_IPV6_PREFIX, &r->service.delegated6);
	radius_add_text(b, RADIUS_FILTER_ID, r->service.filter_id);
	for (unsigned int i = 0; i < r->service.class_n; i++)
		radius_add(b, RADIUS_CLASS, r->service.classes[i],
			   r->service.class_len[i]);
	if (r->kind == AAA_ACCT_START)
		return;
	radius_add_u32(b, RADIUS_ACCT_SESSION_TIME, r->session_time_s);
	/* RFC 2866: input is what came from the user. */
	add_octets(b, RADIUS_ACCT_INPUT_OCTETS, RADIUS_ACCT_INPUT_GIGAWORDS,
		   n->rx_bytes);
	add_octets(b, RADIUS_ACCT_OUTPUT_OCTETS, RADIUS_ACCT_OUTPUT_GIGAWORDS,
		   n->tx_bytes);
	radius_add_u32(b, RADIUS_ACCT_INPUT_PACKETS, (uint32_t)n->rx_packets);
	radius_add_u32(b, RADIUS_ACCT_OUTPUT_PACKETS, (uint32_t)n->tx_packets);
	if (r->kind == AAA_ACCT_STOP && r->end)
		radius_add_u32(b, RADIUS_ACCT_TERMINATE_CAUSE, r->end);
}

static int build(void *arg, struct radius_builder *b,
		 const struct radius_server_info *server)
{
	const struct acct_sending *s = arg;
	uint64_t now = (uint64_t)time(NULL);
	struct aaa_acct r;

	(void)server;
	if (acct_record_read(&r, s->body, s->len))
		return -EINVAL;
	radius_add_u32(b, RADIUS_ACCT_STATUS_TYPE, r.kind);
	radius_add_u32(b, RADIUS_EVENT_TIMESTAMP, (uint32_t)r.when);
	radius_add_u32(b, RADIUS_ACCT_DELAY_TIME,
		       now > r.when ? (uint32_t)(now - r.when) : 0);
	if (r.kind == AAA_ACCT_ON || r.kind == AAA_ACCT_OFF)
		radius_add_text(b, RADIUS_ACCT_SESSION_ID, r.call.session_id);
	else
		add_session(b, &r);
	return 0;
}

static void on_reply(void *arg, int result, const struct radius_answer *answer)
{
	const struct acct_sending *s = arg;

	(void)answer;
	s->done(s->arg, result);
}

static int say(struct aaa *a, const struct config_ppp *p,
	       struct acct_sending *s)
{
	return radius_send(a->radius, RADIUS_PORT_ACCT, &p->radius,
			   RADIUS_ACCOUNTING_REQUEST, build, on_reply, s);
}

static bool is_ready(const struct aaa *a, const struct config_ppp *p)
{
	return radius_is_ready(a->radius, &p->radius);
}

static bool is_alive(const struct aaa *a, const struct config_ppp *p)
{
	return radius_is_alive(a->radius, RADIUS_PORT_ACCT, &p->radius);
}

const struct acct_way acct_by_radius = {
	.send = say,
	.is_ready = is_ready,
	.is_alive = is_alive,
};
