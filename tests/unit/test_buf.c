// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cursors of lib/buf.h: what they read and write, and that they
 * stop at the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "lib/buf.h"

static const uint8_t bytes[15] = { 1, 2,  3,  4,  5,  6,  7, 8,
				   9, 10, 11, 12, 13, 14, 15 };

static void test_read(void **state)
{
	struct rbuf r = rbuf_init(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(rbuf_u8(&r), 0x01);
	assert_int_equal(rbuf_u16(&r), 0x0203);
	assert_int_equal(rbuf_u32(&r), 0x04050607);
	assert_int_equal(rbuf_u64(&r), 0x08090a0b0c0d0e0f);
	assert_int_equal(rbuf_left(&r), 0);
	assert_false(r.failed);
	assert_non_null(rbuf_take(&r, 0));
	assert_false(r.failed);
}

static void test_read_past_the_end(void **state)
{
	(void)state;
	for (size_t len = 0; len < 8; len++) {
		struct rbuf r = rbuf_init(bytes, len);

		assert_int_equal(len < 4 ? rbuf_u32(&r) : rbuf_u64(&r), 0);
		assert_true(r.failed);
		/* It sticks: what would still fit is not read either. */
		assert_int_equal(rbuf_left(&r), 0);
		assert_null(rbuf_take(&r, 0));
		assert_int_equal(rbuf_u8(&r), 0);
	}
	struct rbuf r = rbuf_init(NULL, 0);

	assert_null(rbuf_take(&r, SIZE_MAX));
	assert_true(r.failed);
}

static void test_write(void **state)
{
	uint8_t out[15];
	struct wbuf w = wbuf_init(out, sizeof(out));

	(void)state;
	wbuf_u8(&w, 0x01);
	wbuf_u16(&w, 0x0203);
	wbuf_u32(&w, 0x04050607);
	wbuf_u64(&w, 0x08090a0b0c0d0e0f);
	assert_false(w.failed);
	assert_int_equal(w.len, 15);
	assert_memory_equal(out, bytes, 15);
	wbuf_patch_u16(&w, 13, 0xabcd);
	assert_false(w.failed);
	assert_int_equal(out[13], 0xab);
	assert_int_equal(out[14], 0xcd);
	wbuf_patch_u16(&w, 14, 0);
	assert_true(w.failed);
	assert_int_equal(out[14], 0xcd);
}

static void test_write_past_the_end(void **state)
{
	(void)state;
	for (size_t size = 0; size < 8; size++) {
		uint8_t out[16];
		struct wbuf w = wbuf_init(out, size);

		memset(out, 0xee, sizeof(out));
		wbuf_u64(&w, 0);
		assert_true(w.failed);
		assert_int_equal(w.len, 0);
		wbuf_u8(&w, 0); /* it sticks */
		wbuf_zero(&w, 1);
		wbuf_bytes(&w, bytes, 1);
		assert_int_equal(w.len, 0);
		for (size_t i = 0; i < sizeof(out); i++)
			assert_int_equal(out[i], 0xee);
	}
}

static void test_write_bytes(void **state)
{
	uint8_t out[8];
	struct wbuf w = wbuf_init(out, sizeof(out));

	(void)state;
	wbuf_bytes(&w, bytes, 3);
	wbuf_bytes(&w, NULL, 0);
	wbuf_zero(&w, 2);
	wbuf_bytes(&w, bytes, 3);
	assert_false(w.failed);
	assert_memory_equal(out, "\1\2\3\0\0\1\2\3", 8);
	wbuf_bytes(&w, bytes, SIZE_MAX);
	assert_true(w.failed);
	assert_int_equal(w.len, 8);
}

static void test_printf(void **state)
{
	char out[8];
	struct wbuf w = wbuf_init(out, sizeof(out));

	(void)state;
	wbuf_printf(&w, "%s", "abc");
	wbuf_printf(&w, "%d", 12);
	assert_int_equal(w.len, 5);
	assert_string_equal(out, "abc12");
	assert_false(w.failed);
	wbuf_printf(&w, "%s", "xyz"); /* room for two and the NUL */
	assert_true(w.failed);
	assert_int_equal(w.len, 7);
	assert_string_equal(out, "abc12xy");
	wbuf_printf(&w, "more");
	assert_string_equal(out, "abc12xy");

	w = wbuf_init(out, 0);
	wbuf_printf(&w, "x");
	assert_true(w.failed);
	assert_string_equal(out, "abc12xy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_past_the_end),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_past_the_end),
		cmocka_unit_test(test_write_bytes),
		cmocka_unit_test(test_printf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
