/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Channels and units of sessions, as the engine asks; see ppp_unit.h. */
#include "monitor/ppp_unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipc/ipc.h"
#include "lib/log.h"
#include "monitor/check.h"
#include "monitor/held.h"
#include "monitor/net.h"
#include "monitor/net_check.h"
#include "monitor/ppp_net.h"
#include "monitor/ppp_threads.h"
#include "netlink/link.h"
#include "netlink/p2p.h"
#include "netlink/ppp.h"

#define MPPE_TYPE      18 /* RFC 3078, section 2 */
#define MPPE_STATELESS 0x01
#define MPPE_40	       0x20
#define MPPE_128       0x40

struct ppp_units {
	struct ppp_units_options options;
	struct ppp_threads *threads;
	struct rtnl rtnl;
	unsigned int engine; /* the number of the one that runs */
};

struct attaching;

struct builtin_unit {
	struct attaching *attaching; /* NULL: it is attached */
	int channel, fd;	     /* -1: not any more, not yet */
	int ifindex;		     /* 0: it has no interface yet */
	char ifname[IFNAMSIZ];
	uint64_t rx_packets; /* at the last look */
	/* local unset: that protocol is down */
	struct p2p ipv4, ipv6;
};

/* A channel that is being opened, and who waits for it. */
struct attaching {
	struct ppp_units *units;
	struct held_session *session; /* NULL: it ended meanwhile */
	unsigned int engine;
	struct request_later later;
	struct monitor_attached reply;
};

/* ---- all of them ---- */

struct ppp_units *ppp_units_new(const struct ppp_units_options *options)
{
	struct ppp_units *u = calloc(1, sizeof(*u));
	int err = u ? rtnl_open(&u->rtnl) : -ENOMEM;

	if (!err) {
		u->options = *options;
		u->threads = ppp_threads_new(options->loop);
		if (u->threads)
			return u;
		rtnl_close(&u->rtnl);
		err = -ENOMEM;
	}
	log_error("interfaces of PPP cannot be made: %s", strerror(-err));
	free(u);
	return NULL;
}

void ppp_units_free(struct ppp_units *u)
{
	if (!u)
		return;
	ppp_threads_free(u->threads);
	rtnl_close(&u->rtnl);
	free(u);
}

void ppp_units_engine_gone(struct ppp_units *u)
{
	if (u)
		u->engine++;
}

/* ---- the channel ---- */

static const struct config_ppp *profile_of(const struct ppp_units *u,
					   const char *name)
{
	const struct config_ppp *p = config_ppp_find(u->options.config, name);

	return p && p->backend == CONFIG_BACKEND_BUILTIN ? p : NULL;
}

/* The session's, or nobody's any more. */
static int take_channel(const struct attaching *a, int fd)
{
	struct builtin_unit *unit = a->session ? a->session->builtin : NULL;

	if (unit)
		unit->attaching = NULL;
	if (unit && fd >= 0)
		unit->channel = fd;
	if (unit)
		return fd < 0 ? fd : 0;
	if (fd >= 0)
		close(fd);
	return -ENOENT;
}

static void on_attached(void *arg, int fd)
{
	struct attaching *a = arg;
	int result = take_channel(a, fd);

	if (a->engine == a->units->engine)
		requests_answer(a->units->options.engine, &a->later, result,
				&a->reply, sizeof(a->reply), fd);
	free(a);
}

static int attach(struct ppp_units *u, struct held_session *s,
		  struct attaching *a)
{
	int err;

	s->builtin = calloc(1, sizeof(*s->builtin));
	if (!s->builtin)
		return -ENOMEM;
	*s->builtin = (struct builtin_unit){
		.attaching = a,
		.channel = -1,
		.fd = -1,
	};
	err = ppp_threads_attach(u->threads, s->pppox, on_attached, a);
	if (err) {
		free(s->builtin);
		s->builtin = NULL;
	}
	return err;
}

static void find_sizes(struct ppp_units *u, struct held_session *s,
		       struct monitor_attached *out)
{
	struct ppp_call_params sizes = { 0 };

	ppp_net_begin(u->options.ppp_nets, s, &sizes);
	out->mtu = sizes.mtu;
	out->mru = sizes.mru;
	out->mtu_most = sizes.mtu_most;
	out->path_mtu = s->tunnel->path_mtu;
}

static int take_attach(struct request *q)
{
	struct ppp_units *u = q->object;
	const struct monitor_attach *r = q->body;
	struct held_session *s;
	struct attaching *a;
	int err;

	if (!u)
		return -EOPNOTSUPP;
	s = held_session_find(u->options.held, r->link);
	if (!s || s->ppp || s->dialled || s->builtin || s->pppox < 0 ||
	    !profile_of(u, r->profile))
		return -EINVAL;
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	s->profile = profile_of(u, r->profile);
	s->caller = r->caller;
	a->units = u;
	a->session = s;
	a->engine = u->engine;
	find_sizes(u, s, &a->reply);
	request_put_off(q, &a->later);
	err = attach(u, s, a);
	if (err)
		free(a);
	return err;
}

/* ---- the unit ---- */

/* The session that asks, with its channel; NULL: it has none. */
static struct held_session *asks(const struct ppp_units *u, uint64_t link)
{
	struct held_session *s = u ? held_session_find(u->options.held, link) :
				     NULL;

	return s && s->builtin && !s->builtin->attaching ? s : NULL;
}

static struct held_session *asks_with_unit(const struct ppp_units *u,
					   uint64_t link)
{
	struct held_session *s = asks(u, link);

	return s && s->builtin->fd >= 0 ? s : NULL;
}

static void close_unit(struct ppp_units *u, struct held_session *s)
{
	struct builtin_unit *unit = s->builtin;

	if (unit->ifindex)
		table_del(&u->options.held->units, (uint64_t)unit->ifindex);
	ppp_threads_close(u->threads, unit->channel, unit->fd, unit->ifindex);
	unit->channel = unit->fd = -1;
	unit->ifindex = s->unit = 0;
}

static int name_it(struct ppp_units *u, struct builtin_unit *unit,
		   const char *name)
{
	int err = *name ? link_set_name(&u->rtnl, unit->ifindex, name) : 0;

	if (!err && *name)
		memcpy(unit->ifname, name, sizeof(unit->ifname));
	return err;
}

static int open_unit(struct ppp_units *u, struct held_session *s,
		     const struct monitor_unit *r)
{
	struct builtin_unit *unit = s->builtin;
	int err;

	unit->fd = ppp_unit_open(unit->channel, &unit->ifindex, unit->ifname);
	if (unit->fd < 0)
		return unit->fd;
	s->unit = unit->ifindex;
	err = table_put(&u->options.held->units, (uint64_t)unit->ifindex, s);
	if (!err && r->mru)
		err = ppp_unit_set_mru(unit->fd, r->mru);
	return err ? err : name_it(u, unit, r->interface.ifname);
}

static int take_unit(struct request *q)
{
	struct ppp_units *u = q->object;
	const struct monitor_unit *r = q->body;
	struct held_session *s = asks(u, r->interface.link);
	struct monitor_interface reply = { .link = r->interface.link };
	int err;

	if (!s || s->builtin->channel < 0 || s->builtin->fd >= 0)
		return -ENOENT;
	if (!monitor_is_ifname(r->interface.ifname) || !monitor_is_unit(r->mru))
		return -EINVAL;
	err = open_unit(u, s, r);
	if (err) {
		close_unit(u, s);
		return err;
	}
	/* From here on the unit is enough. */
	close(s->builtin->channel);
	s->builtin->channel = -1;
	memcpy(reply.ifname, s->builtin->ifname, sizeof(reply.ifname));
	request_answer(q, &reply, sizeof(reply));
	request_lend_fd(q, s->builtin->fd);
	return 0;
}

/* ---- its addresses ---- */

static struct addr v4_of(uint32_t network_order)
{
	struct addr a = { .family = AF_INET };

	memcpy(a.ip, &network_order, 4);
	return a;
}

static bool fits_ipv4(const struct monitor_ppp_address *r)
{
	const struct addr local = v4_of(r->local_ipv4),
			  remote = v4_of(r->remote_ipv4);

	return net_is_host(&local) && net_is_host(&remote) &&
	       !addr_equal_ip(&local, &remote);
}

static bool fits_ipv6(const struct monitor_ppp_address *r)
{
	static const uint8_t none[8];

	return memcmp(r->local_ifid, none, sizeof(none)) != 0 &&
	       memcmp(r->local_ifid, r->remote_ifid, sizeof(none)) != 0;
}

static bool address_fits(const struct monitor_ppp_address *r)
{
	if (r->family != AF_INET && r->family != AF_INET6)
		return false;
	if (!r->up)
		return true;
	return r->mtu && monitor_is_unit(r->mtu) &&
	       (r->family == AF_INET ? fits_ipv4(r) : fits_ipv6(r));
}

static struct p2p ends_of(const struct builtin_unit *unit,
			  const struct monitor_ppp_address *r)
{
	struct p2p ends = {
		.ifindex = unit->ifindex,
		.local = { .family = AF_INET6, .ip = { 0xfe, 0x80 } },
	};

	if (r->family == AF_INET) {
		ends.local = v4_of(r->local_ipv4);
		ends.peer = v4_of(r->remote_ipv4);
	} else {
		memcpy(ends.local.ip + 8, r->local_ifid, 8);
	}
	return ends;
}

/* Other addresses than before take their place. */
static void take_back(struct ppp_units *u, struct p2p *had)
{
	if (addr_is_set(&had->local))
		(void)p2p_down(&u->rtnl, had);
	*had = (struct p2p){ 0 };
}

static int bring_up(struct ppp_units *u, struct builtin_unit *unit,
		    const struct monitor_ppp_address *r, struct p2p *had)
{
	const struct p2p ends = ends_of(unit, r);
	int err;

	take_back(u, had);
	err = p2p_up(&u->rtnl, &ends, r->mtu);
	if (err)
		return err;
	*had = ends;
	return ppp_unit_pass(unit->fd, r->family, true);
}

static int take_address(struct request *q)
{
	struct ppp_units *u = q->object;
	const struct monitor_ppp_address *r = q->body;
	struct held_session *s = asks_with_unit(u, r->link);
	struct p2p *had;
	int err;

	if (!s)
		return -ENOENT;
	if (!address_fits(r))
		return -EINVAL;
	had = r->family == AF_INET ? &s->builtin->ipv4 : &s->builtin->ipv6;
	if (r->up)
		return bring_up(u, s->builtin, r, had);
	err = ppp_unit_pass(s->builtin->fd, r->family, false);
	take_back(u, had);
	return err;
}

/* ---- encryption ---- */

static bool option_fits(const uint8_t o[PPP_MPPE_OPTION])
{
	return o[0] == MPPE_TYPE && o[1] == PPP_MPPE_OPTION &&
	       !(o[2] & ~MPPE_STATELESS) && !o[3] && !o[4] &&
	       !(o[5] & ~(MPPE_40 | MPPE_128));
}

static int set_mppe(const struct builtin_unit *unit,
		    const struct monitor_ppp_mppe *r)
{
	const struct ppp_ccp_state state = {
		.open = r->open,
		.up = r->up,
		.must_encrypt = r->up && r->required,
	};
	int err = 0;

	if (r->receive)
		err = ppp_unit_set_mppe(unit->fd, false, r->receive_option,
					r->receive_key);
	if (!err && r->send)
		err = ppp_unit_set_mppe(unit->fd, true, r->send_option,
					r->send_key);
	return err ? err : ppp_unit_set_ccp(unit->fd, &state);
}

static int take_mppe(struct request *q)
{
	struct ppp_units *u = q->object;
	struct monitor_ppp_mppe *r = q->body;
	struct held_session *s = asks_with_unit(u, r->link);
	int err;

	if (!s)
		err = -ENOENT;
	else if ((r->send && !option_fits(r->send_option)) ||
		 (r->receive && !option_fits(r->receive_option)))
		err = -EINVAL;
	else
		err = set_mppe(s->builtin, r);
	explicit_bzero(r, sizeof(*r));
	return err;
}

/* ---- whether anybody sends ---- */

struct listening {
	struct ppp_units *units;
	struct monitor_ppp_heard heard;
};

static void tell_heard(struct listening *l)
{
	/* Of whom the engine does not hear it asks by an echo. */
	if (l->heard.n &&
	    channel_event(l->units->options.engine, MONITOR_PPP_HEARD,
			  &l->heard, sizeof(l->heard), NULL, 0))
		log_debug("who was heard cannot be told to the engine");
	l->heard.n = 0;
}

static void hear(void *ctx, int ifindex, uint64_t rx_packets)
{
	struct listening *l = ctx;
	const struct held *held = l->units->options.held;
	struct held_session *s = table_get(&held->units, (uint64_t)ifindex);

	if (!s || s->builtin->rx_packets == rx_packets)
		return;
	s->builtin->rx_packets = rx_packets;
	l->heard.link[l->heard.n++] = s->link;
	if (l->heard.n == MONITOR_HEARD_MAX)
		tell_heard(l);
}

/* An interface that is missing in a dump is heard the next time. */
static int take_listen(struct request *q)
{
	struct ppp_units *u = q->object;
	struct listening l = { .units = u };
	int err;

	if (!u)
		return -EOPNOTSUPP;
	err = link_dump_received(&u->rtnl, hear, &l);
	tell_heard(&l);
	return err;
}

/* ---- its end ---- */

void ppp_unit_forget(struct ppp_units *u, struct held_session *s)
{
	if (!u || !s->builtin)
		return;
	if (s->builtin->attaching)
		s->builtin->attaching->session = NULL;
	close_unit(u, s);
	free(s->builtin);
	s->builtin = NULL;
}

static void count(struct ppp_units *u, const struct builtin_unit *unit,
		  struct monitor_detached *out)
{
	struct link link;

	if (!unit->ifindex || link_get_index(&u->rtnl, unit->ifindex, &link))
		return;
	out->have_counters = true;
	out->counters = (struct ppp_counters){
		.rx_bytes = link.rx_bytes,
		.tx_bytes = link.tx_bytes,
		.rx_packets = link.rx_packets,
		.tx_packets = link.tx_packets,
	};
}

static int take_detach(struct request *q)
{
	struct ppp_units *u = q->object;
	const struct monitor_link *r = q->body;
	struct held_session *s =
		u ? held_session_find(u->options.held, r->link) : NULL;
	struct monitor_detached reply = { 0 };

	if (!s || !s->builtin)
		return -ENOENT;
	count(u, s->builtin, &reply);
	net_forget(u->options.net, s);
	ppp_net_forget(u->options.ppp_nets, s);
	ppp_unit_forget(u, s);
	request_answer(q, &reply, sizeof(reply));
	return 0;
}

const struct request_row ppp_unit_rows[] = {
	{ MONITOR_PPP_ATTACH, sizeof(struct monitor_attach), take_attach },
	{ MONITOR_PPP_UNIT, sizeof(struct monitor_unit), take_unit },
	{ MONITOR_PPP_ADDRESS, sizeof(struct monitor_ppp_address),
	  take_address },
	{ MONITOR_PPP_MPPE, sizeof(struct monitor_ppp_mppe), take_mppe },
	{ MONITOR_PPP_DETACH, sizeof(struct monitor_link), take_detach },
	{ MONITOR_PPP_LISTEN, 0, take_listen },
	{ 0 },
};
