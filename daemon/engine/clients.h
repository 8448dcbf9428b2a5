/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local clients: connections of l2tpctl and of pppds that dial, which are
 * limited together. Some places are root's alone; when the others' are taken,
 * those that have been idle longest go for whoever comes.
 */
#ifndef L2TPD_ENGINE_CLIENTS_H
#define L2TPD_ENGINE_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/loop.h"

struct engine;

/* One connection; embedded in its owner, which fills in leave. */
struct client {
	/* Ends it to make room: calls clients_gone. */
	void (*leave)(struct client *c);
	/* ---- clients.c's own ---- */
	struct client *next, **prev; /* the longest silent one first */
	uint64_t heard_ms;
	uid_t uid;
	pid_t pid;
	bool working;
};

/* A listening socket; embedded in its owner. */
struct client_listener {
	struct loop_io io;
	struct client_listener *next;
	struct engine *engine;
	int fd;
	/*
	 * A client came: fd is the owner's, who calls clients_gone when it
	 * ends. NULL: it cannot be served, and fd is closed by the caller.
	 */
	struct client *(*accepted)(struct client_listener *l, int fd);
	/* There is no place: what it is told before fd is closed; NULL: nothing
	 */
	void (*refused)(int fd, const char *why);
};

/* Zeroed has none. */
struct clients {
	struct client_listener *listeners;
	struct client *first, **end;
	unsigned int n, others; /* connections; of others than root */
	uint64_t told_ms; /* when the log had it last that they are full */
	struct loop_timer again;
};

/* fd, taken over, listens from clients_serve on. */
void clients_add(struct engine *e, struct client_listener *l, int fd,
		 struct client *(*accepted)(struct client_listener *l, int fd));
/* Those that wait are let in from now on. 0 or -errno. */
int clients_serve(struct engine *e);
/*
 * Something came from it, or went to it. working: it waits for us, and is not
 * idle however long that takes.
 */
void clients_heard(struct engine *e, struct client *c, bool working);
void clients_gone(struct engine *e, struct client *c);
/* The listeners close; connections are their owners'. */
void clients_close(struct engine *e);

#endif
