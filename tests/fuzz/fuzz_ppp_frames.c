/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames of any octets to a PPP core. The first two octets say how it is
 * configured; then come frames, each behind an octet that is its length, and
 * with none left some time passes and questions are answered.
 */
#include "tests/fuzz/ppp_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rbuf r = rbuf_init(data, len);
	static struct world w;
	uint8_t how = rbuf_u8(&r), method = rbuf_u8(&r);

	world_init(&w, how, method);
	ppp_link_start(w.link, w.now);
	world_take(&w);
	while (rbuf_left(&r)) {
		size_t n = rbuf_u8(&r);

		if (n > rbuf_left(&r))
			n = rbuf_left(&r);
		if (n) {
			world_frame(&w, rbuf_take(&r, n), n);
			continue;
		}
		world_answer(&w, true);
		world_wait(&w, 1000);
	}
	world_fini(&w);
	return 0;
}
