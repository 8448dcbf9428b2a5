/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Router discovery on the interfaces: proto/nd with a socket and a clock. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "lib/log.h"
#include "router6/internal.h"
#include "router6/packet.h"

#define HOST_BITS    64 /* RFC 4862: callers make addresses of such a prefix */
#define HOP_LIMIT    64
#define PREFIXES_MAX 2

static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 1 };
static const uint8_t nobody[16];

static uint32_t draw(void)
{
	uint32_t random = 0;

	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	return random;
}

/* ---- what is told ---- */

static struct nd_prefix make_prefix(const struct service_prefix6 *p,
				    uint32_t valid_s, uint32_t preferred_s)
{
	struct nd_prefix out = {
		.len = p->len,
		.on_link = true,
		.autonomous = p->len == HOST_BITS,
		.valid_s = valid_s,
		.preferred_s = preferred_s,
	};

	memcpy(out.addr, p->addr, sizeof(out.addr));
	return out;
}

/*
 * A prefix that is not announced any more is told so. One that is longer than a
 * link's is routed to the caller as a whole, and not announced.
 */
static size_t list_prefixes(const struct interface *i, bool ends,
			    struct nd_prefix prefixes[PREFIXES_MAX])
{
	const struct router6_times *t = &i->router6->times;
	const struct service_prefix6 *now = &i->told.prefix6;
	size_t n = 0;

	if (now->len && now->len <= HOST_BITS)
		prefixes[n++] = make_prefix(now, ends ? 0 : t->prefix_valid_s,
					    ends ? 0 : t->prefix_preferred_s);
	if (i->lost.len && i->lost.len <= HOST_BITS)
		prefixes[n++] = make_prefix(&i->lost, 0, 0);
	return n;
}

/*
 * What is for all goes to the one that is there. The kernel's way to ff02::1
 * costs it a look at each interface of the host; to an address that has a route
 * of its own it is found at once.
 */
static const uint8_t *destination(const struct interface *i,
				  const uint8_t to[16])
{
	bool one = to[0] != all_nodes[0] ||
		   memcmp(i->told.caller, nobody, sizeof(nobody)) == 0;

	return one ? to : i->told.caller;
}

static void send_advert(struct interface *i, const uint8_t to[16], bool ends)
{
	const struct router6_interface *told = &i->told;
	const struct router6_times *t = &i->router6->times;
	const struct search *s = router6_search_find(i->router6, told->search);
	struct nd_prefix prefixes[PREFIXES_MAX];
	const struct nd_advert a = {
		.hop_limit = HOP_LIMIT,
		.other = told->delegated6.len || told->dns6_n || s->len,
		.router_lifetime_s = ends ? 0 : t->router_s,
		.mtu = told->mtu,
		.prefixes = prefixes,
		.prefix_n = list_prefixes(i, ends, prefixes),
		.dns = told->dns6,
		.dns_n = told->dns6_n,
		.search = s->names,
		.search_len = s->len,
		.dns_lifetime_s = ends ? 0 : t->dns_s,
	};
	uint8_t data[ND_ADVERT_MAX];
	struct wbuf w = wbuf_init(data, sizeof(data));
	struct packet p = { .data = data, .ifindex = told->ifindex };
	int err = nd_advert_write(&w, &a);

	p.len = w.len;
	memcpy(p.source, told->router, sizeof(p.source));
	memcpy(p.destination, destination(i, to), sizeof(p.destination));
	if (!err)
		err = packet_send(i->router6->nd_fd, &p);
	if (err)
		router6_trouble(i, err);
}

/* ---- when ---- */

static void on_due(struct loop_timer *t);

static void set_timer(struct interface *i)
{
	loop_timer_set(i->router6->loop, &i->timer,
		       nd_schedule_due(&i->schedule), on_due);
}

static void work(struct interface *i)
{
	uint8_t to[16];

	while (nd_schedule_take(&i->schedule, loop_now(i->router6->loop),
				draw(), to))
		send_advert(i, to, false);
	set_timer(i);
}

static void on_due(struct loop_timer *t)
{
	work(container_of(t, struct interface, timer));
}

void advertise_start(struct interface *i)
{
	nd_schedule_start(&i->schedule, loop_now(i->router6->loop));
	work(i);
}

void advertise_end(struct interface *i)
{
	loop_timer_stop(&i->timer);
	send_advert(i, all_nodes, true);
}

/* ---- solicitations ---- */

static void take_solicit(void *ctx, const struct packet *p)
{
	struct router6 *r = ctx;
	struct interface *i = router6_interface_find(r, p->ifindex);
	int err;

	if (!i)
		return;
	err = nd_solicit_check(p->data, p->len, p->source, p->hop_limit);
	if (err) {
		log_debug("%s: a solicitation is discarded: %s", i->told.ifname,
			  strerror(-err));
		return;
	}
	nd_schedule_ask(&i->schedule, loop_now(r->loop), p->source, draw());
	work(i);
}

void advertise_on_readable(struct loop_io *io, int fd, int events)
{
	(void)events;
	packet_read(fd, take_solicit, container_of(io, struct router6, nd_io));
}
