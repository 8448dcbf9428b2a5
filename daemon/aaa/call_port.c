/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See call_port.h. */
#include "aaa/call_port.h"

#include <stdio.h>

void call_port(const struct service_call *c, char out[CALL_PORT_MAX])
{
	if (c->ifname[0])
		snprintf(out, CALL_PORT_MAX, "%s", c->ifname);
	else
		snprintf(out, CALL_PORT_MAX, "l2tp %u/%u", c->tunnel_id, c->id);
}
