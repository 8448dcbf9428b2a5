/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of ours that come and go; see own_addr.h. */
#include "monitor/own_addr.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/table.h"
#include "monitor/socket.h"
#include "netlink/watch.h"

/*
 * By then an address is back that a DHCP client renews, or whose interface is
 * set up anew.
 */
#define GRACE_MS     3000
#define AGAIN_MAX_MS 60000

struct own_addr {
	struct own_addr *next; /* of the same hash */
	struct addr addr;
	unsigned int tunnels;
	/* the kernel said that it is gone; it has not been seen again */
	bool suspect;
	bool gone; /* the engine was told so */
};

struct own_addrs {
	struct loop *loop;
	struct watch watch;
	struct loop_io io;
	bool watching;
	struct table by_addr; /* hash -> its first struct own_addr */
	/* their number; the timer is set while there are any */
	unsigned int suspects;
	struct loop_timer timer;
	uint32_t wait_ms;
	void (*gone)(void *ctx, const struct addr *a);
	void *ctx;
};

static uint64_t key_of(const struct addr *a)
{
	struct addr ip = *a;

	ip.port = 0;
	return addr_hash(&ip, 0);
}

static struct own_addr *find(const struct own_addrs *o, const struct addr *a)
{
	struct own_addr *x = table_get(&o->by_addr, key_of(a));

	while (x && !addr_equal_ip(&x->addr, a))
		x = x->next;
	return x;
}

/*
 * For a packet to an address of its own the kernel chooses that
 * address as the source.
 */
static bool is_here(const struct addr *a)
{
	struct addr from;
	int fd = socket(a->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool here;

	if (fd < 0)
		return true; /* that is not known, so nothing is done */
	here = monitor_socket_way(fd, a, &from) == 0 && addr_equal_ip(&from, a);
	close(fd);
	return here;
}

/* ---- looking at those that are suspect ---- */

static void clear(struct own_addrs *o, struct own_addr *x)
{
	o->suspects -= x->suspect;
	x->suspect = x->gone = false;
}

static void look(struct own_addrs *o, struct own_addr *x)
{
	char text[ADDR_STRLEN];

	addr_format(&x->addr, text);
	if (is_here(&x->addr)) {
		if (x->gone)
			log_notice("the address %s is this host's again", text);
		else
			log_debug("the address %s is this host's still, or "
				  "again",
				  text);
		clear(o, x);
		return;
	}
	if (!x->gone)
		log_notice("the address %s, which tunnels have, is no longer "
			   "this host's",
			   text);
	x->gone = true;
	o->gone(o->ctx, &x->addr);
}

static void on_look_again(struct loop_timer *t)
{
	struct own_addrs *o = container_of(t, struct own_addrs, timer);

	table_foreach(&o->by_addr, i)
		for (struct own_addr *x = o->by_addr.slots[i].value; x;
		     x = x->next)
			if (x->suspect)
				look(o, x);
	if (!o->suspects)
		return;
	o->wait_ms = o->wait_ms > AGAIN_MAX_MS / 2 ? AGAIN_MAX_MS :
						     o->wait_ms * 2;
	loop_timer_set(o->loop, &o->timer, loop_now(o->loop) + o->wait_ms,
		       on_look_again);
}

static void look_soon(struct own_addrs *o)
{
	o->wait_ms = GRACE_MS;
	loop_timer_set(o->loop, &o->timer, loop_now(o->loop) + GRACE_MS,
		       on_look_again);
}

/* ---- news ---- */

static void suspect(struct own_addrs *o, struct own_addr *x)
{
	o->suspects += !x->suspect;
	x->suspect = true;
}

static void on_news(void *ctx, const struct watch_news *n)
{
	struct own_addrs *o = ctx;
	struct own_addr *x = n->gone ? find(o, &n->address) : NULL;

	if (x)
		suspect(o, x);
	/*
	 * An address that came may be a new way for tunnels whose own
	 * address is gone.
	 */
	if (x || (!n->gone && o->suspects))
		look_soon(o);
}

static void on_readable(struct loop_io *io, int fd, int events)
{
	struct own_addrs *o = container_of(io, struct own_addrs, io);
	int err = watch_read(&o->watch, on_news, o);

	(void)fd;
	(void)events;
	if (!err)
		return;
	if (err != -ENOBUFS)
		log_warn("news of addresses cannot be read: %s",
			 strerror(-err));
	/* News was lost: any of them may be gone. */
	table_foreach(&o->by_addr, i)
		for (struct own_addr *x = o->by_addr.slots[i].value; x;
		     x = x->next)
			suspect(o, x);
	if (o->suspects)
		look_soon(o);
}

/*
 * Only while there are tunnels: a host without any is not woken by
 * news of addresses.
 */
static int watch(struct own_addrs *o)
{
	int err;

	if (o->watching)
		return 0;
	err = watch_open(&o->watch, WATCH_ADDRESSES);
	if (err)
		return err;
	err = loop_io_start(o->loop, &o->io, watch_fd(&o->watch), LOOP_READ,
			    on_readable);
	if (err)
		watch_close(&o->watch);
	o->watching = !err;
	return err;
}

static void unwatch(struct own_addrs *o)
{
	loop_timer_stop(&o->timer);
	if (!o->watching)
		return;
	loop_io_stop(&o->io);
	watch_close(&o->watch);
	o->watching = false;
}

/* ---- for held_tunnel.c ---- */

struct own_addrs *own_addrs_new(struct loop *loop,
				void (*gone)(void *ctx, const struct addr *a),
				void *ctx)
{
	struct own_addrs *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->loop = loop;
	o->gone = gone;
	o->ctx = ctx;
	return o;
}

void own_addrs_free(struct own_addrs *o)
{
	struct own_addr *x;

	if (!o)
		return;
	unwatch(o);
	while ((x = table_pop(&o->by_addr))) {
		for (struct own_addr *next; x; x = next) {
			next = x->next;
			free(x);
		}
	}
	table_fini(&o->by_addr);
	free(o);
}

int own_addr_get(struct own_addrs *o, const struct addr *a)
{
	struct own_addr *x = find(o, a), *first;
	int err = watch(o);

	if (err)
		return err;
	if (x) {
		x->tunnels++;
		return 0;
	}
	x = calloc(1, sizeof(*x));
	if (!x)
		return -ENOMEM;
	*x = (struct own_addr){ .addr = *a, .tunnels = 1 };
	first = table_get(&o->by_addr, key_of(a));
	if (first) {
		x->next = first->next;
		first->next = x;
		return 0;
	}
	err = table_put(&o->by_addr, key_of(a), x);
	if (err)
		free(x);
	return err;
}

void own_addr_put(struct own_addrs *o, const struct addr *a)
{
	struct own_addr *x = find(o, a), *first;

	if (!x || --x->tunnels)
		return;
	clear(o, x);
	first = table_del(&o->by_addr, key_of(a));
	if (first == x) {
		first = x->next;
	} else {
		struct own_addr *before = first;

		while (before->next != x)
			before = before->next;
		before->next = x->next;
	}
	/* Cannot fail: the slot that table_del freed is still there. */
	if (first)
		table_put(&o->by_addr, key_of(a), first);
	free(x);
	if (!o->by_addr.count)
		unwatch(o);
}
