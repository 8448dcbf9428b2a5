/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's start, in steps that are answers of the monitor's:
 * configuration, secrets, listeners; then it gives up its privileges and says
 * that it is ready.
 */
#ifndef L2TPD_ENGINE_START_H
#define L2TPD_ENGINE_START_H

struct engine;
struct ipc_message;

/*
 * Whatever a library opens at its first use, it opens now: later there is no
 * file system, and a call to open ends the process.
 */
void start_warm_up(void);
/* The monitor is told why, and the process ends. err: -errno, where no more is
 * known. */
void start_failed(struct engine *e, int err);
/*
 * MONITOR_START. 0 or -errno; what goes wrong later ends the
 * loop with a failure.
 */
int start_begin(struct engine *e, struct ipc_message *m);
/*
 * The fd of a message's index i is a channel to an aaa process, in place of the
 * one before. 0 or -errno.
 */
int start_set_aaa(struct engine *e, struct ipc_message *m, int i);

#endif
