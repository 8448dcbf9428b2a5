/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every AVP that we know, one row each: RFC 2661 section 4.4 and RFC 3931
 * section 5.4 in the order of their types, then vendors' own. The enum, the
 * decoder's checks, the encoder's M and H bits, the formatter, the fuzzer's
 * dictionary and the conformance tables are made from these rows. Which message
 * of which version may have it stands in message_table.h.
 */
#ifndef L2TPD_PROTO_L2TP_AVP_TABLE_H
#define L2TPD_PROTO_L2TP_AVP_TABLE_H

/* The Length of an AVP has ten bits and counts its six bytes of header. */
#define L2TP_AVP_HEADER 6
#define L2TP_AVP_MAX	1023
/*
 * Octets of a name or number, with a NUL: what RADIUS can carry. A longer one
 * is refused, since cut it would be another's.
 */
#define L2TP_NAME_MAX	254
#define L2TP_VALUE_MAX	(L2TP_AVP_MAX - L2TP_AVP_HEADER)

#define L2TP_VENDOR_IETF  0
#define L2TP_VENDOR_CISCO 9

/* What a value is. X(kind, description) */
/* clang-format off */
#define L2TP_KIND_TABLE(X)						\
	X(MESSAGE_TYPE,	"message type")					\
	X(RESULT,	"result code, error code, message")		\
	X(VERSION,	"version and revision")				\
	X(U16,		"16-bit number")				\
	X(ID,		"16-bit number, not 0")				\
	X(ID32,		"32-bit number, not 0")				\
	X(U32,		"32-bit number")				\
	X(U64,		"64-bit number")				\
	X(FRAMING,	"32-bit mask: asynchronous, synchronous")	\
	X(BEARER,	"32-bit mask: analog, digital")			\
	X(AUTH_TYPE,	"proxy authentication type")			\
	X(Q931,		"Q.931 cause, message, advice")			\
	X(CALL_ERRORS,	"six 32-bit counters")				\
	X(ACCM,		"two 32-bit masks")				\
	X(FLAG,		"no value")					\
	X(TEXT,		"text")						\
	X(NAME,		"name")						\
	X(BLOB,		"octets")					\
	X(SECRET,	"octets, never printed")			\
	X(RANDOM,	"random vector")				\
	X(DIGEST,	"digest type, digest")				\
	X(ROUTER_ID,	"32-bit number, as an IPv4 address")		\
	X(PW_LIST,	"pseudowire types")				\
	X(PW_TYPE,	"pseudowire type")				\
	X(COOKIE,	"cookie of 0, 4 or 8 octets, never printed")	\
	X(SUBLAYER,	"L2-Specific Sublayer type")			\
	X(SEQUENCING,	"data sequencing level")			\
	X(CIRCUIT,	"16-bit mask: new, active")
/* clang-format on */

enum l2tp_kind {
#define X(kind, description) L2TP_KIND_##kind,
	L2TP_KIND_TABLE(X)
#undef X
};

/*
 * X(id, vendor, type, name, kind, min, max, M, H, section) min, max: length of
 * the value before hiding. M: the bit as sent, in either version (RFC 3931
 * section 5.2 leaves it to the sender). H: whether the value may be hidden.
 * "3931:" stands before a section of that RFC.
 */
/* clang-format off */
#define L2TP_AVP_TABLE(X) \
	X(MESSAGE_TYPE,		0, 0,	"Message Type",		MESSAGE_TYPE, 2, 2, 1, 0, "4.4.1") \
	X(RESULT_CODE,		0, 1,	"Result Code", \
					RESULT, 2, L2TP_VALUE_MAX, 1, 0, "4.4.2") \
	X(PROTOCOL_VERSION,	0, 2,	"Protocol Version",	VERSION, 2, 2, 1, 0, "4.4.3") \
	X(FRAMING_CAPABILITIES,	0, 3,	"Framing Capabilities",	FRAMING, 4, 4, 1, 1, "4.4.3") \
	X(BEARER_CAPABILITIES,	0, 4,	"Bearer Capabilities",	BEARER, 4, 4, 1, 1, "4.4.3") \
	X(TIE_BREAKER,		0, 5,	"Tie Breaker",		U64, 8, 8, 0, 0, "4.4.3") \
	X(FIRMWARE_REVISION,	0, 6,	"Firmware Revision",	U16, 2, 2, 0, 1, "4.4.3") \
	X(HOST_NAME,		0, 7,	"Host Name", \
					NAME, 1, L2TP_NAME_MAX - 1, 1, 0, "4.4.3") \
	X(VENDOR_NAME,		0, 8,	"Vendor Name", \
					TEXT, 0, L2TP_VALUE_MAX, 0, 1, "4.4.3") \
	X(ASSIGNED_TUNNEL_ID,	0, 9,	"Assigned Tunnel ID",	ID, 2, 2, 1, 1, "4.4.3") \
	X(RECEIVE_WINDOW_SIZE,	0, 10,	"Receive Window Size",	ID, 2, 2, 1, 0, "4.4.3") \
	X(CHALLENGE,		0, 11,	"Challenge", \
					BLOB, 1, L2TP_VALUE_MAX, 1, 1, "4.4.3") \
	X(Q931_CAUSE_CODE,	0, 12,	"Q.931 Cause Code", \
					Q931, 3, L2TP_VALUE_MAX, 1, 0, "4.4.4") \
	X(CHALLENGE_RESPONSE,	0, 13,	"Challenge Response",	SECRET, 16, 16, 1, 1, "4.4.3") \
	X(ASSIGNED_SESSION_ID,	0, 14,	"Assigned Session ID",	ID, 2, 2, 1, 1, "4.4.4") \
	X(CALL_SERIAL_NUMBER,	0, 15,	"Call Serial Number",	U32, 4, 4, 1, 1, "4.4.4") \
	X(MINIMUM_BPS,		0, 16,	"Minimum BPS",		U32, 4, 4, 1, 1, "4.4.4") \
	X(MAXIMUM_BPS,		0, 17,	"Maximum BPS",		U32, 4, 4, 1, 1, "4.4.4") \
	X(BEARER_TYPE,		0, 18,	"Bearer Type",		BEARER, 4, 4, 1, 1, "4.4.4") \
	X(FRAMING_TYPE,		0, 19,	"Framing Type",		FRAMING, 4, 4, 1, 1, "4.4.4") \
	X(CALLED_NUMBER,	0, 21,	"Called Number", \
					NAME, 0, L2TP_NAME_MAX - 1, 1, 1, "4.4.4") \
	X(CALLING_NUMBER,	0, 22,	"Calling Number", \
					NAME, 0, L2TP_NAME_MAX - 1, 1, 1, "4.4.4") \
	X(SUB_ADDRESS,		0, 23,	"Sub-Address", \
					NAME, 0, L2TP_NAME_MAX - 1, 1, 1, "4.4.4") \
	X(TX_CONNECT_SPEED,	0, 24,	"(Tx) Connect Speed",	U32, 4, 4, 1, 1, "4.4.4") \
	X(PHYSICAL_CHANNEL_ID,	0, 25,	"Physical Channel ID",	U32, 4, 4, 0, 1, "4.4.4") \
	X(INITIAL_LCP_CONFREQ,	0, 26,	"Initial Received LCP CONFREQ", \
					BLOB, 0, L2TP_VALUE_MAX, 0, 1, "4.4.5") \
	X(LAST_SENT_CONFREQ,	0, 27,	"Last Sent LCP CONFREQ", \
					BLOB, 0, L2TP_VALUE_MAX, 0, 1, "4.4.5") \
	X(LAST_RECEIVED_CONFREQ, 0, 28,	"Last Received LCP CONFREQ", \
					BLOB, 0, L2TP_VALUE_MAX, 0, 1, "4.4.5") \
	X(PROXY_AUTHEN_TYPE,	0, 29,	"Proxy Authen Type",	AUTH_TYPE, 2, 2, 0, 1, "4.4.5") \
	X(PROXY_AUTHEN_NAME,	0, 30,	"Proxy Authen Name", \
					TEXT, 0, L2TP_VALUE_MAX, 0, 1, "4.4.5") \
	X(PROXY_AUTHEN_CHALLENGE, 0, 31, "Proxy Authen Challenge", \
					BLOB, 1, L2TP_VALUE_MAX, 0, 1, "4.4.5") \
	X(PROXY_AUTHEN_ID,	0, 32,	"Proxy Authen ID",	U16, 2, 2, 0, 1, "4.4.5") \
	X(PROXY_AUTHEN_RESPONSE, 0, 33,	"Proxy Authen Response", \
					SECRET, 0, L2TP_VALUE_MAX, 0, 1, "4.4.5") \
	X(CALL_ERRORS,		0, 34,	"Call Errors", \
					CALL_ERRORS, 26, 26, 1, 1, "4.4.6") \
	X(ACCM,			0, 35,	"ACCM",			ACCM, 10, 10, 1, 1, "4.4.6") \
	X(RANDOM_VECTOR,	0, 36,	"Random Vector", \
					RANDOM, 0, L2TP_VALUE_MAX, 1, 0, "4.4.1") \
	X(PRIVATE_GROUP_ID,	0, 37,	"Private Group ID", \
					NAME, 0, L2TP_NAME_MAX - 1, 0, 1, "4.4.4") \
	X(RX_CONNECT_SPEED,	0, 38,	"Rx Connect Speed",	U32, 4, 4, 0, 1, "4.4.4") \
	X(SEQUENCING_REQUIRED,	0, 39,	"Sequencing Required",	FLAG, 0, 0, 1, 0, "4.4.4") \
	X(MESSAGE_DIGEST,	0, 59,	"Message Digest", \
					DIGEST, 17, 21, 1, 0, "3931:5.4.1") \
	X(ROUTER_ID,		0, 60,	"Router ID", \
					ROUTER_ID, 4, 4, 1, 0, "3931:5.4.3") \
	X(ASSIGNED_CONNECTION_ID, 0, 61, "Assigned Control Connection ID", \
					ID32, 4, 4, 1, 1, "3931:5.4.3") \
	X(PW_CAPABILITIES,	0, 62,	"Pseudowire Capabilities List", \
					PW_LIST, 2, L2TP_VALUE_MAX - 1, 1, 1, "3931:5.4.3") \
	X(LOCAL_SESSION_ID,	0, 63,	"Local Session ID",	ID32, 4, 4, 1, 1, "3931:5.4.4") \
	X(REMOTE_SESSION_ID,	0, 64,	"Remote Session ID",	U32, 4, 4, 1, 1, "3931:5.4.4") \
	X(ASSIGNED_COOKIE,	0, 65,	"Assigned Cookie",	COOKIE, 0, 8, 1, 1, "3931:5.4.4") \
	X(REMOTE_END_ID,	0, 66,	"Remote End ID", \
					TEXT, 0, L2TP_VALUE_MAX, 1, 1, "3931:5.4.4") \
	X(APPLICATION_ID,	0, 67,	"Application ID", \
					BLOB, 0, L2TP_VALUE_MAX, 0, 1, "IANA") \
	X(PSEUDOWIRE_TYPE,	0, 68,	"Pseudowire Type",	PW_TYPE, 2, 2, 1, 1, "3931:5.4.4") \
	X(L2_SUBLAYER,		0, 69,	"L2-Specific Sublayer", \
					SUBLAYER, 2, 2, 1, 1, "3931:5.4.4") \
	X(DATA_SEQUENCING,	0, 70,	"Data Sequencing", \
					SEQUENCING, 2, 2, 1, 1, "3931:5.4.4") \
	X(CIRCUIT_STATUS,	0, 71,	"Circuit Status",	CIRCUIT, 2, 2, 1, 1, "3931:5.4.5") \
	X(PREFERRED_LANGUAGE,	0, 72,	"Preferred Language", \
					TEXT, 0, L2TP_VALUE_MAX, 0, 1, "3931:5.4.3") \
	X(NONCE,		0, 73,	"Control Message Authentication Nonce", \
					BLOB, 1, L2TP_VALUE_MAX, 1, 0, "3931:5.4.1") \
	X(TX_CONNECT_SPEED_64,	0, 74,	"Tx Connect Speed",	U64, 8, 8, 0, 1, "3931:5.4.4") \
	X(RX_CONNECT_SPEED_64,	0, 75,	"Rx Connect Speed",	U64, 8, 8, 0, 1, "3931:5.4.4") \
	X(CISCO_CLIENT_NAS_PORT, 9, 100, "Cisco Client NAS Port", \
					TEXT, 0, L2TP_VALUE_MAX, 0, 1, "vendor 9")
/* clang-format on */

/* clang-format off */
enum l2tp_avp_id {
#define X(id, vendor, type, name, kind, min, max, m, h, section) L2TP_AVP_##id,
	L2TP_AVP_TABLE(X)
#undef X
	L2TP_AVP_COUNT
};
/* clang-format on */

/* Pseudowire types of the IANA registry, as far as we carry them. */
enum {
	L2TP_PW_VLAN = 0x0004, /* RFC 4719 */
	L2TP_PW_ETHERNET = 0x0005,
	L2TP_PW_PPP = 0x0007,
};

/* A message's AVPs are a set of bits in 64. */
_Static_assert(L2TP_AVP_COUNT <= 64, "widen the AVP sets");

#endif
