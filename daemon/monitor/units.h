/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which interface a session's pppd has. The kernel does not tell, and the
 * engine is not believed: it could name the host's own uplink. So pppd's plugin
 * tells the monitor itself, before the engine hears that the network is up, on
 * a socket that only root can send to.
 */
#ifndef L2TPD_MONITOR_UNITS_H
#define L2TPD_MONITOR_UNITS_H

#include <sys/un.h>

#include "lib/loop.h"

struct held;

struct units {
	const struct held *held;
	struct loop_io io;
	int fd; /* -1: closed */
	struct sockaddr_un at;
};

/*
 * Listens at PPP_UNITS_SOCKET in dir; held is borrowed. 0; or -errno, said in
 * the log.
 */
int units_open(struct units *u, struct loop *loop, const struct held *held,
	       const char *dir);
void units_close(struct units *u); /* zeroed, or closed: does nothing */
const char *units_path(const struct units *u);
/*
 * Takes what has been told so far into the sessions: before a session's
 * interface is asked about. NULL: nothing is told.
 */
void units_read(struct units *u);

#endif
