// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A session's parameters as the AVPs of version 3's messages: RFC 3931 sections
 * 5.4.4, 5.4.5, 6.6 to 6.11.
 */
#include <string.h>

#include "lib/buf.h"
#include "proto/l2tp/session_params.h"

#define CIRCUIT_ACTIVE 1
#define CIRCUIT_NEW    2

static void encode_request(struct l2tp_encoder *e,
			   const struct l2tp_call_params *p)
{
	l2tp_encode_u32(e, L2TP_AVP_CALL_SERIAL_NUMBER, p->call_serial);
	l2tp_encode_u16(e, L2TP_AVP_PSEUDOWIRE_TYPE,
			p->pseudowire ? p->pseudowire : L2TP_PW_PPP);
	l2tp_encode_avp(e, L2TP_AVP_REMOTE_END_ID, p->end_id, p->end_id_len);
	if (p->has_tie_breaker)
		l2tp_encode_u64(e, L2TP_AVP_TIE_BREAKER, p->tie_breaker);
}

/*
 * RFC 4719 section 2.2: new to the peer with the request and its reply, and
 * from then on the same.
 */
static void encode_circuit(struct l2tp_encoder *e, bool active, bool new)
{
	l2tp_encode_u16(e, L2TP_AVP_CIRCUIT_STATUS,
			(active ? CIRCUIT_ACTIVE : 0) |
				(new ? CIRCUIT_NEW : 0));
}

void l2tp_params_encode_v3(struct l2tp_encoder *e,
			   const struct l2tp_call_params *p,
			   enum l2tp_message_type type)
{
	bool request = type == L2TP_ICRQ || type == L2TP_OCRQ;
	bool connected = type == L2TP_ICCN || type == L2TP_OCCN;

	if (request)
		encode_request(e, p);
	/* sections 6.8, 6.11: it came with the request */
	if (!connected && p->cookie_len)
		l2tp_encode_avp(e, L2TP_AVP_ASSIGNED_COOKIE, p->cookie,
				p->cookie_len);
	if (p->sublayer)
		l2tp_encode_u16(e, L2TP_AVP_L2_SUBLAYER, p->sublayer);
	if (p->sequencing)
		l2tp_encode_u16(e, L2TP_AVP_DATA_SEQUENCING, p->sequencing);
	encode_circuit(e, p->circuit_active, !connected);
	if (p->tx_connect_speed)
		l2tp_encode_u64(e, L2TP_AVP_TX_CONNECT_SPEED_64,
				p->tx_connect_speed);
	if (p->rx_connect_speed)
		l2tp_encode_u64(e, L2TP_AVP_RX_CONNECT_SPEED_64,
				p->rx_connect_speed);
	if (p->has_physical_channel && !connected && type != L2TP_OCRQ)
		l2tp_encode_u32(e, L2TP_AVP_PHYSICAL_CHANNEL_ID,
				p->physical_channel);
}

static uint8_t copy(uint8_t *to, size_t size, const struct l2tp_avp_view *v)
{
	size_t len = v->len < size ? v->len : size;

	memcpy(to, v->value, len);
	return (uint8_t)len;
}

void l2tp_params_decode_v3(struct l2tp_call_params *p,
			   const struct l2tp_message *m)
{
	const struct {
		enum l2tp_avp_id id;
		uint16_t *to;
	} numbers[] = {
		{ L2TP_AVP_PSEUDOWIRE_TYPE, &p->pseudowire },
		{ L2TP_AVP_L2_SUBLAYER, &p->sublayer },
		{ L2TP_AVP_DATA_SEQUENCING, &p->sequencing },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (l2tp_has(m, numbers[i].id))
			*numbers[i].to = l2tp_u16(m, numbers[i].id);
	if (l2tp_has(m, L2TP_AVP_REMOTE_END_ID))
		p->end_id_len = copy(p->end_id, sizeof(p->end_id),
				     &m->avp[L2TP_AVP_REMOTE_END_ID]);
	if (l2tp_has(m, L2TP_AVP_ASSIGNED_COOKIE))
		p->cookie_len = copy(p->cookie, sizeof(p->cookie),
				     &m->avp[L2TP_AVP_ASSIGNED_COOKIE]);
	if (l2tp_has(m, L2TP_AVP_CIRCUIT_STATUS)) {
		p->circuit_active = l2tp_u16(m, L2TP_AVP_CIRCUIT_STATUS) &
				    CIRCUIT_ACTIVE;
		p->circuit_new = l2tp_u16(m, L2TP_AVP_CIRCUIT_STATUS) &
				 CIRCUIT_NEW;
	}
	if (l2tp_has(m, L2TP_AVP_TX_CONNECT_SPEED_64))
		p->tx_connect_speed = l2tp_u64(m, L2TP_AVP_TX_CONNECT_SPEED_64);
	if (l2tp_has(m, L2TP_AVP_RX_CONNECT_SPEED_64))
		p->rx_connect_speed = l2tp_u64(m, L2TP_AVP_RX_CONNECT_SPEED_64);
	/*
	 * the session's, not the control connection's: the
	 * attribute is the same
	 */
	if (l2tp_has(m, L2TP_AVP_TIE_BREAKER)) {
		p->has_tie_breaker = true;
		p->tie_breaker = l2tp_u64(m, L2TP_AVP_TIE_BREAKER);
	}
}
