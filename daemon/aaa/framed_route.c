/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See framed_route.h. */
#include "aaa/framed_route.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/addr.h"

#define ROUTE_TEXT_MAX 255

/*
 * The length of a netmask as text, at least 4 bits (less could be a gateway's
 * address), or -1.
 */
static int mask_length(const char *text)
{
	uint32_t mask, host;
	struct in_addr a;

	if (inet_pton(AF_INET, text, &a) != 1)
		return -1;
	mask = ntohl(a.s_addr);
	host = ~mask;
	return mask >= 0xf0000000 && (host & (host + 1)) == 0 ?
		       __builtin_popcount(mask) :
		       -1;
}

static void clear_host_bits(struct service_route *r)
{
	for (unsigned int bit = r->len;
	     bit < (r->family == AF_INET ? 32u : 128u); bit++)
		r->dst[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
}

/* A prefix as text, without host bits: those past its length are cut off. */
static int parse_prefix(char *text, struct service_route *out)
{
	char *slash = strchr(text, '/'), *end;
	unsigned long len;
	struct addr a;

	if (slash)
		*slash = '\0';
	if (addr_parse(&a, text))
		return -EINVAL;
	out->family = (uint8_t)a.family;
	len = a.family == AF_INET ? 32 : 128;
	if (slash) {
		unsigned long max = len;

		if (!isdigit((unsigned char)slash[1]))
			return -EINVAL;
		len = strtoul(slash + 1, &end, 10);
		if (*end || len > max)
			return -EINVAL;
	}
	out->len = (uint8_t)len;
	memset(out->dst, 0, sizeof(out->dst));
	memcpy(out->dst, a.ip, a.family == AF_INET ? 4 : 16);
	clear_host_bits(out);
	return 0;
}

int framed_route_parse(const char *text, struct service_route *out)
{
	char copy[ROUTE_TEXT_MAX + 1], *save = NULL, *word, *end;
	unsigned long metric;
	struct addr gateway;
	bool has_length;
	int mask;

	*out = (struct service_route){ 0 };
	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	word = strtok_r(copy, " \t", &save);
	has_length = word && strchr(word, '/');
	if (!word || parse_prefix(word, out))
		return -EINVAL;
	word = strtok_r(NULL, " \t", &save);
	mask = word && !has_length && out->family == AF_INET ?
		       mask_length(word) :
		       -1;
	if (mask >= 0) {
		out->len = (uint8_t)mask;
		clear_host_bits(out);
		word = strtok_r(NULL, " \t", &save);
	}
	if (!word)
		return 0;
	if (addr_parse(&gateway, word) == 0)
		word = strtok_r(NULL, " \t", &save);
	if (!word)
		return 0;
	if (!isdigit((unsigned char)word[0]))
		return -EINVAL;
	metric = strtoul(word, &end, 10);
	if (*end || metric > 0x7fffffff)
		return -EINVAL;
	out->metric = (uint32_t)metric;
	return 0;
}

const char *framed_route_add(struct service *s, const char *text, int family)
{
	struct service_route route;

	if (framed_route_parse(text, &route) || route.family != family)
		return "it is no route such as \"192.0.2.0/24 0.0.0.0 1\"";
	if (route.len == 0)
		return "a default route into a caller's link is not set";
	if (s->route_n == SERVICE_ROUTES_MAX)
		return "there are too many routes";
	s->route[s->route_n++] = route;
	return NULL;
}
