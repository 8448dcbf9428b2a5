/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells a hung process from one that is only held up; see pulse.h. */
#include "monitor/pulse.h"

#include <stdio.h>
#include <string.h>

#define BEAT_MIN_MS 100
#define BEAT_MAX_MS 5000
/* A beat that comes so much later than it should: we were held as well. */
#define LATE_MS	    1000

void pulse_begin(struct pulse *p, uint64_t now_ms)
{
	*p = (struct pulse){ .beat_ms = now_ms };
}

void pulse_heard(struct pulse *p)
{
	p->asked = false;
	p->silent_ms = 0;
}

/* "TracerPid:\t0" of its status. */
static bool is_traced(pid_t pid)
{
	char path[64], line[128];
	int tracer = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "TracerPid: %d", &tracer) == 1)
			break;
	fclose(f);
	return tracer != 0;
}

/* The second number of its schedstat, in ns, where the kernel has that. */
static uint64_t waited_ms(pid_t pid)
{
	unsigned long long waited = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%*u %llu", &waited) != 1)
		waited = 0;
	fclose(f);
	return waited / 1000000;
}

void pulse_look(pid_t pid, uint64_t now_ms, struct pulse_sight *out)
{
	*out = (struct pulse_sight){
		.now_ms = now_ms,
		.waited_ms = waited_ms(pid),
		.traced = is_traced(pid),
	};
}

/* It has wanted a processor for half of the time, and had none. */
static bool is_starved(const struct pulse *p, const struct pulse_sight *s,
		       uint64_t elapsed)
{
	return s->waited_ms > p->waited_ms &&
	       s->waited_ms - p->waited_ms >= elapsed / 2;
}

bool pulse_beat(struct pulse *p, const struct pulse_sight *s,
		uint32_t interval_ms, uint32_t limit_ms)
{
	uint64_t elapsed = s->now_ms - p->beat_ms;

	if (p->ended)
		return false;
	/* What held us may have held it longer: its time begins anew. */
	if (elapsed > 2 * (uint64_t)interval_ms + LATE_MS)
		p->silent_ms = 0;
	else if (p->asked && !s->traced && !is_starved(p, s, elapsed))
		p->silent_ms += (uint32_t)elapsed;
	p->beat_ms = s->now_ms;
	p->waited_ms = s->waited_ms;
	p->ended = limit_ms && p->silent_ms >= limit_ms;
	return p->ended;
}

uint32_t pulse_interval(uint32_t limit_ms, uint64_t watchdog_us)
{
	uint64_t ms = limit_ms ? limit_ms / 6 : BEAT_MAX_MS;

	if (watchdog_us && watchdog_us / 2000 < ms)
		ms = watchdog_us / 2000;
	if (ms < BEAT_MIN_MS)
		ms = BEAT_MIN_MS;
	return ms > BEAT_MAX_MS ? BEAT_MAX_MS : (uint32_t)ms;
}
