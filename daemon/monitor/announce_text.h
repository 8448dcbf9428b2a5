/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What BIRD and Kea read of the sessions whose prefixes they announce. */
#ifndef L2TPD_MONITOR_ANNOUNCE_TEXT_H
#define L2TPD_MONITOR_ANNOUNCE_TEXT_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ipc/service.h"

struct announced {
	char ifname[IFNAMSIZ];
	int ifindex;
	/* our link-local address, from which it is announced */
	uint8_t router[16];
	struct service_prefix6 delegated6;
	uint8_t dns6_n;
	uint8_t dns6[2][16];
};

/*
 * The name has letters, digits and "-_.@" only, which no configuration reads as
 * anything else.
 */
bool announce_is_plain(const char *ifname);
/*
 * Entries of list that are NULL are passed over, by Kea also those with nothing
 * to delegate.
 */
void announce_bird_text(FILE *f, struct announced *const *list, size_t n);
/* identifier: of the server, for its DUID. */
void announce_kea_text(FILE *f, struct announced *const *list, size_t n,
		       uint64_t identifier);

#endif
