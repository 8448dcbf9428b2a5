// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AVPs and causes as a reader of logs wants them, in the words of RFC 2661
 * section 4.4 and RFC 3931 section 5.4.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/l2tp/codec_internal.h"

void l2tp_cause_set(struct l2tp_cause *c, uint16_t result, uint16_t error,
		    const char *fmt, ...)
{
	va_list ap;

	memset(c, 0, sizeof(*c));
	c->result = result;
	c->error = error;
	va_start(ap, fmt);
	vsnprintf(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
}

/* Section 4.4.2. X(enumerator without prefix, words) */
/* clang-format off */
#define STOPCCN_RESULTS(X)						\
	X(CLEAR,		"general request to clear control connection")	\
	X(ERROR,		"general error")				\
	X(EXISTS,		"control channel already exists")		\
	X(NOT_AUTHORIZED,	"not authorized to establish a control channel")	\
	X(VERSION,		"protocol version not supported")		\
	X(SHUTDOWN,		"requester is being shut down")			\
	X(FSM,			"finite state machine error")

#define CDN_RESULTS(X)							\
	X(LOST_CARRIER,		"loss of carrier")				\
	X(ERROR,		"general error")				\
	X(ADMINISTRATIVE,	"administrative reasons")			\
	X(NO_FACILITIES,	"lack of facilities, for now")			\
	X(NO_FACILITIES_EVER,	"lack of facilities, permanently")		\
	X(INVALID_DESTINATION,	"invalid destination")				\
	X(NO_CARRIER,		"no carrier detected")				\
	X(BUSY,			"busy signal")					\
	X(NO_DIAL_TONE,		"no dial tone")					\
	X(TIMEOUT,		"not established within the time allotted by LAC")	\
	X(NO_FRAMING,		"no appropriate framing detected")		\
	X(TIE,			"losing tie breaker")				\
	X(PW_TYPE,		"unsupported PW type")				\
	X(SEQUENCING,		"sequencing required without valid L2-Specific Sublayer")	\
	X(FSM,			"finite state machine error or timeout")

#define ERRORS(X)							\
	X(NONE,			"no general error")				\
	X(NO_CONNECTION,	"no control connection exists yet")		\
	X(LENGTH,		"length is wrong")				\
	X(VALUE,		"value out of range or reserved field not zero")	\
	X(RESOURCES,		"insufficient resources now")			\
	X(SESSION_ID,		"session id is invalid in this context")	\
	X(VENDOR,		"vendor-specific error")			\
	X(TRY_ANOTHER,		"try another")					\
	X(UNKNOWN_AVP,		"unknown AVP with the M bit set")		\
	X(TRY_DIRECTED,		"try another directed")
/* clang-format on */

static const char *const stopccn_results[] = {
#define X(id, words) [L2TP_STOPCCN_##id] = words,
	STOPCCN_RESULTS(X)
#undef X
};

static const char *const cdn_results[] = {
#define X(id, words) [L2TP_CDN_##id] = words,
	CDN_RESULTS(X)
#undef X
};

static const char *const errors[] = {
#define X(id, words) [L2TP_ERROR_##id] = words,
	ERRORS(X)
#undef X
};

static const char *const auth_types[] = {
	[1] = "textual exchange", [2] = "CHAP", [3] = "PAP", [4] = "none",
	[5] = "MSCHAPv1",
};

#define WORDS(table, n)                                                        \
	((n) < sizeof(table) / sizeof((table)[0]) && (table)[n] ? (table)[n] : \
								  "unknown")

struct words {
	const char *const *of;
	size_t n;
};

#define TABLE(t) ((struct words){ t, sizeof(t) / sizeof((t)[0]) })

static const char *word(struct words t, uint16_t number)
{
	return number < t.n ? t.of[number] : NULL;
}

/* A code and what it means; some peers send theirs in their own byte order. */
static void put_code(struct wbuf *w, uint16_t code, struct words t)
{
	uint16_t swapped = (uint16_t)(code << 8 | code >> 8);

	if (word(t, code))
		wbuf_printf(w, "%u (%s)", code, word(t, code));
	else if (word(t, swapped))
		wbuf_printf(w, "%u (%u in the wrong byte order: %s)", code,
			    swapped, word(t, swapped));
	else
		wbuf_printf(w, "%u (unknown)", code);
}

/* What has no Result Code has a text, or nothing. */
static void put_codes(struct wbuf *w, const struct l2tp_cause *c,
		      enum l2tp_message_type type)
{
	if (!c->result) {
		wbuf_printf(w, "%s", c->text[0] ? c->text : "no reason given");
		return;
	}
	put_code(w, c->result,
		 type == L2TP_CDN ? TABLE(cdn_results) :
				    TABLE(stopccn_results));
	if (type != L2TP_CDN && c->result == L2TP_STOPCCN_VERSION) {
		wbuf_printf(w, ", highest is %u.%u", c->error >> 8,
			    c->error & 0xff);
	} else if (c->error) {
		wbuf_printf(w, ", error ");
		put_code(w, c->error, TABLE(errors));
	}
}

const char *l2tp_cause_format(const struct l2tp_cause *c,
			      enum l2tp_message_type type, char *buf,
			      size_t size)
{
	struct wbuf w = wbuf_init(buf, size);

	put_codes(&w, c, type);
	if (c->q931_cause)
		wbuf_printf(&w, ", Q.931 cause %u", c->q931_cause);
	if (c->result && c->text[0])
		wbuf_printf(&w, ": %s", c->text);
	return buf;
}

static void put_hex(struct wbuf *w, struct rbuf *r)
{
	while (rbuf_left(r))
		wbuf_printf(w, "%02x", rbuf_u8(r));
}

static void put_text(struct wbuf *w, struct rbuf *r)
{
	l2tp_append_text(w, r->p, rbuf_left(r));
}

static void put_mask(struct wbuf *w, uint32_t mask, const char *bit0,
		     const char *bit1)
{
	wbuf_printf(w, "%#x (%s%s%s)", mask, mask & 1 ? bit0 : "",
		    (mask & 3) == 3 ? ", " : "",
		    mask & 2 ? bit1 :
		    mask & 1 ? "" :
			       "none");
}

static void put_result(struct wbuf *w, struct rbuf *r)
{
	wbuf_printf(w, "%u", rbuf_u16(r));
	if (!rbuf_left(r))
		return;
	wbuf_printf(w, ", error %u", rbuf_u16(r));
	if (!rbuf_left(r))
		return;
	wbuf_printf(w, ": ");
	put_text(w, r);
}

static void put_q931(struct wbuf *w, struct rbuf *r)
{
	uint16_t cause = rbuf_u16(r);

	wbuf_printf(w, "%u, message %u", cause, rbuf_u8(r));
	if (!rbuf_left(r))
		return;
	wbuf_printf(w, ": ");
	put_text(w, r);
}

static void put_call_errors(struct wbuf *w, struct rbuf *r)
{
	static const char *const names[] = {
		"CRC",
		"framing",
		"hardware overruns",
		"buffer overruns",
		"time-outs",
		"alignment",
	};

	rbuf_u16(r); /* reserved */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		wbuf_printf(w, "%s%s %u", i ? ", " : "", names[i], rbuf_u32(r));
}

static void put_accm(struct wbuf *w, struct rbuf *r)
{
	uint32_t send;

	rbuf_u16(r); /* reserved */
	send = rbuf_u32(r);
	wbuf_printf(w, "send %08x, receive %08x", send, rbuf_u32(r));
}

static const char *pw_name(uint16_t type)
{
	switch (type) {
	case L2TP_PW_VLAN:
		return "Ethernet VLAN";
	case L2TP_PW_ETHERNET:
		return "Ethernet";
	case L2TP_PW_PPP:
		return "PPP";
	default:
		return "unknown";
	}
}

static void put_pw_list(struct wbuf *w, struct rbuf *r)
{
	for (const char *comma = ""; rbuf_left(r); comma = ", ") {
		uint16_t type = rbuf_u16(r);

		wbuf_printf(w, "%s%u (%s)", comma, type, pw_name(type));
	}
}

static void put_value(struct wbuf *w, enum l2tp_kind kind, struct rbuf *r)
{
	uint16_t number;
	uint8_t version;

	switch (kind) {
	case L2TP_KIND_MESSAGE_TYPE:
		number = rbuf_u16(r);
		wbuf_printf(w, "%u (%s)", number, l2tp_message_name(number));
		break;
	case L2TP_KIND_RESULT:
		put_result(w, r);
		break;
	case L2TP_KIND_VERSION:
		version = rbuf_u8(r);
		wbuf_printf(w, "%u.%u", version, rbuf_u8(r));
		break;
	case L2TP_KIND_U16:
	case L2TP_KIND_ID:
		wbuf_printf(w, "%u", rbuf_u16(r));
		break;
	case L2TP_KIND_U32:
		wbuf_printf(w, "%u", rbuf_u32(r));
		break;
	case L2TP_KIND_U64:
		wbuf_printf(w, "%016llx", (unsigned long long)rbuf_u64(r));
		break;
	case L2TP_KIND_FRAMING:
		put_mask(w, rbuf_u32(r), "synchronous", "asynchronous");
		break;
	case L2TP_KIND_BEARER:
		put_mask(w, rbuf_u32(r), "digital", "analog");
		break;
	case L2TP_KIND_AUTH_TYPE:
		number = rbuf_u16(r);
		wbuf_printf(w, "%u (%s)", number, WORDS(auth_types, number));
		break;
	case L2TP_KIND_Q931:
		put_q931(w, r);
		break;
	case L2TP_KIND_CALL_ERRORS:
		put_call_errors(w, r);
		break;
	case L2TP_KIND_ACCM:
		put_accm(w, r);
		break;
	case L2TP_KIND_FLAG:
		wbuf_printf(w, "yes");
		break;
	case L2TP_KIND_TEXT:
	case L2TP_KIND_NAME:
		put_text(w, r);
		break;
	case L2TP_KIND_BLOB:
	case L2TP_KIND_RANDOM:
		put_hex(w, r);
		break;
	case L2TP_KIND_ID32:
		wbuf_printf(w, "%u", rbuf_u32(r));
		break;
	case L2TP_KIND_DIGEST:
		number = rbuf_u8(r);
		wbuf_printf(w, "%s",
			    number == 0 ? "HMAC-MD5" :
			    number == 1 ? "HMAC-SHA-1" :
					  "unknown type");
		break;
	case L2TP_KIND_ROUTER_ID:
		for (int i = 0; i < 4; i++)
			wbuf_printf(w, "%s%u", i ? "." : "", rbuf_u8(r));
		break;
	case L2TP_KIND_PW_LIST:
	case L2TP_KIND_PW_TYPE:
		put_pw_list(w, r);
		break;
	case L2TP_KIND_SUBLAYER:
		number = rbuf_u16(r);
		wbuf_printf(w, "%u (%s)", number,
			    number == 0 ? "none" :
			    number == 1 ? "default" :
					  "unknown");
		break;
	case L2TP_KIND_SEQUENCING:
		wbuf_printf(w, "%u", rbuf_u16(r));
		break;
	case L2TP_KIND_CIRCUIT:
		number = rbuf_u16(r);
		wbuf_printf(w, "%s%s", number & 1 ? "active" : "inactive",
			    number & 2 ? ", new" : "");
		break;
	case L2TP_KIND_COOKIE:
	case L2TP_KIND_SECRET:
		wbuf_printf(w, "(%zu bytes)", rbuf_left(r));
		break;
	}
}

int l2tp_avp_format(enum l2tp_avp_id id, const uint8_t *value, size_t len,
		    char *buf, size_t size)
{
	struct wbuf w = wbuf_init(buf, size);
	struct rbuf r = rbuf_init(value, len);

	wbuf_printf(&w, "%s: ", l2tp_avp_info[id].name);
	put_value(&w, l2tp_avp_info[id].kind, &r);
	return (int)w.len;
}
