/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches of packets come in, single ones leave; see packet.h. */
#include "router6/packet.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH	     32
#define TURN_BATCHES 8 /* per turn of the loop */
#define PACKET_MAX   1500

union control {
	struct cmsghdr align;
	uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
		      CMSG_SPACE(sizeof(int))];
};

static struct batch {
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_in6 from[BATCH];
	union control control[BATCH];
	uint8_t data[BATCH][PACKET_MAX];
} batch;

static void prepare(void)
{
	for (size_t i = 0; i < BATCH; i++) {
		batch.iov[i] = (struct iovec){ batch.data[i], PACKET_MAX };
		batch.msg[i].msg_hdr = (struct msghdr){
			.msg_name = &batch.from[i],
			.msg_namelen = sizeof(batch.from[i]),
			.msg_iov = &batch.iov[i],
			.msg_iovlen = 1,
			.msg_control = &batch.control[i],
			.msg_controllen = sizeof(batch.control[i]),
		};
	}
}

static void read_control(struct msghdr *h, struct packet *p)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		struct in6_pktinfo info;
		int hops;

		if (c->cmsg_level != IPPROTO_IPV6)
			continue;
		if (c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			memcpy(p->destination, &info.ipi6_addr, 16);
			p->ifindex = info.ipi6_ifindex;
		} else if (c->cmsg_type == IPV6_HOPLIMIT) {
			memcpy(&hops, CMSG_DATA(c), sizeof(hops));
			p->hop_limit = (uint8_t)hops;
		}
	}
}

static bool describe(size_t i, struct packet *p)
{
	struct msghdr *h = &batch.msg[i].msg_hdr;
	const struct sockaddr_in6 *from = &batch.from[i];

	*p = (struct packet){
		.data = batch.data[i],
		.len = batch.msg[i].msg_len,
		.port = ntohs(from->sin6_port),
	};
	memcpy(p->source, &from->sin6_addr, sizeof(p->source));
	read_control(h, p);
	return p->ifindex && from->sin6_family == AF_INET6 &&
	       !(h->msg_flags & (MSG_TRUNC | MSG_CTRUNC));
}

void packet_read(int fd, packet_take *take, void *ctx)
{
	struct packet p;

	for (int turn = 0; turn < TURN_BATCHES; turn++) {
		int n;

		prepare();
		n = recvmmsg(fd, batch.msg, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n; i++)
			if (describe((size_t)i, &p))
				take(ctx, &p);
		if (n < BATCH)
			break;
	}
}

int packet_send(int fd, const struct packet *p)
{
	struct in6_pktinfo info = { .ipi6_ifindex = p->ifindex };
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(p->port),
		.sin6_scope_id = p->ifindex,
	};
	struct iovec iov = { p->data, p->len };
	union control control = { .bytes = { 0 } };
	struct msghdr h = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(sizeof(info)),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);

	memcpy(&info.ipi6_addr, p->source, 16);
	memcpy(&to.sin6_addr, p->destination, 16);
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	return sendmsg(fd, &h, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}
