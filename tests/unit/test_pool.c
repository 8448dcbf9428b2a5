// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pools of IPv4 addresses: the order of giving, reserved and fixed ones,
 * returning users, and no leak.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "engine/l2tp/session.h"
#include "engine/service/address.h"
#include "engine/service/subscriber.h"

#define NET(n) (0x0a000000u + (n)) /* 10.0.0.n */
#define RANGES(...)                                                   \
	(&(struct config_ranges){                                     \
		(struct config_pool_range[]){ __VA_ARGS__ },          \
		sizeof((struct config_pool_range[]){ __VA_ARGS__ }) / \
			sizeof(struct config_pool_range) })
#define NONE (&(struct config_ranges){ 0 })

static uint64_t take(struct pool *p, uint64_t user)
{
	uint64_t address = 0;

	assert_int_equal(pool_take(p, user, &address), 0);
	assert_true(pool_has(p, address));
	return address;
}

static void none_left(struct pool *p)
{
	uint64_t address = 4711;

	assert_int_equal(pool_take(p, 9, &address), -ENOSPC);
	assert_int_equal(address, 4711);
}

static void check_usage(const struct pool *p, uint64_t size, uint64_t reserved,
			uint64_t used, uint64_t left)
{
	struct pool_usage u = pool_usage(p);

	assert_int_equal(u.size, size);
	assert_int_equal(u.reserved, reserved);
	assert_int_equal(u.used, used);
	assert_int_equal(u.free, left);
}

static void test_order(void **state)
{
	struct pool *p =
		pool_new(RANGES({ NET(1), NET(2) }, { NET(9), NET(10) }), NONE,
			 NULL, 0);

	(void)state;
	check_usage(p, 4, 0, 0, 4);
	assert_int_equal(take(p, 0), NET(1));
	assert_int_equal(take(p, 0), NET(2));
	pool_give(p, NET(1));
	/* One that was never given goes before one that rests. */
	assert_int_equal(take(p, 0), NET(9));
	assert_int_equal(take(p, 0), NET(10));
	pool_give(p, NET(10));
	pool_give(p, NET(2));
	/* Then the one that has rested longest. */
	assert_int_equal(take(p, 0), NET(1));
	assert_int_equal(take(p, 0), NET(10));
	assert_int_equal(take(p, 0), NET(2));
	check_usage(p, 4, 0, 4, 0);
	none_left(p);
	pool_give(p, NET(9));
	assert_int_equal(take(p, 0), NET(9));
	none_left(p);
	pool_free(p);
}

static void test_given_twice(void **state)
{
	struct pool *p = pool_new(RANGES({ NET(1), NET(2) }), NONE, NULL, 0);

	(void)state;
	assert_int_equal(take(p, 1), NET(1));
	pool_give(p, NET(1));
	pool_give(p, NET(1));
	pool_give(p, NET(77));
	check_usage(p, 2, 0, 0, 2);
	assert_int_equal(take(p, 2), NET(2));
	assert_int_equal(take(p, 2), NET(1));
	none_left(p);
	pool_free(p);
}

static void test_reserve(void **state)
{
	/* The middle, an edge, one alone, and some that are outside. */
	struct pool *p =
		pool_new(RANGES({ NET(0), NET(9) }, { NET(20), NET(20) },
				{ NET(30), NET(31) }),
			 RANGES({ NET(4), NET(5) }, { NET(9), NET(9) },
				{ NET(20), NET(20) }, { NET(99), NET(99) }),
			 (uint32_t[]){ NET(0), NET(31), NET(200) }, 3);
	static const uint32_t expected[] = { 1, 2, 3, 6, 7, 8, 30 };

	(void)state;
	check_usage(p, 12, 5, 0, 7);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_int_equal(take(p, 0), NET(expected[i]));
	none_left(p);
	/*
	 * A reserved one is only given where it is fixed, and does not become
	 * free for all after that.
	 */
	assert_int_equal(pool_claim(p, NET(4), 7), 0);
	assert_int_equal(pool_claim(p, NET(4), 8), -EADDRINUSE);
	check_usage(p, 12, 5, 8, 0);
	pool_give(p, NET(4));
	none_left(p);
	assert_int_equal(pool_take_again(p, 7, &(uint64_t){ 0 }), -ENOENT);
	assert_int_equal(pool_claim(p, NET(4), 8), 0);
	assert_true(pool_has(p, NET(99)));
	assert_false(pool_has(p, NET(0)));
	assert_false(pool_has(p, NET(31)));
	assert_false(pool_has(p, NET(100)));
	pool_free(p);
}

static void test_claims(void **state)
{
	struct pool *p = pool_new(RANGES({ NET(1), NET(4) }), NONE, NULL, 0);

	(void)state;
	/*
	 * Ahead of those that were given: passed over while it is taken, given
	 * in its turn if not.
	 */
	assert_int_equal(pool_claim(p, NET(2), 1), 0);
	assert_int_equal(pool_claim(p, NET(3), 1), 0);
	pool_give(p, NET(3));
	assert_int_equal(take(p, 0), NET(1));
	assert_int_equal(take(p, 0), NET(3));
	assert_int_equal(pool_claim(p, NET(3), 1), -EADDRINUSE);
	assert_int_equal(take(p, 0), NET(4));
	none_left(p);
	pool_give(p, NET(2));
	assert_int_equal(take(p, 0), NET(2));
	/* At rest: taken out of the queue's middle. */
	pool_give(p, NET(1));
	pool_give(p, NET(2));
	pool_give(p, NET(3));
	assert_int_equal(pool_claim(p, NET(2), 1), 0);
	assert_int_equal(take(p, 0), NET(1));
	assert_int_equal(take(p, 0), NET(3));
	none_left(p);
	/*
	 * Not of the pool at all: its books are kept, and nobody else gets it.
	 */
	assert_int_equal(pool_claim(p, NET(77), 1), 0);
	assert_int_equal(pool_claim(p, NET(77), 1), -EADDRINUSE);
	pool_give(p, NET(77));
	none_left(p);
	check_usage(p, 4, 0, 4, 0);
	pool_free(p);
}

static void test_sticky(void **state)
{
	struct pool *p = pool_new(RANGES({ NET(1), NET(4) }), NONE, NULL, 0);
	uint64_t address;

	(void)state;
	assert_int_equal(pool_take_again(p, 1, &address), -ENOENT);
	assert_int_equal(take(p, 1), NET(1));
	assert_int_equal(take(p, 2), NET(2));
	assert_int_equal(pool_take_again(p, 1, &address), -ENOENT);
	pool_give(p, NET(1));
	pool_give(p, NET(2));
	assert_int_equal(pool_usage(p).known, 2);
	assert_int_equal(pool_take_again(p, 2, &address), 0);
	assert_int_equal(address, NET(2));
	assert_int_equal(pool_take_again(p, 2, &address), -ENOENT);
	assert_int_equal(pool_take_again(p, 1, &address), 0);
	assert_int_equal(address, NET(1));
	/*
	 * Two calls of one user: the one that ended last first,
	 * whichever goes between.
	 */
	assert_int_equal(take(p, 1), NET(3));
	assert_int_equal(take(p, 1), NET(4));
	pool_give(p, NET(3));
	pool_give(p, NET(1));
	pool_give(p, NET(4));
	assert_int_equal(pool_claim(p, NET(1), 3), 0);
	assert_int_equal(pool_take_again(p, 1, &address), 0);
	assert_int_equal(address, NET(4));
	assert_int_equal(pool_take_again(p, 1, &address), 0);
	assert_int_equal(address, NET(3));
	assert_int_equal(pool_take_again(p, 1, &address), -ENOENT);
	/* Another got it: it is his now. */
	pool_give(p, NET(3));
	assert_int_equal(take(p, 5), NET(3));
	assert_int_equal(pool_take_again(p, 1, &address), -ENOENT);
	pool_give(p, NET(3));
	assert_int_equal(pool_take_again(p, 1, &address), -ENOENT);
	assert_int_equal(pool_take_again(p, 5, &address), 0);
	/* Nobody's comes back to nobody. */
	pool_give(p, NET(3));
	assert_int_equal(take(p, 0), NET(3));
	pool_give(p, NET(3));
	assert_int_equal(pool_take_again(p, 0, &address), -ENOENT);
	pool_free(p);
}

/*
 * A /8 through which many more pass than are there at once: what is
 * remembered has an end.
 */
static void test_large(void **state)
{
	struct pool *p =
		pool_new(RANGES({ NET(1), 0x0afffffe }), NONE, NULL, 0);
	uint64_t address, first = take(p, 1);

	(void)state;
	pool_give(p, first);
	for (uint64_t i = 2; i < 400000; i++) {
		address = take(p, i);
		pool_give(p, address);
	}
	assert_true(pool_usage(p).known <= 128 << 10);
	/*
	 * All that is there can be had for all that: the queue
	 * first, then the rest.
	 */
	assert_int_equal(pool_take_again(p, 399999, &address), 0);
	check_usage(p, 0xfffffe, 0, 1, 0xfffffd);
	pool_free(p);
}

/* Any order of events: nobody has what another has, and all comes back. */
static void test_random(void **state)
{
	enum { SIZE = 60 };
	struct pool *p =
		pool_new(RANGES({ NET(10), NET(39) }, { NET(50), NET(79) }),
			 RANGES({ NET(20), NET(24) }), (uint32_t[]){ NET(30) },
			 1);
	bool taken[128] = { false };
	uint64_t seed = 4711, used = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint64_t user;
		uint64_t address, n;
		int err;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		n = (uint32_t)(seed >> 40) % 128;
		user = (seed >> 33) % 40;
		switch ((seed >> 60) % 4) {
		case 0:
			err = pool_take_again(p, user, &address);
			break;
		case 1:
			err = pool_take(p, user, &address);
			break;
		case 2:
			address = NET(n);
			err = pool_claim(p, address, user);
			assert_int_equal(err, taken[n] ? -EADDRINUSE : 0);
			break;
		default:
			pool_give(p, NET(n));
			used -= taken[n];
			taken[n] = false;
			err = 1;
			break;
		}
		if (!err) {
			assert_true(address >= NET(0) && address < NET(128));
			assert_false(taken[address - NET(0)]);
			taken[address - NET(0)] = true;
			used++;
		}
		assert_int_equal(pool_usage(p).used, used);
	}
	for (uint32_t n = 0; n < 128; n++)
		pool_give(p, NET(n));
	check_usage(p, SIZE - 1, 5, 0, SIZE - 6);
	for (int i = 0; i < SIZE - 6; i++)
		take(p, 0);
	none_left(p);
	pool_free(p);
}

/* ---- which pool serves whom ---- */

static char shared[] = "shared", more[] = "more";
static char *own_pools[] = { shared, more };
static struct config_ppp profiles[2];
static struct config_pool sections[2];
static struct config config = {
	.ppp = profiles,
	.ppp_n = 2,
	.pool = sections,
	.pool_n = 2,
};
static struct engine engine;
static struct tunnel tunnel = { .engine = &engine, .id = 7 };
static struct session calls[8];
static struct subscriber subscribers[8];
static char why[PPP_TEXT_MAX];

static int setup(void **state)
{
	(void)state;
	memset(calls, 0, sizeof(calls));
	memset(profiles, 0, sizeof(profiles));
	for (size_t i = 0; i < 8; i++) {
		calls[i] = (struct session){
			.link = { .engine = &engine,
				  .transport = &session_transport,
				  .profile = &profiles[0], },
			.tunnel = &tunnel,
			.id = (uint16_t)i,
		};
		subscribers[i] = (struct subscriber){ .link = &calls[i].link };
	}
	strcpy(profiles[0].name, "isp");
	strcpy(profiles[1].name, "other");
	strcpy(sections[0].name, shared);
	strcpy(sections[1].name, more);
	profiles[0].pool = *RANGES({ NET(1), NET(1) });
	profiles[0].pools = (struct config_strings){ own_pools, 1 };
	profiles[0].local_address = addr_from_v4(NET(2));
	profiles[1].local_address = addr_from_v4(NET(101));
	sections[0].address = *RANGES({ NET(100), NET(102) });
	sections[0].reserve = *RANGES({ NET(102), NET(102) });
	sections[1].address = *RANGES({ NET(200), NET(200) });
	engine = (struct engine){ .config = &config, .loop = loop_new() };
	if (!engine.loop || registry_start(&engine))
		return -1;
	return pools_start(&engine);
}

static int teardown(void **state)
{
	(void)state;
	pools_free(&engine);
	registry_free(&engine);
	loop_free(engine.loop);
	return 0;
}

static int assign(size_t call, const char *pool, const char *user,
		  uint32_t fixed, uint32_t *got)
{
	struct ppp_call_auth_reply reply = { .remote_ipv4 = htonl(fixed) };
	struct subscriber *s = &subscribers[call];
	int err;

	why[0] = '\0';
	snprintf(s->given.pool, sizeof(s->given.pool), "%s", pool);
	snprintf(s->given.user, sizeof(s->given.user), "%s", user);
	err = address_assign(s, &reply, why, sizeof(why));
	*got = ntohl(reply.remote_ipv4);
	assert_true(!err || why[0]);
	return err;
}

static void test_choice(void **state)
{
	uint32_t got;

	(void)state;
	/*
	 * Its own first, then the section that it names; local addresses and
	 * reserved ones are nobody's.
	 */
	assert_int_equal(assign(0, "", "a", 0, &got), 0);
	assert_int_equal(got, NET(1));
	assert_int_equal(assign(1, "", "b", 0, &got), 0);
	assert_int_equal(got, NET(100));
	assert_int_equal(assign(2, "", "c", 0, &got), -ENOSPC);
	assert_string_equal(why, "no address is left in the pool of ppp "
				 "\"isp\", nor in "
				 "that of pool \"shared\"; enlarge it, or "
				 "limit the calls");
	assert_int_equal(subscribers[2].lease, 0);
	/* The one that the reply names, though the profile does not. */
	assert_int_equal(assign(2, "more", "c", 0, &got), 0);
	assert_int_equal(got, NET(200));
	assert_int_equal(assign(3, "more", "d", 0, &got), -ENOSPC);
	assert_int_equal(assign(3, "less", "d", 0, &got), -ENOENT);
	assert_string_equal(why, "it is to get an address of the pool "
				 "\"less\", but there "
				 "is no such section; there is: \"shared\", "
				 "\"more\"");
	/* Again: it keeps what it has. */
	assert_int_equal(assign(0, "more", "a", 0, &got), 0);
	assert_int_equal(got, NET(1));
	/* RFC 2865, section 5.8 */
	assert_int_equal(assign(3, "", "d", 0xffffffff, &got), 0);
	assert_int_equal(got, 0xffffffff);
	assert_int_equal(subscribers[3].lease, 0);
	address_release(&subscribers[1]);
	assert_int_equal(assign(3, "", "d", 0xfffffffe, &got), 0);
	assert_int_equal(got, NET(100));
}

static void test_returning(void **state)
{
	uint32_t got;

	(void)state;
	assert_int_equal(assign(0, "", "a", 0, &got), 0);
	assert_int_equal(assign(1, "", "b", 0, &got), 0);
	address_release(&subscribers[0]);
	address_release(&subscribers[1]);
	/* Though the first pool has one as well. */
	assert_int_equal(assign(2, "", "b", 0, &got), 0);
	assert_int_equal(got, NET(100));
	assert_int_equal(assign(3, "", "a", 0, &got), 0);
	assert_int_equal(got, NET(1));
}

static void test_fixed(void **state)
{
	size_t place = 0;
	uint32_t got;

	(void)state;
	assert_int_equal(assign(0, "", "alice", NET(102), &got), 0);
	assert_int_equal(got, NET(102));
	calls[0].link.subscriber = &subscribers[0];
	assert_int_equal(registry_add(&subscribers[0]), 0);
	/*
	 * It is taken in the pool that it belongs to, whichever profile asks.
	 */
	calls[1].link.profile = &profiles[1];
	assert_int_equal(assign(1, "", "bob", NET(102), &got), -EADDRINUSE);
	assert_string_equal(why, "its address 10.0.0.102 is in use by user "
				 "\"alice\" (tunnel 7 session 0)");
	assert_int_equal(assign(1, "", "bob", NET(2), &got), -EADDRNOTAVAIL);
	assert_string_equal(why, "its address 10.0.0.2 is our own end's "
				 "(local-address)");
	/* Outside of all pools too. */
	assert_int_equal(assign(1, "", "bob", NET(250), &got), 0);
	assert_int_equal(assign(2, "", "carol", NET(250), &got), -EADDRINUSE);
	address_release(&subscribers[1]);
	assert_int_equal(assign(2, "", "carol", NET(250), &got), 0);
	/*
	 * One that anybody could get is passed over while it is
	 * fixed for somebody.
	 */
	assert_int_equal(assign(3, "", "dave", NET(1), &got), 0);
	assert_int_equal(assign(4, "", "erin", 0, &got), 0);
	assert_int_equal(got, NET(100));
	registry_del(&subscribers[0]);
	for (size_t i = 0; i < 8; i++)
		address_release(&subscribers[i]);
	for (const struct pool_books *b; (b = pools_next(&engine, &place));)
		assert_int_equal(pool_usage(b->pool).used, 0);
}

static void test_books(void **state)
{
	const struct pool_books *b;
	size_t place = 0;
	uint32_t got;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assign(i, "", "a", 0, &got);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(assign(2, "", "a", 0, &got), -ENOSPC);
	b = pools_next(&engine, &place);
	assert_string_equal(b->kind, "ppp");
	assert_string_equal(b->name, "isp");
	assert_int_equal(b->exhausted, 3);
	/* The profile without a pool of its own is left out. */
	b = pools_next(&engine, &place);
	assert_string_equal(b->name, "shared");
	assert_int_equal(b->exhausted, 3);
	assert_int_equal(pool_usage(b->pool).size, 2);
	b = pools_next(&engine, &place);
	assert_string_equal(b->name, "more");
	assert_int_equal(b->exhausted, 0);
	assert_null(pools_next(&engine, &place));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_given_twice),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_random),
		cmocka_unit_test_setup_teardown(test_choice, setup, teardown),
		cmocka_unit_test_setup_teardown(test_returning, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_fixed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_books, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
