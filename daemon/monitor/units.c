/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pppds tell of their interfaces; see units.h. */
#include "monitor/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc/fields.h"
#include "ipc/ppp.h"
#include "lib/log.h"
#include "monitor/held.h"

#define UNITS_AT_ONCE 4096 /* a pppd that tells without end holds nothing up */

static void take(struct units *u, const struct ppp_unit *unit)
{
	struct held_session *s = held_session_with_ppp(u->held, unit->link);

	if (!s) {
		log_debug("a pppd told of its interface too late: session %llu "
			  "is gone",
			  (unsigned long long)unit->link);
		return;
	}
	s->unit = (int)unit->ifindex;
}

void units_read(struct units *u)
{
	struct ipc_message m;

	for (int i = 0; u && u->fd >= 0 && i < UNITS_AT_ONCE; i++) {
		const struct ppp_unit *unit = NULL;
		int n = ipc_recv(u->fd, &m);

		if (n == -EAGAIN)
			return;
		if (n <= 0)
			continue;
		if (ipc_message_fits(ppp_unit_shapes, ppp_unit_shapes_n, &m))
			unit = ipc_body(&m, struct ppp_unit);
		if (unit)
			take(u, unit);
		ipc_close_fds(&m);
	}
}

static void on_readable(struct loop_io *io, int fd, int events)
{
	(void)fd;
	(void)events;
	units_read(container_of(io, struct units, io));
}

/* Bound with no rights for others, so that nobody else is ever let in. */
static int bind_for_root(const struct units *u)
{
	mode_t mask = umask(0177);
	int err;

	unlink(u->at.sun_path);
	err = bind(u->fd, (const struct sockaddr *)&u->at, sizeof(u->at)) < 0 ?
		      -errno :
		      0;
	umask(mask);
	return err;
}

int units_open(struct units *u, struct loop *loop, const struct held *held,
	       const char *dir)
{
	int err = 0, n;

	*u = (struct units){ .held = held, .at.sun_family = AF_UNIX };
	n = snprintf(u->at.sun_path, sizeof(u->at.sun_path), "%s/%s", dir,
		     PPP_UNITS_SOCKET);
	u->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n < 0 || (size_t)n >= sizeof(u->at.sun_path))
		err = -ENAMETOOLONG;
	else if (u->fd < 0)
		err = -errno;
	if (!err)
		err = bind_for_root(u);
	if (!err)
		err = loop_io_start(loop, &u->io, u->fd, LOOP_READ,
				    on_readable);
	if (!err)
		return 0;
	log_error("%s/%s: cannot be listened at: %s; name another folder with "
		  "--runtime-dir",
		  dir, PPP_UNITS_SOCKET, strerror(-err));
	if (u->fd >= 0)
		close(u->fd);
	*u = (struct units){ .fd = -1 };
	return err;
}

void units_close(struct units *u)
{
	if (!u->at.sun_path[0])
		return;
	loop_io_stop(&u->io);
	close(u->fd);
	unlink(u->at.sun_path);
	*u = (struct units){ .fd = -1 };
}

const char *units_path(const struct units *u)
{
	return u->at.sun_path[0] ? u->at.sun_path : NULL;
}
