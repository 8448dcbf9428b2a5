/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 messages of any bytes, one after the other on one link: each begins
 * with two bytes of its length, whose highest bit says that it was sent to us
 * alone. An answer is a message that a client can read, it names both ends, and
 * the prefix is in it once at most.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "proto/dhcpv6/dhcpv6.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const uint8_t dns[1][16] = { { 0x20, 1, 0x0d, 0xb8, [15] = 0x53 } };
static const struct dhcpv6_server server = { { 0, 4, [17] = 1 }, 18 };
static const struct dhcpv6_offer offer = {
	.prefix = { 0x20, 1, 0x0d, 0xb8, 0, 1 },
	.prefix_len = 64,
	.delegated = { 0x20, 1, 0x0d, 0xb8, 0xaa },
	.delegated_len = 56,
	.preferred_s = 3000,
	.valid_s = 3600,
	.renew_s = 900,
	.rebind_s = 1800,
	.dns = dns,
	.dns_n = 1,
	.search = (const uint8_t *)"\3net",
	.search_len = 5,
	.refresh_s = 3600,
};

/* What follows a type's fixed fields and is options again; SIZE_MAX: nothing */
static size_t fixed_of(uint16_t code)
{
	return code == DHCPV6_OPTION_IA_NA || code == DHCPV6_OPTION_IA_PD ? 12 :
	       code == DHCPV6_OPTION_IA_TA				  ? 4 :
					     SIZE_MAX;
}

struct seen {
	unsigned int client, server, prefix;
};

static void check_lease(const uint8_t *p, size_t len, struct seen *seen)
{
	struct rbuf r = rbuf_init(p, len);
	uint32_t preferred = rbuf_u32(&r), valid = rbuf_u32(&r);
	uint8_t bits = rbuf_u8(&r);
	const uint8_t *prefix = rbuf_take(&r, 16);

	CHECK(prefix && bits <= 128 && preferred <= valid);
	if (!valid)
		return;
	CHECK(bits == 56 && memcmp(prefix, offer.delegated, 16) == 0);
	seen->prefix++;
}

static void check_option(uint16_t code, const uint8_t *p, size_t len,
			 struct seen *seen, unsigned int depth);

static void check_options(struct rbuf r, struct seen *seen, unsigned int depth)
{
	CHECK(depth < 3);
	while (rbuf_left(&r)) {
		uint16_t code = rbuf_u16(&r), len = rbuf_u16(&r);
		const uint8_t *p = rbuf_take(&r, len);

		CHECK(p && !r.failed);
		check_option(code, p, len, seen, depth);
	}
}

static void check_option(uint16_t code, const uint8_t *p, size_t len,
			 struct seen *seen, unsigned int depth)
{
	size_t fixed = fixed_of(code);

	seen->client += code == DHCPV6_OPTION_CLIENT_ID;
	seen->server += code == DHCPV6_OPTION_SERVER_ID;
	if (code == DHCPV6_OPTION_IA_PREFIX)
		check_lease(p, len, seen);
	if (fixed == SIZE_MAX)
		return;
	CHECK(len > fixed);
	check_options(rbuf_init(p + fixed, len - fixed), seen, depth + 1);
}

static void check_answer(const uint8_t *asked, const struct wbuf *w,
			 enum dhcpv6_event event)
{
	struct seen seen = { 0 };

	CHECK(w->len >= 4 && w->len <= DHCPV6_ANSWER_MAX && !w->failed);
	CHECK(w->data[0] == DHCPV6_ADVERTISE || w->data[0] == DHCPV6_REPLY);
	CHECK(memcmp(w->data + 1, asked + 1, 3) == 0);
	check_options(rbuf_init(w->data + 4, w->len - 4), &seen, 0);
	CHECK(seen.server == 1 && seen.prefix <= 1);
	CHECK(seen.client == 1 || asked[0] == DHCPV6_INFO);
	CHECK((event != DHCPV6_BOUND && event != DHCPV6_EXTENDED) ||
	      seen.prefix == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rbuf r = rbuf_init(data, len);
	struct dhcpv6_link link = { 0 };
	uint64_t now = 1000;

	while (rbuf_left(&r) >= 2) {
		uint16_t head = rbuf_u16(&r);
		size_t n = head & 0x7fff;
		uint8_t answer[DHCPV6_ANSWER_MAX];
		struct wbuf w = wbuf_init(answer, sizeof(answer));
		struct dhcpv6_input in = {
			.len = n < rbuf_left(&r) ? n : rbuf_left(&r),
			.to_group = !(head & 0x8000),
			.now_ms = now += 100,
		};
		bool was_bound = link.is_bound;
		enum dhcpv6_event event;

		in.data = rbuf_take(&r, in.len);
		if (!dhcpv6_answer(&server, &offer, &link, &in, &w, &event))
			check_answer(in.data, &w, event);
		else
			CHECK(event == DHCPV6_NOTHING &&
			      link.is_bound == was_bound);
	}
	return 0;
}
