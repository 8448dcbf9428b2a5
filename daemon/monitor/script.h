/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operator's programs, a profile's ip-up and ip-down. They run beside the
 * calls, which never wait for them. A program finds what there is to know about
 * the call in its environment (script_env.c). It has no arguments, reads from
 * /dev/null, is in a session (setsid) of its own, and what it prints goes to
 * the log.
 *
 * A few run at once, the others wait; those of one session run one after the
 * other, in their order. One that takes too long is ended.
 */
#ifndef L2TPD_MONITOR_SCRIPT_H
#define L2TPD_MONITOR_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "ipc/monitor.h"
#include "lib/loop.h"

struct scripts;
struct config;

#define SCRIPTS_AT_ONCE	    16
#define SCRIPTS_WAITING_MAX 16384
#define SCRIPT_LIMIT_MS	    60000 /* then SIGTERM to it and its children, */
#define SCRIPT_KILL_MS	    5000  /* and SIGKILL */

/*
 * Says in the log which of the configuration's programs cannot be run. files:
 * the limit of open files that they get. config and files' value are kept; NULL
 * without memory.
 */
struct scripts *scripts_new(struct loop *loop, const struct config *config,
			    struct rlimit files);
/* Ends what still runs, and forgets what waits. */
void scripts_free(struct scripts *s);
/* For tests: other limits, in ms, also for programs that run already. */
void scripts_set_limits(struct scripts *s, uint64_t limit_ms, uint64_t kill_ms);

/*
 * Runs the profile's program, now or later; 0 also when the profile has none.
 * ip-down is for a session whose ip-up was taken, once, and is that profile's.
 * -EINVAL, -ENOENT (no such profile, no ip-up before), -EEXIST (it has had its
 * ip-up), -ENOMEM, -ENOBUFS (too many wait); said in the log.
 */
int scripts_run(struct scripts *s, const struct monitor_script *m);
/*
 * The engine died, and its calls with it: ip-down is run for each call whose
 * ip-up was run.
 */
void scripts_all_down(struct scripts *s, const char *reason);
/* An exit that waitpid saw: false when it is none of ours. */
bool scripts_reaped(struct scripts *s, pid_t pid, int status);
/*
 * Waits here, without the loop, until all programs have run; ends those that
 * have not after ms.
 */
void scripts_finish(struct scripts *s, uint64_t ms);

/* 0 when root can run it safely; else -errno, with a sentence in why. */
int script_check(const char *path, char *why, size_t size);

/*
 * script_env.c: NULL-terminated, in one piece for free(); NULL without memory.
 */
char **script_env_new(const struct monitor_script *m);
/*
 * The environment of ip-down made from that of ip-up; the counters are empty,
 * for nobody knows them.
 */
char **script_env_down(char *const *up, uint64_t session_time_s,
		       const char *reason);

#endif
