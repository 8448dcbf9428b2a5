/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs pppd. One pppd per profile and role, the template, has parsed the
 * profile's options and forks for each call (plugin/template.c); what the
 * calls' pppds say to the engine does not pass through here.
 *
 * A template's children are the monitor's grandchildren. The monitor is a
 * subreaper, so they become its children when a template dies; their calls
 * go on.
 */
#ifndef L2TPD_MONITOR_PPP_H
#define L2TPD_MONITOR_PPP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/ppp.h"
#include "lib/config.h"
#include "lib/loop.h"

struct ppp_runner;

/*
 * A call's pppd ended, with waitpid's status. pid 0: there never was one. why:
 * what is known of it beside that, or pppd's own words; "": nothing. Never
 * called from within a function of this header, except ppp_runner_reaped.
 */
typedef void ppp_runner_exited(void *arg, uint64_t link, pid_t pid, int status,
			       const char *why);
/*
 * Each template that the configuration needs has been started for the first
 * time; wrong: one of them cannot be, for what does not mend itself, and the
 * log says what that is.
 */
typedef void ppp_runner_tried(void *arg, bool wrong);

/*
 * Templates of the profiles that config's lns and lac sections name start in
 * the background once the loop runs; others with their first call. config is
 * kept by pointer. plugin: l2tpd.so, a path, or a name in pppd's own folder.
 * units: where its pppds tell of their interfaces, a path that is kept; NULL:
 * nowhere. NULL: out of memory.
 */
struct ppp_runner *ppp_runner_new(struct loop *loop,
				  const struct config *config,
				  const char *plugin, const char *units,
				  ppp_runner_exited *exited, void *arg);
/* In place of /usr/sbin/pppd; before the loop runs. Kept by pointer. */
void ppp_runner_set_pppd(struct ppp_runner *r, const char *path);
/* tried is called once, from the loop. */
void ppp_runner_try(struct ppp_runner *r, ppp_runner_tried *tried, void *arg);
/*
 * Ends every template and call, at last by SIGKILL, and reaps
 * them. No callbacks.
 */
void ppp_runner_free(struct ppp_runner *r);

/*
 * Starts pppd for the call p->link with the fds, which stay the caller's. 0,
 * and exited is called in the end; or -ENOENT (no such profile), -EEXIST (the
 * session has a pppd), -ENOEXEC (pppd does not take the profile's options) or
 * -errno.
 */
int ppp_runner_start(struct ppp_runner *r, const char *profile,
		     const struct ppp_call_params *p, int pppox_fd,
		     int call_channel_fd);
/* After -ENOEXEC: why, until the profile's pppd is started again. */
const char *ppp_runner_why(const struct ppp_runner *r, const char *profile,
			   bool lns);
/* SIGTERM, and SIGKILL 10 s later. A session without a pppd is left alone. */
void ppp_runner_stop(struct ppp_runner *r, uint64_t link);

/* The monitor reaped this child; true: it was a template or a call of ours. */
bool ppp_runner_reaped(struct ppp_runner *r, pid_t pid, int status);

/*
 * New calls go by config from here on, in new templates (options files may
 * have changed too); each old template ends with its last call.
 */
void ppp_runner_reload(struct ppp_runner *r, const struct config *config);

#endif
