// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Drives the protocol core: packets in, effects out, and the tunnels'
 * deadlines in a heap. A deadline that moves back leaves the heap alone; it is
 * looked at again when its old time has come.
 */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define L2TP_CONTROL_BIT 0x80 /* T, in a header's first byte */

uint64_t load_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static uint64_t now_ms(void)
{
	return load_now_ns() / 1000000;
}

/*
 * splitmix64: a load generator's secrets need not be good, but there are many.
 */
static void random_bytes(void *ctx, void *buf, size_t len)
{
	struct load *l = ctx;

	while (len) {
		uint64_t z = l->random += 0x9e3779b97f4a7c15;
		size_t n = len < sizeof(z) ? len : sizeof(z);

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		z ^= z >> 31;
		memcpy(buf, &z, n);
		buf = (uint8_t *)buf + n;
		len -= n;
	}
}

int load_init(struct load *l, const struct load_options *o,
	      const struct load_role *role, unsigned int sockets)
{
	struct l2tp_env env = { .ctx = l, .random = random_bytes };
	struct l2tp_limits limits = { 0 };
	int ret;

	memset(l, 0, sizeof(*l));
	l->o = o;
	l->role = role;
	if (getrandom(&l->random, sizeof(l->random), 0) != sizeof(l->random))
		return -EIO;
	ret = net_init(&l->net, sockets);
	if (ret)
		return ret;
	l->ep = l2tp_endpoint_new(&env, &limits);
	return l->ep ? 0 : -ENOMEM;
}

/* ---- timers ---- */

static void heap_put(struct load *l, unsigned int i, struct load_tunnel *t)
{
	l->heap[i] = t;
	t->heap = (int)i;
}

static void heap_up(struct load *l, unsigned int i, struct load_tunnel *t)
{
	while (i && l->heap[(i - 1) / 2]->armed > t->armed) {
		heap_put(l, i, l->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	heap_put(l, i, t);
}

static void heap_down(struct load *l, unsigned int i, struct load_tunnel *t)
{
	for (;;) {
		unsigned int c = 2 * i + 1;

		if (c + 1 < l->heap_n &&
		    l->heap[c + 1]->armed < l->heap[c]->armed)
			c++;
		if (c >= l->heap_n || l->heap[c]->armed >= t->armed)
			break;
		heap_put(l, i, l->heap[c]);
		i = c;
	}
	heap_put(l, i, t);
}

static void heap_remove(struct load *l, struct load_tunnel *t)
{
	struct load_tunnel *last;
	unsigned int i = (unsigned int)t->heap;

	if (t->heap < 0)
		return;
	t->heap = -1;
	last = l->heap[--l->heap_n];
	if (last == t)
		return;
	if (i && l->heap[(i - 1) / 2]->armed > last->armed)
		heap_up(l, i, last);
	else
		heap_down(l, i, last);
}

/* A tunnel that only lingers is not walked any more, but has a deadline. */
void load_fini(struct load *l)
{
	struct l2tp_tunnel *t = NULL;

	while ((t = l2tp_tunnel_next(l->ep,
				     t ? l2tp_tunnel_id(t) + UINT64_C(1) :
					 0))) {
		struct load_tunnel *lt = l2tp_tunnel_user(t);

		if (lt)
			heap_remove(l, lt);
		free(lt);
	}
	while (l->heap_n)
		free(l->heap[--l->heap_n]);
	l2tp_endpoint_free(l->ep);
	net_fini(&l->net);
	free(l->heap);
	free(l->deferred);
}

static void *grow(void *p, unsigned int n, unsigned int *room, size_t size)
{
	if (n < *room)
		return p;
	*room = *room ? *room * 2 : 64;
	p = reallocarray(p, *room, size);
	if (!p) {
		fputs("l2tp-load: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

static void arm(struct load *l, struct load_tunnel *t, uint64_t deadline)
{
	t->deadline = deadline;
	if (deadline == L2TP_NEVER || (t->heap >= 0 && t->armed <= deadline))
		return;
	heap_remove(l, t);
	t->armed = deadline;
	l->heap = grow(l->heap, l->heap_n, &l->heap_room, sizeof(*l->heap));
	heap_up(l, l->heap_n++, t);
}

static void run_timers(struct load *l)
{
	uint64_t now = now_ms();

	while (l->heap_n && l->heap[0]->armed <= now) {
		struct load_tunnel *t = l->heap[0];

		heap_remove(l, t);
		if (t->deadline > now) {
			arm(l, t, t->deadline);
			continue;
		}
		l2tp_tunnel_timeout(t->t, now);
		t->deadline = L2TP_NEVER;
		arm(l, t, l2tp_tunnel_deadline(t->t));
		load_drain(l, now);
	}
}

/* A packet in so many is lost on the way, when asked for. */
static bool lost(struct load *l)
{
	uint32_t r;

	if (!l->o->loss)
		return false;
	random_bytes(l, &r, sizeof(r));
	return r % 100 < l->o->loss;
}

/* ---- effects ---- */

struct load_tunnel *load_tunnel_new(struct l2tp_tunnel *t)
{
	struct load_tunnel *lt = calloc(1, sizeof(*lt));

	if (!lt) {
		fputs("l2tp-load: out of memory\n", stderr);
		exit(1);
	}
	lt->t = t;
	lt->heap = -1;
	lt->deadline = L2TP_NEVER;
	l2tp_tunnel_set_user(t, lt);
	return lt;
}

void load_defer(struct load *l, enum l2tp_effect_type type,
		struct l2tp_tunnel *t, struct l2tp_session *s)
{
	l->deferred = grow(l->deferred, l->deferred_n, &l->deferred_room,
			   sizeof(*l->deferred));
	l->deferred[l->deferred_n++] = (struct load_deferred){ type, t, s };
}

/* What is gone is not answered any more. */
static void forget(struct load *l, const struct l2tp_effect *e)
{
	for (unsigned int i = 0; i < l->deferred_n; i++) {
		struct load_deferred *d = &l->deferred[i];

		if (e->session ? d->session == e->session :
				 d->tunnel == e->tunnel)
			d->tunnel = NULL;
	}
}

static void take_effects(struct load *l)
{
	struct l2tp_effect e;

	while (l2tp_effect_next(l->ep, &e)) {
		struct load_tunnel *lt = e.tunnel ? l2tp_tunnel_user(e.tunnel) :
						    NULL;

		switch (e.type) {
		case L2TP_EFFECT_SEND:
			if (!lost(l))
				net_send(&l->net, e.socket, &e.peer, e.data,
					 e.len);
			break;
		case L2TP_EFFECT_LOG:
			if (!l->o->quiet && l->log_lines < 20)
				fprintf(stderr, "l2tp-load: %s\n", e.text);
			l->log_lines++;
			break;
		case L2TP_EFFECT_SESSION_FREE:
		case L2TP_EFFECT_TUNNEL_FREE:
			forget(l, &e);
			l->role->effect(l, &e);
			if (e.session || !lt)
				break;
			heap_remove(l, lt);
			l2tp_tunnel_set_user(e.tunnel, NULL);
			free(lt);
			break;
		case L2TP_EFFECT_TUNNEL_REQUEST:
		case L2TP_EFFECT_TUNNEL_ANSWERED:
		case L2TP_EFFECT_TUNNEL_UP:
		case L2TP_EFFECT_TUNNEL_DOWN:
		case L2TP_EFFECT_SESSION_REQUEST:
		case L2TP_EFFECT_SESSION_ANSWER:
		case L2TP_EFFECT_SESSION_UP:
		case L2TP_EFFECT_SESSION_DOWN:
		case L2TP_EFFECT_TUNNEL_ALIVE:
		case L2TP_EFFECT_WEN:
		case L2TP_EFFECT_SLI:
			l->role->effect(l, &e);
			break;
		}
	}
}

void load_drain(struct load *l, uint64_t now)
{
	struct l2tp_tunnel *t;

	take_effects(l);
	for (unsigned int i = 0; i < l->deferred_n; i++) {
		struct load_deferred d = l->deferred[i];

		if (!d.tunnel)
			continue;
		l->role->act(l, &d, now);
		take_effects(l);
	}
	l->deferred_n = 0;
	while ((t = l2tp_deadline_changed(l->ep))) {
		struct load_tunnel *lt = l2tp_tunnel_user(t);

		if (lt)
			arm(l, lt, l2tp_tunnel_deadline(t));
	}
}

static void packet(void *ctx, int socket, const struct addr *from,
		   const uint8_t *data, size_t len)
{
	struct load *l = ctx;
	uint64_t now = now_ms();

	if (lost(l))
		return;
	if (l->role->data && len && !(data[0] & L2TP_CONTROL_BIT)) {
		l->role->data(l, data, len);
		return;
	}
	l2tp_endpoint_input(l->ep, now, &l->net.sockets[socket].local, from,
			    socket, data, len);
	load_drain(l, now);
}

int load_turn(struct load *l, int timeout_ms)
{
	struct net_handler handler = { .ctx = l, .packet = packet };
	uint64_t now = now_ms();
	int ret;

	net_flush(&l->net);
	if (l->heap_n) {
		uint64_t left =
			l->heap[0]->armed > now ? l->heap[0]->armed - now : 0;

		if (timeout_ms < 0 || left < (uint64_t)timeout_ms)
			timeout_ms = (int)left;
	}
	ret = net_wait(&l->net, timeout_ms, &handler);
	if (ret)
		return ret;
	run_timers(l);
	net_flush(&l->net);
	return 0;
}
