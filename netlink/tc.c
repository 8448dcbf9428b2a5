/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests for queueing disciplines and filters; see tc.h. */
#include "netlink/tc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/*
 * "L2" in ASCII: our handles and priorities are seen among others', and
 * do not meet them.
 */
#define OUR_NUMBER     0x4c32u
#define SHAPER_HANDLE  (OUR_NUMBER << 16)
#define INGRESS_HANDLE 0xffff0000u
#define INGRESS_PARENT (TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS))
#define FILTER_HANDLE  1

/*
 * At 100 turns of the kernel's clock a second, the slowest there is, the rate
 * is still reached.
 */
#define SHAPER_BURST_MS	     10
#define SHAPER_DELAY_MS	     50
/* what a TCP sends in a row when it starts or grows */
#define POLICE_BURST_MS	     100
#define SHAPER_BURST_PACKETS 2
#define SHAPER_QUEUE_PACKETS 5
#define POLICE_BURST_PACKETS 10

#define TICK_NS	   64 /* the unit of struct tc_police's burst in every kernel */
#define CELL_LOG   8
/* asked for by the kernel, which computes its own since 3.9 */
#define RATE_TABLE 1024
#define PACKET_MAX 65535

static uint64_t bytes_in(uint64_t rate, unsigned int ms)
{
	return rate / 8 * ms / 1000;
}

static uint32_t at_least(uint64_t n, uint64_t least)
{
	n = n > least ? n : least;
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

struct tc_bucket tc_shaper_bucket(uint64_t rate, uint32_t mtu)
{
	struct tc_bucket b = {
		.burst = at_least(bytes_in(rate, SHAPER_BURST_MS),
				  SHAPER_BURST_PACKETS * mtu),
	};

	b.limit = at_least(b.burst + bytes_in(rate, SHAPER_DELAY_MS),
			   SHAPER_QUEUE_PACKETS * mtu);
	return b;
}

struct tc_bucket tc_police_bucket(uint64_t rate, uint32_t mtu)
{
	return (struct tc_bucket){
		.burst = at_least(bytes_in(rate, POLICE_BURST_MS),
				  POLICE_BURST_PACKETS * mtu),
	};
}

static struct tc_ratespec ratespec(uint64_t rate)
{
	uint64_t bytes = rate / 8;

	return (struct tc_ratespec){
		.rate = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes,
		.linklayer = TC_LINKLAYER_ETHERNET,
		.cell_log = CELL_LOG,
		.cell_align = -1,
	};
}

static void put_rate64(struct nlmsghdr *h, uint16_t type, uint64_t rate)
{
	if (rate / 8 > UINT32_MAX)
		mnl_attr_put_u64(h, type, rate / 8);
}

static struct nlmsghdr *begin(struct rtnl_request *q, uint16_t type,
			      uint16_t flags, const struct tcmsg *from,
			      const char *kind)
{
	struct tcmsg *tcm =
		rtnl_begin(q, type, NLM_F_ACK | flags, sizeof(*tcm));

	*tcm = *from;
	tcm->tcm_family = AF_UNSPEC;
	mnl_attr_put_strz(rtnl_header(q), TCA_KIND, kind);
	return rtnl_header(q);
}

/* ---- what leaves ---- */

int tc_shape(struct rtnl *r, int ifindex, uint64_t rate, uint32_t mtu)
{
	const struct tcmsg where = {
		.tcm_ifindex = ifindex,
		.tcm_parent = TC_H_ROOT,
		.tcm_handle = SHAPER_HANDLE,
	};
	struct tc_bucket b = tc_shaper_bucket(rate, mtu);
	struct tc_tbf_qopt opt = { .rate = ratespec(rate), .limit = b.limit };
	struct rtnl_request q;
	struct nlmsghdr *h = begin(&q, RTM_NEWQDISC,
				   NLM_F_CREATE | NLM_F_REPLACE, &where, "tbf");
	struct nlattr *options = mnl_attr_nest_start(h, TCA_OPTIONS);

	mnl_attr_put(h, TCA_TBF_PARMS, sizeof(opt), &opt);
	mnl_attr_put_u32(h, TCA_TBF_BURST, b.burst);
	put_rate64(h, TCA_TBF_RATE64, rate);
	mnl_attr_nest_end(h, options);
	return rtnl_call(r, &q, NULL, NULL);
}

int tc_unshape(struct rtnl *r, int ifindex)
{
	const struct tcmsg where = {
		.tcm_ifindex = ifindex,
		.tcm_parent = TC_H_ROOT,
		.tcm_handle = SHAPER_HANDLE,
	};
	struct rtnl_request q;

	begin(&q, RTM_DELQDISC, 0, &where, "tbf");
	return rtnl_call(r, &q, NULL, NULL);
}

/* ---- what comes in ---- */

static int ingress(struct rtnl *r, int ifindex, uint16_t type, uint16_t flags)
{
	const struct tcmsg where = {
		.tcm_ifindex = ifindex,
		.tcm_parent = TC_H_INGRESS,
		.tcm_handle = INGRESS_HANDLE,
	};
	struct rtnl_request q;

	begin(&q, type, flags, &where, "ingress");
	return rtnl_call(r, &q, NULL, NULL);
}

static struct tcmsg filter(int ifindex, uint16_t prio, uint32_t handle)
{
	return (struct tcmsg){
		.tcm_ifindex = ifindex,
		.tcm_parent = INGRESS_PARENT,
		.tcm_handle = handle,
		.tcm_info = TC_H_MAKE((uint32_t)prio << 16, htons(ETH_P_ALL)),
	};
}

/* The rate is held over the burst; what is beyond it is dropped. */
static void put_police(struct nlmsghdr *h, uint64_t rate, uint32_t burst)
{
	static const uint8_t table[RATE_TABLE];
	uint64_t ticks = (uint64_t)burst * (1000000000 / TICK_NS) / (rate / 8);
	const struct tc_police police = {
		.action = TC_POLICE_SHOT,
		.burst = at_least(ticks, 1),
		.mtu = PACKET_MAX,
		.rate = ratespec(rate),
	};
	/* the first and only one */
	struct nlattr *action = mnl_attr_nest_start(h, 1);
	struct nlattr *options;

	mnl_attr_put_strz(h, TCA_ACT_KIND, "police");
	options = mnl_attr_nest_start(h, TCA_ACT_OPTIONS);
	mnl_attr_put(h, TCA_POLICE_TBF, sizeof(police), &police);
	mnl_attr_put(h, TCA_POLICE_RATE, sizeof(table), table);
	put_rate64(h, TCA_POLICE_RATE64, rate);
	mnl_attr_nest_end(h, options);
	mnl_attr_nest_end(h, action);
}

static int add_filter(struct rtnl *r, int ifindex, uint16_t prio, uint64_t rate,
		      uint32_t mtu)
{
	const struct tcmsg where = filter(ifindex, prio, FILTER_HANDLE);
	struct rtnl_request q;
	struct nlmsghdr *h = begin(&q, RTM_NEWTFILTER,
				   NLM_F_CREATE | NLM_F_EXCL, &where,
				   "matchall");
	struct nlattr *options = mnl_attr_nest_start(h, TCA_OPTIONS);
	struct nlattr *actions = mnl_attr_nest_start(h, TCA_MATCHALL_ACT);

	put_police(h, rate, tc_police_bucket(rate, mtu).burst);
	mnl_attr_nest_end(h, actions);
	mnl_attr_nest_end(h, options);
	return rtnl_call(r, &q, NULL, NULL);
}

static int del_filter(struct rtnl *r, int ifindex, uint16_t prio)
{
	const struct tcmsg where = filter(ifindex, prio, 0);
	struct rtnl_request q;

	begin(&q, RTM_DELTFILTER, 0, &where, "matchall");
	return rtnl_call(r, &q, NULL, NULL);
}

int tc_police(struct rtnl *r, int ifindex, uint64_t rate, uint32_t mtu,
	      struct tc_ingress *in)
{
	/*
	 * A matchall filter cannot be changed: the next one goes
	 * beside it first.
	 */
	uint16_t prio = in->prio == OUR_NUMBER ? OUR_NUMBER + 1 : OUR_NUMBER;
	int ret = 0;

	if (!in->prio && !in->qdisc) {
		ret = ingress(r, ifindex, RTM_NEWQDISC,
			      NLM_F_CREATE | NLM_F_EXCL);
		in->qdisc = ret == 0;
	}
	/* The operator's own (ingress or clsact) takes our filter as well. */
	if (ret && ret != -EEXIST)
		return ret;
	ret = add_filter(r, ifindex, prio, rate, mtu);
	if (ret && !in->prio && in->qdisc) {
		char text[sizeof(r->text)];

		memcpy(text, r->text, sizeof(text));
		tc_unpolice(r, ifindex, in);
		memcpy(r->text, text, sizeof(text));
	}
	if (ret)
		return ret;
	if (in->prio)
		ret = del_filter(r, ifindex, in->prio);
	in->prio = prio;
	return ret == -ENOENT ? 0 : ret;
}

int tc_unpolice(struct rtnl *r, int ifindex, struct tc_ingress *in)
{
	int ret = 0;

	if (in->qdisc)
		ret = ingress(r, ifindex, RTM_DELQDISC, 0);
	else if (in->prio)
		ret = del_filter(r, ifindex, in->prio);
	*in = (struct tc_ingress){ 0 };
	return ret;
}
