/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's data plane: tunnels and sessions by the l2tp generic netlink
 * family, PPP sessions' sockets by PPPoX, routes by rtnetlink.
 */
#include "netlink/dataplane.h"

#include <errno.h>
#include <netinet/in.h> /* before linux/l2tp.h, which has its own otherwise */
#include <linux/l2tp.h>
#include <linux/ppp-ioctl.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "netlink/check.h"
#include "netlink/genl.h"
#include "netlink/link.h"
#include "netlink/pppox.h"
#include "netlink/reaper.h"
#include "netlink/route.h"
#include "netlink/trial.h"

struct kernel {
	struct dataplane dp;
	struct genl genl;
	struct rtnl rtnl;
	struct reaper *reaper;
	/* the handoff to pppd would drop what came before it */
	bool bind_early;
};

static struct kernel *kernel_of(struct dataplane *dp)
{
	return (struct kernel *)dp;
}

/* Attributes into a message: an error stays, and send() looks at it once. */
struct request {
	struct nl_msg *msg;
	bool full;
};

static struct request request_new(struct kernel *k, uint8_t cmd, int flags)
{
	k->dp.text[0] = 0;
	return (struct request){ .msg = genl_message(&k->genl, cmd, flags) };
}

static void put(struct request *r, int type, const void *data, size_t len)
{
	if (r->msg && nla_put(r->msg, type, (int)len, data))
		r->full = true;
}

static void put_u8(struct request *r, int type, uint8_t v)
{
	put(r, type, &v, sizeof(v));
}

static void put_u16(struct request *r, int type, uint16_t v)
{
	put(r, type, &v, sizeof(v));
}

static void put_u32(struct request *r, int type, uint32_t v)
{
	put(r, type, &v, sizeof(v));
}

static void put_u64(struct request *r, int type, uint64_t v)
{
	put(r, type, &v, sizeof(v));
}

static int call(struct kernel *k, struct request *r,
		int (*each)(void *ctx, struct nlattr **attrs), void *ctx)
{
	int ret;

	if (!r->msg)
		return -ENOMEM;
	if (r->full) {
		nlmsg_free(r->msg);
		return -EMSGSIZE;
	}
	ret = genl_call(&k->genl, r->msg, each, ctx);
	if (ret)
		snprintf(k->dp.text, sizeof(k->dp.text), "%s", k->genl.text);
	/* The family says "no such device" of a tunnel or session. */
	return ret == -ENODEV ? -ENOENT : ret;
}

/* Says what the kernel lacks when all it said was a number. */
static int lacks(struct kernel *k, int error, const char *what)
{
	if (!k->dp.text[0])
		snprintf(k->dp.text, sizeof(k->dp.text), "%s", what);
	return error;
}

static void take_u64(struct nlattr **attrs, int type, uint64_t *out)
{
	if (attrs[type] && nla_len(attrs[type]) >= (int)sizeof(*out))
		*out = nla_get_u64(attrs[type]);
}

static void take_u32(struct nlattr **attrs, int type, uint32_t *out)
{
	if (attrs[type] && nla_len(attrs[type]) >= (int)sizeof(*out))
		*out = nla_get_u32(attrs[type]);
}

static void take_stats(struct nlattr *nest, struct dp_stats *out)
{
	struct nlattr *attrs[L2TP_ATTR_STATS_MAX + 1];

	if (!nest || nla_parse_nested(attrs, L2TP_ATTR_STATS_MAX, nest, NULL))
		return;
	take_u64(attrs, L2TP_ATTR_RX_PACKETS, &out->rx_packets);
	take_u64(attrs, L2TP_ATTR_RX_BYTES, &out->rx_bytes);
	take_u64(attrs, L2TP_ATTR_RX_ERRORS, &out->rx_errors);
	take_u64(attrs, L2TP_ATTR_RX_SEQ_DISCARDS, &out->rx_seq_discards);
	take_u64(attrs, L2TP_ATTR_RX_OOS_PACKETS, &out->rx_oos);
	take_u64(attrs, L2TP_ATTR_RX_COOKIE_DISCARDS, &out->rx_cookie_discards);
	take_u64(attrs, L2TP_ATTR_RX_INVALID, &out->rx_invalid);
	take_u64(attrs, L2TP_ATTR_TX_PACKETS, &out->tx_packets);
	take_u64(attrs, L2TP_ATTR_TX_BYTES, &out->tx_bytes);
	take_u64(attrs, L2TP_ATTR_TX_ERRORS, &out->tx_errors);
}

static int take_object(void *ctx, struct nlattr **attrs)
{
	struct dp_object *o = ctx;

	*o = (struct dp_object){ 0 };
	if (attrs[L2TP_ATTR_PROTO_VERSION])
		o->version = nla_get_u8(attrs[L2TP_ATTR_PROTO_VERSION]);
	take_u32(attrs, L2TP_ATTR_CONN_ID, &o->tunnel_id);
	take_u32(attrs, L2TP_ATTR_PEER_CONN_ID, &o->peer_tunnel_id);
	take_u32(attrs, L2TP_ATTR_SESSION_ID, &o->session_id);
	take_u32(attrs, L2TP_ATTR_PEER_SESSION_ID, &o->peer_session_id);
	if (attrs[L2TP_ATTR_IFNAME])
		nla_strlcpy(o->ifname, attrs[L2TP_ATTR_IFNAME],
			    sizeof(o->ifname));
	take_stats(attrs[L2TP_ATTR_STATS], &o->stats);
	return 0;
}

static int tunnel_get(struct kernel *k, uint32_t tunnel_id,
		      struct dp_object *out)
{
	struct request r = request_new(k, L2TP_CMD_TUNNEL_GET, 0);

	put_u32(&r, L2TP_ATTR_CONN_ID, tunnel_id);
	return call(k, &r, take_object, out);
}

static int session_get(struct kernel *k, uint32_t tunnel_id,
		       uint32_t session_id, struct dp_object *out)
{
	struct request r = request_new(k, L2TP_CMD_SESSION_GET, 0);

	put_u32(&r, L2TP_ATTR_CONN_ID, tunnel_id);
	put_u32(&r, L2TP_ATTR_SESSION_ID, session_id);
	return call(k, &r, take_object, out);
}

static void kernel_free(struct dataplane *dp)
{
	struct kernel *k = kernel_of(dp);

	reaper_free(k->reaper);
	rtnl_close(&k->rtnl);
	genl_close(&k->genl);
	free(k);
}

/*
 * A flag's attribute says yes by being there, whatever is in it (nla_get_flag).
 */
static void put_flag(struct request *r, int type, bool on)
{
	if (on)
		put(r, type, NULL, 0);
}

static void put_socket(struct request *r, const struct dp_tunnel *t)
{
	bool v6 = t->peer.family == AF_INET6;
	size_t len = v6 ? 16 : 4;

	put(r, v6 ? L2TP_ATTR_IP6_SADDR : L2TP_ATTR_IP_SADDR, t->local.ip, len);
	put(r, v6 ? L2TP_ATTR_IP6_DADDR : L2TP_ATTR_IP_DADDR, t->peer.ip, len);
	if (t->encap != DP_ENCAP_UDP)
		return;
	put_u16(r, L2TP_ATTR_UDP_SPORT, t->local.port);
	put_u16(r, L2TP_ATTR_UDP_DPORT, t->peer.port);
	/* This one has a policy that wants a byte. */
	if (t->udp_csum)
		put_u8(r, L2TP_ATTR_UDP_CSUM, 1);
	put_flag(r, L2TP_ATTR_UDP_ZERO_CSUM6_TX, t->udp6_zero_csum_tx);
	put_flag(r, L2TP_ATTR_UDP_ZERO_CSUM6_RX, t->udp6_zero_csum_rx);
}

static int kernel_tunnel_add(struct dataplane *dp, const struct dp_tunnel *t)
{
	struct kernel *k = kernel_of(dp);
	struct request r;
	int ret;

	ret = dp_tunnel_check(t);
	if (ret)
		return ret;
	/* Of a negative one the kernel would make a socket to nowhere. */
	if (t->fd < 0 && !dp_tunnel_is_static(t))
		return -EBADF;
	r = request_new(k, L2TP_CMD_TUNNEL_CREATE, 0);
	put_u32(&r, L2TP_ATTR_CONN_ID, t->tunnel_id);
	put_u32(&r, L2TP_ATTR_PEER_CONN_ID, t->peer_tunnel_id);
	put_u8(&r, L2TP_ATTR_PROTO_VERSION, t->version);
	put_u16(&r, L2TP_ATTR_ENCAP_TYPE,
		t->encap == DP_ENCAP_UDP ? L2TP_ENCAPTYPE_UDP :
					   L2TP_ENCAPTYPE_IP);
	if (dp_tunnel_is_static(t))
		put_socket(&r, t);
	else
		put_u32(&r, L2TP_ATTR_FD, (uint32_t)t->fd);
	return call(k, &r, NULL, NULL);
}

static int kernel_tunnel_del(struct dataplane *dp, uint32_t tunnel_id)
{
	struct kernel *k = kernel_of(dp);
	struct request r = request_new(k, L2TP_CMD_TUNNEL_DELETE, 0);

	reaper_forget_tunnel(k->reaper, tunnel_id);
	put_u32(&r, L2TP_ATTR_CONN_ID, tunnel_id);
	return call(k, &r, NULL, NULL);
}

static int kernel_tunnel_stats(struct dataplane *dp, uint32_t tunnel_id,
			       struct dp_stats *out)
{
	struct dp_object o = { 0 };
	int ret = tunnel_get(kernel_of(dp), tunnel_id, &o);

	if (!ret)
		*out = o.stats;
	return ret;
}

static uint16_t pseudowire_type(enum dp_pseudowire pw)
{
	switch (pw) {
	case DP_PW_PPP:
		return L2TP_PWTYPE_PPP;
	case DP_PW_ETH:
	/*
	 * No kernel has type 4; its frames are type 5's with a tag (RFC 4719).
	 */
	case DP_PW_ETH_VLAN:
		return L2TP_PWTYPE_ETH;
	}
	return L2TP_PWTYPE_NONE;
}

static const char *pseudowire_lack(enum dp_pseudowire pw)
{
	switch (pw) {
	case DP_PW_PPP:
		return "the kernel has no PPP over L2TP; load the module "
		       "l2tp_ppp (CONFIG_PPPOL2TP)";
	case DP_PW_ETH:
	case DP_PW_ETH_VLAN:
		return "the kernel has no Ethernet over L2TP, or the tunnel is "
		       "of version 2; load the module l2tp_eth "
		       "(CONFIG_L2TP_ETH)";
	}
	return "";
}

/* What SESSION_CREATE and SESSION_MODIFY have in common. */
static void put_session(struct request *r, const struct dp_session *s)
{
	put_u32(r, L2TP_ATTR_CONN_ID, s->tunnel_id);
	put_u32(r, L2TP_ATTR_SESSION_ID, s->session_id);
	put_u8(r, L2TP_ATTR_SEND_SEQ, s->send_seq);
	put_u8(r, L2TP_ATTR_RECV_SEQ, s->recv_seq);
	put_u8(r, L2TP_ATTR_LNS_MODE, s->lns_mode);
	put_u64(r, L2TP_ATTR_RECV_TIMEOUT, s->reorder_timeout_ms);
}

/* The family's own MTU attribute is read by no kernel since 4.19. */
static int set_mtu(struct kernel *k, const struct dp_session *s)
{
	struct dp_object o = { 0 };
	int ret;

	if (!s->mtu || s->pseudowire == DP_PW_PPP)
		return 0;
	ret = session_get(k, s->tunnel_id, s->session_id, &o);
	if (ret)
		return ret;
	return link_set_mtu(&k->rtnl, o.ifname, s->mtu);
}

static int kernel_session_del(struct dataplane *dp, uint32_t tunnel_id,
			      uint32_t session_id);

static int kernel_session_add(struct dataplane *dp, const struct dp_session *s)
{
	struct kernel *k = kernel_of(dp);
	struct dp_object o;
	struct request r;
	int ret;

	ret = dp_session_check(s, 0);
	if (ret)
		return ret;
	/*
	 * Linux 6.12 takes a second one into a v3 UDP tunnel
	 * (l2tp_session_collision_add).
	 */
	if (!session_get(k, s->tunnel_id, s->session_id, &o))
		return -EEXIST;
	r = request_new(k, L2TP_CMD_SESSION_CREATE, 0);
	put_session(&r, s);
	put_u32(&r, L2TP_ATTR_PEER_SESSION_ID, s->peer_session_id);
	put_u16(&r, L2TP_ATTR_PW_TYPE, pseudowire_type(s->pseudowire));
	if (s->no_l2_sublayer)
		put_u8(&r, L2TP_ATTR_L2SPEC_TYPE, L2TP_L2SPECTYPE_NONE);
	if (s->cookie_len)
		put(&r, L2TP_ATTR_COOKIE, s->cookie, s->cookie_len);
	if (s->peer_cookie_len)
		put(&r, L2TP_ATTR_PEER_COOKIE, s->peer_cookie,
		    s->peer_cookie_len);
	if (s->ifname[0])
		put(&r, L2TP_ATTR_IFNAME, s->ifname, strlen(s->ifname) + 1);
	ret = call(k, &r, NULL, NULL);
	if (ret == -EPROTONOSUPPORT)
		return lacks(k, ret, pseudowire_lack(s->pseudowire));
	if (ret)
		return ret;
	ret = set_mtu(k, s);
	if (ret)
		kernel_session_del(dp, s->tunnel_id, s->session_id);
	return ret;
}

static int kernel_session_modify(struct dataplane *dp,
				 const struct dp_session *s)
{
	struct kernel *k = kernel_of(dp);
	struct request r = request_new(k, L2TP_CMD_SESSION_MODIFY, 0);
	int ret;

	put_session(&r, s);
	ret = call(k, &r, NULL, NULL);
	return ret ? ret : set_mtu(k, s);
}

static int kernel_session_del(struct dataplane *dp, uint32_t tunnel_id,
			      uint32_t session_id)
{
	struct kernel *k = kernel_of(dp);
	struct dp_object o;
	int ret;

	ret = session_get(k, tunnel_id, session_id, &o);
	if (!ret)
		ret = reaper_session(k->reaper, tunnel_id, session_id);
	dp->removal_waits = reaper_error(k->reaper);
	return ret;
}

static int kernel_session_stats(struct dataplane *dp, uint32_t tunnel_id,
				uint32_t session_id, struct dp_stats *out)
{
	struct dp_object o = { 0 };
	int ret = session_get(kernel_of(dp), tunnel_id, session_id, &o);

	if (!ret)
		*out = o.stats;
	return ret;
}

static int kernel_session_interface(struct dataplane *dp, uint32_t tunnel_id,
				    uint32_t session_id, char name[IFNAMSIZ])
{
	struct dp_object o = { 0 };
	int ret = session_get(kernel_of(dp), tunnel_id, session_id, &o);

	if (ret)
		return ret;
	if (!o.ifname[0])
		return -ENODEV;
	memcpy(name, o.ifname, IFNAMSIZ);
	return 0;
}

/*
 * Hands the socket over to PPP at once: frames wait in its channel then, the
 * last 32 of them (ppp_input), and pppd's own PPPIOCGCHAN changes nothing.
 * Kernels that need it do this without waiting. Returns fd, or -errno.
 */
static int bind_to_ppp(int fd)
{
	int channel, ret;

	if (!ioctl(fd, PPPIOCGCHAN, &channel))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

static int kernel_session_open(struct dataplane *dp, const struct dp_tunnel *t,
			       const struct dp_session *s)
{
	struct kernel *k = kernel_of(dp);
	struct dp_object o;
	int ret;

	/*
	 * pppol2tp_connect would make what is not there, with
	 * nobody's parameters.
	 */
	ret = session_get(k, t->tunnel_id, s->session_id, &o);
	if (ret)
		return ret;
	ret = pppox_open(t, s->session_id, s->peer_session_id);
	if (ret == -EAFNOSUPPORT || ret == -EPROTONOSUPPORT)
		return lacks(k, ret, pseudowire_lack(DP_PW_PPP));
	if (ret >= 0 && k->bind_early)
		return bind_to_ppp(ret);
	return ret;
}

static void kernel_session_close(struct dataplane *dp, int fd)
{
	struct reaper *r = kernel_of(dp)->reaper;

	if (reaper_fd(r, fd))
		close(fd);
	dp->removal_waits = reaper_error(r);
}

struct objects {
	struct dp_object *at;
	size_t count, size;
};

static int collect(void *ctx, struct nlattr **attrs)
{
	struct objects *all = ctx;

	if (all->count == all->size) {
		size_t size = all->size ? all->size * 2 : 64;
		struct dp_object *at = reallocarray(all->at, size, sizeof(*at));

		if (!at)
			return -ENOMEM;
		all->at = at;
		all->size = size;
	}
	return take_object(&all->at[all->count++], attrs);
}

/*
 * A session's object has no version: it is its tunnel's. Both come in
 * order of tunnel ids.
 */
static void set_versions(struct objects *all, size_t tunnels)
{
	size_t t = 0;

	for (size_t i = tunnels; i < all->count; i++) {
		struct dp_object *o = &all->at[i];

		while (t < tunnels && all->at[t].tunnel_id < o->tunnel_id)
			t++;
		if (t < tunnels && all->at[t].tunnel_id == o->tunnel_id)
			o->version = all->at[t].version;
	}
}

static int kernel_dump(struct dataplane *dp,
		       int (*cb)(void *ctx, const struct dp_object *o),
		       void *ctx)
{
	struct kernel *k = kernel_of(dp);
	struct objects all = { 0 };
	struct request r;
	size_t tunnels;
	int ret;

	r = request_new(k, L2TP_CMD_TUNNEL_GET, NLM_F_DUMP);
	ret = call(k, &r, collect, &all);
	tunnels = all.count;
	if (!ret) {
		r = request_new(k, L2TP_CMD_SESSION_GET, NLM_F_DUMP);
		ret = call(k, &r, collect, &all);
	}
	if (!ret)
		set_versions(&all, tunnels);
	for (size_t i = 0; i < all.count && !ret; i++)
		ret = cb(ctx, &all.at[i]);
	free(all.at);
	return ret;
}

static int kernel_route_interface(struct dataplane *dp, const struct addr *dst,
				  char name[IFNAMSIZ])
{
	int index;

	dp->text[0] = 0;
	index = route_ifindex(&kernel_of(dp)->rtnl, dst);
	if (index < 0)
		return index;
	return if_indextoname((unsigned int)index, name) ? 0 : -errno;
}

static const struct dataplane_ops kernel_ops = {
	.name = "kernel",
	.free = kernel_free,
	.tunnel_add = kernel_tunnel_add,
	.tunnel_del = kernel_tunnel_del,
	.tunnel_stats = kernel_tunnel_stats,
	.session_add = kernel_session_add,
	.session_modify = kernel_session_modify,
	.session_del = kernel_session_del,
	.session_stats = kernel_session_stats,
	.session_interface = kernel_session_interface,
	.session_open = kernel_session_open,
	.session_close = kernel_session_close,
	.dump = kernel_dump,
	.route_interface = kernel_route_interface,
};

static void __attribute__((format(printf, 3, 4)))
explain(char *err, size_t errlen, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, errlen, fmt, ap);
	va_end(ap);
}

static int open_genl(struct kernel *k, char *err, size_t errlen)
{
	struct dp_object o;
	int ret;

	ret = genl_open(&k->genl);
	if (ret == -ENOENT) {
		explain(err, errlen,
			"the kernel has no L2TP: load the module l2tp_netlink "
			"(options CONFIG_L2TP and CONFIG_L2TP_V3)");
		return ret;
	}
	if (ret) {
		explain(err, errlen, "cannot open generic netlink: %s",
			strerror(-ret));
		return ret;
	}
	/*
	 * Anyone may find the family. Whether we may use it shows
	 * with any request.
	 */
	ret = tunnel_get(k, 0, &o);
	if (ret == -ENOENT)
		return 0;
	if (ret == -EPERM)
		explain(err, errlen,
			"the kernel refuses L2TP requests: "
			"CAP_NET_ADMIN is needed in this network namespace");
	else
		explain(err, errlen, "the kernel refuses L2TP requests: %s",
			strerror(-ret));
	genl_close(&k->genl);
	return ret;
}

/* Each is on the safe side where the trial fails. */
static void learn(struct kernel *k)
{
	struct trial trial = trial_run(&k->dp);

	k->bind_early = !trial.keeps_frames;
	k->dp.one_tunnel_per_path = !trial.heeds_tunnel_id;
	/* Both came with the work on sessions in 6.12. */
	if (trial.heeds_tunnel_id)
		reaper_delete_is_quick(k->reaper);
	k->dp.text[0] = 0;
}

struct dataplane *dataplane_kernel_new(char *err, size_t errlen)
{
	struct kernel *k = calloc(1, sizeof(*k));
	int ret;

	if (!k) {
		explain(err, errlen, "out of memory");
		return NULL;
	}
	k->dp.ops = &kernel_ops;
	if (open_genl(k, err, errlen))
		goto err_free;
	ret = rtnl_open(&k->rtnl);
	if (ret) {
		explain(err, errlen, "cannot open rtnetlink: %s",
			strerror(-ret));
		goto err_genl;
	}
	k->reaper = reaper_new();
	if (!k->reaper) {
		explain(err, errlen, "out of memory or sockets");
		goto err_rtnl;
	}
	learn(k);
	return &k->dp;

err_rtnl:
	rtnl_close(&k->rtnl);
err_genl:
	genl_close(&k->genl);
err_free:
	free(k);
	return NULL;
}
