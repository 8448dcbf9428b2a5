/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Typed messages with fds over SOCK_SEQPACKET; see ipc.h. */
#include "ipc/ipc.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

union control {
	struct cmsghdr align;
	uint8_t space[CMSG_SPACE(sizeof(int) * IPC_FDS_MAX)];
};

int ipc_pair(int sv[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) < 0 ?
		       -errno :
		       0;
}

int ipc_send(int fd, const struct ipc_header *h, const void *body, size_t len,
	     const int *fds, int nfds)
{
	struct ipc_header header = *h;
	union control control;
	struct iovec iov[2] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		{ .iov_base = (void *)(uintptr_t)body, .iov_len = len },
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = len ? 2 : 1 };
	ssize_t n;

	if (len > IPC_BODY_MAX || nfds < 0 || nfds > IPC_FDS_MAX)
		return -EMSGSIZE;
	header.version = IPC_VERSION;
	if (nfds > 0) {
		size_t bytes = sizeof(int) * (size_t)nfds;
		struct cmsghdr *c;

		memset(&control, 0, sizeof(control));
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(bytes);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(bytes);
		memcpy(CMSG_DATA(c), fds, bytes);
	}
	do
		n = sendmsg(fd, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return 0;
	return errno == ECONNRESET ? -EPIPE : -errno;
}

static void take_control(struct ipc_message *m, struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c;
	     c = CMSG_NXTHDR(msg, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int),
			       sizeof(int));
			if (m->nfds < IPC_FDS_MAX)
				m->fds[m->nfds++] = fd;
			else
				close(fd);
		}
	}
}

int ipc_recv(int fd, struct ipc_message *m)
{
	union control control;
	struct iovec iov[2] = {
		{ .iov_base = &m->header, .iov_len = sizeof(m->header) },
		{ .iov_base = m->body, .iov_len = sizeof(m->body) },
	};
	struct msghdr msg = {
		.msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	m->nfds = 0;
	m->len = 0;
	do
		n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? 0 : -errno;
	take_control(m, &msg);
	if (n == 0 && m->nfds == 0)
		return 0;
	if ((size_t)n < sizeof(m->header) || (msg.msg_flags & MSG_TRUNC) ||
	    m->header.version != IPC_VERSION) {
		ipc_close_fds(m);
		return -EPROTO;
	}
	/* Out of fds: the message is worth what it is without them. */
	if (msg.msg_flags & MSG_CTRUNC) {
		ipc_close_fds(m);
		m->header.result = -EMFILE;
	}
	m->len = (size_t)n - sizeof(m->header);
	return 1;
}

void ipc_close_fds(struct ipc_message *m)
{
	for (int i = 0; i < m->nfds; i++)
		if (m->fds[i] >= 0)
			close(m->fds[i]);
	m->nfds = 0;
}

int ipc_take_fd(struct ipc_message *m, int i)
{
	int fd;

	if (i < 0 || i >= m->nfds || m->fds[i] < 0)
		return -EBADF;
	fd = m->fds[i];
	m->fds[i] = -1;
	return fd;
}
