/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "aaa/radius_accept.h"

#include <stdio.h>
#include <string.h>

static bool is_other(const struct radius_view *v, uint8_t type, uint32_t want)
{
	struct radius_attribute a;
	uint32_t n;

	return radius_find(v, 0, type, &a) &&
	       (!radius_u32(&a, &n) || n != want);
}

/*
 * The two numbers next to the broadcast address have meanings of their own
 * (RFC 2865, section 5.8); what is left of 224.0.0.0/3 is nobody's.
 */
static bool is_possible(uint32_t address)
{
	uint32_t first = address >> 24;

	return address >= 0xfffffffe ||
	       (first != 0 && first != 127 && first < 224);
}

static bool address_fits(const struct radius_view *v)
{
	struct radius_attribute a;
	uint32_t n;

	return !radius_find(v, 0, RADIUS_FRAMED_IP_ADDRESS, &a) ||
	       (radius_u32(&a, &n) && is_possible(n));
}

static void format(const struct radius_view *v, uint8_t type, char *buf,
		   size_t size)
{
	struct radius_attribute a;

	if (radius_find(v, 0, type, &a))
		radius_format(&a, buf, size);
	else
		buf[0] = '\0';
}

bool radius_accept_fits(const struct radius_view *v, char *why, size_t size)
{
	const char *wrong = "it is for another service than PPP (Service-Type "
			    "2, Framed-Protocol 1)";
	uint8_t type = 0;
	char value[128];

	if (is_other(v, RADIUS_SERVICE_TYPE, RADIUS_SERVICE_FRAMED))
		type = RADIUS_SERVICE_TYPE;
	else if (is_other(v, RADIUS_FRAMED_PROTOCOL, RADIUS_PROTOCOL_PPP))
		type = RADIUS_FRAMED_PROTOCOL;
	else if (!address_fits(v))
		type = RADIUS_FRAMED_IP_ADDRESS;
	if (!type)
		return true;
	if (type == RADIUS_FRAMED_IP_ADDRESS)
		wrong = "no caller can have this address";
	format(v, type, value, sizeof(value));
	snprintf(why, size, "%s: %s", value, wrong);
	return false;
}

/* ---- what restricts ---- */

/*
 * Of those that l2tpd applies (rates, timeouts, Port-Limit) none is here: it
 * tells itself when it cannot.
 */
static const struct {
	uint32_t vendor;
	uint8_t type;
} restrictions[] = {
	{ 0, RADIUS_FRAMED_IPV6_POOL },
	{ 0, RADIUS_NAS_FILTER_RULE },
	{ 0, RADIUS_DELEGATED_IPV6_PREFIX_POOL },
	{ RADIUS_VENDOR_ASCEND, RADIUS_ASCEND_DATA_FILTER },
	{ RADIUS_VENDOR_ASCEND, RADIUS_ASCEND_CALL_FILTER },
	{ RADIUS_VENDOR_CISCO, RADIUS_CISCO_POLICY_UP },
	{ RADIUS_VENDOR_CISCO, RADIUS_CISCO_POLICY_DOWN },
	{ RADIUS_VENDOR_HUAWEI, RADIUS_HUAWEI_QOS_PROFILE_NAME },
	{ RADIUS_VENDOR_ERX, RADIUS_ERX_INGRESS_POLICY_NAME },
	{ RADIUS_VENDOR_ERX, RADIUS_ERX_EGRESS_POLICY_NAME },
	{ RADIUS_VENDOR_WISPR, RADIUS_WISPR_SESSION_TERMINATE_TIME },
	{ RADIUS_VENDOR_CHILLISPOT, RADIUS_CHILLISPOT_MAX_INPUT_OCTETS },
	{ RADIUS_VENDOR_CHILLISPOT, RADIUS_CHILLISPOT_MAX_OUTPUT_OCTETS },
	{ RADIUS_VENDOR_CHILLISPOT, RADIUS_CHILLISPOT_MAX_TOTAL_OCTETS },
	{ RADIUS_VENDOR_CHILLISPOT, RADIUS_CHILLISPOT_BANDWIDTH_MAX_UP },
	{ RADIUS_VENDOR_CHILLISPOT, RADIUS_CHILLISPOT_BANDWIDTH_MAX_DOWN },
	{ RADIUS_VENDOR_MIKROTIK, RADIUS_MIKROTIK_RECV_LIMIT },
	{ RADIUS_VENDOR_MIKROTIK, RADIUS_MIKROTIK_XMIT_LIMIT },
	{ RADIUS_VENDOR_MIKROTIK, RADIUS_MIKROTIK_TOTAL_LIMIT },
};

/* Of Cisco's pairs, by how they begin. */
static const char *const cisco_restrictions[] = {
	"ip:inacl",	     "ip:outacl",	 "ip:sub-policy",
	"ip:sub-qos-policy", "ip:traffic-class", "ipv6:inacl",
	"ipv6:outacl",	     "ipv6:addr-pool",	 "ipv6:prefix-pool",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool cisco_restricts(const struct radius_attribute *a)
{
	char text[RADIUS_VALUE_MAX + 1];

	if (!radius_text(a, text, sizeof(text)))
		return false;
	for (size_t i = 0; i < COUNT(cisco_restrictions); i++)
		if (strncmp(text, cisco_restrictions[i],
			    strlen(cisco_restrictions[i])) == 0)
			return true;
	return false;
}

static bool restricts(const struct radius_attribute *a, bool has_program)
{
	if (!a->vendor && a->type == RADIUS_FILTER_ID)
		return !has_program;
	if (a->vendor == RADIUS_VENDOR_CISCO && a->type == RADIUS_CISCO_AVPAIR)
		return cisco_restricts(a);
	for (size_t i = 0; i < COUNT(restrictions); i++)
		if (a->vendor == restrictions[i].vendor &&
		    a->type == restrictions[i].type)
			return true;
	return false;
}

void radius_accept_restrictions(const struct radius_view *v, bool has_program,
				radius_complain *complain, void *arg)
{
	struct radius_cursor c = { 0 };
	struct radius_attribute a;
	char value[128], text[256];

	while (radius_next(v, &c, &a)) {
		if (!restricts(&a, has_program))
			continue;
		radius_format(&a, value, sizeof(value));
		snprintf(text, sizeof(text),
			 "%s: it restricts the caller, and is not applied%s",
			 value,
			 a.vendor || a.type != RADIUS_FILTER_ID ?
				 "" :
				 " without a program (ip-up)");
		complain(arg, text);
	}
}
