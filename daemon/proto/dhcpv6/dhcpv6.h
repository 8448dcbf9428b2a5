/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCPv6 server's answers on a link with one caller (RFC 8415): it delegates
 * one prefix, the link's own, and tells name servers. Pure: bytes and time in,
 * bytes and events out.
 *
 * Who may have the prefix is settled before: it is routed to the caller in any
 * case. So what is bound says only under which name the caller has it: it is
 * whose asked for it last, and a server that has forgotten it believes who
 * comes to renew it.
 */
#ifndef L2TPD_PROTO_DHCPV6_DHCPV6_H
#define L2TPD_PROTO_DHCPV6_DHCPV6_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "proto/dhcpv6/message_table.h"

#define DHCPV6_CLIENT_PORT 546
#define DHCPV6_SERVER_PORT 547
/* section 11.1: two bytes of type, up to 128 */
#define DHCPV6_DUID_MAX	   130
/* of an answer: what an IPv6 packet of the least MTU has room for */
#define DHCPV6_ANSWER_MAX  (1280 - 40 - 8)
/* answers that a link has at once, and gets anew each second */
#define DHCPV6_BURST	   20
#define DHCPV6_RATE	   5

struct dhcpv6_server {
	uint8_t duid[DHCPV6_DUID_MAX];
	uint8_t duid_len;
};

/* What is told on a link. All that is pointed to is borrowed. */
struct dhcpv6_offer {
	/* the link's own prefix, for Confirm; length 0: none */
	uint8_t prefix[16], prefix_len;
	/* what is delegated; length 0: nothing */
	uint8_t delegated[16], delegated_len;
	uint32_t preferred_s, valid_s, renew_s, rebind_s; /* of that */
	const uint8_t (*dns)[16];
	size_t dns_n;
	/* names as in DNS messages, uncompressed, each with its root */
	const uint8_t *search;
	size_t search_len;
	uint32_t refresh_s; /* of name servers: section 21.23 */
};

/* What is remembered of a link; zeroed at its start. */
struct dhcpv6_link {
	uint64_t client; /* hash of the DUID of who has the prefix */
	uint32_t iaid;	 /* of its IA_PD */
	bool is_bound;
	uint8_t tokens; /* DHCPV6_BURST less the answers that may be given */
	uint64_t filled_ms;
};

enum dhcpv6_event {
	DHCPV6_NOTHING,
	DHCPV6_BOUND, /* the prefix went to this caller's client */
	DHCPV6_EXTENDED,
	DHCPV6_RELEASED,
};

struct dhcpv6_input {
	const uint8_t *data; /* of UDP */
	size_t len;
	/* it was sent to ff02::1:2 or ff05::1:3, not to an address of ours */
	bool to_group;
	uint64_t now_ms; /* monotonic */
};

/*
 * Takes a message of a client's and writes the answer, for port 546 of where it
 * came from. 0; or what it is discarded for: -EBADMSG, it is malformed or lacks
 * what it must have; -ENOMSG, it is not for us; -ENODATA, there is nothing to
 * say to it; -EBUSY, the link has had too many answers; -EMSGSIZE, the answer
 * would be too long. *event is set in any case.
 */
int dhcpv6_answer(const struct dhcpv6_server *server,
		  const struct dhcpv6_offer *offer, struct dhcpv6_link *link,
		  const struct dhcpv6_input *in, struct wbuf *out,
		  enum dhcpv6_event *event);

/* "Solicit"; NULL: there is no such message. */
const char *dhcpv6_type_name(uint8_t type);

#endif
