/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of the log that peers can cause: so many of each kind for each peer and
 * for all of them (lib/log_limit.h), and a summary of what was left out.
 */
#ifndef L2TPD_ENGINE_LOGLIMIT_H
#define L2TPD_ENGINE_LOGLIMIT_H

#include <stdbool.h>

struct addr;
struct engine;

/*
 * A stranger can cause lines of requests and paths only, which take nothing
 * from the others.
 */
enum log_kind {
	LOG_OF_REQUEST, /* tunnels before they are established */
	LOG_OF_TUNNEL,	/* tunnels that are, or were */
	LOG_OF_CALL,	/* calls that were not up yet */
	LOG_OF_USER,	/* names and passwords */
	LOG_OF_PATH,	/* what routers and hosts say */
};

int loglimit_start(struct engine *e); /* 0 or -ENOMEM */
/* What was left out is said. */
void loglimit_free(struct engine *e);
/*
 * Whether one more may be written now; what is left out is counted, and said
 * later. peer may be NULL, when it is not known any more. level is the line's:
 * one that the log hides is not counted.
 */
bool loglimit_pass(struct engine *e, enum log_kind kind,
		   const struct addr *peer, int level);

#endif
