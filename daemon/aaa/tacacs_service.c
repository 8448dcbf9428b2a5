/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See tacacs_service.h. */
#include "aaa/tacacs_service.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/framed_route.h"

struct reading {
	struct aaa_auth_reply *r;
	tacacs_complain *complain;
	void *arg;
};

/* ---- each argument: NULL, or why it cannot be used ---- */

static const char *take_address(struct reading *x, const char *value)
{
	struct in_addr a;

	if (inet_pton(AF_INET, value, &a) != 1)
		return "it is no IPv4 address";
	/* 0.0.0.0: none is said; 255.255.255.255: the caller's choice. */
	x->r->ppp.remote_ipv4 = a.s_addr;
	return NULL;
}

static const char *take_pool(struct reading *x, const char *value)
{
	struct service *s = &x->r->service;

	if (!value[0] || strlen(value) >= sizeof(s->pool))
		return "it is no name of a pool";
	strcpy(s->pool, value);
	return NULL;
}

/* Minutes; 0 is without end. */
static const char *take_minutes(const char *value, uint32_t *seconds)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)value[0]))
		return "it is no number of minutes";
	errno = 0;
	n = strtoul(value, &end, 10);
	if (*end || errno || n >= SERVICE_FOREVER / 60)
		return "it is no number of minutes";
	*seconds = n ? (uint32_t)n * 60 : SERVICE_FOREVER;
	return NULL;
}

static const char *take_timeout(struct reading *x, const char *value)
{
	return take_minutes(value, &x->r->service.session_timeout_s);
}

static const char *take_idletime(struct reading *x, const char *value)
{
	return take_minutes(value, &x->r->service.idle_timeout_s);
}

static const char *take_route(struct reading *x, const char *value)
{
	return framed_route_add(&x->r->service, value, AF_INET);
}

static const char *take_dns(struct reading *x, const char *value)
{
	char copy[TACACS_ARG_MAX + 1], *save = NULL;
	struct in_addr a;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", value);
	for (char *w = strtok_r(copy, " ,", &save); w;
	     w = strtok_r(NULL, " ,", &save)) {
		if (inet_pton(AF_INET, w, &a) != 1)
			return "it is no list of IPv4 addresses";
		if (n < 2)
			x->r->ppp.dns[n++] = a.s_addr;
	}
	return NULL;
}

/* What we asked for, said back. */
static const char *take_service(struct reading *x, const char *value)
{
	(void)x;
	return strcmp(value, "ppp") == 0 ? NULL : "it is not ppp";
}

static const char *take_protocol(struct reading *x, const char *value)
{
	(void)x;
	return strcmp(value, "ip") == 0 ? NULL : "it is not ip";
}

/* Packets are filtered by programs of the operator's, not here. */
static const char *take_acl(struct reading *x, const char *value)
{
	char text[TACACS_ARG_MAX + 80];

	snprintf(text, sizeof(text),
		 "access list \"%s\": it restricts the caller, and is not "
		 "applied",
		 value);
	if (x->complain)
		x->complain(x->arg, true, text);
	return NULL;
}

/* A name that ends with '#' stands for itself and for NAME#1, NAME#2, ... */
static const struct {
	const char *name;
	const char *(*take)(struct reading *x, const char *value);
} known[] = {
	{ "service", take_service },   { "protocol", take_protocol },
	{ "addr", take_address },      { "addr-pool", take_pool },
	{ "pool", take_pool },	       { "timeout", take_timeout },
	{ "idletime", take_idletime }, { "route#", take_route },
	{ "dns-servers", take_dns },   { "inacl#", take_acl },
	{ "outacl#", take_acl },       { "acl", take_acl },
};

/* ---- all of them ---- */

static bool is_named(const char *name, const char *wanted)
{
	size_t len = strlen(wanted);

	if (wanted[len - 1] != '#')
		return strcmp(name, wanted) == 0;
	return strncmp(name, wanted, len - 1) == 0 &&
	       (name[len - 1] == '\0' || name[len - 1] == '#');
}

static const char *take(struct reading *x, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (is_named(name, known[i].name))
			return known[i].take(x, value);
	return "l2tpd does not apply it";
}

/* As text; value may be empty. */
static bool split(const struct tacacs_text *t, struct tacacs_arg *a, char *name,
		  char *value, size_t size)
{
	value[0] = '\0';
	return tacacs_split_arg(t, a) && tacacs_text(&a->name, name, size) &&
	       (!a->value.len || tacacs_text(&a->value, value, size));
}

int tacacs_read_service(const struct tacacs_body *body,
			struct aaa_auth_reply *r, tacacs_complain *complain,
			void *arg, char *why, size_t size)
{
	struct reading x = { r, complain, arg };
	char name[TACACS_ARG_MAX + 1], value[TACACS_ARG_MAX + 1];

	for (size_t i = 0; i < body->arg_n; i++) {
		struct tacacs_arg a;
		const char *fault;

		if (!split(&body->arg[i], &a, name, value, sizeof(name))) {
			snprintf(why, size, "an argument without a name");
			return -ENOTSUP;
		}
		fault = take(&x, name, value);
		if (!fault)
			continue;
		snprintf(why, size, "%.60s%c%.100s: %s", name,
			 a.optional ? '*' : '=', value, fault);
		if (!a.optional)
			return -ENOTSUP;
		if (complain)
			complain(arg, false, why);
	}
	return 0;
}
