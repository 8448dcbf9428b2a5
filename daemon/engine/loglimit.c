/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The budgets of log lines of all peers; see loglimit.h. */
#include "engine/loglimit.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/engine.h"
#include "lib/log.h"
#include "lib/log_limiter.h"

static const char *const kinds[LOG_LIMIT_KINDS] = {
	[LOG_OF_REQUEST] = "tunnels that were asked for",
	[LOG_OF_TUNNEL] = "established tunnels",
	[LOG_OF_CALL] = "calls in set-up",
	[LOG_OF_USER] = "users",
	[LOG_OF_PATH] = "paths to peers",
};

int loglimit_start(struct engine *e)
{
	e->loglimit = calloc(1, sizeof(*e->loglimit));
	if (!e->loglimit)
		return -ENOMEM;
	e->loglimit->limit.kinds = kinds;
	return 0;
}

void loglimit_free(struct engine *e)
{
	if (e->loglimit)
		log_limiter_fini(e->loglimit);
	free(e->loglimit);
	e->loglimit = NULL;
}

bool loglimit_pass(struct engine *e, enum log_kind kind,
		   const struct addr *peer, int level)
{
	bool pass = log_limiter_pass(e->loglimit, e->loop, kind, peer, level);

	if (!pass && log_enabled(level))
		e->counters.logs_suppressed++;
	return pass;
}
