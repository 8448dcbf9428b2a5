/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every control message, one row each, and beside it the AVPs that it must
 * (R) and may (O) carry, as RFC 2661 sections 3.2 and 6 list them.
 */
#ifndef L2TPD_PROTO_L2TP_MESSAGE_TABLE_H
#define L2TPD_PROTO_L2TP_MESSAGE_TABLE_H

/*
 * X(id, number, name, long name, scope, section)
 * scope: what a fault in such a message ends (sections 4.1 and 7.1): TUNNEL,
 * SESSION, or NOTHING for the two that end it themselves.
 */
#define L2TP_MESSAGE_TABLE(X) \
	X(SCCRQ,	1,  "SCCRQ",	"Start-Control-Connection-Request",	TUNNEL,	 "6.1") \
	X(SCCRP,	2,  "SCCRP",	"Start-Control-Connection-Reply",	TUNNEL,	 "6.2") \
	X(SCCCN,	3,  "SCCCN",	"Start-Control-Connection-Connected",	TUNNEL,	 "6.3") \
	X(STOPCCN,	4,  "StopCCN",	"Stop-Control-Connection-Notification",	NOTHING, "6.4") \
	X(HELLO,	6,  "HELLO",	"Hello",				TUNNEL,	 "6.5") \
	X(OCRQ,		7,  "OCRQ",	"Outgoing-Call-Request",		SESSION, "6.9") \
	X(OCRP,		8,  "OCRP",	"Outgoing-Call-Reply",			SESSION, "6.10") \
	X(OCCN,		9,  "OCCN",	"Outgoing-Call-Connected",		SESSION, "6.11") \
	X(ICRQ,		10, "ICRQ",	"Incoming-Call-Request",		SESSION, "6.6") \
	X(ICRP,		11, "ICRP",	"Incoming-Call-Reply",			SESSION, "6.7") \
	X(ICCN,		12, "ICCN",	"Incoming-Call-Connected",		SESSION, "6.8") \
	X(CDN,		14, "CDN",	"Call-Disconnect-Notify",		NOTHING, "6.12") \
	X(WEN,		15, "WEN",	"WAN-Error-Notify",			SESSION, "6.13") \
	X(SLI,		16, "SLI",	"Set-Link-Info",			SESSION, "6.14")

enum l2tp_message_type {
	L2TP_ZLB = 0,		/* no AVPs at all: an acknowledgement */
#define X(id, number, name, long_name, scope, section) L2TP_##id = number,
	L2TP_MESSAGE_TABLE(X)
#undef X
	L2TP_MESSAGE_UNKNOWN,	/* a number of no row, or none that could be read */
};

/* Section 4.4.1: in every message. */
#define L2TP_COMMON_AVPS(R, O) \
	R(MESSAGE_TYPE) O(RANDOM_VECTOR)

#define L2TP_SCCRQ_AVPS(R, O) \
	R(PROTOCOL_VERSION) R(HOST_NAME) R(FRAMING_CAPABILITIES) R(ASSIGNED_TUNNEL_ID) \
	O(BEARER_CAPABILITIES) O(RECEIVE_WINDOW_SIZE) O(CHALLENGE) O(TIE_BREAKER) \
	O(FIRMWARE_REVISION) O(VENDOR_NAME)

#define L2TP_SCCRP_AVPS(R, O) \
	R(PROTOCOL_VERSION) R(FRAMING_CAPABILITIES) R(HOST_NAME) R(ASSIGNED_TUNNEL_ID) \
	O(BEARER_CAPABILITIES) O(FIRMWARE_REVISION) O(VENDOR_NAME) O(RECEIVE_WINDOW_SIZE) \
	O(CHALLENGE) O(CHALLENGE_RESPONSE)

#define L2TP_SCCCN_AVPS(R, O) \
	O(CHALLENGE_RESPONSE)

#define L2TP_STOPCCN_AVPS(R, O) \
	R(ASSIGNED_TUNNEL_ID) R(RESULT_CODE)

#define L2TP_HELLO_AVPS(R, O)

#define L2TP_ICRQ_AVPS(R, O) \
	R(ASSIGNED_SESSION_ID) R(CALL_SERIAL_NUMBER) \
	O(BEARER_TYPE) O(PHYSICAL_CHANNEL_ID) O(CALLING_NUMBER) O(CALLED_NUMBER) O(SUB_ADDRESS) \
	O(CISCO_CLIENT_NAS_PORT)

#define L2TP_ICRP_AVPS(R, O) \
	R(ASSIGNED_SESSION_ID)

#define L2TP_ICCN_AVPS(R, O) \
	R(TX_CONNECT_SPEED) R(FRAMING_TYPE) \
	O(INITIAL_LCP_CONFREQ) O(LAST_SENT_CONFREQ) O(LAST_RECEIVED_CONFREQ) \
	O(PROXY_AUTHEN_TYPE) O(PROXY_AUTHEN_NAME) O(PROXY_AUTHEN_CHALLENGE) O(PROXY_AUTHEN_ID) \
	O(PROXY_AUTHEN_RESPONSE) O(PRIVATE_GROUP_ID) O(RX_CONNECT_SPEED) O(SEQUENCING_REQUIRED)

#define L2TP_OCRQ_AVPS(R, O) \
	R(ASSIGNED_SESSION_ID) R(CALL_SERIAL_NUMBER) R(MINIMUM_BPS) R(MAXIMUM_BPS) \
	R(BEARER_TYPE) R(FRAMING_TYPE) R(CALLED_NUMBER) \
	O(SUB_ADDRESS)

#define L2TP_OCRP_AVPS(R, O) \
	R(ASSIGNED_SESSION_ID) \
	O(PHYSICAL_CHANNEL_ID)

#define L2TP_OCCN_AVPS(R, O) \
	R(TX_CONNECT_SPEED) R(FRAMING_TYPE) \
	O(RX_CONNECT_SPEED) O(SEQUENCING_REQUIRED)

#define L2TP_CDN_AVPS(R, O) \
	R(RESULT_CODE) R(ASSIGNED_SESSION_ID) \
	O(Q931_CAUSE_CODE)

#define L2TP_WEN_AVPS(R, O) \
	R(CALL_ERRORS)

#define L2TP_SLI_AVPS(R, O) \
	R(ACCM)

#endif
