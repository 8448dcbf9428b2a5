/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local clients: connections of l2tpctl and of pppds that dial, which are
 * limited together.
 */
#ifndef L2TPD_ENGINE_CLIENTS_H
#define L2TPD_ENGINE_CLIENTS_H

#include "lib/loop.h"

struct engine;

/* A listening socket; embedded in its owner. */
struct client_listener {
	struct loop_io io;
	struct client_listener *next;
	struct engine *engine;
	int fd;
	/*
	 * A client came: fd is the owner's, who calls clients_gone when it
	 * ends, or cannot be served.
	 */
	void (*accepted)(struct client_listener *l, int fd);
};

/* Zeroed has none. */
struct clients {
	struct client_listener *listeners;
	unsigned int n; /* connections */
	struct loop_timer again;
};

/* fd, taken over, listens from clients_serve on. */
void clients_add(struct engine *e, struct client_listener *l, int fd,
		 void (*accepted)(struct client_listener *l, int fd));
/* Those that wait are let in from now on. 0 or -errno. */
int clients_serve(struct engine *e);
void clients_gone(struct engine *e);
/* The listeners close; connections are their owners'. */
void clients_close(struct engine *e);

#endif
