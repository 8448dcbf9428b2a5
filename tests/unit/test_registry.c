// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The registry of subscribers: found by every key, counted by every limit,
 * walked while they come and go.
 */
#include <arpa/inet.h>
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
#include "engine/service/registry.h"
#include "engine/service/subscriber.h"

static struct config_ppp profiles[4];
static char users_file[] = "/users", r1[] = "r1", r2[] = "r2";
static char *first_server[] = { r1, r2 }, *second_server[] = { r2 };
static struct config config = { .ppp = profiles, .ppp_n = 4 };
static struct engine engine;
static struct tunnel tunnel = { .engine = &engine, .id = 7 };
static char why[PPP_TEXT_MAX];

static int setup(void **state)
{
	(void)state;
	memset(profiles, 0, sizeof(profiles));
	for (size_t i = 0; i < 4; i++)
		snprintf(profiles[i].name, sizeof(profiles[i].name), "p%zu", i);
	profiles[0].users_file = users_file;
	profiles[1].radius = (struct config_strings){ first_server, 2 };
	profiles[2].radius = (struct config_strings){ second_server, 1 };
	memset(&engine, 0, sizeof(engine));
	engine.config = &config;
	return registry_start(&engine);
}

static int teardown(void **state)
{
	(void)state;
	registry_free(&engine);
	return 0;
}

static struct subscriber *make(const char *user, unsigned int number)
{
	struct session *c = calloc(1, sizeof(*c));
	struct subscriber *s = calloc(1, sizeof(*s));

	assert_non_null(c);
	assert_non_null(s);
	c->tunnel = &tunnel;
	c->id = (uint16_t)number;
	c->link.engine = &engine;
	c->link.transport = &session_transport;
	c->link.profile = &profiles[0];
	c->link.subscriber = s;
	snprintf(c->link.acct_id, sizeof(c->link.acct_id), "ID%08X", number);
	s->lease = 0x0a000000 + number;
	s->link = &c->link;
	snprintf(s->given.user, sizeof(s->given.user), "%s", user);
	return s;
}

static struct subscriber *add(const char *user, unsigned int number)
{
	struct subscriber *s = make(user, number);

	assert_int_equal(registry_add(s), 0);
	return s;
}

static void drop(struct subscriber *s)
{
	registry_del(s);
	free(session_of(s->link));
	free(s);
}

static unsigned int count_name(const char *user)
{
	unsigned int n = 0;

	for (struct subscriber *s = registry_by_name(&engine, user); s;
	     s = registry_next_of_name(s)) {
		assert_string_equal(s->given.user, user);
		n++;
	}
	return n;
}

static void test_found(void **state)
{
	struct subscriber *alice = add("alice", 1),
			  *bob[3] = { add("bob", 2), add("bob", 3),
				      add("bob", 4) };

	(void)state;
	assert_ptr_equal(registry_by_name(&engine, "alice"), alice);
	assert_null(registry_next_of_name(alice));
	assert_int_equal(count_name("bob"), 3);
	assert_null(registry_by_name(&engine, "alic"));
	assert_null(registry_by_name(&engine, ""));
	assert_ptr_equal(registry_by_id(&engine, "ID00000003"), bob[1]);
	assert_null(registry_by_id(&engine, "ID00000009"));
	assert_ptr_equal(registry_by_address(&engine, htonl(0x0a000004)),
			 bob[2]);
	assert_null(registry_by_address(&engine, 0));
	/*
	 * The first of a chain goes, then the one in the middle, then the last.
	 */
	drop(bob[0]);
	assert_int_equal(count_name("bob"), 2);
	drop(bob[2]);
	assert_ptr_equal(registry_by_name(&engine, "bob"), bob[1]);
	drop(bob[1]);
	assert_null(registry_by_name(&engine, "bob"));
	assert_null(registry_by_id(&engine, "ID00000003"));
	assert_null(registry_by_address(&engine, htonl(0x0a000004)));
	assert_int_equal(registry_count(&engine), 1);
	drop(alice);
	assert_int_equal(registry_count(&engine), 0);
}

static void test_nameless(void **state)
{
	struct subscriber *s = make("", 1);

	(void)state;
	s->lease = 0;
	assert_int_equal(registry_add(s), 0);
	assert_null(registry_by_name(&engine, ""));
	assert_ptr_equal(registry_by_id(&engine, "ID00000001"), s);
	/* Its address is its own choice, and is told late. */
	s->link->remote_ipv4 = htonl(0xc0000201);
	registry_readdress(s);
	assert_ptr_equal(registry_by_address(&engine, htonl(0xc0000201)), s);
	s->link->remote_ipv4 = htonl(0xc0000202);
	registry_readdress(s);
	assert_null(registry_by_address(&engine, htonl(0xc0000201)));
	assert_ptr_equal(registry_by_address(&engine, htonl(0xc0000202)), s);
	drop(s);
	assert_null(registry_by_address(&engine, htonl(0xc0000202)));
}

static void test_prefixes(void **state)
{
	struct service_prefix6 link = {
		.len = 64,
		.addr = { 0x20, 1, 0xd, 0xb8, 0, 1 },
	};
	struct service_prefix6 site = {
		.len = 56,
		.addr = { 0x20, 1, 0xd, 0xb8, 0, 1 },
	};
	struct subscriber *s = make("alice", 1), *other = make("bob", 2);

	(void)state;
	s->given.prefix6 = link;
	s->given.delegated6 = site;
	other->given.prefix6 = link;
	assert_int_equal(registry_add(s), 0);
	assert_int_equal(registry_add(other), 0);
	assert_ptr_equal(registry_by_prefix6(&engine, REGISTRY_DELEGATED6,
					     &site),
			 s);
	assert_null(registry_next_of_prefix6(s, REGISTRY_DELEGATED6));
	assert_null(registry_by_prefix6(&engine, REGISTRY_PREFIX6, &site));
	assert_ptr_equal(registry_by_prefix6(&engine, REGISTRY_PREFIX6, &link),
			 s);
	assert_ptr_equal(registry_next_of_prefix6(s, REGISTRY_PREFIX6), other);
	drop(s);
	assert_ptr_equal(registry_by_prefix6(&engine, REGISTRY_PREFIX6, &link),
			 other);
	assert_null(registry_by_prefix6(&engine, REGISTRY_DELEGATED6, &site));
	drop(other);
}

static int may_add(unsigned int profile, const char *user, uint32_t limit)
{
	struct service given = { .port_limit = limit };

	snprintf(given.user, sizeof(given.user), "%s", user);
	why[0] = '\0';
	return registry_may_add(&engine, &profiles[profile], &given, why,
				sizeof(why));
}

static void test_limit_of_user(void **state)
{
	struct subscriber *a = add("alice", 1), *b;

	(void)state;
	profiles[0].max_sessions_per_user = 2;
	assert_int_equal(may_add(0, "alice", 2), 0);
	b = add("alice", 2);
	assert_int_equal(may_add(0, "alice", 2), -EUSERS);
	assert_string_equal(why, "user \"alice\" has 2 sessions already, "
				 "the max-sessions-per-user of ppp \"p0\"");
	assert_int_equal(may_add(0, "bob", 2), 0);
	assert_int_equal(may_add(0, "alice", 0), 0);
	assert_int_equal(may_add(0, "alice", 1), -EUSERS);
	assert_string_equal(why, "user \"alice\" has 1 session already, its "
				 "Port-Limit");
	/* One that is ending leaves its place at once, and once. */
	registry_leave(a);
	registry_leave(a);
	assert_int_equal(may_add(0, "alice", 2), 0);
	assert_int_equal(count_name("alice"), 2);
	/* Nobody has no limit. */
	assert_int_equal(may_add(0, "", 1), 0);
	drop(a);
	assert_int_equal(may_add(0, "alice", 1), -EUSERS);
	drop(b);
	assert_int_equal(may_add(0, "alice", 1), 0);
}

static void test_same_users(void **state)
{
	struct subscriber *s = make("alice", 1);

	(void)state;
	s->link->profile = &profiles[1];
	assert_int_equal(registry_add(s), 0);
	/*
	 * Profiles that ask the same server know the same
	 * people; others do not.
	 */
	assert_int_equal(may_add(2, "alice", 1), -EUSERS);
	assert_int_equal(may_add(0, "alice", 1), 0);
	assert_int_equal(may_add(3, "alice", 1), 0);
	drop(s);
	s = add("alice", 2);
	profiles[3].users_file = profiles[0].users_file;
	assert_int_equal(may_add(3, "alice", 1), -EUSERS);
	drop(s);
}

static void test_limit_of_profile(void **state)
{
	struct subscriber *a = add("alice", 1), *b = add("bob", 2);

	(void)state;
	profiles[0].max_sessions = 2;
	profiles[1].max_sessions = 1;
	assert_int_equal(may_add(0, "carol", 0), -EUSERS);
	assert_string_equal(why, "user \"carol\" is one too many: ppp "
				 "\"p0\" has 2 sessions, its max-sessions");
	assert_int_equal(may_add(1, "carol", 0), 0);
	registry_leave(a);
	assert_int_equal(may_add(0, "carol", 0), 0);
	drop(a);
	assert_int_equal(may_add(0, "carol", 0), 0);
	drop(b);
	a = add("alice", 3);
	assert_int_equal(may_add(0, "carol", 0), 0);
	drop(a);
}

static void test_walk(void **state)
{
	struct subscriber *s[6];
	uint64_t place = 0;

	(void)state;
	assert_null(registry_walk(&engine, &place));
	for (unsigned int i = 0; i < 5; i++)
		s[i] = add("alice", i);
	assert_ptr_equal(registry_walk(&engine, &place), s[0]);
	assert_ptr_equal(registry_walk(&engine, &place), s[1]);
	/* Where it stands, before it and after it some go; one comes. */
	drop(s[1]);
	drop(s[0]);
	drop(s[2]);
	s[5] = add("alice", 5);
	assert_ptr_equal(registry_walk(&engine, &place), s[3]);
	assert_ptr_equal(registry_walk(&engine, &place), s[4]);
	assert_ptr_equal(registry_walk(&engine, &place), s[5]);
	assert_null(registry_walk(&engine, &place));
	assert_null(registry_walk(&engine, &place));
	for (unsigned int i = 3; i < 6; i++)
		drop(s[i]);
}

#define MANY 20000u

/*
 * Added and removed in another order: each is found as long as it is
 * there, by each key.
 */
static void test_many(void **state)
{
	static struct subscriber *s[MANY];
	char user[32], id[16];

	(void)state;
	for (unsigned int i = 0; i < MANY; i++) {
		snprintf(user, sizeof(user), "user%u", i / 3);
		s[i] = add(user, i + 1);
	}
	for (unsigned int i = 0; i < MANY; i++) {
		unsigned int k = (unsigned int)((uint64_t)i * 7919 % MANY);

		snprintf(id, sizeof(id), "ID%08X", k + 1);
		assert_ptr_equal(registry_by_id(&engine, id), s[k]);
		assert_ptr_equal(registry_by_address(&engine,
						     htonl(0x0a000001 + k)),
				 s[k]);
		snprintf(user, sizeof(user), "user%u", k / 3);
		assert_in_range(count_name(user), 1, 3);
		drop(s[k]);
		assert_null(registry_by_id(&engine, id));
	}
	assert_int_equal(registry_count(&engine), 0);
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		test(test_found),      test(test_nameless),
		test(test_prefixes),   test(test_limit_of_user),
		test(test_same_users), test(test_limit_of_profile),
		test(test_walk),       test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
