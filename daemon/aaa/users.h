/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A users file in the format of pppd's chap-secrets: client, server, secret
 * and the address that the client gets. Secrets are cleared when it goes.
 */
#ifndef L2TPD_AAA_USERS_H
#define L2TPD_AAA_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/secret.h"

#define USERS_NAME_MAX 255

struct users;

enum users_address {
	USERS_ADDRESS_ANY,   /* no field, or "*": the profile's or the pool's */
	USERS_ADDRESS_FIXED, /* an IPv4 address */
	USERS_ADDRESS_NONE,  /* "-": none may be used */
};

struct users_entry {
	struct secret secret;
	enum users_address address;
	uint32_t ipv4; /* USERS_ADDRESS_FIXED: in network order */
	unsigned int line;
};

/*
 * Parses len bytes. Lines that are wrong are skipped; warn is told each with
 * its number (from 1), at most USERS_WARN_MAX of them, then line 0 with their
 * count. NULL: out of memory. warn may be NULL.
 */
#define USERS_WARN_MAX 20
typedef void users_warn(void *arg, unsigned int line, const char *text);
struct users *users_parse(const char *text, size_t len, users_warn *warn,
			  void *arg);
void users_free(struct users *u);
size_t users_count(const struct users *u);
/* Those with USERS_ADDRESS_ANY. */
size_t users_without_address(const struct users *u);

/*
 * The entry for a client and a server, as pppd chooses it: one that names the
 * server before one that does not, then one that names the client, then the
 * first. False when there is none. The caller clears out->secret.
 */
bool users_find(const struct users *u, const char *client, const char *server,
		struct users_entry *out);

#endif
