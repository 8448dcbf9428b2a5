// SPDX-License-Identifier: GPL-2.0-or-later
/* The map from ids to pointers, against a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "proto/l2tp/idmap.h"

static char objects[65536];
static void *reference[65536];
static uint32_t random_state;
static bool spread;

static uint32_t random_u32(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

/* A key of 32 bits for each index: small ones, and ones that are spread. */
static uint32_t key_of(uint32_t index)
{
	return spread ? index * 2654435761u : index;
}

/* Every object once, and in an order that holds however it is entered. */
static void compare(struct idmap *m, uint32_t count)
{
	static bool seen[65536];
	uint64_t after = 0;
	uint32_t n = 0;
	char *value;

	assert_int_equal(m->count, count);
	memset(seen, 0, sizeof(seen));
	for (uint32_t i = 0; i < 65536; i++)
		assert_ptr_equal(idmap_get(m, key_of(i)), reference[i]);
	for (; (value = idmap_next(m, after)); n++) {
		uint32_t i = (uint32_t)(value - objects);

		assert_ptr_equal(value, reference[i]);
		assert_false(seen[i]);
		seen[i] = true;
		after = key_of(i) + UINT64_C(1);
	}
	assert_int_equal(n, count);
}

/* A walk while others come and go: those that stay are all seen, none twice. */
static void walk_while_changing(struct idmap *m)
{
	static bool seen[65536], stays[65536];
	uint64_t after = 0;
	char *value;

	memset(seen, 0, sizeof(seen));
	for (uint32_t i = 0; i < 65536; i++)
		stays[i] = reference[i];
	while ((value = idmap_next(m, after))) {
		uint32_t i = (uint32_t)(value - objects),
			 other = random_u32() % 65536;

		assert_false(seen[i]);
		seen[i] = true;
		after = key_of(i) + UINT64_C(1);
		if (random_u32() % 3 == 0) {
			/*
			 * the one that the walk stands on goes: it still
			 * knows where it is
			 */
			assert_ptr_equal(idmap_remove(m, key_of(i)), value);
			reference[i] = NULL;
		}
		if (reference[other] && random_u32() % 2) {
			idmap_remove(m, key_of(other));
			reference[other] = NULL;
			stays[other] = false;
		} else if (!reference[other] && !stays[other] && !seen[other]) {
			assert_int_equal(idmap_put(m, key_of(other),
						   &objects[other]),
					 0);
			reference[other] = &objects[other];
		}
	}
	for (uint32_t i = 0; i < 65536; i++)
		assert_true(seen[i] || !stays[i]);
}

static uint32_t counted(void)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < 65536; i++)
		count += reference[i] != NULL;
	return count;
}

/*
 * Puts and removes at random among keys that fill it to a share
 * of 1 / sparsity.
 */
static void churn(uint32_t sparsity, unsigned int steps)
{
	struct idmap m = { .seed = random_u32() };
	uint32_t count = 0;

	memset(reference, 0, sizeof(reference));
	for (unsigned int i = 0; i < steps; i++) {
		uint32_t key = random_u32() % (65536 / sparsity) * sparsity;

		if (random_u32() % 5 < 3) {
			assert_int_equal(idmap_put(&m, key_of(key),
						   &objects[key]),
					 reference[key] ? -EEXIST : 0);
			count += !reference[key];
			reference[key] = &objects[key];
		} else {
			assert_ptr_equal(idmap_remove(&m, key_of(key)),
					 reference[key]);
			count -= !!reference[key];
			reference[key] = NULL;
		}
	}
	compare(&m, count);
	walk_while_changing(&m);
	compare(&m, counted());
	/*
	 * the first one taken away again and again, with others put
	 * back now and then
	 */
	for (uint32_t i = 0; i < 200; i++) {
		char *value = idmap_next(&m, 0);
		uint32_t at;

		if (!value)
			break;
		at = (uint32_t)(value - objects);
		assert_ptr_equal(idmap_remove(&m, key_of(at)), value);
		reference[at] = NULL;
		at = random_u32() % 65536;
		if (i % 7 == 0 && !reference[at]) {
			assert_int_equal(idmap_put(&m, key_of(at),
						   &objects[at]),
					 0);
			reference[at] = &objects[at];
		}
	}
	/* empty again, it holds no memory */
	for (uint32_t key = 0; key < 65536; key++)
		assert_ptr_equal(idmap_remove(&m, key_of(key)), reference[key]);
	assert_null(m.slots);
}

static void test_churn(void **state)
{
	(void)state;
	random_state = 1;
	for (int i = 0; i < 2; i++) {
		spread = i;
		churn(1, 300000);
		churn(16, 30000);
		churn(1024, 3000);
		for (int k = 0; k < 20; k++)
			churn(4096, 60);
	}
}

static void test_full(void **state)
{
	struct idmap m = { 0 };

	(void)state;
	memset(reference, 0, sizeof(reference));
	for (uint32_t key = 0; key < 65536; key++) {
		assert_int_equal(idmap_put(&m, key_of(key), &objects[key]), 0);
		reference[key] = &objects[key];
	}
	compare(&m, 65536);
	idmap_fini(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_churn),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
