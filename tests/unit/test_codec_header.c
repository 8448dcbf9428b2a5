// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The header of RFC 2661 section 3.1: every flag, and every length that a
 * packet can end at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "l2tp_packet.h"

/*
 * Decodes a copy that ends where the allocation does, so that a sanitizer sees
 * any overrun.
 */
static int decode(struct l2tp_header *h, const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	int err;

	assert_non_null(copy);
	if (len)
		memcpy(copy, data, len);
	err = l2tp_header_decode(h, len ? copy : copy + 1, len);
	if (!err) {
		assert_true(h->payload >= copy &&
			    h->payload + h->payload_len <= copy + len);
		h->payload = data + (h->payload - copy);
	}
	free(copy);
	return err;
}

static void test_control(void **state)
{
	static const uint8_t pkt[] = { 0xc8, 0x02, 0x00, 0x0c, 0x45, 0x18,
				       0x00, 0x07, 0x12, 0x34, 0xab, 0xcd };
	struct l2tp_header h;

	(void)state;
	assert_int_equal(decode(&h, pkt, sizeof(pkt)), 0);
	assert_true(h.control && h.has_length && h.has_sequence);
	assert_false(h.has_offset || h.priority);
	assert_int_equal(h.version, 2);
	assert_int_equal(h.length, 12);
	assert_int_equal(h.tunnel_id, 0x4518);
	assert_int_equal(h.session_id, 7);
	assert_int_equal(h.ns, 0x1234);
	assert_int_equal(h.nr, 0xabcd);
	assert_int_equal(h.payload_len, 0);
}

static void test_every_length(void **state)
{
	static const uint8_t control[12] = { 0xc8, 0x02, 0x00, 0x0c };
	static const uint8_t data[6] = { 0x00, 0x02, 0x00, 0x01, 0x00, 0x02 };
	struct l2tp_header h;

	(void)state;
	for (size_t len = 0; len < sizeof(control); len++)
		assert_int_equal(decode(&h, control, len), -EBADMSG);
	assert_int_equal(decode(&h, control, sizeof(control)), 0);
	for (size_t len = 0; len < sizeof(data); len++)
		assert_int_equal(decode(&h, data, len), -EBADMSG);
	assert_int_equal(decode(&h, data, sizeof(data)), 0);
}

/* The Length field against the packet's: smaller cuts, larger is refused. */
static void test_length_field(void **state)
{
	uint8_t pkt[20] = { 0xc8, 0x02, 0x00, 0x0c };
	struct l2tp_header h;

	(void)state;
	for (unsigned int length = 0; length <= 0xff; length++) {
		pkt[3] = (uint8_t)length;
		if (length < 12 || length > sizeof(pkt)) {
			assert_int_equal(decode(&h, pkt, sizeof(pkt)),
					 -EBADMSG);
			continue;
		}
		assert_int_equal(decode(&h, pkt, sizeof(pkt)), 0);
		assert_int_equal(h.payload_len, length - 12);
	}
	pkt[2] = 0xff;
	assert_int_equal(decode(&h, pkt, sizeof(pkt)), -EBADMSG);
}

static void test_trailing_bytes_are_not_ours(void **state)
{
	static const uint8_t pkt[] = { 0xc8, 0x02, 0x00, 0x0c, 0,
				       1,    0,	   0,	 0,    0,
				       0,    0,	   0xff, 0xff, 0xff };
	struct l2tp_header h;
	struct l2tp_message m;
	struct l2tp_scratch scratch;
	struct l2tp_fault fault;

	(void)state;
	assert_int_equal(decode(&h, pkt, sizeof(pkt)), 0);
	assert_int_equal(h.payload_len, 0);
	assert_int_equal(l2tp_message_decode(&m, &h, NULL, &scratch, &fault),
			 L2TP_OK);
	assert_int_equal(m.type, L2TP_ZLB);
}

static void test_control_flags(void **state)
{
	uint8_t pkt[16] = { 0, 0, 0x00, 0x10 };
	struct l2tp_header h;

	(void)state;
	for (unsigned int flags = 0x8000; flags <= 0xffff; flags++) {
		unsigned int version = flags & 0xf;
		/*
		 * Version 3 has no O bit: it is one of those that are ignored.
		 */
		bool good =
			(version == 3 || (version == 2 && !(flags & 0x0200))) &&
			(flags & 0x4000) && (flags & 0x0800);

		pkt[0] = (uint8_t)(flags >> 8);
		pkt[1] = (uint8_t)flags;
		/* Reserved bits and P are ignored. */
		assert_int_equal(decode(&h, pkt, sizeof(pkt)),
				 good ? 0 : -EBADMSG);
		if (good) {
			assert_true(h.control);
			assert_int_equal(h.payload_len, 4);
		}
	}
}

static void test_data(void **state)
{
	static const uint8_t plain[] = {
		0x00, 0x02, 0, 1, 0, 2, 'p', 'p', 'p'
	};
	static const uint8_t priority[] = { 0x01, 0x02, 0, 1, 0, 2 };
	static const uint8_t all[] = { 0x4a, 0x02, 0x00, 0x12, 0,  1, 0,
				       2,    0,	   3,	 0,    4,  0, 2,
				       'x',  'x',  'p',	 'q',  'z' };
	static const uint8_t long_offset[] = { 0x02, 0x02, 0, 1,   0,
					       2,    0,	   3, 'x', 'x' };
	struct l2tp_header h;

	(void)state;
	assert_int_equal(decode(&h, plain, sizeof(plain)), 0);
	assert_false(h.control || h.has_length || h.has_sequence || h.priority);
	assert_int_equal(h.tunnel_id, 1);
	assert_int_equal(h.session_id, 2);
	assert_int_equal(h.payload_len, 3);
	assert_memory_equal(h.payload, "ppp", 3);

	assert_int_equal(decode(&h, priority, sizeof(priority)), 0);
	assert_true(h.priority);

	assert_int_equal(decode(&h, all, sizeof(all)), 0);
	assert_int_equal(h.ns, 3);
	assert_int_equal(h.nr, 4);
	assert_int_equal(h.payload_len, 2);
	assert_memory_equal(h.payload, "pq", 2);
	for (size_t len = 0; len < 0x12; len++)
		assert_int_equal(decode(&h, all, len), -EBADMSG);

	assert_int_equal(decode(&h, long_offset, sizeof(long_offset)),
			 -EBADMSG);
}

static void test_other_versions(void **state)
{
	uint8_t pkt[12] = { 0xc8, 0x02, 0x00, 0x0c };
	struct l2tp_header h;

	(void)state;
	for (unsigned int version = 0; version < 16; version++) {
		pkt[1] = (uint8_t)version;
		assert_int_equal(decode(&h, pkt, sizeof(pkt)),
				 version == 2 || version == 3 ? 0 : -EBADMSG);
	}
}

static void test_version_3(void **state)
{
	static const uint8_t control[] = { 0xc8, 0x03, 0x00, 0x0e, 0x12,
					   0x34, 0x56, 0x78, 0,	   5,
					   0,	 6,    'a',  'b',  'c' };
	static const uint8_t data[] = {
		0x4a, 0x03, 0xff, 0xff, 0, 0, 0, 9, 'x'
	};
	uint8_t cut[sizeof(control)];
	struct l2tp_header h;

	(void)state;
	assert_int_equal(decode(&h, control, sizeof(control)), 0);
	assert_int_equal(h.version, 3);
	assert_int_equal(h.tunnel_id, 0x12345678);
	assert_int_equal(h.session_id, 0);
	assert_int_equal(h.ns, 5);
	assert_int_equal(h.nr, 6);
	assert_int_equal(h.payload_len, 2);
	assert_memory_equal(h.payload, "ab", 2);
	for (size_t len = 0; len < 14; len++)
		assert_int_equal(decode(&h, control, len), -EBADMSG);
	memcpy(cut, control, sizeof(cut));
	for (uint8_t len = 0; len < 12; len++) {
		cut[3] = len;
		assert_int_equal(decode(&h, cut, sizeof(cut)), -EBADMSG);
	}

	/*
	 * the bits that version 2 has for Length, Ns and Offset mean nothing in
	 * a data message
	 */
	assert_int_equal(decode(&h, data, sizeof(data)), 0);
	assert_false(h.control);
}

static void test_encode_sequence_and_zlb(void **state)
{
	uint8_t pkt[L2TP_ZLB_LEN];
	struct l2tp_header h;

	(void)state;
	l2tp_encode_zlb(pkt, 0x1234, 5, 6);
	assert_int_equal(decode(&h, pkt, sizeof(pkt)), 0);
	assert_int_equal(h.tunnel_id, 0x1234);
	assert_int_equal(h.session_id, 0);
	assert_int_equal(h.ns, 5);
	assert_int_equal(h.nr, 6);
	l2tp_encode_sequence(pkt, 0xffff, 0xfffe);
	assert_int_equal(decode(&h, pkt, sizeof(pkt)), 0);
	assert_int_equal(h.ns, 0xffff);
	assert_int_equal(h.nr, 0xfffe);
	assert_int_equal(h.length, L2TP_ZLB_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_length_field),
		cmocka_unit_test(test_trailing_bytes_are_not_ours),
		cmocka_unit_test(test_control_flags),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_other_versions),
		cmocka_unit_test(test_version_3),
		cmocka_unit_test(test_encode_sequence_and_zlb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
