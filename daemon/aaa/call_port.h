/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What servers are told that a call came in by. */
#ifndef L2TPD_AAA_CALL_PORT_H
#define L2TPD_AAA_CALL_PORT_H

#include "ipc/service.h"

#define CALL_PORT_MAX 64

/* Its interface; until it has one, "l2tp TUNNEL/SESSION". */
void call_port(const struct service_call *c, char out[CALL_PORT_MAX]);

#endif
