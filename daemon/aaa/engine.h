/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine that the aaa process serves. There is one at a time, and after its
 * death another one, which must not get the answers to the questions of the
 * first: both count their questions from 1.
 */
#ifndef L2TPD_AAA_ENGINE_H
#define L2TPD_AAA_ENGINE_H

#include <stdint.h>

#include "ipc/channel.h"

struct aaa_engine {
	struct channel channel; /* closed while there is no engine */
	uint64_t number;	/* of engines that came before */
};

/* Who asked, for an answer that is given later. */
struct aaa_asker {
	struct ipc_header header;
	uint64_t number;
};

struct aaa_asker aaa_asker_of(const struct aaa_engine *e,
			      const struct ipc_header *h);
/*
 * Answers with len bytes of body. 0, or -errno: the engine is gone, and there
 * is nobody to be told.
 */
int aaa_answer(struct aaa_engine *e, const struct aaa_asker *to, int result,
	       const void *body, size_t len);
/* Closes the channel; what was asked over it will not be answered any more. */
void aaa_engine_close(struct aaa_engine *e);
/* Takes all that an engine said before it died; its channel is closed then. */
void aaa_engine_drain(struct aaa_engine *e);

#endif
