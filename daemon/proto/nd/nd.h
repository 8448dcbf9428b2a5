/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A router's part of neighbour discovery on one link: solicitations are
 * checked, advertisements written, and it is said when one is due. Pure: bytes,
 * time and randomness in, bytes out. RFC 4861; options for the DNS: RFC 8106.
 */
#ifndef L2TPD_PROTO_ND_ND_H
#define L2TPD_PROTO_ND_ND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

/* RFC 4861, section 10 */
#define ND_INITIAL_INTERVAL_MS 16000
#define ND_INITIAL_ADVERTS     3
#define ND_PAUSE_MS	       3000 /* between two advertisements to all */
#define ND_ANSWER_DELAY_MS     500

/* Section 6.2.1: MaxRtrAdvInterval and MinRtrAdvInterval, its third. */
#define ND_INTERVAL_MAX_MS 600000
#define ND_INTERVAL_MIN_MS 198000

#define ND_HOP_LIMIT	255 /* of packets that have crossed no router */
#define ND_IPV6_MTU	1280
/* An advertisement with the IPv6 header before it fits any link. */
#define ND_ADVERT_MAX	(ND_IPV6_MTU - 40)
#define ND_LIFETIME_MAX 9000 /* seconds, of a router: section 6.2.1 */
#define ND_INFINITE	0xffffffffu
#define ND_SEARCH_MAX	255 /* bytes of domain names */

/* ---- advertisements ---- */

struct nd_prefix {
	uint8_t addr[16]; /* the bits past len are zero */
	uint8_t len;
	bool on_link, autonomous;
	uint32_t valid_s, preferred_s; /* ND_INFINITE: for ever */
};

/* All that is pointed to is borrowed. */
struct nd_advert {
	uint8_t hop_limit; /* for packets of the hosts; 0: we do not say */
	/* addresses, and other things, are to be had by DHCPv6 */
	bool managed, other;
	uint16_t router_lifetime_s; /* 0: we are no default router */
	uint32_t mtu;		    /* 0: we do not say */
	const struct nd_prefix *prefixes;
	size_t prefix_n;
	const uint8_t (*dns)[16];
	size_t dns_n;
	/* names as in DNS messages, uncompressed, each with its root */
	const uint8_t *search;
	size_t search_len;
	uint32_t dns_lifetime_s; /* of both */
};

/*
 * The ICMPv6 message, with a checksum of zero, which the kernel fills in. 0 or
 * -EMSGSIZE. RFC 4861, section 4.2.
 */
int nd_advert_write(struct wbuf *w, const struct nd_advert *a);

/* ---- solicitations ---- */

/*
 * An ICMPv6 message whose checksum was right, from that address and with that
 * hop limit. 0; -EBADMSG: it is to be discarded in silence; -ENOMSG: it is no
 * router solicitation. RFC 4861, section 6.1.1.
 */
int nd_solicit_check(const uint8_t *data, size_t len, const uint8_t source[16],
		     uint8_t hop_limit);

/* ---- when ---- */

/* Of one link. Times are in ms of a monotonic clock. */
struct nd_schedule {
	uint64_t unsolicited_ms; /* the next one that nobody asks for */
	uint64_t answer_ms;	 /* 0: nobody has asked */
	uint64_t to_all_ms;	 /* the last one to all; 0: there was none */
	uint8_t initial;	 /* those that still come soon */
	uint8_t asker[16];	 /* "::": the answer goes to all */
};

/*
 * The link is up, or something else is to be told on it: a few advertisements
 * come soon. Zeroed before the first. Section 6.2.4.
 */
void nd_schedule_start(struct nd_schedule *s, uint64_t now_ms);
/* A solicitation came from there, "::" being nobody's. Section 6.2.6. */
void nd_schedule_ask(struct nd_schedule *s, uint64_t now_ms,
		     const uint8_t source[16], uint32_t random);
/* When nd_schedule_take has something. */
uint64_t nd_schedule_due(const struct nd_schedule *s);
/* One is due: to gets its destination, ff02::1 for all, and it counts as sent.
 */
bool nd_schedule_take(struct nd_schedule *s, uint64_t now_ms, uint32_t random,
		      uint8_t to[16]);

#endif
