/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses and prefixes as values: parse, format, compare, hash, and the way
 * from and to sockaddr.
 */
#include "lib/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t ip_len(const struct addr *a)
{
	switch (a->family) {
	case AF_INET:
		return 4;
	case AF_INET6:
		return 16;
	default:
		return 0;
	}
}

bool addr_is_set(const struct addr *a)
{
	return a->family != AF_UNSPEC;
}

bool addr_is_any(const struct addr *a)
{
	static const uint8_t zero[16];

	return addr_is_set(a) && memcmp(a->ip, zero, ip_len(a)) == 0;
}

bool addr_equal_ip(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && a->scope == b->scope &&
	       memcmp(a->ip, b->ip, ip_len(a)) == 0;
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_equal_ip(a, b) && a->port == b->port;
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
	int d;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	d = memcmp(a->ip, b->ip, ip_len(a));
	if (d)
		return d;
	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return 0;
}

/* Folds a 64 by 64 bit product: each input bit reaches each output bit. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 p = (unsigned __int128)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

uint64_t addr_hash(const struct addr *a, uint64_t seed)
{
	uint64_t hi, lo, rest;

	memcpy(&hi, a->ip, 8);
	memcpy(&lo, a->ip + 8, 8);
	rest = (uint64_t)a->scope << 32 | (uint32_t)a->family << 16 | a->port;
	/*
	 * The seed enters both factors: a peer that does not know it
	 * cannot zero one.
	 */
	seed = fold(hi ^ seed ^ 0x9e3779b97f4a7c15,
		    lo ^ seed ^ 0xd1b54a32d192ed03);
	return fold(seed ^ rest, 0x94d049bb133111eb ^ seed << 1);
}

static int scope_parse(uint32_t *scope, const char *text)
{
	unsigned long number;
	char *end;

	if (*text >= '0' && *text <= '9') {
		errno = 0;
		number = strtoul(text, &end, 10);
		if (errno || *end || number == 0 || number > UINT32_MAX)
			return -EINVAL;
		*scope = (uint32_t)number;
		return 0;
	}
	*scope = if_nametoindex(text);
	return *scope ? 0 : -EINVAL;
}

static int addr_parse_v6(struct addr *a, const char *text)
{
	struct addr out = { .family = AF_INET6 };
	const char *percent = strchr(text, '%');
	char host[INET6_ADDRSTRLEN];
	size_t len = percent ? (size_t)(percent - text) : strlen(text);
	int err;

	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET6, host, out.ip) != 1)
		return -EINVAL;
	if (percent) {
		if (!IN6_IS_ADDR_LINKLOCAL((struct in6_addr *)out.ip))
			return -EINVAL;
		err = scope_parse(&out.scope, percent + 1);
		if (err)
			return err;
	}
	*a = out;
	return 0;
}

int addr_parse(struct addr *a, const char *text)
{
	struct addr out = { .family = AF_INET };

	if (strchr(text, ':'))
		return addr_parse_v6(a, text);
	if (inet_pton(AF_INET, text, out.ip) != 1)
		return -EINVAL;
	*a = out;
	return 0;
}

/* Whether no bit of a is set past the first len. */
static bool host_bits_zero(const struct addr *a, unsigned int len)
{
	size_t i;

	for (i = len / 8; i < ip_len(a); i++) {
		uint8_t mask = i == len / 8 ? 0xff >> len % 8 : 0xff;

		if (a->ip[i] & mask)
			return false;
	}
	return true;
}

int addr_prefix_parse(struct addr_prefix *p, const char *text)
{
	const char *slash = strchr(text, '/');
	struct addr_prefix out = { 0 };
	char host[ADDR_STRLEN];
	unsigned long len;
	char *end;
	size_t n = slash ? (size_t)(slash - text) : strlen(text);

	if (n >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, n);
	host[n] = '\0';
	if (addr_parse(&out.addr, host))
		return -EINVAL;
	len = ip_len(&out.addr) * 8;
	if (slash) {
		if (slash[1] < '0' || slash[1] > '9')
			return -EINVAL;
		n = len;
		len = strtoul(slash + 1, &end, 10);
		if (*end || len > n)
			return -EINVAL;
	}
	if (!host_bits_zero(&out.addr, (unsigned int)len))
		return -EINVAL;
	out.len = (uint8_t)len;
	*p = out;
	return 0;
}

bool addr_prefix_contains(const struct addr_prefix *p, const struct addr *a)
{
	uint8_t mask;

	if (p->addr.family != a->family || !addr_is_set(a))
		return false;
	if (p->addr.scope && p->addr.scope != a->scope)
		return false;
	if (memcmp(p->addr.ip, a->ip, p->len / 8))
		return false;
	if (p->len % 8 == 0)
		return true;
	mask = (uint8_t)(0xff << (8 - p->len % 8));
	return ((p->addr.ip[p->len / 8] ^ a->ip[p->len / 8]) & mask) == 0;
}

/*
 * The scope is a number: its name would take a socket, which the
 * sandbox forbids.
 */
const char *addr_format(const struct addr *a, char *buf)
{
	if (!inet_ntop(a->family, a->ip, buf, ADDR_STRLEN))
		return strcpy(buf, "none");
	if (a->scope) {
		size_t len = strlen(buf);

		snprintf(buf + len, ADDR_STRLEN - len, "%%%u", a->scope);
	}
	return buf;
}

const char *addr_format_port(const struct addr *a, char *buf)
{
	char ip[ADDR_STRLEN];

	addr_format(a, ip);
	if (a->family == AF_INET6)
		snprintf(buf, ADDR_STRLEN, "[%.64s]:%u", ip, a->port);
	else
		snprintf(buf, ADDR_STRLEN, "%.64s:%u", ip, a->port);
	return buf;
}

const char *addr_prefix_format(const struct addr_prefix *p, char *buf)
{
	size_t len;

	addr_format(&p->addr, buf);
	len = strlen(buf);
	if (addr_is_set(&p->addr) && p->len < ip_len(&p->addr) * 8)
		snprintf(buf + len, ADDR_STRLEN - len, "/%u", p->len);
	return buf;
}

static void from_in6(struct addr *a, const struct sockaddr_in6 *in6)
{
	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		a->family = AF_INET;
		memcpy(a->ip, in6->sin6_addr.s6_addr + 12, 4);
	} else {
		a->family = AF_INET6;
		memcpy(a->ip, in6->sin6_addr.s6_addr, 16);
		if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr))
			a->scope = in6->sin6_scope_id;
	}
	a->port = ntohs(in6->sin6_port);
}

int addr_from_sockaddr(struct addr *a, const struct sockaddr *sa, socklen_t len)
{
	struct addr out = { 0 };
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (len < sizeof(sa->sa_family))
		return -EINVAL;
	switch (sa->sa_family) {
	case AF_INET:
		if (len < sizeof(in))
			return -EINVAL;
		memcpy(&in, sa, sizeof(in));
		out.family = AF_INET;
		out.port = ntohs(in.sin_port);
		memcpy(out.ip, &in.sin_addr, 4);
		break;
	case AF_INET6:
		if (len < sizeof(in6))
			return -EINVAL;
		memcpy(&in6, sa, sizeof(in6));
		from_in6(&out, &in6);
		break;
	default:
		return -EAFNOSUPPORT;
	}
	*a = out;
	return 0;
}

socklen_t addr_to_sockaddr(const struct addr *a, struct sockaddr_storage *ss)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	switch (a->family) {
	case AF_INET:
		in->sin_family = AF_INET;
		in->sin_port = htons(a->port);
		memcpy(&in->sin_addr, a->ip, 4);
		return sizeof(*in);
	case AF_INET6:
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(a->port);
		memcpy(&in6->sin6_addr, a->ip, 16);
		in6->sin6_scope_id = a->scope;
		return sizeof(*in6);
	default:
		return 0;
	}
}

uint32_t addr_v4(const struct addr *a)
{
	uint32_t v;

	memcpy(&v, a->ip, sizeof(v));
	return ntohl(v);
}

struct addr addr_from_v4(uint32_t host_order)
{
	struct addr a = { .family = AF_INET };
	uint32_t v = htonl(host_order);

	memcpy(a.ip, &v, sizeof(v));
	return a;
}
