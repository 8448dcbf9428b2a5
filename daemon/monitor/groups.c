/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memberships in multicast groups, on many interfaces; see groups.h. */
#include "monitor/groups.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUPS 2

static const struct in6_addr groups[GROUPS] = {
	{ .s6_addr = { 0xff, 0x02, [15] = 2 } },
	{ .s6_addr = { 0xff, 0x02, [13] = 1, [15] = 2 } },
};

static int set(int fd, int option, size_t group, int ifindex)
{
	const struct ipv6_mreq r = { groups[group], (unsigned int)ifindex };

	return setsockopt(fd, IPPROTO_IPV6, option, &r, sizeof(r)) < 0 ?
		       -errno :
		       0;
}

static int add_socket(struct groups *g)
{
	struct groups_socket *more =
		reallocarray(g->sockets, g->n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	g->sockets = more;
	more[g->n] = (struct groups_socket){
		.fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0),
	};
	if (more[g->n].fd < 0)
		return -errno;
	g->n++;
	return 0;
}

/* All groups, or none. */
static int join_by(const struct groups_socket *s, int ifindex)
{
	int err = 0;

	for (size_t i = 0; !err && i < GROUPS; i++) {
		err = set(s->fd, IPV6_JOIN_GROUP, i, ifindex);
		for (size_t k = 0; err && k < i; k++)
			(void)set(s->fd, IPV6_LEAVE_GROUP, k, ifindex);
	}
	return err;
}

static bool has_room(const struct groups_socket *s)
{
	return !s->is_full && s->interfaces < GROUPS_INTERFACES;
}

static bool is_too_much(int err)
{
	return err == -ENOMEM || err == -ENOBUFS;
}

int groups_join(struct groups *g, int ifindex)
{
	int err = -ENOMEM;
	size_t i;

	for (i = 0; i < g->n && is_too_much(err); i++) {
		if (!has_room(&g->sockets[i]))
			continue;
		err = join_by(&g->sockets[i], ifindex);
		g->sockets[i].is_full = is_too_much(err);
	}
	if (is_too_much(err)) {
		err = add_socket(g);
		if (!err)
			err = join_by(&g->sockets[g->n - 1], ifindex);
		i = g->n;
	}
	if (err)
		return err;
	g->sockets[i - 1].interfaces++;
	return (int)i - 1;
}

void groups_leave(struct groups *g, int number, int ifindex)
{
	struct groups_socket *s = &g->sockets[number];

	for (size_t i = 0; i < GROUPS; i++)
		(void)set(s->fd, IPV6_LEAVE_GROUP, i, ifindex);
	s->interfaces--;
	s->is_full = false;
}

void groups_fini(struct groups *g)
{
	for (size_t i = 0; i < g->n; i++)
		close(g->sockets[i].fd);
	free(g->sockets);
	*g = (struct groups){ 0 };
}
