/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's end: all calls are cleared, the peers told, accounting
 * left in safe hands.
 */
#ifndef L2TPD_ENGINE_STOP_H
#define L2TPD_ENGINE_STOP_H

struct engine;

/*
 * Begins it; the loop is stopped when all is done, or when it
 * has taken too long.
 */
void stop_begin(struct engine *e);
/* Frees what the engine has, without a word to anybody. */
void stop_free(struct engine *e);

#endif
