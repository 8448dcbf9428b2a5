// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Callers who have not answered: what they cost, who goes when all places are
 * taken, and what is remembered of those who did answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l2tp/half_open.h"
#include "proto/l2tp/known.h"

#define SCCRQ_LEN 130 /* as those of usual LACs are */

static const uint8_t request[4096];

static struct addr host(uint32_t n, uint16_t port)
{
	struct addr a = { .family = AF_INET, .port = port };

	memcpy(a.ip, &n, sizeof(n));
	return a;
}

static void add(struct half_opens *all, uint32_t id, struct addr peer,
		uint16_t queue, uint32_t limit, size_t len)
{
	struct half_open h = {
		.id = id,
		.peer_id = id,
		.peer = peer,
		.queue = queue,
		.due_ms = 1000 + id,
		.len = (uint16_t)len,
	};

	assert_int_equal(half_open_add(all, &h, request, limit), 0);
}

static void test_octets(void **state)
{
	struct half_opens all = { .seed = 7 };
	size_t before = mallinfo2().uordblks, each;

	for (uint32_t i = 1; i <= 20000; i++)
		add(&all, i, host(i, 1701), 0, 20000, SCCRQ_LEN);
	each = (mallinfo2().uordblks - before) / 20000;
	/* a sanitizer's allocator counts nothing */
	if (mallinfo2().uordblks)
		assert_in_range(each, SCCRQ_LEN, HALF_OPEN_PLACE);
	assert_int_equal(all.count, 20000);
	assert_int_equal(all.places, 20000);

	/* a long one takes the place of several */
	add(&all, 20001, host(20001, 1701), 0, 20000, 4096);
	assert_int_equal(all.places, 20000);
	assert_in_range(all.count, 20000 - 20, 20000 - 12);
	assert_int_equal(all.displaced, 20001 - all.count);
	half_open_fini(&all);
	/* all but what the allocator keeps at hand */
	assert_in_range(mallinfo2().uordblks, 0, before + 65536);
	(void)state;
}

static void test_the_oldest_goes(void **state)
{
	struct half_opens all = { .seed = 7 };

	for (uint32_t i = 1; i <= 12; i++)
		add(&all, i, host(i, 1701), 0, 10, SCCRQ_LEN);
	assert_null(half_open_get(&all, 1));
	assert_null(half_open_get(&all, 2));
	for (uint32_t i = 3; i <= 12; i++)
		assert_non_null(half_open_get(&all, i));
	half_open_fini(&all);
	(void)state;
}

/* A flood of one section's callers takes nothing from another's. */
static void test_whoever_has_the_most_loses(void **state)
{
	struct half_opens all = { .seed = 7 };

	add(&all, 1, host(1, 1701), 0, 10, SCCRQ_LEN);
	add(&all, 2, host(2, 1701), 5, 10, SCCRQ_LEN);
	for (uint32_t i = 3; i <= 5000; i++)
		add(&all, i, host(i, 1701), 2, 10, SCCRQ_LEN);
	assert_non_null(half_open_get(&all, 1));
	assert_non_null(half_open_get(&all, 2));
	assert_int_equal(all.places, 10);
	half_open_fini(&all);
	(void)state;
}

static void test_sources(void **state)
{
	struct addr six = { .family = AF_INET6, .ip = { 0x20, 1, 0xd, 0xb8 } };
	struct half_opens all = { .seed = 7 };

	add(&all, 1, host(1, 1), 0, 20000, SCCRQ_LEN);
	for (uint32_t i = 2; i < 2 + 2 * HALF_OPEN_SOURCE_MAX; i++)
		add(&all, i, host(2, (uint16_t)i), 0, 20000, SCCRQ_LEN);
	assert_int_equal(all.count, 1 + HALF_OPEN_SOURCE_MAX);
	assert_non_null(half_open_get(&all, 1));
	assert_null(half_open_get(&all, 2));

	/* of IPv6 all addresses of a network are one source */
	for (uint32_t i = 5000; i < 5000 + 2 * HALF_OPEN_SOURCE_MAX; i++) {
		memcpy(six.ip + 8, &i, sizeof(i));
		add(&all, i, six, 0, 20000, SCCRQ_LEN);
	}
	assert_int_equal(all.count, 1 + 2 * HALF_OPEN_SOURCE_MAX);
	half_open_fini(&all);
	(void)state;
}

static void test_finding(void **state)
{
	struct half_opens all = { .seed = 7 };
	struct addr peer = host(9, 1701), other = host(9, 1702);

	add(&all, 1, peer, 0, 10, SCCRQ_LEN);
	assert_non_null(half_open_find(&all, &peer, 1, NULL, 0));
	assert_null(half_open_find(&all, &peer, 2, NULL, 0));
	assert_null(half_open_find(&all, &other, 1, NULL, 0));
	/* one whose id is hidden is known by what it says */
	half_open_get(&all, 1)->peer_id = 0;
	assert_non_null(half_open_find(&all, &peer, 0, request, SCCRQ_LEN));
	assert_null(half_open_find(&all, &peer, 0, request, SCCRQ_LEN - 1));
	half_open_remove(&all, half_open_get(&all, 1));
	assert_null(half_open_find(&all, &peer, 0, request, SCCRQ_LEN));
	half_open_fini(&all);
	(void)state;
}

static void test_time(void **state)
{
	struct half_opens all = { .seed = 7 };

	assert_int_equal(half_open_deadline(&all), UINT64_MAX);
	for (uint32_t i = 1; i <= 10; i++)
		add(&all, i, host(i, 1701), (uint16_t)(i % 3), 100, SCCRQ_LEN);
	assert_int_equal(half_open_deadline(&all), 1001);
	half_open_expire(&all, 1004);
	assert_int_equal(all.count, 6);
	assert_int_equal(half_open_deadline(&all), 1005);
	half_open_expire(&all, 2000);
	assert_int_equal(half_open_deadline(&all), UINT64_MAX);
	assert_int_equal(all.displaced, 0);
	half_open_fini(&all);
	(void)state;
}

static void test_known(void **state)
{
	struct known *k = calloc(1, sizeof(*k));
	unsigned int left = 0;

	assert_non_null(k);
	assert_false(known_is(k, 4711, 5));
	assert_false(known_is(k, 0, 5));
	known_note(k, 4711, 5);
	known_note(k, 4711, 6);
	assert_true(known_is(k, 4711, 5 + KNOWN_MS));
	assert_false(known_is(k, 4711, 6 + KNOWN_MS));
	/* the last of many are those that stay */
	for (uint64_t i = 1; i <= 100000; i++)
		known_note(k, i * 0x9e3779b97f4a7c15u, 100 + i);
	for (uint64_t i = 1; i <= 100000; i++)
		left += known_is(k, i * 0x9e3779b97f4a7c15u, 200000);
	assert_in_range(left, KNOWN_SLOTS / 2, KNOWN_SLOTS);
	assert_true(
		known_is(k, UINT64_C(100000) * 0x9e3779b97f4a7c15u, 200000));
	free(k);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_the_oldest_goes),
		cmocka_unit_test(test_whoever_has_the_most_loses),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_finding),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
