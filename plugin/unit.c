/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One datagram to the monitor, which only root can send; see unit.h. */
#include "plugin/compat.h"
#include "plugin/unit.h"
#include "ipc/ipc.h"
#include "ipc/ppp.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define TELL_S 2 /* while the monitor's queue is full */

/* "": nobody is told */
static char path[sizeof(((struct sockaddr_un *)0)->sun_path)];

option_t unit_options[] = {
	{ "l2tpd-units", o_string, path,
	  "Where l2tpd hears of interfaces (used by l2tpd only)",
	  OPT_PRIV | OPT_STATIC | OPT_NOPRINT, NULL, sizeof(path) },
	{ .name = NULL },
};

void unit_beside(const char *dial_socket)
{
	const char *slash = strrchr(dial_socket, '/');
	size_t len = slash ? (size_t)(slash - dial_socket) + 1 : 0;

	if (len + sizeof(PPP_UNITS_SOCKET) > sizeof(path))
		return;
	memcpy(path, dial_socket, len);
	memcpy(path + len, PPP_UNITS_SOCKET, sizeof(PPP_UNITS_SOCKET));
}

static int tell(int fd, const struct ppp_unit *unit)
{
	const struct ipc_header h = { .type = PPP_UNIT };
	const struct timeval limit = { .tv_sec = TELL_S };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	strlcpy(sa.sun_path, path, sizeof(sa.sun_path));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) <
		    0 ||
	    connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return -errno;
	return ipc_send(fd, &h, unit, sizeof(*unit), NULL, 0);
}

void unit_tell(uint64_t link)
{
	const struct ppp_unit unit = {
		.link = link,
		.ifindex = if_nametoindex(compat_ifname()),
	};
	int fd, err;

	if (!path[0])
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	err = fd < 0 ? -errno : tell(fd, &unit);
	if (fd >= 0)
		close(fd);
	if (err)
		say(SAY_WARN,
		    "l2tpd cannot be told of %s, which gets no rates, routes "
		    "or prefixes: %s: %s",
		    compat_ifname(), path, strerror(-err));
}
