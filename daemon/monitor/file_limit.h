/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many files may be open, and how many sessions that is enough for. */
#ifndef L2TPD_MONITOR_FILE_LIMIT_H
#define L2TPD_MONITOR_FILE_LIMIT_H

#include <stdint.h>
#include <sys/resource.h>

#include "lib/config.h"

/*
 * The files that each of our processes needs at most, in which what has ended
 * and lingers has a share.
 */
rlim_t file_limit_wanted(const struct config *c);
/* How many sessions that many files are enough for. */
uint32_t file_limit_sessions(const struct config *c, rlim_t files);
/*
 * Raises this process's limit to what is wanted, as far as it may, for itself
 * and those that it starts. Returns how many sessions there may be: as many as
 * max-sessions, or fewer, and then the log has why, and what would help. *had:
 * what it was, where that is known.
 */
uint32_t file_limit_raise(const struct config *c, struct rlimit *had);

#endif
