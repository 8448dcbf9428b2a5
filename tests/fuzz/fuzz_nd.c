/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A router solicitation of any bytes: the last byte is its hop limit, the one
 * before it says whose it is. What is taken has what RFC 4861, section 6.1.1
 * asks for.
 */
#include <stdint.h>

#include "check.h"
#include "proto/nd/nd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t source[16] = { 0xfe, 0x80 };
	struct nd_schedule s = { 0 };
	uint8_t to[16];
	int err;

	if (len < 2)
		return 0;
	source[15] = data[len - 2];
	source[0] = source[15] ? 0xfe : 0;
	source[1] = source[15] ? 0x80 : 0;
	err = nd_solicit_check(data, len - 2, source, data[len - 1]);
	if (err)
		return 0;
	CHECK(len - 2 >= 8 && (len - 2) % 8 == 0);
	CHECK(data[0] == 133 && data[1] == 0 && data[len - 1] == 255);
	nd_schedule_start(&s, 1);
	nd_schedule_ask(&s, 1, source, data[3]);
	for (int i = 0; i < 4; i++) {
		CHECK(nd_schedule_take(&s, nd_schedule_due(&s), data[3], to));
		CHECK(nd_schedule_due(&s) > 0);
	}
	return 0;
}
