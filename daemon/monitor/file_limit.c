/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limit of open files, from what is configured; see file_limit.h. */
#include "monitor/file_limit.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/log.h"

/*
 * A session has two in the monitor and in the engine: its PPPoX socket, or the
 * channel of its pppd or of PPP of our own, and the unit of the latter. A
 * tunnel has its socket. The others are listeners, clients of l2tpctl, servers.
 */
#define PER_SESSION 2
#define OTHERS	    2048
#define LEAST	    (1 << 18) /* as much as was always asked for */

rlim_t file_limit_wanted(const struct config *c)
{
	rlim_t wanted =
		(rlim_t)c->max_sessions * PER_SESSION + c->max_tunnels + OTHERS;

	return wanted > LEAST ? wanted : LEAST;
}

uint32_t file_limit_sessions(const struct config *c, rlim_t files)
{
	rlim_t others = (rlim_t)c->max_tunnels + OTHERS, fit;

	/* With few files there will be few tunnels as well. */
	fit = files < 2 * others ? files / (PER_SESSION + 1) :
				   (files - others) / PER_SESSION;
	return fit < c->max_sessions ? (uint32_t)fit : c->max_sessions;
}

/* The most that root may ask for; 0: not known. */
static rlim_t most_of_kernel(void)
{
	unsigned long long n = 0;
	FILE *f = fopen("/proc/sys/fs/nr_open", "re");

	if (!f)
		return 0;
	if (fscanf(f, "%llu", &n) != 1)
		n = 0;
	fclose(f);
	return n;
}

static void say(const struct config *c, const struct rlimit *now, uint32_t fit)
{
	log_notice("at most %llu files may be open, which is enough for about "
		   "%u sessions, and max-sessions is %u: raise %s, or lower "
		   "max-sessions",
		   (unsigned long long)now->rlim_cur, fit, c->max_sessions,
		   geteuid() == 0 && now->rlim_cur >= most_of_kernel() ?
			   "fs.nr_open (sysctl)" :
			   "the limit (LimitNOFILE of systemd, ulimit -n)");
}

/* To wanted, or as far as the hard limit that we were given. */
static void raise_limit(struct rlimit *now, rlim_t wanted)
{
	const rlim_t had = now->rlim_max;

	if (geteuid() == 0 && now->rlim_max < wanted)
		now->rlim_max = wanted;
	now->rlim_cur = now->rlim_max;
	if (setrlimit(RLIMIT_NOFILE, now) == 0)
		return;
	now->rlim_cur = now->rlim_max = had;
	(void)setrlimit(RLIMIT_NOFILE, now);
}

uint32_t file_limit_raise(const struct config *c, struct rlimit *had)
{
	rlim_t wanted = file_limit_wanted(c), most = most_of_kernel();
	struct rlimit now;
	uint32_t fit;

	if (getrlimit(RLIMIT_NOFILE, &now) < 0)
		return c->max_sessions;
	*had = now;
	raise_limit(&now, most && wanted > most ? most : wanted);
	fit = file_limit_sessions(c, now.rlim_cur);
	if (fit < c->max_sessions)
		say(c, &now, fit);
	return fit;
}
