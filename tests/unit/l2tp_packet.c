// SPDX-License-Identifier: GPL-2.0-or-later
/* Control messages written byte by byte, and sample values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "l2tp_packet.h"

void packet_bytes(struct packet *p, const void *data, size_t len)
{
	assert_true(p->len + len <= sizeof(p->data));
	if (len)
		memcpy(p->data + p->len, data, len);
	p->len += len;
}

static void put16(struct packet *p, uint16_t v)
{
	const uint8_t bytes[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	packet_bytes(p, bytes, 2);
}

void packet_avp_header(struct packet *p, uint16_t flags, uint16_t length,
		       uint16_t vendor, uint16_t type)
{
	put16(p, flags | length);
	put16(p, vendor);
	put16(p, type);
}

void packet_avp(struct packet *p, uint16_t flags, uint16_t vendor,
		uint16_t type, const void *value, size_t len)
{
	assert_true(len <= L2TP_VALUE_MAX);
	packet_avp_header(p, flags, (uint16_t)(6 + len), vendor, type);
	packet_bytes(p, value, len);
}

uint8_t packet_version = 2;

void packet_begin(struct packet *p, uint16_t type, uint16_t tunnel_id,
		  uint16_t session_id)
{
	const uint8_t value[2] = { (uint8_t)(type >> 8), (uint8_t)type };

	p->len = 0;
	put16(p, 0xc800 | packet_version);
	put16(p, 12);
	put16(p, tunnel_id);
	put16(p, session_id);
	put16(p, 0);
	put16(p, 0);
	if (type != L2TP_ZLB)
		packet_avp(p, M_BIT, 0, 0, value, 2);
}

void packet_end(struct packet *p)
{
	p->data[2] = (uint8_t)(p->len >> 8);
	p->data[3] = (uint8_t)p->len;
}

size_t sample_len(enum l2tp_avp_id id)
{
	const struct l2tp_avp_info *info = &l2tp_avp_info[id];

	if (info->kind == L2TP_KIND_DIGEST || info->kind == L2TP_KIND_COOKIE)
		return info->max;
	return info->min == info->max ? info->min : info->min + 6;
}

void sample_value(enum l2tp_avp_id id, uint8_t *value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		value[i] = (uint8_t)('a' + (id + i) % 26);
	if (l2tp_avp_info[id].kind == L2TP_KIND_VERSION)
		for (size_t i = 0; i < len; i++)
			value[i] = i == 0;
	if (l2tp_avp_info[id].kind == L2TP_KIND_SEQUENCING)
		for (size_t i = 0; i < len; i++)
			value[i] = i == 1;
}

void packet_sample(struct packet *p, enum l2tp_avp_id id)
{
	const struct l2tp_avp_info *info = &l2tp_avp_info[id];
	uint8_t value[L2TP_VALUE_MAX];

	sample_value(id, value, sample_len(id));
	packet_avp(p, info->mandatory ? M_BIT : 0, info->vendor, info->type,
		   value, sample_len(id));
}

void packet_message(struct packet *p, enum l2tp_message_type type,
		    uint64_t without)
{
	packet_begin(p, (uint16_t)type, 100, 200);
	for (enum l2tp_avp_id id = L2TP_AVP_MESSAGE_TYPE + 1;
	     id < L2TP_AVP_COUNT; id++)
		if (l2tp_message_info(packet_version, type)->required &
		    ~without & UINT64_C(1) << id)
			packet_sample(p, id);
	packet_end(p);
}

void packet_decode(const struct packet *p, const struct secret *secret,
		   struct decoded *d)
{
	/*
	 * The decoder clears what it must; whatever it leaves must not matter.
	 */
	memset(d, 0xa5, sizeof(*d));
	assert_int_equal(l2tp_header_decode(&d->header, p->data, p->len), 0);
	assert_true(d->header.control);
	d->severity = l2tp_message_decode(&d->m, &d->header, secret,
					  &d->scratch, &d->fault);
	assert_int_equal(d->severity, d->fault.severity);
}

enum l2tp_severity closing_severity(enum l2tp_message_type type)
{
	if (type == L2TP_STOPCCN || type == L2TP_CDN || type == L2TP_ACK)
		return L2TP_IGNORE_AVP;
	return type <= L2TP_HELLO ? L2TP_CLOSE_TUNNEL : L2TP_CLOSE_SESSION;
}

enum l2tp_message_type message_with(enum l2tp_avp_id id)
{
	for (packet_version = 2; packet_version <= 3; packet_version++)
		for_each_message(type)
			if (l2tp_message_info(packet_version, type)->allowed &
			    UINT64_C(1) << id)
				return type;
	fail_msg("no message may carry %s", l2tp_avp_info[id].name);
	return L2TP_MESSAGE_UNKNOWN;
}
