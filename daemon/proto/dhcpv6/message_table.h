/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every message of RFC 8415, one row each: whether a server takes it, what it
 * must and must not carry (section 16), and what becomes of the identity
 * associations in it (section 18.3).
 */
#ifndef L2TPD_PROTO_DHCPV6_MESSAGE_TABLE_H
#define L2TPD_PROTO_DHCPV6_MESSAGE_TABLE_H

/*
 * X(id, number, name, client, server, way, action, unknown, section)
 * client, server: of the identifier options: MUST, NOT or MAY; a server's
 * that is there is ours, or the message is somebody else's. way: GROUP, it is
 * discarded when it was sent to one server alone; ANY, then it is told to go to
 * all. action: of an IA_PD that we know; NONE: no server takes it. unknown:
 * the status of an IA that is not bound, or of a kind that is never given.
 */
/* clang-format off */
#define DHCPV6_MESSAGE_TABLE(X) \
	X(SOLICIT,    1,  "Solicit",             MUST, NOT,  GROUP, OFFER,   NO_ADDRS,   "18.3.1") \
	X(ADVERTISE,  2,  "Advertise",           MAY,  MAY,  ANY,   NONE,    SUCCESS,    "16.3") \
	X(REQUEST,    3,  "Request",             MUST, MUST, ANY,   BIND,    NO_ADDRS,   "18.3.2") \
	X(CONFIRM,    4,  "Confirm",             MUST, NOT,  GROUP, CONFIRM, SUCCESS,    "18.3.3") \
	X(RENEW,      5,  "Renew",               MUST, MUST, ANY,   EXTEND,  NO_BINDING, "18.3.4") \
	X(REBIND,     6,  "Rebind",              MUST, NOT,  GROUP, EXTEND,  NO_BINDING, "18.3.5") \
	X(REPLY,      7,  "Reply",               MAY,  MAY,  ANY,   NONE,    SUCCESS,    "16.10") \
	X(RELEASE,    8,  "Release",             MUST, MUST, ANY,   RELEASE, NO_BINDING, "18.3.7") \
	X(DECLINE,    9,  "Decline",             MUST, MUST, ANY,   DECLINE, NO_BINDING, "18.3.8") \
	X(RECONF,     10, "Reconfigure",         MAY,  MAY,  ANY,   NONE,    SUCCESS,    "16.11") \
	X(INFO,       11, "Information-request", MAY,  MAY,  GROUP, INFORM,  SUCCESS,    "18.3.6") \
	X(RELAY_FORW, 12, "Relay-forward",       MAY,  MAY,  ANY,   NONE,    SUCCESS,    "16.13") \
	X(RELAY_REPL, 13, "Relay-reply",         MAY,  MAY,  ANY,   NONE,    SUCCESS,    "16.14")

enum dhcpv6_type {
#define X(id, number, name, client, server, way, action, unknown, section) \
	DHCPV6_##id = number,
	DHCPV6_MESSAGE_TABLE(X)
#undef X
	DHCPV6_TYPES
};

/*
 * X(id, number, name, min, max, section): bytes of an option's value; what we
 * do not read has no row, and any length.
 */
#define DHCPV6_OPTION_TABLE(X) \
	X(CLIENT_ID,		1,  "Client Identifier",	3,  130,   "21.2") \
	X(SERVER_ID,		2,  "Server Identifier",	3,  130,   "21.3") \
	X(IA_NA,		3,  "IA_NA",			12, 65535, "21.4") \
	X(IA_TA,		4,  "IA_TA",			4,  65535, "21.5") \
	X(IA_ADDRESS,		5,  "IA Address",		24, 65535, "21.6") \
	X(REQUESTED,		6,  "Option Request",		0,  65535, "21.7") \
	X(PREFERENCE,		7,  "Preference",		1,  1,     "21.8") \
	X(ELAPSED_TIME,		8,  "Elapsed Time",		2,  2,     "21.9") \
	X(STATUS,		13, "Status Code",		2,  65535, "21.13") \
	X(RAPID_COMMIT,		14, "Rapid Commit",		0,  0,     "21.14") \
	X(RECONF_ACCEPT,	20, "Reconfigure Accept",	0,  0,     "21.20") \
	X(DNS,			23, "DNS Recursive Name Server", 0, 65535, "3646:3") \
	X(SEARCH,		24, "Domain Search List",	0,  65535, "3646:4") \
	X(IA_PD,		25, "IA_PD",			12, 65535, "21.21") \
	X(IA_PREFIX,		26, "IA Prefix",		25, 65535, "21.22") \
	X(REFRESH_TIME,		32, "Information Refresh Time",	4,  4,     "21.23") \
	X(SOL_MAX_RT,		82, "SOL_MAX_RT",		4,  4,     "21.24") \
	X(INF_MAX_RT,		83, "INF_MAX_RT",		4,  4,     "21.25")

enum dhcpv6_option_code {
#define X(id, number, name, min, max, section) DHCPV6_OPTION_##id = number,
	DHCPV6_OPTION_TABLE(X)
#undef X
};

/* X(id, number, text): section 21.13 */
#define DHCPV6_STATUS_TABLE(X) \
	X(SUCCESS,	0, "") \
	X(NO_ADDRS,	2, "no addresses are given here") \
	X(NO_BINDING,	3, "it is not bound") \
	X(NOT_ON_LINK,	4, "not of this link") \
	X(USE_MULTICAST, 5, "send it to ff02::1:2") \
	X(NO_PREFIX,	6, "no prefix is left")

enum dhcpv6_status {
#define X(id, number, text) DHCPV6_STATUS_##id = number,
	DHCPV6_STATUS_TABLE(X)
#undef X
};
/* clang-format on */

#endif
