/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine may ask for an interface, and what it may not; see
 * net_check.h.
 */
#include "monitor/net_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "monitor/check.h"

#define RATE_MIN 8000ull
#define RATE_MAX 400000000000ull

struct addr_prefix net_prefix(uint8_t family, uint8_t len, const uint8_t *bytes)
{
	struct addr_prefix p = { .addr = { .family = family }, .len = len };

	memcpy(p.addr.ip, bytes, family == AF_INET ? 4 : 16);
	return p;
}

static bool bits_are_sane(const struct addr_prefix *p)
{
	unsigned int bits = p->addr.family == AF_INET ? 32 : 128;

	if (p->len == 0 || p->len > bits)
		return false;
	for (unsigned int i = p->len; i < bits; i++)
		if (p->addr.ip[i / 8] & 0x80 >> i % 8)
			return false;
	return true;
}

static bool overlap(const struct addr_prefix *p, const char *text)
{
	struct addr_prefix other;

	return addr_prefix_parse(&other, text) == 0 &&
	       other.addr.family == p->addr.family &&
	       (addr_prefix_contains(&other, &p->addr) ||
		addr_prefix_contains(p, &other.addr));
}

/*
 * A route must not draw others' traffic into the caller's interface. Neither a
 * default route nor one half of it is taken: both halves contain loopback or
 * multicast addresses.
 */
static bool may_be_routed(const struct addr_prefix *p)
{
	static const char *const never[] = {
		"0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/128",
		"::1/128",   "ff00::/8",    "fe80::/10",
	};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (overlap(p, never[i]))
			return false;
	return true;
}

bool net_is_host(const struct addr *a)
{
	const struct addr_prefix p = {
		.addr = *a,
		.len = a->family == AF_INET ? 32 : 128,
	};

	return addr_is_set(a) && may_be_routed(&p);
}

static int check_prefix(const struct addr_prefix *p, const char *what,
			char *why, size_t size)
{
	char text[ADDR_STRLEN];

	if (p->len == 0) {
		snprintf(why, size,
			 "the %s is a default route; a caller is never given "
			 "one",
			 what);
		return -EINVAL;
	}
	if (!bits_are_sane(p)) {
		snprintf(why, size, "the %s is no prefix", what);
		return -EINVAL;
	}
	if (!may_be_routed(p)) {
		snprintf(why, size,
			 "the %s %s covers addresses that are never a caller's",
			 what, addr_prefix_format(p, text));
		return -EINVAL;
	}
	return 0;
}

static int check_routes(const struct monitor_net *r, char *why, size_t size)
{
	for (size_t i = 0; i < r->route_n; i++) {
		const struct service_route *s = &r->route[i];
		struct addr_prefix p;
		int err;

		if (s->family != AF_INET && s->family != AF_INET6) {
			snprintf(why, size, "a route is neither IPv4 nor IPv6");
			return -EINVAL;
		}
		p = net_prefix(s->family, s->len, s->dst);
		err = check_prefix(&p, "route", why, size);
		if (err)
			return err;
	}
	return 0;
}

/*
 * A caller's own prefix has global unicast addresses, or the unique local ones
 * of RFC 4193.
 */
static int check_given(const struct service_prefix6 *given, const char *what,
		       char *why, size_t size)
{
	static const struct addr_prefix global = {
		{ .family = AF_INET6, .ip = { 0x20 } }, 3
	};
	static const struct addr_prefix local = {
		{ .family = AF_INET6, .ip = { 0xfc } }, 7
	};
	struct addr_prefix p = net_prefix(AF_INET6, given->len, given->addr);
	char text[ADDR_STRLEN];
	int err;

	if (!p.len)
		return 0;
	err = check_prefix(&p, what, why, size);
	if (err ||
	    (p.len >= global.len && addr_prefix_contains(&global, &p.addr)) ||
	    (p.len >= local.len && addr_prefix_contains(&local, &p.addr)))
		return err;
	snprintf(why, size,
		 "the %s %s is not within 2000::/3, nor within fc00::/7", what,
		 addr_prefix_format(&p, text));
	return -EINVAL;
}

static bool rate_is_sane(uint64_t rate)
{
	return rate == 0 || (rate >= RATE_MIN && rate <= RATE_MAX);
}

int net_check(const struct monitor_net *r, char *why, size_t size)
{
	int err;

	if (!rate_is_sane(r->rate_down) || !rate_is_sane(r->rate_up)) {
		snprintf(why, size,
			 "a rate is outside of 8 kbit/s to 400 Gbit/s");
		return -EINVAL;
	}
	if (!monitor_is_unit(r->mtu) || r->dns6_n > 2 ||
	    r->route_n > SERVICE_ROUTES_MAX) {
		snprintf(why, size, "the MTU or a count is out of its bounds");
		return -EINVAL;
	}
	err = check_given(&r->prefix6, "prefix", why, size);
	if (!err)
		err = check_given(&r->delegated6, "delegated prefix", why,
				  size);
	return err ? err : check_routes(r, why, size);
}
