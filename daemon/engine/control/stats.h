/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of tunnels and sessions that wait for what the kernel counted. */
#ifndef L2TPD_ENGINE_CONTROL_STATS_H
#define L2TPD_ENGINE_CONTROL_STATS_H

#include <jansson.h>
#include <stdbool.h>

struct control;
struct session;
struct tunnel;

/*
 * Takes o, and sends it at once, or with the counters of t or s where
 * statistics are asked for and the kernel has it. Of an object that is in no
 * kernel both are NULL.
 */
void stats_emit(struct control *c, json_t *o, const struct tunnel *t,
		const struct session *s);

#endif
