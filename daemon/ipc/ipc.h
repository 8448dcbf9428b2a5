/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typed messages with fds over SOCK_SEQPACKET: the one way in which l2tpd's
 * processes, pppd's plugin and a dialling pppd speak to each other. Bodies are
 * plain structs of the headers beside this one; both ends are of one build and
 * say so in their first message (IPC_VERSION).
 */
#ifndef L2TPD_IPC_IPC_H
#define L2TPD_IPC_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#define IPC_VERSION  1
#define IPC_FDS_MAX  4
#define IPC_BODY_MAX 8192

struct ipc_header {
	uint16_t type;	  /* of the channel's enum */
	uint16_t version; /* IPC_VERSION */
	int32_t result;	  /* of a reply: 0 or -errno; 0 in a request */
	uint64_t serial; /* copied from a request into its reply; 0: an event */
};

struct ipc_message {
	struct ipc_header header;
	size_t len; /* of body */
	int nfds;
	int fds[IPC_FDS_MAX]; /* CLOEXEC; the receiver owns them */
	_Alignas(16) uint8_t body[IPC_BODY_MAX];
};

/*
 * Sends one message; the fds stay the caller's. 0, -EAGAIN (non-blocking and
 * full), -EPIPE (the peer is gone) or another -errno.
 */
int ipc_send(int fd, const struct ipc_header *h, const void *body, size_t len,
	     const int *fds, int nfds);
/*
 * Receives one message: 1, 0 at the end of the stream, or -errno: -EAGAIN when
 * nothing is there, -EPROTO for a short, truncated or wrong-version message
 * (its fds are closed and the message dropped). When this process may open no
 * more files, the message comes without its fds and with result -EMFILE.
 */
int ipc_recv(int fd, struct ipc_message *m);
void ipc_close_fds(struct ipc_message *m); /* those not taken */
/* Takes fd number i out of m: the caller owns it then; -EBADF when absent. */
int ipc_take_fd(struct ipc_message *m, int i);
/* A CLOEXEC socketpair; 0 or -errno. */
int ipc_pair(int sv[2]);

/* A text field of a body ends within its array. */
#define ipc_is_text(array) (memchr((array), 0, sizeof(array)) != NULL)

/* The body as a struct of exactly that size, or NULL. */
#define ipc_body(m, type) \
	((m)->len == sizeof(type) ? (type *)(void *)(m)->body : (type *)0)

#endif
