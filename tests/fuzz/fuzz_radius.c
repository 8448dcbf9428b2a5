/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A RADIUS reply of any bytes, as after its authenticator was found right: the
 * cursor stays in the packet, and what a caller would be given is within its
 * bounds.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/radius_attributes.h"
#include "ipc/ipc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct secret secret = { .len = 6, .data = "secret" };
static const uint8_t request_auth[16] = "an authenticator";

static void on_complaint(void *arg, const char *text)
{
	(void)arg;
	if (!text[0] || strlen(text) > 400)
		abort();
}

static void check_attribute(const struct radius_view *v,
			    const struct radius_attribute *a)
{
	uint8_t plain[RADIUS_VALUE_MAX];
	char text[600], small[16];
	size_t len;

	if (a->value < v->data + RADIUS_HEADER + 2 ||
	    a->value + a->len > v->data + v->len || a->len > RADIUS_VALUE_MAX)
		abort();
	radius_format(a, text, sizeof(text));
	radius_format(a, small, sizeof(small));
	if (!ipc_is_text(text) || !ipc_is_text(small) || !strstr(text, " = "))
		abort();
	if (radius_text(a, small, sizeof(small)) && strlen(small) != a->len)
		abort();
	if (radius_unsalt(a, &secret, request_auth, plain, sizeof(plain),
			  &len) &&
	    len > a->len)
		abort();
}

static void check_prefix(const struct service_prefix6 *p)
{
	if (p->len > 128)
		abort();
	for (unsigned int bit = p->len; bit < 128; bit++)
		if (p->addr[bit / 8] & 0x80u >> bit % 8)
			abort();
}

static void check_route(const struct service_route *r)
{
	unsigned int bits = r->family == AF_INET ? 32 : 128;

	if ((r->family != AF_INET && r->family != AF_INET6) || r->len == 0 ||
	    r->len > bits || r->metric > 0x7fffffff)
		abort();
	for (unsigned int bit = r->len; bit < 128; bit++)
		if (r->dst[bit / 8] & 0x80u >> bit % 8)
			abort();
}

static void check_service(const struct aaa_auth_reply *r)
{
	const struct service *s = &r->service;

	if (!ipc_is_text(s->user) || !ipc_is_text(s->pool) ||
	    !ipc_is_text(s->filter_id))
		abort();
	if (s->rate_down > 1000ull * UINT32_MAX ||
	    s->rate_up > 1000ull * UINT32_MAX)
		abort();
	if (s->route_n > SERVICE_ROUTES_MAX ||
	    s->class_n > SERVICE_CLASSES_MAX || s->dns6_n > 2)
		abort();
	if (s->mtu && (s->mtu < 128 || s->mtu > 16384))
		abort();
	if (s->interim_s && s->interim_s < 60)
		abort();
	for (size_t i = 0; i < s->class_n; i++)
		if (s->class_len[i] == 0 || s->class_len[i] > SERVICE_CLASS_MAX)
			abort();
	for (size_t i = 0; i < s->route_n; i++)
		check_route(&s->route[i]);
	check_prefix(&s->prefix6);
	check_prefix(&s->delegated6);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct radius_cursor c = { 0 };
	struct radius_attribute a;
	struct aaa_auth_reply r = { 0 };
	struct radius_view v;
	size_t n = 0;

	if (radius_parse(&v, data, len))
		return 0;
	(void)radius_check_reply(&v, &secret, request_auth, true);
	while (radius_next(&v, &c, &a)) {
		check_attribute(&v, &a);
		if (++n > RADIUS_PACKET_MAX / 2)
			abort();
	}
	radius_read_service(&v, &r, on_complaint, NULL);
	radius_read_mppe(&v, &secret, request_auth, NULL, &r.ppp, on_complaint,
			 NULL);
	check_service(&r);
	return 0;
}
