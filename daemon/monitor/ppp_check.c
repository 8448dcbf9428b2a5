/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "l2tpd -n" tries pppd with a loop of its own; see ppp_check.h. */
#include "monitor/ppp_check.h"

#include <errno.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "lib/loop.h"
#include "monitor/ppp.h"

struct check {
	struct loop *loop;
	struct loop_signal sigchld;
	struct ppp_runner *runner;
	bool wrong;
};

static void on_tried(void *arg, bool wrong)
{
	struct check *c = arg;

	c->wrong = wrong;
	loop_stop(c->loop);
}

static void on_sigchld(struct loop_signal *s, int signo)
{
	struct check *c = container_of(s, struct check, sigchld);
	int status;
	pid_t pid;

	(void)signo;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		ppp_runner_reaped(c->runner, pid, status);
}

/* There are no calls. */
static void on_exited(void *arg, uint64_t link, pid_t pid, int status,
		      const char *why)
{
	(void)arg;
	(void)link;
	(void)pid;
	(void)status;
	(void)why;
}

static int run(struct check *c)
{
	int err = loop_signal_start(c->loop, &c->sigchld, SIGCHLD, on_sigchld);

	if (!err) {
		ppp_runner_try(c->runner, on_tried, c);
		err = loop_run(c->loop);
	}
	loop_signal_stop(&c->sigchld);
	return err ? err : c->wrong ? -EINVAL : 0;
}

int ppp_check(const struct config *config, const char *plugin)
{
	struct check c = { .loop = loop_new() };
	int err = -ENOMEM;

	if (!c.loop)
		return err;
	c.runner =
		ppp_runner_new(c.loop, config, plugin, NULL, on_exited, NULL);
	if (c.runner)
		err = run(&c);
	ppp_runner_free(c.runner);
	loop_free(c.loop);
	return err;
}
