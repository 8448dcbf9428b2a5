/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine: owns tunnels and sessions, and is the only process that parses
 * what a peer sends. It has no privileges; what it needs done, it asks the
 * monitor for.
 */
#ifndef L2TPD_ENGINE_ENGINE_H
#define L2TPD_ENGINE_ENGINE_H

/* Runs on the monitor's channel until it is told to stop; the process's exit status. */
int engine_main(int monitor_fd, const char *runtime_dir);

#endif
