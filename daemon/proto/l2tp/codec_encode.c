// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control messages to bytes: RFC 2661 sections 3.1, 4.1, 4.3, RFC 3931
 * sections 3.2.1, 5.1.
 */
#include <errno.h>
#include <string.h>

#include "proto/l2tp/codec_internal.h"

/* Version 3 has 32 bits in place of the two ids. */
static void put_header(struct wbuf *w, uint8_t version, uint16_t tunnel_id,
		       uint16_t session_id, uint16_t ns, uint16_t nr)
{
	wbuf_u16(w, L2TP_FLAG_T | L2TP_FLAG_L | L2TP_FLAG_S | version);
	wbuf_u16(w, L2TP_ZLB_LEN);
	wbuf_u16(w, tunnel_id);
	wbuf_u16(w, session_id);
	wbuf_u16(w, ns);
	wbuf_u16(w, nr);
}

static void put_avp(struct l2tp_encoder *e, uint16_t flags, uint16_t vendor,
		    uint16_t type, const void *value, size_t len)
{
	struct wbuf *w = &e->out;

	if (len > L2TP_VALUE_MAX) {
		e->error = e->error ? e->error : -EMSGSIZE;
		return;
	}
	wbuf_u16(w, flags | (uint16_t)(L2TP_AVP_HEADER + len));
	wbuf_u16(w, vendor);
	wbuf_u16(w, type);
	wbuf_bytes(w, value, len);
}

static void begin(struct l2tp_encoder *e, void *buf, size_t size,
		  uint8_t version, enum l2tp_message_type type,
		  const struct l2tp_hiding *hiding)
{
	*e = (struct l2tp_encoder){
		.out = wbuf_init(buf, size),
		.version = version,
		.type = type,
		.hiding = hiding,
	};
	if (!l2tp_message_info(version, type))
		e->error = -EINVAL;
}

void l2tp_encode_begin(struct l2tp_encoder *e, void *buf, size_t size,
		       enum l2tp_message_type type, uint16_t tunnel_id,
		       uint16_t session_id, const struct l2tp_hiding *hiding)
{
	begin(e, buf, size, 2, type, hiding);
	put_header(&e->out, 2, tunnel_id, session_id, 0, 0);
	l2tp_encode_u16(e, L2TP_AVP_MESSAGE_TYPE, (uint16_t)type);
	if (hiding)
		l2tp_encode_avp(e, L2TP_AVP_RANDOM_VECTOR,
				hiding->random_vector,
				sizeof(hiding->random_vector));
}

void l2tp_encode_digest(struct l2tp_encoder *e, enum l2tp_digest digest,
			bool mandatory)
{
	uint8_t value[21] = { digest == L2TP_DIGEST_SHA1 };

	if (digest != L2TP_DIGEST_NONE)
		l2tp_encode_avp_m(e, L2TP_AVP_MESSAGE_DIGEST, mandatory, value,
				  digest == L2TP_DIGEST_SHA1 ? 21 : 17);
}

void l2tp_encode_begin_v3(struct l2tp_encoder *e, void *buf, size_t size,
			  enum l2tp_message_type type, uint32_t ccid,
			  enum l2tp_digest digest,
			  const struct l2tp_hiding *hiding)
{
	begin(e, buf, size, 3, type, hiding);
	put_header(&e->out, 3, (uint16_t)(ccid >> 16), (uint16_t)ccid, 0, 0);
	l2tp_encode_u16(e, L2TP_AVP_MESSAGE_TYPE, (uint16_t)type);
	l2tp_encode_digest(e, digest, true);
	/*
	 * an acknowledgement has nothing to hide, and no place for a Random
	 * Vector (section 6.15)
	 */
	if (hiding && type != L2TP_ACK)
		l2tp_encode_avp(e, L2TP_AVP_RANDOM_VECTOR,
				hiding->random_vector,
				sizeof(hiding->random_vector));
}

void l2tp_encode_avp_m(struct l2tp_encoder *e, enum l2tp_avp_id id,
		       bool mandatory, const void *value, size_t len)
{
	const struct l2tp_avp_info *info = &l2tp_avp_info[id];
	uint16_t flags = mandatory ? L2TP_AVP_M : 0;
	uint8_t hidden[L2TP_VALUE_MAX];
	int n;

	if (!l2tp_avp_size_ok(id, len)) {
		e->error = e->error ? e->error : -EINVAL;
		return;
	}
	if (!e->hiding || !info->may_hide) {
		put_avp(e, flags, info->vendor, info->type, value, len);
		return;
	}
	n = l2tp_hide(hidden, id, e->hiding, value, len);
	if (n < 0)
		e->error = e->error ? e->error : n;
	else
		put_avp(e, flags | L2TP_AVP_H, info->vendor, info->type, hidden,
			(size_t)n);
}

void l2tp_encode_avp(struct l2tp_encoder *e, enum l2tp_avp_id id,
		     const void *value, size_t len)
{
	l2tp_encode_avp_m(e, id, l2tp_avp_info[id].mandatory, value, len);
}

void l2tp_encode_extra(struct l2tp_encoder *e, uint16_t vendor, uint16_t type,
		       bool mandatory, const void *value, size_t len)
{
	int id = l2tp_avp_find(vendor, type);

	if (id >= 0)
		l2tp_encode_avp_m(e, id, mandatory, value, len);
	else
		put_avp(e, mandatory ? L2TP_AVP_M : 0, vendor, type, value,
			len);
}

static void encode_number(struct l2tp_encoder *e, enum l2tp_avp_id id,
			  uint64_t v, size_t len)
{
	uint8_t value[8];
	struct wbuf w = wbuf_init(value, sizeof(value));

	wbuf_u64(&w, v);
	l2tp_encode_avp(e, id, value + sizeof(value) - len, len);
}

void l2tp_encode_u16(struct l2tp_encoder *e, enum l2tp_avp_id id, uint16_t v)
{
	encode_number(e, id, v, 2);
}

void l2tp_encode_u32(struct l2tp_encoder *e, enum l2tp_avp_id id, uint32_t v)
{
	encode_number(e, id, v, 4);
}

void l2tp_encode_u64(struct l2tp_encoder *e, enum l2tp_avp_id id, uint64_t v)
{
	encode_number(e, id, v, 8);
}

void l2tp_encode_text(struct l2tp_encoder *e, enum l2tp_avp_id id,
		      const char *text)
{
	l2tp_encode_avp(e, id, text, strlen(text));
}

void l2tp_encode_cause(struct l2tp_encoder *e, const struct l2tp_cause *cause)
{
	uint8_t value[4 + L2TP_CAUSE_TEXT];
	struct wbuf w = wbuf_init(value, sizeof(value));
	size_t text_len = strnlen(cause->text, sizeof(cause->text));

	wbuf_u16(&w, cause->result);
	if (e->type == L2TP_CDN || cause->error || text_len)
		wbuf_u16(&w, cause->error);
	wbuf_bytes(&w, cause->text, text_len);
	l2tp_encode_avp(e, L2TP_AVP_RESULT_CODE, value, w.len);

	/* version 3 does not know the AVP, whose M bit is set */
	if (e->type != L2TP_CDN || e->version == 3 || !cause->q931_cause)
		return;
	w = wbuf_init(value, sizeof(value));
	wbuf_u16(&w, cause->q931_cause);
	wbuf_u8(&w, cause->q931_msg);
	l2tp_encode_avp(e, L2TP_AVP_Q931_CAUSE_CODE, value, w.len);
}

int l2tp_encode_end(struct l2tp_encoder *e)
{
	if (e->error)
		return e->error;
	if (e->out.failed || e->out.len > UINT16_MAX)
		return -EMSGSIZE;
	wbuf_patch_u16(&e->out, L2TP_LENGTH_AT, (uint16_t)e->out.len);
	return (int)e->out.len;
}

void l2tp_encode_sequence(uint8_t *pkt, uint16_t ns, uint16_t nr)
{
	struct wbuf w = {
		.data = pkt,
		.size = L2TP_ZLB_LEN,
		.len = L2TP_NS_AT,
	};

	wbuf_u16(&w, ns);
	wbuf_u16(&w, nr);
}

void l2tp_encode_zlb(uint8_t pkt[L2TP_ZLB_LEN], uint16_t tunnel_id, uint16_t ns,
		     uint16_t nr)
{
	struct wbuf w = wbuf_init(pkt, L2TP_ZLB_LEN);

	put_header(&w, 2, tunnel_id, 0, ns, nr);
}

void l2tp_encode_address(uint8_t *pkt, uint8_t version, uint32_t id)
{
	struct wbuf w = {
		.data = pkt,
		.size = L2TP_ZLB_LEN,
		.len = L2TP_ID_AT,
	};

	if (version == 3)
		wbuf_u32(&w, id);
	else
		wbuf_u16(&w, (uint16_t)id);
}
