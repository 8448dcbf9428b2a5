/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine may ask for a session's interface: rates, prefixes and routes
 * that can be a caller's own. Nothing here asks the kernel.
 */
#ifndef L2TPD_MONITOR_NET_CHECK_H
#define L2TPD_MONITOR_NET_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/monitor.h"
#include "lib/addr.h"

/* An address that a host may have: no network's, no group's, not loopback's. */
bool net_is_host(const struct addr *a);
/* 0, or -EINVAL with a sentence in why, which has room for size bytes. */
int net_check(const struct monitor_net *r, char *why, size_t size);
/* bytes: 4 for AF_INET, else 16; len: of the prefix, in bits. */
struct addr_prefix net_prefix(uint8_t family, uint8_t len,
			      const uint8_t *bytes);

#endif
