/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The jobs of the threads; see ppp_threads.h. */
#include "monitor/ppp_threads.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/workers.h"
#include "netlink/link.h"
#include "netlink/ppp.h"

/*
 * As many attach in one grace period. Those that remove are fewer: the kernel's
 * lock on its interfaces lets one do it at a time.
 */
#define ATTACHERS 64
#define CLOSERS	  4
#define QUEUE_MAX 200000

struct ppp_threads {
	struct workers *attachers, *closers;
};

struct ppp_threads *ppp_threads_new(struct loop *loop)
{
	struct ppp_threads *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->attachers = workers_new(loop, ATTACHERS, QUEUE_MAX);
	t->closers = workers_new(loop, CLOSERS, QUEUE_MAX);
	if (t->attachers && t->closers)
		return t;
	ppp_threads_free(t);
	return NULL;
}

void ppp_threads_free(struct ppp_threads *t)
{
	if (!t)
		return;
	workers_free(t->attachers);
	workers_free(t->closers);
	free(t);
}

/* ---- attach ---- */

struct attach {
	struct workers_job job;
	int fd; /* the PPPoX socket's copy, then what came of it */
	ppp_attached *done;
	void *arg;
};

static void run_attach(struct workers_job *j)
{
	struct attach *a = container_of(j, struct attach, job);
	int pppox = a->fd;

	a->fd = ppp_channel_open(pppox);
	/* The last one, where the session has been removed: that waits. */
	close(pppox);
}

static void attached(struct workers_job *j)
{
	struct attach *a = container_of(j, struct attach, job);

	a->done(a->arg, a->fd);
	free(a);
}

int ppp_threads_attach(struct ppp_threads *t, int pppox, ppp_attached *done,
		       void *arg)
{
	struct attach *a = malloc(sizeof(*a));
	int err;

	if (!a)
		return -ENOMEM;
	*a = (struct attach){
		.job = { .run = run_attach, .done = attached },
		.fd = fcntl(pppox, F_DUPFD_CLOEXEC, 0),
		.done = done,
		.arg = arg,
	};
	err = a->fd < 0 ? -errno : workers_add(t->attachers, &a->job);
	if (!err)
		return 0;
	if (a->fd >= 0)
		close(a->fd);
	free(a);
	return err;
}

/* ---- close ---- */

struct closing {
	struct workers_job job;
	int channel, unit, ifindex;
};

/* The unit's last close does it, unless the engine kept a copy. */
static void remove_interface(int ifindex)
{
	struct rtnl r;

	if (!ifindex || rtnl_open(&r))
		return;
	(void)link_del(&r, ifindex);
	rtnl_close(&r);
}

static void run_close(struct workers_job *j)
{
	struct closing *c = container_of(j, struct closing, job);

	if (c->unit >= 0)
		close(c->unit);
	if (c->channel >= 0)
		close(c->channel);
	remove_interface(c->ifindex);
}

static void closed(struct workers_job *j)
{
	free(container_of(j, struct closing, job));
}

void ppp_threads_close(struct ppp_threads *t, int channel, int unit,
		       int ifindex)
{
	struct closing here = {
		.job = { .run = run_close, .done = closed },
		.channel = channel,
		.unit = unit,
		.ifindex = ifindex,
	};
	struct closing *c = malloc(sizeof(*c));

	if (c)
		*c = here;
	if (c && workers_add(t->closers, &c->job) == 0)
		return;
	/* Without a thread it is done by who asks, and waits. */
	free(c);
	run_close(&here.job);
}
