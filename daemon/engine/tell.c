/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events that may be missing; see tell.h. */
#include "engine/tell.h"

#include <errno.h>
#include <string.h>

#include "lib/log.h"

void tell(struct channel *c, uint16_t type, const void *body, size_t len,
	  const char *lost)
{
	int err = channel_event(c, type, body, len, NULL, 0);

	if (err && err != -EPIPE)
		log_error("%s: %s", lost, strerror(-err));
}
