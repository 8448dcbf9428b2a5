/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Router solicitations are checked; see nd.h. */
#include <errno.h>
#include <string.h>

#include "proto/nd/nd.h"
#include "proto/nd/option_table.h"

#define ROUTER_SOLICITATION 133
#define UNIT		    8

static bool is_unspecified(const uint8_t a[16])
{
	static const uint8_t none[16];

	return memcmp(a, none, sizeof(none)) == 0;
}

/* Unknown options are passed over, but have a length as well. */
static bool read_option(struct rbuf *r, uint8_t *type)
{
	uint8_t units;

	*type = rbuf_u8(r);
	units = rbuf_u8(r);
	return units > 0 && rbuf_take(r, (size_t)units * UNIT - 2);
}

int nd_solicit_check(const uint8_t *data, size_t len, const uint8_t source[16],
		     uint8_t hop_limit)
{
	struct rbuf r = rbuf_init(data, len);
	uint8_t type = rbuf_u8(&r), code = rbuf_u8(&r), option;

	if (type != ROUTER_SOLICITATION)
		return -ENOMSG;
	rbuf_take(&r, 6); /* checksum, reserved */
	if (r.failed || code != 0 || hop_limit != ND_HOP_LIMIT)
		return -EBADMSG;
	while (rbuf_left(&r)) {
		if (!read_option(&r, &option))
			return -EBADMSG;
		if (option == ND_OPTION_SOURCE_ADDRESS &&
		    is_unspecified(source))
			return -EBADMSG;
	}
	return 0;
}
