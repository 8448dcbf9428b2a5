/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one budget of log lines that all peers share. */
#include "engine/loglimit.h"

#include "engine/engine.h"
#include "lib/log.h"

#define LINES_A_SECOND 20

bool loglimit_pass(struct engine *e)
{
	uint64_t now = engine_now(e);

	if (now - e->log_window_ms >= 1000) {
		if (e->log_count > LINES_A_SECOND)
			log_warn("%u more lines of the last second were left "
				 "out",
				 e->log_count - LINES_A_SECOND);
		e->log_window_ms = now;
		e->log_count = 0;
	}
	if (++e->log_count <= LINES_A_SECOND)
		return true;
	e->counters.logs_suppressed++;
	return false;
}
