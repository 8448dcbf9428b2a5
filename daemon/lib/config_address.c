/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the callers of a profile get their IPv4 addresses from. */
#include "lib/config.h"

#include <string.h>

bool config_ppp_needs_address(const struct config_ppp *p)
{
	if (p->backend == CONFIG_BACKEND_NONE)
		return false;
	for (size_t i = 0; i < p->options.n; i++)
		if (strcmp(p->options.v[i], "noip") == 0 ||
		    strcmp(p->options.v[i], "-ip") == 0 ||
		    strcmp(p->options.v[i], "ipcp-accept-remote") == 0)
			return false;
	return true;
}

bool config_ppp_has_addresses(const struct config_ppp *p)
{
	return p->pool.n || p->pools.n || addr_is_set(&p->remote_address);
}
