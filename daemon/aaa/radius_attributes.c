/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes of a call, and the service that a reply's attributes describe; see
 * radius_attributes.h.
 */
#include "aaa/radius_attributes.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/call_port.h"
#include "aaa/framed_route.h"
#include "crypto/mschap.h"
#include "lib/addr.h"

enum { PORT_VIRTUAL = 5, TUNNEL_L2TP = 3, MEDIUM_IPV4 = 1, MEDIUM_IPV6 = 2 };
#define TAG	 1
#define RATE_MAX 1000000000000ull /* bit/s */

/* ---- of a call ---- */

void radius_add_call(struct radius_builder *b, const struct service_call *c)
{
	bool ipv6 = strchr(c->peer, ':') != NULL;
	char text[80];

	radius_add_u32(b, RADIUS_SERVICE_TYPE, RADIUS_SERVICE_FRAMED);
	radius_add_u32(b, RADIUS_FRAMED_PROTOCOL, RADIUS_PROTOCOL_PPP);
	radius_add_u32(b, RADIUS_NAS_PORT_TYPE, PORT_VIRTUAL);
	radius_add_u32(b, RADIUS_NAS_PORT, service_nas_port(c));
	call_port(c, text);
	radius_add_text(b, RADIUS_NAS_PORT_ID, text);
	radius_add_text(b, RADIUS_ACCT_SESSION_ID, c->session_id);
	radius_add_text(b, RADIUS_CALLED_STATION_ID,
			c->called_number[0] ? c->called_number : c->local);
	radius_add_text(b, RADIUS_CALLING_STATION_ID,
			c->calling_number[0] ? c->calling_number : c->peer);
	if (c->tx_speed) {
		snprintf(text, sizeof(text), "%llu/%llu L2TP",
			 (unsigned long long)c->tx_speed,
			 (unsigned long long)(c->rx_speed ? c->rx_speed :
							    c->tx_speed));
		radius_add_text(b, RADIUS_CONNECT_INFO, text);
	} else {
		radius_add_text(b, RADIUS_CONNECT_INFO, "L2TP");
	}
	radius_add_tagged_u32(b, RADIUS_TUNNEL_TYPE, TAG, TUNNEL_L2TP);
	radius_add_tagged_u32(b, RADIUS_TUNNEL_MEDIUM_TYPE, TAG,
			      ipv6 ? MEDIUM_IPV6 : MEDIUM_IPV4);
	radius_add_tagged_text(b, RADIUS_TUNNEL_CLIENT_ENDPOINT, TAG, c->peer);
	radius_add_tagged_text(b, RADIUS_TUNNEL_SERVER_ENDPOINT, TAG, c->local);
	radius_add_tagged_text(b, RADIUS_TUNNEL_CLIENT_AUTH_ID, TAG,
			       c->peer_name);
	radius_add_tagged_text(b, RADIUS_TUNNEL_SERVER_AUTH_ID, TAG,
			       c->local_name);
	if (c->call_serial) {
		snprintf(text, sizeof(text), "%u", c->call_serial);
		radius_add_text(b, RADIUS_ACCT_TUNNEL_CONNECTION, text);
	}
}

/* ---- of a reply ---- */

struct reading {
	struct aaa_auth_reply *r;
	uint32_t changes;
	radius_complain *complain;
	void *arg;
};

static void refuse(struct reading *x, const struct radius_attribute *a,
		   const char *why)
{
	const struct radius_attribute_info *info =
		radius_attribute_info(a->vendor, a->type);
	char value[128], text[320];

	radius_format(a, value, sizeof(value));
	snprintf(text, sizeof(text), "%s: %s", info ? value : "an attribute",
		 why);
	if (x->complain)
		x->complain(x->arg, text);
}

static void add_route(struct reading *x, const struct radius_attribute *a,
		      const char *text, int family)
{
	const char *why = framed_route_add(&x->r->service, text, family);

	if (why)
		refuse(x, a, why);
	else
		x->changes |= AAA_COA_ROUTES;
}

/*
 * A number with k, M or G behind, in bit/s; *text moves on. false: it is none.
 */
static bool rate_number(const char **text, uint64_t *out)
{
	unsigned long long n, unit = 1;
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	n = strtoull(*text, &end, 10);
	if (*end == 'k' || *end == 'K')
		unit = 1000;
	else if (*end == 'm' || *end == 'M')
		unit = 1000000;
	else if (*end == 'g' || *end == 'G')
		unit = 1000000000;
	if (errno || n > RATE_MAX / unit)
		return false;
	if (unit > 1)
		end++;
	*out = n * unit;
	*text = end;
	return true;
}

/* "rx[/tx] ...": bursts and priorities follow, which are not ours to set. */
int radius_parse_mikrotik_rate(const char *text, uint64_t *rx, uint64_t *tx)
{
	if (!rate_number(&text, rx))
		return -EINVAL;
	*tx = *rx;
	if (*text == '/') {
		text++;
		if (!rate_number(&text, tx))
			return -EINVAL;
	}
	return *text == '\0' || *text == ' ' ? 0 : -EINVAL;
}

static void set_down(struct reading *x, uint64_t rate)
{
	x->r->service.rate_down = rate;
	x->changes |= AAA_COA_RATE_DOWN;
}

static void set_up(struct reading *x, uint64_t rate)
{
	x->r->service.rate_up = rate;
	x->changes |= AAA_COA_RATE_UP;
}

bool radius_read_prefix6(const struct radius_attribute *a,
			 struct service_prefix6 *out)
{
	if (a->len < 2 || a->len > 18 || a->value[1] == 0 ||
	    a->value[1] > 128 || a->value[1] > (a->len - 2) * 8)
		return false;
	*out = (struct service_prefix6){ .len = a->value[1] };
	memcpy(out->addr, a->value + 2, a->len - 2);
	for (unsigned int bit = out->len; bit < 128; bit++)
		out->addr[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	return true;
}

static void read_prefix6(struct reading *x, const struct radius_attribute *a,
			 struct service_prefix6 *out)
{
	if (!radius_read_prefix6(a, out))
		refuse(x, a, "it is no IPv6 prefix");
}

static void add_class(struct reading *x, const struct radius_attribute *a)
{
	struct service *s = &x->r->service;

	if (a->len == 0)
		return;
	if (s->class_n == SERVICE_CLASSES_MAX) {
		refuse(x, a, "there are too many of them");
		return;
	}
	s->class_len[s->class_n] = (uint8_t)a->len;
	memcpy(s->classes[s->class_n++], a->value, a->len);
	x->changes |= AAA_COA_CLASS;
}

static void read_ifid(struct reading *x, const struct radius_attribute *a)
{
	static const uint8_t zero[8];

	if (a->len != 8 || memcmp(a->value, zero, 8) == 0) {
		refuse(x, a, "it is no interface identifier");
		return;
	}
	x->r->service.have_ifid = x->r->ppp.have_ifid = true;
	memcpy(x->r->service.ifid, a->value, 8);
	memcpy(x->r->ppp.remote_ifid, a->value, 8);
}

static void add_dns6(struct reading *x, const struct radius_attribute *a)
{
	struct service *s = &x->r->service;

	if (a->len != 16)
		refuse(x, a, "it is no IPv6 address");
	else if (s->dns6_n < 2)
		memcpy(s->dns6[s->dns6_n++], a->value, 16);
}

static bool add_dns4(struct ppp_call_auth_reply *r, const char *text)
{
	struct in_addr a;

	if (inet_pton(AF_INET, text, &a) != 1)
		return false;
	r->dns[r->dns[0] ? 1 : 0] = a.s_addr;
	return true;
}

/*
 * "lcp:interface-config#1=rate-limit output 512000 8000 8000
 * conform-action ..."
 */
static bool cisco_rate(struct reading *x, const char *text)
{
	const char *at = strstr(text, "rate-limit ");
	bool output;
	unsigned long long rate;

	if (!at)
		return false;
	at += strlen("rate-limit ");
	output = strncmp(at, "output ", 7) == 0;
	if (!output && strncmp(at, "input ", 6) != 0)
		return false;
	at += output ? 7 : 6;
	if (!isdigit((unsigned char)*at))
		return false;
	rate = strtoull(at, NULL, 10);
	if (rate > RATE_MAX)
		return false;
	if (output)
		set_down(x, rate);
	else
		set_up(x, rate);
	return true;
}

static void read_cisco(struct reading *x, const struct radius_attribute *a)
{
	char text[RADIUS_VALUE_MAX + 1], *value, *save = NULL;
	bool ok = true;

	if (!radius_text(a, text, sizeof(text)))
		return;
	value = strchr(text, '=');
	if (!value)
		value = strchr(text, '*');
	if (!value)
		return;
	if (strncmp(text, "ip:route", 8) == 0 && value == text + 8) {
		add_route(x, a, value + 1, AF_INET);
	} else if (strncmp(text, "ip:addr-pool", 12) == 0 &&
		   value == text + 12) {
		ok = value[1] && strlen(value + 1) < sizeof(x->r->service.pool);
		if (ok)
			strcpy(x->r->service.pool, value + 1);
	} else if (strncmp(text, "ip:dns-servers", 14) == 0 &&
		   value == text + 14) {
		for (char *w = strtok_r(value + 1, " ,", &save); w;
		     w = strtok_r(NULL, " ,", &save))
			ok = ok && add_dns4(&x->r->ppp, w);
	} else if (strncmp(text, "lcp:interface-config", 20) == 0) {
		ok = cisco_rate(x, value + 1);
	}
	/*
	 * Others are for other things; what was meant for us and is not
	 * understood is told.
	 */
	if (!ok)
		refuse(x, a, "it is not understood");
}

static void read_mikrotik(struct reading *x, const struct radius_attribute *a)
{
	char text[RADIUS_VALUE_MAX + 1];
	uint64_t rx, tx;

	if (!radius_text(a, text, sizeof(text)) ||
	    radius_parse_mikrotik_rate(text, &rx, &tx)) {
		refuse(x, a, "it is no rate such as \"2M/10M\"");
		return;
	}
	set_up(x, rx);
	set_down(x, tx);
}

static void read_vendor_number(struct reading *x,
			       const struct radius_attribute *a, uint32_t n)
{
	struct ppp_call_auth_reply *ppp = &x->r->ppp;

	if (a->vendor == RADIUS_VENDOR_WISPR &&
	    a->type == RADIUS_WISPR_BANDWIDTH_MAX_UP)
		set_up(x, n);
	else if (a->vendor == RADIUS_VENDOR_WISPR &&
		 a->type == RADIUS_WISPR_BANDWIDTH_MAX_DOWN)
		set_down(x, n);
	else if (a->vendor == RADIUS_VENDOR_ROARING_PENGUIN &&
		 a->type == RADIUS_RP_UPSTREAM_SPEED_LIMIT)
		set_up(x, (uint64_t)n * 1000);
	else if (a->vendor == RADIUS_VENDOR_ROARING_PENGUIN &&
		 a->type == RADIUS_RP_DOWNSTREAM_SPEED_LIMIT)
		set_down(x, (uint64_t)n * 1000);
	else if (a->vendor == RADIUS_VENDOR_ASCEND &&
		 a->type == RADIUS_ASCEND_DATA_RATE)
		set_up(x, n);
	else if (a->vendor == RADIUS_VENDOR_ASCEND &&
		 a->type == RADIUS_ASCEND_XMIT_RATE)
		set_down(x, n);
	else if (a->vendor == RADIUS_VENDOR_HUAWEI &&
		 a->type == RADIUS_HUAWEI_INPUT_AVERAGE_RATE)
		set_up(x, n);
	else if (a->vendor == RADIUS_VENDOR_HUAWEI &&
		 a->type == RADIUS_HUAWEI_OUTPUT_AVERAGE_RATE)
		set_down(x, n);
	else if ((a->vendor == RADIUS_VENDOR_MICROSOFT &&
		  a->type == RADIUS_MS_PRIMARY_DNS_SERVER) ||
		 (a->vendor == RADIUS_VENDOR_ASCEND &&
		  a->type == RADIUS_ASCEND_CLIENT_PRIMARY_DNS))
		ppp->dns[0] = htonl(n);
	else if ((a->vendor == RADIUS_VENDOR_MICROSOFT &&
		  a->type == RADIUS_MS_SECONDARY_DNS_SERVER) ||
		 (a->vendor == RADIUS_VENDOR_ASCEND &&
		  a->type == RADIUS_ASCEND_CLIENT_SECONDARY_DNS))
		ppp->dns[1] = htonl(n);
}

static void read_vendor(struct reading *x, const struct radius_attribute *a)
{
	const struct radius_attribute_info *info =
		radius_attribute_info(a->vendor, a->type);
	uint32_t n;

	if (a->vendor == RADIUS_VENDOR_CISCO && a->type == RADIUS_CISCO_AVPAIR)
		read_cisco(x, a);
	else if (a->vendor == RADIUS_VENDOR_MIKROTIK &&
		 a->type == RADIUS_MIKROTIK_RATE_LIMIT)
		read_mikrotik(x, a);
	else if (radius_u32(a, &n))
		read_vendor_number(x, a, n);
	else if (info &&
		 (info->kind == RADIUS_INTEGER || info->kind == RADIUS_IPV4))
		refuse(x, a, "it has not four bytes");
}

/*
 * 0 of the server means at once, which is no session; it is taken as no limit,
 * as others do.
 */
static uint32_t timeout_of(uint32_t n)
{
	return n == 0 ? SERVICE_FOREVER : n;
}

static void read_number(struct reading *x, const struct radius_attribute *a,
			uint32_t n)
{
	struct service *s = &x->r->service;

	switch (a->type) {
	case RADIUS_FRAMED_IP_ADDRESS:
		x->r->ppp.remote_ipv4 = htonl(n);
		break;
	case RADIUS_FRAMED_MTU:
		if (n < 128 || n > 16384)
			refuse(x, a, "it is not from 128 to 16384");
		else
			s->mtu = (uint16_t)n;
		break;
	case RADIUS_SESSION_TIMEOUT:
		s->session_timeout_s = timeout_of(n);
		x->changes |= AAA_COA_SESSION_TIMEOUT;
		break;
	case RADIUS_IDLE_TIMEOUT:
		s->idle_timeout_s = timeout_of(n);
		x->changes |= AAA_COA_IDLE_TIMEOUT;
		break;
	case RADIUS_ACCT_INTERIM_INTERVAL:
		/* RFC 2869, section 5.16: not less than 60. */
		s->interim_s = n && n < 60 ? 60 : timeout_of(n);
		x->changes |= AAA_COA_INTERIM;
		break;
	case RADIUS_PORT_LIMIT:
		s->port_limit = n;
		break;
	default:
		break;
	}
}

static bool is_number(uint8_t type)
{
	static const uint8_t types[] = {
		RADIUS_FRAMED_IP_ADDRESS,     RADIUS_FRAMED_MTU,
		RADIUS_SESSION_TIMEOUT,	      RADIUS_IDLE_TIMEOUT,
		RADIUS_ACCT_INTERIM_INTERVAL, RADIUS_PORT_LIMIT,
	};

	return memchr(types, type, sizeof(types)) != NULL;
}

static void read_text(struct reading *x, const struct radius_attribute *a,
		      char *out, size_t size)
{
	if (!radius_text(a, out, size)) {
		out[0] = '\0';
		refuse(x, a, "it is too long, or empty");
	}
}

static void read_standard(struct reading *x, const struct radius_attribute *a)
{
	struct service *s = &x->r->service;
	char text[RADIUS_VALUE_MAX + 1];
	uint32_t n;

	if (is_number(a->type)) {
		if (radius_u32(a, &n))
			read_number(x, a, n);
		else
			refuse(x, a, "it has not four bytes");
		return;
	}
	switch (a->type) {
	case RADIUS_USER_NAME:
		read_text(x, a, s->user, sizeof(s->user));
		break;
	case RADIUS_FILTER_ID:
		read_text(x, a, s->filter_id, sizeof(s->filter_id));
		x->changes |= AAA_COA_FILTER;
		break;
	case RADIUS_FRAMED_POOL:
		read_text(x, a, s->pool, sizeof(s->pool));
		break;
	case RADIUS_FRAMED_ROUTE:
	case RADIUS_FRAMED_IPV6_ROUTE:
		if (radius_text(a, text, sizeof(text)))
			add_route(x, a, text,
				  a->type == RADIUS_FRAMED_ROUTE ? AF_INET :
								   AF_INET6);
		break;
	case RADIUS_CLASS:
		add_class(x, a);
		break;
	case RADIUS_FRAMED_IPV6_PREFIX:
		read_prefix6(x, a, &s->prefix6);
		break;
	case RADIUS_DELEGATED_IPV6_PREFIX:
		read_prefix6(x, a, &s->delegated6);
		break;
	case RADIUS_DNS_SERVER_IPV6_ADDRESS:
		add_dns6(x, a);
		break;
	case RADIUS_FRAMED_INTERFACE_ID:
		read_ifid(x, a);
		break;
	default:
		break;
	}
}

uint32_t radius_read_service(const struct radius_view *v,
			     struct aaa_auth_reply *r,
			     radius_complain *complain, void *arg)
{
	struct reading x = { .r = r, .complain = complain, .arg = arg };
	struct radius_cursor c = { 0 };
	struct radius_attribute a;

	while (radius_next(v, &c, &a)) {
		if (a.vendor)
			read_vendor(&x, &a);
		else
			read_standard(&x, &a);
	}
	return x.changes;
}

/* ---- MPPE ---- */

static bool read_key(const struct radius_view *v, uint8_t type,
		     const struct secret *secret,
		     const uint8_t request_auth[16], uint8_t out[16])
{
	struct radius_attribute a;
	uint8_t key[RADIUS_VALUE_MAX];
	size_t len;
	bool ok;

	if (!radius_find(v, RADIUS_VENDOR_MICROSOFT, type, &a))
		return false;
	ok = radius_unsalt(&a, secret, request_auth, key, sizeof(key), &len) &&
	     (len == 16 || len == 8);
	if (ok) {
		memset(out, 0, 16);
		memcpy(out, key, len);
	}
	explicit_bzero(key, sizeof(key));
	return ok;
}

/*
 * MS-CHAP-MPPE-Keys (RFC 2548, section 2.4.1): LAN Manager's 8 bytes, the NT
 * hash's hash, 8 bytes of padding.
 */
static bool read_v1_keys(const struct radius_view *v,
			 const struct secret *secret,
			 const uint8_t request_auth[16],
			 const uint8_t challenge[8],
			 struct ppp_call_auth_reply *r)
{
	struct radius_attribute a;
	uint8_t keys[32];
	bool ok = radius_find(v, RADIUS_VENDOR_MICROSOFT,
			      RADIUS_MS_CHAP_MPPE_KEYS, &a) &&
		  radius_reveal(&a, secret, request_auth, keys, sizeof(keys)) &&
		  mschap_v1_start_key(keys + 8, challenge, r->mppe_send_key);

	if (ok)
		memcpy(r->mppe_recv_key, r->mppe_send_key,
		       sizeof(r->mppe_recv_key));
	explicit_bzero(keys, sizeof(keys));
	return ok;
}

void radius_read_mppe(const struct radius_view *v, const struct secret *secret,
		      const uint8_t request_auth[16], const uint8_t *challenge,
		      struct ppp_call_auth_reply *r, radius_complain *complain,
		      void *arg)
{
	struct radius_attribute a;
	uint32_t n;

	if (radius_find(v, RADIUS_VENDOR_MICROSOFT,
			RADIUS_MS_MPPE_ENCRYPTION_POLICY, &a) &&
	    radius_u32(&a, &n))
		r->mppe_policy = (uint8_t)n;
	if (radius_find(v, RADIUS_VENDOR_MICROSOFT,
			RADIUS_MS_MPPE_ENCRYPTION_TYPES, &a) &&
	    radius_u32(&a, &n))
		r->mppe_types = (uint8_t)n;
	if (challenge && read_v1_keys(v, secret, request_auth, challenge, r)) {
		r->have_mppe_keys = true;
		return;
	}
	if (!radius_find(v, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_MPPE_SEND_KEY,
			 &a) &&
	    !radius_find(v, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_MPPE_RECV_KEY,
			 &a))
		return;
	r->have_mppe_keys = read_key(v, RADIUS_MS_MPPE_SEND_KEY, secret,
				     request_auth, r->mppe_send_key) &&
			    read_key(v, RADIUS_MS_MPPE_RECV_KEY, secret,
				     request_auth, r->mppe_recv_key);
	if (!r->have_mppe_keys && complain)
		complain(arg, "MS-MPPE-Send-Key and MS-MPPE-Recv-Key: they "
			      "cannot be decrypted, or one is missing");
}
