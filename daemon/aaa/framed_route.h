/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes as servers write them. */
#ifndef L2TPD_AAA_FRAMED_ROUTE_H
#define L2TPD_AAA_FRAMED_ROUTE_H

#include "ipc/service.h"

/*
 * RFC 2865, section 5.22: "prefix[/length] gateway metrics", or as Cisco has it
 * "prefix mask gateway metric". The gateway is the caller whatever it says.
 * Without length and mask it is one host: classes are gone. 0 or -EINVAL.
 */
int framed_route_parse(const char *text, struct service_route *out);
/* One more of this family; NULL, or a clause that says why not. */
const char *framed_route_add(struct service *s, const char *text, int family);

#endif
