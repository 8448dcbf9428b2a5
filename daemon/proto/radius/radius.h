/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RADIUS packets (RFC 2865, 2866, 3579, 5176, 5997): building, signing,
 * checking and reading them. Pure: what is random comes in as an argument.
 */
#ifndef L2TPD_PROTO_RADIUS_RADIUS_H
#define L2TPD_PROTO_RADIUS_RADIUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/secret.h"
#include "proto/md5/md5.h"

#define RADIUS_HEADER	  20
#define RADIUS_PACKET_MAX 4096
#define RADIUS_VALUE_MAX  253

enum radius_code {
	RADIUS_ACCESS_REQUEST = 1,
	RADIUS_ACCESS_ACCEPT = 2,
	RADIUS_ACCESS_REJECT = 3,
	RADIUS_ACCOUNTING_REQUEST = 4,
	RADIUS_ACCOUNTING_RESPONSE = 5,
	RADIUS_ACCESS_CHALLENGE = 11,
	RADIUS_STATUS_SERVER = 12,
	RADIUS_DISCONNECT_REQUEST = 40,
	RADIUS_DISCONNECT_ACK = 41,
	RADIUS_DISCONNECT_NAK = 42,
	RADIUS_COA_REQUEST = 43,
	RADIUS_COA_ACK = 44,
	RADIUS_COA_NAK = 45,
};

/* Of a PPP caller (RFC 2865, sections 5.6 and 5.7). */
enum {
	RADIUS_SERVICE_FRAMED = 2, /* Service-Type */
	RADIUS_PROTOCOL_PPP = 1	   /* Framed-Protocol */
};

#include "proto/radius/attribute_table.h"

enum radius_vendor {
#define VENDOR(name, number) RADIUS_VENDOR_##name = (number),
	RADIUS_VENDORS(VENDOR)
#undef VENDOR
};

enum radius_type {
#define ATTRIBUTE(symbol, vendor, type, kind, name) RADIUS_##symbol = (type),
	RADIUS_ATTRIBUTES(ATTRIBUTE)
#undef ATTRIBUTE
};

/* How a value is read and shown. */
enum radius_kind {
	RADIUS_TEXT,	/* UTF-8, no NUL */
	RADIUS_STRING,	/* any bytes */
	RADIUS_INTEGER, /* 32 bits */
	RADIUS_IPV4,
	RADIUS_IPV6,
	/* RFC 3162, section 2.3: reserved, length, up to 16 bytes */
	RADIUS_PREFIX6,
	RADIUS_IFID,	       /* 8 bytes */
	RADIUS_TIME,	       /* seconds since 1970, 32 bits */
	RADIUS_TAGGED_INTEGER, /* RFC 2868: a tag, then 24 bits */
	RADIUS_TAGGED_TEXT, /* RFC 2868: perhaps a tag below 0x20, then text */
	RADIUS_HIDDEN,	    /* a password, key or signature: never shown */
};

/* What may be wrong with a packet; text is for the log. */
enum radius_fault {
	RADIUS_OK,
	RADIUS_SHORT,
	RADIUS_LONG,
	RADIUS_TRUNCATED,
	RADIUS_BAD_ATTRIBUTE,
	RADIUS_BAD_AUTHENTICATOR,
	RADIUS_BAD_MESSAGE_AUTHENTICATOR,
	RADIUS_NO_MESSAGE_AUTHENTICATOR,
	RADIUS_BAD_CODE,
	RADIUS_NO_DIGEST,
};
const char *radius_fault_text(enum radius_fault fault);

struct radius_attribute_info {
	const char *name;
	uint32_t vendor; /* 0: of the RFCs */
	uint8_t type;
	enum radius_kind kind;
};
/* NULL when the table does not have it. */
const struct radius_attribute_info *radius_attribute_info(uint32_t vendor,
							  uint8_t type);

/* ---- building ---- */

struct radius_builder {
	uint8_t data[RADIUS_PACKET_MAX];
	size_t len;
	bool overflow; /* something did not fit: do not send it */
	/* where the Message-Authenticator's value is; 0: there is none */
	size_t signature;
};

/*
 * authenticator: 16 random bytes of a request, zeros of an accounting request,
 * the request's of a reply.
 */
void radius_begin(struct radius_builder *b, enum radius_code code, uint8_t id,
		  const uint8_t authenticator[16]);
/*
 * Values longer than RADIUS_VALUE_MAX are an overflow; empty ones are left out
 * (RFC 2865, section 5).
 */
void radius_add(struct radius_builder *b, enum radius_type type,
		const void *value, size_t len);
void radius_add_text(struct radius_builder *b, enum radius_type type,
		     const char *text);
void radius_add_u32(struct radius_builder *b, enum radius_type type,
		    uint32_t value);
void radius_add_vendor(struct radius_builder *b, uint32_t vendor, uint8_t type,
		       const void *value, size_t len);
/* tag 1 to 31; RFC 2868, section 3. */
void radius_add_tagged_u32(struct radius_builder *b, enum radius_type type,
			   uint8_t tag, uint32_t value);
/* One that with its tag is longer than an attribute is left out, not cut. */
void radius_add_tagged_text(struct radius_builder *b, enum radius_type type,
			    uint8_t tag, const char *text);
/*
 * User-Password, hidden by the secret (RFC 2865, section 5.2);
 * at most 128 bytes.
 */
int radius_add_password(struct radius_builder *b, const struct secret *secret,
			const void *password, size_t len);
/*
 * Room for a Message-Authenticator, filled by the signing: add it first of all.
 */
void radius_add_signature(struct radius_builder *b);
/*
 * Completes a packet. A request: Message-Authenticator, and for all but
 * Access-Request and Status-Server the request authenticator. A reply (to a
 * request that had authenticator request_auth): Message-Authenticator, then the
 * response authenticator. 0, -EMSGSIZE after an overflow, -ENOTSUP without MD5.
 */
int radius_sign_request(struct radius_builder *b, const struct secret *secret);
int radius_sign_reply(struct radius_builder *b, const struct secret *secret,
		      const uint8_t request_auth[16]);

/* ---- reading ---- */

struct radius_view {
	const uint8_t *data;
	size_t len; /* as the packet's header says, not more than came */
	uint8_t code, id;
	const uint8_t *authenticator;
};

/* Looks at lengths and every attribute's bounds; out views data. */
enum radius_fault radius_parse(struct radius_view *out, const void *data,
			       size_t len);
/*
 * Whether a reply is the answer to a request with request_auth, by who knows
 * the secret: response authenticator, Message-Authenticator when it is there,
 * or when it must be.
 */
enum radius_fault radius_check_reply(const struct radius_view *v,
				     const struct secret *secret,
				     const uint8_t request_auth[16],
				     bool must_be_signed);
/*
 * The same for a CoA-Request, Disconnect-Request or Accounting-Request: its own
 * authenticator.
 */
enum radius_fault radius_check_request(const struct radius_view *v,
				       const struct secret *secret,
				       bool must_be_signed);

struct radius_attribute {
	uint32_t vendor; /* 0: of the RFCs */
	uint8_t type;
	const uint8_t *value;
	size_t len;
};
/*
 * A place in a view; zeroed is its start. A Vendor-Specific of the usual form
 * yields its sub-attributes.
 */
struct radius_cursor {
	size_t at, vendor_end;
	uint32_t vendor;
};
bool radius_next(const struct radius_view *v, struct radius_cursor *c,
		 struct radius_attribute *out);
/* The first of that kind; false when there is none. */
bool radius_find(const struct radius_view *v, uint32_t vendor, uint8_t type,
		 struct radius_attribute *out);

/* Values: false when the length is not the kind's. */
bool radius_u32(const struct radius_attribute *a, uint32_t *out);
/*
 * Text with a NUL; bytes that are no text become '?'; false when it does not
 * fit or is empty.
 */
bool radius_text(const struct radius_attribute *a, char *out, size_t size);
/*
 * A salted value (RFC 2548, section 2.4.2; RFC 2868, section 3.5): its bytes
 * into out, their number into *len. false when it cannot be one.
 */
bool radius_unsalt(const struct radius_attribute *a,
		   const struct secret *secret, const uint8_t request_auth[16],
		   uint8_t *out, size_t size, size_t *len);
/*
 * A value hidden as User-Password is (RFC 2865, section 5.2): len bytes into
 * out; false when it has not that length.
 */
bool radius_reveal(const struct radius_attribute *a,
		   const struct secret *secret, const uint8_t request_auth[16],
		   uint8_t *out, size_t len);
/* "Name = value" for people; what is hidden stays so. */
void radius_format(const struct radius_attribute *a, char *out, size_t size);

#endif
