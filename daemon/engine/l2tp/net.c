/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control packets in and out: batches in by recvmmsg, each with the address it
 * was sent to; out from the tunnel's own socket or the listener that it came
 * in by, with the right source address.
 */
#include "engine/internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"

#define BATCH		32
#define TURN_BATCHES	4	/* per turn of the loop, so that others get theirs */
/* Control messages fit; a longer packet is a stray data packet and is cut. */
#define PACKET_MAX	4096

union packet_info {
	struct cmsghdr align;
	uint8_t v4[CMSG_SPACE(sizeof(struct in_pktinfo))];
	uint8_t v6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

/* One set for all sockets: a batch is worked off before the next is read. */
static struct batch {
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_storage from[BATCH];
	union packet_info info[BATCH];
	uint8_t data[BATCH][PACKET_MAX];
} batch;

static void batch_prepare(bool connected)
{
	for (int i = 0; i < BATCH; i++) {
		struct msghdr *h = &batch.msg[i].msg_hdr;

		batch.iov[i] = (struct iovec){ batch.data[i], PACKET_MAX };
		*h = (struct msghdr){ .msg_iov = &batch.iov[i], .msg_iovlen = 1 };
		if (connected)
			continue;
		h->msg_name = &batch.from[i];
		h->msg_namelen = sizeof(batch.from[i]);
		h->msg_control = &batch.info[i];
		h->msg_controllen = sizeof(batch.info[i]);
	}
}

/* The address that a packet was sent to, from its control data. */
static void destination(struct msghdr *h, struct addr *local)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			memcpy(local->ip, &info.ipi_addr, 4);
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
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

	if (!s->connected) {
		if (addr_from_sockaddr(&peer, h->msg_name, h->msg_namelen))
			return;
		destination(h, &local);
	}
	e->counters.packets_in++;
	l2tp_endpoint_input(e->core, engine_now(e), &local, &peer, s->fd,
			    batch.data[i], batch.msg[i].msg_len);
	engine_settle(e);
}

static void on_readable(struct loop_io *io, int fd, int events)
{
	struct sock *s = container_of(io, struct sock, io);

	(void)events;
	for (int turn = 0; turn < TURN_BATCHES; turn++) {
		int n;

		batch_prepare(s->connected);
		n = recvmmsg(fd, batch.msg, BATCH, MSG_DONTWAIT, NULL);
		/*
		 * ECONNREFUSED and its like: an ICMP error for something we sent.
		 * Retransmission decides what becomes of the tunnel.
		 */
		if (n <= 0)
			return;
		/* What a packet does may end the socket's tunnel. */
		for (int i = 0; i < n && !s->dead; i++)
			take_packet(s, i);
		if (n < BATCH || s->dead)
			return;
	}
}

struct sock *sock_new(struct engine *e, int fd, const struct addr *local, const struct addr *peer)
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

int sock_start(struct sock *s)
{
	return loop_io_start(s->engine->loop, &s->io, s->fd, LOOP_READ, on_readable);
}

void sock_free(struct sock *s)
{
	if (!s)
		return;
	loop_io_stop(&s->io);
	s->dead = true;
	s->garbage_next = s->engine->garbage_socks;
	s->engine->garbage_socks = s;
}

void socks_collect(struct engine *e)
{
	while (e->garbage_socks) {
		struct sock *s = e->garbage_socks;

		e->garbage_socks = s->garbage_next;
		close(s->fd);
		free(s);
	}
}

/* The listener whose fd is socket, or one of the address's family. */
static struct sock *find_listener(struct engine *e, const struct l2tp_effect *effect)
{
	struct sock *found = NULL;

	for (uint32_t i = 0; i < e->listen_ready; i++) {
		struct sock *s = e->listeners[i];

		if (s->fd == effect->socket)
			return s;
		if (s->local.family == effect->peer.family && s->local.port == effect->local.port)
			found = s;
	}
	return found;
}

static ssize_t send_from(const struct sock *s, const struct l2tp_effect *effect)
{
	struct sockaddr_storage to;
	struct iovec iov = { (void *)(uintptr_t)effect->data, effect->len };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1, .msg_name = &to };
	union packet_info control = { 0 };
	struct cmsghdr *c;

	h.msg_namelen = addr_to_sockaddr(&effect->peer, &to);
	if (!addr_is_set(&effect->local) || addr_is_any(&effect->local))
		return sendmsg(s->fd, &h, MSG_DONTWAIT);
	h.msg_control = &control;
	if (effect->local.family == AF_INET6) {
		struct in6_pktinfo info = { .ipi6_ifindex = effect->local.scope };

		memcpy(&info.ipi6_addr, effect->local.ip, 16);
		h.msg_controllen = CMSG_SPACE(sizeof(info));
		c = CMSG_FIRSTHDR(&h);
		*c = (struct cmsghdr){ CMSG_LEN(sizeof(info)), IPPROTO_IPV6, IPV6_PKTINFO };
		memcpy(CMSG_DATA(c), &info, sizeof(info));
	} else {
		struct in_pktinfo info = { 0 };

		memcpy(&info.ipi_spec_dst, effect->local.ip, 4);
		h.msg_controllen = CMSG_SPACE(sizeof(info));
		c = CMSG_FIRSTHDR(&h);
		*c = (struct cmsghdr){ CMSG_LEN(sizeof(info)), IPPROTO_IP, IP_PKTINFO };
		memcpy(CMSG_DATA(c), &info, sizeof(info));
	}
	return sendmsg(s->fd, &h, MSG_DONTWAIT);
}

/*
 * RFC 3931, section 4.1.2.3: a control message has a checksum, whatever data has. The kernel's
 * switch is the socket's; data that leaves meanwhile has one as well.
 */
static void switch_checksum(const struct sock *s, int off)
{
	int level = s->local.family == AF_INET6 ? SOL_UDP : SOL_SOCKET,
	    option = s->local.family == AF_INET6 ? UDP_NO_CHECK6_TX : SO_NO_CHECK;

	if (s->no_csum && setsockopt(s->fd, level, option, &off, sizeof(off)) < 0)
		log_debug("UDP checksums cannot be switched: %s", strerror(errno));
}

static ssize_t send_connected(const struct sock *s, const struct l2tp_effect *effect)
{
	ssize_t n;
	int err;

	switch_checksum(s, 0);
	n = send(s->fd, effect->data, effect->len, MSG_DONTWAIT);
	err = errno;
	switch_checksum(s, 1);
	errno = err;
	return n;
}

void net_send(struct engine *e, const struct l2tp_effect *effect)
{
	struct tunnel *t = effect->tunnel ? l2tp_tunnel_user(effect->tunnel) : NULL;
	struct sock *s = t && t->sock ? t->sock : find_listener(e, effect);
	ssize_t n = -1;

	if (!s)
		errno = EDESTADDRREQ;
	else if (s->connected && addr_equal(&s->peer, &effect->peer))
		n = send_connected(s, effect);
	else
		n = send_from(s, effect);
	if (n >= 0) {
		e->counters.packets_out++;
		return;
	}
	/* Lost like on any link; the core sends it again. */
	e->counters.send_errors++;
	if (errno != EAGAIN && errno != ECONNREFUSED && engine_may_log(e)) {
		char text[ADDR_STRLEN];

		log_debug("a packet to %s could not be sent: %s",
			  addr_format_port(&effect->peer, text), strerror(errno));
	}
}
