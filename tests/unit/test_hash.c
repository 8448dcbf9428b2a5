// SPDX-License-Identifier: GPL-2.0-or-later
/* FNV-1a against its authors' test vectors, and in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/hash.h"

static const struct {
	const char *text;
	size_t len;
	uint32_t h32;
	uint64_t h64;
} known[] = {
	{ "", 0, 0x811c9dc5, 0xcbf29ce484222325 },
	{ "a", 1, 0xe40c292c, 0xaf63dc4c8601ec8c },
	{ "foobar", 6, 0xbf9cf968, 0x85944171f73967e8 },
	{ "\xff\x00\x00\x01", 4, 0xc48fb86d, 0x6961196491cc682d },
};

static void test_known_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(hash_fnv32(HASH_FNV32_START, known[i].text,
					    known[i].len),
				 known[i].h32);
		assert_true(hash_fnv64(HASH_FNV64_START, known[i].text,
				       known[i].len) == known[i].h64);
	}
}

static void test_pieces(void **state)
{
	uint32_t h32 = hash_fnv32(HASH_FNV32_START, "foo", 3);
	uint64_t h64 = hash_fnv64(HASH_FNV64_START, "foo", 3);

	(void)state;
	assert_int_equal(hash_fnv32(h32, "bar", 3), known[2].h32);
	assert_true(hash_fnv64(h64, "bar", 3) == known[2].h64);
	assert_int_equal(hash_fnv32(h32, NULL, 0), h32);
}

/* Who knows another key gets another hash; who knows the same one the same. */
static void test_keyed(void **state)
{
	static const uint64_t key[2] = { 1, 2 }, other[2] = { 2, 1 };

	(void)state;
	assert_true(hash_keyed(key, "foobar", 6) ==
		    hash_keyed(key, "foobar", 6));
	assert_true(hash_keyed(key, "foobar", 6) !=
		    hash_keyed(other, "foobar", 6));
	assert_true(hash_keyed(key, "foobar", 6) !=
		    hash_keyed(key, "foobaz", 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_keyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
