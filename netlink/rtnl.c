/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only file that drives libmnl's socket; see rtnl.h. */
#include "netlink/rtnl.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int rtnl_open(struct rtnl *r)
{
	return rtnl_open_bus(r, NETLINK_ROUTE);
}

int rtnl_open_bus(struct rtnl *r, int bus)
{
	int on = 1, ret;

	*r = (struct rtnl){
		.nl = mnl_socket_open2(bus, SOCK_CLOEXEC | SOCK_NONBLOCK),
	};
	if (!r->nl)
		return -errno;
	if (mnl_socket_bind(r->nl, 0, MNL_SOCKET_AUTOPID)) {
		ret = -errno;
		rtnl_close(r);
		return ret;
	}
	r->portid = mnl_socket_get_portid(r->nl);
	/* Best effort: without them the kernel sends numbers and no words. */
	(void)mnl_socket_setsockopt(r->nl, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)mnl_socket_setsockopt(r->nl, NETLINK_CAP_ACK, &on, sizeof(on));
	return 0;
}

void rtnl_close(struct rtnl *r)
{
	if (r->nl)
		mnl_socket_close(r->nl);
	r->nl = NULL;
}

void rtnl_select_dumps(struct rtnl *r)
{
	int on = 1;

	(void)mnl_socket_setsockopt(r->nl, NETLINK_GET_STRICT_CHK, &on,
				    sizeof(on));
}

void *rtnl_begin(struct rtnl_request *q, uint16_t type, uint16_t flags,
		 size_t size)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(q->buf);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(h, size);
}

/*
 * The kernel's words follow the failed request, which it repeats
 * unless asked not to.
 */
static void take_text(struct rtnl *r, const struct nlmsghdr *h,
		      const struct nlmsgerr *e)
{
	unsigned int skip = sizeof(*e);
	const struct nlattr *attr;

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip = MNL_ALIGN((unsigned int)sizeof(e->error) +
				 e->msg.nlmsg_len);
	if (h->nlmsg_len < NLMSG_HDRLEN + skip)
		return;
	mnl_attr_for_each(attr, h, skip)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(attr, MNL_TYPE_STRING) >= 0)
			snprintf(r->text, sizeof(r->text), "%.*s",
				 (int)mnl_attr_get_payload_len(attr),
				 mnl_attr_get_str(attr));
}

/* 1: it is not the answer; else what the answer says. */
static int take(struct rtnl *r, const struct nlmsghdr *h, uint32_t seq,
		mnl_cb_t each, void *ctx)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);

	/*
	 * What is left of an answer that an earlier call gave up on is not
	 * ours.
	 */
	if (h->nlmsg_seq != seq || h->nlmsg_pid != r->portid)
		return 1;
	if (h->nlmsg_type != NLMSG_ERROR)
		return each && each(h, ctx) < 0 ? -errno : 0;
	if (mnl_nlmsg_get_payload_len(h) < sizeof(*e))
		return -EBADMSG;
	if (e->error)
		take_text(r, h, e);
	return e->error > 0 ? -EBADMSG : e->error;
}

int rtnl_call(struct rtnl *r, struct rtnl_request *q, mnl_cb_t each, void *ctx)
{
	struct nlmsghdr *h = rtnl_header(q);
	uint32_t seq = ++r->seq;

	r->text[0] = '\0';
	h->nlmsg_seq = seq;
	if (mnl_socket_sendto(r->nl, h, h->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(r->nl, q->buf, sizeof(q->buf));
		int left = (int)n;

		/* Nothing there: the answer was lost, it would never come. */
		if (n < 0)
			return errno == EAGAIN ? -EIO : -errno;
		for (h = rtnl_header(q); mnl_nlmsg_ok(h, left);
		     h = mnl_nlmsg_next(h, &left)) {
			int ret = take(r, h, seq, each, ctx);

			if (ret <= 0)
				return ret;
		}
	}
}

/* ---- several at once ---- */

static struct nlmsghdr *header_at(struct rtnl_batch *b, size_t at)
{
	return (struct nlmsghdr *)(void *)(b->q.buf + at);
}

static void complete(struct rtnl_batch *b)
{
	if (b->n)
		b->len += MNL_ALIGN(header_at(b, b->len)->nlmsg_len);
}

void *rtnl_add(struct rtnl_batch *b, uint16_t type, uint16_t flags, size_t size,
	       struct nlmsghdr **out)
{
	struct nlmsghdr *h;

	complete(b);
	h = mnl_nlmsg_put_header(b->q.buf + b->len);
	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	b->n++;
	*out = h;
	return mnl_nlmsg_put_extra_header(h, size);
}

/* The answers to the requests seq to last; the first error of theirs. */
static int take_all(struct rtnl *r, struct rtnl_batch *b, uint32_t seq,
		    uint32_t last)
{
	int first = 0;

	while (seq <= last) {
		ssize_t n =
			mnl_socket_recvfrom(r->nl, b->q.buf, sizeof(b->q.buf));
		int left = (int)n;

		if (n < 0)
			return errno == EAGAIN ? -EIO : -errno;
		for (struct nlmsghdr *h = header_at(b, 0);
		     mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
			int ret = first ? 0 : take(r, h, seq, NULL, NULL);

			if (h->nlmsg_seq == seq && h->nlmsg_pid == r->portid)
				seq++;
			if (ret < 0)
				first = ret;
		}
	}
	return first;
}

int rtnl_call_all(struct rtnl *r, struct rtnl_batch *b)
{
	uint32_t first = r->seq + 1;

	r->text[0] = '\0';
	complete(b);
	for (size_t at = 0; at < b->len;
	     at += MNL_ALIGN(header_at(b, at)->nlmsg_len))
		header_at(b, at)->nlmsg_seq = ++r->seq;
	if (mnl_socket_sendto(r->nl, b->q.buf, b->len) < 0)
		return -errno;
	return take_all(r, b, first, r->seq);
}

/* ---- dumps ---- */

struct dump {
	uint32_t seq;
	bool over;
	int err; /* of the first object that could not be taken */
	mnl_cb_t each;
	void *ctx;
};

static void take_dumped(struct rtnl *r, const struct nlmsghdr *h,
			struct dump *d)
{
	if (h->nlmsg_seq != d->seq || h->nlmsg_pid != r->portid)
		return;
	if (!d->err && h->nlmsg_flags & NLM_F_DUMP_INTR)
		d->err = -EAGAIN;
	if (h->nlmsg_type == NLMSG_ERROR) {
		int err = take(r, h, d->seq, NULL, NULL);

		d->over = true;
		d->err = err < 0 ? err : -EBADMSG;
	} else if (h->nlmsg_type == NLMSG_DONE) {
		d->over = true;
	} else if (!d->err && d->each(h, d->ctx) < 0) {
		d->err = -errno;
	}
}

int rtnl_dump(struct rtnl *r, struct rtnl_request *q, mnl_cb_t each, void *ctx)
{
	struct nlmsghdr *h = rtnl_header(q);
	struct dump d = { .seq = ++r->seq, .each = each, .ctx = ctx };

	r->text[0] = '\0';
	h->nlmsg_seq = d.seq;
	if (mnl_socket_sendto(r->nl, h, h->nlmsg_len) < 0)
		return -errno;
	/* To its end in any case: a socket has one dump at a time. */
	while (!d.over) {
		ssize_t n = mnl_socket_recvfrom(r->nl, q->buf, sizeof(q->buf));
		int left = (int)n;

		if (n < 0)
			return errno == EAGAIN ? -EIO : -errno;
		for (h = rtnl_header(q); mnl_nlmsg_ok(h, left);
		     h = mnl_nlmsg_next(h, &left))
			take_dumped(r, h, &d);
	}
	return d.err;
}
