/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By which DHCPv6 clients know this host: RFC 8415, section 11. */
#ifndef L2TPD_MONITOR_DUID_H
#define L2TPD_MONITOR_DUID_H

#include <stddef.h>
#include <stdint.h>

#define DUID_LEN 18

/*
 * A DUID-UUID that stays as long as the host's machine-id(5) does, which it
 * does not give away. Without a file of that path, or with an empty one, it is
 * random.
 */
void duid_make(uint8_t duid[DUID_LEN], const char *machine_id_path);

#endif
