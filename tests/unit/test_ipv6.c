// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pools of IPv6 prefixes: the order of giving, what replies give, returning
 * users, exhaustion, and no leak.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "engine/l2tp/session.h"
#include "engine/service/ipv6.h"
#include "engine/service/subscriber.h"
#include "lib/log.h"

#define CALLERS 8

static struct config_ppp profiles[2];
static struct config config = { .ppp = profiles, .ppp_n = 2 };
static struct engine engine;
static struct tunnel tunnel = { .engine = &engine, .id = 7 };
static struct session calls[CALLERS];
static struct subscriber subscribers[CALLERS];
static struct addr_prefix prefixes[8];
static size_t prefix_n;
static char why[256];

static struct config_prefixes list(const char *const *texts)
{
	struct config_prefixes l = { .v = &prefixes[prefix_n] };

	for (; *texts; texts++, l.n++)
		assert_int_equal(addr_prefix_parse(&prefixes[prefix_n++],
						   *texts),
				 0);
	return l;
}

#define LIST(...) list((const char *const[]){ __VA_ARGS__, NULL })

static struct service_prefix6 prefix(const char *text)
{
	struct service_prefix6 p = { 0 };
	struct addr_prefix a;

	assert_int_equal(addr_prefix_parse(&a, text), 0);
	p.len = a.len;
	memcpy(p.addr, a.addr.ip, sizeof(p.addr));
	return p;
}

static void start(void)
{
	assert_int_equal(registry_start(&engine), 0);
	assert_int_equal(ipv6_start(&engine), 0);
}

static int setup(void **state)
{
	(void)state;
	memset(profiles, 0, sizeof(profiles));
	memset(subscribers, 0, sizeof(subscribers));
	memset(&engine, 0, sizeof(engine));
	prefix_n = 0;
	engine.config = &config;
	engine.loop = loop_new();
	for (size_t i = 0; i < 2; i++) {
		snprintf(profiles[i].name, sizeof(profiles[i].name), "p%zu", i);
		profiles[i].ipv6 = true;
		profiles[i].delegated_length = 56;
	}
	for (size_t i = 0; i < CALLERS; i++) {
		calls[i] = (struct session){
			.link = { .engine = &engine,
				  .transport = &session_transport,
				  .profile = &profiles[0], },
			.tunnel = &tunnel,
			.id = (uint16_t)(i + 1),
		};
		snprintf(calls[i].link.acct_id, sizeof(calls[i].link.acct_id),
			 "ID%zu", i);
	}
	return engine.loop ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	ipv6_free(&engine);
	registry_free(&engine);
	loop_free(engine.loop);
	return 0;
}

/* The caller comes, with what a reply gave it (NULL: nothing). */
static int come(size_t i, const char *user, const char *link, const char *site)
{
	struct subscriber *s = &subscribers[i];
	int err;

	*s = (struct subscriber){ .link = &calls[i].link };
	calls[i].link.subscriber = s;
	snprintf(s->given.user, sizeof(s->given.user), "%s", user);
	if (link)
		s->given.prefix6 = prefix(link);
	if (site)
		s->given.delegated6 = prefix(site);
	why[0] = '\0';
	err = ipv6_assign(s, why, sizeof(why));
	if (!err)
		assert_int_equal(registry_add(s), 0);
	return err;
}

static void go(size_t i)
{
	registry_del(&subscribers[i]);
	ipv6_release(&subscribers[i]);
	ipv6_release(&subscribers[i]); /* once more is no harm */
}

static void assert_prefix(const struct service_prefix6 *p, const char *text)
{
	char got[ADDR_STRLEN] = "none";
	struct addr_prefix a = {
		.addr = { .family = AF_INET6 },
		.len = p->len,
	};

	memcpy(a.addr.ip, p->addr, sizeof(p->addr));
	if (p->len)
		addr_prefix_format(&a, got);
	assert_string_equal(got, text);
}

static void assert_has(size_t i, const char *link, const char *site)
{
	assert_prefix(&subscribers[i].given.prefix6, link);
	assert_prefix(&subscribers[i].given.delegated6, site);
}

/* Of the pools in the order of ipv6_pools_next. */
static struct pool_usage usage(size_t number)
{
	const struct pool_books *b = NULL;
	size_t place = 0;

	for (size_t i = 0; i <= number; i++)
		b = ipv6_pools_next(&engine, &place);
	assert_non_null(b);
	return pool_usage(b->pool);
}

static void test_order(void **state)
{
	(void)state;
	profiles[0].prefix_pool = LIST("2001:db8:0:10::/63", "2001:db8:1::/48");
	profiles[0].delegated_pool = LIST("2001:db8:ff00::/40");
	start();
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(come(i, "", NULL, NULL), 0);
	assert_has(0, "2001:db8:0:10::/64", "2001:db8:ff00::/56");
	assert_has(1, "2001:db8:0:11::/64", "2001:db8:ff00:100::/56");
	assert_has(2, "2001:db8:1::/64", "2001:db8:ff00:200::/56");
	assert_int_equal(usage(0).size, 2 + 65536);
	assert_int_equal(usage(1).size, 65536);
	assert_int_equal(usage(0).used, 3);
	for (size_t i = 0; i < 3; i++)
		go(i);
	assert_int_equal(usage(0).used, 0);
	assert_int_equal(usage(1).used, 0);
}

static void test_none(void **state)
{
	(void)state;
	profiles[1].prefix_pool = LIST("2001:db8::/48");
	start();
	assert_int_equal(come(0, "alice", NULL, NULL), 0);
	assert_has(0, "none", "none");
	go(0);
	assert_int_equal(usage(0).used, 0);
}

/* As large as can be: nothing is counted through, and counts have 64 bits. */
static void test_large(void **state)
{
	(void)state;
	profiles[0].prefix_pool = LIST("2000::/3");
	profiles[0].delegated_pool = LIST("fc00::/7");
	start();
	assert_int_equal(come(0, "alice", NULL, NULL), 0);
	assert_has(0, "2000::/64", "fc00::/56");
	assert_true(usage(0).size == 1ull << 61);
	assert_true(usage(0).free == (1ull << 61) - 1);
	assert_int_equal(come(1, "bob", "2001:db8:1:2::/64", NULL), 0);
	assert_true(usage(0).free == (1ull << 61) - 2);
	go(0);
	go(1);
}

static void test_sticky(void **state)
{
	(void)state;
	profiles[0].prefix_pool = LIST("2001:db8::/60");
	profiles[0].delegated_pool = LIST("2001:db8:ff00::/48");
	start();
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(come(i, i == 1 ? "alice" : "bob", NULL, NULL),
				 0);
	for (size_t i = 0; i < 3; i++)
		go(i);
	assert_int_equal(come(3, "alice", NULL, NULL), 0);
	assert_has(3, "2001:db8:0:1::/64", "2001:db8:ff00:100::/56");
}

static void test_exhausted(void **state)
{
	(void)state;
	profiles[0].prefix_pool = LIST("2001:db8::/63");
	profiles[0].delegated_pool = LIST("2001:db8:ff00::/56");
	start();
	assert_int_equal(come(0, "a", NULL, NULL), 0);
	/*
	 * The second pool has no more: what was taken of the first comes back.
	 */
	assert_int_equal(come(1, "b", NULL, NULL), -ENOSPC);
	assert_string_equal(why, "no prefix is left in the delegated-pool of "
				 "ppp \"p0\"; enlarge it, or limit the calls");
	assert_int_equal(usage(0).used, 1);
	assert_has(1, "none", "none");
	assert_int_equal(come(1, "b", NULL, "2001:db8:7700::/56"), 0);
	assert_int_equal(come(2, "c", NULL, "2001:db8:7800::/56"), -ENOSPC);
	assert_string_equal(why, "no prefix is left in the prefix-pool of ppp "
				 "\"p0\"; enlarge it, or limit the calls");
	go(0);
	assert_int_equal(come(2, "c", NULL, NULL), 0);
	assert_has(2, "2001:db8::/64", "2001:db8:ff00::/56");
	go(1);
	go(2);
	assert_int_equal(usage(0).used + usage(1).used, 0);
}

/* What a reply gives goes before the pool, and no pool gives it to another. */
static void test_given(void **state)
{
	(void)state;
	profiles[0].prefix_pool = LIST("2001:db8::/62");
	profiles[1].delegated_pool = LIST("2001:db8:ff00::/48");
	start();
	assert_int_equal(come(0, "fixed", "2001:db8:0:1::/64",
			      "2001:db8:ff00:100::/56"),
			 0);
	assert_has(0, "2001:db8:0:1::/64", "2001:db8:ff00:100::/56");
	calls[1].link.profile = calls[2].link.profile = &profiles[1];
	assert_int_equal(come(1, "a", NULL, NULL), 0);
	assert_int_equal(come(2, "b", NULL, NULL), 0);
	assert_has(1, "none", "2001:db8:ff00::/56");
	assert_has(2, "none", "2001:db8:ff00:200::/56");
	assert_int_equal(come(3, "c", NULL, NULL), 0);
	assert_int_equal(come(4, "d", NULL, NULL), 0);
	assert_has(4, "2001:db8:0:2::/64", "none");
	/* Who has it says so; nothing is taken. */
	assert_int_equal(come(5, "rival", "2001:db8:0:3::/64",
			      "2001:db8:ff00:100::/56"),
			 -EADDRINUSE);
	assert_string_equal(why, "its prefix 2001:db8:ff00:100::/56 is in use "
				 "by user \"fixed\" (tunnel 7 session 1)");
	assert_int_equal(come(5, "rival", "2001:db8::/64", NULL), -EADDRINUSE);
	assert_string_equal(why, "its prefix 2001:db8::/64 is in use by user "
				 "\"c\" (tunnel 7 session 4)");
	assert_int_equal(usage(0).used, 3);
	go(0);
	assert_int_equal(come(5, "rival", "2001:db8:0:1::/64", NULL), 0);
	/* Of no pool at all: the very same is not given twice. */
	assert_int_equal(come(6, "far", "fd00::/64", NULL), 0);
	assert_int_equal(come(7, "away", "fd00::/64", NULL), -EADDRINUSE);
}

/* Wider than what the pool gives, or narrower. */
static void test_given_widths(void **state)
{
	(void)state;
	profiles[0].prefix_pool = LIST("2001:db8::/60", "2001:db8:0:20::/60");
	profiles[0].delegated_pool = LIST("2001:db8:8000::/40");
	start();
	assert_int_equal(come(0, "host", "2001:db8:0:1::9/128",
			      "2001:db8:8000::/48"),
			 0);
	assert_int_equal(usage(0).used, 1);
	assert_int_equal(usage(1).used, 256);
	assert_int_equal(come(1, "pool", NULL, NULL), 0);
	assert_has(1, "2001:db8::/64", "2001:db8:8001::/56");
	assert_int_equal(come(2, "same", "2001:db8:0:1::a/128", NULL),
			 -EADDRINUSE);
	/*
	 * It contains the first of the pool's prefixes and a part
	 * of what is in use.
	 */
	assert_int_equal(come(2, "wide", "2001:db8::/58", NULL), -EADDRINUSE);
	assert_string_equal(why, "its prefix 2001:db8::/58 is in use by "
				 "another call, or a part of it");
	assert_int_equal(usage(0).used, 2);
	assert_int_equal(come(2, "all", NULL, "2001:db8:8000::/33"),
			 -EADDRINUSE);
	assert_string_equal(why, "its prefix 2001:db8:8000::/33 covers more "
				 "than 4096 of the delegated-pool of ppp "
				 "\"p0\"; take it out of that");
	go(0);
	go(1);
	assert_int_equal(come(2, "wide", "2001:db8::/58", NULL), 0);
	assert_int_equal(usage(0).used, 32);
	assert_int_equal(come(3, "late", NULL, NULL), -ENOSPC);
	go(2);
	assert_int_equal(usage(0).used + usage(1).used, 0);
	/* The link's own prefix is the first of what is delegated. */
	assert_int_equal(come(4, "both", "2001:db8:8000::/64",
			      "2001:db8:8000::/56"),
			 0);
	assert_int_equal(usage(1).used, 1);
	go(4);
	assert_int_equal(usage(0).used + usage(1).used, 0);
}

/*
 * Any order of events: nobody has a part of what another has,
 * and all comes back.
 */
static void test_random(void **state)
{
	static const char *const links[] = { NULL, NULL, "2001:db8:0:3::/64",
					     "2001:db8:0:4::/62",
					     "2001:db8:0:2::7/128" };
	static const char *const sites[] = { NULL, NULL,
					     "2001:db8:ff00:200::/56",
					     "2001:db8:ff00::/54" };
	bool here[CALLERS] = { false };
	uint64_t seed = 4711;

	(void)state;
	log_open("test", LOG_SINK_STDERR, LOG_ERR);
	profiles[0].prefix_pool = LIST("2001:db8::/61");
	profiles[0].delegated_pool = LIST("2001:db8:ff00::/53");
	start();
	for (int n = 0; n < 20000; n++) {
		size_t i;
		char user[8];

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		i = (seed >> 40) % CALLERS;
		snprintf(user, sizeof(user), "u%u",
			 (unsigned int)(seed >> 50) % 5);
		if (here[i]) {
			go(i);
			here[i] = false;
			continue;
		}
		here[i] = come(i, user, links[(seed >> 33) % 5],
			       sites[(seed >> 36) % 4]) == 0;
		for (size_t k = 0; here[i] && k < CALLERS; k++) {
			struct subscriber *a = &subscribers[i],
					  *b = &subscribers[k];

			if (k == i || !here[k])
				continue;
			assert_int_not_equal(memcmp(&a->given.prefix6,
						    &b->given.prefix6,
						    sizeof(a->given.prefix6)),
					     0);
			assert_int_not_equal(
				memcmp(&a->given.delegated6,
				       &b->given.delegated6,
				       sizeof(a->given.delegated6)),
				0);
		}
	}
	for (size_t i = 0; i < CALLERS; i++)
		if (here[i])
			go(i);
	assert_int_equal(usage(0).used + usage(1).used, 0);
	assert_int_equal(usage(0).free + usage(1).free, 16);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_order),	 test(test_none),      test(test_large),
		test(test_sticky),	 test(test_exhausted), test(test_given),
		test(test_given_widths), test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
