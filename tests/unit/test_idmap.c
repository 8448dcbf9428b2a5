// SPDX-License-Identifier: GPL-2.0-or-later
/* The map from ids to pointers, against a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "proto/l2tp/idmap.h"

static char objects[65536];
static void *reference[65536];
static uint32_t random_state;

static uint32_t random_u32(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static void compare(struct idmap *m, uint32_t count)
{
	uint32_t from = 0;

	assert_int_equal(m->count, count);
	for (uint32_t key = 0; key < 65536; key++) {
		void *next;

		assert_ptr_equal(idmap_get(m, (uint16_t)key), reference[key]);
		if (!reference[key])
			continue;
		next = idmap_next(m, from);
		assert_ptr_equal(next, reference[key]);
		from = key + 1;
	}
	assert_null(idmap_next(m, from));
	assert_null(idmap_next(m, 65536));
}

/* Puts and removes at random among keys that fill it to a share of 1 / sparsity. */
static void churn(uint32_t sparsity, unsigned int steps)
{
	struct idmap m = { .seed = random_u32() };
	uint32_t count = 0;

	memset(reference, 0, sizeof(reference));
	for (unsigned int i = 0; i < steps; i++) {
		uint16_t key = (uint16_t)(random_u32() % (65536 / sparsity) * sparsity);

		if (random_u32() % 5 < 3) {
			assert_int_equal(idmap_put(&m, key, &objects[key]),
					 reference[key] ? -EEXIST : 0);
			count += !reference[key];
			reference[key] = &objects[key];
		} else {
			assert_ptr_equal(idmap_remove(&m, key), reference[key]);
			count -= !!reference[key];
			reference[key] = NULL;
		}
	}
	compare(&m, count);
	/* taken away from the low end, with one put below now and then */
	for (uint32_t i = 0; i < 200; i++) {
		uint32_t key = 0;

		while (key < 65536 && !reference[key])
			key++;
		assert_ptr_equal(idmap_next(&m, 0), key < 65536 ? reference[key] : NULL);
		if (key == 65536)
			break;
		idmap_remove(&m, (uint16_t)key);
		reference[key] = NULL;
		if (i % 7 == 0 && key) {
			key = random_u32() % key;
			assert_int_equal(idmap_put(&m, (uint16_t)key, &objects[key]), 0);
			reference[key] = &objects[key];
		}
	}
	/* empty again, it holds no memory */
	for (uint32_t key = 0; key < 65536; key++)
		assert_ptr_equal(idmap_remove(&m, (uint16_t)key), reference[key]);
	assert_null(m.slots);
}

static void test_churn(void **state)
{
	(void)state;
	random_state = 1;
	churn(1, 300000);
	churn(16, 30000);
	churn(1024, 3000);
	for (int i = 0; i < 20; i++)
		churn(4096, 60);
}

static void test_full(void **state)
{
	struct idmap m = { 0 };

	(void)state;
	memset(reference, 0, sizeof(reference));
	for (uint32_t key = 0; key < 65536; key++) {
		assert_int_equal(idmap_put(&m, (uint16_t)key, &objects[key]), 0);
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
