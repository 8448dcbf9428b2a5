/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv4 and IPv6 addresses with a port, and prefixes, as small plain values
 * that cross every port and pipe of the daemon. No sockets here.
 */
#ifndef L2TPD_LIB_ADDR_H
#define L2TPD_LIB_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Zeroed is "no address" (family AF_UNSPEC). */
struct addr {
	uint16_t family; /* AF_UNSPEC, AF_INET or AF_INET6 */
	uint16_t port;	 /* host order; 0 for none */
	uint32_t scope;	 /* IPv6 interface index for link-local, else 0 */
	/* network order; IPv4 uses the first four, the rest is 0 */
	uint8_t ip[16];
};

struct addr_prefix {
	struct addr addr; /* host bits are zero */
	uint8_t len;	  /* 0 to 32 or 128 */
};

/* "192.0.2.1", "2001:db8::1%eth0" and, with a port, "[2001:db8::1]:1701" */
#define ADDR_STRLEN 80

bool addr_is_set(const struct addr *a);
bool addr_is_any(const struct addr *a);			     /* 0.0.0.0 or :: */
bool addr_equal(const struct addr *a, const struct addr *b); /* with port */
/* without port */
bool addr_equal_ip(const struct addr *a, const struct addr *b);
int addr_cmp(const struct addr *a, const struct addr *b);
uint64_t addr_hash(const struct addr *a, uint64_t seed);

/* A literal address without port; 0 or -EINVAL. No name is looked up. */
int addr_parse(struct addr *a, const char *text);
/* "192.0.2.0/24" or a bare address; -EINVAL also when host bits are set. */
int addr_prefix_parse(struct addr_prefix *p, const char *text);
bool addr_prefix_contains(const struct addr_prefix *p, const struct addr *a);

/* Return buf, which holds at least ADDR_STRLEN bytes. */
const char *addr_format(const struct addr *a, char *buf); /* without port */
const char *addr_format_port(const struct addr *a, char *buf); /* with port */
const char *addr_prefix_format(const struct addr_prefix *p, char *buf);

/* From and to the socket layer; an IPv4-mapped IPv6 address becomes IPv4. */
int addr_from_sockaddr(struct addr *a, const struct sockaddr *sa,
		       socklen_t len);
socklen_t addr_to_sockaddr(const struct addr *a, struct sockaddr_storage *ss);

/* IPv4 as a number in host order, for pools; family must be AF_INET. */
uint32_t addr_v4(const struct addr *a);
struct addr addr_from_v4(uint32_t host_order);

#endif
