/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places for callers' calls that are being set up: from the ICRQ until the
 * network is up, or nothing of the call is left. Each may have a pppd of
 * root's by then, and nobody has proved who he is.
 */
#ifndef L2TPD_ENGINE_SERVICE_SETUP_H
#define L2TPD_ENGINE_SERVICE_SETUP_H

#include <stdbool.h>
#include <stdint.h>

struct cause;
struct config_lns;
struct engine;
struct tunnel;

/* Calls in set-up of one section, or of all. Zeroed has none. */
struct setup_count {
	uint32_t n;
	uint64_t told_ms; /* when the log was told that it is full */
};

/*
 * One more call of this tunnel of the section's takes a place in all three, or
 * in none: false, with why. That a limit is met is said in the log at most once
 * a minute.
 */
bool setup_enter(struct tunnel *t, const struct config_lns *section,
		 struct setup_count *of_section, struct setup_count *all,
		 struct cause *why);
/* It gives them back: once for each setup_enter. */
void setup_leave(struct tunnel *t, const struct config_lns *section,
		 struct setup_count *of_section, struct setup_count *all);

#endif
