/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies of packets, sent when all is decided: from the tunnel's own socket, or
 * a listener, with the right source address.
 */
#include "engine/l2tp/outbox.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "engine/engine.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/net.h"
#include "engine/l2tp/trouble.h"
#include "engine/loglimit.h"
#include "lib/log.h"
#include "proto/l2tp/l2tp.h"

struct packet {
	/* valid until the end of the turn; NULL: none has this address */
	struct sock *sock;
	struct addr local, peer;
	size_t offset, len; /* in bytes */
};

struct outbox {
	struct packet *packets;
	size_t n, size;
	uint8_t *bytes;
	size_t used, room;
};

int outbox_start(struct engine *e)
{
	e->l2tp->outbox = calloc(1, sizeof(*e->l2tp->outbox));
	return e->l2tp->outbox ? 0 : -ENOMEM;
}

void outbox_free(struct engine *e)
{
	struct outbox *o = e->l2tp->outbox;

	if (!o)
		return;
	free(o->packets);
	free(o->bytes);
	free(o);
	e->l2tp->outbox = NULL;
}

/* The listener whose fd is socket, or one of the address's family. */
static struct sock *find_listener(struct engine *e,
				  const struct l2tp_effect *effect)
{
	struct sock *found = NULL;

	for (uint32_t i = 0; i < e->l2tp->listen_n; i++) {
		struct sock *s = e->l2tp->listeners[i];

		if (!s)
			continue;
		if (s->fd == effect->socket)
			return s;
		if (s->local.family == effect->peer.family &&
		    s->local.port == effect->local.port)
			found = s;
	}
	return found;
}

static int make_room(struct outbox *o, size_t len)
{
	if (o->n == o->size) {
		size_t size = o->size ? o->size * 2 : 32;
		struct packet *packets =
			reallocarray(o->packets, size, sizeof(*packets));

		if (!packets)
			return -ENOMEM;
		o->packets = packets;
		o->size = size;
	}
	if (len > o->room - o->used) {
		size_t room = o->room ? o->room : 4096;
		uint8_t *bytes;

		while (room - o->used < len)
			room *= 2;
		bytes = realloc(o->bytes, room);
		if (!bytes)
			return -ENOMEM;
		o->bytes = bytes;
		o->room = room;
	}
	return 0;
}

void outbox_queue(struct engine *e, const struct l2tp_effect *effect,
		  struct sock *own)
{
	struct outbox *o = e->l2tp->outbox;

	/* Lost like on any link; the core sends it again. */
	if (make_room(o, effect->len)) {
		e->counters.send_errors++;
		return;
	}
	memcpy(o->bytes + o->used, effect->data, effect->len);
	o->packets[o->n++] = (struct packet){
		own ? own : find_listener(e, effect),
		effect->local,
		effect->peer,
		o->used,
		effect->len,
	};
	o->used += effect->len;
}

static ssize_t send_from(const struct packet *p, const uint8_t *bytes)
{
	struct sockaddr_storage to;
	struct iovec iov = { (void *)(uintptr_t)bytes, p->len };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1, .msg_name = &to };
	union net_control control = { 0 };
	struct cmsghdr *c;

	h.msg_namelen = addr_to_sockaddr(&p->peer, &to);
	if (!addr_is_set(&p->local) || addr_is_any(&p->local))
		return sendmsg(p->sock->fd, &h, MSG_DONTWAIT);
	h.msg_control = &control;
	if (p->local.family == AF_INET6) {
		struct in6_pktinfo info = { .ipi6_ifindex = p->local.scope };

		memcpy(&info.ipi6_addr, p->local.ip, 16);
		h.msg_controllen = CMSG_SPACE(sizeof(info));
		c = CMSG_FIRSTHDR(&h);
		*c = (struct cmsghdr){ CMSG_LEN(sizeof(info)), IPPROTO_IPV6,
				       IPV6_PKTINFO };
		memcpy(CMSG_DATA(c), &info, sizeof(info));
	} else {
		struct in_pktinfo info = { 0 };

		memcpy(&info.ipi_spec_dst, p->local.ip, 4);
		h.msg_controllen = CMSG_SPACE(sizeof(info));
		c = CMSG_FIRSTHDR(&h);
		*c = (struct cmsghdr){ CMSG_LEN(sizeof(info)), IPPROTO_IP,
				       IP_PKTINFO };
		memcpy(CMSG_DATA(c), &info, sizeof(info));
	}
	return sendmsg(p->sock->fd, &h, MSG_DONTWAIT);
}

/*
 * RFC 3931, section 4.1.2.3: a control message has a checksum, whatever data
 * has. The kernel's switch is the socket's; data that leaves meanwhile has one
 * as well.
 */
static void switch_checksum(const struct sock *s, int off)
{
	int level = s->local.family == AF_INET6 ? SOL_UDP : SOL_SOCKET,
	    option = s->local.family == AF_INET6 ? UDP_NO_CHECK6_TX :
						   SO_NO_CHECK;

	if (s->no_csum &&
	    setsockopt(s->fd, level, option, &off, sizeof(off)) < 0)
		log_debug("UDP checksums cannot be switched: %s",
			  strerror(errno));
}

void outbox_drop_checksums(struct sock *s)
{
	s->no_csum = true;
	switch_checksum(s, 1);
}

static ssize_t send_connected(const struct packet *p, const uint8_t *bytes)
{
	ssize_t n;
	int err;

	switch_checksum(p->sock, 0);
	n = send(p->sock->fd, bytes, p->len, MSG_DONTWAIT);
	err = errno;
	switch_checksum(p->sock, 1);
	errno = err;
	return n;
}

static void send_packet(struct engine *e, const struct packet *p,
			const uint8_t *bytes)
{
	ssize_t n = -1;

	if (!p->sock)
		errno = EDESTADDRREQ;
	else if (p->sock->connected && addr_equal(&p->sock->peer, &p->peer))
		n = send_connected(p, bytes);
	else
		n = send_from(p, bytes);
	if (n >= 0) {
		e->counters.packets_out++;
		return;
	}
	e->counters.send_errors++;
	if (p->sock && (p->sock->connected || p->sock->calling))
		trouble_sending(p->sock, -errno);
	if (errno != EAGAIN && errno != ECONNREFUSED &&
	    loglimit_pass(e, LOG_OF_PATH, &p->peer, LOG_DEBUG)) {
		char text[ADDR_STRLEN];

		log_debug("a packet to %s could not be sent: %s",
			  addr_format_port(&p->peer, text), strerror(errno));
	}
}

void outbox_flush(struct engine *e)
{
	struct outbox *o = e->l2tp->outbox;

	for (size_t i = 0; i < o->n; i++)
		send_packet(e, &o->packets[i], o->bytes + o->packets[i].offset);
	o->n = o->used = 0;
}
