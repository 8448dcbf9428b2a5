/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control messages written byte by byte, with whatever faults a test wants,
 * independent of the encoder; and sample values for every AVP.
 */
#ifndef L2TPD_TESTS_L2TP_PACKET_H
#define L2TPD_TESTS_L2TP_PACKET_H

#include "proto/l2tp/codec.h"

#define M_BIT 0x8000
#define H_BIT 0x4000

struct packet {
	uint8_t data[4096];
	size_t len;
};

/* The 12 bytes of header, then (unless it is L2TP_ZLB) the Message Type. */
/*
 * Of what packet_begin and packet_message make, and for_each_message goes
 * through; 2 at first.
 */
extern uint8_t packet_version;
void packet_begin(struct packet *p, uint16_t type, uint16_t tunnel_id,
		  uint16_t session_id);
/* flags: M_BIT, H_BIT and reserved bits; the length is right. */
void packet_avp(struct packet *p, uint16_t flags, uint16_t vendor,
		uint16_t type, const void *value, size_t len);
/* Only a header, with this Length. */
void packet_avp_header(struct packet *p, uint16_t flags, uint16_t length,
		       uint16_t vendor, uint16_t type);
void packet_bytes(struct packet *p, const void *data, size_t len);
/* Sets Length to what is there. */
void packet_end(struct packet *p);

/* An AVP with its table's M bit and a sample value. */
void packet_sample(struct packet *p, enum l2tp_avp_id id);
/*
 * A message with every AVP that it requires, but for those in the mask without.
 */
void packet_message(struct packet *p, enum l2tp_message_type type,
		    uint64_t without);

/* A value of the AVP's kind, len bytes long; any len. */
void sample_value(enum l2tp_avp_id id, uint8_t *value, size_t len);
/* The length of its usual sample. */
size_t sample_len(enum l2tp_avp_id id);

struct decoded {
	struct l2tp_header header;
	struct l2tp_message m;
	struct l2tp_scratch scratch;
	struct l2tp_fault fault;
	enum l2tp_severity severity;
};

/* Fails the test when the header does not decode. */
void packet_decode(const struct packet *p, const struct secret *secret,
		   struct decoded *d);

/* What a fault in the message ends. */
enum l2tp_severity closing_severity(enum l2tp_message_type type);
/*
 * A message that may carry the AVP, of version 2 or else 3, which packets are
 * of from then on.
 */
enum l2tp_message_type message_with(enum l2tp_avp_id id);

#define for_each_message(type)                         \
	for (enum l2tp_message_type type = L2TP_SCCRQ; \
	     type < L2TP_MESSAGE_UNKNOWN; type++)      \
		if (l2tp_message_info(packet_version, type))

#endif
