/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets of the RADIUS client and their identifiers. Those of UDP are here,
 * those of TLS in radius_tls.c; requests do not know which they have.
 */
#include "aaa/radius_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- UDP ---- */

static void on_readable(struct loop_io *io, int fd, int events)
{
	struct radius_socket *k = container_of(io, struct radius_socket, io);
	const struct radius_events *on = k->line->server->radius->on;
	/* One more than the longest, so that a longer one is seen as such. */
	static uint8_t data[RADIUS_PACKET_MAX + 1];

	(void)events;
	for (int i = 0; i < 64; i++) {
		ssize_t n = recv(fd, data, sizeof(data), 0);

		if (n < 0 && errno == ECONNREFUSED) {
			on->refused(k->line);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		if ((size_t)n > RADIUS_PACKET_MAX)
			on->bad_reply(k, RADIUS_LONG);
		else
			(void)on->reply(k, data, (size_t)n);
	}
	explicit_bzero(data, sizeof(data));
}

static int start_udp(struct radius_socket *k)
{
	int size = 1 << 20;

	k->fd = server_connect(&k->line->server->base, k->line->port,
			       SOCK_DGRAM);
	if (k->fd < 0)
		return k->fd;
	/*
	 * A burst of answers must not be lost while the loop
	 * does something else.
	 */
	(void)setsockopt(k->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return loop_io_start(k->line->server->radius->loop, &k->io, k->fd,
			     LOOP_READ, on_readable);
}

static int send_udp(struct radius_socket *k, const uint8_t *data, size_t len)
{
	ssize_t n = send(k->fd, data, len, MSG_NOSIGNAL);

	/*
	 * What another one met; whether this one meets it too is
	 * seen by receiving.
	 */
	if (n < 0 && errno == ECONNREFUSED)
		n = send(k->fd, data, len, MSG_NOSIGNAL);
	return n < 0 && errno != EAGAIN && errno != ENOBUFS ? -errno : 0;
}

/* ---- either ---- */

int radius_socket_send(struct radius_socket *k, const uint8_t *data, size_t len)
{
	return k->tls ? radius_tls_send(k->tls, data, len) :
			send_udp(k, data, len);
}

static void free_socket(struct radius_socket *k)
{
	loop_io_stop(&k->io);
	radius_tls_free(k->tls);
	if (k->fd >= 0)
		close(k->fd);
	free(k);
}

static struct radius_socket *add_socket(struct radius_line *l, int *err)
{
	struct radius_socket *k;

	*err = -ENOBUFS;
	if (l->socket_n == RADIUS_SOCKETS_MAX)
		return NULL;
	*err = -ENOMEM;
	k = calloc(1, sizeof(*k));
	if (!k)
		return NULL;
	k->line = l;
	k->fd = -1;
	if (l->server->config->transport == CONFIG_TRANSPORT_TLS) {
		k->tls = radius_tls_new(k);
		*err = k->tls ? 0 : -ENOMEM;
	} else {
		*err = start_udp(k);
	}
	if (*err) {
		free_socket(k);
		return NULL;
	}
	l->sockets[l->socket_n++] = k;
	return k;
}

void radius_socket_close(struct radius_socket *k)
{
	struct radius_line *l = k->line;
	unsigned int i = 0;

	while (l->sockets[i] != k)
		i++;
	memmove(&l->sockets[i], &l->sockets[i + 1],
		(l->socket_n - i - 1) * sizeof(l->sockets[0]));
	l->socket_n--;
	free_socket(k);
}

void radius_line_close(struct radius_line *l)
{
	while (l->socket_n)
		radius_socket_close(l->sockets[l->socket_n - 1]);
}

/* ---- identifiers ---- */

/*
 * One with a free identifier; connections of which nothing but spent
 * ones are left go.
 */
static struct radius_socket *free_socket_of(struct radius_line *l)
{
	for (unsigned int i = 0; i < l->socket_n;) {
		struct radius_socket *k = l->sockets[i];

		if (k->spent_n == RADIUS_IDS) {
			radius_socket_close(k);
			continue;
		}
		if (k->used < RADIUS_IDS)
			return k;
		i++;
	}
	return NULL;
}

int radius_take_id(struct radius_request *q, struct radius_portal *p)
{
	struct radius_socket *k = free_socket_of(p->line);
	int err = 0;

	if (!k)
		k = add_socket(p->line, &err);
	if (!k)
		return err;
	while (k->by_id[k->next % RADIUS_IDS] || k->spent[k->next % RADIUS_IDS])
		k->next++;
	q->id = (uint8_t)k->next++;
	k->by_id[q->id] = q;
	k->used++;
	q->socket = k;
	return 0;
}

void radius_give_id(struct radius_request *q)
{
	if (!q->socket)
		return;
	q->socket->by_id[q->id] = NULL;
	q->socket->used--;
	q->socket = NULL;
}

void radius_spend_id(struct radius_request *q)
{
	struct radius_socket *k = q->socket;

	radius_give_id(q);
	if (!k || !k->tls)
		return;
	k->spent[q->id] = true;
	k->spent_n++;
	k->used++;
}

void radius_regain_id(struct radius_socket *k, uint8_t id)
{
	if (!k->spent[id])
		return;
	k->spent[id] = false;
	k->spent_n--;
	k->used--;
}
