/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a packet of RFC 5176 to what the engine shall do; see coa_read.h. */
#include "aaa/coa_read.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "aaa/radius_attributes.h"
#include "lib/buf.h"

/* What an attribute of a request is for. */
enum use {
	UNSUPPORTED,
	NAS,	 /* says which NAS: us, or it is an error */
	SESSION, /* says which session */
	NARROWS, /* the same, but too many have it to be asked for alone */
	CHANGE,	 /* of a CoA-Request: what becomes of the session */
	PASSES,	 /* of the exchange itself, or for nobody here */
};

/*
 * RFC 5176, section 3.7, as far as it goes here, and what
 * replies know of rates.
 */
static const struct rule {
	uint32_t vendor;
	uint8_t type;
	enum use coa, disconnect;
} rules[] = {
	{ 0, RADIUS_USER_NAME, SESSION, SESSION },
	{ 0, RADIUS_NAS_IP_ADDRESS, NAS, NAS },
	{ 0, RADIUS_NAS_PORT, SESSION, SESSION },
	{ 0, RADIUS_SERVICE_TYPE, PASSES, PASSES },
	{ 0, RADIUS_FRAMED_PROTOCOL, PASSES, PASSES },
	{ 0, RADIUS_FRAMED_IP_ADDRESS, SESSION, SESSION },
	{ 0, RADIUS_FILTER_ID, CHANGE, UNSUPPORTED },
	/* PPP has no way to show it */
	{ 0, RADIUS_REPLY_MESSAGE, PASSES, PASSES },
	{ 0, RADIUS_FRAMED_ROUTE, CHANGE, UNSUPPORTED },
	{ 0, RADIUS_CLASS, CHANGE, PASSES },
	{ 0, RADIUS_SESSION_TIMEOUT, CHANGE, UNSUPPORTED },
	{ 0, RADIUS_IDLE_TIMEOUT, CHANGE, UNSUPPORTED },
	{ 0, RADIUS_CALLED_STATION_ID, NARROWS, NARROWS },
	{ 0, RADIUS_CALLING_STATION_ID, SESSION, SESSION },
	{ 0, RADIUS_NAS_IDENTIFIER, NAS, NAS },
	{ 0, RADIUS_PROXY_STATE, PASSES, PASSES },
	{ 0, RADIUS_ACCT_SESSION_ID, SESSION, SESSION },
	{ 0, RADIUS_ACCT_TERMINATE_CAUSE, UNSUPPORTED, PASSES },
	{ 0, RADIUS_EVENT_TIMESTAMP, PASSES, PASSES },
	{ 0, RADIUS_NAS_PORT_TYPE, PASSES, PASSES },
	{ 0, RADIUS_MESSAGE_AUTHENTICATOR, PASSES, PASSES },
	{ 0, RADIUS_ACCT_INTERIM_INTERVAL, CHANGE, UNSUPPORTED },
	{ 0, RADIUS_NAS_PORT_ID, SESSION, SESSION },
	{ 0, RADIUS_NAS_IPV6_ADDRESS, NAS, NAS },
	{ 0, RADIUS_FRAMED_INTERFACE_ID, NARROWS, NARROWS },
	{ 0, RADIUS_FRAMED_IPV6_PREFIX, SESSION, SESSION },
	{ 0, RADIUS_FRAMED_IPV6_ROUTE, CHANGE, UNSUPPORTED },
	{ 0, RADIUS_DELEGATED_IPV6_PREFIX, SESSION, SESSION },
	{ RADIUS_VENDOR_CISCO, RADIUS_CISCO_AVPAIR, CHANGE, UNSUPPORTED },
	{ RADIUS_VENDOR_ASCEND, RADIUS_ASCEND_DATA_RATE, CHANGE, UNSUPPORTED },
	{ RADIUS_VENDOR_ASCEND, RADIUS_ASCEND_XMIT_RATE, CHANGE, UNSUPPORTED },
	{ RADIUS_VENDOR_HUAWEI, RADIUS_HUAWEI_INPUT_AVERAGE_RATE, CHANGE,
	  UNSUPPORTED },
	{ RADIUS_VENDOR_HUAWEI, RADIUS_HUAWEI_OUTPUT_AVERAGE_RATE, CHANGE,
	  UNSUPPORTED },
	{ RADIUS_VENDOR_ROARING_PENGUIN, RADIUS_RP_UPSTREAM_SPEED_LIMIT, CHANGE,
	  UNSUPPORTED },
	{ RADIUS_VENDOR_ROARING_PENGUIN, RADIUS_RP_DOWNSTREAM_SPEED_LIMIT,
	  CHANGE, UNSUPPORTED },
	{ RADIUS_VENDOR_WISPR, RADIUS_WISPR_BANDWIDTH_MAX_UP, CHANGE,
	  UNSUPPORTED },
	{ RADIUS_VENDOR_WISPR, RADIUS_WISPR_BANDWIDTH_MAX_DOWN, CHANGE,
	  UNSUPPORTED },
	{ RADIUS_VENDOR_MIKROTIK, RADIUS_MIKROTIK_RATE_LIMIT, CHANGE,
	  UNSUPPORTED },
};

struct reading {
	const struct config *config;
	const struct addr *local;
	struct aaa_coa *out;
	char *why;
	size_t size;
	bool session, change;
	bool bad; /* the service's reader complained */
};

static const char *name_of(const struct radius_attribute *a, char *buf,
			   size_t size)
{
	const struct radius_attribute_info *info =
		radius_attribute_info(a->vendor, a->type);

	if (info)
		return info->name;
	if (a->vendor)
		snprintf(buf, size, "attribute %u of vendor %u", a->type,
			 a->vendor);
	else
		snprintf(buf, size, "attribute %u", a->type);
	return buf;
}

static enum coa_error fail(struct reading *x, enum coa_error error,
			   const struct radius_attribute *a, const char *what)
{
	char name[64];

	snprintf(x->why, x->size, "%s %s", name_of(a, name, sizeof(name)),
		 what);
	return error;
}

static enum coa_error bad_value(struct reading *x,
				const struct radius_attribute *a)
{
	return fail(x, COA_INVALID_VALUE, a,
		    "has a value that is not possible");
}

/* ---- which NAS ---- */

static bool is_our_name(const struct config *c, const char *name)
{
	if (strcmp(c->hostname, name) == 0)
		return true;
	for (size_t i = 0; i < c->radius_n; i++)
		if (c->radius[i].nas_identifier &&
		    strcmp(c->radius[i].nas_identifier, name) == 0)
			return true;
	return false;
}

static bool is_our_address(const struct reading *x, uint16_t family,
			   const struct radius_attribute *a)
{
	struct addr it = { .family = family };

	if (a->len != (family == AF_INET ? 4 : 16))
		return false;
	memcpy(it.ip, a->value, a->len);
	if (addr_equal_ip(&it, x->local))
		return true;
	for (size_t i = 0; i < x->config->radius_n; i++)
		if (addr_equal_ip(&it, &x->config->radius[i].nas_address) ||
		    addr_equal_ip(&it, &x->config->radius[i].source))
			return true;
	return false;
}

static enum coa_error read_nas(struct reading *x,
			       const struct radius_attribute *a)
{
	char text[RADIUS_VALUE_MAX + 1];
	bool ours;

	if (a->type == RADIUS_NAS_IDENTIFIER)
		ours = radius_text(a, text, sizeof(text)) &&
		       is_our_name(x->config, text);
	else
		ours = is_our_address(x,
				      a->type == RADIUS_NAS_IP_ADDRESS ?
					      AF_INET :
					      AF_INET6,
				      a);
	return ours ? COA_OK :
		      fail(x, COA_NAS_MISMATCH, a, "names another NAS");
}

/* ---- which session ---- */

/* All of the value and nothing else, so that no other name is met. */
static bool exact_text(const struct radius_attribute *a, char *out, size_t size)
{
	return radius_text(a, out, size) && memcmp(out, a->value, a->len) == 0;
}

static bool read_address(const struct radius_attribute *a, uint32_t *out)
{
	uint32_t n;

	if (!radius_u32(a, &n) || n == 0 || n >= 0xfffffffe)
		return false;
	*out = htonl(n);
	return true;
}

static bool read_ifid(const struct radius_attribute *a, uint8_t out[8])
{
	if (a->len != 8)
		return false;
	memcpy(out, a->value, 8);
	return true;
}

/* False: it is no such value. *twice: there was one already. */
static bool take_session(struct aaa_coa *q, const struct radius_attribute *a,
			 bool *twice)
{
	switch (a->type) {
	case RADIUS_USER_NAME:
		*twice = q->user[0];
		return exact_text(a, q->user, sizeof(q->user));
	case RADIUS_ACCT_SESSION_ID:
		*twice = q->session_id[0];
		return exact_text(a, q->session_id, sizeof(q->session_id));
	case RADIUS_CALLED_STATION_ID:
		*twice = q->called_number[0];
		return exact_text(a, q->called_number,
				  sizeof(q->called_number));
	case RADIUS_CALLING_STATION_ID:
		*twice = q->calling_number[0];
		return exact_text(a, q->calling_number,
				  sizeof(q->calling_number));
	case RADIUS_NAS_PORT_ID:
		*twice = q->nas_port_id[0];
		return exact_text(a, q->nas_port_id, sizeof(q->nas_port_id));
	case RADIUS_NAS_PORT:
		*twice = q->have_nas_port;
		q->have_nas_port = true;
		return radius_u32(a, &q->nas_port);
	case RADIUS_FRAMED_IP_ADDRESS:
		*twice = q->address;
		return read_address(a, &q->address);
	case RADIUS_FRAMED_IPV6_PREFIX:
		*twice = q->prefix6.len;
		return radius_read_prefix6(a, &q->prefix6);
	case RADIUS_DELEGATED_IPV6_PREFIX:
		*twice = q->delegated6.len;
		return radius_read_prefix6(a, &q->delegated6);
	case RADIUS_FRAMED_INTERFACE_ID:
		*twice = q->have_ifid;
		q->have_ifid = true;
		return read_ifid(a, q->ifid);
	}
	return false;
}

/*
 * A text that is too long for ours is nobody's: the request is in order, but
 * there is no such session.
 */
static bool is_too_long(const struct radius_attribute *a)
{
	switch (a->type) {
	case RADIUS_USER_NAME:
		return a->len >= PPP_NAME_MAX;
	case RADIUS_ACCT_SESSION_ID:
		return a->len >= SERVICE_ID_MAX;
	case RADIUS_CALLED_STATION_ID:
	case RADIUS_CALLING_STATION_ID:
		return a->len >= sizeof(((struct aaa_coa *)0)->called_number);
	case RADIUS_NAS_PORT_ID:
		return a->len >= sizeof(((struct aaa_coa *)0)->nas_port_id);
	default:
		return false;
	}
}

static enum coa_error read_session(struct reading *x,
				   const struct radius_attribute *a)
{
	bool twice = false;

	if (is_too_long(a))
		return fail(x, COA_NO_SESSION, a,
			    "is longer than that of any session");
	if (!take_session(x->out, a, &twice))
		return bad_value(x, a);
	return twice ? fail(x, COA_INVALID_REQUEST, a, "is there twice") :
		       COA_OK;
}

/* ---- what becomes of it ---- */

/*
 * Cisco's attribute carries many commands: those that a reply's reader takes
 * for routes and rates.
 */
static bool is_known_pair(const struct radius_attribute *a)
{
	static const char route[] = "ip:route", rate[] = "lcp:interface-config";
	char text[RADIUS_VALUE_MAX + 1];

	if (!radius_text(a, text, sizeof(text)))
		return false;
	if (strncmp(text, route, sizeof(route) - 1) == 0)
		return text[sizeof(route) - 1] == '=' ||
		       text[sizeof(route) - 1] == '*';
	return strncmp(text, rate, sizeof(rate) - 1) == 0;
}

/*
 * Its form; the value is read with all others, when all are known
 * to be supported.
 */
static enum coa_error check_change(struct reading *x,
				   const struct radius_attribute *a)
{
	const struct radius_attribute_info *info =
		radius_attribute_info(a->vendor, a->type);

	if (a->vendor == RADIUS_VENDOR_CISCO && !is_known_pair(a))
		return fail(x, COA_UNSUPPORTED_ATTRIBUTE, a,
			    "is not supported with this value");
	if (a->len == 0 ||
	    (info && info->kind == RADIUS_INTEGER && a->len != 4))
		return bad_value(x, a);
	return COA_OK;
}

static void on_complaint(void *arg, const char *text)
{
	struct reading *x = arg;

	if (!x->bad)
		snprintf(x->why, x->size, "%s", text);
	x->bad = true;
}

static enum coa_error read_changes(struct reading *x,
				   const struct radius_view *v)
{
	struct aaa_auth_reply r = { 0 };

	x->out->changes = radius_read_service(v, &r, on_complaint, x);
	if (x->bad)
		return COA_INVALID_VALUE;
	if (!x->out->changes) {
		snprintf(x->why, x->size, "it names nothing to change");
		return COA_MISSING_ATTRIBUTE;
	}
	x->out->service = r.service;
	return COA_OK;
}

/* ---- all of it ---- */

static enum use use_of(const struct radius_attribute *a, bool coa)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].vendor == a->vendor && rules[i].type == a->type)
			return coa ? rules[i].coa : rules[i].disconnect;
	return UNSUPPORTED;
}

static enum coa_error read_one(struct reading *x,
			       const struct radius_attribute *a, bool coa)
{
	switch (use_of(a, coa)) {
	case UNSUPPORTED:
		return fail(x, COA_UNSUPPORTED_ATTRIBUTE, a,
			    "is not supported");
	case NAS:
		return read_nas(x, a);
	case SESSION:
		x->session = true;
		return read_session(x, a);
	case NARROWS:
		return read_session(x, a);
	case CHANGE:
		x->change = true;
		return check_change(x, a);
	case PASSES:
		break;
	}
	return COA_OK;
}

/*
 * "Authorize Only" asks for another Access-Request, which PPP has none for (RFC
 * 5176, section 3.2).
 */
static enum coa_error check_service(struct reading *x,
				    const struct radius_view *v)
{
	struct radius_attribute a;
	uint32_t n;

	if (!radius_find(v, 0, RADIUS_SERVICE_TYPE, &a))
		return COA_OK;
	if (!radius_u32(&a, &n))
		return bad_value(x, &a);
	return n == RADIUS_SERVICE_FRAMED ?
		       COA_OK :
		       fail(x, COA_UNSUPPORTED_SERVICE, &a,
			    "asks for a service other than Framed");
}

enum coa_error coa_read(const struct radius_view *v, const struct config *c,
			const struct addr *local, struct aaa_coa *out,
			char *why, size_t size)
{
	bool coa = v->code == RADIUS_COA_REQUEST;
	struct reading x = {
		.config = c,
		.local = local,
		.out = out,
		.why = why,
		.size = size,
	};
	struct radius_cursor at = { 0 };
	struct radius_attribute a;
	enum coa_error error, first;

	*out = (struct aaa_coa){
		.kind = coa ? AAA_COA_CHANGE : AAA_COA_DISCONNECT,
	};
	why[0] = '\0';
	first = check_service(&x, v);
	/* Another's request is another's whatever else is wrong with it. */
	while (first != COA_NAS_MISMATCH && radius_next(v, &at, &a)) {
		if (first && use_of(&a, coa) != NAS)
			continue;
		error = read_one(&x, &a, coa);
		if (error)
			first = error;
	}
	if (first)
		return first;
	if (!x.session) {
		snprintf(why, size, "it names no session");
		return COA_MISSING_ATTRIBUTE;
	}
	return coa ? read_changes(&x, v) : COA_OK;
}

bool coa_is_current(const struct radius_view *v, uint64_t now_s)
{
	struct radius_attribute a;
	uint32_t stamp;

	if (!radius_find(v, 0, RADIUS_EVENT_TIMESTAMP, &a))
		return true;
	if (!radius_u32(&a, &stamp))
		return false;
	return stamp + (uint64_t)COA_WINDOW_S >= now_s &&
	       stamp <= now_s + COA_WINDOW_S;
}

/* ---- for people ---- */

static void put_text(struct wbuf *w, const char *what, const char *text)
{
	if (text[0])
		wbuf_printf(w, "%s%s \"%s\"", w->len ? ", " : "", what, text);
}

static void put_prefix(struct wbuf *w, const char *what,
		       const struct service_prefix6 *p)
{
	char text[INET6_ADDRSTRLEN];

	if (p->len)
		wbuf_printf(w, "%s%s %s/%u", w->len ? ", " : "", what,
			    inet_ntop(AF_INET6, p->addr, text, sizeof(text)),
			    p->len);
}

void coa_describe(const struct aaa_coa *q, char *out, size_t size)
{
	char text[INET_ADDRSTRLEN];
	struct wbuf w = wbuf_init(out, size);

	out[0] = '\0';
	put_text(&w, "session", q->session_id);
	put_text(&w, "user", q->user);
	if (q->address)
		wbuf_printf(&w, "%saddress %s", w.len ? ", " : "",
			    inet_ntop(AF_INET, &q->address, text,
				      sizeof(text)));
	put_prefix(&w, "prefix", &q->prefix6);
	put_prefix(&w, "delegated prefix", &q->delegated6);
	put_text(&w, "port", q->nas_port_id);
	if (q->have_nas_port)
		wbuf_printf(&w, "%sport %u/%u", w.len ? ", " : "",
			    q->nas_port >> 16, q->nas_port & 0xffff);
	put_text(&w, "calling number", q->calling_number);
	put_text(&w, "called number", q->called_number);
}
