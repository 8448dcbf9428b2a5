/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an operator adds by command comes as a struct of the engine's, in which
 * nothing is believed; what does not do is refused with a sentence for him.
 */
#ifndef L2TPD_MONITOR_WORDS_H
#define L2TPD_MONITOR_WORDS_H

#include <net/if.h>
#include <stdbool.h>

#include "ipc/monitor.h"
#include "monitor/request.h"

/* "" or a name that an interface can have. */
bool words_is_ifname(const char name[IFNAMSIZ]);
bool words_is_enum(unsigned int value, unsigned int last);
/*
 * As a section's struct has it, to be printed and no more:
 * borrowed, NULL for "".
 */
char *words_text(const char *text);
/* Puts the sentence into out->why. Returns err. */
int words_refuse(struct monitor_outcome *out, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * Answers with out, whatever err is, and returns what the request returns: err,
 * but -ENOTSUP for -EINVAL with a sentence. What an operator asked for in vain
 * is for the operator to hear; it is no unsound request, which would be logged.
 */
int words_answer(struct request *q, int err, const struct monitor_outcome *out);

#endif
