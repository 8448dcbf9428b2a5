/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message that was read; only for the files of this folder. */
#ifndef L2TPD_PROTO_DHCPV6_MESSAGE_H
#define L2TPD_PROTO_DHCPV6_MESSAGE_H

#include "proto/dhcpv6/dhcpv6.h"

#define IA_MAX 16 /* a message with more is discarded */

enum presence { MUST, NOT, MAY };
enum way { GROUP, ANY };
enum action {
	OFFER,
	BIND,
	CONFIRM,
	EXTEND,
	RELEASE,
	DECLINE,
	INFORM,
	NONE,
};

struct rule {
	const char *name; /* NULL: no such message */
	enum presence client, server;
	enum way way;
	enum action action;
	enum dhcpv6_status unknown;
};

/* A view; p NULL: it is not there. */
struct view {
	const uint8_t *p;
	size_t len;
};

struct ia {
	enum dhcpv6_option_code kind; /* IA_NA, IA_TA or IA_PD */
	uint32_t iaid;
	struct rbuf options;
};

struct message {
	enum dhcpv6_type type;
	const struct rule *rule;
	const uint8_t *transaction; /* three bytes */
	struct view client, server, requested;
	bool rapid_commit;
	size_t ia_n;
	struct ia ia[IA_MAX];
};

struct option {
	uint16_t code;
	const uint8_t *p;
	size_t len;
};

/* The next option of r. False at the end, or when r has failed. */
bool option_next(struct rbuf *r, struct option *o);
/*
 * The prefix or address in an option of an IA; NULL: it is another option. len:
 * 128 of an address.
 */
const uint8_t *option_lease(const struct option *o, uint8_t *len);
/* 0, -EBADMSG, or -ENOMSG: no server takes it. Sections 16 and 21. */
int message_read(struct message *m, const uint8_t *data, size_t len);
bool message_asks_for(const struct message *m, enum dhcpv6_option_code code);

#endif
