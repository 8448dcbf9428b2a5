/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of secrets that the engine and the aaa process keep: who has one
 * is told when it has changed. By looking, not by inotify, since what is
 * renewed may be a link on the way to the file. Users' files, passwords and
 * certificates are not among them: they are looked at when they are used.
 */
#ifndef L2TPD_MONITOR_SECRET_FILES_H
#define L2TPD_MONITOR_SECRET_FILES_H

#include "ipc/aaa.h"
#include "ipc/monitor.h"
#include "lib/config.h"
#include "lib/loop.h"

#define SECRET_FILES_LOOK_MS 1000 /* a change is told at the second look */

struct secret_files;

struct secret_files_events {
	void (*engine)(void *ctx, const struct monitor_secret *file);
	void (*aaa)(void *ctx, const struct aaa_open *file);
};

/* All of it is borrowed. NULL: out of memory. */
struct secret_files *secret_files_new(struct loop *loop, const struct config *c,
				      const struct secret_files_events *on,
				      void *ctx);
void secret_files_free(struct secret_files *s); /* NULL is allowed */

#endif
