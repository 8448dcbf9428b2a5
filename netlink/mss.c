/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table of nftables that lowers TCP's maximum segment size; see mss.h. */
#include "netlink/mss.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHAIN		"forward"
#define SET		"interfaces"
#define SET_ID		1
#define TYPE_IFINDEX	20 /* nft's number of what the set holds, for show */
#define PRIORITY_MANGLE (-150)
#define TCP_FLAGS_AT	13 /* of its header */
#define TCP_SYN		0x02
#define TCP_RST		0x04
#define OPTION_MAXSEG	2 /* RFC 9293, section 3.2 */
#define MAXSEG_AT	2 /* of that option */

/*
 * Requests of nftables come in batches, each of which the kernel does as a
 * whole or not at all.
 */
struct batch {
	_Alignas(16) char buf[RTNL_BUFFER];
	size_t len;
	uint32_t seq;
};

static struct nlmsghdr *next(struct batch *b, uint16_t type, uint16_t flags,
			     uint8_t family, uint16_t res_id)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(b->buf + b->len);
	struct nfgenmsg *nf = mnl_nlmsg_put_extra_header(h, sizeof(*nf));

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = ++b->seq;
	nf->nfgen_family = family;
	nf->version = NFNETLINK_V0;
	nf->res_id = htons(res_id);
	return h;
}

static void end(struct batch *b, const struct nlmsghdr *h)
{
	b->len += MNL_ALIGN(h->nlmsg_len);
}

static void begin_batch(struct batch *b, struct mss *m)
{
	b->len = 0;
	b->seq = m->nl.seq;
	end(b,
	    next(b, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
}

/* Each is acknowledged: a batch without an answer is not taken for done. */
static struct nlmsghdr *begin(struct batch *b, uint8_t type, uint16_t flags)
{
	return next(b, NFNL_SUBSYS_NFTABLES << 8 | type, NLM_F_ACK | flags,
		    NFPROTO_INET, 0);
}

/* The first error; -EIO when nothing was answered at all. */
static int read_answers(struct mss *m, uint32_t first, uint32_t last)
{
	_Alignas(16) char buf[RTNL_BUFFER];
	const struct nlmsghdr *h;
	int ret = -EIO;
	ssize_t n;

	while ((n = mnl_socket_recvfrom(m->nl.nl, buf, sizeof(buf))) >= 0) {
		int left = (int)n;

		for (h = (const struct nlmsghdr *)(const void *)buf;
		     mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
			const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);

			if (h->nlmsg_type != NLMSG_ERROR ||
			    h->nlmsg_seq < first || h->nlmsg_seq > last ||
			    mnl_nlmsg_get_payload_len(h) < sizeof(*e))
				continue;
			if (ret == 0 || ret == -EIO)
				ret = e->error;
		}
	}
	return errno == EAGAIN ? ret : -errno;
}

/* The kernel works on it within send. */
static int send_batch(struct batch *b, struct mss *m)
{
	uint32_t first = m->nl.seq + 1;

	end(b, next(b, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
	m->nl.seq = b->seq;
	if (mnl_socket_sendto(m->nl.nl, b->buf, b->len) < 0)
		return -errno;
	return read_answers(m, first, b->seq);
}

/* ---- expressions: what a rule does, step by step ---- */

static void put_number(struct nlmsghdr *h, uint16_t type, uint32_t value)
{
	mnl_attr_put_u32(h, type, htonl(value));
}

struct expression {
	struct nlattr *elem, *data;
};

static struct expression open_expression(struct nlmsghdr *h, const char *name)
{
	struct expression x;

	x.elem = mnl_attr_nest_start(h, NFTA_LIST_ELEM);
	mnl_attr_put_strz(h, NFTA_EXPR_NAME, name);
	x.data = mnl_attr_nest_start(h, NFTA_EXPR_DATA);
	return x;
}

static void close_expression(struct nlmsghdr *h, struct expression x)
{
	mnl_attr_nest_end(h, x.data);
	mnl_attr_nest_end(h, x.elem);
}

static void put_value(struct nlmsghdr *h, uint16_t type, const void *value,
		      size_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(h, type);

	mnl_attr_put(h, NFTA_DATA_VALUE, len, value);
	mnl_attr_nest_end(h, nest);
}

static void load_meta(struct nlmsghdr *h, enum nft_meta_keys key)
{
	struct expression x = open_expression(h, "meta");

	put_number(h, NFTA_META_KEY, key);
	put_number(h, NFTA_META_DREG, NFT_REG_1);
	close_expression(h, x);
}

static void is_in_set(struct nlmsghdr *h)
{
	struct expression x = open_expression(h, "lookup");

	mnl_attr_put_strz(h, NFTA_LOOKUP_SET, SET);
	put_number(h, NFTA_LOOKUP_SET_ID, SET_ID);
	put_number(h, NFTA_LOOKUP_SREG, NFT_REG_1);
	close_expression(h, x);
}

static void is_equal(struct nlmsghdr *h, uint8_t value)
{
	struct expression x = open_expression(h, "cmp");

	put_number(h, NFTA_CMP_SREG, NFT_REG_1);
	put_number(h, NFTA_CMP_OP, NFT_CMP_EQ);
	put_value(h, NFTA_CMP_DATA, &value, sizeof(value));
	close_expression(h, x);
}

static void load_tcp_flags(struct nlmsghdr *h)
{
	struct expression x = open_expression(h, "payload");

	put_number(h, NFTA_PAYLOAD_DREG, NFT_REG_1);
	put_number(h, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
	put_number(h, NFTA_PAYLOAD_OFFSET, TCP_FLAGS_AT);
	put_number(h, NFTA_PAYLOAD_LEN, 1);
	close_expression(h, x);
}

static void mask(struct nlmsghdr *h, uint8_t bits)
{
	struct expression x = open_expression(h, "bitwise");
	const uint8_t none = 0;

	put_number(h, NFTA_BITWISE_SREG, NFT_REG_1);
	put_number(h, NFTA_BITWISE_DREG, NFT_REG_1);
	put_number(h, NFTA_BITWISE_LEN, 1);
	put_value(h, NFTA_BITWISE_MASK, &bits, sizeof(bits));
	put_value(h, NFTA_BITWISE_XOR, &none, sizeof(none));
	close_expression(h, x);
}

/* The smaller one of the routes to and from the packet's source. */
static void load_mss_of_routes(struct nlmsghdr *h)
{
	struct expression x = open_expression(h, "rt");

	put_number(h, NFTA_RT_KEY, NFT_RT_TCPMSS);
	put_number(h, NFTA_RT_DREG, NFT_REG_1);
	close_expression(h, x);
	x = open_expression(h, "byteorder");
	put_number(h, NFTA_BYTEORDER_SREG, NFT_REG_1);
	put_number(h, NFTA_BYTEORDER_DREG, NFT_REG_1);
	put_number(h, NFTA_BYTEORDER_OP, NFT_BYTEORDER_HTON);
	put_number(h, NFTA_BYTEORDER_LEN, 2);
	put_number(h, NFTA_BYTEORDER_SIZE, 2);
	close_expression(h, x);
}

/* The kernel never raises it (nft_exthdr_tcp_set_eval). */
static void lower_mss(struct nlmsghdr *h)
{
	struct expression x = open_expression(h, "exthdr");

	put_number(h, NFTA_EXTHDR_SREG, NFT_REG_1);
	mnl_attr_put_u8(h, NFTA_EXTHDR_TYPE, OPTION_MAXSEG);
	put_number(h, NFTA_EXTHDR_OFFSET, MAXSEG_AT);
	put_number(h, NFTA_EXTHDR_LEN, 2);
	put_number(h, NFTA_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
	close_expression(h, x);
}

/* ---- the table ---- */

static void put_table(struct batch *b, const struct mss *m)
{
	struct nlmsghdr *h = begin(b, NFT_MSG_NEWTABLE, NLM_F_CREATE);

	mnl_attr_put_strz(h, NFTA_TABLE_NAME, m->table);
	put_number(h, NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
	end(b, h);
}

static void put_set(struct batch *b, const struct mss *m)
{
	struct nlmsghdr *h = begin(b, NFT_MSG_NEWSET, NLM_F_CREATE);

	mnl_attr_put_strz(h, NFTA_SET_TABLE, m->table);
	mnl_attr_put_strz(h, NFTA_SET_NAME, SET);
	put_number(h, NFTA_SET_FLAGS, 0);
	put_number(h, NFTA_SET_KEY_TYPE, TYPE_IFINDEX);
	put_number(h, NFTA_SET_KEY_LEN, sizeof(uint32_t));
	put_number(h, NFTA_SET_ID, SET_ID);
	end(b, h);
}

static void put_chain(struct batch *b, const struct mss *m)
{
	struct nlmsghdr *h = begin(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nlattr *hook;

	mnl_attr_put_strz(h, NFTA_CHAIN_TABLE, m->table);
	mnl_attr_put_strz(h, NFTA_CHAIN_NAME, CHAIN);
	hook = mnl_attr_nest_start(h, NFTA_CHAIN_HOOK);
	put_number(h, NFTA_HOOK_HOOKNUM, NF_INET_FORWARD);
	put_number(h, NFTA_HOOK_PRIORITY, (uint32_t)PRIORITY_MANGLE);
	mnl_attr_nest_end(h, hook);
	mnl_attr_put_strz(h, NFTA_CHAIN_TYPE, "filter");
	end(b, h);
}

static void put_rule(struct batch *b, const struct mss *m,
		     enum nft_meta_keys interface)
{
	struct nlmsghdr *h =
		begin(b, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	struct nlattr *list;

	mnl_attr_put_strz(h, NFTA_RULE_TABLE, m->table);
	mnl_attr_put_strz(h, NFTA_RULE_CHAIN, CHAIN);
	list = mnl_attr_nest_start(h, NFTA_RULE_EXPRESSIONS);
	load_meta(h, interface);
	is_in_set(h);
	load_meta(h, NFT_META_L4PROTO);
	is_equal(h, IPPROTO_TCP);
	load_tcp_flags(h);
	mask(h, TCP_SYN | TCP_RST);
	is_equal(h, TCP_SYN);
	load_mss_of_routes(h);
	lower_mss(h);
	mnl_attr_nest_end(h, list);
	end(b, h);
}

int mss_open(struct mss *m)
{
	struct batch b;
	int err = rtnl_open_bus(&m->nl, NETLINK_NETFILTER);

	if (err)
		return err;
	snprintf(m->table, sizeof(m->table), "l2tpd-%d", getpid());
	begin_batch(&b, m);
	put_table(&b, m);
	put_set(&b, m);
	put_chain(&b, m);
	put_rule(&b, m, NFT_META_IIF);
	put_rule(&b, m, NFT_META_OIF);
	err = send_batch(&b, m);
	if (err)
		mss_close(m);
	return err;
}

void mss_close(struct mss *m)
{
	rtnl_close(&m->nl);
}

static int change(struct mss *m, uint8_t type, uint16_t flags, int ifindex)
{
	uint32_t key = (uint32_t)ifindex;
	struct nlattr *list, *elem;
	struct nlmsghdr *h;
	struct batch b;

	begin_batch(&b, m);
	h = begin(&b, type, flags);
	mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_TABLE, m->table);
	mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_SET, SET);
	list = mnl_attr_nest_start(h, NFTA_SET_ELEM_LIST_ELEMENTS);
	elem = mnl_attr_nest_start(h, NFTA_LIST_ELEM);
	put_value(h, NFTA_SET_ELEM_KEY, &key, sizeof(key));
	mnl_attr_nest_end(h, elem);
	mnl_attr_nest_end(h, list);
	end(&b, h);
	return send_batch(&b, m);
}

int mss_add(struct mss *m, int ifindex)
{
	return change(m, NFT_MSG_NEWSETELEM, NLM_F_CREATE, ifindex);
}

int mss_del(struct mss *m, int ifindex)
{
	return change(m, NFT_MSG_DELSETELEM, 0, ifindex);
}
