/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP and ICMPv6 echo through one interface; see static_ping.h. */
#include "monitor/static_ping.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define INTERVAL_MIN_MS 100
/* type, code, checksum, identifier, sequence number */
#define HEADER		8

/*
 * The filter lets answers with our identifier pass. X is where the
 * ICMP header begins.
 */
static int set_filter(int fd, bool v6, uint16_t id)
{
	struct sock_filter code[] = {
		/* A raw socket of IPv4 has the IP header before it. */
		v6 ? (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM, 0) :
		     (struct sock_filter)BPF_STMT(BPF_LDX | BPF_MSH | BPF_B, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			 v6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY, 0, 3),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohs(id), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program)) < 0 ?
		       -errno :
		       0;
}

static int open_socket(const struct addr *to, const char *ifname, uint16_t id)
{
	bool v6 = to->family == AF_INET6;
	int fd = socket(to->family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
	int err;

	if (fd < 0)
		return -errno;
	err = set_filter(fd, v6, id);
	if (!err && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ifname,
			       (socklen_t)strlen(ifname)) < 0)
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static void become(struct static_ping *p, enum static_ping_state state)
{
	if (p->state == state)
		return;
	p->state = state;
	p->changed(p->ctx, p);
}

/*
 * The checksum of ICMP. The kernel makes that of ICMPv6 itself (RFC 3542,
 * section 3.1).
 */
static uint16_t checksum(const uint8_t packet[HEADER])
{
	uint32_t sum = 0;

	for (size_t i = 0; i < HEADER; i += 2)
		sum += (uint32_t)packet[i] << 8 | packet[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

/*
 * A failure is not looked at: what cannot be sent has no answer, and
 * that is noticed.
 */
static void send_one(struct static_ping *p)
{
	bool v6 = p->to.family == AF_INET6;
	uint8_t packet[HEADER] = { v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO };
	uint16_t sequence = htons(++p->sequence), sum;
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(&p->to, &ss);

	memcpy(packet + 4, &p->id, 2);
	memcpy(packet + 6, &sequence, 2);
	if (!v6) {
		sum = htons(checksum(packet));
		memcpy(packet + 2, &sum, 2);
	}
	(void)sendto(p->fd, packet, sizeof(packet), 0, (struct sockaddr *)&ss,
		     len);
}

static void on_ping_due(struct loop_timer *t)
{
	struct static_ping *p = container_of(t, struct static_ping, timer);

	send_one(p);
	loop_timer_set(p->loop, t, loop_now(p->loop) + p->interval_ms,
		       on_ping_due);
	if (++p->missed > STATIC_PING_MISSED)
		become(p, STATIC_PING_SILENT);
}

static void on_answer(struct loop_io *io, int fd, int events)
{
	struct static_ping *p = container_of(io, struct static_ping, io);
	bool answered = false;

	(void)events;
	/*
	 * No byte of it is looked at. An error of the socket ends this too, and
	 * is cleared by it.
	 */
	while (recv(fd, NULL, 0, MSG_TRUNC) >= 0)
		answered = true;
	if (!answered)
		return;
	p->missed = 0;
	p->answer_ms = loop_now(p->loop);
	become(p, STATIC_PING_ALIVE);
}

int static_ping_new(struct loop *loop, const struct addr *to,
		    const char *ifname, uint32_t interval_ms,
		    void (*changed)(void *ctx, struct static_ping *p),
		    void *ctx, struct static_ping **out)
{
	struct static_ping *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	*p = (struct static_ping){
		.loop = loop,
		.fd = -1,
		.to = *to,
		.changed = changed,
		.ctx = ctx,
		.interval_ms = interval_ms < INTERVAL_MIN_MS ? INTERVAL_MIN_MS :
							       interval_ms,
	};
	err = getrandom(&p->id, sizeof(p->id), 0) == sizeof(p->id) ? 0 : -EIO;
	if (!err) {
		p->fd = open_socket(to, ifname, p->id);
		err = p->fd < 0 ? p->fd : 0;
	}
	if (!err)
		err = loop_io_start(loop, &p->io, p->fd, LOOP_READ, on_answer);
	if (!err)
		err = loop_timer_set(loop, &p->timer, loop_now(loop),
				     on_ping_due);
	if (err)
		static_ping_free(p);
	else
		*out = p;
	return err;
}

void static_ping_free(struct static_ping *p)
{
	if (!p)
		return;
	loop_timer_stop(&p->timer);
	loop_io_stop(&p->io);
	if (p->fd >= 0)
		close(p->fd);
	free(p);
}
