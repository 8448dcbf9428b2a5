/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Out of memory in one core, at each allocation in turn, once or from then on:
 * the call at hand is refused or comes later, calls that stand are not touched,
 * and when there is memory again all is as it was.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/l2tp/l2tp.h"
#include "proto/l2tp/proxy.h"

#define CALLS	 40
#define GIVES_UP 120000 /* ms: every timer has done its last */

/* ---- memory, in place of the library's ---- */

/* A sanitizer has its own, which cannot be replaced: nothing is tried then. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

static bool inside;	       /* in the core that is short of it */
static unsigned int until;     /* allocations before it is short; 0: never */
static bool lasting, short_of; /* from then on; it has been */

#ifndef SANITIZED
static bool fails(void)
{
	if (!inside || !until)
		return false;
	if (until > 1) {
		until--;
		return false;
	}
	if (!lasting)
		until = 0;
	short_of = true;
	return true;
}

/* glibc's own, of which malloc and the others are names. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}
#endif

/* ---- two cores, and no network between them ---- */

struct end {
	struct l2tp_endpoint *ep;
	struct addr addr;
	struct l2tp_tunnel *tunnel;
	struct l2tp_session *session[CALLS + 2];
	bool up[CALLS + 2], tunnel_up, tunnel_down;
	unsigned int sessions; /* that it has heard of */
};

static struct end lac, lns;
static uint64_t now;

static void some_bytes(void *ctx, void *buf, size_t len)
{
	uint8_t *p = buf;

	(void)ctx;
	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)(rand() >> 7);
}

static void enter(const struct end *e)
{
	inside = e == &lns;
}

static void leave(void)
{
	inside = false;
}

static size_t place_of(const struct end *e, const struct l2tp_session *s)
{
	size_t i = 0;

	while (i < e->sessions && e->session[i] != s)
		i++;
	return i;
}

static void note(struct end *e, struct l2tp_session *s)
{
	assert_true(e->sessions < CALLS + 2);
	e->session[e->sessions++] = s;
}

static void configure(struct l2tp_tunnel_config *c)
{
	*c = (struct l2tp_tunnel_config){ .receive_window = 4 };
	strcpy(c->hostname, "end");
}

static void take(struct end *e, struct end *other, const struct l2tp_effect *x)
{
	struct l2tp_tunnel_config c;

	configure(&c);
	switch (x->type) {
	case L2TP_EFFECT_SEND:
		enter(other);
		l2tp_endpoint_input(other->ep, now, &other->addr, &e->addr, 1,
				    x->data, x->len);
		leave();
		return;
	case L2TP_EFFECT_TUNNEL_REQUEST:
		e->tunnel = x->tunnel;
		enter(e);
		l2tp_tunnel_accept(x->tunnel, now, &c);
		leave();
		return;
	case L2TP_EFFECT_TUNNEL_UP:
		e->tunnel_up = true;
		return;
	case L2TP_EFFECT_TUNNEL_DOWN:
		e->tunnel_down = true;
		return;
	case L2TP_EFFECT_SESSION_REQUEST:
		note(e, x->session);
		/* fall through */
	case L2TP_EFFECT_SESSION_ANSWER:
		enter(e);
		l2tp_session_accept(x->session, now, NULL);
		leave();
		return;
	case L2TP_EFFECT_SESSION_UP:
		e->up[place_of(e, x->session)] = true;
		return;
	case L2TP_EFFECT_SESSION_DOWN:
		e->up[place_of(e, x->session)] = false;
		return;
	case L2TP_EFFECT_SESSION_FREE:
		/* Another may have its place in memory. */
		e->session[place_of(e, x->session)] = NULL;
		return;
	case L2TP_EFFECT_TUNNEL_FREE:
		e->tunnel = NULL;
		return;
	case L2TP_EFFECT_TUNNEL_ANSWERED:
	case L2TP_EFFECT_TUNNEL_ALIVE:
	case L2TP_EFFECT_WEN:
	case L2TP_EFFECT_SLI:
	case L2TP_EFFECT_LOG:
		return;
	}
}

/* One effect after the other, of whichever end; copies, for input appends. */
static bool step(struct end *e, struct end *other)
{
	uint8_t pkt[2048];
	struct l2tp_effect x;

	if (!l2tp_effect_next(e->ep, &x))
		return false;
	if (x.type == L2TP_EFFECT_SEND) {
		assert_true(x.len <= sizeof(pkt));
		memcpy(pkt, x.data, x.len);
		x.data = pkt;
	}
	take(e, other, &x);
	return true;
}

static void settle(void)
{
	while (step(&lac, &lns) || step(&lns, &lac))
		continue;
}

static uint64_t deadline(const struct end *e)
{
	return e->tunnel ? l2tp_tunnel_deadline(e->tunnel) : L2TP_NEVER;
}

static void time_out(struct end *e)
{
	if (deadline(e) > now)
		return;
	enter(e);
	l2tp_tunnel_timeout(e->tunnel, now);
	leave();
}

static void run(uint64_t ms)
{
	uint64_t end = now + ms;

	settle();
	for (;;) {
		uint64_t a = deadline(&lac), b = deadline(&lns),
			 next = a < b ? a : b;

		if (next > end)
			break;
		now = next > now ? next : now;
		time_out(&lac);
		time_out(&lns);
		settle();
	}
	now = end;
}

static void open_tunnel(void)
{
	const struct l2tp_env env = { .random = some_bytes };
	struct l2tp_tunnel_config c;
	int err;

	memset(&lac, 0, sizeof(lac));
	memset(&lns, 0, sizeof(lns));
	lac.addr = (struct addr){ AF_INET, 1701, 0, { 192, 0, 2, 1 } };
	lns.addr = (struct addr){ AF_INET, 1701, 0, { 192, 0, 2, 2 } };
	lac.ep = l2tp_endpoint_new(&env, NULL);
	lns.ep = l2tp_endpoint_new(&env, NULL);
	assert_non_null(lac.ep);
	assert_non_null(lns.ep);
	configure(&c);
	lac.tunnel = l2tp_tunnel_open(lac.ep, now, &c, &lac.addr, &lns.addr, 1,
				      0, &err);
	assert_non_null(lac.tunnel);
	settle();
	assert_true(lac.tunnel_up && lns.tunnel_up);
}

/* False when the core refuses it at once. */
static bool call(void)
{
	struct l2tp_call_params p = { .framing_type = 1 };
	struct l2tp_session *s;
	int err;

	s = l2tp_session_open(lac.tunnel, now, L2TP_CALL_LAC_INCOMING, &p,
			      &err);
	assert_non_null(s);
	note(&lac, s);
	settle();
	return lac.up[lac.sessions - 1];
}

static unsigned int are_up(const struct end *e)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < e->sessions; i++)
		n += e->up[i];
	return n;
}

static void close_all(void)
{
	const struct l2tp_cause cause = { .result = 1 };

	if (lac.tunnel)
		l2tp_tunnel_close(lac.tunnel, now, &cause);
	run(GIVES_UP);
	assert_null(lac.tunnel);
	assert_null(lns.tunnel);
	l2tp_endpoint_free(lac.ep);
	l2tp_endpoint_free(lns.ep);
}

/* ---- calls ---- */

/* The n-th allocation fails while a call comes: whether there was one. */
static bool call_short_of_memory(unsigned int n, bool for_long)
{
	bool was;

	open_tunnel();
	assert_true(call());
	short_of = false;
	lasting = for_long;
	until = n;
	call();
	run(2000);
	until = 0;
	was = short_of;
	run(GIVES_UP);
	/* The call that stood does; both ends agree on the one at hand. */
	assert_true(lac.up[0] && lns.up[0]);
	assert_false(lac.tunnel_down || lns.tunnel_down);
	assert_int_equal(are_up(&lac), are_up(&lns));
	assert_true(call());
	assert_int_equal(are_up(&lac), are_up(&lns));
	close_all();
	return was;
}

static void test_a_call(void **state)
{
	unsigned int n = 1;

	(void)state;
	while (call_short_of_memory(n, false))
		n++;
	/* The session, its parameters, a packet at the least. */
	assert_true(n > 3);
	for (unsigned int i = 1; i < n; i++)
		assert_true(call_short_of_memory(i, true));
}

/*
 * The end of many calls, with no memory at all: the driver hears of each, which
 * is what cannot be made up for later.
 */
static void test_many_end(void **state)
{
	const struct l2tp_cause cause = { .result = 1 };

	(void)state;
	open_tunnel();
	for (int i = 0; i < CALLS; i++)
		assert_true(call());
	assert_int_equal(are_up(&lns), CALLS);
	lasting = true;
	until = 1;
	enter(&lns);
	l2tp_tunnel_close(lns.tunnel, now, &cause);
	leave();
	settle();
	assert_int_equal(are_up(&lns), 0);
	assert_true(lns.tunnel_down);
	until = 0;
	run(GIVES_UP);
	close_all();
}

/* A second ICCN for which there is no memory leaves what the first one said. */
static void test_proxy(void **state)
{
	static const uint8_t value[] = { 1, 2, 3 };
	enum l2tp_avp_id id = L2TP_AVP_INITIAL_LCP_CONFREQ;
	struct l2tp_proxy *proxy = NULL;
	struct l2tp_message m = { .present = UINT64_C(1) << id };
	uint16_t len;
	bool mandatory;

	(void)state;
	m.avp[id].value = value;
	m.avp[id].len = sizeof(value);
	assert_int_equal(l2tp_proxy_new(&proxy, &m), 0);
	inside = lasting = true;
	until = 1;
	assert_int_equal(l2tp_proxy_new(&proxy, &m), -ENOMEM);
	inside = false;
	until = 0;
	assert_memory_equal(l2tp_proxy_get(proxy, id, &len, &mandatory), value,
			    sizeof(value));
	m.present = 0;
	assert_int_equal(l2tp_proxy_new(&proxy, &m), 0);
	assert_null(proxy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_call),
		cmocka_unit_test(test_many_end),
		cmocka_unit_test(test_proxy),
	};

#ifdef SANITIZED
	return 0;
#endif
	return cmocka_run_group_tests(tests, NULL, NULL);
}
