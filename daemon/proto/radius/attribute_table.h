/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attributes that l2tpd sends, reads or shows by name. Their numbers are
 * from IANA's registry, RFC 2548 (Microsoft), and the vendors' dictionaries as
 * FreeRADIUS 3 has them.
 */
#ifndef L2TPD_PROTO_RADIUS_ATTRIBUTE_TABLE_H
#define L2TPD_PROTO_RADIUS_ATTRIBUTE_TABLE_H

/* clang-format off */
#define RADIUS_VENDORS(X)		\
	X(CISCO, 9)			\
	X(MICROSOFT, 311)		\
	X(ASCEND, 529)			\
	X(HUAWEI, 2011)			\
	X(ERX, 4874)			\
	X(ROARING_PENGUIN, 10055)	\
	X(WISPR, 14122)			\
	X(CHILLISPOT, 14559)		\
	X(MIKROTIK, 14988)
/* clang-format on */

/* symbol, vendor, type, kind, name */
/* clang-format off */
#define RADIUS_ATTRIBUTES(X)								\
	X(USER_NAME, 0, 1, TEXT, "User-Name")						\
	X(USER_PASSWORD, 0, 2, HIDDEN, "User-Password")					\
	X(CHAP_PASSWORD, 0, 3, HIDDEN, "CHAP-Password")					\
	X(NAS_IP_ADDRESS, 0, 4, IPV4, "NAS-IP-Address")					\
	X(NAS_PORT, 0, 5, INTEGER, "NAS-Port")						\
	X(SERVICE_TYPE, 0, 6, INTEGER, "Service-Type")					\
	X(FRAMED_PROTOCOL, 0, 7, INTEGER, "Framed-Protocol")				\
	X(FRAMED_IP_ADDRESS, 0, 8, IPV4, "Framed-IP-Address")				\
	X(FRAMED_IP_NETMASK, 0, 9, IPV4, "Framed-IP-Netmask")				\
	X(FILTER_ID, 0, 11, TEXT, "Filter-Id")						\
	X(FRAMED_MTU, 0, 12, INTEGER, "Framed-MTU")					\
	X(FRAMED_COMPRESSION, 0, 13, INTEGER, "Framed-Compression")			\
	X(REPLY_MESSAGE, 0, 18, TEXT, "Reply-Message")					\
	X(FRAMED_ROUTE, 0, 22, TEXT, "Framed-Route")					\
	X(STATE, 0, 24, STRING, "State")						\
	X(CLASS, 0, 25, STRING, "Class")						\
	X(VENDOR_SPECIFIC, 0, 26, STRING, "Vendor-Specific")				\
	X(SESSION_TIMEOUT, 0, 27, INTEGER, "Session-Timeout")				\
	X(IDLE_TIMEOUT, 0, 28, INTEGER, "Idle-Timeout")					\
	X(TERMINATION_ACTION, 0, 29, INTEGER, "Termination-Action")			\
	X(CALLED_STATION_ID, 0, 30, TEXT, "Called-Station-Id")				\
	X(CALLING_STATION_ID, 0, 31, TEXT, "Calling-Station-Id")			\
	X(NAS_IDENTIFIER, 0, 32, TEXT, "NAS-Identifier")				\
	X(PROXY_STATE, 0, 33, STRING, "Proxy-State")					\
	X(ACCT_STATUS_TYPE, 0, 40, INTEGER, "Acct-Status-Type")				\
	X(ACCT_DELAY_TIME, 0, 41, INTEGER, "Acct-Delay-Time")				\
	X(ACCT_INPUT_OCTETS, 0, 42, INTEGER, "Acct-Input-Octets")			\
	X(ACCT_OUTPUT_OCTETS, 0, 43, INTEGER, "Acct-Output-Octets")			\
	X(ACCT_SESSION_ID, 0, 44, TEXT, "Acct-Session-Id")				\
	X(ACCT_AUTHENTIC, 0, 45, INTEGER, "Acct-Authentic")				\
	X(ACCT_SESSION_TIME, 0, 46, INTEGER, "Acct-Session-Time")			\
	X(ACCT_INPUT_PACKETS, 0, 47, INTEGER, "Acct-Input-Packets")			\
	X(ACCT_OUTPUT_PACKETS, 0, 48, INTEGER, "Acct-Output-Packets")			\
	X(ACCT_TERMINATE_CAUSE, 0, 49, INTEGER, "Acct-Terminate-Cause")			\
	X(ACCT_INPUT_GIGAWORDS, 0, 52, INTEGER, "Acct-Input-Gigawords")			\
	X(ACCT_OUTPUT_GIGAWORDS, 0, 53, INTEGER, "Acct-Output-Gigawords")		\
	X(EVENT_TIMESTAMP, 0, 55, TIME, "Event-Timestamp")				\
	X(CHAP_CHALLENGE, 0, 60, HIDDEN, "CHAP-Challenge")				\
	X(NAS_PORT_TYPE, 0, 61, INTEGER, "NAS-Port-Type")				\
	X(PORT_LIMIT, 0, 62, INTEGER, "Port-Limit")					\
	X(TUNNEL_TYPE, 0, 64, TAGGED_INTEGER, "Tunnel-Type")				\
	X(TUNNEL_MEDIUM_TYPE, 0, 65, TAGGED_INTEGER, "Tunnel-Medium-Type")		\
	X(TUNNEL_CLIENT_ENDPOINT, 0, 66, TAGGED_TEXT, "Tunnel-Client-Endpoint")		\
	X(TUNNEL_SERVER_ENDPOINT, 0, 67, TAGGED_TEXT, "Tunnel-Server-Endpoint")		\
	X(ACCT_TUNNEL_CONNECTION, 0, 68, TEXT, "Acct-Tunnel-Connection")		\
	X(TUNNEL_PASSWORD, 0, 69, HIDDEN, "Tunnel-Password")				\
	X(CONNECT_INFO, 0, 77, TEXT, "Connect-Info")					\
	X(MESSAGE_AUTHENTICATOR, 0, 80, HIDDEN, "Message-Authenticator")		\
	X(ACCT_INTERIM_INTERVAL, 0, 85, INTEGER, "Acct-Interim-Interval")		\
	X(NAS_PORT_ID, 0, 87, TEXT, "NAS-Port-Id")					\
	X(FRAMED_POOL, 0, 88, TEXT, "Framed-Pool")					\
	X(TUNNEL_CLIENT_AUTH_ID, 0, 90, TAGGED_TEXT, "Tunnel-Client-Auth-ID")		\
	X(TUNNEL_SERVER_AUTH_ID, 0, 91, TAGGED_TEXT, "Tunnel-Server-Auth-ID")		\
	X(NAS_FILTER_RULE, 0, 92, TEXT, "NAS-Filter-Rule")				\
	X(NAS_IPV6_ADDRESS, 0, 95, IPV6, "NAS-IPv6-Address")				\
	X(FRAMED_INTERFACE_ID, 0, 96, IFID, "Framed-Interface-Id")			\
	X(FRAMED_IPV6_PREFIX, 0, 97, PREFIX6, "Framed-IPv6-Prefix")			\
	X(FRAMED_IPV6_ROUTE, 0, 99, TEXT, "Framed-IPv6-Route")				\
	X(FRAMED_IPV6_POOL, 0, 100, TEXT, "Framed-IPv6-Pool")				\
	X(ERROR_CAUSE, 0, 101, INTEGER, "Error-Cause")					\
	X(DELEGATED_IPV6_PREFIX, 0, 123, PREFIX6, "Delegated-IPv6-Prefix")		\
	X(DNS_SERVER_IPV6_ADDRESS, 0, 169, IPV6, "DNS-Server-IPv6-Address")		\
	X(DELEGATED_IPV6_PREFIX_POOL, 0, 171, TEXT, "Delegated-IPv6-Prefix-Pool")	\
	X(CISCO_AVPAIR, 9, 1, TEXT, "Cisco-AVPair")					\
	X(CISCO_POLICY_UP, 9, 37, TEXT, "Cisco-Policy-Up")				\
	X(CISCO_POLICY_DOWN, 9, 38, TEXT, "Cisco-Policy-Down")				\
	X(MS_CHAP_RESPONSE, 311, 1, HIDDEN, "MS-CHAP-Response")				\
	X(MS_CHAP_ERROR, 311, 2, STRING, "MS-CHAP-Error")				\
	X(MS_MPPE_ENCRYPTION_POLICY, 311, 7, INTEGER, "MS-MPPE-Encryption-Policy")	\
	X(MS_MPPE_ENCRYPTION_TYPES, 311, 8, INTEGER, "MS-MPPE-Encryption-Types")	\
	X(MS_CHAP_DOMAIN, 311, 10, STRING, "MS-CHAP-Domain")				\
	X(MS_CHAP_CHALLENGE, 311, 11, HIDDEN, "MS-CHAP-Challenge")			\
	X(MS_CHAP_MPPE_KEYS, 311, 12, HIDDEN, "MS-CHAP-MPPE-Keys")			\
	X(MS_MPPE_SEND_KEY, 311, 16, HIDDEN, "MS-MPPE-Send-Key")			\
	X(MS_MPPE_RECV_KEY, 311, 17, HIDDEN, "MS-MPPE-Recv-Key")			\
	X(MS_CHAP2_RESPONSE, 311, 25, HIDDEN, "MS-CHAP2-Response")			\
	X(MS_CHAP2_SUCCESS, 311, 26, STRING, "MS-CHAP2-Success")			\
	X(MS_PRIMARY_DNS_SERVER, 311, 28, IPV4, "MS-Primary-DNS-Server")		\
	X(MS_SECONDARY_DNS_SERVER, 311, 29, IPV4, "MS-Secondary-DNS-Server")		\
	X(ASCEND_CLIENT_PRIMARY_DNS, 529, 135, IPV4, "Ascend-Client-Primary-DNS")	\
	X(ASCEND_CLIENT_SECONDARY_DNS, 529, 136, IPV4, "Ascend-Client-Secondary-DNS")	\
	X(ASCEND_DATA_RATE, 529, 197, INTEGER, "Ascend-Data-Rate")			\
	X(ASCEND_DATA_FILTER, 529, 242, STRING, "Ascend-Data-Filter")			\
	X(ASCEND_CALL_FILTER, 529, 243, STRING, "Ascend-Call-Filter")			\
	X(ASCEND_XMIT_RATE, 529, 255, INTEGER, "Ascend-Xmit-Rate")			\
	X(HUAWEI_INPUT_AVERAGE_RATE, 2011, 2, INTEGER, "Huawei-Input-Average-Rate")	\
	X(HUAWEI_OUTPUT_AVERAGE_RATE, 2011, 5, INTEGER, "Huawei-Output-Average-Rate")	\
	X(HUAWEI_QOS_PROFILE_NAME, 2011, 31, TEXT, "Huawei-Qos-Profile-Name")		\
	X(ERX_INGRESS_POLICY_NAME, 4874, 10, TEXT, "ERX-Ingress-Policy-Name")		\
	X(ERX_EGRESS_POLICY_NAME, 4874, 11, TEXT, "ERX-Egress-Policy-Name")		\
	X(RP_UPSTREAM_SPEED_LIMIT, 10055, 1, INTEGER, "RP-Upstream-Speed-Limit")	\
	X(RP_DOWNSTREAM_SPEED_LIMIT, 10055, 2, INTEGER, "RP-Downstream-Speed-Limit")	\
	X(WISPR_BANDWIDTH_MAX_UP, 14122, 7, INTEGER, "WISPr-Bandwidth-Max-Up")		\
	X(WISPR_BANDWIDTH_MAX_DOWN, 14122, 8, INTEGER, "WISPr-Bandwidth-Max-Down")	\
	X(WISPR_SESSION_TERMINATE_TIME, 14122, 9, TEXT, "WISPr-Session-Terminate-Time")	\
	X(CHILLISPOT_MAX_INPUT_OCTETS, 14559, 1, INTEGER, "ChilliSpot-Max-Input-Octets")	\
	X(CHILLISPOT_MAX_OUTPUT_OCTETS, 14559, 2, INTEGER, "ChilliSpot-Max-Output-Octets")	\
	X(CHILLISPOT_MAX_TOTAL_OCTETS, 14559, 3, INTEGER, "ChilliSpot-Max-Total-Octets")	\
	X(CHILLISPOT_BANDWIDTH_MAX_UP, 14559, 4, INTEGER, "ChilliSpot-Bandwidth-Max-Up")	\
	X(CHILLISPOT_BANDWIDTH_MAX_DOWN, 14559, 5, INTEGER, "ChilliSpot-Bandwidth-Max-Down")	\
	X(MIKROTIK_RECV_LIMIT, 14988, 1, INTEGER, "Mikrotik-Recv-Limit")		\
	X(MIKROTIK_XMIT_LIMIT, 14988, 2, INTEGER, "Mikrotik-Xmit-Limit")		\
	X(MIKROTIK_RATE_LIMIT, 14988, 8, TEXT, "Mikrotik-Rate-Limit")			\
	X(MIKROTIK_TOTAL_LIMIT, 14988, 17, INTEGER, "Mikrotik-Total-Limit")
/* clang-format on */

#endif
