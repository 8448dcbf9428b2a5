/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a process of ours is hung: it is asked at each beat whether it is
 * there, and whatever it says is an answer. Time in which it could not answer
 * does not count: the monitor itself was held (SIGSTOP of all, a machine that
 * slept), a debugger holds it, or it waited for a processor.
 */
#ifndef L2TPD_MONITOR_PULSE_H
#define L2TPD_MONITOR_PULSE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct pulse {
	uint32_t silent_ms; /* that count, since it was heard */
	uint64_t beat_ms;   /* the last beat */
	uint64_t waited_ms; /* for a processor, since it began */
	bool asked;	    /* it has not been heard since it was asked */
	bool ended;	    /* it was killed, for it was hung */
};

/* What is seen of a process at a beat. */
struct pulse_sight {
	uint64_t now_ms;
	uint64_t waited_ms; /* for a processor, since it began; 0: not known */
	bool traced;	    /* by a debugger */
};

/* A process has just started. */
void pulse_begin(struct pulse *p, uint64_t now_ms);
/* Something came from it. */
void pulse_heard(struct pulse *p);
/* Looks at a process as it is now, through /proc. */
void pulse_look(pid_t pid, uint64_t now_ms, struct pulse_sight *out);
/*
 * A beat, interval_ms after the one before when all is well. True: it is hung,
 * for it has been silent for limit_ms (0: never). Else p->asked says whether an
 * answer to the last question is still missing; if not, it is to be asked.
 */
bool pulse_beat(struct pulse *p, const struct pulse_sight *s,
		uint32_t interval_ms, uint32_t limit_ms);
/* How far apart beats are for this limit and the unit's watchdog, in ms. */
uint32_t pulse_interval(uint32_t limit_ms, uint64_t watchdog_us);

#endif
