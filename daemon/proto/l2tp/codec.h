/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * L2TP packets, control messages and AVPs: bytes to values and back. RFC 2661
 * sections 3.1, 4, 5.8, RFC 3931 sections 3.2, 5; the tables in avp_table.h and
 * message_table.h say what exists. Pure: no I/O, no clock, no log.
 */
#ifndef L2TPD_PROTO_L2TP_CODEC_H
#define L2TPD_PROTO_L2TP_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/secret.h"
#include "proto/l2tp/avp_table.h"     /* enum l2tp_avp_id, enum l2tp_kind */
#include "proto/l2tp/message_table.h" /* enum l2tp_message_type */

/*
 * What a fault in a packet costs, from least to most (RFC 2661 sections 4.1,
 * 4.4.1, 7.1).
 */
enum l2tp_severity {
	L2TP_OK,
	/* the message is taken as if the AVP had not been there */
	L2TP_IGNORE_AVP,
	/* acknowledged (it took a number), and nothing more */
	L2TP_DROP_MESSAGE,
	L2TP_CLOSE_SESSION, /* CDN */
	L2TP_CLOSE_TUNNEL,  /* StopCCN */
};

/* Result Codes and Error Codes of section 4.4.2. */
enum {
	L2TP_STOPCCN_CLEAR = 1,
	L2TP_STOPCCN_ERROR = 2,
	L2TP_STOPCCN_EXISTS = 3,
	L2TP_STOPCCN_NOT_AUTHORIZED = 4,
	L2TP_STOPCCN_VERSION = 5,
	L2TP_STOPCCN_SHUTDOWN = 6,
	L2TP_STOPCCN_FSM = 7,

	L2TP_CDN_LOST_CARRIER = 1,
	L2TP_CDN_ERROR = 2,
	L2TP_CDN_ADMINISTRATIVE = 3,
	L2TP_CDN_NO_FACILITIES = 4,
	L2TP_CDN_NO_FACILITIES_EVER = 5,
	L2TP_CDN_INVALID_DESTINATION = 6,
	L2TP_CDN_NO_CARRIER = 7,
	L2TP_CDN_BUSY = 8,
	L2TP_CDN_NO_DIAL_TONE = 9,
	L2TP_CDN_TIMEOUT = 10,
	L2TP_CDN_NO_FRAMING = 11,
	/* RFC 3931 section 5.4.2 */
	L2TP_CDN_TIE = 13,
	L2TP_CDN_PW_TYPE = 14,
	L2TP_CDN_SEQUENCING = 15,
	L2TP_CDN_FSM = 16,

	L2TP_ERROR_NONE = 0,
	L2TP_ERROR_NO_CONNECTION = 1,
	L2TP_ERROR_LENGTH = 2,
	L2TP_ERROR_VALUE = 3,
	L2TP_ERROR_RESOURCES = 4,
	L2TP_ERROR_SESSION_ID = 5,
	L2TP_ERROR_VENDOR = 6,
	L2TP_ERROR_TRY_ANOTHER = 7,
	L2TP_ERROR_UNKNOWN_AVP = 8,
	L2TP_ERROR_TRY_DIRECTED = 9,
};

/* Protocol Version 1.0, as the AVP has it and as StopCCN result 5 names it. */
#define L2TP_PROTOCOL_VERSION 0x0100

/*
 * Result Code, Error Code and Error Message (section 4.4.2), and for CDN the
 * Q.931 cause.
 */
#define L2TP_CAUSE_TEXT 96
struct l2tp_cause {
	uint16_t result;     /* 0: none */
	uint16_t error;	     /* 0: no general error */
	uint16_t q931_cause; /* 0: none (section 4.4.6); CDN only */
	uint8_t q931_msg;
	char text[L2TP_CAUSE_TEXT]; /* UTF-8, ends in NUL; "" for none */
};

struct l2tp_fault {
	enum l2tp_severity severity;
	uint16_t vendor, attribute; /* of the AVP at fault */
	struct l2tp_cause cause; /* for the StopCCN or CDN, and for the log */
};

/*
 * The header of section 3.1; of RFC 3931 section 3.2.1 (over IP without the
 * zero session id before it).
 */
struct l2tp_header {
	bool control, has_length, has_sequence, has_offset, priority;
	uint8_t version; /* 2 or 3 */
	uint16_t length; /* when has_length */
	/* version 3: the Control Connection ID, of a control message */
	uint32_t tunnel_id;
	/* version 2; of version 3's data messages nothing is read */
	uint16_t session_id;
	uint16_t ns, nr;
	/* view into the packet: AVPs, or the PPP frame */
	const uint8_t *payload;
	size_t payload_len; /* bytes past Length are not in it */
};

/*
 * 0, or -EBADMSG for what is not an L2TP header to be acted on (short, Length
 * beyond the packet, a control message without T, L and S, a version other than
 * 2 and 3).
 */
int l2tp_header_decode(struct l2tp_header *h, const uint8_t *pkt, size_t len);

/* Valid only where l2tp_has() says so. */
struct l2tp_avp_view {
	/* into the packet, or into scratch when it was hidden */
	const uint8_t *value;
	uint16_t len;
	bool mandatory, hidden; /* the bits as they came */
};

#define L2TP_UNKNOWN_MAX 8
struct l2tp_unknown_avp {
	uint16_t vendor, type, len;
	bool mandatory, hidden;
	const uint8_t *value;
};

/*
 * A decoded control message: const views; valid as long as packet and scratch
 * are. type is right whatever the severity (L2TP_MESSAGE_UNKNOWN when there is
 * no such message), and so are the AVPs found: a request that is refused for
 * one AVP may be answered by the id in another.
 */
struct l2tp_message {
	enum l2tp_message_type type;
	uint64_t present; /* bit of enum l2tp_avp_id */
	struct l2tp_avp_view avp[L2TP_AVP_COUNT];
	/*
	 * The ignored ones, for the log and for a LAC that relays: unknown,
	 * malformed, repeated or out of place. unknown_count may be more than
	 * there is room for.
	 */
	struct l2tp_unknown_avp unknown[L2TP_UNKNOWN_MAX];
	unsigned int unknown_count;
	/*
	 * Hidden AVPs that no secret was there for. The Host Name is never
	 * hidden: it may choose the secret for another l2tp_message_decode.
	 */
	unsigned int locked;
};

/* A Control Message Authentication Nonce (RFC 3931 section 5.4.1). */
#define L2TP_NONCE_MAX 64
struct l2tp_nonce {
	uint8_t len; /* 0: none */
	uint8_t data[L2TP_NONCE_MAX];
};

/* Holds the values unhidden from one message. */
#define L2TP_SCRATCH 2048
struct l2tp_scratch {
	size_t used;
	uint8_t data[L2TP_SCRATCH];
};

/*
 * Decodes the AVPs of a control message's payload (a ZLB, payload_len 0, is
 * L2TP_ZLB) by the tables of h->version. secret unhides (in version 3 the key
 * of l2tp_hiding_key); NULL or unset makes a hidden AVP a fault of its M bit.
 * Returns the fault's severity, the worst one found; fault says the first of
 * that severity. On L2TP_OK and L2TP_IGNORE_AVP m is usable. The AVPs that the
 * message requires are checked here too. No fault in a StopCCN or CDN with a
 * readable Message Type costs more than L2TP_IGNORE_AVP: it ends the tunnel or
 * session already, with or without a Result Code.
 */
enum l2tp_severity l2tp_message_decode(struct l2tp_message *m,
				       const struct l2tp_header *h,
				       const struct secret *secret,
				       struct l2tp_scratch *scratch,
				       struct l2tp_fault *fault);

static inline bool l2tp_has(const struct l2tp_message *m, enum l2tp_avp_id id)
{
	return m->present >> id & 1;
}
/*
 * The value of a present AVP (its size was checked when it was
 * decoded); 0 when absent.
 */
uint16_t l2tp_u16(const struct l2tp_message *m, enum l2tp_avp_id id);
uint32_t l2tp_u32(const struct l2tp_message *m, enum l2tp_avp_id id);
uint64_t l2tp_u64(const struct l2tp_message *m, enum l2tp_avp_id id);
/*
 * Copies a text AVP, made printable (control bytes become '?'), NUL-terminated;
 * false when absent.
 */
bool l2tp_text(const struct l2tp_message *m, enum l2tp_avp_id id, char *out,
	       size_t size);
/*
 * Copies a name as it came, without zeros at its end, which some peers send,
 * NUL-terminated; false when absent. size: at least L2TP_NAME_MAX.
 */
bool l2tp_name(const struct l2tp_message *m, enum l2tp_avp_id id, char *out,
	       size_t size);
/* Result Code and Q.931 Cause Code of a StopCCN or CDN. */
void l2tp_cause_decode(const struct l2tp_message *m, struct l2tp_cause *out);
/*
 * The nonce of an SCCRQ or SCCRP; 0, -ENOENT without one, -EMSGSIZE when it is
 * longer than we keep.
 */
int l2tp_nonce_decode(const struct l2tp_message *m, struct l2tp_nonce *out);
/* Whether the Pseudowire Capabilities List names the type. */
bool l2tp_has_pseudowire(const struct l2tp_message *m, uint16_t type);
/* The text is cut where it is too long. */
void __attribute__((format(printf, 4, 5)))
l2tp_cause_set(struct l2tp_cause *c, uint16_t result, uint16_t error,
	       const char *fmt, ...);
/*
 * "6 (lost carrier?), error 4 (...): text" in the RFC's words, for logs;
 * returns buf.
 */
const char *l2tp_cause_format(const struct l2tp_cause *c,
			      enum l2tp_message_type type, char *buf,
			      size_t size);

/*
 * One line per AVP, "Host Name: lac1", as logs and debug output print it;
 * secrets as lengths only.
 */
int l2tp_avp_format(enum l2tp_avp_id id, const uint8_t *value, size_t len,
		    char *buf, size_t size);

/* "SCCRQ"; "ZLB"; "unknown" */
const char *l2tp_message_name(enum l2tp_message_type type);
struct l2tp_avp_info {
	uint16_t vendor, type;
	const char *name, *section;
	uint16_t min, max; /* of the value */
	uint8_t kind;	   /* enum l2tp_kind of avp_table.h */
	bool mandatory, may_hide;
};
extern const struct l2tp_avp_info l2tp_avp_info[L2TP_AVP_COUNT];
/* The id of an AVP, or -ENOENT. */
int l2tp_avp_find(uint16_t vendor, uint16_t type);
const char *l2tp_kind_name(enum l2tp_kind kind); /* "32-bit number" */

/* What a fault in a message ends. */
enum l2tp_scope { L2TP_SCOPE_NOTHING, L2TP_SCOPE_SESSION, L2TP_SCOPE_TUNNEL };
struct l2tp_message_info {
	const char *name, *long_name, *section;
	enum l2tp_scope scope;
	/* bits of enum l2tp_avp_id; allowed has the required ones too */
	uint64_t required, allowed;
};
/* NULL: there is no such message in that version. */
const struct l2tp_message_info *l2tp_message_info(uint8_t version,
						  enum l2tp_message_type type);

/* ---- encoding ---- */

/*
 * How to hide: the secret and 16 random bytes for the Random
 * Vector (section 4.3).
 */
struct l2tp_hiding {
	const struct secret *secret;
	uint8_t random_vector[16];
};

/*
 * Writes one control message. Errors accumulate; l2tp_encode_end tells. The
 * M bit comes from the table. With hiding, a Random Vector AVP follows the
 * Message Type and every AVP whose H may be set is hidden.
 */
struct l2tp_encoder {
	struct wbuf out;
	uint8_t version;
	enum l2tp_message_type type;
	const struct l2tp_hiding *hiding;
	int error;
};
void l2tp_encode_begin(struct l2tp_encoder *e, void *buf, size_t size,
		       enum l2tp_message_type type, uint16_t tunnel_id,
		       uint16_t session_id, const struct l2tp_hiding *hiding);

/* The digest of a Message Digest AVP (RFC 3931 section 5.4.1). */
enum l2tp_digest { L2TP_DIGEST_NONE, L2TP_DIGEST_MD5, L2TP_DIGEST_SHA1 };
/*
 * The same for version 3. With a digest, the Message Digest AVP stands behind
 * the Message Type, still zero: l2tp_digest_sign fills it in when Ns and Nr are
 * known.
 */
void l2tp_encode_begin_v3(struct l2tp_encoder *e, void *buf, size_t size,
			  enum l2tp_message_type type, uint32_t ccid,
			  enum l2tp_digest digest,
			  const struct l2tp_hiding *hiding);
/* A Message Digest AVP, still zero; only directly behind the Message Type. */
void l2tp_encode_digest(struct l2tp_encoder *e, enum l2tp_digest digest,
			bool mandatory);
void l2tp_encode_avp(struct l2tp_encoder *e, enum l2tp_avp_id id,
		     const void *value, size_t len);
/*
 * With the M bit given: what a switching LAC relays keeps the bit
 * that it came with.
 */
void l2tp_encode_avp_m(struct l2tp_encoder *e, enum l2tp_avp_id id,
		       bool mandatory, const void *value, size_t len);
/* Any AVP by its numbers; one that is in no table is never hidden. */
void l2tp_encode_extra(struct l2tp_encoder *e, uint16_t vendor, uint16_t type,
		       bool mandatory, const void *value, size_t len);
void l2tp_encode_u16(struct l2tp_encoder *e, enum l2tp_avp_id id, uint16_t v);
void l2tp_encode_u32(struct l2tp_encoder *e, enum l2tp_avp_id id, uint32_t v);
void l2tp_encode_u64(struct l2tp_encoder *e, enum l2tp_avp_id id, uint64_t v);
void l2tp_encode_text(struct l2tp_encoder *e, enum l2tp_avp_id id,
		      const char *text);
/*
 * The Result Code AVP, and for a CDN of version 2 the Q.931 Cause Code when it
 * is set. A CDN always carries an Error Code, a StopCCN only one that says
 * something.
 */
void l2tp_encode_cause(struct l2tp_encoder *e, const struct l2tp_cause *cause);
/*
 * Sets Length; Ns and Nr are set when it is sent. The length, or
 * -EMSGSIZE/-EINVAL.
 */
int l2tp_encode_end(struct l2tp_encoder *e);
/* Sets Ns and Nr of an encoded message or ZLB in place. */
void l2tp_encode_sequence(uint8_t *pkt, uint16_t ns, uint16_t nr);
#define L2TP_ZLB_LEN 12
void l2tp_encode_zlb(uint8_t pkt[L2TP_ZLB_LEN], uint16_t tunnel_id, uint16_t ns,
		     uint16_t nr);
/*
 * Sets the id of an encoded message's header in place: in version 2 the
 * tunnel's, else all 32 bits.
 */
void l2tp_encode_address(uint8_t *pkt, uint8_t version, uint32_t id);

/* ---- digest.c: authentication, RFC 3931 sections 4.3, 5.3, 5.4.1 ---- */

/*
 * HMAC-MD5 of the secret over one octet: 1 is the key that hides, 2 the one
 * that signs. 0 or -ENOTSUP.
 */
int l2tp_hiding_key(struct secret *key, const struct secret *secret);
int l2tp_signing_key(struct secret *key, const struct secret *secret);
/*
 * Fills the Message Digest AVP of an encoded message in: over the sender's
 * nonce, the receiver's and the message; an SCCRQ is signed without nonces
 * (NULL). Nothing happens without such an AVP. 0 or -ENOTSUP.
 */
int l2tp_digest_sign(uint8_t *pkt, size_t len, const struct secret *key,
		     const struct l2tp_nonce *sender,
		     const struct l2tp_nonce *receiver);
/*
 * Whether one of the message's first AVPs after the Message Type, of at most
 * two, is the right digest. 0; -ENOENT: it has none; -EBADMSG: none is right;
 * -ENOTSUP. type: which one was right; may be NULL.
 */
int l2tp_digest_verify(const uint8_t *pkt, size_t len, const struct secret *key,
		       const struct l2tp_nonce *sender,
		       const struct l2tp_nonce *receiver,
		       enum l2tp_digest *type);

/* ---- hide.c, auth.c ---- */

/*
 * Gets MD5 ready; later calls cannot fail for it. Call it once, before giving
 * up what opening a crypto library takes. 0, or -ENOTSUP when there is no MD5.
 */
int l2tp_digest_init(void);

/*
 * Challenge Response (section 5.1.1, 4.4.3): MD5(message type as one byte,
 * secret, challenge). type: L2TP_SCCRP or L2TP_SCCCN. 0, or -ENOTSUP (out is
 * not set): only where l2tp_digest_init fails too.
 */
int l2tp_challenge_response(uint8_t out[16], enum l2tp_message_type type,
			    const struct secret *secret,
			    const uint8_t *challenge, size_t len)
	__attribute__((warn_unused_result));

/*
 * Hides a value (section 4.3) into out, which has room for L2TP_VALUE_MAX
 * bytes. Text and octets are padded to a multiple of 16 with bytes of the
 * random vector. The length, or -EMSGSIZE, -ENOTSUP.
 */
int l2tp_hide(uint8_t *out, enum l2tp_avp_id id,
	      const struct l2tp_hiding *hiding, const void *value, size_t len);
/*
 * Unhides len bytes at hidden into out, which has room for len; *value and
 * *value_len are the original. -EBADMSG: shorter than its own length field, or
 * than the length in it (a wrong secret looks like that); -ENOTSUP.
 */
int l2tp_unhide(uint8_t *out, uint16_t type, const struct secret *secret,
		const uint8_t *random_vector, size_t random_vector_len,
		const uint8_t *hidden, size_t len, const uint8_t **value,
		uint16_t *value_len);

#endif
