/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One rtnetlink socket over libmnl: a request, and the kernel's answer to it.
 * The kernel works on a request within send, so that no call waits for anything
 * but the kernel's lock on its interfaces. Used by one thread at a time.
 */
#ifndef L2TPD_NETLINK_RTNL_H
#define L2TPD_NETLINK_RTNL_H

#include <libmnl/libmnl.h>
#include <stdint.h>

/*
 * A link's description is the largest answer; libmnl advises no
 * less than a page.
 */
#define RTNL_BUFFER 16384

struct rtnl {
	struct mnl_socket *nl;
	uint32_t portid, seq;
	char text[128]; /* the kernel's words about the last error, or "" */
};

/* A request while it is written, and its answer after rtnl_call. */
struct rtnl_request {
	_Alignas(16) char buf[RTNL_BUFFER];
};

/* 0 or -errno */
int rtnl_open(struct rtnl *r);
int rtnl_open_bus(struct rtnl *r, int bus); /* another than NETLINK_ROUTE */
void rtnl_close(struct rtnl *r);
/*
 * Dumps on it are of what the request names (Linux 4.20); else of everything,
 * and whoever reads them looks.
 */
void rtnl_select_dumps(struct rtnl *r);

/*
 * Begins a request: type is RTM_*, flags are those besides NLM_F_REQUEST;
 * without NLM_F_ACK one object is expected as the answer. Returns the body
 * (struct ifinfomsg and the like), size bytes, zeroed; attributes follow.
 */
void *rtnl_begin(struct rtnl_request *q, uint16_t type, uint16_t flags,
		 size_t size);
static inline struct nlmsghdr *rtnl_header(struct rtnl_request *q)
{
	return (struct nlmsghdr *)(void *)q->buf;
}
/*
 * Sends it and reads the one answer. each gets the object, when there is one
 * (MNL_CB_OK goes on). 0 or the kernel's -errno, with its words in r->text.
 */
int rtnl_call(struct rtnl *r, struct rtnl_request *q, mnl_cb_t each, void *ctx);
/*
 * Several requests in one message to the kernel, which works on them in their
 * order, each whatever became of those before it. Zeroed is empty.
 */
struct rtnl_batch {
	struct rtnl_request q;
	size_t len;	/* of those that are complete */
	unsigned int n; /* requests */
};
/*
 * Begins the next request, which wants an NLM_F_ACK; *out is its header, for
 * attributes. Three of a few hundred bytes each have room.
 */
void *rtnl_add(struct rtnl_batch *b, uint16_t type, uint16_t flags, size_t size,
	       struct nlmsghdr **out);
/* 0, or the first error of any, with its words in r->text. */
int rtnl_call_all(struct rtnl *r, struct rtnl_batch *b);
/*
 * The same for a request with NLM_F_DUMP: each gets every object that there is.
 * -EAGAIN: the kernel's tables changed meanwhile, and each has seen a mixture.
 */
int rtnl_dump(struct rtnl *r, struct rtnl_request *q, mnl_cb_t each, void *ctx);

#endif
