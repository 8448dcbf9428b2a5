/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the log that a peer can cause: at most so many a second. */
#ifndef L2TPD_ENGINE_LOGLIMIT_H
#define L2TPD_ENGINE_LOGLIMIT_H

#include <stdbool.h>

struct engine;

/*
 * Whether one more may be written now; what is left out is
 * counted, and said later.
 */
bool loglimit_pass(struct engine *e);

#endif
