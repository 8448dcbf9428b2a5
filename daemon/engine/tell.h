/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events to the other processes that they can do without: when one cannot be
 * sent, the log says what did not happen, and all else goes on.
 */
#ifndef L2TPD_ENGINE_TELL_H
#define L2TPD_ENGINE_TELL_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/channel.h"

/*
 * lost: what did not happen then, "the operator's program is not run". A
 * process that is gone needs to be told nothing.
 */
void tell(struct channel *c, uint16_t type, const void *body, size_t len,
	  const char *lost);

#endif
