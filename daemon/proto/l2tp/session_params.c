// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A call's parameters: packed, and as the AVPs of version 2's messages (RFC
 * 2661 section 4.4.4).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "proto/l2tp/session_params.h"

/* The numbers in their order; then texts and extra AVPs. */
struct l2tp_packed_params {
	uint32_t call_serial, bearer_type, physical_channel, minimum_bps,
		maximum_bps;
	uint32_t framing_type;
	uint64_t tx_connect_speed, rx_connect_speed, tie_breaker;
	uint16_t pseudowire, sublayer, sequencing;
	bool has_bearer_type, has_physical_channel, sequencing_required;
	bool circuit_active, circuit_new, has_tie_breaker;
	/* lengths in data */
	uint8_t called, calling, sub_address, private_group, end_id, cookie;
	uint8_t request_count, connected_count;
	uint16_t len; /* of data */
	uint8_t data[];
};

static size_t extras_len(const struct l2tp_extra_avp *x, unsigned int n)
{
	size_t len = 0;

	for (unsigned int i = 0; i < n; i++)
		len += 7 + (size_t)x[i].len;
	return len;
}

static void put_extras(struct wbuf *w, const struct l2tp_extra_avp *x,
		       unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		wbuf_u16(w, x[i].vendor);
		wbuf_u16(w, x[i].type);
		wbuf_u8(w, x[i].mandatory);
		wbuf_u16(w, x[i].len);
		wbuf_bytes(w, x[i].value, x[i].len);
	}
}

static void get_extras(struct rbuf *r, struct l2tp_extra_avp *x, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		x[i].vendor = rbuf_u16(r);
		x[i].type = rbuf_u16(r);
		x[i].mandatory = rbuf_u8(r);
		x[i].len = rbuf_u16(r);
		x[i].value = rbuf_take(r, x[i].len);
	}
}

int l2tp_params_pack(struct l2tp_packed_params **out,
		     const struct l2tp_call_params *p)
{
	size_t called = strnlen(p->called_number, sizeof(p->called_number));
	size_t calling = strnlen(p->calling_number, sizeof(p->calling_number));
	size_t sub = strnlen(p->sub_address, sizeof(p->sub_address));
	size_t group = p->private_group_len;
	size_t end_id = p->end_id_len < sizeof(p->end_id) ? p->end_id_len :
							    sizeof(p->end_id);
	size_t cookie = p->cookie_len < sizeof(p->cookie) ? p->cookie_len :
							    sizeof(p->cookie);
	struct l2tp_packed_params *k;
	struct wbuf w;
	size_t len;

	if (p->extra_request_count > L2TP_EXTRA_MAX ||
	    p->extra_connected_count > L2TP_EXTRA_MAX)
		return -E2BIG;
	if (group > sizeof(p->private_group))
		group = sizeof(p->private_group);
	len = called + calling + sub + group + end_id + cookie +
	      extras_len(p->extra_request, p->extra_request_count) +
	      extras_len(p->extra_connected, p->extra_connected_count);
	if (len > UINT16_MAX)
		return -E2BIG;
	k = malloc(sizeof(*k) + len);
	if (!k)
		return -ENOMEM;
	*k = (struct l2tp_packed_params){
		.call_serial = p->call_serial,
		.bearer_type = p->bearer_type,
		.physical_channel = p->physical_channel,
		.minimum_bps = p->minimum_bps,
		.maximum_bps = p->maximum_bps,
		.framing_type = p->framing_type,
		.tx_connect_speed = p->tx_connect_speed,
		.rx_connect_speed = p->rx_connect_speed,
		.has_bearer_type = p->has_bearer_type,
		.has_physical_channel = p->has_physical_channel,
		.sequencing_required = p->sequencing_required,
		.called = (uint8_t)called,
		.calling = (uint8_t)calling,
		.sub_address = (uint8_t)sub,
		.private_group = (uint8_t)group,
		.end_id = (uint8_t)end_id,
		.cookie = (uint8_t)cookie,
		.pseudowire = p->pseudowire,
		.sublayer = p->sublayer,
		.sequencing = p->sequencing,
		.circuit_active = p->circuit_active,
		.circuit_new = p->circuit_new,
		.has_tie_breaker = p->has_tie_breaker,
		.tie_breaker = p->tie_breaker,
		.request_count = (uint8_t)p->extra_request_count,
		.connected_count = (uint8_t)p->extra_connected_count,
		.len = (uint16_t)len,
	};
	w = wbuf_init(k->data, len);
	wbuf_bytes(&w, p->called_number, called);
	wbuf_bytes(&w, p->calling_number, calling);
	wbuf_bytes(&w, p->sub_address, sub);
	wbuf_bytes(&w, p->private_group, group);
	wbuf_bytes(&w, p->end_id, end_id);
	wbuf_bytes(&w, p->cookie, cookie);
	put_extras(&w, p->extra_request, p->extra_request_count);
	put_extras(&w, p->extra_connected, p->extra_connected_count);
	free(*out);
	*out = k;
	return 0;
}

static void get_bytes(struct rbuf *r, void *to, size_t len)
{
	const uint8_t *p = rbuf_take(r, len);

	if (p)
		memcpy(to, p, len);
}

void l2tp_params_unpack(struct l2tp_params_view *v,
			const struct l2tp_packed_params *k)
{
	struct l2tp_call_params *p = &v->p;
	struct rbuf r;

	memset(p, 0, sizeof(*p));
	if (!k)
		return;
	p->call_serial = k->call_serial;
	p->bearer_type = k->bearer_type;
	p->physical_channel = k->physical_channel;
	p->minimum_bps = k->minimum_bps;
	p->maximum_bps = k->maximum_bps;
	p->framing_type = k->framing_type;
	p->tx_connect_speed = k->tx_connect_speed;
	p->rx_connect_speed = k->rx_connect_speed;
	p->has_bearer_type = k->has_bearer_type;
	p->has_physical_channel = k->has_physical_channel;
	p->sequencing_required = k->sequencing_required;
	p->pseudowire = k->pseudowire;
	p->sublayer = k->sublayer;
	p->sequencing = k->sequencing;
	p->circuit_active = k->circuit_active;
	p->circuit_new = k->circuit_new;
	p->has_tie_breaker = k->has_tie_breaker;
	p->tie_breaker = k->tie_breaker;
	r = rbuf_init(k->data, k->len);
	get_bytes(&r, p->called_number, k->called);
	get_bytes(&r, p->calling_number, k->calling);
	get_bytes(&r, p->sub_address, k->sub_address);
	get_bytes(&r, p->private_group, k->private_group);
	p->private_group_len = k->private_group;
	get_bytes(&r, p->end_id, k->end_id);
	p->end_id_len = k->end_id;
	get_bytes(&r, p->cookie, k->cookie);
	p->cookie_len = k->cookie;
	get_extras(&r, v->request, k->request_count);
	get_extras(&r, v->connected, k->connected_count);
	p->extra_request = v->request;
	p->extra_request_count = k->request_count;
	p->extra_connected = v->connected;
	p->extra_connected_count = k->connected_count;
}

void l2tp_params_decode(struct l2tp_call_params *p,
			const struct l2tp_message *m)
{
	const struct {
		enum l2tp_avp_id id;
		uint32_t *to;
		bool *has;
	} numbers[] = {
		{ L2TP_AVP_CALL_SERIAL_NUMBER, &p->call_serial, NULL },
		{ L2TP_AVP_BEARER_TYPE, &p->bearer_type, &p->has_bearer_type },
		{ L2TP_AVP_PHYSICAL_CHANNEL_ID, &p->physical_channel,
		  &p->has_physical_channel },
		{ L2TP_AVP_MINIMUM_BPS, &p->minimum_bps, NULL },
		{ L2TP_AVP_MAXIMUM_BPS, &p->maximum_bps, NULL },
		{ L2TP_AVP_FRAMING_TYPE, &p->framing_type, NULL },
	};
	const struct l2tp_avp_view *group = &m->avp[L2TP_AVP_PRIVATE_GROUP_ID];

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!l2tp_has(m, numbers[i].id))
			continue;
		*numbers[i].to = l2tp_u32(m, numbers[i].id);
		if (numbers[i].has)
			*numbers[i].has = true;
	}
	if (l2tp_has(m, L2TP_AVP_TX_CONNECT_SPEED))
		p->tx_connect_speed = l2tp_u32(m, L2TP_AVP_TX_CONNECT_SPEED);
	if (l2tp_has(m, L2TP_AVP_RX_CONNECT_SPEED))
		p->rx_connect_speed = l2tp_u32(m, L2TP_AVP_RX_CONNECT_SPEED);
	if (l2tp_has(m, L2TP_AVP_CALLED_NUMBER))
		l2tp_name(m, L2TP_AVP_CALLED_NUMBER, p->called_number,
			  sizeof(p->called_number));
	if (l2tp_has(m, L2TP_AVP_CALLING_NUMBER))
		l2tp_name(m, L2TP_AVP_CALLING_NUMBER, p->calling_number,
			  sizeof(p->calling_number));
	if (l2tp_has(m, L2TP_AVP_SUB_ADDRESS))
		l2tp_name(m, L2TP_AVP_SUB_ADDRESS, p->sub_address,
			  sizeof(p->sub_address));
	if (l2tp_has(m, L2TP_AVP_SEQUENCING_REQUIRED))
		p->sequencing_required = true;
	l2tp_params_decode_v3(p, m);
	if (l2tp_has(m, L2TP_AVP_PRIVATE_GROUP_ID)) {
		p->private_group_len =
			group->len < sizeof(p->private_group) ?
				group->len :
				(uint16_t)sizeof(p->private_group);
		memcpy(p->private_group, group->value, p->private_group_len);
	}
}

static void encode_extras(struct l2tp_encoder *e,
			  const struct l2tp_extra_avp *x, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		l2tp_encode_extra(e, x[i].vendor, x[i].type, x[i].mandatory,
				  x[i].value, x[i].len);
}

static void encode_optional(struct l2tp_encoder *e, enum l2tp_avp_id id,
			    const char *text)
{
	if (*text)
		l2tp_encode_text(e, id, text);
}

/* Sections 6.6, 6.9; the order is that of Cisco's. */
void l2tp_params_encode_request(struct l2tp_encoder *e,
				const struct l2tp_call_params *p, bool outgoing)
{
	l2tp_encode_u32(e, L2TP_AVP_CALL_SERIAL_NUMBER, p->call_serial);
	if (outgoing) {
		l2tp_encode_u32(e, L2TP_AVP_MINIMUM_BPS, p->minimum_bps);
		l2tp_encode_u32(e, L2TP_AVP_MAXIMUM_BPS, p->maximum_bps);
	}
	if (outgoing || p->has_bearer_type)
		l2tp_encode_u32(e, L2TP_AVP_BEARER_TYPE, p->bearer_type);
	if (outgoing)
		l2tp_encode_u32(e, L2TP_AVP_FRAMING_TYPE, p->framing_type);
	if (!outgoing && p->has_physical_channel)
		l2tp_encode_u32(e, L2TP_AVP_PHYSICAL_CHANNEL_ID,
				p->physical_channel);
	if (!outgoing)
		encode_optional(e, L2TP_AVP_CALLING_NUMBER, p->calling_number);
	if (outgoing) /* required, if only empty */
		l2tp_encode_text(e, L2TP_AVP_CALLED_NUMBER, p->called_number);
	else
		encode_optional(e, L2TP_AVP_CALLED_NUMBER, p->called_number);
	encode_optional(e, L2TP_AVP_SUB_ADDRESS, p->sub_address);
	encode_extras(e, p->extra_request, p->extra_request_count);
}

static uint32_t clamp(uint64_t bps)
{
	return bps < UINT32_MAX ? (uint32_t)bps : UINT32_MAX;
}

/* Sections 6.8, 6.11. */
void l2tp_params_encode_connected(struct l2tp_encoder *e,
				  const struct l2tp_call_params *p,
				  bool outgoing)
{
	l2tp_encode_u32(e, L2TP_AVP_TX_CONNECT_SPEED,
			clamp(p->tx_connect_speed));
	if (p->rx_connect_speed)
		l2tp_encode_u32(e, L2TP_AVP_RX_CONNECT_SPEED,
				clamp(p->rx_connect_speed));
	l2tp_encode_u32(e, L2TP_AVP_FRAMING_TYPE, p->framing_type);
	if (!outgoing && p->private_group_len)
		l2tp_encode_avp(e, L2TP_AVP_PRIVATE_GROUP_ID, p->private_group,
				p->private_group_len);
	if (p->sequencing_required)
		l2tp_encode_avp(e, L2TP_AVP_SEQUENCING_REQUIRED, "", 0);
	encode_extras(e, p->extra_connected, p->extra_connected_count);
}

/* Section 6.10. */
void l2tp_params_encode_reply(struct l2tp_encoder *e,
			      const struct l2tp_call_params *p)
{
	if (p->has_physical_channel)
		l2tp_encode_u32(e, L2TP_AVP_PHYSICAL_CHANNEL_ID,
				p->physical_channel);
}
