/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One generic netlink socket that speaks to the kernel's l2tp family: a
 * request, and the kernel's answer to it. Used by one thread at a time.
 */
#ifndef L2TPD_NETLINK_GENL_H
#define L2TPD_NETLINK_GENL_H

#include <stddef.h>
#include <stdint.h>

struct nl_sock;
struct nl_cb;
struct nl_msg;
struct nlattr;

struct genl {
	struct nl_sock *sk;
	struct nl_cb *cb;
	int family;
	char text[128]; /* the kernel's words about the last error, or "" */
};

/*
 * Finds the family, for which the kernel loads its module. 0, -ENOENT when
 * there is none, or another -errno; then nothing is left to close.
 */
int genl_open(struct genl *g);
void genl_close(struct genl *g);

/* A request for an L2TP_CMD_*; flags as NLM_F_DUMP. NULL without memory. */
struct nl_msg *genl_message(const struct genl *g, uint8_t cmd, int flags);
/*
 * Sends msg, frees it, and reads the whole answer. each gets the attributes of
 * every object in it (L2TP_ATTR_MAX + 1 of them, NULL where absent) until it
 * returns non-zero. Returns that, 0, or the kernel's -errno.
 */
int genl_call(struct genl *g, struct nl_msg *msg,
	      int (*each)(void *ctx, struct nlattr **attrs), void *ctx);

#endif
