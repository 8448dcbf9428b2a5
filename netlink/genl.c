/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only file that drives libnl: requests to the l2tp family and answers. */
#include "netlink/genl.h"

#include <errno.h>
#include <netinet/in.h> /* before linux/l2tp.h, which has its own otherwise */
#include <linux/l2tp.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* The most that the kernel puts into one packet of a dump. */
#define ANSWER_MAX 32768

struct call {
	struct genl *genl;
	uint32_t seq;
	bool done;
	int result;
	int (*each)(void *ctx, struct nlattr **attrs);
	void *ctx;
};

int genl_open(struct genl *g)
{
	int on = 1;
	int ret;

	*g = (struct genl){
		.sk = nl_socket_alloc(),
		.cb = nl_cb_alloc(NL_CB_CUSTOM),
	};
	ret = -ENOMEM;
	if (!g->sk || !g->cb)
		goto err;
	ret = -EPROTONOSUPPORT;
	if (genl_connect(g->sk))
		goto err;
	g->family = genl_ctrl_resolve(g->sk, L2TP_GENL_NAME);
	ret = g->family == -NLE_OBJ_NOTFOUND ? -ENOENT : -EIO;
	if (g->family < 0)
		goto err;
	nl_socket_set_msg_buf_size(g->sk, ANSWER_MAX);
	/* Best effort: without it the kernel sends numbers and no words. */
	setsockopt(nl_socket_get_fd(g->sk), SOL_NETLINK, NETLINK_EXT_ACK, &on,
		   sizeof(on));
	return 0;
err:
	genl_close(g);
	return ret;
}

void genl_close(struct genl *g)
{
	nl_cb_put(g->cb);
	nl_socket_free(g->sk);
	g->cb = NULL;
	g->sk = NULL;
}

struct nl_msg *genl_message(const struct genl *g, uint8_t cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, g->family, 0,
				flags, cmd, L2TP_GENL_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* What is left of an answer that an earlier call gave up on is not ours. */
static int on_seq(struct nl_msg *msg, void *arg)
{
	struct call *c = arg;

	return nlmsg_hdr(msg)->nlmsg_seq == c->seq ? NL_OK : NL_SKIP;
}

static int on_object(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[L2TP_ATTR_MAX + 1];
	struct call *c = arg;

	if (c->result || !c->each)
		return NL_OK;
	if (genlmsg_parse(nlmsg_hdr(msg), 0, attrs, L2TP_ATTR_MAX, NULL))
		c->result = -EBADMSG;
	else
		c->result = c->each(c->ctx, attrs);
	return NL_OK;
}

static int on_end(struct nl_msg *msg, void *arg)
{
	struct call *c = arg;

	(void)msg;
	c->done = true;
	return NL_STOP;
}

/* The kernel's words follow the failed request, which it repeats. */
static void take_text(struct genl *g, const struct nlmsgerr *e)
{
	const struct nlmsghdr *h =
		(const struct nlmsghdr *)((const char *)e - NLMSG_HDRLEN);
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1];
	size_t skip = sizeof(*e);

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip = NLMSG_ALIGN(sizeof(e->error) + e->msg.nlmsg_len);
	if (h->nlmsg_len < NLMSG_HDRLEN + skip)
		return;
	if (nla_parse(attrs, NLMSGERR_ATTR_MAX,
		      (struct nlattr *)((char *)(uintptr_t)e + skip),
		      (int)(h->nlmsg_len - NLMSG_HDRLEN - skip), NULL))
		return;
	if (attrs[NLMSGERR_ATTR_MSG])
		nla_strlcpy(g->text, attrs[NLMSGERR_ATTR_MSG], sizeof(g->text));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct call *c = arg;

	(void)from;
	take_text(c->genl, e);
	c->result = e->error;
	c->done = true;
	return NL_STOP;
}

int genl_call(struct genl *g, struct nl_msg *msg,
	      int (*each)(void *ctx, struct nlattr **attrs), void *ctx)
{
	struct call c = { .genl = g, .each = each, .ctx = ctx };
	int ret;

	g->text[0] = 0;
	/*
	 * The kernel works on a request within send: this is the
	 * call that may wait.
	 */
	ret = nl_send_auto(g->sk, msg);
	c.seq = nlmsg_hdr(msg)->nlmsg_seq;
	nlmsg_free(msg);
	if (ret < 0)
		return -EIO;
	nl_cb_set(g->cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_seq, &c);
	nl_cb_set(g->cb, NL_CB_VALID, NL_CB_CUSTOM, on_object, &c);
	nl_cb_set(g->cb, NL_CB_FINISH, NL_CB_CUSTOM, on_end, &c);
	nl_cb_set(g->cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, &c);
	nl_cb_err(g->cb, NL_CB_CUSTOM, on_error, &c);
	while (!c.done) {
		ret = nl_recvmsgs(g->sk, g->cb);
		if (ret < 0 && !c.done)
			return -EIO;
	}
	return c.result;
}
