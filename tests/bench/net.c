// SPDX-License-Identifier: GPL-2.0-or-later
/* UDP sockets under one epoll; packets go and come in batches. */
#include "load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS	    256
#define BUFFER_SIZE (8 << 20)

static void batch_init(struct net_batch *b)
{
	for (unsigned int i = 0; i < NET_BATCH; i++) {
		b->iov[i] = (struct iovec){
			.iov_base = b->data[i],
			.iov_len = NET_PACKET_MAX,
		};
		b->msg[i].msg_hdr = (struct msghdr){
			.msg_name = &b->name[i],
			.msg_namelen = sizeof(b->name[i]),
			.msg_iov = &b->iov[i],
			.msg_iovlen = 1,
		};
	}
}

int net_init(struct net *n, unsigned int room)
{
	memset(n, 0, sizeof(*n));
	batch_init(&n->in);
	batch_init(&n->out);
	n->room = room;
	n->sockets = calloc(room, sizeof(*n->sockets));
	if (!n->sockets)
		return -ENOMEM;
	n->epoll = epoll_create1(EPOLL_CLOEXEC);
	return n->epoll < 0 ? -errno : 0;
}

void net_fini(struct net *n)
{
	for (unsigned int i = 0; i < n->count; i++)
		close(n->sockets[i].fd);
	free(n->sockets);
	close(n->epoll);
}

static int set_up(struct net *n, struct net_socket *s, const struct addr *peer)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u32 = n->count };
	struct sockaddr_storage ss;
	socklen_t len;
	int size = BUFFER_SIZE;

	/*
	 * Past the system's limit only root may go; the limit will do as well.
	 */
	if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) <
	    0)
		setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	len = addr_to_sockaddr(&s->local, &ss);
	if (bind(s->fd, (struct sockaddr *)&ss, len) < 0)
		return -errno;
	if (peer) {
		s->peer = *peer;
		len = addr_to_sockaddr(peer, &ss);
		if (connect(s->fd, (struct sockaddr *)&ss, len) < 0)
			return -errno;
	}
	len = sizeof(ss);
	if (getsockname(s->fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	addr_from_sockaddr(&s->local, (struct sockaddr *)&ss, len);
	return epoll_ctl(n->epoll, EPOLL_CTL_ADD, s->fd, &ev) < 0 ? -errno : 0;
}

int net_open(struct net *n, const struct addr *local, const struct addr *peer)
{
	struct net_socket *s = &n->sockets[n->count];
	int ret;

	if (n->count == n->room)
		return -ENOSPC;
	*s = (struct net_socket){ .local = *local };
	s->fd = socket(local->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       0);
	if (s->fd < 0)
		return -errno;
	ret = set_up(n, s, peer);
	if (ret) {
		close(s->fd);
		return ret;
	}
	return (int)n->count++;
}

void net_flush(struct net *n)
{
	struct net_batch *b = &n->out;
	unsigned int done = 0;

	while (done < b->n) {
		int sent = sendmmsg(n->sockets[n->out_socket].fd, b->msg + done,
				    b->n - done, 0);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			/*
			 * As good as lost on the way: the core sends it again.
			 */
			n->send_errors++;
			sent = 1;
		} else {
			n->sent += (uint64_t)sent;
		}
		done += (unsigned int)sent;
	}
	b->n = 0;
}

void net_send(struct net *n, int socket, const struct addr *to,
	      const uint8_t *data, size_t len)
{
	struct net_batch *b = &n->out;
	struct msghdr *h;

	if (b->n == NET_BATCH || (b->n && socket != n->out_socket))
		net_flush(n);
	if (len > NET_PACKET_MAX) {
		n->send_errors++;
		return;
	}
	n->out_socket = socket;
	h = &b->msg[b->n].msg_hdr;
	if (addr_is_set(&n->sockets[socket].peer)) {
		h->msg_name = NULL;
		h->msg_namelen = 0;
	} else {
		h->msg_name = &b->name[b->n];
		h->msg_namelen = addr_to_sockaddr(to, &b->name[b->n]);
	}
	memcpy(b->data[b->n], data, len);
	b->iov[b->n].iov_len = len;
	b->n++;
}

static void receive(struct net *n, int socket, const struct net_handler *h)
{
	struct net_batch *b = &n->in;
	const struct net_socket *s = &n->sockets[socket];
	struct addr from;
	int got;

	do {
		for (unsigned int i = 0; i < NET_BATCH; i++)
			b->msg[i].msg_hdr.msg_namelen = sizeof(b->name[i]);
		/*
		 * An error here is an old one of the peer's port: the packets
		 * behind it come next.
		 */
		got = recvmmsg(s->fd, b->msg, NET_BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < got; i++) {
			from = s->peer;
			if (!addr_is_set(&from))
				addr_from_sockaddr(
					&from, (struct sockaddr *)&b->name[i],
					b->msg[i].msg_hdr.msg_namelen);
			n->received++;
			h->packet(h->ctx, socket, &from, b->data[i],
				  b->msg[i].msg_len);
		}
	} while (got == NET_BATCH);
}

int net_wait(struct net *n, int timeout_ms, const struct net_handler *h)
{
	struct epoll_event ev[EVENTS];
	int got = epoll_wait(n->epoll, ev, EVENTS, timeout_ms);

	if (got < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < got; i++)
		receive(n, (int)ev[i].data.u32, h);
	return 0;
}
