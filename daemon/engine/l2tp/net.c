/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that come in: batches by recvmmsg, each with the address
 * that it was sent to.
 */
#include "engine/l2tp/net.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/trouble.h"
#include "proto/l2tp/l2tp.h"

#define BATCH	     32
#define TURN_BATCHES 4 /* per turn of the loop, so that others get theirs */
/* Control messages fit; a longer packet is a stray data packet and is cut. */
#define PACKET_MAX   4096

/* One set for all sockets: a batch is worked off before the next is read. */
static struct batch {
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_storage from[BATCH];
	union net_control info[BATCH];
	uint8_t data[BATCH][PACKET_MAX];
} batch;

static void batch_prepare(bool named)
{
	for (int i = 0; i < BATCH; i++) {
		struct msghdr *h = &batch.msg[i].msg_hdr;

		batch.iov[i] = (struct iovec){ batch.data[i], PACKET_MAX };
		*h = (struct msghdr){
			.msg_iov = &batch.iov[i],
			.msg_iovlen = 1,
		};
		if (!named)
			continue;
		h->msg_name = &batch.from[i];
		h->msg_namelen = sizeof(batch.from[i]);
		h->msg_control = &batch.info[i];
		h->msg_controllen = sizeof(batch.info[i]);
	}
}

/* Whether a packet of it may be anybody's. */
static bool is_named(const struct sock *s)
{
	return !s->connected || s->late;
}

/* The address that a packet was sent to, from its control data. */
static void destination(struct msghdr *h, struct addr *local)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			memcpy(local->ip, &info.ipi_addr, 4);
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
			   c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			memcpy(local->ip, &info.ipi6_addr, 16);
			if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
				local->scope = info.ipi6_ifindex;
		}
	}
}

static void take_packet(struct sock *s, int i)
{
	struct engine *e = s->engine;
	struct msghdr *h = &batch.msg[i].msg_hdr;
	struct addr local = s->local, peer = s->peer;

	if (is_named(s)) {
		if (addr_from_sockaddr(&peer, h->msg_name, h->msg_namelen))
			return;
		destination(h, &local);
	}
	e->counters.packets_in++;
	l2tp_endpoint_input(e->l2tp->core, engine_now(e), &local, &peer, s->fd,
			    batch.data[i], batch.msg[i].msg_len);
	turn_settle(&e->turn);
}

static void on_readable(struct loop_io *io, int fd, int events)
{
	struct sock *s = container_of(io, struct sock, io);

	(void)events;
	for (int turn = 0; turn < TURN_BATCHES; turn++) {
		int n;

		batch_prepare(is_named(s));
		n = recvmmsg(fd, batch.msg, BATCH, MSG_DONTWAIT, NULL);
		/*
		 * ECONNREFUSED and its like: an ICMP error for something we
		 * sent. Retransmission decides what becomes of the tunnel; the
		 * operator is told meanwhile.
		 */
		if (n <= 0)
			break;
		s->trouble[0] = '\0';
		/* What a packet does may end the socket's tunnel. */
		for (int i = 0; i < n && !s->dead; i++)
			take_packet(s, i);
		if (n < BATCH || s->dead)
			break;
	}
	if ((s->connected || s->calling) && !s->dead)
		trouble_read(s);
}

struct sock *sock_new(struct engine *e, int fd, const struct addr *local,
		      const struct addr *peer)
{
	struct sock *s = calloc(1, sizeof(*s));

	if (!s) {
		close(fd);
		return NULL;
	}
	s->engine = e;
	s->fd = fd;
	s->local = *local;
	if (peer) {
		s->connected = true;
		s->peer = *peer;
	}
	return s;
}

void sock_hear_anybody(struct sock *s)
{
	s->connected = false;
	s->calling = true;
}

void sock_connected(struct sock *s, const struct addr *peer)
{
	s->connected = s->late = true;
	s->calling = false;
	s->peer = *peer;
}

int sock_start(struct sock *s)
{
	return loop_io_start(s->engine->loop, &s->io, s->fd, LOOP_READ,
			     on_readable);
}

static void close_sock(struct turn_item *item)
{
	struct sock *s = container_of(item, struct sock, trash);

	close(s->fd);
	free(s);
}

void sock_free(struct sock *s)
{
	if (!s)
		return;
	loop_io_stop(&s->io);
	s->dead = true;
	turn_free_later(&s->engine->turn, &s->trash, close_sock);
}
