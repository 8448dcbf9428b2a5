/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's request that the operator's program be run for a session. */
#ifndef L2TPD_MONITOR_SCRIPT_REQUEST_H
#define L2TPD_MONITOR_SCRIPT_REQUEST_H

#include <stdbool.h>

#include "monitor/held.h"
#include "monitor/request.h"

struct scripts;

/* All is borrowed. */
struct script_requests {
	const struct held *held;
	struct scripts *scripts;
	bool null_dataplane; /* the monitor holds no sessions */
};

extern const struct request_row script_rows[]; /* of a struct script_requests */

#endif
