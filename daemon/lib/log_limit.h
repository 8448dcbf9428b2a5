/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many lines of the log others may cause: so many of one kind for each of
 * them, and so many for all of them together, within a window of time. What is
 * left out is counted, and said in one sentence when the window is over. It
 * takes a fixed amount of memory, however many there are, and has no clock of
 * its own: times are milliseconds.
 */
#ifndef L2TPD_LIB_LOG_LIMIT_H
#define L2TPD_LIB_LOG_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/addr.h"

#define LOG_LIMIT_WINDOW_MS 10000
#define LOG_LIMIT_ONE	    20	/* lines of one kind of one peer in a window */
#define LOG_LIMIT_ALL	    200 /* of one kind of all of them */
#define LOG_LIMIT_KINDS	    8
#define LOG_LIMIT_PEERS	    128 /* that are told apart at a time */
#define LOG_LIMIT_TEXT	    200

/* Lines of one kind: of one peer, or of all that have no row of their own. */
struct log_limit_row {
	struct addr peer; /* without port, IPv6 its /64; unset: all */
	unsigned int kind;
	uint64_t begun; /* the window; there is none before the first line */
	uint32_t lines, left_out;
	int level; /* the most urgent of those left out */
};

/* Zeroed, but for kinds, has counted nothing. */
struct log_limit {
	/* what lines of each kind are about, LOG_LIMIT_KINDS at most */
	const char *const *kinds;
	struct log_limit_row all[LOG_LIMIT_KINDS], one[LOG_LIMIT_PEERS];
};

/*
 * Whether a line of this kind may be written now; it is counted either way.
 * peer may be NULL: all share what one has. level is the line's, as in syslog.
 */
bool log_limit_take(struct log_limit *l, uint64_t now, unsigned int kind,
		    const struct addr *peer, int level);
/*
 * A sentence on lines that were left out in a window that is over, or in any,
 * and its level; false when there is none (any more).
 */
bool log_limit_next(struct log_limit *l, uint64_t now, bool any, char *text,
		    size_t size, int *level);
/* When log_limit_next will have one; UINT64_MAX when nothing was left out. */
uint64_t log_limit_deadline(struct log_limit *l);

#endif
