/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that the monitor opens for processes that may not, and the sockets that
 * carry no tunnel. The caller owns every fd that is returned; in its place
 * there is -errno, and -ENOENT when the configuration has no such file.
 */
#ifndef L2TPD_MONITOR_FILES_H
#define L2TPD_MONITOR_FILES_H

#include <stddef.h>

#include "ipc/monitor.h"
#include "lib/config.h"

/* A socket in dir; -EADDRINUSE while another process listens there. */
int monitor_unix_listener(const char *dir, const char *name);
int monitor_open_secret(const struct config *c, const struct monitor_secret *s);
/*
 * kind: an enum aaa_file, which is not believed; session: for a password file.
 */
int monitor_open_aaa_file(const struct config *c, int kind, const char *name,
			  const char *session);
/* A sealed memfd with the text, of len bytes, at its start. */
int monitor_config_fd(const char *text, size_t len);
/*
 * The accounting queue in state-dir, made when it is missing; -ENOENT when no
 * profile accounts. Any other error is said in the log.
 */
int monitor_open_queue(const struct config *c);
/* -ENOENT when there are no coa clients. Any other error is said in the log. */
int monitor_coa_socket(const struct config *c);

#endif
