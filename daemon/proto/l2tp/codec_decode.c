// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets to headers, and control messages to AVPs: RFC 2661 sections 3.1, 4.1
 * to 4.3 and 7.1, RFC 3931 sections 3.2, 5.1 to 5.3 and 7.1. Each check names
 * what its failure costs and why.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "proto/l2tp/codec_internal.h"

/*
 * RFC 3931 section 3.2.1, behind the first two octets; bits that are reserved
 * are ignored.
 */
static int decode_v3(struct l2tp_header *h, struct rbuf *r)
{
	h->has_offset = h->priority = false;
	h->payload = r->p;
	h->payload_len = rbuf_left(r);
	if (!h->control)
		return r->failed ? -EBADMSG : 0;
	if (!h->has_length || !h->has_sequence)
		return -EBADMSG;
	h->length = rbuf_u16(r);
	/* two octets of flags and two of this are behind us */
	if (h->length < L2TP_ZLB_LEN || h->length - 4u > rbuf_left(r))
		return -EBADMSG;
	r->end = r->p + (h->length - 4u);
	h->tunnel_id = rbuf_u32(r);
	h->ns = rbuf_u16(r);
	h->nr = rbuf_u16(r);
	if (r->failed)
		return -EBADMSG;
	h->payload = r->p;
	h->payload_len = rbuf_left(r);
	return 0;
}

int l2tp_header_decode(struct l2tp_header *h, const uint8_t *pkt, size_t len)
{
	struct rbuf r = rbuf_init(pkt, len);
	uint16_t flags = rbuf_u16(&r);

	*h = (struct l2tp_header){
		.control = flags & L2TP_FLAG_T,
		.has_length = flags & L2TP_FLAG_L,
		.has_sequence = flags & L2TP_FLAG_S,
		.has_offset = flags & L2TP_FLAG_O,
		.priority = flags & L2TP_FLAG_P,
		.version = flags & L2TP_FLAG_VER,
	};
	/*
	 * RFC 3931 section 4.1.2.1: first the version, as it says what the
	 * other bits mean.
	 */
	if (h->version == 3)
		return decode_v3(h, &r);
	/* Section 3.1: an unknown Ver MUST be discarded; 1 is L2F. */
	if (h->version != 2)
		return -EBADMSG;
	/*
	 * Section 3.1: the L and S bits MUST be 1, the O bit 0 in a
	 * control message.
	 */
	if (h->control && (!h->has_length || !h->has_sequence || h->has_offset))
		return -EBADMSG;

	if (h->has_length) {
		h->length = rbuf_u16(&r);
		/*
		 * Length counts from the first byte; what the packet has beyond
		 * is not ours.
		 */
		if (h->length < 4 || h->length > len)
			return -EBADMSG;
		r.end = pkt + h->length;
	}
	h->tunnel_id = rbuf_u16(&r);
	h->session_id = rbuf_u16(&r);
	if (h->has_sequence) {
		h->ns = rbuf_u16(&r);
		h->nr = rbuf_u16(&r);
	}
	if (h->has_offset)
		rbuf_take(&r, rbuf_u16(&r));
	if (r.failed)
		return -EBADMSG;
	h->payload = r.p;
	h->payload_len = rbuf_left(&r);
	return 0;
}

/* One AVP as it stands in the packet. */
struct raw_avp {
	bool mandatory, hidden, reserved;
	uint16_t vendor, type, len;
	const uint8_t *value;
};

struct decoder {
	struct l2tp_message *m;
	struct l2tp_fault *fault;
	uint8_t version;
	enum l2tp_severity closes; /* what a fault that matters ends */
	const struct secret *secret;
	struct l2tp_scratch *scratch;
	const struct l2tp_message_info *info;
	const uint8_t *random_vector; /* the closest one so far, or NULL */
	uint16_t random_vector_len;
};

static void put_avp_name(struct wbuf *w, uint16_t vendor, uint16_t type)
{
	int id = l2tp_avp_find(vendor, type);

	if (id >= 0)
		wbuf_printf(w, "%s", l2tp_avp_info[id].name);
	else if (vendor)
		wbuf_printf(w, "AVP %u of vendor %u", type, vendor);
	else
		wbuf_printf(w, "AVP %u", type);
}

/*
 * Notes a fault: the first of the worst severity stays. fmt goes on from
 * "ICRQ: Assigned Session ID". Whether this one stayed.
 */
static bool vnote(struct decoder *d, enum l2tp_severity severity,
		  uint16_t vendor, uint16_t type, uint16_t error,
		  const char *fmt, va_list ap)
{
	struct l2tp_fault *f = d->fault;
	struct wbuf w = wbuf_init(f->cause.text, sizeof(f->cause.text));

	if (severity <= f->severity)
		return false;
	f->severity = severity;
	f->vendor = vendor;
	f->attribute = type;
	/*
	 * 2 is "general error, see the Error Code" of both StopCCN and CDN
	 * (section 4.4.2).
	 */
	f->cause.result = severity >= L2TP_CLOSE_SESSION ? L2TP_STOPCCN_ERROR :
							   0;
	f->cause.error = severity >= L2TP_CLOSE_SESSION ? error : 0;
	if (d->m->type != L2TP_MESSAGE_UNKNOWN)
		wbuf_printf(&w, "%s: ", l2tp_message_name(d->m->type));
	put_avp_name(&w, vendor, type);
	wbuf_vprintf(&w, fmt, ap);
	return true;
}

static bool __attribute__((format(printf, 6, 7)))
note(struct decoder *d, enum l2tp_severity severity, uint16_t vendor,
     uint16_t type, uint16_t error, const char *fmt, ...)
{
	va_list ap;
	bool stays;

	va_start(ap, fmt);
	stays = vnote(d, severity, vendor, type, error, fmt, ap);
	va_end(ap);
	return stays;
}

static void keep_unknown(struct l2tp_message *m, const struct raw_avp *a)
{
	if (m->unknown_count < L2TP_UNKNOWN_MAX)
		m->unknown[m->unknown_count] = (struct l2tp_unknown_avp){
			.vendor = a->vendor,
			.type = a->type,
			.len = a->len,
			.mandatory = a->mandatory,
			.hidden = a->hidden,
			.value = a->value,
		};
	m->unknown_count++;
}

/*
 * An AVP that is not known (section 4.1) or malformed (section 7.1: treated
 * alike): its M bit, as it came, decides between ignoring it and closing.
 */
static void __attribute__((format(printf, 4, 5)))
reject(struct decoder *d, const struct raw_avp *a, uint16_t error,
       const char *fmt, ...)
{
	enum l2tp_severity severity = a->mandatory ? d->closes :
						     L2TP_IGNORE_AVP;
	va_list ap;

	va_start(ap, fmt);
	vnote(d, severity, a->vendor, a->type, error, fmt, ap);
	va_end(ap);
	if (severity == L2TP_IGNORE_AVP)
		keep_unknown(d->m, a);
}

/*
 * The next AVP's header and value. A Length below its own header or beyond the
 * message leaves no place to go on from: false.
 */
static bool next_avp(struct rbuf *r, struct raw_avp *a)
{
	uint16_t flags = rbuf_u16(r), len = flags & L2TP_AVP_LEN;

	a->mandatory = flags & L2TP_AVP_M;
	a->hidden = flags & L2TP_AVP_H;
	a->reserved = flags & L2TP_AVP_RSVD;
	a->vendor = rbuf_u16(r);
	a->type = rbuf_u16(r);
	if (r->failed || len < L2TP_AVP_HEADER)
		return false;
	a->len = len - L2TP_AVP_HEADER;
	a->value = rbuf_take(r, a->len);
	return a->value;
}

/*
 * The Message Type decides how the rest is read (section 4.4.1). When it says
 * nothing that we know, its M bit tells whether the tunnel MUST be cleared or
 * the message ignored.
 */
static bool decode_message_type(struct decoder *d, struct rbuf *r)
{
	enum l2tp_severity severity;
	struct raw_avp a;
	uint16_t type;

	if (!next_avp(r, &a)) {
		/*
		 * Section 7.1: malformed beyond recovery clears the
		 * control connection.
		 */
		note(d, L2TP_CLOSE_TUNNEL, 0, 0, L2TP_ERROR_LENGTH,
		     " is not there: wrong length");
		return false;
	}
	severity = a.mandatory ? L2TP_CLOSE_TUNNEL : L2TP_DROP_MESSAGE;
	/* RFC 3931 section 5.4.1: a vendor's own message */
	if (d->version == 3 && a.vendor != 0 && a.type == 0) {
		note(d, severity, a.vendor, 0, L2TP_ERROR_UNKNOWN_AVP,
		     ": a message that is unknown");
		return false;
	}
	if (a.vendor != 0 || a.type != 0) {
		note(d, L2TP_CLOSE_TUNNEL, a.vendor, a.type, L2TP_ERROR_VENDOR,
		     " stands first, must be Message Type");
		return false;
	}
	if (a.reserved && d->version != 3) {
		note(d, severity, 0, 0, L2TP_ERROR_UNKNOWN_AVP,
		     " has reserved bits set");
		return false;
	}
	if (a.hidden) {
		note(d, severity, 0, 0, L2TP_ERROR_VALUE, " is hidden");
		return false;
	}
	if (a.len != 2) {
		note(d, severity, 0, 0, L2TP_ERROR_LENGTH,
		     " is %u bytes long, must be 2", a.len);
		return false;
	}
	type = (uint16_t)(a.value[0] << 8 | a.value[1]);
	d->info = l2tp_message_info(d->version, type);
	if (!d->info) {
		note(d, severity, 0, 0, L2TP_ERROR_UNKNOWN_AVP,
		     " %u is unknown", type);
		return false;
	}
	d->m->type = type;
	d->m->present = UINT64_C(1) << L2TP_AVP_MESSAGE_TYPE;
	d->m->avp[L2TP_AVP_MESSAGE_TYPE] = (struct l2tp_avp_view){
		.value = a.value,
		.len = a.len,
		.mandatory = a.mandatory,
	};
	switch (d->info->scope) {
	case L2TP_SCOPE_NOTHING:
		d->closes = L2TP_IGNORE_AVP;
		break;
	case L2TP_SCOPE_SESSION:
		d->closes = L2TP_CLOSE_SESSION;
		break;
	case L2TP_SCOPE_TUNNEL:
		d->closes = L2TP_CLOSE_TUNNEL;
		break;
	}
	return true;
}

/* Section 4.3. Puts the original value in place of the hidden one. */
static bool unhide(struct decoder *d, struct raw_avp *a,
		   const struct l2tp_avp_info *info)
{
	struct l2tp_scratch *s = d->scratch;
	const uint8_t *value;
	uint16_t len;

	if (!info->may_hide) {
		/* "MUST NOT be hidden" of its section. */
		reject(d, a, L2TP_ERROR_VALUE, " is hidden, must not be");
		return false;
	}
	if (!d->random_vector) {
		reject(d, a, L2TP_ERROR_VENDOR,
		       " is hidden before any Random Vector");
		return false;
	}
	if (!d->secret || !secret_is_set(d->secret)) {
		d->m->locked++;
		reject(d, a, L2TP_ERROR_VENDOR,
		       " is hidden, but there is no secret");
		return false;
	}
	if (a->len > sizeof(s->data) - s->used) {
		reject(d, a, L2TP_ERROR_RESOURCES,
		       " is hidden, and too much is already");
		return false;
	}
	if (l2tp_unhide(s->data + s->used, a->type, d->secret, d->random_vector,
			d->random_vector_len, a->value, a->len, &value, &len)) {
		reject(d, a, L2TP_ERROR_LENGTH,
		       " does not unhide: is it the same secret?");
		return false;
	}
	s->used += a->len;
	a->value = value;
	a->len = len;
	return true;
}

static bool is_zero(const uint8_t *value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (value[i])
			return false;
	return true;
}

/* A name is what a caller or peer is known by: a NUL would cut it. */
static bool has_nul_within(const uint8_t *value, size_t len)
{
	while (len && !value[len - 1])
		len--;
	return memchr(value, 0, len) != NULL;
}

static bool check_value(struct decoder *d, const struct raw_avp *a,
			enum l2tp_avp_id id)
{
	const struct l2tp_avp_info *info = &l2tp_avp_info[id];

	if (!l2tp_avp_size_ok(id, a->len)) {
		if (info->min == info->max)
			reject(d, a, L2TP_ERROR_LENGTH,
			       " is %u bytes long, must be %u", a->len,
			       info->min);
		else if (a->len < info->min)
			reject(d, a, L2TP_ERROR_LENGTH,
			       " is %u bytes long, must be at least %u", a->len,
			       info->min);
		else
			reject(d, a, L2TP_ERROR_LENGTH,
			       " is %u bytes long, must be at most %u", a->len,
			       info->max);
		return false;
	}
	if ((info->kind == L2TP_KIND_ID || info->kind == L2TP_KIND_ID32) &&
	    is_zero(a->value, a->len)) {
		/*
		 * Section 4.4.3 and 4.4.4: non-zero ids; section 5.8: a window
		 * of 0 is invalid.
		 */
		reject(d, a, L2TP_ERROR_VALUE, " is 0");
		return false;
	}
	if (info->kind == L2TP_KIND_NAME && has_nul_within(a->value, a->len)) {
		reject(d, a, L2TP_ERROR_VALUE, " has a NUL octet within");
		return false;
	}
	if (info->kind == L2TP_KIND_SEQUENCING &&
	    (a->value[0] || a->value[1] > 2)) {
		reject(d, a, L2TP_ERROR_VALUE, " is beyond 2");
		return false;
	}
	if (info->kind == L2TP_KIND_VERSION &&
	    a->value[0] != L2TP_PROTOCOL_VERSION >> 8) {
		/*
		 * Section 4.4.2: result 5, and the highest version supported as
		 * the Error Code. Another revision of version 1 is welcome.
		 */
		if (note(d, L2TP_CLOSE_TUNNEL, a->vendor, a->type,
			 L2TP_PROTOCOL_VERSION, " is %u.%u, must be 1.0",
			 a->value[0], a->value[1]))
			d->fault->cause.result = L2TP_STOPCCN_VERSION;
		return false;
	}
	return true;
}

static void decode_avp(struct decoder *d, struct raw_avp *a)
{
	struct l2tp_message *m = d->m;
	uint64_t bit;
	int id;

	/*
	 * Section 4.1: reserved bits make it an unrecognized one; RFC 3931
	 * section 5.1: they are ignored.
	 */
	if (a->reserved && d->version != 3) {
		reject(d, a, L2TP_ERROR_UNKNOWN_AVP,
		       " (type %u) has reserved bits set", a->type);
		return;
	}
	id = l2tp_avp_find(a->vendor, a->type);
	if (id < 0 || (d->version != 3 && !l2tp_avp_in_v2(id))) {
		reject(d, a, L2TP_ERROR_UNKNOWN_AVP, " is unknown");
		return;
	}
	bit = UINT64_C(1) << id;
	/*
	 * The RFC is silent on AVPs that are known but not listed for the
	 * message, and on repeated ones. Neither is unrecognized, so neither
	 * closes anything; the first of several holds, but for Random Vectors
	 * (section 4.4.1) and a second Message Digest (RFC 3931 section 5.4.1).
	 */
	if (!(d->info->allowed & bit)) {
		note(d, L2TP_IGNORE_AVP, a->vendor, a->type, 0,
		     " does not belong here");
		keep_unknown(m, a);
		return;
	}
	if (m->present & bit && id == L2TP_AVP_MESSAGE_DIGEST)
		return;
	if (m->present & bit && id != L2TP_AVP_RANDOM_VECTOR) {
		note(d, L2TP_IGNORE_AVP, a->vendor, a->type, 0,
		     " is there twice");
		keep_unknown(m, a);
		return;
	}
	if (a->hidden && !unhide(d, a, &l2tp_avp_info[id]))
		return;
	if (!check_value(d, a, id))
		return;
	if (id == L2TP_AVP_RANDOM_VECTOR) {
		d->random_vector = a->value;
		d->random_vector_len = a->len;
	}
	m->present |= bit;
	m->avp[id] = (struct l2tp_avp_view){
		.value = a->value,
		.len = a->len,
		.mandatory = a->mandatory,
		.hidden = a->hidden,
	};
}

/*
 * Section 7.1 of either RFC: a message without an AVP that section 6 requires
 * is malformed.
 */
static void check_required(struct decoder *d)
{
	uint64_t missing = d->info->required & ~d->m->present;
	const struct l2tp_avp_info *info;

	if (!missing)
		return;
	info = &l2tp_avp_info[__builtin_ctzll(missing)];
	note(d, d->closes, info->vendor, info->type, L2TP_ERROR_VENDOR,
	     " is missing");
}

enum l2tp_severity l2tp_message_decode(struct l2tp_message *m,
				       const struct l2tp_header *h,
				       const struct secret *secret,
				       struct l2tp_scratch *scratch,
				       struct l2tp_fault *fault)
{
	struct rbuf r = rbuf_init(h->payload, h->payload_len);
	struct decoder d = {
		.m = m,
		.fault = fault,
		.secret = secret,
		.scratch = scratch,
		.version = h->version,
	};
	struct raw_avp a;

	/*
	 * Not the arrays: they are kilobytes, and present tells
	 * what is in them.
	 */
	m->type = h->payload_len ? L2TP_MESSAGE_UNKNOWN : L2TP_ZLB;
	m->present = 0;
	m->unknown_count = 0;
	m->locked = 0;
	scratch->used = 0;
	fault->severity = L2TP_OK;
	fault->vendor = fault->attribute = 0;
	fault->cause.result = fault->cause.error = fault->cause.q931_cause = 0;
	fault->cause.q931_msg = 0;
	fault->cause.text[0] = '\0';

	if (m->type == L2TP_ZLB || !decode_message_type(&d, &r))
		return fault->severity;
	while (rbuf_left(&r)) {
		if (!next_avp(&r, &a)) {
			/*
			 * Nothing behind it can be read either: not recoverable
			 * (section 7.1), whatever its M bit.
			 */
			note(&d, d.closes, a.vendor, a.type, L2TP_ERROR_LENGTH,
			     " (or what stands for it) has a wrong length");
			break;
		}
		decode_avp(&d, &a);
	}
	check_required(&d);
	return fault->severity;
}
