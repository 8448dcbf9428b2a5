/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vici's packets: what is written is read again, and nothing is read that is
 * not all there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "proto/vici/vici.h"

/*
 * The example of the protocol's description, "Encoding example",
 * as an event "ab".
 */
static const uint8_t example[] = {
	7,   2,	  'a', 'b', 3,	 4,   'k', 'e', 'y', '1', 0,   6,   'v', 'a',
	'l', 'u', 'e', '1', 1,	 8,   's', 'e', 'c', 't', 'i', 'o', 'n', '1',
	1,   11,  's', 'u', 'b', '-', 's', 'e', 'c', 't', 'i', 'o', 'n', 3,
	4,   'k', 'e', 'y', '2', 0,   6,   'v', 'a', 'l', 'u', 'e', '2', 2,
	4,   5,	  'l', 'i', 's', 't', '1', 5,	0,   5,	  'i', 't', 'e', 'm',
	'1', 5,	  0,   5,   'i', 't', 'e', 'm', '2', 6,	  2,
};

static const struct {
	enum vici_element type;
	const char *name, *value;
	unsigned int depth;
} elements[] = {
	{ VICI_KEY_VALUE, "key1", "value1", 0 },
	{ VICI_SECTION_START, "section1", "", 0 },
	{ VICI_SECTION_START, "sub-section", "", 1 },
	{ VICI_KEY_VALUE, "key2", "value2", 2 },
	{ VICI_SECTION_END, "", "", 1 },
	{ VICI_LIST_START, "list1", "", 1 },
	{ VICI_LIST_ITEM, "", "item1", 1 },
	{ VICI_LIST_ITEM, "", "item2", 1 },
	{ VICI_LIST_END, "", "", 1 },
	{ VICI_SECTION_END, "", "", 0 },
};
#define ELEMENTS (sizeof(elements) / sizeof(elements[0]))

static void test_write(void **state)
{
	uint8_t buf[256];
	struct wbuf w = wbuf_init(buf, sizeof(buf));
	size_t at = vici_begin(&w, VICI_EVENT, "ab"), size;

	(void)state;
	vici_value(&w, "key1", "value1");
	vici_section(&w, "section1");
	vici_section(&w, "sub-section");
	vici_value(&w, "key2", "value2");
	vici_section_end(&w);
	vici_list(&w, "list1");
	vici_list_item(&w, "item1");
	vici_list_item(&w, "item2");
	vici_list_end(&w);
	vici_section_end(&w);
	vici_end(&w, at);
	assert_false(w.failed);
	assert_int_equal(w.len, VICI_LENGTH + sizeof(example));
	assert_memory_equal(buf, ((uint8_t[]){ 0, 0, 0, sizeof(example) }),
			    VICI_LENGTH);
	assert_memory_equal(buf + VICI_LENGTH, example, sizeof(example));
	assert_int_equal(vici_packet_size(buf, w.len, &size), 0);
	assert_int_equal(size, w.len);
}

static void test_read(void **state)
{
	struct vici_packet p;
	struct vici_cursor c;
	struct vici_item item;

	(void)state;
	assert_int_equal(vici_parse(&p, example, sizeof(example)), 0);
	assert_int_equal(p.type, VICI_EVENT);
	assert_true(vici_is(p.name, "ab"));
	c = vici_cursor(p.message);
	for (size_t i = 0; i < ELEMENTS; i++) {
		assert_true(vici_next(&c, &item));
		assert_int_equal(item.type, elements[i].type);
		assert_true(vici_is(item.name, elements[i].name));
		assert_true(vici_is(item.value, elements[i].value));
		assert_int_equal(item.depth, elements[i].depth);
	}
	assert_false(vici_next(&c, &item));
	assert_false(c.malformed);
}

static void test_skip(void **state)
{
	struct vici_packet p;
	struct vici_cursor c;
	struct vici_item item;

	(void)state;
	assert_int_equal(vici_parse(&p, example, sizeof(example)), 0);
	c = vici_cursor(p.message);
	assert_true(vici_next(&c, &item));
	vici_skip(&c, &item); /* not a section: nothing is skipped */
	assert_true(vici_next(&c, &item));
	assert_true(vici_next(&c, &item));
	assert_true(vici_is(item.name, "sub-section"));
	vici_skip(&c, &item);
	assert_true(vici_next(&c, &item));
	assert_true(vici_is(item.name, "list1"));
	vici_skip(&c, &item);
	assert_true(vici_next(&c, &item));
	assert_int_equal(item.type, VICI_SECTION_END);
	assert_false(vici_next(&c, &item));

	c = vici_cursor(p.message);
	assert_true(vici_next(&c, &item) && vici_next(&c, &item));
	vici_skip(&c, &item);
	assert_false(vici_next(&c, &item));
	assert_false(c.malformed);
}

/*
 * Shorter by any number of bytes it is a packet only where all of its
 * sections are closed.
 */
static void test_truncated(void **state)
{
	struct vici_packet p = { .type = VICI_CMD_UNKNOWN };
	size_t whole = 0;

	(void)state;
	for (size_t len = 0; len < sizeof(example); len++) {
		if (vici_parse(&p, example, len) == 0)
			whole++;
		else
			assert_int_equal(p.type,
					 whole ? VICI_EVENT : VICI_CMD_UNKNOWN);
	}
	assert_int_equal(whole, 2); /* the name alone; key1 */
}

static void refused(const void *data, size_t len)
{
	struct vici_packet p;

	assert_int_equal(vici_parse(&p, data, len), -EBADMSG);
}
#define REFUSED(...) \
	refused((uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ }))

static void test_malformed(void **state)
{
	uint8_t deep[1 + 3 * (VICI_DEPTH_MAX + 1)] = { VICI_CMD_RESPONSE };
	struct vici_packet p;
	size_t n = 1;

	(void)state;
	REFUSED(VICI_TYPES);
	REFUSED(VICI_CMD_UNKNOWN, 0);
	REFUSED(VICI_EVENT_REGISTER, 1, 'x', 3);
	REFUSED(VICI_EVENT, 2, 'x');
	REFUSED(VICI_CMD_RESPONSE, 0);
	REFUSED(VICI_CMD_RESPONSE, 7);
	REFUSED(VICI_CMD_RESPONSE, VICI_SECTION_END);
	REFUSED(VICI_CMD_RESPONSE, VICI_LIST_END);
	REFUSED(VICI_CMD_RESPONSE, VICI_LIST_ITEM, 0, 0);
	REFUSED(VICI_CMD_RESPONSE, VICI_LIST_START, 0);
	REFUSED(VICI_CMD_RESPONSE, VICI_LIST_START, 0, VICI_LIST_START, 0,
		VICI_LIST_END, VICI_LIST_END);
	REFUSED(VICI_CMD_RESPONSE, VICI_LIST_START, 0, VICI_KEY_VALUE, 0, 0, 0,
		VICI_LIST_END);
	REFUSED(VICI_CMD_RESPONSE, VICI_LIST_START, 0, VICI_SECTION_END,
		VICI_LIST_END);
	REFUSED(VICI_CMD_RESPONSE, VICI_SECTION_START, 0, VICI_LIST_START, 0,
		VICI_SECTION_END);
	REFUSED(VICI_CMD_RESPONSE, VICI_KEY_VALUE, 1, 'k', 0, 2, 'v');
	assert_int_equal(vici_parse(&p,
				    (uint8_t[]){ VICI_CMD_RESPONSE,
						 VICI_LIST_START, 0,
						 VICI_LIST_END },
				    4),
			 0);
	for (int i = 0; i < VICI_DEPTH_MAX; i++, n += 2)
		deep[n] = VICI_SECTION_START;
	memset(deep + n, VICI_SECTION_END, VICI_DEPTH_MAX);
	assert_int_equal(vici_parse(&p, deep, n + VICI_DEPTH_MAX), 0);
	deep[n] = VICI_SECTION_START;
	deep[n + 1] = 0;
	memset(deep + n + 2, VICI_SECTION_END, VICI_DEPTH_MAX + 1);
	refused(deep, n + 2 + VICI_DEPTH_MAX + 1);
}

static void test_size(void **state)
{
	const uint8_t largest[] = { 0, 8, 0, 0 }, larger[] = { 0, 8, 0, 1 },
		      empty[] = { 0, 0, 0, 0 };
	size_t size = 7;

	(void)state;
	for (size_t len = 0; len < VICI_LENGTH; len++)
		assert_int_equal(vici_packet_size(largest, len, &size),
				 -EAGAIN);
	assert_int_equal(vici_packet_size(larger, 4, &size), -EMSGSIZE);
	assert_int_equal(vici_packet_size(empty, 4, &size), -EBADMSG);
	assert_int_equal(size, 7);
	assert_int_equal(vici_packet_size(largest, 4, &size), 0);
	assert_int_equal(size, VICI_LENGTH + VICI_PACKET_MAX);
}

static void test_write_too_much(void **state)
{
	static char name[VICI_NAME_MAX + 2], value[UINT16_MAX + 2];
	static uint8_t buf[2 * UINT16_MAX];
	struct wbuf w = wbuf_init(buf, sizeof(buf));

	(void)state;
	memset(name, 'n', VICI_NAME_MAX);
	vici_end(&w, vici_begin(&w, VICI_CMD_REQUEST, name));
	assert_false(w.failed);
	name[VICI_NAME_MAX] = 'n';
	vici_begin(&w, VICI_CMD_REQUEST, name);
	assert_true(w.failed);

	memset(value, 'v', UINT16_MAX);
	w = wbuf_init(buf, sizeof(buf));
	vici_begin(&w, VICI_CMD_REQUEST, "x");
	vici_value(&w, "k", value);
	assert_false(w.failed);
	vici_end(&w, 0); /* the value fits, the packet does not */
	assert_true(w.failed);
	value[UINT16_MAX] = 'v';
	w = wbuf_init(buf, sizeof(buf));
	vici_list_item(&w, value);
	assert_true(w.failed);

	for (size_t size = 0; size < 12; size++) {
		w = wbuf_init(buf, size);
		vici_begin(&w, VICI_CMD_REQUEST, "x");
		vici_value(&w, "k", "v");
		vici_end(&w, 0);
		assert_true(w.failed);
	}
}

static struct vici_text text(const char *s)
{
	return (struct vici_text){ (const uint8_t *)s, strlen(s) };
}

static void test_values(void **state)
{
	uint64_t n = 7;
	char buf[4];

	(void)state;
	assert_string_equal(vici_string(text("a\nb"), buf, sizeof(buf)), "a?b");
	assert_string_equal(vici_string(text("abcd"), buf, sizeof(buf)), "abc");
	assert_string_equal(vici_string(text(""), buf, sizeof(buf)), "");
	assert_string_equal(vici_string((struct vici_text){ 0 }, buf,
					sizeof(buf)),
			    "");
	assert_true(vici_is((struct vici_text){ 0 }, ""));
	assert_false(vici_is(text("ye"), "yes"));
	assert_false(vici_number(text(""), 10, &n));
	assert_false(vici_number(text("-1"), 10, &n));
	assert_false(vici_number(text("1a"), 10, &n));
	assert_false(vici_number(text("18446744073709551616"), 10, &n));
	assert_int_equal(n, 7);
	assert_true(vici_number(text("18446744073709551615"), 10, &n));
	assert_true(n == UINT64_MAX);
	assert_true(vici_number(text("cF4d1430"), 16, &n));
	assert_true(n == 0xcf4d1430);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_write_too_much),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
